"""Which editions of which standards are known, and how is one read?

A standard is a folder: ``standard.toml`` (titles, validity, classes), ``limits.csv`` (the printed
table, one row per item, one column per class, with clause, validity and verification mark),
and where the standard has them ``alternatives.csv``, ``narrative.csv`` and
``detection_limits.csv``. Shipped are GB 3097-1997 (sea), GB 3838-2002 (rivers; lakes; sources of
drinking water) and discharge standards, which :mod:`luhai.standards.discharge` reads; any further
edition or local standard is a further folder.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path

from luhai.errors import InputError, UsageError
from luhai.standards.catalogue import indicator, indicator_of
from luhai.standards.limits import Alternative, DetectionLimit, Limit, Narrative, Standard
from luhai.standards.tables import (
    NO_LIMIT,
    Row,
    day_of,
    first_day_of,
    folders,
    mark_of,
    read_csv,
    read_toml,
    unknown,
    whole,
)
from luhai.standards.units import convert
from luhai.text import Text

SENSES = ("<=", ">=", ">", "range")
_LIMIT_COLUMNS = (
    *("standard", "clause", "code", "item", "sense", "applies_to", "use", "unit"),
    *("valid_from", "valid_to", "verified", "note"),
)
_STANDARD_KEYS = (
    *("id", "kind", "title_zh", "title_en", "edition", "media", "valid_from", "classes", "worse"),
    *("default_method", "level_rule", "verified", "source"),
)
_KINDS = {"ambient": Text("ambient"), "discharge": Text("discharge")}
_NOT_ASSESSED = {"zh": "未评价", "en": "not assessed"}


def standards(*, extra: Sequence[Path] = ()) -> tuple[str, ...]:
    """Ids of all known standards (see :func:`load_standard` for ``extra``)."""
    return tuple(sorted(folders("standard", extra)))


def load_standard(standard_id: str, *, extra: Sequence[str | Path] = ()) -> Standard:
    """Load one edition of a standard.

    Args:
        standard_id: e.g. ``gb3097-1997``, ``gb3838-2002``, ``gb3838-2002-lake``.
        extra: further folders with standards, besides those named in the environment variable
            ``LUHAI_STANDARDS``.

    Raises:
        UsageError: no standard of that id; near misses are named.
        InputError: a table of the standard is not whole.
    """
    known = folders("standard", [Path(path) for path in extra])
    if standard_id not in known:
        raise unknown(Text("standard"), standard_id, known)
    folder = known[standard_id]
    return _load(folder, _stamp(folder))


def not_of_folder(identity: str) -> Text:
    """Why a row is refused that names another standard than its folder does."""
    return Text("is not the standard of its folder ('{id}')", {"id": identity})


def standard_in_force(
    medium: str, on: date, *, kind: str = "ambient", extra: Sequence[str | Path] = ()
) -> Standard:
    """The ambient standard of a medium on a day.

    Raises:
        UsageError: none, or more than one, is in force.
    """
    paths = [Path(path) for path in extra]
    every = [load_standard(name, extra=paths) for name in standards(extra=paths)]
    found = [
        entry
        for entry in every
        if entry.kind == kind and medium in entry.media and entry.in_force(on)
    ]
    if len(found) == 1:
        return found[0]
    parts = {"kind": _KINDS.get(kind, kind), "medium": medium, "day": on.isoformat()}
    if not found:
        media = sorted({name for entry in every if entry.kind == kind for name in entry.media})
        raise UsageError(
            Text("No {kind} standard for '{medium}' is in force on {day}.", parts),
            remedy=Text(
                "Media with a standard: {media}; or name the standard itself.",
                {"media": ", ".join(media)},
            ),
        )
    raise UsageError(
        Text(
            "More than one {kind} standard for '{medium}' is in force on {day}: {standards}.",
            {**parts, "standards": ", ".join(entry.id for entry in found)},
        ),
        remedy=Text("Name the standard itself."),
    )


def detection_limit(code: str, standard: str | Standard) -> float | None:
    """Detection limit for a non-detect that is written without its limit.

    Returns:
        The lowest limit that the standard lists for the indicator (canonical unit), or ``None``
        when it lists none. These belong to the methods of the standard's year: a laboratory's own
        limit goes before.
    """
    edition = load_standard(standard) if isinstance(standard, str) else standard
    listed = [row.value for row in edition.detection_limits if row.code == code]
    return min(listed) if listed else None


def unprovable_classes(code: str, standard: str | Standard, limit: float) -> tuple[int, ...]:
    """Classes that a non-detect with this detection limit cannot prove.

    Args:
        limit: detection limit in the canonical unit.

    Returns:
        Numbers of the classes whose upper bound lies below the detection limit.
    """
    edition = load_standard(standard) if isinstance(standard, str) else standard
    return tuple(
        row.class_number
        for row in edition.limits_of(code)
        if row.high is not None and row.low is None and limit > row.high
    )


def _stamp(folder: Path) -> tuple[tuple[str, int], ...]:
    """Names and times of the tables: an edited table is read anew."""
    return tuple((file.name, file.stat().st_mtime_ns) for file in sorted(folder.iterdir()))


@cache
def _load(folder: Path, stamp: tuple[tuple[str, int], ...]) -> Standard:
    file = folder / "standard.toml"
    head = read_toml(file, _STANDARD_KEYS)
    if head["kind"] not in _KINDS:
        raise InputError(
            Text("kind {value} is neither ambient nor discharge.", {"value": repr(head["kind"])}),
            where=str(file),
            remedy=Text("Mend the description."),
        )
    identity, count = str(head["id"]), len(head["classes"])
    with whole(file):
        every = [*head["classes"], head["worse"]]
        names, marks = _both(every, "name"), _both(every, "mark")
        uses = [{"zh": entry.get("use_zh", ""), "en": entry.get("use_en", "")} for entry in every]
    ambient = head["kind"] == "ambient"
    return Standard(
        id=identity,
        kind=head["kind"],
        title_zh=head["title_zh"],
        title_en=head["title_en"],
        edition=head["edition"],
        media=tuple(head["media"]),
        valid_from=first_day_of(head, file),
        valid_to=day_of(head, "valid_to", file),
        superseded_by=head.get("superseded_by", ""),
        class_count=count,
        class_names=(_NOT_ASSESSED, *names),
        class_marks=({"zh": "–", "en": "–"}, *marks),
        class_uses=({"zh": "", "en": ""}, *uses),
        default_method=head["default_method"],
        level_rule=head["level_rule"],
        limits=_limits(folder / "limits.csv", identity, count) if ambient else (),
        alternatives=_alternatives(folder / "alternatives.csv", identity, count),
        narratives=_narratives(folder / "narrative.csv", identity, count),
        detection_limits=_detection_limits(folder / "detection_limits.csv", identity),
        verified=mark_of(head, file),
        source=head["source"],
        notes=tuple(head.get("notes", ())),
        folder=folder,
    )


def _both(entries: Iterable[Mapping[str, str]], name: str) -> tuple[dict[str, str], ...]:
    return tuple({"zh": entry[f"{name}_zh"], "en": entry[f"{name}_en"]} for entry in entries)


def _own(row: Row, identity: str) -> None:
    if row.text("standard") != identity:
        raise row.fault("standard", not_of_folder(identity))


def _limits(path: Path, identity: str, count: int) -> tuple[Limit, ...]:
    columns = [f"class_{number}" for number in range(1, count + 1)]
    found: list[Limit] = []
    seen: set[tuple[str, str, str]] = set()
    for row in read_csv(path, [*_LIMIT_COLUMNS, *columns]):
        _own(row, identity)
        key = (row.text("code"), row.text("applies_to"), row.text("use"))
        if key in seen:
            raise row.fault("code", Text("stands twice for the same condition"))
        seen.add(key)
        found += [_limit(row, identity, number) for number in range(1, count + 1)]
    return tuple(found)


def _limit(row: Row, identity: str, number: int) -> Limit:
    code = indicator_of(row).code
    sense = row.choice("sense", SENSES)
    low, high = bounds(row, f"class_{number}", sense, code)
    return Limit(
        standard=identity,
        code=code,
        class_number=number,
        low=low,
        high=high,
        strict=sense == ">",
        unit=indicator(code).unit,
        applies_to=row.choice("applies_to", ("value", "increase")),
        use=row.text("use"),
        printed=row.text(f"class_{number}"),
        clause=row.text("clause"),
        valid_from=row.day("valid_from"),
        valid_to=row.day("valid_to"),
        verified=row.verified(),
        note=row.text("note"),
    )


def bounds(row: Row, column: str, sense: str, code: str) -> tuple[float | None, float | None]:
    """Lower and upper bound of a cell in the indicator's canonical unit.

    Raises:
        InputError: the cell is empty or no number, or a range is not ``low–high``.
    """
    text = row.text(column)
    if text in NO_LIMIT:
        return None, None
    parts = text.split("–") if sense == "range" else [text]
    if not text or len(parts) != (2 if sense == "range" else 1):
        raise row.fault(column, Text("is no limit (a number, low–high for a range, – for none)"))
    try:
        numbers = [float(part) for part in parts]
    except ValueError as error:
        raise row.fault(column, Text("is no number")) from error
    numbers = [_canonical(row, value, code) for value in numbers]
    if sense == "range":
        if numbers[0] >= numbers[1]:
            raise row.fault(column, Text("is a range whose ends are swapped"))
        return numbers[0], numbers[1]
    return (None, numbers[0]) if sense == "<=" else (numbers[0], None)


def _canonical(row: Row, value: float, code: str) -> float:
    """A number of a row in the indicator's canonical unit."""
    if row.text("unit") == indicator(code).unit:
        return value
    try:
        return float(convert(value, row.text("unit"), code))
    except InputError as error:
        raise row.fault("unit", Text("is not a unit of {code}", {"code": code})) from error


