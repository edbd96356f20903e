"""Is the time of day of a sample known?

Automatic stations publish values of an hour, and 环办监测函〔2020〕82号 gives those more digits
than the means of an assessment. The table of observations says of every value how exactly its time
was written (``precision``): a sample with a time of day is taken for a station's, one dated by day
for one of a campaign, which has the digits of the assessment.
"""

from __future__ import annotations

import narwhals as nw
import polars as pl

from luhai.assessment.averaging import Frame
from luhai.assessment.basis import Basis

_EXACT = "minute"
_SAMPLE = ["place", "time"]


def has_hourly_digits(basis: Basis) -> bool:
    """Whether the method rounds hourly values of stations to other digits than means."""
    return any(
        item.hourly_digits not in (None, item.digits) for item in basis.method.items.values()
    )


def timed(frame: Frame) -> Frame:
    """Rows whose time of day is known; none where the table has no column ``precision``."""
    exactness = nw.col("precision")
    return _stated(frame).filter(~exactness.is_null() & (exactness == _EXACT))


def dated_by_day(frame: Frame) -> Frame:
    """All rows but those of ``timed``."""
    exactness = nw.col("precision")
    return _stated(frame).filter(exactness.is_null() | (exactness != _EXACT))


def _stated(frame: Frame) -> Frame:
    if "precision" in frame.collect_schema().names():
        return frame
    return frame.with_columns(precision=nw.lit(""))


def day_samples(frame: Frame) -> Frame:
    """``place`` and ``time`` of samples with a value that is dated by day at best."""
    return dated_by_day(frame).group_by(*_SAMPLE).agg(rows=nw.len())


def with_timed(table: pl.DataFrame, by_day: pl.DataFrame) -> pl.DataFrame:
    """A table of samples with ``timed``: whether the time of day is known.

    Args:
        table: rows with ``place`` and ``time``.
        by_day: collected ``day_samples``.
    """
    marked = by_day.select(*_SAMPLE).with_columns(timed=pl.lit(False))
    return table.join(
        marked, on=_SAMPLE, how="left", validate="m:1", maintain_order="left", nulls_equal=True
    ).with_columns(pl.col("timed").fill_null(True))
