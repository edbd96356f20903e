"""Which period does a sample belong to, and through which steps is its mean formed?

Periods follow the local calendar (UTC+8): month, season (calendar quarter, which holds the cruises
of HJ 442), year, and the rolling year that ends with each month or season. A method averages in
steps (surface water: samples to month to year; sea: samples to day to season to year), so that a
month with many samples weighs no more than a month with one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from luhai.errors import UsageError
from luhai.text import Text

PERIODS = ("sample", "month", "season", "year", "rolling")
"""Periods that classes are given for, see docs/architecture.md."""

STEP_KEYS: dict[str, tuple[str, ...]] = {
    "sample": ("time", "year", "month"),
    "date": ("year", "month", "day"),
    "month": ("year", "month"),
    "season": ("year", "season"),
    "year": ("year",),
}
"""Columns that name one unit of each averaging step, beside place and indicator."""

_SEASONS_PER_YEAR = 4
_MONTHS_PER_YEAR = 12
_OFFSET = "+08:00"
_COUNTS = ("low", "n", "rows")
_COUNT_KINDS = ("rows_", "over_")


@dataclass(frozen=True)
class Chain:
    """Averaging steps from samples to a period.

    Attributes:
        by: the period asked for.
        steps: units whose means are formed one after another, the last one being the period, or
            the unit that a rolling year is made of.
    """

    by: str
    steps: tuple[str, ...]

    @property
    def unit(self) -> str:
        """Unit of the last step."""
        return self.steps[-1]

    @property
    def counted(self) -> str:
        """What ``parts`` of a period counts: its months, seasons, days or samples."""
        if self.by == "rolling":
            return self.steps[-1]
        return self.steps[-2] if len(self.steps) > 1 else "sample"

    @property
    def expected(self) -> int:
        """How many parts a fully covered period has; 1 where no number is laid down."""
        return {
            ("year", "month"): _MONTHS_PER_YEAR,
            ("rolling", "month"): _MONTHS_PER_YEAR,
            ("year", "season"): _SEASONS_PER_YEAR,
            ("rolling", "season"): _SEASONS_PER_YEAR,
            ("season", "month"): _MONTHS_PER_YEAR // _SEASONS_PER_YEAR,
        }.get((self.by, self.counted), 1)


def chain(by: str, averaging: tuple[str, ...]) -> Chain:
    """Steps to a period by a method.

    Args:
        by: one of ``PERIODS``.
        averaging: the method's steps for that period, e.g. ``("sample", "month", "year")``, see
            ``luhai.standards.Method.averaging``. A sample is one place at one time; ``layer``
            is the mean over all values of a day.

    Raises:
        UsageError: there is no such period, or the method averages in a step not known here.
    """
    if by not in PERIODS:
        raise UsageError(
            Text("There is no period '{by}'.", {"by": by}),
            remedy=Text("Choose one of: {periods}.", {"periods": ", ".join(PERIODS)}),
        )
    if by == "sample":
        return Chain(by, ("sample",))
    named = tuple("date" if step == "layer" else step for step in averaging)
    steps = tuple(step for step in named if step not in ("sample", "rolling"))
    unknown = [step for step in steps if step not in STEP_KEYS]
    if unknown or not steps:
        raise UsageError(
            Text(
                "Means by {by} cannot be formed through: {steps}.",
                {"by": by, "steps": ", ".join(averaging)},
            ),
            remedy=Text(
                "The averaging table of a method knows: {steps}, layer.",
                {"steps": ", ".join(STEP_KEYS)},
            ),
        )
    return Chain(by, steps)


def rolling_year(table: pl.DataFrame, chain: Chain, keys: tuple[str, ...]) -> pl.DataFrame:
    """Means over the year that ends with each month or season that has data.

    Args:
        table: one row per ``keys`` and unit, with ``year`` and the unit's column, the counts
            ``low``, ``n``, ``rows`` …, and the means ``base`` and ``limit_k``.
        chain: the averaging steps; its unit is the unit of the table.
        keys: columns that name a series.

    Returns:
        The same columns; ``year`` and the unit's column name the last unit of each rolling year,
        ``parts`` counts the units with data in it.
    """
    unit = chain.unit
    per_year = chain.expected
    counts = [name for name in table.columns if name in _COUNTS or name.startswith(_COUNT_KINDS)]
    means = [name for name in table.columns if name.startswith(("base", "limit_"))]
    indexed = table.with_columns(
        position=pl.col("year").cast(pl.Int32) * per_year + pl.col(unit).cast(pl.Int32) - 1
    )
    ends = indexed.select(*keys, end="position").unique()
    shifted = ends.select(
        *keys, "end", position=pl.int_ranges(pl.col("end") - (per_year - 1), pl.col("end") + 1)
    ).explode("position")
    # One end has at most per_year positions and each position one row: nothing multiplies.
    joined = shifted.join(indexed, on=[*keys, "position"], how="inner", validate="m:1")
    return (
        joined.sort(*keys, "end", "position")
        .group_by(*keys, "end", maintain_order=True)
        .agg(
            *(pl.col(name).mean() for name in means),
            *(pl.col(name).sum() for name in counts),
            parts=pl.col("base").count(),
        )
        .with_columns(
            (pl.col("end") // per_year).alias("year"), (pl.col("end") % per_year + 1).alias(unit)
        )
        .drop("end")
    )


def start_texts(table: pl.DataFrame, chain: Chain) -> pl.Series:
    """Start of each row's period as ISO 8601 with the local offset.

    Args:
        table: rows with the key columns of the chain's unit (``STEP_KEYS``).
        chain: the averaging steps.
    """
    if chain.by == "sample":
        local = pl.col("time").dt.convert_time_zone("UTC").dt.offset_by("8h")
        return table.select(local.dt.strftime("%Y-%m-%dT%H:%M:%S" + _OFFSET))["time"]
    year = table["year"].cast(pl.Int32)
    if chain.unit == "month":
        month = table["month"].cast(pl.Int32)
    elif chain.unit == "season":
        month = (table["season"].cast(pl.Int32) - 1) * 3 + 1
    else:
        month = pl.Series(np.ones(table.height, dtype=np.int32))
    if chain.by == "rolling":
        # The year that ends with this unit began eleven months, or three seasons, earlier.
        back = _MONTHS_PER_YEAR - (1 if chain.unit == "month" else 3)
        position = year * _MONTHS_PER_YEAR + (month - 1) - back
        year, month = position // _MONTHS_PER_YEAR, position % _MONTHS_PER_YEAR + 1
    frame = pl.DataFrame({"year": year, "month": month})
    return frame.select(
        time=pl.format(
            "{}-{}-01T00:00:00" + _OFFSET,
            pl.col("year").cast(pl.String).str.zfill(4),
            pl.col("month").cast(pl.String).str.zfill(2),
        )
    )["time"]
