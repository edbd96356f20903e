"""Result tables made up for page tests: any number of places, any state, no analysis needed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from luhai.assessment.identity import result_id
from luhai.assessment.results import TABLES, Run, write_run
from luhai.observations.store import ObservationStore
from luhai.workspace import Workspace

NITROGEN = "lh_din"
LIMITS = {1: 0.20, 2: 0.30, 3: 0.40, 4: 0.50}
"""GB 3097-1997 table 1, item 12, inorganic nitrogen, mg/L."""


@dataclass(frozen=True)
class MadePlace:
    """A sea station: annual means of inorganic nitrogen by year, and its chance in the last one."""

    id: str
    means: dict[int, float]
    probability: float | None = None
    required: float | None = None


def class_of(mean: float) -> int:
    """Class of a mean of inorganic nitrogen by GB 3097-1997 table 1."""
    return next((number for number, limit in LIMITS.items() if mean <= limit), 5)


def _class_row(place: MadePlace, year: int, mean: float) -> dict[str, Any]:
    number = class_of(mean)
    return {
        "result_id": result_id("class", place.id, "year", year),
        "place": place.id,
        "medium": "sea",
        "by": "year",
        "time": f"{year}-01-01T00:00:00+08:00",
        "standard": "gb3097-1997",
        "method": "hj442-2020",
        "class": number,
        "class_name": "一二三四劣"[number - 1],
        "deciding": NITROGEN,
        "exceedance": max(mean / 0.30 - 1, 0.0),
        "samples": 4,
        "censored": 0,
        "confidence": 0.8,
        "enough": True,
        "scope": "ok",
    }


def _indicator_row(place: MadePlace, year: int, mean: float) -> dict[str, Any]:
    return {
        "result_id": result_id("indicator", place.id, "year", year, NITROGEN),
        "place": place.id,
        "medium": "sea",
        "by": "year",
        "time": f"{year}-01-01T00:00:00+08:00",
        "standard": "gb3097-1997",
        "indicator": NITROGEN,
        "mean": mean,
        "mean_rounded": round(mean, 2),
        "digits": 2,
        "class": class_of(mean),
        "class_name": "",
        "limit": 0.30,
        "limit_class": 2,
        "exceedance": max(mean / 0.30 - 1, 0.0),
        "over_samples": 0,
        "samples": 4,
        "censored": 0,
        "counts": True,
    }


def _attainment_row(place: MadePlace, year: int, mean: float, target: int) -> dict[str, Any]:
    return {
        "result_id": result_id("attainment", place.id, year),
        "place": place.id,
        "medium": "sea",
        "year": year,
        "target_class": target,
        "class": class_of(mean),
        "attains": class_of(mean) <= target,
        "deciding": NITROGEN,
        "exceedance": 0.0,
        "samples": 4,
        "enough": True,
        "class_result_id": result_id("class", place.id, "year", year),
        "scope": "ok",
    }


def _outlook_row(place: MadePlace, year: int, target: int) -> dict[str, Any]:
    probability = place.probability
    assert probability is not None
    return {
        "result_id": result_id("outlook", place.id, year),
        "place": place.id,
        "medium": "sea",
        "year": year,
        "indicator": NITROGEN,
        "target_class": target,
        "limit": LIMITS[target],
        "mean_so_far": place.means[year],
        "samples": 4,
        "remaining": 1,
        "required_mean": place.required,
        "required_shown": f"{place.required:.3f}",
        "required_low": None,
        "sense": "at_most",
        "reachable": True,
        "probability": probability,
        "probability_low": max(probability - 0.1, 0.0),
        "probability_high": min(probability + 0.1, 1.0),
        "history_n": 9,
        "skill": 0.3,
    }


def made_run(
    workspace: Workspace, places: list[MadePlace], *, running: int, target: int = 2
) -> Run:
    """Write a run of these places."""
    store = ObservationStore(workspace)
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES}
    for place in places:
        for year, mean in place.means.items():
            rows["classes"].append(_class_row(place, year, mean))
            rows["indicators"].append(_indicator_row(place, year, mean))
            rows["attainment"].append(_attainment_row(place, year, mean, target))
        if place.probability is not None:
            rows["outlook"].append(_outlook_row(place, running, target))
    tables = {
        name: pl.DataFrame(rows[name])
        if rows[name]
        else pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
        for name, columns in TABLES.items()
    }
    manifest = {
        "code_version": "0",
        "data_version": max(store.version, 0),
        "demonstration": workspace.demonstration,
        "year": running,
        "data_until": f"{running}-09-10",
    }
    return write_run(workspace, tables, manifest)


def made_workspace(root: Path, plan: Path | None, *, demonstration: bool = True) -> Workspace:
    """A workspace for a plan."""
    return Workspace.create(root, plan, demonstration=demonstration)
