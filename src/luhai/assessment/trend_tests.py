"""Is there a trend? Mann-Kendall and seasonal Kendall, with ties, non-detects, serial correlation.

Mann (1945) and Kendall (1975) count, over all pairs in time, rises minus falls; the seasonal test
(Hirsch, Slack & Smith 1982, Water Resources Research 18: 107-121) sums the counts of each season,
so that the yearly cycle cannot pass for a trend. The variance is the exact permutation variance of
a score sum (Daniels 1944, Biometrika 33: 129-135), which equals the familiar tie correction when
values are tied and stays right when non-detects make pairs incomparable (Latta 1981, JASA 76:
652-660). Values that follow each other closely are alike and make a plain test too sure: the
covariance between seasons of Hirsch & Slack (1984, Water Resources Research 20: 727-732) gives a
second p for that case.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import permutations
from math import erfc, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special, stats

from luhai.assessment.trend_order import (
    Floats,
    Intervals,
    Signs,
    intervals,
    order_signs,
    time_signs,
)
from luhai.errors import UsageError
from luhai.text import Text

_LARGEST_ENUMERATED = 8  # 8! = 40,320 orders: exact in milliseconds
_LARGEST_EXACT = 10  # Gilbert (1987, section 16.4.1): use the exact table up to n = 10
_YEARS_FOR_COVARIANCE = 10  # Hirsch & Slack (1984): the covariance needs about ten years


@dataclass(frozen=True)
class KendallTest:
    """Outcome of a Kendall test for trend.

    Attributes:
        test: ``mann_kendall`` or ``seasonal_kendall``.
        statistic: S, rises minus falls over all comparable pairs (of the same season).
        variance: permutation variance of S.
        z: S with continuity correction in standard deviations; 0 where nothing can be compared.
        p: two-sided probability of so large an S without trend; 1 where nothing can be compared.
        exact: whether ``p`` is exact rather than from the normal approximation.
        tau: Kendall's tau-a, S over the number of pairs.
        n: number of values.
        comparable: number of pairs that could be ordered.
        p_serial: p with the covariance between seasons, ``None`` with fewer than ten years or a
            single season.
        heterogeneity_p: probability that the seasons share one trend (van Belle & Hughes 1984,
            Water Resources Research 20: 127-136); small means that the seasons differ.
        season_statistics: S of each season, in the order of the seasons' labels.
    """

    test: str
    statistic: int
    variance: float
    z: float
    p: float
    exact: bool
    tau: float
    n: int
    comparable: int
    p_serial: float | None = None
    heterogeneity_p: float | None = None
    season_statistics: tuple[int, ...] = ()


def mann_kendall(
    values: ArrayLike | Intervals,
    times: ArrayLike | None = None,
    censored: Sequence[str | bool] | None = None,
) -> KendallTest:
    """Mann-Kendall test for a monotonic trend.

    Up to ten values without ties, or eight with ties or non-detects, the p is exact; above it comes
    from the normal approximation with continuity correction (Gilbert 1987, sections 16.4.1-16.4.2).

    Args:
        values: shape (n,), in any unit; a limit where ``censored`` marks one. Or intervals.
        times: shape (n,), any unit; the order of the values when not given. Equal times are not
            compared with each other.
        censored: per value ``""``, ``"<"`` or ``">"``.

    Raises:
        UsageError: lists of different length, or values that are not finite.
    """
    data = values if isinstance(values, Intervals) else intervals(values, censored)
    moments = _times_of(times, data.n)
    return kendall_from_signs(order_signs(data), time_signs(moments))


def kendall_from_signs(value_order: Signs, time_order: Signs) -> KendallTest:
    """Mann-Kendall test from comparisons of values and times, each of shape (n, n)."""
    n = value_order.shape[0]
    score = int(np.sum(value_order.astype(np.int64) * time_order)) // 2
    variance = permutation_variance(value_order, time_order)
    comparable = int(np.count_nonzero(value_order * time_order)) // 2
    p, exact = _exact_p(value_order, time_order, score), True
    if p is None:
        p, exact = two_sided_p(score, variance), False
    pairs = n * (n - 1) / 2
    return KendallTest(
        test="mann_kendall",
        statistic=score,
        variance=variance,
        z=z_of(score, variance),
        p=p,
        exact=exact,
        tau=score / pairs if pairs else 0.0,
        n=n,
        comparable=comparable,
    )


def seasonal_kendall(
    values: ArrayLike | Intervals,
    seasons: ArrayLike,
    years: ArrayLike,
    censored: Sequence[str | bool] | None = None,
) -> KendallTest:
    """Seasonal Kendall test: comparisons within each season only, summed over the seasons.

    Args:
        values: shape (n,); see :func:`mann_kendall`.
        seasons: season of each value (month or quarter number), shape (n,).
        years: year of each value, shape (n,); one value per season and year.

    Raises:
        UsageError: lists of different length, or two values for one season of one year.
    """
    data = values if isinstance(values, Intervals) else intervals(values, censored)
    order = season_signs(data, np.asarray(seasons), np.asarray(years))
    scores = _triangle_sums(order)
    variances = _season_variances(order)
    score, variance = int(scores.sum()), float(variances.sum())
    covariance = float(hirsch_slack_covariance(order).sum())
    year_count = order.shape[1]
    enough = order.shape[0] > 1 and year_count >= _YEARS_FOR_COVARIANCE
    counts = np.diagonal(order, axis1=1, axis2=2).sum(axis=1, dtype=np.int64)
    pairs = float(np.sum(counts * (counts - 1) / 2))
    return KendallTest(
        test="seasonal_kendall",
        statistic=score,
        variance=variance,
        z=z_of(score, variance),
        p=two_sided_p(score, variance),
        exact=False,
        tau=score / pairs if pairs else 0.0,
        n=data.n,
        comparable=int(np.count_nonzero(np.triu(order, k=1))),
        p_serial=two_sided_p(score, variance + covariance) if enough else None,
        heterogeneity_p=_heterogeneity_p(scores, variances),
        season_statistics=tuple(int(value) for value in scores),
    )


def season_signs(
    data: Intervals, seasons: NDArray[np.generic], years: NDArray[np.generic]
) -> Signs:
    """Comparisons within each season, shape (seasons, years, years); 0 where a value is missing.

    Years are those that occur at all; the diagonal is 1 for a year that has a value in that season
    (it marks presence and takes no part in any comparison).

    Raises:
        UsageError: lists of different length, or two values for one season of one year.
    """
    if seasons.shape != (data.n,) or years.shape != (data.n,):
        raise UsageError(Text("There must be one season and one year per value."))
    season_labels, season_index = np.unique(seasons, return_inverse=True)
    year_labels, year_index = np.unique(years, return_inverse=True)
    shape = (season_labels.size, year_labels.size)
    cells = season_index * shape[1] + year_index
    if np.unique(cells).size != cells.size:
        raise UsageError(
            Text("Two values fall into one season of one year."),
            remedy=Text("Average them before the seasonal test."),
        )
    low = np.full(shape, np.nan)
    high = np.full(shape, np.nan)
    low[season_index, year_index] = data.low
    high[season_index, year_index] = data.high
    order = np.zeros((shape[0], shape[1], shape[1]), dtype=np.int8)
    for season in range(shape[0]):
        order[season] = order_signs(Intervals(low[season], high[season]))
        np.fill_diagonal(order[season], ~np.isnan(low[season]))
    return order


def permutation_variance(value_order: Signs, time_order: Signs) -> float:
    """Variance of S when every assignment of values to times is equally likely (Daniels 1944).

    For n values with scores a (values) and b (times), twice S is the sum of a*b over all ordered
    pairs and its variance has the closed form below; without ties it is n(n-1)(2n+5)/18 for S.
    """
    count = np.array([value_order.shape[0]])
    return float(_variances(value_order[None], time_order[None], count)[0])


def _season_variances(order: Signs) -> Floats:
    """Permutation variance of each season's S, from comparisons of :func:`season_signs`."""
    present = np.diagonal(order, axis1=1, axis2=2)
    years = order.shape[1]
    values = order.copy()
    values[:, np.arange(years), np.arange(years)] = 0
    times = time_signs(np.arange(years, dtype=np.float64))[None]
    times = times * present[:, :, None] * present[:, None, :]
    return _variances(values, times, present.sum(axis=1, dtype=np.int64))


