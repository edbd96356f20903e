"""The whole analysis of a workspace, from the store to the stored results.

Joins what the other modules of this room compute, for the places and targets of the workspace's
plan: classes by sample, month, season and year, attainment, groups and changes, trends, the outlook
for the running year, and warnings. It computes nothing of its own, so that every figure has one
home; what the figures rest on (data version, standards, methods, plan) goes into the run's
description, from which the same run can be repeated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from hashlib import sha256
from pathlib import Path
from typing import Any

import narwhals as nw
import polars as pl

from luhai import __version__
from luhai.assessment.assessing import assess
from luhai.assessment.attainment import attainment
from luhai.assessment.change import changes
from luhai.assessment.groups import groups
from luhai.assessment.outlook import outlook_details
from luhai.assessment.results import TABLES, Run, open_run, write_run
from luhai.assessment.trend import TREND_SCHEMA, trend
from luhai.assessment.warning import warnings
from luhai.errors import InputError
from luhai.observations.store import NO_VERSION, ObservationStore
from luhai.plan import PlaceRegister, Plan, load_plan
from luhai.standards import load_method, load_standard, standard_in_force, standards
from luhai.standards.methods import assessment_methods
from luhai.text import N_, Text
from luhai.workspace import Workspace

Progress = Callable[[int, int, str], None]

PERIODS = ("sample", "month", "season", "year")
LOCAL = timezone(timedelta(hours=8))
"""The local calendar of the observation table (docs/architecture.md, Periods)."""
COLUMNS = (
    *("place", "medium", "time", "precision", "layer", "depth_m", "sample", "indicator", "value"),
    *("censored", "flag", "year", "month", "day"),
)
"""Columns of the observation table that figures rest on; the others tell where they came from."""

IN_MEMORY_ROWS = 5_000_000
"""Up to so many observations (about 1 GB) are held in memory, which is some times faster; more are
read from the store's files for each step. Both give the same bits."""

SAMPLE_LEVEL_ROWS = 5_000_000
"""Classes of single samples are stored up to so many observations. Beyond, their tables would be
larger than the store itself; ``luhai assess --by sample`` writes them to a file."""

STEPS = (
    N_("reading the store"),
    N_("classes"),
    N_("attainment"),
    N_("groups and changes"),
    N_("trends"),
    N_("outlook"),
    N_("warnings"),
    N_("storing the results"),
)


@dataclass
class Inputs:
    """What an analysis works on, read once.

    Attributes:
        frame: the observations of the version up to the running year, a narwhals frame: in memory
            where they fit, else lazy over the store's files.
        version: version of the store.
        observations: their number.
        media: media among them.
        plan: the workspace's plan, or ``None``.
        year: the running year.
        until: time of the newest observation.
        standards: standard id of each medium.
    """

    workspace: Workspace
    frame: Any
    version: int
    observations: int
    media: tuple[str, ...]
    plan: Plan | None
    year: int
    until: datetime
    standards: dict[str, str] = field(default_factory=dict)

    @property
    def register(self) -> PlaceRegister | None:
        """Places of the plan, or ``None``."""
        return self.plan.places if self.plan else None

    @property
    def as_of(self) -> date:
        """Local day of the newest observation: what comes after it is not known yet."""
        return self.until.astimezone(LOCAL).date()

    @property
    def periods(self) -> tuple[str, ...]:
        """Periods whose classes are stored."""
        return PERIODS if self.observations <= SAMPLE_LEVEL_ROWS else PERIODS[1:]

    def of(self, standard: str) -> Any:
        """Observations of the media that a standard is used for."""
        media = [medium for medium, used in self.standards.items() if used == standard]
        return self.frame.filter(nw.col("medium").is_in(media))


def read_inputs(
    workspace: Workspace, *, year: int | None = None, version: int | None = None
) -> Inputs:
    """Read what an analysis works on.

    Args:
        workspace: the workspace.
        year: the running year; that of the newest observation when not given.
        version: version of the store; the newest when not given.

    Raises:
        InputError: the store holds nothing, or nothing in or before ``year``.
    """
    store = ObservationStore(workspace)
    version = store.version if version is None else version
    lazy = store.polars(None if version == NO_VERSION else version)
    if year is not None:
        lazy = lazy.filter(pl.col("year") <= year)
    summary = lazy.select(
        pl.len().alias("rows"),
        pl.col("year").max(),
        pl.col("time").max().alias("until"),
        pl.col("medium").unique().sort().implode().alias("media"),
    ).collect()
    known = summary.row(0, named=True)
    if not known["rows"]:
        raise InputError(
            Text("There are no observations to analyse.")
            if year is None
            else Text("There are no observations up to the year {year}.", {"year": year}),
            where=str(workspace.root),
            remedy=Text(
                "Import files first: luhai import FILES --workspace {workspace}.",
                {"workspace": workspace.root},
            ),
        )
    if known["rows"] <= IN_MEMORY_ROWS:
        ordered = lazy.select(COLUMNS).sort("place", "indicator", "time")
        frame: Any = nw.from_native(ordered.collect(), eager_only=True)
    else:
        frame = store.relation(version).select(*COLUMNS)
        frame = frame if year is None else frame.filter(nw.col("year") <= year)
    inputs = Inputs(
        workspace,
        frame,
        version,
        int(known["rows"]),
        tuple(known["media"]),
        load_plan(workspace.plan) if workspace.plan else None,
        int(known["year"]) if year is None else year,
        known["until"].astimezone(UTC),
    )
    inputs.standards.update(_standards(inputs))
    return inputs


