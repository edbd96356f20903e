"""Checks of a value by what it says: ranges, substituted limits, parts and wholes, contradictions.

Class limits and detection limits come from ``standards``; usual ranges that no class limit implies
stand in ``data/quality_ranges.csv``, and which indicator is a part of which in
``data/quality_parts.csv``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import polars as pl

from luhai import standards
from luhai.observations.ordering import LOCATION, Codes, Mask, first_of_each
from luhai.observations.quality.registry import Numbers, Prepared, quality_check
from luhai.observations.quality.tables import PartRule, part_rules, threshold, usual_ranges

SAMPLE = tuple(name for name in LOCATION if name != "indicator")
"""What the values of one sample share."""

CLASS_STANDARDS = {"sea": "gb3097-1997", "river": "gb3838-2002", "lake": "gb3838-2002-lake"}
"""Whose class limits describe what water of a medium usually holds; waste water has none."""


@quality_check("range", source="QARTOD gross range test, suspect level; quality_ranges.csv")
def unusual_range(data: Prepared) -> Mask:
    """A value that water of its medium hardly ever holds.

    The bounds are those of ``quality_ranges.csv``; for other indicators ten times the limit of the
    last class. Values outside the physically possible were rejected when the file was read.
    """
    bounds = [
        [_usual_bounds(medium, indicator) for indicator in data.indicators] for medium in data.media
    ]
    table = np.array(bounds, dtype=np.float64).reshape(len(data.media), len(data.indicators), 2)
    low, high = table[:, :, 0], table[:, :, 1]
    place = (data.medium, data.indicator)
    outside = (data.value < low[place]) | (data.value > high[place])
    return data.measured & outside


@quality_check(
    "half_limit",
    source="half the limit is substituted when assessing, not when reporting; limits stated in the "
    "file and those of GB 3097-1997, table 2",
)
def half_limit(data: Prepared) -> Mask:
    """A value that equals half a detection limit: a non-detect in disguise.

    Only where nothing else was measured below that limit: otherwise the laboratory sees further
    down than the limit says, and half of it is a value like any other.
    """
    marks = np.zeros(data.frame.height, dtype=np.bool_)
    tolerance = threshold("half_limit", "tolerance")
    for position, indicator in enumerate(data.indicators):
        tabled = (_tabled_limit(medium, indicator) for medium in data.media)
        limits = {limit for limit in tabled if limit is not None}
        limits.update(data.stated_limits.get(indicator, ()))
        if not limits:
            continue
        rows = np.flatnonzero(data.measured & (data.indicator == position))
        values = data.value[rows]
        for limit in limits:
            is_half = np.abs(values - limit / 2) <= tolerance * limit
            if is_half.any() and not ((values > 0) & (values < limit) & ~is_half).any():
                marks[rows[is_half]] = True
    return marks


@quality_check(
    "reporting_limit", source="detection limits written as values; thresholds in quality_checks.csv"
)
def reporting_limit(data: Prepared) -> Mask:
    """The lowest value of an indicator where it recurs at several places: a limit, no reading."""
    return data.at_reporting_limit


@quality_check("coarse_limit", source="half-limit rule of the assessment methods")
def coarse_limit(data: Prepared) -> Mask:
    """A non-detect whose substituted half would already miss the strictest class."""
    non_detect = (data.frame["censored"] == "<").to_numpy()
    if not non_detect.any():
        return np.zeros(data.frame.height, dtype=np.bool_)
    strictest = np.array(
        [[_class_high(medium, code, 1) for code in data.indicators] for medium in data.media]
    ).reshape(len(data.media), len(data.indicators))
    coarse: Mask = non_detect & (data.value / 2 > strictest[data.medium, data.indicator])
    return coarse


@quality_check("parts_exceed_whole", source="quality_parts.csv, one source per pair")
def parts_exceed_whole(data: Prepared) -> Mask:
    """Parts that add up to more than their whole in the same sample, beyond analytical error.

    A part that is missing or not detected counts as nothing, a whole that is not detected as its
    limit: what is marked contradicts itself however the unknown turns out.
    """
    marks = np.zeros(data.frame.height, dtype=np.bool_)
    for rule in part_rules():
        if rule.whole in data.indicators and set(rule.parts) & set(data.indicators):
            marks |= _exceeding(data, rule)
    return marks


@quality_check("conflict", source="identity of observations without their value")
def conflict(data: Prepared) -> Mask:
    """Another value for the same place, time, layer, depth, sample and indicator."""
    several = pl.struct("value", "censored").n_unique().over(LOCATION) > 1
    return _among_shared(data, lambda rows: rows.select(several).to_series())


@quality_check("repeated", source="identity of observations")
def repeated(data: Prepared) -> Mask:
    """The same observation once more."""
    return ~first_of_each(data.ordered)


def _among_shared(data: Prepared, mark: Callable[[pl.DataFrame], pl.Series]) -> Mask:
    """Marks of rows that share series and moment with another row; all other rows get none."""
    marks = np.zeros(data.frame.height, dtype=np.bool_)
    rows = np.flatnonzero(data.shares_moment)
    if rows.size:
        marks[rows] = mark(data.frame[rows]).to_numpy()
    return marks


def _exceeding(data: Prepared, rule: PartRule) -> Mask:
    """Marks of one rule: the whole and each of its parts, where the parts exceed it.

    Samples alone at their moment are matched by one integer; profiles and parallel samples, and
    keys too large for an integer, by a join over every column of a sample.
    """
    marks = np.zeros(data.frame.height, dtype=np.bool_)
    codes = {rule.whole, *rule.parts}
    positions = [position for position, code in enumerate(data.indicators) if code in codes]
    rows = np.flatnonzero(np.isin(data.indicator, positions) & ~np.isnan(data.value))
    moment = data.moment
    if moment is None:
        _mark_by_join(data, rule, rows, marks)
        return marks
    crowded = np.unique(moment[rows[data.shares_moment[rows]]])
    if crowded.size:
        is_crowded = np.isin(moment[rows], crowded)
        _mark_by_join(data, rule, rows[is_crowded], marks)
        rows = rows[~is_crowded]
    _mark_by_moment(data, rule, rows, moment, marks)
    return marks


def _mark_by_moment(
    data: Prepared, rule: PartRule, rows: Codes, moment: Codes, marks: Mask
) -> None:
    """Mark samples that are alone at their moment."""

    def rows_of(code: str) -> Codes:
        found: Codes = rows[data.indicator[rows] == data.indicators.index(code)]
        return found

    wholes = rows_of(rule.whole)
    total = np.zeros(wholes.size)
    matched = []
    for code in rule.parts:
        parts = rows_of(code) if code in data.indicators else wholes[:0]
        if parts.size and wholes.size:
            nearest = np.searchsorted(moment[parts], moment[wholes])
            part = parts[np.minimum(nearest, parts.size - 1)]
            found = (moment[part] == moment[wholes]) & _same_sample(data, part, wholes)
            total += np.where(found, _lower_bound(data, part), 0.0)
            matched.append((part, found))
    exceeds = total > _upper_bound(data, wholes) * _allowed()
    marks[wholes[exceeds]] = True
    for part, found in matched:
        marks[part[found & exceeds]] = True


def _same_sample(data: Prepared, rows: Codes, others: Codes) -> Mask:
    same = np.ones(rows.size, dtype=np.bool_)
    if data.depth is not None:
        same &= data.depth[rows] == data.depth[others]
    if data.sample is not None:
        same &= data.sample[rows] == data.sample[others]
    return same


def _lower_bound(data: Prepared, rows: Codes) -> Numbers:
    below = (data.frame["censored"].gather(rows) == "<").to_numpy()
    return np.where(below, 0.0, data.value[rows])


def _upper_bound(data: Prepared, rows: Codes) -> Numbers:
    above = (data.frame["censored"].gather(rows) == ">").to_numpy()
    return np.where(above, np.inf, data.value[rows])


def _allowed() -> float:
    return 1 + threshold("parts_exceed_whole", "tolerance")


def _mark_by_join(data: Prepared, rule: PartRule, rows: Codes, marks: Mask) -> None:
    """Mark samples of profiles and parallels."""
    involved = data.frame.select(*SAMPLE, "indicator")[rows].with_columns(
        row=pl.Series(rows),
        low=pl.Series(_lower_bound(data, rows)),
        high=pl.Series(_upper_bound(data, rows)),
    )
    is_whole = pl.col("indicator") == rule.whole
    parts = (
        involved.filter(~is_whole)
        # Of parallel determinations the least, so that the check never rests on the worst.
        .group_by(*SAMPLE, "indicator")
        .agg(pl.col("low").min(), part_rows=pl.col("row"))
        .group_by(SAMPLE)
        .agg(pl.col("low").sum(), pl.col("part_rows").explode())
    )
    wholes = (
        involved.filter(is_whole)
        .group_by(SAMPLE)
        .agg(pl.col("high").max(), whole_rows=pl.col("row"))
    )
    exceeding = wholes.join(
        parts, on=list(SAMPLE), how="inner", nulls_equal=True, validate="1:1"
    ).filter(pl.col("low") > pl.col("high") * _allowed())
    for column in ("whole_rows", "part_rows"):
        marks[exceeding[column].explode().drop_nulls().to_numpy()] = True


@cache
def _usual_bounds(medium: str, indicator: str) -> tuple[float, float]:
    for usual in usual_ranges():
        if usual.indicator == indicator and usual.medium in ("", medium):
            return usual.low, usual.high
    if medium not in CLASS_STANDARDS:
        return -np.inf, np.inf
    last = standards.load_standard(CLASS_STANDARDS[medium]).class_count
    highest = _class_high(medium, indicator, last)
    return -np.inf, highest * threshold("range", "class_factor")


@cache
def _class_high(medium: str, indicator: str, class_number: int) -> float:
    """Upper limit of a class, infinite where there is none."""
    if medium not in CLASS_STANDARDS:
        return np.inf
    limit = standards.load_standard(CLASS_STANDARDS[medium]).limit(indicator, class_number)
    return np.inf if limit is None or limit.high is None else float(limit.high)


@cache
def _tabled_limit(medium: str, indicator: str) -> float | None:
    if medium not in CLASS_STANDARDS:
        return None
    return standards.detection_limit(indicator, CLASS_STANDARDS[medium])
