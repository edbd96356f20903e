"""Where observations are kept: an append-only table whose every version can be named again.

The store is a Delta table (Parquet files and a log of commits, https://delta.io/) partitioned by
local year, written by one writer at a time. It answers: what was known at version N, which rows are
new, and which raw rows stand behind a result.

- An append is one commit: readers see all of it or nothing, and never wait. Files of an append that
  was killed are in no version, and the next writer removes them.
- Identity is exact. Rows that agree in every column of ``schema.IDENTITY`` are one observation;
  missing equals missing. No hash decides. Of a reading sent both as normal and under maintenance
  the normal one counts (:mod:`luhai.observations.twins`).
- Versions are kept for good: the log is never shortened, files of old versions never deleted.
- Every engine may read: :meth:`ObservationStore.files` lists the Parquet files of a version.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import duckdb
import narwhals as nw
import numpy as np
import polars as pl
import pyarrow as pa
from deltalake import CommitProperties, DeltaTable
from deltalake.exceptions import DeltaError, TableNotFoundError
from deltalake.transaction import AddAction

from luhai.errors import InputError, NotFoundError, UsageError
from luhai.observations.locking import writer_lock
from luhai.observations.ordering import (
    LOCATION,
    Mask,
    OrderedObservations,
    first_of_each,
    order_observations,
)
from luhai.observations.parquet_files import PARTITION, YearFiles
from luhai.observations.quality.tables import excluded_by_sender
from luhai.observations.schema import IDENTITY, OBSERVATION_SCHEMA
from luhai.observations.twins import usable_before_unusable, usable_with_twin, with_twins_noted
from luhai.text import Text
from luhai.workspace import Workspace

NO_VERSION = -1
"""Version of a store that nothing was ever written to."""

REQUIRED = ("place", "medium", "time", "indicator", "unit", "censored", "year", "month", "day")
"""Columns that no stored row may lack."""

_TABLE_SETTINGS: dict[str, str | None] = {
    # Versions must stay nameable: results of ten years ago name the one they rest on.
    "delta.enableExpiredLogCleanup": "false",
    "delta.logRetentionDuration": "interval 36500 days",
    "delta.deletedFileRetentionDuration": "interval 36500 days",
    "delta.checkpointInterval": "20",
}


@dataclass(frozen=True)
class Appended:
    """What an append did.

    Attributes:
        accepted: rows written.
        duplicates: rows that were stored before, or repeated within the append.
        version: version of the store that holds them.
    """

    accepted: int
    duplicates: int
    version: int


@dataclass(frozen=True)
class StoreVersion:
    """One version of the store: its number, when and by which import it came, rows it added."""

    version: int
    time: datetime
    import_id: str
    rows: int


@dataclass(frozen=True)
class Compared:
    """Rows set against the store.

    Attributes:
        ordered: the rows in series order.
        is_new: shape (rows,), not stored before and not a repetition within the frame.
        contradicts: shape (rows,), new, while the store holds another value for the same place,
            medium, time, layer, depth, sample and indicator.
    """

    ordered: OrderedObservations
    is_new: Mask
    contradicts: Mask

    @property
    def new(self) -> pl.DataFrame:
        """The rows to write."""
        return self.ordered.frame.filter(pl.Series(self.is_new))


class ObservationStore:
    """The observations of a workspace.

    Args:
        workspace: whose ``observations`` folder holds (or will hold) the table.
        wait_seconds: how long a writer waits for another writer before it is refused.

    Raises:
        UsageError: the path of the workspace contains ``%``.
    """

    def __init__(self, workspace: Workspace, *, wait_seconds: float = 10.0) -> None:
        self.path = workspace.observations.resolve()
        self.wait_seconds = wait_seconds
        if "%" in str(self.path):
            # The table's library takes it for an encoded character and writes elsewhere.
            raise UsageError(
                Text("A workspace cannot lie in a folder with % in its name."),
                where=str(self.path),
                remedy=Text("Rename the folder."),
            )

    # Versions

    @property
    def version(self) -> int:
        """The newest version; ``NO_VERSION`` (-1) for a store never written to."""
        table = self._table(None)
        return NO_VERSION if table is None else int(table.version())

    def versions(self) -> list[StoreVersion]:
        """Every version, oldest first."""
        table = self._table(None)
        if table is None:
            return []
        return [
            StoreVersion(
                version=int(entry["version"]),
                time=datetime.fromtimestamp(entry["timestamp"] / 1000, UTC),
                import_id=str(entry.get("import_id", "")),
                rows=int(entry.get("rows", 0)),
            )
            for entry in reversed(table.history())
        ]

    # Reading

    def files(self, version: int | None = None) -> list[str]:
        """Paths of the Parquet files of a version.

        The column ``year`` is not in the files: it is the name of their folder, as every engine
        reads it (Hive partitioning; Spark wants the option ``basePath``).

        Raises:
            NotFoundError: there is no such version.
        """
        table = self._table(version)
        return [] if table is None else sorted(unquote(uri) for uri in table.file_uris())

    def relation(self, version: int | None = None, engine: str = "duckdb") -> nw.LazyFrame[Any]:
        """The observations of a version, as a lazy table of narwhals.

        Args:
            version: which version; the newest when ``None``.
            engine: ``duckdb`` or ``polars``.
        """
        if engine == "polars":
            return nw.from_native(self.polars(version))
        if engine != "duckdb":
            raise UsageError(
                Text(
                    "The store is not read by an engine called {engine}.", {"engine": repr(engine)}
                ),
                remedy=Text(
                    "Use duckdb or polars; other engines read the files that .files() lists."
                ),
            )
        return nw.from_native(_duckdb_relation(_connect(), self.files(version)))

    def polars(self, version: int | None = None) -> pl.LazyFrame:
        """The observations of a version, as a lazy table of Polars."""
        files = self.files(version)
        if not files:
            return pl.LazyFrame(schema=OBSERVATION_SCHEMA)
        return pl.scan_parquet(
            files, hive_partitioning=True, hive_schema={PARTITION: OBSERVATION_SCHEMA[PARTITION]}
        ).select(list(OBSERVATION_SCHEMA))

    def rows(
        self,
        *,
        place: str | Sequence[str] | None = None,
        indicator: str | Sequence[str] | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        file_hash: str | None = None,
        version: int | None = None,
    ) -> pl.DataFrame:
        """The raw observations behind a result, ordered by place, indicator and time.

        Args:
            place: one place or several.
            indicator: one indicator code or several.
            start: first moment, included; must know its time zone.
            end: end of the time range, excluded; must know its time zone.
            file_hash: only rows of the file with this SHA-256.
            version: which version of the store; the newest when ``None``.
        """
        lazy = self.polars(version)
        for name, wanted in (("place", place), ("indicator", indicator), ("file_hash", file_hash)):
            if wanted is not None:
                names = [wanted] if isinstance(wanted, str) else list(wanted)
                lazy = lazy.filter(pl.col(name).is_in(names))
        if start is not None:
            # Whole years are skipped by their folder; one day's grace covers every time zone.
            lazy = lazy.filter(
                pl.col("time") >= _aware(start), pl.col("year") >= _aware(start).year - 1
            )
        if end is not None:
            lazy = lazy.filter(pl.col("time") < _aware(end), pl.col("year") <= _aware(end).year + 1)
        return lazy.sort(
            "place", "indicator", "time", "layer", "depth_m", "file", "row", "value"
        ).collect()

    def compare(self, frame: pl.DataFrame) -> Compared:
        """Set rows against each other and against the store.

        Rows of one place must come in one call: calls do not know of each other.

        Raises:
            InputError: columns, types or values break the schema.
        """
        check_schema(frame)
        ordered, unusable = usable_before_unusable(order_observations(frame))
        is_new = first_of_each(ordered)
        twin = usable_with_twin(ordered, unusable)
        contradicts = np.zeros(frame.height, dtype=np.bool_)
        stored = self._stored_beside(ordered.frame)
        if stored is not None and stored.height:
            known = _matches(ordered.frame, stored, IDENTITY)
            contradicts = _matches(ordered.frame, stored, LOCATION) & ~known & is_new
            usable = stored.filter(~excluded_by_sender())
            # What is stored under maintenance alone does not keep the same reading out when it
            # comes as a normal one.
            first_usable = known & ~unusable & is_new & ~_matches(ordered.frame, usable, IDENTITY)
            twin = twin | first_usable
            is_new = (is_new & ~known) | first_usable
        return Compared(with_twins_noted(ordered, twin), is_new, contradicts)

    # Writing

    def append(self, frame: pl.DataFrame, *, import_id: str) -> Appended:
        """Add rows; those already stored, or repeated in the frame, are counted as duplicates.

        Args:
            frame: rows of ``OBSERVATION_SCHEMA``.
            import_id: name of the import, kept with the version.

        Raises:
            InputError: columns, types or values break the schema, or another writer is busy.
        """
        with self.writer(import_id=import_id) as writer:
            compared = self.compare(frame)
            written = writer.commit(iter([compared.new]))
        return Appended(written.accepted, frame.height - written.accepted, written.version)

    @contextmanager
    def writer(self, *, import_id: str) -> Iterator[StoreWriter]:
        """Hold the only right to write; nothing is stored before ``commit``.

        Raises:
            StoreBusyError: another writer is busy for longer than ``wait_seconds``.
        """
        lock = self.path.with_name(self.path.name + ".lock")
        with writer_lock(lock, wait_seconds=self.wait_seconds) as ended_properly:
            if not ended_properly:
                self._remove_orphans()
            yield StoreWriter(self, import_id)

    def _stored_beside(self, frame: pl.DataFrame) -> pl.DataFrame | None:
        """Identity columns and flags of stored rows at the places and times of the frame.

        ``None`` when no stored file can hold any: the statistics of the log tell.
        """
        files = self._files_touched(frame)
        if not files:
            return None
        connection = _connect()
        connection.register("incoming", frame.select(LOCATION).to_arrow())
        connection.register(
            "bounds", frame.select(first=pl.col("time").min(), last=pl.col("time").max()).to_arrow()
        )
        same = " AND ".join(f"s.{name} IS NOT DISTINCT FROM i.{name}" for name in LOCATION)
        relation = _duckdb_relation(connection, files)
        relation.create_view("stored")
        answer: pl.DataFrame = connection.sql(
            f"SELECT {', '.join('s.' + name for name in (*IDENTITY, 'flag'))} FROM stored AS s "
            f"SEMI JOIN incoming AS i ON {same} "
            "WHERE s.time >= (SELECT first FROM bounds) AND s.time <= (SELECT last FROM bounds)"
        ).pl()
        return answer.with_columns(
            pl.col(name).cast(OBSERVATION_SCHEMA[name]) for name in (*IDENTITY, "flag")
        ).unique()

    def _files_touched(self, frame: pl.DataFrame) -> list[str]:
        table = self._table(None)
        if table is None or frame.height == 0:
            return []
        actions = pl.DataFrame(table.get_add_actions(flatten=True))
        if actions.height == 0:
            return []
        first, last = frame.select(a=pl.col("time").min(), b=pl.col("time").max()).row(0)
        if {"min.time", "max.time"} <= set(actions.columns):
            # A file without statistics may hold anything; statistics are cut to milliseconds.
            grace = pl.duration(milliseconds=1)
            actions = actions.filter(
                (pl.col("min.time") <= last).fill_null(True),
                (pl.col("max.time") + grace >= first).fill_null(True),
            )
        return [str(self.path / unquote(path)) for path in actions["path"]]

    def _table(self, version: int | None) -> DeltaTable | None:
        try:
            return DeltaTable(self.path, version=version)
        except TableNotFoundError:
            if version is None or version == NO_VERSION:
                return None
            raise self._no_version(version) from None
        except DeltaError as error:
            if version is not None and self._table(None) is not None:
                raise self._no_version(version) from error
            raise InputError(
                Text("The observation store cannot be opened: {reason}.", {"reason": str(error)}),
                where=str(self.path),
                remedy=Text("Restore the folder from a backup, or import the kept files again."),
            ) from error

    def _no_version(self, version: int) -> NotFoundError:
        return NotFoundError(
            Text("The store has no version {version}.", {"version": version}),
            where=str(self.path),
            remedy=Text(
                "Versions go from 0 to {newest}; `versions()` lists them.", {"newest": self.version}
            ),
        )

    def _remove_orphans(self) -> list[Path]:
        """Remove files that a killed writer left and that no version names."""
        commits = sorted((self.path / "_delta_log").glob("*.json"))
        if len(commits) != self.version + 1:
            # Part of the log is gone (a backup restored by halves): what it named is unknown.
            return []
        named: set[str] = set()
        for commit in commits:
            for line in commit.read_text(encoding="utf-8").splitlines():
                action = json.loads(line)
                for kind in ("add", "remove"):
                    if kind in action:
                        named.add(unquote(action[kind]["path"]))
        orphans = [
            file
            for file in self.path.glob(f"{PARTITION}=*/*.parquet")
            if file.relative_to(self.path).as_posix() not in named
        ]
        for file in orphans:
            file.unlink()
        return orphans


@dataclass
class StoreWriter:
    """The one writer of a store, while it holds the lock."""

    store: ObservationStore
    import_id: str
    _committed: bool = field(default=False, init=False)

    def commit(self, frames: Iterator[pl.DataFrame]) -> Appended:
        """Write frames of new rows as one version; without any row the version stays.

        Args:
            frames: new rows, as ``compare`` gave them. They are drawn one after the other while
                the files are written, so that memory holds one at a time.

        Raises:
            InputError: a second commit by one writer.
        """
        if self._committed:
            raise UsageError("A writer commits once.", remedy="Open another writer.")
        self._committed = True
        root = self.store.path
        files = YearFiles(root, f"{self.import_id}-{secrets.token_hex(4)}")
        try:
            for frame in frames:
                if frame.height:
                    self._create_when_absent()
                    files.write(frame)
            described = files.close()
        except BaseException:
            files.abandon()
            raise
        if described:
            # From here on the files may be in a version: what fails later leaves them in place.
            self._add(described, files.rows)
        return Appended(files.rows, 0, self.store.version)

    def _add(self, files: Sequence[AddAction], rows: int) -> None:
        table = DeltaTable(self.store.path)
        described = {"import_id": self.import_id, "rows": str(rows)}
        table.create_write_transaction(
            [*files],
            mode="append",
            schema=table.schema(),
            partition_by=[PARTITION],
            commit_properties=CommitProperties(custom_metadata=described),
        )

    def _create_when_absent(self) -> None:
        if self.store.version == NO_VERSION:
            DeltaTable.create(
                self.store.path,
                schema=_arrow_schema(),
                partition_by=[PARTITION],
                name="observations",
                configuration=_TABLE_SETTINGS,
            )


def check_schema(frame: pl.DataFrame) -> None:
    """Refuse a table that is not of ``OBSERVATION_SCHEMA``.

    Raises:
        InputError: a column is missing, unknown or of another type; a required cell is missing; a
            value is not a number (NaN or infinite: a missing value is null, never NaN).
    """
    found = dict(frame.schema)
    if list(found) != list(OBSERVATION_SCHEMA):
        missing = [name for name in OBSERVATION_SCHEMA if name not in found]
        unknown = [name for name in found if name not in OBSERVATION_SCHEMA]
        raise InputError(
            Text("The table is not an observation table."),
            where=_columns_at_fault(missing, unknown),
            remedy=Text("Give exactly the columns of OBSERVATION_SCHEMA, in their order."),
        )
    for name, dtype in OBSERVATION_SCHEMA.items():
        if found[name] != dtype:
            raise InputError(
                Text(
                    "The column has type {found} instead of {wanted}.",
                    {"found": found[name], "wanted": dtype},
                ),
                where=name,
            )
    for name in REQUIRED:
        if frame[name].null_count():
            raise InputError(
                Text("A required cell is missing."),
                where=_table_row(name, frame[name].is_null()),
            )
    for name in ("value", "depth_m", "value_shown"):
        strange = frame[name].is_nan() | frame[name].is_infinite()
        if strange.any():
            raise InputError(
                Text("A value is not a number."),
                where=_table_row(name, strange),
                remedy=Text("Write a missing value as null."),
            )


def _columns_at_fault(missing: Sequence[str], unknown: Sequence[str]) -> Text:
    if missing:
        return Text("{columns} missing", {"columns": ", ".join(missing)})
    if unknown:
        return Text("{columns} unknown", {"columns": ", ".join(unknown)})
    return Text("order of columns")


def _table_row(column: str, at_fault: pl.Series) -> Text:
    """The first row at fault, in words."""
    row = int(at_fault.arg_true()[0])
    return Text("{column}, row {row} of the table", {"column": column, "row": row})


def _matches(frame: pl.DataFrame, stored: pl.DataFrame, columns: Sequence[str]) -> Mask:
    """Whether each row of the frame has an equal among the stored ones; missing equals missing."""
    found = (
        frame.select(columns)
        .with_row_index("_row")
        .join(stored.select(columns), on=list(columns), how="semi", nulls_equal=True)
    )
    mask = np.zeros(frame.height, dtype=np.bool_)
    mask[found["_row"].to_numpy()] = True
    return mask


def _arrow_schema() -> pa.Schema:
    return pl.DataFrame(schema=OBSERVATION_SCHEMA).to_arrow().schema


def _connect() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET preserve_insertion_order = false")
    return connection


def _duckdb_relation(
    connection: duckdb.DuckDBPyConnection, files: Sequence[str]
) -> duckdb.DuckDBPyRelation:
    columns = ", ".join(f'"{name}"' for name in OBSERVATION_SCHEMA)
    if not files:
        return connection.from_arrow(pl.DataFrame(schema=OBSERVATION_SCHEMA).to_arrow())
    names = ", ".join("'" + file.replace("'", "''") + "'" for file in files)
    return connection.sql(
        f"SELECT {columns} FROM read_parquet([{names}], "
        f"hive_partitioning = true, hive_types = {{'{PARTITION}': SMALLINT}})"
    )


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise UsageError(
            Text("A time range needs times with a time zone."), where=moment.isoformat()
        )
    return moment.astimezone(UTC)


__all__ = [
    "LOCATION",
    "NO_VERSION",
    "Appended",
    "Compared",
    "ObservationStore",
    "StoreVersion",
    "StoreWriter",
    "check_schema",
]
