"""Where the rows of one import wait until all of it is read, at bounded memory.

An import is stored whole or not at all, and quality checks want whole series, so nothing can be
written while a file is still being read. Few rows wait in memory; many wait in temporary Parquet
files and come back place by place, because neither a check nor the search for duplicates looks
beyond one place.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

import polars as pl

MEMORY_ROWS = 2_000_000
"""Rows that wait in memory; about half a gigabyte."""

GROUP_ROWS = 1_000_000
"""Rows that come back at a time, unless one place alone has more."""


class StagedObservations:
    """Rows waiting to be stored; a context manager that removes its temporary files.

    Args:
        memory_rows: rows kept in memory before they go to disk.
        group_rows: rows that :meth:`groups` gives at a time.
    """

    def __init__(self, *, memory_rows: int = MEMORY_ROWS, group_rows: int = GROUP_ROWS) -> None:
        self._memory_rows = memory_rows
        self._group_rows = group_rows
        self._waiting: list[pl.DataFrame] = []
        self._waiting_rows = 0
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._spilled = 0
        self.rows = 0

    def __enter__(self) -> StagedObservations:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._waiting.clear()
        if self._folder is not None:
            self._folder.cleanup()

    def add(self, frame: pl.DataFrame) -> None:
        """Let rows wait; all frames have the same columns, ``place`` among them."""
        if frame.height == 0:
            return
        self._waiting.append(frame)
        self._waiting_rows += frame.height
        self.rows += frame.height
        if self._waiting_rows > self._memory_rows:
            self._spill()

    def groups(self) -> Iterator[pl.DataFrame]:
        """The rows in groups of whole places, in order of place."""
        if self._folder is None:
            if self._waiting:
                yield pl.concat(self._waiting)
            return
        self._spill()
        staged = pl.scan_parquet(Path(self._folder.name) / "*.parquet")
        for places in _packed(staged, self._group_rows):
            yield staged.filter(pl.col("place").is_in(places)).collect(engine="streaming")

    def _spill(self) -> None:
        if not self._waiting:
            return
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="luhai-import-")
        # Sorted by place, so that reading some places back skips most row groups.
        pl.concat(self._waiting).sort("place", maintain_order=True).write_parquet(
            Path(self._folder.name) / f"{self._spilled:06d}.parquet",
            compression="lz4",
            row_group_size=100_000,
        )
        self._spilled += 1
        self._waiting.clear()
        self._waiting_rows = 0


def _packed(staged: pl.LazyFrame, group_rows: int) -> Iterator[list[str]]:
    """Places in order, as many at a time as fit into a group; a large place alone."""
    counts = staged.group_by("place").agg(rows=pl.len()).sort("place").collect(engine="streaming")
    places: list[str] = []
    rows = 0
    for place, count in counts.iter_rows():
        if places and rows + count > group_rows:
            yield places
            places, rows = [], 0
        places.append(place)
        rows += count
    if places:
        yield places
