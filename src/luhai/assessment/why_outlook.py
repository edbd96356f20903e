"""Why the rest of the year must keep a mean, and where the probability of attaining comes from."""

from __future__ import annotations

from typing import Any

import polars as pl

from luhai.assessment.likelihood import likelihood, percent
from luhai.assessment.outlook import outlook_text
from luhai.assessment.results import Run
from luhai.assessment.why import explainer
from luhai.assessment.why_attainment import target_of
from luhai.assessment.why_classes import class_name, indicator_tree
from luhai.assessment.why_means import SHOWN_DIGITS
from luhai.assessment.why_parts import Evidence, indicator_names, number_text, versions_step
from luhai.assessment.why_plan import place_target_step
from luhai.standards import citation, indicator, load_method, load_standard
from luhai.text import N_, Text
from luhai.why import Citation, Why
from luhai.workspace import Workspace

_CLOSE = 1e-9
_DRAWN = Citation(
    "luhai-outlook",
    "luhai, docs/assessment-statistics.md",
    "predictive draw from the station's own past years",
    "C",
)
_SKILL = Citation(
    "brier-score",
    "Brier, Mon. Weather Rev. 78 (1950) 1; Wilks, Statistical Methods (2011), chapter 8",
    "score and skill of probabilities",
    "V",
)


@explainer("outlook")
def explain_outlook(workspace: Workspace, run: Run, table: str, row: dict[str, Any]) -> Why:
    """Why the rest of the year must keep a mean, and how likely the target is."""
    evidence = Evidence(workspace, run)
    mean_row = _mean_row(evidence, row)
    message = N_("{place}, {year}: {required}; {words} ({probability} %)")
    if row["probability"] is None:
        message = N_("{place}, {year}: {required}; too few past years for a probability")
    chance = row["probability"]
    return Why(
        kind="result",
        statement=Text(
            message,
            {
                "place": evidence.place_name(row["place"]),
                "year": row["year"],
                "required": outlook_text(row),
                "words": "" if chance is None else likelihood(chance).words,
                "probability": "" if chance is None else percent(chance),
            },
        ),
        detail=Text(
            "What decides: {indicator}, {samples} parts of the year known, {remaining} to come",
            {
                "indicator": indicator(row["indicator"]).name,
                "samples": number_text(row["samples"]),
                "remaining": number_text(row["remaining"]),
            },
        ),
        value=row["required_shown"] or "",
        unit=row["unit"],
        result_id=row["result_id"],
        children=(
            *_target(evidence, row),
            *_bound(row),
            *_required(row),
            *([indicator_tree(evidence, mean_row, final=False)] if mean_row else []),
            *_probability(evidence, row),
            versions_step(evidence, row["result_id"], _same(row, mean_row)),
        ),
    )


def _mean_row(evidence: Evidence, row: dict[str, Any]) -> dict[str, Any] | None:
    """The year's mean so far of the deciding indicator."""
    found = evidence.run.table("indicators").filter(
        (pl.col("place") == row["place"])
        & (pl.col("indicator") == row["indicator"])
        & (pl.col("by") == "year")
        & (pl.col("standard") == row["standard"])
        & pl.col("time").str.starts_with(f"{row['year']:04d}")
    )
    return found.row(0, named=True) if found.height else None


def _same(row: dict[str, Any], mean_row: dict[str, Any] | None) -> bool:
    """Whether the year's mean so far and the required mean follow again from the stored figures."""
    if mean_row is None or mean_row["mean"] is None or row["mean_so_far"] is None:
        return False
    mean = float(row["mean_so_far"])
    if abs(float(mean_row["mean"]) - mean) > _CLOSE * max(abs(mean), 1e-12):
        return False
    again = _again(row)
    required = row["required_mean"]
    return (
        again is None
        or required is None
        or abs(again - required) <= 1e-6 * max(abs(required), 1e-12)
    )


def _target(evidence: Evidence, row: dict[str, Any]) -> list[Why]:
    target = target_of(evidence, row["place"])
    if target is None or evidence.plan is None:
        return []
    return [place_target_step(evidence.plan, target)]


def _bound(row: dict[str, Any]) -> list[Why]:
    standard, method = load_standard(row["standard"]), load_method(row["method"])
    limit = standard.limit(row["indicator"], row["target_class"])
    if limit is None:
        return []
    ends = [
        f"{sign} {number_text(row[name])}"
        for sign, name in (("≥", "bound_low"), ("≤", "bound_high"))
        if row[name] is not None
    ]
    return [
        Why(
            kind="comparison",
            statement=Text(
                "{class_name} asks for {limit}",
                {"class_name": class_name(standard, row["target_class"]), "limit": limit.text},
            ),
            value=limit.printed,
            unit=limit.unit,
            citation=citation(standard, limit),
        ),
        Why(
            kind="comparison",
            statement=Text(
                "Rounding comes first: the year keeps the class while its mean is {bound} {unit}",
                {"bound": ", ".join(ends), "unit": row["unit"]},
            ),
            value=number_text(_bound_value(row)),
            unit=row["unit"],
            citation=citation(method, "rounding"),
        ),
    ]


