"""What would a careful editor query in this plan?

``check_plan`` applies every rule of ``RULES``. The rules know no city: what they seek beyond the
plan's own records stands in tables of ``data/``. An editor who cries wolf is not read, so a rule
keeps silent where a careful reader would not ask.
"""

from __future__ import annotations

from datetime import date

from luhai.plan.checks import duties, numbers, words  # noqa: F401  (they enter their rules)
from luhai.plan.checks.finding import RULES, SEVERITIES, Finding, Rule
from luhai.plan.model import Plan

__all__ = ["RULES", "SEVERITIES", "Finding", "Rule", "check_plan"]


def check_plan(plan: Plan, today: date | None = None) -> list[Finding]:
    """What is wrong or doubtful in a plan.

    Args:
        plan: the plan.
        today: if given, also says which of its years have passed by then.

    Returns:
        Findings, the most severe first, then in the order of the text.
    """
    line = {paragraph.id: paragraph.line for paragraph in plan.paragraphs}
    findings = [finding for rule in RULES.values() for finding in rule.check(plan, today)]

    def order(finding: Finding) -> tuple[int, int, int]:
        place = min(
            ((line[span.paragraph], span.start) for span in finding.spans), default=(10**6, 0)
        )
        return (SEVERITIES.index(finding.severity), *place)

    return sorted(findings, key=order)
