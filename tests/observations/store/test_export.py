"""What leaves for a spreadsheet is data: no formulas, numbers as numbers, Chinese readable."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import openpyxl
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from luhai.errors import InputError
from luhai.observations import export
from luhai.observations.export import csv_bytes, excel_bytes, neutralise

DANGEROUS = [
    "=1+1",
    "+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1",
    "－2",
    "=cmd|' /C calc'!A0",
]


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("text", DANGEROUS)
def test_a_cell_that_begins_like_a_formula_gets_an_apostrophe(text: str) -> None:
    assert neutralise(text) == "'" + text
    assert rows_of(csv_bytes(pl.DataFrame({"a": [text]})))[1] == ["'" + text]
    sheet = openpyxl.load_workbook(
        io.BytesIO(excel_bytes({"t": pl.DataFrame({"a": [text]})}))
    ).active
    assert sheet is not None
    assert sheet["A2"].data_type == "s"
    assert sheet["A2"].value.lstrip().startswith("'")


def test_a_heading_is_no_formula_either() -> None:
    book = openpyxl.load_workbook(io.BytesIO(excel_bytes({"t": pl.DataFrame({"=1+1": ["a"]})})))
    assert book.active is not None
    assert book.active["A1"].value == "'=1+1"
    assert rows_of(csv_bytes(pl.DataFrame({"=1+1": ["a"]})))[0] == ["'=1+1"]


@given(st.text())
def test_every_other_text_stays_as_it_is(text: str) -> None:
    neutral = neutralise(text)
    assert neutral.removeprefix("'") == text.removeprefix("'")
    assert neutral[:1] not in tuple(export.FORMULA_STARTS)


def test_numbers_stay_numbers() -> None:
    frame = pl.DataFrame({"value": [-0.5, 1e-9], "count": [-3, 4], "name": ["尖山", None]})
    assert rows_of(csv_bytes(frame))[1:] == [["-0.5", "-3", "尖山"], ["1e-9", "4", ""]]
    sheet = openpyxl.load_workbook(io.BytesIO(excel_bytes({"t": frame}))).active
    assert sheet is not None
    assert [cell.value for cell in sheet[2]] == [-0.5, -3, "尖山"]


def test_times_are_local_with_their_offset() -> None:
    frame = pl.DataFrame({"time": [datetime(2020, 12, 31, 16, tzinfo=UTC)]})
    assert rows_of(csv_bytes(frame))[1] == ["2021-01-01T00:00:00+08:00"]


def test_csv_has_the_mark_that_spreadsheets_need_and_its_headings() -> None:
    content = csv_bytes(pl.DataFrame({"place": ["尖山"]}), headings={"place": "点位"})
    assert content.startswith(b"\xef\xbb\xbf")
    assert rows_of(content)[0] == ["点位"]


def test_control_characters_do_not_break_the_workbook() -> None:
    frame = pl.DataFrame({"a": ["x\x00y\x1fz"]})
    sheet = openpyxl.load_workbook(io.BytesIO(excel_bytes({"a/b:c*" * 9: frame}))).active
    assert sheet is not None
    assert sheet["A2"].value == "x\ufffdy\ufffdz"
    assert len(sheet.title) <= 31


def test_a_table_too_long_for_a_sheet_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "EXCEL_ROWS", 3)
    assert excel_bytes({"t": pl.DataFrame({"a": [1, 2]})})
    with pytest.raises(InputError, match="3 rows"):
        excel_bytes({"t": pl.DataFrame({"a": [1, 2, 3]})})
