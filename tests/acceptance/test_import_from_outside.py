"""``luhai import``: every row accounted for, nothing doubled, nothing lost, nothing run."""

from __future__ import annotations

import csv
import io
import os
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from conftest import Luhai

from luhai.observations.export import csv_bytes, excel_bytes
from luhai.observations.schema import IDENTITY
from luhai.observations.store import ObservationStore
from luhai.workspace import Workspace

HEADER = "断面,采样时间,氨氮(mg/L),总磷(mg/L)\n"
ROWS = HEADER + "A,2020-01-05,0.4,0.1\nB,2020-01-05,0.5,0.2\n"


def imported(luhai: Luhai, *paths: object, code: int = 0, options: tuple[str, ...] = ()) -> Any:
    done = luhai(
        *("import", *paths, "--workspace", "w", "--medium", "river", *options, "--format", "json")
    )
    assert done.code == code, done.err
    for report in done.document:
        assert report["rows"] == report["accepted"] + report["duplicates"] + report["rejected"]
        assert {"file", "rows", "accepted", "duplicates", "rejected", "rejects_file"} <= set(report)
    return done.document


def counts(report: dict[str, Any]) -> tuple[int, int, int]:
    return report["accepted"], report["duplicates"], report["rejected"]


def stored() -> pl.DataFrame:
    return ObservationStore(Workspace.open("w")).polars().collect()


def values(table: pl.DataFrame, code: str) -> dict[str, float | None]:
    return dict(table.filter(indicator=code).select("place", "value").rows())


def test_twice_renamed_overlapping_and_in_another_unit_nothing_doubles(luhai: Luhai) -> None:
    Path("a.csv").write_text(ROWS, encoding="utf-8")
    Path("b.csv").write_text(ROWS, encoding="gbk")
    Path("c.csv").write_text(ROWS + "C,2020-01-06,0.6,0.3\n", encoding="utf-8")
    micro = ROWS.replace("(mg/L)", "(μg/L)")
    for number in ("0.4", "0.5", "0.1", "0.2"):
        micro = micro.replace(number, f"{float(number) * 1000:.0f}")
    Path("d.csv").write_text(micro, encoding="utf-8")
    assert counts(imported(luhai, "a.csv")[0]) == (2, 0, 0)
    assert counts(imported(luhai, "a.csv")[0]) == (0, 2, 0)
    Path("a.csv").rename("renamed.csv")
    assert counts(imported(luhai, "renamed.csv")[0]) == (0, 2, 0)
    assert [counts(report) for report in imported(luhai, "b.csv", "c.csv", "d.csv")] == [
        (0, 2, 0),
        (1, 2, 0),
        (0, 2, 0),
    ]
    assert stored().height == 6
    assert values(stored(), "w21003") == {"A": 0.4, "B": 0.5, "C": 0.6}


@pytest.mark.parametrize(
    "content",
    [
        ROWS.encode("utf-8-sig"),
        ROWS.encode("gbk"),
        ROWS.encode("utf-16"),
        ROWS.replace("\n", "\r\n").encode(),
        ROWS.replace("\n", "\r").encode(),
        ROWS.replace(",", "\t").encode(),
        ROWS.replace(",", "，").encode(),
    ],
    ids=["utf-8 mark", "gbk", "utf-16", "crlf", "cr", "tabs", "full-width commas"],
)
def test_encodings_and_line_ends(luhai: Luhai, content: bytes) -> None:
    Path("a.csv").write_bytes(content)
    assert counts(imported(luhai, "a.csv")[0]) == (2, 0, 0)
    assert values(stored(), "w21011") == {"A": 0.1, "B": 0.2}


