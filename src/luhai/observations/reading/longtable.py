"""Values of a long table, where each row names its indicator and, mostly, its unit.

Rows are grouped by indicator and unit, so that parsing and conversion run once per group. In a long
table an unknown indicator or unit concerns its row alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from luhai.observations.reading.cells import parse_cells
from luhai.observations.reading.headers import TAKEN, Column, compatible
from luhai.observations.reading.names import find_indicator
from luhai.observations.reading.units import split_unit
from luhai.observations.reading.values import VALUE_SCHEMA, read_values
from luhai.observations.reading.words import key_of, plain, unit_trap
from luhai.standards import indicator, indicators, normalise_unit

_LONG_SCHEMA = {**VALUE_SCHEMA, "indicator": pl.String(), "unit_text": pl.String()}


def long_values(
    rows: pl.DataFrame,
    columns: Sequence[Column],
    medium: pl.Series,
    limits: Mapping[str, float],
    missing: tuple[str, ...],
) -> pl.DataFrame:
    """Values of a long table, one row per row.

    Args:
        rows: data rows (``row c0 c1 …``).
        columns: its columns; ``value`` and ``indicator_name`` must be among them.
        medium: medium of each row, null where unknown.
        limits: detection limits of bare non-detects per indicator, in its own unit.
        missing: further cells that mean "no value".

    Returns:
        Columns of the value table and ``indicator unit_text``, in the order of ``rows``.
    """
    frame = pl.DataFrame(
        {
            "order": pl.int_range(rows.height, eager=True),
            "text": _cells(rows, columns, "value"),
            "name": _cells(rows, columns, "indicator_name"),
            "unit_cell": _cells(rows, columns, "unit"),
            "limit_cell": _cells(rows, columns, "limit"),
            "sign_cell": _cells(rows, columns, "censored"),
            "medium": medium,
        }
    )
    header_unit = next(
        (
            split_unit(column.understanding.header)[1]
            for column in columns
            if column.role == "value"
        ),
        "",
    )
    frame = frame.join(
        _meanings(frame, header_unit),
        on=["name", "unit_cell", "medium"],
        how="left",
        nulls_equal=True,
        maintain_order="left",
        validate="m:1",
    )
    frame = _with_written_sign(frame)
    pieces = [
        _group(group, limits, missing)
        for group in frame.partition_by("code", "unit", "problem", "limit_cell", include_key=True)
    ]
    if not pieces:
        return pl.DataFrame(schema=_LONG_SCHEMA)
    return pl.concat(pieces).sort("order").select(_LONG_SCHEMA.keys()).cast(pl.Schema(_LONG_SCHEMA))


def _cells(rows: pl.DataFrame, columns: Sequence[Column], role: str) -> pl.Series:
    column = next((column for column in columns if column.role == role), None)
    if column is None:
        return pl.Series([None] * rows.height, dtype=pl.String)
    return rows[f"c{column.index}"]


def _meanings(frame: pl.DataFrame, header_unit: str) -> pl.DataFrame:
    """Indicator and unit of each distinct name, unit cell and medium."""
    distinct = frame.select("name", "unit_cell", "medium").unique()
    found = [_meaning(name, unit, water, header_unit) for name, unit, water in distinct.rows()]
    names = ("code", "unit", "unit_text", "problem")
    return distinct.with_columns(
        pl.Series(name, [entry[number] for entry in found], dtype=pl.String)
        for number, name in enumerate(names)
    )


def _meaning(
    name: str | None, unit_cell: str | None, medium: str | None, header_unit: str
) -> tuple[str, str, str, str]:
    """(code, unit, unit as written, problem) of one row's words."""
    text, unit_in_name = split_unit(plain(name or ""))
    unit_text = plain(unit_cell or "") or unit_in_name or header_unit
    if normalise_unit(unit_text) is None and unit_text in ("/", "-", "--", "*"):
        unit_text = ""
    matches = list(find_indicator(text, medium)) if text else []
    if normalise_unit(unit_text) == "%":
        matches = [*find_indicator(f"{text}饱和度", medium)[:1], *matches]
        matches += find_indicator(f"{text} saturation", medium)[:1]
    sure = [match for match in matches if match.certainty >= TAKEN]
    if not sure:
        return "", "", unit_text, "unknown_indicator_row"
    if unit_text:
        unit = normalise_unit(unit_text)
        for match in sure:
            stated = unit
            if unit and match.basis and match.basis != indicator(match.code).basis:
                stated = unit if " as " in unit else f"{unit} as {match.basis}"
            if stated and compatible(stated, match.code):
                return match.code, stated, unit_text, ""
        return sure[0].code, "", unit_text, "unknown_unit_row"
    code = sure[0].code
    by_code = key_of(text).startswith(key_of(code)) and code in indicators()
    if not by_code and unit_trap(code):
        return code, "", "", "unit_missing_row"
    own = indicator(code)
    return code, (own.hj212_unit if by_code and own.hj212_unit else own.unit) or "1", "", ""


