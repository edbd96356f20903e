"""One writer at a time, readers that never wait, and kills that leave nothing behind."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import subprocess
import sys
import threading
import time
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Event
from pathlib import Path

import polars as pl
import pytest

from luhai.observations.locking import StoreBusyError
from luhai.observations.store import ObservationStore
from luhai.workspace import Workspace

from .conftest import MakeFrame

KILLS = int(os.environ.get("LUHAI_KILLS", "6"))
"""Random moments at which a writer is killed; the acceptance run takes 50."""

WRITER = """
import sys
from pathlib import Path
import polars as pl
from luhai.observations.store import ObservationStore
from luhai.workspace import Workspace

workspace, table, name = sys.argv[1:]
store = ObservationStore(Workspace.open(workspace))
frame = pl.read_parquet(table)
print("ready", flush=True)
store.append(frame, import_id=name)
print("done", flush=True)
"""


def many_rows(make: MakeFrame, count: int, *, first: int = 0) -> pl.DataFrame:
    """Distinct observations spread over ten places and four years."""
    frame = pl.concat([make()] * 1).select(pl.all().repeat_by(count).explode())
    number = pl.int_range(first, first + count)
    time_ = pl.lit(frame["time"][0]) - pl.duration(hours=number)
    local = time_.dt.convert_time_zone("Asia/Shanghai")
    return frame.with_columns(
        place=pl.format("P{}", number % 10),
        time=time_.cast(frame.schema["time"]),
        year=local.dt.year().cast(pl.Int16),
        month=local.dt.month().cast(pl.Int8),
        day=local.dt.day().cast(pl.Int8),
        value=number.cast(pl.Float64) / 1000,
    )


def test_a_second_writer_is_refused_by_name_and_the_store_unchanged(
    store: ObservationStore, make: MakeFrame
) -> None:
    store.append(make(), import_id="first")
    before = store.version
    with store.writer(import_id="long"), pytest.raises(StoreBusyError) as refusal:
        store.append(make(value=0.9), import_id="second")
    assert f"process {os.getpid()}" in str(refusal.value)
    assert refusal.value.remedy
    assert store.version == before
    assert store.append(make(value=0.9), import_id="third").accepted == 1


def test_a_second_writer_waits_for_a_short_one(workspace: Workspace, make: MakeFrame) -> None:
    store = ObservationStore(workspace, wait_seconds=20)
    holding, accepted = threading.Event(), []

    def second() -> None:
        holding.wait()
        accepted.append(store.append(make(value=0.9), import_id="second").accepted)

    thread = threading.Thread(target=second)
    thread.start()
    with store.writer(import_id="first") as writer:
        holding.set()
        time.sleep(0.3)
        assert not accepted
        writer.commit(iter([make(value=0.1)]))
    thread.join(timeout=20)
    assert accepted == [1]
    assert store.rows().height == 2


def test_two_writers_of_the_same_rows_store_them_once(
    workspace: Workspace, make: MakeFrame, tmp_path: Path
) -> None:
    ObservationStore(workspace).append(make(), import_id="first")
    table = tmp_path / "rows.parquet"
    many_rows(make, 5000).write_parquet(table)
    with _start(workspace, table, "a") as one, _start(workspace, table, "b") as other:
        assert (one.wait(timeout=60), other.wait(timeout=60)) == (0, 0)
    assert ObservationStore(workspace).polars().select(pl.len()).collect().item() == 5001


def _read_while_writing(root: str, started: Event, stop: Event, queue: Queue[object]) -> None:
    store = ObservationStore(Workspace.open(root))
    started.set()
    counts: list[tuple[int, int, float]] = []
    while not stop.is_set():
        begun = time.monotonic()
        version = store.version
        rows = store.polars(version).select(pl.len()).collect().item()
        counts.append((version, rows, time.monotonic() - begun))
    queue.put(counts)


@pytest.mark.slow
def test_readers_see_whole_versions_while_a_writer_writes(
    workspace: Workspace, make: MakeFrame
) -> None:
    store = ObservationStore(workspace)
    size = 20_000
    store.append(many_rows(make, size), import_id="0")
    context = multiprocessing.get_context("spawn")
    started, stop, queue = context.Event(), context.Event(), context.Queue()
    events = (started, stop, queue)
    reader = context.Process(target=_read_while_writing, args=(str(workspace.root), *events))
    reader.start()
    assert started.wait(timeout=60)
    try:
        with store.writer(import_id="held"):
            time.sleep(2.0)  # a reader that waited for the lock would read nothing in this time
        for number in range(1, 9):
            store.append(many_rows(make, size, first=number * size), import_id=str(number))
    finally:
        stop.set()
        counts = queue.get(timeout=60)
        reader.join(timeout=60)
    assert len(counts) > 20
    assert {rows for _, rows, _ in counts} <= {size * number for number in range(1, 10)}
    assert all(rows == size * version for version, rows, _ in counts)
    assert max(seconds for _, _, seconds in counts) < 2.0


def _start(workspace: Workspace, table: Path, name: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(workspace.root), str(table), name],
        stdout=subprocess.PIPE,
        text=True,
    )


def test_files_that_a_killed_writer_left_are_removed_and_no_others(
    store: ObservationStore, make: MakeFrame
) -> None:
    store.append(make(), import_id="first")
    (kept,) = store.files()
    orphan = Path(kept).with_name("orphan.parquet")
    orphan.write_bytes(b"half a file")
    store.append(make(value=0.2), import_id="second")
    assert orphan.exists(), "a writer that ended properly leaves nothing to look for"
    lock = store.path.with_name("observations.lock")
    lock.write_text('{"process": 1, "since": "2020-01-01T00:00:00+00:00"}')  # as a kill leaves it
    store.append(make(value=0.3), import_id="third")
    assert not orphan.exists()
    assert sorted(store.rows()["value"]) == [0.2, 0.3, 0.36]


def test_nothing_is_removed_where_the_log_is_incomplete(
    store: ObservationStore, make: MakeFrame
) -> None:
    for number in range(21):
        store.append(make(value=float(number)), import_id=str(number))
    (store.path / "_delta_log" / f"{3:020d}.json").unlink()  # the checkpoint still names its file
    store.path.with_name("observations.lock").write_text("{}")
    store.append(make(value=99.0), import_id="last")
    assert store.rows().height == 22


@pytest.mark.slow
def test_a_writer_killed_at_any_moment_leaves_the_old_or_the_new_version(
    workspace: Workspace, make: MakeFrame, tmp_path: Path
) -> None:
    store = ObservationStore(workspace)
    store.append(make(place="before"), import_id="before")
    table = tmp_path / "rows.parquet"
    many_rows(make, 300_000).write_parquet(table)
    usual = _seconds_from_ready_to_done(tmp_path, make, table)
    moments = random.Random(20200718)
    old, new = store.rows().height, store.rows().height + 300_000
    seen = []
    for number in range(KILLS):
        attempt = Workspace.create(tmp_path / f"kill{number}")
        target = ObservationStore(attempt)
        target.append(make(place="before"), import_id="before")
        with _start(attempt, table, "killed") as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            # Spread over the whole time, so that some kills come early however few they are.
            time.sleep((number + moments.random()) / KILLS * 1.2 * usual)
            process.send_signal(signal.SIGKILL)
        version = target.version
        rows = target.polars().select(pl.len()).collect().item()
        assert (version, rows) in {(1, old), (2, new)}
        assert target.relation().collect().shape[0] == rows
        seen.append(rows)
        repeated = target.append(pl.read_parquet(table), import_id="repeat")
        assert repeated.accepted == new - rows
        assert target.polars().select(pl.len()).collect().item() == new
        named = {Path(file).name for file in target.files()}
        on_disk = {file.name for file in target.path.glob("year=*/*.parquet")}
        assert on_disk == named  # what the killed writer left was removed
    assert old in seen, "no kill came before the commit"


def _seconds_from_ready_to_done(tmp_path: Path, make: MakeFrame, table: Path) -> float:
    workspace = Workspace.create(tmp_path / "timing")
    ObservationStore(workspace).append(make(place="before"), import_id="before")
    with _start(workspace, table, "timing") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        begun = time.monotonic()
        assert process.stdout.readline() == "done\n"
        return time.monotonic() - begun
