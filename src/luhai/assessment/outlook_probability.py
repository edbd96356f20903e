"""How likely is it that the year attains? A predictive draw from the station's own past years.

Each past year gives the values that its remaining parts had, for all indicators at once. In a space
where they scatter evenly (logarithms of concentrations; oxygen and pH as they are) a draw is

    centre + persistence * anomaly so far
           + sqrt((1 + 1/n) / (n - 1)) * sum_y(w_y * residual_y) / c

with w_y standard normal and c^2 a chi-square over its n - 1 degrees of freedom. Whole past years
are mixed, so that the correlation between months and between indicators is kept; for a single
value the draw is exactly Student's predictive distribution with n - 1 degrees of freedom (Gelman
et al., Bayesian Data Analysis, 3rd ed. 2013, section 3.2), so that few years give modest
probabilities. How much of a year's anomaly persists is estimated from all places together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]

LEAST_YEARS = 3
"""Fewer past years give no probability: a variance from one difference says nothing."""


@dataclass(frozen=True)
class PastYears:
    """What past years say, in the even space; years, parts and indicators of one place.

    Attributes:
        remaining: mean of each remaining part in each past year, shape (years, parts, indicators),
            NaN where not sampled.
        so_far: mean of each part that the running year has already, same shape.
    """

    remaining: Floats
    so_far: Floats

    def years_for(self, to_come: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Number of past years with a value in every part to come, shape (indicators,)."""
        present = np.isfinite(self.remaining) | ~to_come[None, :, :]
        counts: NDArray[np.int64] = present.all(axis=1).sum(axis=0).astype(np.int64)
        return counts


@dataclass(frozen=True)
class Anomalies:
    """Departures of past years from their means; the ground for persistence.

    Attributes:
        so_far: mean departure over the parts already sampled, shape (years, indicators), NaN where
            unknown.
        remaining: mean departure over the parts to come, same shape.
    """

    so_far: Floats
    remaining: Floats


def anomalies(past: PastYears, to_come: NDArray[np.bool_]) -> Anomalies:
    """Departures of each past year from the mean of the past years."""
    remaining = np.where(to_come[None, :, :], past.remaining, np.nan)
    return Anomalies(_mean_departure(past.so_far), _mean_departure(remaining))


def _mean_departure(values: Floats) -> Floats:
    departure = values - _nanmean(values, axis=0)[None, :, :]
    return _nanmean(departure, axis=1)


def persistence(groups: list[Anomalies]) -> Floats:
    """Share of the anomaly so far that the rest of the year keeps, per indicator, 0...1.

    Least-squares slope of the remaining on the present anomaly over all places and past years.

    Args:
        groups: anomalies of each place, all with the same indicators.
    """
    present = np.concatenate([group.so_far for group in groups])
    later = np.concatenate([group.remaining for group in groups])
    both = np.isfinite(present) & np.isfinite(later)
    cross = np.where(both, present * later, 0.0).sum(axis=0)
    square = np.where(both, present**2, 0.0).sum(axis=0)
    slope: Floats = np.clip(
        np.divide(cross, square, out=np.zeros_like(cross), where=square > 0), 0, 1
    )
    return slope


def draw_remaining(
    past: PastYears,
    now_so_far: Floats,
    kept: Floats,
    draws: int,
    generator: np.random.Generator,
) -> Floats:
    """Draws of the remaining parts' means, in the even space.

    Args:
        past: past years of the place.
        now_so_far: mean of each part already sampled this year, shape (parts, indicators).
        kept: persistence per indicator, shape (indicators,).
        draws: number of draws.
        generator: source of random numbers.

    Returns:
        shape (draws, parts, indicators); NaN where a part has too few past years.
    """
    centre = _nanmean(past.remaining, axis=0)
    past_anomaly = np.nan_to_num(_mean_departure(past.so_far))
    now = _nanmean(now_so_far - _nanmean(past.so_far, axis=0), axis=0)
    residual = past.remaining - centre[None] - (kept * past_anomaly)[:, None, :]
    count = np.isfinite(past.remaining).sum(axis=0)
    residual = np.where(np.isfinite(residual), residual - _nanmean(residual, axis=0)[None], 0.0)
    years = residual.shape[0]
    mixed = np.tensordot(generator.standard_normal((draws, years)), residual, axes=(1, 0))
    freedom = np.maximum(count - 1, 1)
    # One chi-square per draw for the years as a whole keeps the indicators together.
    spread = np.sqrt(generator.chisquare(max(years - 1, 1), size=draws) / max(years - 1, 1))
    scale = np.sqrt((1.0 + 1.0 / np.maximum(count, 1)) / freedom)
    drawn = centre + kept * np.nan_to_num(now) + mixed * scale / spread[:, None, None]
    result: Floats = np.where(count >= LEAST_YEARS, drawn, np.nan)
    return result


def probability_interval(
    probability: float, years: int, confidence: float = 0.90
) -> tuple[float, float]:
    """Interval of a probability that rests on a few years (Jeffreys).

    The past years are taken as that many trials: Brown, Cai & DasGupta (2001, Statistical Science
    16: 101-133) recommend the Jeffreys interval for few trials.

    Args:
        probability: 0...1.
        years: number of past years it rests on.
        confidence: of the two-sided interval.
    """
    hits = probability * years
    tail = (1.0 - confidence) / 2.0
    low, high = np.asarray(stats.beta.ppf([tail, 1.0 - tail], hits + 0.5, years - hits + 0.5))
    # The estimate itself belongs to its interval also when it is very near 0 or 1.
    return float(min(low, probability)), float(max(high, probability))


def _nanmean(values: Floats, axis: int) -> Floats:
    """Mean over what is there; NaN (without a warning) where nothing is."""
    there = np.isfinite(values)
    count = there.sum(axis=axis)
    total = np.where(there, values, 0.0).sum(axis=axis)
    mean: Floats = np.divide(total, count, out=np.full(count.shape, np.nan), where=count > 0)
    return mean
