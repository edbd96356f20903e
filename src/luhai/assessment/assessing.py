"""What class is the water of each place in, period by period, and what decides it?

The walk from observations to classes, on whatever frame the user has: the engine that holds the
rows forms the means (``averaging``), which leaves a small table; means become classes
(``classes``), classes of indicators the class of a place (``deciding``), and the scope of the
standard is looked at (``scope``). Classes by sample have as many rows as there are samples: they
are formed in batches of whole months, so that memory stays bounded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import polars as pl

from luhai.assessment.averaging import (
    Frame,
    Rules,
    any_of,
    left_out,
    means,
    observation_frame,
    unscaled,
)
from luhai.assessment.basis import Basis, make_basis
from luhai.assessment.caveats import (
    doubt_notes,
    informing_notes,
    sums_in_doubt,
    with_doubts,
    with_parts_not_detected,
    without_confidence,
)
from luhai.assessment.classes import (
    SATURATION,
    class_names,
    classify,
    mean_values,
    period_keys,
    yearly_counts,
)
from luhai.assessment.deciding import place_classes
from luhai.assessment.exceeding import over_counts
from luhai.assessment.identity import result_id
from luhai.assessment.leaving_out import LEFT_OUT_SCHEMA, derived_left_out, summed, with_reasons
from luhai.assessment.naming import place_labels
from luhai.assessment.periods import STEP_KEYS, rolling_year, start_texts
from luhai.assessment.precision import day_samples, has_hourly_digits, with_timed
from luhai.assessment.scope import (
    FRESH_MEDIA,
    OK,
    OUTSIDE,
    brackish,
    brackish_rules,
    outside_note,
)
from luhai.errors import InputError
from luhai.text import N_, Text

if TYPE_CHECKING:
    from luhai.plan.places import PlaceRegister

CLASS_COLUMNS = (
    *("result_id", "place", "medium", "by", "time", "standard", "method", "class", "class_name"),
    *("deciding", "exceedance", "samples", "censored", "confidence", "enough", "scope"),
    *("main_pollutants", "year"),
)
"""Columns of ``Assessment.classes``: those of docs/architecture.md and two more."""

INDICATOR_COLUMNS = (
    *("result_id", "place", "medium", "by", "time", "standard", "indicator", "mean"),
    *("mean_rounded", "digits", "class", "class_name", "limit", "limit_class", "exceedance"),
    *("over_samples", "samples", "censored", "counts", "parts", "year"),
)
"""Columns of ``Assessment.indicators``: those of docs/architecture.md and two more."""

RESULT_TYPES: dict[str, pl.DataType] = {
    **{
        name: pl.String()
        for name in (
            *("result_id", "place", "medium", "by", "time", "standard", "method", "indicator"),
            *("class_name", "deciding", "scope", "main_pollutants"),
        )
    },
    **{name: pl.Int8() for name in ("class", "digits", "limit_class")},
    **{name: pl.Int32() for name in ("samples", "censored", "over_samples", "parts")},
    **{
        name: pl.Float64() for name in ("mean", "mean_rounded", "limit", "exceedance", "confidence")
    },
    **{name: pl.Boolean() for name in ("enough", "counts")},
    "year": pl.Int16(),
}
"""Types of the columns of both tables."""

BATCH_ROWS = 4_000_000
"""Observation rows of one batch of classes by sample."""

NOTHING = N_("No observation can be judged by {standard}.")
NOT_JUDGED = N_(
    "{count} periods of places have observations but none that {standard} can judge: class 0."
)
OTHER_MEDIUM = N_("{places}: registered as another medium, not judged by {standard}.")


@dataclass(frozen=True)
class Assessment:
    """Classes of places by period, with the indicators behind them and what was left out.

    Attributes:
        classes: one row per place and period, columns ``CLASS_COLUMNS``; ``class`` 0 where nothing
            can be judged. ``deciding`` and ``main_pollutants`` are codes joined by ``;``.
        indicators: one row per place, period and indicator, columns ``INDICATOR_COLUMNS``.
        left_out: values that no mean holds, counted: ``place, year, indicator, reason, rows``.
            ``reason`` is the excluding quality flag, or one of
            ``luhai.assessment.leaving_out.REASONS``.
        notes: what a reader should know about the result as a whole.
    """

    classes: pl.DataFrame
    indicators: pl.DataFrame
    left_out: pl.DataFrame
    notes: tuple[Text, ...] = field(default_factory=tuple)


def assess(
    observations: Any,
    *,
    standard: str,
    by: str,
    method: str | None = None,
    register: PlaceRegister | None = None,
    year: int | None = None,
    medium: str | None = None,
) -> Assessment:
    """Classes of places by period.

    Args:
        observations: any frame that narwhals knows, eager or lazy (pandas, Polars, a DuckDB
            relation, a PySpark frame), with the columns of ``OBSERVATION_SCHEMA``.
        standard: ``gb3838-2002``, ``gb3838-2002-lake``, ``gb3097-1997`` …; places that are
            declared another medium of the same edition are judged by its standard.
        by: ``sample`` (one place at one time), ``month``, ``season``, ``year`` or ``rolling``
            (the year that ends with each month or season).
        method: id of the assessment method; the standard's own when ``None``.
        register: declares which place is a lake, and which is brackish. Without it the medium of
            the observations decides.
        year: only this local calendar year.
        medium: medium of all rows, where the table does not state it.

    Returns:
        The same rows to the last digit on every engine.

    Raises:
        UsageError: no such standard, method or period, or they do not go together.
        InputError: the table lacks columns, or a value is no number.
    """
    basis = make_basis(standard, by, method=method, register=register, medium=medium)
    batches = list(assess_batches(observations, basis, year=year))
    if not batches:
        note = Text(NOTHING, {"standard": basis.standard.title})
        return Assessment(
            _empty(CLASS_COLUMNS),
            _empty(INDICATOR_COLUMNS),
            _nothing_left_out(),
            (note,),
        )
    if len(batches) == 1:
        return batches[0]
    return Assessment(
        pl.concat([batch.classes for batch in batches]).sort("place", "time"),
        pl.concat([batch.indicators for batch in batches]).sort("place", "time", "indicator"),
        summed(pl.concat([batch.left_out for batch in batches])),
        tuple(dict.fromkeys(note for batch in batches for note in batch.notes)),
    )


def assess_batches(
    observations: Any,
    basis: Basis,
    *,
    year: int | None = None,
    indicators: bool = True,
    reasons: bool = True,
) -> Iterator[Assessment]:
    """Classes batch by batch: one batch, except by sample, where it holds whole months.

    Args:
        observations, year: see ``assess``.
        basis: what the assessment rests on.
        indicators: whether to fill the table of indicators, which takes a further pass.
        reasons: whether to fill the table of what was left out, which takes a further pass.
    """
    frame = observation_frame(observations)
    if year is not None:
        frame = frame.filter(nw.col("year") == year)
    if basis.by != "sample":
        yield from _batch(frame, basis, None, indicators, reasons)
        return
    rates = None
    if basis.method.nondetect.threshold is not None:
        yearly = make_basis(
            basis.standard.id,
            "year",
            method=basis.method.id,
            register=basis.register,
            medium=basis.medium,
        )
        rates = yearly_counts(_collected(means(frame, yearly.rules, yearly.chain)))
    for part in _months(frame):
        yield from _batch(part, basis, rates, indicators, reasons)


def _months(frame: Frame) -> Iterator[Frame]:
    counted = _collected(frame.group_by("year", "month").agg(rows=nw.len()))
    counted = counted.drop_nulls().sort("year", "month")
    batch: list[tuple[int, int]] = []
    rows = 0
    for year, month, count in counted.select("year", "month", "rows").iter_rows():
        if batch and rows + count > BATCH_ROWS:
            yield _within(frame, batch)
            batch, rows = [], 0
        batch.append((year, month))
        rows += count
    if batch:
        yield _within(frame, batch)


def _within(frame: Frame, months: list[tuple[int, int]]) -> Frame:
    (first_year, first_month), (last_year, last_month) = months[0], months[-1]
    year, month = nw.col("year"), nw.col("month")
    # Whole years first, so that engines skip the files of other years.
    return frame.filter(
        (year >= first_year) & (year <= last_year),
        (year > first_year) | (month >= first_month),
        (year < last_year) | (month <= last_month),
    )


def _collected(frame: Frame) -> pl.DataFrame:
    table = pl.DataFrame(frame.collect("pyarrow").to_native())
    counts = {"year": pl.Int16, "month": pl.Int8, "season": pl.Int8, "day": pl.Int8}
    whole = dict.fromkeys(("low", "n", "rows", "parts"), pl.Int64)
    types = {**counts, **whole}
    return table.with_columns(
        pl.col(name).cast(dtype) for name, dtype in types.items() if name in table.columns
    )


def _batch(
    frame: Frame, basis: Basis, rates: pl.DataFrame | None, indicators: bool, reasons: bool
) -> Iterator[Assessment]:
    rules, chain = basis.rules, basis.chain
    counted = () if indicators else _counted_only(basis)
    table = unscaled(_collected(means(frame, rules, chain, counted)), rules)
    if table.is_empty():
        return
    table = _with_parts_of_incomplete_sums(table, frame, basis, counted)
    omitted = _left_out(frame, table, rules) if reasons else _nothing_left_out()
    rates = yearly_counts(table) if rates is None else rates
    if indicators and basis.by != "sample":
        table = _with_over_counts(table, frame, basis)
    if basis.by == "sample":
        table = _with_precision(table, frame, basis)
    table = with_parts_not_detected(table, basis)
    if basis.by == "rolling":
        table = rolling_year(table, chain, ("place", "indicator"))
    table, notes = _with_standards(table, basis)
    if table.is_empty():
        yield Assessment(_empty(CLASS_COLUMNS), _empty(INDICATOR_COLUMNS), omitted, tuple(notes))
        return
    table = table.with_columns(start_texts(table, chain).alias("start"))
    table = classify(table.with_columns(mean_values(table, basis, rates)), basis)
    classes = place_classes(table, basis)
    doubts = sums_in_doubt(table, classes, basis)
    classes = without_confidence(classes, doubts, basis)
    classes, scope_note = _with_scope(classes, table, basis)
    notes += [*scope_note, *doubt_notes(doubts, basis), *informing_notes(table, basis)]
    yield Assessment(
        _finished_classes(classes, basis),
        _finished_indicators(table, basis) if indicators else _empty(INDICATOR_COLUMNS),
        with_doubts(omitted, doubts),
        (*notes, *_unjudged(classes, basis)),
    )


def _counted_only(basis: Basis) -> tuple[str, ...]:
    """Indicators that no class, scope or note is about, once derived sums hold their parts.

    None where the method has no derived sums: there, sorting rows out costs what it saves.
    """
    if not basis.rules.sums or basis.by == "sample":
        return ()
    looked_at = {SATURATION, *basis.method.assessed}
    looked_at.update(code for law in basis.siblings.values() for code in law.codes)
    if any(medium in FRESH_MEDIA for medium in basis.siblings):
        looked_at.update(rule.indicator for rule in brackish_rules())
    parts = {part for codes in basis.rules.sums.values() for part in codes}
    return tuple(sorted({*parts, *basis.method.informs} - looked_at))


def _with_parts_of_incomplete_sums(
    table: pl.DataFrame, frame: Frame, basis: Basis, counted: tuple[str, ...]
) -> pl.DataFrame:
    """Means of the parts too, where a sum lacks one: they may tell what the sum is at least."""
    incomplete = table.filter(
        pl.col("indicator").is_in(list(basis.rules.sums)), pl.col("rows") > pl.col("n")
    )
    parts = {part for code in incomplete["indicator"].unique() for part in basis.rules.sums[code]}
    lacking = sorted(parts & {*counted})
    if not lacking:
        return table
    rules = replace(basis.rules, sums={})
    rows = frame.filter(any_of("indicator", lacking))
    own = unscaled(_collected(means(rows, rules, basis.chain)), rules)
    zeros = [pl.lit(0.0).alias(name) for name in basis.rules.limit_columns[1:]]
    others = table.filter(~pl.col("indicator").is_in(lacking))
    return pl.concat([others, own.with_columns(zeros).select(table.columns)])


def _left_out(frame: Frame, table: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """Counts of values left out; asked of the engine only where some were."""
    if table["rows"].sum() == table["n"].sum():
        return _nothing_left_out()
    explained = with_reasons(_collected(left_out(frame, rules)), rules)
    if not rules.sums:
        return explained
    return summed(pl.concat([explained, derived_left_out(table, explained, rules)]))


def _with_over_counts(table: pl.DataFrame, frame: Frame, basis: Basis) -> pl.DataFrame:
    counted = _collected(over_counts(frame, basis))
    keys = ["place", "indicator", *STEP_KEYS[basis.chain.unit]]
    return table.join(counted, on=keys, how="left", validate="1:1", nulls_equal=True)


def _with_precision(table: pl.DataFrame, frame: Frame, basis: Basis) -> pl.DataFrame:
    """Samples with ``timed``; asked of the engine only where it decides on digits."""
    if not has_hourly_digits(basis):
        return table.with_columns(timed=pl.lit(False))
    return with_timed(table, _collected(day_samples(frame)))


def _with_standards(table: pl.DataFrame, basis: Basis) -> tuple[pl.DataFrame, list[Text]]:
    """``medium`` and ``standard`` of every row, by place; places of another medium go."""
    media = [name for name in table.columns if name.startswith("rows_")]
    places = table.group_by("place", maintain_order=True).agg(
        pl.col("rows").sum(), *(pl.col(name).sum() for name in media)
    )
    first = next(iter(basis.siblings))
    chosen, foreign = [], []
    for row in places.iter_rows(named=True):
        counts = {name.removeprefix("rows_"): row[name] for name in media}
        counts[first] = row["rows"] - sum(counts.values())
        observed = _observed_medium(row["place"], counts, basis)
        standard = basis.standard_of(row["place"], observed)
        declared = basis.place(row["place"])
        if standard is None:
            foreign.append(row["place"])
            continue
        medium = declared.medium if declared else basis.medium or standard.medium
        chosen.append({"place": row["place"], "medium": medium, "standard": standard.id})
    notes = []
    if foreign:
        parts = {"places": _listed(foreign), "standard": basis.standard.title}
        notes.append(Text(OTHER_MEDIUM, parts))
    schema = {"place": pl.String, "medium": pl.String, "standard": pl.String}
    judged = table.join(
        pl.DataFrame(chosen, schema=schema), on="place", how="inner", validate="m:1"
    )
    return judged.drop(media), notes


def _observed_medium(place: str, counts: dict[str, int], basis: Basis) -> str:
    """The one medium that the rows of an undeclared place state."""
    stated = [medium for medium, rows in counts.items() if rows]
    if len(stated) > 1 and basis.place(place) is None and not basis.medium:
        raise InputError(
            Text("Its observations are of several media: {stated}.", {"stated": ", ".join(stated)}),
            where=place,
            why=Text("A place is judged as river or as lake, never row by row."),
            remedy=Text(
                "Declare the place in a register (--places), or import it with one medium."
            ),
        )
    return stated[0] if stated else ""


def _with_scope(
    classes: pl.DataFrame, table: pl.DataFrame, basis: Basis
) -> tuple[pl.DataFrame, list[Text]]:
    keys = period_keys(table, basis)
    beside = table.select(*keys, "medium", "start").unique(keys, keep="first")
    classes = classes.join(beside, on=keys, how="left", validate="1:1")
    fresh = classes["medium"].is_in(list(FRESH_MEDIA)).to_numpy()
    if not fresh.any():
        return classes.with_columns(scope=pl.lit(OK)), []
    measured = {}
    for rule in brackish_rules():
        values = table.filter(pl.col("indicator") == rule.indicator).select(*keys, "mean")
        joined = classes.select(*keys).join(
            values, on=keys, how="left", validate="1:1", maintain_order="left"
        )
        measured[rule.indicator] = joined["mean"].fill_null(float("nan")).to_numpy()
    typical = {
        place: entry.salinity_psu
        for place in classes["place"].unique()
        if (entry := basis.place(place)) is not None and entry.salinity_psu is not None
    }
    salinity = classes["place"].replace_strict(
        typical, default=float("nan"), return_dtype=pl.Float64
    )
    outside = brackish(measured, salinity.to_numpy()) & fresh
    scope = pl.Series("scope", np.where(outside, OUTSIDE, OK))
    places = classes.filter(pl.Series(outside))["place"].unique().sort().to_list()
    named = place_labels(places, basis.register)
    notes = [outside_note(named, basis.standard.title)] if places else []
    return classes.with_columns(scope), notes


def _unjudged(classes: pl.DataFrame, basis: Basis) -> list[Text]:
    count = int((classes["class"] == 0).sum())
    if not count:
        return []
    return [Text(NOT_JUDGED, {"count": count, "standard": basis.standard.title})]


def _finished_classes(classes: pl.DataFrame, basis: Basis) -> pl.DataFrame:
    ids = [
        result_id("class", place, basis.by, start, standard)
        for place, start, standard in classes.select("place", "start", "standard").iter_rows()
    ]
    return (
        classes.with_columns(
            pl.Series("result_id", ids, dtype=pl.String),
            by=pl.lit(basis.by),
            method=pl.lit(basis.method.id),
            time=pl.col("start"),
            year=pl.col("year").cast(pl.Int16),
        )
        .select(CLASS_COLUMNS)
        .sort("place", "time")
    )


def _finished_indicators(table: pl.DataFrame, basis: Basis) -> pl.DataFrame:
    kept = table.filter(pl.col("n") > 0)
    keys = kept.select("place", "start", "indicator", "standard")
    ids = [
        result_id("indicator", place, basis.by, start, code, standard)
        for place, start, code, standard in keys.iter_rows()
    ]
    return (
        kept.with_columns(
            pl.Series("result_id", ids, dtype=pl.String),
            by=pl.lit(basis.by),
            time=pl.col("start"),
            class_name=class_names(kept, basis),
            over_samples=_over_samples(kept, basis),
            samples=pl.col("n").cast(pl.Int32),
            censored=pl.col("low").cast(pl.Int32),
            parts=pl.col("parts").cast(pl.Int32),
            year=pl.col("year").cast(pl.Int16),
        )
        .select(INDICATOR_COLUMNS)
        .sort("place", "time", "indicator")
    )


def _over_samples(table: pl.DataFrame, basis: Basis) -> pl.Expr:
    """Single values over the limit, by the standard of the place."""
    columns = [name for name in table.columns if name.startswith("over_")]
    if not columns:
        over = pl.col("class") > basis.method.reference_class
        return over.cast(pl.Int32)
    count = pl.lit(0)
    for name in columns:
        own = pl.col("standard") == name.removeprefix("over_")
        count = pl.when(own).then(pl.col(name)).otherwise(count)
    return count.cast(pl.Int32)


def _nothing_left_out() -> pl.DataFrame:
    return pl.DataFrame(schema=LEFT_OUT_SCHEMA)


def _empty(columns: tuple[str, ...]) -> pl.DataFrame:
    return pl.DataFrame(schema={name: RESULT_TYPES[name] for name in columns})


def _listed(names: list[str]) -> dict[str, str]:
    return {"zh": "、".join(names), "en": ", ".join(names)}