def _variances(values: Signs, times: Signs, count: NDArray[np.int64]) -> Floats:
    """The closed form for stacks of comparisons; ``count`` values take part in each."""
    value_rows, value_squares = _row_moments(values)
    time_rows, time_squares = _row_moments(times)
    n = count.astype(np.float64)
    total = 2.0 * value_squares * time_squares / np.maximum(n * (n - 1), 1.0)
    triples = (value_rows - value_squares) * (time_rows - time_squares)
    total += np.where(n > 2, 4.0 * triples / np.maximum(n * (n - 1) * (n - 2), 1.0), 0.0)
    variances: Floats = total / 4.0
    return variances


def _row_moments(order: Signs) -> tuple[Floats, Floats]:
    rows = order.sum(axis=2, dtype=np.int64)
    squares: Floats = np.sum(rows**2, axis=1).astype(np.float64)
    return squares, np.count_nonzero(order, axis=(1, 2)).astype(np.float64)


def hirsch_slack_covariance(order: Signs) -> Floats:
    """Covariance between the S of different seasons, shape (seasons, seasons), zero diagonal.

    The estimator of Dietz & Killeen (1981, JASA 76: 169-174) as Hirsch & Slack (1984) use it, with
    a year that misses a season at that season's mean rank.

    Args:
        order: comparisons of shape (seasons, years, years), from :func:`season_signs`.
    """
    season_count, year_count = order.shape[0], order.shape[1]
    present = np.diagonal(order, axis1=1, axis2=2).astype(np.float64)
    comparisons = order.astype(np.float64)
    comparisons[:, np.arange(year_count), np.arange(year_count)] = 0.0
    # A row of the matrix says who lies above; a rank counts who lies below.
    ranks = (present.sum(axis=1, keepdims=True) + 1.0 - comparisons.sum(axis=2)) / 2.0
    upper = np.triu_indices(year_count, k=1)
    pairs = comparisons[:, upper[0], upper[1]]
    concordance = pairs @ pairs.T
    plus_one = present.sum(axis=1) + 1.0
    covariance = (
        concordance + 4.0 * ranks @ ranks.T - year_count * np.outer(plus_one, plus_one)
    ) / 3.0
    covariance[np.arange(season_count), np.arange(season_count)] = 0.0
    result: Floats = covariance
    return result


