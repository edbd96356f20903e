"""What a page is made from: the workspace, its plan, and the results of its last analysis.

A snapshot is read once and kept until the analysis or the plan changes, so that a page costs no
reading of files. It holds whole tables; the pages pick their rows from them.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl
from django.conf import settings
from django.utils.translation import gettext as _

from luhai.assessment.results import Run, current_run
from luhai.errors import NotFoundError
from luhai.plan import Finding, Plan, check_plan, load_plan
from luhai.plan.places import Place, PlaceRegister
from luhai.web.words import science_language
from luhai.workspace import Workspace

Row = dict[str, Any]


@dataclass(frozen=True)
class Snapshot:
    """The state of a workspace that one page speaks of.

    Attributes:
        workspace: where it lies.
        plan: its plan, or ``None``.
        run: the last analysis, or ``None`` when there is none yet.
    """

    workspace: Workspace
    plan: Plan | None
    run: Run | None
    _tables: dict[str, list[Row]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def demonstration(self) -> bool:
        """Whether the data are invented; every page then says so."""
        return self.workspace.demonstration or bool(self.run and self.run.demonstration)

    @property
    def register(self) -> PlaceRegister:
        """The plan's places; empty without a plan."""
        return self.plan.places if self.plan else PlaceRegister(())

    @property
    def coast(self) -> Path | None:
        """File with the coast, when the plan has one."""
        file = self.plan.folder / "coast.geojson" if self.plan else None
        return file if file and file.is_file() else None

    def place(self, place_id: str) -> Place | None:
        """The registered place, or ``None``."""
        return self.register.get(place_id)

    def district(self, written: str) -> str:
        """Name of a district in the page's language, from any of its names in the plan."""
        for district in self.plan.districts if self.plan else ():
            if written in (district.id, district.name_zh, district.name_en, *district.aliases):
                return district.name(science_language())
        return written

    def table(self, name: str) -> pl.DataFrame | None:
        """A result table, or ``None`` before the first analysis."""
        return self.run.table(name) if self.run else None

    def rows(self, name: str) -> list[Row]:
        """A result table as plain rows, in the order of their ids; empty before any analysis."""
        if name not in self._tables:
            table = self.table(name)
            self._tables[name] = table.to_dicts() if table is not None else []
        return self._tables[name]

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What the plan linter says of the plan."""
        return tuple(check_plan(self.plan)) if self.plan else ()

    @cached_property
    def year_rows(self) -> dict[tuple[str, int], Row]:
        """Annual class by place and year."""
        return {
            (row["place"], year_of(row["time"])): row
            for row in self.rows("classes")
            if row["by"] == "year"
        }

    @cached_property
    def attainment(self) -> dict[tuple[str, int], Row]:
        """Attainment by place and year."""
        return {(row["place"], row["year"]): row for row in self.rows("attainment")}

    @cached_property
    def outlook(self) -> dict[str, Row]:
        """Outlook of the running year by place: the row of its least likely indicator."""
        found: dict[str, Row] = {}
        for row in self.rows("outlook"):
            known = found.get(row["place"])
            if known is None or _chance(row) < _chance(known):
                found[row["place"]] = row
        return found

    @cached_property
    def annual_indicators(self) -> dict[tuple[str, int, str], Row]:
        """Annual mean by place, year and indicator."""
        table = self.table("indicators")
        if table is None:
            return {}
        rows = table.filter(pl.col("by") == "year").to_dicts()
        return {(row["place"], year_of(row["time"]), row["indicator"]): row for row in rows}

    @cached_property
    def years(self) -> list[int]:
        """Years that have annual classes, oldest first."""
        return sorted({year for _, year in self.year_rows})

    @property
    def running_year(self) -> int | None:
        """The year that is not over: outlook and warnings speak of it."""
        return self.run.year if self.run else None

    @cached_property
    def place_ids(self) -> list[str]:
        """Every place with a target or a class: the plan's order first, then the others by name."""
        registered = [place.id for place in self.register]
        found = {place for place, _ in self.year_rows}
        return registered + sorted(found - set(registered))

    @cached_property
    def target_class(self) -> dict[str, int]:
        """Target class of each place of the plan."""
        targets = self.plan.place_targets if self.plan else ()
        return {target.place: target.target_class for target in targets}


def year_of(time: Any) -> int:
    """Local year of the start of a period, which is written as ISO 8601 with offset."""
    return int(str(time)[:4])


def _chance(row: Row) -> float:
    probability = row["probability"]
    return 2.0 if probability is None else float(probability)


_lock = threading.Lock()
_kept: dict[str, tuple[tuple[Any, ...], Snapshot]] = {}


def _stamp(workspace: Workspace) -> tuple[Any, ...]:
    pointer = workspace.results / "current"
    run = current_run(workspace) if pointer.is_file() else None
    plan_files = sorted(workspace.plan.glob("*")) if workspace.plan else []
    return (
        workspace,
        run.id if run else "",
        run.manifest.get("created", "") if run else "",
        *((file.name, file.stat().st_mtime_ns) for file in plan_files),
    )


def snapshot() -> Snapshot:
    """The present state of the served workspace.

    Raises:
        NotFoundError: the settings name no workspace.
        InputError: the plan or the results cannot be read.
    """
    if not settings.WORKSPACE_ROOT:
        raise NotFoundError(
            _("No workspace is served."),
            remedy=_("Start the pages with: luhai serve --workspace FOLDER."),
        )
    workspace = Workspace.open(settings.WORKSPACE_ROOT)
    stamp = _stamp(workspace)
    with _lock:
        kept = _kept.get(settings.WORKSPACE_ROOT)
        if kept is not None and kept[0] == stamp:
            return kept[1]
        plan = load_plan(workspace.plan) if workspace.plan else None
        fresh = Snapshot(workspace, plan, current_run(workspace))
        _kept[settings.WORKSPACE_ROOT] = (stamp, fresh)
        return fresh
