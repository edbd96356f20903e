"""Which class does a value satisfy, by which edition of which standard?

A standard is a folder: ``standard.toml`` (titles, validity, classes), ``limits.csv`` (the printed
table, one row per item, one column per class, with clause, validity and verification mark),
and where the standard has them ``alternatives.csv``, ``narrative.csv`` and
``detection_limits.csv``. Shipped are GB 3097-1997 (sea), GB 3838-2002 (rivers; lakes; sources of
drinking water) and discharge standards, which :mod:`luhai.standards.discharge` reads; any further
edition or local standard is a further folder.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from luhai.errors import InputError, UsageError
from luhai.standards.catalogue import indicator
from luhai.standards.tables import NO_LIMIT, Row, folders, read_csv, read_toml, unknown
from luhai.standards.units import convert

SENSES = ("<=", ">=", ">", "range")
_LIMIT_COLUMNS = (
    *("standard", "clause", "code", "item", "sense", "applies_to", "use", "unit"),
    *("valid_from", "valid_to", "verified", "note"),
)
_STANDARD_KEYS = (
    *("id", "kind", "title_zh", "title_en", "edition", "media", "valid_from", "classes", "worse"),
    *("default_method", "level_rule", "verified", "source"),
)
_NOT_ASSESSED = {"zh": "未评价", "en": "not assessed"}


@dataclass(frozen=True)
class Limit:
    """What one class demands of one indicator.

    Attributes:
        standard: id of the standard.
        code: indicator.
        class_number: class, from 1.
        low, high: bounds in the indicator's canonical unit; ``None`` where there is none.
        strict: whether the bound itself is outside (DO of GB 3097).
        unit: canonical unit of the indicator.
        applies_to: ``value``, or ``increase`` for a limit on the rise over background, which one
            concentration cannot judge.
        use: condition under which a stricter row applies (``shellfish_eaten_raw``), else empty.
        printed: the limit as printed, with its digits.
        clause: table and item.
        valid_from, valid_to: validity; ``valid_to`` is ``None`` while in force.
        verified: verification mark.
        note: caution of the row.
    """

    standard: str
    code: str
    class_number: int
    low: float | None
    high: float | None
    strict: bool
    unit: str
    applies_to: str
    use: str
    printed: str
    clause: str
    valid_from: date | None
    valid_to: date | None
    verified: str
    note: str

    @property
    def value(self) -> float | None:
        """The deciding bound where there is one only (not for ranges and absent limits)."""
        if self.low is not None and self.high is not None:
            return None
        return self.low if self.high is None else self.high

    @property
    def text(self) -> str:
        """The demand as people write it: ``≤ 0.30 mg/L``, ``> 5 mg/L``, ``7.8–8.5``, ``–``."""
        if self.low is None and self.high is None:
            return "–"
        sign = ""
        if self.low is None:
            sign = "< " if self.strict else "≤ "
        elif self.high is None:
            sign = "> " if self.strict else "≥ "
        return f"{sign}{self.printed} {self.unit}".rstrip()

    def satisfied(self, values: ArrayLike) -> NDArray[np.bool_]:
        """Whether (already rounded) values meet the demand; NaN does not."""
        numbers = np.asarray(values, dtype=np.float64)
        met = ~np.isnan(numbers)
        if self.low is not None:
            met &= numbers > self.low if self.strict else numbers >= self.low
        if self.high is not None:
            met &= numbers < self.high if self.strict else numbers <= self.high
        return met


@dataclass(frozen=True)
class Alternative:
    """Another quantity that satisfies a class as well (90 % oxygen saturation for DO class Ⅰ)."""

    code: str
    class_number: int
    alternative_code: str
    limit: Limit


@dataclass(frozen=True)
class Narrative:
    """A demand in words, which no number judges (floating matter, odour, pathogens)."""

    item: str
    class_number: int
    text: dict[str, str]
    clause: str
    verified: str


@dataclass(frozen=True)
class DetectionLimit:
    """A detection limit that the standard lists for one of its methods (canonical unit)."""

    code: str
    method: str
    value: float
    clause: str
    verified: str
    note: str


@dataclass(frozen=True, eq=False)
class Standard:
    """One edition of a standard.

    Attributes:
        id: e.g. ``gb3097-1997``.
        kind: ``ambient`` (classes of a water) or ``discharge`` (grades of an outlet).
        title_zh, title_en, edition: how it is cited.
        media: media that it judges.
        valid_from, valid_to: validity; ``valid_to`` is ``None`` while in force.
        superseded_by: id of its successor, empty while in force.
        class_count: number of classes; ``class_count + 1`` means worse than the last.
        class_names: names by class number in both languages, 0 (not assessed) … class_count + 1.
        class_marks: the short numerals (``三``, ``Ⅲ``, ``劣``), same numbering.
        class_uses: what waters of a class serve for, same numbering, empty where not stated.
        default_method: id of the assessment method that goes with it.
        level_rule: rule of group levels that goes with it (``surface``, ``sea``), may be empty.
        limits: all limits that a number can judge.
        alternatives, narratives, detection_limits: as described there.
        verified, source, notes: how well the figures are known.
        folder: where its tables lie.
    """

    id: str
    kind: str
    title_zh: str
    title_en: str
    edition: str
    media: tuple[str, ...]
    valid_from: date
    valid_to: date | None
    superseded_by: str
    class_count: int
    class_names: tuple[dict[str, str], ...]
    class_marks: tuple[dict[str, str], ...]
    class_uses: tuple[dict[str, str], ...]
    default_method: str
    level_rule: str
    limits: tuple[Limit, ...]
    alternatives: tuple[Alternative, ...]
    narratives: tuple[Narrative, ...]
    detection_limits: tuple[DetectionLimit, ...]
    verified: str
    source: str
    notes: tuple[str, ...]
    folder: Path

    @property
    def medium(self) -> str:
        """The (first) medium that it judges."""
        return self.media[0]

    @property
    def title(self) -> dict[str, str]:
        """Title in both languages, as a part of a ``Text``."""
        return {"zh": self.title_zh, "en": self.title_en}

    @property
    def codes(self) -> tuple[str, ...]:
        """Indicators that one value can be classified by, in the order of the table."""
        judged = [row.code for row in self.limits if row.applies_to == "value" and not row.use]
        return tuple(dict.fromkeys(judged))

    def in_force(self, on: date) -> bool:
        """Whether the edition is in force on a day."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)

    @cached_property
    def _rows(self) -> dict[tuple[str, str], dict[int, Limit]]:
        table: dict[tuple[str, str], dict[int, Limit]] = {}
        for row in self.limits:
            if row.applies_to == "value":
                table.setdefault((row.code, row.use), {})[row.class_number] = row
        return table

    def limit(self, code: str, class_number: int, *, use: str = "") -> Limit | None:
        """What a class demands of an indicator's value.

        Args:
            code: indicator; one that the standard does not judge gives ``None``.
            class_number: 1 … ``class_count``.
            use: a stricter condition of the standard (``shellfish_eaten_raw``).

        Raises:
            UsageError: no such class; the standard is one of discharge.
        """
        self._must_be_ambient()
        self._must_have(class_number)
        return self._rows.get((code, use), {}).get(class_number)

    def limits_of(self, code: str, *, use: str = "") -> tuple[Limit, ...]:
        """The demands of all classes on one indicator, best first; empty when it is not judged."""
        self._must_be_ambient()
        return tuple(self._rows.get((code, use), {}).values())

    def classify(
        self,
        code: str,
        values: ArrayLike,
        *,
        saturation: ArrayLike | None = None,
        use: str = "",
    ) -> NDArray[np.int8]:
        """Best class that each value satisfies.

        Args:
            code: indicator.
            values: already rounded values in the canonical unit, any shape.
            saturation: for dissolved oxygen the saturation in %, same shape, where it is known: a
                standard may accept it instead of the concentration (GB 3838: 90 % for class Ⅰ).
            use: a stricter condition of the standard.

        Returns:
            Class numbers, ``class_count + 1`` where a value is worse than the last class, 0 where
            it is NaN or the standard does not judge the indicator.
        """
        numbers = np.asarray(values, dtype=np.float64)
        classes = np.zeros(numbers.shape, dtype=np.int8)
        rows = self.limits_of(code, use=use)
        if not rows:
            return classes
        known = ~np.isnan(numbers)
        classes[known] = self.class_count + 1
        # From the last class to the first, so that the best class satisfied stands last.
        for row in reversed(rows):
            classes[row.satisfied(numbers)] = row.class_number
        if saturation is not None:
            share = np.broadcast_to(np.asarray(saturation, dtype=np.float64), numbers.shape)
            for other in self.alternatives:
                if other.code == code:
                    met = other.limit.satisfied(share) & known & (classes > other.class_number)
                    classes[met] = other.class_number
        return classes

    def class_name(self, number: int, language: str = "zh") -> str:
        """Name of a class; 0 is "not assessed", ``class_count + 1`` worse than the last."""
        return self._named(self.class_names, number)[language]

    def class_mark(self, number: int, language: str = "zh") -> str:
        """Numeral of a class as it stands in a mark on a map."""
        return self._named(self.class_marks, number)[language]

    def _named(self, names: Sequence[dict[str, str]], number: int) -> dict[str, str]:
        if not 0 <= number < len(names):
            raise UsageError(
                f"{self.id} has no class {number}.", remedy=f"Use 0 … {len(names) - 1}."
            )
        return names[number]

    def _must_have(self, class_number: int) -> None:
        if not 1 <= class_number <= self.class_count:
            raise UsageError(
                f"{self.id} has no class {class_number}.", remedy=f"Use 1 … {self.class_count}."
            )

    def _must_be_ambient(self) -> None:
        if self.kind != "ambient":
            raise UsageError(
                f"{self.id} limits discharges, it does not classify waters.",
                why="Its limits depend on grade, basis, period and kind of unit.",
                remedy="Use luhai.standards.discharge.discharge_limits.",
            )


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
        raise unknown("standard", standard_id, known)
    folder = known[standard_id]
    return _load(folder, _stamp(folder))


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
    if not found:
        media = sorted({name for entry in every if entry.kind == kind for name in entry.media})
        raise UsageError(
            f"No {kind} standard for {medium!r} is in force on {on.isoformat()}.",
            remedy=f"Media with a standard: {', '.join(media)}; or name the standard itself.",
        )
    raise UsageError(
        f"More than one {kind} standard for {medium!r} is in force on {on.isoformat()}: "
        f"{', '.join(entry.id for entry in found)}.",
        remedy="Name the standard itself.",
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
    classes = head["classes"]
    kind = head["kind"]
    if kind not in ("ambient", "discharge"):
        raise InputError(
            f"kind {kind!r} is neither ambient nor discharge.",
            where=str(file),
            remedy="Mend the description.",
        )
    identity, count = str(head["id"]), len(classes)
    every = [*classes, head["worse"]]
    ambient = kind == "ambient"
    return Standard(
        id=identity,
        kind=kind,
        title_zh=head["title_zh"],
        title_en=head["title_en"],
        edition=head["edition"],
        media=tuple(head["media"]),
        valid_from=head["valid_from"],
        valid_to=head.get("valid_to"),
        superseded_by=head.get("superseded_by", ""),
        class_count=count,
        class_names=(_NOT_ASSESSED, *_both(every, "name", file)),
        class_marks=({"zh": "–", "en": "–"}, *_both(every, "mark", file)),
        class_uses=(
            {"zh": "", "en": ""},
            *({"zh": entry.get("use_zh", ""), "en": entry.get("use_en", "")} for entry in every),
        ),
        default_method=head["default_method"],
        level_rule=head["level_rule"],
        limits=_limits(folder / "limits.csv", identity, count) if ambient else (),
        alternatives=_alternatives(folder / "alternatives.csv", identity, count),
        narratives=_narratives(folder / "narrative.csv", identity, count),
        detection_limits=_detection_limits(folder / "detection_limits.csv", identity),
        verified=head["verified"],
        source=head["source"],
        notes=tuple(head.get("notes", ())),
        folder=folder,
    )


def _both(
    entries: Iterable[Mapping[str, Any]], name: str, file: Path
) -> tuple[dict[str, str], ...]:
    try:
        return tuple({"zh": entry[f"{name}_zh"], "en": entry[f"{name}_en"]} for entry in entries)
    except KeyError as error:
        raise InputError(
            f"A class lacks {error}.", where=str(file), remedy="Give every class its names."
        ) from error


def _own(row: Row, identity: str) -> None:
    if row.text("standard") != identity:
        raise row.fault("standard", f"is not the standard of its folder ({identity!r})")


def _limits(path: Path, identity: str, count: int) -> tuple[Limit, ...]:
    columns = [f"class_{number}" for number in range(1, count + 1)]
    found: list[Limit] = []
    seen: set[tuple[str, str, str]] = set()
    for row in read_csv(path, [*_LIMIT_COLUMNS, *columns]):
        _own(row, identity)
        key = (row.text("code"), row.text("applies_to"), row.text("use"))
        if key in seen:
            raise row.fault("code", "stands twice for the same condition")
        seen.add(key)
        found += [_limit(row, identity, number) for number in range(1, count + 1)]
    return tuple(found)


def _limit(row: Row, identity: str, number: int) -> Limit:
    code = row.text("code")
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
        raise row.fault(column, "is no limit (a number, low–high for a range, – for none)")
    try:
        numbers = [float(part) for part in parts]
    except ValueError as error:
        raise row.fault(column, "is no number") from error
    written = row.text("unit")
    if written != indicator(code).unit:
        numbers = [float(value) for value in convert(numbers, written, code)]
    if sense == "range":
        if numbers[0] >= numbers[1]:
            raise row.fault(column, "is a range whose ends are swapped")
        return numbers[0], numbers[1]
    return (None, numbers[0]) if sense == "<=" else (numbers[0], None)


def _alternatives(path: Path, identity: str, count: int) -> tuple[Alternative, ...]:
    if not path.is_file():
        return ()
    found = []
    columns = ["standard", "clause", "code", "class", "alternative_code", "sense", "value"]
    for row in read_csv(path, [*columns, "valid_from", "valid_to", "verified", "note"]):
        _own(row, identity)
        code, sense = row.text("alternative_code"), row.choice("sense", SENSES)
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
        raise row.fault("class", f"is no class of the standard (1 … {count})")
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
        code, value = row.text("code"), row.number_of("detection_limit")
        if value <= 0:
            raise row.fault("detection_limit", "is not above zero")
        if row.text("unit") != indicator(code).unit:
            value = float(convert(value, row.text("unit"), code))
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
