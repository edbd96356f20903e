"""Which class does a value satisfy?

A :class:`Standard` is one edition of a standard with its limits: it classifies values and writes
its demands. Where its tables lie and how they are read, see :mod:`luhai.standards.editions`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from luhai.errors import UsageError
from luhai.text import Text


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
            raise self._no_class(number, 0, len(names) - 1)
        return names[number]

    def _must_have(self, class_number: int) -> None:
        if not 1 <= class_number <= self.class_count:
            raise self._no_class(class_number, 1, self.class_count)

    def _no_class(self, number: int, first: int, last: int) -> UsageError:
        return UsageError(
            Text("{standard} has no class {number}.", {"standard": self.id, "number": number}),
            remedy=Text("Use {first} … {last}.", {"first": first, "last": last}),
        )

    def _must_be_ambient(self) -> None:
        if self.kind != "ambient":
            raise UsageError(
                Text(
                    "{standard} limits discharges, it does not classify waters.",
                    {"standard": self.id},
                ),
                why=Text("Its limits depend on grade, basis, period and kind of unit."),
                remedy=Text("Use luhai.standards.discharge.discharge_limits."),
            )
