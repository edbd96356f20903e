"""The plan's text as an editor reads it: each clause with its marked words and its margin notes.

Left stand the words as issued; numbers that became targets open their why, words that the linter
queries are marked. Right stand the findings and the tasks that the clause became, with who leads.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from luhai.assessment.why_plan import place_target_id, target_id
from luhai.plan import SEVERITIES, Finding, Paragraph, Plan, Span, Task
from luhai.web.snapshot import Snapshot
from luhai.web.words import science_language

UNIT_LENGTH = 6
"""A unit behind a number has at most so many characters."""


@dataclass(frozen=True)
class Piece:
    """A run of characters that are marked alike; ``number`` is the finding's, from 1."""

    text: str
    severity: str = ""
    number: int = 0
    result_id: str = ""


@dataclass(frozen=True)
class Words:
    """A paragraph in pieces."""

    id: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class FindingNote:
    """A finding as a margin note."""

    number: int
    severity: str
    rule: str
    message: str
    remedy: str
    where: str
    paragraph: str


@dataclass(frozen=True)
class TaskNote:
    """A task as a margin note: what, who leads, who takes part, by when."""

    id: str
    title: str
    leads: tuple[str, ...]
    participants: tuple[str, ...]
    deadlines: tuple[str, ...]


@dataclass
class Clause:
    """A section of the plan: heading, words, findings and tasks."""

    id: str
    heading: Words | None
    is_chapter: bool
    paragraphs: list[Words] = field(default_factory=list)
    findings: list[FindingNote] = field(default_factory=list)
    tasks: list[TaskNote] = field(default_factory=list)


def finding_notes(state: Snapshot) -> list[FindingNote]:
    """All findings, worst first, numbered in that order."""
    language = science_language()
    ordered = sorted(state.findings, key=lambda finding: SEVERITIES.index(finding.severity))
    return [
        FindingNote(
            number=number,
            severity=finding.severity,
            rule=finding.rule,
            message=finding.message.render(language),
            remedy=finding.remedy.render(language),
            where=finding.where.render(language),
            paragraph=finding.spans[0].paragraph if finding.spans else "",
        )
        for number, finding in enumerate(ordered, start=1)
    ]


def clauses(state: Snapshot) -> list[Clause]:
    """The plan's sections in their order; empty without a plan."""
    plan = state.plan
    if plan is None:
        return []
    notes = finding_notes(state)
    ordered = sorted(state.findings, key=lambda finding: SEVERITIES.index(finding.severity))
    marks = _marks(plan, ordered)
    found: dict[str, Clause] = {}
    chapters = {chapter.paragraph for chapter in plan.chapters}
    for paragraph in plan.paragraphs:
        section = paragraph.section
        if section not in found:
            found[section] = Clause(section, None, section in chapters)
        words = _words(paragraph, marks.get(paragraph.id, []))
        if "." in paragraph.id:
            found[section].paragraphs.append(words)
        else:
            found[section].heading = words
    for note in notes:
        if note.paragraph:
            found[plan.paragraph(note.paragraph).section].findings.append(note)
    for task in plan.tasks:
        found[plan.paragraph(task.paragraph).section].tasks.append(task_note(plan, task))
    return list(found.values())


def task_note(plan: Plan, task: Task) -> TaskNote:
    """A task with its departments and deadlines."""
    language = science_language()

    def departments(role: str) -> tuple[str, ...]:
        return tuple(
            plan.department(duty.department).name(language)
            + (f" ({duty.scope(language)})" if duty.scope(language) else "")
            for duty in plan.duties_of(task.id, role)
        )

    return TaskNote(
        id=task.id,
        title=task.title(language),
        leads=departments("lead"),
        participants=departments("participant"),
        deadlines=tuple(_deadline(plan, task)),
    )


def _deadline(plan: Plan, task: Task) -> Iterator[str]:
    for deadline in plan.deadlines_of(task.id):
        words = plan.words(deadline)
        if science_language() == "en":
            when = deadline.due or (deadline.end.isoformat() if deadline.end else "")
            words = f"{when} {deadline.recurrence}".strip() or words
        yield words


@dataclass(frozen=True)
class _Mark:
    start: int
    end: int
    severity: str = ""
    number: int = 0
    result_id: str = ""


def _marks(plan: Plan, findings: list[Finding]) -> dict[str, list[_Mark]]:
    """Marked spans by paragraph: targets, then findings with the worst last, so that it wins."""
    marks: dict[str, list[_Mark]] = {}
    for target in plan.targets:
        span = plan.span(target) if target.value is not None else None
        if span is not None:
            start, end = _number(plan.paragraph(span.paragraph).text, span, target.value)
            mark = _Mark(start, end, result_id=target_id(plan, target))
            marks.setdefault(span.paragraph, []).append(mark)
    for place_target in plan.place_targets:
        span = plan.span(place_target)
        if span is not None:
            mark = _Mark(span.start, span.end, result_id=place_target_id(plan, place_target))
            marks.setdefault(span.paragraph, []).append(mark)
    numbered = list(enumerate(findings, start=1))
    for number, finding in reversed(numbered):
        for span in finding.spans:
            mark = _Mark(span.start, span.end, finding.severity, number)
            marks.setdefault(span.paragraph, []).append(mark)
    return marks


def _number(text: str, span: Span, value: float | None) -> tuple[int, int]:
    """Where in a target's words its number stands, with the unit that ends them."""
    at = text.find(f"{value:g}", span.start, span.end)
    if at < 0:
        return span.start, span.end
    end = at + len(f"{value:g}")
    return at, span.end if span.end - end <= UNIT_LENGTH else end


def _words(paragraph: Paragraph, marks: list[_Mark]) -> Words:
    """Cut a paragraph where any mark begins or ends; the last mark over a piece wins."""
    text = paragraph.text
    cuts = sorted({0, len(text), *(m.start for m in marks), *(m.end for m in marks)})
    pieces = []
    for start, end in pairwise(cuts):
        over = [mark for mark in marks if mark.start <= start and end <= mark.end]
        severity = next((m.severity for m in reversed(over) if m.severity), "")
        number = next((m.number for m in reversed(over) if m.number), 0)
        result_id = next((m.result_id for m in reversed(over) if m.result_id), "")
        pieces.append(Piece(text[start:end], severity, number, result_id))
    return Words(paragraph.id, tuple(pieces))
