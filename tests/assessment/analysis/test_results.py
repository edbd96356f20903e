"""A run is stored whole or not at all, found again by id, and equal inputs give equal bits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from luhai.assessment import results
from luhai.errors import InputError, NotFoundError, UsageError
from luhai.workspace import Workspace

MANIFEST: dict[str, Any] = {"data_version": 3, "code_version": "0", "year": 2020, "standards": {}}


def tables(value: int = 1) -> dict[str, pl.DataFrame]:
    """One row per table, every required column filled with something."""
    return {
        name: pl.DataFrame(
            {
                column: [f"{name}-2", f"{name}-1"] if column == "result_id" else [value, 2]
                for column in columns
            }
        )
        for name, columns in results.TABLES.items()
    }


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "w")


def test_equal_results_are_the_same_run_with_the_same_bytes(workspace: Workspace) -> None:
    first = results.write_run(workspace, tables(), MANIFEST)
    before = {path.name: path.read_bytes() for path in first.folder.glob("*.parquet")}
    second = results.write_run(workspace, tables(), MANIFEST)
    after = {path.name: path.read_bytes() for path in second.folder.glob("*.parquet")}
    assert (first.id, before) == (second.id, after)
    assert len(results.runs(workspace)) == 1
    other = results.write_run(workspace, tables(), {**MANIFEST, "data_version": 4})
    assert other.id != first.id


def test_the_newest_run_is_current_and_older_ones_stay(workspace: Workspace) -> None:
    assert results.current_run(workspace) is None
    first = results.write_run(workspace, tables(1), MANIFEST)
    second = results.write_run(workspace, tables(5), MANIFEST)
    current = results.require_run(workspace)
    assert current.id == second.id
    assert current.find("warnings-2") == ("warnings", current.table("warnings").row(1, named=True))
    assert results.read_table(workspace, "classes")["place"].to_list() == [2, 5]
    assert results.open_run(workspace, first.id).table("classes")["place"].to_list() == [2, 1]
    assert json.loads((second.folder / "run.json").read_text())["tables"]["groups"]["rows"] == 2


@pytest.mark.parametrize("fault", ["table", "column", "twice", "null"])
def test_an_incomplete_run_is_refused_and_leaves_nothing(workspace: Workspace, fault: str) -> None:
    kept = results.write_run(workspace, tables(), MANIFEST)
    broken = tables(9)
    if fault == "table":
        del broken["trends"]
    elif fault == "column":
        broken["trends"] = broken["trends"].drop("p")
    else:
        value = "trends-1" if fault == "twice" else None
        broken["trends"] = broken["trends"].with_columns(result_id=pl.lit(value, pl.String))
    with pytest.raises(InputError):
        results.write_run(workspace, broken, MANIFEST)
    assert results.require_run(workspace).id == kept.id
    assert [path.name for path in kept.folder.parent.iterdir()] == [kept.id]


def test_a_failed_write_leaves_the_old_run(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = results.write_run(workspace, tables(), MANIFEST)
    write = results.write_atomically

    def fail_on_last(path: Path, content: bytes) -> None:
        if path.name == "run.json":
            raise OSError("disk full")
        write(path, content)

    monkeypatch.setattr(results, "write_atomically", fail_on_last)
    with pytest.raises(OSError, match="disk full"):
        results.write_run(workspace, tables(7), MANIFEST)
    assert results.require_run(workspace).id == kept.id
    assert [path.name for path in kept.folder.parent.iterdir()] == [kept.id]


def test_what_does_not_exist_is_said(workspace: Workspace) -> None:
    with pytest.raises(NotFoundError, match="not been analysed"):
        results.read_table(workspace, "classes")
    run = results.write_run(workspace, tables(), MANIFEST)
    with pytest.raises(UsageError, match="no result table"):
        run.table("clases")
    assert run.find("class-0") is None
    with pytest.raises(NotFoundError, match="no run"):
        results.open_run(workspace, "0" * 16)
    assert run.table("outlook_history").is_empty()
