"""How good is the water of a group of places, in the official words?

A river, district or sea area has a quality level by the shares of its places (or of its area) in
the classes: 环办〔2011〕22号 for surface water, HJ 442 for the sea. Cuts, words, colours and marks
are data (``data/levels/``); here stand only the comparison and the two official rules of change.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from luhai.errors import InputError, UsageError
from luhai.standards.citations import english_title
from luhai.standards.limits import Standard
from luhai.standards.palette import Colour, colour
from luhai.standards.rounding import drop_noise
from luhai.standards.tables import Row, by_key, per_environment, read_tables, unknown
from luhai.text import N_, Text
from luhai.why import Citation

_SENSES = {">=": operator.ge, ">": operator.gt, "<": operator.lt, "<=": operator.le}
_SUM_TOLERANCE = 0.55
"""Percent by which shares, each rounded to one decimal, may miss 100."""

_CHANGES = {
    (0, 0): N_("no marked change"),
    (1, 1): N_("somewhat better"),
    (1, 2): N_("markedly better"),
    (-1, 1): N_("somewhat worse"),
    (-1, 2): N_("markedly worse"),
}


@dataclass(frozen=True)
class Level:
    """A quality level.

    Attributes:
        rule: ``surface`` or ``sea``.
        number: 1 (best) … 5.
        name_zh, name_en: the official word and its English.
        colour: fill, letter, edge and pattern of its mark, light and dark.
        clause, verified, note: where it is said and how well it is known.
        citation: the same as a citation.
    """

    rule: str
    number: int
    name_zh: str
    name_en: str
    colour: Colour
    clause: str
    verified: str
    note: str
    citation: Citation

    @property
    def name(self) -> dict[str, str]:
        """Name in both languages, as a part of a ``Text``."""
        return {"zh": self.name_zh, "en": self.name_en}

    @property
    def colour_light(self) -> str:
        """Fill on the light theme."""
        return self.colour.light_fill

    @property
    def colour_dark(self) -> str:
        """Fill on the dark theme."""
        return self.colour.dark_fill


@dataclass(frozen=True)
class Change:
    """A change between two periods.

    Attributes:
        direction: 1 better, −1 worse, 0 no marked change.
        degree: 0 none, 1 some, 2 marked.
        difference: the number judged (levels, or ΔG − ΔD in points), above 0 for better.
        words: the official words.
        citation: the rule applied.
    """

    direction: int
    degree: int
    difference: float
    words: Text
    citation: Citation


@dataclass(frozen=True)
class _Rule:
    name: str
    media: tuple[str, ...]
    class_count: int
    good_last_class: int
    bad_class: int
    change_small: float
    change_marked: float
    dominant_alone: float | None
    dominant_two: float | None
    standard: str
    title: str
    verified: str


@dataclass(frozen=True)
class _Condition:
    order: int
    level: int
    first_class: int
    last_class: int
    sense: str
    percent: float

    def holds(self, shares: Sequence[float]) -> bool:
        part = float(drop_noise(sum(shares[self.first_class - 1 : self.last_class])))
        return bool(_SENSES[self.sense](part, self.percent))


def rules() -> tuple[str, ...]:
    """Names of the rules."""
    return tuple(_rules())


def levels_of(rule: str) -> tuple[Level, ...]:
    """Levels of a rule, best first.

    Raises:
        UsageError: no such rule.
    """
    _rule(rule)
    return _levels()[rule]


def level_of_shares(rule: str, shares: Sequence[float]) -> Level:
    """Level of a group from the shares of its classes.

    Args:
        rule: ``surface`` (classes Ⅰ…Ⅴ and worse) or ``sea`` (一类…四类 and worse).
        shares: percent of places or area per class, class 1 first, the last one worse than the
            last class; they add up to 100 within the rounding of bulletins.

    Raises:
        UsageError: no such rule, or the number of shares is not that of its classes.
        InputError: a share is missing or negative, or they do not add up to 100.
    """
    found = _rule(rule)
    _check_shares(found, shares)
    groups: dict[int, list[_Condition]] = {}
    for condition in _conditions()[rule]:
        groups.setdefault(condition.order, []).append(condition)
    for _, conditions in sorted(groups.items()):
        if all(condition.holds(shares) for condition in conditions):
            return _levels()[rule][conditions[0].level - 1]
    raise InputError(
        Text(
            "The rule '{rule}' has no level for the shares {shares}.",
            {"rule": rule, "shares": str(list(shares))},
        ),
        why=Text("Its conditions leave a gap."),
        remedy=Text("Complete data/levels/conditions.csv."),
    )


def level_of_class(rule: str, class_number: int) -> Level:
    """Level of one place from its class (the last class + 1 is worse than the last).

    Raises:
        UsageError: no such rule or class.
    """
    _rule(rule)
    table = _class_levels()[rule]
    if class_number not in table:
        raise UsageError(
            Text(
                "The rule '{rule}' has no class {number}.", {"rule": rule, "number": class_number}
            ),
            remedy=Text("Use {first} … {last}.", {"first": min(table), "last": max(table)}),
        )
    return _levels()[rule][table[class_number][0] - 1]


def colour_of_class(rule: str, class_number: int, *, apart: bool = False) -> Colour:
    """Colour of a class; 0 is "no data".

    Args:
        rule: ``surface`` or ``sea``.
        class_number: class, the last + 1 for worse than the last, 0 for no data.
        apart: tell classes of one level (Ⅰ and Ⅱ) apart.
    """
    if class_number == 0:
        return colour("no_data")
    level = level_of_class(rule, class_number)
    return colour(_class_levels()[rule][class_number][1]) if apart else level.colour


def change_by_level(rule: str, before: int, after: int) -> Change:
    """Change between two periods by their levels (numbers; smaller is better).

    Source: 环办〔2011〕22号 (M): the same level is no marked change, one level some change, two or
    more a marked one.
    """
    found = _rule(rule)
    for number in (before, after):
        if not 1 <= number <= len(_levels()[rule]):
            raise UsageError(
                Text("The rule '{rule}' has no level {number}.", {"rule": rule, "number": number})
            )
    difference = before - after
    return _change(found, float(difference), min(abs(difference), 2), "change by level")


def change_by_shares(rule: str, before: Sequence[float], after: Sequence[float]) -> Change:
    """Change between two periods by their shares of classes (percent, as in level_of_shares).

    Source: 环办〔2011〕22号 (M): ΔG is the change of the good share (Ⅰ–Ⅲ; at sea by analogy 一、
    二类), ΔD that of the worst; ΔG − ΔD above 0 is better; up to 10 points there is no marked
    change, up to 20 some, beyond a marked one.
    """
    found = _rule(rule)
    for shares in (before, after):
        _check_shares(found, shares)
    good = sum(after[: found.good_last_class]) - sum(before[: found.good_last_class])
    bad = after[found.bad_class - 1] - before[found.bad_class - 1]
    # Shares have at most a few decimals: what lies beyond is noise of the sums.
    difference = round(good - bad, 9)
    degree = int(abs(difference) > found.change_small) + int(abs(difference) > found.change_marked)
    return _change(found, difference, degree, "change by shares")


def dominant_classes(rule: str, shares: Sequence[float]) -> tuple[int, ...]:
    """Classes that the official wording names as dominant.

    One class above half is named alone; else the two largest when together they exceed 70 %; else
    none (HJ 442). Equal shares go to the better class.

    Returns:
        Class numbers, best first; empty when none dominates or the rule knows no such wording.
    """
    found = _rule(rule)
    _check_shares(found, shares)
    if found.dominant_alone is None or found.dominant_two is None:
        return ()
    ordered = sorted(range(1, len(shares) + 1), key=lambda number: (-shares[number - 1], number))
    first, second = ordered[:2]
    if shares[first - 1] > found.dominant_alone:
        return (first,)
    if float(drop_noise(shares[first - 1] + shares[second - 1])) > found.dominant_two:
        return tuple(sorted((first, second)))
    return ()


def dominant_text(standard: Standard, rule: str, shares: Sequence[float]) -> Text | None:
    """The official wording of the dominant classes (以一、二类为主), or ``None``."""
    classes = dominant_classes(rule, shares)
    if not classes:
        return None
    names = [standard.class_names[number] for number in classes]
    if len(names) == 1:
        return Text(N_("mainly {first}"), {"first": names[0]})
    return Text(N_("mainly {first} and {second}"), {"first": names[0], "second": names[1]})


def _change(rule: _Rule, difference: float, degree: int, clause: str) -> Change:
    direction = int(np.sign(difference)) if degree else 0
    citation = Citation(
        rule.standard, rule.title, clause, rule.verified, english_title(rule.standard)
    )
    words = Text(_CHANGES[direction, degree])
    return Change(direction, degree, difference, words, citation)


def _check_shares(rule: _Rule, shares: Sequence[float]) -> None:
    if len(shares) != rule.class_count:
        raise UsageError(
            Text(
                "The rule '{rule}' takes {count} shares, not {given}.",
                {"rule": rule.name, "count": rule.class_count, "given": len(shares)},
            ),
            remedy=Text("Give one per class, the last for worse than the last class."),
        )
    if any(not share >= 0 for share in shares):
        raise InputError(
            Text("A share is missing or negative: {shares}.", {"shares": str(list(shares))}),
            remedy=Text("A class without places has the share 0."),
        )
    total = sum(shares)
    if abs(total - 100) > _SUM_TOLERANCE:
        fractions = abs(total - 1) < 0.01
        raise InputError(
            Text("The shares add up to {total} %, not 100 %.", {"total": f"{total:g}"}),
            why=Text("A level from incomplete shares would be wrong."),
            remedy=Text("Give percent, not fractions.") if fractions else Text("Check the shares."),
        )


def _rule(name: str) -> _Rule:
    if name not in _rules():
        raise unknown(Text("rule"), name, _rules())
    return _rules()[name]


@per_environment
def _rules() -> dict[str, _Rule]:
    columns = (
        *("rule", "medium", "class_count", "good_last_class", "bad_class", "change_small"),
        *("change_marked", "dominant_alone", "dominant_two", "standard", "title", "verified"),
    )
    return {
        name: _Rule(
            name=name,
            media=tuple(row.text("medium").split(";")),
            class_count=row.integer("class_count"),
            good_last_class=row.integer("good_last_class"),
            bad_class=row.integer("bad_class"),
            change_small=row.number_of("change_small"),
            change_marked=row.number_of("change_marked"),
            dominant_alone=row.number_or_none("dominant_alone"),
            dominant_two=row.number_or_none("dominant_two"),
            standard=row.text("standard"),
            title=row.text("title"),
            verified=row.verified(),
        )
        for name, row in by_key(read_tables("levels/rules.csv", columns), "rule").items()
    }


@per_environment
def _levels() -> dict[str, tuple[Level, ...]]:
    columns = ("rule", "level", "name_zh", "name_en", "colour", "clause", "verified", "note")
    table: dict[str, list[Level]] = {}
    for row in read_tables("levels/levels.csv", columns):
        own = table.setdefault(row.text("rule"), [])
        if row.integer("level") != len(own) + 1:
            raise row.fault("level", Text("is out of order"))
        own.append(_level(row))
    return {rule: tuple(entries) for rule, entries in table.items()}


def _level(row: Row) -> Level:
    rule = _rule(row.text("rule"))
    clause, verified = row.text("clause"), row.verified()
    return Level(
        rule=rule.name,
        number=row.integer("level"),
        name_zh=row.text("name_zh"),
        name_en=row.text("name_en"),
        colour=colour(row.text("colour")),
        clause=clause,
        verified=verified,
        note=row.text("note"),
        citation=Citation(
            rule.standard, rule.title, clause, verified, english_title(rule.standard)
        ),
    )


@per_environment
def _conditions() -> dict[str, tuple[_Condition, ...]]:
    columns = ("rule", "order", "level", "first_class", "last_class", "sense", "percent")
    table: dict[str, list[_Condition]] = {}
    for row in read_tables("levels/conditions.csv", columns):
        table.setdefault(row.text("rule"), []).append(
            _Condition(
                order=row.integer("order"),
                level=row.integer("level"),
                first_class=row.integer("first_class"),
                last_class=row.integer("last_class"),
                sense=row.choice("sense", tuple(_SENSES)),
                percent=row.number_of("percent"),
            )
        )
    return {rule: tuple(entries) for rule, entries in table.items()}


@per_environment
def _class_levels() -> dict[str, dict[int, tuple[int, str]]]:
    table: dict[str, dict[int, tuple[int, str]]] = {}
    columns = ("rule", "class", "level", "colour", "verified")
    for row in read_tables("levels/classes.csv", columns):
        own = table.setdefault(row.text("rule"), {})
        if row.integer("class") in own:
            raise row.fault("class", Text("stands twice"))
        own[row.integer("class")] = (row.integer("level"), row.text("colour"))
    return table
