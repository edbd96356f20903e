"""What does this laboratory mean by its headers? A mapping file says it once and for all.

A mapping is a TOML file that overrules detection: headers as written point to an indicator with a
unit, or to a role; places as written point to registered ids; the medium, the year, the order of
day and month, cells that stand for no value and the detection limits of bare non-detects can be
stated. An unknown key raises and names the nearest known one, so that a typing slip cannot be
silently without effect.
"""

from __future__ import annotations

import difflib
import math
import tomllib
from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from luhai.errors import InputError
from luhai.text import Text

_TOP_KEYS = (
    "columns",
    "date_order",
    "detection_limits",
    "fill_down",
    "medium",
    "missing",
    "places",
    "year",
)
_COLUMN_KEYS = ("indicator", "layer", "role", "unit")
_LIMIT_KEYS = ("limit", "unit")
_DATE_ORDERS = ("dmy", "mdy")
_FILL_DOWN = ("place", "time")


@dataclass(frozen=True)
class ColumnRule:
    """What one header means.

    Attributes:
        indicator: code or name of the indicator, empty when the column has another role.
        unit: unit of its values, empty to take what the header says.
        role: a role of ``roles.csv``, empty for an indicator.
        layer: water layer of its values, empty when the header does not fix one.
    """

    indicator: str = ""
    unit: str = ""
    role: str = ""
    layer: str = ""


@dataclass(frozen=True)
class Mapping:
    """Statements that overrule detection.

    Attributes:
        columns: header as written to its rule.
        places: place as written to the id or name to use.
        medium: water that the rows are of, or ``None``.
        year: year of dates without one, or ``None``.
        date_order: ``dmy`` or ``mdy`` for dates such as 03/04/2020, empty when not stated.
        fill_down: of ``place`` and ``time``, those whose empty cells repeat the cell above.
        missing: further cells that mean "no value".
        detection_limits: indicator code or name to (limit, unit); the unit empty for canonical.
        source: file it was loaded from, for messages.
    """

    columns: AbstractMapping[str, ColumnRule] = field(default_factory=dict)
    places: AbstractMapping[str, str] = field(default_factory=dict)
    medium: str | None = None
    year: int | None = None
    date_order: str = ""
    fill_down: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    detection_limits: AbstractMapping[str, tuple[float, str]] = field(default_factory=dict)
    source: str = ""


