"""On which engine does an assessment run?

The same expression runs embedded (DuckDB, Polars) and on Apache Spark, on this machine or on a
cluster by its master's address. Here observations become a frame of the engine asked for: the
files of a store, which every engine reads where they lie, or a table in memory, which Spark gets
through a file.

Spark is an extra (``luhai[spark]``) and needs Java. Its session keeps time in UTC, as the store
does, plans few shuffle partitions, because the tables that leave an assessment are small, and
opens no web page.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import narwhals as nw
import polars as pl

from luhai.errors import InputError, UsageError
from luhai.text import Text

if TYPE_CHECKING:
    from luhai.observations.store import ObservationStore

ENGINES = ("duckdb", "polars", "spark")
LOCAL_SPARK = "local[2]"
_SHUFFLE_PARTITIONS = 8


@contextmanager
def engine_frame(
    observations: pl.DataFrame | pl.LazyFrame | ObservationStore,
    engine: str = "duckdb",
    *,
    master: str = LOCAL_SPARK,
    version: int | None = None,
) -> Iterator[nw.LazyFrame[Any]]:
    """Observations as a lazy frame of an engine, for the time of the context.

    Args:
        observations: a table of ``OBSERVATION_SCHEMA``, or a store.
        engine: one of ``ENGINES``.
        master: address of the Spark master; only for Spark.
        version: version of the store; the newest when ``None``.

    Raises:
        UsageError: no such engine, or Spark is not installed.
        InputError: Spark does not start.
    """
    if engine not in ENGINES:
        raise UsageError(
            Text("There is no engine '{engine}'.", {"engine": engine}),
            remedy=Text("Choose one of: {engines}.", {"engines": ", ".join(ENGINES)}),
        )
    if engine == "spark":
        with (
            spark_session(master) as session,
            _spark_frame(session, observations, version) as frame,
        ):
            yield nw.from_native(frame)
        return
    if not isinstance(observations, pl.DataFrame | pl.LazyFrame):
        yield observations.relation(version=version, engine=engine)
    elif engine == "polars":
        yield nw.from_native(observations.lazy())
    else:
        connection = duckdb.connect()
        connection.execute("SET TimeZone = 'UTC'")
        table = observations.lazy().collect().to_arrow()
        yield nw.from_native(connection.from_arrow(table))
        connection.close()


@contextmanager
def spark_session(master: str = LOCAL_SPARK) -> Iterator[Any]:
    """A Spark session; one that is running already is used and left running.

    Raises:
        UsageError: PySpark is not installed.
        InputError: Spark does not start (no Java, no such master).
    """
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise UsageError(
            Text("The engine spark is not installed."),
            remedy=Text('Install it with: pip install "luhai[spark]" (it needs Java 17 or newer).'),
        ) from error
    running = SparkSession.getActiveSession()
    try:
        session = running or (
            SparkSession.builder.master(master)
            .appName("luhai")
            .config("spark.sql.session.timeZone", "UTC")
            .config("spark.sql.shuffle.partitions", str(_SHUFFLE_PARTITIONS))
            .config("spark.ui.enabled", "false")
            .config("spark.ui.showConsoleProgress", "false")
            .config("spark.log.level", "ERROR")
            .getOrCreate()
        )
    except Exception as error:  # Spark raises many kinds, all of them from the Java side
        raise InputError(
            Text("Spark does not start: {error}.", {"error": str(error).splitlines()[0]}),
            where=master,
            remedy=Text(
                "Check that Java 17 or newer is found and that the master's address is right."
            ),
        ) from error
    if session.conf.get("spark.sql.session.timeZone") != "UTC":
        raise UsageError(
            Text("The running Spark session does not keep time in UTC."),
            why=Text("Times of samples would be read as times of another zone."),
            remedy=Text("Set spark.sql.session.timeZone to UTC before."),
        )
    try:
        yield session
    finally:
        if running is None:
            session.stop()


@contextmanager
def _spark_frame(
    session: Any, observations: pl.DataFrame | pl.LazyFrame | ObservationStore, version: int | None
) -> Iterator[Any]:
    if isinstance(observations, pl.DataFrame | pl.LazyFrame):
        with tempfile.TemporaryDirectory(prefix="luhai-spark-") as folder:
            file = Path(folder) / "observations.parquet"
            observations.lazy().sink_parquet(file)
            yield session.read.parquet(str(file))
        return
    yield _stored(session, observations.files(version), observations.path)


def _stored(session: Any, files: Sequence[str], root: Path) -> Any:
    if not files:
        raise InputError(
            Text("The store holds no observations."),
            where=str(root),
            remedy=Text("Import files first: luhai import PATH --workspace FOLDER."),
        )
    # The partition column is in the folders' names: basePath tells Spark where they begin.
    return session.read.option("basePath", str(root)).parquet(*files)
