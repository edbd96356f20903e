"""Is the text written as its authors meant it: spelling of departments, repetitions, misprints?"""

from __future__ import annotations

import bisect
import difflib
import re
from collections.abc import Iterator
from datetime import date

from luhai.plan.checks.finding import (
    Finding,
    address,
    joined,
    overlaps,
    phrases,
    quoted,
    rule,
    table,
)
from luhai.plan.covering import sentences
from luhai.plan.model import Department, Paragraph, Plan, Span
from luhai.text import Text

_CLAUSE = re.compile(r"[^，。；：！？,;:!?]+")
_SHORTEST_CLAUSE = {"zh": 12, "en": 40}
"""Characters from which a repeated clause is no accident of language."""
_SAME_SENTENCE = 0.85
"""Similarity (difflib ratio) from which two sentences of a paragraph say the same."""
_SAME_NAME = 0.8
"""Similarity from which an unknown token is a misspelt department: one character in five."""
_BRACKETS = {"《": "》", "（": "）", "(": ")", "〔": "〕", "“": "”", "[": "]"}
_PLAIN = str.maketrans({"（": "(", "）": ")"})


@rule("department_spelling", Text("A department is spelt in several ways"))
def department_spelling(plan: Plan, today: date | None) -> Iterator[Finding]:
    """Departments under several names, and names that miss a known one by a character."""
    uses = _uses(plan)
    for department in plan.departments:
        spans = {name: uses[name] for name in department.spellings if uses.get(name)}
        if len(spans) > 1:
            yield _several(plan, department, spans)
    yield from _misspelt(plan, [span for found in uses.values() for span in found])


def _uses(plan: Plan) -> dict[str, list[Span]]:
    """Where each name of a department stands; the longest name wins."""
    names = {
        n for d in plan.departments for n in (*d.spellings, *d.other_forms, d.name_zh, d.name_en)
    }
    ordered = sorted((re.escape(name) for name in names if name), key=len, reverse=True)
    if not ordered:
        return {}
    pattern = re.compile("|".join(ordered))
    found: dict[str, list[Span]] = {}
    for paragraph in plan.paragraphs:
        for match in pattern.finditer(paragraph.text):
            found.setdefault(match[0], []).append(Span(paragraph.id, *match.span()))
    return found


def _several(plan: Plan, department: Department, spans: dict[str, list[Span]]) -> Finding:
    usual = max(spans, key=lambda name: len(spans[name]))
    others = [span for name, found in spans.items() if name != usual for span in found]
    count = joined(f"{name} × {len(found)}" for name, found in spans.items())
    return Finding(
        "department_spelling",
        "note",
        address(plan, others[0].paragraph),
        Text(
            "{department} is written in {number} ways: {count}.",
            {"department": department.names, "number": len(spans), "count": count},
        ),
        Text("Write {usual} throughout.", {"usual": usual}),
        tuple(others),
    )


def _misspelt(plan: Plan, known: list[Span]) -> Iterator[Finding]:
    separator = re.compile(phrases()["token"][plan.language])
    names = {name: department for department in plan.departments for name in department.spellings}
    shortest = 5 if plan.language == "zh" else 8
    for paragraph in plan.paragraphs:
        for span in _tokens(paragraph, separator):
            token = quoted(plan, span)
            if len(token) < shortest or overlaps(span, known):
                continue
            near = difflib.get_close_matches(token, names, n=1, cutoff=_SAME_NAME)
            if not near or abs(len(near[0]) - len(token)) > 2:
                continue
            # 经济和信息化 without 局 is the field of work, not the bureau.
            if plan.language == "zh" and token[-1] != near[0][-1]:
                continue
            yield Finding(
                "department_spelling",
                "note",
                address(plan, span.paragraph),
                Text(
                    "“{written}” is probably {name}.",
                    {"written": token, "name": near[0]},
                ),
                Text(
                    "Write {name}, or add the department to departments.csv.",
                    {"name": near[0]},
                ),
                (span,),
            )


def _tokens(paragraph: Paragraph, separator: re.Pattern[str]) -> Iterator[Span]:
    start = 0
    cuts = [*separator.finditer(paragraph.text), None]
    for cut in cuts:
        end = cut.start() if cut else len(paragraph.text)
        token = paragraph.text[start:end]
        left = len(token) - len(token.lstrip())
        if token.strip():
            yield Span(paragraph.id, start + left, start + left + len(token.strip()))
        start = cut.end() if cut else end


@rule("clause_repeated", Text("A clause is said twice"))
def clause_repeated(plan: Plan, today: date | None) -> Iterator[Finding]:
    """Clauses repeated within a paragraph, and sentences that say the same in other words."""
    headings = [span for task in plan.tasks if (span := plan.span(task)) is not None]
    for paragraph in plan.paragraphs:
        reported: list[Span] = []
        for first, second in _equal_clauses(plan, paragraph):
            reported += [first, second]
            yield _said_twice(
                plan,
                first,
                second,
                Text("“{words}” is said twice.", {"words": quoted(plan, first)}),
            )
        for first, second in _similar_sentences(plan, paragraph):
            if overlaps(first, headings) or overlaps(second, headings):
                continue
            if overlaps(first, reported) and overlaps(second, reported):
                continue
            yield _said_twice(
                plan,
                first,
                second,
                Text(
                    "“{first}” and “{second}” say the same in slightly different words.",
                    {"first": quoted(plan, first), "second": quoted(plan, second)},
                ),
            )


