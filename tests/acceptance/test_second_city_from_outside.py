"""Another city by data alone: an invented plan, lake files, the whole walk in English, and why."""

from __future__ import annotations

import json
import random
import re
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from conftest import Luhai

EXAMPLE_BAY = Path(__file__).parents[2] / "plans" / "example-bay"
CHINESE = re.compile(r"[\u4e00-\u9fff]+")
HEADER = "section,date,pH,DO (mg/L),total phosphorus (mg/L),total nitrogen (mg/L)"


def write_lakes() -> pd.DataFrame:
    """Two lakes over three years; names as people write them, some values not detected."""
    chance = random.Random(3)
    rows = []
    for year in (2017, 2018, 2019):
        for month in range(1, 13 if year < 2019 else 9):
            for place in ("Arden N", "Birch Jetty"):
                phosphorus = chance.choice(["<0.02", f"{chance.uniform(0.02, 0.09):.3f}"])
                rows.append(
                    f"{place},{year}-{month:02}-{chance.randint(1, 28):02},"
                    f"{chance.uniform(7, 8):.2f},{chance.uniform(6, 9):.2f},{phosphorus},"
                    f"{chance.uniform(0.3, 2):.2f}"
                )
    Path("lakes.csv").write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return pd.read_csv("lakes.csv", dtype=str)


@pytest.fixture
def walked(luhai: Luhai) -> pd.DataFrame:
    """An analysed workspace ``w`` of the invented city; gives the file as it was written."""
    written = write_lakes()
    shutil.copytree(EXAMPLE_BAY, "plan")
    for arguments in (
        ("init", "w", "--plan", "plan"),
        ("import", "lakes.csv", "--workspace", "w"),
        ("analyse", "--workspace", "w"),
        ("outlook", "--workspace", "w", "--year", "2019"),
        ("plan", "check", "plan"),
        ("plan", "coverage", "plan"),
    ):
        done = luhai(*arguments)
        assert done.code == 0, done.err
        assert not CHINESE.findall(done.out + done.err), arguments
    return written


def table(name: str) -> pd.DataFrame:
    (file,) = Path("w/results/runs").glob(f"*/{name}.parquet")
    return pd.read_parquet(file)


def monthly_means(written: pd.DataFrame, place: str, year: int) -> list[float]:
    rows = written[(written["section"] == place) & written["date"].str.startswith(str(year))]
    cells = rows["total phosphorus (mg/L)"]
    return [float(cell[1:]) / 2 if cell.startswith("<") else float(cell) for cell in cells]


def steps(tree: dict[str, Any]) -> list[dict[str, Any]]:
    return [tree, *(step for child in tree["children"] for step in steps(child))]


def test_means_classes_and_their_why(luhai: Luhai, walked: pd.DataFrame) -> None:
    means = table("indicators")
    chosen = means[(means["by"] == "year") & (means["indicator"] == "w21011")]
    assert len(chosen) == 6
    lines = {tuple(row) for row in walked.to_numpy()}
    for row in chosen.to_dict("records"):
        name = {"EB-01": "Arden N", "EB-03": "Birch Jetty"}[row["place"]]
        expected = monthly_means(walked, name, row["year"])
        assert row["mean"] == pytest.approx(sum(expected) / len(expected), rel=1e-9)
        assert row["samples"] == len(expected)
        limits = (0.01, 0.025, 0.05, 0.1, 0.2)
        assert row["class"] == 1 + sum(row["mean_rounded"] > limit for limit in limits)
    row = chosen.iloc[0]
    done = luhai("why", row["result_id"], "--workspace", "w", "--format", "json")
    assert done.code == 0, done.err
    tree = steps(done.document)
    leaves = [step["row"] for step in tree if step.get("row")]
    assert len({leaf["row"] for leaf in leaves}) >= row["samples"]
    for leaf in leaves:
        assert tuple(leaf["cells"][str(leaf["row"])]) in lines
    assert any(step["citation"] for step in tree)


def test_ids_of_every_table_open_in_english(luhai: Luhai, walked: pd.DataFrame) -> None:
    for name in ("classes", "attainment", "groups", "changes", "trends", "outlook", "warnings"):
        ids = table(name)["result_id"]
        assert ids.is_unique
        if ids.empty:
            continue
        done = luhai("why", ids.iloc[len(ids) // 2], "--workspace", "w", "--format", "json")
        assert done.code == 0, done.err
        found = steps(done.document)
        assert any(step.get("row") for step in found), name
        sentences = [step["statement"] for step in found]
        assert not CHINESE.findall(json.dumps(sentences, ensure_ascii=False)), name


def test_the_same_analysis_gives_the_same_bits(luhai: Luhai, walked: pd.DataFrame) -> None:
    def content() -> dict[str, bytes]:
        return {str(file): file.read_bytes() for file in Path("w/results").rglob("*.parquet")}

    before = content()
    assert luhai("analyse", "--workspace", "w").code == 0
    assert content() == before
    assert luhai("import", "lakes.csv", "--workspace", "w").code == 0
    assert luhai("analyse", "--workspace", "w").code == 0
    assert content() == before


@pytest.mark.parametrize(
    "arguments",
    [
        ("analyse", "--workspace", "w"),
        ("outlook", "--workspace", "w", "--year", "2019"),
        ("why", "class-0123456789abcdef", "--workspace", "w"),
        ("trend", "w", "--indicator", "w21003"),
        ("assess", "w", "--standard", "gb3838-2002", "--by", "year"),
    ],
)
def test_missing_and_empty_workspaces_are_refused(luhai: Luhai, arguments: tuple[str, ...]) -> None:
    for prepared in (False, True):
        if prepared:
            assert luhai("init", "w").code == 0
        before = sorted(Path().rglob("*"))
        done = luhai(*arguments)
        assert done.code == 1
        assert done.out == ""
        assert done.err.startswith("luhai: w")
        assert sorted(Path().rglob("*")) == before


def test_an_unknown_id_is_refused(luhai: Luhai, walked: pd.DataFrame) -> None:
    done = luhai("why", "class-0123456789abcdef", "--workspace", "w", "--format", "json")
    assert (done.code, done.out) == (1, "")
    assert "class-0123456789abcdef" in done.err


def test_places_that_cannot_be_written_are_refused(luhai: Luhai) -> None:
    Path("file").write_text("not a folder")
    for arguments in (
        ("init", "file/w"),
        ("import", "file", "--workspace", "file/w"),
        ("samples", "file/s", "--plan", str(EXAMPLE_BAY)),
    ):
        done = luhai(*arguments)
        assert done.code == 1
        assert "Traceback" not in done.err
        assert done.err.startswith("luhai: ")
