"""Attainment: the class of a year against the plan's target that falls due."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl
import pytest

from luhai.assessment.assessing import assess
from luhai.assessment.attainment import ATTAINMENT_SCHEMA, attainment
from luhai.assessment.results import TABLES
from luhai.errors import InputError

Table = Callable[..., pl.DataFrame]


@dataclass(frozen=True)
class Target:
    place: str
    year: int
    target_class: int
    standard: str = "gb3838-2002"


@pytest.fixture
def classes(table: Table) -> pl.DataFrame:
    rows = [
        ("a", f"{year}-{month:02d}-05", "w21003", value)
        for year, value in ((2018, 1.2), (2019, 0.9), (2020, 0.4))
        for month in range(1, 13)
    ]
    rows.append(("b", "2020-01-05", "w21003", 0.3, "", "maintenance"))
    return assess(table(rows), standard="gb3838-2002", by="year").classes


def test_every_year_is_held_against_the_target_that_falls_due(classes: pl.DataFrame) -> None:
    found = attainment(classes, [Target("a", 2020, 2), Target("a", 2018, 3)])
    assert set(TABLES["attainment"]) <= set(found.columns)
    assert dict(found.schema) == ATTAINMENT_SCHEMA
    columns = ("year", "target_year", "target_class", "class", "attains", "enough")
    assert found.select(columns).rows() == [
        (2018, 2018, 3, 4, False, True),
        (2019, 2020, 2, 3, False, True),
        (2020, 2020, 2, 2, True, True),
    ]
    assert found["class_result_id"].to_list() == classes.filter(place="a")["result_id"].to_list()


def test_places_without_a_class_keep_their_row(classes: pl.DataFrame) -> None:
    found = attainment(classes, [Target("b", 2020, 3), Target("unknown", 2020, 3)])
    assert found.select("place", "class", "attains").rows() == [
        ("b", 0, None),
        ("unknown", 0, None),
    ]


def test_a_target_of_another_standard_is_not_met_by_this_class(classes: pl.DataFrame) -> None:
    found = attainment(classes, [Target("a", 2020, 2, "gb3097-1997")])
    assert found.select("year", "class", "attains", "medium").rows() == [(2020, 0, None, "sea")]


def test_a_lake_is_held_against_the_target_of_the_same_edition(table: Table) -> None:
    frame = table([("a", "2020-01-05", "w21011", 0.04)], medium="lake")
    lake = assess(frame, standard="gb3838-2002", by="year").classes
    assert attainment(lake, [Target("a", 2020, 3)])["attains"].to_list() == [True]


def test_two_targets_for_one_year_are_refused(classes: pl.DataFrame) -> None:
    with pytest.raises(InputError, match="two targets"):
        attainment(classes, [Target("a", 2020, 2), Target("a", 2020, 3)])


def test_two_classes_for_one_year_are_refused(classes: pl.DataFrame) -> None:
    with pytest.raises(InputError, match="two classes"):
        attainment(pl.concat([classes, classes]), [Target("a", 2020, 2)])
