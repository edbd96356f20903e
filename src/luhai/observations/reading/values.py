"""The values of a table: parsed, in the indicator's unit, checked against what is possible.

Plain numbers are cast by the engine at once; only what is left goes through the cell parser, one
distinct text once. A value outside the range in which the indicator can lie at all is a problem of
its row, as is a cell that cannot be read; a non-detect keeps its limit, or none.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
from numpy.typing import NDArray

from luhai.errors import InputError
from luhai.observations.reading.cells import parse_cells
from luhai.standards import convert, indicator, normalise_unit

VALUE_SCHEMA: dict[str, pl.DataType] = {
    "text": pl.String(),
    "value": pl.Float64(),
    "censored": pl.String(),
    "flag": pl.String(),
    "shown": pl.Float64(),
    "present": pl.Boolean(),  # whether the cell says anything about the value
    "code": pl.String(),  # problem, "" when there is none
}


def read_values(
    texts: pl.Series,
    code: str,
    unit: str,
    *,
    limit: float | None = None,
    missing: tuple[str, ...] = (),
) -> pl.DataFrame:
    """Read the cells of one indicator in one unit.

    Args:
        texts: cells as written, empty ones null.
        code: code of the indicator.
        unit: unit of cells that name none themselves.
        limit: detection limit of bare non-detects, in the indicator's own unit.
        missing: further cells that mean "no value".

    Returns:
        One row per cell, columns :data:`VALUE_SCHEMA`; ``value`` in the indicator's unit.

    Raises:
        InputError: ``unit`` does not measure the indicator.
    """
    frame = pl.DataFrame({"text": texts}).with_columns(
        pl.col("text").cast(pl.Float64, strict=False).alias("value")
    )
    value = pl.col("value")
    vanished = (value == 0) & pl.col("text").str.contains("[1-9]")
    odd_cell = pl.col("text").is_not_null() & (
        value.is_null() | ~value.is_finite() | vanished.fill_null(False)
    )
    if missing:
        odd_cell = odd_cell | pl.col("text").is_in(list(missing))
    frame = frame.with_columns(odd_cell.fill_null(True).alias("odd"))
    converted = _converter(code, unit)
    plain_numbers = pl.DataFrame(
        {
            "text": frame["text"],
            "value": converted(frame["value"].to_numpy()),
            "present": frame["value"].is_not_null(),
        }
    ).with_columns(
        pl.col("value").fill_nan(None),
        pl.lit("").alias("censored"),
        pl.lit("").alias("flag"),
        pl.lit(None, pl.Float64).alias("shown"),
        pl.lit("").alias("code"),
    )
    if frame["odd"].any():
        plain_numbers = _with_odd_cells(plain_numbers, frame, code, unit, limit, missing)
    return _with_range(plain_numbers, code).select(VALUE_SCHEMA.keys())


def _converter(code: str, unit: str) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    own = indicator(code).unit or "1"
    if unit == own:
        return lambda values: values
    return lambda values: convert(values, unit, code)


def _with_odd_cells(
    numbers: pl.DataFrame,
    frame: pl.DataFrame,
    code: str,
    unit: str,
    limit: float | None,
    missing: tuple[str, ...],
) -> pl.DataFrame:
    odd = frame.filter("odd").select("text").unique().sort("text")
    parsed = _parsed(odd["text"], code, unit, limit, missing)
    joined = frame.select("text", "odd").join(
        parsed, on="text", how="left", maintain_order="left", validate="m:1"
    )
    is_odd = joined["odd"]
    return numbers.with_columns(
        pl.when(is_odd).then(joined[name]).otherwise(pl.col(name)).alias(name)
        for name in ("value", "censored", "flag", "shown", "present", "code")
    )


def _parsed(
    texts: pl.Series, code: str, unit: str, limit: float | None, missing: tuple[str, ...]
) -> pl.DataFrame:
    """Parse distinct odd cells and bring them to the indicator's unit."""
    cells = parse_cells(texts, missing)
    values = cells["value"].to_numpy().astype(np.float64)
    shown = cells["shown"].to_numpy().astype(np.float64)
    problems = np.where(cells["meaning"] == "unreadable", "unreadable_value", "").astype(object)
    units = np.asarray(cells["unit"].to_list(), dtype=object)
    for written in sorted(set(units.tolist())):
        here = units == written
        found = normalise_unit(written) if written else unit
        try:
            if found is None:
                problems[here] = "unreadable_value"
                continue
            convert_here = _converter(code, found)
            values[here] = convert_here(values[here])
            shown[here] = convert_here(shown[here])
        except InputError:
            problems[here] = "unit_in_cell"
    parsed = cells.select("text", "censored", "flag", "meaning").with_columns(
        pl.Series("value", values).fill_nan(None),
        pl.Series("shown", shown).fill_nan(None),
        pl.Series("code", problems.tolist(), dtype=pl.String),
    )
    bare = (pl.col("meaning") == "nondetect") & pl.lit(limit is not None)
    return parsed.with_columns(
        pl.when(bare).then(pl.lit(limit, pl.Float64)).otherwise(pl.col("value")).alias("value"),
        pl.when(bare).then(pl.lit("")).otherwise(pl.col("flag")).alias("flag"),
        (pl.col("meaning") != "missing").alias("present"),
    ).drop("meaning")


def _with_range(frame: pl.DataFrame, code: str) -> pl.DataFrame:
    """Mark values that the indicator cannot have; its bounds are possible."""
    found = indicator(code)
    impossible = ((pl.col("value") < found.low) | (pl.col("value") > found.high)).fill_null(False)
    return frame.with_columns(
        pl.when((pl.col("code") == "") & impossible)
        .then(pl.lit("impossible_value"))
        .otherwise(pl.col("code"))
        .alias("code")
    )
