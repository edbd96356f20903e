"""How a mean came about: from the raw rows through samples and the method's steps, with numbers.

The steps are those of :mod:`luhai.assessment.averaging`, walked for one place and one indicator, so
that each intermediate mean can be shown. Which rows are used, and what a non-detect counts as, is
asked of the same rules; that the walk ends at the stored mean is checked by the caller.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import polars as pl

from luhai.assessment.averaging import Rules, observation_frame, prepared
from luhai.assessment.basis import Basis
from luhai.assessment.periods import Chain
from luhai.assessment.why_parts import (
    LOCAL,
    Evidence,
    layer_text,
    listed,
    local,
    number_text,
    period,
    quantity,
    value_steps,
    written_time,
)
from luhai.standards import citation, indicator
from luhai.standards.formulas import FORMULAS
from luhai.standards.methods import Method
from luhai.text import N_, Text
from luhai.why import Citation, Why

SHOWN_DIGITS = 6
"""Significant digits of intermediate means in formulas."""

_SAMPLE = ("time", "layer", "depth_m", "sample")
_LAYERS = {"surface": 1, "middle": 2, "bottom": 3}
_MEAN_OF = {
    "sample": N_("{period}: mean of {n} values {value}"),
    "date": N_("{period}: mean of {n} values of the day {value}"),
    "month": N_("{period}: mean of {n} values of the month {value}"),
    "season": N_("{period}: mean of the season's {n} parts {value}"),
    "year": N_("{period}: mean of the year's {n} parts {value}"),
}


@dataclass(frozen=True)
class Value:
    """One value as it enters a mean.

    Attributes:
        number: in the indicator's unit, a non-detect already replaced.
        observation: first of the raw rows it rests on, which names time and layer.
        why: the step that shows it.
    """

    number: float
    observation: dict[str, Any]
    why: Why


@dataclass(frozen=True)
class Mean:
    """A mean of one unit of the chain, in the indicator's unit, with the step that shows it."""

    number: float
    first: dict[str, Any]
    why: Why
    values: int = 1
    parts: int = 1


