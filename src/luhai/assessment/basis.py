"""By which rules is a table of observations judged?

A :class:`Basis` joins what the law says (a standard, its method, the sibling standard for lakes)
with what the place register says (which place is a lake, which is brackish). Everything that the
assessment does follows from it, so that an explanation can be derived again from the same basis.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import luhai.standards.derived  # noqa: F401  formulas register themselves when imported
from luhai.assessment.averaging import GEOMETRIC, HYDROGEN, Rules
from luhai.assessment.periods import Chain, chain
from luhai.errors import UsageError
from luhai.observations.quality import excluding_flags
from luhai.standards import (
    Method,
    Standard,
    detection_limit,
    indicators,
    load_method,
    load_standard,
    standards,
)
from luhai.standards.formulas import FORMULAS
from luhai.text import Text

if TYPE_CHECKING:
    from luhai.plan.places import Place, PlaceRegister

_KINDS = {"hydrogen_ion": HYDROGEN, "geometric": GEOMETRIC}


@dataclass(frozen=True)
class Basis:
    """What an assessment rests on.

    Attributes:
        standard: the standard asked for; it holds for places whose medium is not declared.
        method: the assessment method.
        by: the period.
        siblings: standards of the same edition and method by medium (rivers, lakes).
        register: the places of the plan, or ``None``.
        medium: the medium stated for all rows, or ``None`` to go by the table.
    """

    standard: Standard
    method: Method
    by: str
    siblings: Mapping[str, Standard]
    register: PlaceRegister | None = None
    medium: str | None = None
    _resolved: dict[str, Place | None] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def chain(self) -> Chain:
        """The averaging steps."""
        return chain(self.by, self.method.averaging.get(self.by, ()))

    @cached_property
    def rules(self) -> Rules:
        """How single values become means."""
        kinds = {
            code: _KINDS[item.mean]
            for code, item in self.method.items.items()
            if item.mean in _KINDS
        }
        limits = {code: detection_limit(code, self.standard) for code in self._measured}
        return Rules(
            kinds=kinds,
            highs={code: entry.high for code, entry in indicators().items()},
            sums=self._sums,
            detection_limits={code: limit for code, limit in limits.items() if limit is not None},
            excluded_flags=tuple(sorted(excluding_flags())),
            media=() if self.medium else tuple(self.siblings),
        )

    @cached_property
    def _sums(self) -> dict[str, tuple[str, ...]]:
        """Assessed indicators that are the plain sum of others."""
        found = {}
        for formula in FORMULAS.values():
            plain = " + ".join(f"{{{part.name}}}" for part in formula.inputs)
            if formula.output.code in self.method.assessed and formula.text == plain:
                found[formula.output.code] = tuple(part.code for part in formula.inputs)
        return found

    @property
    def _measured(self) -> tuple[str, ...]:
        parts = (part for parts in self._sums.values() for part in parts)
        return tuple(dict.fromkeys((*self.method.items, *parts)))

    def place(self, name: str) -> Place | None:
        """The registered place that a name in the table means, or ``None``."""
        if self.register is None:
            return None
        if name not in self._resolved:
            self._resolved[name] = self.register.get(name) or self.register.resolve(name)
        return self._resolved[name]

    def standard_of(self, place: str, observed_medium: str) -> Standard | None:
        """The standard for a place; ``None`` when its declared medium is another one's business.

        Args:
            place: the name in the table.
            observed_medium: medium that its rows state, empty when they state none. A declared
                medium goes before it, and so does a standard that was asked for by name unless
                the rows say otherwise.
        """
        declared = self.place(place)
        if declared is not None:
            return self.siblings.get(declared.medium)
        if self.standard.medium != next(iter(self.siblings)):
            # The special standard (lakes) was asked for: it holds for all undeclared places.
            return self.standard
        medium = self.medium or observed_medium
        return self.siblings.get(medium, self.standard) if medium else self.standard


def make_basis(
    standard: str,
    by: str,
    *,
    method: str | None = None,
    register: PlaceRegister | None = None,
    medium: str | None = None,
) -> Basis:
    """Put together what an assessment rests on.

    Args:
        standard: id of an ambient standard.
        by: one of ``luhai.assessment.periods.PERIODS``.
        method: id of the assessment method; the standard's own when ``None``.
        register: the places of the plan.
        medium: the medium of all rows, where the table does not state it.

    Raises:
        UsageError: no such standard, method or period, or they do not go together.
    """
    edition = load_standard(standard)
    if edition.kind != "ambient":
        raise UsageError(
            Text(
                "{standard} limits discharges, it does not classify waters.",
                {"standard": edition.id},
            ),
            remedy=Text("Choose an ambient standard such as gb3838-2002 or gb3097-1997."),
        )
    rules = load_method(method or edition.default_method)
    if not set(edition.media) & set(rules.media):
        raise UsageError(
            Text(
                "The method {method} does not assess what {standard} is for.",
                {"method": rules.id, "standard": edition.id},
            ),
            why=Text(
                "It is for {media}; the standard for {standard_media}.",
                {"media": ", ".join(rules.media), "standard_media": ", ".join(edition.media)},
            ),
            remedy=Text(
                "Leave the method out to use {method}.", {"method": edition.default_method}
            ),
        )
    siblings = _siblings(edition, rules)
    if medium and medium not in siblings:
        raise UsageError(
            Text(
                "{standard} does not classify water of the medium '{medium}'.",
                {"standard": edition.id, "medium": medium},
            ),
            remedy=Text("Media: {media}.", {"media": ", ".join(siblings)}),
        )
    basis = Basis(edition, rules, by, siblings, register, medium)
    _ = basis.chain
    return basis


def _siblings(edition: Standard, method: Method) -> dict[str, Standard]:
    """Standards of the same edition and method by medium; the asked one wins its own media."""
    found: dict[str, Standard] = {}
    every = [load_standard(name) for name in standards()]
    for medium in method.media:
        for other in every:
            # Tables of another number of classes only add items for a special use.
            same = other.edition == edition.edition and other.class_count == edition.class_count
            if same and other.default_method == edition.default_method and medium in other.media:
                found.setdefault(medium, other)
    found.update({medium: edition for medium in edition.media if medium in method.media})
    return found
