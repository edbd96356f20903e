"""The whole walk: the demonstration files give the plan's own classes, and the same run again."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from luhai.assessment import analysis
from luhai.assessment.analysis import STEPS, analyse, read_inputs, reproduce
from luhai.assessment.overview import STATES, overview
from luhai.assessment.results import PARTS, TABLES, Run, require_run, runs
from luhai.cli.analyse import command as analyse_command
from luhai.errors import InputError
from luhai.observations.importing import FileReport
from luhai.plan import load_plan
from luhai.workspace import Workspace


def test_every_row_of_the_demonstration_is_accounted_for(
    imported: tuple[Workspace, list[FileReport]],
) -> None:
    _, reports = imported
    assert all(
        report.rows == report.accepted + report.duplicates + report.rejected for report in reports
    )
    assert sum(report.rejected for report in reports) == 4
    assert sum(report.duplicates for report in reports) == 10


def test_yearly_classes_are_those_that_the_annexes_state(analysed: tuple[Workspace, Run]) -> None:
    workspace, run = analysed
    assert workspace.plan is not None
    classes = run.table("attainment")
    found = {(row["place"], row["year"]): row["class"] for row in classes.to_dicts()}
    stated = {
        (target.place, year): number
        for target in load_plan(workspace.plan).place_targets
        for year, number in target.status.items()
    }
    assert len(stated) == 2 * 4 + 3 * 5
    assert {key: found[key] for key in stated} == stated


def test_the_running_year_has_places_of_every_state(analysed: tuple[Workspace, Run]) -> None:
    workspace, run = analysed
    assert run.year == 2020
    found = overview(workspace, run)
    states = [entry.state for entry in found.places]
    assert len(states) == 9
    assert {"unlikely", "undecided", "likely"} == set(states)
    assert found.places[0].place == "GD1701"
    assert found.places[0].deciding == "lh_din"
    assert [entry.place for entry in found.places if entry.state == "unlikely"] == ["GD1701"]
    assert set(states) <= set(STATES)


def test_ids_are_unique_over_all_tables(analysed: tuple[Workspace, Run]) -> None:
    _, run = analysed
    ids = [key for name in TABLES for key in run.table(name)["result_id"].to_list()]
    assert len(ids) == len(set(ids))


def test_every_class_has_its_indicators(analysed: tuple[Workspace, Run]) -> None:
    _, run = analysed
    keys = ["place", "by", "time", "standard"]
    classes = run.table("classes").filter(pl.col("class") > 0)
    worst = (
        run.table("indicators")
        .filter("counts")
        .group_by(keys)
        .agg(pl.col("class").max().alias("worst"))
    )
    joined = classes.join(worst, on=keys, how="left", validate="1:1")
    assert joined.filter(pl.col("worst") != pl.col("class")).is_empty()
    assert joined.filter(pl.col("worst").is_null()).is_empty()


def test_the_same_inputs_give_the_same_bits(analysed: tuple[Workspace, Run]) -> None:
    workspace, run = analysed
    steps: list[tuple[int, int, str]] = []
    again = analyse(workspace, progress=lambda *step: steps.append(step))
    assert again.id == run.id
    assert again.manifest["tables"] == run.manifest["tables"]
    assert set(again.manifest["tables"]) == {*TABLES, *PARTS}
    assert [step for _, _, step in steps if step] == list(STEPS)
    assert steps[-1][:2] == (len(STEPS), len(STEPS))
    outcome = reproduce(workspace, run.id)
    assert (outcome.same, outcome.different) == (True, ())


def test_data_too_large_for_memory_give_the_same_bits(
    analysed: tuple[Workspace, Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, run = analysed
    monkeypatch.setattr(analysis, "IN_MEMORY_ROWS", 0)
    assert analyse(workspace).id == run.id


def test_samples_of_very_large_stores_are_not_stored(
    analysed: tuple[Workspace, Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, _ = analysed
    monkeypatch.setattr(analysis, "SAMPLE_LEVEL_ROWS", 1)
    tables = analysis.class_tables(read_inputs(workspace))
    assert set(tables["classes"]["by"]) == {"month", "season", "year"}


def test_an_earlier_year_is_another_run_and_leaves_later_data_out(
    analysed: tuple[Workspace, Run],
) -> None:
    workspace, run = analysed
    earlier = analyse(workspace, year=2018)
    try:
        assert earlier.id != run.id
        assert earlier.year == 2018
        years = earlier.table("classes").filter(pl.col("by") == "year")["year"]
        assert years.max() == 2018
        states = {entry.state for entry in overview(workspace, earlier).places}
        assert states == {"attained", "missed"}
    finally:
        assert analyse(workspace).id == run.id
    assert {entry.id for entry in runs(workspace)} == {run.id, earlier.id}
    assert require_run(workspace).id == run.id


def test_the_run_says_what_it_rests_on(analysed: tuple[Workspace, Run]) -> None:
    _, run = analysed
    assert run.demonstration
    assert run.manifest["standards"] == {"river": "gb3838-2002", "sea": "gb3097-1997"}
    # HJ 442.10-2020 came into force on 2021-03-01, after the newest observation.
    assert run.manifest["methods"] == ["hb2011-22", "hj442-2008"]
    assert run.manifest["data_until"].startswith("2020-08-12")


def test_an_empty_workspace_is_refused_with_a_remedy(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "empty")
    with pytest.raises(InputError, match="no observations") as caught:
        analyse(workspace)
    assert "luhai import" in caught.value.render("en")
    assert "没有可分析的观测" in caught.value.render("zh")


def test_a_year_before_all_data_is_refused(analysed: tuple[Workspace, Run]) -> None:
    workspace, _ = analysed
    with pytest.raises(InputError, match="up to the year 1999"):
        read_inputs(workspace, year=1999)


@pytest.mark.parametrize("form", ["table", "json"])
def test_the_command_prints_every_place(
    analysed: tuple[Workspace, Run], form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LUHAI_LANGUAGE", "en")
    workspace, run = analysed
    arguments = ["--workspace", str(workspace.root), "--format", form]
    outcome = CliRunner().invoke(analyse_command, arguments)
    assert outcome.exit_code == 0, outcome.output
    found = overview(workspace, run)
    if form == "table":
        assert all(entry.place in outcome.output for entry in found.places)
        assert "demonstration" in outcome.output
        return
    document = json.loads(outcome.output)
    assert document["run"] == run.id
    assert [entry["place"] for entry in document["places"]] == [
        entry.place for entry in found.places
    ]
    assert document["places"][0]["probability"] < 0.2
