"""The observation table: one row per measured value, the same columns in memory and on disk.

This is the contract between readers, store and analyses. The public form of it (DESIGN: canonical
observation table) is the first ten columns with ``source`` written as ``file!sheet!row``.
"""

from __future__ import annotations

import polars as pl

OBSERVATION_SCHEMA: dict[str, pl.DataType] = {
    # What was measured, where and when.
    "place": pl.String(),  # canonical place id (register) or the name as written
    "medium": pl.String(),  # sea | river | lake | outlet
    "time": pl.Datetime("us", "UTC"),
    "precision": pl.String(),  # minute | day | month: how exact the written time is
    "layer": pl.String(),  # surface | middle | bottom, null when not stated
    "depth_m": pl.Float64(),  # null when not stated
    "sample": pl.String(),  # sample number or bottle as written, null when not stated
    "indicator": pl.String(),  # code of standards' indicator table
    "value": pl.Float64(),  # in the indicator's unit; for censored values the limit; may be null
    "unit": pl.String(),  # the indicator's canonical unit
    "censored": pl.String(),  # "" | "<" | ">"
    "flag": pl.String(),  # quality flags joined by ";", "" when none
    # As written, for the why.
    "value_text": pl.String(),
    "unit_text": pl.String(),
    "value_shown": pl.Float64(),  # the rounded value beside an exact one, else null
    # Local calendar (UTC+8 unless the file says otherwise), written out for partitions and groups.
    "year": pl.Int16(),
    "month": pl.Int8(),
    "day": pl.Int8(),
    # Where the row came from.
    "file": pl.String(),
    "sheet": pl.String(),
    "row": pl.Int32(),
    "column": pl.String(),
    "file_hash": pl.String(),
}

IDENTITY = (
    "place",
    "medium",
    "time",
    "layer",
    "depth_m",
    "sample",
    "indicator",
    "value",
    "censored",
)
"""Two rows that agree in all of these are the same observation, however often it is sent.

Only where it is sent once as normal and once as unusable (maintenance …) by separate imports, the
store may hold both; see :mod:`luhai.observations.twins`.
"""

REJECT_SCHEMA: dict[str, pl.DataType] = {
    "file": pl.String(),
    "sheet": pl.String(),
    "row": pl.Int32(),
    "column": pl.String(),
    "value_text": pl.String(),
    "reason": pl.String(),  # code, see readers' table of reasons
    "message": pl.String(),  # sentence: what, why it matters, how to mend
}
"""Rows (or single columns) that were not taken, with the reason."""
