"""How are the records of a plan read from text files, and refused when they are wrong?

Each record kind is one CSV file (UTF-8, header row) that a planner edits and a reviewer diffs. What
its columns may hold is itself data: ``data/attributes.csv`` has one row per column (type, unit,
required, code list, the record kind it refers to, description). Every refusal names file, row as a
spreadsheet counts it, and column, and suggests the nearest permitted value.
"""

from __future__ import annotations

import csv
import difflib
import io
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from luhai.errors import InputError
from luhai.text import Text

DATA = Path(__file__).parent / "data"
LIST_SEPARATOR = ";"

Record = TypeVar("Record")


@dataclass(frozen=True)
class Attribute:
    """What one column of a record kind holds.

    Attributes:
        record: record kind.
        name: column name, which is also the attribute's name in Python.
        type: key of ``CONVERTERS``.
        unit: unit of a number, ``1`` when it has no dimension, empty for other types.
        required: whether every row must fill it.
        codes: permitted values, empty when free.
        refers_to: record kind whose ``id`` the value names, empty when none.
        description_zh: one line for people, Chinese.
        description_en: the same in English.
    """

    record: str
    name: str
    type: str
    unit: str
    required: bool
    codes: tuple[str, ...]
    refers_to: str
    description_zh: str
    description_en: str

    @property
    def description(self) -> dict[str, str]:
        """One line for people, by language, as a part of a sentence."""
        return {"zh": self.description_zh, "en": self.description_en}


@cache
def attributes(record: str) -> tuple[Attribute, ...]:
    """Columns of one record kind, in the order of its file.

    Raises:
        KeyError: no such record kind.
    """
    found = tuple(item for item in _all_attributes() if item.record == record)
    if not found:
        raise KeyError(record)
    return found


@cache
def _all_attributes() -> tuple[Attribute, ...]:
    with (DATA / "attributes.csv").open(encoding="utf-8", newline="") as stream:
        return tuple(
            Attribute(
                record=row["record"],
                name=row["name"],
                type=row["type"],
                unit=row["unit"],
                required=row["required"] == "yes",
                codes=_split(row["codes"]),
                refers_to=row["refers_to"],
                description_zh=row["description_zh"],
                description_en=row["description_en"],
            )
            for row in csv.DictReader(stream)
        )


def nearest(value: str, permitted: Iterable[str]) -> str | None:
    """The permitted value that ``value`` was probably meant to be, or ``None``."""
    found = difflib.get_close_matches(value, list(permitted), n=1, cutoff=0.6)
    return found[0] if found else None


def source_address(source: str) -> Text | str:
    """Where a record stands, for people; ``source`` as the record keeps it (``<file> row <n>``)."""
    file, _, row = source.rpartition(" row ")
    return cell_address(file, row) if file else source


def cell_address(path: Path | str, row: int | str, column: int | str = "") -> Text:
    """Where a cell, or a whole row, stands in a file."""
    parts = {"file": path, "row": row, "column": column}
    if column == "":
        return Text("{file}, row {row}", parts)
    return Text("{file}, row {row}, column {column}", parts)


def suggestion(value: str, permitted: Iterable[str]) -> Text | str:
    """Remedy sentence: the near miss if there is one, else the permitted values."""
    choices = list(permitted)
    near = nearest(value, choices)
    if near is not None:
        return Text("Did you mean '{near}'?", {"near": near})
    shown = ", ".join(choices[:20]) + (" …" if len(choices) > 20 else "")
    return Text("Permitted: {choices}.", {"choices": shown}) if choices else ""


