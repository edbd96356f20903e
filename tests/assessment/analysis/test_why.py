"""Every kind of result opens down to a cell of an imported file and to a clause."""

from __future__ import annotations

import io
import json
import random
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from luhai.assessment import why
from luhai.assessment.evidence import evidence_bundle
from luhai.assessment.results import TABLES, Run
from luhai.assessment.why import explain
from luhai.assessment.why_plan import DOCUMENT, place_target_id, target_id
from luhai.cli.why import column_letters, column_position
from luhai.cli.why import command as why_command
from luhai.errors import NotFoundError
from luhai.plan import load_plan
from luhai.why import VERIFICATION_MARKS, Why
from luhai.workspace import Workspace

PICKED = 4
"""Ids picked at random per kind of result."""


def picked(run: Run, table: str) -> list[str]:
    """Some ids of a table; the same ones in every run of the tests."""
    ids = run.table(table).get_column("result_id").to_list()
    return random.Random(table).sample(ids, min(PICKED, len(ids)))


def cells_as_written(tree: Why) -> list[tuple[str, str]]:
    """Value as written and the cell of the imported file it was read from, for every raw row."""
    found = []
    for step in tree.walk():
        if step.row is not None and step.row.file != DOCUMENT:
            cells = step.row.cells[step.row.row]
            found.append((step.value, cells[column_position(step.row.column)]))
    return found


@pytest.mark.parametrize("table", TABLES)
def test_every_kind_of_result_reaches_a_cell_and_a_clause(
    analysed: tuple[Workspace, Run], table: str
) -> None:
    workspace, run = analysed
    ids = picked(run, table)
    assert ids, f"the demonstration has no {table}"
    for result_id in ids:
        tree = explain(workspace, result_id)
        assert tree.kind == "result"
        assert tree.result_id == result_id
        reached = cells_as_written(tree)
        assert reached, result_id
        assert all(written.strip() == cell.strip() for written, cell in reached)
        citations = [step.citation for step in tree.walk() if step.citation]
        assert citations
        assert all(entry.clause and entry.verified in VERIFICATION_MARKS for entry in citations)
        assert all(
            "{" not in step.statement.render(language)
            for step in tree.walk()
            for language in ("zh", "en")
        )


@pytest.mark.parametrize("table", TABLES)
def test_recomputing_gives_the_stored_figure(analysed: tuple[Workspace, Run], table: str) -> None:
    workspace, run = analysed
    for result_id in picked(run, table):
        for step in explain(workspace, result_id).walk():
            if step.kind == "version" and step.detail is not None:
                assert "differs" not in step.detail.message, result_id


def test_numbers_of_the_plan_open_to_their_clause(analysed: tuple[Workspace, Run]) -> None:
    workspace, _ = analysed
    assert workspace.plan is not None
    plan = load_plan(workspace.plan)
    ids = [target_id(plan, target) for target in plan.targets]
    ids += [place_target_id(plan, target) for target in plan.place_targets]
    for wanted in ids:
        tree = explain(workspace, wanted)
        rows = [step.row for step in tree.walk() if step.row is not None]
        assert rows
        assert rows[0].cells[rows[0].row][1] in (workspace.plan / "document.txt").read_text("utf-8")


def test_an_unknown_id_is_refused_with_a_remedy(analysed: tuple[Workspace, Run]) -> None:
    workspace, _ = analysed
    for wanted in ("class-0000000000000000", "target-0000000000000000", "", "x"):
        with pytest.raises(NotFoundError) as caught:
            explain(workspace, wanted)
        assert caught.value.remedy


def test_a_missing_file_is_refused_not_skipped(
    analysed: tuple[Workspace, Run], tmp_path: Path
) -> None:
    workspace, run = analysed
    bare = Workspace.create(tmp_path / "bare", workspace.plan)
    for name in ("observations", "results"):
        (bare.root / name).symlink_to(workspace.root / name)
    with pytest.raises(NotFoundError):
        explain(bare, picked(run, "indicators")[0])


def test_every_table_has_an_explainer(analysed: tuple[Workspace, Run]) -> None:
    workspace, run = analysed
    explain(workspace, picked(run, "classes")[0])
    assert set(why.EXPLAINERS) == set(TABLES)


def test_the_bundle_holds_the_files_it_names(analysed: tuple[Workspace, Run]) -> None:
    workspace, run = analysed
    wanted = picked(run, "attainment")[0]
    content = evidence_bundle(workspace, wanted)
    assert content == evidence_bundle(workspace, wanted)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        tree = json.loads(archive.read("why.en.json"))
        assert json.loads(archive.read("run.json"))["run"] == run.id
        assert json.loads(archive.read("result.json"))["result_id"] == wanted
        kept = [path.name for path in workspace.files.rglob("*") if path.is_file()]
        sources = [name.removeprefix("files/") for name in names if name.startswith("files/")]
        assert sources
        assert set(sources) <= {*kept, DOCUMENT}
    assert tree["result_id"] == wanted


@pytest.mark.parametrize("form", ["table", "json"])
def test_the_command_prints_the_tree(
    analysed: tuple[Workspace, Run], form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LUHAI_LANGUAGE", "en")
    workspace, run = analysed
    wanted = picked(run, "classes")[0]
    arguments = [wanted, "--workspace", str(workspace.root), "--format", form]
    outcome = CliRunner().invoke(why_command, arguments)
    assert outcome.exit_code == 0, outcome.output
    tree = explain(workspace, wanted)
    if form == "json":
        assert json.loads(outcome.output) == tree.to_dict("en")
    else:
        assert tree.statement.render("en") in outcome.output
        assert run.id in outcome.output


def test_the_command_writes_the_bundle(analysed: tuple[Workspace, Run], tmp_path: Path) -> None:
    workspace, run = analysed
    wanted, file = picked(run, "outlook")[0], tmp_path / "evidence.zip"
    arguments = [wanted, "--workspace", str(workspace.root), "--bundle", str(file)]
    assert CliRunner().invoke(why_command, arguments).exit_code == 0
    assert file.read_bytes() == evidence_bundle(workspace, wanted)


@pytest.mark.parametrize(("position", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ")])
def test_columns_are_named_as_spreadsheets_name_them(position: int, letters: str) -> None:
    assert column_letters(position) == letters
    assert column_position(letters) == position
