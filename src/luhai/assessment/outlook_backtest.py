"""How good would the outlook have been in past years?

Every past year is foretold from what was known on the same day of that year, with only the years
before it as history, and compared with what the whole year then brought. The Brier score (1950,
Monthly Weather Review 78: 1-3) is the mean squared difference of probability and outcome; skill is
the share of the score of a plain reference that the forecast saves (Wilks, Statistical Methods in
the Atmospheric Sciences, 3rd ed. 2011, chapter 8). The reference is what one can say without this
year's samples: how often the station attained in the years before.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from luhai.assessment.outlook_cube import AFTER, BEFORE, Cube
from luhai.assessment.outlook_forecast import PlaceBounds, PlaceForecast, Scale, forecast
from luhai.assessment.outlook_probability import LEAST_YEARS
from luhai.assessment.outlook_year import Floats, YearParts

LEAST_FORECASTS = 10
"""Fewer forecasts give no skill: a score over a handful of yes and no says nothing."""

_BACKTEST_DRAWS = 2000
_SLACK = 1e-12


@dataclass(frozen=True)
class Hindcast:
    """A past year foretold and compared.

    Attributes:
        place, year: what it is about.
        probability: foretold on the day of that year.
        reference: share of earlier years that attained, with half a year added on either side so
            that it is never 0 or 1 (Jeffreys).
        so_far: whether the mean so far kept the class on that day.
        attained: whether the whole year kept it.
    """

    place: str
    year: int
    probability: float
    reference: float
    so_far: bool
    attained: bool


@dataclass(frozen=True)
class Skill:
    """Scores over many hindcasts.

    Attributes:
        n: number of hindcasts.
        brier: Brier score of the outlook, 0 perfect.
        brier_reference: of the earlier years' frequency.
        brier_so_far: of taking the class so far for the class of the year.
        skill: ``1 - brier / brier_reference``; ``None`` with fewer than ten hindcasts or when the
            reference makes no error.
    """

    n: int
    brier: float
    brier_reference: float
    brier_so_far: float
    skill: float | None


@dataclass(frozen=True)
class ReliabilityBin:
    """Foretold probability beside what happened.

    Attributes:
        low, high: bounds of the bin.
        n: hindcasts in it.
        mean_probability: mean of their probabilities.
        frequency: share of them that attained.
    """

    low: float
    high: float
    n: int
    mean_probability: float
    frequency: float


def yearly_means(cube: Cube, year: int, scales: tuple[Scale, ...]) -> Floats:
    """Mean of a whole year in the indicators' units, shape (places, indicators); NaN where none."""
    index = cube.years.index(year)
    weight = cube.weight[:, index].sum(axis=2)
    means = cube.mean(index, (BEFORE, AFTER))
    zero = np.zeros(weight.shape[1:])
    years = np.zeros(weight.shape[2], dtype=np.int64)
    rows = [
        YearParts(weight[place], means[place], zero, years).mean_so_far
        for place in range(len(cube.places))
    ]
    table = np.array(rows).reshape(len(cube.places), len(cube.indicators))
    return np.stack(
        [scale.from_mean(table[:, number]) for number, scale in enumerate(scales)], axis=1
    )


def hindcasts(
    cube: Cube, bounds: PlaceBounds, scales: tuple[Scale, ...], *, last_year: int | None = None
) -> tuple[Hindcast, ...]:
    """Foretell every past year that can be compared.

    A year is compared at a place when all parts that habit expected after the day were sampled (a
    year that ended without them has no outcome of its own) and at least three earlier years exist.

    Args:
        cube: samples of all years.
        bounds: yearly means that keep the target class, per place and indicator.
        scales: from :func:`luhai.assessment.outlook_forecast.scales_for`.
        last_year: last year to foretell; the year before the cube's last when not given.
    """
    last = cube.years[-1] - 1 if last_year is None else last_year
    outcomes = {
        year: _kept(yearly_means(cube, year, scales), cube, bounds)
        for year in cube.years
        if year <= last
    }
    found: list[Hindcast] = []
    for year in cube.years[LEAST_YEARS:]:
        if year > last:
            break
        for made in forecast(cube, year, bounds, scales, draws=_BACKTEST_DRAWS):
            place = cube.places.index(made.place)
            earlier = [outcomes[y][place] for y in cube.years if y < year]
            known = [kept for kept in earlier if kept is not None]
            attained = outcomes[year][place]
            if made.probability is None or attained is None or len(known) < LEAST_YEARS:
                continue
            if not _was_completed(cube, year, place, made):
                continue
            so_far = all(
                one.bounds.low <= one.mean_so_far <= one.bounds.high
                for one in made.indicators
                if one.mean_so_far is not None
            )
            reference = (sum(known) + 0.5) / (len(known) + 1.0)
            found.append(Hindcast(made.place, year, made.probability, reference, so_far, attained))
    return tuple(found)


def skill_of(made: tuple[Hindcast, ...]) -> Skill | None:
    """Brier score and skill of hindcasts; ``None`` without any."""
    if not made:
        return None
    outcome = np.array([one.attained for one in made], dtype=np.float64)
    brier = _brier(np.array([one.probability for one in made]), outcome)
    reference = _brier(np.array([one.reference for one in made]), outcome)
    so_far = _brier(np.array([one.so_far for one in made], dtype=np.float64), outcome)
    enough = len(made) >= LEAST_FORECASTS and reference > 0
    return Skill(len(made), brier, reference, so_far, 1.0 - brier / reference if enough else None)


def reliability(made: tuple[Hindcast, ...], bins: int = 5) -> tuple[ReliabilityBin, ...]:
    """Foretold against observed frequency in equal bins of probability; empty bins are left out."""
    probability = np.array([one.probability for one in made])
    outcome = np.array([one.attained for one in made], dtype=np.float64)
    edges = np.linspace(0.0, 1.0, bins + 1)
    place = np.clip(np.searchsorted(edges, probability, side="right") - 1, 0, bins - 1)
    return tuple(
        ReliabilityBin(
            float(edges[number]),
            float(edges[number + 1]),
            int(np.sum(place == number)),
            float(probability[place == number].mean()),
            float(outcome[place == number].mean()),
        )
        for number in range(bins)
        if np.any(place == number)
    )


def _brier(probability: NDArray[np.float64], outcome: NDArray[np.float64]) -> float:
    return float(np.mean((probability - outcome) ** 2))


def _kept(means: Floats, cube: Cube, bounds: PlaceBounds) -> list[bool | None]:
    """Per place whether the year kept the class; ``None`` where nothing was measured."""
    kept: list[bool | None] = []
    for place, name in enumerate(cube.places):
        limits = bounds.get(name, {})
        verdicts = [
            limits[code].low - _SLACK <= means[place, number] <= limits[code].high + _SLACK
            for number, code in enumerate(cube.indicators)
            if code in limits and np.isfinite(means[place, number])
        ]
        kept.append(all(verdicts) if verdicts else None)
    return kept


def _was_completed(cube: Cube, year: int, place: int, made: PlaceForecast) -> bool:
    index = cube.years.index(year)
    coming = [part - 1 for part in made.remaining_parts]
    later = cube.weight[place, index, coming].sum(axis=(1, 2))
    return bool(np.all(later > 0))
