"""What happened lately: warnings of the running year, and the last imports."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from luhai.observations.filing import import_reports
from luhai.web import rules
from luhai.web.snapshot import Row, Snapshot
from luhai.web.standing import names

IMPORTS_SHOWN = 4


@dataclass(frozen=True)
class WarningLine:
    """One warning as a line: how grave, where, what; the value opens its why."""

    place_id: str
    place: str
    level: str
    status: str
    icon: str
    sentence: str
    value: str
    unit: str
    result_id: str


@dataclass(frozen=True)
class ImportLine:
    """One import as a line."""

    date: str
    file: str
    sentence: str


def warning_lines(state: Snapshot, year: int) -> list[WarningLine]:
    """Warnings of a year, gravest first."""
    rows = [row for row in state.rows("warnings") if row["year"] == year]
    rows.sort(key=lambda row: (-_grade(row["level"]), row["place"], row["indicator"] or ""))
    return [_warning(state, row) for row in rows]


def _grade(level: Any) -> int:
    """Gravity of a warning as a number, greater is graver."""
    return int(level) if str(level).isdigit() else 0


def _warning(state: Snapshot, row: Row) -> WarningLine:
    place_id = row["place"]
    title, _subtitle = names(place_id, state.place(place_id))
    code = row["indicator"] or ""
    grave = _grade(row["level"]) >= 2
    measured = state.annual_indicators.get((place_id, row["year"], code))
    digits = measured["digits"] if measured else None
    name = rules.indicator_name(code) if code else ""
    return WarningLine(
        place_id=place_id,
        place=title,
        level=_("warning {level}").format(level=row["level"]),
        status="unlikely" if grave else "undecided",
        icon="▲" if grave else "◆",
        sentence=_sentence(row, name, digits),
        value=rules.number_text(row["value"], digits),
        unit=rules.indicator_unit(code) if code else "",
        result_id=row["result_id"],
    )


def _sentence(row: Row, name: str, digits: int | None) -> str:
    """What a warning says, by its kind."""
    reference = rules.number_text(row["reference"], digits)
    limit = rules.number_text(row["limit"], digits)
    message = {
        "rise": _("{name} rises against the same months of the year before ({reference}):"),
        "class_lost": _("a class was lost since the year before; deciding is {name}:"),
        "limit_approached": _("{name} comes close to its limit {limit}:"),
    }.get(str(row["kind"]), "{name}:")
    return message.format(name=name, reference=reference, limit=limit)


def recent_imports(state: Snapshot) -> list[ImportLine]:
    """The last imports, newest first."""
    lines = []
    for report in import_reports(state.workspace)[:IMPORTS_SHOWN]:
        lines.append(_import(report))
    return lines


def _import(report: dict[str, Any]) -> ImportLine:
    accepted, rejected = int(report["accepted"]), int(report["rejected"])
    words = ngettext("{n} row in", "{n} rows in", accepted).format(n=f"{accepted:,}")
    if rejected:
        returned = ngettext("{n} returned", "{n} returned", rejected).format(n=f"{rejected:,}")
        words = _(", ").join([words, returned])
    if report["error"]:
        words = _("could not be read")
    return ImportLine(
        date=str(report["time"])[:10], file=PurePath(report["file"]).name, sentence=words
    )