def _standards(inputs: Inputs) -> dict[str, str]:
    """Standard of each medium: the plan's own, else the one in force at the newest observation."""
    used: dict[str, str] = {}
    ambient = [name for name in standards() if load_standard(name).kind == "ambient"]
    for medium in inputs.media:
        named = {
            target.standard
            for target in (inputs.plan.place_targets if inputs.plan else ())
            if medium in load_standard(target.standard).media
        }
        if len(named) == 1:
            used[medium] = named.pop()
        elif any(medium in load_standard(name).media for name in ambient):
            used[medium] = standard_in_force(medium, inputs.as_of).id
    return used


def analyse(
    workspace: Workspace, *, year: int | None = None, progress: Progress | None = None
) -> Run:
    """Analyse a workspace and store the results as its current run.

    Args:
        workspace: the workspace.
        year: the running year that outlook and warnings speak of; the year of the newest
            observation when not given. Later observations are left out of the run.
        progress: called with steps done, steps in all, and the step's name.

    Raises:
        InputError: there are no observations, or the plan cannot be read.
    """
    report = progress or (lambda done, total, step: None)
    report(0, len(STEPS), STEPS[0])
    inputs = read_inputs(workspace, year=year)
    tables = compute(inputs, report)
    report(len(STEPS) - 1, len(STEPS), STEPS[-1])
    run = write_run(workspace, tables, describe(inputs, tables))
    report(len(STEPS), len(STEPS), "")
    return run


def compute(inputs: Inputs, report: Progress) -> dict[str, pl.DataFrame]:
    """Every result table of an analysis, in memory.

    Args:
        inputs: from :func:`read_inputs`.
        report: progress callback.
    """
    tables: dict[str, pl.DataFrame] = {}
    report(1, len(STEPS), STEPS[1])
    tables.update(class_tables(inputs))
    yearly = tables["classes"].filter(pl.col("by") == "year")
    yearly_indicators = tables["indicators"].filter(pl.col("by") == "year")
    report(2, len(STEPS), STEPS[2])
    targets = inputs.plan.place_targets if inputs.plan else ()
    tables["attainment"] = attainment(yearly, targets)
    report(3, len(STEPS), STEPS[3])
    if inputs.register is not None:
        tables["groups"] = groups(yearly, inputs.register, indicators=yearly_indicators)
        tables["changes"] = changes(tables["groups"])
    report(4, len(STEPS), STEPS[4])
    tables["trends"] = trend_table(inputs, yearly_indicators)
    report(5, len(STEPS), STEPS[5])
    tables.update(outlook_tables(inputs))
    report(6, len(STEPS), STEPS[6])
    tables["warnings"] = warning_table(inputs)
    for name, columns in TABLES.items():
        tables.setdefault(name, pl.DataFrame(schema=dict.fromkeys(columns, pl.String())))
    return tables


def class_tables(inputs: Inputs) -> dict[str, pl.DataFrame]:
    """Classes, indicators and what was left out, for every period and medium."""
    found: dict[str, list[pl.DataFrame]] = {"classes": [], "indicators": [], "left_out": []}
    for standard in sorted(set(inputs.standards.values())):
        for by in inputs.periods:
            assessed = assess(
                inputs.of(standard),
                standard=standard,
                by=by,
                method=method_in_force(standard, inputs.as_of),
                register=inputs.register,
            )
            found["classes"].append(assessed.classes)
            found["indicators"].append(assessed.indicators)
            found["left_out"].append(assessed.left_out.with_columns(by=pl.lit(by)))
    return {name: stacked(frames) for name, frames in found.items()}


def method_in_force(standard: str, on: date) -> str:
    """Assessment method of a standard's media on a day; the standard's own where several are."""
    edition = load_standard(standard)
    fitting = [
        method.id
        for method in map(load_method, assessment_methods())
        if set(method.media) & set(edition.media) and method.in_force(on)
    ]
    return fitting[0] if len(fitting) == 1 else edition.default_method


