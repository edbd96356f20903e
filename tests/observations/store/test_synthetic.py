"""The invented observations of the benchmarks are sound, distinct and the same every time."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import polars as pl
import pytest

from luhai.errors import UsageError
from luhai.observations.ordering import first_of_each, order_observations
from luhai.observations.schema import OBSERVATION_SCHEMA
from luhai.observations.store import check_schema
from luhai.standards import indicator

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def synthetic() -> ModuleType:
    spec = importlib.util.spec_from_file_location("synthetic", ROOT / "benchmarks" / "synthetic.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["synthetic"] = module
    spec.loader.exec_module(module)
    return module


def test_the_rows_are_as_many_as_asked_and_all_distinct(synthetic: ModuleType) -> None:
    frame = pl.concat(synthetic.synthetic_frames(20_000, places=10, years=4))
    check_schema(frame)
    assert frame.height == 20_000
    assert first_of_each(order_observations(frame)).all()
    assert (frame["place"].n_unique(), frame["year"].n_unique()) == (10, 4)
    assert set(frame["medium"]) == {"river", "sea"}
    local = frame["time"].dt.convert_time_zone("Asia/Shanghai").dt
    assert (local.year() == frame["year"]).all()
    assert 0.01 < (frame["censored"] == "<").mean() < 0.2  # type: ignore[operator]


def test_units_and_ranges_are_those_of_the_indicator_table(synthetic: ModuleType) -> None:
    frame = pl.concat(synthetic.synthetic_frames(20_000, places=10, years=4))
    for code, unit, low, high in (
        frame.group_by("indicator", "unit")
        .agg(low=pl.col("value").min(), high=pl.col("value").max())
        .iter_rows()
    ):
        known = indicator(code)
        assert unit == known.unit
        assert known.low <= low <= high <= known.high


def test_the_same_arguments_give_the_same_rows(synthetic: ModuleType, tmp_path: Path) -> None:
    first, second = (
        pl.concat(synthetic.synthetic_frames(4_000, places=4, years=2)) for _ in range(2)
    )
    assert first.equals(second)
    store = synthetic.fill_store(tmp_path / "w", 4_000, places=4, years=2)
    stored = store.polars().sort("place", "indicator", "time").collect()
    assert stored.equals(first.sort("place", "indicator", "time").select(list(OBSERVATION_SCHEMA)))
    with pytest.raises(UsageError, match="already"):
        synthetic.fill_store(tmp_path / "w", 4_000)
    with pytest.raises(UsageError, match="possible"):
        next(synthetic.synthetic_frames(10, places=4, years=2))
