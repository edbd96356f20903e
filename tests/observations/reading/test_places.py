"""Written places: layers in their names, aliases, registers, and names shared by two places."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.observations.corpus.options import REGISTER

from luhai.observations.reading import Mapping, ReadResult, qualify_places, read_path
from luhai.observations.reading.places import PlaceReader, split_layer


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("GD1701表", ("GD1701", "surface")),
        ("GD1701底", ("GD1701", "bottom")),
        ("3#中", ("3#", "middle")),
        ("GD1701-表层", ("GD1701", "surface")),
        ("GD1701(底层)", ("GD1701", "bottom")),
        ("海湾中层", ("海湾", "middle")),
        ("Bay 1 surface", ("Bay 1", "surface")),
        ("3#", ("3#", "")),
        ("陂底", ("陂底", "")),
        ("江表", ("江表", "")),
        ("湖中", ("湖中", "")),
        ("SM1-S", ("SM1-S", "")),
    ],
)
def test_a_layer_is_split_off_only_where_it_cannot_be_a_name(
    name: str, expected: tuple[str, str]
) -> None:
    assert split_layer(name) == expected


def test_a_register_decides_what_a_name_means() -> None:
    reader = PlaceReader(REGISTER, Mapping(places={"深海一号": "GD1702"}))
    assert reader.read("ＧＤ１７０１表").place == "GD1701"
    assert reader.read("ＧＤ１７０１表").layer == "surface"
    assert reader.read("gd-1701").medium == "sea"
    assert reader.read("深海一号").place == "GD1702"
    unknown = reader.read("GD17O1")
    assert (unknown.place, unknown.problem, unknown.near) == ("", "unknown_place", "GD1701")
    assert reader.read("--").problem == "place_missing"


def _table(folder: Path, name: str, *rows: str) -> ReadResult:
    path = folder / name
    path.write_text(
        "省份,流域,断面名称,监测时间,氨氮(mg/L)\n" + "\n".join(rows) + "\n", encoding="utf-8"
    )
    return next(iter(read_path(path)))


def test_places_of_one_name_are_told_apart_by_their_context(tmp_path: Path) -> None:
    one = _table(
        tmp_path, "a.csv", "甲省,东流域,河口,2020-07-18,0.1", "甲省,东流域,桥,2020-07-18,0.2"
    )
    two = _table(tmp_path, "b.csv", "乙省,西流域,河口,2020-07-18,0.3")
    qualified = qualify_places([one, two])
    assert qualified.results[0].observations["place"].to_list() == ["河口（甲省·东流域）", "桥"]
    assert qualified.results[1].observations["place"].to_list() == ["河口（乙省·西流域）"]
    # A second import of the same files gives the same names, in whatever order they come.
    again = qualify_places([two, one], qualified.known)
    assert again.known == qualified.known
    assert again.results[1].observations.equals(qualified.results[0].observations)


def test_a_name_once_given_stays(tmp_path: Path) -> None:
    one = _table(tmp_path, "a.csv", "甲省,东流域,河口,2020-07-18,0.1")
    two = _table(tmp_path, "b.csv", "乙省,西流域,河口,2020-07-18,0.3")
    first = qualify_places([one])
    assert first.results[0].observations["place"].to_list() == ["河口"]
    second = qualify_places([two], first.known)
    assert second.results[0].observations["place"].to_list() == ["河口（乙省·西流域）"]
    third = qualify_places([one, two], second.known)
    assert [result.observations["place"][0] for result in third.results] == [
        "河口",
        "河口（乙省·西流域）",
    ]


def test_two_contexts_in_one_file_do_not_mix_their_rows(tmp_path: Path) -> None:
    both = _table(
        tmp_path,
        "a.csv",
        "甲省,东流域,河口,2020-07-18,0.1",
        "乙省,西流域,河口,2020-07-18,0.3",
        "甲省,东流域,河口,2020-07-19,0.2",
    )
    found = qualify_places([both]).results[0].observations
    assert found.height == both.observations.height
    assert found.select("place", "value").rows() == [
        ("河口（甲省·东流域）", 0.1),
        ("河口（乙省·西流域）", 0.3),
        ("河口（甲省·东流域）", 0.2),
    ]
