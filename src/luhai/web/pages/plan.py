"""Plan page: the plan beside what it became in the system, and what an editor would query."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from luhai.errors import NotFoundError
from luhai.plan import Plan, coverage
from luhai.web.explaining import explanation
from luhai.web.plan_text import TaskNote, clauses, finding_notes, task_note
from luhai.web.promises import promise_lines
from luhai.web.snapshot import Snapshot, snapshot
from luhai.web.words import listed, science_language

TABS = ("text", "targets", "departments", "findings", "coverage")


@dataclass(frozen=True)
class DepartmentLine:
    """A department with the tasks that it leads and takes part in, and who follows it."""

    name: str
    spellings: tuple[str, ...]
    leads: list[TaskNote]
    participates: list[TaskNote]
    successors: tuple[str, ...]


def show(request: HttpRequest, tab: str = "text") -> HttpResponse:
    """The plan in one of its tabs."""
    state = snapshot()
    if state.plan is None:
        raise NotFoundError(
            _("This workspace has no plan."),
            remedy=_("Name one with: luhai init FOLDER --plan PLAN_FOLDER."),
        )
    if tab not in TABS:
        raise Http404(tab)
    context: dict[str, Any] = {
        "page": "plan",
        "tab": tab,
        "crumbs": _crumbs(state.plan),
        "sentence": _sentence(state, state.plan),
        "tabs": _tabs(state, state.plan),
        "why": explanation(request, state),
        **_content(state, state.plan, tab),
    }
    return render(request, "luhai/plan.html", context)


def _crumbs(plan: Plan) -> list[dict[str, str]]:
    language = science_language()
    return [
        {"word": _("Overview"), "href": reverse("overview")},
        {"word": f"{plan.title(language)} · {plan.edition}", "href": ""},
    ]


def _sentence(state: Snapshot, plan: Plan) -> str:
    parts = [
        ngettext("{n} measure", "{n} measures", len(plan.measures)).format(n=len(plan.measures)),
        ngettext("{n} task", "{n} tasks", len(plan.tasks)).format(n=len(plan.tasks)),
        ngettext("{n} numeric target", "{n} numeric targets", len(promise_lines(state))).format(
            n=len(promise_lines(state))
        ),
    ]
    findings = state.findings
    if not findings:
        return _("{parts}; the check has no objection.").format(parts=listed(parts))
    errors = sum(finding.severity == "error" for finding in findings)
    query = ngettext(
        "the check queries {n} passage", "the check queries {n} passages", len(findings)
    ).format(n=len(findings))
    if errors:
        must = ngettext("{n} must be changed", "{n} must be changed", errors).format(n=errors)
        query = _("{query}, {must}").format(query=query, must=must)
    return _("{parts}; {query}.").format(parts=listed(parts), query=query)


def _tabs(state: Snapshot, plan: Plan) -> list[dict[str, Any]]:
    words = {
        "text": (_("Text"), ""),
        "targets": (_("Targets"), len(promise_lines(state)) + len(plan.place_targets)),
        "departments": (_("Departments"), len(plan.departments)),
        "findings": (_("Findings"), len(state.findings)),
        "coverage": (_("Coverage"), f"{_covered_share(plan)} %"),
    }
    return [
        {
            "key": key,
            "word": word,
            "count": count,
            "href": reverse("plan") if key == "text" else reverse("plan-tab", args=[key]),
        }
        for key, (word, count) in words.items()
    ]


def _covered_share(plan: Plan) -> int:
    """Percent of paragraphs that a record carries or that need none; never rounded up to 100."""
    covered = coverage(plan)
    mapped = sum(item.status != "unmapped" for item in covered)
    return 100 * mapped // len(covered) if covered else 100


def _content(state: Snapshot, plan: Plan, tab: str) -> dict[str, Any]:
    if tab == "text":
        return {"clauses": clauses(state)}
    if tab == "targets":
        return {"promises": promise_lines(state), "place_targets": _place_targets(state, plan)}
    if tab == "departments":
        return {"departments": _departments(plan)}
    if tab == "findings":
        return {"findings": finding_notes(state)}
    return {"covered": coverage(plan), "language": science_language()}


def _place_targets(state: Snapshot, plan: Plan) -> list[dict[str, Any]]:
    from luhai.assessment.why_plan import place_target_id
    from luhai.web import rules
    from luhai.web.standing import Chip, names, shape_of

    lines = []
    for target in plan.place_targets:
        place = state.place(target.place)
        title, subtitle = names(target.place, place)
        result_id = place_target_id(plan, target)
        shape = shape_of(place.medium if place else "")

        def as_chip(
            number: int,
            year: int,
            *,
            of: str = target.standard,
            shape: str = shape,
            why: str = result_id,
        ) -> Chip:
            mark = rules.class_mark(of, number)
            return Chip(mark, shape, why, f"{year}: {mark.name}")

        lines.append(
            {
                "id": target.place,
                "title": title,
                "subtitle": subtitle,
                "district": state.district(target.district),
                "status": {year: as_chip(number, year) for year, number in target.status.items()},
                "target": as_chip(target.target_class, target.year),
                "name": rules.class_mark(target.standard, target.target_class).name,
                "year": target.year,
                "attainment_year": target.attainment_year,
                "scheme": target.scheme_required,
            }
        )
    return lines


def _departments(plan: Plan) -> list[DepartmentLine]:
    language = science_language()
    lines = []
    for department in plan.departments:
        mine = [duty for duty in plan.duties if duty.department == department.id and duty.task]
        lines.append(
            DepartmentLine(
                name=department.name(language),
                spellings=tuple(
                    spelling
                    for spelling in department.spellings
                    if spelling != department.name("zh")
                ),
                leads=[task_note(plan, plan.task(d.task)) for d in mine if d.role == "lead"],
                participates=[task_note(plan, plan.task(d.task)) for d in mine if d.role != "lead"],
                successors=tuple(
                    f"{item.successor(language)} ({item.valid_from})"
                    for item in plan.successions_of(department.id)
                ),
            )
        )
    return sorted(lines, key=lambda line: (-len(line.leads), -len(line.participates), line.name))
