"""Which samples does each place have, by year and part of the year, before and after a day?

The outlook looks at every past year as it looked on the same day of the year. This module lays the
daily means of a set of places out as arrays: place x year x part (month on rivers, season at sea) x
before or after the day x indicator, each with the weight that the method's yearly mean gives it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from luhai.errors import InputError
from luhai.text import Text

Floats = NDArray[np.float64]

BEFORE, AFTER = 0, 1
_COLUMNS = ("place", "indicator", "year", "month", "day", "value", "weight")
_LAST_MONTH = {"month": tuple(range(1, 13)), "season": (3, 6, 9, 12)}


@dataclass(frozen=True)
class Cube:
    """Daily means by place, year, part, side of the day, and indicator.

    Attributes:
        places, indicators: labels of the first and last axis.
        years: labels of the second axis, without gaps, the running year last.
        part: ``month`` or ``season``.
        as_of: the day; samples on it are ``BEFORE``.
        weight: shape (places, years, parts, 2, indicators).
        total: weight times value, same shape, in the space in which the indicator is averaged.
    """

    places: tuple[str, ...]
    indicators: tuple[str, ...]
    years: tuple[int, ...]
    part: str
    as_of: date
    weight: Floats
    total: Floats

    @property
    def over(self) -> NDArray[np.bool_]:
        """Whether each part of the year is over on the day, shape (parts,)."""
        months = _LAST_MONTH[self.part]
        ends = [date(self.as_of.year + month // 12, month % 12 + 1, 1) for month in months]
        # The last day of a part may still bring a sample, the day after it not.
        return np.array([end.toordinal() - 1 <= self.as_of.toordinal() for end in ends])

    def mean(self, year: int, sides: tuple[int, ...]) -> Floats:
        """Mean of each part in a year (by index), shape (places, parts, indicators), else NaN."""
        return _ratio(
            self.total[:, year, :, sides, :].sum(axis=0),
            self.weight[:, year, :, sides, :].sum(axis=0),
        )


def _ratio(total: Floats, weight: Floats) -> Floats:
    ratio: Floats = np.divide(total, weight, out=np.full(total.shape, np.nan), where=weight > 0)
    return ratio


def build_cube(samples: pl.DataFrame, *, part: str, year: int, as_of: date) -> Cube:
    """Lay daily means out as arrays.

    Args:
        samples: one row per place, indicator and day: ``place, indicator, year, month, day``,
            ``value`` (in the space of averaging) and ``weight`` (its weight in the part's mean).
        part: ``month`` or ``season``, the parts whose means make the yearly mean.
        year: the running year.
        as_of: the day in the running year up to which samples are known.

    Raises:
        InputError: a column is missing, or a place has two rows for one indicator and day.
    """
    missing = [name for name in _COLUMNS if name not in samples.columns]
    if missing:
        raise InputError(
            Text("The table of daily means lacks: {missing}.", {"missing": ", ".join(missing)})
        )
    known = samples.filter(
        (pl.col("year") <= year) & pl.col("value").is_not_null() & (pl.col("weight") > 0)
    )
    keys = ["place", "indicator", "year", "month", "day"]
    if known.select(keys).is_duplicated().any():
        raise InputError(
            Text("A place has two daily means of one indicator on one day."),
            why=Text("Each would count twice in the yearly mean."),
        )
    places = tuple(known["place"].unique().sort().to_list())
    indicators = tuple(known["indicator"].unique().sort().to_list())
    first = int(known["year"].min()) if known.height else year  # type: ignore[arg-type]
    years = tuple(range(first, year + 1))
    parts = len(_LAST_MONTH[part])
    shape = (len(places), len(years), parts, 2, len(indicators))
    weight, total = np.zeros(shape), np.zeros(shape)
    index = (
        _index(known["place"], places),
        known["year"].to_numpy().astype(np.int64) - first,
        (known["month"].to_numpy().astype(np.int64) - 1) * parts // 12,
        _side(known, as_of),
        _index(known["indicator"], indicators),
    )
    weights = known["weight"].to_numpy().astype(np.float64)
    np.add.at(weight, index, weights)
    np.add.at(total, index, weights * known["value"].to_numpy().astype(np.float64))
    return Cube(places, indicators, years, part, as_of, weight, total)


def _side(samples: pl.DataFrame, as_of: date) -> NDArray[np.int64]:
    day_of_year = samples["month"].cast(pl.Int32) * 100 + samples["day"].cast(pl.Int32)
    after: NDArray[np.int64] = (
        (day_of_year > as_of.month * 100 + as_of.day).to_numpy().astype(np.int64)
    )
    return after


def _index(labels: pl.Series, known: tuple[str, ...]) -> NDArray[np.int64]:
    positions = {label: number for number, label in enumerate(known)}
    return np.array([positions[label] for label in labels.to_list()], dtype=np.int64)
