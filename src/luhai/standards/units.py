"""What unit does a file write, and what is the number in the unit of the law?

Spellings of units are data (``data/units.csv``); the arithmetic is done by pint with a few units of
water monitoring added. Moles become grams by the molar mass of the indicator's basis (for nitrogen
the 14 g/mol of GB 3097-1997 annex A, so that a sum of micromoles gives the number of the standard),
ions become their element by IUPAC abridged atomic weights (``data/species.csv``): 4.427 mg/L as NO3
is 1.000 mg/L as N. Counts of bacteria (CFU, MPN, 个) are counted alike, as bulletins do.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from luhai.errors import InputError
from luhai.standards.catalogue import Indicator, indicator
from luhai.standards.rounding import drop_noise
from luhai.standards.tables import per_environment, read_tables
from luhai.text import Text

if TYPE_CHECKING:
    from pint import UnitRegistry

_SUPERSCRIPTS = str.maketrans({"⁻": "-", "−": "-", "—": "-", "–": "-", "㎎": "mg", "㎍": "μg"})
_SEPARATORS = str.maketrans({"·": " ", "•": " ", "∙": " ", "⋅": " ", "*": " ", "／": "/"})
_EXPONENT = re.compile(r"(?<=[a-z])[23]\b")
_BASIS = re.compile(
    r"(?:\(?\s*(?:as|以)\s*(?P<said>[A-Za-z0-9]+)\s*计?\s*\)?)"
    r"|(?<=[mμunk]g)[\s-]*(?P<put>[A-Z][A-Za-z0-9]*)(?=\s*/)"
    r"|(?<=/L)[\s-]+(?P<last>[A-Z][A-Za-z0-9]*)$"
)


@dataclass(frozen=True)
class Unit:
    """A unit as read: its canonical name and the species it counts (``""`` when not stated)."""

    name: str
    basis: str


def _key(text: str) -> str:
    """Spelling without what does not matter: width, blanks, dots, brackets, case of l."""
    plain = unicodedata.normalize("NFKC", text.translate(_SUPERSCRIPTS)).replace("µ", "μ")
    plain = plain.translate(_SEPARATORS).strip().strip("()[]{}【】").strip()
    plain = re.sub(r"\s+", " ", plain)
    plain = re.sub(r" ?/ ?", "/", plain)
    # "mg L-1", "mg L^-1" and "mg/L" are one spelling.
    plain = re.sub(r" ?(dm|cm|m|L|l|kg|s|h|d)\^?-(\d)", r"/\1\2", plain)
    plain = re.sub(r"/(L|l|kg|s|h|d|cm|m)1$", r"/\1", plain)
    return re.sub(r"/l\b", "/L", plain)


@per_environment
def _names() -> dict[str, str]:
    """Canonical name of every known spelling."""
    names: dict[str, str] = {}
    for row in read_tables("units.csv", ["unit", "pint", "aliases"]):
        unit = row.text("unit")
        for spelling in (unit, *row.text("aliases").split(";")):
            for key in {_key(spelling), _key(spelling).replace("μ", "u")}:
                if names.setdefault(key, unit) != unit:
                    parts = {"spelling": spelling, "unit": names[key]}
                    why = Text("holds '{spelling}', which is '{unit}' too", parts)
                    raise row.fault("aliases", why)
    return names


@per_environment
def _folded() -> dict[str, str]:
    """Spellings without case, where the case does not make a difference."""
    folded: dict[str, str | None] = {}
    for key, unit in _names().items():
        low = key.casefold()
        folded[low] = unit if folded.get(low, unit) == unit else None
    return {key: unit for key, unit in folded.items() if unit is not None}


def read_unit(text: str) -> Unit | None:
    """Read a unit with the species it may name: ``mg/L as NO3``, ``mg N/L``, ``(毫克/升)``.

    Returns:
        The unit, or ``None`` when the text is empty or no known unit.
    """
    basis = ""
    key = _key(text)
    if not key:
        return None
    found = _lookup(key)
    if found is None:
        match = _BASIS.search(key)
        if match is None:
            return None
        basis = next(part for part in match.groups() if part)
        if basis not in _species():
            return None
        found = _lookup(_key(key[: match.start()] + key[match.end() :]))
    return Unit(found, basis) if found else None


def _lookup(key: str) -> str | None:
    return _names().get(key) or _folded().get(key.casefold())


def normalise_unit(text: str) -> str | None:
    """Canonical spelling of a unit (``mg·L-1``, ``㎎/L``, ``毫克/升`` → ``mg/L``), else ``None``.

    A species named with it is kept: ``mg/L (as NO3)`` → ``mg/L as NO3``. A unit "none"
    (``无量纲``) is ``1``.
    """
    unit = read_unit(text)
    if unit is None:
        return None
    return f"{unit.name} as {unit.basis}" if unit.basis else unit.name


def unit_text(unit: str) -> str:
    """A unit as people write it: ``km²`` for ``km2``, nothing for a number without a unit."""
    if unit in ("", "1"):
        return ""
    return _EXPONENT.sub(lambda found: "²³"[int(found[0]) - 2], unit)


@dataclass(frozen=True)
class _Species:
    parent: str
    molar_mass: float | None
    atoms: float


@per_environment
def _species() -> dict[str, _Species]:
    table = {}
    for row in read_tables("species.csv", ["species", "parent", "molar_mass", "atoms"]):
        table[row.text("species")] = _Species(
            row.text("parent"), row.number_or_none("molar_mass"), row.number_of("atoms")
        )
    return table


@per_environment
def _equivalences() -> dict[tuple[str, str], float]:
    rows = read_tables("equivalences.csv", ["code", "unit", "factor", "source"])
    return {(row.text("code"), row.text("unit")): row.number_of("factor") for row in rows}


@cache
def _registry() -> UnitRegistry[float]:
    import pint

    registry: UnitRegistry[float] = pint.UnitRegistry()
    for definition in (
        "psu = [practical_salinity]",
        "NTU = [turbidity]",
        "FNU = [turbidity_formazin]",
        "colour_degree = [colour]",
        "dilution_multiple = [dilution]",
        "individual = [individual]",
    ):
        registry.define(definition)
    return registry


@per_environment
def _expressions() -> dict[str, tuple[float, str]]:
    """Factor and pint expression of each canonical unit."""
    table = {}
    for row in read_tables("units.csv", ["unit", "pint", "aliases"]):
        factor, _, rest = row.text("pint").rpartition(" ")
        expression = rest.replace("count", "individual")
        table[row.text("unit")] = (float(factor) if factor else 1.0, expression)
    return table


def convert(values: ArrayLike, from_unit: str, code: str) -> NDArray[np.float64]:
    """Bring values to the indicator's canonical unit.

    Args:
        values: any shape; NaN stays NaN.
        from_unit: a unit as files write it, with the species where it names one
            (``μmol/L``, ``mg/L as NO3``, ``cfu/100mL``, ``mS/cm``).
        code: code of the indicator; its unit and basis are the target.

    Returns:
        Values in ``indicator(code).unit``, same shape. The noise of the multiplication beyond the
        fifteenth digit is dropped, so that 50 μg/L is exactly 0.05 mg/L.

    Raises:
        InputError: the unit is unknown, or does not measure this indicator.
        UsageError: the code is unknown.
    """
    target = indicator(code)
    unit = read_unit(from_unit)
    if unit is None:
        raise InputError(
            Text("The unit '{unit}' is not known.", {"unit": from_unit}),
            why=Text("{indicator} ({code}) is stored in {unit}.", _parts(target)),
            remedy=Text("State the unit in the header or in a mapping file, e.g. mg/L or μg/L."),
        )
    numbers = np.asarray(values, dtype=np.float64)
    factor, offset = _line(unit, target)
    if factor == 1.0 and offset == 0.0:
        return numbers.copy()
    return drop_noise(numbers * factor + offset, 15)


@cache
def _line(unit: Unit, target: Indicator) -> tuple[float, float]:
    """Factor and offset from a unit to the indicator's own."""
    own = target.unit or "1"
    basis = _basis_factor(unit, target)
    if unit.name == own:
        return basis, 0.0
    equivalent = _equivalences().get((target.code, unit.name))
    if equivalent is not None:
        return equivalent, 0.0
    registry = _registry()
    factor, expression = _expressions()[unit.name]
    own_factor, own_expression = _expressions()[own]
    source, sink = registry.Quantity(1.0, expression), registry.Quantity(1.0, own_expression)
    moles = registry.Quantity(1.0, "mol/L")
    if source.is_compatible_with(moles) and not sink.is_compatible_with(moles):
        if target.molar_mass is None:
            raise _incompatible(unit, target)
        # One mole of an ion holds the moles of its element that the species table states.
        basis = _species()[unit.basis].atoms if unit.basis in _species() else 1.0
        source = source * registry.Quantity(target.molar_mass, "g/mol")
    if not source.is_compatible_with(sink):
        raise _incompatible(unit, target)
    if source.units == registry.Unit("kelvin") and own_expression == "degC":
        return 1.0, -273.15
    scale = float(source.to(sink.units).magnitude)
    return factor * scale * basis / own_factor, 0.0


