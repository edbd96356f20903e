"""Who may write: one writer per store, and a clear word for the second.

The lock is the operating system's (``flock``) on one file, so it falls away by itself when its
holder is killed, and it binds threads of one process as well as processes. The file's content only
serves the message: who holds the lock and since when. Readers never touch it.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from luhai.errors import InputError
from luhai.text import Text

_POLL_SECONDS = 0.05


class StoreBusyError(InputError):
    """Another import is writing to the store and did not finish in time."""


@contextmanager
def writer_lock(path: Path, *, wait_seconds: float) -> Iterator[bool]:
    """Hold the only right to write while the block runs.

    Args:
        path: the lock file; created when absent, never removed (removing it would let two writers
            hold locks on different files of one name).
        wait_seconds: how long to wait for another writer before refusing.

    Yields:
        Whether the writer before this one ended properly; ``False`` when it was killed.

    Raises:
        StoreBusyError: another writer still holds the lock after ``wait_seconds``.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        _acquire(handle, path, wait_seconds)
        ended_properly = os.fstat(handle).st_size == 0
        _write_holder(handle)
        try:
            yield ended_properly
        finally:
            os.ftruncate(handle, 0)
    finally:
        os.close(handle)


def _acquire(handle: int, path: Path, wait_seconds: float) -> None:
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise _busy(path) from None
            time.sleep(_POLL_SECONDS)


def _write_holder(handle: int) -> None:
    content = {"process": os.getpid(), "since": datetime.now(UTC).isoformat(timespec="seconds")}
    os.ftruncate(handle, 0)
    os.pwrite(handle, json.dumps(content).encode(), 0)


def _busy(path: Path) -> StoreBusyError:
    try:
        holder = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        # The holder is between taking the lock and writing its name: still busy, only nameless.
        holder = {}
    return StoreBusyError(
        Text("Another import is writing to this workspace."),
        where=str(path.parent),
        why=Text("It runs as process {process} since {since}.", holder) if holder else "",
        remedy=Text("Wait until it is done, then repeat the import; nothing was changed."),
    )
