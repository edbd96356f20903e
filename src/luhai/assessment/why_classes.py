"""Why a place has its class, and why an indicator has its mean and its class."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from luhai.assessment.basis import make_basis
from luhai.assessment.results import Run
from luhai.assessment.why import explainer
from luhai.assessment.why_means import Walk, derived_citation
from luhai.assessment.why_parts import (
    CLAUSES,
    Evidence,
    flag_names,
    indicator_names,
    listed,
    local,
    number_text,
    period,
    period_end,
    quantity,
    versions_step,
)
from luhai.standards import Limit, Standard, citation, indicator, load_method, load_standard
from luhai.standards.methods import Method
from luhai.standards.rounding import round_text
from luhai.text import LANGUAGES, N_, Text
from luhai.why import Why
from luhai.workspace import Workspace

Row = Mapping[str, Any]
_CLOSE = 1e-9
_CLOSE_TRANSFORMED = 1e-8
"""Relative difference of a recomputed mean that is no difference: noise of the arithmetic; means
through logarithms and hydrogen ions are stored with nine significant digits."""


@explainer("classes")
def explain_class(workspace: Workspace, run: Run, table: str, row: dict[str, Any]) -> Why:
    """Why a place has its class in a period."""
    return class_tree(Evidence(workspace, run), row)


@explainer("indicators")
def explain_indicator(workspace: Workspace, run: Run, table: str, row: dict[str, Any]) -> Why:
    """Why an indicator has its mean and its class at a place in a period."""
    return indicator_tree(Evidence(workspace, run), row)


def class_name(standard: Standard, number: int | None) -> dict[str, str]:
    """Name of a class in both languages."""
    return {language: standard.class_name(int(number or 0), language) for language in LANGUAGES}


def class_tree(evidence: Evidence, row: Row) -> Why:
    """The tree of a row of ``classes``; the worst indicator's tree reaches the raw rows."""
    standard, method = load_standard(row["standard"]), load_method(row["method"])
    rows = indicator_rows(evidence, row)
    deciding = [code for code in (row["deciding"] or "").split(";") if code]
    chosen = [entry for code in deciding for entry in rows if entry["indicator"] == code]
    if not chosen:
        # Nothing could be judged: the first indicator still shows where the figures come from.
        chosen = rows[:1]
    others = [entry for entry in rows if entry not in chosen]
    message = N_("{place}, {period}: {class_name}, decided by {indicators}")
    if not deciding:
        message = N_("{place}, {period}: {class_name}")
    children = [
        Why(
            kind="rule",
            statement=Text("{rule}", {"rule": dict(method.clause("class").text)}),
            detail=_enough(row, method),
            citation=citation(method, "class"),
        ),
        *(indicator_tree(evidence, entry, final=False) for entry in chosen),
    ]
    if row["scope"] == "outside_standard":
        children.append(_outside(evidence, row, standard))
    children += _doubt(evidence, row, rows, method)
    if others:
        children.append(_others(others, standard))
    same = _class_of(standard, rows) == int(row["class"] or 0)
    children.append(versions_step(evidence, row["result_id"], same))
    return Why(
        kind="result",
        statement=Text(
            message,
            {
                "place": evidence.place_name(row["place"]),
                "period": period(row["by"], row["time"]),
                "class_name": class_name(standard, row["class"]),
                "indicators": indicator_names(";".join(deciding)),
            },
        ),
        detail=_samples(row),
        value=class_name(standard, row["class"])["zh"],
        result_id=row["result_id"],
        children=tuple(children),
    )


def indicator_rows(evidence: Evidence, row: Row) -> list[dict[str, Any]]:
    """Rows of ``indicators`` for the place, period and standard of a row of ``classes``."""
    table = evidence.run.table("indicators")
    return (
        table.filter(
            pl.col("place") == row["place"],
            pl.col("by") == row["by"],
            pl.col("time") == row["time"],
            pl.col("standard") == row["standard"],
        )
        .sort("indicator")
        .to_dicts()
    )


