"""Parts that the explanations of all kinds of results share: names, periods, raw rows, versions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from functools import cached_property
from typing import Any

import polars as pl

from luhai.assessment.naming import place_label
from luhai.assessment.results import Run
from luhai.observations.filing import kept_file
from luhai.observations.quality import quality_flags
from luhai.observations.reading import raw_rows
from luhai.observations.store import ObservationStore
from luhai.plan import Plan, load_plan
from luhai.standards import indicator
from luhai.text import LANGUAGES, N_, Text, render_part
from luhai.why import RawRow, Why
from luhai.workspace import Workspace

LOCAL = timezone(timedelta(hours=8))
SIGNIFICANT = 12
"""Digits kept of a mean before it is rounded, as :mod:`luhai.standards.rounding` does."""

_SEASONS = (N_("{year} winter"), N_("{year} spring"), N_("{year} summer"), N_("{year} autumn"))
_SEPARATORS = {"zh": "、", "en": ", "}
CLAUSES = {"zh": "；", "en": "; "}
"""Separators of half-sentences."""


@dataclass
class Evidence:
    """What an explanation draws on: one workspace, one run, the store at the run's version."""

    workspace: Workspace
    run: Run
    _rows: dict[Any, pl.DataFrame] = field(default_factory=dict, repr=False)
    _raw: dict[Any, RawRow] = field(default_factory=dict, repr=False)

    @cached_property
    def store(self) -> ObservationStore:
        """The workspace's store."""
        return ObservationStore(self.workspace)

    @cached_property
    def plan(self) -> Plan | None:
        """The workspace's plan."""
        return load_plan(self.workspace.plan) if self.workspace.plan else None

    def observations(
        self,
        place: str | Sequence[str],
        indicators: str | Sequence[str] | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> pl.DataFrame:
        """Raw observations of the run's data version, up to the running year."""
        key = (_key(place), _key(indicators), start, end)
        if key not in self._rows:
            rows = self.store.rows(
                place=place,
                indicator=indicators,
                start=start,
                end=end,
                version=self.run.data_version,
            )
            if self.run.year is not None:
                rows = rows.filter(pl.col("year") <= self.run.year)
            self._rows[key] = rows
        return self._rows[key]

    def raw_row(self, observation: dict[str, Any]) -> RawRow:
        """The row of the imported file that an observation was read from."""
        key = tuple(observation[name] for name in ("file_hash", "file", "sheet", "row"))
        if key not in self._raw:
            self._raw[key] = raw_rows(
                kept_file(self.workspace, observation["file_hash"]),
                observation["file"],
                observation["sheet"] or "",
                observation["row"],
                around=1,
            )
        found = self._raw[key]
        return RawRow(
            found.file,
            observation["file_hash"],
            found.sheet,
            found.row,
            observation["column"] or "",
            found.header,
            found.cells,
        )

    def place_name(self, place: str) -> dict[str, str]:
        """Id and name of a place, in both languages."""
        return place_label(place, self.plan.places if self.plan else None)


def _key(wanted: str | Sequence[str] | None) -> Any:
    return wanted if wanted is None or isinstance(wanted, str) else tuple(wanted)


def listed(parts: Iterable[Any], separators: Mapping[str, str] = _SEPARATORS) -> dict[str, str]:
    """Several names or texts in one, with each language's own separator."""
    given = list(parts)
    return {
        language: separators[language].join(str(render_part(part, language)) for part in given)
        for language in LANGUAGES
    }


def flag_names(flags: Sequence[str]) -> dict[str, str]:
    """Names of quality flags in both languages; a flag that no table knows keeps its code."""
    known = quality_flags()
    return listed(known[flag].name if flag in known else flag for flag in flags)


def indicator_names(codes: str) -> dict[str, str]:
    """Names of indicator codes joined by ``;``."""
    return listed(indicator(code).short for code in codes.split(";") if code)


def local(moment: str | datetime) -> datetime:
    """A time, or the ISO text of one, in the local calendar."""
    given = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return given.astimezone(LOCAL)


def period(by: str, time: str) -> Text:
    """Name of a period by its kind and start."""
    start = local(time)
    if by == "year":
        return Text("{year}", {"year": f"{start.year}"})
    if by == "season":
        return Text(_SEASONS[(start.month - 1) // 3], {"year": start.year})
    if by == "month":
        month = {"zh": str(start.month), "en": f"{start.month:02d}"}
        return Text("{year}-{month}", {"year": start.year, "month": month})
    if by == "rolling":
        return Text("the year from {year}-{month}", {"year": start.year, "month": start.month})
    return Text("{time}", {"time": start.strftime("%Y-%m-%d %H:%M")})


def period_end(by: str, time: str) -> datetime:
    """First moment after a period; for a sample, the next microsecond."""
    start = local(time)
    if by == "sample":
        return start + timedelta(microseconds=1)
    months = {"month": 1, "season": 3}.get(by, 12)
    number = start.year * 12 + start.month - 1 + months
    return start.replace(year=number // 12, month=number % 12 + 1)


def number_text(value: float | None, digits: int = SIGNIFICANT) -> str:
    """A number with so many significant digits at most, without a tail of zeros."""
    if value is None:
        return "–"
    text = f"{value:.{digits}g}"
    if "e-" in text:
        text = f"{value:.10f}".rstrip("0").rstrip(".")
    return text.replace("-", "−")


def value_steps(evidence: Evidence, observation: dict[str, Any]) -> Why:
    """One measured value as written, with its row; the unit conversion where there was one."""
    found = indicator(observation["indicator"])
    written = observation["value_text"] or ""
    unit_text = observation["unit_text"] or ""
    value = observation["value"]
    as_written = f"{written} {unit_text}".strip()
    stored = f"{observation['censored']}{number_text(value)} {found.unit}".strip()
    flags = [flag for flag in (observation["flag"] or "").split(";") if flag]
    return Why(
        kind="value",
        statement=Text(
            "{indicator}, {time}{layer}: {written}",
            {
                "indicator": found.short,
                "time": written_time(observation),
                "layer": layer_text(observation),
                "written": as_written,
            },
        ),
        detail=Text("Quality flags: {flags}", {"flags": flag_names(flags)}) if flags else None,
        value="" if value is None else number_text(value),
        unit=found.unit,
        formula=f"{as_written} = {stored}" if _converted(observation) else "",
        children=(row_step(evidence, observation),),
    )


def _converted(observation: dict[str, Any]) -> bool:
    """Whether the stored value is another number than the written one."""
    value, written = observation["value"], observation["value_text"] or ""
    if value is None:
        return False
    try:
        return bool(float(written) != value)
    except ValueError:
        # A mark of non-detection, full-width digits and the like: the number shows how it was read.
        return True


def quantity(value: str, unit: str) -> str:
    """A number with its unit, where it has one."""
    return f"{value} {unit}".strip()


def written_time(observation: dict[str, Any]) -> str:
    """Local time of an observation, as exact as it was written."""
    pattern = {"day": "%Y-%m-%d", "month": "%Y-%m"}.get(
        observation["precision"] or "", "%Y-%m-%d %H:%M"
    )
    return local(observation["time"]).strftime(pattern)


_LAYERS = {
    "surface": N_(" (surface)"),
    "middle": N_(" (middle layer)"),
    "bottom": N_(" (bottom)"),
}


def layer_text(observation: dict[str, Any]) -> Text | str:
    """Layer of an observation in brackets, or nothing."""
    layer = observation["layer"]
    if layer in _LAYERS:
        return Text(_LAYERS[layer])
    depth = observation["depth_m"]
    return "" if depth is None else Text(" ({depth} m deep)", {"depth": number_text(depth)})


def row_step(evidence: Evidence, observation: dict[str, Any]) -> Why:
    """The leaf: the row of the file that a value was read from."""
    row = evidence.raw_row(observation)
    where = f"{row.file} › {row.sheet}" if row.sheet and row.sheet not in row.file else row.file
    return Why(
        kind="row",
        statement=Text(
            "{file}, row {row}, column {column}",
            {"file": where, "row": row.row, "column": row.column},
        )
        if row.column
        else Text("{file}, row {row}", {"file": where, "row": row.row}),
        value=observation["value_text"] or "",
        row=row,
    )


def versions_step(evidence: Evidence, result_id: str, same: bool | None = None) -> Why:
    """Ids and versions; whether recomputing gave the stored figure."""
    run = evidence.run
    manifest = run.manifest
    details = {
        None: None,
        True: Text("Recomputed from the store: the same figure."),
        False: Text(
            "Recomputed from the store: the figure differs from the stored one. Analyse again."
        ),
    }
    return Why(
        kind="version",
        statement=Text(
            "Result {result_id}, run {run}, data version {data}, code {code}",
            {
                "result_id": result_id,
                "run": run.id,
                "data": manifest["data_version"],
                "code": manifest["code_version"],
            },
        ),
        detail=details[same],
    )
