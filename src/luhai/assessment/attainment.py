"""Does each place of the plan attain its target, year by year?

The class of the year by the standard that the target names is set against the target's class.
Every year that has a class is compared, so that the way to the target can be seen; a year is held
against the next target that falls due, and after the last one against the last. A place that the
plan names and the data do not know keeps its row, without a class.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import polars as pl

from luhai.assessment.identity import result_id
from luhai.errors import InputError
from luhai.standards import load_standard
from luhai.text import Text


class Target(Protocol):
    """What a plan promises for a place, e.g. ``luhai.plan.model.PlaceTarget``."""

    @property
    def place(self) -> str: ...

    @property
    def year(self) -> int: ...

    @property
    def target_class(self) -> int: ...

    @property
    def standard(self) -> str: ...


ATTAINMENT_SCHEMA: dict[str, pl.DataType] = {
    "result_id": pl.String(),
    "place": pl.String(),
    "medium": pl.String(),
    "year": pl.Int16(),
    "target_class": pl.Int8(),
    "class": pl.Int8(),
    "attains": pl.Boolean(),
    "deciding": pl.String(),
    "exceedance": pl.Float64(),
    "samples": pl.Int32(),
    "enough": pl.Boolean(),
    "class_result_id": pl.String(),
    "scope": pl.String(),
    "standard": pl.String(),
    "target_year": pl.Int16(),
}
"""Columns of ``attainment``: those of docs/architecture.md, the standard and the target's year."""


def attainment(classes: pl.DataFrame, place_targets: Iterable[Target]) -> pl.DataFrame:
    """Attainment of places by year.

    Args:
        classes: ``Assessment.classes``; only its rows by year are used. Classes of several
            standards may stand in one table.
        place_targets: what the plan promises, ``Plan.place_targets``.

    Returns:
        ``ATTAINMENT_SCHEMA``, sorted by place and year. ``attains`` is null where the place has no
        class; ``enough`` says whether the year holds the method's least number of samples.

    Raises:
        InputError: one place has two targets for one year, or two classes for one.
    """
    by_place = _by_place(place_targets)
    yearly = classes.filter(pl.col("by") == "year", pl.col("place").is_in(list(by_place)))
    rows = []
    for place, targets in by_place.items():
        editions = {_edition(target.standard) for target in targets}
        found = [
            row
            for row in yearly.filter(pl.col("place") == place).sort("year").iter_rows(named=True)
            if _edition(row["standard"]) in editions
        ]
        _must_be_one_per_year(place, [int(row["year"]) for row in found])
        rows += [
            _row(place, _due(targets, int(row["year"])), int(row["year"]), row) for row in found
        ]
        if not found:
            rows.append(_row(place, targets[-1], targets[-1].year, None))
    return pl.DataFrame(rows, schema=ATTAINMENT_SCHEMA).sort("place", "year")


def _by_place(place_targets: Iterable[Target]) -> dict[str, list[Target]]:
    by_place: dict[str, list[Target]] = {}
    for target in place_targets:
        by_place.setdefault(target.place, []).append(target)
    for place, targets in by_place.items():
        targets.sort(key=lambda target: target.year)
        years = [target.year for target in targets]
        if len(set(years)) < len(years):
            raise InputError(
                Text("The plan has two targets for one year."),
                where=place,
                why=Text("A year can be held against one target only."),
                remedy=Text("Keep one of them in the plan's annex."),
            )
    return by_place


def _edition(standard: str) -> str:
    return load_standard(standard).edition


def _must_be_one_per_year(place: str, years: list[int]) -> None:
    twice = sorted({year for year in years if years.count(year) > 1})
    if twice:
        raise InputError(
            Text("It has two classes for {twice}.", {"twice": ", ".join(map(str, twice))}),
            where=place,
            why=Text("A join would double its row."),
            remedy=Text("Give classes of one standard and method per place and year."),
        )


def _due(targets: list[Target], year: int) -> Target:
    return next((target for target in targets if target.year >= year), targets[-1])


def _row(place: str, target: Target, year: int, row: dict[str, object] | None) -> dict[str, object]:
    number = 0 if row is None else int(str(row["class"]))
    return {
        "result_id": result_id("attainment", place, year, target.standard),
        "place": place,
        "medium": load_standard(target.standard).medium if row is None else row["medium"],
        "year": year,
        "target_class": target.target_class,
        "class": number,
        "attains": number <= target.target_class if number else None,
        "deciding": "" if row is None else row["deciding"],
        "exceedance": None if row is None else row["exceedance"],
        "samples": 0 if row is None else row["samples"],
        "enough": False if row is None else row["enough"],
        "class_result_id": "" if row is None else row["result_id"],
        "scope": "ok" if row is None else row["scope"],
        "standard": target.standard if row is None else row["standard"],
        "target_year": target.year,
    }
