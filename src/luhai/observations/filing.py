"""What is kept of an import: the file as it came, a report, and what was not taken.

Files are named by the SHA-256 of their content, so that the same file is kept once however often
it comes, and the hash in a row of the store leads back to its bytes.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from pathlib import Path
from typing import Any

import polars as pl

from luhai.errors import InputError, NotFoundError
from luhai.observations.export import csv_bytes, excel_bytes
from luhai.text import Text
from luhai.workspace import Workspace, write_atomically

_BLOCK = 1 << 20
_SUFFIXES = re.compile(r"(\.[A-Za-z0-9]{1,5}){1,2}$")
"""Suffixes that tell a reader the format, ``.csv.gz`` included."""


def keep_file(path: Path, workspace: Workspace, *, expected_hash: str) -> Path:
    """Keep a copy of a file, named by its content.

    Args:
        path: the file.
        workspace: whose ``files`` folder keeps it.
        expected_hash: SHA-256 of the bytes that were read.

    Raises:
        InputError: the file is no longer the one that was read.
    """
    kept = _kept(workspace, expected_hash)
    if kept is not None:
        return kept
    workspace.files.mkdir(parents=True, exist_ok=True)
    suffix = _SUFFIXES.search(path.name)
    target = workspace.files / f"{expected_hash}{suffix.group(0).lower() if suffix else ''}"
    handle, temporary = tempfile.mkstemp(dir=workspace.files, prefix=".incoming-")
    try:
        digest = hashlib.sha256()
        with os.fdopen(handle, "wb") as copy, path.open("rb") as original:
            while block := original.read(_BLOCK):
                digest.update(block)
                copy.write(block)
            copy.flush()
            os.fsync(copy.fileno())
        if digest.hexdigest() != expected_hash:
            raise InputError(
                Text("The file changed while it was being imported."),
                where=str(path),
                remedy=Text(
                    "Import it again when nothing writes to it any more; nothing was stored."
                ),
            )
        Path(temporary).replace(target)
    finally:
        Path(temporary).unlink(missing_ok=True)
    return target


def kept_file(workspace: Workspace, file_hash: str) -> Path:
    """The kept copy of the file with this SHA-256.

    Raises:
        NotFoundError: no such file is kept.
    """
    kept = _kept(workspace, file_hash)
    if kept is None:
        raise NotFoundError(
            Text("The imported file is not kept in this workspace."),
            where=f"{workspace.files}, {file_hash}",
            remedy=Text("Import the file again; its rows are recognised and not doubled."),
        )
    return kept


def write_report(workspace: Workspace, import_id: str, report: dict[str, Any]) -> Path:
    """Write the report of an import."""
    path = workspace.imports / f"{import_id}.json"
    content = json.dumps(report, ensure_ascii=False, indent=2, allow_nan=False)
    write_atomically(path, content.encode())
    return path


def write_rejects(
    workspace: Workspace, import_id: str, rejects: pl.DataFrame, *, excel: bool = False
) -> Path:
    """Write what an import did not take, as CSV or Excel."""
    if excel:
        path = workspace.imports / f"{import_id}.rejects.xlsx"
        write_atomically(path, excel_bytes({"rejects": rejects}))
    else:
        path = workspace.imports / f"{import_id}.rejects.csv"
        write_atomically(path, csv_bytes(rejects))
    return path


def import_reports(workspace: Workspace) -> list[dict[str, Any]]:
    """Reports of all imports of a workspace, newest first.

    Raises:
        InputError: a report is damaged.
    """
    reports = []
    for path in sorted(workspace.imports.glob("[0-9]*.json"), reverse=True):
        try:
            reports.append(json.loads(path.read_text(encoding="utf-8")))
        except ValueError as error:
            raise InputError(
                Text("The report of an import cannot be read: {reason}.", {"reason": str(error)}),
                where=str(path),
                remedy=Text("Remove the file; the observations do not depend on it."),
            ) from error
    return reports


def _kept(workspace: Workspace, file_hash: str) -> Path | None:
    if not re.fullmatch(r"[0-9a-f]{64}", file_hash):
        raise InputError(Text("This is no SHA-256."), where=file_hash)
    return next(iter(sorted(workspace.files.glob(f"{file_hash}*"))), None)
