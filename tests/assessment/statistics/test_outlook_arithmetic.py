"""Required means and probabilities against hand arithmetic and closed forms."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from luhai.assessment.outlook_backtest import Hindcast, hindcasts, reliability, skill_of
from luhai.assessment.outlook_cube import Cube, build_cube
from luhai.assessment.outlook_forecast import PlaceForecast, Scale, forecast, scales_for
from luhai.assessment.outlook_probability import (
    Anomalies,
    PastYears,
    draw_remaining,
    persistence,
    probability_interval,
)
from luhai.assessment.outlook_year import Bounds, YearParts, class_bounds, habit, required_mean
from luhai.errors import InputError
from luhai.standards import load_standard, round_half_even

SEA, RIVER = load_standard("gb3097-1997"), load_standard("gb3838-2002")


def _bounds(standard, code: str, number: int, digits: int) -> Bounds:  # type: ignore[no-untyped-def]
    limit = standard.limit(code, number)
    return class_bounds(
        lambda values: (
            (standard.classify(code, values) <= number) & (standard.classify(code, values) > 0)
        ),
        lambda values: round_half_even(values, digits),
        (limit.low, limit.high),
        digits,
    )


@pytest.mark.parametrize(
    ("standard", "code", "number", "digits", "low", "high"),
    [
        # 0.305 rounds to 0.30 (even), 0.205 to 0.20; 0.0455 rounds to 0.046.
        (SEA, "lh_din", 2, 2, -np.inf, 0.305),
        (SEA, "lh_din", 1, 2, -np.inf, 0.205),
        (SEA, "lh_dip", 2, 3, -np.inf, 0.0305),
        (SEA, "lh_dip", 4, 3, -np.inf, np.nextafter(0.0455, 0)),
        # DO of GB 3097 is strict: 5.05 rounds to 5.0 and is not above 5.
        (SEA, "w01009", 2, 1, np.nextafter(5.05, 9), np.inf),
        (SEA, "w01009", 2, 2, 5.005, np.inf),
        # DO of GB 3838 is not: 4.95 rounds to 5.0, and 5 itself keeps class Ⅲ.
        (RIVER, "w01009", 3, 1, 4.95, np.inf),
        (SEA, "w01001", 2, 2, 7.795, 8.505),
        (RIVER, "w01001", 3, 0, 5.5, np.nextafter(9.5, 0)),
    ],
)
def test_bounds_are_where_rounding_turns(  # type: ignore[no-untyped-def]
    standard, code: str, number: int, digits: int, low: float, high: float
) -> None:
    bounds = _bounds(standard, code, number, digits)
    # A border that does not belong to the class is kept clear of by as little as can be summed.
    clear = max(10.0**-digits * 1e-6, 2e-9)
    assert bounds.low == pytest.approx(low, rel=1e-12, abs=1.01 * clear)
    assert bounds.high == pytest.approx(high, rel=1e-12, abs=1.01 * clear)
    for value, direction in ((bounds.low, -1.0), (bounds.high, 1.0)):
        if np.isfinite(value):
            beyond = value + direction * 1.01 * clear
            inside = np.array([value, value - direction * 1e-9])
            classes = standard.classify(code, round_half_even(inside, digits))
            assert np.all(classes <= number)
            assert standard.classify(code, round_half_even(np.array([beyond]), digits))[0] > number


def _parts(done: list[float], mean: list[float], to_come: list[float]) -> YearParts:
    column = [np.array(values, dtype=float).reshape(-1, 1) for values in (done, mean, to_come)]
    return YearParts(*column, measured_years=np.array([5]))


def test_required_mean_of_a_river_year() -> None:
    """Eight months at 0.28, four to come, yearly mean at most 0.305: (12*0.305 - 8*0.28)/4."""
    parts = _parts([1.0] * 8 + [0.0] * 4, [0.28] * 8 + [np.nan] * 4, [0.0] * 8 + [1.0] * 4)
    constant, share = parts.weights
    assert required_mean(constant[0], share.sum(), 0.305) == pytest.approx(0.355)
    year = np.append(np.full(8, 0.28), np.full(4, 0.355)).mean()
    assert round_half_even(np.array([year]), 2)[0] == 0.30


def test_required_mean_of_a_half_sampled_season() -> None:
    """At sea a season is the mean of its days: the part already sampled dilutes what is to come."""
    parts = _parts([3.0, 3.0, 2.0, 0.0], [0.2, 0.3, 0.4, np.nan], [0.0, 0.0, 1.0, 3.0])
    constant, share = parts.weights
    needed = required_mean(constant[0], share.sum(), 0.305)
    assert needed is not None
    year = (0.2 + 0.3 + (0.4 * 2 + needed) / 3 + needed) / 4
    assert year == pytest.approx(0.305)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.floats(0.01, 2.0), min_size=1, max_size=11),
    st.floats(0.05, 1.0),
)
def test_required_mean_brings_the_year_to_the_bound(done: list[float], bound: float) -> None:
    coming = 12 - len(done)
    parts = _parts(
        [1.0] * len(done) + [0.0] * coming,
        [*done, *([np.nan] * coming)],
        [0.0] * len(done) + [1.0] * coming,
    )
    constant, share = parts.weights
    needed = required_mean(constant[0], share.sum(), bound)
    assert needed is not None
    assert (sum(done) + coming * needed) / 12 == pytest.approx(bound, abs=1e-9)


def test_nothing_to_come_requires_nothing() -> None:
    assert required_mean(0.2, 0.0, 0.305) is None
    assert required_mean(0.2, 0.5, np.inf) is None


def test_habit_is_what_most_years_did() -> None:
    weights = np.zeros((5, 3, 1))
    weights[:, 0, 0] = [1, 1, 2, 1, 1]
    weights[:, 1, 0] = [0, 0, 1, 1, 1]
    weights[:, 2, 0] = [0, 0, 0, 1, 1]
    assert habit(weights)[:, 0].tolist() == [1.0, 1.0, 0.0]
    assert habit(weights[:0])[:, 0].tolist() == [0.0, 0.0, 0.0]


def test_single_value_is_students_predictive_distribution() -> None:
    """Gelman et al. (2013), section 3.2: x_new ~ t_{n-1}(mean, s^2 (1 + 1/n))."""
    values = np.array([1.0, 1.4, 0.7, 1.1, 1.9])
    past = PastYears(values.reshape(-1, 1, 1), np.full((5, 1, 1), np.nan))
    drawn = draw_remaining(
        past, np.full((1, 1), np.nan), np.zeros(1), 200_000, np.random.default_rng(1)
    )[:, 0, 0]
    scale = values.std(ddof=1) * np.sqrt(1 + 1 / 5)
    for limit in (0.5, 1.0, 1.22, 2.0, 3.0):
        exact = stats.t.cdf((limit - values.mean()) / scale, 4)
        # Four standard errors of 200,000 draws are below 0.0045.
        assert np.mean(drawn <= limit) == pytest.approx(exact, abs=0.0045)


def test_draws_keep_the_correlation_of_past_years() -> None:
    random = np.random.default_rng(2)
    common = random.normal(size=(9, 1, 1))
    remaining = np.concatenate([common, common, -common], axis=2)
    past = PastYears(remaining, np.full_like(remaining, np.nan))
    drawn = draw_remaining(
        past, np.full((1, 3), np.nan), np.zeros(3), 500, np.random.default_rng(3)
    )[:, 0]
    assert np.corrcoef(drawn.T)[0, 1] == pytest.approx(1.0)
    assert np.corrcoef(drawn.T)[0, 2] == pytest.approx(-1.0)


def test_persistence_is_the_slope_between_halves_of_the_year() -> None:
    random = np.random.default_rng(4)
    so_far = random.normal(size=(400, 2))
    remaining = so_far * [0.6, 0.0] + 0.1 * random.normal(size=(400, 2))
    slope = persistence(
        [Anomalies(so_far[:200], remaining[:200]), Anomalies(so_far[200:], remaining[200:])]
    )
    assert slope == pytest.approx([0.6, 0.0], abs=0.03)
    assert persistence([Anomalies(so_far, -remaining)])[0] == 0.0


def test_anomaly_so_far_moves_the_draw() -> None:
    remaining = np.array([1.0, 2.0, 3.0, 4.0]).reshape(-1, 1, 1)
    so_far = remaining.copy()
    past = PastYears(remaining, so_far)
    now = np.array([[5.0]])
    full = draw_remaining(past, now, np.ones(1), 50, np.random.default_rng(5))
    # The rest of each year equalled its beginning: nothing is left to chance.
    assert np.allclose(full, 5.0)
    none = draw_remaining(past, now, np.zeros(1), 20_000, np.random.default_rng(5))
    assert np.median(none) == pytest.approx(2.5, abs=0.05)


def test_too_few_past_years_draw_nothing() -> None:
    past = PastYears(np.ones((2, 1, 1)), np.full((2, 1, 1), np.nan))
    assert np.all(
        np.isnan(
            draw_remaining(past, np.full((1, 1), np.nan), np.zeros(1), 9, np.random.default_rng(1))
        )
    )


def test_probability_interval_is_jeffreys() -> None:
    """Brown, Cai & DasGupta (2001): quantiles of Beta(x + 1/2, n - x + 1/2)."""
    low, high = probability_interval(0.6, 5)
    assert (low, high) == pytest.approx(tuple(stats.beta.ppf([0.05, 0.95], 3.5, 2.5)))
    assert probability_interval(1.0, 5)[1] == 1.0
    assert probability_interval(0.0, 5)[0] == 0.0


def _samples(years: range, *, last_month: int = 12, seed: int = 0) -> pl.DataFrame:
    random = np.random.default_rng(seed)
    rows = []
    for place, level in (("A", -1.25), ("B", -1.15)):
        for year in years:
            shift = random.normal(0, 0.12)
            for month in range(1, 13):
                if year == years[-1] and month > last_month:
                    continue
                value = float(np.exp(level + shift + 0.2 * np.cos(month) + random.normal(0, 0.2)))
                rows.append((place, "lh_din", year, month, 5, value, 1.0))
                rows.append((place, "w01009", year, month, 5, float(6 + random.normal()), 1.0))
    names = ["place", "indicator", "year", "month", "day", "value", "weight"]
    return pl.DataFrame(rows, schema=names, orient="row")


BOUNDS = {
    place: {"lh_din": Bounds(-np.inf, 0.305), "w01009": Bounds(5.05, np.inf)} for place in "AB"
}


def _cube(samples: pl.DataFrame, year: int, day: date) -> tuple[Cube, tuple[Scale, ...]]:
    cube = build_cube(samples, part="month", year=year, as_of=day)
    return cube, scales_for(cube, {}, frozenset({"w01009"}))


def test_forecast_of_a_running_year() -> None:
    cube, scales = _cube(_samples(range(2010, 2021), last_month=8), 2020, date(2020, 9, 3))
    made = {one.place: one for one in forecast(cube, 2020, BOUNDS, scales)}
    din, oxygen = made["A"].indicators
    assert (din.indicator, din.samples, din.remaining) == ("lh_din", 8.0, 4.0)
    assert made["A"].remaining_parts == (9, 10, 11, 12)
    assert din.mean_so_far is not None
    assert din.required_high == pytest.approx((12 * 0.305 - 8 * din.mean_so_far) / 4)
    assert oxygen.required_high is None
    assert din.history_n == 10
    assert made["A"].probability is not None
    assert made["A"].probability <= min(din.probability, oxygen.probability) + 1e-9  # type: ignore[type-var]


def test_the_same_question_has_the_same_answer() -> None:
    samples = _samples(range(2010, 2021), last_month=8)
    first = forecast(*_in(samples))
    second = forecast(*_in(samples.sample(fraction=1.0, shuffle=True, seed=3)))
    assert [one.probability for one in first] == [one.probability for one in second]


def _in(samples: pl.DataFrame):  # type: ignore[no-untyped-def]
    cube, scales = _cube(samples, 2020, date(2020, 9, 3))
    return cube, 2020, BOUNDS, scales


def test_a_closed_year_is_certain() -> None:
    cube, scales = _cube(_samples(range(2010, 2021)), 2020, date(2020, 12, 31))
    for made in forecast(cube, 2020, BOUNDS, scales):
        assert made.remaining_parts == ()
        kept = all(
            one.bounds.low <= one.mean_so_far <= one.bounds.high  # type: ignore[operator]
            for one in made.indicators
        )
        assert made.probability == float(kept)
        assert all(one.required_high is None for one in made.indicators)


def test_without_history_no_probability_is_invented() -> None:
    samples = _samples(range(2019, 2021), last_month=8)
    cube, scales = _cube(samples, 2020, date(2020, 9, 3))
    made = forecast(cube, 2020, BOUNDS, scales)
    assert [one.probability for one in made] == [None, None]
    # One year is enough to know the habit, and with it what the rest must be.
    assert made[0].indicators[0].required_high is not None


def _lonely(value: float) -> PlaceForecast:
    """An indicator measured for the first time this year beside one with a history."""
    samples = _samples(range(2010, 2021), last_month=8)
    new = pl.DataFrame(
        [("A", "w22001", 2020, 3, 5, value, 1.0)], schema=samples.columns, orient="row"
    ).cast(samples.schema)
    cube, scales = _cube(pl.concat([samples, new]), 2020, date(2020, 9, 3))
    bounds = {"A": {**BOUNDS["A"], "w22001": Bounds(-np.inf, 0.05)}}
    return forecast(cube, 2020, bounds, scales)[0]


def test_an_indicator_without_history_is_named_or_blocks() -> None:
    harmless, harmful = _lonely(0.01), _lonely(0.20)
    assert harmless.uncounted == ("w22001",)
    assert harmless.probability is not None
    assert harmful.probability is None


def test_out_of_reach_is_said() -> None:
    rows = [
        ("A", "lh_din", year, month, 5, 0.9, 1.0)
        for year in range(2010, 2020)
        for month in range(1, 13)
    ]
    rows += [("A", "lh_din", 2020, month, 5, 0.9, 1.0) for month in range(1, 9)]
    names = ["place", "indicator", "year", "month", "day", "value", "weight"]
    cube, scales = _cube(pl.DataFrame(rows, schema=names, orient="row"), 2020, date(2020, 9, 3))
    din = forecast(cube, 2020, BOUNDS, scales)[0].indicators[0]
    assert din.required_high is None
    assert not din.reachable
    assert din.probability == 0.0


def test_ph_is_required_through_the_hydrogen_ion() -> None:
    names = ["place", "indicator", "year", "month", "day", "value", "weight"]
    rows = [
        ("A", "w01001", year, month, 5, 10.0**-7.9, 1.0)
        for year in range(2010, 2020)
        for month in range(1, 13)
    ]
    rows += [("A", "w01001", 2020, month, 5, 10.0**-7.7, 1.0) for month in range(1, 9)]
    cube = build_cube(
        pl.DataFrame(rows, schema=names, orient="row"),
        part="month",
        year=2020,
        as_of=date(2020, 9, 3),
    )
    scales = scales_for(cube, {"w01001": "hydrogen_ion"}, frozenset({"w01001"}))
    made = forecast(cube, 2020, {"A": {"w01001": Bounds(7.795, 8.505)}}, scales)[0].indicators[0]
    assert made.mean_so_far == pytest.approx(7.7)
    assert made.required_low is not None
    year = -np.log10((8 * 10**-7.7 + 4 * 10**-made.required_low) / 12)
    assert year == pytest.approx(7.795)
    # Even neutral-to-infinite alkalinity could not lift the mean above 8.505 by then.
    assert made.required_high is None
    assert made.reachable


def test_hindcasts_know_nothing_of_later_years() -> None:
    samples = _samples(range(2010, 2021))
    cube, scales = _cube(samples, 2020, date(2020, 9, 3))
    made = hindcasts(cube, BOUNDS, scales)
    later = samples.with_columns(
        value=pl.when((pl.col("year") >= 2017) & (pl.col("month") > 9))
        .then(pl.col("value") * 5)
        .otherwise(pl.col("value"))
    )
    changed = hindcasts(*_shared(later, scales))
    before = {(one.place, one.year): one.probability for one in made if one.year <= 2017}
    after = {(one.place, one.year): one.probability for one in changed if one.year <= 2017}
    assert before
    assert before == after
    assert {one.year for one in made} == set(range(2013, 2020))


def _shared(samples: pl.DataFrame, scales: tuple[Scale, ...]):  # type: ignore[no-untyped-def]
    cube, _ = _cube(samples, 2020, date(2020, 9, 3))
    return cube, BOUNDS, scales


def test_scores_by_hand() -> None:
    made = tuple(
        Hindcast("A", 2000 + number, p, 0.5, number % 2 == 0, attained)
        for number, (p, attained) in enumerate([(0.9, True), (0.2, False), (0.6, False)] * 4)
    )
    skill = skill_of(made)
    assert skill is not None
    assert skill.brier == pytest.approx((0.01 + 0.04 + 0.36) / 3)
    assert skill.brier_reference == pytest.approx(0.25)
    assert skill.skill == pytest.approx(1 - skill.brier / 0.25)
    assert skill_of(made[:9]).skill is None  # type: ignore[union-attr]
    assert skill_of(()) is None
    bins = reliability(made, bins=2)
    assert [(one.n, one.frequency) for one in bins] == [(4, 0.0), (8, 0.5)]


def test_probabilities_are_reliable_on_a_known_process() -> None:
    """A station drawn from the model itself: foretold and observed frequencies agree."""
    samples = pl.concat(
        [
            _samples(range(1990, 2021), seed=seed).with_columns(place=pl.col("place") + str(seed))
            for seed in range(12)
        ]
    )
    cube, scales = _cube(samples, 2020, date(2020, 9, 3))
    bounds = {place: {"lh_din": Bounds(-np.inf, 0.305)} for place in cube.places}
    made = hindcasts(cube, bounds, scales)
    assert len(made) > 500
    for one in reliability(made):
        error = 3 * np.sqrt(0.25 / one.n)
        assert one.frequency == pytest.approx(one.mean_probability, abs=max(error, 0.08))
    skill = skill_of(made)
    assert skill is not None
    assert skill.skill is not None
    assert skill.skill > 0.3


def test_doubled_days_are_refused() -> None:
    samples = _samples(range(2018, 2021))
    with pytest.raises(InputError):
        build_cube(
            pl.concat([samples, samples[:1]]), part="month", year=2020, as_of=date(2020, 9, 3)
        )
    with pytest.raises(InputError):
        build_cube(samples.drop("weight"), part="month", year=2020, as_of=date(2020, 9, 3))


def test_parts_that_are_over() -> None:
    cube, _ = _cube(_samples(range(2018, 2021)), 2020, date(2020, 6, 30))
    assert cube.over.tolist() == [True] * 6 + [False] * 6
    quarters = build_cube(
        _samples(range(2018, 2021)), part="season", year=2020, as_of=date(2020, 6, 29)
    )
    assert quarters.over.tolist() == [True, False, False, False]


def test_wild_histories_stay_numbers() -> None:
    """Three past years over ten orders of magnitude: tails beyond the range of floats."""
    names = ["place", "indicator", "year", "month", "day", "value", "weight"]
    rows = [
        ("A", "lh_din", year, month, 5, 10.0 ** (5 * (year - 2018) * (month > 8)), 1.0)
        for year in (2017, 2018, 2019)
        for month in range(1, 13)
    ]
    rows += [("A", "lh_din", 2020, month, 5, 0.2, 1.0) for month in range(1, 9)]
    cube, scales = _cube(pl.DataFrame(rows, schema=names, orient="row"), 2020, date(2020, 9, 3))
    made = forecast(cube, 2020, BOUNDS, scales)[0]
    assert made.probability is not None
    assert 0.0 < made.probability < 1.0
