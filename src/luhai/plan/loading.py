"""How is a plan read from its folder?

``plan.toml`` says whose plan it is and for which years, ``document.txt`` holds its text one
paragraph a line (``[address] words``), and one CSV file per record kind holds what the text
promises. All files must be there: a plan without records of a kind keeps the header row, so that a
lost file is never taken for an empty one.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from luhai.errors import InputError
from luhai.plan import model
from luhai.plan.model import Paragraph, Plan
from luhai.plan.places import load_places
from luhai.plan.records import (
    attributes,
    cell_address,
    nearest,
    read_records,
    read_text,
    suggestion,
)
from luhai.text import Text

RECORD_FILES: dict[str, tuple[str, str, type[Any]]] = {
    "chapters": ("chapters.csv", "chapter", model.Chapter),
    "measures": ("measures.csv", "measure", model.Measure),
    "tasks": ("tasks.csv", "task", model.Task),
    "actions": ("actions.csv", "action", model.Action),
    "departments": ("departments.csv", "department", model.Department),
    "successions": ("successions.csv", "succession", model.Succession),
    "districts": ("districts.csv", "district", model.District),
    "duties": ("duties.csv", "duty", model.Duty),
    "deadlines": ("deadlines.csv", "deadline", model.Deadline),
    "quantities": ("quantities.csv", "quantity", model.Quantity),
    "targets": ("targets.csv", "target", model.Target),
    "mechanisms": ("mechanisms.csv", "mechanism", model.Mechanism),
    "references": ("references.csv", "reference", model.Reference),
    "annexes": ("annexes.csv", "annex", model.Annex),
    "place_targets": ("place_targets.csv", "place_target", model.PlaceTarget),
    "notes": ("notes.csv", "note", model.Note),
    "counts": ("counts.csv", "count", model.Count),
    "contexts": ("contexts.csv", "context", model.Context),
}
"""Attribute of :class:`Plan` to file, record kind and dataclass."""

KIND_NAMES: dict[str, Text] = {
    "paragraph": Text("paragraph"),
    "chapter": Text("chapter"),
    "measure": Text("measure"),
    "task": Text("task"),
    "department": Text("department"),
    "district": Text("district"),
    "quantity": Text("quantity"),
    "target": Text("target"),
    "annex": Text("annex"),
}
"""Kinds of record that others refer to, as a refusal calls them."""

PLAN_FILE = "plan.toml"
DOCUMENT_FILE = "document.txt"
PLACES_FILE = "places.csv"

_LINE = re.compile(r"^\[(?P<id>[^\]\s]+)\] ?(?P<text>.*)$")
_IDENTITY: dict[str, type] = {
    "id": str,
    "edition": str,
    "title_zh": str,
    "title_en": str,
    "city_zh": str,
    "city_en": str,
    "language": str,
    "period_start": date,
    "period_end": date,
    "note": str,
}
_OPTIONAL = ("title_zh", "title_en", "city_zh", "city_en", "note")


def load_plan(folder: str | Path) -> Plan:
    """Read a plan.

    Args:
        folder: the plan's folder.

    Raises:
        InputError: the folder holds no plan, a file is missing, or a record is wrong; names file,
            row and column.
    """
    root = Path(folder)
    if not (root / PLAN_FILE).is_file():
        raise InputError(
            Text("This folder holds no plan: there is no {file}.", {"file": PLAN_FILE})
            if root.is_dir()
            else Text("There is no such folder."),
            where=str(root),
            remedy=Text(
                "Name the folder that holds the plan's plan.toml, document.txt and tables."
            ),
        )
    identity = _read_identity(root / PLAN_FILE)
    paragraphs = _read_document(root / DOCUMENT_FILE)
    records: dict[str, Any] = {}
    for attribute, (file, kind, build) in RECORD_FILES.items():
        _require(root, file, kind)
        records[attribute] = read_records(root / file, kind, build)
    _check_references(root, records, paragraphs)
    _check_rows(root, records)
    _require(root, PLACES_FILE, "place")
    return Plan(
        folder=root,
        **identity,
        paragraphs=paragraphs,
        places=load_places(root / PLACES_FILE),
        **records,
    )


def _read_identity(path: Path) -> dict[str, Any]:
    try:
        content = tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise InputError(
            Text("The file is not well-formed TOML: {error}.", {"error": str(error)}),
            where=str(path),
        ) from error
    for key in content:
        if key not in _IDENTITY:
            raise InputError(
                Text("Unknown key '{key}'.", {"key": key}),
                where=str(path),
                remedy=suggestion(key, _IDENTITY),
            )
    identity: dict[str, Any] = {}
    for key, kind in _IDENTITY.items():
        value = content.get(key, "" if key in _OPTIONAL else None)
        if type(value) is not kind or (value == "" and key not in _OPTIONAL):
            example = f"{key} = " + ("2026-01-01" if kind is date else '"…"')
            raise InputError(
                Text("{key} must be a date such as 2026-01-31.", {"key": key})
                if kind is date
                else Text("{key} must be a text.", {"key": key}),
                where=_key_address(path, key),
                remedy=Text("Write for example: {example}", {"example": example}),
            )
        identity[key] = value
    _check_identity(path, identity)
    return identity


def _check_identity(path: Path, identity: Mapping[str, Any]) -> None:
    if identity["period_end"] < identity["period_start"]:
        raise InputError(
            Text("The plan's period ends before it starts."), where=_key_address(path, "period_end")
        )
    if not identity["title_zh"] and not identity["title_en"]:
        raise InputError(Text("The plan has no title."), where=_key_address(path, "title_zh"))
    if identity["language"] not in ("zh", "en"):
        raise InputError(
            Text("Unknown language '{language}'.", {"language": identity["language"]}),
            where=_key_address(path, "language"),
            remedy=Text("Write zh or en."),
        )


def _key_address(path: Path, key: str) -> Text:
    return Text("{file}, key {key}", {"file": path, "key": key})


def _read_document(path: Path) -> tuple[Paragraph, ...]:
    paragraphs: list[Paragraph] = []
    lines: dict[str, int] = {}
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        if not line.strip():
            continue
        match = _LINE.match(line)
        if match is None:
            raise InputError(
                Text("The line does not begin with its address in square brackets."),
                where=cell_address(path, number),
                remedy=Text("Write one paragraph a line: [measure-1.1] words."),
            )
        if match["id"] in lines:
            raise InputError(
                Text(
                    "The address '{address}' stands already in row {row}.",
                    {"address": match["id"], "row": lines[match["id"]]},
                ),
                where=cell_address(path, number),
            )
        lines[match["id"]] = number
        paragraphs.append(Paragraph(match["id"], match["text"].strip(), number))
    if not paragraphs:
        raise InputError(Text("The document is empty."), where=str(path))
    return tuple(paragraphs)


def _require(root: Path, file: str, kind: str) -> None:
    if (root / file).is_file():
        return
    near = nearest(file, (path.name for path in root.glob("*.csv")))
    known = {name for name, _, _ in RECORD_FILES.values()} | {PLACES_FILE}
    header = ",".join(item.name for item in attributes(kind))
    raise InputError(
        Text("The file is missing."),
        where=str(root / file),
        why=Text("A lost table must not be taken for an empty one."),
        remedy=Text("Rename {near} to {file}.", {"near": near, "file": file})
        if near and near not in known
        else Text(
            "Add it; without records it holds only the header row: {header}", {"header": header}
        ),
    )


def _check_references(
    root: Path, records: Mapping[str, tuple[Any, ...]], paragraphs: tuple[Paragraph, ...]
) -> None:
    """Every id that a record names must exist."""
    known: dict[str, Collection[str]] = {"paragraph": {paragraph.id for paragraph in paragraphs}}
    for attribute, (_, kind, _) in RECORD_FILES.items():
        if any(item.name == "id" for item in attributes(kind)):
            known[kind] = {record.id for record in records[attribute]}
    for attribute, (file, kind, _) in RECORD_FILES.items():
        for item in attributes(kind):
            if not item.refers_to:
                continue
            for record in records[attribute]:
                value = getattr(record, item.name)
                for name in value if isinstance(value, tuple) else (value,):
                    if name and name not in known[item.refers_to]:
                        row = record.source.rsplit(" ", 1)[-1]
                        raise InputError(
                            Text(
                                "There is no {kind} '{id}'.",
                                {"kind": KIND_NAMES[item.refers_to], "id": name},
                            ),
                            where=cell_address(root / file, row, item.name),
                            remedy=suggestion(name, sorted(known[item.refers_to])),
                        )


def _check_rows(root: Path, records: Mapping[str, tuple[Any, ...]]) -> None:
    """Values that depend on one another."""
    for quantity in records["quantities"]:
        if quantity.part_of == quantity.id:
            raise _refused(root, quantity, "part_of", Text("A quantity cannot be part of itself."))
    first = {target.id: target for target in records["targets"]}
    for target in records["targets"]:
        if (target.value is None) != (target.comparison == "attains"):
            message = Text("A target has a number, unless its comparison is 'attains'.")
            raise _refused(root, target, "value", message)
        if target.restates and first[target.restates].quantity != target.quantity:
            message = Text("'{id}' promises another quantity.", {"id": target.restates})
            raise _refused(root, target, "restates", message)
        if target.restates and first[target.restates].restates:
            message = Text("Name the first statement of the target.")
            raise _refused(root, target, "restates", message)
    for deadline in records["deadlines"]:
        if (deadline.kind == "every") != bool(deadline.recurrence):
            message = Text("How often is written for deadlines of kind 'every', and only for them.")
            raise _refused(root, deadline, "recurrence", message)
    seen: set[tuple[str, str, int]] = set()
    for item in records["place_targets"]:
        if (key := (item.place, item.annex, item.year)) in seen:
            message = Text("The place has a target for this year already.")
            raise _refused(root, item, "place", message)
        seen.add(key)
        classes = [("status", value) for value in item.status.values()]
        for column, value in [("target_class", item.target_class), *classes]:
            if not 1 <= value <= 6:
                message = Text("There is no class {number}; 1 is the best.", {"number": value})
                raise _refused(root, item, column, message)


def _refused(root: Path, record: Any, column: str, message: Text) -> InputError:
    file, row = record.source.split(" row ")
    return InputError(message, where=cell_address(root / file, row, column))
