"""What the last analysis of a workspace found, and on which versions it rests.

A run is a folder of Parquet tables with ``run.json`` beside them; ``results/current`` names the run
that readers see. A new run is written whole in a folder of its own and only then named current, so
that a reader sees the old or the new results and never a mixture. The name of a run is derived from
its content: the same data, code, rules and plan give the same tables, bit for bit, and so the same
run (DESIGN: "A run can be repeated to the same bits").
"""

from __future__ import annotations

import io
import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import blake2b, sha256
from pathlib import Path
from typing import Any

import polars as pl

from luhai.errors import InputError, NotFoundError, UsageError
from luhai.text import Text
from luhai.workspace import Workspace, write_atomically

_COLUMNS = {
    "classes": (
        "result_id place medium by time standard method class class_name deciding exceedance "
        "samples censored confidence enough scope"
    ),
    "indicators": (
        "result_id place medium by time standard indicator mean mean_rounded digits class "
        "class_name limit limit_class exceedance over_samples samples censored counts"
    ),
    "attainment": (
        "result_id place medium year target_class class attains deciding exceedance samples "
        "enough class_result_id scope"
    ),
    "groups": (
        "result_id group group_kind medium year rule share_1 share_2 share_3 share_4 share_5 "
        "share_6 level level_name places main_pollutants"
    ),
    "changes": "result_id group group_kind year_before year before after change words",
    "trends": (
        "result_id place indicator test season statistic p slope_per_year slope_low slope_high n "
        "censored years"
    ),
    "outlook": (
        "result_id place medium year indicator target_class limit mean_so_far samples remaining "
        "required_mean probability probability_low probability_high history_n skill"
    ),
    "warnings": "result_id place medium year indicator kind level value reference limit",
}
TABLES = {name: tuple(columns.split()) for name, columns in _COLUMNS.items()}
"""Result tables and the columns that each must have; a table may have more."""

PARTS = ("left_out", "outlook_indicators", "outlook_history", "outlook_backtest")
"""Tables without ids of their own that a run may also hold: what results were made of."""

_RUNS = "runs"
_CURRENT = "current"
_MANIFEST = "run.json"
_VOLATILE = ("created", "run")


@dataclass(frozen=True)
class Run:
    """One analysis of a workspace.

    Attributes:
        id: name of the run, derived from its content.
        folder: folder with its Parquet tables.
        manifest: content of ``run.json``: ``created``, ``code_version``, ``data_version``,
            ``demonstration``, ``year`` (running year or ``None``), ``data_until``, ``plan``,
            ``standards``, ``methods``, ``tables`` (rows and SHA-256 of each).
    """

    id: str
    folder: Path
    manifest: dict[str, Any] = field(default_factory=dict)

    @property
    def data_version(self) -> int:
        """Version of the observation store that the run rests on."""
        return int(self.manifest["data_version"])

    @property
    def year(self) -> int | None:
        """The running year that outlook and warnings speak of, or ``None``."""
        year = self.manifest.get("year")
        return None if year is None else int(year)

    @property
    def demonstration(self) -> bool:
        """Whether the run rests on invented data."""
        return bool(self.manifest.get("demonstration", False))

    def table(self, name: str) -> pl.DataFrame:
        """One result table; see ``TABLES`` for its columns. A part that the run lacks is empty.

        Raises:
            UsageError: there is no such table.
        """
        check_table_name(name)
        if name in PARTS and name not in self.manifest.get("tables", {}):
            return pl.DataFrame()
        return _load(str(self.folder / f"{name}.parquet"))

    def tables(self) -> dict[str, pl.DataFrame]:
        """All result tables."""
        return {name: self.table(name) for name in TABLES}

    def find(self, result_id: str) -> tuple[str, dict[str, Any]] | None:
        """Table and row that hold a result, or ``None``."""
        for name in TABLES:
            rows = self.table(name).filter(pl.col("result_id") == result_id)
            if rows.height:
                return name, rows.row(0, named=True)
        return None


def check_table_name(name: str) -> None:
    """Refuse a table that does not exist, and name those that do."""
    if name not in TABLES and name not in PARTS:
        raise UsageError(
            Text("There is no result table {name!r}.", {"name": name}),
            remedy=Text("Tables: {tables}.", {"tables": ", ".join(TABLES)}),
        )


@lru_cache(maxsize=64)
def _load(path: str) -> pl.DataFrame:
    # Runs never change once written, so that a table may be kept in memory by its path.
    return pl.read_parquet(path)


def table_bytes(frame: pl.DataFrame) -> bytes:
    """The Parquet form of a table; equal frames give equal bytes."""
    stream = io.BytesIO()
    frame.write_parquet(stream, compression="zstd", statistics=True)
    return stream.getvalue()


