"""Where in a sheet does the table stand: title above, header rows, units row, data, notes below?

A header is recognised by its words: the rows in which most columns are named by a known role or
indicator. It may span several rows, with merged cells above (营养盐 over three indicators, or an
indicator over its layers). Below it may follow a row of units, a row of detection limits and a row
that numbers the columns. Nothing here looks at positions or colours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from luhai.observations.reading.names import find_indicator
from luhai.observations.reading.units import split_unit
from luhai.observations.reading.words import key_of, layer_words, plain, role_words, row_words
from luhai.standards import normalise_unit

Rows = Sequence[Sequence[str | None]]
Merge = tuple[tuple[int, int], tuple[int, int]]
"""First and last cell (row, column) of a merged range, counted from 0."""

SEARCHED_ROWS = 60
LIKELY = 0.45
"""Certainty from which a word is an indicator's name, though perhaps not of one alone (COD)."""

_DEEPEST_HEADER = 4
_ESSENTIAL = ("place", "time", "indicator_name", "value", "year", "sample")


@dataclass(frozen=True)
class Layout:
    """Where the parts of a table are; rows counted from 0.

    Attributes:
        header_rows: rows of the header, first and one past the last.
        parts: per column the texts of its header from top to bottom.
        units: per column the text of the units row, empty without one.
        unit_row: row of the units, or ``None``.
        limits: per column the text of the detection-limits row, empty without one.
        limit_row: row of the detection limits, or ``None``.
        first_data_row: first row that may be data.
        titles: rows above the header, as (row, text).
    """

    header_rows: tuple[int, int]
    parts: tuple[tuple[str, ...], ...]
    units: tuple[str, ...]
    unit_row: int | None
    limits: tuple[str, ...]
    limit_row: int | None
    first_data_row: int
    titles: tuple[tuple[int, str], ...] = field(default_factory=tuple)


def find_layout(
    rows: Rows, merges: Sequence[Merge] = (), mapped: Sequence[str] = ()
) -> Layout | None:
    """Find the table in the first rows of a sheet; ``None`` when no row looks like a header.

    Args:
        rows: the first rows, cells as written.
        merges: merged ranges of the sheet.
        mapped: headers that a mapping names; they count as known.
    """
    grid = [[plain(cell or "") for cell in row] for row in rows]
    width = max((len(row) for row in grid), default=0)
    for row in grid:
        row.extend([""] * (width - len(row)))
    found = _best_header(grid, frozenset(key_of(header) for header in mapped))
    if found is None:
        return None
    first, last = found
    first = _upward(grid, first, merges, width)
    parts = _header_parts(grid, first, last, merges)
    units, unit_row, limits, limit_row, data = _below_header(grid, last)
    titles = tuple(
        (number, " ".join(cell for cell in grid[number] if cell))
        for number in range(first)
        if any(grid[number])
    )
    return Layout((first, last), parts, units, unit_row, limits, limit_row, data, titles)


@lru_cache(maxsize=20_000)
def cell_means(cell: str) -> str:
    """Role of a header cell, ``*`` for an indicator, ``below`` for a layer that an indicator
    above it is split into, empty when it names nothing."""
    if not cell or len(cell) > 60:
        return ""
    name, _ = split_unit(cell)
    role = role_words().get(key_of(cell)) or role_words().get(key_of(name))
    if role:
        return role
    if is_number(cell):
        return ""
    if key_of(cell) in layer_words():
        return "below"
    matches = find_indicator(name)
    return "*" if matches and matches[0].certainty >= LIKELY else ""


def is_number(cell: str) -> bool:
    """Whether a header cell is a bare number, which no header is."""
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _best_header(grid: list[list[str]], mapped: frozenset[str]) -> tuple[int, int] | None:
    """First row and one past the last row of the header, by number of columns named."""
    best: tuple[int, int] | None = None
    best_score = 1.5
    for first in range(min(len(grid), SEARCHED_ROWS)):
        named: dict[int, str] = {}
        for last in range(first, min(first + _DEEPEST_HEADER, len(grid))):
            row = grid[last]
            texts = [cell for cell in row if cell]
            if len(texts) < 2 or any(is_number(cell) for cell in texts):
                break
            for column, cell in enumerate(row):
                is_mapped = key_of(cell) in mapped or key_of(split_unit(cell)[0]) in mapped
                meaning = "mapped" if cell and is_mapped else cell_means(cell)
                if meaning and column not in named:
                    named[column] = meaning
            roles = set(named.values())
            usable = bool(roles & {*_ESSENTIAL, "mapped"}) and bool(
                roles & {"*", "value", "mapped"}
            )
            # A deeper header must name more columns than the shallower one to be believed.
            score = len(named) - 0.6 * (last - first)
            if usable and score > best_score:
                best, best_score = (first, last + 1), score
    return best


