"""How does each place of the plan stand against its target, in one row a place, worst first?

Puts the result tables of a run beside each other: target, class by year, what decides the running
year, what its remaining samples must keep, and how likely it is to attain. Nothing is computed here
beyond choosing and wording.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import polars as pl

from luhai.assessment.likelihood import likelihood, percent
from luhai.assessment.naming import place_label
from luhai.assessment.results import Run
from luhai.plan import Plan, load_plan
from luhai.plan.model import PlaceTarget
from luhai.standards import indicator, load_standard
from luhai.standards.rounding import round_text
from luhai.text import LANGUAGES, N_, Text
from luhai.workspace import Workspace

Row = Mapping[str, Any]
STATES = ("missed", "unlikely", "undecided", "missing", "likely", "attained")
"""Every state of a place, worst first."""
_WORDS = {
    "attained": N_("attained"),
    "missed": N_("missed"),
    "missing": N_("no data"),
}
"""States without a probability; the others have the words of ``likelihood``."""


@dataclass(frozen=True)
class PlaceState:
    """One place of the plan in the year that a run speaks of.

    Attributes:
        place, name: its id and its names by language.
        label: id and name together, by language.
        medium, target: medium and the plan's target.
        classes: class name by year and language, as the standard names it.
        deciding: indicator that decides, with ``value``, ``limit`` and ``unit`` as text.
        required, remaining: what the remaining samples must keep on average, and their number.
        probability: of attaining, with the 90 % interval; ``None`` without an outlook.
        state: ``likely``, ``undecided``, ``unlikely``, or for a closed year ``attained`` or
            ``missed``; ``missing`` without samples.
        ids: result ids by what they explain.
    """

    place: str
    name: dict[str, str]
    label: dict[str, str]
    medium: str
    target: dict[str, str]
    classes: dict[int, dict[str, str]]
    deciding: str = ""
    value: str = ""
    limit: str = ""
    unit: str = ""
    required: str = ""
    remaining: float = 0.0
    probability: tuple[float, float | None, float | None] | None = None
    state: str = "missing"
    scope: str = "ok"
    enough: bool | None = None
    ids: dict[str, str] = field(default_factory=dict)

    def to_dict(self, language: str) -> dict[str, Any]:
        """Plain mapping for JSON."""
        chance = self.probability or (None, None, None)
        return {
            "place": self.place,
            "name": self.name.get(language, self.place),
            "medium": self.medium,
            "target": self.target[language],
            "classes": {str(year): name[language] for year, name in self.classes.items()},
            "deciding": self.deciding,
            "value": self.value,
            "limit": self.limit,
            "unit": self.unit,
            "required_mean": self.required,
            "remaining_samples": self.remaining,
            "probability": chance[0],
            "probability_low": chance[1],
            "probability_high": chance[2],
            "state": self.state,
            "state_words": self.state_text.render(language),
            "scope": self.scope,
            "enough": self.enough,
            "result_ids": self.ids,
        }

    def cells(self, language: str) -> dict[str, Any]:
        """The row of the printed table."""
        chance = ""
        if self.probability is not None:
            value, low, high = self.probability
            chance = f"{percent(value)} %"
            if low is not None and high is not None:
                chance += f" ({percent(low)}–{percent(high)})"
        years = sorted(self.classes)
        return {
            "place": self.label[language],
            "target": self.target[language],
            **{str(year): self.classes[year][language] for year in years[:-1]},
            "now": self.classes[years[-1]][language] + ("*" if self.outside else ""),
            "deciding": indicator_name(self.deciding, language),
            "value": f"{self.value} / {self.limit} {self.unit}".strip() if self.value else "",
            "required": f"{self.required} ×{self.remaining:g}" if self.required else "",
            "probability": chance,
            "state": self.state_text.render(language),
        }

    @property
    def state_text(self) -> Text:
        """The state in words; of a probability, the words that its size has in the table."""
        if self.state in _WORDS or self.probability is None:
            return Text(_WORDS[self.state])
        return likelihood(self.probability[0]).words

    @property
    def outside(self) -> bool:
        """Whether the standard does not cover this water."""
        return self.scope == "outside_standard"


def indicator_name(code: str, language: str) -> str:
    """Short name of an indicator; empty for none."""
    if not code:
        return ""
    found = indicator(code)
    return found.short_en if language == "en" else found.short_zh


@dataclass(frozen=True)
class Overview:
    """All places of the plan, worst first.

    Attributes:
        year: the year the run speaks of; ``running`` while samples are still to come.
        years: closed years with classes, oldest first.
        notes: what a reader must know.
    """

    year: int
    running: bool
    years: tuple[int, ...]
    places: tuple[PlaceState, ...]
    demonstration: bool
    notes: tuple[Text, ...]


def overview(workspace: Workspace, run: Run) -> Overview:
    """The state of every place with a target.

    Args:
        workspace: the workspace.
        run: a stored run of it.
    """
    plan = load_plan(workspace.plan) if workspace.plan else None
    tables = _Tables(run, plan)
    year = run.year or 0
    states = [tables.state(target, year) for target in (plan.place_targets if plan else ())]
    states.sort(
        key=lambda entry: (
            STATES.index(entry.state),
            entry.probability[0] if entry.probability else 0.0,
            entry.place,
        )
    )
    notes = []
    if any(entry.outside for entry in states):
        notes.append(
            Text("* brackish water: the class is computed, but the standard does not cover it.")
        )
    if run.demonstration:
        notes.append(Text("Demonstration data: all figures are invented."))
    closed = tuple(sorted({each for entry in states for each in entry.classes} - {year}))
    return Overview(
        year,
        any(entry.remaining for entry in states),
        closed,
        tuple(states),
        run.demonstration,
        tuple(notes),
    )


def _rest(outlook: Row) -> dict[str, Any]:
    """What the rest of the year must bring, and the probability, from a row of ``outlook``."""
    found: dict[str, Any] = {"remaining": float(outlook["remaining"] or 0)}
    if outlook["required_shown"]:
        upper = outlook["required_mean"] == outlook["required_high"]
        found["required"] = f"{'≤' if upper else '≥'} {outlook['required_shown']}"
    if outlook["probability"] is not None:
        found["probability"] = (
            float(outlook["probability"]),
            outlook["probability_low"],
            outlook["probability_high"],
        )
    return found


class _Tables:
    """Rows of a run by place and year."""

    def __init__(self, run: Run, plan: Plan | None) -> None:
        self.run, self.plan = run, plan

    @cached_property
    def classes(self) -> dict[tuple[str, int], Row]:
        rows = self.run.table("classes").filter(pl.col("by") == "year").to_dicts()
        return {(row["place"], int(str(row["time"])[:4])): row for row in rows}

    @cached_property
    def means(self) -> dict[tuple[str, int, str], Row]:
        rows = self.run.table("indicators").filter(pl.col("by") == "year").to_dicts()
        return {(row["place"], int(str(row["time"])[:4]), row["indicator"]): row for row in rows}

    @cached_property
    def attained(self) -> dict[tuple[str, int], Row]:
        return {(row["place"], row["year"]): row for row in self.run.table("attainment").to_dicts()}

    @cached_property
    def outlook(self) -> dict[str, Row]:
        return {row["place"]: row for row in self.run.table("outlook").to_dicts()}

    def state(self, target: PlaceTarget, year: int) -> PlaceState:
        place = self.plan.places.get(target.place) if self.plan else None
        standard = load_standard(target.standard)
        years = sorted({each for name, each in self.classes if name == target.place} | {year})
        numbers = {
            each: int(self.classes.get((target.place, each), {}).get("class") or 0)
            for each in years
        }
        names = (
            {"zh": place.name("zh"), "en": place.name("en")}
            if place
            else {"zh": target.place, "en": target.place}
        )
        row = self.classes.get((target.place, year), {})
        attained = self.attained.get((target.place, year), {})
        outlook = self.outlook.get(target.place)
        deciding = self._deciding(target, year, row, outlook)
        return PlaceState(
            place=target.place,
            name=names,
            label=place_label(target.place, self.plan.places if self.plan else None),
            medium=place.medium if place else standard.medium,
            target={each: standard.class_name(target.target_class, each) for each in LANGUAGES},
            classes={
                each: {name: standard.class_name(number, name) for name in LANGUAGES}
                for each, number in numbers.items()
            },
            state=_state(attained, outlook),
            scope=str(row.get("scope") or "ok"),
            enough=row.get("enough"),
            **deciding,
        )

    def _deciding(
        self, target: PlaceTarget, year: int, row: Row, outlook: Row | None
    ) -> dict[str, Any]:
        code = (
            str((outlook or {}).get("indicator") or "")
            or str(row.get("deciding") or "").split(";")[0]
        )
        ids = {"class": str(row.get("result_id") or "")}
        mean = self.means.get((target.place, year, code))
        if mean is None:
            return {"ids": ids}
        digits = int(mean["digits"])
        limit = load_standard(target.standard).limit(code, target.target_class)
        bound = outlook["limit"] if outlook else (limit.value if limit else None)
        found: dict[str, Any] = {
            "deciding": code,
            "value": round_text(float(mean["mean"]), digits),
            "limit": "" if bound is None else round_text(bound, digits),
            "unit": indicator(code).unit,
        }
        ids["value"] = str(mean["result_id"])
        if outlook is not None:
            ids["outlook"] = str(outlook["result_id"])
            found |= _rest(outlook)
        return {**found, "ids": ids}


def _state(attained: Row, outlook: Row | None) -> str:
    # With nothing left to sample the year is over: it attained or missed, nothing is likely.
    if outlook is not None and outlook["remaining"] and outlook["probability"] is not None:
        return likelihood(float(outlook["probability"])).state
    if attained.get("attains") is None:
        return "missing"
    return "attained" if attained["attains"] else "missed"
