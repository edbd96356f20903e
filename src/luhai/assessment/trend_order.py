"""Which of two values is the larger, when some are only known to lie below a limit?

Every rank statistic of this room (Mann-Kendall, seasonal Kendall, Sen's slope) compares pairs of
values. A measured value is a point; a non-detect ``<L`` is the half-open interval [0, L); a mean
over samples of which some are non-detects runs from the mean with zeros to the mean with limits.
Two values are ordered only if their intervals do not overlap, so that values below a limit are tied
with each other and lie below anything that reaches the limit, and with several limits only what is
comparable is compared (Helsel, Statistics for Censored Environmental Data, 2nd ed. 2012, chapters
11 and 12). Nothing is substituted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from luhai.errors import UsageError
from luhai.text import Text

Floats = NDArray[np.float64]
Signs = NDArray[np.int8]


@dataclass(frozen=True)
class Intervals:
    """Values known to lie between two bounds, in the unit of the indicator.

    Attributes:
        low: lower bounds, reached; shape (n,). NaN where there is no value.
        high: upper bounds, shape (n,); equal to ``low`` for a measured value, otherwise not
            reached. ``inf`` for a value above an upper measuring limit.
    """

    low: Floats
    high: Floats

    def __post_init__(self) -> None:
        if self.low.shape != self.high.shape or self.low.ndim != 1:
            raise UsageError(Text("Lower and upper bounds must be two lists of the same length."))
        if np.any(self.low > self.high):
            raise UsageError(Text("A lower bound lies above its upper bound."))

    @property
    def n(self) -> int:
        """Number of values."""
        return int(self.low.size)

    @property
    def is_exact(self) -> Signs:
        """Where the value is a measured one."""
        exact: Signs = (self.low == self.high).astype(np.int8)
        return exact

    def take(self, chosen: Any) -> Intervals:
        """The chosen values, by index or mask."""
        return Intervals(self.low[chosen], self.high[chosen])


def intervals(values: ArrayLike, censored: Sequence[str | bool] | None = None) -> Intervals:
    """Values and their marks as intervals.

    Args:
        values: measured values, or the limit where ``censored`` marks one; shape (n,). Not
            negative where marked ``<``.
        censored: per value ``""``, ``"<"`` or ``">"``; ``True`` stands for ``"<"``.

    Raises:
        UsageError: an unknown mark, lists of different length, a value that is not finite, or a
            limit below zero.
    """
    numbers = np.atleast_1d(np.asarray(values, dtype=np.float64))
    if numbers.ndim != 1:
        raise UsageError(Text("Values must be one list."))
    if not np.all(np.isfinite(numbers)):
        raise UsageError(
            Text("Some values are missing or not finite."),
            remedy=Text("Leave them out, together with their times, before the test."),
        )
    if censored is None:
        return Intervals(numbers, numbers.copy())
    marks = np.array([_mark(mark) for mark in censored], dtype=np.str_)
    if marks.shape != numbers.shape:
        raise UsageError(Text("There must be one mark of censoring per value."))
    below, above = marks == "<", marks == ">"
    if np.any(numbers[below] < 0):
        raise UsageError(Text("A detection limit below zero cannot be used."))
    return Intervals(np.where(below, 0.0, numbers), np.where(above, np.inf, numbers))


def _mark(mark: str | bool | np.bool_) -> str:
    text = ("<" if mark else "") if isinstance(mark, bool | np.bool_) else str(mark)
    if text not in ("", "<", ">"):
        raise UsageError(
            Text("Unknown mark of censoring: {text!r}.", {"text": text}),
            remedy=Text('Use "", "<" or ">".'),
        )
    return text


def order_signs(values: Intervals) -> Signs:
    """Matrix of comparisons: +1 where value ``column`` is surely above value ``row``, -1 below.

    Shape (n, n), antisymmetric; 0 where equal, overlapping or missing.
    """
    low, high = values.low, values.high
    # An interval's upper end is not reached, so a measured value equal to it lies above.
    open_end = high > low
    above = low[None, :] > high[:, None]
    above |= (low[None, :] == high[:, None]) & open_end[:, None]
    signs: Signs = above.astype(np.int8) - above.T.astype(np.int8)
    return signs


def time_signs(times: Floats) -> Signs:
    """Matrix of time order: +1 where time ``column`` is after time ``row``; shape (n, n)."""
    signs: Signs = np.sign(times[None, :] - times[:, None]).astype(np.int8)
    return signs
