"""Why was a row or a column not taken, in one sentence that says how to mend it?

The codes are a contract with the rejects file and the import page; the sentences follow the order
what, why it matters, how to mend.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from luhai.text import N_, Text

Parts = dict[str, Any]

SENTENCES: dict[str, str] = {
    "place_missing": N_(
        "The row names no place. Write it in each row, or state fill_down in a mapping file."
    ),
    "place_too_long": N_(
        "The name of the place, “{value}”, is longer than any name. Look for a quotation mark that "
        "is not closed, or for cells that were shifted."
    ),
    "place_quotation": N_(
        "The place “{value}” holds a quotation mark without its partner: the row may be half of "
        "one that was split at a line break. Put the quotation marks right."
    ),
    "unknown_place": N_(
        "The place “{value}” is not registered. Add it, or an alias, to the register."
    ),
    "unknown_place_near": N_("The place “{value}” is not registered. Did you mean {near}?"),
    "time_missing": N_("The row has no date. Without it no period can be assessed."),
    "time_unreadable": N_("“{value}” is no date that can be read. Write it as 2020-07-18."),
    "time_invalid": N_("“{value}” is a day or hour that does not exist. Check it with the sender."),
    "year_missing": N_(
        "“{value}” has no year, and none is guessed. State the year of this file (--year)."
    ),
    "date_order": N_(
        "“{value}” may be two different days. State date_order (dmy or mdy) in a mapping file."
    ),
    "depth_unreadable": N_("“{value}” is neither a depth in metres nor surface, middle or bottom."),
    "layer_conflict": N_("The place name and the layer column name different layers: “{value}”."),
    "medium_missing": N_(
        "Nothing says whether this is sea, river or lake water. State it (--medium)."
    ),
    "medium_unknown": N_("“{value}” is no kind of water that is known (sea, river, lake, outlet)."),
    "unreadable_value": N_("“{value}” cannot be read as a value. Check the cell, or map it."),
    "unit_in_cell": N_("The unit in “{value}” does not fit {indicator}."),
    "impossible_value": N_(
        "{indicator} cannot be {value}: it lies in {low} to {high}. Perhaps a decimal point or "
        "unit is wrong."
    ),
    "unknown_indicator": N_(
        "“{value}” is no indicator that is known; the column was not read. Name it in a mapping "
        "file."
    ),
    "unknown_indicator_row": N_(
        "“{value}” is no indicator that is known. Name it in a mapping file."
    ),
    "unknown_indicator_near": N_(
        "“{value}” may mean {near}, but that is not sure; the column was not read. Name it in a "
        "mapping file."
    ),
    "unknown_unit": N_(
        "The unit of “{value}” is unknown or does not measure {indicator}; the column was not read."
    ),
    "unknown_unit_row": N_("The unit of “{value}” is unknown or does not measure {indicator}."),
    "unit_doubtful": N_(
        "“{value}” has no unit, and in {unit} its values would be {factor} times the weakest "
        "limit. State the unit in the header or in a mapping file; the column was not read."
    ),
    "unit_missing": N_(
        "“{value}” has no unit, and both mg/L and μg/L are in use for it. State the unit in the "
        "header or in a mapping file; the column was not read."
    ),
    "unit_missing_row": N_(
        "“{value}” has no unit, and both mg/L and μg/L are in use for it. State the unit."
    ),
    "column_twice": N_(
        "“{value}” is a second column of {indicator}; the first was read. Name the one to ignore "
        "in a mapping file."
    ),
    "no_header": N_("The column has values and no header; it was not read."),
    "too_many_cells": N_(
        "The row has more cells than the header, “{value}” beyond its end: a comma inside a number "
        "may have shifted them."
    ),
    "unknown_mark": N_("“{value}” is no data mark of HJ 212 (N F M S D C T B)."),
    "no_value": N_("The row has no value."),
}
"""Code of each reason, with variants for what is known, to its sentence."""

REASONS = tuple(sorted({code.removesuffix("_near").removesuffix("_row") for code in SENTENCES}))
"""The codes that occur in a rejects table."""


def sentence(code: str, parts: Parts) -> Text:
    """The sentence of a reason."""
    return Text(SENTENCES[code], parts)


def renderer(language: str) -> Callable[[str, Parts], str]:
    """A function that renders reasons in one language."""

    def render(code: str, parts: Parts) -> str:
        return sentence(code, parts).render(language)

    return render
