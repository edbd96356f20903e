"""What was measured at a place, sample by sample, with the file and row that each came from.

The rows come from the observation store at the version that the results rest on, so that the
samples below a chart are those that the chart was made from. What the analysis derived from a
sample (inorganic nitrogen from its three parts) stands beside them, once for all layers of a
moment, because that is how the analysis takes a sample.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

import polars as pl

from luhai.observations.schema import OBSERVATION_SCHEMA
from luhai.observations.store import NO_VERSION, ObservationStore
from luhai.standards import indicators
from luhai.web import rules
from luhai.web.snapshot import Row, Snapshot

LOCAL = "Asia/Shanghai"
SIGNIFICANT = 4

SampleResults = dict[tuple[str, str], Row]
"""Results of single samples, by start of the sample (ISO 8601) and indicator."""


@dataclass
class Cell:
    """One value as a page shows it.

    ``result_id`` opens its why and is empty when no result rests on it; ``rowspan`` is above 1 for
    a value derived for all layers of a moment.
    """

    text: str
    result_id: str
    rowspan: int = 1


@dataclass
class SampleRow:
    """One sample: all that a file holds of one place, moment, layer and bottle."""

    anchor: str
    when: datetime
    when_text: str
    layer: str
    source: str
    first_row: int
    last_row: int
    flags: set[str] = field(default_factory=set)
    cells: dict[str, Cell] = field(default_factory=dict)
    covered: set[str] = field(default_factory=set)


def observations(state: Snapshot, place_id: str) -> pl.DataFrame:
    """Stored rows of a place at the results' data version, newest first."""
    store = ObservationStore(state.workspace)
    if state.run is None or store.version == NO_VERSION:
        frame = pl.DataFrame(schema=OBSERVATION_SCHEMA)
    else:
        frame = store.rows(place=place_id, version=state.run.data_version)
    return frame.with_columns(pl.col("time").dt.convert_time_zone(LOCAL).alias("local")).sort(
        "local", "layer", "row", descending=[True, True, False], nulls_last=True
    )


def codes_of(frame: pl.DataFrame) -> list[str]:
    """Indicators that occur, in the order of the indicator table."""
    found = set(frame.get_column("indicator").unique().to_list())
    return [code for code in indicators() if code in found] + sorted(found - set(indicators()))


def sample_rows(frame: pl.DataFrame, results: SampleResults) -> list[SampleRow]:
    """One row per sample, newest first.

    Args:
        frame: result of :func:`observations`.
        results: result of :func:`sample_results`.
    """
    rows: dict[tuple[Any, ...], SampleRow] = {}
    for item in frame.iter_rows(named=True):
        key = tuple(
            item[name] for name in ("local", "layer", "depth_m", "sample", "file_hash", "sheet")
        )
        row = rows.get(key)
        if row is None:
            row = rows[key] = _new_row(item, len(rows) + 1)
        result = results.get((_iso(item["local"]), item["indicator"]))
        row.cells[item["indicator"]] = Cell(value_text(item), result["result_id"] if result else "")
        row.flags.update(filter(None, item["flag"].split(";")))
        row.first_row = min(row.first_row, item["row"])
        row.last_row = max(row.last_row, item["row"])
    found = sorted(rows.values(), key=lambda row: row.when, reverse=True)
    _add_derived(found, results)
    return found


def _add_derived(rows: list[SampleRow], results: SampleResults) -> None:
    """Give each moment the values that the analysis derived and no file holds."""
    by_time: dict[str, list[Row]] = {}
    for (time, _code), result in results.items():
        by_time.setdefault(time, []).append(result)
    for when, members in groupby(rows, key=lambda row: row.when):
        group = list(members)
        measured = {code for row in group for code in row.cells}
        for result in by_time.get(_iso(when), []):
            code = result["indicator"]
            if code in measured or result["mean"] is None:
                continue
            text = rules.number_text(result["mean_rounded"], result["digits"])
            group[0].cells[code] = Cell(text, result["result_id"], len(group))
            for row in group[1:]:
                row.covered.add(code)


def _new_row(item: dict[str, Any], number: int) -> SampleRow:
    shown = "%Y-%m" if item["precision"] == "month" else "%Y-%m-%d"
    if item["precision"] == "minute":
        shown = "%Y-%m-%d %H:%M"
    return SampleRow(
        anchor=f"sample-{number}",
        when=item["local"],
        when_text=item["local"].strftime(shown),
        layer=item["layer"] or "",
        source=item["file"] + (f" · {item['sheet']}" if item["sheet"] else ""),
        first_row=item["row"],
        last_row=item["row"],
    )


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def value_text(item: dict[str, Any]) -> str:
    """A value as it is shown: with ``<`` or ``>`` at its limit, and never at half of it."""
    if item["value"] is None:
        return item["value_text"] or "–"
    return f"{item['censored']}{_plain(float(item['value']))}"


def _plain(value: float) -> str:
    """A number without exponent; decimals beyond the fourth figure, which a change of unit brings
    in, are left out (the download holds them)."""
    decimals = max(SIGNIFICANT - 1 - math.floor(math.log10(abs(value))), 0) if value else 0
    text = f"{value:.{decimals}f}".replace("-", rules.MINUS)
    return text.rstrip("0").rstrip(".") if "." in text else text


def sample_results(state: Snapshot, place_id: str) -> SampleResults:
    """Results of the single samples of a place."""
    table = state.table("indicators")
    if table is None:
        return {}
    wanted = table.filter((pl.col("by") == "sample") & (pl.col("place") == place_id))
    return {(str(row["time"]), row["indicator"]): row for row in wanted.to_dicts()}


@dataclass(frozen=True)
class Point:
    """One sampled value for a chart."""

    when: datetime
    value: float
    censored: str
    layer: str
    text: str


def points(frame: pl.DataFrame, results: SampleResults, code: str) -> Iterator[Point]:
    """Values of an indicator: as measured, and derived where no file holds it."""
    measured = frame.filter(pl.col("indicator") == code)
    for item in measured.iter_rows(named=True):
        if item["value"] is not None:
            yield Point(
                item["local"],
                float(item["value"]),
                item["censored"],
                item["layer"] or "",
                value_text(item),
            )
    times = {_iso(moment) for moment in measured.get_column("local").to_list()}
    for (time, indicator), row in results.items():
        if indicator == code and time not in times and row["mean"] is not None:
            text = rules.number_text(row["mean_rounded"], row["digits"])
            yield Point(datetime.fromisoformat(time), float(row["mean"]), "", "", text)
