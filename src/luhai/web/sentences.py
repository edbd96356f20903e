"""The sentence that a page begins with, built by rule from what the page shows.

Each function answers one page's question in one sentence, for none, one and many places, and in
either language; nothing in it is written by hand for a city (UI: the answer first).
"""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from luhai.assessment.likelihood import likelihood
from luhai.web.standing import Standing
from luhai.web.words import clauses as joined
from luhai.web.words import listed


def _count(standings: Sequence[Standing], group: str) -> list[Standing]:
    return [item for item in standings if item.group == group]


def front(standings: Sequence[Standing], year: int, *, running: bool) -> str:
    """Will this year's targets be met (or: were that year's)?"""
    if not standings:
        return _("No place of this plan has a target.")
    if len(standings) == 1:
        return _front_one(standings[0], year)
    return _front_running(standings, year) if running else _front_closed(standings, year)


def _front_one(item: Standing, year: int) -> str:
    # A chance has five words, while places are grouped by three.
    key = likelihood(item.probability.value).id if item.probability else item.group
    message = {
        "almost_certain": _("{place} is almost certain to attain its target in {year}."),
        "likely": _("{place} is likely to attain its target in {year}."),
        "undecided": _("Whether {place} attains its target in {year} is undecided."),
        "unlikely": _("{place} is unlikely to attain its target in {year}."),
        "almost_no_chance": _("{place} has almost no chance to attain its target in {year}."),
        "attained": _("{place} attained its target in {year}."),
        "missed": _("{place} did not attain its target in {year}."),
        "within": _("{place} is within its target so far in {year}."),
        "beyond": _("{place} is beyond its target so far in {year}."),
        "missing": _("There are no data yet to judge {place} in {year}."),
    }[key]
    return message.format(place=item.name, year=year)


def _front_running(standings: Sequence[Standing], year: int) -> str:
    count = len(standings)
    likely, undecided = _count(standings, "likely"), _count(standings, "undecided")
    unlikely, missing = _count(standings, "unlikely"), _count(standings, "missing")
    if len(likely) == count:
        return _("All {count} target places are likely to attain in {year}.").format(
            count=count, year=year
        )
    if len(missing) == count:
        return _("There are no data yet to judge the {count} target places in {year}.").format(
            count=count, year=year
        )
    clauses = []
    if likely:
        clauses.append(
            ngettext("{n} is likely to attain", "{n} are likely to attain", len(likely)).format(
                n=len(likely)
            )
        )
    within, beyond = _count(standings, "within"), _count(standings, "beyond")
    if within:
        clauses.append(
            ngettext(
                "{n} is within its target so far",
                "{n} are within their targets so far",
                len(within),
            ).format(n=len(within))
        )
    if undecided:
        clauses.append(
            ngettext("{n} is undecided", "{n} are undecided", len(undecided)).format(
                n=len(undecided)
            )
        )
    if missing:
        clauses.append(
            ngettext("{n} has no data", "{n} have no data", len(missing)).format(n=len(missing))
        )
    if beyond:
        clauses.append(
            ngettext(
                "{n} is beyond its target so far: {names}",
                "{n} are beyond their targets so far: {names}",
                len(beyond),
            ).format(n=len(beyond), names=listed([item.name for item in beyond[:3]]))
        )
    if unlikely:
        clauses.append(
            ngettext(
                "{n} is unlikely to attain: {names}",
                "{n} are unlikely to attain: {names}",
                len(unlikely),
            ).format(n=len(unlikely), names=listed([item.name for item in unlikely[:3]]))
        )
    return _("Of {count} target places, {clauses}.").format(count=count, clauses=joined(clauses))


def _front_closed(standings: Sequence[Standing], year: int) -> str:
    count = len(standings)
    attained, missed = _count(standings, "attained"), _count(standings, "missed")
    missing = _count(standings, "missing")
    if len(attained) == count:
        return _("All {count} target places attained in {year}.").format(count=count, year=year)
    if len(missing) == count:
        return _("There are no data to judge the {count} target places in {year}.").format(
            count=count, year=year
        )
    clauses = [ngettext("{n} attained", "{n} attained", len(attained)).format(n=len(attained))]
    if missing:
        clauses.append(
            ngettext("{n} has no data", "{n} have no data", len(missing)).format(n=len(missing))
        )
    if missed:
        clauses.append(
            ngettext("{n} did not: {names}", "{n} did not: {names}", len(missed)).format(
                n=len(missed), names=listed([item.name for item in missed[:3]])
            )
        )
    return _("In {year}, of {count} target places, {clauses}.").format(
        year=year, count=count, clauses=joined(clauses)
    )


def spoken_name(item: Standing) -> str:
    """What a place is called in a sentence: its name, not its code, where it has both."""
    place = item.place
    if place is None or item.title != place.id or place.id in (place.name_zh, place.name_en):
        return item.title
    return item.subtitle or item.title


def place(item: Standing, *, running: bool) -> str:
    """What is this water, and how far is it from its target?"""
    name = spoken_name(item)
    if item.now.mark.number is None:
        return _("{place} has no class in {year}: no data that can be judged.").format(
            place=name, year=item.year
        )
    parts = {"place": name, "class_": item.now.mark.name, "year": item.year}
    if item.target_class is None:
        return _("{place} is {class_} in {year}; the plan sets no target for it.").format(**parts)
    parts["target"] = item.target_name
    meets = item.now.mark.number <= item.target_class
    if running:
        message = (
            _("{place} is {class_} so far in {year}, within its target {target}.")
            if meets
            else _("{place} is {class_} so far in {year}, short of its target {target}.")
        )
    else:
        message = (
            _("{place} was {class_} in {year} and attained its target {target}.")
            if meets
            else _("{place} was {class_} in {year} and missed its target {target}.")
        )
    return message.format(**parts)
