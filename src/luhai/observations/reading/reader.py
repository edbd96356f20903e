"""Read a file as it comes: every table in it, with an account of every row and column.

The walk: open the file and whatever it contains (:mod:`containers`), turn it into grids of text
(:mod:`plain_text`, :mod:`sheets`, :mod:`station_json`), find the table (:mod:`layout`), understand
its columns (:mod:`headers`, :mod:`medium`, :mod:`plausible`), and read its rows (:mod:`table`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from luhai.errors import InputError, UsageError
from luhai.observations.reading.containers import Piece, file_hash, open_pieces
from luhai.observations.reading.datarows import DataRows, with_limits_below
from luhai.observations.reading.grids import Grid, Source, head_rows
from luhai.observations.reading.headers import Column, understand_columns
from luhai.observations.reading.layout import Layout, find_layout
from luhai.observations.reading.medium import (
    MEDIUM_NAMES,
    MediumEvidence,
    medium_from_file,
)
from luhai.observations.reading.options import MEDIA, ReadOptions
from luhai.observations.reading.places import PlaceReader
from luhai.observations.reading.plain_text import text_grids
from luhai.observations.reading.result import ReadResult
from luhai.observations.reading.rowparts import RowPartReader, medium_of_word
from luhai.observations.reading.settle import settle_columns
from luhai.observations.reading.sheets import read_workbook
from luhai.observations.reading.station_json import read_json
from luhai.observations.reading.table import TableHeader, TableReader
from luhai.observations.reading.times import YearContext, year_context
from luhai.text import N_, Text

_SETTLING_ROWS = 5_000
"""Rows whose values may speak against an assumed unit."""


def read_path(
    path: str | Path, options: ReadOptions | None = None, *, shown: str | None = None
) -> Iterator[ReadResult]:
    """Read every table in a file.

    Args:
        path: a CSV or other text table, .xlsx, .xls, JSON, a .gz of one, or a zip archive of them.
        options: what is known about the file; nothing by default.
        shown: name to show instead of the file's own, e.g. its path below an imported folder. Years
            and words in it count as context, as does the name of the folder that holds the file.

    Yields:
        One result per table, in the order of sheets and members; a long table comes in several
        results with ``batch`` 0, 1, … A member or sheet that cannot be read is a result with
        ``refused``, so that the others still go in.

    Raises:
        InputError: the file as a whole cannot be read: missing, empty, too large, encrypted,
            damaged, of another kind, or without any table.
        UsageError: an option is not possible.
    """
    options = options or ReadOptions()
    if options.medium is not None and options.medium not in MEDIA:
        raise UsageError(
            Text("The medium {medium} is not known.", {"medium": repr(options.medium)}),
            remedy=Text("Use one of {values}.", {"values": ", ".join(MEDIA)}),
        )
    path = Path(path)
    name = shown or path.name
    digest = ""
    for piece in open_pieces(path, name, options.limits):
        digest = digest or file_hash(path)
        yield from _read_piece(piece, name, path.resolve().parent.name, digest, options)


def _read_piece(
    piece: Piece, outer: str, folder: str, digest: str, options: ReadOptions
) -> Iterator[ReadResult]:
    if piece.skipped:
        note = Text(N_("Skipped: a trace of the sender's operating system."))
        yield ReadResult(piece.shown, digest, notes=(note,))
        return
    if piece.refused is not None:
        yield ReadResult(piece.shown, digest, refused=piece.refused)
        return
    try:
        yield from _read_tables(piece, folder, digest, options)
    except InputError as error:
        if piece.shown in (outer, outer.removesuffix(".gz")):
            raise
        yield ReadResult(piece.shown, digest, refused=error)


def _read_tables(
    piece: Piece, folder: str, digest: str, options: ReadOptions
) -> Iterator[ReadResult]:
    """Results of all tables of a plain file; refused only when it holds none."""
    without: list[Source] = []
    count = 0
    for source in open_sources(piece, options):
        found = False
        for result in _read_source(source, folder, digest, options):
            found = True
            count += 1
            yield result
        if not found:
            without.append(source)
    if not count:
        raise no_table(piece.shown)
    for source in without:
        note = Text(
            N_("The sheet “{sheet}” holds no table of measurements."), {"sheet": source.sheet}
        )
        yield ReadResult(source.file, digest, source.sheet, notes=(*source.notes, note))


def open_sources(piece: Piece, options: ReadOptions) -> Iterator[Source]:
    """The tables (sheets) of a plain file, not yet understood."""
    if piece.kind in ("xlsx", "xls"):
        yield from read_workbook(piece.stream.read(), piece.kind, piece.shown, options.limits)
    elif piece.kind == "json":
        yield read_json(piece.stream.read(), piece.shown, options.limits)
    else:
        yield Source(piece.shown, "", text_grids(piece.stream, options.limits, piece.shown))


def no_table(where: str) -> InputError:
    """The refusal of a file in which no row looks like a header."""
    return InputError(
        Text("No table of measurements is found."),
        where=where,
        why=Text("No row names a place or a date together with at least one indicator."),
        remedy=Text(
            "Check that the header is there; name its columns in a mapping file if they are "
            "called something else."
        ),
    )


def _read_source(
    source: Source, folder: str, digest: str, options: ReadOptions
) -> Iterator[ReadResult]:
    grid = next(source.grids, None)
    if grid is None or grid.cells.is_empty():
        return
    layout = find_layout(head_rows(grid), source.merges, mapped_headers(options))
    if layout is None:
        return
    reader = _table_reader(source, grid, layout, folder, digest, options)
    while grid is not None:
        following = next(source.grids, None)
        yield reader.read(grid, more_to_come=following is not None)
        grid = following


def mapped_headers(options: ReadOptions) -> tuple[str, ...]:
    """Headers that the mapping names, which count as known words."""
    return tuple(options.mapping.columns) if options.mapping else ()


def _table_reader(
    source: Source, grid: Grid, layout: Layout, folder: str, digest: str, options: ReadOptions
) -> TableReader:
    mapping = options.mapping
    layout = with_limits_below(layout, grid)
    evidence = medium_from_file(layout, [source.file, source.sheet, folder])
    medium = options.medium or (mapping.medium if mapping else None)
    columns = understand_columns(layout, medium or evidence.medium, mapping)
    header_medium = medium or _header_medium(grid, layout, columns, options) or evidence.medium
    if header_medium != (medium or evidence.medium):
        columns = understand_columns(layout, header_medium, mapping)
    data_rows = _data_rows(source, layout, columns, options)
    head = Grid(grid.cells.head(_SETTLING_ROWS))
    first_rows, _ = _data_rows(source, layout, columns, options).take(head)
    columns, questions = settle_columns(columns, first_rows, header_medium)
    years = _years(source, layout, folder, options)
    header = TableHeader(
        file=source.file,
        file_hash=digest,
        sheet=source.sheet,
        header_row=layout.header_rows[1],
        columns=columns,
        questions=questions,
        notes=[*source.notes, *_header_notes(layout, evidence, medium, header_medium, years)],
    )
    parts = RowPartReader(columns, options, years, medium or evidence.medium)
    return TableReader(header, data_rows, parts, options)


def _data_rows(
    source: Source, layout: Layout, columns: Sequence[Column], options: ReadOptions
) -> DataRows:
    fill_down = options.mapping.fill_down if options.mapping else ()
    return DataRows(layout, columns, source.merges, fill_down)


def _header_medium(
    grid: Grid, layout: Layout, columns: Sequence[Column], options: ReadOptions
) -> str | None:
    """Medium that the register or a column of the file gives to most of the first rows."""
    media: list[str] = []
    rows = grid.cells.filter(pl.col("row") > layout.first_data_row).head(200)
    places = PlaceReader(options.register, options.mapping)
    for column in columns:
        name = f"c{column.index}"
        if name not in rows.columns:
            continue
        if column.role == "medium":
            media += [medium_of_word(text) for text in rows[name].drop_nulls().unique()]
        elif column.role == "place" and options.register is not None:
            media += [places.read(text).medium for text in rows[name].drop_nulls().unique()]
    media = [medium for medium in media if medium]
    return max(sorted(set(media)), key=media.count) if media else None


def _years(source: Source, layout: Layout, folder: str, options: ReadOptions) -> YearContext:
    mapping = options.mapping
    stated = options.year if options.year is not None else (mapping.year if mapping else None)
    statements = [("path", part) for part in source.file.split("/")]
    statements += [("folder", folder), ("sheet", source.sheet)]
    statements += [("title", text) for _, text in layout.titles]
    return year_context(statements, stated)


def _header_notes(
    layout: Layout,
    evidence: MediumEvidence,
    stated: str | None,
    used: str | None,
    years: YearContext,
) -> list[Text]:
    notes = [
        Text(N_("Row {row} is a title: {text}"), {"row": row + 1, "text": text[:200]})
        for row, text in layout.titles
    ]
    if layout.unit_row is not None:
        notes.append(Text(N_("Row {row} holds the units."), {"row": layout.unit_row + 1}))
    if layout.limit_row is not None:
        notes.append(
            Text(N_("Row {row} holds the detection limits."), {"row": layout.limit_row + 1})
        )
    if stated is None and used is not None and used == evidence.medium and evidence.words:
        notes.append(
            Text(
                N_("Taken for {medium} because of “{words}”."),
                {"medium": Text(MEDIUM_NAMES[used]), "words": evidence.words[0]},
            )
        )
    if years.differs:
        found = ", ".join(str(year) for year in sorted({year for _, year in years.found}))
        notes.append(
            Text(
                N_("The file names several years ({years}): none is taken for dates without one."),
                {"years": found},
            )
        )
    elif years.year is not None and not years.stated:
        notes.append(Text(N_("Dates without a year are of {year}."), {"year": years.year}))
    return notes
