"""Why a trend is called one: the series, the test, the slope, and the rows of its ends."""

from __future__ import annotations

from typing import Any

import polars as pl

from luhai.assessment.results import Run
from luhai.assessment.trend import trend
from luhai.assessment.trend_series import SEASONS, period_series
from luhai.assessment.why import explainer
from luhai.assessment.why_classes import indicator_tree
from luhai.assessment.why_parts import Evidence, number_text, period, versions_step
from luhai.standards import citation, indicator, load_method
from luhai.text import N_, Text
from luhai.why import Citation, Why
from luhai.workspace import Workspace

DIGITS = 4
_DIRECTIONS = {
    "rising": N_("{place}: {indicator} rises by {slope} {unit} a year"),
    "falling": N_("{place}: {indicator} falls by {slope} {unit} a year"),
    "none": N_("{place}: no change of {indicator} can be shown (p = {p})"),
    "too_few": N_("{place}: too few values of {indicator} for a trend"),
}
_TESTS = {
    "mann_kendall": (
        N_("Mann–Kendall test on yearly means: S = {s}, p = {p}"),
        Citation(
            "mann-kendall",
            "Mann, Econometrica 13 (1945) 245; Kendall, Rank Correlation Methods (1975)",
            "test statistic S with ties",
            "V",
        ),
    ),
    "seasonal_kendall": (
        N_("Seasonal Kendall test within each month or quarter: S = {s}, p = {p}"),
        Citation(
            "seasonal-kendall",
            "Hirsch, Slack & Smith, Water Resour. Res. 18 (1982) 107",
            "seasonal Kendall test for trend",
            "V",
        ),
    ),
}
_SLOPE = Citation(
    "sen-slope",
    "Sen, J. Am. Stat. Assoc. 63 (1968) 1379; Gilbert, Statistical Methods (1987), chapter 16",
    "median of the pairs' slopes, with its interval",
    "V",
)


@explainer("trends")
def explain_trend(workspace: Workspace, run: Run, table: str, row: dict[str, Any]) -> Why:
    """Why an indicator at a place rises, falls, or shows no change."""
    evidence = Evidence(workspace, run)
    found = indicator(row["indicator"])
    slope = row["slope_per_year"]
    message = _DIRECTIONS[row["direction"]]
    return Why(
        kind="result",
        statement=Text(
            message,
            {
                "place": evidence.place_name(row["place"]),
                "indicator": found.short,
                "slope": number_text(None if slope is None else abs(slope), DIGITS),
                "unit": found.unit,
                "p": number_text(row["p"], 2),
            },
        ),
        detail=Text(
            "{n} means of {years} years, {censored} of them rest on values not detected",
            {"n": row["n"], "years": row["years"], "censored": row["censored"]},
        ),
        value=number_text(slope, DIGITS),
        unit=f"{found.unit}/a" if found.unit else "1/a",
        result_id=row["result_id"],
        children=(*_statistics(row), _series(evidence, row), _versions(evidence, row)),
    )


def _statistics(row: dict[str, Any]) -> list[Why]:
    steps = []
    if row["p"] is not None:
        words, cited = _TESTS[row["test"]]
        steps.append(
            Why(
                kind="rule",
                statement=Text(words, {"s": row["statistic"], "p": number_text(row["p"], 3)}),
                value=number_text(row["p"], 3),
                detail=None
                if row["p_serial"] is None
                else Text(
                    "With the serial correlation of the series allowed for: p = {p}",
                    {"p": number_text(row["p_serial"], 3)},
                ),
                citation=cited,
            )
        )
        steps.append(
            Why(
                kind="formula",
                statement=Text(
                    "Sen's slope {slope} {unit} a year, {confidence} % interval {low} to {high}",
                    {
                        "slope": number_text(row["slope_per_year"], DIGITS),
                        "unit": row["unit"],
                        "confidence": round(100 * row["confidence"]),
                        "low": number_text(row["slope_low"], DIGITS),
                        "high": number_text(row["slope_high"], DIGITS),
                    },
                ),
                value=number_text(row["slope_per_year"], DIGITS),
                citation=_SLOPE,
            )
        )
    if row["spearman"] is not None:
        steps.append(
            Why(
                kind="rule",
                statement=Text(
                    "Official rank correlation of {years} yearly means: rs = {rs}, "
                    "critical value {critical}",
                    {
                        "years": row["spearman_years"],
                        "rs": number_text(row["spearman"], 3),
                        "critical": number_text(row["spearman_critical"], 3),
                    },
                ),
                value=number_text(row["spearman"], 3),
                citation=_official(row),
            )
        )
    return steps


