"""What happened lately: warnings of the running year, and the last imports."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from luhai.assessment.naming import place_label
from luhai.assessment.warning import warning_text
from luhai.observations.filing import import_reports
from luhai.web.snapshot import Row, Snapshot
from luhai.web.words import science_language

IMPORTS_SHOWN = 4
GRAVE = 2
"""From this level on a warning has the sign of the gravest."""


@dataclass(frozen=True)
class WarningLine:
    """One warning as a line: how grave, and the sentence, which opens its why."""

    place_id: str
    status: str
    icon: str
    sentence: str
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
    rows.sort(key=lambda row: (-row["level"], row["place"], row["kind"], row["indicator"]))
    return [_warning(row, state) for row in rows]


def _warning(row: Row, state: Snapshot) -> WarningLine:
    grave = row["level"] >= GRAVE
    return WarningLine(
        place_id=row["place"],
        status="unlikely" if grave else "undecided",
        icon="▲" if grave else "◆",
        sentence=warning_text({**row, "place": place_label(row["place"], state.register)}).render(
            science_language()
        ),
        result_id=row["result_id"],
    )


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
