"""How many single values are over the limit of the reference class?

A value is over when it is so after rounding to the digits that the method gives for single values:
those of hourly values of stations where a time of day is known, else those of the assessment.
Instead of rounding every value, the engine compares it with the number from which on rounding by
GB/T 8170 leads beyond the limit: half a unit of the last digit from it. A non-detect cannot be
shown to be over and does not count; a part of a derived sum that was not detected counts as half
its detection limit here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import narwhals as nw

from luhai.assessment.averaging import (
    GEOMETRIC,
    HYDROGEN,
    Frame,
    value_rows,
)
from luhai.assessment.basis import Basis
from luhai.assessment.periods import STEP_KEYS
from luhai.assessment.precision import dated_by_day, has_hourly_digits, timed
from luhai.standards import Limit, Standard, round_half_even

_NOISE = 1e-12
_HALF = 0.5


@dataclass(frozen=True)
class Threshold:
    """Bounds of single values before rounding, in the indicator's unit.

    Attributes:
        code: the indicator.
        above: values above it are over the limit, ``None`` where there is no upper limit.
        below: values below it are over the limit, ``None`` where there is no lower limit.
    """

    code: str
    above: float | None
    below: float | None


def thresholds(basis: Basis, standard: Standard, *, hourly: bool) -> tuple[Threshold, ...]:
    """Bounds beyond which a single value is over the limit of the reference class.

    Args:
        basis: the rules.
        standard: whose limits.
        hourly: whether the values have the digits of hourly values of stations.
    """
    found = []
    for code in standard.codes:
        limit = standard.limit(code, basis.method.reference_class)
        if limit is None or code not in basis.method.items:
            continue
        digits = basis.method.digits(code, hourly=hourly)
        above = _above(limit, digits)
        below = _below(limit, digits)
        if above is not None or below is not None:
            found.append(Threshold(code, above, below))
    return tuple(found)


def _above(limit: Limit, digits: int) -> float | None:
    if limit.high is None:
        return None
    edge = limit.high + _HALF * 10.0**-digits
    stays = float(round_half_even(edge, digits)) <= limit.high
    return edge * (1 + _NOISE) if stays else edge * (1 - _NOISE)


def _below(limit: Limit, digits: int) -> float | None:
    if limit.low is None:
        return None
    half = _HALF * 10.0**-digits
    edge = limit.low + half if limit.strict else limit.low - half
    rounded = float(round_half_even(edge, digits))
    fails = rounded <= limit.low if limit.strict else rounded < limit.low
    return edge * (1 + _NOISE) if fails else edge * (1 - _NOISE)


def over_counts(frame: Frame, basis: Basis) -> Frame:
    """Values over the limit by place, indicator and unit of the chain.

    Returns:
        ``place, indicator``, the unit's key columns, and ``over_STANDARD`` for every standard that
        a place may be judged by.
    """
    if not has_hourly_digits(basis):
        return _counted(frame, basis, hourly=False)
    both = [
        _counted(timed(frame), basis, hourly=True),
        _counted(dated_by_day(frame), basis, hourly=False),
    ]
    keys = ["place", "indicator", *STEP_KEYS[basis.chain.unit]]
    counts = [name for name in both[0].collect_schema().names() if name not in keys]
    together = nw.concat([part.select(*keys, *counts) for part in both], how="vertical")
    return together.group_by(*keys).agg(*(nw.col(name).sum() for name in counts))


def _counted(frame: Frame, basis: Basis, *, hourly: bool) -> Frame:
    keys = ["place", "indicator", *STEP_KEYS[basis.chain.unit]]
    rows = value_rows(frame, basis.rules, keys)
    value = nw.col("base")
    for name in basis.rules.limit_columns[1:]:
        value = value + nw.col(name) * _HALF
    columns = {}
    for standard in {entry.id: entry for entry in basis.siblings.values()}.values():
        over = nw.lit(False)
        for threshold in thresholds(basis, standard, hourly=hourly):
            over = over | (
                (nw.col("indicator") == threshold.code) & _beyond(value, threshold, basis)
            )
        shown = over & (nw.col("low") == 0) & ~nw.col("base").is_null()
        columns[f"over_{standard.id}"] = nw.when(shown).then(nw.lit(1)).otherwise(nw.lit(0))
    return (
        rows.with_columns(**columns).group_by(*keys).agg(*(nw.col(name).sum() for name in columns))
    )


def _beyond(value: nw.Expr, threshold: Threshold, basis: Basis) -> nw.Expr:
    """The comparison on the scale that values are summed on (see ``averaging``)."""
    kind = basis.rules.kinds.get(threshold.code)
    scale = basis.rules.scale(threshold.code)

    def scaled(bound: float) -> float:
        if kind == HYDROGEN:
            return float(10.0**-bound * scale)
        return (math.log(bound) if kind == GEOMETRIC else bound) * scale

    beyond = nw.lit(False)
    if threshold.above is not None:
        bound = scaled(threshold.above)
        beyond = beyond | (value < bound if kind == HYDROGEN else value > bound)
    if threshold.below is not None:
        bound = scaled(threshold.below)
        beyond = beyond | (value > bound if kind == HYDROGEN else value < bound)
    return beyond
