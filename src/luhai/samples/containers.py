"""Files with the same bytes on every machine: workbooks, text tables and archives.

Workbooks and archives normally carry the time of writing and depend on the compression library;
here times are fixed and members stored uncompressed, so that a repository can hold the files and a
test can compare them with what the script writes today.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from openpyxl import Workbook

from luhai.errors import UsageError
from luhai.text import Text

Cell = str | float | int | None
_FIXED_TIME = datetime(2020, 9, 10, 8, 0, 0)  # noqa: DTZ001 - workbooks keep naive times


@dataclass
class Sheet:
    """Rows of one sheet and its merged ranges.

    ``merges`` are (first row, first column, last row, last column), counted from 1.
    """

    name: str
    rows: list[list[Cell]] = field(default_factory=list)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)


def xlsx(sheets: Sequence[Sheet]) -> bytes:
    """A workbook in the format of Excel 2007 and later."""
    workbook = Workbook()
    del workbook[workbook.sheetnames[0]]
    workbook.properties.creator = "luhai"
    workbook.properties.created = _FIXED_TIME
    for sheet in sheets:
        page = workbook.create_sheet(sheet.name)
        for row in sheet.rows:
            page.append(row)
        for first_row, first_column, last_row, last_column in sheet.merges:
            page.merge_cells(
                start_row=first_row,
                start_column=first_column,
                end_row=last_row,
                end_column=last_column,
            )
    stream = io.BytesIO()
    workbook.save(stream)
    return _fixed(stream.getvalue())


def _fixed(content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as source:
        members = {name: source.read(name) for name in source.namelist()}
    stamp = f"{_FIXED_TIME.isoformat()}Z".encode()
    core = "docProps/core.xml"
    members[core] = re.sub(
        rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stamp, members[core], count=1
    )
    return archive(members)


def archive(members: Mapping[str, bytes]) -> bytes:
    """A zip archive, members stored as they are and dated alike."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as target:
        for name, content in members.items():
            info = zipfile.ZipInfo(name, _FIXED_TIME.timetuple()[:6])
            info.create_system = 0
            target.writestr(info, content)
    return stream.getvalue()


def xls(sheets: Sequence[Sheet]) -> bytes:
    """A workbook in the format of Excel 97-2003.

    Raises:
        UsageError: the writing library is not installed; reading such files does not need it.
    """
    try:
        import xlwt
    except ImportError as error:
        raise UsageError(
            Text("Old Excel files cannot be written here: the package xlwt is missing."),
            remedy=Text(
                "Install it (pip install xlwt), or take the files of samples/ as they are."
            ),
        ) from error
    workbook = xlwt.Workbook(encoding="utf-8")
    for sheet in sheets:
        page = workbook.add_sheet(sheet.name)
        for row_number, row in enumerate(sheet.rows):
            for column_number, cell in enumerate(row):
                if cell is not None:
                    page.write(row_number, column_number, cell)
        for first_row, first_column, last_row, last_column in sheet.merges:
            page.merge(first_row - 1, last_row - 1, first_column - 1, last_column - 1)
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def text_table(rows: Sequence[Sequence[Cell]], encoding: str) -> bytes:
    """A comma-separated file with the line ends of Windows."""
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\r\n").writerows(
        ["" if cell is None else cell for cell in row] for row in rows
    )
    return stream.getvalue().encode(encoding)