def load_mapping(path: str | Path) -> Mapping:
    """Load a mapping file.

    Raises:
        InputError: the file is missing, is no TOML, or holds a key or value that does not exist.
    """
    file = Path(path)
    try:
        content = tomllib.loads(file.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise InputError(
            Text("The mapping file cannot be opened: {reason}.", {"reason": error.strerror}),
            where=str(file),
            remedy=Text("Check the path."),
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(
            Text("The mapping file is not TOML in UTF-8: {reason}.", {"reason": str(error)}),
            where=str(file),
            remedy=Text("Mend the line named; headers stand in quotation marks."),
        ) from error
    return mapping_from(content, str(file))


def mapping_from(content: AbstractMapping[str, Any], where: str = "") -> Mapping:
    """A mapping from the content of a TOML file or from answers given on a page.

    Raises:
        InputError: a key or value does not exist.
    """
    _check_keys(content, _TOP_KEYS, where)
    year = content.get("year")
    if year is not None and not (isinstance(year, int) and 1900 <= year <= 2200):
        raise _wrong(where, "year", year, Text("a year between 1900 and 2200"))
    return Mapping(
        columns={
            header: _column_rule(rule, f"{where}: columns.{header!r}")
            for header, rule in _table(content, "columns", where).items()
        },
        places={
            name: _text(target, f"{where}: places", name)
            for name, target in _table(content, "places", where).items()
        },
        medium=_choice(content, "medium", _media(), where) or None,
        year=year,
        date_order=_choice(content, "date_order", _DATE_ORDERS, where),
        fill_down=tuple(
            _member(entry, "fill_down", _FILL_DOWN, where)
            for entry in _list(content, "fill_down", where)
        ),
        missing=tuple(str(entry) for entry in _list(content, "missing", where)),
        detection_limits={
            name: _limit(entry, f"{where}: detection_limits.{name!r}")
            for name, entry in _table(content, "detection_limits", where).items()
        },
        source=where,
    )


def _media() -> tuple[str, ...]:
    from luhai.observations.reading.options import MEDIA

    return MEDIA


def _column_rule(rule: Any, where: str) -> ColumnRule:
    from luhai.observations.reading.words import LAYERS, role_names

    if not isinstance(rule, dict):
        raise InputError(
            Text("A column's rule must be a table."),
            where=where,
            remedy=Text(
                "Write for example: {example}.",
                {"example": '[columns."磷酸盐"] indicator = "lh_dip", unit = "μg/L"'},
            ),
        )
    _check_keys(rule, _COLUMN_KEYS, where)
    role = _choice(rule, "role", role_names(), where)
    found = ColumnRule(
        indicator=_text(rule.get("indicator", ""), where, "indicator"),
        unit=_text(rule.get("unit", ""), where, "unit"),
        role=role,
        layer=_choice(rule, "layer", LAYERS, where),
    )
    if found.role and found.indicator:
        raise InputError(
            Text("A column has either a role or an indicator."),
            where=where,
            remedy=Text("Delete one of the two lines."),
        )
    if found.unit:
        from luhai.standards import normalise_unit

        if normalise_unit(found.unit) is None:
            raise _wrong(where, "unit", found.unit, Text("a unit such as mg/L or μg/L"))
    return found


def _limit(entry: Any, where: str) -> tuple[float, str]:
    unit = ""
    if isinstance(entry, dict):
        _check_keys(entry, _LIMIT_KEYS, where)
        unit = _text(entry.get("unit", ""), where, "unit")
        entry = entry.get("limit")
    valid = isinstance(entry, int | float) and not isinstance(entry, bool)
    if not valid or not math.isfinite(entry) or entry <= 0:
        raise _wrong(where, "limit", entry, Text("a positive number"))
    return float(entry), unit


def _check_keys(content: AbstractMapping[str, Any], known: tuple[str, ...], where: str) -> None:
    for key in content:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            parts = {"near": repr(near[0]) if near else "", "keys": ", ".join(known)}
            raise InputError(
                Text("The key {key} is not known.", {"key": repr(key)}),
                where=where,
                why=Text("It would have no effect."),
                remedy=Text("Did you mean {near}? Known keys: {keys}.", parts)
                if near
                else Text("Known keys: {keys}.", parts),
            )


def _table(content: AbstractMapping[str, Any], key: str, where: str) -> dict[str, Any]:
    value = content.get(key, {})
    if not isinstance(value, dict):
        raise _wrong(where, key, value, Text("a table"))
    return value


def _list(content: AbstractMapping[str, Any], key: str, where: str) -> list[Any]:
    value = content.get(key, [])
    if not isinstance(value, list):
        raise _wrong(where, key, value, Text("a list"))
    return value


def _text(value: Any, where: str, key: str) -> str:
    if not isinstance(value, str):
        raise _wrong(where, key, value, Text("text in quotation marks"))
    return value.strip()


def _choice(
    content: AbstractMapping[str, Any], key: str, known: tuple[str, ...], where: str
) -> str:
    value = content.get(key, "")
    return "" if value == "" else _member(value, key, known, where)


def _member(value: Any, key: str, known: tuple[str, ...], where: str) -> str:
    if value not in known:
        near = difflib.get_close_matches(str(value), known, n=1)
        raise _wrong(
            where,
            key,
            value,
            Text("one of {values}", {"values": ", ".join(known)}),
            Text("Did you mean {near}?", {"near": repr(near[0])}) if near else None,
        )
    return str(value)


def _wrong(
    where: str, key: str, value: Any, expected: Text, hint: Text | None = None
) -> InputError:
    return InputError(
        Text("{key} is {value}.", {"key": key, "value": repr(value)}),
        where=where,
        why=Text("It must be {expected}.", {"expected": expected}),
        remedy=hint or Text("Mend the line in the mapping file."),
    )