def _said_twice(plan: Plan, first: Span, second: Span, message: Text) -> Finding:
    return Finding(
        "clause_repeated",
        "note",
        address(plan, first.paragraph),
        message,
        Text("Say it once; if two things are meant, say how they differ."),
        (first, second),
    )


def _clauses(paragraph: Paragraph) -> list[tuple[str, int, int]]:
    """Clauses of a paragraph, without their stops, with start and end (exclusive)."""
    clauses = []
    for start, end in sentences(paragraph.text):
        for match in _CLAUSE.finditer(paragraph.text, start, end):
            words = match[0].strip(" .")
            if words:
                first = match.start() + match[0].index(words)
                clauses.append((words, first, first + len(words)))
    return clauses


def _equal_clauses(plan: Plan, paragraph: Paragraph) -> Iterator[tuple[Span, Span]]:
    """Longest runs of equal clauses at two places of a paragraph."""
    clauses = _clauses(paragraph)
    words = [clause[0] for clause in clauses]
    taken: set[int] = set()
    for i in range(len(words)):
        for j in range(i + 1, len(words)):
            if i in taken or j in taken or words[i] != words[j]:
                continue
            length = 1
            while (
                i + length < j
                and j + length < len(words)
                and words[i + length] == words[j + length]
            ):
                length += 1
            total = sum(len(word) for word in words[i : i + length])
            if total < _SHORTEST_CLAUSE[plan.language]:
                continue
            taken.update(range(i, i + length), range(j, j + length))
            yield (
                Span(paragraph.id, clauses[i][1], clauses[i + length - 1][2]),
                Span(paragraph.id, clauses[j][1], clauses[j + length - 1][2]),
            )


def _similar_sentences(plan: Plan, paragraph: Paragraph) -> Iterator[tuple[Span, Span]]:
    """First clauses of two sentences that differ by a few characters and by no number.

    Only first clauses: further on, parallel cases of one rule rightly end in similar words.
    """
    shortest = _SHORTEST_CLAUSE[plan.language] - 2
    starts = [start for start, _ in sentences(paragraph.text)]
    firsts: dict[int, tuple[str, int, int]] = {}
    for clause in _clauses(paragraph):
        firsts.setdefault(bisect.bisect_right(starts, clause[1]), clause)
    clauses = [clause for clause in firsts.values() if len(clause[0]) >= shortest]
    for i, (first, start, end) in enumerate(clauses):
        for second, other_start, other_end in clauses[i + 1 :]:
            if first == second or re.findall(r"\d+", first) != re.findall(r"\d+", second):
                continue
            if difflib.SequenceMatcher(None, first, second).ratio() >= _SAME_SENTENCE:
                yield (
                    Span(paragraph.id, start, end),
                    Span(paragraph.id, other_start, other_end),
                )


@rule("probable_misprint", Text("A word is probably misprinted"))
def probable_misprint(plan: Plan, today: date | None) -> Iterator[Finding]:
    """Known confusions (``confusions.csv``) and brackets that are not closed."""
    for paragraph in plan.paragraphs:
        reported: list[Span] = []
        for row in table("confusions.csv"):
            if row["language"] != plan.language:
                continue
            for match in re.finditer(row["pattern"], paragraph.text):
                span = Span(paragraph.id, *match.span())
                if overlaps(span, reported):
                    continue
                reported.append(span)
                yield _misprint(plan, span, row)
        yield from _unclosed(plan, paragraph)


def _misprint(plan: Plan, span: Span, row: dict[str, str]) -> Finding:
    text = plan.paragraph(span.paragraph).text
    around = text[max(0, span.start - 4) : span.end + 6].strip()
    return Finding(
        "probable_misprint",
        "note",
        address(plan, span.paragraph),
        Text(
            "“{written}” in “{around}” is probably “{right}”.",
            {"written": quoted(plan, span), "around": around, "right": row["right"]},
        )
        if row["right"]
        else Text(
            "“{written}” in “{around}” is probably too much.",
            {"written": quoted(plan, span), "around": around},
        ),
        Text("Write “{right}”, or keep the word if it is meant.", {"right": row["right"]})
        if row["right"]
        else Text("Delete it, or keep it if it is meant."),
        (span,),
    )


def _unclosed(plan: Plan, paragraph: Paragraph) -> Iterator[Finding]:
    """Brackets without their partner; full and half width count as the same."""
    text = paragraph.text.translate(_PLAIN)
    for opening, closing in _BRACKETS.items():
        if opening == "（":
            continue
        balance: list[int] = []
        stray: list[int] = []
        for position, character in enumerate(text):
            if character == opening:
                balance.append(position)
            elif character == closing:
                if balance:
                    balance.pop()
                else:
                    stray.append(position)
        for position in sorted((*balance, *stray)):
            span = Span(paragraph.id, position, position + 1)
            yield Finding(
                "probable_misprint",
                "note",
                address(plan, paragraph.id),
                Text(
                    "“{bracket}” in “{around}” has no partner.",
                    {
                        "bracket": quoted(plan, span),
                        "around": paragraph.text[max(0, position - 6) : position + 14],
                    },
                ),
                Text("Add the missing bracket, or delete this one."),
                (span,),
            )
