"""Which places does a plan know, and which of them does a written name mean?

A register is a CSV file beside the plan. Names in laboratory files differ from it in width, case,
spaces, brackets and hyphens; those differences are ignored. A name shared by places of several
provinces or basins is told apart by its context. A name that fits no place, or more than one, is
not guessed: ``resolve`` answers ``None`` and ``suggest`` names what may have been meant.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from luhai.errors import InputError
from luhai.plan.records import cell_address, read_records, source_address
from luhai.text import DEFAULT_LANGUAGE, Text

_IGNORED = re.compile(r"[\s()\[\]{}<>〈〉《》【】〔〕「」‐‑‒–—―−_#·・.,、-]+")
_BRACKETED = re.compile(r"^(?P<outer>[^(]+)\((?P<inner>[^()]+)\)$")
_RANGES = {
    "longitude": (-180.0, 180.0),
    "latitude": (-90.0, 90.0),
    "salinity_psu": (0.0, 50.0),
    "position_accuracy_km": (0.0, 1000.0),
}
"""Columns of a register whose numbers have bounds."""
_KIND_OF_MEDIUM = {
    "sea": "sea_station",
    "river": "river_section",
    "lake": "lake_section",
    "outlet": "outlet",
}
# Characters that keyboards and scans exchange; only used for suggestions, never to resolve.
_LOOK_ALIKE = str.maketrans({"o": "0", "q": "0", "i": "1", "l": "1", "s": "5", "z": "2", "b": "8"})


@dataclass(frozen=True)
class Place:
    """A place where water is sampled or let in.

    Attributes:
        id: key in observations and results.
        name_zh: Chinese name, may be empty when there is an English one.
        name_en: English name, may be empty when there is a Chinese one.
        kind: ``sea_station``, ``river_section``, ``lake_section`` or ``outlet``.
        medium: ``sea``, ``river``, ``lake`` or ``outlet``.
        water_zh: river, lake or sea area in Chinese.
        water_en: river, lake or sea area in English.
        district: district responsible, as written in the plan.
        control: ``national``, ``provincial``, ``city``, ``district`` or empty.
        longitude: degrees east, WGS 84, ``None`` when unknown.
        latitude: degrees north, WGS 84, ``None`` when unknown.
        position_accuracy_km: radius in km within which the place lies, ``None`` when unknown.
        position_note: where the position comes from.
        tidal: whether the tide reaches the place.
        salinity_psu: typical practical salinity, ``None`` when unknown.
        aliases: other names, each alone or as ``context/name``.
    """

    id: str
    name_zh: str
    name_en: str
    kind: str
    medium: str
    water_zh: str
    water_en: str
    district: str
    control: str
    longitude: float | None
    latitude: float | None
    position_accuracy_km: float | None
    position_note: str
    tidal: bool
    salinity_psu: float | None
    aliases: tuple[str, ...] = ()
    source: str = field(default="", compare=False)

    def name(self, language: str = DEFAULT_LANGUAGE) -> str:
        """Name in one language, else in the other, else the id."""
        return pick(language, self.name_zh, self.name_en) or self.id

    def water(self, language: str = DEFAULT_LANGUAGE) -> str:
        """River, lake or sea area in one language, else in the other."""
        return pick(language, self.water_zh, self.water_en)


def pick(language: str, chinese: str, english: str) -> str:
    """The text in the language asked for, else in the other one."""
    return (english or chinese) if language == "en" else (chinese or english)


def normalise_name(name: str) -> str:
    """A name without the differences of writing that never tell two places apart."""
    return _IGNORED.sub("", unicodedata.normalize("NFKC", name).casefold())


class PlaceRegister:
    """The places of a register, found by id or by any of their names.

    Raises:
        InputError: an id occurs twice.
    """

    def __init__(self, places: tuple[Place, ...]) -> None:
        self._by_id: dict[str, Place] = {}
        self._by_key: dict[str, list[tuple[Place, tuple[str, ...]]]] = {}
        for place in places:
            if place.id in self._by_id:
                raise InputError(
                    Text("The place '{place}' is registered twice.", {"place": place.id}),
                    where=source_address(place.source),
                )
            self._by_id[place.id] = place
            for context, name in _written_names(place):
                self._by_key.setdefault(normalise_name(name), []).append((place, context))

    def __iter__(self) -> Iterator[Place]:
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)

    def __contains__(self, place_id: object) -> bool:
        return place_id in self._by_id

    def get(self, place_id: str) -> Place | None:
        """The place with exactly this id, or ``None``."""
        return self._by_id.get(place_id)

    def resolve(self, name: str, context: str = "") -> Place | None:
        """The one place that ``name`` means.

        Args:
            name: the name as written.
            context: what else the file says about where it lies, e.g. ``广东省/珠江流域``. A name
                registered with a context of its own is not matched in another one.

        Returns:
            The place; ``None`` when no place or more than one fits.
        """
        found = self._candidates(name, context)
        if not found:
            found = self._bracketed(name, context)
        return found[0] if len(found) == 1 else None

    def suggest(self, name: str) -> str | None:
        """Id of the registered place that ``name`` was probably meant to be, or ``None``.

        Look-alike characters (letter O for zero), one wrong letter in a longer name, and added
        words after the name count as near; another digit does not: GD1703 is another station.
        """
        wanted = normalise_name(name)
        if not wanted:
            return None
        for nearness in (_looks_alike, _one_letter_off, _has_more_words):
            found = {
                place.id
                for key, entries in self._by_key.items()
                if nearness(wanted, key)
                for place, _ in entries
            }
            if found:
                return found.pop() if len(found) == 1 else None
        return None

    def _candidates(self, name: str, context: str) -> list[Place]:
        entries = self._by_key.get(normalise_name(name), [])
        if context:
            parts = [normalise_name(part) for part in re.split(r"[/;,，；、]", context)]
            refused = {place.id for place, needed in entries if _contradicts(parts, needed)}
            agreed = {
                place.id
                for place, needed in entries
                if needed and all(normalise_name(part) in "/".join(parts) for part in needed)
            }
            entries = [
                (place, needed)
                for place, needed in entries
                if place.id in agreed or (not agreed and place.id not in refused)
            ]
        return list({place.id: place for place, _ in entries}.values())

    def _bracketed(self, name: str, context: str) -> list[Place]:
        """``GD1701（北津港口区）``: taken when both parts name the same place."""
        match = _BRACKETED.match(unicodedata.normalize("NFKC", name).strip())
        if match is None:
            return []
        outer = self._candidates(match["outer"], context)
        inner = self._candidates(match["inner"], context)
        both = {place.id for place in outer} & {place.id for place in inner}
        return [place for place in outer if place.id in both]


def load_places(path: str | Path) -> PlaceRegister:
    """Read the place register of a plan (columns: ``luhai.plan.records.attributes("place")``).

    Raises:
        InputError: the file is missing or a cell is wrong; names file, row and column.
    """
    return _register(Path(path), read_records(Path(path), "place", Place))


def load_declared_places(path: str | Path) -> PlaceRegister:
    """Read a register that only declares what places are: ``id`` and ``medium`` suffice.

    Other columns are those of a plan's register and may be left out or empty: a place without a
    name is called by its id, its kind follows from its medium, and the tide does not reach it.

    Raises:
        InputError: the file is missing or a cell is wrong; names file, row and column.
    """
    file = Path(path)
    needed = ("id", "medium")
    return _register(
        file, read_records(file, "place", Place, needed=needed, complete=_complete_declared)
    )


def _complete_declared(cells: dict[str, str]) -> None:
    if not cells["name_zh"] and not cells["name_en"]:
        cells["name_zh"] = cells["id"]
    cells["kind"] = cells["kind"] or _KIND_OF_MEDIUM.get(cells["medium"], "")
    cells["tidal"] = cells["tidal"] or "no"


def _register(file: Path, places: tuple[Place, ...]) -> PlaceRegister:
    for place in places:
        row = place.source.rsplit(" row ", 1)[-1]
        where = cell_address(file, row)
        if not place.name_zh and not place.name_en:
            raise InputError(Text("The place has no name in either language."), where=where)
        if (place.longitude is None) != (place.latitude is None):
            raise InputError(Text("Longitude and latitude must stand together."), where=where)
        for column, (low, high) in _RANGES.items():
            value = getattr(place, column)
            if value is not None and not low <= value <= high:
                raise InputError(
                    Text(
                        "{value} lies outside {low} to {high}.",
                        {"value": f"{value:g}", "low": f"{low:g}", "high": f"{high:g}"},
                    ),
                    where=cell_address(file, row, column),
                )
    return PlaceRegister(places)


def _written_names(place: Place) -> Iterator[tuple[tuple[str, ...], str]]:
    for name in (place.id, place.name_zh, place.name_en):
        if name:
            yield (), name
    for alias in place.aliases:
        *context, name = alias.split("/")
        yield tuple(context), name


def _contradicts(parts: list[str], needed: tuple[str, ...]) -> bool:
    """Whether a context names another province, basin … than the name is tied to.

    Two words are of one kind when their last characters agree (省, 市, 流域).
    """
    wanted = [normalise_name(part) for part in needed]
    return any(
        part and part not in wanted and any(part[-1] == other[-1] for other in wanted if other)
        for part in parts
    )


def _looks_alike(wanted: str, key: str) -> bool:
    return wanted.translate(_LOOK_ALIKE) == key.translate(_LOOK_ALIKE)


def _one_letter_off(wanted: str, key: str) -> bool:
    """One letter added, dropped or exchanged in a name of at least four (three if Chinese)."""
    shorter, longer = sorted((wanted, key), key=len)
    least = 3 if shorter[:1] > "\u2e80" else 4
    if len(shorter) < least or len(longer) - len(shorter) > 1:
        return False
    start = 0
    while start < len(shorter) and shorter[start] == longer[start]:
        start += 1
    exchanged = len(shorter) == len(longer)
    if longer[start + 1 :] != shorter[start + exchanged :]:
        return False
    changed = longer[start : start + 1] + (shorter[start : start + 1] if exchanged else "")
    return not any(character.isdigit() for character in changed)


def _has_more_words(wanted: str, key: str) -> bool:
    return (
        len(key) >= 2
        and wanted.startswith(key)
        and len(wanted) - len(key) <= 3
        and not (wanted[len(key)].isdigit())
    )
