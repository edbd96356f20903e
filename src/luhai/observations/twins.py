"""Which of two rows counts when the same reading is sent as normal and as unusable?

Stations publish a reading again when their state changes: once as normal, once under maintenance.
Both rows are the same observation (``schema.IDENTITY``). A value that was published as normal is
usable, so the normal row is kept, whichever came first, and carries the flag ``flagged_twin``.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from luhai.observations.ordering import Mask, OrderedObservations, first_of_each, order_observations
from luhai.observations.quality.tables import FLAG_SEPARATOR, excluded_by_sender
from luhai.observations.schema import IDENTITY

TWIN_FLAG = "flagged_twin"


def usable_before_unusable(ordered: OrderedObservations) -> tuple[OrderedObservations, Mask]:
    """The rows with each moment's usable rows first, and which rows the sender calls unusable.

    Returns:
        The rows, and a mask of shape (rows,).
    """
    unusable = _unusable(ordered)
    if not (unusable & ordered.shares_moment).any():
        return ordered, unusable
    # Rows that agree in series and time keep the order in which they come.
    usable_first = np.argsort(unusable, kind="stable")
    ordered = order_observations(ordered.frame[usable_first])
    return ordered, _unusable(ordered)


def usable_with_twin(ordered: OrderedObservations, unusable: Mask) -> Mask:
    """Which usable rows have an unusable twin in the same table, shape (rows,).

    Args:
        ordered: rows of :func:`usable_before_unusable`.
        unusable: its mask.
    """
    twins = np.zeros(unusable.size, dtype=np.bool_)
    repeated = ~first_of_each(ordered) & unusable
    if repeated.any():
        again = ordered.frame.filter(pl.Series(repeated)).select(IDENTITY)
        found = (
            ordered.frame.select(IDENTITY)
            .with_row_index("_row")
            .join(again, on=IDENTITY, how="semi", nulls_equal=True)
        )
        twins[found["_row"].to_numpy()] = True
    return twins & ~unusable


def with_twins_noted(ordered: OrderedObservations, twins: Mask) -> OrderedObservations:
    """The rows with the flag ``flagged_twin`` on the marked ones."""
    if not twins.any():
        return ordered
    flag = pl.col("flag")
    noted = (
        pl.when(flag == "")
        .then(pl.lit(TWIN_FLAG))
        .otherwise(pl.concat_str(flag, pl.lit(FLAG_SEPARATOR + TWIN_FLAG)))
    )
    marked = pl.when(pl.Series(twins)).then(noted).otherwise(flag)
    return replace(ordered, frame=ordered.frame.with_columns(flag=marked))


def _unusable(ordered: OrderedObservations) -> Mask:
    marked = np.flatnonzero((ordered.frame["flag"] != "").to_numpy())
    unusable = np.zeros(ordered.frame.height, dtype=np.bool_)
    if marked.size:
        flags = ordered.frame.select("flag")[marked]
        unusable[marked] = (
            flags.select(excluded_by_sender()).to_series().fill_null(False).to_numpy()
        )
    return unusable
