"""Classes: single factor, limits, rounding, exceedance, main pollutants, scope, lakes, minima."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from luhai.assessment.assessing import CLASS_COLUMNS, INDICATOR_COLUMNS, assess
from luhai.assessment.results import TABLES
from luhai.errors import InputError, UsageError
from luhai.plan.places import Place, PlaceRegister

Table = Callable[..., pl.DataFrame]


def register(**media: str) -> PlaceRegister:
    """Places by id with their medium, ``lake``, ``river`` or ``sea``."""
    return PlaceRegister(tuple(place(name, medium) for name, medium in media.items()))


def place(name: str, medium: str, salinity: float | None = None) -> Place:
    kind = {"sea": "sea_station"}.get(medium, f"{medium}_section")
    return Place(
        name, name, "", kind, medium, "", "", "", "", None, None, None, "", False, salinity
    )


def one(
    frame: pl.DataFrame, standard: str = "gb3838-2002", by: str = "year", **options: Any
) -> Any:
    classes = assess(frame, standard=standard, by=by, **options).classes
    assert classes.height == 1
    return classes.row(0, named=True)


def test_tables_have_the_columns_of_the_contract(table: Table) -> None:
    assert set(TABLES["classes"]) <= set(CLASS_COLUMNS)
    assert set(TABLES["indicators"]) <= set(INDICATOR_COLUMNS)
    result = assess(table([("a", "2020-01-01", "w21003", 0.3)]), standard="gb3838-2002", by="year")
    assert tuple(result.classes.columns) == CLASS_COLUMNS
    assert tuple(result.indicators.columns) == INDICATOR_COLUMNS


def test_the_worst_indicator_gives_the_class_and_all_in_it_decide(table: Table) -> None:
    # GB 3838-2002 table 1: NH3-N 1.2 is Ⅳ (1.0–1.5), TP 0.25 Ⅳ (0.2–0.3), DO 7.6 Ⅰ (≥ 7.5).
    rows = [
        ("a", "2020-01-01", code, value)
        for code, value in (("w21003", 1.2), ("w21011", 0.25), ("w01009", 7.6))
    ]
    row = one(table(rows))
    assert (row["class"], row["class_name"]) == (4, "Ⅳ类")
    # 0.25/0.2 − 1 = 0.25 goes before 1.2/1.0 − 1 = 0.2.
    assert row["deciding"] == "w21011;w21003"
    assert row["exceedance"] == 0.25
    assert row["main_pollutants"] == "w21011;w21003"


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (0.15, 1),
        (0.1549, 1),
        (0.155, 2),  # digits of NH3-N: 2; 0.155 → 0.16 (even), over 0.15
        (0.505, 2),
        (0.5051, 3),  # 0.505 → 0.50 (even)
        (2.005, 5),
        (2.0051, 6),
    ],
)
def test_values_are_rounded_half_to_even_before_comparison(
    table: Table, value: float, number: int
) -> None:
    assert one(table([("a", "2020-01-01", "w21003", value)]))["class"] == number


def test_a_mean_that_is_a_decimal_tie_is_rounded_as_one(table: Table) -> None:
    # (0.50 + 0.51) / 2 = 0.505 → 0.50: class Ⅱ, though no binary number is 0.505.
    rows = [("a", "2020-01-01", "w21003", 0.50), ("a", "2020-01-02", "w21003", 0.51)]
    assert one(table(rows))["class"] == 2


@pytest.mark.parametrize(("oxygen", "number"), [(6.01, 1), (6.0, 2), (5.0, 3), (3.0, 5), (2.0, 5)])
def test_dissolved_oxygen_of_the_sea_must_be_above_its_limit(
    table: Table, oxygen: float, number: int
) -> None:
    frame = table([("a", "2020-04-01", "w01009", oxygen)], medium="sea")
    assert one(frame, "gb3097-1997")["class"] == number


def test_oxygen_saturation_may_stand_in_for_class_one_of_a_river(table: Table) -> None:
    rows = [("a", "2020-01-01", "w01009", 6.9), ("a", "2020-01-01", "lh_do_saturation", 91.0)]
    assert one(table(rows))["class"] == 1
    assert one(table(rows[:1]))["class"] == 2


def test_single_values_keep_the_digits_of_single_values(table: Table) -> None:
    # DO 5.96: as a mean with one decimal 6.0 (class Ⅱ), as a single value 5.96 (class Ⅲ).
    frame = table([("a", "2020-01-01", "w01009", 5.96)])
    assert one(frame, by="month")["class"] == 2
    assert one(frame, by="sample")["class"] == 3


def test_total_nitrogen_informs_and_never_decides(table: Table) -> None:
    rows = [("a", "2020-01-01", "w21001", 9.0), ("a", "2020-01-01", "w21003", 0.1)]
    result = assess(table(rows), standard="gb3838-2002", by="year")
    assert result.classes["class"].to_list() == [1]
    nitrogen = result.indicators.filter(indicator="w21001").row(0, named=True)
    assert not nitrogen["counts"]
    assert nitrogen["class"] == 0  # GB 3838 sets no limit on it in rivers


def test_priority_pollutants_over_the_limit_go_first_and_three_are_named(table: Table) -> None:
    # TP 劣Ⅴ, NH3-N 劣Ⅴ, COD Ⅴ, lead Ⅴ (0.08; limits 0.05 / 0.1): lead goes first.
    rows = [
        ("a", "2020-01-01", code, value)
        for code, value in (("w21011", 0.9), ("w21003", 6.0), ("w01018", 35.0), ("w20144", 0.08))
    ]
    row = one(table(rows))
    assert row["class"] == 6
    assert row["deciding"] == "w21003;w21011"
    assert row["main_pollutants"] == "w20144;w21003;w21011"


def test_a_class_within_the_reference_names_no_main_pollutant(table: Table) -> None:
    row = one(table([("a", "2020-01-01", "w21003", 0.9)]))
    assert (row["class"], row["main_pollutants"], row["exceedance"]) == (3, "", None)


def test_ph_and_oxygen_have_no_multiple(table: Table) -> None:
    rows = [("a", "2020-01-01", "w01009", 1.0), ("a", "2020-01-01", "w01001", 10.0)]
    row = one(table(rows))
    assert (row["class"], row["exceedance"]) == (6, None)


def test_a_declared_lake_has_the_limits_of_lakes_whatever_its_rows_say(table: Table) -> None:
    rows = [("lake", "2020-01-01", "w21011", 0.06), ("river", "2020-01-01", "w21011", 0.06)]
    result = assess(table(rows), standard="gb3838-2002", by="year", register=register(lake="lake"))
    assert result.classes.select("place", "medium", "standard", "class").rows() == [
        ("lake", "lake", "gb3838-2002-lake", 4),
        ("river", "river", "gb3838-2002", 2),
    ]


def test_without_a_register_the_medium_of_the_rows_decides(table: Table) -> None:
    frame = table([("a", "2020-01-01", "w21011", 0.06)], medium="lake")
    assert one(frame)["standard"] == "gb3838-2002-lake"
    assert one(frame, medium="river")["standard"] == "gb3838-2002"


def test_the_lake_standard_by_name_holds_for_undeclared_places(table: Table) -> None:
    frame = table([("a", "2020-01-01", "w21011", 0.06)])
    assert one(frame, "gb3838-2002-lake")["class"] == 4


def test_a_place_with_rows_of_two_media_is_refused(table: Table) -> None:
    river = table([("a", "2020-01-01", "w21011", 0.06)])
    lake = table([("a", "2020-02-01", "w21011", 0.06)], medium="lake")
    with pytest.raises(InputError, match="several media"):
        assess(pl.concat([river, lake]), standard="gb3838-2002", by="year")


def test_a_place_registered_as_sea_is_no_river(table: Table) -> None:
    frame = table([("a", "2020-01-01", "w21011", 0.06)])
    result = assess(frame, standard="gb3838-2002", by="year", register=register(a="sea"))
    assert result.classes.is_empty()
    assert "a" in result.notes[0].render("en")


@pytest.mark.parametrize(
    ("rows", "salinity", "scope"),
    [
        ([], None, "ok"),
        ([], 3.0, "outside_standard"),
        ([("a", "2020-01-01", "lh_salinity", 0.2)], 3.0, "ok"),  # measured goes before typical
        ([("a", "2020-01-01", "w01014", 5600.0)], None, "outside_standard"),
        ([("a", "2020-01-01", "w01014", 360.0)], None, "ok"),
        (
            [("a", "2020-01-01", "w01014", 360.0), ("a", "2020-01-01", "lh_salinity", 9.0)],
            None,
            "outside_standard",
        ),
    ],
)
def test_brackish_water_is_classed_and_marked(
    table: Table, rows: list[Any], salinity: float | None, scope: str
) -> None:
    frame = table([("a", "2020-01-01", "w21003", 0.3), *rows])
    places = PlaceRegister((place("a", "river", salinity),))
    result = assess(frame, standard="gb3838-2002", by="year", register=places)
    assert result.classes.select("class", "scope").rows() == [(2, scope)]
    noted = [note.render("zh") for note in result.notes]
    assert any("GB 3097" in note for note in noted) == (scope == "outside_standard")


def test_sea_water_is_never_outside_the_sea_standard(table: Table) -> None:
    rows = [("a", "2020-04-01", "lh_din", 0.1), ("a", "2020-04-01", "lh_salinity", 30.0)]
    assert one(table(rows, medium="sea"), "gb3097-1997")["scope"] == "ok"


def test_a_period_without_a_usable_value_keeps_its_row(table: Table) -> None:
    rows = [
        ("a", "2020-01-01", "w21003", 0.3, "", "maintenance"),
        ("b", "2020-01-01", "w01003", 3.0),
    ]
    result = assess(table(rows), standard="gb3838-2002", by="year")
    columns = ("place", "class", "class_name", "deciding", "samples", "confidence", "enough")
    assert result.classes.select(columns).rows() == [
        ("a", 0, "未评价", "", 0, None, False),
        ("b", 0, "未评价", "", 0, None, False),
    ]
    assert "2" in result.notes[-1].render("en")


def test_rows_of_another_medium_are_not_judged(table: Table) -> None:
    frame = table([("a", "2020-01-01", "w21003", 0.3)], medium="sea")
    result = assess(frame, standard="gb3838-2002", by="year")
    assert result.classes.is_empty()
    assert tuple(result.classes.columns) == CLASS_COLUMNS
    assert result.notes


@pytest.mark.parametrize(("months", "enough"), [(7, False), (8, True)])
def test_a_year_of_a_river_needs_eight_months(table: Table, months: int, enough: bool) -> None:
    rows = [("a", f"2020-{month:02d}-05", "w21003", 0.3) for month in range(1, months + 1)]
    row = one(table(rows))
    assert row["enough"] is enough
    # 0.3 lies 40 % below 0.5 and twice above 0.15: only the coverage counts.
    assert row["confidence"] == pytest.approx(round(months / 12, 2))


def test_confidence_is_halved_at_a_limit(table: Table) -> None:
    def yearly(value: float) -> float:
        rows = [("a", f"2020-{month:02d}-05", "w21003", value) for month in range(1, 13)]
        return float(one(table(rows))["confidence"])

    assert yearly(0.5) == 0.5
    assert yearly(0.45) == 0.75  # 10 % from the limit, half of the safe 20 %
    assert yearly(0.3) == 1.0


def test_over_samples_counts_single_values_over_the_reference_limit(table: Table) -> None:
    # Reference class Ⅲ: NH3-N 1.0, DO 5; single NH3-N has three decimals, DO two.
    rows = [
        ("a", f"2020-01-0{day}", "w21003", value)
        for day, value in ((1, 1.0), (2, 1.0005), (3, 1.0006), (4, 3.0))
    ]
    rows += [("a", "2020-01-05", "w21003", 9.0, "<")]
    rows += [
        ("a", f"2020-01-0{day}", "w01009", value)
        for day, value in ((1, 5.0), (2, 4.995), (3, 4.994))
    ]
    found = assess(table(rows), standard="gb3838-2002", by="year").indicators
    # 1.0005 → 1.000 (even), 4.995 → 5.00 (even); a non-detect is never over.
    assert dict(found.select("indicator", "over_samples").iter_rows()) == {"w01009": 1, "w21003": 2}


def test_rolling_years_end_with_each_month_that_has_data(table: Table) -> None:
    rows = [("a", "2019-06-05", "w21003", 0.3), ("a", "2020-05-05", "w21003", 0.5)]
    rows += [("a", "2020-06-05", "w21003", 0.9)]
    result = assess(table(rows), standard="gb3838-2002", by="rolling")
    assert result.indicators.select("time", "mean", "parts").rows() == [
        ("2018-07-01T00:00:00+08:00", pytest.approx(0.3), 1),
        ("2019-06-01T00:00:00+08:00", pytest.approx(0.4), 2),
        ("2019-07-01T00:00:00+08:00", pytest.approx(0.7), 2),
    ]


def test_periods_start_in_local_time(table: Table) -> None:
    frame = table([("a", "2020-08-01 07:30", "w21003", 0.3)])
    starts = {by: one(frame, by=by)["time"] for by in ("sample", "month", "season", "year")}
    assert starts == {
        "sample": "2020-08-01T07:30:00+08:00",
        "month": "2020-08-01T00:00:00+08:00",
        "season": "2020-07-01T00:00:00+08:00",
        "year": "2020-01-01T00:00:00+08:00",
    }


def test_ids_follow_the_question_not_the_answer(table: Table) -> None:
    first = one(table([("a", "2020-01-01", "w21003", 0.3)]))
    second = one(table([("a", "2020-01-01", "w21003", 9.0)]))
    assert first["result_id"] == second["result_id"]
    assert first["class"] != second["class"]


def test_one_year_can_be_asked_for(table: Table) -> None:
    rows = [("a", "2019-01-01", "w21003", 0.3), ("a", "2020-01-01", "w21003", 0.3)]
    assert one(table(rows), year=2020)["year"] == 2020


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"standard": "gb3838-2003", "by": "year"}, "gb3838-2002"),
        ({"standard": "gb18918-2002", "by": "year"}, "discharge"),
        ({"standard": "gb3838-2002", "by": "week"}, "no period 'week'"),
        ({"standard": "gb3838-2002", "by": "year", "method": "hj442-2020"}, "does not assess"),
        ({"standard": "gb3097-1997", "by": "year", "medium": "river"}, "medium 'river'"),
    ],
)
def test_wrong_usage_is_refused_with_a_remedy(
    table: Table, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        assess(table([("a", "2020-01-01", "w21003", 0.3)]), **options)
