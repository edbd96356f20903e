"""Means: the method's steps, pH, coliforms, non-detects, derived sums; on several engines."""

from __future__ import annotations

import math
from collections.abc import Callable

import duckdb
import polars as pl
import pytest
from class_tables import observations
from hypothesis import given, settings
from hypothesis import strategies as st

from luhai.assessment.assessing import assess
from luhai.errors import InputError, UsageError

Table = Callable[..., pl.DataFrame]


def mean(
    frame: pl.DataFrame, code: str, *, standard: str = "gb3838-2002", by: str = "year"
) -> float:
    result = assess(frame, standard=standard, by=by)
    found = result.indicators.filter(pl.col("indicator") == code)
    assert found.height == 1
    return float(found["mean"][0])


def test_a_month_with_many_samples_weighs_no_more_than_one_with_a_single_sample(
    table: Table,
) -> None:
    rows = [("a", f"2020-01-{day:02d}", "w21003", 1.0) for day in range(1, 11)]
    rows.append(("a", "2020-02-01", "w21003", 0.0))
    assert mean(table(rows), "w21003") == 0.5


def test_at_sea_layers_make_days_days_make_seasons_and_seasons_the_year(table: Table) -> None:
    rows = [
        ("a", "2020-04-10 10:00", "lh_din", 0.1),  # spring, first day: mean of layers 0.2
        ("a", "2020-04-10 10:05", "lh_din", 0.3),
        ("a", "2020-05-10", "lh_din", 0.4),  # spring, second day: spring is 0.3
        ("a", "2020-07-10", "lh_din", 0.9),  # summer
    ]
    assert mean(table(rows, medium="sea"), "lh_din", standard="gb3097-1997") == pytest.approx(0.6)


def test_ph_is_averaged_through_the_hydrogen_ion(table: Table) -> None:
    # Mean of 1e-6 and 1e-8 is 5.05e-7, its pH 6.2967; the arithmetic mean would be 7.
    rows = [("a", "2020-01-01", "w01001", 6.0), ("a", "2020-01-02", "w01001", 8.0)]
    assert mean(table(rows), "w01001") == pytest.approx(-math.log10(5.05e-7), abs=1e-6)


def test_a_ph_comes_back_from_its_hydrogen_ion_unchanged(table: Table) -> None:
    # A tie such as 9.5 must stay one: rounding to whole units it goes to 10, not to 9.
    for value in (5.5, 6.85, 8.55, 9.5):
        assert mean(table([("a", "2020-01-01", "w01001", value)]), "w01001") == value


def test_coliforms_are_averaged_geometrically(table: Table) -> None:
    rows = [("a", "2020-04-01", "w02003", 10.0), ("a", "2020-04-02", "w02003", 1000.0)]
    assert mean(table(rows, medium="sea"), "w02003", standard="gb3097-1997") == pytest.approx(100.0)


def test_a_non_detect_counts_as_half_its_limit_in_surface_water(table: Table) -> None:
    rows = [("a", "2020-01-01", "w21003", 0.05, "<"), ("a", "2020-01-02", "w21003", 0.075)]
    assert mean(table(rows), "w21003") == pytest.approx(0.05)


@pytest.mark.parametrize(
    ("detected", "factor"),
    [(3, 0.25), (4, 0.5)],  # of eight: 37.5 % and, on the edge, 50 %
)
def test_at_sea_the_detection_rate_of_the_year_decides_on_half_or_quarter(
    table: Table, detected: int, factor: float
) -> None:
    rows = [("a", f"2020-04-{day + 1:02d}", "lh_dip", 0.02) for day in range(detected)]
    rows += [("a", f"2020-04-{day + 1:02d}", "lh_dip", 0.02, "<") for day in range(detected, 8)]
    expected = (detected * 0.02 + (8 - detected) * factor * 0.02) / 8
    assert mean(table(rows, medium="sea"), "lh_dip", standard="gb3097-1997") == pytest.approx(
        expected
    )


