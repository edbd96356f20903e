"""A reading sent as normal and under maintenance counts as the normal one, in whichever order."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import polars as pl
import pytest

from luhai.assessment.assessing import assess
from luhai.observations.importing import import_paths
from luhai.observations.quality import excluded, quality_flags
from luhai.observations.store import ObservationStore
from luhai.workspace import Workspace

from .conftest import MakeFrame

HEADER = "断面,监测时间,氨氮(mg/L),站点情况"
NORMAL, MAINTENANCE = "甲,2021-04-01 04:00,0.36,正常", "甲,2021-04-01 04:00,0.36,维护"


def write(path: Path, *rows: str) -> Path:
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("rows", list(permutations([NORMAL, MAINTENANCE])))
def test_in_one_file_the_normal_reading_counts_and_notes_its_twin(
    tmp_path: Path, workspace: Workspace, rows: tuple[str, ...]
) -> None:
    file = write(tmp_path / "a.csv", *rows)
    (report,) = import_paths([file], workspace, medium="river")
    assert (report.rows, report.accepted, report.duplicates) == (2, 1, 1)
    kept = ObservationStore(workspace).rows().row(0, named=True)
    assert kept["flag"] == "flagged_twin"
    assert kept["row"] == rows.index(NORMAL) + 2
    (again,) = import_paths([file], workspace, medium="river")
    assert (again.accepted, again.duplicates) == (0, 2)


@pytest.mark.parametrize("rows", list(permutations([NORMAL, MAINTENANCE])))
def test_in_two_files_the_normal_reading_counts(
    tmp_path: Path, workspace: Workspace, rows: tuple[str, ...]
) -> None:
    files = [write(tmp_path / f"{number}.csv", row) for number, row in enumerate(rows)]
    for file in files:
        import_paths([file], workspace, medium="river")
    store = ObservationStore(workspace)
    usable = store.rows().filter(~excluded())
    assert usable["file"].to_list() == [files[rows.index(NORMAL)].name]
    assessed = assess(store.polars(), standard="gb3838-2002", by="month")
    assert assessed.classes["class"].to_list() == [2]
    version = store.version
    for file in files:
        (report,) = import_paths([file], workspace, medium="river")
        assert (report.accepted, report.duplicates) == (0, 1)
    assert store.version == version


def test_only_what_the_sender_says_gives_way(store: ObservationStore, make: MakeFrame) -> None:
    """A reading dated in the future is left out, and stays one reading when it comes again."""
    store.append(make(flag="future"), import_id="first")
    assert store.append(make(), import_id="second").duplicates == 1
    assert not quality_flags()["flagged_twin"].excludes


def test_another_value_under_maintenance_is_no_twin(
    store: ObservationStore, make: MakeFrame
) -> None:
    frame = make(
        value=[0.36, 0.63, 0.36, 0.36],
        depth_m=[None, None, 1.0, None],
        flag=["maintenance;range", "", "", "calibration"],
    )
    assert store.append(frame, import_id="first").accepted == 3
    flags = dict(store.rows().sort("row").select("row", "flag").iter_rows())
    assert flags == {2: "maintenance;range", 3: "", 4: ""}


def test_the_flags_of_the_normal_reading_stay(store: ObservationStore, make: MakeFrame) -> None:
    frame = make(value=[0.36] * 3, flag=["maintenance", "text_mended", ""])
    compared = store.compare(frame)
    assert compared.new["flag"].to_list() == ["text_mended;flagged_twin"]
    assert compared.ordered.frame.filter(pl.col("flag") == "maintenance").height == 1
    assert not compared.contradicts.any()
