"""Of which water are the rows of a table: sea, river, lake or an outlet?

The register decides place by place; else a column of the file; else the caller and the mapping;
else the words of the title, sheet and file name, of the headers, and the indicators that only one
water has. Evidence is taken level by level; a level whose words contradict each other says nothing,
and headers and indicators that contradict each other leave the medium open: it is then asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from luhai.observations.reading.layout import Layout
from luhai.observations.reading.names import find_indicator
from luhai.observations.reading.units import split_unit
from luhai.observations.reading.words import key_of, medium_words
from luhai.text import N_

MEDIUM_NAMES = {
    "sea": N_("sea water"),
    "river": N_("river water"),
    "lake": N_("lake water"),
    "outlet": N_("outlet water"),
}
"""Each medium in words."""


@dataclass(frozen=True)
class MediumEvidence:
    """The medium that a file itself suggests.

    Attributes:
        medium: the medium, or ``None`` when nothing or contradictory things suggest one.
        certainty: 0 … 1.
        words: the words that suggest it.
    """

    medium: str | None
    certainty: float = 0.0
    words: tuple[str, ...] = ()


def medium_from_file(layout: Layout, texts: Sequence[str]) -> MediumEvidence:
    """Weigh what titles and names, headers and indicators say about the medium.

    Args:
        layout: the table's layout.
        texts: file name, sheet name and further texts beside the titles.
    """
    titles = [text for _, text in layout.titles]
    levels = (
        (0.95, _from_texts([*titles, *texts])),
        (0.9, _from_headers(layout)),
        (0.85, _from_indicators(layout)),
    )
    decided = [(certainty, found) for certainty, found in levels if len(found) == 1]
    if len(decided) > 1 and {*decided[0][1], *decided[1][1]} == {"lake", "river"}:
        # The name of a reservoir in a path names a place; which water it is, its register says.
        decided = decided[1:]
    media = {next(iter(found)) for _, found in decided}
    if not decided or (len(media) > 1 and decided[0][0] < 0.95):
        return MediumEvidence(None)
    certainty, found = decided[0]
    medium, words = next(iter(found.items()))
    return MediumEvidence(medium, certainty if len(media) == 1 else 0.7, tuple(words))


def _from_texts(texts: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for word, medium in medium_words("text").items():
        if any(word in key_of(text) for text in texts):
            found.setdefault(medium, []).append(word)
    return found


def _from_headers(layout: Layout) -> dict[str, list[str]]:
    words = medium_words("header")
    found: dict[str, list[str]] = {}
    for parts in layout.parts:
        for part in parts:
            for name in {part, split_unit(part)[0]}:
                if key_of(name) in words:
                    found.setdefault(words[key_of(name)], []).append(part)
    return found


def _from_indicators(layout: Layout) -> dict[str, list[str]]:
    words = medium_words("indicator")
    found: dict[str, list[str]] = {}
    for parts in layout.parts:
        for part in parts:
            for match in find_indicator(split_unit(part)[0])[:1]:
                if match.code in words and match.certainty >= 0.9:
                    found.setdefault(words[match.code], []).append(part)
    return found
