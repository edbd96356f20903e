"""What was measured at a place, sample by sample, with the file and row that each came from.

The rows come from the observation store at the version that the results rest on, so that the
samples below a chart are those that the chart was made from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import polars as pl

from luhai.observations.schema import OBSERVATION_SCHEMA
from luhai.observations.store import NO_VERSION, ObservationStore
from luhai.standards import indicators
from luhai.web.snapshot import Snapshot

LOCAL = "Asia/Shanghai"


@dataclass
class Cell:
    """One measured value as a page shows it.

    ``text`` is the value as written by the laboratory when it is a non-detect, else the number in
    the indicator's unit; ``result_id`` opens its why and is empty when no result rests on it.
    """

    text: str
    flag: str
    result_id: str


@dataclass
class SampleRow:
    """One sample: all that one row of a file holds of one place and moment."""

    anchor: str
    when: datetime
    when_text: str
    layer: str
    source: str
    row: int
    flags: set[str] = field(default_factory=set)
    cells: dict[str, Cell] = field(default_factory=dict)


def observations(state: Snapshot, place_id: str) -> pl.DataFrame:
    """Stored rows of a place at the results' data version, newest first."""
    store = ObservationStore(state.workspace)
    if state.run is None or store.version == NO_VERSION:
        frame = pl.DataFrame(schema=OBSERVATION_SCHEMA)
    else:
        frame = store.rows(place=place_id, version=state.run.data_version)
    return frame.with_columns(pl.col("time").dt.convert_time_zone(LOCAL).alias("local")).sort(
        "local", "layer", "row", descending=[True, False, False]
    )


def codes_of(frame: pl.DataFrame) -> list[str]:
    """Indicators that occur, in the order of the indicator table."""
    found = set(frame.get_column("indicator").unique().to_list())
    return [code for code in indicators() if code in found] + sorted(found - set(indicators()))


def sample_rows(frame: pl.DataFrame, results: dict[tuple[str, str], str]) -> list[SampleRow]:
    """One row per sample, newest first.

    Args:
        frame: result of :func:`observations`.
        results: ids of sample results by start of the sample (ISO 8601) and indicator.
    """
    rows: dict[tuple[Any, ...], SampleRow] = {}
    for item in frame.iter_rows(named=True):
        key = (item["file_hash"], item["sheet"], item["row"], item["local"], item["layer"])
        row = rows.get(key)
        if row is None:
            row = rows[key] = _new_row(item, len(rows) + 1)
        result_id = results.get((_iso(item["local"]), item["indicator"]), "")
        row.cells[item["indicator"]] = Cell(value_text(item), item["flag"], result_id)
        row.flags.update(filter(None, item["flag"].split(";")))
    return list(rows.values())


def _new_row(item: dict[str, Any], number: int) -> SampleRow:
    shown = "%Y-%m" if item["precision"] == "month" else "%Y-%m-%d"
    if item["precision"] == "minute":
        shown = "%Y-%m-%d %H:%M"
    source = item["file"] + (f" · {item['sheet']}" if item["sheet"] else "")
    return SampleRow(
        anchor=f"sample-{number}",
        when=item["local"],
        when_text=item["local"].strftime(shown),
        layer=item["layer"] or "",
        source=source,
        row=item["row"],
    )


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def value_text(item: dict[str, Any]) -> str:
    """A value as it is shown: with ``<`` or ``>`` at its limit, and never at half of it."""
    if item["value"] is None:
        return item["value_text"] or "–"
    return f"{item['censored']}{item['value']:g}"


def sample_results(state: Snapshot, place_id: str) -> dict[tuple[str, str], str]:
    """Ids of the results of single samples, by start of the sample and indicator."""
    table = state.table("indicators")
    if table is None:
        return {}
    wanted = table.filter((pl.col("by") == "sample") & (pl.col("place") == place_id))
    columns: Sequence[str] = ("time", "indicator", "result_id")
    return {
        (str(time), str(code)): str(result_id)
        for time, code, result_id in wanted.select(columns).iter_rows()
    }
