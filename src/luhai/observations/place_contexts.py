"""Which of the places that share a name is meant, in this import and all before it?

The readers tell places of the same name apart by their context (province, basin, river; see
``reading.places``). A name once given to a place in its context stays for ever, so the workspace
keeps what was given in ``imports/place_contexts.json``. The context travels with the rows until the
whole file is read, because only then is it known which names are shared.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import polars as pl

from luhai.errors import InputError
from luhai.observations.quality.position import with_moved_flag
from luhai.observations.reading.result import CONTEXT_SCHEMA, ROW_STATE_SCHEMA, ReadResult
from luhai.observations.schema import OBSERVATION_SCHEMA, REJECT_SCHEMA
from luhai.plan.places import PlaceRegister
from luhai.text import Text
from luhai.workspace import Workspace, write_atomically

Places = Mapping[tuple[str, str], str]
"""The place that a name in its context stands for."""

_CONTEXT = "context"
_TRAVELLING: dict[str, pl.DataType] = {
    name: CONTEXT_SCHEMA[name] for name in (_CONTEXT, "longitude", "latitude")
}
"""What travels with the rows until all of a file is read."""


def with_context(result: ReadResult) -> pl.DataFrame:
    """The observations of a table with context and position in columns of their own."""
    stated = result.place_contexts.with_columns(
        pl.when(pl.col(_CONTEXT) != "").then(_CONTEXT)
    ).select("row", *_TRAVELLING)
    stated = stated.filter(pl.any_horizontal(pl.col(list(_TRAVELLING)).is_not_null()))
    if stated.height == 0:
        return result.observations.with_columns(
            pl.lit(None, dtype).alias(name) for name, dtype in _TRAVELLING.items()
        )
    return result.observations.join(
        stated, on="row", how="left", validate="m:1", maintain_order="left"
    )


def only_contexts(result: ReadResult) -> ReadResult:
    """The table without its rows: each name in its context once."""
    return replace(
        result,
        row_states=pl.DataFrame(schema=ROW_STATE_SCHEMA),
        observations=pl.DataFrame(schema=OBSERVATION_SCHEMA),
        rejects=pl.DataFrame(schema=REJECT_SCHEMA),
        place_contexts=result.place_contexts.filter(pl.col("context") != "").unique(
            ["place", "context"], maintain_order=True
        ),
    )


def qualified(
    frame: pl.DataFrame, places: Places, register: PlaceRegister | None = None
) -> pl.DataFrame:
    """Observations with the place that their name in its context stands for.

    Context and position end here: rows whose stated position is off their station are flagged.
    """
    frame = with_moved_flag(_renamed(frame, places), register)
    return frame.select(list(OBSERVATION_SCHEMA))


def _renamed(frame: pl.DataFrame, places: Places) -> pl.DataFrame:
    renamed = [(name, context, place) for (name, context), place in places.items() if place != name]
    if not renamed or frame[_CONTEXT].null_count() == frame.height:
        return frame
    table = pl.DataFrame(
        renamed,
        schema={"place": pl.String, _CONTEXT: pl.String, "_qualified": pl.String},
        orient="row",
    )
    return (
        frame.join(table, on=["place", _CONTEXT], how="left", validate="m:1", maintain_order="left")
        .with_columns(place=pl.coalesce("_qualified", "place"))
        .drop("_qualified")
    )


def load_contexts(workspace: Workspace) -> dict[tuple[str, str], str]:
    """What earlier imports called each name in its context.

    Raises:
        InputError: the file is damaged.
    """
    file = _file(workspace)
    if not file.is_file():
        return {}
    try:
        entries = json.loads(file.read_text(encoding="utf-8"))
        return {(entry["name"], entry["context"]): entry["place"] for entry in entries}
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(
            Text(
                "The names that places were given cannot be read: {reason}.", {"reason": str(error)}
            ),
            where=str(file),
            why=Text("Without it, rows of two places could come under one name."),
            remedy=Text("Restore the file from a backup."),
        ) from error


def save_contexts(workspace: Workspace, places: Places) -> None:
    """Keep what each name in its context is called."""
    entries = [
        {"name": name, "context": context, "place": place}
        for (name, context), place in sorted(places.items())
    ]
    content = json.dumps(entries, ensure_ascii=False, indent=1)
    write_atomically(_file(workspace), content.encode())


def _file(workspace: Workspace) -> Path:
    return workspace.imports / "place_contexts.json"
