"""From the rows of one table to observations, with every row accounted for.

Wide tables have one column per indicator, long ones a column that names it. A table is read in
batches; what a column means is decided once, from the header and the first batch.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

import polars as pl

from luhai.observations.reading.account import first_problems, rejects_table, row_states
from luhai.observations.reading.datarows import DataRows
from luhai.observations.reading.grids import Grid
from luhai.observations.reading.headers import Column
from luhai.observations.reading.longtable import long_values
from luhai.observations.reading.options import ReadOptions
from luhai.observations.reading.result import CONTEXT_SCHEMA, Question, ReadResult
from luhai.observations.reading.rowparts import PROBLEM_SCHEMA, RowPartReader, RowParts
from luhai.observations.reading.values import read_values
from luhai.observations.reading.words import column_letter
from luhai.observations.schema import OBSERVATION_SCHEMA
from luhai.standards import convert, indicator
from luhai.text import Text

Part = TypeVar("Part")
Done = TypeVar("Done")


@dataclass
class TableHeader:
    """What is known about a table before its rows are read.

    Attributes:
        file: name as shown.
        file_hash: hash of the outermost file.
        sheet: sheet name.
        header_row: number of the last header row, from 1.
        columns: the columns with a header.
        questions: what should be asked.
        notes: what stands outside the rows.
    """

    file: str
    file_hash: str
    sheet: str
    header_row: int
    columns: tuple[Column, ...]
    questions: list[Question] = field(default_factory=list)
    notes: list[Text] = field(default_factory=list)


class TableReader:
    """Reads the batches of one table."""

    def __init__(
        self,
        header: TableHeader,
        rows: DataRows,
        parts: RowPartReader,
        options: ReadOptions,
    ) -> None:
        self._header = header
        self._rows = rows
        self._parts = parts
        self._options = options
        self._missing = options.mapping.missing if options.mapping else ()
        self._batch = 0
        self._seen: pl.DataFrame | None = None
        self._limits = self._mapped_limits()

    def _mapped_limits(self) -> dict[str, float]:
        """Detection limits of the mapping in the indicators' own units."""
        from luhai.observations.reading.headers import resolve_indicator

        mapping = self._options.mapping
        medium = self._options.medium or (mapping.medium if mapping else None)
        found: dict[str, float] = {}
        for name, (limit, unit) in (mapping.detection_limits if mapping else {}).items():
            code = resolve_indicator(name, medium)
            found[code] = float(convert([limit], unit or indicator(code).unit or "1", code)[0])
        return found

    def read(self, grid: Grid, *, more_to_come: bool) -> ReadResult:
        """Read one batch."""
        rows, notes = self._rows.take(grid)
        repeated = self._repeated(rows, more_to_come)
        parts = self._parts.read(rows)
        values = self._values(rows, parts)
        problems = [*self._beyond_header(rows), *parts.problems]
        problems += [
            _value_problems(parts.frame, column, frame)
            for column, frame in values
            if (frame["code"] != "").any()
        ]
        problems = self._with_empty_rows(rows, values, problems)
        fresh = rows.select("row").filter(~repeated)
        problems = [frame.join(fresh, on="row", how="semi") for frame in problems]
        problems = [frame for frame in problems if frame.height]
        states = row_states(rows, repeated, first_problems(problems))
        good = states["state"] == "read"
        self._batch += 1
        first = self._batch == 1
        columns = self._column_problems(rows) if first else []
        contexts = parts.frame.filter(good).select(list(CONTEXT_SCHEMA))
        return ReadResult(
            file=self._header.file,
            file_hash=self._header.file_hash,
            sheet=self._header.sheet,
            batch=self._batch - 1,
            rows=rows.height,
            row_states=states,
            observations=self._observations(parts, values, good),
            rejects=rejects_table(
                [*columns, *problems],
                file=self._header.file,
                sheet=self._header.sheet,
                language=self._options.language,
            ),
            understanding=tuple(column.understanding for column in self._header.columns),
            questions=tuple(self._questions(problems)),
            notes=(*(self._header.notes if first else ()), *notes),
            place_contexts=contexts,
        )

    def _repeated(self, rows: pl.DataFrame, more_to_come: bool) -> pl.Series:
        """Whether each row is identical, cell by cell, to an earlier row of the table.

        Within a batch rows are compared themselves; over batches by two independent 64-bit hashes,
        so that memory stays at 16 bytes per row.
        """
        cells = rows.drop("row")
        if rows.is_empty():
            return pl.Series([], dtype=pl.Boolean)
        repeated = ~cells.select(pl.struct(pl.all()).is_first_distinct()).to_series()
        if not more_to_come and self._seen is None:
            return repeated
        hashes = pl.DataFrame({"one": cells.hash_rows(seed=17), "two": cells.hash_rows(seed=91)})
        if self._seen is not None:
            known = hashes.join(
                self._seen.with_columns(pl.lit(True).alias("known")),
                on=["one", "two"],
                how="left",
                maintain_order="left",
                validate="m:1",
            )
            repeated = repeated | known["known"].fill_null(False)
        new = hashes.filter(~repeated).unique()
        self._seen = new if self._seen is None else pl.concat([self._seen, new])
        return repeated

    def _values(
        self, rows: pl.DataFrame, parts: RowParts
    ) -> list[tuple[Column | None, pl.DataFrame]]:
        """Values per indicator column: :data:`VALUE_SCHEMA` with ``indicator unit_text letter``."""
        value = next((column for column in self._header.columns if column.role == "value"), None)
        if value is not None:
            frame = long_values(
                rows, self._header.columns, parts.frame["medium"], self._limits, self._missing
            )
            return [(value, _with_marks(frame, parts, -1))]
        columns = [
            column
            for column in self._header.columns
            if column.role == "indicator" and not column.problem
        ]

        def read_column(column: Column) -> tuple[Column | None, pl.DataFrame]:
            return column, self._column_values(column, rows, parts)

        return in_parallel(read_column, columns)

    def _column_values(self, column: Column, rows: pl.DataFrame, parts: RowParts) -> pl.DataFrame:
        about = column.understanding
        limit = self._limits.get(about.indicator)
        if limit is None and column.limit is not None:
            limit = float(convert([column.limit], about.unit, about.indicator)[0])
        frame = read_values(
            rows[f"c{column.index}"],
            about.indicator,
            about.unit,
            limit=limit,
            missing=self._missing,
        ).with_columns(
            pl.lit(about.indicator).alias("indicator"),
            pl.lit(about.unit_text or about.unit).alias("unit_text"),
        )
        return _with_marks(frame, parts, column.index)

    def _beyond_header(self, rows: pl.DataFrame) -> list[pl.DataFrame]:
        """Rows of a text file with more cells than the header: their cells may be shifted."""
        if self._header.sheet or not self._header.columns:
            return []
        last = max(column.index for column in self._header.columns)
        beyond = [name for name in rows.columns if name != "row" and int(name[1:]) > last]
        if not beyond:
            return []
        text = pl.coalesce(beyond)
        return [
            rows.filter(pl.any_horizontal(pl.col(beyond).is_not_null())).select(
                "row",
                pl.lit(column_letter(last + 1)).alias("column"),
                text.alias("value_text"),
                pl.lit("too_many_cells").alias("code"),
                pl.lit("").alias("near"),
                pl.lit("").alias("indicator"),
            )
        ]

    def _with_empty_rows(
        self,
        rows: pl.DataFrame,
        values: Sequence[tuple[Column | None, pl.DataFrame]],
        problems: list[pl.DataFrame],
    ) -> list[pl.DataFrame]:
        """A row that says nothing about any indicator is rejected for that alone."""
        present = pl.Series([False] * rows.height, dtype=pl.Boolean)
        for _, frame in values:
            present = present | frame["present"]
        empty = (
            rows.filter(~present)
            .select(
                "row",
                pl.lit("").alias("column"),
                pl.lit("").alias("value_text"),
                pl.lit("no_value").alias("code"),
                pl.lit("").alias("near"),
                pl.lit("").alias("indicator"),
            )
            .cast(pl.Schema(PROBLEM_SCHEMA))
        )
        if empty.is_empty():
            return problems
        others = [frame.join(empty, on="row", how="anti") for frame in problems]
        return [empty, *others]

    def _column_problems(self, rows: pl.DataFrame) -> list[pl.DataFrame]:
        """Columns that are not read although they have values, once each, at the header's row."""
        entries = []
        named = set()
        for column in self._header.columns:
            named.add(column.index)
            name = f"c{column.index}"
            if column.problem and name in rows.columns and rows[name].is_not_null().any():
                entries.append(_column_entry(column, self._header.header_row))
        last = max(named, default=-1)
        for name in rows.columns[1:]:
            index = int(name[1:])
            beyond_text = index > last and not self._header.sheet
            if index not in named and not beyond_text and rows[name].is_not_null().any():
                entries.append(
                    (self._header.header_row, column_letter(index), "", "no_header", "", "")
                )
        if not entries:
            return []
        return [pl.DataFrame(entries, schema=PROBLEM_SCHEMA, orient="row")]

    def _observations(
        self,
        parts: RowParts,
        values: Sequence[tuple[Column | None, pl.DataFrame]],
        good: pl.Series,
    ) -> pl.DataFrame:
        shared = parts.frame.select(
            "place",
            "medium",
            "time",
            "precision",
            "layer",
            "depth_m",
            "sample",
            pl.col("flag").alias("row_flag"),
            "year",
            "month",
            "day",
            "row",
        )

        def long_form(part: tuple[Column, pl.DataFrame]) -> pl.DataFrame:
            return _long_form(*part, shared, good)

        frames = in_parallel(
            long_form, [(column, frame) for column, frame in values if column is not None]
        )
        if not frames:
            return pl.DataFrame(schema=OBSERVATION_SCHEMA)
        return (
            pl.concat(frames)
            .with_columns(
                pl.lit(self._header.file).alias("file"),
                pl.lit(self._header.sheet).alias("sheet"),
                pl.lit(self._header.file_hash).alias("file_hash"),
            )
            .select(OBSERVATION_SCHEMA.keys())
            .cast(pl.Schema(OBSERVATION_SCHEMA))
        )

    def _questions(self, problems: Sequence[pl.DataFrame]) -> list[Question]:
        """The questions of the header that this batch raises, and those of its rows."""
        from luhai.observations.reading.questions import questions_of_rows

        codes = {code for frame in problems for code in frame["code"].unique().to_list()}
        return [*self._header.questions, *questions_of_rows(codes)]