def test_sample_month_and_year_use_the_same_share_of_a_detection_limit(table: Table) -> None:
    rows = [("a", "2020-04-01", "lh_dip", 0.02, "<"), ("a", "2020-05-01", "lh_dip", 0.02, "<")]
    rows += [("a", "2020-06-01", "lh_dip", 0.01)]
    for by in ("sample", "month"):
        result = assess(table(rows, medium="sea"), standard="gb3097-1997", by=by)
        assert result.indicators["mean"].to_list() == [0.005, 0.005, 0.01]


def test_another_place_does_not_change_what_a_non_detect_counts_as(table: Table) -> None:
    own = [("a", "2020-04-01", "lh_dip", 0.02, "<"), ("a", "2020-04-02", "lh_dip", 0.02, "<")]
    others = [("b", f"2020-04-{day:02d}", "lh_dip", 0.01) for day in range(1, 20)]
    alone = mean(table(own, medium="sea"), "lh_dip", standard="gb3097-1997")
    both = assess(table(own + others, medium="sea"), standard="gb3097-1997", by="year")
    assert both.indicators.filter(place="a")["mean"].to_list() == [alone]


def test_a_bare_non_detect_takes_the_limit_of_the_standard_or_is_left_out(table: Table) -> None:
    sea = [("a", "2020-04-01", "lh_dip", None, "<", "limit_unknown")]
    sea += [("a", "2020-04-02", "lh_dip", 0.01)]
    # GB 3097-1997 table 2 lists 0.00062 mg/L for phosphate; half of it, as one of two is detected.
    expected = (0.00062 / 2 + 0.01) / 2
    assert mean(table(sea, medium="sea"), "lh_dip", standard="gb3097-1997") == pytest.approx(
        expected
    )
    river = [("a", "2020-04-01", "w21003", None, "<", "limit_unknown")]
    river += [("a", "2020-04-02", "w21003", 0.3)]
    result = assess(table(river), standard="gb3838-2002", by="year")
    assert result.indicators["mean"].to_list() == [0.3]
    assert result.left_out.rows() == [("a", 2020, "w21003", "limit_unknown", 1)]


def test_values_under_maintenance_are_left_out_and_counted(table: Table) -> None:
    rows = [("a", "2020-01-01", "w21003", 9.0, "", "frozen;maintenance")]
    rows += [("a", "2020-01-02", "w21003", 0.3, "", "frozen")]
    result = assess(table(rows), standard="gb3838-2002", by="year")
    assert result.indicators["mean"].to_list() == [0.3]
    assert result.left_out.rows() == [("a", 2020, "w21003", "maintenance", 1)]


def test_a_value_above_the_range_counts_as_at_least_that(table: Table) -> None:
    rows = [("a", "2020-04-01", "w21003", 2.5, ">")]
    result = assess(table(rows), standard="gb3838-2002", by="year")
    assert result.classes["class"].to_list() == [6]
    assert result.classes["censored"].to_list() == [0]


def test_din_is_the_sum_of_its_parts_where_it_was_not_reported(table: Table) -> None:
    rows = [
        ("a", "2020-04-01", "lh_no3n", 0.2),
        ("a", "2020-04-01", "lh_no2n", 0.002, "<"),
        ("a", "2020-04-01", "w21003", 0.03),
        ("a", "2020-07-01", "lh_no3n", 0.4),  # nitrite missing: no sum, never zero
        ("a", "2020-07-01", "w21003", 0.03),
        ("a", "2020-10-01", "lh_din", 0.5),  # reported: taken as it is
        ("a", "2020-10-01", "lh_no3n", 0.1),
        ("a", "2020-10-01", "lh_no2n", 0.1),
        ("a", "2020-10-01", "w21003", 0.1),
    ]
    result = assess(table(rows, medium="sea"), standard="gb3097-1997", by="season")
    din = result.indicators.filter(indicator="lh_din").sort("time")
    # Nitrite was detected in one of two samples of the year: half its limit.
    assert din["mean"].to_list() == pytest.approx([0.2 + 0.001 + 0.03, 0.5])
    assert din["time"].str.slice(5, 2).to_list() == ["04", "10"]
    assert result.left_out.rows() == [("a", 2020, "lh_din", "incomplete_sum_worse", 1)]


