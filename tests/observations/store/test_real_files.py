"""The real files of stations and of Hong Kong go in with every row accounted for."""

from __future__ import annotations

import os
from pathlib import Path

import polars as pl
import pytest

from luhai.observations.importing import import_paths
from luhai.observations.store import ObservationStore
from luhai.workspace import Workspace

ROOT = Path(__file__).resolve().parents[3]
SHARED = Path(os.environ.get("LUHAI_SHARED_DATA", ROOT.parent / "shared" / "data"))
STATIONS = SHARED / "surface_water_2021-04" / "stations.zip"
HONG_KONG = SHARED / "hong_kong_marine" / "marine_water_quality_southern_western_buffer.csv.gz"


def needs(path: Path) -> pytest.MarkDecorator:
    return pytest.mark.skipif(
        not path.is_file(), reason=f"{path} is absent; set LUHAI_SHARED_DATA to the shared data"
    )


@pytest.mark.slow
@needs(STATIONS)
def test_all_station_files_are_accounted_for_and_twice_changes_nothing(
    workspace: Workspace,
) -> None:
    (report,) = import_paths([STATIONS], workspace, medium="river")
    assert report.error is None
    assert len(report.members) == 199
    assert report.rows == 5499
    for one in (report, *report.members):
        assert one.rows == one.accepted + one.duplicates + one.rejected
    assert report.duplicates >= 892  # rows identical to an earlier row of their file
    assert report.rejects_file is not None
    rejects = pl.read_csv(report.rejects_file, infer_schema=False)
    assert rejects.select("file", "sheet", "row").unique().height >= report.rejected
    rows = ObservationStore(workspace).rows()
    assert rows.height == report.new_values
    # A station under maintenance says so, and its values say it too.
    assert report.flagged["maintenance"] > 1000
    again = import_paths([STATIONS], workspace, medium="river")[0]
    assert (again.accepted, again.rejected) == (0, report.rejected)
    assert again.version == report.version


@pytest.mark.slow
@needs(HONG_KONG)
def test_all_rows_of_hong_kong_go_in(workspace: Workspace) -> None:
    (report,) = import_paths([HONG_KONG], workspace, medium="sea")
    assert (report.rows, report.accepted, report.rejected) == (18_320, 18_320, 0)
    rows = ObservationStore(workspace).rows(place="SM1", indicator="w21011")
    assert {"surface", "bottom"} <= set(rows["layer"])
    assert (rows["censored"] == "<").any()
