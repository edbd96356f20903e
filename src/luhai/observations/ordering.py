"""In which order observations lie: by series, then by time.

A series is what one instrument or one laboratory follows at one place: indicator, place, medium and
layer. Quality checks compare neighbours of a series, the store writes rows in this order so that a
query for a place or an indicator skips most row groups, and rows that are the same observation come
to lie side by side, where they are found without a join.

Strings are ranked once and packed with the time into one integer per row: sorting one integer
column takes a sixth of the time of sorting the four columns.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from luhai.observations.schema import IDENTITY

Codes = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

LOCATION = tuple(name for name in IDENTITY if name not in ("value", "censored"))
"""What was measured, where and when: two rows that agree here and differ in value contradict."""

SERIES = ("indicator", "place", "medium", "layer")
"""What one series of values shares. The indicator comes first: a wide file, read column by column,
then mostly lies in this order already and is not moved."""

_MILLISECOND = 1_000
_KEY_LIMIT = 2**62


@dataclass(frozen=True)
class OrderedObservations:
    """Observations in series order.

    Attributes:
        frame: the rows, ordered by indicator, place, medium, layer and time, words in the order in
            which they first occur; rows that agree in all of these keep the order they came in.
        series: shape (rows,), a number per series, rising along the frame.
        water: shape (rows,), a number per place, medium and layer; rising along the rows of one
            indicator.
        time: shape (rows,), microseconds since 1970 UTC.
        codes: for each column of ``SERIES`` the position of each row's word in ``words``, shape
            (rows,); -1 where missing.
        words: for each column of ``SERIES`` the words that occur, in order of appearance.
    """

    frame: pl.DataFrame
    series: Codes
    water: Codes
    time: Codes
    codes: dict[str, Codes]
    words: dict[str, list[str]]

    @property
    def same_series(self) -> Mask:
        """Shape (rows,): whether the row before belongs to the same series."""
        return _equals_before(self.series)

    @property
    def same_moment(self) -> Mask:
        """Shape (rows,): whether the row before has the same series and the same time."""
        return self.same_series & _equals_before(self.time)

    @property
    def shares_moment(self) -> Mask:
        """Shape (rows,): whether another row has the same series and time."""
        same = self.same_moment
        shared = same.copy()
        shared[:-1] |= same[1:]
        return shared


def order_observations(frame: pl.DataFrame) -> OrderedObservations:
    """Sort observations by series and time.

    Args:
        frame: rows of ``OBSERVATION_SCHEMA``, in any order.
    """
    ranked = {name: rank(frame[name]) for name in SERIES}
    series = np.zeros(frame.height, dtype=np.int64)
    water = np.zeros(frame.height, dtype=np.int64)
    for name, (codes, words) in ranked.items():
        series = series * (len(words) + 1) + codes + 1
        if name != "indicator":
            water = water * (len(words) + 1) + codes + 1
    time = frame["time"].to_physical().to_numpy().astype(np.int64, copy=False)
    key = pack(series, time)
    if key is None or (key[1:] < key[:-1]).any():
        order = np.lexsort((time, series)) if key is None else _stable_order(key)
        frame = frame[order]
        series, water, time = series[order], water[order], time[order]
        ranked = {name: (_in_order(codes, order), words) for name, (codes, words) in ranked.items()}
    return OrderedObservations(
        frame=frame,
        series=series,
        water=water,
        time=time,
        codes={name: codes for name, (codes, _) in ranked.items()},
        words={name: words for name, (_, words) in ranked.items()},
    )


def _in_order(codes: Codes, order: Codes) -> Codes:
    """The codes in another order; where all are the same (often medium and layer) as they are."""
    return codes if codes.min() == codes.max() else codes[order]


def _stable_order(key: Codes) -> Codes:
    """Positions that sort the keys, equal keys in the order they came in."""
    # The engine sorts faster but promises no order among equals; mostly there are none.
    order: Codes = pl.Series(key).arg_sort().cast(pl.Int64).to_numpy()
    ordered = key[order]
    if (ordered[1:] == ordered[:-1]).any():
        order = np.argsort(key, kind="stable")
    return order


def pack(codes: Codes, time: Codes) -> Codes | None:
    """One integer per row that sorts and compares as the pair (code, time), shape (rows,).

    ``None`` when the pairs do not fit into one integer.
    """
    if codes.size == 0:
        return codes
    offset = time - time.min()
    if not (offset % _MILLISECOND).any():
        offset = offset // _MILLISECOND
    span = int(offset.max()) + 1
    if (int(codes.max()) + 1) * span >= _KEY_LIMIT:
        return None
    key: Codes = codes * span + offset
    return key


def first_of_each(ordered: OrderedObservations) -> Mask:
    """Whether each row is the first with its identity, shape (rows,).

    Only rows of the same series and moment can be the same; most have no such neighbour.
    """
    first = np.ones(ordered.frame.height, dtype=np.bool_)
    rows = np.flatnonzero(ordered.shares_moment)
    if rows.size:
        candidates = ordered.frame.select(IDENTITY)[rows]
        is_first = candidates.select(pl.struct(IDENTITY).is_first_distinct()).to_series()
        first[rows] = is_first.to_numpy()
    return first


def rank(column: pl.Series) -> tuple[Codes, list[str]]:
    """Position of each text among the distinct ones (-1 where missing), and those, as they come."""
    words = column.drop_nulls().unique(maintain_order=True)
    if words.len() <= 1 and column.null_count() in (0, column.len()):
        return np.full(column.len(), words.len() - 1, dtype=np.int64), words.to_list()
    positions = column.cast(pl.Enum(words)).to_physical().cast(pl.Int64)
    return positions.fill_null(-1).to_numpy(), words.to_list()


def _equals_before(values: Codes) -> Mask:
    same = np.zeros(values.size, dtype=np.bool_)
    same[1:] = values[1:] == values[:-1]
    return same
