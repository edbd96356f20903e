"""Sen's slope against published examples, an independent implementation and its own definition."""

from __future__ import annotations

import numpy as np
import pymannkendall
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from luhai.assessment.trend_order import Intervals, intervals, order_signs
from luhai.assessment.trend_slopes import pair_slopes, sens_slope
from luhai.errors import UsageError


def test_cloud_seeding_example() -> None:
    """Hollander & Wolfe, Nonparametric Statistical Methods, example 9.1: slope -0.056."""
    slope = sens_slope([1.26, 1.27, 1.12, 1.16, 1.03], [1, 2, 3, 4, 5])
    assert slope.slope == pytest.approx(-0.05625)
    assert slope.pairs == 10


@pytest.mark.parametrize("seed", range(6))
def test_agrees_with_scipy_and_pymannkendall(seed: int) -> None:
    random = np.random.default_rng(seed)
    times = np.arange(30.0)
    values = 0.1 * times + random.normal(size=30)
    ours = sens_slope(values, times, interval=0.95)
    theirs = stats.theilslopes(values, times, alpha=0.95)
    assert ours.slope == pytest.approx(theirs.slope, rel=1e-12)
    # scipy rounds the ranks of the interval to whole numbers, Gilbert interpolates.
    neighbours = np.sort(pair_slopes(intervals(values), times)[::2])
    spacing = np.diff(neighbours).max()
    assert ours.low == pytest.approx(theirs.low_slope, abs=2 * spacing)
    assert ours.high == pytest.approx(theirs.high_slope, abs=2 * spacing)
    assert ours.slope == pytest.approx(pymannkendall.sens_slope(values).slope, rel=1e-12)


def test_interval_ranks_follow_gilbert() -> None:
    """Gilbert (1987), 16.5.1: M1 = (N' - C)/2 and M2 + 1 = (N' + C)/2 + 1 among the slopes."""
    values = np.array([10.0, 12.0, 11.0, 15.0, 14.0, 18.0, 17.0, 21.0])
    times = np.arange(8.0)
    slopes = np.sort([(values[j] - values[i]) / (j - i) for i in range(8) for j in range(i + 1, 8)])
    reach = stats.norm.ppf(0.95) * np.sqrt(8 * 7 * 21 / 18)
    low, high = (28 - reach) / 2, (28 + reach) / 2 + 1
    ours = sens_slope(values, times, interval=0.90)
    assert ours.low == pytest.approx(np.interp(low, np.arange(1, 29), slopes))
    assert ours.high == pytest.approx(np.interp(high, np.arange(1, 29), slopes))


def test_seasonal_slope_agrees_with_pymannkendall() -> None:
    random = np.random.default_rng(1)
    years, period = 12, 4
    values = random.normal(size=years * period) + np.repeat(np.arange(years) * 0.2, period)
    ours = sens_slope(
        values,
        np.repeat(np.arange(years), period).astype(float),
        seasons=np.tile(np.arange(period), years),
    )
    theirs = pymannkendall.seasonal_sens_slope(values, period=period)
    assert ours.slope == pytest.approx(theirs.slope, rel=1e-12)


def _residual_score(data: Intervals, times: np.ndarray, slope: float) -> int:
    shifted = Intervals(data.low - slope * times, data.high - slope * times)
    return int(np.triu(order_signs(shifted), 1).sum())


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.tuples(st.floats(0.1, 10, allow_nan=False), st.sampled_from([0.0, 0.5, 2.0])),
        min_size=5,
        max_size=14,
    )
)
def test_slope_makes_kendalls_s_of_the_residuals_vanish(rows: list[tuple[float, float]]) -> None:
    """Akritas, Murphy & LaValley (1995): S changes sign at the estimate."""
    values = np.array([max(value, limit) for value, limit in rows])
    below = [value < limit for value, limit in rows]
    data = intervals(values, below)
    times = np.arange(len(rows), dtype=float)
    slope = sens_slope(data, times).slope
    if slope is None:
        assert not np.any(order_signs(data))
        return
    step = 1e-6 * max(1.0, abs(slope))
    assert _residual_score(data, times, slope - step) >= 0
    assert _residual_score(data, times, slope + step) <= 0


def test_slope_survives_half_of_the_values_below_the_limit() -> None:
    random = np.random.default_rng(5)
    times = np.arange(60.0)
    values = np.exp(0.02 * times + 0.3 * random.normal(size=60))
    limit = float(np.quantile(values, 0.4))
    below = values < limit
    slope = sens_slope(np.where(below, limit, values), times, censored=list(below))
    full = sens_slope(values, times)
    assert slope.low is not None
    assert full.slope is not None
    assert slope.high is not None
    assert slope.low < full.slope < slope.high


def test_all_below_gives_no_slope_of_its_own() -> None:
    slope = sens_slope([0.02] * 12, censored=["<"] * 12)
    assert (slope.slope, slope.low, slope.high) == (None, None, None)
    assert sens_slope([0.02] * 12).slope == 0.0
    above = sens_slope([2400.0] * 6, censored=[">"] * 6)
    assert (above.slope, above.low, above.high) == (None, None, None)


def test_too_few_values_bound_nothing() -> None:
    assert sens_slope([1.0]).slope is None
    short = sens_slope([1.0, 2.0, 3.0, 4.0], interval=0.90)
    assert short.slope == 1.0
    assert (short.low, short.high) == (None, None)


def test_bad_input_is_refused() -> None:
    for call in (
        lambda: sens_slope([1.0, 2.0], interval=90),
        lambda: sens_slope([1.0, 2.0], [1.0]),
        lambda: sens_slope([1.0, 2.0], seasons=[1]),
    ):
        with pytest.raises(UsageError):
            call()
