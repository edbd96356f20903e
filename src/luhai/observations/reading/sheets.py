"""Workbooks (.xlsx, .xls) as grids of text.

Numbers come as the workbook stores them, dates as ISO 8601 with the year that the cell holds even
where it does not show it. A formula is never evaluated: its stored result is read. The span of each
sheet is measured before it is laid out, because one forgotten cell at XFD1048576 would otherwise
claim all memory.
"""

from __future__ import annotations

import datetime as dt
import io
import itertools
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

import python_calamine

from luhai.errors import InputError
from luhai.observations.reading.grids import Grid, Source, check_width, grid_from_rows
from luhai.observations.reading.options import Limits
from luhai.text import N_, Text

UNPACKING_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError)
"""What the standard library raises on a damaged archive."""

_BATCH_ROWS = 50_000
_CELL = re.compile(rb'<(?:\w+:)?c\b[^>]*?\sr="([A-Z]{1,3})(\d{1,7})"[^>]*(?<!/)>')
_CELL_WITHOUT_PLACE = re.compile(rb'<(?:\w+:)?c(?:\s+(?!r=)\w+="[^"]*")*\s*>')
_ROW = re.compile(rb'<(?:\w+:)?row\b[^>]*?\sr="(\d{1,7})"[^>]*(?<!/)>')
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
"""Stream of a compound file that holds an .xlsx with a password (MS-OFFCRYPTO 2.3.4.4)."""

_ERROR_CELL = re.compile(rb'<(?:\w+:)?c\b[^>]*?\bt="e"')
_FORMULA_WITHOUT_RESULT = re.compile(rb"<f\b[^>]*(?:/>|>[^<]*</f>)(?:<v\s*/>|<v></v>)?</c>")


def read_workbook(content: bytes, kind: str, file: str, limits: Limits) -> Iterator[Source]:
    """The visible and hidden sheets of a workbook, in order.

    Args:
        content: bytes of the file.
        kind: ``xlsx`` or ``xls``.
        file: name as shown.
        limits: bounds; the unpacked size of an .xlsx is checked by the caller.

    Raises:
        InputError: it is encrypted or damaged, or a sheet spans too many cells.
    """
    if kind == "xls" and _ENCRYPTED in content:
        raise encrypted(file)
    notes = _measure(content, file, limits) if kind == "xlsx" else {}
    try:
        workbook = python_calamine.CalamineWorkbook.from_object(io.BytesIO(content))
        names = list(workbook.sheet_names)
    except python_calamine.PasswordError as error:
        raise encrypted(file) from error
    except BaseException as error:
        raise _damaged(file, _only_failures(error)) from error
    for name in names:
        yield _sheet(workbook, name, file, limits, tuple(notes.get(name, ())))


def encrypted(file: str) -> InputError:
    """The refusal of a workbook or archive with a password."""
    return InputError(
        Text("The file is protected by a password."),
        where=file,
        why=Text("Its content cannot be read."),
        remedy=Text("Save it without the password and import it again."),
    )


def _only_failures(error: BaseException) -> BaseException:
    """The error, unless it is no failure of the workbook reader; that one is raised again.

    The reader is written in Rust: where it panics on a damaged file, Python sees an exception that
    is no ``Exception`` and that only its name tells from a keyboard interrupt.
    """
    if isinstance(error, Exception) or type(error).__name__ == "PanicException":
        return error
    raise error


def _damaged(file: str, error: BaseException) -> InputError:
    return InputError(
        Text(
            "The workbook cannot be opened ({reason}).", {"reason": str(error).strip().rstrip(".")}
        ),
        where=file,
        why=Text("It is damaged or no Excel file."),
        remedy=Text("Open it in a spreadsheet program and save it again as .xlsx."),
    )


def _sheet(workbook: Any, name: str, file: str, limits: Limits, notes: tuple[Text, ...]) -> Source:
    try:
        sheet = workbook.get_sheet_by_name(name)
        left = sheet.start[1] if sheet.start else 0
        width = left + sheet.width
        rows = sheet.iter_rows() if sheet.end is not None else iter(())
        merges = tuple(sheet.merged_cell_ranges or ())
    except python_calamine.WorksheetNotFound:
        # A chart sheet has a name and no cells.
        rows, merges, left, width = iter(()), (), 0, 0
    except BaseException as error:
        raise _damaged(f"{file} [{name}]", _only_failures(error)) from error
    check_width(width, limits.columns, f"{file} [{name}]")
    return Source(file, name, _grids(rows, left), merges, notes)


