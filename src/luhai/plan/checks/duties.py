"""Is it clear who must do what by when, and where?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from luhai.plan.checks.finding import (
    Finding,
    address,
    cell,
    joined,
    overlaps,
    phrases,
    quoted,
    rule,
    titles,
)
from luhai.plan.loading import RECORD_FILES
from luhai.plan.model import Plan, Span, Task
from luhai.text import Text


def _row(record: Any) -> str:
    return str(record.source.rsplit(" ", 1)[-1])


def _spans(plan: Plan, records: list[Any]) -> tuple[Span, ...]:
    return tuple(span for record in records if (span := plan.span(record)) is not None)


@rule("measure_without_lead", Text("A measure or task has no lead department"))
def measure_without_lead(plan: Plan, today: date | None) -> Iterator[Finding]:
    """Measures none of whose tasks has a lead, and single tasks without one."""
    for measure in plan.measures:
        tasks = plan.tasks_of(measure.id)
        leaderless = [task for task in tasks if not plan.duties_of(task.id, "lead")]
        title = {"zh": measure.title("zh"), "en": measure.title("en")}
        remedy = Text("Name the department that leads.")
        if len(leaderless) == len(tasks):
            paragraphs = [measure.paragraph, *(task.paragraph for task in tasks)]
            responsible = [d for t in tasks for d in plan.duties_of(t.id, "responsible")]
            parts = {"number": measure.id, "title": title}
            if responsible:
                parts["responsible"] = plan.department(responsible[0].department).names
            yield Finding(
                "measure_without_lead",
                "warning",
                address(plan, measure.paragraph),
                Text(
                    "Measure {number} ({title}) names no lead department, only {responsible} as"
                    " responsible overall.",
                    parts,
                )
                if responsible
                else Text("Measure {number} ({title}) names no lead department.", parts),
                remedy,
                tuple(Span(p, 0, len(plan.paragraph(p).text)) for p in paragraphs[:1]),
            )
            continue
        for task in leaderless:
            yield _task_without_lead(plan, task, remedy)


def _task_without_lead(plan: Plan, task: Task, remedy: Text) -> Finding:
    return Finding(
        "measure_without_lead",
        "warning",
        address(plan, task.paragraph),
        Text(
            "Task {number} ({title}) names no lead department, other tasks of the measure do.",
            {"number": task.id, "title": {"zh": task.title("zh"), "en": task.title("en")}},
        ),
        remedy,
        (Span(task.paragraph, 0, len(plan.paragraph(task.paragraph).text)),),
    )


@rule("target_year", Text("A target year lies outside the plan or has passed"))
def target_year(plan: Plan, today: date | None) -> Iterator[Finding]:
    """Years of targets and deadlines before the plan's first year, and promises beyond its last."""
    first = plan.period_start.year
    by_year: dict[tuple[str, int], list[Any]] = {}
    for item in plan.place_targets:
        for year in {item.year, item.attainment_year or item.year}:
            if year < first:
                by_year.setdefault((item.annex, year), []).append(item)
    for (annex, year), items in sorted(by_year.items()):
        rows = joined(_row(item) for item in items)
        attained = all(item.present and item.present[1] <= item.target_class for item in items)
        yield Finding(
            "target_year",
            "warning",
            Text(
                "place_targets.csv row {rows}, column attainment_year (annex {annex})",
                {"rows": rows, "annex": annex},
            ),
            Text(
                "{places}: to be attained in {year}, but the plan starts in {first}.",
                {"places": joined(i.place for i in items), "year": year, "first": first},
            ),
            Text("The latest state meets the target: write “attained, to be kept”, or a new year.")
            if attained
            else Text("Write a year within the plan."),
            _spans(plan, items),
        )
    yield from _early_years(plan, first)
    yield from _late_years(plan)
    if today is not None and plan.period_end < today:
        passed = [t for t in plan.promises() if t.year is not None and t.year < today.year]
        yield Finding(
            "target_year",
            "note",
            Text("plan.toml key {key}", {"key": "period_end"}),
            Text(
                "The plan ended on {end}; the years of {passed} of its {all} targets have passed.",
                {"end": str(plan.period_end), "passed": len(passed), "all": len(plan.promises())},
            ),
            Text("Load the plan that is in force, or evaluate this one."),
        )


def _late_years(plan: Plan) -> Iterator[Finding]:
    """Promises that fall due after the plan's last year: nobody may be left to answer for them."""
    last = plan.period_end.year
    found: list[tuple[int, Text, str, tuple[Span, ...]]] = [
        (
            target.year,
            address(plan, target.paragraph),
            f"“{plan.words(target) or target.quote}”",
            _spans(plan, [target]),
        )
        for target in plan.promises()
        if target.year is not None and target.year > last
    ]
    for item in plan.place_targets:
        year = max(item.year, item.attainment_year or item.year)
        if year > last:
            column = "year" if item.year == year else "attainment_year"
            found.append((year, cell(item, column), item.place, _spans(plan, [item])))
    for year, where, promise, spans in found:
        yield Finding(
            "target_year",
            "note",
            where,
            Text(
                "{promise}: the year {year} lies beyond the plan's period, which ends in {last}:"
                " intended?",
                {"promise": promise, "year": year, "last": last},
            ),
            Text("Say who answers for it after the plan, or write a year within the plan."),
            spans,
        )


