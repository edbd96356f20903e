"""Checks of a value by its neighbours in time: frozen, spike, order, future.

They follow the tests of QARTOD (U.S. Integrated Ocean Observing System, Manual for Real-Time
Quality Control of Dissolved Nutrients Data: flat line, spike, timing), with robust statistics where
QARTOD leaves the threshold to the operator.
"""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import polars as pl

from luhai.observations.ordering import Codes, Mask
from luhai.observations.quality.registry import Numbers, Prepared, quality_check
from luhai.observations.quality.tables import threshold, threshold_overrides

HOUR = 3_600_000_000
DAY = 24 * HOUR
"""Microseconds."""


@quality_check(
    "frozen",
    source="QARTOD flat line test (IOOS, Manual for Real-Time Quality Control of Dissolved "
    "Nutrients Data); count and span are left to the operator",
)
def frozen(data: Prepared) -> Mask:
    """The same value over many successive readings of a continuous series.

    Readings at a reporting limit are equal for another reason and have a mark of their own.
    """
    marks = np.zeros(data.frame.height, dtype=np.bool_)
    rows = data.successive[~data.at_reporting_limit[data.successive]]
    if rows.size < 2:
        return marks
    value, time, series = data.value[rows], data.ordered.time[rows], data.ordered.series[rows]
    continues = np.zeros(rows.size, dtype=np.bool_)
    continues[1:] = (
        (series[1:] == series[:-1])
        & (value[1:] == value[:-1])
        & (np.diff(time) <= threshold("frozen", "largest_gap") * HOUR)
    )
    run = np.cumsum(~continues) - 1
    first = np.flatnonzero(~continues)
    last = np.append(first[1:], rows.size) - 1
    is_frozen = (last - first + 1 >= threshold("frozen", "least_readings")) & (
        time[last] - time[first] >= threshold("frozen", "least_span") * HOUR
    )
    marks[rows] = is_frozen[run]
    return marks


@quality_check(
    "spike",
    source="Hampel identifier: Davies & Gather (1993), J. Am. Stat. Assoc. 88, 782; Pearson "
    "(2002), IEEE Trans. Control Syst. Technol. 10, 55",
)
def spike(data: Prepared) -> Mask:
    """A single value farther from the median of its neighbours than their spread explains.

    The scale is 1.4826 times the median absolute deviation of the neighbours, but not less than a
    floor, so that neighbours equal to the last digit do not make every change a spike.
    Concentrations are compared by their logarithm (a value of zero or below is not compared);
    indicators with a ``linear_floor`` in their own unit. Only a value that stands out of both
    direct neighbours, by the threshold times the floor, can be a spike; the ends of a series have
    none.
    """
    marks = np.zeros(data.frame.height, dtype=np.bool_)
    rows = data.successive
    if rows.size < 3:
        return marks
    value, floor = _comparable(data, rows)
    series = data.ordered.series[rows]
    before, here, after = value[:-2], value[1:-1], value[2:]
    inner = (series[:-2] == series[1:-1]) & (series[1:-1] == series[2:])
    sigmas = threshold("spike", "threshold")
    step = np.minimum(np.abs(here - before), np.abs(here - after))
    stands_out = ((here > before) == (here > after)) & (step > sigmas * floor[1:-1])
    candidates = np.flatnonzero(inner & stands_out) + 1
    neighbours = _neighbours(data, rows, value, candidates)
    counted = np.count_nonzero(~np.isnan(neighbours), axis=1)
    enough = counted >= threshold("spike", "least_neighbours")
    candidates, neighbours = candidates[enough], neighbours[enough]
    if candidates.size:
        median = np.nanmedian(neighbours, axis=1)
        spread = 1.4826 * np.nanmedian(np.abs(neighbours - median[:, None]), axis=1)
        scale = np.maximum(spread, floor[candidates])
        distance = np.abs(value[candidates] - median)
        marks[rows[candidates]] = distance > sigmas * scale
    return marks


def _comparable(data: Prepared, rows: Codes) -> tuple[Numbers, Numbers]:
    """Values on the scale they are compared on, and the least scale of each; shape (rows,)."""
    linear = threshold_overrides("spike", "linear_floor")
    floors = data.per_indicator(threshold("spike", "floor"), linear)
    is_linear = np.array([code in linear for code in data.indicators])[data.indicator[rows]]
    value = data.value[rows]
    logarithm = np.full(value.size, np.nan)
    np.log(value, out=logarithm, where=value > 0)
    return np.where(is_linear, value, logarithm), floors[data.indicator[rows]]


def _neighbours(data: Prepared, rows: Codes, value: Numbers, candidates: Codes) -> Numbers:
    """Values around each candidate, shape (candidates, 2 × window), NaN beyond series and gap."""
    series, time = data.ordered.series[rows], data.ordered.time[rows]
    reach = int(threshold("spike", "window"))
    gap = threshold("spike", "largest_gap") * DAY
    columns = []
    for offset in (*range(-reach, 0), *range(1, reach + 1)):
        position = np.clip(candidates + offset, 0, rows.size - 1)
        fits = (
            (candidates + offset == position)
            & (series[position] == series[candidates])
            & (np.abs(time[position] - time[candidates]) <= gap * abs(offset))
        )
        columns.append(np.where(fits, value[position], np.nan))
    return np.stack(columns, axis=1)


@quality_check("time_order", source="QARTOD timing test, applied to the order within a file")
def time_order(data: Prepared) -> Mask:
    """A row that stands in its file against the file's own direction of time.

    Files list a series forwards or backwards; both are in order. In a file that mostly runs one
    way, the rows that run the other way are marked.
    """
    marks = np.zeros(data.frame.height, dtype=np.bool_)
    if data.frame.height < 3:
        return marks
    row = data.frame["row"].cast(pl.Int64).fill_null(-1).to_numpy()
    file = data.frame["file"]
    step = np.zeros(row.size, dtype=np.int64)
    step[1:] = np.sign(row[1:] - row[:-1])
    moves = data.ordered.same_series & ~data.same_moment
    if file.n_unique() > 1 or data.frame["sheet"].n_unique() > 1:
        moves &= _same_as_before(file) & _same_as_before(data.frame["sheet"])
    step[~moves] = 0
    if not (step < 0).any():
        return marks
    run = np.cumsum(~data.ordered.same_series) - 1
    forwards = np.bincount(run, weights=step > 0)
    backwards = np.bincount(run, weights=step < 0)
    minority = np.where(forwards >= backwards, -1, 1)[run]
    # Where the order is mixed there is none to break.
    steps = forwards + backwards
    most = np.maximum(forwards, backwards)
    has_order = (most >= threshold("time_order", "majority") * steps)[run]
    marks[:] = (step == minority) & has_order
    return marks


def _same_as_before(column: pl.Series) -> Mask:
    same: Mask = (column == column.shift(1)).fill_null(False).to_numpy()
    return same


@quality_check("future", source="QARTOD timing test")
def future(data: Prepared) -> Mask:
    """A sample taken after the moment of the check."""
    latest = data.now + timedelta(hours=threshold("future", "tolerance"))
    return data.ordered.time > int(latest.timestamp() * 1_000_000)
