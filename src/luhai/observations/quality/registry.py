"""What a check is: a named function over whole series, with its source.

A check sees the observations in series order as whole arrays (:class:`Prepared`) and answers with
one mark per row. Registering it is all that is needed to have it run and tested.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from luhai.errors import UsageError
from luhai.observations.ordering import Codes, Mask, OrderedObservations, pack, rank
from luhai.observations.quality.tables import threshold

Numbers = npt.NDArray[np.float64]


@dataclass
class Prepared:
    """Observations in series order with the arrays that several checks use.

    All arrays have shape (rows,).

    Attributes:
        ordered: the rows.
        now: the moment of the check, for dates in the future.
    """

    ordered: OrderedObservations
    now: datetime

    @property
    def frame(self) -> pl.DataFrame:
        """The rows in series order."""
        return self.ordered.frame

    @cached_property
    def value(self) -> Numbers:
        """Values in the indicator's unit, NaN where missing."""
        return self.frame["value"].fill_null(np.nan).to_numpy()

    @cached_property
    def measured(self) -> Mask:
        """Whether the value is a number that was measured, no limit of detection."""
        uncensored: Mask = (self.frame["censored"] == "").to_numpy()
        return uncensored & ~np.isnan(self.value)

    @property
    def indicators(self) -> list[str]:
        """Codes that occur, sorted."""
        return self.ordered.words["indicator"]

    @property
    def indicator(self) -> Codes:
        """Position of each row's code in ``indicators``."""
        return self.ordered.codes["indicator"]

    @property
    def media(self) -> list[str]:
        """Media that occur, sorted."""
        return self.ordered.words["medium"]

    @property
    def medium(self) -> Codes:
        """Position of each row's medium in ``media``."""
        return self.ordered.codes["medium"]

    @cached_property
    def same_moment(self) -> Mask:
        """Whether the row before has the same series and time."""
        return self.ordered.same_moment

    @cached_property
    def shares_moment(self) -> Mask:
        """Whether another row has the same series and time (a profile, a parallel sample)."""
        return self.ordered.shares_moment

    @cached_property
    def moment(self) -> Codes | None:
        """A number per place, medium, layer and time; ``None`` when it fits no integer."""
        return pack(self.ordered.water, self.ordered.time)

    @cached_property
    def depth(self) -> Numbers | None:
        """Depths, -1 where missing; ``None`` when no row has one."""
        column = self.frame["depth_m"]
        if column.null_count() == column.len():
            return None
        return column.fill_null(-1.0).to_numpy()

    @cached_property
    def sample(self) -> Codes | None:
        """A number per sample name, -1 where missing; ``None`` when no row has one."""
        column = self.frame["sample"]
        return None if column.null_count() == column.len() else rank(column)[0]

    @cached_property
    def successive(self) -> Codes:
        """Rows that form simple series: measured, one per moment."""
        return np.flatnonzero(self.measured & ~self.shares_moment)

    @cached_property
    def stated_limits(self) -> dict[str, tuple[float, ...]]:
        """Detection limits of the non-detects, by indicator."""
        limits = (
            self.frame.lazy()
            .filter(pl.col("censored") == "<", pl.col("value") > 0)
            .group_by("indicator")
            .agg(pl.col("value").unique().sort())
            .collect()
        )
        return {indicator: tuple(values) for indicator, values in limits.iter_rows()}

    @cached_property
    def at_reporting_limit(self) -> Mask:
        """Whether a value is the lowest of its indicator and medium, and suspiciously common.

        Many stations write the detection limit where nothing was detected. The lowest value then
        recurs at several places, which no natural lowest value does. A limit that is stated as
        such ("<0.02") is no hidden one: readings equal to it are readings.
        """
        marks = np.zeros(self.frame.height, dtype=np.bool_)
        place = self.ordered.codes["place"]
        kind = self.medium * len(self.indicators) + self.indicator
        for code in np.unique(kind):
            rows = np.flatnonzero(self.measured & (kind == code))
            if rows.size < threshold("reporting_limit", "least_values"):
                continue
            lowest = rows[self.value[rows] == self.value[rows].min()]
            stated = self.stated_limits.get(self.indicators[self.indicator[rows[0]]], ())
            share = threshold("reporting_limit", "least_share")
            places = np.unique(place[lowest]).size
            marks[lowest] = (
                lowest.size >= share * rows.size
                and places >= threshold("reporting_limit", "least_places")
                and bool(self.value[lowest[0]] > 0)
                and float(self.value[lowest[0]]) not in stated
            )
        return marks

    def per_indicator(self, general: float, overrides: Mapping[str, float]) -> Numbers:
        """A threshold for each indicator, shape (indicators,)."""
        return np.array([overrides.get(code, general) for code in self.indicators])


Check = Callable[[Prepared], Mask]


@dataclass(frozen=True)
class QualityCheck:
    """A registered check: the flag it sets, its function and the source of the method."""

    flag: str
    function: Check = field(repr=False)
    source: str


CHECKS: dict[str, QualityCheck] = {}
"""Every check by its flag, in the order they run."""


def quality_check(flag: str, *, source: str) -> Callable[[Check], Check]:
    """Register a check; its flag must stand in ``data/quality_flags.csv``."""

    def register(function: Check) -> Check:
        if flag in CHECKS:
            raise UsageError(f"The check {flag!r} is registered twice.")
        CHECKS[flag] = QualityCheck(flag, function, source)
        return function

    return register
