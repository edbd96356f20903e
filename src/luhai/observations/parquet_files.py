"""How observations become Parquet files: one per local year, dictionary-coded, with statistics.

The table's own writer would do, at twice the time: most columns of an observation hold few words
(place, indicator, unit, file …), and handing them to the Parquet library as dictionaries saves
hashing every cell again. Files of different years are written side by side. What is on disk is
plain Parquet; that a column was handed over as a dictionary cannot be seen there.
"""

from __future__ import annotations

import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from deltalake.transaction import AddAction

from luhai.observations.schema import OBSERVATION_SCHEMA

PARTITION = "year"
"""The column that is the name of a folder instead of a column of the files."""

ROW_GROUP_ROWS = 131_072

FEW_WORDS = (
    "place",
    "medium",
    "precision",
    "layer",
    "sample",
    "indicator",
    "unit",
    "censored",
    "flag",
    "unit_text",
    "file",
    "sheet",
    "column",
    "file_hash",
)
"""Columns handed over as dictionaries."""

_PLAIN = ("time", "row", "value_shown", "depth_m")
"""Columns of many different values, for which Parquet's own dictionary would be dropped again."""

_STATISTICS = ("place", "indicator", "time")
"""Columns whose lowest and highest value the log of the table keeps for every file."""

_LONGEST_STATISTIC = 64
_DICTIONARY = pa.dictionary(pa.int32(), pa.string())


@dataclass
class YearFile:
    """One Parquet file while it is being written."""

    path: Path
    year: int
    writer: pq.ParquetWriter
    rows: int = 0


@dataclass
class YearFiles:
    """The files of one commit, one per local year.

    Args:
        root: folder of the table.
        name: name of the files, unique among commits.
    """

    root: Path
    name: str
    rows: int = 0
    _open: dict[int, YearFile] = field(default_factory=dict)

    def write(self, frame: pl.DataFrame) -> None:
        """Write rows of ``OBSERVATION_SCHEMA``, in their order, to the files of their years."""
        table = _arrow_table(frame)
        year = frame[PARTITION].to_numpy()
        years = np.unique(year)
        for one in years:
            self._file(int(one))

        def write_year(one: int) -> None:
            rows = table if years.size == 1 else table.take(pa.array(np.flatnonzero(year == one)))
            file = self._open[one]
            file.writer.write_table(rows, row_group_size=ROW_GROUP_ROWS)
            file.rows += rows.num_rows

        with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
            # Drawing the results raises what went wrong in a thread.
            list(pool.map(write_year, years.tolist()))
        self.rows += frame.height

    def close(self) -> list[AddAction]:
        """Finish the files; what the log of the table is to say of each."""
        return [_finished(self.root, file) for file in self._open.values()]

    def abandon(self) -> None:
        """Remove the files: no version names them."""
        for file in self._open.values():
            file.writer.close()
            file.path.unlink(missing_ok=True)

    def _file(self, year: int) -> None:
        if year not in self._open:
            folder = self.root / f"{PARTITION}={year}"
            folder.mkdir(exist_ok=True)
            path = folder / f"{self.name}.parquet"
            writer = pq.ParquetWriter(
                path,
                _arrow_table(pl.DataFrame(schema=OBSERVATION_SCHEMA)).schema,
                compression="zstd",
                compression_level=1,
                use_dictionary=[name for name in _columns() if name not in _PLAIN],
                store_schema=False,
            )
            self._open[year] = YearFile(path, year, writer)


def _columns() -> list[str]:
    return [name for name in OBSERVATION_SCHEMA if name != PARTITION]


def _arrow_table(frame: pl.DataFrame) -> pa.Table:
    words = frame.lazy().select(pl.col(FEW_WORDS).drop_nulls().unique().sort().implode()).collect()
    names = {column: words[column][0] for column in FEW_WORDS}
    # A column of one word throughout needs no coding: every code is zero.
    several = [
        pl.col(column).cast(pl.Enum(names[column])).to_physical().cast(pl.Int32)
        for column in FEW_WORDS
        if names[column].len() > 1 or frame[column].null_count()
    ]
    codes = frame.select(several)
    zeros = pa.array(np.zeros(frame.height, dtype=np.int32))
    columns: dict[str, Any] = {}
    for column in _columns():
        if column in names:
            code = codes[column].to_arrow() if column in codes.columns else zeros
            values = pa.array(names[column].to_list(), pa.string())
            columns[column] = pa.DictionaryArray.from_arrays(code, values)
        else:
            array = frame[column].to_arrow(compat_level=pl.CompatLevel.oldest())
            columns[column] = array
    return pa.table(columns)


def _finished(root: Path, file: YearFile) -> AddAction:
    file.writer.close()
    metadata = pq.read_metadata(file.path)
    return AddAction(
        path=file.path.relative_to(root).as_posix(),
        size=file.path.stat().st_size,
        partition_values={PARTITION: str(file.year)},
        modification_time=int(time.time() * 1000),
        data_change=True,
        stats=json.dumps(_statistics(metadata), ensure_ascii=False),
    )


def _statistics(metadata: pq.FileMetaData) -> dict[str, Any]:
    """Lowest and highest values as the protocol of the table writes them."""
    lowest: dict[str, str] = {}
    highest: dict[str, str] = {}
    positions = {metadata.schema.column(i).name: i for i in range(metadata.num_columns)}
    for name in _STATISTICS:
        groups = [
            metadata.row_group(number).column(positions[name]).statistics
            for number in range(metadata.num_row_groups)
        ]
        if any(group is None or not group.has_min_max for group in groups):
            continue
        low, high = min(group.min for group in groups), max(group.max for group in groups)
        if isinstance(low, datetime):
            # The log counts milliseconds: round outwards.
            lowest[name] = _milliseconds(low)
            highest[name] = _milliseconds(high + timedelta(microseconds=999))
        elif max(len(low), len(high)) <= _LONGEST_STATISTIC:
            lowest[name], highest[name] = low, high
    return {
        "numRecords": metadata.num_rows,
        "minValues": lowest,
        "maxValues": highest,
        "nullCount": dict.fromkeys(_STATISTICS, 0),
    }


def _milliseconds(moment: datetime) -> str:
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")
