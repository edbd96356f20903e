"""Trends of whole tables: seasons, non-detects, sums, engines."""

from __future__ import annotations

import duckdb
import numpy as np
import polars as pl
import pytest
from made_observations import monthly, observations
from polars.testing import assert_frame_equal

from luhai.assessment.trend import TREND_SCHEMA, trend
from luhai.assessment.trend_series import period_series
from luhai.assessment.trend_slopes import sens_slope
from luhai.assessment.trend_tests import mann_kendall, seasonal_kendall
from luhai.errors import UsageError

YEARS = range(2010, 2021)


def _noisy(seed: int, slope: float = 0.0):  # type: ignore[no-untyped-def]
    random = np.random.default_rng(seed)
    return lambda year, month: round(
        0.3 + slope * (year - 2010) + 0.1 * np.sin(month) + 0.02 * random.normal(), 3
    )


def test_monthly_trend_is_the_seasonal_kendall_of_the_values() -> None:
    rows = monthly("R1", "w21003", YEARS, _noisy(1, 0.01))
    row = trend(observations(rows, "river"), indicator="w21003").row(0, named=True)
    values = np.array([one[5] for one in rows])
    years, months = np.array([one[2] for one in rows]), np.array([one[3] for one in rows])
    test = seasonal_kendall(values, months, years)
    slope = sens_slope(values, years.astype(float), seasons=months)
    assert (row["test"], row["season"]) == ("seasonal_kendall", "month")
    assert (row["statistic"], row["p"], row["n"]) == (test.statistic, test.p, values.size)
    assert row["p_serial"] == test.p_serial
    assert row["slope_per_year"] == pytest.approx(slope.slope)
    assert row["slope_low"] == pytest.approx(slope.low)
    assert row["slope_high"] == pytest.approx(slope.high)
    assert (row["direction"], row["years"], row["unit"]) == ("rising", 11, "mg/L")


def test_whole_years_go_by_mann_kendall_on_yearly_means() -> None:
    rows = monthly("R1", "w21003", YEARS, _noisy(2, 0.02))
    row = trend(observations(rows, "river"), indicator="w21003", season="none").row(0, named=True)
    means = [np.mean([one[5] for one in rows if one[2] == year]) for year in YEARS]
    test = mann_kendall(means)
    assert (row["test"], row["statistic"], row["n"]) == ("mann_kendall", test.statistic, 11)
    assert row["p"] == pytest.approx(test.p)
    assert row["p_serial"] is None
    assert (row["spearman_years"], row["spearman_direction"]) == (11, "rising")


def test_a_half_sampled_year_is_left_out_of_yearly_means() -> None:
    rows = monthly("R1", "w21003", YEARS, _noisy(3)) + monthly(
        "R1", "w21003", [2021], 2.0, months=range(1, 9)
    )
    row = trend(observations(rows, "river"), indicator="w21003", season="none").row(0, named=True)
    assert (row["n"], row["years_left_out"], row["last_year"]) == (11, "2021", 2020)


def test_cruises_are_compared_by_quarter_and_rivers_by_month() -> None:
    sea = [
        (place, "lh_din", year, month, 8, 0.2 + 0.01 * (year - 2010), "")
        for place in ("S1", "S2")
        for year in YEARS
        for month in ((5, 8, 11) if year % 2 else (4, 7, 10))
    ]
    river = monthly("R1", "lh_din", YEARS, 0.5)
    table = pl.concat([observations(sea, "sea"), observations(river, "river")])
    rows = trend(table, indicator="lh_din")
    assert dict(rows.select("place", "season").iter_rows()) == {
        "R1": "month",
        "S1": "quarter",
        "S2": "quarter",
    }
    # Cruises of April and May are the same spring.
    assert rows.filter(pl.col("place") == "S1")["statistic"].item() == 3 * 55


def test_a_falling_detection_limit_is_no_trend() -> None:
    """Non-detects below a limit that falls from 0.05 to 0.01 must not make the water better."""
    rows = [
        ("S1", "lh_dip", year, month, 5, 0.05 - 0.004 * (year - 2010), "<")
        for year in YEARS
        for month in range(1, 13)
    ]
    row = trend(observations(rows, "sea"), indicator="lh_dip").row(0, named=True)
    assert (row["statistic"], row["p"], row["direction"]) == (0, 1.0, "none")
    assert (row["slope_per_year"], row["censored"]) == (None, 132)


