"""What is a finding of the plan linter, and which rules are there?

A rule is a function from a plan to findings, entered in ``RULES`` under its name. A finding says
what is wrong, where, and what a planner could do; its spans mark the words in the text.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Protocol

from luhai.plan.model import Plan, Span
from luhai.plan.records import DATA
from luhai.text import DEFAULT_LANGUAGE, Text

SEVERITIES = ("error", "warning", "note")
"""error: must be changed; warning: to be checked; note: worth a look."""


@dataclass(frozen=True)
class Finding:
    """Something that a careful editor would query.

    Attributes:
        rule: name of the rule, a key of ``RULES``.
        severity: one of ``SEVERITIES``.
        where: address in the plan: a paragraph with its line, or file, row and column.
        message: what is wrong, and why it matters.
        remedy: what a planner could do.
        spans: the words concerned, the deciding one first.
    """

    rule: str
    severity: str
    where: Text
    message: Text
    remedy: Text
    spans: tuple[Span, ...] = ()

    def to_dict(self, language: str = DEFAULT_LANGUAGE) -> dict[str, Any]:
        """Plain mapping for JSON, rendered in one language."""
        return {
            "rule": self.rule,
            "severity": self.severity,
            "where": self.where.render(language),
            "message": self.message.render(language),
            "remedy": self.remedy.render(language),
            "spans": [
                {"paragraph": span.paragraph, "start": span.start, "end": span.end}
                for span in self.spans
            ],
        }


class Check(Protocol):
    """A rule's function; ``today`` is ``None`` unless the caller asks for it."""

    def __call__(self, plan: Plan, today: date | None) -> Iterable[Finding]: ...


@dataclass(frozen=True)
class Rule:
    """A rule of the linter: its name, what it looks for, and the function that looks."""

    name: str
    title: Text
    check: Check


RULES: dict[str, Rule] = {}


def rule(name: str, title: Text) -> Callable[[Check], Check]:
    """Enter a function in ``RULES``."""

    def register(check: Check) -> Check:
        RULES[name] = Rule(name, title, check)
        return check

    return register


def address(plan: Plan, paragraph_id: str) -> Text:
    """Address of a paragraph for people: its id and its line in the document."""
    return Text(
        "{paragraph} (document.txt row {line})",
        {"paragraph": paragraph_id, "line": plan.paragraph(paragraph_id).line},
    )


def cell(record: Any, column: str) -> Text:
    """Address of a cell for people: the file, the row as a spreadsheet counts it, the column."""
    file, _, row = record.source.rpartition(" row ")
    return Text("{file} row {row}, column {column}", {"file": file, "row": row, "column": column})


def quoted(plan: Plan, span: Span) -> str:
    """The words of a span."""
    return plan.paragraph(span.paragraph).text[span.start : span.end]


def joined(names: Iterable[str]) -> dict[str, str]:
    """Names in a row, as a part of a sentence in either language."""
    each = list(names)
    return {"zh": "、".join(each), "en": ", ".join(each)}


def overlaps(span: Span, others: Iterable[Span]) -> bool:
    """Whether a span shares a character with one of the others."""
    return any(
        span.paragraph == other.paragraph and span.start < other.end and other.start < span.end
        for other in others
    )


def titles(text: str) -> Iterator[tuple[int, int]]:
    """Spans of titles of other documents (``《…》``), which are not this plan's own words."""
    start = text.find("《")
    while start >= 0:
        end = text.find("》", start)
        if end < 0:
            return
        yield start, end + 1
        start = text.find("《", end)


@cache
def phrases() -> dict[str, dict[str, str]]:
    """Regular expressions by subject and language (``data/phrases.toml``)."""
    return tomllib.loads((DATA / "phrases.toml").read_text(encoding="utf-8"))


@cache
def table(file: str) -> tuple[dict[str, str], ...]:
    """Rows of one of the linter's own tables."""
    with (DATA / file).open(encoding="utf-8", newline="") as stream:
        return tuple(csv.DictReader(stream))
