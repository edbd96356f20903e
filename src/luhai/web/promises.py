"""The numeric targets of the plan beside the classes of places, with what the linter doubts.

A target that the linter questions says so instead of standing there as if it were certain.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from luhai.assessment.why_plan import target_id
from luhai.plan import Plan, Target
from luhai.web import rules
from luhai.web.snapshot import Snapshot
from luhai.web.words import science_language

SIGNS = {">=": "≥", "<=": "≤", ">": ">", "<": "<", "=": ""}


@dataclass(frozen=True)
class PromiseLine:
    """One target as the pages list it; ``doubt`` is the linter's message, empty without one."""

    name: str
    comparison: str
    value: str
    unit: str
    year: int | None
    doubt: str
    href: str
    result_id: str
    paragraph: str
    restated: int


def promise_lines(state: Snapshot) -> list[PromiseLine]:
    """The plan's numeric targets, each once, in the plan's order; doubtful ones first."""
    plan = state.plan
    if plan is None:
        return []
    lines = [_line(state, plan, target) for target in plan.promises() if target.value is not None]
    return sorted(lines, key=lambda line: not line.doubt)


def _line(state: Snapshot, plan: Plan, target: Target) -> PromiseLine:
    language = science_language()
    anchor = f"{reverse('plan')}#{target.paragraph}"
    return PromiseLine(
        name=plan.quantity(target.quantity).name(language),
        comparison=SIGNS[target.comparison],
        value=f"{target.value:,.10g}",
        unit=rules.unit_text(target.unit),
        year=target.year,
        doubt=_doubt(state, plan, target),
        href=anchor,
        result_id=target_id(plan, target),
        paragraph=target.paragraph,
        restated=sum(other.restates == target.id for other in plan.targets),
    )


def _doubt(state: Snapshot, plan: Plan, target: Target) -> str:
    """The worst finding that marks words of this target (or of one that repeats it)."""
    spans = [
        span
        for each in plan.targets
        if each is target or each.restates == target.id
        if (span := plan.span(each)) is not None
    ]
    for severity in ("error", "warning"):
        for finding in state.findings:
            if finding.severity != severity:
                continue
            for mark in finding.spans:
                if any(
                    mark.paragraph == span.paragraph
                    and mark.start < span.end
                    and span.start < mark.end
                    for span in spans
                ):
                    return finding.message.render(science_language())
    return ""
