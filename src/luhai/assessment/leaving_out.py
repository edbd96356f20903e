"""Which values entered no mean, and why?

Values under an excluding quality flag (maintenance, instrument fault …), non-detects whose
detection limit nobody states, values that cannot be averaged, and samples that lack a part of a
derived sum are left out of an assessment. They stay in the store; here they are counted by place,
year, indicator and reason.
"""

from __future__ import annotations

import polars as pl

from luhai.assessment.averaging import Rules
from luhai.observations.quality import quality_flags
from luhai.text import N_, Text

LEFT_OUT_SCHEMA: dict[str, pl.DataType] = {
    "place": pl.String(),
    "year": pl.Int16(),
    "indicator": pl.String(),
    "reason": pl.String(),
    "rows": pl.Int64(),
}
_KEYS = ("place", "year", "indicator", "reason")

LIMIT_UNKNOWN, NO_VALUE = "limit_unknown", "no_value"
CENSORED_PH, NOT_POSITIVE, INCOMPLETE = "censored_ph", "not_positive", "incomplete_sum"
INCOMPLETE_WORSE = "incomplete_sum_worse"

REASONS = {
    LIMIT_UNKNOWN: N_("A non-detect without its detection limit, and the standard lists none."),
    NO_VALUE: N_("There is no value."),
    CENSORED_PH: N_('A pH written as "below" cannot be averaged.'),
    NOT_POSITIVE: N_("A geometric mean needs a value above zero."),
    INCOMPLETE: N_("A part of the sum was not measured in the same sample."),
    INCOMPLETE_WORSE: N_(
        "A part of the sum was not measured in the same sample, and the other parts are already "
        "worse than the class."
    ),
}
"""Reasons beside the excluding quality flags, with their sentences."""


def reason_text(reason: str) -> Text:
    """The sentence for a reason; for a quality flag its meaning."""
    if reason in REASONS:
        return Text(REASONS[reason])
    flag = quality_flags().get(reason)
    return flag.meaning if flag is not None else Text(reason)


def with_reasons(table: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """Collected rows of ``averaging.left_out`` with one reason each.

    A row under several excluding flags is counted once, under the first that stands in it.
    """
    pattern = "(?:^|;)(" + "|".join(rules.excluded_flags or ("$^",)) + ")(?:;|$)"
    hydrogen_low = pl.col("censored") == "<"
    reason = (
        pl.when("excluded")
        .then(pl.col("flag").str.extract(pattern, 1))
        .when(pl.col("empty") & (pl.col("censored") == "<"))
        .then(pl.lit(LIMIT_UNKNOWN))
        .when("empty")
        .then(pl.lit(NO_VALUE))
        .when(hydrogen_low)
        .then(pl.lit(CENSORED_PH))
        .otherwise(pl.lit(NOT_POSITIVE))
    )
    return summed(table.with_columns(reason=reason))


def derived_left_out(means: pl.DataFrame, explained: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """Samples that gave no derived sum.

    Args:
        means: collected means with ``rows`` and ``n``.
        explained: values left out for other reasons, from ``with_reasons``.
        rules: whose ``sums`` are asked about.
    """
    totals = list(rules.sums)
    known = (
        explained.filter(pl.col("indicator").is_in(totals))
        .group_by("place", "year", "indicator")
        .agg(known=pl.col("rows").sum())
    )
    missing = (
        means.filter(pl.col("indicator").is_in(totals))
        .group_by("place", "year", "indicator")
        .agg(missing=(pl.col("rows") - pl.col("n")).sum())
        .join(known, on=["place", "year", "indicator"], how="left", validate="1:1")
        .with_columns(
            rows=pl.col("missing") - pl.col("known").fill_null(0), reason=pl.lit(INCOMPLETE)
        )
        .filter(pl.col("rows") > 0)
    )
    return summed(missing)


def summed(table: pl.DataFrame) -> pl.DataFrame:
    """Rows of ``LEFT_OUT_SCHEMA``, one per place, year, indicator and reason."""
    return (
        table.group_by(_KEYS)
        .agg(pl.col("rows").sum())
        .sort(_KEYS)
        .select(pl.col(name).cast(dtype) for name, dtype in LEFT_OUT_SCHEMA.items())
    )
