"""Invented values that have the means the demonstration tables ask for.

Rivers are sampled once a month, the sea in three cruises a year at two layers. Where
``controlled.csv`` gives a yearly mean (rivers), the monthly values scatter about a seasonal course
and are then scaled so that their mean is that figure; where it gives a cruise value (sea), surface
and bottom lie evenly about it. Scatter comes from a generator whose stream Python guarantees, so
that the same tables give the same values everywhere.
"""

from __future__ import annotations

import csv
import io
import math
import random
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

from luhai.errors import InputError, NotFoundError
from luhai.text import Text

CRUISE_MONTHS = (4, 7, 10)
CRUISE_NAMES = ("春季", "夏季", "秋季")
LAYERS = {"表": 1.03, "底": 0.97}
"""Layers of a sea sample and their share of the cruise's value."""
_FULL_WIDTH = {ord(character): ord(character) + 0xFEE0 for character in "0123456789.<"}


@dataclass(frozen=True)
class DemonstrationPlace:
    """A place: its id, medium, name as laboratories write it, water, district, sampling day."""

    place: str
    medium: str
    written: str
    water: str
    district: str
    day: int


@dataclass(frozen=True)
class Background:
    """How an indicator behaves where no table controls it.

    Attributes:
        mean: mean of the year; ``swing`` is its seasonal course: amplitude with January highest
            (rivers) or the three cruises' values (sea).
        additive: the course is added to the mean rather than multiplied.
        scatter: standard deviation, in the unit (additive) or relative.
    """

    unit: str
    mean: float | None
    additive: bool
    swing: tuple[float, ...]
    scatter: float
    detection_limit: float | None
    decimals: int


@dataclass(frozen=True)
class Figures:
    """The demonstration tables of a plan, and the values drawn from them."""

    words: dict[str, str]
    places: tuple[DemonstrationPlace, ...]
    background: dict[tuple[str, str], Background]
    controlled: dict[tuple[str, str], dict[int, tuple[float, ...]]]
    years: tuple[int, ...]
    _drawn: dict[object, list[float]] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def load(cls, plan: Path) -> Figures:
        """Read ``demonstration/`` of a plan's folder."""
        folder = plan / "demonstration"
        if not (folder / "controlled.csv").is_file():
            raise NotFoundError(
                Text("This plan has no demonstration figures."),
                where=str(folder),
                remedy=Text("Give a plan whose folder holds demonstration/, or real files."),
            )
        try:
            return _load(folder)
        except (KeyError, ValueError) as error:
            raise InputError(
                Text("The demonstration tables cannot be read: {error}.", {"error": str(error)}),
                where=str(folder),
                remedy=Text("docs/samples.md says what each of them holds."),
            ) from error

    def of(self, medium: str) -> list[DemonstrationPlace]:
        """The places of one medium."""
        return [place for place in self.places if place.medium == medium]

    def indicators(self, medium: str) -> list[str]:
        """Indicators of one medium in the order of the table."""
        return [indicator for kind, indicator in self.background if kind == medium]

    def unit(self, medium: str, indicator: str) -> str:
        """Unit in which the tables give an indicator."""
        return self.background[medium, indicator].unit

    def month_value(self, place: DemonstrationPlace, indicator: str, day: date) -> float:
        """Value of an indicator in a river in one month."""
        key = (place.place, indicator, day.year)
        if key not in self._drawn:
            self._drawn[key] = self._monthly(place, indicator, day.year)
        return self._drawn[key][day.month - 1]

    def months(self, year: int) -> range:
        """Months sampled in a year: the last year of the tables is still running."""
        return range(1, 9) if year == self.years[-1] else range(1, 13)

    def cruises(self, year: int) -> range:
        """Cruises (0, 1, 2) sampled in a year."""
        return range(2) if year == self.years[-1] else range(3)

    def _monthly(self, place: DemonstrationPlace, indicator: str, year: int) -> list[float]:
        rule = self.background["river", indicator]
        target = self.controlled.get((place.place, indicator), {}).get(year, (rule.mean or 0.0,))[0]
        draw = normal_draws(place.place, indicator, year)
        values = []
        for month in range(1, 13):
            season = rule.swing[0] * math.cos(2 * math.pi * (month - 1) / 12)
            noise = rule.scatter * draw()
            values.append(
                target + season + noise
                if rule.additive
                else target * max(1 + season, 0.05) * math.exp(noise)
            )
        if (place.place, indicator) in self.controlled:
            sampled = [values[month - 1] for month in self.months(year)]
            mean = sum(sampled) / len(sampled)
            values = [v + target - mean if rule.additive else v * target / mean for v in values]
        return values

    def layer_value(
        self, place: DemonstrationPlace, indicator: str, year: int, cruise: int, layer: str
    ) -> float:
        """Value of an indicator at sea in one cruise and layer."""
        rule = self.background["sea", indicator]
        share = LAYERS[layer]
        fixed = self.controlled.get((place.place, indicator), {}).get(year)
        if fixed is not None:
            # Salinity grows downwards where nutrients of the river's water fall.
            return fixed[cruise] * (2 - share if indicator == "盐度" else share)
        noise = rule.scatter * normal_draws(place.place, indicator, year, cruise, layer)()
        value = rule.swing[cruise]
        if rule.additive:
            return value * (0.5 * share + 0.5) + noise if indicator == "溶解氧" else value + noise
        return value * math.exp(noise)


