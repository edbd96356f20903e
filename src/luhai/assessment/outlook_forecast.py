"""What is the outlook of each place on a day of a year, and how well would it have told past years?

Joins the arithmetic of the year's mean (``outlook_year``), the layout of samples
(``outlook_cube``) and the predictive draw (``outlook_probability``) for many places at once. Past
years can be foretold in the same way from what was known on the same day, which is how its skill is
found (``outlook_backtest``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from luhai.assessment.outlook_cube import AFTER, BEFORE, Cube
from luhai.assessment.outlook_probability import (
    LEAST_YEARS,
    Anomalies,
    PastYears,
    anomalies,
    draw_remaining,
    persistence,
)
from luhai.assessment.outlook_year import Bounds, Floats, YearParts, habit, required_mean

DRAWS = 4000
"""Draws per forecast: the sampling error of a probability is then below 0.008."""

_LARGEST_LOGARITHM = 600.0

HISTORY_YEARS = 10
"""Past years used: older ones describe another catchment."""


@dataclass(frozen=True)
class Scale:
    """How an indicator is averaged and scatters.

    Attributes:
        kind: ``arithmetic``, ``hydrogen_ion`` (pH) or ``geometric`` (coliforms): how means are
            formed, and so the space they are formed in.
        logarithmic: whether values in that space scatter evenly on a logarithmic scale.
    """

    kind: str
    logarithmic: bool

    def even(self, values: Floats) -> Floats:
        """From the space of means to the even space."""
        return np.log(values) if self.logarithmic else values

    def averaged(self, values: Floats) -> Floats:
        """From the even space to the space of means."""
        if not self.logarithmic:
            return values
        # Three years give tails so heavy that a draw may leave the range of numbers; far beyond
        # any concentration as it is, it only has to stay a number.
        return np.exp(np.clip(values, -_LARGEST_LOGARITHM, _LARGEST_LOGARITHM))

    def to_mean(self, value: Floats) -> Floats:
        """From the indicator's unit to the space of means."""
        if self.kind == "hydrogen_ion":
            return np.power(10.0, -value)
        return np.log(value) if self.kind == "geometric" else value

    def from_mean(self, value: Floats) -> Floats:
        """From the space of means to the indicator's unit."""
        if self.kind == "hydrogen_ion":
            return -np.log10(value)
        return np.exp(value) if self.kind == "geometric" else value


@dataclass(frozen=True)
class IndicatorOutlook:
    """Outlook of one indicator at one place, numbers in the indicator's unit.

    Attributes:
        indicator: code.
        bounds: yearly means that keep the target class once rounded.
        mean_so_far: mean of the parts so far, ``None`` without samples.
        samples: weight of samples so far.
        remaining: weight of samples to come by the station's habit.
        parts_done, parts_to_come: parts of the year with samples, and with samples to come.
        required_low, required_high: what the mean of the remaining samples must not fall short of
            or exceed; ``None`` where the bound does not exist, nothing remains, or no value could
            reach it.
        reachable: whether any mean of the remaining samples attains.
        probability: of keeping the class, ``None`` with too few past years.
        history_n: past years with samples in every remaining part.
        persistence: share of this year's anomaly that the rest of the year is taken to keep.
    """

    indicator: str
    bounds: Bounds
    mean_so_far: float | None
    samples: float
    remaining: float
    parts_done: int
    parts_to_come: int
    required_low: float | None
    required_high: float | None
    reachable: bool
    probability: float | None
    history_n: int
    persistence: float


@dataclass(frozen=True)
class PlaceForecast:
    """Outlook of one place in one year.

    Attributes:
        place, year: what it is about.
        indicators: outlook of each indicator with bounds and samples.
        probability: of all indicators jointly, ``None`` when one that could decide has too few
            past years.
        uncounted: indicators without enough past years that keep the class so far and are
            therefore left out of ``probability``.
        history_n: least number of past years among the counted indicators.
        remaining_parts: parts of the year (numbers from 1) still to come.
    """

    place: str
    year: int
    indicators: tuple[IndicatorOutlook, ...]
    probability: float | None
    uncounted: tuple[str, ...]
    history_n: int
    remaining_parts: tuple[int, ...]


PlaceBounds = Mapping[str, Mapping[str, Bounds]]
"""Place to indicator to the bounds of the target class."""


def scales_for(cube: Cube, kinds: Mapping[str, str], lower: frozenset[str]) -> tuple[Scale, ...]:
    """Scale of each indicator of a cube.

    Args:
        cube: the samples.
        kinds: code to ``hydrogen_ion`` or ``geometric``; others are arithmetic.
        lower: codes with a lower limit (more is better), which scatter evenly as they are.
    """
    scales = []
    for number, code in enumerate(cube.indicators):
        kind = kinds.get(code, "arithmetic")
        values = cube.total[..., number][cube.weight[..., number] > 0]
        even = kind == "geometric" or (kind == "arithmetic" and code in lower)
        # A zero or negative value has no logarithm; such an indicator is taken as it is.
        scales.append(Scale(kind, not even and bool(np.all(values > 0))))
    return tuple(scales)