def read_text(path: Path) -> str:
    """Text of a UTF-8 file.

    Raises:
        InputError: the file is missing or is not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise InputError(
            Text("The file is missing."),
            where=str(path),
            remedy=Text("Add it, or point to the folder of a plan."),
        ) from error
    except (UnicodeDecodeError, OSError) as error:
        raise InputError(
            Text("The file cannot be read as UTF-8 text: {error}.", {"error": str(error)}),
            where=str(path),
            remedy=Text("Save it as UTF-8 (in Excel: CSV UTF-8)."),
        ) from error


Completion = Callable[[dict[str, str]], None]
"""Fills empty cells of a row, given as text by column, in place."""


def read_records(
    path: Path,
    kind: str,
    build: type[Record],
    *,
    needed: Iterable[str] | None = None,
    complete: Completion | None = None,
) -> tuple[Record, ...]:
    """Read one record file.

    Args:
        path: the CSV file.
        kind: record kind of ``data/attributes.csv``.
        build: frozen dataclass whose fields are the kind's attributes, and optionally ``source``,
            which receives ``<file> row <n>``.
        needed: columns that the header must have, all when ``None``; the cells of others are empty.
        complete: fills empty cells that follow from others.

    Returns:
        One record per row, in file order.

    Raises:
        InputError: a column is missing or unknown, a cell does not fit its attribute, or an id
            occurs twice; the message names file, row and column.
    """
    text = read_text(path)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise InputError(
            Text("The file is not a well-formed CSV table: {error}.", {"error": str(error)}),
            where=str(path),
            remedy=Text("Look for a quotation mark that is not closed."),
        ) from error
    described = {item.name: item for item in attributes(kind)}
    header = [cell.strip() for cell in rows[0]] if rows else []
    _check_header(path, header, described, described if needed is None else needed)
    has_source = any(item.name == "source" for item in fields(build))  # type: ignore[arg-type]
    records: list[Record] = []
    seen: dict[str, int] = {}
    for number, cells in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        values = _row_values(path, number, header, cells, described, complete)
        if has_source:
            values["source"] = f"{path.name} row {number}"
        identity = values.get("id")
        if identity is not None:
            if identity in seen:
                raise InputError(
                    Text(
                        "The id '{id}' stands already in row {row}.",
                        {"id": identity, "row": seen[identity]},
                    ),
                    where=cell_address(path, number, "id"),
                    remedy=Text("Give each record its own id."),
                )
            seen[identity] = number
        records.append(build(**values))
    return tuple(records)


def _check_header(
    path: Path, header: list[str], described: Mapping[str, Attribute], needed: Iterable[str]
) -> None:
    for position, name in enumerate(header):
        if name not in described:
            raise InputError(
                Text("Unknown column '{column}'.", {"column": name}),
                where=cell_address(path, 1, position + 1),
                remedy=suggestion(name, described),
            )
        if name in header[:position]:
            raise InputError(
                Text("The column '{column}' occurs twice.", {"column": name}),
                where=cell_address(path, 1),
            )
    missing = [name for name in needed if name not in header]
    if missing:
        raise InputError(
            Text("Columns are missing: {columns}.", {"columns": ", ".join(missing)}),
            where=cell_address(path, 1),
            remedy=Text("The columns are: {columns}.", {"columns": ", ".join(described)}),
        )


def _row_values(
    path: Path,
    number: int,
    header: list[str],
    cells: list[str],
    described: Mapping[str, Attribute],
    complete: Completion | None,
) -> dict[str, Any]:
    if len(cells) != len(header):
        raise InputError(
            Text(
                "The row has {cells} cells, the header {header}.",
                {"cells": len(cells), "header": len(header)},
            ),
            where=cell_address(path, number),
            remedy=Text("A cell that holds a comma must stand in quotation marks."),
        )
    texts = {name: cell.strip() for name, cell in zip(header, cells, strict=True)}
    texts |= {name: "" for name in described if name not in texts}
    if complete is not None:
        complete(texts)
    return {
        name: _cell_value(cell_address(path, number, name), described[name], text)
        for name, text in texts.items()
    }


def _cell_value(where: Text, attribute: Attribute, text: str) -> Any:
    if not text:
        if attribute.required:
            raise InputError(
                Text("The cell is empty."),
                where=where,
                why=Text("It is required: {description}.", {"description": attribute.description}),
            )
        return EMPTY[attribute.type]
    try:
        value = CONVERTERS[attribute.type](text)
    except CellError as error:
        raise InputError(
            Text(
                "'{text}' is not a valid {kind}: {reason}.",
                {"text": text, "kind": TYPE_NAMES[attribute.type], "reason": error.reason},
            ),
            where=where,
            why=Text("The column holds: {description}.", {"description": attribute.description}),
        ) from error
    if attribute.codes and text not in attribute.codes:
        raise InputError(
            Text("'{text}' is not permitted.", {"text": text}),
            where=where,
            remedy=suggestion(text, attribute.codes),
        )
    return value


class CellError(ValueError):
    """A cell's text is no value of its type; ``reason`` says what is needed."""

    def __init__(self, reason: Text) -> None:
        self.reason = reason
        super().__init__(reason.render("en"))


