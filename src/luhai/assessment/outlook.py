"""What must the rest of the year bring, and how likely is it?

For each place with a target: the mean that the remaining samples of the running year must keep so
that the year's mean, rounded, keeps the target class; and the probability that all deciding
indicators together keep it, drawn from the place's own past years (``outlook_probability``). The
number of remaining samples is the place's own habit. Past years are foretold in the same way, and
the skill of those forecasts stands beside the probability (``outlook_backtest``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import ceil, floor
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from luhai.assessment.averaging import Frame, observation_frame
from luhai.assessment.identity import result_id
from luhai.assessment.outlook_backtest import Hindcast, Skill, hindcasts, skill_of
from luhai.assessment.outlook_cube import Cube, build_cube
from luhai.assessment.outlook_forecast import (
    IndicatorOutlook,
    PlaceForecast,
    Scale,
    forecast,
    scales_for,
)
from luhai.assessment.outlook_history import HISTORY_SCHEMA, past_halves
from luhai.assessment.outlook_inputs import (
    PlaceGoal,
    daily_means,
    goal_bounds,
    goals_for,
    in_mean_space,
    known_until,
    lower_limited,
    places_of,
    yearly_basis,
)
from luhai.assessment.outlook_probability import probability_interval
from luhai.errors import InputError, UsageError
from luhai.standards import Limit, Method, Standard, indicator
from luhai.text import N_, Text

if TYPE_CHECKING:
    from luhai.plan.places import PlaceRegister

CONFIDENCE = 0.90
"""Confidence of the interval of a probability."""

_SENSES = ("at_most", "at_least", "between")

INDICATOR_SCHEMA: dict[str, Any] = {
    "place": pl.String,
    "medium": pl.String,
    "year": pl.Int32,
    "indicator": pl.String,
    "unit": pl.String,
    "standard": pl.String,
    "method": pl.String,
    "target_class": pl.Int8,
    "sense": pl.String,
    "limit": pl.Float64,
    "bound_low": pl.Float64,
    "bound_high": pl.Float64,
    "mean_so_far": pl.Float64,
    "samples": pl.Float64,
    "remaining": pl.Float64,
    "required_mean": pl.Float64,
    "required_low": pl.Float64,
    "required_high": pl.Float64,
    "required_shown": pl.String,
    "reachable": pl.Boolean,
    "probability": pl.Float64,
    "history_n": pl.Int32,
    "persistence": pl.Float64,
    "as_of": pl.Date,
}
"""Columns of ``Outlook.indicators``."""

PLACE_SCHEMA: dict[str, Any] = {
    "result_id": pl.String,
    **INDICATOR_SCHEMA,
    "probability_low": pl.Float64,
    "probability_high": pl.Float64,
    "parts": pl.String,
    "remaining_parts": pl.String,
    "uncounted": pl.String,
    "skill": pl.Float64,
    "skill_n": pl.Int32,
    "brier": pl.Float64,
    "brier_reference": pl.Float64,
}
"""Columns of ``Outlook.places``."""

BACKTEST_SCHEMA: dict[str, Any] = {
    "place": pl.String,
    "medium": pl.String,
    "year": pl.Int32,
    "target_class": pl.Int8,
    "probability": pl.Float64,
    "reference": pl.Float64,
    "so_far": pl.Boolean,
    "attained": pl.Boolean,
}
"""Columns of ``Outlook.backtest``."""


@dataclass(frozen=True)
class Outlook:
    """The outlook of places with everything it rests on.

    Attributes:
        places: one row per place, columns ``PLACE_SCHEMA``; ``indicator`` and its numbers are of
            the indicator least likely to attain, ``probability`` that of all jointly (null where
            an indicator that could decide has fewer than three past years), ``uncounted`` codes
            that keep the class so far and have too few past years to be counted.
            ``required_mean`` is what the mean of the remaining samples must not exceed
            (``sense`` ``at_most``), fall short of (``at_least``), or the nearer end of the range
            (``between``); null when nothing remains or no value could attain (``reachable``
            false). ``samples`` and ``remaining`` count months on rivers and lakes, days of
            sampling (cruises) at sea. ``skill`` is that of all places of the medium together.
        indicators: the same for every indicator by itself, columns ``INDICATOR_SCHEMA``.
        history: what the places' past years brought before and after the same day of the year,
            columns ``luhai.assessment.outlook_history.HISTORY_SCHEMA``.
        backtest: one row per place and past year foretold, columns ``BACKTEST_SCHEMA``.
    """

    places: pl.DataFrame
    indicators: pl.DataFrame
    history: pl.DataFrame
    backtest: pl.DataFrame


@dataclass(frozen=True)
class _Setting:
    """What the rows of one standard's places have in common."""

    standard: Standard
    method: Method
    part: str
    year: int
    as_of: date
    goals: dict[str, PlaceGoal]


