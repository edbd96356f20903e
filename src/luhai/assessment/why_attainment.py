"""Why a place attains its target in a year or does not: the plan's promise beside the class."""

from __future__ import annotations

from typing import Any

import polars as pl

from luhai.assessment.results import Run
from luhai.assessment.why import explainer
from luhai.assessment.why_classes import class_name, class_tree
from luhai.assessment.why_parts import Evidence, versions_step
from luhai.assessment.why_plan import place_target_step
from luhai.standards import citation, load_method, load_standard
from luhai.text import N_, Text
from luhai.why import Why
from luhai.workspace import Workspace

_ANSWERS = {
    True: N_("{place} attained its target in {year}: {class_name}, target {target}"),
    False: N_("{place} missed its target in {year}: {class_name}, target {target}"),
    None: N_("{place} cannot be judged in {year}, target {target}"),
}
_COMPARED = {
    True: N_("{class_name} is as good as {target}, or better"),
    False: N_("{class_name} is worse than {target}"),
}


@explainer("attainment")
def explain_attainment(workspace: Workspace, run: Run, table: str, row: dict[str, Any]) -> Why:
    """Why a place attained its target in a year, or did not."""
    evidence = Evidence(workspace, run)
    children: list[Why] = []
    promised = target_of(evidence, row["place"])
    standard = load_standard(promised.standard) if promised else None
    if promised is not None and evidence.plan is not None:
        children.append(place_target_step(evidence.plan, promised))
    found = run.table("classes").filter(pl.col("result_id") == row["class_result_id"])
    same: bool | None = None
    if found.height:
        whole = found.row(0, named=True)
        standard = load_standard(whole["standard"])
        method = load_method(whole["method"])
        number = int(whole["class"] or 0)
        met = number <= row["target_class"] if number else None
        same = met == row["attains"]
        children.append(
            Why(
                kind="comparison",
                statement=Text(
                    _COMPARED[bool(met)],
                    {
                        "class_name": class_name(standard, number),
                        "target": class_name(standard, row["target_class"]),
                    },
                ),
                citation=citation(method, "class"),
            )
        )
        children.append(class_tree(evidence, whole))
    children.append(versions_step(evidence, row["result_id"], same))
    answer = _ANSWERS[row["attains"]]
    return Why(
        kind="result",
        statement=Text(
            answer,
            {
                "place": evidence.place_name(row["place"]),
                "year": row["year"],
                "class_name": class_name(standard, row["class"]) if standard else "–",
                "target": class_name(standard, row["target_class"])
                if standard
                else str(row["target_class"]),
            },
        ),
        value=class_name(standard, row["class"])["zh"] if standard else "",
        result_id=row["result_id"],
        children=tuple(children),
    )


def target_of(evidence: Evidence, place: str) -> Any:
    """The plan's target for a place, or ``None``."""
    targets = evidence.plan.place_targets if evidence.plan else ()
    return next((target for target in targets if target.place == place), None)
