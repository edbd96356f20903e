"""What may an outlet discharge, by which standard, grade, period and basis?

Discharge limits depend on more than a grade: on when the plant was built or approved, on the kind
of unit, on the water temperature, and on whether a daily mean or a single sample is judged. The
rows are data (``limits.csv`` of a standard of kind ``discharge``: GB 18918-2002, DB44/26-2001,
DB44/2462-2024); this module asks them. Limits whose figures nobody has seen (the instantaneous
limits of the 2026 amendment of GB 18918) stand there as unknown, never as a guess.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from luhai.errors import UsageError
from luhai.standards.catalogue import indicator, indicator_of
from luhai.standards.editions import SENSES, bounds, load_standard, not_of_folder
from luhai.standards.limits import Standard
from luhai.standards.tables import NO_LIMIT, Row, read_csv, unknown
from luhai.text import Text

UNKNOWN = "?"
NOT_DETECTABLE = "nd"
BASES = ("daily_mean", "instantaneous", "not_seen")
_COLUMNS = (
    *("standard", "clause", "code", "item", "sense", "basis", "period", "unit_kind", "condition"),
    *("unit", "valid_from", "valid_to", "verified", "note"),
)


@dataclass(frozen=True)
class DischargeLimit:
    """One discharge limit.

    Attributes:
        standard: id of the standard.
        code, item: indicator, and the item as printed.
        grade: grade (level) of the standard, from 1.
        low, high: bounds in the indicator's canonical unit, ``None`` where there is none.
        unit: canonical unit.
        printed: as printed; ``nd`` is "not detectable", ``?`` a figure not seen.
        known: whether the figure is known; an unknown limit judges nothing.
        not_detectable: whether any detected amount exceeds it.
        basis: ``daily_mean``, ``instantaneous``, or ``not_seen`` where the text was not read.
        period: by date of building or approval (``first``, ``second``, ``built_from_2006`` …).
        unit_kind: kind of discharging unit (``town_plant``, ``petrochemical``, ``other`` …).
        condition: condition of the water (``water_above_12C`` …).
        valid_from, valid_to: validity of the row.
        clause, verified, note: where it is said and how well it is known.
    """

    standard: str
    code: str
    item: str
    grade: int
    low: float | None
    high: float | None
    unit: str
    printed: str
    known: bool
    not_detectable: bool
    basis: str
    period: str
    unit_kind: str
    condition: str
    valid_from: date | None
    valid_to: date | None
    clause: str
    verified: str
    note: str

    def in_force(self, on: date) -> bool:
        """Whether the row is in force on a day."""
        return (self.valid_from is None or self.valid_from <= on) and (
            self.valid_to is None or on <= self.valid_to
        )


def discharge_limits(
    standard: str | Standard,
    *,
    code: str | None = None,
    grade: int | None = None,
    basis: str | None = None,
    period: str | None = None,
    unit_kind: str | None = None,
    condition: str | None = None,
    on: date | None = None,
    extra: Sequence[str | Path] = (),
) -> tuple[DischargeLimit, ...]:
    """Discharge limits that fit a question; whatever is not asked is left open.

    Args:
        standard: id of a discharge standard, or the standard.
        code: indicator.
        grade: grade of the standard, from 1.
        basis, period, unit_kind, condition: as in :class:`DischargeLimit`. A row that makes no
            difference by one of them (empty) fits every value of it. A unit kind without a row of
            its own takes the row ``other``.
        on: day on which the limit must be in force.
        extra: further folders, as in ``load_standard``.

    Returns:
        The rows in the order of the table; rows without a limit for a grade are left out. Several
        rows mean that the question leaves something open.

    Raises:
        UsageError: the standard is no discharge standard, or a word is unknown to it.
    """
    edition = load_standard(standard, extra=extra) if isinstance(standard, str) else standard
    if edition.kind != "discharge":
        raise UsageError(
            Text("{standard} is no discharge standard.", {"standard": edition.id}),
            remedy=Text("Use Standard.limit or classify."),
        )
    if code is not None:
        indicator(code)
    file = edition.folder / "limits.csv"
    rows = _rows(file, edition.id, edition.class_count, file.stat().st_mtime_ns)
    _must_be_known(rows, "basis", basis)
    _must_be_known(rows, "period", period)
    _must_be_known(rows, "condition", condition)
    found = [
        row
        for row in rows
        if (code is None or row.code == code)
        and (grade is None or row.grade == grade)
        and (basis is None or row.basis == basis)
        and (period is None or row.period in ("", period))
        and (condition is None or row.condition in ("", condition))
        and (on is None or row.in_force(on))
    ]
    return tuple(found if unit_kind is None else _of_kind(found, rows, unit_kind))


def _of_kind(
    found: list[DischargeLimit], rows: Sequence[DischargeLimit], unit_kind: str
) -> list[DischargeLimit]:
    _must_be_known(rows, "unit_kind", unit_kind)
    own = {(row.code, row.period) for row in found if row.unit_kind == unit_kind}
    return [
        row
        for row in found
        if row.unit_kind in ("", unit_kind)
        or (row.unit_kind == "other" and (row.code, row.period) not in own)
    ]


_CONDITION_NAMES = {
    "basis": Text("basis"),
    "period": Text("period"),
    "condition": Text("condition"),
    "unit_kind": Text("unit kind"),
}


def _must_be_known(rows: Sequence[DischargeLimit], name: str, value: str | None) -> None:
    known = {getattr(row, name) for row in rows} - {""}
    if value is not None and value not in known:
        raise unknown(_CONDITION_NAMES[name], value, known)


@cache
def _rows(path: Path, identity: str, count: int, modified_ns: int) -> tuple[DischargeLimit, ...]:
    columns = [f"class_{grade}" for grade in range(1, count + 1)]
    found = []
    for row in read_csv(path, [*_COLUMNS, *columns]):
        if row.text("standard") != identity:
            raise row.fault("standard", not_of_folder(identity))
        for grade in range(1, count + 1):
            if row.text(f"class_{grade}") not in NO_LIMIT:
                found.append(_limit(row, identity, grade))
    return tuple(found)


def _limit(row: Row, identity: str, grade: int) -> DischargeLimit:
    column = f"class_{grade}"
    printed, code = row.text(column), indicator_of(row).code
    plain = printed not in (UNKNOWN, NOT_DETECTABLE)
    sense = row.choice("sense", SENSES)
    low, high = bounds(row, column, sense, code) if plain else (None, None)
    verified = row.verified()
    if printed == UNKNOWN and verified != "?":
        raise row.fault("verified", Text("must be '?' where a figure is unknown"))
    return DischargeLimit(
        standard=identity,
        code=code,
        item=row.text("item"),
        grade=grade,
        low=low,
        high=high,
        unit=indicator(code).unit,
        printed=printed,
        known=printed != UNKNOWN,
        not_detectable=printed == NOT_DETECTABLE,
        basis=row.choice("basis", BASES),
        period=row.text("period"),
        unit_kind=row.text("unit_kind"),
        condition=row.text("condition"),
        valid_from=row.day("valid_from"),
        valid_to=row.day("valid_to"),
        clause=row.text("clause"),
        verified=verified,
        note=row.text("note"),
    )
