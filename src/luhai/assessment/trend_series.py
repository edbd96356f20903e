"""What are the values whose trend is asked: means per place and month, season or year?

The means are formed by the same code and steps as those of the classes (``averaging``), so that a
trend and a class speak of the same numbers; only non-detects are treated apart. A class needs one
number and takes a share of the limit; a rank test must not, so here a mean is an interval, from
non-detects at zero to non-detects at their limits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import polars as pl
from numpy.typing import NDArray

from luhai.assessment.averaging import (
    GEOMETRIC,
    HYDROGEN,
    Frame,
    Rules,
    means,
    observation_frame,
    unscaled,
)
from luhai.assessment.basis import Basis, make_basis
from luhai.assessment.classes import mean_values, yearly_counts
from luhai.assessment.periods import STEP_KEYS
from luhai.errors import UsageError
from luhai.standards import Standard, indicator, load_standard, standards
from luhai.standards.rounding import drop_noise
from luhai.text import Text

if TYPE_CHECKING:
    from luhai.plan.places import PlaceRegister

Floats = NDArray[np.float64]

SEASONS = {"month": "month", "quarter": "season", "none": "year"}
"""Season of a test to the period whose means it compares."""


@dataclass(frozen=True)
class Series:
    """Means per place, indicator and period.

    Attributes:
        table: ``place, medium, indicator, year, season`` (month or quarter number, 0 for whole
            years), ``low, high`` (bounds of the mean, indicator's unit), ``value`` (the mean with
            non-detects as the method counts them), ``n`` (values in it),
            ``censored`` (non-detects among them), ``parts`` (months, seasons or days with data
            behind it), ``method`` (id of the averaging method).
        season: ``month``, ``quarter`` or ``none``.
    """

    table: pl.DataFrame
    season: str


def period_series(
    observations: Any,
    indicators: Sequence[str],
    season: str,
    *,
    places: Sequence[str] | None = None,
    register: PlaceRegister | None = None,
    standard: str | None = None,
) -> Series:
    """Means whose trend can be tested.

    Args:
        observations: any frame of observations that narwhals knows.
        indicators: codes; derived sums (inorganic nitrogen) are formed from their parts.
        season: ``month``, ``quarter`` or ``none`` (whole years).
        places: only these; all when not given.
        register: places of the plan, to find them under their other names.
        standard: standard whose method averages; by the medium of the rows when not given.

    Raises:
        UsageError: an unknown season, indicator or standard.
        InputError: the frame lacks a column.
    """
    if season not in SEASONS:
        raise UsageError(
            Text("Unknown season {season!r}.", {"season": season}),
            remedy=Text("Use one of: {seasons}.", {"seasons": ", ".join(SEASONS)}),
        )
    codes = [indicator(code).code for code in indicators]
    frame = observation_frame(observations)
    frame = _only_places(frame, places, register)
    parts = []
    for medium, edition in _media(frame, standard):
        chosen = frame if medium is None else frame.filter(nw.col("medium") == medium)
        basis = make_basis(edition.id, SEASONS[season], register=register, medium=edition.medium)
        parts.append(_one_medium(chosen, basis, codes, season, medium or ""))
    table = pl.concat(parts) if parts else _empty()
    return Series(table.sort("place", "indicator", "year", "season"), season)


def _only_places(
    frame: Frame, places: Sequence[str] | None, register: PlaceRegister | None
) -> Frame:
    if places is None:
        return frame
    names = set(places)
    for name in places:
        found = None if register is None else register.resolve(name)
        if found is not None:
            names.add(found.id)
    return frame.filter(nw.col("place").is_in(sorted(names)))


def _media(frame: Frame, standard: str | None) -> list[tuple[str | None, Standard]]:
    """Media of the table, each with the standard whose method averages it."""
    if standard is not None:
        return [(None, load_standard(standard))]
    if "medium" not in frame.collect_schema().names():
        return [(None, _averaging_standard(""))]
    found = _collected(frame.select("medium").unique())["medium"].to_list()
    if not any(found):
        return [(None, _averaging_standard(""))]
    return [(medium, _averaging_standard(medium)) for medium in sorted(found, key=str) if medium]


def _averaging_standard(medium: str) -> Standard:
    """An ambient standard for a medium; for another medium the one with the fewest steps."""
    editions = [load_standard(name) for name in standards()]
    ambient = [one for one in editions if one.kind == "ambient"]
    fitting = [one for one in ambient if medium in one.media and one.superseded_by == ""]
    plainest = sorted(ambient, key=lambda one: len(make_basis(one.id, "year").chain.steps))
    return min(fitting or plainest[:1], key=lambda one: (one.medium != medium, one.id))


def _one_medium(
    frame: Frame, basis: Basis, codes: Sequence[str], season: str, medium: str
) -> pl.DataFrame:
    rules = basis.rules
    needed = {*codes, *(part for code in codes for part in rules.sums.get(code, ()))}
    chosen = frame.filter(nw.col("indicator").is_in(sorted(needed)))
    table = unscaled(_collected(means(chosen, rules, basis.chain)), rules)
    table = table.filter(pl.col("indicator").is_in(list(codes)) & pl.col("base").is_not_null())
    if table.is_empty():
        return _empty()
    unit = basis.chain.unit
    above = _above_counts(chosen, codes, unit)
    keys = ["place", "indicator", *STEP_KEYS[unit]]
    table = table.join(above, on=keys, how="left", validate="1:1")
    low, high = _bounds(table, rules)
    value = mean_values(table, basis, yearly_counts(table))
    label = pl.lit(0) if season == "none" else pl.col(unit)
    # The non-detects are counted in ``low`` there, which names the lower bound here.
    return table.select(
        pl.col("place").cast(pl.String),
        pl.lit(medium).alias("medium"),
        pl.col("indicator").cast(pl.String),
        pl.col("year").cast(pl.Int32),
        label.cast(pl.Int32).alias("season"),
        pl.Series("low", low),
        pl.Series("high", high),
        value.alias("value"),
        pl.col("n").cast(pl.Int64),
        pl.col("low").cast(pl.Int64).alias("censored"),
        pl.col("parts").cast(pl.Int64),
        pl.lit(basis.method.id).alias("method"),
    )


def _above_counts(frame: Frame, codes: Sequence[str], unit: str) -> pl.DataFrame:
    """Values that are only known to lie above a measuring limit, per unit."""
    rows = frame.filter((nw.col("censored") == ">") & nw.col("indicator").is_in(list(codes)))
    if unit == "season":
        rows = rows.with_columns(season=(nw.col("month") + 2) // 3)
    keys = ["place", "indicator", *STEP_KEYS[unit]]
    return _collected(rows.group_by(*keys).agg(above=nw.len()))


def _bounds(table: pl.DataFrame, rules: Rules) -> tuple[Floats, Floats]:
    """Mean with every non-detect at zero and at its limit, in the indicator's unit."""
    base = table["base"].to_numpy().astype(np.float64)
    limits = table.select(pl.sum_horizontal(*rules.limit_columns)).to_series().to_numpy()
    hydrogen = table["indicator"].is_in(list(rules.codes(HYDROGEN))).to_numpy()
    geometric = table["indicator"].is_in(list(rules.codes(GEOMETRIC))).to_numpy()
    low, high = base.copy(), base + limits
    low[hydrogen] = high[hydrogen] = -np.log10(base[hydrogen])
    high[geometric] = np.exp(base[geometric])
    # A logarithmic mean with one non-detect at zero is zero.
    low[geometric] = np.where(limits[geometric] > 0, 0.0, high[geometric])
    # A sum of two exact means has binary noise, which must not order what is equal.
    low, high = drop_noise(low), drop_noise(high)
    high[table["above"].fill_null(0).to_numpy() > 0] = np.inf
    return low, high


def _collected(frame: Frame) -> pl.DataFrame:
    return frame.collect("polars").to_native()  # type: ignore[no-any-return]


def _empty() -> pl.DataFrame:
    types: dict[str, Any] = {
        "place": pl.String,
        "medium": pl.String,
        "indicator": pl.String,
        "year": pl.Int32,
        "season": pl.Int32,
        "low": pl.Float64,
        "high": pl.Float64,
        "value": pl.Float64,
        "n": pl.Int64,
        "censored": pl.Int64,
        "parts": pl.Int64,
        "method": pl.String,
    }
    return pl.DataFrame(schema=types)
