"""Which paragraph of the plan is carried by which record, and what is left over?

A paragraph is *carried* when at least one record rests on it, *context* when ``contexts.csv`` says
why it needs none, and *unmapped* otherwise. Within a carried paragraph the sentences that no record
touches are listed, so that a paragraph with one record cannot hide what the others say.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from luhai.plan.model import Anchored, Duty, Paragraph, PlaceTarget, Plan, Span
from luhai.text import DEFAULT_LANGUAGE

_BOUNDARY = re.compile(r"(?<=[。；！？;!?])|(?<=[a-z0-9)]\.)\s+(?=[A-Z(])")
_WORD = re.compile(r"\w")
_ANCHORED = (
    ("task", "tasks"),
    ("action", "actions"),
    ("duty", "duties"),
    ("deadline", "deadlines"),
    ("target", "targets"),
    ("mechanism", "mechanisms"),
    ("reference", "references"),
    ("place_target", "place_targets"),
    ("note", "notes"),
    ("count", "counts"),
)


@dataclass(frozen=True)
class Carrier:
    """A record that carries a paragraph.

    Attributes:
        kind: record kind.
        id: its id (for a duty ``department (role)``, for a target of a place the place).
        span: its words, ``None`` when it stands for the paragraph as such.
        source: file and row of the record.
    """

    kind: str
    id: str
    span: Span | None
    source: str


@dataclass(frozen=True)
class ParagraphCoverage:
    """How one paragraph is carried.

    Attributes:
        paragraph: the paragraph.
        status: ``carried``, ``context`` or ``unmapped``.
        carriers: the records that rest on it.
        reason: why it needs no record, in both languages; empty unless it is context.
        uncarried: its sentences that no record touches; empty for context.
    """

    paragraph: Paragraph
    status: str
    carriers: tuple[Carrier, ...]
    reason: dict[str, str]
    uncarried: tuple[str, ...]

    def to_dict(self, language: str = DEFAULT_LANGUAGE) -> dict[str, Any]:
        """Plain mapping for JSON."""
        return {
            "paragraph": self.paragraph.id,
            "row": self.paragraph.line,
            "text": self.paragraph.text,
            "status": self.status,
            "records": [
                {
                    "kind": carrier.kind,
                    "id": carrier.id,
                    "source": carrier.source,
                    "start": carrier.span.start if carrier.span else None,
                    "end": carrier.span.end if carrier.span else None,
                }
                for carrier in self.carriers
            ],
            "reason": self.reason.get(language, ""),
            "uncarried": list(self.uncarried),
        }


def coverage(plan: Plan) -> tuple[ParagraphCoverage, ...]:
    """Each paragraph of the plan, in its order, with the records that carry it."""
    carriers: dict[str, list[Carrier]] = {paragraph.id: [] for paragraph in plan.paragraphs}
    for paragraph_id, carrier in _carriers(plan):
        carriers[paragraph_id].append(carrier)
    reasons = {
        item.paragraph: {"zh": item.reason("zh"), "en": item.reason("en")} for item in plan.contexts
    }
    return tuple(
        _covered(paragraph, tuple(carriers[paragraph.id]), reasons.get(paragraph.id, {}))
        for paragraph in plan.paragraphs
    )


def sentences(text: str) -> list[tuple[int, int]]:
    """Start and end (exclusive) of each sentence of a text."""
    cuts = [0, *(match.start() for match in _BOUNDARY.finditer(text)), len(text)]
    return [
        (start, end) for start, end in itertools.pairwise(cuts) if _WORD.search(text[start:end])
    ]


def _covered(
    paragraph: Paragraph, carriers: tuple[Carrier, ...], reason: dict[str, str]
) -> ParagraphCoverage:
    status = "carried" if carriers else "context" if reason else "unmapped"
    return ParagraphCoverage(
        paragraph=paragraph,
        status=status,
        carriers=carriers,
        reason=reason,
        uncarried=() if reason else _uncarried(paragraph, carriers),
    )


def _uncarried(paragraph: Paragraph, carriers: tuple[Carrier, ...]) -> tuple[str, ...]:
    spans = [carrier.span for carrier in carriers if carrier.span is not None]
    return tuple(
        paragraph.text[start:end].strip()
        for start, end in sentences(paragraph.text)
        if not any(span.start < end and start < span.end for span in spans)
    )


def _carriers(plan: Plan) -> Iterator[tuple[str, Carrier]]:
    whole = {p.id: Span(p.id, 0, len(p.text)) for p in plan.paragraphs}
    for chapter in plan.chapters:
        yield (
            chapter.paragraph,
            Carrier("chapter", chapter.id, whole[chapter.paragraph], chapter.source),
        )
    for measure in plan.measures:
        yield (
            measure.paragraph,
            Carrier("measure", measure.id, whole[measure.paragraph], measure.source),
        )
    for annex in plan.annexes:
        for paragraph in annex.paragraphs:
            yield paragraph, Carrier("annex", annex.id, whole[paragraph], annex.source)
    for kind, attribute in _ANCHORED:
        for record in getattr(plan, attribute):
            span = plan.span(record)
            if span is not None and isinstance(record, PlaceTarget):
                span = whole[record.paragraph]
            if span is not None or kind == "task":
                yield record.paragraph, Carrier(kind, _identity(record), span, record.source)


def _identity(record: Anchored) -> str:
    if isinstance(record, Duty):
        return f"{record.department} ({record.role})"
    if isinstance(record, PlaceTarget):
        return record.place
    return record.id
