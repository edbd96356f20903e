"""Apache Spark gives the same rows to the last digit as the embedded engines."""

from __future__ import annotations

import random
import shutil
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from luhai.assessment.assessing import Assessment, assess
from luhai.assessment.engines import engine_frame, spark_session
from luhai.observations.importing import import_paths
from luhai.observations.store import ObservationStore
from luhai.plan.places import load_places
from luhai.workspace import Workspace

pytestmark = [pytest.mark.spark, pytest.mark.slow]

LAKES = Path(__file__).parent / "lakes_2021-04.csv"
# PySpark's own imports warn about versions of pandas that we do not use it with.
warnings_of_pyspark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module", autouse=True)
def session() -> Iterator[Any]:
    if shutil.which("java") is None:
        pytest.skip("Java is not found: Spark cannot start")
    pytest.importorskip("pyspark", reason='the extra "spark" is not installed')
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with spark_session() as running:
            yield running


def same(source: pl.DataFrame | ObservationStore, **options: Any) -> Assessment:
    """The assessment, after checking that all engines agree on it."""
    results = {}
    for engine in ("duckdb", "polars", "spark"):
        with engine_frame(source, engine) as frame:
            results[engine] = assess(frame, **options)
    for engine in ("polars", "spark"):
        for table in ("classes", "indicators", "left_out"):
            ours, first = getattr(results[engine], table), getattr(results["duckdb"], table)
            assert ours.equals(first), f"{engine}: {table}"
        assert results[engine].notes == results["duckdb"].notes
    return results["duckdb"]


@warnings_of_pyspark
@pytest.mark.parametrize("by", ["sample", "month", "season", "year", "rolling"])
def test_drawn_values(table: Callable[..., pl.DataFrame], by: str) -> None:
    dice = random.Random(by)
    codes = ("w01001", "w01009", "w02003", "lh_dip", "lh_no3n", "lh_no2n", "w21003", "w01010")
    rows = []
    for _ in range(600):
        code = dice.choice(codes)
        value = dice.choice([None, 0.0, -1.5, 6.1, 7.83, 0.0123, 310.0])
        if code == "w01001":
            value = dice.choice([6.1, 7.83, 8.2])
        moment = f"20{dice.choice((19, 20))}-{dice.randint(1, 12):02d}-{dice.randint(1, 3):02d}"
        low = dice.choice(["", "", "<", ">"])
        flag = dice.choice(["", "", "", "frozen", "spike;maintenance"])
        rows.append(
            (dice.choice("ab"), f"{moment} {dice.randint(0, 23):02d}:00", code, value, low, flag)
        )
    result = same(table(rows, medium="sea"), standard="gb3097-1997", by=by)
    assert result.classes.height
    assert result.left_out["reason"].n_unique() >= 4


@warnings_of_pyspark
@pytest.mark.parametrize("by", ["sample", "year"])
def test_samples_dated_by_day_and_by_minute(table: Callable[..., pl.DataFrame], by: str) -> None:
    moments = [("2020-01-05 08:00", "minute"), ("2020-02-06", "day"), ("2020-03-07", None)]
    frame = pl.concat(
        [
            table(
                [("a", moment, "w21003", 1.004), ("a", moment, "w21001", 2.5)], medium="lake"
            ).with_columns(precision=pl.lit(precision, dtype=pl.String))
            for moment, precision in moments
        ]
    )
    result = same(frame, standard="gb3838-2002", by=by)
    if by == "sample":
        assert result.classes["class"].to_list() == [4, 3, 3]
    else:
        assert result.indicators.filter(indicator="w21003")["over_samples"].to_list() == [1]
    assert len(result.notes) == 1


@warnings_of_pyspark
def test_stores_of_real_files(shared_data: Path, tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path)
    sections = shared_data / "surface_water_2021-04" / "stations.zip"
    sea = shared_data / "hong_kong_marine" / "marine_water_quality_southern_western_buffer.csv.gz"
    import_paths([sections], workspace, medium="river")
    import_paths([sea], workspace, medium="sea")
    store = ObservationStore(workspace)
    lakes = load_places(LAKES)
    samples = same(store, standard="gb3838-2002", by="sample", register=lakes)
    assert samples.classes.height > 4000
    years = same(store, standard="gb3097-1997", by="year")
    assert years.classes.height == 552
