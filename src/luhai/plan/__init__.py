"""What did this city promise? The plan as data, and an editor's reading of it.

load_plan(folder)   the plan with its text, records and places
coverage(plan)      each paragraph with the records that carry it
check_plan(plan)    what a careful editor would query
"""

from luhai.plan.checks import RULES, Finding, check_plan
from luhai.plan.covering import coverage
from luhai.plan.loading import load_plan
from luhai.plan.model import Plan
from luhai.plan.places import Place, PlaceRegister, load_places

__all__ = [
    "RULES",
    "Finding",
    "Place",
    "PlaceRegister",
    "Plan",
    "check_plan",
    "coverage",
    "load_places",
    "load_plan",
]
