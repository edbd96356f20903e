"""List of places: every place that has a class or a target, with its years, worst first."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from luhai.web.explaining import explanation
from luhai.web.mapping import ICONS, map_of, state_words
from luhai.web.snapshot import Snapshot, snapshot
from luhai.web.standing import Standing, standing

FILTERS = ("district", "medium")
YEARS_SHOWN = 8


def show(request: HttpRequest) -> HttpResponse:
    """The list; ``?district=`` and ``?medium=`` filter it."""
    state = snapshot()
    year = state.running_year or (state.years[-1] if state.years else 0)
    years = state.years[-YEARS_SHOWN:]
    every = [standing(state, place_id, year, years) for place_id in state.place_ids]
    every.sort(
        key=lambda item: (item.target_class is None, -(item.now.mark.number or 0), item.place_id)
    )
    chosen = {name: request.GET.get(name, "") for name in FILTERS}
    shown = [item for item in every if _fits(item, chosen)]
    context = {
        "page": "water",
        "crumbs": [{"word": _("Water"), "href": ""}],
        "sentence": _sentence(shown, len(every), year),
        "standings": [(item, ICONS[item.group], state_words(item)) for item in shown],
        "years": years,
        "year": year,
        "choices": _choices(state, every, chosen),
        "filtered": any(chosen.values()),
        "map": map_of(state, shown),
        "running": True,
        "why": explanation(request, state),
    }
    return render(request, "luhai/water.html", context)


def _value(item: Standing, name: str) -> str:
    """What a place has in a filter's field: as the register writes it, in every language."""
    if item.place is None:
        return ""
    return item.place.district if name == "district" else item.place.medium


def _fits(item: Standing, chosen: dict[str, str]) -> bool:
    return all(not wanted or _value(item, name) == wanted for name, wanted in chosen.items())


def _choices(
    state: Snapshot, every: list[Standing], chosen: dict[str, str]
) -> list[dict[str, object]]:
    """Filters that distinguish something: each with its values and the one chosen."""
    words = {"sea": _("sea"), "river": _("rivers"), "lake": _("lakes"), "outlet": _("outlets")}
    labels = {"district": _("District"), "medium": _("Water")}
    found: list[dict[str, object]] = []
    for name in FILTERS:
        values = sorted({_value(item, name) for item in every} - {""})
        if len(values) > 1:
            options = [
                (value, words[value] if name == "medium" else state.district(value))
                for value in values
            ]
            found.append(
                {"name": name, "label": labels[name], "options": options, "chosen": chosen[name]}
            )
    return found


def _sentence(shown: list[Standing], count: int, year: int) -> str:
    if not count:
        return _("No place is known yet.")
    if not shown:
        return _("No place fits these filters; without them there are {count}.").format(count=count)
    judged = [item for item in shown if item.now.mark.number is not None and item.target_class]
    meets = [
        item
        for item in judged
        if item.now.mark.number is not None
        and item.target_class is not None
        and item.now.mark.number <= item.target_class
    ]
    if not judged:
        return ngettext("{count} place.", "{count} places.", len(shown)).format(count=len(shown))
    return ngettext(
        "{meets} of {judged} place with a target is within it in {year}.",
        "{meets} of {judged} places with a target are within it in {year}.",
        len(judged),
    ).format(meets=len(meets), judged=len(judged), year=year)
