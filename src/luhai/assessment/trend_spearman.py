"""Does the official method call it a trend? Spearman's rank correlation of yearly values.

The assessment method for surface water (环办〔2011〕22号, change over several periods) takes five
periods or more, ranks their values, and compares rs = 1 - 6 * sum(d^2) / (N^3 - N) with a critical
value of its table, which is data of the ``standards`` room with its mark of verification. The test
is kept beside Kendall's because reports must quote it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from luhai.errors import InputError, UsageError
from luhai.standards import Method, load_method
from luhai.text import N_, Text

LEVELS = (0.05, 0.01)
"""One-sided levels that the method's table is printed for."""

OFFICIAL_METHOD = "hb2011-22"
_WORDS = {
    "rising": N_("significantly rising"),
    "falling": N_("significantly falling"),
    "none": N_("no significant trend"),
}


@dataclass(frozen=True)
class SpearmanTrend:
    """Verdict of the official test.

    Attributes:
        rs: rank correlation of value and time, -1...1.
        n: number of periods.
        critical: critical value of |rs| at the level used.
        critical_n: number of periods that the critical value is printed for; where ``n`` itself is
            not printed, the next smaller printed one, whose critical value is larger (so that no
            trend is claimed that the table would not bear).
        direction: ``rising``, ``falling`` or ``none`` (not significant).
        words: the verdict as a sentence part.
    """

    rs: float
    n: int
    critical: float
    critical_n: int
    direction: str
    words: Text


def spearman_official(
    values: ArrayLike, *, level: float = 0.05, method: Method | None = None
) -> SpearmanTrend | None:
    """The official trend test of yearly (or seasonal) values in time order.

    Args:
        values: shape (n,), any unit, oldest first; equal values share their mean rank.
        level: 0.05 or 0.01, one-sided, as the table is printed.
        method: assessment method with a table of critical values; that of surface water when not
            given.

    Returns:
        The verdict, or ``None`` with fewer periods than the table begins with (five), for which
        the method has no test.

    Raises:
        UsageError: a value that is not finite, or a level that the table lacks.
        InputError: the method has no table.
    """
    numbers = np.asarray(values, dtype=np.float64)
    if numbers.ndim != 1 or not np.all(np.isfinite(numbers)):
        raise UsageError(Text("The official trend test needs one list of finite values."))
    if level not in LEVELS:
        raise UsageError(Text("The table of critical values has the levels 0.05 and 0.01 only."))
    table = (load_method(OFFICIAL_METHOD) if method is None else method).trend_critical
    if not table:
        raise InputError(Text("The assessment method has no table of critical values for trends."))
    n = numbers.size
    printed = [periods for periods in table if periods <= n]
    if not printed:
        return None
    critical = table[max(printed)][LEVELS.index(level)]
    rs = _rank_correlation(numbers)
    direction = "none"
    # Ranks are multiples of one half: rs is exact to far below the table's last digit.
    if abs(rs) >= critical - 1e-9:
        direction = "rising" if rs > 0 else "falling"
    return SpearmanTrend(rs, n, critical, max(printed), direction, Text(_WORDS[direction]))


def _rank_correlation(numbers: np.ndarray) -> float:
    n = numbers.size
    if np.all(numbers == numbers[0]):
        # Equal values all have the mean rank, and the method's formula would give 0.5.
        return 0.0
    differences = stats.rankdata(numbers) - np.arange(1, n + 1)
    return float(1.0 - 6.0 * np.sum(differences**2) / (n**3 - n))
