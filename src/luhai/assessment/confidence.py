"""How sure is a class?

Two things can make a class wrong that was computed right: too few samples to stand for the period,
and a mean so near a limit that the next sample may carry it across. HEAT (HELCOM, HOLAS II)
rates both, temporal coverage and distance to the target, and combines them; so do we:

    confidence = coverage × (1/2 + 1/2 × distance)

``coverage`` is the share of the months (surface water) or cruises (sea) that have a value of the
deciding indicator, at most 1. ``distance`` is the smallest relative distance of a mean to a limit
whose crossing would change the class of the place, 0 at the limit and 1 from 20 % on. At the limit
itself the class is as likely wrong as right, hence the half. The result lies in 0 … 1; ``words``
are High from 0.75, Moderate from 0.5, Low below, as HEAT names its three classes.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from luhai.assessment.basis import Basis
from luhai.standards import Standard
from luhai.text import N_, Text

Floats = NDArray[np.float64]

SAFE_DISTANCE = 0.2
"""Relative distance to a limit from which on it no longer lowers the confidence: the scatter of
repeated annual means at monthly sampling is of this order."""

_WORDS = ((0.75, N_("High")), (0.5, N_("Moderate")), (0.0, N_("Low")))
CONFIDENCE = N_("{word} confidence")


def confidence_word(confidence: float) -> Text:
    """High, Moderate or Low."""
    return Text(next(word for least, word in _WORDS if confidence >= least))


def distances(
    standard: Standard, code: str, values: Floats, worst: NDArray[np.int64]
) -> tuple[Floats, Floats]:
    """Relative distances of values to the limits that matter for the class of their place.

    Args:
        standard: whose limits.
        code: the indicator.
        values: rounded means, shape (rows,).
        worst: class of the place in the same period, shape (rows,).

    Returns:
        How far each value may rise (fall, for oxygen) before the place gets a worse class, and how
        far it is beyond the limit of the next better class; infinite where there is no such limit.
    """
    count = standard.class_count
    low = np.full(count + 2, np.nan)
    high = np.full(count + 2, np.nan)
    for limit in standard.limits_of(code):
        low[limit.class_number] = np.nan if limit.low is None else limit.low
        high[limit.class_number] = np.nan if limit.high is None else limit.high
    own = np.clip(worst, 0, count + 1)
    next_better = np.clip(worst - 1, 0, count + 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        inside = np.fmin((high[own] - values) / high[own], (values - low[own]) / low[own])
        beyond = np.fmax(
            (values - high[next_better]) / high[next_better],
            (low[next_better] - values) / low[next_better],
        )
    return (
        np.where(np.isfinite(inside), np.maximum(inside, 0.0), np.inf),
        np.where(np.isfinite(beyond), np.maximum(beyond, 0.0), np.inf),
    )


def coverage(parts: pl.Expr, samples: pl.Expr, basis: Basis) -> pl.Expr:
    """Share of the period that has values of the deciding indicator, 0 … 1.

    Args:
        parts: months or seasons with a value of the deciding indicator.
        samples: values of the deciding indicator.
        basis: the rules. A year of surface water is covered by twelve months, a year at sea by the
            cruises that the method asks for; a shorter period by the method's least number.
    """
    least = basis.method.minimum(basis.by)
    if basis.by in ("year", "rolling") and basis.chain.counted == "month":
        expected, counted = basis.chain.expected, parts
    elif least is None:
        return pl.lit(1.0)
    else:
        expected, counted = least.count, samples if least.of == "sample" else parts
    return (counted.cast(pl.Float64) / expected).clip(0.0, 1.0)


def confidence(covered: pl.Expr, margin: pl.Expr) -> pl.Expr:
    """Confidence from coverage and the smallest margin, with two decimals."""
    distance = (margin / SAFE_DISTANCE).clip(0.0, 1.0)
    return (covered * (0.5 + 0.5 * distance)).round(2)
