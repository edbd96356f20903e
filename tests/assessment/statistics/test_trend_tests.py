"""Kendall tests against exact tables, an independent implementation and closed forms."""

from __future__ import annotations

from itertools import permutations
from math import factorial

import numpy as np
import pymannkendall
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from luhai.assessment.trend_order import Intervals, intervals, order_signs, time_signs
from luhai.assessment.trend_tests import (
    hirsch_slack_covariance,
    mann_kendall,
    permutation_variance,
    season_signs,
    seasonal_kendall,
)
from luhai.errors import UsageError

# Upper-tail probabilities P(S >= s) for n values without ties: Gilbert (1987), Statistical Methods
# for Environmental Pollution Monitoring, table A18 (from Hollander & Wolfe 1973).
GILBERT_TABLE_A18 = [
    (4, 0, 0.625),
    (4, 2, 0.375),
    (4, 4, 0.167),
    (4, 6, 0.042),
    (5, 0, 0.592),
    (5, 6, 0.117),
    (5, 8, 0.042),
    (5, 10, 0.0083),
    (8, 8, 0.199),
    (8, 16, 0.031),
    (8, 20, 0.0071),
]


def _series_with(n: int, score: int) -> list[int]:
    for order in permutations(range(n)):
        if sum(np.sign(b - a) for i, a in enumerate(order) for b in order[i + 1 :]) == score:
            return list(order)
    raise AssertionError("no such series")


@pytest.mark.parametrize(("n", "score", "upper"), GILBERT_TABLE_A18)
def test_exact_p_agrees_with_gilberts_table(n: int, score: int, upper: float) -> None:
    test = mann_kendall(_series_with(n, score))
    assert test.exact
    assert test.statistic == score
    two_sided = min(1.0, 2.0 * upper)
    # The table is printed with two or three significant digits.
    assert test.p == pytest.approx(two_sided, rel=0.02)


def test_epa_worked_example() -> None:
    """US EPA QA/G-9 (2000), box 4-16: 5, 6, 11, 8, 10 has S = 6, upper p 0.117."""
    test = mann_kendall([5, 6, 11, 8, 10])
    assert test.statistic == 6
    assert test.p == pytest.approx(2 * 0.117, abs=0.001)
    assert test.variance == pytest.approx(5 * 4 * 15 / 18)


@pytest.mark.parametrize("seed", range(8))
def test_agrees_with_pymannkendall(seed: int) -> None:
    """Independent implementation: Hussain & Mahmud 2019, JOSS 4(39): 1556; ties included."""
    random = np.random.default_rng(seed)
    values = np.round(random.normal(size=40) + 0.03 * seed * np.arange(40), 1)
    ours, theirs = mann_kendall(values), pymannkendall.original_test(values)
    assert ours.statistic == theirs.s
    assert ours.variance == pytest.approx(theirs.var_s, rel=1e-12)
    assert ours.z == pytest.approx(theirs.z, rel=1e-12)
    assert ours.p == pytest.approx(theirs.p, rel=1e-9)
    assert ours.tau == pytest.approx(theirs.Tau, rel=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_seasonal_test_agrees_with_pymannkendall(seed: int) -> None:
    random = np.random.default_rng(seed)
    years, period = 15, 12
    cycle = np.tile(np.sin(np.arange(period)), years)
    values = np.round(random.gamma(2.0, 1.0, years * period) + cycle + 0.02 * seed, 1)
    ours = seasonal_kendall(
        values, np.tile(np.arange(period), years), np.repeat(np.arange(years), period)
    )
    theirs = pymannkendall.seasonal_test(values, period=period)
    assert ours.statistic == theirs.s
    assert ours.variance == pytest.approx(theirs.var_s, rel=1e-12)
    assert ours.p == pytest.approx(theirs.p, rel=1e-6)
    assert ours.tau == pytest.approx(theirs.Tau, rel=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_serial_variance_agrees_with_pymannkendall(seed: int) -> None:
    """Hirsch & Slack (1984) covariance, without ties as pymannkendall's estimator assumes."""
    random = np.random.default_rng(seed)
    years, period = 20, 4
    values = random.normal(size=years * period).cumsum()
    seasons, labels = np.tile(np.arange(period), years), np.repeat(np.arange(years), period)
    order = season_signs(intervals(values), seasons, labels)
    variances = [permutation_variance(*_plain(block)) for block in order]
    total = sum(variances) + hirsch_slack_covariance(order).sum()
    theirs = pymannkendall.correlated_seasonal_test(values, period=period)
    assert total == pytest.approx(theirs.var_s, rel=1e-9)


def _plain(block: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    values = block.copy()
    np.fill_diagonal(values, 0)
    return values, time_signs(np.arange(block.shape[0], dtype=float))


def test_serial_correlation_makes_the_test_less_sure() -> None:
    random = np.random.default_rng(3)
    years, period = 20, 12
    level = np.repeat(random.normal(size=years).cumsum(), period)
    values = level + 0.3 * random.normal(size=years * period)
    test = seasonal_kendall(
        values, np.tile(np.arange(period), years), np.repeat(np.arange(years), period)
    )
    assert test.p_serial is not None
    assert test.p_serial > 10 * test.p


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(0, 4), min_size=3, max_size=7))
def test_variance_is_that_of_all_orders(values: list[int]) -> None:
    """The closed form equals the variance of S over every assignment of values to times."""
    data = intervals(values)
    signs = order_signs(data)
    upper = np.triu_indices(len(values), 1)
    scores = [
        signs[np.ix_(order, order)][upper].sum() for order in map(list, permutations(range(data.n)))
    ]
    assert len(scores) == factorial(data.n)
    assert mann_kendall(data).variance == pytest.approx(np.var(scores), abs=1e-9)
    score = mann_kendall(data).statistic
    expected = np.mean(np.abs(scores) >= abs(score))
    assert mann_kendall(data).p == pytest.approx(expected)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=3, max_size=6),
)
def test_variance_with_non_detects_is_that_of_all_orders(rows: list[tuple[int, bool]]) -> None:
    data = intervals([float(value) for value, _ in rows], [below for _, below in rows])
    signs = order_signs(data)
    upper = np.triu_indices(data.n, 1)
    scores = [signs[np.ix_(o, o)][upper].sum() for o in map(list, permutations(range(data.n)))]
    assert mann_kendall(data).variance == pytest.approx(np.var(scores), abs=1e-9)


