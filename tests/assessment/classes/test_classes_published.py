"""Real files: classes that a publisher states, and a long public record of the sea."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import polars as pl
import pytest

from luhai.assessment.assessing import assess
from luhai.observations.importing import import_paths
from luhai.observations.store import ObservationStore
from luhai.plan.places import load_places
from luhai.standards import round_half_even
from luhai.workspace import Workspace

LAKES = Path(__file__).parent / "lakes_2021-04.csv"
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def published() -> ModuleType:
    """The script that sets our classes against the stated ones."""
    path = ROOT / "benchmarks" / "published_classes.py"
    spec = importlib.util.spec_from_file_location("published_classes", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def sections(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    """Observations of the 199 files of April 2021."""
    workspace = Workspace.create(tmp_path_factory.mktemp("sections"))
    archive = shared_data / "surface_water_2021-04" / "stations.zip"
    [report] = import_paths([archive], workspace, medium="river")
    assert (report.rows, report.rejected) == (5499, 194)
    return ObservationStore(workspace).polars().collect()


@pytest.mark.slow
def test_classes_by_sample_agree_with_the_published_ones(
    published: ModuleType, sections: pl.DataFrame, shared_data: Path
) -> None:
    rows = published.published_rows(shared_data / "surface_water_2021-04" / "stations.zip")
    rows = rows.filter(pl.col("监测时间").str.contains(r"\d\d:\d\d$"))
    shares = {}
    for name, register in (("river", None), ("lakes", load_places(LAKES))):
        classes = assess(sections, standard="gb3838-2002", by="sample", register=register).classes
        joined = published.compare(rows, classes)
        assert joined.height == 4137
        shares[name] = float((joined["class"] == joined["stated"]).mean())  # type: ignore[arg-type]
        found = published.causes(joined, published.declared_lakes() if register else set())
    assert shares["river"] == pytest.approx(0.981, abs=0.002)
    assert shares["lakes"] >= 0.989
    counted = dict(found["cause"].value_counts().iter_rows())
    unexplained = sum(count for cause, count in counted.items() if "otherwise" in cause)
    assert unexplained <= 1
    assert sum(counted.values()) == found.height == joined.height - round(shares["lakes"] * 4137)


@pytest.fixture(scope="module")
def hong_kong(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    """Observations of 18,320 marine samples."""
    workspace = Workspace.create(tmp_path_factory.mktemp("hong_kong"))
    folder = shared_data / "hong_kong_marine"
    [report] = import_paths(
        [folder / "marine_water_quality_southern_western_buffer.csv.gz"], workspace
    )
    assert (report.rows, report.accepted, report.rejected) == (18320, 18320, 0)
    return ObservationStore(workspace).polars().collect()


@pytest.mark.slow
def test_annual_classes_of_hong_kong_agree_with_a_computation_in_pandas(
    hong_kong: pl.DataFrame,
) -> None:
    result = assess(hong_kong, standard="gb3097-1997", by="year")
    codes = ["w01009", "w01017", "lh_din", "lh_dip"]
    data = hong_kong.filter(pl.col("indicator").is_in(codes)).to_pandas()
    counts = data.groupby(["place", "indicator", "year"])["censored"]
    rate = counts.transform(lambda column: (column != "<").mean())
    share = np.where(rate >= 0.5, 0.5, 0.25)
    data["value"] = np.where(data["censored"] == "<", data["value"] * share, data["value"])
    data["season"] = (data["month"] - 1) // 3
    keys = ["place", "indicator", "year"]
    days = data.groupby([*keys, "season", "month", "day"])["value"].mean()
    years = days.groupby([*keys, "season"]).mean().groupby(keys).mean().reset_index()
    ours = result.indicators.filter(pl.col("indicator").is_in(codes)).to_pandas()
    both = ours.merge(years, on=keys, how="outer", validate="1:1")
    assert len(both) == len(ours) == len(years)
    np.testing.assert_allclose(both["mean"], both["value"], rtol=1e-12)
    # Limits as printed in GB 3097-1997 table 1; DO is strict.
    limits = {
        "w01017": (1, 3, 4, 5),
        "lh_din": (0.2, 0.3, 0.4, 0.5),
        "lh_dip": (0.015, 0.03, 0.03, 0.045),
    }
    digits = {"w01017": 2, "lh_din": 2, "lh_dip": 3, "w01009": 2}
    for code in codes:
        rows = both[both["indicator"] == code]
        values = round_half_even(rows["value"], digits[code])
        if code == "w01009":
            worse = sum((values <= limit).astype(int) for limit in (6, 5, 4, 3))
        else:
            worse = sum((values > limit).astype(int) for limit in limits[code])
        pd.testing.assert_series_equal(
            rows["class"].astype(int), pd.Series(worse + 1, rows.index), check_names=False
        )


@pytest.mark.slow
def test_hong_kong_has_a_class_for_every_station_and_year(hong_kong: pl.DataFrame) -> None:
    result = assess(hong_kong, standard="gb3097-1997", by="year")
    expected = hong_kong.select("place", "year").unique().height
    assert result.classes.height == expected == 552
    assert result.classes["class"].min() == 1
    assert result.left_out.is_empty()
