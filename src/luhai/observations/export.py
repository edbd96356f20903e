"""How tables leave for a spreadsheet: CSV and Excel whose cells are data and never formulas.

A cell of text that begins like a formula would be run by the spreadsheet that opens it ("CSV
injection", OWASP); such cells get a leading apostrophe, which spreadsheets show as plain text.
Numbers stay numbers. Times are written in local time with their offset (ISO 8601), so that no
program shifts them.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping

import polars as pl
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import Cell
from openpyxl.styles import Font
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from luhai.errors import InputError
from luhai.text import Text

FORMULA_STARTS = "=+-@\t\r\n＝＋－＠"
"""Characters that make spreadsheets take a cell for a formula, full-width ones included."""

EXCEL_ROWS = 1_048_576
"""Rows that a sheet holds, its heading included."""

LOCAL_TIME = "Asia/Shanghai"

_FORMULA_START = f"^[{re.escape(FORMULA_STARTS)}]"
_NOT_IN_XML = r"[\x00-\x08\x0b\x0c\x0e-\x1f]"
_SHEET_NAME_FORBIDS = r"[\[\]:*?/\\]"
_WIDEST_COLUMN = 60


def neutralise(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(tuple(FORMULA_STARTS)) else text


def neutralise_frame(frame: pl.DataFrame) -> pl.DataFrame:
    """A table whose text cells are no formulas; times become text in local time."""
    text = pl.col(pl.String)
    starts = text.str.contains(_FORMULA_START)
    plain = pl.when(starts).then(pl.lit("'") + text).otherwise(text).name.keep()
    return _with_local_times(frame).with_columns(plain)


def csv_bytes(frame: pl.DataFrame, *, headings: Mapping[str, str] | None = None) -> bytes:
    """The table as CSV in UTF-8 with byte order mark, as spreadsheets expect Chinese text.

    Args:
        frame: the table.
        headings: heading of each column by its name; a column without one keeps its name.
    """
    stream = io.BytesIO()
    _with_headings(neutralise_frame(frame), headings).write_csv(stream, include_bom=True)
    return stream.getvalue()


def excel_bytes(
    sheets: Mapping[str, pl.DataFrame], *, headings: Mapping[str, str] | None = None
) -> bytes:
    """Tables as an Excel workbook, one sheet each, with a frozen heading and filters.

    Args:
        sheets: the tables by name of their sheet.
        headings: heading of each column by its name; a column without one keeps its name.

    Raises:
        InputError: a table has more rows than a sheet holds.
    """
    book = Workbook(write_only=True)
    for name, frame in sheets.items():
        if frame.height >= EXCEL_ROWS:
            raise InputError(
                Text(
                    "The table has {rows} rows; an Excel sheet holds {most}.",
                    {"rows": frame.height, "most": EXCEL_ROWS - 1},
                ),
                where=name,
                remedy=Text("Export it as CSV, or a part of it."),
            )
        table = _with_headings(neutralise_frame(frame), headings)
        sheet = book.create_sheet(_sheet_name(name))
        sheet.freeze_panes = "A2"
        for position, column in enumerate(table.columns):
            sheet.column_dimensions[_letter(position)].width = _width(table[column])
        sheet.append([_heading_cell(sheet, column) for column in table.columns])
        for row in table.with_columns(
            pl.col(pl.String).str.replace_all(_NOT_IN_XML, "\ufffd")
        ).iter_rows():
            sheet.append(row)
        sheet.auto_filter.ref = f"A1:{_letter(max(table.width - 1, 0))}{table.height + 1}"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _with_local_times(frame: pl.DataFrame) -> pl.DataFrame:
    moments = [
        name
        for name, dtype in frame.schema.items()
        if isinstance(dtype, pl.Datetime) and dtype.time_zone is not None
    ]
    return frame.with_columns(
        pl.col(name).dt.convert_time_zone(LOCAL_TIME).dt.to_string("%Y-%m-%dT%H:%M:%S%:z")
        for name in moments
    )


def _with_headings(frame: pl.DataFrame, headings: Mapping[str, str] | None) -> pl.DataFrame:
    names = headings or {}
    return frame.rename({name: neutralise(names.get(name, name)) for name in frame.columns})


def _heading_cell(sheet: WriteOnlyWorksheet, heading: str) -> Cell:
    cell = WriteOnlyCell(sheet, value=heading)
    cell.font = Font(bold=True)
    return cell


def _sheet_name(name: str) -> str:
    return re.sub(_SHEET_NAME_FORBIDS, "_", name)[:31] or "Sheet"


def _letter(position: int) -> str:
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _width(column: pl.Series) -> float:
    """Width that shows the first rows; a Chinese character is about two wide."""
    shown = [column.name, *(str(cell) for cell in column.head(200) if cell is not None)]
    widest = max(sum(2 if ord(letter) > 0x2E7F else 1 for letter in cell) for cell in shown)
    return float(min(widest + 2, _WIDEST_COLUMN))
