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
        description: one line for people.
    """

    record: str
    name: str
    type: str
    unit: str
    required: bool
    codes: tuple[str, ...]
    refers_to: str
    description: str


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
                description=row["description"],
            )
            for row in csv.DictReader(stream)
        )


def nearest(value: str, permitted: Iterable[str]) -> str | None:
    """The permitted value that ``value`` was probably meant to be, or ``None``."""
    found = difflib.get_close_matches(value, list(permitted), n=1, cutoff=0.6)
    return found[0] if found else None


def suggestion(value: str, permitted: Iterable[str]) -> str:
    """Remedy sentence: the near miss if there is one, else the permitted values."""
    choices = list(permitted)
    near = nearest(value, choices)
    if near is not None:
        return f"Did you mean {near!r}?"
    shown = ", ".join(choices[:20]) + (" …" if len(choices) > 20 else "")
    return f"Permitted: {shown}." if choices else ""


def read_text(path: Path) -> str:
    """Text of a UTF-8 file.

    Raises:
        InputError: the file is missing or is not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise InputError(
            "The file is missing.",
            where=str(path),
            remedy="Add it, or point to the folder of a plan.",
        ) from error
    except (UnicodeDecodeError, OSError) as error:
        raise InputError(
            f"The file cannot be read as UTF-8 text: {error}.",
            where=str(path),
            remedy="Save it as UTF-8 (in Excel: CSV UTF-8).",
        ) from error


def read_records(path: Path, kind: str, build: type[Record]) -> tuple[Record, ...]:
    """Read one record file.

    Args:
        path: the CSV file.
        kind: record kind of ``data/attributes.csv``.
        build: frozen dataclass whose fields are the kind's attributes, and optionally ``source``,
            which receives ``<file> row <n>``.

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
            f"The file is not a well-formed CSV table: {error}.",
            where=str(path),
            remedy="Look for a quotation mark that is not closed.",
        ) from error
    described = {item.name: item for item in attributes(kind)}
    header = [cell.strip() for cell in rows[0]] if rows else []
    _check_header(path, header, described)
    has_source = any(item.name == "source" for item in fields(build))  # type: ignore[arg-type]
    records: list[Record] = []
    seen: dict[str, int] = {}
    for number, cells in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        values = _row_values(path, number, header, cells, described)
        if has_source:
            values["source"] = f"{path.name} row {number}"
        identity = values.get("id")
        if identity is not None:
            if identity in seen:
                raise InputError(
                    f"The id {identity!r} stands already in row {seen[identity]}.",
                    where=f"{path}, row {number}, column id",
                    remedy="Give each record its own id.",
                )
            seen[identity] = number
        records.append(build(**values))
    return tuple(records)


def _check_header(path: Path, header: list[str], described: Mapping[str, Attribute]) -> None:
    where = f"{path}, row 1"
    for position, name in enumerate(header):
        if name not in described:
            raise InputError(
                f"Unknown column {name!r}.",
                where=f"{where}, column {position + 1}",
                remedy=suggestion(name, described),
            )
        if name in header[:position]:
            raise InputError(f"The column {name!r} occurs twice.", where=where)
    missing = [name for name in described if name not in header]
    if missing:
        raise InputError(
            f"The column {missing[0]!r} is missing.",
            where=where,
            remedy=f"The columns are: {', '.join(described)}.",
        )


def _row_values(
    path: Path,
    number: int,
    header: list[str],
    cells: list[str],
    described: Mapping[str, Attribute],
) -> dict[str, Any]:
    if len(cells) != len(header):
        raise InputError(
            f"The row has {len(cells)} cells, the header {len(header)}.",
            where=f"{path}, row {number}",
            remedy="A cell that holds a comma must stand in quotation marks.",
        )
    values: dict[str, Any] = {}
    for name, cell in zip(header, cells, strict=True):
        attribute = described[name]
        where = f"{path}, row {number}, column {name}"
        text = cell.strip()
        if not text:
            if attribute.required:
                raise InputError(
                    "The cell is empty.",
                    where=where,
                    why=f"It is required: {attribute.description}.",
                )
            values[name] = EMPTY[attribute.type]
            continue
        try:
            values[name] = CONVERTERS[attribute.type](text)
        except ValueError as error:
            raise InputError(
                f"{text!r} is not a valid {attribute.type.replace('_', ' ')}: {error}.",
                where=where,
                why=f"The column holds: {attribute.description}.",
            ) from error
        if attribute.codes and text not in attribute.codes:
            raise InputError(
                f"{text!r} is not permitted.",
                where=where,
                remedy=suggestion(text, attribute.codes),
            )
    return values


def _split(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(LIST_SEPARATOR) if part.strip())


def _integer(text: str) -> int:
    if not re.fullmatch(r"[+-]?\d+", text):
        raise ValueError("a whole number is needed")
    return int(text)


def _year(text: str) -> int:
    value = _integer(text)
    if not 1900 <= value <= 2200:
        raise ValueError("a year from 1900 to 2200 is needed")
    return value


def _month_day(text: str) -> str:
    """``MM-DD``; 29 February is allowed."""
    if not re.fullmatch(r"\d{2}-\d{2}", text):
        raise ValueError("write MM-DD")
    date.fromisoformat(f"2000-{text}")
    return text


def _number(text: str) -> float:
    if "_" in text:
        raise ValueError("write digits, a point and perhaps an exponent")
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("a finite number is needed")
    return value


def _boolean(text: str) -> bool:
    choices = {"yes": True, "true": True, "no": False, "false": False}
    if text.lower() not in choices:
        raise ValueError("write yes or no")
    return choices[text.lower()]


def _year_classes(text: str) -> dict[int, int]:
    """``2015:2;2017:4`` as a mapping from year to class number."""
    found: dict[int, int] = {}
    for part in _split(text):
        year, colon, value = part.partition(":")
        if not colon:
            raise ValueError("write year:class pairs joined by ';'")
        if _year(year) in found:
            raise ValueError(f"the year {year} occurs twice")
        found[_year(year)] = _integer(value)
    return found


def _partial_date(text: str) -> str:
    """A year, a month or a day in ISO form, kept as exact as it is known."""
    if not re.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?", text):
        raise ValueError("write YYYY, YYYY-MM or YYYY-MM-DD")
    date.fromisoformat((text + "-01-01")[:10])
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
    "date": date.fromisoformat,
    "partial_date": _partial_date,
    "year_classes": _year_classes,
}
"""From a cell's text to the attribute's value; a ``ValueError`` becomes a refusal."""

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
