"""The values of a table: parsed, in the indicator's unit, checked against what is possible.

Plain numbers are cast by the engine at once; only what is left goes through the cell parser, one
distinct text once. A value outside the range in which the indicator can lie at all is a problem of
its row, as is a cell that cannot be read; a non-detect keeps its limit, or none.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

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

_FEW = 50


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
    value = texts.cast(pl.Float64, strict=False)
    converted = pl.Series(_converter(code, unit)(value.to_numpy())).fill_nan(None)
    numbers = pl.DataFrame({"text": texts, "value": converted}).with_columns(
        pl.col("value").is_not_null().alias("present"),
        pl.lit("").alias("censored"),
        pl.lit("").alias("flag"),
        pl.lit(None, pl.Float64).alias("shown"),
        pl.lit("").alias("code"),
    )
    odd = _odd(texts, value, missing)
    if odd is not None:
        numbers = _with_odd_cells(numbers, odd, code, unit, limit, missing)
    return _with_range(numbers, code).select(VALUE_SCHEMA.keys())


def _odd(texts: pl.Series, value: pl.Series, missing: tuple[str, ...]) -> pl.Series | None:
    """Which cells are not plain numbers and need the cell parser; ``None`` when none does."""
    odd = texts.is_not_null() & (value.is_null() | ~value.is_finite().fill_null(True))
    zeros = (value == 0).fill_null(False)
    if zeros.any():
        # A number that is too small for a float becomes zero when it is cast.
        odd = odd | (zeros & texts.str.contains("[1-9]").fill_null(False))
    if missing:
        odd = odd | texts.is_in(list(missing)).fill_null(False)
    return odd if odd.any() else None


def _converter(code: str, unit: str) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    own = indicator(code).unit or "1"
    if unit == own:
        return lambda values: values
    return lambda values: convert(values, unit, code)


def _with_odd_cells(
    numbers: pl.DataFrame,
    odd: pl.Series,
    code: str,
    unit: str,
    limit: float | None,
    missing: tuple[str, ...],
) -> pl.DataFrame:
    texts = numbers["text"].filter(odd).unique().sort()
    if len(texts) <= _FEW:
        parsed = _parsed_few(tuple(texts.to_list()), code, unit, limit, missing)
    else:
        parsed = _parsed(texts, code, unit, limit, missing)
    joined = numbers.select("text").join(
        parsed, on="text", how="left", maintain_order="left", validate="m:1"
    )
    return numbers.with_columns(
        pl.when(odd).then(joined[name]).otherwise(pl.col(name)).alias(name)
        for name in ("value", "censored", "flag", "shown", "present", "code")
    )


@lru_cache(maxsize=4096)
def _parsed_few(
    texts: tuple[str, ...], code: str, unit: str, limit: float | None, missing: tuple[str, ...]
) -> pl.DataFrame:
    """Columns of many files share their few odd cells: they are parsed once."""
    return _parsed(pl.Series(texts, dtype=pl.String), code, unit, limit, missing)


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
    low, high = frame["value"].min(), frame["value"].max()
    if low is None or (low >= found.low and high <= found.high):  # type: ignore[operator]
        return frame
    impossible = ((pl.col("value") < found.low) | (pl.col("value") > found.high)).fill_null(False)
    return frame.with_columns(
        pl.when((pl.col("code") == "") & impossible)
        .then(pl.lit("impossible_value"))
        .otherwise(pl.col("code"))
        .alias("code")
    )
