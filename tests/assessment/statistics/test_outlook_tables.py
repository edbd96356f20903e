"""Outlook of whole tables: rivers, cruises, targets, habits, ids."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np
import polars as pl
import pytest
from made_observations import monthly, observations
from polars.testing import assert_frame_equal

from luhai.assessment.assessing import assess
from luhai.assessment.outlook import (
    BACKTEST_SCHEMA,
    INDICATOR_SCHEMA,
    PLACE_SCHEMA,
    outlook,
    outlook_details,
    outlook_text,
    shown,
)
from luhai.assessment.outlook_inputs import goals_for
from luhai.errors import InputError, UsageError

YEARS = range(2014, 2020)


def _river(value_2020: float = 0.16, seed: int = 0):  # type: ignore[no-untyped-def]
    random = np.random.default_rng(seed)
    past = monthly(
        "R1", "w21011", YEARS, lambda year, month: round(0.17 + 0.03 * random.normal(), 3)
    )
    past += monthly("R1", "w01009", YEARS, lambda y, m: round(6.5 + 0.5 * random.normal(), 2))
    now = monthly("R1", "w21011", [2020], value_2020, months=range(1, 9))
    now += monthly("R1", "w01009", [2020], 6.4, months=range(1, 9))
    return observations(past + now, "river")


def _targets(**changes: object) -> pl.DataFrame:
    row = {"place": "R1", "target_class": 3, "standard": "gb3838-2002", "year": 2020} | changes
    return pl.DataFrame([row])


def _cruises(din_2020: tuple[float, ...], years: range = YEARS) -> pl.DataFrame:
    random = np.random.default_rng(1)
    rows = []
    for year in years:
        level = 0.3 + 0.02 * random.normal()
        for month in (5, 8, 10 + year % 2):
            rows.append(
                ("S1", "lh_din", year, month, 12, round(level + 0.04 * random.normal(), 3), "")
            )
    for month, value in zip((5, 8, 11), din_2020, strict=False):
        rows.append(("S1", "lh_din", 2020, month, 12, value, ""))
    return observations(rows, "sea")


def test_required_mean_of_a_river_in_september() -> None:
    """TP 0.16 for eight months; the year may be 0.200|5 before rounding turns to 0.201."""
    row = outlook(_river(), place_targets=_targets(), year=2020).row(0, named=True)
    assert (row["indicator"], row["sense"], row["limit"]) == ("w21011", "at_most", 0.2)
    assert (row["samples"], row["remaining"], row["remaining_parts"]) == (8.0, 4.0, "9;10;11;12")
    assert row["required_mean"] == pytest.approx((12 * 0.2005 - 8 * 0.16) / 4)
    assert row["required_shown"] == "0.2815"
    assert row["as_of"] == date(2020, 8, 5)


@pytest.mark.parametrize("share", [1.0, 1.0001])
def test_required_mean_attains_and_a_hair_more_does_not(share: float) -> None:
    """The whole chain agrees with the classes that are later assessed."""
    table = _river()
    needed = outlook(table, place_targets=_targets(), year=2020)["required_mean"].item()
    rest = monthly("R1", "w21011", [2020], needed * share, months=range(9, 13))
    rest += monthly("R1", "w01009", [2020], 6.4, months=range(9, 13))
    whole = pl.concat([table, observations(rest, "river")])
    classes = assess(whole, standard="gb3838-2002", by="year", year=2020).classes
    assert classes["class"].item() == (3 if share == 1.0 else 4)
    closed = outlook(whole, place_targets=_targets(), year=2020, as_of=date(2020, 12, 31))
    assert closed["probability"].item() == (1.0 if share == 1.0 else 0.0)


def test_cruises_remain_by_the_stations_own_habit() -> None:
    details = outlook_details(
        _cruises((0.31, 0.29)),
        place_targets=_targets(place="S1", standard="gb3097-1997", target_class=2),
        year=2020,
    )
    row = details.places.row(0, named=True)
    assert (row["samples"], row["remaining"], row["remaining_parts"]) == (2.0, 1.0, "4")
    assert row["required_mean"] == pytest.approx(3 * 0.305 - 0.31 - 0.29)
    assert row["history_n"] == 6
    assert 0.0 < row["probability"] < 1.0
    assert row["probability_low"] < row["probability"] < row["probability_high"]
    autumns = details.history.filter(pl.col("year") < 2020)
    assert autumns["samples_after"].to_list() == [1.0] * 6
    # Three years before each foretold one are too few forecasts for a skill.
    assert details.backtest["year"].to_list() == [2017, 2018, 2019]
    assert (row["skill"], row["skill_n"]) == (None, 3)


def test_more_is_better_for_oxygen() -> None:
    random = np.random.default_rng(2)
    past = monthly("R1", "w01009", YEARS, lambda y, m: round(5.2 + 0.6 * random.normal(), 2))
    table = observations(past + monthly("R1", "w01009", [2020], 4.6, months=range(1, 9)), "river")
    row = outlook(table, place_targets=_targets(), year=2020).row(0, named=True)
    assert (row["indicator"], row["sense"]) == ("w01009", "at_least")
    # 4.95 rounds to 5.0 (half to even) and keeps class Ⅲ.
    assert row["required_mean"] == pytest.approx((12 * 4.95 - 8 * 4.6) / 4)
    assert row["required_high"] is None
    assert row["required_shown"] == "5.65"
    assert "5.65" in outlook_text(row).render("en")


def test_probability_is_joint() -> None:
    """Two independent indicators, each likely by itself: the year needs both."""
    random = np.random.default_rng(3)
    rows = []
    for code, level in (("w21011", 0.196), ("w21003", 0.98)):
        rows += monthly("R1", code, YEARS, lambda y, m, b=level: b * (1 + 0.1 * random.normal()))
        rows += monthly("R1", code, [2020], level, months=range(1, 9))
    details = outlook_details(observations(rows, "river"), place_targets=_targets(), year=2020)
    single = details.indicators["probability"].to_list()
    joint = details.places["probability"].item()
    assert len(single) == 2
    assert max(0.0, sum(single) - 1.0) - 0.02 <= joint <= min(single) + 1e-9
    assert joint == pytest.approx(single[0] * single[1], abs=0.12)


def test_days_after_the_day_asked_for_are_not_known() -> None:
    table = _river()
    early = outlook(table, place_targets=_targets(), year=2020, as_of=date(2020, 4, 30))
    cut = table.filter((pl.col("year") < 2020) | (pl.col("month") <= 4))
    assert_frame_equal(
        early, outlook(cut, place_targets=_targets(), year=2020, as_of=date(2020, 4, 30))
    )
    assert early["samples"].item() == 4.0


def test_engines_agree() -> None:
    table = _river()
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    relation = connection.from_arrow(table.to_arrow())
    embedded = outlook_details(relation, place_targets=_targets(), year=2020)
    frames = outlook_details(table, place_targets=_targets(), year=2020)
    for name in ("places", "indicators", "history", "backtest"):
        assert_frame_equal(getattr(embedded, name), getattr(frames, name), check_exact=True)


def test_columns_are_those_promised() -> None:
    details = outlook_details(_river(), place_targets=_targets(), year=2020)
    assert list(details.places.schema) == list(PLACE_SCHEMA)
    assert list(details.indicators.schema) == list(INDICATOR_SCHEMA)
    assert list(details.backtest.schema) == list(BACKTEST_SCHEMA)
    other = outlook_details(_river(0.9), place_targets=_targets(), year=2020)
    assert other.places["result_id"].to_list() == details.places["result_id"].to_list()


@dataclass
class Target:
    """A target as the plan holds it."""

    place: str
    standard: str
    target_class: int
    year: int


def test_the_next_target_due_is_the_one_that_counts() -> None:
    targets = [Target("A", "gb3838-2002", 3, 2020), Target("A", "gb3838-2002", 2, 2025)]
    assert [goals_for(targets, year)[0].target_class for year in (2018, 2020, 2021, 2030)] == [
        *(3, 3, 2, 2)
    ]
    with pytest.raises(InputError):
        goals_for([*targets, targets[0]], 2020)
    with pytest.raises(InputError):
        goals_for(pl.DataFrame({"place": ["A"]}), 2020)


def test_a_place_without_samples_has_no_row_and_a_year_without_any_is_refused() -> None:
    assert outlook(_river(), place_targets=_targets(place="R9"), year=2020).is_empty()
    with pytest.raises(InputError):
        outlook(_river(), place_targets=_targets(), year=2021)
    with pytest.raises(UsageError):
        outlook(_river(), place_targets=_targets(), year=2020, as_of=date(2019, 9, 1))
    with pytest.raises(UsageError):
        outlook(_river(), place_targets=_targets(target_class=9), year=2020)


def test_shown_values_are_on_the_safe_side() -> None:
    assert shown(0.35549, 3, upper=True) == "0.355"
    assert shown(0.35501, 3, upper=False) == "0.356"
    # Binary noise is not a reason to give a step away.
    assert shown(0.35499999999999998, 3, upper=True) == "0.355"
    assert shown(4.0 * 0.1 + 0.2, 2, upper=False) == "0.60"
    assert shown(None, 3, upper=True) == ""


def test_an_automatic_station_in_the_middle_of_a_month() -> None:
    """Half of August is known: its remaining days count into the month, not beside it."""
    random = np.random.default_rng(5)
    first, last = date(2015, 1, 1).toordinal(), date(2020, 8, 15).toordinal()
    days = [date.fromordinal(number) for number in range(first, last + 1)]
    rows = [
        ("R1", "w21011", day.year, day.month, day.day, 0.15 + 0.02 * float(random.random()), "")
        for day in days
    ]
    table = observations(rows, "river")
    row = outlook(table, place_targets=_targets(), year=2020).row(0, named=True)
    means = table.filter(pl.col("year") == 2020).group_by("month").agg(pl.col("value").mean())
    known = dict(means.iter_rows())
    needed = row["required_mean"]
    august = (15 * known[8] + 16 * needed) / 31
    year = (sum(known[month] for month in range(1, 8)) + august + 4 * needed) / 12
    assert year == pytest.approx(0.2005)
    assert (row["samples"], row["remaining"]) == (8.0, 5.0)
    assert row["remaining_parts"] == "8;9;10;11;12"
