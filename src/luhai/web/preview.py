"""What an import would do, as the page shows it before anything is stored.

Made from the plain mapping that ``luhai.observations.preview`` gives: per file what was understood,
which rows are returned and why (grouped by reason), and what would be new, changed or the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from django.utils.translation import gettext as _

from luhai.web import rules
from luhai.web.words import flag_word

SURE = 0.9
EXAMPLES = 5
UNIT_FIELD = "unit:"


@dataclass(frozen=True)
class ColumnLine:
    """What a column was taken for; ``sure`` is false where somebody should look."""

    column: str
    header: str
    taken_for: str
    unit: str
    sure: bool
    question: str


@dataclass(frozen=True)
class AskedQuestion:
    """A question about a file; ``name`` is the form field that answers it, empty when none does."""

    text: str
    name: str
    options: tuple[str, ...]


@dataclass(frozen=True)
class RejectGroup:
    """Rows returned for the same reason; ``places`` are the first few of them."""

    reason: str
    message: str
    count: int
    places: tuple[str, ...]


@dataclass(frozen=True)
class FilePreview:
    """One file or one table of it."""

    name: str
    rows: int
    accepted: int
    duplicates: int
    rejected: int
    new_values: int
    changed_values: int
    same_values: int
    columns: tuple[ColumnLine, ...]
    rejects: tuple[RejectGroup, ...]
    questions: tuple[AskedQuestion, ...]
    notes: tuple[str, ...]
    flagged: tuple[tuple[str, int], ...]
    refusal: dict[str, str] | None


@dataclass(frozen=True)
class Preview:
    """All files of an import."""

    files: tuple[FilePreview, ...]

    def _sum(self, name: str) -> int:
        return sum(getattr(file, name) for file in self.files)

    @property
    def accepted(self) -> int:
        """Rows that can be stored."""
        return self._sum("accepted")

    @property
    def duplicates(self) -> int:
        """Rows that are stored already."""
        return self._sum("duplicates")

    @property
    def rejected(self) -> int:
        """Rows that are returned."""
        return self._sum("rejected")

    @property
    def refused(self) -> bool:
        """Whether a file could not be read at all."""
        return any(file.refusal for file in self.files)

    @property
    def questions(self) -> bool:
        """Whether something should be answered first."""
        return any(file.questions for file in self.files)


def previewed(document: dict[str, Any]) -> Preview:
    """The view of what a job's preview noted."""
    return Preview(tuple(_file(entry) for entry in document.get("files", [])))


def _file(entry: dict[str, Any]) -> FilePreview:
    members = entry.get("members", [])
    return FilePreview(
        name=PurePath(entry["file"]).name,
        rows=entry["rows"],
        accepted=entry["accepted"],
        duplicates=entry["duplicates"],
        rejected=entry["rejected"],
        new_values=entry["new"],
        changed_values=entry["changed"],
        same_values=entry["same"],
        columns=tuple(_columns(members)),
        rejects=tuple(_group(group) for group in entry["rejects"]),
        questions=_once(
            _question(member, question) for member in members for question in member["questions"]
        ),
        notes=_once(note for member in members for note in member["notes"]),
        flagged=tuple((flag_word(flag), count) for flag, count in sorted(entry["flagged"].items())),
        refusal=entry["error"] or _first_refusal(members),
    )


def _question(member: dict[str, Any], question: dict[str, Any]) -> AskedQuestion:
    """The question with the field that answers it (medium and year have fields of their own)."""
    headers = {column["column"]: column["header"] for column in member["understanding"]}
    name = ""
    if question["code"] == "unit_doubtful" and question["column"] in headers:
        name = f"{UNIT_FIELD}{headers[question['column']]}"
    elif question["code"] == "date_order":
        name = question["code"]
    return AskedQuestion(question["text"], name, tuple(question["options"]))


def answers(posted: Mapping[str, str]) -> dict[str, Any]:
    """Answers of a form in the form of a mapping file; unanswered questions are left out."""
    columns = {
        name.removeprefix(UNIT_FIELD): {"unit": value}
        for name, value in posted.items()
        if name.startswith(UNIT_FIELD) and value
    }
    found: dict[str, Any] = {"columns": columns} if columns else {}
    if posted.get("date_order"):
        found["date_order"] = posted["date_order"]
    return found


def merged(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Earlier answers with later ones put over them."""
    columns = {**before.get("columns", {}), **after.get("columns", {})}
    return {**before, **after, **({"columns": columns} if columns else {})}


def _once(items: Any) -> tuple[Any, ...]:
    return tuple(dict.fromkeys(items))


def _first_refusal(members: list[dict[str, Any]]) -> dict[str, str] | None:
    """Why a table could not be read, when none of the file's tables could."""
    refused = [member["refused"] for member in members if member["refused"]]
    return refused[0] if refused and len(refused) == len(members) else None


def _columns(members: list[dict[str, Any]]) -> list[ColumnLine]:
    """Columns of all tables, each understanding once."""
    found: dict[tuple[str, str, str], ColumnLine] = {}
    for member in members:
        for column in member["understanding"]:
            key = (column["header"], column["indicator"] or column["role"], column["unit"])
            found.setdefault(key, _column(column))
    return list(found.values())


def _column(column: dict[str, Any]) -> ColumnLine:
    code = column["indicator"]
    unit = column["unit_text"] or column["unit"]
    if column["unit_source"] == "assumed" and column["unit"]:
        unit = _("{unit} (assumed)").format(unit=column["unit"])
    return ColumnLine(
        column=column["column"],
        header=column["header"],
        taken_for=rules.indicator_name(code) if code else _role(column["role"]),
        unit=unit,
        sure=column["certainty"] >= SURE and not column["question"] and column["role"] != "unknown",
        question=column["question"],
    )


def _role(role: str) -> str:
    """What a column that is no indicator was taken for."""
    return {
        "place": _("place"),
        "time": _("time of sampling"),
        "year": _("year"),
        "month": _("month"),
        "day": _("day"),
        "layer": _("layer"),
        "depth": _("depth"),
        "sample": _("sample number"),
        "indicator_name": _("name of the indicator"),
        "value": _("value"),
        "unit": _("unit"),
        "censored": _("mark of a non-detect"),
        "limit": _("limit of detection"),
        "mark": _("flag"),
        "station_state": _("state of the station"),
        "stated_class": _("class as stated; not read"),
        "context": _("where the place lies"),
        "medium": _("kind of water"),
        "ignore": _("not read"),
        "unknown": _("not understood"),
    }.get(role, role.replace("_", " "))


def _group(group: dict[str, Any]) -> RejectGroup:
    examples = group["examples"]
    return RejectGroup(
        reason=group["reason"],
        message=examples[0]["message"] if examples else group["reason"],
        count=group["count"],
        places=tuple(_where(example) for example in examples[:EXAMPLES]),
    )


def _where(example: dict[str, Any]) -> str:
    parts = [example["sheet"], _("row {row}").format(row=example["row"])]
    if example["column"]:
        parts.append(_("column {column}").format(column=example["column"]))
    if example["value_text"]:
        parts.append(f"“{example['value_text']}”")
    return " ".join(filter(None, parts))
