"""Another plan is another folder: lakes in English, and data without any plan."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from luhai.assessment.analysis import analyse
from luhai.assessment.overview import overview
from luhai.assessment.results import TABLES
from luhai.assessment.why import explain
from luhai.cli.analyse import command as analyse_command
from luhai.observations.importing import import_paths
from luhai.workspace import Workspace

REPOSITORY = Path(__file__).parents[3]
LAKES = ("Arden North", "Arden South", "Birch Jetty", "Mill Mere Outlet")


def write_lakes(path: Path) -> Path:
    """Monthly values of four lake sections: total phosphorus falls year by year."""
    heads = ["Station", "Date", "Water temperature (℃)", "pH", "Dissolved oxygen (mg/L)"]
    heads += ["Permanganate index (mg/L)", "Ammonia nitrogen (mg/L)"]
    heads += ["Total phosphorus (mg/L)", "Total nitrogen (mg/L)"]
    lines = [",".join(heads)]
    for year in range(2022, 2027):
        for month in range(1, 13 if year < 2026 else 7):
            for number, name in enumerate(LAKES):
                phosphorus = 0.110 - 0.015 * (year - 2022) - 0.01 * number + 0.001 * (month % 3)
                lines.append(
                    f"{name},{year}-{month:02d}-15,18.2,7.6,7.9,3.4,0.21,{phosphorus:.3f},0.9{number}"
                )
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_lakes_are_judged_by_the_limits_of_lakes(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "lakes", REPOSITORY / "plans" / "example-bay")
    after = datetime(2027, 1, 1, tzinfo=UTC)  # its last samples are of June 2026
    file = write_lakes(tmp_path / "lakes.csv")
    reports = import_paths([file], workspace, medium="lake", now=after)
    assert sum(report.rejected for report in reports) == 0
    run = analyse(workspace)
    classes = run.table("classes").filter(pl.col("by") == "year")
    assert set(classes["standard"]) == {"gb3838-2002-lake"}
    # Total phosphorus 0.111 mg/L is class Ⅴ of a lake (limits 0.1, 0.2), class Ⅲ of a river.
    worst = classes.filter((pl.col("place") == "EB-01") & (pl.col("year") == 2022))
    assert worst.row(0, named=True)["class"] == 5
    assert len(overview(workspace, run).places) == 4
    for table in TABLES:
        for result_id in run.table(table)["result_id"].to_list()[:2]:
            tree = explain(workspace, result_id)
            assert any(step.row is not None for step in tree.walk())
            assert tree.to_dict("en")["statement"]
    assert run.table("groups").height
    assert run.table("outlook").height == 4


@pytest.mark.parametrize("medium", ["river", "sea"])
def test_data_without_a_plan_have_classes_and_explanations(tmp_path: Path, medium: str) -> None:
    workspace = Workspace.create(tmp_path / "bare")
    name = {"river": "2020年1-6月入海河流", "sea": "2019_nearshore_survey"}[medium]
    files = [path for path in (REPOSITORY / "samples").rglob("*.csv") if path.name.startswith(name)]
    assert len(files) == 1
    import_paths(files, workspace, medium=medium)
    run = analyse(workspace)
    assert not run.demonstration
    assert run.table("classes").height
    assert run.table("attainment").is_empty()
    assert run.table("outlook").is_empty()
    assert overview(workspace, run).places == ()
    outcome = CliRunner().invoke(analyse_command, ["--workspace", str(workspace.root)])
    assert outcome.exit_code == 0, outcome.output
    assert all(place in outcome.output for place in run.table("classes")["place"].unique())
    result_id = run.table("classes").filter(pl.col("class") > 0)["result_id"][0]
    assert any(step.row is not None for step in explain(workspace, result_id).walk())