def forecast(
    cube: Cube,
    year: int,
    bounds: PlaceBounds,
    scales: tuple[Scale, ...],
    *,
    draws: int = DRAWS,
) -> tuple[PlaceForecast, ...]:
    """Outlook of every place of a cube that has bounds and samples in the year.

    Args:
        cube: samples of all years up to ``year`` at least.
        year: the year to foretell, from what was known on the cube's day of that year.
        bounds: yearly means that keep the target class, per place and indicator.
        scales: from :func:`scales_for`.
        draws: number of draws.
    """
    target = cube.years.index(year)
    first = max(0, target - HISTORY_YEARS)
    running = _running_year(cube, target, first)
    past = [
        _past_years(cube, place, first, target, running[place], scales)
        for place in range(len(cube.places))
    ]
    groups: list[Anomalies] = [
        anomalies(past[place], running[place].to_come > 0) for place in range(len(cube.places))
    ]
    kept = persistence(groups)
    found = []
    for place, name in enumerate(cube.places):
        if name in bounds and np.any(running[place].done > 0):
            found.append(
                _place_forecast(
                    cube, name, year, running[place], past[place], kept, bounds[name], scales, draws
                )
            )
    return tuple(found)


def _running_year(cube: Cube, target: int, first: int) -> list[YearParts]:
    done = cube.weight[:, target, :, BEFORE, :]
    means = cube.mean(target, (BEFORE,))
    parts = []
    for place in range(len(cube.places)):
        seen = cube.weight[place, first:target].sum(axis=2)
        visited = seen[seen.any(axis=(1, 2))]
        expected = np.where(cube.over[:, None], 0.0, habit(visited))
        to_come = np.maximum(expected - done[place], 0.0)
        measured = seen.any(axis=1).sum(axis=0)
        parts.append(YearParts(done[place], means[place], to_come, measured))
    return parts


def _past_years(
    cube: Cube, place: int, first: int, target: int, now: YearParts, scales: tuple[Scale, ...]
) -> PastYears:
    weight, total = cube.weight[place, first:target], cube.total[place, first:target]
    visited = weight.any(axis=(1, 2, 3))
    weight, total = weight[visited], total[visited]
    whole = _ratio(total.sum(axis=2), weight.sum(axis=2))
    before = _ratio(total[:, :, BEFORE], weight[:, :, BEFORE])
    after = _ratio(total[:, :, AFTER], weight[:, :, AFTER])
    begun = now.done > 0
    # The rest of a part that has begun resembles the rest of that part, where past years had one.
    remaining = np.where(begun[None] & np.isfinite(after), after, whole)
    remaining = np.where((now.to_come > 0)[None], remaining, np.nan)
    so_far = np.where(begun[None], before, np.nan)
    return PastYears(_even(remaining, scales), _even(so_far, scales))


def _place_forecast(
    cube: Cube,
    place: str,
    year: int,
    now: YearParts,
    past: PastYears,
    kept: Floats,
    bounds: Mapping[str, Bounds],
    scales: tuple[Scale, ...],
    draws: int,
) -> PlaceForecast:
    constant, share = now.weights
    to_come = now.to_come > 0
    history = past.years_for(to_come)
    keeps, yearly = _draw_year(place, year, now, past, kept, bounds, cube, scales, draws)
    outlooks, joint = [], np.ones(draws, dtype=bool)
    uncounted, blocked, counted = [], False, []
    for number, code in enumerate(cube.indicators):
        if code not in bounds or not np.any(now.done[:, number] > 0):
            continue
        known = _is_known(now, number, bool(cube.over.all()), yearly[:, number])
        outlooks.append(
            _indicator_outlook(
                code,
                bounds[code],
                scales[number],
                now,
                number,
                (float(constant[number]), float(share[:, number].sum())),
                float(keeps[:, number].mean()) if known else None,
                int(history[number]),
                float(kept[number]),
            )
        )
        if known:
            joint &= keeps[:, number]
            counted.append(int(history[number]))
        elif _keeps_so_far(outlooks[-1]):
            uncounted.append(code)
        else:
            blocked = True
    return PlaceForecast(
        place=place,
        year=year,
        indicators=tuple(outlooks),
        probability=None if blocked or not counted else float(joint.mean()),
        uncounted=tuple(uncounted),
        history_n=min(counted, default=0),
        remaining_parts=tuple(int(part) + 1 for part in np.flatnonzero(to_come.any(axis=1))),
    )