def _split(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(LIST_SEPARATOR) if part.strip())


def _integer(text: str) -> int:
    if not re.fullmatch(r"[+-]?\d+", text):
        raise CellError(Text("a whole number is needed"))
    return int(text)


def _year(text: str) -> int:
    value = _integer(text)
    if not 1900 <= value <= 2200:
        raise CellError(Text("a year from 1900 to 2200 is needed"))
    return value


def _month_day(text: str) -> str:
    """``MM-DD``; 29 February is allowed."""
    if not re.fullmatch(r"\d{2}-\d{2}", text):
        raise CellError(Text("write MM-DD"))
    _date(f"2000-{text}")
    return text


def _date(text: str) -> date:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        raise CellError(Text("write YYYY-MM-DD"))
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CellError(Text("there is no such day")) from error


def _number(text: str) -> float:
    if "_" in text:
        raise CellError(Text("write digits, a point and perhaps an exponent"))
    try:
        value = float(text)
    except ValueError as error:
        raise CellError(Text("write digits, a point and perhaps an exponent")) from error
    if not math.isfinite(value):
        raise CellError(Text("a finite number is needed"))
    return value


def _boolean(text: str) -> bool:
    choices = {"yes": True, "true": True, "no": False, "false": False}
    if text.lower() not in choices:
        raise CellError(Text("write yes or no"))
    return choices[text.lower()]


def _year_classes(text: str) -> dict[int, int]:
    """``2015:2;2017:4`` as a mapping from year to class number."""
    found: dict[int, int] = {}
    for part in _split(text):
        year, colon, value = part.partition(":")
        if not colon:
            raise CellError(Text("write year:class pairs joined by ';'"))
        if _year(year) in found:
            raise CellError(Text("the year {year} occurs twice", {"year": year}))
        found[_year(year)] = _integer(value)
    return found


def _partial_date(text: str) -> str:
    """A year, a month or a day in ISO form, kept as exact as it is known."""
    if not re.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?", text):
        raise CellError(Text("write YYYY, YYYY-MM or YYYY-MM-DD"))
    _date((text + "-01-01")[:10])
    return text


CONVERTERS: dict[str, Callable[[str], Any]] = {
    "text": str,
    "code": str,
    "list": _split,
    "integer": _integer,
    "year": _year,
    "month_day": _month_day,
    "number": _number,
    "boolean": _boolean,
    "date": _date,
    "partial_date": _partial_date,
    "year_classes": _year_classes,
}
"""From a cell's text to the attribute's value; a ``CellError`` becomes a refusal."""

TYPE_NAMES: dict[str, Text] = {
    "integer": Text("integer"),
    "year": Text("year"),
    "month_day": Text("month day"),
    "number": Text("number"),
    "boolean": Text("boolean"),
    "date": Text("date"),
    "partial_date": Text("partial date"),
    "year_classes": Text("year classes"),
}
"""What the types are called in a refusal; those that are not here take any text."""

EMPTY: dict[str, Any] = {
    "text": "",
    "code": "",
    "list": (),
    "integer": None,
    "year": None,
    "month_day": "",
    "number": None,
    "boolean": None,
    "date": None,
    "partial_date": "",
    "year_classes": {},
}
"""Value of an empty cell: absent is a state of its own, never zero."""