def _alternatives(path: Path, identity: str, count: int) -> tuple[Alternative, ...]:
    if not path.is_file():
        return ()
    found = []
    columns = ["standard", "clause", "code", "class", "alternative_code", "sense", "value"]
    for row in read_csv(path, [*columns, "valid_from", "valid_to", "verified", "note"]):
        _own(row, identity)
        code, sense = indicator_of(row, "alternative_code").code, row.choice("sense", SENSES)
        number = _class_of(row, count)
        value = row.number_of("value")
        limit = Limit(
            standard=identity,
            code=code,
            class_number=number,
            low=None if sense == "<=" else value,
            high=value if sense == "<=" else None,
            strict=sense == ">",
            unit=indicator(code).unit,
            applies_to="value",
            use="",
            printed=row.text("value"),
            clause=row.text("clause"),
            valid_from=row.day("valid_from"),
            valid_to=row.day("valid_to"),
            verified=row.verified(),
            note=row.text("note"),
        )
        found.append(Alternative(row.text("code"), number, code, limit))
    return tuple(found)


def _class_of(row: Row, count: int) -> int:
    number = row.integer("class")
    if not 1 <= number <= count:
        raise row.fault(
            "class", Text("is no class of the standard (1 … {count})", {"count": count})
        )
    return number


def _narratives(path: Path, identity: str, count: int) -> tuple[Narrative, ...]:
    if not path.is_file():
        return ()
    found = []
    columns = ["standard", "clause", "item", "class", "text_zh", "text_en"]
    for row in read_csv(path, [*columns, "valid_from", "valid_to", "verified"]):
        _own(row, identity)
        text = {"zh": row.text("text_zh"), "en": row.text("text_en")}
        number = _class_of(row, count)
        found.append(Narrative(row.text("item"), number, text, row.text("clause"), row.verified()))
    return tuple(found)


def _detection_limits(path: Path, identity: str) -> tuple[DetectionLimit, ...]:
    if not path.is_file():
        return ()
    found = []
    columns = ["standard", "clause", "code", "method", "unit", "detection_limit"]
    for row in read_csv(path, [*columns, "valid_from", "valid_to", "verified", "note"]):
        _own(row, identity)
        code = indicator_of(row).code
        value = _canonical(row, row.number_of("detection_limit"), code)
        if value <= 0:
            raise row.fault("detection_limit", Text("is not above zero"))
        found.append(
            DetectionLimit(
                code,
                row.text("method"),
                value,
                row.text("clause"),
                row.verified(),
                row.text("note"),
            )
        )
    return tuple(found)
