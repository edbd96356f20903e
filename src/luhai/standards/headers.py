"""Which indicator does the header of a column mean?

A header names an indicator in Chinese, English or by symbol, often two of them (``氨氮(NH3-N)``)
and sometimes the species it counts (``硝酸盐(以N计)``, ``nitrate as NO3``). The answer says how
sure it is: a reader takes what is sure (0.9 and more), and asks or reads a mapping file for the
rest. The same word may mean different things on land and at sea (COD), so the medium decides where
it is known.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace

from luhai.standards.catalogue import MEDIA, Alias, aliases, indicators
from luhai.standards.tables import per_environment, unknown
from luhai.text import Text

_BASIS = re.compile(
    r"[(\[]?\s*(?:以\s*(?P<zh>[A-Za-z0-9]+)\s*(?:表示|计)|\bas\s+(?P<en>[A-Z][A-Za-z0-9]*)\b)\s*[)\]]?"
)
_CODE = re.compile(r"^(w\d{5}|lh_[a-z0-9_]+)(?:[-_](?:rtd|avg|min|max|cou|zsrtd|zsavg))?$", re.I)
_AROUND = re.compile(
    r"^(?:平均|监测|实测|表层|底层|中层|dissolved)?(?P<core>.+?)"
    r"(?:的?(?:浓度|含量|监测值|实测值|平均值|均值|测值|值|指标|concentration|conc|content|value|mean|level))$"
)
_BRACKETS = re.compile(r"[()\[\]【】{}/,、;:|]")
_SCRIPTS = re.compile(
    r"(?<=[\u4e00-\u9fff])\s*(?=[A-Za-z])|(?<=[A-Za-z0-9+])\s*(?=[\u4e00-\u9fff])"
)
"""Where a Chinese name and a Latin symbol meet: ``DO 溶解氧``."""
_TYPING_SLIP = 0.4
"""Certainty of a name that only resembles a known one: never enough to be taken unasked."""


@dataclass(frozen=True)
class IndicatorMatch:
    """One reading of a header.

    Attributes:
        code: code of the indicator.
        certainty: 0…1; 1 when the name is the indicator's own, 0.5 or less when others are as
            likely.
        basis: species that the header states (``N``, ``NO3``), empty when it states none.
    """

    code: str
    certainty: float
    basis: str


def _key(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).replace("α", "a").replace("β", "b").casefold()
    return "".join(letter for letter in plain if letter.isalnum())


@per_environment
def _table() -> dict[str, tuple[Alias, ...]]:
    """Readings of every known spelling; an indicator's own names are added to the aliases."""
    named: dict[tuple[str, str, tuple[str, ...]], Alias] = {}
    for entry in indicators().values():
        for text in (entry.name_zh, entry.name_en, entry.short_zh, entry.short_en):
            alias = Alias(text, entry.code, entry.media, 1.0, "")
            named.setdefault((_key(text), entry.code, ()), alias)
    written = {(_key(alias.text), alias.code) for alias in aliases()}
    table: dict[str, list[Alias]] = {}
    for (key, code, _), alias in named.items():
        if (key, code) not in written:
            table.setdefault(key, []).append(alias)
    for alias in aliases():
        table.setdefault(_key(alias.text), []).append(alias)
    return {key: tuple(entries) for key, entries in table.items()}


def find_indicator(text: str, medium: str | None = None) -> list[IndicatorMatch]:
    """Readings of a header, the most certain first; empty when nothing is known by that name.

    Args:
        text: the header, already without its unit.
        medium: ``sea``, ``river``, ``lake`` or ``outlet``; without it a word that means different
            things on land and at sea gives several readings of at most 0.5.

    Raises:
        UsageError: the medium is unknown.
    """
    if medium is not None and medium not in MEDIA:
        raise unknown(Text("medium"), medium, MEDIA)
    plain = unicodedata.normalize("NFKC", text).strip()
    code = _CODE.match(plain)
    if code and code.group(1).lower() in indicators():
        return [IndicatorMatch(code.group(1).lower(), 1.0, "")]
    basis, rest = _take_basis(plain)
    found = _by_name(rest, medium)
    matches = [
        replace(match, certainty=_with_basis(match, basis), basis=basis or match.basis)
        for match in found
    ]
    return sorted(matches, key=lambda match: (-match.certainty, match.code))