def outlook_details(
    observations: Any,
    *,
    place_targets: Any,
    year: int,
    as_of: date | None = None,
    register: PlaceRegister | None = None,
) -> Outlook:
    """Outlook of the running year with its parts.

    Args:
        observations: any frame of observations that narwhals knows, of this and of past years.
        place_targets: the plan's targets of places, or a frame with ``place, target_class,
            standard`` and, where targets change, ``year``.
        year: the running year.
        as_of: the day up to which samples are known; the day of the newest observation of the year
            when not given (the last day of a year that is followed by another).
        register: places of the plan.

    Raises:
        UsageError: ``as_of`` lies in another year, or an unknown standard or class is asked for.
        InputError: a column is missing, or the year has no observation.
    """
    frame = observation_frame(observations)
    day = as_of or known_until(frame, year)
    if day is None:
        raise InputError(
            Text("There is no observation of {year}.", {"year": year}),
            why=Text("Without the year's own samples nothing is known of it."),
            remedy=Text("Import this year's files, or ask for a year that has some."),
        )
    if day.year != year:
        raise UsageError(
            Text("The day {day} is not in {year}.", {"day": day.isoformat(), "year": year})
        )
    goals = goals_for(place_targets, year)
    parts = [
        _of_standard(
            frame, standard, [one for one in goals if one.standard == standard], day, register
        )
        for standard in sorted({goal.standard for goal in goals})
    ]
    return Outlook(
        places=_joined([part.places for part in parts], PLACE_SCHEMA).sort("medium", "place"),
        indicators=_joined([part.indicators for part in parts], INDICATOR_SCHEMA),
        history=_joined([part.history for part in parts], HISTORY_SCHEMA),
        backtest=_joined([part.backtest for part in parts], BACKTEST_SCHEMA),
    )


def outlook(
    observations: Any,
    *,
    place_targets: Any,
    year: int,
    as_of: date | None = None,
    register: PlaceRegister | None = None,
) -> pl.DataFrame:
    """Outlook of the running year, one row per place; see :class:`Outlook`."""
    return outlook_details(
        observations, place_targets=place_targets, year=year, as_of=as_of, register=register
    ).places


def _of_standard(
    frame: Frame,
    standard: str,
    goals: list[PlaceGoal],
    as_of: date,
    register: PlaceRegister | None,
) -> Outlook:
    basis, part = yearly_basis(standard, register)
    names = places_of(frame, basis, {goal.place for goal in goals})
    daily = daily_means(frame, basis, names)
    if daily.is_empty():
        return Outlook(
            *(
                pl.DataFrame(schema=schema)
                for schema in (PLACE_SCHEMA, INDICATOR_SCHEMA, HISTORY_SCHEMA, BACKTEST_SCHEMA)
            )
        )
    kinds = {code: item.mean for code, item in basis.method.items.items()}
    cube = build_cube(in_mean_space(daily, kinds), part=part, year=as_of.year, as_of=as_of)
    classes = {goal.target_class for goal in goals}
    by_class = {number: goal_bounds(basis.standard, basis.method, number) for number in classes}
    bounds = {goal.place: by_class[goal.target_class] for goal in goals}
    worst = max(classes)
    scales = scales_for(cube, kinds, lower_limited(basis.standard, basis.method, worst))
    made = forecast(cube, as_of.year, bounds, scales)
    past = hindcasts(cube, bounds, scales)
    setting = _Setting(
        basis.standard, basis.method, part, as_of.year, as_of, {goal.place: goal for goal in goals}
    )
    return _tables(setting, cube, scales, made, past)


def _tables(
    setting: _Setting,
    cube: Cube,
    scales: tuple[Scale, ...],
    made: tuple[PlaceForecast, ...],
    past: tuple[Hindcast, ...],
) -> Outlook:
    skill = skill_of(past)
    medium = setting.standard.medium
    indicators = [_indicator_row(setting, one, single) for one in made for single in one.indicators]
    backtest = [
        {
            "place": one.place,
            "medium": medium,
            "year": one.year,
            "target_class": setting.goals[one.place].target_class,
            "probability": one.probability,
            "reference": one.reference,
            "so_far": one.so_far,
            "attained": one.attained,
        }
        for one in past
    ]
    return Outlook(
        places=_frame([_place_row(setting, one, skill) for one in made], PLACE_SCHEMA),
        indicators=_frame(indicators, INDICATOR_SCHEMA),
        history=past_halves(cube, scales, medium),
        backtest=_frame(backtest, BACKTEST_SCHEMA),
    )


def _place_row(setting: _Setting, made: PlaceForecast, skill: Skill | None) -> dict[str, Any]:
    first = min(made.indicators, key=_criticality)
    low = high = None
    if made.probability is not None and made.remaining_parts:
        low, high = probability_interval(made.probability, made.history_n, CONFIDENCE)
    elif made.probability is not None:
        low = high = made.probability
    row = _indicator_row(setting, made, first)
    return row | {
        "result_id": result_id(
            "outlook", made.place, setting.year, setting.standard.id, row["target_class"]
        ),
        "probability": made.probability,
        "probability_low": low,
        "probability_high": high,
        "history_n": made.history_n,
        "parts": setting.part,
        "remaining_parts": ";".join(str(part) for part in made.remaining_parts),
        "uncounted": ";".join(made.uncounted),
        "skill": None if skill is None else skill.skill,
        "skill_n": 0 if skill is None else skill.n,
        "brier": None if skill is None else skill.brier,
        "brier_reference": None if skill is None else skill.brier_reference,
    }


