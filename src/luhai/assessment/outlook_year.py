"""How is the year's mean built, and what must its remaining samples be?

The official yearly mean is a mean of parts (months on rivers, seasons at sea), and each part a mean
of its samples. Part of the year is known; of the rest only the number of samples is known, from the
station's own habit in the years before. The yearly mean is then a straight line in the mean of the
remaining samples, and the required mean is where the line meets the bound at which the rounded
yearly mean still keeps the target class (rounding comes before comparison: GB/T 8170 and
环办监测函〔2020〕82号).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


_CLEAR_STEP, _CLEAR = 1e-6, 2e-9
"""Part of a rounding step, and at least how much, by which an open border is kept clear of: means
are summed to nine decimals."""


@dataclass(frozen=True)
class Bounds:
    """Yearly means that keep a class once rounded.

    Attributes:
        low: least mean that still does, ``-inf`` when there is none.
        high: greatest mean that still does, ``inf`` when there is none.
    """

    low: float
    high: float


@dataclass(frozen=True)
class YearParts:
    """A running year of one place: parts by rows, indicators by columns.

    Attributes:
        done: weight (number of samples) already there, shape (parts, indicators).
        mean: their mean in the space in which the indicator is averaged, NaN where none.
        to_come: weight still to come, same shape.
        measured_years: past years in which each indicator was measured, shape (indicators,).
    """

    done: Floats
    mean: Floats
    to_come: Floats
    measured_years: NDArray[np.int64]

    @property
    def weights(self) -> tuple[Floats, Floats]:
        """Constant and share of each part's remaining mean in the yearly mean.

        Returns:
            ``constant`` of shape (indicators,) and ``share`` of shape (parts, indicators), so that
            yearly mean = constant + sum over parts of share * remaining mean of the part.
        """
        total = self.done + self.to_come
        counted = total > 0
        parts = counted.sum(axis=0)
        divisor = np.where(counted, total, 1.0) * np.maximum(parts, 1)
        known = np.where(self.done > 0, np.nan_to_num(self.mean) * self.done, 0.0)
        return (known / divisor).sum(axis=0), self.to_come / divisor

    @property
    def mean_so_far(self) -> Floats:
        """Mean of the parts' known means, shape (indicators,); NaN where nothing is known."""
        known = self.done > 0
        parts = known.sum(axis=0)
        sums = np.where(known, np.nan_to_num(self.mean), 0.0).sum(axis=0)
        means: Floats = np.where(parts > 0, sums / np.maximum(parts, 1), np.nan)
        return means


def class_bounds(
    keeps: Callable[[Floats], NDArray[np.bool_]],
    rounded: Callable[[Floats], Floats],
    limits: tuple[float | None, float | None],
    digits: int,
) -> Bounds:
    """Least and greatest yearly means that keep a class after rounding.

    Args:
        keeps: whether rounded values keep the class.
        rounded: rounding of the method for this indicator.
        limits: lower and upper limit of the class, ``None`` where there is none.
        digits: decimals to which the method rounds this indicator.

    Returns:
        Bounds that are themselves kept; between two neighbouring rounded values the border is half
        way, and rounding half to even decides on which side the half itself falls.
    """
    step = 10.0**-digits
    low, high = limits
    return Bounds(
        low=-np.inf if low is None else _border(keeps, rounded, low, step, upwards=False),
        high=np.inf if high is None else _border(keeps, rounded, high, step, upwards=True),
    )


def _border(
    keeps: Callable[[Floats], NDArray[np.bool_]],
    rounded: Callable[[Floats], Floats],
    limit: float,
    step: float,
    *,
    upwards: bool,
) -> float:
    digits = round(-np.log10(step))
    sign = 1 if upwards else -1
    middle = floor(limit / step + 1e-9) if upwards else ceil(limit / step - 1e-9)
    # The limit may have more decimals than the rounded values, or be strict: try the neighbours.
    kept = [
        number
        for number in range(middle - 2, middle + 3)
        if keeps(np.array([round(number * step, digits)]))[0]
    ]
    best = max(kept) if upwards else min(kept)
    half = float(round((best + sign * 0.5) * step, digits + 1))
    if keeps(rounded(np.array([half])))[0]:
        return half
    # The half itself rounds to the wrong side; what is nearer keeps the class, if by more than the
    # arithmetic noise that rounding drops before it judges a tie.
    return half - sign * max(step * _CLEAR_STEP, _CLEAR)


def required_mean(constant: float, share: float, bound: float) -> float | None:
    """Mean of the remaining samples at which the yearly mean equals ``bound``.

    All three in the space in which the indicator is averaged; ``None`` when nothing remains.
    """
    if share <= 0 or not np.isfinite(bound):
        return None
    return (bound - constant) / share


def habit(weights: Floats) -> Floats:
    """Usual weight of each part from past years.

    Args:
        weights: shape (years, parts, indicators), 0 where a year has no sample in a part.

    Returns:
        Median over the years, shape (parts, indicators): a part that fewer than half of the years
        sampled is not expected.
    """
    if weights.shape[0] == 0:
        return np.zeros(weights.shape[1:])
    middle: Floats = np.floor(np.median(weights, axis=0))
    return middle
