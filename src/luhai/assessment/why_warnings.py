"""Why a place is warned about: both figures that are compared, and the threshold."""

from __future__ import annotations

from typing import Any

import polars as pl

from luhai.assessment.basis import make_basis
from luhai.assessment.results import Run
from luhai.assessment.warning import warning_text, warnings
from luhai.assessment.warning_rules import warning_rules
from luhai.assessment.why import explainer
from luhai.assessment.why_attainment import target_of
from luhai.assessment.why_classes import class_name, indicator_tree, shallow
from luhai.assessment.why_means import SHOWN_DIGITS
from luhai.assessment.why_parts import Evidence, number_text, versions_step
from luhai.standards import citation, indicator, load_standard
from luhai.text import Text
from luhai.why import Citation, Why
from luhai.workspace import Workspace


@explainer("warnings")
def explain_warning(workspace: Workspace, run: Run, table: str, row: dict[str, Any]) -> Why:
    """Why a place is warned about."""
    evidence = Evidence(workspace, run)
    shown = {**row, "place": evidence.place_name(row["place"])}
    years = [row["year"]] if row["kind"] == "limit_approached" else [row["year"], row["year"] - 1]
    return Why(
        kind="result",
        statement=warning_text(shown),
        detail=_detail(row),
        value=number_text(row["value"], SHOWN_DIGITS),
        unit="" if row["kind"] == "class_lost" else row["unit"],
        result_id=row["result_id"],
        children=(
            _threshold(row),
            _figures(row),
            *_limit(row),
            *(step for year in years for step in _inputs(evidence, row, year)),
            versions_step(evidence, row["result_id"], _same(evidence, row)),
        ),
    )


def _detail(row: dict[str, Any]) -> Text | None:
    if row["p"] is None:
        return None
    return Text(
        "Signed-rank test of the common months or cruises: p = {p}",
        {"p": number_text(row["p"], 2)},
    )


def _threshold(row: dict[str, Any]) -> Why:
    rules = warning_rules()
    steps = rules.thresholds[row["kind"]]
    reached = next((step for step in steps if step.level == row["level"]), steps[0])
    return Why(
        kind="rule",
        statement=Text(
            "Level {level} begins at {least}",
            {"level": row["level"], "least": number_text(reached.least)},
        ),
        value=str(row["level"]),
        citation=Citation("luhai-warnings", rules.source, "warnings.toml", rules.verified),
    )


def _figures(row: dict[str, Any]) -> Why:
    value, reference = row["value"], row["reference"]
    if row["kind"] == "class_lost":
        standard = load_standard(row["standard"])
        return Why(
            kind="comparison",
            statement=Text(
                "{year}: {now}; the same parts of {year_before}: {before}",
                {
                    "year": row["year"],
                    "year_before": row["year"] - 1,
                    "now": class_name(standard, int(value)),
                    "before": class_name(standard, int(reference)),
                },
            ),
            value=str(int(value)),
        )
    if row["kind"] == "rising":
        change = abs(row["change"])
        return Why(
            kind="formula",
            statement=Text(
                "{year}: {now} {unit}; the same parts of {year_before}: {before} {unit}",
                {
                    "year": row["year"],
                    "year_before": row["year"] - 1,
                    "now": number_text(value, SHOWN_DIGITS),
                    "before": number_text(reference, SHOWN_DIGITS),
                    "unit": row["unit"],
                },
            ),
            value=number_text(row["change"], 3),
            formula=(
                f"|{number_text(value, SHOWN_DIGITS)} − {number_text(reference, SHOWN_DIGITS)}| ÷ "
                f"{number_text(reference, SHOWN_DIGITS)} = {number_text(change, 3)}"
            ),
        )
    # Of oxygen more is better: there the share is limit over mean.
    upper = abs(value / row["limit"] - reference) <= abs(row["limit"] / value - reference)
    pair = (value, row["limit"]) if upper else (row["limit"], value)
    return Why(
        kind="formula",
        statement=Text(
            "The mean so far stands at {share} of the limit {limit} {unit}",
            {
                "share": number_text(reference, 3),
                "limit": number_text(row["limit"]),
                "unit": row["unit"],
            },
        ),
        value=number_text(reference, 3),
        formula=(
            f"{number_text(pair[0], SHOWN_DIGITS)} ÷ {number_text(pair[1], SHOWN_DIGITS)} = "
            f"{number_text(reference, 3)}"
        ),
    )


def _limit(row: dict[str, Any]) -> list[Why]:
    standard = load_standard(row["standard"])
    number = row["target_class"] or standard.class_count
    limit = standard.limit(row["indicator"], number)
    if limit is None:
        return []
    return [
        Why(
            kind="comparison",
            statement=Text(
                "{class_name} asks for {limit}",
                {"class_name": class_name(standard, number), "limit": limit.text},
            ),
            value=limit.printed,
            unit=limit.unit,
            citation=citation(standard, limit),
        )
    ]


def _inputs(evidence: Evidence, row: dict[str, Any], year: int) -> list[Why]:
    """The compared parts of a year, each opened to its raw rows."""
    by = "season" if _counts_seasons(evidence, row) else "month"
    parts = [int(part) for part in (row["parts"] or "").split(";") if part]
    months = [part if by == "month" else 3 * part - 2 for part in parts]
    starts = [f"{year:04d}-{month:02d}-01T00:00:00+08:00" for month in months]
    found = (
        evidence.run.table("indicators")
        .filter(
            (pl.col("place") == row["place"])
            & (pl.col("indicator") == row["indicator"])
            & (pl.col("by") == by)
            & (pl.col("standard") == row["standard"])
            & pl.col("time").is_in(starts)
        )
        .sort("time", descending=True)
        .to_dicts()
    )
    if not found:
        return []
    return [
        Why(
            kind="mean",
            statement=Text(
                "{indicator}, {year}: {n} parts",
                {"indicator": indicator(row["indicator"]).short, "year": year, "n": len(found)},
            ),
            # The newest part is opened; the others are results of their own and open by their ids.
            children=(
                indicator_tree(evidence, found[0], final=False),
                *(shallow(evidence, entry) for entry in found[1:]),
            ),
        )
    ]


def _counts_seasons(evidence: Evidence, row: dict[str, Any]) -> bool:
    """Whether the yearly mean of the place is made of seasons rather than months."""
    table = evidence.run.table("classes").filter(
        (pl.col("place") == row["place"]) & (pl.col("standard") == row["standard"])
    )
    method = table.get_column("method")[0]
    return make_basis(row["standard"], "year", method=method).chain.counted == "season"


def _same(evidence: Evidence, row: dict[str, Any]) -> bool:
    """Whether the store gives the same warning again."""
    target = target_of(evidence, row["place"])
    plan = evidence.plan
    again = warnings(
        evidence.observations(row["place"]),
        year=row["year"],
        place_targets=[target] if target else None,
        standard=None if target else row["standard"],
        as_of=row["as_of"],
        register=plan.places if plan else None,
    )
    return any(
        entry["result_id"] == row["result_id"]
        and entry["level"] == row["level"]
        and abs(entry["value"] - row["value"]) <= 1e-9 * max(abs(row["value"]), 1e-12)
        for entry in again.to_dicts()
    )
