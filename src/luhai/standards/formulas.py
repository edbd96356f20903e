"""What is a registered formula?

Each derived quantity is a :class:`Formula` in ``FORMULAS``: its inputs with units, its clause and
how well that is known, its text for an explanation, and worked examples with their source. The
test suite runs every example of every registered formula, so that a formula is tested by being
registered; the formulas themselves stand in :mod:`luhai.standards.derived`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from luhai.errors import InputError, UsageError
from luhai.standards.citations import english_title
from luhai.text import N_, Text
from luhai.why import Citation

FloatArray = NDArray[np.float64]
MISSING = N_("{result} cannot be computed: no value of {parts}.")


@dataclass(frozen=True)
class Quantity:
    """An input or the output of a formula.

    Attributes:
        name: argument of the function.
        code: indicator, empty when it is none.
        unit: unit that the function takes or gives.
        name_zh, name_en: what people call it.
        low, high: range in which the formula holds; outside it the formula refuses.
        low_excluded: whether the lower bound itself is refused (logarithms).
    """

    name: str
    code: str
    unit: str
    name_zh: str
    name_en: str
    low: float = 0.0
    high: float = np.inf
    low_excluded: bool = False

    @property
    def label(self) -> dict[str, str]:
        """Name in both languages, as a part of a ``Text``."""
        return {"zh": self.name_zh, "en": self.name_en}


@dataclass(frozen=True)
class Example:
    """A worked example: inputs, the published or hand-computed result, its tolerance and source."""

    inputs: Mapping[str, float]
    expected: float
    tolerance: float
    source: str


@dataclass(frozen=True)
class Formula:
    """A derived quantity with its law.

    Attributes:
        id: e.g. ``din``.
        standard, title, clause, verified: what it rests on.
        inputs, output: quantities with units.
        text: the formula with ``{names}`` of the inputs, to be written with numbers put in.
        examples: worked examples, at least one.
        function: takes arrays by input name, gives an array.
    """

    id: str
    standard: str
    title: str
    clause: str
    verified: str
    inputs: tuple[Quantity, ...]
    output: Quantity
    text: str
    examples: tuple[Example, ...]
    function: Callable[..., FloatArray]

    def __call__(self, **inputs: ArrayLike) -> FloatArray:
        """Compute. Arrays are broadcast; NaN in any input gives NaN.

        Raises:
            UsageError: an input is missing or unknown.
            InputError: a value lies outside the range in which the formula holds.
        """
        return self.function(**self._checked(inputs))

    @property
    def citation(self) -> Citation:
        """The rule it rests on."""
        return Citation(
            self.standard, self.title, self.clause, self.verified, english_title(self.standard)
        )

    def written(self, **numbers: str) -> str:
        """The formula with numbers put in: ``0.210 + 0.020 + 0.050``."""
        return self.text.format(**numbers)

    def missing(self, **inputs: ArrayLike) -> dict[str, NDArray[np.bool_]]:
        """Where each input has no value; such results are NaN, a missing part is never zero."""
        return {name: np.isnan(np.asarray(value, float)) for name, value in inputs.items()}

    def missing_reason(self, names: Iterable[str]) -> Text:
        """The sentence that says why a result is missing."""
        known = {quantity.name: quantity for quantity in self.inputs}
        parts = [known[name].label for name in names]
        joined = {
            "zh": "、".join(part["zh"] for part in parts),
            "en": ", ".join(part["en"] for part in parts),
        }
        return Text(MISSING, {"result": self.output.label, "parts": joined})

    def _checked(self, inputs: Mapping[str, ArrayLike]) -> dict[str, FloatArray]:
        expected = [quantity.name for quantity in self.inputs]
        if set(inputs) != set(expected):
            raise UsageError(
                Text(
                    "The formula {formula} takes {expected}, not {given}.",
                    {
                        "formula": self.id,
                        "expected": ", ".join(expected),
                        "given": ", ".join(inputs),
                    },
                ),
                remedy=Text("Name every input."),
            )
        return {
            quantity.name: _checked(self.id, quantity, inputs[quantity.name])
            for quantity in self.inputs
        }


def _checked(formula: str, quantity: Quantity, values: ArrayLike) -> FloatArray:
    numbers = np.asarray(values, dtype=np.float64)
    low = numbers <= quantity.low if quantity.low_excluded else numbers < quantity.low
    wrong = np.atleast_1d(low | (numbers > quantity.high) | np.isinf(numbers))
    if wrong.any():
        position = int(np.flatnonzero(wrong)[0])
        value = float(np.atleast_1d(numbers).ravel()[position])
        raise InputError(
            Text(
                "{quantity} ({name}) is {amount}.",
                {
                    "quantity": quantity.label,
                    "name": quantity.name,
                    "amount": f"{value:g} {quantity.unit}".rstrip(),
                },
            ),
            where=Text(
                "formula {formula}, value {number}", {"formula": formula, "number": position + 1}
            ),
            why=_domain(quantity),
            remedy=Text("Check the value and its unit."),
        )
    return numbers


def _domain(quantity: Quantity) -> Text:
    """The values for which a formula holds, as a sentence."""
    parts = {"low": f"{quantity.low:g}", "high": f"{quantity.high:g}"}
    if np.isinf(quantity.high):
        if quantity.low_excluded:
            return Text("The formula holds for values above {low}.", parts)
        return Text("The formula holds for values from {low}.", parts)
    if quantity.low_excluded:
        return Text("The formula holds for values above {low} to {high}.", parts)
    return Text("The formula holds for values from {low} to {high}.", parts)


FORMULAS: dict[str, Formula] = {}
"""All registered formulas by id."""


def register(**description: Any) -> Callable[[Callable[..., FloatArray]], Formula]:
    """Register a function as a formula; the arguments are those of :class:`Formula`."""

    def wrap(function: Callable[..., FloatArray]) -> Formula:
        formula = Formula(function=function, **description)
        names = [quantity.name for quantity in formula.inputs]
        if formula.id in FORMULAS or not formula.examples:
            raise UsageError(
                f"The formula {formula.id!r} is registered twice or has no worked example."
            )
        formula.text.format(**dict.fromkeys(names, ""))
        FORMULAS[formula.id] = formula
        return formula

    return wrap
