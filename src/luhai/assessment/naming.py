"""How is a place called in a sentence, in either language?

By its id and the names of the plan's register: an id that is itself the Chinese name (大泉) is
followed by nothing in Chinese, and in English stands behind the English name, so that a reader of
either language finds it in the files. A code (GD1701) is followed by the name.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from luhai.text import LANGUAGES

if TYPE_CHECKING:
    from luhai.plan.places import PlaceRegister


def place_label(place_id: str, places: PlaceRegister | None) -> dict[str, str]:
    """Id and name of a place by language; the id alone where the register does not know it."""
    found = places.get(place_id) if places is not None else None
    if found is None:
        return dict.fromkeys(LANGUAGES, place_id)
    labels = {}
    for language in LANGUAGES:
        name = found.name(language)
        if name == place_id:
            labels[language] = place_id
        elif place_id in (found.name_zh, found.name_en):
            labels[language] = f"{name} ({place_id})"
        else:
            labels[language] = f"{place_id} {name}"
    return labels


def place_labels(place_ids: Iterable[str], places: PlaceRegister | None) -> dict[str, str]:
    """Several places as one list in either language."""
    labels = [place_label(place_id, places) for place_id in place_ids]
    separators = {"zh": "、", "en": ", "}
    return {
        language: separators[language].join(label[language] for label in labels)
        for language in LANGUAGES
    }
