"""``luhai trend``, ``luhai level`` and ``luhai outlook`` as other programs call them."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from luhai.assessment.groups_input import parse_class, read_classes
from luhai.cli import main
from luhai.errors import InputError

# Shares of 一类 … 劣四类 in percent, national bulletin of nearshore waters 2017, and the level
# words that the bulletin prints.
BULLETIN_2017 = {
    "nation": ((34.5, 33.3, 10.1, 6.5, 15.6), "一般"),
    "yellow": ((37.4, 45.1, 9.9, 5.5, 2.2), "良好"),
    "east": ((15.9, 31.0, 12.4, 9.7, 31.0), "差"),
    "south": ((57.6, 18.2, 5.3, 3.8, 15.2), "一般"),
    "bohai": ((19.8, 48.1, 14.8, 7.4, 9.9), "一般"),
}
SEA_NAMES = ("一类", "二类", "三类", "四类", "劣四类")


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LUHAI_LANGUAGE", "en")


def _run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as stop:
        main(list(arguments))
    printed = capsys.readouterr()
    return int(stop.value.code or 0), printed.out, printed.err


@pytest.mark.parametrize("area", sorted(BULLETIN_2017))
def test_published_levels_of_2017(
    area: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shares, level = BULLETIN_2017[area]
    file = tmp_path / "classes.csv"
    rows = [f"{name},{share}" for name, share in zip(SEA_NAMES, shares, strict=True)]
    file.write_text("\n".join(["class,count", *rows]), encoding="utf-8")
    code, out, _ = _run(capsys, "level", str(file), "--rule", "sea", "--format", "json")
    document = json.loads(out)
    assert code == 0
    assert document["level_name"] == level
    assert [row["count"] for row in document["shares"]] == list(shares)
    # As published, to one decimal: 34.5, not 34.50000000000001.
    total = sum(map(Decimal, map(str, shares)))
    assert [row["share"] for row in document["shares"]] == [
        float(round(Decimal(str(share)) * 100 / total, 1)) for share in shares
    ]


def test_places_with_names_of_every_kind(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "classes.csv"
    file.write_text("断面,类别\nA,Ⅱ\nB,Ⅲ类\nC,劣Ⅴ\nD,3\nE,IV\n", encoding="gb18030")
    code, out, _ = _run(capsys, "level", str(file), "--rule", "surface", "--format", "json")
    document = json.loads(out)
    assert code == 0
    assert [row["count"] for row in document["shares"]] == [0, 1, 2, 1, 0, 1]
    # Ⅰ–Ⅲ 60 % < 75 %, worse than Ⅴ 20 %: moderately polluted.
    assert (document["level_name"], document["places"]) == ("中度污染", 5)
    code, out, _ = _run(capsys, "level", str(file), "--rule", "surface")
    assert code == 0
    assert "moderately polluted" in out


def test_few_sections_have_no_level_by_shares(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "classes.csv"
    file.write_text("place,class\nA,2\nB,3\nC,4\n", encoding="utf-8")
    code, out, _ = _run(capsys, "level", str(file), "--rule", "surface", "--format", "json")
    document = json.loads(out)
    assert (code, document["level"]) == (0, None)
    assert "fewer than 5" in document["note"]
    file.write_text("place,class\nA,4\n", encoding="utf-8")
    _, out, _ = _run(capsys, "level", str(file), "--rule", "surface", "--format", "json")
    assert json.loads(out)["level_name"] == "轻度污染"


def test_faulty_rows_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "classes.csv"
    file.write_text("place,class\nA,2\nB,优\nA,3\n", encoding="utf-8")
    code, out, err = _run(capsys, "level", str(file), "--rule", "surface")
    assert (code, out) == (1, "")
    assert "row 3" in err
    assert "row 4" in err
    assert "classes.csv" in err
    code, _, err = _run(capsys, "level", str(file), "--rule", "lake")
    assert code == 2
    code, _, err = _run(capsys, "level", str(tmp_path / "none.csv"), "--rule", "sea")
    assert code == 1
    assert "none.csv" in err


@pytest.mark.parametrize(
    "content",
    ["", "place,value\nA,3\n", "class,count\n一类,-3\n", "class,count\n一类,x\n", "class\n0\n"],
)
def test_tables_without_classes_are_refused(content: str, tmp_path: Path) -> None:
    file = tmp_path / "classes.csv"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(InputError):
        read_classes(file, "sea")


def test_binary_files_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "classes.csv"
    file.write_bytes(b"PK\x03\x04\x00\x00\xff\xfe")
    with pytest.raises(InputError):
        read_classes(file, "sea")


@pytest.mark.parametrize(
    ("text", "surface", "sea"),
    [
        ("Ⅲ", 3, 3),
        ("III类", 3, 3),
        ("三类", 3, 3),
        ("第三类", 3, 3),
        (" 3 ", 3, 3),
        ("3.0", 3, 3),
        ("劣Ⅴ", 6, None),
        ("劣V类", 6, None),
        ("劣四类", None, 5),
        ("劣于四类", None, 5),
        ("worse than class 4", None, 5),
        ("class 2", 2, 2),
        ("6", 6, None),
        ("7", None, None),
        ("良好", None, None),
        ("", None, None),
        ("-1", None, None),
        ("0", 0, 0),
    ],
)
def test_class_cells(text: str, surface: int | None, sea: int | None) -> None:
    assert parse_class(text, 5) == surface
    assert parse_class(text, 4) == sea


def _river_file(folder: Path) -> Path:
    random = np.random.default_rng(1)
    lines = ["断面名称,采样日期,氨氮(mg/L),总磷(mg/L)"]
    for year in range(2012, 2021):
        for month in range(1, 13):
            ammonia = 0.4 + 0.03 * (year - 2012) + 0.05 * random.normal()
            phosphorus = f"{0.1 + 0.01 * random.normal():.3f}"
            lines.append(f"甲断面,{year}-{month:02d}-05,{ammonia:.3f},{phosphorus}")
    file = folder / "river.csv"
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


def test_trend_of_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = _river_file(tmp_path)
    arguments = ["trend", str(file), "--medium", "river", "--indicator", "w21003"]
    code, out, err = _run(capsys, *arguments, "--indicator", "w21011", "--format", "json")
    rows = {row["indicator"]: row for row in json.loads(out)}
    assert (code, err) == (0, "")
    promised = {"place", "indicator", "test", "statistic", "p", "n"}
    promised |= {"slope_per_year", "slope_low", "slope_high"}
    assert promised <= set(rows["w21003"])
    assert rows["w21003"]["direction"] == "rising"
    assert rows["w21003"]["slope_low"] < 0.03 < rows["w21003"]["slope_high"]
    assert rows["w21011"]["direction"] == "none"
    code, out, _ = _run(capsys, *arguments, "--season", "none", "--place", "甲断面")
    assert code == 0
    assert "rising" in out


def test_an_indicator_may_be_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = _river_file(tmp_path)
    arguments = ["trend", str(file), "--medium", "river", "--format", "json", "--indicator"]
    code, out, _ = _run(capsys, *arguments, "总磷")
    assert (code, json.loads(out)[0]["indicator"]) == (0, "w21011")
    # COD is one thing on land and another at sea.
    code, _, err = _run(capsys, *arguments, "COD")
    assert code == 2
    assert "COD" in err


def test_trend_of_nothing_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = _river_file(tmp_path)
    code, out, err = _run(capsys, "trend", str(file), "--medium", "river", "--indicator", "lh_dip")
    assert (code, out) == (1, "")
    assert "lh_dip" in err
    code, _, err = _run(capsys, "trend", str(file), "--indicator", "no_such_code")
    assert code == 2
    code, _, err = _run(capsys, "trend", str(tmp_path / "no.csv"), "--indicator", "w21003")
    assert code == 1
    assert "no.csv" in err
    code, _, _ = _run(capsys, "trend", str(file), "--indicator", "w21003", "--season", "week")
    assert code == 2


def test_outlook_of_a_workspace(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    workspace = tmp_path / "workspace"
    code, _, err = _run(capsys, "outlook", "--workspace", str(workspace), "--year", "2020")
    assert code == 1
    assert "luhai init" in err
    _run(capsys, "init", str(workspace))
    code, _, err = _run(capsys, "outlook", "--workspace", str(workspace), "--year", "2020")
    assert code == 1
    assert "no plan" in err
    code, _, _ = _run(capsys, "outlook", "--workspace", str(workspace))
    assert code == 2


def test_outlook_of_the_samples(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    repository = Path(__file__).parents[3]
    samples, plan = repository / "samples", repository / "plans" / "yangjiang"
    workspace = str(tmp_path / "workspace")
    _run(capsys, "init", workspace, "--plan", str(plan))
    code, _, err = _run(capsys, "outlook", "--workspace", workspace, "--year", "2020")
    assert code == 1
    assert "luhai import" in err
    _run(capsys, "import", str(samples), "--workspace", workspace)
    arguments = ["outlook", "--workspace", workspace, "--year", "2020"]
    code, out, _ = _run(capsys, *arguments, "--format", "json")
    rows = json.loads(out)
    assert code == 0
    assert len(rows) == 9
    for row in rows:
        assert 0.0 <= row["probability_low"] <= row["probability"] <= row["probability_high"] <= 1.0
        assert row["remaining"] == (4 if row["medium"] == "river" else 1)
    code, out, _ = _run(capsys, *arguments)
    assert code == 0
    assert "undecided" in out
    code, out, _ = _run(capsys, *arguments, "--as-of", "2020-05-31", "--format", "json")
    assert {row["as_of"] for row in json.loads(out)} == {"2020-05-31"}
    code, _, _ = _run(capsys, *arguments, "--as-of", "31.5.2020")
    assert code == 2
