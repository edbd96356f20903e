"""Why a number of the plan is what it is: the clause it stands in, beside its neighbours."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from luhai.assessment.identity import result_id
from luhai.assessment.naming import place_label
from luhai.plan import Plan
from luhai.plan.model import PlaceTarget, Target
from luhai.text import LANGUAGES, Text
from luhai.why import Citation, RawRow, Why

DOCUMENT = "document.txt"
PLAN_KINDS = ("target", "placetarget")
"""First words of the ids of a plan's own numbers."""

_SIGNS = {">=": "≥", "<=": "≤", ">": ">", "<": "<", "=": "="}
_UNITS = {"1": "", "km2": "km²", "m3/s": "m³/s"}


def target_id(plan: Plan, target: Target) -> str:
    """Id of a numeric target of a plan, to ask why."""
    return result_id("target", plan.id, target.id)


def place_target_id(plan: Plan, target: PlaceTarget) -> str:
    """Id of a place's target class in a plan, to ask why."""
    return result_id("placetarget", plan.id, target.annex, target.place, target.year)


def is_plan_number(wanted: str) -> bool:
    """Whether an id has the form of a plan's own numbers."""
    return wanted.partition("-")[0] in PLAN_KINDS


def document_hash(folder: Path) -> str:
    """SHA-256 of a plan's document."""
    return sha256((folder / DOCUMENT).read_bytes()).hexdigest()


def explain_plan_number(plan: Plan, wanted: str) -> Why | None:
    """The explanation of a target of the plan, or ``None`` when the id is none of them."""
    for target in plan.targets:
        if target_id(plan, target) == wanted:
            return _explain_target(plan, target, wanted)
    for place_target in plan.place_targets:
        if place_target_id(plan, place_target) == wanted:
            return place_target_step(plan, place_target)
    return None


def plan_citation(plan: Plan, paragraph: str) -> Citation:
    """The plan as the rule that a step rests on."""
    return Citation(plan.id, plan.title("zh"), paragraph, "V", plan.title("en"))


def clause_step(plan: Plan, paragraph_id: str, words: str) -> Why:
    """The leaf: the paragraph of the plan's text with its neighbours."""
    lines = [(entry.line, entry.id, entry.text) for entry in plan.paragraphs]
    paragraph = plan.paragraph(paragraph_id)
    position = next(number for number, entry in enumerate(lines) if entry[1] == paragraph_id)
    around = lines[max(position - 1, 0) : position + 2]
    row = RawRow(
        file=DOCUMENT,
        file_hash=document_hash(plan.folder),
        sheet="",
        row=paragraph.line,
        column="B",
        header=("clause", "text"),
        cells={line: (address, text) for line, address, text in around},
    )
    return Why(
        kind="row",
        statement=Text(
            "{file}, line {line}: “{words}”",
            {"file": DOCUMENT, "line": paragraph.line, "words": words or paragraph.text},
        ),
        value=words,
        row=row,
    )


def _explain_target(plan: Plan, target: Target, wanted: str) -> Why:
    quantity = plan.quantity(target.quantity)
    value = "" if target.value is None else f"{target.value:g}"
    unit = _UNITS.get(target.unit, target.unit)
    sign = _SIGNS.get(target.comparison, "")
    promise: str | Text = " ".join(part for part in (sign, value, unit) if part)
    if not promise:
        promise = Text("to be attained")
    children = [
        Why(
            kind="rule",
            statement=Text("The plan says so in {clause}.", {"clause": target.paragraph}),
            citation=plan_citation(plan, target.paragraph),
            children=(clause_step(plan, target.paragraph, plan.words(target)),),
        )
    ]
    if quantity.part_of:
        whole = plan.quantity(quantity.part_of)
        children.append(
            Why(
                kind="note",
                statement=Text(
                    "{part} is a part of {whole}.", {"part": quantity.names, "whole": whole.names}
                ),
            )
        )
    for other in plan.targets:
        if other is not target and other.quantity == target.quantity:
            children.append(
                Why(
                    kind="note",
                    statement=Text(
                        "The plan states it again in {clause}.", {"clause": other.paragraph}
                    ),
                    children=(clause_step(plan, other.paragraph, plan.words(other)),),
                )
            )
    return Why(
        kind="result",
        statement=Text(
            "Target: {quantity} {promise}{year}",
            {
                "quantity": quantity.names,
                "promise": promise,
                "year": Text(" by {year}", {"year": target.year}) if target.year else "",
            },
        ),
        value=value,
        unit=unit,
        result_id=wanted,
        children=(*children, plan_version_step(plan)),
    )


def place_target_step(plan: Plan, target: PlaceTarget) -> Why:
    """The target class of a place, down to the annex's row."""
    names = place_label(target.place, plan.places)
    return Why(
        kind="rule",
        statement=Text(
            "The plan's target for {place}: class {class_number} by {year}",
            {"place": names, "class_number": target.target_class, "year": target.year},
        ),
        value=str(target.target_class),
        citation=plan_citation(plan, target.paragraph),
        result_id=place_target_id(plan, target),
        children=(clause_step(plan, target.paragraph, plan.words(target)),),
    )


def plan_version_step(plan: Plan) -> Why:
    """Which plan, and which edition of it."""
    return Why(
        kind="version",
        statement=Text(
            "Plan {plan}, edition {edition}",
            {
                "plan": {language: plan.title(language) for language in LANGUAGES},
                "edition": plan.edition,
            },
        ),
    )