def normal_draws(*key: object) -> Normal:
    """A stream of near-normal numbers that depends on the key alone."""
    return Normal("|".join(str(part) for part in key))


class Normal:
    """Sums of twelve uniform numbers less six: variance 1, and the same on every machine."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)

    def __call__(self) -> float:
        return sum(self._random.random() for _ in range(12)) - 6.0


def _rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))


def _numbers(text: str) -> tuple[float, ...]:
    return tuple(float(part) for part in text.split())


def _load(folder: Path) -> Figures:
    words = tomllib.loads((folder / "words.toml").read_text(encoding="utf-8"))
    places = tuple(
        DemonstrationPlace(
            row["place"],
            row["medium"],
            row["written"],
            row["water"],
            row["district"],
            int(row["day"]),
        )
        for row in _rows(folder / "places.csv")
    )
    background = {
        (row["medium"], row["indicator"]): Background(
            row["unit"],
            float(row["mean"]) if row["mean"] else None,
            row["shape"] == "add",
            _numbers(row["swing"]),
            float(row["scatter"]),
            float(row["detection_limit"]) if row["detection_limit"] else None,
            int(row["decimals"]),
        )
        for row in _rows(folder / "background.csv")
    }
    controlled = _rows(folder / "controlled.csv")
    years = tuple(int(name) for name in controlled[0] if name.isdigit())
    return Figures(
        {name: str(text) for name, text in words.items()},
        places,
        background,
        {
            (row["place"], row["indicator"]): {year: _numbers(row[str(year)]) for year in years}
            for row in controlled
        },
        years,
    )


@cache
def decimal_places(decimals: int) -> str:
    """Format of a number with so many decimals."""
    return f"{{:.{decimals}f}}"


def written(value: float, rule: Background, non_detect: str = "{limit}L") -> str:
    """A value as a laboratory writes it; below the limit of detection by the given pattern."""
    limit = rule.detection_limit
    if limit is not None and value < limit:
        return non_detect.format(limit=f"{limit:g}" if limit >= 1e-4 else f"{limit:.5f}")
    return decimal_places(rule.decimals).format(value)


def full_width(text: str) -> str:
    """The same digits as an input method in full-width mode leaves them."""
    return text.translate(_FULL_WIDTH)


def parts_of_nitrogen(din: float, decimals: int = 3) -> tuple[str, str, str]:
    """Nitrate, nitrite and ammonia, written so that they add up to the inorganic nitrogen."""
    scale = 10**decimals
    total = round(din * scale)
    nitrite = round(total * 0.08)
    ammonia = round(total * 0.19)
    parts: Sequence[int] = (total - nitrite - ammonia, nitrite, ammonia)
    nitrate_text, nitrite_text, ammonia_text = (f"{part / scale:.{decimals}f}" for part in parts)
    return nitrate_text, nitrite_text, ammonia_text
