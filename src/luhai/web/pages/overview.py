"""Front page: will this year's targets be met, and what stands in the way?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from luhai.errors import NotFoundError
from luhai.web import sentences
from luhai.web.activity import recent_imports, warning_lines
from luhai.web.explaining import explanation
from luhai.web.mapping import ICONS, group_words, map_of
from luhai.web.promises import promise_lines
from luhai.web.snapshot import Snapshot, snapshot
from luhai.web.standing import CLOSED_GROUPS, RUNNING_GROUPS, Standing, ranked
from luhai.web.words import science_language

EARLIER_YEARS = 2


@dataclass(frozen=True)
class Group:
    """Places of the front page's table that stand alike."""

    key: str
    icon: str
    words: str
    standings: list[Standing]


def show(request: HttpRequest) -> HttpResponse:
    """The front page of a year, ``?year=``; the running one when not given."""
    state = snapshot()
    if state.run is None or not state.years:
        return render(request, "luhai/overview_empty.html", {"page": "overview", **_crumbs(state)})
    year = _year(request, state)
    running = year == state.running_year
    shown = _years_beside(state, year)
    standings = ranked(state, year, shown)
    context = {
        "page": "overview",
        "sentence": sentences.front(standings, year, running=running),
        "worst": _worst(standings),
        "running": running,
        "year": year,
        "years": sorted(state.years, reverse=True),
        "shown_years": shown,
        "groups": _groups(standings),
        "unit": _common_unit(standings),
        "map": map_of(state, standings),
        "promises": promise_lines(state),
        "warnings": warning_lines(state, year),
        "imports": recent_imports(state),
        "why": explanation(request, state),
        **_crumbs(state, year),
    }
    return render(request, "luhai/overview.html", context)


def _year(request: HttpRequest, state: Snapshot) -> int:
    asked = request.GET.get("year", "")
    latest = state.running_year if state.running_year in state.years else state.years[-1]
    if not asked:
        return int(latest or state.years[-1])
    if not asked.isdecimal() or int(asked) not in state.years:
        raise NotFoundError(
            _("There are no results for the year {year}.").format(year=asked[:12]),
            remedy=_("Years with results: {years}.").format(
                years=_(", ").join(str(each) for each in state.years)
            ),
        )
    return int(asked)


def _years_beside(state: Snapshot, year: int) -> list[int]:
    return [each for each in state.years if each < year][-EARLIER_YEARS:]


def _groups(standings: list[Standing]) -> list[Group]:
    found = []
    for key in dict.fromkeys((*RUNNING_GROUPS, *CLOSED_GROUPS)):
        members = [item for item in standings if item.group == key]
        if members:
            found.append(Group(key, ICONS[key], group_words(key), members))
    return found


def _common_unit(standings: list[Standing]) -> str:
    """The unit of all deciding values, for the head of their column; empty when they differ."""
    units = {item.deciding.unit for item in standings if item.deciding}
    return units.pop() if len(units) == 1 else ""


def _worst(standings: list[Standing]) -> Standing | None:
    """The place that the line under the sentence speaks of: the worst, if any is not well."""
    for item in standings:
        if item.group in ("unlikely", "beyond", "undecided", "missed") and item.deciding:
            return item
    return None


def _crumbs(state: Snapshot, year: int | None = None) -> dict[str, Any]:
    language = science_language()
    parts = [state.plan.title(language) if state.plan else _("Workspace without a plan")]
    if year is not None:
        parts.append(_("assessment of {year}").format(year=year))
    if state.run and state.run.manifest.get("data_until"):
        until = str(state.run.manifest["data_until"])[:10]
        parts.append(_("data until {date}").format(date=until))
    return {"crumbs": [{"word": part, "href": ""} for part in parts], "separator": "·"}