def stacked(frames: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Tables of the same columns one below the other."""
    kept = [frame for frame in frames if frame.width]
    return pl.concat(kept, how="diagonal_relaxed") if kept else pl.DataFrame()


def main_indicators(yearly_indicators: pl.DataFrame) -> dict[str, list[str]]:
    """Indicators whose trend matters, by standard: those that ever kept a year from class 1."""
    worse = yearly_indicators.filter(pl.col("counts") & (pl.col("class") > 1))
    table = worse.group_by("standard").agg(pl.col("indicator").unique().sort()).sort("standard")
    return dict(zip(table["standard"].to_list(), table["indicator"].to_list(), strict=True))


def trend_table(inputs: Inputs, yearly_indicators: pl.DataFrame) -> pl.DataFrame:
    """Trends of the main indicators at every place."""
    found = [
        trend(inputs.of(standard), indicator=codes, register=inputs.register)
        for standard, codes in main_indicators(yearly_indicators).items()
    ]
    # Where no year ever left class 1 there is nothing to follow, and the table is empty.
    return stacked(found) if found else pl.DataFrame(schema=TREND_SCHEMA)


def outlook_tables(inputs: Inputs) -> dict[str, pl.DataFrame]:
    """Outlook of the running year with what it rests on."""
    if inputs.plan is None or not inputs.plan.place_targets:
        return {}
    details = outlook_details(
        inputs.frame,
        place_targets=inputs.plan.place_targets,
        year=inputs.year,
        as_of=inputs.as_of,
        register=inputs.register,
    )
    return {
        "outlook": details.places,
        "outlook_indicators": details.indicators,
        "outlook_history": details.history,
        "outlook_backtest": details.backtest,
    }


def warning_table(inputs: Inputs) -> pl.DataFrame:
    """Warnings of the running year: against the plan's targets, else by each standard."""
    common: dict[str, Any] = {"year": inputs.year, "as_of": inputs.as_of}
    if inputs.plan is not None and inputs.plan.place_targets:
        return warnings(
            inputs.frame,
            place_targets=inputs.plan.place_targets,
            register=inputs.register,
            **common,
        )
    return stacked(
        warnings(inputs.of(standard), standard=standard, register=inputs.register, **common)
        for standard in sorted(set(inputs.standards.values()))
    )


def describe(inputs: Inputs, tables: dict[str, pl.DataFrame]) -> dict[str, Any]:
    """What a run rests on, for ``run.json``."""
    classes = tables["classes"]
    methods = (
        sorted(classes.get_column("method").drop_nulls().unique().to_list())
        if classes.height
        else []
    )
    return {
        "code_version": __version__,
        "data_version": inputs.version,
        "data_until": inputs.until.astimezone(LOCAL).isoformat(timespec="minutes"),
        "observations": inputs.observations,
        "year": inputs.year,
        "demonstration": inputs.workspace.demonstration,
        "plan": {
            "id": inputs.plan.id,
            "edition": inputs.plan.edition,
            "fingerprint": folder_fingerprint(inputs.plan.folder),
        }
        if inputs.plan
        else None,
        "periods": list(inputs.periods),
        "standards": inputs.standards,
        "methods": methods,
    }


def folder_fingerprint(folder: Path) -> str:
    """SHA-256 over the text files of a plan's folder, so that a result names the plan it used."""
    digest = sha256()
    for path in sorted(folder.iterdir()):
        if path.is_file():
            digest.update(path.name.encode())
            digest.update(sha256(path.read_bytes()).digest())
    return digest.hexdigest()


@dataclass(frozen=True)
class Repeated:
    """Outcome of repeating a run.

    Attributes:
        same: whether every table came out with the same bits.
        different: names of the tables that did not.
        code_version: version of the code that repeated it.
    """

    same: bool
    different: tuple[str, ...]
    code_version: str


def reproduce(workspace: Workspace, run: Run | str) -> Repeated:
    """Repeat a stored run from its data version and compare its tables, bit for bit.

    Raises:
        NotFoundError: the run, or its data version, does not exist.
    """
    from luhai.assessment.results import PARTS, checked, table_bytes

    stored = open_run(workspace, run) if isinstance(run, str) else run
    inputs = read_inputs(workspace, year=stored.year, version=stored.data_version)
    tables = compute(inputs, lambda done, total, step: None)
    different = []
    for name, described in stored.manifest["tables"].items():
        frame = tables.get(name, pl.DataFrame())
        content = table_bytes(frame if name in PARTS else checked(name, frame))
        if sha256(content).hexdigest() != described["sha256"]:
            different.append(name)
    return Repeated(not different, tuple(different), __version__)


__all__ = ["analyse", "compute", "read_inputs", "reproduce"]
