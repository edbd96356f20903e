"""What this room refuses it refuses in the reader's language, on every path to a refusal."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest
from tests.observations.corpus.build import BUILDERS, MEMBER, zipped
from tests.observations.store.conftest import observations

from luhai.errors import LuhaiError
from luhai.observations import export
from luhai.observations.filing import import_reports, keep_file, kept_file
from luhai.observations.importing import import_paths
from luhai.observations.place_contexts import load_contexts
from luhai.observations.quality import check_quality
from luhai.observations.reading import Limits, ReadOptions, raw_rows, read_path
from luhai.observations.reading.mapping import load_mapping
from luhai.observations.store import ObservationStore, check_schema
from luhai.text import Text, translate
from luhai.workspace import Workspace

REFUSED_FILES = sorted(
    [
        "mixed_encodings.csv",
        "not_a_table.csv",
        "far_cell.xlsx",
        "truncated.xlsx",
        "password.xlsx",
        "web_page.xls",
        "word.docx",
        "report.csv",
        "empty.csv",
        "zero_bytes.csv",
        "cut_short.json",
        "deep.json",
        "no_table.json",
        "empty.zip",
        "one_bad_member.zip",
        "truncated.zip",
        "too_deep.zip",
        "bomb.zip",
        "locked.zip",
        "damaged_member.zip",
        "truncated.csv.gz",
        "bomb.csv.gz",
    ]
)
MAPPING_SLIPS = (
    "mediun = 'sea'",
    "zzz = 1",
    "medium = 'see'",
    "year = 20",
    "fill_down = 'place'",
    "columns = 3",
    "[columns]\na = 'place'",
    "[columns.\"a\"]\nunit = 'mg/X'",
    "[columns.\"a\"]\nrole = 'place'\nindicator = 'w21003'",
    "[places]\na = 3",
    "[detection_limits]\nw21003 = -1",
    "year = ",
)
LIMITS = (
    Limits(archive_members=2),
    Limits(unpacked_bytes=100),
    Limits(archive_depth=0),
    Limits(file_bytes=100),
)
_ENGLISH_SENTENCE = re.compile(r"[A-Za-z]+ [a-z]+ [a-z]+")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "city")


def sentences(text: Text) -> list[Text]:
    """A sentence and the sentences inside it."""
    inner = [part for part in text.parts.values() if isinstance(part, Text)]
    return [text, *(found for part in inner for found in sentences(part))]


def check_speaks_chinese(error: LuhaiError) -> None:
    """Every part of a refusal is Chinese, but for names and the words of other programs in it."""
    assert isinstance(error.what, Text), error.what
    for part in (error.what, error.where, error.why, error.remedy):
        if not isinstance(part, Text):
            # Plain text names a file or a column; a sentence would have to be translated.
            assert part is error.where or part == "", part
            continue
        for sentence in sentences(part):
            chinese = translate(sentence.message, "zh")
            assert _CHINESE.search(chinese), sentence.message
            assert not _ENGLISH_SENTENCE.search(chinese), chinese
    assert _CHINESE.search(error.render("zh"))
    assert not _CHINESE.search(error.to_dict("en")["what"])


def refusal_of(action: Callable[[], object]) -> LuhaiError:
    with pytest.raises(LuhaiError) as refusal:
        action()
    return refusal.value


@pytest.mark.parametrize("name", REFUSED_FILES)
def test_files_that_cannot_be_read(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(BUILDERS[name]())
    try:
        refused = [result.refused for result in read_path(path) if result.refused]
    except LuhaiError as error:
        refused = [error]  # type: ignore[list-item]
    assert refused
    for error in refused:
        check_speaks_chinese(error)


@pytest.mark.parametrize("limits", LIMITS)
def test_files_that_are_too_much(tmp_path: Path, limits: Limits) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(zipped({f"{number}.csv": MEMBER for number in range(3)}))
    check_speaks_chinese(refusal_of(lambda: list(read_path(path, ReadOptions(limits=limits)))))


def test_paths_that_lead_to_no_file(tmp_path: Path) -> None:
    folder = refusal_of(lambda: list(read_path(tmp_path)))
    assert "它是文件夹" in folder.render("zh")
    for error in (
        folder,
        refusal_of(lambda: list(read_path(tmp_path / "none.csv"))),
        refusal_of(lambda: list(read_path(tmp_path, ReadOptions(medium="ocean")))),
        refusal_of(lambda: load_mapping(tmp_path / "none.toml")),
    ):
        check_speaks_chinese(error)


@pytest.mark.parametrize("slip", MAPPING_SLIPS)
def test_slips_in_a_mapping_file(tmp_path: Path, slip: str) -> None:
    file = tmp_path / "mapping.toml"
    file.write_text(slip, encoding="utf-8")
    check_speaks_chinese(refusal_of(lambda: load_mapping(file)))


def test_raw_rows_that_are_not_there(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(MEMBER)
    check_speaks_chinese(refusal_of(lambda: raw_rows(file, "a.csv", "", 4711)))
    check_speaks_chinese(refusal_of(lambda: raw_rows(file, "a.csv", "海水", 2)))


@pytest.mark.parametrize(
    "frame",
    [
        observations().drop("unit"),
        observations().with_columns(extra=pl.lit(1)),
        observations().select(sorted(observations().columns)),
        observations().with_columns(value=pl.lit(float("nan"))),
        observations().with_columns(row=pl.col("row").cast(pl.Int64)),
        observations().with_columns(place=pl.lit(None, pl.String)),
    ],
)
def test_tables_that_break_the_schema(frame: pl.DataFrame) -> None:
    check_speaks_chinese(refusal_of(lambda: check_schema(frame)))


def test_what_the_store_has_not(workspace: Workspace, tmp_path: Path) -> None:
    store = ObservationStore(workspace, wait_seconds=0.0)
    store.append(observations(), import_id="first")
    without_zone = datetime(2020, 1, 1)  # noqa: DTZ001
    percent = Workspace.create(tmp_path / "50%")
    with store.writer(import_id="long"):
        busy = refusal_of(lambda: store.append(observations(value=0.9), import_id="second"))
    for error in (
        busy,
        refusal_of(lambda: store.rows(version=17)),
        refusal_of(lambda: store.relation(engine="spark")),
        refusal_of(lambda: store.rows(start=without_zone)),
        refusal_of(lambda: ObservationStore(percent)),
        refusal_of(lambda: check_quality(observations(), checks=["frozn"])),
    ):
        check_speaks_chinese(error)


def test_what_an_import_cannot_find_or_read(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    file = tmp_path / "a.csv"
    file.write_bytes(MEMBER)
    workspace.imports.mkdir(exist_ok=True)
    for name in ("20200101T000000Z-bad.json", "place_contexts.json"):
        (workspace.imports / name).write_text("{", encoding="utf-8")
    for error in (
        refusal_of(lambda: import_paths([tmp_path / "none.csv"], workspace)),
        refusal_of(lambda: import_paths([tmp_path / "empty"], workspace)),
        refusal_of(lambda: import_reports(workspace)),
        refusal_of(lambda: load_contexts(workspace)),
        refusal_of(lambda: kept_file(workspace, "ab" * 32)),
        refusal_of(lambda: kept_file(workspace, "no hash")),
        refusal_of(lambda: keep_file(file, workspace, expected_hash="ab" * 32)),
    ):
        check_speaks_chinese(error)


def test_a_table_too_long_for_a_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "EXCEL_ROWS", 2)
    frame = pl.DataFrame({"a": [1, 2]})
    check_speaks_chinese(refusal_of(lambda: export.excel_bytes({"t": frame})))


def test_a_report_says_its_refusals_in_the_language_asked_for(
    workspace: Workspace, tmp_path: Path
) -> None:
    page = tmp_path / "page.xls"
    page.write_bytes(b"<html></html>")
    (report,) = import_paths([page], workspace)
    assert "网页" in report.to_dict("zh")["error"]["what"]
    assert "web page" in report.to_dict("en")["error"]["what"]
    archive = tmp_path / "a.zip"
    archive.write_bytes(zipped({"a.csv": MEMBER, "page.xls": b"<html></html>"}))
    (report,) = import_paths([archive], workspace, medium="river")
    refused = {
        language: [entry["refused"] for entry in report.to_dict(language)["members"]]
        for language in ("zh", "en")
    }
    assert any(entry and "网页" in entry["what"] for entry in refused["zh"])
    assert any(entry and "web page" in entry["what"] for entry in refused["en"])


@pytest.mark.parametrize(
    ("stated", "reason", "refusal"),
    [
        ({}, "读不出数值", "没有这个文件或文件夹"),
        ({"LUHAI_LANGUAGE": "en"}, "cannot be read as a value", "There is no such file or folder"),
    ],
)
def test_the_command_speaks_chinese_unless_told_otherwise(
    tmp_path: Path, stated: dict[str, str], reason: str, refusal: str
) -> None:
    file = tmp_path / "a.csv"
    file.write_text("断面名称,监测时间,氨氮(mg/L)\n甲,2020-07-18,oh\n", encoding="utf-8")
    page = tmp_path / "page.xls"
    page.write_bytes(b"<html></html>")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LC_")}
    kept = {name: value for name, value in kept.items() if name not in ("LANG", "LUHAI_LANGUAGE")}

    def luhai(*paths: Path) -> str:
        command = [sys.executable, "-c", "from luhai.cli import main; main()", "import"]
        options = ["--workspace", str(tmp_path / "w"), "--medium", "river"]
        done = subprocess.run(
            [*command, *map(str, paths), *options],
            capture_output=True,
            encoding="utf-8",
            env=kept | stated | {"PYTHONUTF8": "1"},
        )
        assert done.returncode == 1, done.stderr
        return done.stderr

    said = luhai(file, page)
    assert ("网页" in said) is (stated == {})
    (rejects,) = (tmp_path / "w" / "imports").glob("*.rejects.csv")
    assert reason in pl.read_csv(rejects)["message"][0]
    assert refusal in luhai(tmp_path / "none.csv")