def checked(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """A table with its required columns first, sorted by id.

    Raises:
        InputError: a column is missing, an id is missing or stands on two rows.
    """
    check_table_name(name)
    missing = [column for column in TABLES[name] if column not in frame.columns]
    if missing:
        raise InputError(
            Text("The result table lacks the columns {missing}.", {"missing": ", ".join(missing)}),
            where=name,
            remedy=Text("The analysis that made it must be mended; nothing was stored."),
        )
    ids = frame.get_column("result_id")
    if ids.null_count() or ids.n_unique() != ids.len():
        twice = frame.filter(ids.is_duplicated()).get_column("result_id").unique().to_list()[:3]
        raise InputError(
            Text(
                "Each result must have an id of its own; these stand on several rows: {twice}.",
                {"twice": twice},
            ),
            where=name,
            remedy=Text("The analysis that made it must be mended; nothing was stored."),
        )
    others = [column for column in frame.columns if column not in TABLES[name]]
    return frame.select([*TABLES[name], *others]).sort("result_id")


def write_run(
    workspace: Workspace, tables: Mapping[str, pl.DataFrame], manifest: Mapping[str, Any]
) -> Run:
    """Store a run whole and make it the current one.

    Args:
        workspace: where to.
        tables: every table of ``TABLES``, and those of ``PARTS`` that there are.
        manifest: what the run rests on (see :class:`Run`), without ``created`` and ``tables``.

    Raises:
        InputError: a table is missing, incomplete or has ids twice; nothing is stored then.
    """
    absent = sorted(set(TABLES) - set(tables))
    if absent:
        raise InputError(
            Text("Result tables are missing: {absent}.", {"absent": ", ".join(absent)}),
            remedy=Text("Give every table, an empty one where there is nothing to say."),
        )
    contents = {name: table_bytes(checked(name, tables[name])) for name in TABLES}
    contents |= {name: table_bytes(tables[name]) for name in PARTS if name in tables}
    described = {
        name: {"rows": tables[name].height, "sha256": sha256(content).hexdigest()}
        for name, content in contents.items()
    }
    content: dict[str, Any] = {**manifest, "tables": described}
    fixed = {key: value for key, value in content.items() if key not in _VOLATILE}
    text = json.dumps(fixed, sort_keys=True, ensure_ascii=False, default=str)
    run_id = blake2b(text.encode(), digest_size=8).hexdigest()
    content = {"run": run_id, "created": datetime.now(UTC).isoformat(timespec="seconds"), **content}
    folder = workspace.results / _RUNS / run_id
    _write_folder(folder, contents, content)
    write_atomically(workspace.results / _CURRENT, f"{run_id}\n".encode())
    return Run(run_id, folder, content)


def _write_folder(folder: Path, contents: Mapping[str, bytes], manifest: dict[str, Any]) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".new-"))
    try:
        for name, content in contents.items():
            write_atomically(temporary / f"{name}.parquet", content)
        text = json.dumps(manifest, ensure_ascii=False, indent=2, default=str)
        write_atomically(temporary / _MANIFEST, text.encode())
        temporary.chmod(0o755)
        try:
            temporary.rename(folder)
        except OSError:
            if not (folder / _MANIFEST).is_file():
                raise
            # The same run again: its tables are the same bits, only the time is newer.
            write_atomically(folder / _MANIFEST, text.encode())
    finally:
        if temporary.exists():
            shutil.rmtree(temporary)


def open_run(workspace: Workspace, run_id: str) -> Run:
    """A stored run by its id.

    Raises:
        NotFoundError: there is no such run.
        InputError: its description cannot be read.
    """
    folder = workspace.results / _RUNS / run_id
    file = folder / _MANIFEST
    if not run_id or not file.is_file():
        raise NotFoundError(
            Text("There is no run {run_id!r} here.", {"run_id": run_id}),
            where=str(workspace.root),
            remedy=Text(
                "Run the analysis: luhai analyse --workspace {workspace}.",
                {"workspace": workspace.root},
            ),
        )
    try:
        manifest = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(
            Text("The description of the run cannot be read: {error}.", {"error": error}),
            where=str(file),
            remedy=Text(
                "Run the analysis again: luhai analyse --workspace {workspace}.",
                {"workspace": workspace.root},
            ),
        ) from error
    return Run(run_id, folder, manifest)


def current_run(workspace: Workspace) -> Run | None:
    """The run that readers see, or ``None`` when nothing has been analysed yet."""
    pointer = workspace.results / _CURRENT
    if not pointer.is_file():
        return None
    return open_run(workspace, pointer.read_text(encoding="utf-8").strip())


def runs(workspace: Workspace) -> list[Run]:
    """All stored runs, newest first."""
    folder = workspace.results / _RUNS
    names = (
        [path.name for path in folder.iterdir() if (path / _MANIFEST).is_file()]
        if folder.is_dir()
        else []
    )
    found = [open_run(workspace, name) for name in sorted(names)]
    return sorted(found, key=lambda run: (run.manifest.get("created", ""), run.id), reverse=True)


def require_run(workspace: Workspace) -> Run:
    """The current run.

    Raises:
        NotFoundError: nothing has been analysed yet.
    """
    run = current_run(workspace)
    if run is None:
        raise NotFoundError(
            Text("This workspace has not been analysed yet."),
            where=str(workspace.root),
            remedy=Text(
                "Run: luhai analyse --workspace {workspace}.", {"workspace": workspace.root}
            ),
        )
    return run


def read_table(workspace: Workspace, name: str) -> pl.DataFrame:
    """One table of the current run.

    Raises:
        NotFoundError: nothing has been analysed yet.
        UsageError: there is no such table.
    """
    return require_run(workspace).table(name)