def _official(row: dict[str, Any]) -> Citation | None:
    method = load_method(row["method"])
    return citation(method, "trend") if "trend" in method.clauses else None


def _series(evidence: Evidence, row: dict[str, Any]) -> Why:
    """The series; its first and last value opened down to the rows."""
    plan = evidence.plan
    by = SEASONS[row["season"]]
    series = period_series(
        evidence.observations(row["place"]).filter(pl.col("medium") == row["medium"]),
        [row["indicator"]],
        row["season"],
        register=plan.places if plan else None,
    ).table.sort("year", "season")
    known = _indicator_rows(evidence, row, by)
    entries = []
    for number, entry in enumerate(series.to_dicts()):
        start = _start(by, entry["year"], entry["season"])
        found = known.get(start)
        if found is not None and number in (0, series.height - 1):
            entries.append(indicator_tree(evidence, found, final=False))
        else:
            entries.append(_entry(entry, by, start, row["indicator"], found))
    return Why(
        kind="formula",
        statement=Text("The series: {n} means", {"n": series.height}),
        # The newest first: it is what the reader came for.
        children=tuple(reversed(entries)),
    )


def _start(by: str, year: int, season: int) -> str:
    month = {"month": season, "season": 3 * season - 2}.get(by, 1)
    return f"{year:04d}-{month:02d}-01T00:00:00+08:00"


def _indicator_rows(evidence: Evidence, row: dict[str, Any], by: str) -> dict[str, dict[str, Any]]:
    table = evidence.run.table("indicators").filter(
        pl.col("place") == row["place"],
        pl.col("indicator") == row["indicator"],
        pl.col("by") == by,
        pl.col("medium") == row["medium"],
    )
    return {entry["time"]: entry for entry in table.to_dicts()}


def _entry(
    entry: dict[str, Any], by: str, start: str, code: str, found: dict[str, Any] | None
) -> Why:
    low, high = number_text(entry["low"], DIGITS), number_text(entry["high"], DIGITS)
    return Why(
        kind="mean",
        statement=Text(
            "{period}: {value} {unit}",
            {
                "period": period(by, start),
                "value": low if low == high else f"{low}–{high}",
                "unit": indicator(code).unit,
            },
        ),
        value=low,
        unit=indicator(code).unit,
        result_id=found["result_id"] if found else "",
    )


def _versions(evidence: Evidence, row: dict[str, Any]) -> Why:
    plan = evidence.plan
    again = trend(
        evidence.observations(row["place"]).filter(pl.col("medium") == row["medium"]),
        indicator=row["indicator"],
        season=row["season"],
        confidence=row["confidence"],
        register=plan.places if plan else None,
    )
    same = any(
        entry["result_id"] == row["result_id"]
        and entry["statistic"] == row["statistic"]
        and _close(entry["slope_per_year"], row["slope_per_year"])
        for entry in again.to_dicts()
    )
    return versions_step(evidence, row["result_id"], same)


def _close(one: float | None, other: float | None) -> bool:
    # A slope is a quotient of doubles: its last digits depend on the order of the indicators.
    if one is None or other is None:
        return one is other
    return abs(one - other) <= 1e-9 * max(abs(one), abs(other), 1e-12)
