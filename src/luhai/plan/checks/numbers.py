"""Do the plan's numbers agree with each other and with what is possible?

Targets are compared after conversion to one unit by pint. What is possible, and which area contains
which, is data (``magnitudes.csv``, ``containments.csv``); a plan's own ``part_of`` goes first.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from luhai.plan.checks.finding import (
    Finding,
    address,
    cell,
    joined,
    overlaps,
    phrases,
    quoted,
    rule,
    table,
    titles,
)
from luhai.plan.model import Count, Plan, Quantity, Span, Target
from luhai.standards.units import unit_text
from luhai.text import Text

if TYPE_CHECKING:
    import pint


_FACTOR = r"[^\W\d_]+(?:\*\*-?\d+|[²³])?"
_UNIT = re.compile(rf"%|{_FACTOR}(?:[/*·]{_FACTOR})*")
"""Shape of a unit; pint answers a malformed one with errors of many kinds."""


@cache
def _units() -> pint.UnitRegistry:  # type: ignore[type-arg]
    # Imported here: half a second that reading a plan or a place register does not need.
    import pint

    registry: pint.UnitRegistry = pint.UnitRegistry()  # type: ignore[type-arg]
    registry.define("mu = 10000 / 15 * meter ** 2")
    return registry


def converted(value: float, unit: str, into: str) -> float | None:
    """A value in another unit; ``None`` when a unit is unknown or measures something else."""
    from pint.errors import DimensionalityError, UndefinedUnitError

    written = [_spelled(unit), _spelled(into)]
    if not all(_UNIT.fullmatch(each) for each in written):
        return None
    try:
        return float(_units().Quantity(value, written[0]).to(written[1]).magnitude)
    except (UndefinedUnitError, DimensionalityError):
        return None


def _known(unit: str) -> bool:
    return converted(1.0, unit, unit) is not None


def _spelled(unit: str) -> str:
    return "dimensionless" if unit == "1" else re.sub(r"([A-Za-z])([23])\b", r"\1**\2", unit)


def _equal(value: float | None, other: float) -> bool:
    """Equal but for the rounding of a conversion of units."""
    return value is not None and math.isclose(value, other, rel_tol=1e-9)


def _figure(value: float) -> str:
    return f"{value:.10g}"


def _amount(value: float, unit: str) -> str:
    """A number with its unit as people write it."""
    return f"{_figure(value)} {unit_text(unit)}".rstrip()


def _spans(plan: Plan, targets: list[Target]) -> tuple[Span, ...]:
    return tuple(span for target in targets if (span := plan.span(target)) is not None)


def _contains(plan: Plan) -> Iterator[tuple[Quantity, Quantity]]:
    """Pairs of part and whole: as the plan says, else by the table of known containments."""
    for part in plan.quantities:
        if part.part_of:
            yield part, plan.quantity(part.part_of)
            continue
        for row in table("containments.csv"):
            for whole in plan.quantities:
                if _is_called(part, row["part"]) and _is_called(whole, row["whole"]):
                    yield part, whole


def _is_called(quantity: Quantity, name: str) -> bool:
    return any(each.lower().startswith(name) for each in (quantity.name_zh, quantity.name_en))


def _larger_parts(plan: Plan) -> Iterator[tuple[list[Target], Target, float, float]]:
    """Statements of a part larger than its whole, with both values in the whole's unit."""
    for part, whole in _contains(plan):
        wholes = [t for t in plan.promises() if t.quantity == whole.id and t.value is not None]
        for target in plan.promises():
            if target.quantity != part.id or target.value is None:
                continue
            for other in wholes:
                if other.value is None or (target.year and other.year and target.year > other.year):
                    continue
                in_whole = converted(target.value, target.unit, other.unit)
                if in_whole is not None and in_whole > other.value:
                    same = [target, *(t for t in plan.targets if t.restates == target.id)]
                    yield same, other, in_whole, other.value


@rule("part_larger_than_whole", Text("A part is larger than its whole"))
def part_larger_than_whole(plan: Plan, today: date | None) -> Iterator[Finding]:
    """A promised part that exceeds the whole that contains it."""
    for statements, whole, part_value, whole_value in _larger_parts(plan):
        target = statements[0]
        part_name = plan.quantity(target.quantity).names
        parts = {
            "part": part_name,
            "part_value": _figure(target.value or 0.0),
            "part_amount": _amount(target.value or 0.0, target.unit),
            "whole": plan.quantity(whole.quantity).names,
            "whole_amount": _amount(whole_value, whole.unit),
            "whole_unit": unit_text(whole.unit),
            "times": len(statements),
        }
        hectares = converted(target.value or 0.0, "ha", whole.unit)
        could_be_hectares = (
            target.unit != "ha" and hectares is not None and hectares <= whole_value < part_value
        )
        yield Finding(
            "part_larger_than_whole",
            "error",
            address(plan, target.paragraph),
            Text(
                "{part} {part_amount} exceeds {whole} {whole_amount}, which contains it; stated"
                " {times} times.",
                parts,
            ),
            Text(
                "Check the unit: {part_value} ha would be {hectares} {whole_unit}. Correct every"
                " statement, or explain why the part is not inside the whole.",
                {**parts, "hectares": f"{hectares:.3g}"},
            )
            if could_be_hectares
            else Text("Correct the part or the whole, in every statement.", parts),
            (*_spans(plan, statements), *_spans(plan, [whole])),
        )


