"""The explanation says which digits a single sample has, and why a class has no confidence."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from luhai.assessment.analysis import analyse
from luhai.assessment.results import Run
from luhai.assessment.why import explain
from luhai.cli.why import command as why_command
from luhai.observations.importing import import_paths
from luhai.why import Why
from luhai.workspace import Workspace


def analysed(folder: Path, text: str, medium: str) -> tuple[Workspace, Run]:
    file = folder / "measured.csv"
    file.write_text(text, encoding="utf-8")
    workspace = Workspace.create(folder / "workspace")
    import_paths([file], workspace, medium=medium)
    return workspace, analyse(workspace)


def words(tree: Why) -> str:
    steps = [text for step in tree.walk() for text in (step.statement, step.detail) if text]
    return "\n".join(text.render("en") for text in steps)


@pytest.mark.parametrize(
    ("moment", "sentence", "number"),
    [
        ("2020-01-05", "No time of day is known: the digits of the assessment.", 3),
        ("2020-01-05 08:00", "A time of day is known: the digits of hourly values of stations.", 4),
    ],
)
def test_a_single_sample_says_whose_digits_it_has(
    tmp_path: Path, moment: str, sentence: str, number: int
) -> None:
    text = f"断面,采样时间,氨氮(mg/L)\nA,{moment},1.004\n"
    workspace, run = analysed(tmp_path, text, "river")
    rows = {row["by"]: row for row in run.table("indicators").iter_rows(named=True)}
    assert rows["sample"]["class"] == number
    assert sentence in words(explain(workspace, rows["sample"]["result_id"]))
    # A mean has the digits of the assessment in any case: there is nothing to say.
    assert "time of day" not in words(explain(workspace, rows["year"]["result_id"]))


def test_a_class_in_doubt_names_the_sum_and_its_measured_parts(tmp_path: Path) -> None:
    text = (
        "站位,采样日期,溶解氧(mg/L),硝酸盐氮(mg/L),亚硝酸盐氮(mg/L),氨氮(mg/L)\n"
        "A,2020-04-01,8.0,0.2,,0.5\n"
    )
    workspace, run = analysed(tmp_path, text, "sea")
    [row] = run.table("classes").filter(pl.col("by") == "year").to_dicts()
    assert (row["class"], row["confidence"]) == (1, 0.0)
    tree = explain(workspace, row["result_id"])
    [doubt] = [step for step in tree.children if step.statement.render("en").startswith("Not cert")]
    assert "DIN lacks a part" in doubt.statement.render("en")
    assert len(doubt.children) == 2
    assert doubt.citation is not None


def test_english_trees_cite_english_titles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "断面,采样时间,氨氮(mg/L)\nA,2020-01-05,1.2\n"
    workspace, run = analysed(tmp_path, text, "river")
    wanted = run.table("classes").filter(pl.col("by") == "year")["result_id"][0]
    printed = {}
    for language in ("en", "zh"):
        monkeypatch.setenv("LUHAI_LANGUAGE", language)
        result = CliRunner().invoke(why_command, [wanted, "--workspace", str(workspace.root)])
        assert result.exit_code == 0
        printed[language] = result.output
    assert "Surface water quality standard (rivers)" in printed["en"]
    assert "Assessment of surface water quality (trial)" in printed["en"]
    assert "地表水环境质量标准" not in printed["en"]
    assert "地表水环境质量标准" in printed["zh"]
    cited = [step.citation for step in explain(workspace, wanted).walk() if step.citation]
    assert all(entry.to_dict("zh")["title"] == entry.title for entry in cited)
