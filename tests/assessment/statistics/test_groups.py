"""Groups, their levels, main pollutants and changes against the official rules worked by hand."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from luhai.assessment.change import changes
from luhai.assessment.groups import class_shares, dominant, groups
from luhai.assessment.groups_mean import mean_section
from luhai.errors import InputError, UsageError
from luhai.plan.places import PlaceRegister, load_places
from luhai.standards import load_method, load_standard

COLUMNS = (
    "id,name_zh,name_en,kind,medium,water_zh,water_en,district,control,longitude,latitude,"
    "position_accuracy_km,position_note,tidal,salinity_psu,aliases"
)


def _register(folder: Path, rows: list[tuple[str, str, str, str]]) -> PlaceRegister:
    kinds = {"sea": "sea_station", "river": "river_section", "lake": "lake_section"}
    lines = [COLUMNS]
    for name, medium, water, district in rows:
        lines.append(f"{name},{name},,{kinds[medium]},{medium},{water},,{district},,,,,,no,,")
    file = folder / "places.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return load_places(file)


def _classes(standard: str, year: int, classes: dict[str, int]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "place": list(classes),
            "by": "year",
            "time": f"{year}-01-01T00:00:00+08:00",
            "standard": standard,
            "class": pl.Series(list(classes.values()), dtype=pl.Int8),
        }
    )


def _means(standard: str, year: int, rows: list[tuple[str, str, float, int]]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {
                "place": place,
                "by": "year",
                "time": f"{year}-01-01T00:00:00+08:00",
                "standard": standard,
                "indicator": code,
                "mean": mean,
                "class": number,
            }
            for place, code, mean, number in rows
        ]
    )


@pytest.fixture
def rivers(tmp_path: Path) -> PlaceRegister:
    rows = [(f"R{n}", "river", "Long River", "East" if n < 4 else "West") for n in range(1, 7)]
    return _register(tmp_path, [*rows, ("S1", "river", "Short River", "West")])


def test_a_river_with_five_sections_goes_by_shares(rivers: PlaceRegister) -> None:
    table = _classes("gb3838-2002", 2020, {f"R{n}": c for n, c in enumerate([2, 3, 3, 3, 4, 6], 1)})
    row = groups(table, rivers).filter(pl.col("group_kind") == "river").row(0, named=True)
    # Ⅰ–Ⅲ 4 of 6 = 66.7 % < 75 %, worse than Ⅴ 16.7 % < 20 %: slightly polluted.
    assert (row["basis"], row["level"], row["level_name"]) == ("shares", 3, "轻度污染")
    assert row["share_3"] == pytest.approx(50.0)
    assert row["share_6"] == pytest.approx(100 / 6)
    assert row["places"] == 6
    assert row["members"] == "R1;R2;R3;R4;R5;R6"


def test_few_sections_are_averaged_not_counted(rivers: PlaceRegister) -> None:
    """District East has three sections: TP 0.10, 0.16, 0.37 average 0.21, class Ⅳ."""
    table = _classes("gb3838-2002", 2020, {"R1": 2, "R2": 3, "R3": 5})
    means = _means(
        "gb3838-2002",
        2020,
        [
            *(("R1", "w21011", 0.10, 2), ("R2", "w21011", 0.16, 3), ("R3", "w21011", 0.37, 5)),
            *(("R1", "w21003", 0.3, 2), ("R2", "w21003", 0.4, 2), ("R3", "w21003", 2.4, 6)),
        ],
    )
    without = groups(table, rivers).filter(pl.col("group_kind") == "district").row(0, named=True)
    assert (without["basis"], without["level"]) == ("unknown", None)
    row = groups(table, rivers, indicators=means)
    row = row.filter(pl.col("group_kind") == "district").row(0, named=True)
    # TP 0.21 is class Ⅳ; ammonia 3.1 / 3 = 1.03 is class Ⅳ as well.
    assert (row["basis"], row["mean_class"], row["level"]) == ("mean", 4, 3)
    assert row["deciding"] == "w21003;w21011"
    # Multiples: TP 0.21 / 0.2 - 1 = 0.05; ammonia 1.03 / 1.0 - 1 = 0.03.
    assert row["main_pollutants"] == "w21011;w21003"
    assert row["main_pollutant_figures"] == "0.05;0.03"


def test_a_single_place_has_its_own_level(rivers: PlaceRegister) -> None:
    table = _classes("gb3838-2002", 2020, {"S1": 6})
    row = groups(table, rivers).filter(pl.col("group_kind") == "river").row(0, named=True)
    assert (row["basis"], row["level_name"]) == ("single", "重度污染")


def test_mean_ph_goes_through_the_hydrogen_ion() -> None:
    """pH 6.0 and 9.4: the mean ion concentration is 5.002e-7, pH 6.3; the plain mean 7.7."""
    means = pl.DataFrame({"place": ["A", "B"], "indicator": ["w01001"] * 2, "mean": [6.0, 9.4]})
    section = mean_section(means, load_standard("gb3838-2002"), load_method("hb2011-22"))
    assert section.means["w01001"] == 6.0
    assert section.class_number == 1


def test_main_pollutants_of_a_counted_group(rivers: PlaceRegister) -> None:
    table = _classes("gb3838-2002", 2020, {f"R{n}": c for n, c in enumerate([4, 4, 5, 3, 4, 2], 1)})
    means = _means(
        "gb3838-2002",
        2020,
        [
            *((f"R{n}", "w21011", 0.25, 4) for n in (1, 2, 3)),
            *((f"R{n}", "w21003", 1.2, 4) for n in (1, 5)),
            ("R3", "w01018", 35.0, 5),
            ("R3", "w01019", 7.0, 4),
            # Total nitrogen is not assessed in rivers, whatever it says.
            *((f"R{n}", "w21001", 3.0, 6) for n in range(1, 7)),
        ],
    )
    row = groups(table, rivers, indicators=means)
    row = row.filter(pl.col("group_kind") == "river").row(0, named=True)
    assert row["main_pollutants"].split(";")[:2] == ["w21011", "w21003"]
    assert row["main_pollutant_figures"].split(";")[:2] == ["50.0", "33.3"]
    assert len(row["main_pollutants"].split(";")) == 3
    assert "w21001" not in row["main_pollutants"]


def test_sea_areas_go_by_shares_whatever_their_number(tmp_path: Path) -> None:
    register = _register(tmp_path, [(f"B{n}", "sea", "The Bay", "") for n in range(1, 5)])
    table = _classes("gb3097-1997", 2017, {"B1": 1, "B2": 2, "B3": 4, "B4": 5})
    rows = groups(table, register)
    assert rows["group_kind"].to_list() == ["city", "sea_area"]
    row = rows.filter(pl.col("group_kind") == "sea_area").row(0, named=True)
    # 一+二类 50 % < 60 %, 劣四类 25 %: 差.
    assert (row["level_name"], row["share_5"], row["share_6"]) == ("差", 25.0, None)
    assert dominant(row) is None


def test_places_without_a_class_are_counted_apart(rivers: PlaceRegister) -> None:
    table = _classes("gb3838-2002", 2020, {"R1": 0, "R2": 2})
    row = groups(table, rivers).filter(pl.col("group_kind") == "city").row(0, named=True)
    assert (row["places"], row["unjudged"], row["basis"]) == (1, 1, "single")
    none = groups(_classes("gb3838-2002", 2020, {"R1": 0}), rivers).row(0, named=True)
    assert (none["places"], none["basis"], none["level"], none["share_1"]) == (
        0,
        "none",
        None,
        None,
    )


def test_only_years_are_counted_and_a_rule_can_be_chosen(rivers: PlaceRegister) -> None:
    year = _classes("gb3838-2002", 2020, {"R1": 2})
    month = year.with_columns(by=pl.lit("month"))
    assert groups(pl.concat([year, month]), rivers).height == groups(year, rivers).height
    assert groups(year, rivers, "sea").is_empty()
    with pytest.raises(UsageError):
        groups(year, rivers, "lake")


def test_unknown_and_doubled_places_are_refused(rivers: PlaceRegister) -> None:
    with pytest.raises(InputError, match="nowhere"):
        groups(_classes("gb3838-2002", 2020, {"nowhere": 2}), rivers)
    year = _classes("gb3838-2002", 2020, {"R1": 2})
    with pytest.raises(InputError):
        groups(pl.concat([year, year]), rivers)
    with pytest.raises(InputError):
        class_shares([0, 1], 5)
    with pytest.raises(InputError):
        class_shares([], 5)


def test_changes_by_shares_and_by_level(rivers: PlaceRegister) -> None:
    before = {f"R{n}": c for n, c in enumerate([2, 3, 3, 4, 6, 6], 1)}
    after = {f"R{n}": c for n, c in enumerate([2, 3, 3, 3, 4, 6], 1)}
    table = pl.concat([_classes("gb3838-2002", 2019, before), _classes("gb3838-2002", 2020, after)])
    row = changes(groups(table, rivers)).filter(pl.col("group_kind") == "river").row(0, named=True)
    # ΔG = 66.7 - 50 = +16.7, ΔD = 16.7 - 33.3 = -16.7: 33.3 points, marked.
    assert row["difference"] == pytest.approx(100 / 3)
    assert (row["by"], row["change"], row["degree"]) == ("shares", "better", 2)
    single = pl.concat(
        [_classes("gb3838-2002", 2019, {"S1": 3}), _classes("gb3838-2002", 2020, {"S1": 4})]
    )
    row = changes(groups(single, rivers)).filter(pl.col("group_kind") == "river").row(0, named=True)
    assert (row["by"], row["change"], row["degree"]) == ("level", "worse", 1)


def test_a_gap_of_years_is_no_change(rivers: PlaceRegister) -> None:
    table = pl.concat(
        [_classes("gb3838-2002", 2018, {"S1": 3}), _classes("gb3838-2002", 2020, {"S1": 4})]
    )
    made = groups(table, rivers)
    assert changes(made).is_empty()
    assert changes(made, years_apart=2)["year_before"].unique().to_list() == [2018]


def test_ids_depend_on_the_question_alone(rivers: PlaceRegister) -> None:
    first = groups(_classes("gb3838-2002", 2020, {"R1": 2}), rivers)
    second = groups(_classes("gb3838-2002", 2020, {"R1": 5}), rivers)
    assert first["result_id"].to_list() == second["result_id"].to_list()
    assert first["result_id"].is_unique().all()