def _early_years(plan: Plan, first: int) -> Iterator[Finding]:
    """Targets, deadlines and deadline phrases of the text before the first year."""
    found: list[tuple[int, Text, Span | None]] = [
        (target.year, address(plan, target.paragraph), plan.span(target))
        for target in plan.targets
        if target.year is not None and target.year < first
    ]
    found += [
        (deadline.end.year, address(plan, deadline.paragraph), plan.span(deadline))
        for deadline in plan.deadlines
        if deadline.end is not None and deadline.end < plan.period_start
    ]
    dated = re.compile(phrases()["dated"][plan.language])
    for paragraph in plan.paragraphs:
        for match in dated.finditer(paragraph.text):
            year = int(next(group for group in match.groups() if group))
            inside_title = any(a <= match.start() < b for a, b in titles(paragraph.text))
            if year < first and not inside_title:
                found.append((year, address(plan, paragraph.id), Span(paragraph.id, *match.span())))
    reported: list[Span] = []
    for year, where, span in found:
        if span is not None and overlaps(span, reported):
            continue
        reported += [span] if span is not None else []
        yield Finding(
            "target_year",
            "warning",
            where,
            Text(
                "“{words}”: the year {year} lies before the plan, which starts in {first}.",
                {"words": quoted(plan, span) if span else "", "year": year, "first": first},
            ),
            Text("Write a year within the plan."),
            (span,) if span else (),
        )


@rule("deadline_without_year", Text("A deadline has no year"))
def deadline_without_year(plan: Plan, today: date | None) -> Iterator[Finding]:
    """Deadlines that name a day or month, once, and no year."""
    reported: list[Span] = []
    remedy = Text("Write the year, or that it recurs every year.")
    for deadline in plan.deadlines:
        dates = {"by": (deadline.end,), "from": (deadline.start,)}.get(
            deadline.kind, (deadline.start, deadline.end)
        )
        if deadline.kind == "every" or None not in dates:
            continue
        spans = _spans(plan, [deadline])
        reported.extend(spans)
        yield Finding(
            "deadline_without_year",
            "warning",
            Text("{file} row {row}", {"file": "deadlines.csv", "row": _row(deadline)}),
            Text("The deadline “{words}” has no date.", {"words": deadline.quote}),
            remedy,
            spans,
        )
    undated = re.compile(phrases()["undated"][plan.language])
    recurring = re.compile(phrases()["recurring"][plan.language])
    known = [span for item in plan.deadlines if item.end and (span := plan.span(item))]
    for paragraph in plan.paragraphs:
        for match in undated.finditer(paragraph.text):
            span = Span(paragraph.id, *match.span())
            clause = re.split(r"[。；;.]", paragraph.text[: match.start()])[-1]
            after = paragraph.text[match.end() : match.end() + 30]
            recurs = recurring.search(clause) or recurring.match(after.strip(" ,"))
            if recurs or overlaps(span, [*reported, *known]):
                continue
            yield Finding(
                "deadline_without_year",
                "warning",
                address(plan, paragraph.id),
                Text("The deadline “{words}” has no year.", {"words": quoted(plan, span)}),
                remedy,
                (span,),
            )


@rule("place_not_registered", Text("A place in a table is in no register"))
def place_not_registered(plan: Plan, today: date | None) -> Iterator[Finding]:
    """Places of the annexes, and codes like theirs in the text, that the register lacks."""
    reported: list[Span] = []
    for item in plan.place_targets:
        if item.place in plan.places:
            continue
        spans = _spans(plan, [item])
        reported.extend(spans)
        yield Finding(
            "place_not_registered",
            "error",
            cell(item, "place"),
            Text("The place {place} is not in the register.", {"place": item.place}),
            _place_remedy(plan, item.place),
            spans,
        )
    shapes = {
        re.sub(r"[0-9]", r"\\d", re.escape(place.id))
        for place in plan.places
        if re.fullmatch(r"[A-Za-z]+[-_]?\d{2,}[A-Za-z]?", place.id)
    }
    if not shapes:
        return
    code = re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(sorted(shapes))})(?![A-Za-z0-9])")
    for paragraph in plan.paragraphs:
        for match in code.finditer(paragraph.text):
            span = Span(paragraph.id, *match.span())
            if plan.places.resolve(match[0]) or overlaps(span, reported):
                continue
            yield Finding(
                "place_not_registered",
                "warning",
                address(plan, paragraph.id),
                Text("The place {place} is not in the register.", {"place": match[0]}),
                _place_remedy(plan, match[0]),
                (span,),
            )


def _place_remedy(plan: Plan, name: str) -> Text:
    near = plan.places.resolve(name)
    suggested = near.id if near else plan.places.suggest(name)
    if suggested:
        return Text("Is {place} meant? Else add the place to places.csv.", {"place": suggested})
    return Text("Add the place to places.csv, or correct the name.")


@rule("quote_not_in_text", Text("A record quotes words that its paragraph does not hold"))
def quote_not_in_text(plan: Plan, today: date | None) -> Iterator[Finding]:
    """Records whose words are gone: the text or the record was changed alone."""
    for attribute in RECORD_FILES:
        for record in getattr(plan, attribute):
            quote = getattr(record, "quote", "")
            if not quote or plan.span(record) is not None:
                continue
            yield Finding(
                "quote_not_in_text",
                "error",
                cell(record, "quote"),
                Text(
                    "“{quote}” is not in paragraph {paragraph}.",
                    {"quote": quote, "paragraph": record.paragraph},
                ),
                Text("Bring the record in line with the text, or the text with the record."),
            )
