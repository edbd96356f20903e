"""How a class, a limit and a number of the standards look on a page.

The standards say what a class is called, which level of quality it belongs to and where its limits
lie; this module turns that into the numeral of a mark, the style of a level, and the bands of a
chart. It knows no standard by name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from luhai.standards import Limit, Standard, indicator, level_of_class, load_standard, round_text
from luhai.web.drawing.chart import Band
from luhai.web.words import science_language

MINUS = "\u2212"
SUPERSCRIPTS = {"2": "²", "3": "³"}


@dataclass(frozen=True)
class ClassMark:
    """A class as a page shows it.

    Attributes:
        number: class number, ``None`` when there is no class.
        numeral: what stands inside the mark.
        name: its name in the page's language.
        level: end of the style class ``level-…``: 1 (best) to 5, or ``none``.
    """

    number: int | None
    numeral: str
    name: str
    level: str


def class_mark(standard_id: str, number: int | None, no_data: str = "–") -> ClassMark:
    """The mark of a class of a standard; class 0 and ``None`` mean that nothing could be judged."""
    if not number:
        return ClassMark(None, "–", no_data, "none")
    standard = load_standard(standard_id)
    language = science_language()
    level = level_of_class(standard.level_rule, number).number
    return ClassMark(
        number,
        standard.class_mark(number, language),
        standard.class_name(number, language),
        str(level),
    )


def find_limit(standard_id: str, code: str, class_number: int) -> Limit | None:
    """The limit of an indicator for a class, ``None`` when the standard sets none."""
    return load_standard(standard_id).limit(code, class_number)


def more_is_better(limit: Limit) -> bool:
    """Whether a limit holds from below (dissolved oxygen)."""
    return limit.low is not None and limit.high is None


def bands(standard_id: str, code: str) -> list[Band]:
    """Value ranges of the classes of an indicator, best class first; empty without limits.

    Classes that share a limit leave no range for the worse of them (the standard's own gaps).
    """
    standard = load_standard(standard_id)
    limits = [standard.limit(code, number) for number in range(1, standard.class_count + 1)]
    if any(limit is None for limit in limits):
        return []
    known = [limit for limit in limits if limit is not None]
    if all(more_is_better(limit) for limit in known):
        return _bands_upwards(standard, known)
    if all(limit.low is None and limit.high is not None for limit in known):
        return _bands_downwards(standard, known)
    return []


def _bands_downwards(standard: Standard, limits: list[Limit]) -> list[Band]:
    low: float | None = None
    found = []
    for number, limit in enumerate(limits, start=1):
        if low is None or (limit.high is not None and limit.high > low):
            found.append(_band(standard, number, low, limit.high))
            low = limit.high
    return [*found, _band(standard, standard.class_count + 1, low, None)]


def _bands_upwards(standard: Standard, limits: list[Limit]) -> list[Band]:
    high: float | None = None
    found = []
    for number, limit in enumerate(limits, start=1):
        if high is None or (limit.low is not None and limit.low < high):
            found.append(_band(standard, number, limit.low, high))
            high = limit.low
    return [*found, _band(standard, standard.class_count + 1, None, high)]


def _band(standard: Standard, number: int, low: float | None, high: float | None) -> Band:
    mark = class_mark(standard.id, number)
    return Band(mark.level, mark.name, low, high)


def indicator_name(code: str) -> str:
    """Short name of an indicator in the page's language."""
    found = indicator(code)
    return found.short_zh if science_language() == "zh" else found.short_en


def indicator_unit(code: str) -> str:
    """Unit of an indicator as it is written behind a number; empty for a number without one."""
    return unit_text(indicator(code).unit)


def unit_text(unit: str) -> str:
    """A unit as people write it: ``km²`` for ``km2``; nothing for a number without a unit."""
    if unit in ("", "1"):
        return ""
    return re.sub(r"(?<=[a-z])([23])\b", lambda found: SUPERSCRIPTS[found[0]], unit)


def number_text(value: float | None, digits: int | None) -> str:
    """A number with the standard's digits and a true minus; empty for no number."""
    if value is None:
        return ""
    text = round_text(value, digits) if digits is not None else f"{value:g}"
    return text.replace("-", MINUS)
