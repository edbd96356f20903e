"""Which values deserve a second look? Checks that flag and never delete.

Each check is a named function with its source; thresholds are rows of ``data/quality_checks.csv``.
A check sees the observations in series order (indicator, place, medium, layer, then time) as whole
arrays, and answers with one mark per row. What a flag means for assessments stands in
``data/quality_flags.csv``: almost all only mark.

``series`` looks at neighbours in time, ``content`` at what a value says: ranges, substituted
limits, parts larger than their whole, contradictions.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import numpy as np
import polars as pl

from luhai.errors import UsageError
from luhai.observations.ordering import Mask, OrderedObservations, order_observations
from luhai.observations.quality import content, series
from luhai.observations.quality.registry import CHECKS, Prepared, QualityCheck, quality_check
from luhai.observations.quality.tables import (
    FLAG_SEPARATOR,
    QualityFlag,
    excluded,
    excluding_flags,
    quality_flags,
)
from luhai.observations.schema import OBSERVATION_SCHEMA
from luhai.text import Text


def check_quality(
    frame: pl.DataFrame,
    *,
    now: datetime | None = None,
    checks: Sequence[str] | None = None,
) -> pl.DataFrame:
    """Flag what deserves a second look; rows and their order stay.

    Args:
        frame: rows of ``OBSERVATION_SCHEMA``, best whole series of a place.
        now: the moment that "in the future" is meant from; the present when ``None``.
        checks: flags of the checks to run; all when ``None``.

    Returns:
        The frame with the flags found joined to the column ``flag``.

    Raises:
        UsageError: no check has one of the names.
    """
    numbered = frame.with_row_index("_position")
    ordered = order_observations(numbered)
    flagged = flag_ordered(ordered, now=now, checks=checks)
    return flagged.sort("_position").drop("_position").select(list(OBSERVATION_SCHEMA))


def flag_ordered(
    ordered: OrderedObservations,
    *,
    now: datetime | None = None,
    checks: Sequence[str] | None = None,
    found: Mapping[str, Mask] | None = None,
) -> pl.DataFrame:
    """The rows in series order with their flags; see :func:`check_quality`.

    Args:
        ordered: rows in series order.
        now: the moment of the check.
        checks: flags of the checks to run; all when ``None``.
        found: marks known otherwise, by flag, shape (rows,) each.
    """
    unknown = [name for name in checks or () if name not in CHECKS]
    if unknown:
        raise UsageError(
            Text("No quality check is called {names}.", {"names": ", ".join(unknown)}),
            remedy=Text("Checks: {names}.", {"names": ", ".join(CHECKS)}),
        )
    prepared = Prepared(ordered, now or datetime.now(UTC))
    names = list(checks or CHECKS)
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        masks = pool.map(lambda name: CHECKS[name].function(prepared), names)
        marks = dict(zip(names, masks, strict=True))
    for name, mask in (found or {}).items():
        marks[name] = marks[name] | mask if name in marks else mask
    return _with_flags(ordered.frame, marks)


def _with_flags(frame: pl.DataFrame, marks: Mapping[str, Mask]) -> pl.DataFrame:
    bits = np.zeros(frame.height, dtype=np.int64)
    for position, mask in enumerate(marks.values()):
        bits |= mask.astype(np.int64) << position
    rows = np.flatnonzero(bits)
    if rows.size == 0:
        return frame
    names = list(marks)
    before = frame["flag"].gather(rows)
    pairs = pl.DataFrame({"before": before, "bits": bits[rows]})
    words = pairs.unique().with_columns(
        after=pl.struct("before", "bits").map_elements(
            lambda pair: _joined(pair, names), return_dtype=pl.String
        )
    )
    after = pairs.join(words, on=["before", "bits"], how="left", maintain_order="left")["after"]
    return frame.with_columns(flag=frame["flag"].scatter(rows, after))


def _joined(pair: dict[str, Any], names: Sequence[str]) -> str:
    flags = [flag for flag in pair["before"].split(FLAG_SEPARATOR) if flag]
    for position, name in enumerate(names):
        if pair["bits"] >> position & 1 and name not in flags:
            flags.append(name)
    return FLAG_SEPARATOR.join(flags)


__all__ = [
    "CHECKS",
    "FLAG_SEPARATOR",
    "QualityCheck",
    "QualityFlag",
    "check_quality",
    "content",
    "excluded",
    "excluding_flags",
    "flag_ordered",
    "quality_check",
    "quality_flags",
    "series",
]
