"""Which grade does an index value belong to: how eutrophic, how polluted?

Cuts, words and clauses are data (``data/grades.csv``). Two schemes of the eutrophication index are
in use side by side (the national bulletins and HJ 442-2008): a grade is always named with its
scheme.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from luhai.standards.rounding import drop_noise
from luhai.standards.tables import per_environment, read_tables, unknown
from luhai.text import Text

_COLUMNS = (
    *("scheme", "grade", "name_zh", "name_en", "low", "low_included", "high", "high_included"),
    *("standard", "clause", "valid_from", "valid_to", "verified", "note"),
)


@dataclass(frozen=True)
class Grade:
    """One grade of a scheme; bounds are ``None`` where it is open."""

    scheme: str
    number: int
    name_zh: str
    name_en: str
    low: float | None
    low_included: bool
    high: float | None
    high_included: bool
    standard: str
    clause: str
    verified: str
    note: str

    @property
    def name(self) -> dict[str, str]:
        """Name in both languages, as a part of a ``Text``."""
        return {"zh": self.name_zh, "en": self.name_en}

    def holds(self, values: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which values belong to the grade; NaN to none."""
        inside = ~np.isnan(values)
        if self.low is not None:
            inside &= values >= self.low if self.low_included else values > self.low
        if self.high is not None:
            inside &= values <= self.high if self.high_included else values < self.high
        return inside


@per_environment
def schemes() -> Mapping[str, tuple[Grade, ...]]:
    """All schemes with their grades, lowest first."""
    table: dict[str, list[Grade]] = {}
    for row in read_tables("grades.csv", _COLUMNS):
        yes_no = ("yes", "no")
        table.setdefault(row.text("scheme"), []).append(
            Grade(
                scheme=row.text("scheme"),
                number=row.integer("grade"),
                name_zh=row.text("name_zh"),
                name_en=row.text("name_en"),
                low=row.number_or_none("low"),
                low_included=row.choice("low_included", yes_no) == "yes",
                high=row.number_or_none("high"),
                high_included=row.choice("high_included", yes_no) == "yes",
                standard=row.text("standard"),
                clause=row.text("clause"),
                verified=row.verified(),
                note=row.text("note"),
            )
        )
    return {name: tuple(grades) for name, grades in table.items()}


def grades(scheme: str) -> tuple[Grade, ...]:
    """Grades of a scheme, lowest first.

    Raises:
        UsageError: no such scheme.
    """
    if scheme not in schemes():
        raise unknown(Text("scheme of grades"), scheme, schemes())
    return schemes()[scheme]


def grade_of(scheme: str, values: ArrayLike) -> NDArray[np.int8]:
    """Grade numbers of index values, 0 where NaN."""
    numbers = drop_noise(values)
    result = np.zeros(numbers.shape, dtype=np.int8)
    for grade in grades(scheme):
        result[grade.holds(numbers)] = grade.number
    return result


def eutrophication_grade(values: ArrayLike, scheme: str) -> NDArray[np.int8]:
    """Grade of the eutrophication index.

    Args:
        values: index E.
        scheme: ``A`` (national bulletins, 1…4) or ``B`` (HJ 442-2008, 1…5). There is no default:
            the same E has another word in each.
    """
    return grade_of(f"eutrophication_{scheme.casefold()}", values)
