"""How fast does it change? Sen's slope with its interval, also for non-detects.

Theil (1950) and Sen (1968, JASA 63: 1379-1389) take the median of the slopes between all pairs; the
interval inverts Kendall's test (Gilbert 1987, section 16.5). For non-detects the estimator of
Akritas, Murphy & LaValley (1995, JASA 90: 170-177) takes the slope at which Kendall's S of the
residuals vanishes. With every value an interval, each pair has a least and a greatest possible
slope, and S of the residuals after removing the slope b is

    #(least slopes above b) - #(greatest slopes below b),

which vanishes at the median of the least and greatest slopes taken together. Without non-detects
this is Sen's slope exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from luhai.assessment.trend_order import Floats, Intervals, intervals
from luhai.assessment.trend_tests import KendallTest, mann_kendall, seasonal_kendall
from luhai.errors import UsageError
from luhai.text import Text


@dataclass(frozen=True)
class SenSlope:
    """A slope per unit of time with its interval.

    Attributes:
        slope: in the values' unit per unit of the times; ``None`` when no pair of values exists or
            could be ordered, or non-detects leave it unbounded.
        low, high: ends of the two-sided interval; ``None`` where the sample is too small to bound
            them at this confidence, or non-detects leave them unbounded.
        intercept: median of the residuals at time zero, from mid-points of intervals; for drawing.
        confidence: confidence of the interval.
        pairs: number of pairs the slope rests on.
    """

    slope: float | None
    low: float | None
    high: float | None
    intercept: float | None
    confidence: float
    pairs: int


def sens_slope(
    values: ArrayLike | Intervals,
    times: ArrayLike | None = None,
    *,
    interval: float = 0.90,
    censored: Sequence[str | bool] | None = None,
    seasons: ArrayLike | None = None,
    test: KendallTest | None = None,
) -> SenSlope:
    """Sen's slope, or the seasonal Kendall slope when seasons are given.

    Args:
        values: shape (n,); a limit where ``censored`` marks one. Or intervals.
        times: shape (n,), e.g. years; the order of the values when not given.
        interval: confidence of the two-sided interval, between 0 and 1.
        censored: per value ``""``, ``"<"`` or ``">"``.
        seasons: season of each value; only pairs within a season count (Hirsch, Slack & Smith
            1982). Times are then whole years.
        test: Kendall's test of the same values, if it is at hand; made anew when not given.

    Raises:
        UsageError: a confidence outside 0...1, or lists of different length.
    """
    if not 0.0 < interval < 1.0:
        raise UsageError(Text("The confidence of an interval lies between 0 and 1, e.g. 0.90."))
    data = values if isinstance(values, Intervals) else intervals(values, censored)
    moments = np.arange(data.n, dtype=np.float64) if times is None else np.asarray(times, float)
    if moments.shape != (data.n,):
        raise UsageError(Text("There must be one time per value."))
    labels = None if seasons is None else np.asarray(seasons)
    if labels is not None and labels.shape != (data.n,):
        raise UsageError(Text("There must be one season per value."))
    slopes = pair_slopes(data, moments, labels)
    pairs = slopes.size // 2
    if pairs == 0:
        return SenSlope(None, None, None, None, interval, 0)
    if test is None and labels is None:
        test = mann_kendall(data, moments)
    elif test is None and labels is not None:
        test = seasonal_kendall(data, labels, moments)
    assert test is not None
    if test.comparable == 0 and not np.all(data.low == data.high):
        # Only non-detects that cannot be ordered: a slope of zero would be an invention.
        return SenSlope(None, None, None, None, interval, pairs)
    variance = test.variance
    reach = float(stats.norm.ppf(0.5 + interval / 2.0)) * float(np.sqrt(variance))
    slope = _middle(slopes)
    return SenSlope(
        slope=slope,
        low=_at_rank(slopes, pairs - reach, upwards=False),
        high=_at_rank(slopes, pairs + reach, upwards=True),
        intercept=_intercept(data, moments, slope),
        confidence=interval,
        pairs=pairs,
    )


def pair_slopes(
    data: Intervals, times: Floats, seasons: NDArray[np.generic] | None = None
) -> Floats:
    """Least and greatest slopes of all pairs with different times, sorted; shape (2 x pairs,)."""
    first, second = np.triu_indices(data.n, k=1)
    usable = times[first] != times[second]
    if seasons is not None:
        usable &= seasons[first] == seasons[second]
    first, second = first[usable], second[usable]
    swapped = times[first] > times[second]
    first, second = np.where(swapped, second, first), np.where(swapped, first, second)
    span = times[second] - times[first]
    # Two values above a measuring limit give inf - x on one side and x - inf on the other.
    least = (data.low[second] - data.high[first]) / span
    greatest = (data.high[second] - data.low[first]) / span
    slopes: Floats = np.sort(np.concatenate([least, greatest]))
    return slopes


def _at_rank(slopes: Floats, rank: float, *, upwards: bool) -> float | None:
    """The slope at a rank among both bounds of all pairs, by Gilbert's interpolation.

    Every exact slope stands twice among ``slopes``; ranks are therefore halved and counted among
    the averaged neighbours, which for exact values are Gilbert's M1 and M2 + 1.
    """
    position = rank / 2.0 if not upwards else rank / 2.0 + 1.0
    pairs = slopes.size // 2
    if position < 1.0 or position > pairs:
        return None
    halves = slopes[1::2] if upwards else slopes[0::2]
    # Interpolating between an unbounded neighbour and a number gives no number.
    below, above = int(np.floor(position)) - 1, int(np.ceil(position)) - 1
    if not (np.isfinite(halves[below]) and np.isfinite(halves[above])):
        return None
    return float(np.interp(position, np.arange(1, pairs + 1), halves))


def _middle(slopes: Floats) -> float | None:
    """Median of both bounds of all pairs; none where a bound without end stands in the middle."""
    pair = slopes[slopes.size // 2 - 1 : slopes.size // 2 + 1]
    return float(pair.mean()) if np.all(np.isfinite(pair)) else None


def _intercept(data: Intervals, times: Floats, slope: float | None) -> float | None:
    if slope is None:
        return None
    middle = np.where(np.isfinite(data.high), (data.low + data.high) / 2.0, data.low)
    return float(np.median(middle - slope * times))
