"""Why a river, a district, a sea area or the city has its level, and why it changed."""

from __future__ import annotations

from typing import Any

import polars as pl

from luhai.assessment.change import change_between
from luhai.assessment.groups import basis_text, groups
from luhai.assessment.groups_mean import mean_section
from luhai.assessment.results import Run
from luhai.assessment.why import explainer
from luhai.assessment.why_classes import class_name, class_tree, indicator_tree, mean_text
from luhai.assessment.why_means import SHOWN_DIGITS, averaged, mean_formula
from luhai.assessment.why_parts import Evidence, listed, number_text, versions_step
from luhai.standards import (
    Level,
    citation,
    indicator,
    level_of_class,
    level_of_shares,
    load_method,
    load_standard,
)
from luhai.standards.levels import levels_of
from luhai.standards.rounding import round_text
from luhai.text import N_, Text
from luhai.why import Why
from luhai.workspace import Workspace

_KINDS = {"hydrogen_ion": "hydrogen", "geometric": "geometric"}
_WHOLE = {
    "surface": Text(N_("all surface water of the plan")),
    "sea": Text(N_("all sea stations of the plan")),
}


@explainer("groups")
def explain_group(workspace: Workspace, run: Run, table: str, row: dict[str, Any]) -> Why:
    """Why a group of places has its level in a year."""
    return group_tree(Evidence(workspace, run), row)


def group_name(row: dict[str, Any]) -> Any:
    """Name of a group in both languages; a group of all places has none of its own."""
    if not row["group"]:
        return _WHOLE[row["rule"]]
    return {"zh": row["group"], "en": row["group_en"] or row["group"]}


def level_name(rule: str, number: int | None) -> Any:
    """Name of a level in both languages."""
    found = next((entry for entry in levels_of(rule) if entry.number == number), None)
    if found is None:
        return Text("no level")
    return {"zh": found.name_zh, "en": found.name_en}


def group_tree(evidence: Evidence, row: dict[str, Any], *, final: bool = True) -> Why:
    """The tree of a row of ``groups``; the worst place's tree reaches the raw rows."""
    children = [*_rule_steps(evidence, row), *_members(evidence, row)]
    if final:
        children.append(versions_step(evidence, row["result_id"], _same(evidence, row)))
    return Why(
        kind="result",
        statement=Text(
            "{group}, {year}: {level}",
            {
                "group": group_name(row),
                "year": row["year"],
                "level": level_name(row["rule"], row["level"]),
            },
        ),
        detail=basis_text(row["basis"], row["places"]),
        value=str(row["level_name"] or ""),
        result_id=row["result_id"],
        children=tuple(children),
    )


def _same(evidence: Evidence, row: dict[str, Any]) -> bool:
    """Whether the stored classes give the stored level again."""
    plan = evidence.plan
    if plan is None:
        return False
    chosen = {
        name: evidence.run.table(name).filter(
            (pl.col("by") == "year")
            & pl.col("time").str.starts_with(f"{row['year']:04d}")
            & pl.col("standard").is_in(row["standard"].split(";"))
        )
        for name in ("classes", "indicators")
    }
    again = groups(
        chosen["classes"], plan.places, row["rule"], indicators=chosen["indicators"]
    ).filter(pl.col("result_id") == row["result_id"])
    keys = ("level", "places", "mean_class", "main_pollutants", "share_1")
    return again.height == 1 and all(again.row(0, named=True)[key] == row[key] for key in keys)


def _rule_steps(evidence: Evidence, row: dict[str, Any]) -> list[Why]:
    if row["level"] is None:
        return []
    if row["basis"] == "shares":
        return [_share_step(row)]
    number = row["mean_class"] or _only_class(evidence, row)
    level = level_of_class(row["rule"], number)
    standard = load_standard(row["standard"].split(";")[0])
    step = Why(
        kind="rule",
        statement=Text(
            "{class_name} is the level {level}",
            {"class_name": class_name(standard, number), "level": level.name},
        ),
        value=level.name_zh,
        citation=level.citation,
    )
    return [step, *(_mean_steps(evidence, row) if row["basis"] == "mean" else [])]


def _share_step(row: dict[str, Any]) -> Why:
    standard = load_standard(row["standard"].split(";")[0])
    count = standard.class_count + 1
    shares = [float(row[f"share_{number}"]) for number in range(1, count + 1)]
    level: Level = level_of_shares(row["rule"], shares)
    places = row["places"]
    parts = [
        Text(
            "{class_name} {share} %",
            {"class_name": class_name(standard, number), "share": round_text(share, 1)},
        )
        for number, share in enumerate(shares, start=1)
        if share > 0
    ]
    return Why(
        kind="rule",
        statement=Text(
            "{shares}: the level {level}", {"shares": listed(parts), "level": level.name}
        ),
        value=level.name_zh,
        formula="; ".join(
            f"{round(share * places / 100)} ÷ {places} = {round_text(share, 1)} %"
            for share in shares
            if share > 0
        ),
        citation=level.citation,
    )


def _only_class(evidence: Evidence, row: dict[str, Any]) -> int:
    return max(int(entry["class"]) for entry in _class_rows(evidence, row))


