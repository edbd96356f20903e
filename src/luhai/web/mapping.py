"""The map of places that the front page and the list of places share."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from luhai.web.drawing.map import MapDrawing, MapMark, draw_map
from luhai.web.snapshot import Snapshot
from luhai.web.standing import Standing

RINGS = {"unlikely": "solid", "beyond": "solid", "undecided": "dashed", "missed": "solid"}
"""Attainment is not class: it has a sign of its own, a ring around the mark."""
IMPORTANCE = {"unlikely": 3, "missed": 3, "beyond": 3, "undecided": 2}


def group_words(group: str) -> str:
    """What a group of places is called, behind its icon."""
    return {
        "unlikely": _("unlikely to attain"),
        "undecided": _("undecided"),
        "likely": _("likely to attain"),
        "beyond": _("beyond the target so far"),
        "within": _("within the target so far"),
        "missed": _("target missed"),
        "attained": _("target attained"),
        "missing": _("data missing"),
        "untargeted": _("no target in the plan"),
    }[group]


def state_words(item: Standing) -> str:
    """How one place stands: the words of its chance, where it has one, else those of its group."""
    return item.probability.words if item.probability else group_words(item.group)


ICONS = {
    "unlikely": "▲",
    "missed": "▲",
    "beyond": "▲",
    "within": "●",
    "undecided": "◆",
    "missing": "◆",
    "likely": "●",
    "attained": "●",
    "untargeted": "○",
}


def map_of(snapshot: Snapshot, standings: Sequence[Standing]) -> MapDrawing:
    """Coast and marks of the places whose position is known."""
    marks = []
    for item in standings:
        place = item.place
        if place is None or place.longitude is None or place.latitude is None:
            continue
        words = [item.name, item.now.mark.name, state_words(item)]
        # A position given to within half a kilometre can be trusted on a map of a city.
        estimated = place.position_accuracy_km is not None and place.position_accuracy_km > 0.5
        if estimated:
            words.append(
                _("position estimated, ± {km} km").format(km=f"{place.position_accuracy_km:g}")
            )
        marks.append(
            MapMark(
                key=item.place_id,
                href=reverse("place", args=[item.place_id]),
                label=item.title,
                description=_(", ").join(words),
                longitude=place.longitude,
                latitude=place.latitude,
                shape=item.now.shape,
                numeral=item.now.mark.numeral,
                level=item.now.mark.level,
                ring=RINGS.get(item.group, ""),
                estimated=estimated,
                importance=IMPORTANCE.get(item.group, 0),
            )
        )
    return draw_map(marks, snapshot.coast)