@rule("target_restated_differently", Text("A target is repeated with another number"))
def target_restated_differently(plan: Plan, today: date | None) -> Iterator[Finding]:
    """Statements of one target that do not agree."""
    first = {target.id: target for target in plan.targets}
    for target in plan.targets:
        if not target.restates:
            continue
        origin = first[target.restates]
        same_value = (
            origin.value == target.value
            if origin.value is None or target.value is None
            else _equal(converted(target.value, target.unit, origin.unit), origin.value)
        )
        if same_value and origin.year == target.year and origin.comparison == target.comparison:
            continue
        yield Finding(
            "target_restated_differently",
            "error",
            address(plan, target.paragraph),
            Text(
                "“{here}” does not agree with “{there}” in {paragraph}.",
                {
                    "here": plan.words(target) or target.quote,
                    "there": plan.words(origin) or origin.quote,
                    "paragraph": origin.paragraph,
                },
            ),
            Text("State the target once, and refer to it elsewhere, or make both agree."),
            _spans(plan, [target, origin]),
        )


@rule("unlikely_magnitude", Text("A number is of an unlikely order of magnitude"))
def unlikely_magnitude(plan: Plan, today: date | None) -> Iterator[Finding]:
    """Targets outside what is possible for their unit and subject."""
    explained = {t.id for statements, *_ in _larger_parts(plan) for t in statements}
    for target in plan.targets:
        if target.value is None or target.id in explained or not target.unit:
            continue
        row = _magnitude(plan, target)
        if row is None:
            continue
        value = converted(target.value, target.unit, row["unit"])
        if value is None or float(row["low"]) <= value <= float(row["high"]):
            continue
        yield Finding(
            "unlikely_magnitude",
            "error" if row["unit"] == "%" else "warning",
            address(plan, target.paragraph),
            Text(
                "{name} {amount} is unlikely: {reason}.",
                {
                    "name": plan.quantity(target.quantity).names,
                    "amount": _amount(target.value, target.unit),
                    "reason": {"zh": row["reason_zh"], "en": row["reason_en"]},
                },
            ),
            Text("Check the number and its unit."),
            _spans(plan, [target]),
        )


def _magnitude(plan: Plan, target: Target) -> dict[str, str] | None:
    """The most special row that fits the target's subject and unit."""
    quantity = plan.quantity(target.quantity)
    name = f"{quantity.name_zh} {quantity.name_en}".lower()
    for row in table("magnitudes.csv"):
        words = [word.lower() for word in row["words"].split(";") if word]
        fits = not words or any(word in name for word in words)
        percent = (row["unit"] == "%") == (target.unit == "%")
        if fits and percent and converted(1.0, target.unit, row["unit"]) is not None:
            return row
    return None


@rule("limit_without_unit", Text("A limit has no unit"))
def limit_without_unit(plan: Plan, today: date | None) -> Iterator[Finding]:
    """Targets and numbers in limit phrases that no unit follows, and units nobody knows."""
    reported: list[Span] = []
    for target in plan.targets:
        if target.value is None or (target.unit and _known(target.unit)):
            continue
        spans = _spans(plan, [target])
        reported.extend(spans)
        parts = {"words": plan.words(target) or target.quote, "unit": target.unit}
        yield Finding(
            "limit_without_unit",
            "warning",
            cell(target, "unit"),
            Text("The unit {unit} of “{words}” is not known.", parts)
            if target.unit
            else Text("“{words}” has no unit.", parts),
            Text("Write the unit, e.g. mg/L, km2, %; a count has the unit 1."),
            spans,
        )
    yield from _bare_limits(plan, reported)


def _bare_limits(plan: Plan, reported: list[Span]) -> Iterator[Finding]:
    limit = re.compile(phrases()["limit"][plan.language])
    unit = re.compile(phrases()["unit"][plan.language])
    for paragraph in plan.paragraphs:
        for match in limit.finditer(paragraph.text):
            span = Span(paragraph.id, match.start(), match.end())
            if unit.match(paragraph.text, match.end()) or overlaps(span, reported):
                continue
            yield Finding(
                "limit_without_unit",
                "warning",
                address(plan, paragraph.id),
                Text("“{words}” has no unit.", {"words": quoted(plan, span)}),
                Text("Write the unit, e.g. mg/L, km2, %; a count has the unit 1."),
                (span,),
            )


