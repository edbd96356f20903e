"""Which rows of a table are data? Notes, totals, repeated headers and blank rows are listed apart.

A row is taken for a note or a total by its first words (``row_words.csv``) or because it is a lone
sentence; everything else is data and is accounted for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from luhai.observations.reading.grids import Grid
from luhai.observations.reading.headers import Column
from luhai.observations.reading.layout import Layout, Merge, first_word_kind
from luhai.observations.reading.words import plain
from luhai.text import N_, Text

_LISTED = 50
_SENTENCE = r"[：:，。；;,]|.{21,}"


def with_limits_below(layout: Layout, grid: Grid) -> Layout:
    """A layout with the detection limits that stand in a row below the data, if any does."""
    cells = grid.cells.filter(pl.col("row") > layout.first_data_row)
    names = cells.columns[1:]
    if layout.limit_row is not None or not names:
        return layout
    first = cells.select(pl.coalesce(names).alias("first"))["first"]
    words = [
        word for word in first.drop_nulls().unique() if first_word_kind(plain(word)) == "limit"
    ]
    found = cells.filter(first.is_in(words).fill_null(False)).head(1)
    if found.is_empty():
        return layout
    number, *row = found.row(0)
    return replace(layout, limits=tuple(plain(cell or "") for cell in row), limit_row=number - 1)


class DataRows:
    """Separates data rows from the rest, over all batches of a table."""

    def __init__(
        self,
        layout: Layout,
        columns: Sequence[Column],
        merges: Sequence[Merge],
        fill_down: Sequence[str] = (),
    ) -> None:
        self._first_row = layout.first_data_row + 1
        self._columns = columns
        self._merges = [merge for merge in merges if merge[1][0] > merge[0][0]]
        self._fill_down = fill_down
        self._above: dict[str, str | None] = {}
        self._place = next((column for column in columns if column.role == "place"), None)
        self._width = max((column.index for column in columns), default=0) + 1

    def take(self, grid: Grid) -> tuple[pl.DataFrame, list[Text]]:
        """Data rows of a grid (stripped, empty cells null) and notes on the other rows."""
        cells = self._padded(grid.cells.filter(pl.col("row") >= self._first_row))
        names = cells.columns[1:]
        cells = cells.with_columns(pl.col(names).str.strip_chars().replace("", None))
        filled = pl.sum_horizontal(pl.col(names).is_not_null())
        cells = cells.filter(filled > 0)
        kinds = self._kinds(cells)
        outside = cells.filter(kinds != "")
        data = cells.filter(kinds == "")
        data = self._with_merged(data)
        return self._filled_down(data), _notes(outside, names)

    def _padded(self, cells: pl.DataFrame) -> pl.DataFrame:
        absent = [f"c{index}" for index in range(self._width) if f"c{index}" not in cells.columns]
        return cells.with_columns(pl.lit(None, pl.String).alias(name) for name in absent)

    def _kinds(self, cells: pl.DataFrame) -> pl.Series:
        """Why each row is no data row, empty for data rows."""
        names = cells.columns[1:]
        place = f"c{self._place.index}" if self._place else names[0]
        header = {
            plain(part)
            for part in (self._place.understanding.header.split(" / ") if self._place else ())
        }
        frame = cells.select(
            pl.coalesce(names).alias("first"),
            pl.col(place).alias("place"),
            pl.sum_horizontal(pl.col(names).is_not_null()).alias("filled"),
        )
        words = pl.concat([frame["first"], frame["place"]]).drop_nulls().unique()
        kinds = {word: first_word_kind(plain(word)) for word in words}
        kinds = {word: kind for word, kind in kinds.items() if kind}
        headers = [word for word in words if plain(word) in header]
        word_kind = pl.coalesce(
            pl.col(name).replace_strict(kinds, default=None, return_dtype=pl.String)
            for name in ("first", "place")
        )
        measured = [
            f"c{column.index}"
            for column in self._columns
            if column.role in ("time", "indicator", "value", "indicator_name")
        ]
        unmeasured = cells.select(
            pl.all_horizontal(pl.col(measured).is_null()) if measured else pl.lit(True)
        ).to_series()
        lone = (pl.col("filled") == 1) & (len(names) >= 3) & unmeasured
        not_place = pl.col("place").is_null() if self._place else pl.lit(True)
        return frame.select(
            pl.when(pl.col("place").is_in(headers))
            .then(pl.lit("header"))
            .when(word_kind.is_not_null() & ((word_kind != "note") | (pl.col("filled") <= 6)))
            .then(word_kind)
            .when(lone & (not_place | pl.col("first").str.contains(_SENTENCE)))
            .then(pl.lit("note"))
            .otherwise(pl.lit(""))
        ).to_series()

    def _with_merged(self, data: pl.DataFrame) -> pl.DataFrame:
        """Repeat merged cells downwards in columns that describe rows, never in values."""
        described = {
            column.index for column in self._columns if column.role not in ("indicator", "value")
        }
        entries: dict[int, list[tuple[int, int]]] = {}
        for (top, left), (bottom, right) in self._merges:
            for index in range(left, right + 1):
                if index in described and bottom + 1 >= self._first_row:
                    entries.setdefault(index, []).extend(
                        (row + 1, top + 1) for row in range(top + 1, bottom + 1)
                    )
        for index, pairs in entries.items():
            name = f"c{index}"
            sources = pl.DataFrame(
                pairs, schema={"row": pl.Int32, "source": pl.Int32}, orient="row"
            ).unique("row")
            above = data.select(pl.col("row").alias("source"), pl.col(name).alias("above"))
            found = sources.join(above, on="source", how="inner", validate="m:1")
            data = (
                data.join(
                    found.select("row", "above"),
                    on="row",
                    how="left",
                    maintain_order="left",
                    validate="1:1",
                )
                .with_columns(pl.coalesce(name, "above").alias(name))
                .drop("above")
            )
        return data

    def _filled_down(self, data: pl.DataFrame) -> pl.DataFrame:
        """Repeat the cell above where the mapping says that empty cells mean that."""
        for column in self._columns:
            if column.role not in self._fill_down or data.is_empty():
                continue
            name = f"c{column.index}"
            above = self._above.get(name)
            data = data.with_columns(
                pl.col(name).forward_fill().fill_null(pl.lit(above, pl.String)).alias(name)
            )
            self._above[name] = data[name][-1]
        return data


def _notes(outside: pl.DataFrame, names: Sequence[str]) -> list[Text]:
    texts = outside.select(
        "row", pl.concat_str(pl.col(names), separator=" ", ignore_nulls=True).alias("text")
    )
    notes = [
        Text(N_("Row {row} is no data row: {text}"), {"row": row, "text": text[:200]})
        for row, text in texts.head(_LISTED).rows()
    ]
    if texts.height > _LISTED:
        notes.append(
            Text(N_("{count} further rows are no data rows."), {"count": texts.height - _LISTED})
        )
    return notes
