"""What needs attention now: a rise on the year before, a class lost, a limit approached?

A year is compared with the year before over the months (rivers, lakes) or cruises (sea) that both
have, so that a running year is not held against a whole one. A rise is the change of the mean of
those common parts; whether it is more than chance is told by the Wilcoxon signed-rank test (1945,
Biometrics Bulletin 1: 80-83) on the calendar months that both years have, or on the parts where
fewer than five months are common. With two or three cruises its p cannot be small, and says so.
Thresholds are data (``warning_rules``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import polars as pl
from scipy import stats

from luhai.assessment.averaging import Frame, observation_frame
from luhai.assessment.basis import Basis
from luhai.assessment.identity import result_id
from luhai.assessment.outlook_cube import BEFORE, Cube, build_cube
from luhai.assessment.outlook_forecast import Scale, scales_for
from luhai.assessment.outlook_inputs import (
    PlaceGoal,
    collected,
    daily_means,
    goals_for,
    in_mean_space,
    known_until,
    lower_limited,
    places_of,
    yearly_basis,
)
from luhai.assessment.outlook_year import Floats
from luhai.assessment.warning_rules import WarningRules, warning_rules
from luhai.errors import UsageError
from luhai.standards import Limit, indicator, round_half_even
from luhai.text import N_, Text

if TYPE_CHECKING:
    from luhai.plan.places import PlaceRegister

WARNING_SCHEMA: dict[str, Any] = {
    "result_id": pl.String,
    "place": pl.String,
    "medium": pl.String,
    "year": pl.Int32,
    "indicator": pl.String,
    "unit": pl.String,
    "kind": pl.String,
    "level": pl.Int8,
    "value": pl.Float64,
    "reference": pl.Float64,
    "limit": pl.Float64,
    "change": pl.Float64,
    "p": pl.Float64,
    "parts": pl.String,
    "class": pl.Int8,
    "target_class": pl.Int8,
    "standard": pl.String,
    "as_of": pl.Date,
}
"""Columns of a table of warnings, see :func:`warnings`."""


_LEAST_MONTHS = 5


@dataclass(frozen=True)
class _Setting:
    basis: Basis
    part: str
    year: int
    as_of: date
    rules: WarningRules
    goals: dict[str, PlaceGoal]
    lower: frozenset[str]


@dataclass(frozen=True)
class _Pair:
    """One indicator at one place in both years, over their common parts, indicator's unit.

    ``differences`` are this year less the year before, by common month or part.
    """

    code: str
    now: float
    before: float
    differences: Floats
    parts: tuple[int, ...]


def warnings(
    observations: Any,
    *,
    year: int,
    place_targets: Any = None,
    standard: str | None = None,
    as_of: date | None = None,
    register: PlaceRegister | None = None,
) -> pl.DataFrame:
    """Warnings of a year, strongest first.

    Args:
        observations: any frame of observations that narwhals knows, of the year and the year
            before.
        year: the year.
        place_targets: targets of places, as for :func:`luhai.assessment.outlook.outlook`. Only
            places with a target can approach its limit.
        standard: without targets, the standard that judges all places of the table.
        as_of: the day up to which samples are known; as for the outlook.
        register: places of the plan.

    Returns:
        One row per place, indicator and kind, columns ``WARNING_SCHEMA``. ``kind`` ``rising``:
        ``value`` and ``reference`` are the means of the common parts of this year and the year
        before, ``change`` the rise as a share (for indicators of which more is better, the fall);
        ``p`` that of the one-sided signed-rank test. ``class_lost``: ``value`` and ``reference``
        are classes. ``limit_approached``: ``value`` is the mean so far, ``reference`` its share of
        ``limit``. ``parts`` are the months or quarters compared.

    Raises:
        UsageError: neither targets nor a standard are given, or a day of another year.
    """
    frame = observation_frame(observations)
    day = as_of or known_until(frame, year)
    if day is None:
        return pl.DataFrame(schema=WARNING_SCHEMA)
    if day.year != year:
        raise UsageError(
            Text("The day {day} is not in {year}.", {"day": day.isoformat(), "year": year})
        )
    recent = frame.filter((nw.col("year") == year) | (nw.col("year") == year - 1))
    rows: list[dict[str, Any]] = []
    for name, goals in _by_standard(recent, place_targets, standard, year).items():
        rows.extend(_of_standard(recent, name, goals, day, register))
    table = pl.DataFrame(rows, schema=WARNING_SCHEMA, orient="row")
    return table.sort("level", "place", "kind", "indicator", descending=[True, False, False, False])


def _by_standard(
    frame: Frame, place_targets: Any, standard: str | None, year: int
) -> dict[str, list[PlaceGoal]]:
    if place_targets is not None:
        found: dict[str, list[PlaceGoal]] = {}
        for goal in goals_for(place_targets, year):
            found.setdefault(goal.standard, []).append(goal)
        return found
    if standard is None:
        raise UsageError(
            Text("Neither targets nor a standard are given."),
            why=Text("Without one no limit and no class is known."),
            remedy=Text("Give place_targets, or standard for all places of the table."),
        )
    names = collected(frame.select("place").unique())["place"].drop_nulls().sort().to_list()
    return {standard: [PlaceGoal(name, standard, 0, None) for name in names]}


def _of_standard(
    frame: Frame,
    standard: str,
    goals: list[PlaceGoal],
    as_of: date,
    register: PlaceRegister | None,
) -> list[dict[str, Any]]:
    basis, part = yearly_basis(standard, register)
    names = places_of(frame, basis, {goal.place for goal in goals})
    kinds = {code: item.mean for code, item in basis.method.items.items()}
    daily = in_mean_space(daily_means(frame, basis, names), kinds)
    if daily.is_empty():
        return []
    cube = build_cube(daily, part=part, year=as_of.year, as_of=as_of)
    months = build_cube(daily, part="month", year=as_of.year, as_of=as_of)
    worst = max([goal.target_class for goal in goals if goal.target_class] or [1])
    lower = lower_limited(basis.standard, basis.method, worst)
    scales = scales_for(cube, kinds, lower)
    setting = _Setting(
        basis,
        part,
        as_of.year,
        as_of,
        warning_rules(),
        {goal.place: goal for goal in goals},
        lower,
    )
    rows: list[dict[str, Any]] = []
    for place in range(len(cube.places)):
        pairs = _pairs(cube, months, place, scales)
        rows.extend(_rising(setting, cube.places[place], pairs))
        rows.extend(_class_lost(setting, cube.places[place], pairs))
        rows.extend(_approached(setting, cube, place, scales))
    return rows


def _pairs(cube: Cube, months: Cube, place: int, scales: tuple[Scale, ...]) -> list[_Pair]:
    if len(cube.years) < 2:
        return []
    now, before = _two_years(cube, place)
    by_month = _two_years(months, place)
    found = []
    for number, code in enumerate(cube.indicators):
        common = np.isfinite(now[:, number]) & np.isfinite(before[:, number])
        if not common.any():
            continue
        scale = scales[number]
        monthly = _differences(by_month, number, scale)
        enough = monthly.size >= _LEAST_MONTHS
        found.append(
            _Pair(
                code,
                float(scale.from_mean(now[common, number].mean())),
                float(scale.from_mean(before[common, number].mean())),
                monthly if enough else _differences((now, before), number, scale),
                tuple(int(part) + 1 for part in np.flatnonzero(common)),
            )
        )
    return found


def _two_years(cube: Cube, place: int) -> tuple[Floats, Floats]:
    last = len(cube.years) - 1
    return cube.mean(last, (BEFORE,))[place], cube.mean(last - 1, (BEFORE,))[place]


def _differences(years: tuple[Floats, Floats], number: int, scale: Scale) -> Floats:
    now, before = years[0][:, number], years[1][:, number]
    common = np.isfinite(now) & np.isfinite(before)
    return scale.from_mean(now[common]) - scale.from_mean(before[common])


def _rising(setting: _Setting, place: str, pairs: list[_Pair]) -> list[dict[str, Any]]:
    rows = []
    for pair in pairs:
        limit = _relevant_limit(setting, place, pair)
        bound = None if limit is None else (limit.high if limit.low is None else limit.low)
        if limit is None or bound is None or pair.before <= 0 or pair.now <= 0:
            continue
        adverse = -1.0 if pair.code in setting.lower else 1.0
        change = adverse * (pair.now - pair.before) / pair.before
        near = bound / pair.now if pair.code in setting.lower else pair.now / bound
        if near < setting.rules.relevant_share or change < setting.rules.least("rising"):
            continue
        p = _signed_rank(adverse * pair.differences)
        level = setting.rules.level("rising", change, p)
        if level:
            row = _row(setting, place, "rising", pair.code, level, pair.now, pair.before)
            rows.append(row | {"limit": bound, "change": change, "p": p, "parts": _parts(pair)})
    return rows


def _relevant_limit(setting: _Setting, place: str, pair: _Pair) -> Limit | None:
    """Limit of the target class, or without a target of the method's reference class.

    Ranges (pH) have no direction that is worse throughout: they cannot rise.
    """
    number = setting.goals[place].target_class or setting.basis.method.reference_class
    limit = setting.basis.standard.limit(pair.code, number)
    if limit is None or (limit.low is not None and limit.high is not None):
        return None
    return limit


def _signed_rank(differences: Floats) -> float | None:
    """One-sided p that the differences are above zero; ``None`` when all are zero."""
    moved = differences[differences != 0]
    if moved.size == 0:
        return None
    return float(stats.wilcoxon(moved, alternative="greater").pvalue)


def _class_lost(setting: _Setting, place: str, pairs: list[_Pair]) -> list[dict[str, Any]]:
    now = {pair.code: _class(setting, pair.code, pair.now) for pair in pairs}
    before = {pair.code: _class(setting, pair.code, pair.before) for pair in pairs}
    worst_now, worst_before = max(now.values(), default=0), max(before.values(), default=0)
    level = setting.rules.level("class_lost", float(worst_now - worst_before))
    if not level or not worst_before:
        return []
    rows = []
    for pair in pairs:
        if now[pair.code] == worst_now:
            row = _row(
                setting,
                place,
                "class_lost",
                pair.code,
                level,
                float(worst_now),
                float(worst_before),
            )
            lost = (
                setting.basis.standard.limit(pair.code, worst_before)
                if (worst_before <= setting.basis.standard.class_count)
                else None
            )
            bound = None if lost is None else (lost.high if lost.low is None else lost.low)
            rows.append(
                row
                | {"limit": bound, "class": worst_now, "parts": _parts(pair)}
                | {"change": float(worst_now - worst_before)}
            )
    return rows


def _class(setting: _Setting, code: str, mean: float) -> int:
    method = setting.basis.method
    rounded = round_half_even(
        np.array([mean]), method.digits(code), keep_one_significant=method.keep_one_significant
    )
    return int(setting.basis.standard.classify(code, rounded)[0])


def _approached(
    setting: _Setting, cube: Cube, place: int, scales: tuple[Scale, ...]
) -> list[dict[str, Any]]:
    name = cube.places[place]
    target = setting.goals[name].target_class
    if not target:
        return []
    means = cube.mean(len(cube.years) - 1, (BEFORE,))[place]
    rows = []
    for number, code in enumerate(cube.indicators):
        known = np.isfinite(means[:, number])
        limit = setting.basis.standard.limit(code, target)
        if not known.any() or limit is None or (limit.low is not None and limit.high is not None):
            continue
        mean = float(scales[number].from_mean(means[known, number].mean()))
        bound = limit.high if limit.low is None else limit.low
        if bound is None or mean <= 0:
            continue
        share = mean / bound if limit.low is None else bound / mean
        # Passed means worse than the target after rounding, which is how the year is judged.
        passed = _class(setting, code, mean) > target
        figure = max(share, 1.0) if passed else min(share, 1.0 - 1e-9)
        level = setting.rules.level("limit_approached", figure)
        if level:
            row = _row(setting, name, "limit_approached", code, level, mean, share)
            parts = ";".join(str(part + 1) for part in np.flatnonzero(known))
            rows.append(row | {"limit": bound, "change": share - 1.0, "parts": parts})
    return rows


def _row(
    setting: _Setting,
    place: str,
    kind: str,
    code: str,
    level: int,
    value: float,
    reference: float,
) -> dict[str, Any]:
    target = setting.goals[place].target_class
    return dict.fromkeys(WARNING_SCHEMA) | {
        "result_id": result_id("warning", place, setting.year, kind, code),
        "place": place,
        "medium": setting.basis.standard.medium,
        "year": setting.year,
        "indicator": code,
        "unit": indicator(code).unit,
        "kind": kind,
        "level": level,
        "value": value,
        "reference": reference,
        "target_class": target or None,
        "standard": setting.basis.standard.id,
        "as_of": setting.as_of,
    }


def _parts(pair: _Pair) -> str:
    return ";".join(str(part) for part in pair.parts)


def warning_text(row: dict[str, Any]) -> Text:
    """A warning in one sentence, from a row of the table."""
    code = indicator(str(row["indicator"]))
    name = {"zh": code.short_zh or code.name_zh, "en": code.short_en or code.name_en}
    parts: dict[str, Any] = {"place": row["place"], "indicator": name, "level": row["level"]}
    if row["kind"] == "rising":
        parts["percent"] = f"{100 * abs(row['change']):.0f}"
        if row["value"] < row["reference"]:
            return Text(
                N_("{place}: {indicator} {percent} % lower than in the year before, level {level}"),
                parts,
            )
        return Text(
            N_("{place}: {indicator} {percent} % higher than in the year before, level {level}"),
            parts,
        )
    if row["kind"] == "class_lost":
        parts["count"] = int(row["change"])
        return Text(
            N_("{place}: {count} class worse than the year before, by {indicator}, level {level}"),
            parts,
        )
    parts["percent"] = f"{100 * row['reference']:.0f}"
    return Text(N_("{place}: {indicator} so far at {percent} % of the limit, level {level}"), parts)