def test_only_comparable_pairs_count() -> None:
    """Helsel (2012), chapter 12: <1 to 10 is a rise, <1 to 0.5 and <1 to <5 are ties."""
    signs = order_signs(intervals([1, 10, 0.5, 5, 1], ["<", "", "", "<", ""]))
    assert signs[0].tolist() == [0, 1, 0, 0, 1]
    assert signs[3].tolist() == [0, 1, 0, 0, 0]
    assert np.array_equal(signs, -signs.T)


def test_one_limit_equals_a_common_low_rank() -> None:
    """With a single limit, censored Kendall is Kendall with one low tie (Helsel 2012, 11.4)."""
    random = np.random.default_rng(7)
    values = random.gamma(1.5, 1.0, 30)
    limit = 1.0
    below = values < limit
    censored = mann_kendall(np.where(below, limit, values), censored=list(below))
    tied = mann_kendall(np.where(below, -1.0, values))
    assert (censored.statistic, censored.variance) == (tied.statistic, tied.variance)
    scipy_p = stats.kendalltau(np.arange(30), np.where(below, -1.0, values)).pvalue
    # scipy applies no continuity correction.
    assert censored.p == pytest.approx(scipy_p, abs=0.05)


def test_a_falling_limit_alone_is_no_trend() -> None:
    """Non-detects under a falling limit would fall if the limit, or half of it, were put in."""
    test = mann_kendall([5, 4, 3, 2, 1, 0.5], censored=["<"] * 6)
    assert (test.statistic, test.p, test.comparable) == (0, 1.0, 0)
    assert mann_kendall([5, 4, 3, 2, 1, 0.5]).p < 0.01


def test_values_above_a_limit() -> None:
    signs = order_signs(intervals([2400, 100, 5000], [">", "", ""]))
    assert signs[1].tolist() == [1, 0, 1]
    assert signs[0].tolist() == [0, -1, 0]


def test_times_decide_the_order_and_equal_times_are_not_compared() -> None:
    assert mann_kendall([3, 1, 2], [2003, 2001, 2002]).statistic == 3
    assert mann_kendall([3, 1, 2], [1, 1, 2]).comparable == 2


def test_missing_seasons_are_no_comparisons() -> None:
    whole = seasonal_kendall([1, 2, 3, 4, 5, 6], [1, 2, 1, 2, 1, 2], [1, 1, 2, 2, 3, 3])
    gap = seasonal_kendall([1, 2, 3, 5, 6], [1, 2, 1, 1, 2], [1, 1, 2, 3, 3])
    assert (whole.statistic, whole.comparable) == (6, 6)
    assert (gap.statistic, gap.comparable) == (4, 4)
    assert gap.variance == pytest.approx(3 * 2 * 11 / 18 + 1.0)


def test_opposite_seasons_are_told() -> None:
    years = np.arange(12)
    values = np.concatenate([years, -years]).astype(float)
    test = seasonal_kendall(values, np.repeat([1, 2], 12), np.tile(years, 2))
    assert test.statistic == 0
    assert test.heterogeneity_p is not None
    assert test.heterogeneity_p < 1e-4


@pytest.mark.parametrize(
    "call",
    [
        lambda: mann_kendall([1.0, float("nan")]),
        lambda: mann_kendall([1.0, 2.0], [1.0]),
        lambda: mann_kendall([1.0, 2.0], censored=["<"]),
        lambda: mann_kendall([1.0, 2.0], censored=["<", "?"]),
        lambda: mann_kendall([-1.0, 2.0], censored=["<", ""]),
        lambda: mann_kendall([1.0, 2.0], [1.0, float("inf")]),
        lambda: seasonal_kendall([1.0, 2.0], [1, 1], [2000, 2000]),
        lambda: seasonal_kendall([1.0, 2.0], [1], [2000, 2001]),
        lambda: Intervals(np.array([2.0]), np.array([1.0])),
    ],
)
def test_bad_input_is_refused(call) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(UsageError):
        call()


def test_too_little_to_say() -> None:
    assert mann_kendall([]).p == 1.0
    assert mann_kendall([1.0]).p == 1.0
