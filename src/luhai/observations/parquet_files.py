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
import numpy.typing as npt
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

_ROW_GROUP_STATISTICS = [*_STATISTICS, "medium", "month", "file_hash", "row"]
"""Columns that queries select rows by; statistics of all would cost a third of the writing."""

_LONGEST_STATISTIC = 64


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
            rows = table if years.size == 1 else table.take(_arrow(np.flatnonzero(year == one)))
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
                write_statistics=_ROW_GROUP_STATISTICS,
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
    zeros = _arrow(np.zeros(frame.height, dtype=np.int32))
    columns: dict[str, pa.Array] = {}
    for column in _columns():
        if column in names:
            code = codes[column].to_arrow() if column in codes.columns else zeros
            columns[column] = pa.DictionaryArray.from_arrays(code, _arrow(names[column]))
        else:
            columns[column] = _arrow(frame[column])
    return pa.Table.from_arrays(list(columns.values()), names=list(columns))


def _arrow(values: pl.Series | npt.NDArray[Any]) -> pa.Array:
    """As an Arrow array; by way of Polars, because Arrow asks pandas what an array is."""
    series = values if isinstance(values, pl.Series) else pl.Series(values)
    return series.to_arrow(compat_level=pl.CompatLevel.oldest())


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
        # The raw form: for the other one the library would load pandas.
        low, high = min(group.min_raw for group in groups), max(group.max_raw for group in groups)
        if name == "time":
            # The log counts milliseconds: round outwards.
            lowest[name], highest[name] = _milliseconds(low), _milliseconds(high + 999)
        elif max(len(low), len(high)) <= _LONGEST_STATISTIC:
            lowest[name], highest[name] = low.decode(), high.decode()
    return {
        "numRecords": metadata.num_rows,
        "minValues": lowest,
        "maxValues": highest,
        "nullCount": dict.fromkeys(_STATISTICS, 0),
    }


def _milliseconds(microseconds: int) -> str:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
