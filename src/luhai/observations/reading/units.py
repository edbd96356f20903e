"""Which part of a header is its unit?

Units stand in brackets of any width, after a slash, a comma or a space, or directly behind the name
(``总磷mg/L``). What counts as a unit is the units table of ``standards``.
"""

from __future__ import annotations

import re
from functools import lru_cache

from luhai.observations.reading.names import find_indicator
from luhai.observations.reading.words import plain
from luhai.standards import normalise_unit

_BRACKET = re.compile(r"[(\[{]([^()\[\]{}]*)[)\]}]")
_PIECES = re.compile(r"[,;、，；]\s*")


@lru_cache(maxsize=20_000)
def split_unit(header: str) -> tuple[str, str]:
    """Split a header into name and unit as written; the unit is empty when there is none."""
    text = plain(header)
    return _in_brackets(text) or _after_separator(text) or _attached(text) or (text, "")


def _in_brackets(text: str) -> tuple[str, str] | None:
    for match in reversed(list(_BRACKET.finditer(text))):
        before, after = text[: match.start()], text[match.end() :]
        content = match[1].strip()
        if normalise_unit(content) is not None:
            return " ".join(f"{before}{after}".split()), content
        pieces = _PIECES.split(content)
        units = [piece for piece in pieces if normalise_unit(piece) is not None]
        if len(pieces) > 1 and len(units) == 1:
            rest = ",".join(piece for piece in pieces if piece != units[0])
            return f"{before}({rest}){after}", units[0]
    return None


def _after_separator(text: str) -> tuple[str, str] | None:
    for match in re.finditer(r"[\s/,;_|:]+", text):
        name, unit = text[: match.start()], text[match.end() :]
        unit_like = unit and any(letter.isalpha() or letter in "%‰" for letter in unit)
        if name and unit_like and normalise_unit(unit) is not None and not _is_own_name(text):
            return name, unit
    return None


def _attached(text: str) -> tuple[str, str] | None:
    if len(text) > 40 or _is_own_name(text):
        return None
    for start in range(1, len(text)):
        unit = text[start:]
        if unit[0] in ")]}" or normalise_unit(unit) is None:
            continue
        if _is_name(text[:start]):
            return text[:start].strip(), unit
    return None


def _is_own_name(text: str) -> bool:
    """Whether the whole text names an indicator, so that no part of it can be a unit."""
    if any(mark in text for mark in "%‰°℃/"):
        return False
    matches = find_indicator(text)
    return bool(matches) and matches[0].certainty >= 0.45


@lru_cache(maxsize=20_000)
def _is_name(text: str) -> bool:
    matches = find_indicator(text)
    return bool(matches) and matches[0].certainty >= 0.45
