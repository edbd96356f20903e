"""What can be measured in water, and how is it named, coded and bounded?

One table for land and sea, ``data/indicators.csv``: national codes of HJ 212-2017 annex B and
HJ 525-2009 (``w01018`` …) where they exist, codes of our own (``lh_din`` …) where they do not. The
canonical unit of an indicator is that of its limits; HJ 212 sends some of them in another unit
(total Hg, Cd, As, Pb and Cr(VI) in μg/L), which ``hj212_unit`` records.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from luhai.errors import UsageError
from luhai.standards.tables import Row, near_names, per_environment, read_tables, unknown
from luhai.text import Text

MEDIA = ("sea", "river", "lake", "outlet")
_COLUMNS = (
    *("code", "name_zh", "name_en", "short_zh", "short_en", "unit", "basis", "low", "high"),
    *("decimals", "media", "hj212_unit", "molar_mass", "verified", "note"),
)


@dataclass(frozen=True)
class Indicator:
    """One indicator.

    Attributes:
        code: national code or ``lh_`` code.
        name_zh, name_en: full names.
        short_zh, short_en: names for table heads.
        unit: canonical unit, empty for pH and indices.
        basis: species that the number counts: ``N``, ``P``, ``NO3`` …, empty when it is itself.
        low, high: range outside which a value is impossible (canonical unit), bounds included.
        decimals: digits to display where no method says otherwise.
        media: media in which it is measured.
        hj212_unit: unit in which HJ 212 packets carry it, empty when it has no national code.
        molar_mass: g/mol of the basis, for concentrations given in moles, or ``None``.
        verified: verification mark of code and unit.
        note: source and cautions.
        aliases: names as they occur in files, both languages.
    """

    code: str
    name_zh: str
    name_en: str
    short_zh: str
    short_en: str
    unit: str
    basis: str
    low: float
    high: float
    decimals: int
    media: tuple[str, ...]
    hj212_unit: str
    molar_mass: float | None
    verified: str
    note: str
    aliases: tuple[str, ...]

    @property
    def name(self) -> dict[str, str]:
        """Full name in both languages, as a part of a ``Text``."""
        return {"zh": self.name_zh, "en": self.name_en}

    @property
    def short(self) -> dict[str, str]:
        """Short name in both languages, as a part of a ``Text``."""
        return {"zh": self.short_zh, "en": self.short_en}


@dataclass(frozen=True)
class Alias:
    """A name under which files carry an indicator."""

    text: str
    code: str
    media: tuple[str, ...]
    certainty: float
    basis: str


@per_environment
def aliases() -> tuple[Alias, ...]:
    """All names under which files carry indicators, as in ``data/aliases.csv``."""
    found = []
    for row in read_tables("aliases.csv", ["code", "media", "certainty", "basis", "aliases"]):
        media = tuple(part for part in row.text("media").split(";") if part)
        for text in row.text("aliases").split(";"):
            found.append(
                Alias(text, row.text("code"), media, row.number_of("certainty"), row.text("basis"))
            )
    return tuple(found)


@per_environment
def indicators() -> Mapping[str, Indicator]:
    """All indicators by code, in the order of the table."""
    names: dict[str, list[str]] = {}
    for alias in aliases():
        names.setdefault(alias.code, []).append(alias.text)
    table: dict[str, Indicator] = {}
    for row in read_tables("indicators.csv", _COLUMNS):
        code = row.text("code")
        if code in table:
            raise row.fault("code", Text("stands twice"))
        low, high = row.number_of("low"), row.number_of("high")
        if low >= high:
            raise row.fault("high", Text("is not above the lower bound"))
        table[code] = Indicator(
            code=code,
            name_zh=row.text("name_zh"),
            name_en=row.text("name_en"),
            short_zh=row.text("short_zh"),
            short_en=row.text("short_en"),
            unit=row.text("unit"),
            basis=row.text("basis"),
            low=low,
            high=high,
            decimals=row.integer("decimals"),
            media=tuple(row.text("media").split(";")),
            hj212_unit=row.text("hj212_unit"),
            molar_mass=row.number_or_none("molar_mass"),
            verified=row.verified(),
            note=row.text("note"),
            aliases=tuple(dict.fromkeys(names.get(code, ()))),
        )
    return MappingProxyType(table)


def indicator(code: str) -> Indicator:
    """One indicator.

    Raises:
        UsageError: the code is unknown; near misses are named.
    """
    table = indicators()
    if code not in table:
        raise unknown(Text("indicator"), code, table)
    return table[code]


def indicator_of(row: Row, column: str = "code") -> Indicator:
    """The indicator of a row; an unknown code is the fault of the row."""
    try:
        return indicator(row.text(column))
    except UsageError as error:
        near = near_names(row.text(column), indicators())
        hint = Text("is no indicator (Did you mean {names})", {"names": near})
        raise row.fault(column, hint if near else Text("is no indicator")) from error