def in_parallel(work: Callable[[Part], Done], parts: Sequence[Part]) -> list[Done]:
    """Do the work for every part, in order; columns of a wide file do not need each other."""
    if len(parts) < 2:
        return [work(part) for part in parts]
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        # Drawing the results raises what went wrong in a thread.
        return list(pool.map(work, parts))


def _column_entry(column: Column, header_row: int) -> tuple[int, str, str, str, str, str]:
    about = column.understanding
    code, near = column.problem, ""
    if ":" in code:
        code, near = code.split(":", 1)
    return (header_row, column.letter, about.header, code, near, about.indicator)


def _value_problems(
    rows: pl.DataFrame, column: Column | None, values: pl.DataFrame
) -> pl.DataFrame:
    return (
        rows.select("row")
        .hstack(values)
        .filter(pl.col("code") != "")
        .select(
            "row",
            pl.lit(column.letter if column else "").alias("column"),
            pl.col("text").fill_null("").alias("value_text"),
            "code",
            pl.lit("").alias("near"),
            pl.col("indicator").fill_null("").alias("indicator"),
        )
        .cast(pl.Schema(PROBLEM_SCHEMA))
    )


def _with_marks(values: pl.DataFrame, parts: RowParts, index: int) -> pl.DataFrame:
    """Add the flags and censoring that marks (of the column, of the row) give to its values."""
    for target in sorted({-1, index}):
        if target not in parts.marks:
            continue
        flag, sign = parts.marks[target]
        marks = parts.frame.select(pl.col(flag).alias("mark_flag"), pl.col(sign).alias("mark_sign"))
        above = (
            (pl.col("mark_sign") != "") & (pl.col("censored") == "") & pl.col("value").is_not_null()
        )
        values = (
            values.hstack(marks)
            .with_columns(
                pl.when(above)
                .then(pl.col("mark_sign"))
                .otherwise(pl.col("censored"))
                .alias("censored"),
                joined_flags("mark_flag", "flag").alias("flag"),
            )
            .drop("mark_flag", "mark_sign")
        )
    return values


