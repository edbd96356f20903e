"""What does a row of an imported file look like, as it was written? The last leaf of every why."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from luhai.errors import NotFoundError
from luhai.observations.reading.containers import Piece, file_hash, open_content, open_pieces
from luhai.observations.reading.grids import Grid, Source, head_rows
from luhai.observations.reading.layout import find_layout
from luhai.observations.reading.options import ReadOptions
from luhai.observations.reading.reader import open_sources
from luhai.text import Text
from luhai.why import RawRow


def raw_rows(
    path: str | Path | bytes, file: str, sheet: str, row: int, around: int = 1, *, column: str = ""
) -> RawRow:
    """A row of a file with its neighbours and the header, cells as written.

    Args:
        path: the outermost file, or its bytes, under whatever name it is kept.
        file: name as shown in observations (``archive.zip/folder/member.csv``).
        sheet: sheet name, empty for text.
        row: row number as a spreadsheet counts, from 1.
        around: how many rows before and after are shown.
        column: letter of the deciding column, passed through.

    Raises:
        NotFoundError: the file has no such member, sheet or row.
        InputError: the file cannot be read.
    """
    options = ReadOptions()
    outer, digest, pieces = _open(path, file, options)
    for piece in pieces:
        if piece.refused is not None or piece.skipped or not _same(piece.shown, outer, file):
            continue
        for source in open_sources(piece, options):
            if source.sheet == sheet:
                return _row_of(source, file, digest, row, around, column)
    raise NotFoundError(
        Text("The row's file or sheet is not in the archive."),
        where=f"{file} [{sheet}]" if sheet else file,
        remedy=Text("The stored file may have been replaced; import it again."),
    )


def _open(
    path: str | Path | bytes, file: str, options: ReadOptions
) -> tuple[str, str, Iterator[Piece]]:
    outer = "\0"
    if isinstance(path, bytes):
        digest = hashlib.sha256(path).hexdigest()
        return outer, digest, open_content(BytesIO(path), len(path), outer, options.limits)
    return outer, file_hash(Path(path)), open_pieces(Path(path), outer, options.limits)


def _same(shown: str, outer: str, file: str) -> bool:
    """Whether a member is the file asked for; the outermost name is free and may hold slashes."""
    if shown == outer:
        return True
    inner = shown.removeprefix(f"{outer}/")
    return file.endswith(f"/{inner}") and "\0" not in inner


def _row_of(source: Source, file: str, digest: str, row: int, around: int, column: str) -> RawRow:
    header: tuple[str, ...] = ()
    kept: dict[int, tuple[str, ...]] = {}
    recent: deque[Grid] = deque(maxlen=2)
    for number, grid in enumerate(source.grids):
        if number == 0:
            layout = find_layout(head_rows(grid), source.merges)
            if layout is not None:
                header = tuple(" / ".join(parts) for parts in layout.parts)
        recent.append(grid)
        last = grid.cells["row"][-1] if grid.cells.height else 0
        if last >= row + around:
            break
    for grid in recent:
        near = grid.cells.filter(grid.cells["row"].is_between(row - around, row + around))
        for number, *cells in near.rows():
            kept[number] = tuple(cell or "" for cell in cells)
    if row not in kept:
        raise NotFoundError(
            Text("There is no row {row}.", {"row": row}),
            where=f"{file} [{source.sheet}]" if source.sheet else file,
            remedy=Text("The stored file may have been replaced; import it again."),
        )
    return RawRow(file, digest, source.sheet, row, column, header, kept)
