"""What did past years bring before and after the same day of the year?

The table behind a probability: for each past year of a place, the mean of the samples that were
there on the day and the mean of those that came after it, in the indicator's unit, so that a reader
sees from which years the chance of this one is drawn.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from luhai.assessment.outlook_cube import AFTER, BEFORE, Cube
from luhai.assessment.outlook_forecast import Scale
from luhai.assessment.outlook_year import Floats

HISTORY_SCHEMA: dict[str, Any] = {
    "place": pl.String,
    "medium": pl.String,
    "year": pl.Int32,
    "indicator": pl.String,
    "mean_so_far": pl.Float64,
    "samples": pl.Float64,
    "mean_after": pl.Float64,
    "samples_after": pl.Float64,
}
"""Columns of the table: means of the parts before and after the day, and their samples' weight."""


def past_halves(cube: Cube, scales: tuple[Scale, ...], medium: str) -> pl.DataFrame:
    """Means before and after the day, one row per place, year and indicator with samples.

    Args:
        cube: samples of all years.
        scales: from :func:`luhai.assessment.outlook_forecast.scales_for`.
        medium: medium of the places.
    """
    rows = []
    for index, year in enumerate(cube.years):
        before = _means(cube, index, BEFORE, scales)
        after = _means(cube, index, AFTER, scales)
        counts = cube.weight[:, index].sum(axis=1)
        for place, name in enumerate(cube.places):
            for number, code in enumerate(cube.indicators):
                sampled = counts[place, :, number]
                if not sampled.any():
                    continue
                rows.append(
                    {
                        "place": name,
                        "medium": medium,
                        "year": year,
                        "indicator": code,
                        "mean_so_far": _none(before[place, number]),
                        "samples": float(sampled[BEFORE]),
                        "mean_after": _none(after[place, number]),
                        "samples_after": float(sampled[AFTER]),
                    }
                )
    return pl.DataFrame(rows, schema=HISTORY_SCHEMA, orient="row")


def _means(cube: Cube, year: int, side: int, scales: tuple[Scale, ...]) -> Floats:
    """Mean over the parts that have samples on one side of the day, (places, indicators)."""
    parts = cube.mean(year, (side,))
    there = np.isfinite(parts)
    count = there.sum(axis=1)
    total = np.where(there, parts, 0.0).sum(axis=1)
    mean = np.divide(total, count, out=np.full(count.shape, np.nan), where=count > 0)
    for number, scale in enumerate(scales):
        known = np.isfinite(mean[:, number])
        mean[known, number] = scale.from_mean(mean[known, number])
    result: Floats = mean
    return result


def _none(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
