"""Does the official method call it a trend? Spearman's rank correlation of yearly values.

The assessment method for surface water (环办〔2011〕22号, change over several periods) takes five
periods or more, ranks their values, and compares rs = 1 - 6 * sum(d^2) / (N^3 - N) with a critical
value of its table. The table is data of this room, with the mark of how well it is verified; the
test is kept beside Kendall's because reports must quote it.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from luhai.errors import UsageError
from luhai.text import N_, Text

METHOD = "hb2011-22"
LEAST_PERIODS = 5
_TABLE = "spearman_critical_values.csv"
_WORDS = {
    "rising": N_("significantly rising"),
    "falling": N_("significantly falling"),
    "none": N_("no significant trend"),
}


@dataclass(frozen=True)
class CriticalValue:
    """A row of the method's table.

    Attributes:
        n: number of periods the row is printed for.
        at_0_05, at_0_01: one-sided critical values of |rs|.
        clause: where the table stands.
        verified: how well the row is verified (``luhai.why.VERIFICATION_MARKS``).
    """

    n: int
    at_0_05: float
    at_0_01: float
    clause: str
    verified: str


@dataclass(frozen=True)
class SpearmanTrend:
    """Verdict of the official test.

    Attributes:
        rs: rank correlation of value and time, -1...1.
        n: number of periods.
        critical: critical value at the level used.
        critical_row: row of the table that gave it; for a number of periods that is not printed,
            the next smaller printed one, whose critical value is larger (so that no trend is
            claimed that the table would not bear).
        direction: ``rising``, ``falling`` or ``none`` (not significant).
        words: the verdict as a sentence part.
    """

    rs: float
    n: int
    critical: float
    critical_row: CriticalValue
    direction: str
    words: Text


@cache
def critical_values() -> tuple[CriticalValue, ...]:
    """The method's table, by rising number of periods."""
    text = files("luhai.assessment").joinpath("data", _TABLE).read_text(encoding="utf-8")
    return tuple(
        CriticalValue(
            n=int(row["n"]),
            at_0_05=float(row["one_sided_0_05"]),
            at_0_01=float(row["one_sided_0_01"]),
            clause=row["clause"],
            verified=row["verified"],
        )
        for row in csv.DictReader(text.splitlines())
    )


def spearman_official(values: ArrayLike, *, level: float = 0.05) -> SpearmanTrend | None:
    """The official trend test of yearly (or seasonal) values in time order.

    Args:
        values: shape (n,), any unit, oldest first; equal values share their mean rank.
        level: 0.05 or 0.01, one-sided, as the table is printed.

    Returns:
        The verdict, or ``None`` with fewer than five periods, for which the method has no test.

    Raises:
        UsageError: a value that is not finite, or a level that the table lacks.
    """
    numbers = np.asarray(values, dtype=np.float64)
    if numbers.ndim != 1 or not np.all(np.isfinite(numbers)):
        raise UsageError("The official trend test needs one list of finite values.")
    if level not in (0.05, 0.01):
        raise UsageError("The table of critical values has the levels 0.05 and 0.01 only.")
    n = numbers.size
    if n < LEAST_PERIODS:
        return None
    differences = stats.rankdata(numbers) - np.arange(1, n + 1)
    rs = float(1.0 - 6.0 * np.sum(differences**2) / (n**3 - n))
    row = max((row for row in critical_values() if row.n <= n), key=lambda row: row.n)
    critical = row.at_0_05 if level == 0.05 else row.at_0_01
    direction = "none"
    # Ranks are multiples of one half: rs is exact to far below the table's last digit.
    if abs(rs) >= critical - 1e-9:
        direction = "rising" if rs > 0 else "falling"
    # Table values are one-sided limits of |rs|; an all-equal series has mean ranks and rs = 0.5.
    if np.all(numbers == numbers[0]):
        rs, direction = 0.0, "none"
    return SpearmanTrend(rs, n, critical, row, direction, Text(_WORDS[direction]))