def test_partly_censored_means_are_intervals() -> None:
    """Surface 0.010, bottom below 0.004: the mean lies between 0.005 and 0.007."""
    rows = observations([("S1", "lh_dip", 2020, 5, 5, 0.010, "")], "sea")
    low = observations([("S1", "lh_dip", 2020, 5, 5, 0.004, "<")], "sea", layer="bottom")
    series = period_series(pl.concat([rows, low]), ["lh_dip"], "month").table.row(0, named=True)
    assert (series["low"], series["high"]) == (0.005, 0.007)
    # Half of the values were detected: half the limit counts (GB 17378.2).
    assert series["value"] == pytest.approx(0.006)
    assert (series["n"], series["censored"]) == (2, 1)


def test_values_above_the_measuring_range_are_open_above() -> None:
    rows = [("S1", "lh_dip", 2020, 5, 5, 0.5, ">"), ("S1", "lh_dip", 2020, 6, 5, 0.6, "")]
    series = period_series(observations(rows, "sea"), ["lh_dip"], "month").table
    assert series["low"].to_list() == [0.5, 0.6]
    assert series["high"].to_list() == [float("inf"), 0.6]


def test_inorganic_nitrogen_is_summed_from_its_parts() -> None:
    rows = []
    for year in YEARS:
        for code, part in (("lh_no3n", 0.1), ("lh_no2n", 0.01), ("w21003", 0.02)):
            rows.append(("S1", code, year, 5, 5, part * (1 + 0.1 * (year - 2010)), ""))
    row = trend(observations(rows, "sea"), indicator="lh_din").row(0, named=True)
    assert row["slope_per_year"] == pytest.approx(0.013)
    assert row["n"] == 11
    missing = [one for one in rows if one[1] != "lh_no2n"]
    assert trend(observations(missing, "sea"), indicator="lh_din").is_empty()


def test_ph_is_averaged_through_the_hydrogen_ion() -> None:
    rows = [("S1", "w01001", 2020, 5, 5, 7.0, ""), ("S1", "w01001", 2020, 5, 9, 8.0, "")]
    series = period_series(observations(rows, "river"), ["w01001"], "month").table
    assert series["low"].item() == pytest.approx(-np.log10((1e-7 + 1e-8) / 2))


def test_only_the_places_asked_for() -> None:
    rows = monthly("R1", "w21003", YEARS, 1.0) + monthly("R2", "w21003", YEARS, 1.0)
    table = observations(rows, "river")
    assert trend(table, indicator="w21003", places=["R2"])["place"].to_list() == ["R2"]
    assert trend(table, indicator="w21003", places=["R3"]).is_empty()
    assert trend(table, indicator="w21011").is_empty()
    assert list(trend(table, indicator="w21011").schema) == list(TREND_SCHEMA)


def test_too_few_values_have_no_test() -> None:
    rows = monthly("R1", "w21003", [2019, 2020], 1.0, months=[5])
    row = trend(observations(rows, "river"), indicator="w21003").row(0, named=True)
    assert (row["direction"], row["p"], row["n"]) == ("too_few", None, 2)


@pytest.mark.parametrize("season", ["month", "quarter", "none"])
def test_engines_agree_to_the_last_digit(season: str) -> None:
    random = np.random.default_rng(4)
    rows = [
        (place, code, year, month, day, value, "<" if value < 0.01 else "")
        for place in ("S1", "S2")
        for code in ("lh_dip", "w01001", "w02003")
        for year in YEARS
        for month in range(1, 13)
        for day in (3, 17)
        if (value := max(0.004, round(float(random.gamma(2, 0.01)), 3)) + 7 * (code == "w01001"))
    ]
    table = observations(rows, "sea")
    codes = ["lh_dip", "w01001", "w02003"]
    polars = trend(table, indicator=codes, season=season)
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    relation = connection.from_arrow(table.to_arrow())
    assert_frame_equal(trend(relation, indicator=codes, season=season), polars, check_exact=True)
    assert_frame_equal(
        trend(table.to_pandas(), indicator=codes, season=season), polars, check_exact=True
    )
    shuffled = table.sample(fraction=1.0, shuffle=True, seed=1)
    assert_frame_equal(trend(shuffled, indicator=codes, season=season), polars, check_exact=True)


def test_wrong_questions_are_refused() -> None:
    table = observations(monthly("R1", "w21003", YEARS, 1.0), "river")
    with pytest.raises(UsageError):
        trend(table, indicator="w21003", season="week")
    with pytest.raises(UsageError):
        trend(table, indicator="w2100")
    with pytest.raises(UsageError):
        trend(table, indicator="w21003", confidence=90)