@dataclass
class Walk:
    """The walk from raw rows to the mean of one indicator at one place in one period.

    Attributes:
        evidence: where raw rows come from.
        code: the indicator.
        basis: standard, method and steps.
        place: the place.
        left_out: rows that were not used, found on the way.
    """

    evidence: Evidence
    code: str
    basis: Basis
    place: str
    left_out: list[dict[str, Any]] = field(default_factory=list)
    _factors: dict[tuple[str, int], float] = field(default_factory=dict, repr=False)

    @property
    def rules(self) -> Rules:
        """How values become means."""
        return self.basis.rules

    @property
    def method(self) -> Method:
        """The assessment method."""
        return self.basis.method

    def factor(self, code: str, year: int) -> float:
        """What a non-detect counts as, as a share of its limit.

        The detection rate is that of the indicator at the place in the calendar year, as in
        :func:`luhai.assessment.classes.factors`.
        """
        if (code, year) not in self._factors:
            start = datetime(year, 1, 1, tzinfo=LOCAL)
            rows = self.evidence.observations(
                self.place, code, start, datetime(year + 1, 1, 1, tzinfo=LOCAL)
            )
            used = self._prepared(rows).filter(pl.col("used"))
            low = int(used["low"].sum())
            rate = 1 - low / used.height if used.height else 1.0
            self._factors[code, year] = float(self.method.nondetect.factor(rate))
        return self._factors[code, year]

    def _prepared(self, rows: pl.DataFrame) -> pl.DataFrame:
        frame = prepared(observation_frame(rows), self.rules).collect("polars")
        table: pl.DataFrame = frame.to_native()
        return table

    def values(self, rows: pl.DataFrame) -> list[Value]:
        """Values of the indicator, one per sample, in the order of time."""
        if rows.is_empty():
            return []
        kept = self._prepared(rows)
        used = kept.filter(pl.col("used")).sort("time", "layer", "depth_m", "sample", "indicator")
        reported = used.filter(pl.col("indicator") == self.code)
        self.left_out += kept.filter(
            ~pl.col("used") & pl.col("indicator").is_in([self.code, *self.parts])
        ).to_dicts()
        found = [self._single(row) for row in reported.to_dicts()]
        if self.parts:
            known = {tuple(row[name] for name in _SAMPLE) for row in reported.to_dicts()}
            found += self._sums(used, known)
        return sorted(found, key=lambda value: _moment(value.observation))

    @property
    def parts(self) -> tuple[str, ...]:
        """Indicators that this one is the sum of where it was not reported."""
        return self.rules.sums.get(self.code, ())

    def _single(self, row: dict[str, Any]) -> Value:
        step = value_steps(self.evidence, row)
        if row["censored"] != "<":
            return Value(float(row["filled"]), row, step)
        factor = self.factor(row["indicator"], row["year"])
        number = float(row["filled"]) * factor
        found = indicator(row["indicator"])
        replaced = Why(
            kind="formula",
            statement=Text(
                "Not detected: counts as {factor} of the detection limit {limit}",
                {
                    "factor": {0.5: "1/2", 0.25: "1/4"}.get(factor, number_text(factor)),
                    "limit": quantity(number_text(row["filled"]), found.unit),
                },
            ),
            value=number_text(number),
            unit=found.unit,
            formula=f"{number_text(row['filled'])} × {number_text(factor)} = {number_text(number)}",
            citation=citation(self.method, "nondetect"),
            children=(step,),
        )
        return Value(number, row, replaced)

    def _sums(self, used: pl.DataFrame, known: set[tuple[Any, ...]]) -> Iterable[Value]:
        by_sample: dict[tuple[Any, ...], dict[str, list[Value]]] = {}
        for row in used.filter(pl.col("indicator").is_in(self.parts)).to_dicts():
            key = tuple(row[name] for name in _SAMPLE)
            by_sample.setdefault(key, {}).setdefault(row["indicator"], []).append(self._single(row))
        for key, parts in by_sample.items():
            if key in known or set(parts) != set(self.parts):
                continue
            yield self._sum([parts[code] for code in self.parts])

    def _sum(self, parts: Sequence[Sequence[Value]]) -> Value:
        numbers = [sum(value.number for value in part) / len(part) for part in parts]
        total = math.fsum(numbers)
        first = parts[0][0].observation
        found = indicator(self.code)
        names = [indicator(code).short for code in self.parts]
        terms = " + ".join(number_text(number, SHOWN_DIGITS) for number in numbers)
        why = Why(
            kind="formula",
            statement=Text(
                "{indicator}, {time}{layer}: {value} = sum of {n} parts",
                {
                    "indicator": found.short,
                    "time": written_time(first),
                    "layer": layer_text(first),
                    "value": quantity(number_text(total, SHOWN_DIGITS), found.unit),
                    "n": len(parts),
                },
            ),
            value=number_text(total, SHOWN_DIGITS),
            unit=found.unit,
            formula=f"{terms} = {number_text(total, SHOWN_DIGITS)}",
            detail=Text(
                "All parts were measured in the same sample: {parts}", {"parts": listed(names)}
            ),
            citation=derived_citation(self.code),
            children=tuple(value.why for part in parts for value in part),
        )
        return Value(total, first, why)

    # Means

    def mean(self, rows: pl.DataFrame, chain: Chain) -> Mean | None:
        """The mean of a period, ``None`` without any usable value.

        Args:
            rows: raw rows of the period: the indicator and the parts it may be the sum of.
            chain: the method's steps to the period.
        """
        level = [Mean(value.number, value.observation, value.why) for value in self.values(rows)]
        for step in chain.steps:
            groups: dict[tuple[Any, ...], list[Mean]] = {}
            for entry in level:
                groups.setdefault(unit_key(step, entry.first), []).append(entry)
            level = [self._mean_of(step, group) for group in groups.values()]
        if len(level) > 1:
            level = [self._mean_of(chain.by, level)]
        return level[0] if level else None

    def _mean_of(self, step: str, group: Sequence[Mean]) -> Mean:
        if len(group) == 1:
            # A mean of one is that one: no step worth a line.
            only = group[0]
            return Mean(only.number, only.first, _renamed(step, only), only.values, 1)
        kind = self.rules.kinds.get(self.code, "arithmetic")
        numbers = [entry.number for entry in group]
        value = averaged(numbers, kind)
        found = indicator(self.code)
        by = step if step in ("month", "season", "year") else "sample"
        first = group[0].first
        message = _MEAN_OF.get(step, _MEAN_OF["year"])
        why = Why(
            kind="mean",
            statement=Text(
                message,
                {
                    "period": _unit_period(step, by, first),
                    "n": len(group),
                    "value": quantity(number_text(value, SHOWN_DIGITS), found.unit),
                },
            ),
            value=number_text(value, SHOWN_DIGITS),
            unit=found.unit,
            formula=mean_formula(numbers, value, kind),
            citation=self._citation(kind),
            children=tuple(entry.why for entry in group),
        )
        return Mean(value, first, why, sum(entry.values for entry in group), len(group))

    def _citation(self, kind: str) -> Any:
        key = {"hydrogen": "ph", "geometric": "coliforms"}.get(kind, "period")
        return citation(self.method, key if key in self.method.clauses else "period")