def _with_written_sign(frame: pl.DataFrame) -> pl.DataFrame:
    """Censoring from a column of its own (``<``, L, 未检出), put before a bare number.

    ``<`` beside an empty cell is a non-detect without its limit, as the canonical table writes it.
    """
    sign = (
        pl.when(pl.col("sign_cell").str.contains(r"^\s*(?i)(<|＜|L|ND|未检出|u)\s*$"))
        .then(pl.lit("<"))
        .when(pl.col("sign_cell").str.contains(r"^\s*[>＞]\s*$"))
        .then(pl.lit(">"))
    )
    bare = pl.col("text").str.contains(r"^[\d.]")
    return frame.with_columns(
        pl.when(sign.is_not_null() & bare)
        .then(pl.concat_str(sign, "text"))
        .when((sign == "<") & pl.col("text").is_null())
        .then(pl.lit("ND"))
        .otherwise(pl.col("text"))
        .alias("signed")
    )


def _group(
    group: pl.DataFrame, limits: Mapping[str, float], missing: tuple[str, ...]
) -> pl.DataFrame:
    """Values of rows that share indicator, unit and detection limit."""
    code, unit, problem, limit_cell = (
        group.row(0, named=True)["code"],
        *(group[name][0] for name in ("unit", "problem", "limit_cell")),
    )
    if problem:
        present = parse_cells(group["text"].unique(), missing).select("text", "meaning")
        values = (
            group.select("text")
            .with_columns(pl.col("text").fill_null("").alias("key"))
            .join(
                present.rename({"text": "key"}),
                on="key",
                how="left",
                maintain_order="left",
            )
            .select(
                "text",
                pl.lit(None, pl.Float64).alias("value"),
                pl.lit("").alias("censored"),
                pl.lit("").alias("flag"),
                pl.lit(None, pl.Float64).alias("shown"),
                (pl.col("meaning") != "missing").alias("present"),
                pl.lit(problem).alias("code"),
            )
        )
        indicator_code = pl.lit(code or None, pl.String)
    else:
        limit = limits.get(code)
        if limit is None:
            limit = _limit(limit_cell, code, unit)
        values = read_values(group["signed"], code, unit, limit=limit, missing=missing)
        values = values.with_columns(group["text"])
        indicator_code = pl.lit(code)
    shown_text = pl.when(pl.lit(problem) == "unknown_indicator_row")
    return values.with_columns(
        group["order"],
        group["unit_text"],
        indicator_code.alias("indicator"),
        shown_text.then(group["name"])
        .when(pl.lit("unit" in problem))
        .then(group["name"])
        .otherwise(pl.col("text"))
        .alias("text"),
    )


def _limit(cell: str | None, code: str, unit: str) -> float | None:
    """Detection limit stated in the row, in the indicator's own unit."""
    if not cell:
        return None
    read = read_values(pl.Series([cell]), code, unit)
    value = read["value"][0]
    return float(value) if value is not None and value > 0 and not read["code"][0] else None
