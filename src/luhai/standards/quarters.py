"""Which season does a month belong to?

A season is a quarter of the local calendar (``data/seasons.csv``), which holds the cruises of
HJ 442.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from luhai.errors import UsageError
from luhai.standards.tables import DATA, read_csv
from luhai.text import Text


@dataclass(frozen=True)
class Season:
    """A season: number from 1, names, first and last month."""

    number: int
    name_zh: str
    name_en: str
    first_month: int
    last_month: int

    @property
    def name(self) -> dict[str, str]:
        """Name in both languages, as a part of a ``Text``."""
        return {"zh": self.name_zh, "en": self.name_en}


@cache
def seasons() -> tuple[Season, ...]:
    """All seasons in the order of the year."""
    columns = ["season", "name_zh", "name_en", "first_month", "last_month", "source", "verified"]
    return tuple(
        Season(
            row.integer("season"),
            row.text("name_zh"),
            row.text("name_en"),
            row.integer("first_month"),
            row.integer("last_month"),
        )
        for row in read_csv(DATA / "seasons.csv", columns)
    )


def season_of(month: int) -> Season:
    """Season of a month.

    Raises:
        UsageError: the month is not 1…12.
    """
    for season in seasons():
        if season.first_month <= month <= season.last_month:
            return season
    raise UsageError(
        Text("There is no month {month}.", {"month": month}), remedy=Text("Use 1 … 12.")
    )