def _criticality(one: IndicatorOutlook) -> tuple[float, float, str]:
    """Least probable first; among equals the one nearest to its bound."""
    # Beyond whole percents the draws say nothing; there the distance to the bound does.
    probability = 0.5 if one.probability is None else round(one.probability, 2)
    return (probability, _slack(one), one.indicator)


def _slack(one: IndicatorOutlook) -> float:
    """Distance of the mean so far from the nearer bound, below 0 beyond it.

    As a share of the bound, or of the width of a range (pH), which alone says what is near.
    """
    if one.mean_so_far is None:
        return np.inf
    low, high = one.bounds.low, one.bounds.high
    if np.isfinite(low) and np.isfinite(high):
        return min(high - one.mean_so_far, one.mean_so_far - low) / (high - low)
    if np.isfinite(high):
        return (high - one.mean_so_far) / max(abs(high), 1e-12)
    return (one.mean_so_far - low) / max(abs(low), 1e-12)


def _indicator_row(setting: _Setting, made: PlaceForecast, one: IndicatorOutlook) -> dict[str, Any]:
    goal = setting.goals[made.place]
    limit = setting.standard.limit(one.indicator, goal.target_class)
    if limit is None:
        raise InputError(
            Text(
                "{standard} has no limit of {indicator}.",
                {"standard": setting.standard.id, "indicator": one.indicator},
            )
        )
    upper = _upper_side(limit, one)
    required = one.required_high if upper else one.required_low
    counts_days = setting.part == "season"
    return {
        "place": made.place,
        "medium": setting.standard.medium,
        "year": setting.year,
        "indicator": one.indicator,
        "unit": indicator(one.indicator).unit,
        "standard": setting.standard.id,
        "method": setting.method.id,
        "target_class": goal.target_class,
        "sense": _sense(limit),
        "limit": limit.high if upper else limit.low,
        "bound_low": one.bounds.low if np.isfinite(one.bounds.low) else None,
        "bound_high": one.bounds.high if np.isfinite(one.bounds.high) else None,
        "mean_so_far": one.mean_so_far,
        "samples": one.samples if counts_days else float(one.parts_done),
        "remaining": one.remaining if counts_days else float(one.parts_to_come),
        "required_mean": required,
        "required_low": one.required_low,
        "required_high": one.required_high,
        "required_shown": shown(required, setting.method.digits(one.indicator) + 1, upper=upper),
        "reachable": one.reachable,
        "probability": one.probability,
        "history_n": one.history_n,
        "persistence": one.persistence,
        "as_of": setting.as_of,
    }


def _sense(limit: Limit) -> str:
    if limit.low is not None and limit.high is not None:
        return "between"
    return "at_most" if limit.high is not None else "at_least"


def _upper_side(limit: Limit, one: IndicatorOutlook) -> bool:
    """Whether the upper limit is the one that matters: the only one, or the nearer one."""
    if limit.low is None or limit.high is None:
        return limit.low is None
    if one.mean_so_far is None:
        return True
    return limit.high - one.mean_so_far < one.mean_so_far - limit.low


def shown(required: float | None, digits: int, *, upper: bool) -> str:
    """A required mean with decimals, rounded to the safe side; empty when there is none.

    Rounding to the nearest could show a value that does not attain.
    """
    if required is None:
        return ""
    # Twelve significant digits: a bound of 0.355 must not become 0.354 by binary noise.
    scaled = float(f"{required:.12g}") * 10**digits
    nearest = round(scaled)
    safe = nearest if abs(scaled - nearest) < 1e-6 else (floor(scaled) if upper else ceil(scaled))
    return f"{safe / 10**digits:.{digits}f}"


def outlook_text(row: dict[str, Any]) -> Text:
    """The required mean of a row of ``Outlook.places`` as a sentence part."""
    if not row["remaining"]:
        return Text(N_("no samples remain in {year}"), {"year": row["year"]})
    if not row["reachable"]:
        return Text(N_("no value of the remaining samples could attain"))
    if row["required_mean"] is None:
        return Text(N_("any value of the remaining samples attains"))
    parts = {
        "remaining": f"{row['remaining']:g}",
        "value": row["required_shown"],
        "unit": row["unit"],
    }
    if (row["sense"] == "at_least") or row["required_mean"] == row["required_low"]:
        return Text(
            N_("mean of the remaining samples ({remaining}) at least {value} {unit}"), parts
        )
    return Text(N_("mean of the remaining samples ({remaining}) at most {value} {unit}"), parts)


def _frame(rows: list[dict[str, Any]], schema: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(
        [{name: row.get(name) for name in schema} for row in rows], schema=schema, orient="row"
    )


def _joined(frames: list[pl.DataFrame], schema: dict[str, Any]) -> pl.DataFrame:
    return pl.concat(frames) if frames else pl.DataFrame(schema=schema)
