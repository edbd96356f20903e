"""Every data row in one state, and a sentence for everything that was not taken."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from luhai.observations.reading.reasons import renderer
from luhai.observations.reading.result import ROW_STATE_SCHEMA
from luhai.observations.reading.rowparts import PROBLEM_SCHEMA
from luhai.observations.schema import REJECT_SCHEMA
from luhai.standards import indicator, indicators
from luhai.text import render_part

LONGEST_TEXT = 500
"""Characters of a cell that are repeated in the account; the file itself is kept whole."""

_VARIANT = r"_(?:near|row)$"


def first_problems(problems: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """The first problem of each row: columns ``row reason``."""
    if not problems:
        return pl.DataFrame(schema={"row": pl.Int32, "reason": pl.String})
    return (
        pl.concat(problems)
        .unique("row", keep="first", maintain_order=True)
        .select("row", pl.col("code").str.replace(_VARIANT, "").alias("reason"))
    )


def row_states(rows: pl.DataFrame, repeated: pl.Series, problems: pl.DataFrame) -> pl.DataFrame:
    """State of each data row.

    Args:
        rows: data rows, of which the column ``row`` is used.
        repeated: whether each is identical to an earlier row.
        problems: result of :func:`first_problems`.
    """
    return (
        rows.select("row")
        .join(problems, on="row", how="left", maintain_order="left", validate="1:1")
        .with_columns(repeated.alias("repeated"))
        .select(
            "row",
            pl.when(pl.col("repeated"))
            .then(pl.lit("repeated"))
            .when(pl.col("reason").is_not_null())
            .then(pl.lit("rejected"))
            .otherwise(pl.lit("read"))
            .alias("state"),
            pl.when(pl.col("repeated"))
            .then(pl.lit(""))
            .otherwise(pl.col("reason").fill_null(""))
            .alias("reason"),
        )
        .cast(pl.Schema(ROW_STATE_SCHEMA))
    )


def rejects_table(
    problems: Sequence[pl.DataFrame], *, file: str, sheet: str, language: str
) -> pl.DataFrame:
    """The rejects of a batch with their sentences, one row per problem.

    Sentences are made once per distinct problem, however many rows share it.
    """
    if not problems:
        return pl.DataFrame(schema=REJECT_SCHEMA)
    text = pl.col("value_text")
    every = (
        pl.concat(problems)
        .cast(pl.Schema(PROBLEM_SCHEMA))
        .with_columns(
            pl.when(text.str.len_chars() > LONGEST_TEXT)
            .then(pl.concat_str(text.str.head(LONGEST_TEXT), pl.lit("…")))
            .otherwise(text)
            .alias("value_text")
        )
    )
    keys = ["value_text", "code", "near", "indicator"]
    render = renderer(language)
    distinct = every.select(keys).unique()
    sentences = [
        render(code, _parts(value, near, about, language))
        for value, code, near, about in distinct.rows()
    ]
    return (
        every.join(
            distinct.with_columns(pl.Series("message", sentences, dtype=pl.String)),
            on=keys,
            how="left",
            maintain_order="left",
            validate="m:1",
        )
        .select(
            pl.lit(file).alias("file"),
            pl.lit(sheet).alias("sheet"),
            "row",
            "column",
            "value_text",
            pl.col("code").str.replace(_VARIANT, "").alias("reason"),
            "message",
        )
        .cast(pl.Schema(REJECT_SCHEMA))
        .sort("row", maintain_order=True)
    )


def _parts(value: str, near: str, about: str, language: str) -> dict[str, object]:
    """Parts of a sentence; ``near`` may hold ``unit|factor`` or the code of an indicator."""
    parts: dict[str, object] = {"value": value, "near": near, "indicator": about}
    if near in indicators():
        parts["near"] = render_part(indicators()[near].name, language)
    if "|" in near:
        parts["unit"], parts["factor"] = near.split("|", 1)
    if about:
        found = indicator(about)
        parts |= {
            "indicator": render_part(found.name, language),
            "low": f"{found.low:g} {found.unit}".strip(),
            "high": f"{found.high:g} {found.unit}".strip(),
        }
    return parts
