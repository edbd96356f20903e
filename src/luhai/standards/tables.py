"""Where do the law's tables lie, and are they whole?

The tables of this room are CSV and TOML files. Those of the package lie in ``data/``; further
folders of the same layout (a local standard, a new edition, more indicators or levels) are named in
the environment variable ``LUHAI_STANDARDS``; standards and methods may also be given by the caller.
A table is refused with file, row and reason when a column
is missing, a cell is not what it should be, or two folders define the same id: the law is never
replaced in silence.
"""

from __future__ import annotations

import csv
import difflib
import os
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, wraps
from pathlib import Path
from typing import Any, TypeVar

from luhai.errors import InputError, UsageError
from luhai.text import Text
from luhai.why import VERIFICATION_MARKS

Result = TypeVar("Result")

DATA = Path(__file__).parent / "data"
ENVIRONMENT = "LUHAI_STANDARDS"
NO_LIMIT = ("–", "-", "—")
"""Cells that say: the standard sets no limit here."""
_KIND_NAMES = {"standard": Text("standard"), "method": Text("method")}


@dataclass(frozen=True)
class Row:
    """One row of a table with the place it stands, so that a fault can be named."""

    file: Path
    number: int
    cells: dict[str, str]

    @property
    def where(self) -> Text:
        """File and row as an editor shows them."""
        return Text(
            "{file} of {folder}, row {row}",
            {"file": self.file.name, "folder": self.file.parent.name, "row": self.number},
        )

    def fault(self, column: str, why: Text) -> InputError:
        """The refusal of one cell; ``why`` goes on after its content (``is not a number``)."""
        return InputError(
            Text(
                "{column} '{value}' {why}.",
                {"column": column, "value": self.cells.get(column, ""), "why": why},
            ),
            where=self.where,
            remedy=Text("Mend the cell in {file}.", {"file": self.file}),
        )

    def text(self, column: str) -> str:
        """A cell as written, without surrounding blanks."""
        return self.cells[column].strip()

    def number_or_none(self, column: str) -> float | None:
        """A number, or ``None`` for an empty cell."""
        text = self.text(column)
        if not text:
            return None
        try:
            return float(text)
        except ValueError as error:
            raise self.fault(column, Text("is not a number")) from error

    def number_of(self, column: str) -> float:
        """A number that must be there."""
        value = self.number_or_none(column)
        if value is None:
            raise self.fault(column, Text("is empty"))
        return value

    def integer(self, column: str) -> int:
        """A whole number that must be there."""
        value = self.number_of(column)
        if value != int(value):
            raise self.fault(column, Text("is not a whole number"))
        return int(value)

    def choice(self, column: str, allowed: Sequence[str]) -> str:
        """A cell that must be one of a few words."""
        text = self.text(column)
        if text not in allowed:
            words = ", ".join(map(repr, allowed))
            raise self.fault(column, Text("is none of {allowed}", {"allowed": words}))
        return text

    def day(self, column: str) -> date | None:
        """An ISO date, or ``None`` for an empty cell."""
        text = self.text(column)
        if not text:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError as error:
            raise self.fault(column, Text("is not a date (YYYY-MM-DD)")) from error

    def verified(self) -> str:
        """The verification mark of the row."""
        return self.choice("verified", VERIFICATION_MARKS)


