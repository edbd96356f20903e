"""From observations and targets to what the outlook needs: daily means and the bounds to keep.

The daily means come from the averaging of the classes and carry the weight that the method's yearly
mean gives a day; the bounds come from the standard's limits of the target class and the method's
digits. A place is foretold against the target that holds for the year: the next one due, or the
last one when all are past.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import polars as pl

from luhai.assessment.averaging import Frame, means, unscaled
from luhai.assessment.basis import Basis, make_basis
from luhai.assessment.classes import mean_values, yearly_counts
from luhai.assessment.outlook_forecast import Scale
from luhai.assessment.outlook_year import Bounds, class_bounds
from luhai.assessment.periods import Chain
from luhai.errors import InputError, UsageError
from luhai.standards import Method, Standard, load_standard, round_half_even
from luhai.text import Text

if TYPE_CHECKING:
    from luhai.plan.places import PlaceRegister

_TARGET_COLUMNS = ("place", "target_class", "standard")


@dataclass(frozen=True)
class PlaceGoal:
    """The class that a place must keep in a year.

    Attributes:
        place: its id.
        standard: id of the standard.
        target_class: the worst class that attains.
        year: the year the target is due, ``None`` when not stated.
    """

    place: str
    standard: str
    target_class: int
    year: int | None


def goals_for(place_targets: Any, year: int) -> tuple[PlaceGoal, ...]:
    """The goal of each place in a year.

    Args:
        place_targets: the plan's targets of places (objects with ``place, standard, target_class``
            and ``year``), or any eager frame with those columns; ``year`` may be missing.
        year: the year asked for.

    Raises:
        InputError: a column is missing, or a place has two targets for one year.
    """
    stated: dict[str, dict[int | None, PlaceGoal]] = {}
    for goal in _all_goals(place_targets):
        own = stated.setdefault(goal.place, {})
        if goal.year in own:
            raise InputError(
                Text("The place {place} has two targets for one year.", {"place": goal.place})
            )
        own[goal.year] = goal
    found = []
    for place in sorted(stated):
        due = [goal for goal in stated[place].values() if goal.year is None or goal.year >= year]
        past = [goal for goal in stated[place].values() if goal not in due]
        chosen = (
            min(due, key=lambda goal: goal.year or 0)
            if due
            else max(past, key=lambda goal: goal.year or 0)
        )
        found.append(chosen)
    return tuple(found)


def _all_goals(place_targets: Any) -> list[PlaceGoal]:
    if isinstance(place_targets, list | tuple):
        return [
            PlaceGoal(one.place, one.standard, int(one.target_class), int(one.year))
            for one in place_targets
        ]
    table: pl.DataFrame = nw.from_native(place_targets, eager_only=True).to_polars()
    missing = [name for name in _TARGET_COLUMNS if name not in table.columns]
    if missing:
        raise InputError(
            Text("The table of targets lacks: {missing}.", {"missing": ", ".join(missing)})
        )
    return [
        PlaceGoal(
            str(row["place"]),
            str(row["standard"]),
            int(row["target_class"]),
            None if row.get("year") is None else int(row["year"]),
        )
        for row in table.to_dicts()
    ]


def yearly_basis(standard: str, register: PlaceRegister | None) -> tuple[Basis, str]:
    """The rules by which a standard's yearly mean is formed, and the parts it is the mean of.

    Raises:
        UsageError: the method's yearly mean is not made of months or seasons.
    """
    edition = load_standard(standard)
    basis = make_basis(standard, "year", register=register, medium=edition.medium)
    part = basis.chain.counted
    if part not in ("month", "season"):
        raise UsageError(
            Text(
                "The yearly mean of {method} has neither months nor seasons.",
                {"method": basis.method.id},
            )
        )
    return basis, part


def places_of(frame: Frame, basis: Basis, wanted: set[str]) -> dict[str, str]:
    """Names in the observations to the ids of the wanted places that they mean."""
    names = collected(frame.select("place").unique())["place"].drop_nulls().to_list()
    found = {}
    for name in sorted(names):
        place = basis.place(name)
        identity = name if place is None else place.id
        if identity in wanted or name in wanted:
            found[name] = identity if identity in wanted else name
    return found


def daily_means(frame: Frame, basis: Basis, places: Mapping[str, str]) -> pl.DataFrame:
    """Daily means of the assessed indicators at some places.

    Returns:
        ``place`` (id), ``indicator, year, month, day``, ``value`` (indicator's unit, non-detects
        as the method counts them) and ``weight``: one per day where the method averages days,
        otherwise the number of values.
    """
    rules = basis.rules
    parts = [code for total in rules.sums.values() for code in total]
    codes = sorted({*basis.method.assessed, *parts})
    chosen = frame.filter(nw.col("place").is_in(sorted(places)) & nw.col("indicator").is_in(codes))
    chain = Chain(by="date", steps=("date",))
    table = unscaled(collected(means(chosen, rules, chain)), rules)
    table = table.filter(pl.col("base").is_not_null())
    days_count_alike = "date" in basis.chain.steps
    return table.select(
        pl.col("place").replace_strict(dict(places), return_dtype=pl.String),
        pl.col("indicator").cast(pl.String),
        pl.col("year").cast(pl.Int32),
        pl.col("month").cast(pl.Int32),
        pl.col("day").cast(pl.Int32),
        mean_values(table, basis, yearly_counts(table)).alias("value"),
        weight=pl.lit(1.0) if days_count_alike else pl.col("n").cast(pl.Float64),
    ).filter(pl.col("indicator").is_in(list(basis.method.assessed)))


def in_mean_space(daily: pl.DataFrame, kinds: Mapping[str, str]) -> pl.DataFrame:
    """Daily means in the space in which each indicator is averaged (hydrogen ions for pH)."""
    values = daily["value"].to_numpy().copy()
    for code in daily["indicator"].unique().to_list():
        here = (daily["indicator"] == code).to_numpy()
        scale = Scale(kinds.get(code, "arithmetic"), False)
        values[here] = scale.to_mean(values[here])
    return daily.with_columns(pl.Series("value", values))


def goal_bounds(standard: Standard, method: Method, target_class: int) -> dict[str, Bounds]:
    """Yearly means that keep a class, for every assessed indicator that the standard limits.

    Raises:
        UsageError: the standard has no such class.
    """
    found = {}
    for code in method.assessed:
        limit = standard.limit(code, target_class)
        if limit is None or (limit.low is None and limit.high is None):
            continue
        digits = method.digits(code)
        found[code] = class_bounds(
            _keeps(standard, code, target_class),
            _rounds(digits, method.keep_one_significant),
            (limit.low, limit.high),
            digits,
        )
    return found


def _keeps(standard: Standard, code: str, target_class: int) -> Any:
    def keeps(values: np.ndarray) -> np.ndarray:
        classes = standard.classify(code, values)
        return (classes > 0) & (classes <= target_class)

    return keeps


def _rounds(digits: int, keep_one_significant: bool) -> Any:
    def rounds(values: np.ndarray) -> np.ndarray:
        return round_half_even(values, digits, keep_one_significant=keep_one_significant)

    return rounds


def lower_limited(standard: Standard, method: Method, target_class: int) -> frozenset[str]:
    """Indicators of which more is better (dissolved oxygen)."""
    limits = ((code, standard.limit(code, target_class)) for code in method.assessed)
    return frozenset(
        code
        for code, limit in limits
        if limit is not None and limit.low is not None and limit.high is None
    )


def known_until(frame: Frame, year: int) -> date | None:
    """Day of the newest observation in a year; its last day when later years have observations."""
    newest = collected(frame.select(nw.col("year").max()))["year"][0]
    if newest is not None and int(newest) > year:
        return date(year, 12, 31)
    days = (nw.col("month") * 100 + nw.col("day")).max()
    chosen = frame.filter(nw.col("year") == year)
    last = collected(
        chosen.with_columns(
            month=nw.col("month").cast(nw.Int32), day=nw.col("day").cast(nw.Int32)
        ).select(last=days)
    )["last"][0]
    return None if last is None else date(year, int(last) // 100, int(last) % 100)


def collected(frame: Frame) -> pl.DataFrame:
    """A lazy frame of any engine as a Polars table."""
    return frame.collect("polars").to_native()  # type: ignore[no-any-return]
