"""Observations for tests of classes: small tables written row by row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from luhai.observations.schema import OBSERVATION_SCHEMA
from luhai.standards import indicators

Rows = Sequence[tuple[Any, ...]]


def observations(rows: Rows, *, medium: str = "river", **columns: Any) -> pl.DataFrame:
    """Rows of ``(place, local date or time, indicator, value[, censored[, flag]])``.

    A value ``None`` is one without number. Further columns are the same for all rows.
    """
    records = []
    for place, moment, code, value, *rest in rows:
        local = datetime.fromisoformat(moment)
        records.append(
            {
                "place": place,
                "medium": medium,
                "time": (local - timedelta(hours=8)).replace(tzinfo=UTC),
                "precision": "minute",
                "indicator": code,
                "value": value,
                "unit": indicators()[code].unit,
                "censored": rest[0] if rest else "",
                "flag": rest[1] if len(rest) > 1 else "",
                "value_text": "",
                "unit_text": "",
                "year": local.year,
                "month": local.month,
                "day": local.day,
                **columns,
            }
        )
    return pl.DataFrame(records, schema=OBSERVATION_SCHEMA)
