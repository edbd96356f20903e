"""What must a reader know of a class that its number does not say?

Three things, all read from the small table of means:

- A sum that lacks a part in some samples (total inorganic nitrogen without nitrite) is never
  guessed, so that the class may rest on the other indicators alone. Where the parts that were
  measured are already worse than that class, the class is in doubt: its confidence is 0, and place,
  period and the least value of the sum are named.
- An indicator that the standard limits but the method lets only inform (total nitrogen of a lake,
  环办〔2011〕22号) is named with the class that it would have.
- Non-detects of a derived sum are those of its parts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import polars as pl

from luhai.assessment.basis import Basis
from luhai.assessment.classes import period_keys, standard_by_id
from luhai.assessment.leaving_out import INCOMPLETE, INCOMPLETE_WORSE, summed
from luhai.assessment.naming import place_label
from luhai.assessment.why_parts import period
from luhai.standards import indicator, round_half_even
from luhai.standards.rounding import round_text
from luhai.text import LANGUAGES, N_, Text, render_part

NAMED = 5
"""How many places and periods a note names; the others are counted."""

IN_DOUBT = N_(
    "Not certain, because a part of the sum was not measured in every sample and the parts that "
    "were measured are already worse than the class of the other indicators: {cases}."
)
DOUBT = N_("{place}, {period}: {indicator} at least {value}, {class_name}")
INFORMS = N_("Measured, but not deciding under {method}: {indicator}; by itself {cases}.")
_INFORMS_CASE = N_("{place}, {period}: {class_name}")
_MORE = N_("{count} more")
_SEPARATORS = {"zh": "；", "en": "; "}


def with_parts_not_detected(table: pl.DataFrame, basis: Basis) -> pl.DataFrame:
    """``low`` of derived sums as the number of non-detects among the parts they were formed from.

    The engine counts a derived sum as not detected where none of its parts was, which is what the
    detection rate asks for. Where the sum was reported in some samples of a period and formed in
    others, the larger of both counts stays.

    Args:
        table: collected means with ``limit_k`` (see ``averaging.means``) and ``low``.
        basis: the rules.
    """
    keys = period_keys(table, basis)
    for total, parts in basis.rules.sums.items():
        # A limit of the k-th part is in the sum only where a non-detect of it went into one.
        entered = pl.DataFrame(
            {"indicator": list(parts), "limit": [f"limit_{k}" for k in range(1, len(parts) + 1)]}
        )
        limits = (
            table.filter(pl.col("indicator") == total)
            .unpivot(entered["limit"].to_list(), index=keys, variable_name="limit")
            .filter(pl.col("value") > 0)
            .join(entered, on="limit", how="inner", validate="m:1")
        )
        counted = (
            table.filter(pl.col("indicator").is_in(parts))
            .join(limits, on=[*keys, "indicator"], how="semi", nulls_equal=True)
            .group_by(keys)
            .agg(of_parts=pl.col("low").sum())
            .with_columns(indicator=pl.lit(total))
        )
        table = (
            table.join(
                counted,
                on=[*keys, "indicator"],
                how="left",
                validate="m:1",
                maintain_order="left",
                nulls_equal=True,
            )
            .with_columns(low=pl.max_horizontal("low", "of_parts"))
            .drop("of_parts")
        )
    return table


def sums_in_doubt(table: pl.DataFrame, classes: pl.DataFrame, basis: Basis) -> pl.DataFrame:
    """Periods whose class is better than the measured parts of an incomplete sum allow.

    The least value of a sum counts a part as zero where it was not measured: its mean, times the
    share of the samples (and of the units that the mean is formed of) that hold it.

    Args:
        table: means with their classes, from ``classes.classify``.
        classes: from ``deciding.place_classes``, with ``place`` and the keys of the period.
        basis: the rules.

    Returns:
        ``place``, key columns, ``start``, ``year``, ``indicator``, ``standard``, ``lacking``
        (samples without a part), ``bound``, ``bound_class``; empty when there is none.
    """
    keys = period_keys(table, basis)
    found = []
    for total, parts in basis.rules.sums.items():
        lacking = table.filter(pl.col("indicator") == total, pl.col("rows") > pl.col("n")).select(
            *dict.fromkeys((*keys, "year")),
            *("indicator", "standard", "start"),
            samples="rows",
            units="parts",
            lacking=pl.col("rows") - pl.col("n"),
        )
        measured = table.filter(pl.col("indicator").is_in(parts), pl.col("n") > 0).select(
            *keys, "mean", "n", part="indicator", own="parts"
        )
        units = pl.max_horizontal("units", pl.col("own").max().over(keys))
        share = pl.min_horizontal(
            pl.col("n") / pl.col("samples"), pl.col("own") / units, pl.lit(1.0)
        )
        found.append(
            lacking.join(measured, on=keys, how="inner", validate="1:m", nulls_equal=True)
            .with_columns(share=share)
            .sort(*keys, "part")
            .group_by(lacking.columns, maintain_order=True)
            .agg(bound=(pl.col("mean") * pl.col("share")).sum())
        )
    if not found:
        return pl.DataFrame()
    bounds = _bound_classes(pl.concat(found), basis)
    judged = classes.select(*keys, own_class="class")
    return bounds.join(
        judged, on=keys, how="inner", validate="m:1", maintain_order="left", nulls_equal=True
    ).filter(pl.col("bound_class") > pl.col("own_class"))


def _bound_classes(bounds: pl.DataFrame, basis: Basis) -> pl.DataFrame:
    """``bounds`` rounded and with the class of each."""
    rounded = bounds["bound"].to_numpy().copy()
    numbers = np.zeros(bounds.height, dtype=np.int8)
    groups = bounds.select("standard", "indicator").with_row_index("position")
    for (standard_id, code), rows in groups.group_by("standard", "indicator"):
        standard = standard_by_id(basis, str(standard_id))
        if standard is None or code not in standard.codes:
            continue
        at = rows["position"].to_numpy()
        rounded[at] = round_half_even(
            rounded[at],
            basis.method.digits(str(code)),
            keep_one_significant=basis.method.keep_one_significant,
        )
        numbers[at] = standard.classify(str(code), rounded[at])
    return bounds.with_columns(pl.Series("bound", rounded), pl.Series("bound_class", numbers))


def without_confidence(classes: pl.DataFrame, doubts: pl.DataFrame, basis: Basis) -> pl.DataFrame:
    """Classes with a confidence of 0 where a sum is in doubt."""
    if doubts.is_empty():
        return classes
    keys = period_keys(classes, basis)
    marked = doubts.select(keys).unique().with_columns(doubtful=pl.lit(True))
    return (
        classes.join(
            marked, on=keys, how="left", validate="1:1", maintain_order="left", nulls_equal=True
        )
        .with_columns(
            confidence=pl.when("doubtful", pl.col("class") > 0)
            .then(0.0)
            .otherwise(pl.col("confidence"))
        )
        .drop("doubtful")
    )


def with_doubts(left_out: pl.DataFrame, doubts: pl.DataFrame) -> pl.DataFrame:
    """Incomplete sums among what was left out, with those in doubt under a reason of their own."""
    if doubts.is_empty() or left_out.is_empty():
        return left_out
    key = ["place", "year", "indicator"]
    worse = doubts.group_by(key).agg(worse=pl.col("lacking").sum())
    joined = left_out.join(
        worse.with_columns(pl.col("year").cast(pl.Int16), reason=pl.lit(INCOMPLETE)),
        on=[*key, "reason"],
        how="left",
        validate="1:1",
    ).with_columns(
        # Rolling years overlap: no sample is counted twice.
        worse=pl.min_horizontal(pl.col("worse").fill_null(0), "rows")
    )
    return summed(
        pl.concat(
            [
                joined.with_columns(rows=pl.col("rows") - pl.col("worse")),
                joined.with_columns(rows=pl.col("worse"), reason=pl.lit(INCOMPLETE_WORSE)),
            ]
        ).filter(pl.col("rows") > 0)
    )


def doubt_notes(doubts: pl.DataFrame, basis: Basis) -> Iterator[Text]:
    """The sentence that names the periods whose class is in doubt."""
    if doubts.is_empty():
        return
    first = doubts.sort("place", "start", "indicator").head(NAMED)
    cases = [
        Text(
            DOUBT,
            {
                **_where(row, basis),
                "indicator": indicator(row["indicator"]).short,
                "value": _value(row, basis),
                "class_name": _class_name(row["standard"], row["bound_class"], basis),
            },
        )
        for row in first.iter_rows(named=True)
    ]
    yield Text(IN_DOUBT, {"cases": _listed(cases, doubts.height)})


def informing_notes(table: pl.DataFrame, basis: Basis) -> Iterator[Text]:
    """A sentence for every indicator with limits that the method does not let decide.

    Args:
        table: means with their classes, from ``classes.classify``, with ``start``.
        basis: the rules.
    """
    informing = table.filter(
        (pl.col("class") > 0) & pl.col("indicator").is_in(list(basis.method.informs))
    )
    for code in sorted(informing["indicator"].unique()):
        rows = informing.filter(pl.col("indicator") == code)
        first = rows.sort("class", "place", "start", descending=[True, False, False]).head(NAMED)
        cases = [
            Text(
                _INFORMS_CASE,
                {
                    **_where(row, basis),
                    "class_name": _class_name(row["standard"], row["class"], basis),
                },
            )
            for row in first.iter_rows(named=True)
        ]
        yield Text(
            INFORMS,
            {
                "indicator": indicator(code).name,
                "method": basis.method.title,
                "cases": _listed(cases, rows.height),
            },
        )


def _where(row: dict[str, Any], basis: Basis) -> dict[str, Any]:
    return {
        "place": place_label(row["place"], basis.register),
        "period": period(basis.by, row["start"]),
    }


def _value(row: dict[str, Any], basis: Basis) -> str:
    digits = basis.method.digits(row["indicator"])
    text = round_text(row["bound"], digits, keep_one_significant=True)
    return f"{text} {indicator(row['indicator']).unit}".strip()


def _class_name(standard_id: str, number: int, basis: Basis) -> dict[str, str]:
    standard = standard_by_id(basis, standard_id) or basis.standard
    return {language: standard.class_name(number, language) for language in LANGUAGES}


def _listed(cases: Iterable[Text], height: int) -> dict[str, str]:
    """The cases in one, and how many there are beyond them."""
    named: list[Text] = list(cases)
    if height > len(named):
        named.append(Text(_MORE, {"count": height - len(named)}))
    return {
        language: _SEPARATORS[language].join(str(render_part(case, language)) for case in named)
        for language in LANGUAGES
    }