def test_a_workbook_as_a_laboratory_sends_it(luhai: Luhai) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        ["2020年7月地表水监测结果"],
        ["断面", "采样日期", "水质指标", None, None],
        [None, None, "pH", "氨氮", "总磷"],
        [None, None, "无量纲", "mg/L", "μg/L"],
        ["A", "7月3日", "７．１", "0. 4", "100"],
        ["B", "7月4日", 7.2, "<0.025", "0.1L"],
        ["C", "7月5日", "--", "*", "/"],
        ["D", "7月6日", 71, "0.5", "100"],
        ["注：以上数据未经审核"],
    ):
        sheet.append(row)
    for area in ("A1:E1", "A2:A4", "B2:B4", "C2:E2"):
        sheet.merge_cells(area)
    book.save("lab.xlsx")
    assert counts(imported(luhai, "lab.xlsx", code=1)[0]) == (2, 0, 2)
    table = stored()
    assert values(table, "w01001") == {"A": 7.1, "B": 7.2}
    assert values(table, "w21003") == {"A": 0.4, "B": 0.025}
    phosphorus = values(table, "w21011")
    assert phosphorus["A"] == pytest.approx(0.1)
    assert phosphorus["B"] == pytest.approx(0.0001)
    assert dict(table.filter(place="B").select("indicator", "censored").rows()) == {
        "w01001": "",
        "w21003": "<",
        "w21011": "<",
    }


def test_dates_without_a_year_are_asked_for(luhai: Luhai) -> None:
    Path("a.csv").write_text(ROWS.replace("2020-01-05", "1月5日"), encoding="utf-8")
    assert counts(imported(luhai, "a.csv", code=1)[0]) == (0, 0, 2)
    assert counts(imported(luhai, "a.csv", options=("--year", "2021"))[0]) == (2, 0, 0)
    assert stored()["year"].unique().to_list() == [2021]


def test_a_mapping_file_says_what_headers_mean(luhai: Luhai) -> None:
    Path("a.csv").write_text("点,日,X9\nno. 1,2020-01-05,27\n", encoding="utf-8")
    Path("m.toml").write_text(
        '[columns."X9"]\nindicator = "w21003"\nunit = "μg/L"\n[columns."点"]\nrole = "place"\n'
        '[columns."日"]\nrole = "time"\n[places]\n"no. 1" = "East pier"\n',
        encoding="utf-8",
    )
    imported(luhai, "a.csv", options=("--mapping", "m.toml"))
    assert values(stored(), "w21003") == {"East pier": pytest.approx(0.027)}
    Path("bad.toml").write_text('[columns."X9"]\nindicater = "w21003"\n', encoding="utf-8")
    done = luhai("import", "a.csv", "--workspace", "w2", "--mapping", "bad.toml")
    assert done.code in (1, 2)
    assert "indicater" in done.err