@rule("target_weaker_than_present", Text("A target is weaker than the present state"))
def target_weaker_than_present(plan: Plan, today: date | None) -> Iterator[Finding]:
    """Targets that the present, or an earlier state in the same table, already surpasses."""
    for item in plan.place_targets:
        better = {year: c for year, c in item.status.items() if c < item.target_class}
        if not better:
            continue
        latest = max(item.status)
        year = latest if latest in better else max(better)
        span = plan.span(item)
        yield Finding(
            "target_weaker_than_present",
            "warning" if latest in better else "note",
            cell(item, "target_class"),
            Text(
                "{place} was class {status} in {year}; the target for {target_year} is class"
                " {target}, which is weaker.",
                {
                    "place": item.place,
                    "status": better[year],
                    "year": year,
                    "target": item.target_class,
                    "target_year": item.year,
                },
            ),
            Text("Keep at least the better class, or say why the water may become worse."),
            (span,) if span else (),
        )
    yield from _weaker_quantities(plan)


def _weaker_quantities(plan: Plan) -> Iterator[Finding]:
    for target in plan.targets:
        quantity = plan.quantity(target.quantity)
        if target.value is None or quantity.present is None:
            continue
        value = converted(target.value, target.unit, quantity.unit)
        if value is None:
            continue
        weaker = (
            value < quantity.present if quantity.better == "higher" else value > quantity.present
        )
        if weaker:
            yield Finding(
                "target_weaker_than_present",
                "warning",
                address(plan, target.paragraph),
                Text(
                    "{name}: the target {target} is weaker than the present {present}.",
                    {
                        "name": quantity.names,
                        "target": _amount(target.value, target.unit),
                        "present": _amount(quantity.present, quantity.unit),
                    },
                ),
                Text("Keep at least the present state, or say why it may become worse."),
                _spans(plan, [target]),
            )


@rule("count_differs", Text("A stated count differs from the list"))
def count_differs(plan: Plan, today: date | None) -> Iterator[Finding]:
    """Counts in the text against the records they count, and against the names beside them."""
    for count in plan.counts:
        found = counted(plan, count.counted, count.scope)
        if len(found) == count.value:
            continue
        span = plan.span(count)
        yield Finding(
            "count_differs",
            "warning",
            address(plan, count.paragraph),
            Text(
                "The text says “{words}”, the list has {found}: {names}.",
                {
                    "words": plan.words(count) or count.quote,
                    "found": len(found),
                    "names": joined(found if len(found) <= 12 else [*found[:12], "…"]),
                },
            ),
            _count_remedy(plan, count),
            (span,) if span else (),
        )
    yield from _enumerations(plan)


def _count_remedy(plan: Plan, count: Count) -> Text:
    if (
        count.counted == "waters"
        and len(counted(plan, "place_targets", count.scope)) == count.value
    ):
        return Text(
            "The list has {value} places: if they are meant, say places, not waters.",
            {"value": count.value},
        )
    return Text("Correct the number, or say what else it counts.")


def counted(plan: Plan, what: str, scope: str) -> list[str]:
    """Names of the things that a count counts, each once, in order."""
    in_scope = [item for item in plan.place_targets if scope in ("", item.annex)]
    if what == "place_targets":
        return [item.place for item in in_scope]
    if what == "waters":
        waters = []
        for item in in_scope:
            place = plan.places.get(item.place)
            waters.append(place.water(plan.language) if place else item.place)
        return list(dict.fromkeys(waters))
    if what == "districts":
        return list(dict.fromkeys(item.district for item in in_scope if item.district))
    if what == "tasks":
        return [task.id for task in plan.tasks if scope in ("", task.measure)]
    if what == "departments":
        tasks = {task.id for task in plan.tasks if scope in ("", task.measure)}
        return list(dict.fromkeys(duty.department for duty in plan.duties if duty.task in tasks))
    return [item.id for item in (plan.measures if what == "measures" else plan.chapters)]


_NUMERALS = {numeral: value for value, numeral in enumerate("一二三四五六七八九", start=1)} | {
    "两": 2
}


def _numeral(text: str) -> int:
    """Value of a number below 100 in digits or Chinese numerals."""
    if text.isdigit():
        return int(text)
    tens, ten, ones = text.partition("十")
    if not ten:
        return _NUMERALS.get(text, 0)
    return 10 * _NUMERALS.get(tens, 1) + _NUMERALS.get(ones, 0)


def _enumerations(plan: Plan) -> Iterator[Finding]:
    """``A、B、C等5条``: as many names as the number says, or fewer when others are meant."""
    pattern = re.compile(phrases()["enumeration"][plan.language])
    for paragraph in plan.paragraphs:
        for match in pattern.finditer(paragraph.text):
            names = len(match["names"].split("、"))
            number = _numeral(match["number"])
            inside_title = any(a <= match.start() < b for a, b in titles(paragraph.text))
            if inside_title or not number or names == number or (match["open"] and names < number):
                continue
            span = Span(paragraph.id, *match.span())
            yield Finding(
                "count_differs",
                "warning",
                address(plan, paragraph.id),
                Text(
                    "“{words}” names {names} and counts {number}.",
                    {"words": quoted(plan, span), "names": names, "number": number},
                ),
                Text("Correct the number, or say what else it counts."),
                (span,),
            )
