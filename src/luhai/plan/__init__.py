"""What did this city promise? The plan as data, and an editor's reading of it.

load_plan(folder)   the plan with its text, records and places
coverage(plan)      each paragraph with the records that carry it
check_plan(plan)    what a careful editor would query
"""

from luhai.plan.checks import RULES, SEVERITIES, Finding, check_plan
from luhai.plan.covering import ParagraphCoverage, coverage
from luhai.plan.loading import load_plan
from luhai.plan.model import (
    Action,
    Deadline,
    Department,
    Duty,
    Measure,
    Paragraph,
    PlaceTarget,
    Plan,
    Quantity,
    Span,
    Target,
    Task,
)
from luhai.plan.places import Place, PlaceRegister, load_places

__all__ = [
    "RULES",
    "SEVERITIES",
    "Action",
    "Deadline",
    "Department",
    "Duty",
    "Finding",
    "Measure",
    "Paragraph",
    "ParagraphCoverage",
    "Place",
    "PlaceRegister",
    "PlaceTarget",
    "Plan",
    "Quantity",
    "Span",
    "Target",
    "Task",
    "check_plan",
    "coverage",
    "load_places",
    "load_plan",
]