def _take_basis(text: str) -> tuple[str, str]:
    """Species that the header states, and the header without that statement."""
    match = _BASIS.search(text)
    if match is None:
        return "", text
    species = match.group("zh") or match.group("en")
    known = {entry.basis for entry in indicators().values()} | {"NH4", "NH3", "PO4", "SiO2", "SiO3"}
    if species not in known:
        return "", text
    return species, (text[: match.start()] + " " + text[match.end() :]).strip()


def _with_basis(match: IndicatorMatch, basis: str) -> float:
    """A stated species removes the doubt whether a nutrient is counted as element or as ion."""
    if basis and match.certainty > _TYPING_SLIP and indicators()[match.code].basis:
        return max(match.certainty, 0.95)
    return match.certainty


def _by_name(text: str, medium: str | None) -> list[IndicatorMatch]:
    exact = _readings(_key(text), medium)
    if exact:
        return exact
    for pattern in (_BRACKETS, _SCRIPTS):
        parts = [part for part in pattern.split(text) if _key(part)]
        if len(parts) > 1:
            joined = _agree([_readings(_key(part), medium) for part in parts])
            if joined:
                return joined
    around = _AROUND.match(text.strip().casefold())
    if around:
        core = _readings(_key(around.group("core")), medium)
        if core:
            return [replace(match, certainty=match.certainty * 0.95) for match in core]
    return _typing_slips(_key(text), medium)


def _readings(key: str, medium: str | None) -> list[IndicatorMatch]:
    entries = _table().get(key, ())
    if medium is not None:
        entries = tuple(entry for entry in entries if not entry.media or medium in entry.media)
    best: dict[str, Alias] = {}
    for entry in entries:
        if entry.code not in best or entry.certainty > best[entry.code].certainty:
            best[entry.code] = entry
    return [
        IndicatorMatch(code, entry.certainty / len(best), entry.basis)
        for code, entry in best.items()
    ]


def _agree(parts: Iterable[list[IndicatorMatch]]) -> list[IndicatorMatch]:
    """Join the readings of the parts of a header: ``氨氮(NH3-N)``, ``DO 溶解氧``."""
    parts = list(parts)
    known = [part for part in parts if part]
    if not known:
        return []
    # A part that nobody knows may change the meaning: "pH计编号" is no pH value.
    ceiling = 0.95 if len(known) == len(parts) else 0.7
    shared = set.intersection(*({match.code for match in part} for part in known))
    if shared:
        joined = []
        for code in shared:
            options = [match for part in known for match in part if match.code == code]
            best = max(options, key=lambda match: match.certainty)
            share = best.certainty / (len(shared) if len(known) > 1 else 1)
            basis = next((match.basis for match in options if match.basis), "")
            joined.append(IndicatorMatch(code, min(share, ceiling), basis))
        return joined
    # The parts contradict each other, e.g. 总氮(TP): both are offered, none is sure.
    every = {match.code: match for part in known for match in part}
    return [replace(match, certainty=0.9 / (len(every) + 1)) for match in every.values()]


def _typing_slips(key: str, medium: str | None) -> list[IndicatorMatch]:
    if len(key) < 3:
        return []
    near = difflib.get_close_matches(key, list(_table()), n=3, cutoff=0.8)
    found: dict[str, IndicatorMatch] = {}
    for name in near:
        for match in _readings(name, medium):
            found.setdefault(match.code, replace(match, certainty=_TYPING_SLIP * match.certainty))
    return list(found.values())