def packed(members: dict[str, bytes | str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def test_archives_in_archives_and_names_that_climb(luhai: Luhai) -> None:
    climbing = packed({"../../../evil.csv": ROWS, "/evil.csv": HEADER + "Z,2020-01-05,1,1\n"})
    Path("all.zip").write_bytes(packed({"inner.zip": climbing, "notes.md": "no table"}))
    before = set(Path().resolve().parent.rglob("*evil*"))
    (report,) = imported(luhai, "all.zip", code=1)
    assert counts(report) == (3, 0, 0)
    assert sorted(stored()["place"].unique()) == ["A", "B", "Z"]
    assert set(Path().resolve().parent.rglob("*evil*")) == before


def test_bombs_and_giants_are_refused_politely(luhai: Luhai) -> None:
    Path("bomb.zip").write_bytes(packed({"zeros.csv": b"0" * 30_000_000}))
    inner = packed({"a.csv": ROWS})
    for depth in range(6):
        inner = packed({f"{depth}.zip": inner})
    Path("deep.zip").write_bytes(inner)
    for name in ("giant.csv", "giant.xlsx"):
        with Path(name).open("wb") as stream:
            stream.truncate(2 * 1024**3)
    reports = imported(luhai, "bomb.zip", "deep.zip", "giant.csv", "giant.xlsx", code=1)
    for report in reports:
        assert counts(report) == (0, 0, 0)
        refusals = [member["refused"] for member in report["members"]] + [report["error"]]
        assert any(refusal and refusal["what"] and refusal["remedy"] for refusal in refusals)
    assert not Path("w/observations").exists() or stored().is_empty()


BROKEN = {
    "empty.csv": b"",
    "blank.csv": b"\n\n\n",
    "headless.csv": b"A,2020-01-05,0.4,0.1\n",
    "noise.csv": bytes(range(256)) * 20,
    "nul.csv": ROWS.replace("0.5", "0\0.5").encode(),
    "page.xls": b"<html><table><tr><td>1</td></tr></table></html>",
    "fake.xlsx": b"PK\x03\x04 nothing",
    "paper.csv": b"%PDF-1.7 \n",
    "wide.csv": ("断面,采样时间," + ",".join(f"x{n}" for n in range(100_000)) + "\n").encode(),
}


def test_broken_files_do_not_stop_the_good_one(luhai: Luhai) -> None:
    for name, content in BROKEN.items():
        Path(name).write_bytes(content)
    Path("good.csv").write_text(ROWS, encoding="utf-8")
    reports = {r["file"]: r for r in imported(luhai, *BROKEN, "good.csv", code=1)}
    assert counts(reports["good.csv"]) == (2, 0, 0)
    for name in BROKEN:
        error = reports[name]["error"]
        assert error is not None, name
        assert error["where"].endswith(name)
        assert error["what"]
    assert stored().height == 4


def test_bad_rows_are_named_with_row_column_value_and_reason(luhai: Luhai) -> None:
    bad = {
        "2020-02-30": ("0.4", "0.1"),
        "2020-01-06": ("-0.4", "0.1"),
        "2020-01-07": ("inf", "0.1"),
        "2020-01-08": ("0.4", "1.2×104"),
        "2020-01-09": ("O.4", "0.1"),
    }
    text = ROWS + "".join(f"C,{day},{one},{two}\n" for day, (one, two) in bad.items())
    Path("a.csv").write_text(text + "D,2020-01-10,,\n", encoding="utf-8")
    (report,) = imported(luhai, "a.csv", code=1)
    assert counts(report) == (2, 0, 6)
    with Path(report["rejects_file"]).open(encoding="utf-8-sig", newline="") as stream:
        rejects = list(csv.DictReader(stream))
    found = [(row["row"], row["column"], row["value_text"].lstrip("'")) for row in rejects]
    assert found == [
        ("4", "B", "2020-02-30"),
        ("5", "C", "-0.4"),
        ("6", "C", "inf"),
        ("7", "D", "1.2×104"),
        ("8", "C", "O.4"),
        ("9", "", ""),
    ]
    for row in rejects:
        assert row["reason"]
        assert row["message"]
        assert not row["value_text"].startswith(("=", "+", "-", "@"))


def test_folders_links_and_files_without_rights(luhai: Luhai) -> None:
    Path("in/sub").mkdir(parents=True)
    Path("in/sub/a.csv").write_text(ROWS, encoding="utf-8")
    Path("in/sub/loop").symlink_to(Path("in").resolve())
    Path("in/.hidden.csv").write_text(HEADER + "H,2020-01-05,1,1\n", encoding="utf-8")
    Path("in/w.lock").write_text("no table")
    imported(luhai, "in")
    assert sorted(stored()["place"].unique()) == ["A", "B"]
    Path("none").mkdir()
    done = luhai("import", "none", "--workspace", "w")
    assert done.code == 1
    assert "none" in done.err
    if os.geteuid() != 0:
        Path("locked.csv").write_text(ROWS, encoding="utf-8")
        Path("locked.csv").chmod(0)
        done = luhai("import", "locked.csv", "--workspace", "w")
        assert done.code == 1
        assert "locked.csv" in done.err
        assert "Traceback" not in done.err


def test_a_folder_that_holds_the_workspace_can_be_imported_again(luhai: Luhai) -> None:
    Path("a.csv").write_text(ROWS, encoding="utf-8")
    assert len(imported(luhai, ".")) == 1
    (report,) = imported(luhai, ".")
    assert counts(report) == (0, 2, 0)


CANONICAL = """\
place,medium,time,depth_m,indicator,value,unit,censored,flag,source
East pier,river,2020-01-05T08:00:00+08:00,0.5,w21003,0.5,mg/L,,,a.csv!1
East pier,river,2020-01-05T00:00:00Z,,w01009,6.5,mg/L,,,a.csv!2
East pier,river,2020-01-05T08:00:00+08:00,,w21011,0.01,mg/L,<,,a.csv!3
East pier,river,2020-01-05T08:00:00+08:00,,w01019,,mg/L,<,limit_unknown,a.csv!4
East pier,river,2020-02-05T08:00:00+08:00,0.5,w21003,3,mg/L,>,,a.csv!5
East pier,river,2020-03-05T08:00:00+08:00,0.5,w21003,2.5,mg/L,,maintenance,a.csv!6
Outer buoy,sea,2020-01-05T08:00:00+08:00,2,lh_din,0.305,mg/L,,,a.csv!7
Outer buoy,sea,2020-01-05T08:00:00+08:00,10,lh_din,22,μmol/L,,,a.csv!8
"""


def test_the_canonical_table_is_read_exactly(luhai: Luhai) -> None:
    Path("a.csv").write_text(CANONICAL, encoding="utf-8")
    done = luhai("import", "a.csv", "--workspace", "w", "--format", "json")
    assert done.code == 0, done.err
    assert counts(done.document[0]) == (8, 0, 0)
    names = ("place", "medium", "depth_m", "indicator", "value", "unit", "censored", "flag")
    found = [tuple(row) for row in stored().sort("row").select(names).rows()]
    assert found == [
        ("East pier", "river", 0.5, "w21003", 0.5, "mg/L", "", ""),
        ("East pier", "river", None, "w01009", 6.5, "mg/L", "", ""),
        ("East pier", "river", None, "w21011", 0.01, "mg/L", "<", ""),
        ("East pier", "river", None, "w01019", None, "mg/L", "<", "limit_unknown"),
        ("East pier", "river", 0.5, "w21003", 3.0, "mg/L", ">", ""),
        ("East pier", "river", 0.5, "w21003", 2.5, "mg/L", "", "maintenance"),
        ("Outer buoy", "sea", 2.0, "lh_din", 0.305, "mg/L", "", ""),
        # GB 3097 annex A counts 14 g of nitrogen to the mole.
        ("Outer buoy", "sea", 10.0, "lh_din", 0.308, "mg/L", "", ""),
    ]
    moments = stored().sort("row")["time"].dt.strftime("%Y-%m-%dT%H:%M:%SZ").to_list()
    assert moments[:2] == ["2020-01-05T00:00:00Z"] * 2


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_the_store_exports_reads_back(luhai: Luhai, kind: str) -> None:
    names = "=1+1", "+A", "-A", "@A", '"A, B"'
    text = HEADER.replace("总磷", "层次,总磷")
    for number, name in enumerate(names):
        text += f"{name},2020-01-05 0{number}:30,未检出,表,0.02L\n{name},2020-02-05,0.4,底,>3\n"
    Path("a.csv").write_text(text, encoding="utf-8")
    imported(luhai, "a.csv")
    first = stored()
    file = Path(f"export.{kind}")
    file.write_bytes(csv_bytes(first) if kind == "csv" else excel_bytes({"values": first}))
    done = luhai("import", file, "--workspace", "again", "--format", "json")
    assert done.code == 0, done.err
    second = ObservationStore(Workspace.open("again")).polars().collect()
    keys = list(IDENTITY)
    assert first.height == second.height == 20
    assert first.select(keys).sort(keys).equals(second.select(keys).sort(keys))
    # And into the workspace that it came from: nothing new.
    imported(luhai, file)
    assert stored().height == 20