def _class_rows(evidence: Evidence, row: dict[str, Any]) -> list[dict[str, Any]]:
    """Yearly classes of the members, worst first."""
    members = row["members"].split(";") if row["members"] else []
    return (
        evidence.run.table("classes")
        .filter(
            (pl.col("by") == "year")
            & pl.col("time").str.starts_with(f"{row['year']:04d}")
            & pl.col("place").is_in(members)
            & pl.col("standard").is_in(row["standard"].split(";"))
        )
        .sort("class", "place", descending=[True, False])
        .to_dicts()
    )


def _members(evidence: Evidence, row: dict[str, Any]) -> list[Why]:
    found = _class_rows(evidence, row)
    steps = [class_tree(evidence, entry) for entry in found[:1]]
    for entry in found[1:]:
        standard = load_standard(entry["standard"])
        steps.append(
            Why(
                kind="note",
                statement=Text(
                    "{place}: {class_name}",
                    {
                        "place": evidence.place_name(entry["place"]),
                        "class_name": class_name(standard, entry["class"]),
                    },
                ),
                value=entry["class_name"] or "",
                result_id=entry["result_id"],
            )
        )
    if row["unjudged"]:
        steps.append(
            Why(
                kind="left_out",
                statement=Text("{n} places could not be judged", {"n": row["unjudged"]}),
            )
        )
    return steps


def _mean_steps(evidence: Evidence, row: dict[str, Any]) -> list[Why]:
    """Means over the places of the indicators that decide an averaged group."""
    method = load_method(row["method"])
    standard = load_standard(row["standard"].split(";")[0])
    means = evidence.run.table("indicators").filter(
        (pl.col("by") == "year")
        & pl.col("time").str.starts_with(f"{row['year']:04d}")
        & pl.col("place").is_in(row["members"].split(";"))
        & pl.col("standard").is_in(row["standard"].split(";"))
    )
    section = mean_section(means, standard, method)
    steps = []
    for code in (row["deciding"] or "").split(";"):
        if not code:
            continue
        entries = (
            means.filter((pl.col("indicator") == code) & pl.col("mean").is_not_null())
            .sort("class", "place", descending=[True, False])
            .to_dicts()
        )
        kind = _KINDS.get(method.mean_kind(code), "arithmetic")
        numbers = [float(entry["mean"]) for entry in entries]
        value = round_text(
            section.means[code],
            method.digits(code),
            keep_one_significant=method.keep_one_significant,
        )
        steps.append(
            Why(
                kind="mean",
                statement=Text(
                    "{indicator}: mean over {n} places {value} {unit}",
                    {
                        "indicator": indicator(code).short,
                        "n": len(entries),
                        "value": value,
                        "unit": indicator(code).unit,
                    },
                ),
                value=value,
                unit=indicator(code).unit,
                formula=f"{mean_formula(numbers, averaged(numbers, kind), kind)} → {value}",
                citation=citation(method, "few_sections")
                if "few_sections" in method.clauses
                else None,
                children=tuple(_opened(evidence, entries)),
            )
        )
    return steps


def _opened(evidence: Evidence, entries: list[dict[str, Any]]) -> list[Why]:
    """Indicator rows of several places, the first opened to its raw rows."""
    steps = [indicator_tree(evidence, entry, final=False) for entry in entries[:1]]
    for entry in entries[1:]:
        steps.append(
            Why(
                kind="note",
                statement=Text(
                    "{place}: {value} {unit}",
                    {
                        "place": evidence.place_name(entry["place"]),
                        "value": number_text(entry["mean"], SHOWN_DIGITS),
                        "unit": indicator(entry["indicator"]).unit,
                    },
                ),
                value=mean_text(entry),
                unit=indicator(entry["indicator"]).unit,
                result_id=entry["result_id"],
            )
        )
    return steps


@explainer("changes")
def explain_change(workspace: Workspace, run: Run, table: str, row: dict[str, Any]) -> Why:
    """Why a group is said to be better, worse or unchanged."""
    evidence = Evidence(workspace, run)
    pair = [_group_row(evidence, row, year) for year in (row["year"], row["year_before"])]
    after, before = pair
    change = change_between(before, after)
    rule_text = Text(
        "By levels: {before} before, {after} now",
        {
            "before": level_name(row["rule"], before["level"]),
            "after": level_name(row["rule"], after["level"]),
        },
    )
    if row["by"] == "shares":
        rule_text = Text(
            "By shares: the good share changed by {difference} points more than the worst share",
            {"difference": number_text(row["difference"], 4)},
        )
    words = row["words"]
    same = (
        change is not None
        and change.difference == row["difference"]
        and change.words.message == row["words"]
    )
    return Why(
        kind="result",
        statement=Text(
            "{group}, {year} against {year_before}: {words}",
            {
                "group": group_name(row),
                "year": row["year"],
                "year_before": row["year_before"],
                "words": Text(words),
            },
        ),
        value=row["change"],
        result_id=row["result_id"],
        children=(
            Why(
                kind="rule",
                statement=rule_text,
                value=number_text(row["difference"], 4),
                citation=change.citation if change else None,
            ),
            group_tree(evidence, after, final=False),
            group_tree(evidence, before, final=False),
            versions_step(evidence, row["result_id"], same),
        ),
    )


def _group_row(evidence: Evidence, row: dict[str, Any], year: int) -> dict[str, Any]:
    return (
        evidence.run.table("groups")
        .filter(
            (pl.col("group") == row["group"])
            & (pl.col("group_kind") == row["group_kind"])
            & (pl.col("rule") == row["rule"])
            & (pl.col("year") == year)
        )
        .row(0, named=True)
    )