def _upward(grid: list[list[str]], first: int, merges: Sequence[Merge], width: int) -> int:
    """Take in group headings above: cells merged over some, but not all, of the columns."""
    while first > 0:
        above = grid[first - 1]
        spans = [end[1] - start[1] + 1 for start, end in merges if start[0] == first - 1]
        is_group = bool(spans) and max(spans) < max(2, 0.8 * width) and len(spans) >= 1
        texts = [cell for cell in above if cell]
        looks_grouped = not merges and len(texts) >= 2 and not any(map(is_number, texts))
        if looks_grouped:
            looks_grouped = all(cell_means(cell) or len(cell) <= 8 for cell in texts)
        if not texts or not (is_group or looks_grouped):
            return first
        first -= 1
    return first


def _header_parts(
    grid: list[list[str]], first: int, last: int, merges: Sequence[Merge]
) -> tuple[tuple[str, ...], ...]:
    """Header texts per column, merged cells repeated over the columns that they cover."""
    block = [list(grid[number]) for number in range(first, last)]
    merged: set[tuple[int, int]] = set()
    for (top, left), (bottom, right) in merges:
        if bottom < first or top >= last:
            continue
        text = grid[top][left] if top < len(grid) and left < len(grid[top]) else ""
        for number in range(max(top, first), min(bottom + 1, last)):
            for column in range(left, min(right + 1, len(block[0]))):
                block[number - first][column] = text
                merged.add((number - first, column))
    if not merges:
        _fill_right(block)
    parts = []
    for column in range(len(block[0])):
        texts: list[str] = []
        for row in block:
            if row[column] and (not texts or texts[-1] != row[column]):
                texts.append(row[column])
        parts.append(tuple(texts))
    return tuple(parts)


def _fill_right(block: list[list[str]]) -> None:
    """Repeat group headings to the right, in text files that lost their merged cells."""
    for number, row in enumerate(block[:-1]):
        below = block[number + 1]
        for column in range(1, len(row)):
            is_child = bool(below[column]) and bool(below[column - 1]) and not row[column]
            if (is_child and row[column - 1] and not _names_column(row[column - 1])) or (
                is_child and row[column - 1] and key_of(below[column]) in layer_words()
            ):
                row[column] = row[column - 1]


def _names_column(cell: str) -> bool:
    return cell_means(cell) not in ("", "*")


def _below_header(
    grid: list[list[str]], row: int
) -> tuple[tuple[str, ...], int | None, tuple[str, ...], int | None, int]:
    """Rows between header and data: units, detection limits, numbers of columns, blank rows."""
    units: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    unit_row = limit_row = None
    while row < len(grid):
        cells = [cell for cell in grid[row] if cell]
        if unit_row is None and _is_unit_row(cells):
            units, unit_row = tuple(grid[row]), row
        elif limit_row is None and cells and first_word_kind(cells[0]) == "limit":
            limits, limit_row = tuple(grid[row]), row
        elif not cells or _numbers_columns(cells):
            pass
        else:
            break
        row += 1
    return units, unit_row, limits, limit_row, row


def first_word_kind(cell: str) -> str:
    """Kind of a row by its first word: ``note``, ``total``, ``limit``, ``unit`` or empty."""
    kinds = row_words()
    head = cell.split(":", 1)[0] if ":" in cell else cell
    return kinds.get(key_of(head), "") or kinds.get(key_of(head.split("(", 1)[0]), "")


def _is_unit_row(cells: list[str]) -> bool:
    if not cells or any(is_number(cell) for cell in cells):
        return False
    labels = [cell for cell in cells if first_word_kind(cell) == "unit"]
    fillers = [cell for cell in cells if cell in ("/", "-", "--", "*")]
    units = [cell for cell in cells if cell not in fillers and normalise_unit(cell) is not None]
    true_units = [cell for cell in units if normalise_unit(cell) != "1"]
    return bool(true_units) and len(units) + len(labels) + len(fillers) == len(cells)


def _numbers_columns(cells: list[str]) -> bool:
    """A row 1, 2, 3 … that numbers the columns of a form."""
    return len(cells) >= 4 and cells == [str(number) for number in range(1, len(cells) + 1)]
