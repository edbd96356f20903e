"""A table as text: one frame of cells as written, whatever kind of file it came from.

A grid has the column ``row`` (number as a spreadsheet counts, from 1) and one text column per
column of the file, named ``c0``, ``c1`` …; empty cells are null. Long text files come as several
grids, so that memory stays bounded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import polars as pl

from luhai.errors import InputError
from luhai.observations.reading.layout import Merge
from luhai.text import Text

HEAD_ROWS = 300
"""Rows in which header and layout are looked for."""


@dataclass(frozen=True)
class Grid:
    """A stretch of rows of one table.

    Attributes:
        cells: the frame described above.
    """

    cells: pl.DataFrame

    @property
    def width(self) -> int:
        """Number of columns."""
        return self.cells.width - 1


@dataclass(frozen=True)
class Source:
    """One table to read: its name and its grids in order.

    Attributes:
        file: name as shown.
        sheet: sheet name, empty for text.
        grids: the grids; the first holds the header.
        merges: merged ranges, counted from 0.
        notes: what was noticed while opening it.
        dated_cells: whether dates are cells of their own type and so carry their year.
    """

    file: str
    sheet: str
    grids: Iterator[Grid]
    merges: tuple[Merge, ...] = ()
    notes: tuple[Text, ...] = field(default_factory=tuple)


def grid_from_rows(rows: Sequence[Sequence[str | None]], first_row: int = 1) -> Grid:
    """A grid from rows of any lengths; shorter rows are filled with empty cells."""
    width = max((len(row) for row in rows), default=0)
    padded = [tuple(row) + (None,) * (width - len(row)) for row in rows]
    columns: Iterable[tuple[str | None, ...]] = zip(*padded, strict=True) if padded else ()
    data = {
        f"c{number}": pl.Series([cell or None for cell in column], dtype=pl.String)
        for number, column in enumerate(columns)
    }
    numbers = pl.int_range(first_row, first_row + len(rows), dtype=pl.Int32, eager=True)
    return Grid(pl.DataFrame({"row": numbers, **data}))


def head_rows(grid: Grid) -> list[list[str | None]]:
    """The first rows of a grid as lists."""
    return [list(row) for row in grid.cells.drop("row").head(HEAD_ROWS).rows()]


def check_width(width: int, most: int, where: str) -> None:
    """Refuse a table that is wider than any table of measurements.

    Raises:
        InputError: it has more than ``most`` columns.
    """
    if width > most:
        raise InputError(
            Text("The table has {number} columns.", {"number": width}),
            where=where,
            why=Text("More than {number} are not read.", {"number": most}),
            remedy=Text("Delete stray cells far to the right, or check the separator of the file."),
        )