def _is_known(now: YearParts, number: int, year_is_over: bool, yearly: Floats) -> bool:
    """Whether the past says enough about an indicator: what is to come, how it may turn out."""
    if year_is_over:
        return True
    if int(now.measured_years[number]) < LEAST_YEARS:
        # Without a habit "nothing to come" would only mean "nothing known".
        return False
    return bool(np.all(np.isfinite(yearly)))


def _draw_year(
    place: str,
    year: int,
    now: YearParts,
    past: PastYears,
    kept: Floats,
    bounds: Mapping[str, Bounds],
    cube: Cube,
    scales: tuple[Scale, ...],
    draws: int,
) -> tuple[NDArray[np.bool_], Floats]:
    """Draws of the yearly mean and whether each keeps the class, shape (draws, indicators)."""
    constant, share = now.weights
    generator = np.random.default_rng(_seed(place, year, cube.as_of.month * 100 + cube.as_of.day))
    now_even = _even(np.where(now.done > 0, now.mean, np.nan), scales)
    ahead = (now.to_come > 0).any(axis=1)
    coming_only = PastYears(past.remaining[:, ahead], past.so_far)
    drawn = draw_remaining(coming_only, now_even, kept, draws, generator)
    share = share[ahead]
    keeps = np.ones((draws, len(cube.indicators)), dtype=bool)
    yearly = np.full(keeps.shape, np.nan)
    for number, code in enumerate(cube.indicators):
        if code not in bounds:
            continue
        coming = share[:, number] > 0
        remaining = scales[number].averaged(drawn[:, coming, number])
        total = constant[number] + remaining @ share[coming, number]
        yearly[:, number] = scales[number].from_mean(np.asarray(total))
        limits = bounds[code]
        # A hair of tolerance: sums of parts carry noise beyond the twelfth digit.
        slack = 1e-12 * max(1.0, abs(float(np.nan_to_num(yearly[0, number]))))
        keeps[:, number] = (yearly[:, number] >= limits.low - slack) & (
            yearly[:, number] <= limits.high + slack
        )
    return keeps, yearly


def _indicator_outlook(
    code: str,
    bounds: Bounds,
    scale: Scale,
    now: YearParts,
    number: int,
    line: tuple[float, float],
    probability: float | None,
    history_n: int,
    kept: float,
) -> IndicatorOutlook:
    low, high, reachable = _required(bounds, scale, line)
    so_far = now.mean_so_far[number]
    return IndicatorOutlook(
        indicator=code,
        bounds=bounds,
        mean_so_far=float(scale.from_mean(so_far)) if np.isfinite(so_far) else None,
        samples=float(now.done[:, number].sum()),
        remaining=float(now.to_come[:, number].sum()),
        parts_done=int(np.count_nonzero(now.done[:, number])),
        parts_to_come=int(np.count_nonzero(now.to_come[:, number])),
        required_low=low,
        required_high=high,
        reachable=reachable,
        probability=probability,
        history_n=history_n,
        persistence=kept,
    )


def _required(
    bounds: Bounds, scale: Scale, line: tuple[float, float]
) -> tuple[float | None, float | None, bool]:
    """Required mean of the remaining samples in the indicator's unit, and whether any attains."""
    constant, share = line
    if share <= 0:
        reached = float(scale.from_mean(np.asarray(constant)))
        slack = 1e-12 * max(1.0, abs(reached))
        return None, None, bounds.low - slack <= reached <= bounds.high + slack
    ends: list[float | None] = []
    reachable = True
    for bound, upper in ((bounds.low, False), (bounds.high, True)):
        if not np.isfinite(bound):
            ends.append(None)
            continue
        needed = required_mean(constant, share, float(scale.to_mean(np.asarray(bound))))
        # Concentrations and hydrogen ions cannot be negative: such a demand cannot be met, when
        # it asks for less, or is met by anything, when it asks for more.
        if needed is None or (scale.kind != "geometric" and needed <= 0):
            asks_less = upper != (scale.kind == "hydrogen_ion")
            reachable = reachable and not asks_less
            ends.append(None)
            continue
        ends.append(float(scale.from_mean(np.asarray(needed))))
    return ends[0], ends[1], reachable


def _keeps_so_far(outlook: IndicatorOutlook) -> bool:
    mean = outlook.mean_so_far
    return mean is not None and outlook.bounds.low <= mean <= outlook.bounds.high


def _even(values: Floats, scales: tuple[Scale, ...]) -> Floats:
    even = np.full(values.shape, np.nan)
    for number, scale in enumerate(scales):
        there = np.isfinite(values[..., number])
        even[..., number][there] = scale.even(values[..., number][there])
    return even


def _ratio(total: Floats, weight: Floats) -> Floats:
    ratio: Floats = np.divide(total, weight, out=np.full(total.shape, np.nan), where=weight > 0)
    return ratio


def _seed(*parts: object) -> int:
    """The same question draws the same numbers: a run can be repeated to the same bits."""
    text = "\x1f".join(str(part) for part in parts)
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")
