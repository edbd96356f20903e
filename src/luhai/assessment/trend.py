"""Which places change, how surely and how fast?

Monthly or quarterly means are compared within their month or quarter by the seasonal Kendall test,
yearly means by Mann-Kendall (``trend_tests``), with Sen's slope and its interval (``trend_slopes``)
and, beside them, the official rank correlation of yearly means (``trend_spearman``). The means are
those of the classes (``trend_series``); non-detects stay intervals throughout.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from luhai.assessment.identity import result_id
from luhai.assessment.trend_order import Intervals
from luhai.assessment.trend_series import SEASONS, period_series
from luhai.assessment.trend_slopes import SenSlope, sens_slope
from luhai.assessment.trend_spearman import spearman_official
from luhai.assessment.trend_tests import KendallTest, mann_kendall, seasonal_kendall
from luhai.errors import UsageError
from luhai.standards import indicator as indicator_of
from luhai.text import Text

if TYPE_CHECKING:
    from luhai.plan.places import PlaceRegister

SIGNIFICANT = 0.05
"""Two-sided level below which a trend is called one."""

_LEAST_VALUES = 4  # with three values even a perfect order has a two-sided p of 1/3
_WHOLE_YEAR_SHARE = 2 / 3
_MONTHS_FOR_MONTHLY = 8

TREND_SCHEMA: dict[str, Any] = {
    "result_id": pl.String,
    "place": pl.String,
    "medium": pl.String,
    "indicator": pl.String,
    "unit": pl.String,
    "test": pl.String,
    "season": pl.String,
    "statistic": pl.Int64,
    "z": pl.Float64,
    "tau": pl.Float64,
    "p": pl.Float64,
    "p_serial": pl.Float64,
    "heterogeneity_p": pl.Float64,
    "direction": pl.String,
    "slope_per_year": pl.Float64,
    "slope_low": pl.Float64,
    "slope_high": pl.Float64,
    "intercept": pl.Float64,
    "confidence": pl.Float64,
    "n": pl.Int64,
    "censored": pl.Int64,
    "years": pl.Int64,
    "first_year": pl.Int64,
    "last_year": pl.Int64,
    "years_left_out": pl.String,
    "spearman": pl.Float64,
    "spearman_critical": pl.Float64,
    "spearman_years": pl.Int64,
    "spearman_direction": pl.String,
    "method": pl.String,
}
"""Columns of a trend table, see :func:`trend`."""


def trend(
    observations: Any,
    *,
    indicator: str | Sequence[str],
    places: Sequence[str] | None = None,
    season: str | None = None,
    confidence: float = 0.90,
    register: PlaceRegister | None = None,
    standard: str | None = None,
) -> pl.DataFrame:
    """Trend of indicators at places.

    Args:
        observations: any frame of observations that narwhals knows, of all years.
        indicator: one code or several.
        places: only these; all when not given.
        season: ``month`` or ``quarter`` for the seasonal Kendall test on monthly or quarterly
            means, ``none`` for Mann-Kendall on yearly means. When not given, ``month`` for media
            whose median place and year has eight months or more, otherwise ``quarter``.
        confidence: of the slope's interval.
        register: places of the plan.
        standard: standard whose method averages; by medium when not given.

    Returns:
        One row per place and indicator that has values; columns ``TREND_SCHEMA``. ``statistic`` is
        Kendall's S, ``p`` two-sided, ``p_serial`` the p with Hirsch & Slack's covariance (null
        with fewer than ten years or without seasons), ``direction`` ``rising``, ``falling``,
        ``none`` (by ``p_serial`` where known, else ``p``, at 0.05) or ``too_few`` (fewer than four
        values: the test columns are null), slopes in the indicator's unit per year, ``n`` the means
        compared, ``censored`` those among them that rest on non-detects, ``years`` the number of
        years with values, ``years_left_out`` years too thinly sampled for a yearly mean,
        ``intercept`` the median residual at ``first_year``.

    Raises:
        UsageError: unknown season, indicator or standard, or confidence outside 0...1.
        InputError: the frame lacks a column.
    """
    if not 0.0 < confidence < 1.0:
        raise UsageError(Text("The confidence of an interval lies between 0 and 1, e.g. 0.90."))
    codes = [indicator] if isinstance(indicator, str) else list(indicator)
    common: dict[str, Any] = {"places": places, "register": register, "standard": standard}
    yearly = period_series(observations, codes, "none", **common).table
    years = _by_series(yearly)
    rows = []
    for name, table in _compared(observations, codes, season, yearly, common):
        rows += [
            _row(key, part, years.get(key), name, confidence)
            for key, part in _by_series(table).items()
        ]
    return pl.DataFrame(rows, schema=TREND_SCHEMA, orient="row").sort(
        "place", "indicator", "medium"
    )


Key = tuple[str, str, str]


def _by_series(table: pl.DataFrame) -> dict[Key, pl.DataFrame]:
    """Rows of each place, medium and indicator, sorted by time."""
    ordered = table.sort("place", "indicator", "medium", "year", "season")
    parts = ordered.partition_by("place", "medium", "indicator", as_dict=True, maintain_order=True)
    return {(str(key[0]), str(key[1]), str(key[2])): part for key, part in parts.items()}


def _compared(
    observations: Any,
    codes: Sequence[str],
    season: str | None,
    yearly: pl.DataFrame,
    common: dict[str, Any],
) -> list[tuple[str, pl.DataFrame]]:
    """The means to compare with the season they are compared in, by medium when not given."""
    if season == "none":
        return [(season, yearly)]
    if season is not None:
        return [(season, period_series(observations, codes, season, **common).table)]
    monthly = period_series(observations, codes, "month", **common).table
    often = (
        monthly.group_by("medium", "place", "indicator", "year")
        .len()
        .group_by("medium")
        .agg(median=pl.col("len").median())
        .filter(pl.col("median") >= _MONTHS_FOR_MONTHLY)["medium"]
        .to_list()
    )
    quarterly = period_series(observations, codes, "quarter", **common).table
    return [
        ("month", monthly.filter(pl.col("medium").is_in(often))),
        ("quarter", quarterly.filter(~pl.col("medium").is_in(often))),
    ]


def _row(
    key: Key, part: pl.DataFrame, yearly: pl.DataFrame | None, season: str, confidence: float
) -> dict[str, Any]:
    place, medium, code = key
    left_out: list[int] = []
    if season == "none":
        part, left_out = _whole_years(part)
    years = part["year"].unique().sort().to_list()
    row: dict[str, Any] = {
        "result_id": result_id("trend", place, medium, code, season),
        "place": place,
        "medium": medium,
        "indicator": code,
        "unit": indicator_of(code).unit,
        "test": "mann_kendall" if season == "none" else "seasonal_kendall",
        "season": season,
        "confidence": confidence,
        "n": part.height,
        "censored": int((part["censored"] > 0).sum()),
        "years": len(years),
        "first_year": years[0] if years else None,
        "last_year": years[-1] if years else None,
        "years_left_out": ";".join(str(year) for year in left_out),
        "method": part["method"][0] if part.height else None,
        "direction": "too_few",
    }
    row.update(_official(yearly))
    if part.height >= _LEAST_VALUES and len(years) > 1:
        row.update(_tested(part, season, confidence))
    return {name: row.get(name) for name in TREND_SCHEMA}


def _tested(part: pl.DataFrame, season: str, confidence: float) -> dict[str, Any]:
    data = Intervals(part["low"].to_numpy().copy(), part["high"].to_numpy().copy())
    years = part["year"].to_numpy().astype(np.float64)
    # Years counted from the first keep the intercept inside the data.
    since = years - years.min()
    test: KendallTest
    slope: SenSlope
    if season == "none":
        test = mann_kendall(data, since)
        slope = sens_slope(data, since, interval=confidence, test=test)
    else:
        labels = part["season"].to_numpy()
        test = seasonal_kendall(data, labels, since)
        slope = sens_slope(data, since, interval=confidence, seasons=labels, test=test)
    deciding = test.p if test.p_serial is None else test.p_serial
    direction = "none"
    if deciding < SIGNIFICANT:
        direction = "rising" if test.statistic > 0 else "falling"
    return {
        "statistic": test.statistic,
        "z": test.z,
        "tau": test.tau,
        "p": test.p,
        "p_serial": test.p_serial,
        "heterogeneity_p": test.heterogeneity_p,
        "direction": direction,
        "slope_per_year": slope.slope,
        "slope_low": slope.low,
        "slope_high": slope.high,
        "intercept": slope.intercept,
    }


def _whole_years(part: pl.DataFrame) -> tuple[pl.DataFrame, list[int]]:
    """Years sampled as usual, and the years left out because a third of their parts is missing.

    The mean of a running year that lacks its autumn is not one of a year.
    """
    usual = part["parts"].median()
    least = _WHOLE_YEAR_SHARE * float(usual) if isinstance(usual, int | float) else 0.0
    kept = pl.col("parts") > least
    return part.filter(kept), part.filter(~kept)["year"].to_list()


def _official(yearly: pl.DataFrame | None) -> dict[str, Any]:
    if yearly is None:
        return {}
    kept, _ = _whole_years(yearly)
    verdict = spearman_official(kept["value"].to_numpy())
    if verdict is None:
        return {"spearman_years": kept.height}
    return {
        "spearman": verdict.rs,
        "spearman_critical": verdict.critical,
        "spearman_years": verdict.n,
        "spearman_direction": verdict.direction,
    }


__all__ = ["SEASONS", "SIGNIFICANT", "TREND_SCHEMA", "trend"]
