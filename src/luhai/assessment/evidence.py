"""Everything that a result rests on in one archive, to keep, to send, or to repeat the figure."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import polars as pl

from luhai.assessment.why import explain, find_result
from luhai.assessment.why_plan import DOCUMENT, document_hash, is_plan_number
from luhai.observations.export import csv_bytes
from luhai.observations.filing import kept_file
from luhai.text import LANGUAGES
from luhai.workspace import Workspace


def evidence_bundle(workspace: Workspace, result_id: str) -> bytes:
    """Everything that a result rests on, as a zip archive to keep or to send.

    Holds ``why.zh.json`` and ``why.en.json`` (the explanation), ``result.json`` (the stored row),
    ``run.json`` (versions), ``raw_rows.csv`` (the rows of the imported files that the explanation
    reaches), and under ``files/`` the imported files themselves as they came.

    Raises:
        NotFoundError: no such result.
    """
    why = explain(workspace, result_id)
    rows = [step.row for step in why.walk() if step.row is not None]
    members: dict[str, bytes] = {
        f"why.{language}.json": _json(why.to_dict(language)) for language in LANGUAGES
    }
    if not is_plan_number(result_id):
        run, table, row = find_result(workspace, result_id)
        members["result.json"] = _json({"table": table, **row})
        members["run.json"] = _json(run.manifest)
    table_rows = [
        {
            "file": row.file,
            "file_hash": row.file_hash,
            "sheet": row.sheet,
            "row": row.row,
            "column": row.column,
            "cells": json.dumps(row.cells.get(row.row, ()), ensure_ascii=False),
        }
        for row in rows
    ]
    members["raw_rows.csv"] = csv_bytes(pl.DataFrame(table_rows, schema=_ROW_COLUMNS))
    for file_hash in sorted({row.file_hash for row in rows}):
        path = _source_file(workspace, file_hash)
        members[f"files/{path.name}"] = path.read_bytes()
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            # A fixed time: the same evidence is the same file.
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content)
    return stream.getvalue()


def _source_file(workspace: Workspace, file_hash: str) -> Path:
    """The imported file, or the plan's document, with this hash."""
    if workspace.plan is not None and document_hash(workspace.plan) == file_hash:
        return workspace.plan / DOCUMENT
    return kept_file(workspace, file_hash)


def _json(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False, indent=2, default=str).encode()


_ROW_COLUMNS = {
    "file": pl.String(),
    "file_hash": pl.String(),
    "sheet": pl.String(),
    "row": pl.Int64(),
    "column": pl.String(),
    "cells": pl.String(),
}
