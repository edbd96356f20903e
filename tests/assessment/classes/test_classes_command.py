"""``luhai assess``: files and workspaces in, tables out, faults named, exit codes kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from luhai.cli import main
from luhai.cli.assess import unregistered
from luhai.observations.importing import import_paths
from luhai.plan.places import load_declared_places
from luhai.workspace import Workspace

HEADER = "断面名称,监测时间,水温(℃),pH,溶解氧(mg/L),氨氮(mg/L),总磷(mg/L),高锰酸盐指数(mg/L)\n"
COLUMNS = [
    *("place", "time", "class", "class_name", "deciding", "exceedance", "samples", "censored"),
    *("confidence", "result_id"),
]


def run(*arguments: str | Path) -> int:
    with pytest.raises(SystemExit) as caught:
        main(["assess", *map(str, arguments)])
    return int(caught.value.code or 0)


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LUHAI_LANGUAGE", "en")


@pytest.fixture
def good(tmp_path: Path) -> Path:
    file = tmp_path / "sections.csv"
    rows = [f"埠场,2021-{month:02d}-05 08:00,20.1,7.1,6.4,1.2,0.11,3.1\n" for month in range(1, 13)]
    file.write_text(HEADER + "".join(rows), encoding="utf-8")
    return file


@pytest.mark.parametrize("engine", ["duckdb", "polars"])
@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_the_written_table_has_exactly_the_public_columns(
    good: Path, tmp_path: Path, engine: str, ending: str
) -> None:
    out = tmp_path / f"classes{ending}"
    arguments = ("--standard", "gb3838-2002", "--by", "year", "--engine", engine, "--out", out)
    assert run(good, *arguments) == 0
    table = pl.read_csv(out) if ending == ".csv" else pl.read_parquet(out)
    assert table.columns == COLUMNS
    [row] = table.rows(named=True)
    assert row["place"] == "埠场"
    assert row["time"] == "2021-01-01T00:00:00+08:00"
    assert (row["class"], row["class_name"], row["deciding"]) == (4, "Ⅳ类", "w21003")
    assert (row["exceedance"], row["samples"], row["censored"]) == (0.2, 12, 0)


def test_a_register_of_id_and_medium_declares_a_lake(good: Path, tmp_path: Path) -> None:
    places = tmp_path / "lakes.csv"
    places.write_text("id,medium\n埠场,lake\n", encoding="utf-8")
    out = tmp_path / "classes.csv"
    arguments = ("--standard", "gb3838-2002", "--by", "year", "--places", places, "--out", out)
    assert run(good, *arguments) == 0
    # 0.11 mg/L of phosphorus is class III in a river, V in a lake.
    assert pl.read_csv(out).select("class", "deciding").rows() == [(5, "w21011")]


def test_a_place_that_the_register_lacks_is_judged_and_named(
    good: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    places = tmp_path / "places.csv"
    places.write_text("id,medium\n尖山,river\nGD1701,river\n", encoding="utf-8")
    good.write_text(good.read_text(encoding="utf-8").replace("埠场", "GD17O1"), encoding="utf-8")
    arguments = ("--standard", "gb3838-2002", "--by", "year", "--places", places)
    assert run(good, *arguments, "--format", "json") == 0
    printed = capsys.readouterr()
    assert "luhai: GD17O1 is not registered; GD1701?" in printed.err
    document = json.loads(printed.out)
    assert [row["place"] for row in document["classes"]] == ["GD17O1"]
    assert "GD17O1 is not registered; GD1701?" in document["notes"]
    assert run(good, *arguments) == 0
    printed = capsys.readouterr()
    assert "GD17O1 is not registered" in printed.err
    assert "is not registered" not in printed.out


def test_many_strangers_are_counted(tmp_path: Path) -> None:
    places = tmp_path / "places.csv"
    places.write_text("id,medium\n尖山,river\n", encoding="utf-8")
    register = load_declared_places(places)
    named = [text.render("en") for text in unregistered({f"P{n:03}" for n in range(50)}, register)]
    assert named[0] == "P000 is not registered"
    assert named[-1] == "30 more places are not registered"
    assert unregistered({"尖山"}, register) == []


def test_json_is_one_document(good: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(good, "--standard", "gb3838-2002", "--by", "month", "--format", "json") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["rows"] == 12
    assert list(document["classes"][0]) == COLUMNS


def test_rejected_rows_are_named_and_give_exit_code_1(
    good: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with good.open("a", encoding="utf-8") as stream:
        stream.write("埠场,2021-12-06 08:00,20.1,81.2,6.4,1.2,0.11,3.1\n")
    out = tmp_path / "classes.csv"
    assert run(good, "--standard", "gb3838-2002", "--by", "year", "--out", out) == 1
    errors = capsys.readouterr().err
    assert "sections.csv" in errors
    assert "81.2" in errors
    assert out.is_file()


def test_a_workspace_gives_what_its_file_gives(good: Path, tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "w")
    import_paths([good], workspace, medium="river")
    results = []
    for number, source in enumerate((good, workspace.root)):
        out = tmp_path / f"{number}.csv"
        assert run(source, "--standard", "gb3838-2002", "--by", "sample", "--out", out) == 0
        results.append(out.read_text(encoding="utf-8"))
    assert results[0] == results[1]
    assert results[0].count("\n") == 13


def test_lakes_of_a_register_have_their_own_limits(good: Path, tmp_path: Path) -> None:
    places = tmp_path / "places.csv"
    places.write_text(
        "id,name_zh,name_en,kind,medium,water_zh,water_en,district,control,longitude,latitude,"
        "position_accuracy_km,position_note,tidal,salinity_psu,aliases\n"
        "B1,埠场,,lake_section,lake,,,,,,,,,no,,\n",
        encoding="utf-8",
    )
    out = tmp_path / "classes.csv"
    run(good, "--standard", "gb3838-2002", "--by", "year", "--places", places, "--out", out)
    # TP 0.11 in a lake: Ⅴ (0.1–0.2), worse than NH3-N 1.2 (Ⅳ).
    assert pl.read_csv(out).select("class", "deciding").rows() == [(5, "w21011")]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--standard", "gb9999", "--by", "year"), 2, "gb9999"),
        (("--standard", "gb3838-2002", "--by", "year", "--out", "x.docx"), 2, ".parquet"),
        (("--standard", "gb3838-2002", "--by", "decade"), 2, "decade"),
        (("--standard", "gb3838-2002", "--by", "year", "--year", "2019"), 1, "No observation"),
    ],
)
def test_faults_are_told_in_one_message(
    good: Path, arguments: tuple[str, ...], code: int, words: str, capsys: Any
) -> None:
    assert run(good, *arguments) == code
    message = capsys.readouterr().err
    assert words in message
    assert "Traceback" not in message


def test_a_missing_or_unreadable_file_is_refused_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "classes.csv"
    options = ("--standard", "gb3838-2002", "--by", "year", "--out", out)
    assert run(tmp_path / "none.csv", *options) == 1
    bad = tmp_path / "bad.xlsx"
    bad.write_bytes(b"PK\x03\x04 not a workbook")
    assert run(bad, *options) == 1
    assert "bad.xlsx" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.xlsx"]


def test_place_names_that_look_like_formulas_are_made_harmless(tmp_path: Path) -> None:
    file = tmp_path / "sections.csv"
    file.write_text(HEADER + "=1+1,2021-01-05 08:00,20.1,7.1,6.4,1.2,0.11,3.1\n", encoding="utf-8")
    out = tmp_path / "classes.csv"
    run(file, "--standard", "gb3838-2002", "--by", "year", "--out", out)
    assert not any(line.startswith("=") for line in out.read_text(encoding="utf-8").splitlines())


def test_a_year_that_the_file_does_not_hold_is_named(
    good: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(good, "--standard", "gb3838-2002", "--by", "year", "--year", "2035") == 1
    message = capsys.readouterr().err
    assert "No observation is of the year 2035. The observations are of 2021." in message
    assert "medium" not in message


def test_an_empty_workspace_is_told_to_import_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = Workspace.create(tmp_path / "w")
    assert run(workspace.root, "--standard", "gb3838-2002", "--by", "year") == 1
    message = capsys.readouterr().err
    assert "luhai import PATH --workspace" in message
    assert "reasons above" not in message


def test_people_read_class_names_of_their_language_and_files_hold_the_official_ones(
    good: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out = tmp_path / "classes.csv"
    arguments = (good, "--standard", "gb3838-2002", "--by", "year", "--out", out)
    assert run(*arguments) == 0
    printed = capsys.readouterr().out
    assert "class Ⅳ" in printed
    assert "类" not in printed
    assert pl.read_csv(out)["class_name"].to_list() == ["Ⅳ类"]
    monkeypatch.setenv("LUHAI_LANGUAGE", "zh")
    assert run(*arguments) == 0
    assert "Ⅳ类" in capsys.readouterr().out


def test_a_date_without_a_time_has_the_digits_of_the_assessment(tmp_path: Path) -> None:
    file, out = tmp_path / "one.csv", tmp_path / "classes.csv"
    file.write_text("断面,采样时间,氨氮(mg/L)\nA,2020-01-05,1.004\n", encoding="utf-8")
    found = {}
    for by in ("sample", "month"):
        assert run(file, "--standard", "gb3838-2002", "--by", by, "--out", out) == 0
        found[by] = pl.read_csv(out)["class"].to_list()
    assert found == {"sample": [3], "month": [3]}
    file.write_text("断面,采样时间,氨氮(mg/L)\nA,2020-01-05 08:00,1.004\n", encoding="utf-8")
    assert run(file, "--standard", "gb3838-2002", "--by", "sample", "--out", out) == 0
    assert pl.read_csv(out)["class"].to_list() == [4]