def z_of(score: float, variance: float) -> float:
    """S in standard deviations with the continuity correction of one; 0 without variance."""
    if variance <= 0 or score == 0:
        return 0.0
    return float((score - np.sign(score)) / sqrt(variance))


def two_sided_p(score: float, variance: float) -> float:
    """Two-sided p of S by the normal approximation."""
    return float(erfc(abs(z_of(score, variance)) / sqrt(2.0)))


def _exact_p(value_order: Signs, time_order: Signs, score: int) -> float | None:
    n = value_order.shape[0]
    if n < 2 or not np.any(value_order):
        return 1.0
    pairs = n * (n - 1)
    untied = np.count_nonzero(value_order) == pairs and np.count_nonzero(time_order) == pairs
    if untied and n <= _LARGEST_EXACT:
        ranks, moments = value_order.sum(axis=0), time_order.sum(axis=0)
        return float(stats.kendalltau(moments, ranks, method="exact").pvalue)
    if n > _LARGEST_ENUMERATED:
        return None
    scores = value_order.ravel()[_pairs_of_orders(n)] @ time_order[np.triu_indices(n, k=1)]
    return float(np.mean(np.abs(scores) >= abs(score)))


@cache
def _pairs_of_orders(n: int) -> NDArray[np.intp]:
    """Flat positions of all pairs of n values in a matrix, for every order; (n!, n(n-1)/2)."""
    orders = np.array(list(permutations(range(n))), dtype=np.intp)
    first, second = np.triu_indices(n, k=1)
    return orders[:, first] * n + orders[:, second]


def _triangle_sums(order: Signs) -> NDArray[np.int64]:
    upper = np.triu_indices(order.shape[1], k=1)
    sums: NDArray[np.int64] = order[:, upper[0], upper[1]].sum(axis=1, dtype=np.int64)
    return sums


def _heterogeneity_p(scores: NDArray[np.int64], variances: Floats) -> float | None:
    usable = variances > 0
    if np.count_nonzero(usable) < 2:
        return None
    z = scores[usable] / np.sqrt(variances[usable])
    chi_square = float(np.sum(z**2) - z.size * np.mean(z) ** 2)
    return float(special.chdtrc(z.size - 1, max(chi_square, 0.0)))


def _times_of(times: ArrayLike | None, n: int) -> Floats:
    if times is None:
        return np.arange(n, dtype=np.float64)
    moments = np.asarray(times, dtype=np.float64)
    if moments.shape != (n,):
        raise UsageError(Text("There must be one time per value."))
    if not np.all(np.isfinite(moments)):
        raise UsageError(Text("Some times are missing or not finite."))
    return moments