def class_row(evidence: Evidence, row: Row) -> dict[str, Any] | None:
    """The row of ``classes`` that an indicator's row belongs to."""
    table = evidence.run.table("classes").filter(
        pl.col("place") == row["place"],
        pl.col("by") == row["by"],
        pl.col("time") == row["time"],
        pl.col("standard") == row["standard"],
    )
    return table.row(0, named=True) if table.height else None


def _class_of(standard: Standard, rows: list[dict[str, Any]]) -> int:
    """The class that the indicators' means give when they are judged again."""
    worst = 0
    for entry in rows:
        if entry["counts"] and entry["mean_rounded"] is not None:
            found = int(entry["class"] or 0)
            worst = max(worst, found)
    return worst


def _samples(row: Row) -> Text:
    return Text(
        "Samples: {samples}; values not detected: {censored}",
        {"samples": row["samples"], "censored": row["censored"]},
    )


def _enough(row: Row, method: Method) -> Text | None:
    minimum = method.minimum(row["by"])
    if row["enough"] is None or row["enough"] or minimum is None:
        return None
    return Text(
        "The rule asks for at least {count} ({unit}) here: for information only.",
        {"count": minimum.count, "unit": _UNITS.get(minimum.of, Text(minimum.of))},
    )


_UNITS = {
    "sample": Text(N_("samples")),
    "month": Text(N_("months")),
    "season": Text(N_("seasons")),
}


def _outside(evidence: Evidence, row: Row, standard: Standard) -> Why:
    place = evidence.plan.places.get(row["place"]) if evidence.plan else None
    salinity = place.salinity_psu if place else None
    return Why(
        kind="note",
        statement=Text(
            "Brackish water: {standard} is for fresh water, so the class is for information.",
            {"standard": standard.title},
        ),
        detail=None
        if salinity is None
        else Text("Typical salinity of the place: {salinity}", {"salinity": number_text(salinity)}),
    )


def _doubt(evidence: Evidence, row: Row, rows: list[dict[str, Any]], method: Method) -> list[Why]:
    """Why a class has no confidence at all: the parts of a sum that lacks one."""
    if not row["class"] or row["confidence"] != 0:
        return []
    sums = make_basis(row["standard"], row["by"], method=method.id).rules.sums
    return [
        Why(
            kind="note",
            statement=Text(
                "Not certain: {indicator} lacks a part in some samples, and the parts that were "
                "measured are already worse than this class.",
                {"indicator": indicator(total).short},
            ),
            citation=derived_citation(total),
            children=tuple(shallow(evidence, entry) for entry in measured),
        )
        for total, parts in sums.items()
        if (measured := [entry for entry in rows if entry["indicator"] in parts])
    ]


def _others(rows: list[dict[str, Any]], standard: Standard) -> Why:
    counted = [row for row in rows if row["counts"]]
    return Why(
        kind="note",
        statement=Text(
            "The other indicators are no worse: {n} assessed, {m} only inform",
            {"n": len(counted), "m": len(rows) - len(counted)},
        ),
        children=tuple(
            Why(
                kind="note",
                statement=Text(
                    "{indicator} {value}: {class_name}",
                    {
                        "indicator": indicator(row["indicator"]).short,
                        "value": quantity(mean_text(row), indicator(row["indicator"]).unit),
                        "class_name": class_name(standard, row["class"]),
                    },
                ),
                value=mean_text(row),
                unit=indicator(row["indicator"]).unit,
                result_id=row["result_id"],
            )
            for row in rows
        ),
    )


def mean_text(row: Row) -> str:
    """The rounded mean of a row of ``indicators`` with the method's digits."""
    if row["mean_rounded"] is None:
        return "–"
    return round_text(float(row["mean_rounded"]), int(row["digits"]), keep_one_significant=True)


