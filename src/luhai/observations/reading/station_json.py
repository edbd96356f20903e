"""JSON as stations and portals publish it: rows as arrays or objects, HTML in the cells.

Accepted are an array of objects, an array of arrays whose first row is the header, and an object
that holds such an array beside the header (``thead``, ``columns``, ``header`` …). Numbers keep the
digits that they are written with.
"""

from __future__ import annotations

import json
import math
from typing import Any

from luhai.errors import InputError
from luhai.observations.reading.grids import Source, check_width, grid_from_rows
from luhai.observations.reading.options import Limits
from luhai.observations.reading.plain_text import TextDecoder
from luhai.observations.reading.words import without_tags
from luhai.text import Text

_HEADER_KEYS = ("thead", "columns", "header", "headers", "fields", "titles")


def read_json(content: bytes, file: str, limits: Limits) -> Source:
    """The table in a JSON document.

    Raises:
        InputError: it is no JSON, or holds no table.
    """
    text = TextDecoder(content[:4096], file).decode(content, final=True)
    try:
        document = json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        reason = Text("too deeply nested") if isinstance(error, RecursionError) else str(error)
        raise InputError(
            Text("The file is no valid JSON: {reason}.", {"reason": reason}),
            where=file,
            remedy=Text("Fetch it again; a transfer may have been cut short."),
        ) from error
    header, rows = _find_table(document)
    if not rows:
        raise InputError(
            Text("The JSON document holds no table."),
            where=file,
            why=Text("A table is an array of arrays or of objects."),
            remedy=Text("Export the rows alone, or convert the file to CSV."),
        )
    table = _as_rows(header, rows)
    check_width(max(len(row) for row in table), limits.columns, file)
    return Source(file, "", iter([grid_from_rows(table)]))


def _find_table(document: Any) -> tuple[list[Any], list[Any]]:
    """Header (empty when the rows carry it) and rows: the longest array of rows there is."""
    if isinstance(document, list):
        return [], document if document and all(map(_is_row, document)) else []
    if not isinstance(document, dict):
        return [], []
    header: list[Any] = []
    best: list[Any] = []
    inner_header: list[Any] = []
    for key, value in document.items():
        if key.lower() in _HEADER_KEYS and isinstance(value, list) and value:
            header = value[0] if isinstance(value[0], list) else value
        elif isinstance(value, list | dict):
            found_header, rows = _find_table(value)
            if len(rows) > len(best):
                inner_header, best = found_header, rows
    return (header or inner_header), best


def _is_row(value: Any) -> bool:
    return isinstance(value, list | dict) and bool(value)


def _as_rows(header: list[Any], rows: list[Any]) -> list[list[str | None]]:
    if any(isinstance(row, dict) for row in rows):
        keys: dict[str, None] = {}
        for row in rows:
            keys.update(dict.fromkeys(row if isinstance(row, dict) else ()))
        names = [str(key) for key in keys]
        body = [
            [_cell(row.get(key)) for key in keys] if isinstance(row, dict) else _cells(row)
            for row in rows
        ]
        return [[without_tags(name) for name in names], *body]
    cells: list[list[str | None]] = [_cells(row) for row in rows]
    if header:
        return [[without_tags(_header_cell(cell)) for cell in header], *cells]
    first: list[str | None] = [without_tags(cell or "") for cell in cells[0]]
    return [first, *cells[1:]]


def _header_cell(cell: Any) -> str:
    """A header cell is a text, or an object that names itself."""
    if isinstance(cell, dict):
        for key in ("title", "label", "name", "text", "field"):
            if isinstance(cell.get(key), str):
                return str(cell[key])
    return _cell(cell) or ""


def _cells(row: list[Any]) -> list[str | None]:
    return [_cell(cell) for cell in row]


def _cell(cell: Any) -> str | None:
    if cell is None or cell == "":
        return None
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float) and math.isfinite(cell):
        return repr(cell)
    return json.dumps(cell, ensure_ascii=False)