def joined_flags(*names: str) -> pl.Expr:
    """Flags of several columns joined by ``;``, each once."""
    joined = pl.concat_str(
        [pl.col(name).replace("", None) for name in names], separator=";", ignore_nulls=True
    )
    return joined.str.split(";").list.unique(maintain_order=True).list.join(";")


def _long_form(
    column: Column, values: pl.DataFrame, shared: pl.DataFrame, good: pl.Series
) -> pl.DataFrame:
    """Values of one column as observation rows."""
    keep = good & values["present"] & (values["value"].is_not_null() | (values["censored"] != ""))
    units = {code: indicator(code).unit for code in values["indicator"].drop_nulls().unique()}
    layer = column.understanding.layer
    frame = shared.hstack(values.drop("present", "code")).filter(keep)
    has_flags = bool((frame["row_flag"] != "").any()) or bool((frame["flag"] != "").any())
    return frame.select(
        "place",
        "medium",
        "time",
        "precision",
        (pl.lit(layer) if layer else pl.col("layer")).alias("layer"),
        "depth_m",
        "sample",
        "indicator",
        "value",
        pl.col("indicator").replace_strict(units, return_dtype=pl.String).alias("unit")
        if len(units) != 1
        else pl.lit(next(iter(units.values()))).alias("unit"),
        "censored",
        (joined_flags("row_flag", "flag") if has_flags else pl.lit("")).alias("flag"),
        pl.col("text").alias("value_text"),
        "unit_text",
        pl.col("shown").alias("value_shown"),
        "year",
        "month",
        "day",
        "row",
        pl.lit(column.letter).alias("column"),
    )