def indicator_tree(evidence: Evidence, row: Row, *, final: bool = True) -> Why:
    """The tree of a row of ``indicators``.

    Args:
        evidence: where raw rows come from.
        row: the row.
        final: whether versions end the tree; not below another result.
    """
    standard = load_standard(row["standard"])
    whole = class_row(evidence, row)
    method = load_method(whole["method"] if whole else standard.default_method)
    walk, mean_step, same = recompute(evidence, row, method)
    found = indicator(row["indicator"])
    children = [*_comparison(row, standard, method)]
    if mean_step is not None:
        children.append(mean_step)
    children += _left_out(evidence, walk)
    if final or not same:
        children.append(versions_step(evidence, row["result_id"], same))
    return Why(
        kind="result",
        statement=Text(
            "{place}, {period}: {indicator} {value}, {class_name}",
            {
                "place": evidence.place_name(row["place"]),
                "period": period(row["by"], row["time"]),
                "indicator": found.short,
                "value": quantity(mean_text(row), found.unit),
                "class_name": class_name(standard, row["class"]),
            },
        ),
        detail=_samples(row),
        value=mean_text(row),
        unit=found.unit,
        result_id=row["result_id"],
        children=tuple(children),
    )


def shallow(evidence: Evidence, row: Row) -> Why:
    """A row of ``indicators`` in one line; its own tree opens by its id."""
    found = indicator(row["indicator"])
    return Why(
        kind="note",
        statement=Text(
            "{place}, {period}: {indicator} {value}, {class_name}",
            {
                "place": evidence.place_name(row["place"]),
                "period": period(row["by"], row["time"]),
                "indicator": found.short,
                "value": quantity(mean_text(row), found.unit),
                "class_name": class_name(load_standard(row["standard"]), row["class"]),
            },
        ),
        value=mean_text(row),
        unit=found.unit,
        result_id=row["result_id"],
    )


def recompute(evidence: Evidence, row: Row, method: Method) -> tuple[Walk, Why | None, bool]:
    """Walk from the raw rows to the mean of a row of ``indicators``.

    Returns:
        The walk, its last step, and whether it ends at the stored mean.
    """
    basis = make_basis(
        row["standard"],
        row["by"],
        method=method.id,
        register=evidence.plan.places if evidence.plan else None,
    )
    walk = Walk(evidence, row["indicator"], basis, row["place"])
    codes = [row["indicator"], *walk.parts]
    rows = evidence.observations(
        row["place"], codes, local(row["time"]), period_end(row["by"], row["time"])
    )
    mean = walk.mean(rows, basis.chain)
    if mean is None:
        return walk, None, row["mean"] is None
    stored = row["mean"]
    close = _CLOSE_TRANSFORMED if row["indicator"] in basis.rules.kinds else _CLOSE
    same = stored is not None and abs(mean.number - stored) <= close * max(abs(stored), 1e-12)
    return walk, mean.why, same


def _comparison(row: Row, standard: Standard, method: Method) -> list[Why]:
    """Rounding and comparison with the limits on both sides of the class."""
    number = int(row["class"] or 0)
    if row["mean_rounded"] is None or not standard.limits_of(row["indicator"]):
        return [
            Why(
                kind="note",
                statement=Text("The standard sets no limit on it: it is shown, not judged."),
                citation=citation(method, "items"),
            )
        ]
    pieces, limit = _against_limits(row, standard, number)
    value = mean_text(row)
    steps = [
        Why(
            kind="comparison",
            statement=Text("{comparisons}", {"comparisons": listed(pieces, CLAUSES)}),
            value=value,
            unit=indicator(row["indicator"]).unit,
            citation=citation(standard, limit) if limit else None,
        ),
        Why(
            kind="comparison",
            statement=Text(
                "Rounded to {digits} decimals before comparison", {"digits": row["digits"]}
            ),
            detail=_digits(row, method),
            formula=f"{number_text(row['mean'], 10)} → {value}",
            citation=citation(method, "rounding"),
        ),
    ]
    if not row["counts"]:
        steps.append(
            Why(
                kind="note",
                statement=Text("It informs only: the method does not let it decide the class."),
                citation=citation(method, "items"),
            )
        )
    if row["exceedance"] is not None and row["exceedance"] > 0:
        steps.append(_exceedance(row, standard, method))
    return steps


