"""Can a unit that nobody wrote be the one that was meant?

A column without a unit is read in the indicator's own unit only where its values do not speak
against it: a median far above the weakest limit of the law (phosphate 27 would be 600 times the
fourth class of sea water) points to another unit, and for metals both mg/L and μg/L are in daily
use. Then the column is held back and asked about.
"""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from luhai.errors import UsageError
from luhai.standards import standard_in_force

FAR_ABOVE = 50.0
"""Median over the weakest limit from which an assumed unit is not believed. Water a hundred times
worse than the worst class is not what monitoring rounds find; a factor 1000 is a slip of unit."""


def weakest_limit(code: str, medium: str | None) -> float | None:
    """The highest limit of any class, in the indicator's unit; ``None`` when there is none."""
    if medium is None:
        return None
    try:
        standard = standard_in_force(medium, datetime.now(UTC).date())
    except UsageError:
        # An outlet has no ambient standard, a lake may share one with rivers.
        return None
    highs = []
    for number in range(1, standard.class_count + 1):
        limit = standard.limit(code, number)
        usable = limit is not None and limit.applies_to == "value" and limit.high is not None
        if limit is not None and usable and limit.high is not None and np.isfinite(limit.high):
            highs.append(float(limit.high))
    return max(highs, default=None)


def times_the_limit(values: NDArray[np.float64], code: str, medium: str | None) -> float:
    """Median of the values over the weakest limit; 0 when there is no limit or no value."""
    limit = weakest_limit(code, medium)
    finite = values[np.isfinite(values)]
    if limit is None or limit <= 0 or finite.size == 0:
        return 0.0
    return float(np.median(finite)) / limit
