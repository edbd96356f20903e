"""Is this water within the scope of the standard that it is judged by?

A fresh-water standard has nothing to say about brackish water, and where the tide reaches a river
section the law leaves a gap: GB 3097 holds seaward of the boundary between river and sea, GB 3838
landward of it. Such a class is computed all the same, because it is asked for, and marked as
outside the standard's scope; ``data/brackish.csv`` says from which salinity or conductivity on,
and ``data/estuary_alternatives.csv`` names what else an estuary can be judged by.

Measured salinity of the period goes before measured conductivity, and both before the typical
salinity that the register gives.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from luhai.errors import InputError
from luhai.text import N_, Text

OK, OUTSIDE = "ok", "outside_standard"
_DATA = Path(__file__).parent / "data"
FRESH_MEDIA = ("river", "lake")
"""Media whose standards are made for fresh water."""

OUTSIDE_NOTE = N_(
    "{places}: brackish, so a fresh-water class lies outside the scope of {standard}. "
    "Alternatives for an estuary: {alternatives}."
)


@dataclass(frozen=True)
class BrackishRule:
    """From which value of an indicator on water counts as brackish.

    Attributes:
        indicator: ``lh_salinity`` or the code of conductivity.
        above: values above it are brackish, in the indicator's unit.
        source: where the figure comes from.
    """

    indicator: str
    above: float
    source: str


@dataclass(frozen=True)
class EstuaryAlternative:
    """Another way to judge an estuary: its name in both languages and how well it is known."""

    name: dict[str, str]
    verified: str
    source: str


@cache
def brackish_rules() -> tuple[BrackishRule, ...]:
    """The rules in their order of precedence."""
    rows = _read("brackish.csv", ("indicator", "above", "source"))
    return tuple(BrackishRule(row["indicator"], float(row["above"]), row["source"]) for row in rows)


@cache
def estuary_alternatives() -> tuple[EstuaryAlternative, ...]:
    """What an estuary can be judged by instead."""
    rows = _read("estuary_alternatives.csv", ("name_zh", "name_en", "verified", "source"))
    return tuple(
        EstuaryAlternative(
            {"zh": row["name_zh"], "en": row["name_en"]}, row["verified"], row["source"]
        )
        for row in rows
    )


def brackish(
    measured: dict[str, NDArray[np.float64]], typical: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Which waters are brackish.

    Args:
        measured: indicator to its means, NaN where not measured, shape (periods,) each.
        typical: typical salinity by the register, NaN where unknown, shape (periods,).

    Returns:
        True where the first known of measured salinity, measured conductivity and typical salinity
        is above its threshold; False where none is known.
    """
    result = np.zeros(typical.shape, dtype=np.bool_)
    known = np.zeros(typical.shape, dtype=np.bool_)
    for rule in brackish_rules():
        values = measured.get(rule.indicator)
        if values is None:
            continue
        here = ~np.isnan(values) & ~known
        result[here] = values[here] > rule.above
        known |= here
    here = ~np.isnan(typical) & ~known
    result[here] = typical[here] > brackish_rules()[0].above
    return result


def outside_note(places: dict[str, str], standard_title: dict[str, str]) -> Text:
    """The sentence that names brackish places and what else they can be judged by.

    Args:
        places: their names as one list, by language.
        standard_title: title of the standard that does not cover them, by language.
    """
    alternatives = estuary_alternatives()
    parts: dict[str, Any] = {
        "places": places,
        "standard": standard_title,
        "alternatives": {
            "zh": "；".join(entry.name["zh"] for entry in alternatives),
            "en": "; ".join(entry.name["en"] for entry in alternatives),
        },
    }
    return Text(OUTSIDE_NOTE, parts)


def _read(name: str, columns: tuple[str, ...]) -> list[dict[str, str]]:
    path = _DATA / name
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for number, row in enumerate(rows, start=2):
        missing = [column for column in columns if not row.get(column)]
        if missing:
            raise InputError(
                Text("The cell {missing} is empty.", {"missing": missing[0]}),
                where=Text("{name}, row {number}", {"name": name, "number": number}),
                remedy=Text("Fill it in, with its source."),
            )
    return rows