def _upper(row: dict[str, Any]) -> bool:
    return row["required_mean"] is None or row["required_mean"] == row["required_high"]


def _bound_value(row: dict[str, Any]) -> float | None:
    bound = row["bound_high"] if _upper(row) else row["bound_low"]
    return None if bound is None else float(bound)


def _again(row: dict[str, Any]) -> float | None:
    """The required mean by hand: whole parts of equal weight and an arithmetic mean."""
    kind = load_method(row["method"]).mean_kind(row["indicator"])
    bound, done, rest = _bound_value(row), row["samples"], row["remaining"]
    if kind != "arithmetic" or bound is None or not rest:
        return None
    return float((bound * (done + rest) - row["mean_so_far"] * done) / rest)


def _required(row: dict[str, Any]) -> list[Why]:
    if row["required_mean"] is None:
        return []
    again = _again(row)
    formula = ""
    if again is not None and abs(again - row["required_mean"]) <= 1e-6 * abs(again):
        done, rest = row["samples"], row["remaining"]
        formula = (
            f"({number_text(_bound_value(row))} × {done + rest:g} − "
            f"{number_text(row['mean_so_far'], SHOWN_DIGITS)} × {done:g}) ÷ {rest:g} = "
            f"{number_text(row['required_mean'], SHOWN_DIGITS)}"
        )
    return [
        Why(
            kind="formula",
            statement=Text(
                "The mean of the rest at which the year's mean meets the bound: {value} {unit}",
                {"value": row["required_shown"], "unit": row["unit"]},
            ),
            value=row["required_shown"],
            unit=row["unit"],
            formula=formula,
            citation=citation(load_method(row["method"]), "period"),
        )
    ]


def _probability(evidence: Evidence, row: dict[str, Any]) -> list[Why]:
    if row["probability"] is None:
        return []
    steps = [
        Why(
            kind="formula",
            statement=Text(
                "Probability of attaining {probability} % ({low}–{high}, 90 % interval), "
                "drawn from {n} past years",
                {
                    "probability": percent(row["probability"]),
                    "low": percent(row["probability_low"]),
                    "high": percent(row["probability_high"]),
                    "n": row["history_n"],
                },
            ),
            value=percent(row["probability"]),
            unit="%",
            detail=Text(
                "All deciding indicators together; {share} of this year's difference is kept",
                {"share": number_text(row["persistence"], 2)},
            ),
            citation=_DRAWN,
            children=tuple(_history(evidence, row)),
        )
    ]
    if row["uncounted"]:
        steps.append(
            Why(
                kind="left_out",
                statement=Text(
                    "Not counted, because past years are too few: {indicators}",
                    {"indicators": indicator_names(row["uncounted"])},
                ),
            )
        )
    return [*steps, *_skill(evidence, row)]


def _history(evidence: Evidence, row: dict[str, Any]) -> list[Why]:
    """Past years of the deciding indicator: mean before the same day, and after it."""
    table = evidence.run.table("outlook_history").filter(
        (pl.col("place") == row["place"])
        & (pl.col("indicator") == row["indicator"])
        & (pl.col("year") < row["year"])
    )
    return [
        Why(
            kind="mean",
            statement=Text(
                "{year}: {before} {unit} until the same day, {after} {unit} after it",
                {
                    "year": entry["year"],
                    "before": number_text(entry["mean_so_far"], 4),
                    "after": number_text(entry["mean_after"], 4),
                    "unit": row["unit"],
                },
            ),
            value=number_text(entry["mean_after"], 4),
            unit=row["unit"],
        )
        for entry in table.sort("year", descending=True).to_dicts()
    ]


def _skill(evidence: Evidence, row: dict[str, Any]) -> list[Why]:
    past = (
        evidence.run.table("outlook_backtest")
        .filter(pl.col("place") == row["place"])
        .sort("year", descending=True)
        .to_dicts()
    )
    message = N_("Foretold in the same way, {n} past years score {brier} (0 is perfect)")
    if row["skill"] is not None:
        message = N_(
            "Foretold in the same way, {n} past years score {brier} (0 is perfect), "
            "skill {skill} over the long-term frequency"
        )
    if row["brier"] is None:
        message = N_("Too few past years to say how good such forecasts are")
    outcome = {
        True: N_("{year}: foretold {probability} %, attained"),
        False: N_("{year}: foretold {probability} %, missed"),
    }
    children = []
    for entry in past:
        words = outcome[bool(entry["attained"])]
        children.append(
            Why(
                kind="note",
                statement=Text(
                    words,
                    {"year": entry["year"], "probability": percent(entry["probability"])},
                ),
            )
        )
    return [
        Why(
            kind="note",
            statement=Text(
                message,
                {
                    "n": row["skill_n"],
                    "brier": number_text(row["brier"], 2),
                    "skill": number_text(row["skill"], 2),
                },
            ),
            citation=_SKILL,
            children=tuple(children),
        )
    ]