def read_csv(path: Path, required: Iterable[str]) -> list[Row]:
    """Read a table.

    Args:
        path: the CSV file (UTF-8, comma, one header row).
        required: columns that must be there.

    Raises:
        InputError: the file is missing, not UTF-8, lacks a column or has a row of another length.
    """
    if not path.is_file():
        raise InputError(
            Text("The table is missing."),
            where=str(path),
            remedy=Text("Restore the file or mend the folder."),
        )
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            lines = list(csv.reader(stream))
    except UnicodeDecodeError as error:
        raise InputError(
            Text("The table is not UTF-8."),
            where=str(path),
            remedy=Text("Save it as CSV UTF-8."),
        ) from error
    header = [name.strip() for name in lines[0]] if lines else []
    missing = [name for name in required if name not in header]
    if missing:
        raise InputError(
            Text("The table lacks the column {columns}.", {"columns": ", ".join(missing)}),
            where=str(path),
            remedy=Text("Its header must hold: {columns}.", {"columns": ", ".join(required)}),
        )
    rows = []
    for number, cells in enumerate(lines[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            raise InputError(
                Text(
                    "The row has {cells} cells, the header {header}.",
                    {"cells": len(cells), "header": len(header)},
                ),
                where=Text("{file}, row {row}", {"file": path, "row": number}),
                remedy=Text("Quote cells that hold a comma."),
            )
        rows.append(Row(path, number, dict(zip(header, cells, strict=True))))
    return rows


def environment_folders() -> list[Path]:
    """Folders named in ``LUHAI_STANDARDS``.

    Raises:
        InputError: one of them does not exist.
    """
    named = [Path(part) for part in os.environ.get(ENVIRONMENT, "").split(os.pathsep) if part]
    for folder in named:
        if not folder.is_dir():
            raise InputError(
                Text("The folder of standards does not exist."),
                where=str(folder),
                remedy=Text("Mend the environment variable {name}.", {"name": ENVIRONMENT}),
            )
    return named


def read_tables(name: str, required: Sequence[str]) -> list[Row]:
    """Rows of a shared table of the package and of the same file in the further folders.

    Args:
        name: path below ``data/``, e.g. ``indicators.csv``.
        required: columns that must be there.
    """
    rows = read_csv(DATA / name, required)
    for folder in environment_folders():
        if (folder / name).is_file():
            rows += read_csv(folder / name, required)
    return rows


def by_key(rows: Iterable[Row], column: str) -> dict[str, Row]:
    """Rows by the text of a column.

    Raises:
        InputError: a key stands twice.
    """
    found: dict[str, Row] = {}
    for row in rows:
        if row.text(column) in found:
            raise row.fault(column, Text("stands twice"))
        found[row.text(column)] = row
    return found


def per_environment(function: Callable[[], Result]) -> Callable[[], Result]:
    """Cache a table for each value of ``LUHAI_STANDARDS``."""

    @cache
    def read(environment: str) -> Result:
        return function()

    @wraps(function)
    def lookup() -> Result:
        return read(os.environ.get(ENVIRONMENT, ""))

    return lookup


def read_toml(path: Path, required: Iterable[str]) -> dict[str, Any]:
    """Read a description file; ``required`` keys must be there."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(
            Text("The description cannot be read: {error}.", {"error": str(error)}),
            where=str(path),
            remedy=Text("Mend the file."),
        ) from error
    missing = [name for name in required if name not in content]
    if missing:
        raise InputError(
            Text("The description lacks {keys}.", {"keys": ", ".join(missing)}),
            where=str(path),
            remedy=Text("Add the keys; the shipped standards show how they look."),
        )
    return content


def day_of(head: Mapping[str, Any], key: str, path: Path) -> date | None:
    """A date of a description file, ``None`` where the key is absent.

    Raises:
        InputError: it is written as text or as a moment.
    """
    value = head.get(key)
    if value is None:
        return None
    if not isinstance(value, date) or isinstance(value, datetime):
        raise InputError(
            Text("{key} {value} is not a date.", {"key": key, "value": repr(value)}),
            where=str(path),
            remedy=Text("Write it without quotes: {key} = 2024-05-01.", {"key": key}),
        )
    return value


def first_day_of(head: Mapping[str, Any], path: Path) -> date:
    """``valid_from`` of a description file, which must be there."""
    day = day_of(head, "valid_from", path)
    if day is None:
        raise InputError(
            Text("{key} is missing.", {"key": "valid_from"}),
            where=str(path),
            remedy=Text("Add the date."),
        )
    return day


def mark_of(head: Mapping[str, Any], path: Path) -> str:
    """Verification mark of a description file or of an entry in it."""
    mark = head.get("verified")
    if mark not in VERIFICATION_MARKS:
        raise InputError(
            Text(
                "{key} {value} is none of {allowed}.",
                {"key": "verified", "value": repr(mark), "allowed": ", ".join(VERIFICATION_MARKS)},
            ),
            where=str(path),
            why=Text("Readers see how well a figure is known."),
            remedy=Text("Mark it."),
        )
    return str(mark)


@contextmanager
def whole(path: Path) -> Iterator[None]:
    """Name the file when an entry of a description lacks a key or has another shape."""
    try:
        yield
    except (KeyError, TypeError, AttributeError) as error:
        raise InputError(
            Text("The description is not whole: {error}.", {"error": str(error)}),
            where=str(path),
            remedy=Text("Compare it with a shipped one."),
        ) from error


def folders(kind: str, extra: Sequence[Path] = ()) -> dict[str, Path]:
    """Folders of all known standards or methods, by id.

    Args:
        kind: ``standard`` or ``method``; the folder holds ``<kind>.toml``.
        extra: further folders: of one standard, of several, or with ``standards/`` and
            ``methods/`` in them. Those named in ``LUHAI_STANDARDS`` are looked through as well.

    Raises:
        InputError: a folder does not exist, or two folders define the same id.
    """
    found: dict[str, Path] = {}
    for root in (DATA / f"{kind}s", *environment_folders(), *extra):
        for folder in _below(root, kind):
            identity = str(_identity(folder / f"{kind}.toml"))
            known = found.setdefault(identity, folder)
            if known.resolve() != folder.resolve():
                raise InputError(
                    Text(
                        "The {kind} '{id}' is defined twice.",
                        {"kind": _KIND_NAMES[kind], "id": identity},
                    ),
                    where=Text("{first} and {second}", {"first": known, "second": folder}),
                    why=Text("The law must not be replaced in silence."),
                    remedy=Text("Give the local edition an id of its own."),
                )
    return found


def _below(root: Path, kind: str) -> Iterator[Path]:
    if not root.is_dir():
        raise InputError(
            Text("The folder of standards does not exist."),
            where=str(root),
            remedy=Text("Mend the path given."),
        )
    for pattern in ("", "*/", f"{kind}s/*/"):
        for file in sorted(root.glob(f"{pattern}{kind}.toml")):
            yield file.parent


@cache
def _identity_at(path: Path, modified_ns: int) -> str:
    return str(read_toml(path, ["id"])["id"])


def _identity(path: Path) -> str:
    return _identity_at(path, path.stat().st_mtime_ns)


def unknown(kind: Text, name: str, known: Iterable[str]) -> UsageError:
    """The refusal of an unknown id, with near misses."""
    names = sorted(known)
    near = near_names(name, names)
    return UsageError(
        Text("There is no {kind} '{name}'.", {"kind": kind, "name": name}),
        remedy=Text("Did you mean {names}?", {"names": near})
        if near
        else Text("Known: {names}.", {"names": ", ".join(names)}),
    )


def near_names(name: str, known: Iterable[str]) -> dict[str, str] | None:
    """The ids that may have been meant, as a part of a sentence; ``None`` when none is near."""
    near = difflib.get_close_matches(name, sorted(known), n=3, cutoff=0.5)
    return {"zh": "、".join(near), "en": " or ".join(near)} if near else None