def test_sums_do_not_depend_on_the_order_of_rows(table: Table) -> None:
    rows = [
        ("a", f"2020-01-01 {i // 60:02d}:{i % 60:02d}", "w21003", 0.1 + i / 1000)
        for i in range(999)
    ]
    frame = table(rows)
    means = {mean(frame.sample(fraction=1, shuffle=True, seed=seed), "w21003") for seed in range(5)}
    assert len(means) == 1


def test_values_that_cannot_be_averaged_are_left_out_on_every_engine(table: Table) -> None:
    rows = [
        ("a", "2020-04-01", "w02003", 0.0),  # no logarithm
        ("a", "2020-04-02", "w02003", 100.0),
        ("a", "2020-04-01", "w01001", 6.0, "<"),  # "below" a pH
        ("a", "2020-04-02", "w01001", 8.0),
        ("a", "2020-04-01", "w01010", -2.5),  # 10 to the power of it is no hydrogen ion
        ("a", "2020-04-01", "lh_algae_density", 9e11),  # too large for the scale of the others
    ]
    frame = table(rows, medium="sea")
    relation = duckdb.connect().from_arrow(frame.to_arrow())
    for source in (frame, relation):
        result = assess(source, standard="gb3097-1997", by="year")
        assert dict(result.indicators.select("indicator", "mean").iter_rows()) == {
            "lh_algae_density": 9e11,
            "w01001": 8.0,
            "w01010": -2.5,
            "w02003": 100.0,
        }
        assert result.left_out.select("indicator", "reason", "rows").rows() == [
            ("w01001", "censored_ph", 1),
            ("w02003", "not_positive", 1),
        ]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a", "b"]),
            st.integers(1, 12),
            st.integers(1, 28),
            st.sampled_from(["w01001", "w01009", "w21003", "w21011"]),
            st.integers(0, 900),
            st.sampled_from(["", "<"]),
        ),
        min_size=1,
        max_size=60,
    )
)
def test_engines_agree_to_the_last_digit(drawn: list[tuple[str, int, int, str, int, str]]) -> None:
    rows = [
        (
            place,
            f"2020-{month:02d}-{day:02d}",
            code,
            5 + n / 300 if code == "w01001" else n / 1000,
            "" if code == "w01001" else low,
        )
        for place, month, day, code, n, low in drawn
    ]
    frame = observations(rows)
    polars = assess(frame, standard="gb3838-2002", by="year")
    connection = duckdb.connect()
    relation = connection.from_arrow(frame.to_arrow())
    embedded = assess(relation, standard="gb3838-2002", by="year")
    assert embedded.classes.equals(polars.classes)
    assert embedded.indicators.equals(polars.indicators)
    assert embedded.left_out.equals(polars.left_out)


def test_a_pandas_frame_with_time_alone_gives_the_same(table: Table) -> None:
    rows = [("a", "2020-01-31 23:30", "w21003", 1.0), ("a", "2020-02-01 00:30", "w21003", 2.0)]
    frame = table(rows)
    narrow = frame.select("place", "time", "indicator", "value").to_pandas()
    result = assess(narrow, standard="gb3838-2002", by="month")
    expected = assess(frame, standard="gb3838-2002", by="month")
    assert result.classes.equals(expected.classes)
    assert result.classes["time"].to_list() == [
        "2020-01-01T00:00:00+08:00",
        "2020-02-01T00:00:00+08:00",
    ]


def test_what_is_no_table_or_lacks_columns_is_refused(table: Table) -> None:
    with pytest.raises(UsageError, match="not a table of observations"):
        assess([1, 2], standard="gb3838-2002", by="year")
    with pytest.raises(InputError, match="lacks: value"):
        assess(table([]).drop("value"), standard="gb3838-2002", by="year")
    naive = pl.DataFrame(
        {"place": ["a"], "time": ["2020"], "indicator": ["w21003"], "value": [1.0]}
    )
    with pytest.raises(InputError, match="no time zone"):
        assess(naive, standard="gb3838-2002", by="year")
