"""Observation tables made for tests: few columns, known values."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import polars as pl

Row = tuple[str, str, int, int, int, float, str]
"""place, indicator, year, month, day, value, censored"""


def observations(rows: Iterable[Row], medium: str, **constant: Any) -> pl.DataFrame:
    """Rows as an observation table of one medium."""
    table = pl.DataFrame(
        [
            {
                "place": place,
                "medium": medium,
                # Noon of the local calendar day (UTC+8).
                "time": datetime(year, month, day, 4, tzinfo=UTC),
                "layer": "surface",
                "indicator": code,
                "value": value,
                "censored": censored,
                "flag": "",
                "year": year,
                "month": month,
                "day": day,
            }
            for place, code, year, month, day, value, censored in rows
        ]
    )
    return table.with_columns(**{name: pl.lit(value) for name, value in constant.items()})


def monthly(
    place: str, code: str, years: Iterable[int], value: Any, months: Iterable[int] = range(1, 13)
) -> list[Row]:
    """One value a month; ``value`` is a number or a function of year and month."""
    months = tuple(months)
    return [
        (place, code, year, month, 5, float(value(year, month) if callable(value) else value), "")
        for year in years
        for month in months
    ]