def _digits(row: Row, method: Method) -> Text | None:
    """Which of the method's digits a single sample has, where there is a choice."""
    item = method.items.get(row["indicator"])
    if row["by"] != "sample" or item is None or item.hourly_digits in (None, item.digits):
        return None
    if row["digits"] == item.hourly_digits:
        return Text("A time of day is known: the digits of hourly values of stations.")
    return Text("No time of day is known: the digits of the assessment.")


def _against_limits(row: Row, standard: Standard, number: int) -> tuple[list[Text], Limit | None]:
    """The mean against the limit that it misses and the one that it meets, and the deciding one."""
    code, value = row["indicator"], mean_text(row)
    met = standard.limit(code, number) if 0 < number <= standard.class_count else None
    missed = standard.limit(code, number - 1) if number > 1 else None
    pieces = []
    if missed is not None and (met is None or missed.text != met.text):
        name = class_name(standard, number - 1)
        parts: dict[str, Any] = {"value": value, "limit": missed.text, "class_name": name}
        pieces.append(Text("{value} does not meet {limit} ({class_name})", parts))
    if met is not None:
        parts = {"value": value, "limit": met.text, "class_name": class_name(standard, number)}
        message = N_("{value} meets {limit} ({class_name})")
        if not met.satisfied([row["mean_rounded"]])[0]:
            # The standard accepts another quantity in its place (oxygen saturation for class Ⅰ).
            other = next(
                entry
                for entry in standard.alternatives
                if entry.code == code and entry.class_number == number
            )
            message = N_("{value} misses {limit}, but {other} {demand} is met ({class_name})")
            parts |= {"other": indicator(other.alternative_code).short}
            parts |= {"demand": other.limit.text}
        pieces.append(Text(message, parts))
    return pieces, missed or met


def _exceedance(row: Row, standard: Standard, method: Method) -> Why:
    reference = standard.limit(row["indicator"], method.reference_class)
    bound = reference.printed if reference else ""
    multiple = round_text(float(row["exceedance"]), 2)
    return Why(
        kind="formula",
        statement=Text(
            "Exceeds the limit of {class_name} by {multiple} times",
            {
                "class_name": class_name(standard, method.reference_class),
                "multiple": multiple,
            },
        ),
        value=multiple,
        formula=f"{mean_text(row)} ÷ {bound} − 1 = {multiple}",
        citation=citation(method, "exceedance"),
    )


def _left_out(evidence: Evidence, walk: Walk) -> list[Why]:
    if not walk.left_out:
        return []
    return [
        Why(
            kind="left_out",
            statement=Text("{n} values were left out", {"n": len(walk.left_out)}),
            children=tuple(
                Why(
                    kind="left_out",
                    statement=Text(
                        "{indicator}, {time}: {written} ({reason})",
                        {
                            "indicator": indicator(entry["indicator"]).short,
                            "time": local(entry["time"]).strftime("%Y-%m-%d %H:%M"),
                            "written": entry["value_text"] or "–",
                            "reason": _reason(entry),
                        },
                    ),
                )
                for entry in walk.left_out
            ),
        )
    ]


def _reason(entry: Row) -> Text:
    if entry["filled"] is None:
        return Text("not detected, and no detection limit is known")
    if entry["flag"]:
        return Text("quality flag: {flag}", {"flag": flag_names(entry["flag"].split(";"))})
    return Text("the value cannot enter a mean of this kind")