def _renamed(step: str, only: Mean) -> Why:
    """The mean of a season's only day, called by both: at sea a season is a cruise."""
    if step != "season" or only.why.kind != "mean":
        return only.why
    start = local(only.first["time"])
    statement = Text(
        "{period} ({day}): mean of {n} values {value}",
        {
            **only.why.statement.parts,
            "period": period("season", start.isoformat()),
            "day": start.strftime("%Y-%m-%d"),
        },
    )
    return replace(only.why, statement=statement)


def _moment(observation: dict[str, Any]) -> tuple[Any, ...]:
    return (
        observation["time"],
        _LAYERS.get(observation["layer"] or "", 0),
        observation["depth_m"] or 0.0,
        observation["sample"] or "",
        observation["row"],
    )


def _unit_period(step: str, by: str, first: dict[str, Any]) -> Text:
    start = local(first["time"])
    if step == "date":
        return Text("{time}", {"time": start.strftime("%Y-%m-%d")})
    return period(by, start.isoformat())


def derived_citation(code: str) -> Citation | None:
    """The rule by which an indicator is the sum of its parts, or ``None`` when none is known."""
    return next(
        (formula.citation for formula in FORMULAS.values() if formula.output.code == code), None
    )


def unit_key(step: str, observation: dict[str, Any]) -> tuple[Any, ...]:
    """Which unit of a step an observation belongs to."""
    year, month, day = observation["year"], observation["month"], observation["day"]
    keys: dict[str, tuple[Any, ...]] = {
        "sample": (observation["time"],),
        "date": (year, month, day),
        "month": (year, month),
        "season": (year, (month - 1) // 3),
        "year": (year,),
    }
    return keys[step]


def averaged(numbers: Sequence[float], kind: str) -> float:
    """Mean of a kind: arithmetic, of hydrogen ions (pH), or geometric (coliforms)."""
    if kind == "hydrogen":
        return -math.log10(math.fsum(10.0**-number for number in numbers) / len(numbers))
    if kind == "geometric":
        return math.exp(math.fsum(math.log(number) for number in numbers) / len(numbers))
    return math.fsum(numbers) / len(numbers)


def mean_formula(numbers: Sequence[float], value: float, kind: str) -> str:
    """The mean with its numbers put in."""
    shown = [number_text(number, SHOWN_DIGITS) for number in numbers]
    result = number_text(value, SHOWN_DIGITS)
    count = len(shown)
    if kind == "hydrogen":
        terms = " + ".join(f"10^−{number}" for number in shown)
        return f"−lg(({terms}) ÷ {count}) = {result}"
    if kind == "geometric":
        return f"({' × '.join(shown)})^(1/{count}) = {result}"
    return f"({' + '.join(shown)}) ÷ {count} = {result}"
