"""Why a result is what it is: the tree from the sentence down to the raw rows.

The tree is derived anew from the store at the version that the result's run names, with the same
functions that made the result; it says so when the two differ. Each kind of result has an explainer
in ``EXPLAINERS``; other rooms add theirs with :func:`explainer`. Order of every tree (UI: the why
panel): sentence, rule and clause, comparison and rounding, formula with its numbers, inputs down to
the deciding raw row, what was left out and why, versions.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

from luhai.assessment.results import Run, require_run, runs
from luhai.assessment.why_plan import explain_plan_number, is_plan_number
from luhai.errors import NotFoundError
from luhai.plan import load_plan
from luhai.text import Text
from luhai.why import Why
from luhai.workspace import Workspace

Explainer = Callable[[Workspace, Run, str, dict[str, Any]], Why]
"""Takes the workspace, the run, the table's name and the result's row."""

EXPLAINERS: dict[str, Explainer] = {}
"""Explainer of each result table."""

_MODULES = (
    "luhai.assessment.why_classes",
    "luhai.assessment.why_attainment",
    "luhai.assessment.why_groups",
    "luhai.assessment.why_trends",
    "luhai.assessment.why_outlook",
    "luhai.assessment.why_warnings",
)
"""Modules of this room that register explainers; imported when the first is asked for."""


def explainer(table: str) -> Callable[[Explainer], Explainer]:
    """Register the explainer of a result table."""

    def register(function: Explainer) -> Explainer:
        EXPLAINERS[table] = function
        return function

    return register


def find_result(workspace: Workspace, result_id: str) -> tuple[Run, str, dict[str, Any]]:
    """Run, table and row of a result: in the current run, else in the newest that holds it.

    Raises:
        NotFoundError: no run holds it, or nothing has been analysed yet.
    """
    current = require_run(workspace)
    for run in [current, *(run for run in runs(workspace) if run.id != current.id)]:
        found = run.find(result_id)
        if found is not None:
            return run, *found
    raise NotFoundError(
        Text("No result has the id {result_id!r}.", {"result_id": result_id}),
        where=str(workspace.root),
        remedy=Text("Ids stand in the column result_id of the tables that luhai analyse writes."),
    )


def explain(workspace: Workspace, result_id: str) -> Why:
    """The explanation of one result.

    Args:
        workspace: the workspace that holds it.
        result_id: its id; ids of classes, indicators, attainment, groups, changes, trends, outlook,
            warnings, and of numeric targets of the plan.

    Raises:
        NotFoundError: no such result, or a file that it rests on is no longer kept.
    """
    if is_plan_number(result_id) and workspace.plan is not None:
        promised = explain_plan_number(load_plan(workspace.plan), result_id)
        if promised is not None:
            return promised
    run, table, row = find_result(workspace, result_id)
    for name in _MODULES:
        importlib.import_module(name)
    return EXPLAINERS[table](workspace, run, table, row)