def _basis_factor(unit: Unit, target: Indicator) -> float:
    """Mass of the target's species per mass of the species that the unit names."""
    if not unit.basis or unit.basis == target.basis:
        return 1.0
    table = _species()
    source, sink = table[unit.basis], table.get(target.basis)
    if sink is None or source.parent != sink.parent or not source.molar_mass or not sink.molar_mass:
        raise InputError(
            Text(
                "{written} as {species} does not measure {indicator} ({code}).",
                {**_parts(target), "written": unit.name, "species": unit.basis},
            ),
            why=Text("The indicator counts {species}.", {"species": target.basis})
            if target.basis
            else Text("The indicator counts itself."),
            remedy=Text("Check the header, or name the right indicator in a mapping file."),
        )
    return (sink.molar_mass / sink.atoms) / (source.molar_mass / source.atoms)


def _incompatible(unit: Unit, target: Indicator) -> InputError:
    return InputError(
        Text(
            "{written} does not measure {indicator} ({code}).",
            {**_parts(target), "written": unit.name},
        ),
        why=Text("Its values are kept in {unit}.", _parts(target)),
        remedy=Text("Check the header, or state the unit in a mapping file."),
    )


def _parts(target: Indicator) -> dict[str, Any]:
    return {
        "indicator": target.name,
        "code": target.code,
        "unit": unit_text(target.unit) or "1",
    }
