"""What would an import do? The same reading, checks and comparison, without storing anything.

The import page shows it before the files go in: what was understood, what would be rejected and
why, which values are new, which are known, and which contradict stored ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from luhai.errors import LuhaiError
from luhai.observations.importing import (
    Progress,
    ReadFile,
    RowAccount,
    account_for_rows,
    compare_and_flag,
    find_files,
    looks_like_table,
    read_file,
    reading_options,
    skipped,
)
from luhai.observations.place_contexts import load_contexts
from luhai.observations.reading import ReadOptions
from luhai.observations.reading.mapping import Mapping
from luhai.observations.reading.places import qualify_places
from luhai.observations.reports import FileReport
from luhai.observations.schema import OBSERVATION_SCHEMA
from luhai.observations.staging import StagedObservations
from luhai.observations.store import ObservationStore
from luhai.text import DEFAULT_LANGUAGE
from luhai.workspace import Workspace

EXAMPLES = 20
"""Rows shown of each kind."""


@dataclass(frozen=True)
class RejectGroup:
    """Rejects of one reason.

    Attributes:
        reason: its code.
        count: rejects.
        examples: the first of them, with file, sheet, row, column, text and sentence.
    """

    reason: str
    count: int
    examples: tuple[dict[str, Any], ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain mapping for JSON."""
        return {"reason": self.reason, "count": self.count, "examples": list(self.examples)}


@dataclass(frozen=True)
class FilePreview:
    """What an import of one file would do.

    Attributes:
        report: the report the import would give; without import id and version.
        rejects: what would be rejected, grouped by reason, the most frequent first.
        new: values that are not stored yet and contradict none.
        changed: values where the store holds another one for the same place, medium, time, layer,
            depth, sample and indicator. Both would be kept; the new one is flagged.
        same: values stored already, or repeated within the file.
        examples: the first new values, rows of ``OBSERVATION_SCHEMA``.
        changed_examples: the first values that contradict the store.
    """

    report: FileReport
    rejects: tuple[RejectGroup, ...] = ()
    new: int = 0
    changed: int = 0
    same: int = 0
    examples: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=OBSERVATION_SCHEMA))
    changed_examples: pl.DataFrame = field(
        default_factory=lambda: pl.DataFrame(schema=OBSERVATION_SCHEMA)
    )

    def to_dict(self, language: str = DEFAULT_LANGUAGE) -> dict[str, Any]:
        """Plain mapping for JSON."""
        return self.report.to_dict(language) | {
            "rejects": [group.to_dict() for group in self.rejects],
            "new": self.new,
            "changed": self.changed,
            "same": self.same,
        }


@dataclass(frozen=True)
class ImportPreview:
    """What an import of several files would do, each compared with the store as it is now."""

    files: tuple[FilePreview, ...]
    version: int

    @property
    def new(self) -> int:
        """Values of all files that would be new."""
        return sum(file.new for file in self.files)

    @property
    def changed(self) -> int:
        """Values of all files that contradict stored ones."""
        return sum(file.changed for file in self.files)

    @property
    def same(self) -> int:
        """Values of all files that are stored already."""
        return sum(file.same for file in self.files)


def preview(
    paths: Sequence[str | Path],
    workspace: Workspace,
    *,
    medium: str | None = None,
    year: int | None = None,
    mapping: str | Path | Mapping | None = None,
    progress: Progress | None = None,
    language: str = DEFAULT_LANGUAGE,
    now: datetime | None = None,
) -> ImportPreview:
    """Read and compare files without storing anything; arguments as for ``import_paths``."""
    options = reading_options(
        workspace, medium=medium, year=year, mapping=mapping, language=language
    )
    found = find_files(paths)
    load_contexts(workspace)  # damage to the workspace is no fault of a file: raise it first
    files = []
    for position, (path, is_named) in enumerate(found):
        if progress is not None:
            progress(position, len(found), path.name)
        if is_named or looks_like_table(path):
            files.append(_preview_file(path, options, workspace, now))
        else:
            files.append(FilePreview(skipped(path)))
    if progress is not None:
        progress(len(found), len(found), "")
    return ImportPreview(tuple(files), ObservationStore(workspace).version)


def _preview_file(
    path: Path, options: ReadOptions, workspace: Workspace, now: datetime | None
) -> FilePreview:
    store = ObservationStore(workspace)
    account = RowAccount()
    changed, examples, changed_examples = 0, [], []
    with StagedObservations() as staged:
        try:
            content = read_file(path, options, staged)
            places = qualify_places(content.contexts, load_contexts(workspace)).known
            for compared, flagged in compare_and_flag(content, places, store, account, now):
                changed += int(compared.contradicts.sum())
                examples.append(_first(flagged, compared.is_new & ~compared.contradicts))
                changed_examples.append(_first(flagged, compared.contradicts))
            report = _report(path, content, account)
        except LuhaiError as error:
            return FilePreview(FileReport(str(path), error=error))
    empty = pl.DataFrame(schema=OBSERVATION_SCHEMA)
    return FilePreview(
        report=report,
        rejects=_by_reason(content.rejects_frame),
        new=account.new_values - changed,
        changed=changed,
        same=account.values - account.new_values,
        examples=pl.concat([empty, *examples]).head(EXAMPLES),
        changed_examples=pl.concat([empty, *changed_examples]).head(EXAMPLES),
    )


def _report(path: Path, content: ReadFile, account: RowAccount) -> FileReport:
    members = account_for_rows(content, account)
    return FileReport(
        file=str(path),
        file_hash=content.file_hash,
        rows=sum(member.rows for member in members),
        accepted=sum(member.accepted for member in members),
        duplicates=sum(member.duplicates for member in members),
        rejected=sum(member.rejected for member in members),
        values=account.values,
        new_values=account.new_values,
        flagged=dict(sorted(account.flagged.items())),
        columns_rejected=content.columns_rejected,
        members=members,
    )


def _first(frame: pl.DataFrame, mask: np.ndarray[Any, np.dtype[np.bool_]]) -> pl.DataFrame:
    return frame[np.flatnonzero(mask)[:EXAMPLES]]


def _by_reason(rejects: pl.DataFrame) -> tuple[RejectGroup, ...]:
    counts = rejects.group_by("reason", maintain_order=True).len().sort("len", descending=True)
    return tuple(
        RejectGroup(
            reason,
            count,
            tuple(rejects.filter(pl.col("reason") == reason).head(EXAMPLES).to_dicts()),
        )
        for reason, count in counts.iter_rows()
    )
