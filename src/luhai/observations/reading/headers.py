"""What does each column hold? Roles, indicators, units and layers from the header's words.

A header that names an indicator with a certainty of 0.9 or more is taken; one that is less sure is
asked about and not taken, because a wrong indicator is worse than a missing one. A unit comes from
the mapping, the header, or the units row, in that order; a header without any is read in the
indicator's own unit and marked ``assumed``, unless its values speak against that (see
:mod:`~luhai.observations.reading.plausible`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np

from luhai.errors import InputError, UsageError
from luhai.observations.reading.layout import LIKELY, Layout
from luhai.observations.reading.mapping import ColumnRule, Mapping
from luhai.observations.reading.names import find_indicator
from luhai.observations.reading.result import ColumnUnderstanding
from luhai.observations.reading.units import split_unit
from luhai.observations.reading.words import column_letter, key_of, layer_words, role_words
from luhai.standards import (
    IndicatorMatch,
    convert,
    indicator,
    indicators,
    normalise_unit,
)
from luhai.text import N_, Text

TAKEN = 0.9
"""Certainty from which a header is taken without asking."""

_UNKNOWN_UNIT = re.compile(r"[(\[]([^()\[\]\u4e00-\u9fff]*/[^()\[\]\u4e00-\u9fff]*)[)\]]\s*$")
_MARK_WORDS = re.compile(r"[-_ (]*(?:标记|标识|数据标记|flag|mark)[)]?$", re.IGNORECASE)
_OTHER_STATISTIC = re.compile(r"^w\d{5}[-_](?:min|max|cou)$", re.IGNORECASE)
_LAYER_PREFIX = re.compile(
    r"^(表层|中层|底层|表|中|底|surface|middle|bottom)[\s_-]*(.+)$|^(.+?)[\s_(-]+(表层?|中层?|底层?|surface|middle|bottom)\)?$",
    re.IGNORECASE,
)
_LONG_ROLE_WORDS = 4


@dataclass(frozen=True)
class Column:
    """A column of a table as it will be read.

    Attributes:
        index: its position, from 0.
        understanding: what it was taken for.
        problem: code of the reason why it is not read, empty when it is.
        limit: detection limit of bare non-detects in the column's unit, or ``None``.
        marks: index of the indicator column that this column of marks belongs to, or ``None``.
    """

    index: int
    understanding: ColumnUnderstanding
    problem: str = ""
    limit: float | None = None
    marks: int | None = None

    @property
    def role(self) -> str:
        """Role of the column."""
        return self.understanding.role

    @property
    def letter(self) -> str:
        """Letter of the column."""
        return self.understanding.column


def understand_columns(
    layout: Layout, medium: str | None, mapping: Mapping | None
) -> tuple[Column, ...]:
    """Say what each column with a header holds."""
    rules = {key_of(header): rule for header, rule in mapping.columns.items()} if mapping else {}
    columns = []
    for index, parts in enumerate(layout.parts):
        if not parts:
            continue
        unit_cell = layout.units[index] if index < len(layout.units) else ""
        columns.append(_column(index, parts, unit_cell, medium, rules))
    columns = _with_layer_columns(columns)
    columns = [_with_mark_target(column, columns) for column in columns]
    return tuple(_with_limit(column, layout) for column in columns)


def _column(
    index: int,
    parts: tuple[str, ...],
    unit_cell: str,
    medium: str | None,
    rules: dict[str, ColumnRule],
) -> Column:
    header = " / ".join(parts)
    written = ColumnUnderstanding(column_letter(index), header, "unknown", certainty=0.0)
    rule = _rule_for(parts, rules)
    if rule is not None and rule.role:
        return Column(index, replace(written, role=rule.role, layer=rule.layer, certainty=1.0))
    layer = rule.layer if rule and rule.layer else _layer_of(parts)
    if rule is not None and rule.indicator:
        code = resolve_indicator(rule.indicator, medium)
        return _with_unit(
            index, replace(written, layer=layer), code, 1.0, "", parts, unit_cell, rule
        )
    # A group heading such as 监测项目 stands above indicators and is no column of its own.
    role, certainty = _role_of(parts[-1:] if _names_indicator(parts[-1]) else parts)
    if role:
        return Column(index, replace(written, role=role, certainty=certainty))
    if _MARK_WORDS.search(parts[-1]) and _MARK_WORDS.sub("", parts[-1]):
        return Column(index, replace(written, role="mark", certainty=0.9))
    if _OTHER_STATISTIC.search(parts[-1]):
        # Minimum, maximum and sum of an HJ 212 packet stand beside the value itself.
        return Column(index, replace(written, role="ignore", certainty=1.0))
    match = _indicator_of(parts, medium)
    if match is None:
        return Column(index, written, problem="unknown_indicator")
    understanding = replace(written, layer=layer, certainty=match.certainty)
    if match.certainty < TAKEN:
        name = indicator(match.code).name
        question = Text(
            N_("Does the header “{header}” mean {indicator}?"),
            {"header": header, "indicator": name},
        )
        return Column(index, replace(understanding, question=question), problem="unknown_indicator")
    return _with_unit(
        index, understanding, match.code, match.certainty, match.basis, parts, unit_cell, rule
    )


def _rule_for(parts: tuple[str, ...], rules: dict[str, ColumnRule]) -> ColumnRule | None:
    names = [" / ".join(parts), parts[-1], split_unit(parts[-1])[0], parts[0]]
    return next((rules[key_of(name)] for name in names if key_of(name) in rules), None)


def _role_of(parts: tuple[str, ...]) -> tuple[str, float]:
    words = role_words()
    for part in reversed(parts):
        for name in (part, split_unit(part)[0], re.sub(r"\(.*?\)", "", part)):
            if key_of(name) in words:
                return words[key_of(name)], 1.0
    for part in reversed(parts):
        key = key_of(part)
        if find_indicator(split_unit(part)[0]):
            continue
        for word, role in words.items():
            is_long = len(word) >= _LONG_ROLE_WORDS
            if is_long and role != "ignore" and (key.startswith(word) or key.endswith(word)):
                return role, 0.8
    return "", 0.0


def _layer_of(parts: tuple[str, ...]) -> str:
    words = layer_words()
    for part in parts:
        name = split_unit(part)[0]
        if key_of(name) in words:
            return words[key_of(name)]
        match = _LAYER_PREFIX.match(name)
        if match:
            layer, rest = (match[1], match[2]) if match[1] else (match[4], match[3])
            if find_indicator(rest) and not _sure(name):
                return words[key_of(layer)]
    return ""


def _names_indicator(part: str) -> bool:
    """Whether a header part names an indicator, or a unit or layer of one named above."""
    name = split_unit(part)[0]
    matches = find_indicator(name)
    likely = bool(matches) and matches[0].certainty >= LIKELY
    return likely or normalise_unit(part) is not None or key_of(name) in layer_words()


def _sure(name: str) -> bool:
    matches = find_indicator(name)
    return bool(matches) and matches[0].certainty >= TAKEN


def _indicator_of(parts: tuple[str, ...], medium: str | None) -> IndicatorMatch | None:
    """The most certain reading of a header: of one of its parts, or of all of them joined."""
    found: list[IndicatorMatch] = []
    names = [split_unit(part) for part in reversed(parts)]
    for name, unit in names:
        if normalise_unit(unit) == "%" and not name.endswith(("度", "saturation")):
            found += find_indicator(f"{name} saturation", medium)
            found += find_indicator(f"{name}饱和度", medium)
        found += find_indicator(_UNKNOWN_UNIT.sub("", name), medium)
        match = _LAYER_PREFIX.match(name)
        if match:
            found += find_indicator(match[2] or match[3], medium)
        if found and found[0].certainty >= TAKEN:
            return found[0]
    if len(parts) > 1:
        found += find_indicator("".join(name for name, _ in reversed(names)), medium)
    return max(found, key=lambda match: match.certainty, default=None)


def resolve_indicator(name: str, medium: str | None) -> str:
    """Code of an indicator that a mapping names by code or name.

    Raises:
        UsageError: it is not known or not unique.
    """
    if name in indicators():
        return name
    matches = find_indicator(name, medium)
    if matches and matches[0].certainty >= TAKEN:
        return matches[0].code
    return indicator(name).code


def _with_unit(
    index: int,
    understanding: ColumnUnderstanding,
    code: str,
    certainty: float,
    basis: str,
    parts: tuple[str, ...],
    unit_cell: str,
    rule: ColumnRule | None,
) -> Column:
    found = indicator(code)
    understanding = replace(understanding, role="indicator", indicator=code, certainty=certainty)
    text, source = _written_unit(parts, unit_cell, rule)
    if not text:
        by_code = key_of(parts[-1]).startswith(key_of(code))
        own = found.hj212_unit if by_code and found.hj212_unit else found.unit
        sure = certainty if by_code or not found.unit else min(certainty, 0.8)
        return Column(
            index, replace(understanding, unit=own or "1", unit_source="assumed", certainty=sure)
        )
    understanding = replace(understanding, unit_text=text, unit_source=source)
    unit = normalise_unit(text)
    if unit is None:
        return Column(index, understanding, problem="unknown_unit")
    if basis and basis != found.basis and " as " not in unit:
        unit = f"{unit} as {basis}"
    understanding = replace(understanding, unit=unit)
    if not compatible(unit, code):
        return Column(index, understanding, problem="unknown_unit")
    return Column(index, understanding)


def _written_unit(
    parts: tuple[str, ...], unit_cell: str, rule: ColumnRule | None
) -> tuple[str, str]:
    if rule is not None and rule.unit:
        return rule.unit, "mapping"
    for part in reversed(parts):
        unit = split_unit(part)[1]
        if unit:
            return unit, "header"
    for part in reversed(parts):
        if normalise_unit(part) is not None:
            return part, "header"
    unknown = _unknown_unit(parts)
    if unknown:
        return unknown, "header"
    if unit_cell and unit_cell not in ("/", "-", "--", "*"):
        return unit_cell, "unit row"
    return "", ""


def _unknown_unit(parts: tuple[str, ...]) -> str:
    """A bracket behind the name that looks like a unit and is none that is known (``(mg/X)``)."""
    for part in reversed(parts):
        match = _UNKNOWN_UNIT.search(part)
        if match:
            return match[1].strip()
    return ""


def compatible(unit: str, code: str) -> bool:
    """Whether values in this unit measure this indicator."""
    try:
        convert(np.array([1.0]), unit, code)
    except (InputError, UsageError):
        return False
    return True


def _with_layer_columns(columns: list[Column]) -> list[Column]:
    """The first column of each role that may occur once is it; further ones are only listed."""
    single = {"place", "time", "indicator_name", "value", "unit", "medium", "station_state"}
    seen: set[str] = set()
    kept = []
    for column in columns:
        if column.role in single and column.role in seen and column.role != "time":
            understanding = replace(column.understanding, role="ignore", certainty=0.5)
            column = replace(column, understanding=understanding)
        seen.add(column.role)
        kept.append(column)
    return kept


def _with_mark_target(column: Column, columns: list[Column]) -> Column:
    """Which indicator a column of marks belongs to: the one it names, else all of them."""
    if column.role != "mark":
        return column
    name = key_of(_MARK_WORDS.sub("", column.understanding.header))
    for other in columns:
        if other.role == "indicator" and name:
            own = key_of(split_unit(other.understanding.header)[0])
            if name in (own, key_of(other.understanding.indicator)):
                return replace(column, marks=other.index)
    return column


def _with_limit(column: Column, layout: Layout) -> Column:
    """Detection limit from the limits row of the file; it is in the unit of the column."""
    if column.role != "indicator" or column.index >= len(layout.limits):
        return column
    from luhai.observations.reading.cells import parse_cell

    cell = parse_cell(layout.limits[column.index])
    if cell.meaning != "number" or cell.value is None or cell.unit or cell.value <= 0:
        return column
    return replace(column, limit=cell.value)