def _grids(rows: Iterator[list[Any]], left: int) -> Iterator[Grid]:
    """Rows as text in batches; ``left`` empty columns stand before the first that is used."""
    start = 1
    while batch := list(itertools.islice(rows, _BATCH_ROWS)):
        texts = [[""] * left + [cell_text(cell) for cell in row] for row in batch]
        yield grid_from_rows(texts, start)
        start += len(batch)


def cell_text(cell: Any) -> str:
    """A stored cell as text: numbers without trailing zeros, dates as ISO 8601."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    if isinstance(cell, dt.timedelta):
        seconds = round(cell.total_seconds())
        return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return "" if cell is None else str(cell)


def _measure(content: bytes, file: str, limits: Limits) -> dict[str, list[Text]]:
    """Check what each sheet spans; note error cells and formulas without a stored result.

    Returns:
        Notes per sheet name.
    """
    notes: dict[str, list[Text]] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member, name in _sheet_members(archive):
                xml = archive.read(member)
                _check_span(xml, f"{file} [{name}]", limits)
                notes[name] = _sheet_notes(xml)
    except (*UNPACKING_ERRORS, KeyError, ValueError) as error:
        raise _damaged(file, error) from error
    except RuntimeError as error:
        raise encrypted(file) from error
    return notes


def _sheet_members(archive: zipfile.ZipFile) -> list[tuple[str, str]]:
    """Members that hold sheets, with the sheet's name where the workbook states it simply."""
    relations = _attributes(archive, "xl/_rels/workbook.xml.rels", rb"<Relationship\b[^>]*>")
    targets = {entry.get("Id", ""): entry.get("Target", "") for entry in relations}
    found = []
    for entry in _attributes(archive, "xl/workbook.xml", rb"<sheet\b[^>]*>"):
        target = targets.get(entry.get("id", ""), "").lstrip("/")
        member = target if target.startswith("xl/") else f"xl/{target}"
        if member in archive.namelist():
            found.append((member, entry.get("name", "")))
    named = {member for member, _ in found}
    others = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
    found += [(name, name) for name in others if name not in named and name.endswith(".xml")]
    return found


def _attributes(archive: zipfile.ZipFile, member: str, pattern: bytes) -> list[dict[str, str]]:
    import html

    if member not in archive.namelist():
        return []
    found = []
    for tag in re.findall(pattern, archive.read(member)):
        pairs = re.findall(rb'(?:\w+:)?(\w+)="([^"]*)"', tag)
        found.append(
            {key.decode(): html.unescape(value.decode("utf-8", "replace")) for key, value in pairs}
        )
    return found


def _check_span(xml: bytes, where: str, limits: Limits) -> None:
    columns: set[bytes] = set()
    last_row = 0
    for letters, row in _CELL.findall(xml):
        columns.add(letters)
        last_row = max(last_row, int(row))
    if _CELL_WITHOUT_PLACE.search(xml):
        last_row = max([last_row, *map(int, _ROW.findall(xml))])
    width = max((_column_number(letters) for letters in columns), default=0)
    check_width(width, limits.columns, where)
    if width * last_row > limits.sheet_cells:
        raise InputError(
            Text(
                "The sheet spans {rows} rows and {columns} columns.",
                {"rows": last_row, "columns": width},
            ),
            where=where,
            why=Text("More than {number} cells are not laid out.", {"number": limits.sheet_cells}),
            remedy=Text("Delete stray cells far below or to the right, or save the sheet as CSV."),
        )


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _sheet_notes(xml: bytes) -> list[Text]:
    notes = []
    errors = len(_ERROR_CELL.findall(xml))
    if errors:
        notes.append(
            Text(
                N_("{count} cells hold a spreadsheet error such as #N/A: read as no value."),
                {"count": errors},
            )
        )
    unsaved = len(_FORMULA_WITHOUT_RESULT.findall(xml))
    if unsaved:
        notes.append(
            Text(
                N_("{count} formulas have no stored result: read as no value."),
                {"count": unsaved},
            )
        )
    return notes
