"""Observations made by hand for the tests of store, quality control and import."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from luhai.observations.schema import OBSERVATION_SCHEMA
from luhai.observations.store import ObservationStore
from luhai.workspace import Workspace

LOCAL = timezone(timedelta(hours=8))
MakeFrame = Callable[..., pl.DataFrame]

_USUAL: dict[str, Any] = {
    "place": "尖山",
    "medium": "river",
    "time": datetime(2020, 7, 18, 4, tzinfo=UTC),
    "precision": "minute",
    "layer": None,
    "depth_m": None,
    "sample": None,
    "indicator": "w21003",
    "value": 0.36,
    "unit": "mg/L",
    "censored": "",
    "flag": "",
    "value_text": "0.36",
    "unit_text": "mg/L",
    "value_shown": None,
    "file": "july.csv",
    "sheet": "",
    "row": 2,
    "column": "D",
    "file_hash": "ab" * 32,
}


def observations(**columns: Any) -> pl.DataFrame:
    """A table in which the named columns hold the given values and the rest what is usual.

    A column is one value for all rows, or a list. Local calendar and row numbers follow.
    """
    height = max((len(cells) for cells in columns.values() if isinstance(cells, list)), default=1)
    filled = {
        name: cells if isinstance(cells, list) else [cells] * height
        for name, cells in (_USUAL | columns).items()
    }
    if "row" not in columns:
        filled["row"] = list(range(2, height + 2))
    local = [moment.astimezone(LOCAL) for moment in filled["time"]]
    filled |= {
        part: [getattr(moment, part) for moment in local] for part in ("year", "month", "day")
    }
    return pl.DataFrame(
        {name: filled[name] for name in OBSERVATION_SCHEMA}, schema=OBSERVATION_SCHEMA
    )


def hourly(values: list[float], *, step_hours: float = 4.0, **columns: Any) -> pl.DataFrame:
    """One series with a value every few hours."""
    start = datetime(2021, 4, 1, tzinfo=UTC)
    times = [start + timedelta(hours=step_hours * number) for number in range(len(values))]
    return observations(value=values, time=times, **columns)


@pytest.fixture
def make() -> MakeFrame:
    """``make(value=[…], place=…)``: a table of observations."""
    return observations


@pytest.fixture
def make_series() -> MakeFrame:
    """``make_series([…], step_hours=4)``: one series."""
    return hourly


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """An empty workspace without a plan."""
    return Workspace.create(tmp_path / "city")


@pytest.fixture
def store(workspace: Workspace) -> ObservationStore:
    """The store of the empty workspace."""
    return ObservationStore(workspace, wait_seconds=0.3)
