"""``luhai assess``: water-quality classes of places by period."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from luhai.assessment.assessing import Assessment, assess_batches
from luhai.assessment.averaging import Frame
from luhai.assessment.basis import Basis, make_basis
from luhai.assessment.engines import ENGINES, LOCAL_SPARK, engine_frame
from luhai.assessment.leaving_out import reason_text
from luhai.assessment.periods import PERIODS
from luhai.cli.inputs import OpenedObservations, open_observations, require_rows
from luhai.cli.output import format_option, print_json, print_rows, progress
from luhai.errors import InputError, UsageError
from luhai.observations.export import neutralise_frame
from luhai.plan.places import PlaceRegister, load_declared_places, load_places
from luhai.text import N_, Text, language_from_environment, translate

COLUMNS = (
    *("place", "time", "class", "class_name", "deciding", "exceedance", "samples", "censored"),
    *("confidence", "result_id"),
)
"""Columns of the written table; other programs rely on them."""

_SHOWN_ROWS = 20
_SHOWN_STRANGERS = 20
_JSON_ROWS = 10_000


@click.command(
    "assess",
    help=N_(
        "Classes of places in INPUT: a file, an archive, a folder or a workspace.\n\n"
        "Columns of the result: place, time (start of the period), class (0: nothing can be "
        "judged), class_name, deciding, exceedance, samples, censored, confidence, result_id. "
        "Samples is the largest number of values of one assessed indicator, censored the number of "
        "non-detected values of all of them. "
        "Exit code 1 when rows of a file were rejected; they are named on standard error."
    ),
)
@click.argument("path", metavar="INPUT", type=click.Path(path_type=Path))
@click.option("--standard", required=True, help=N_("gb3838-2002, gb3838-2002-lake or gb3097-1997."))
@click.option("--by", type=click.Choice(PERIODS), required=True, help=N_("Period of a class."))
@click.option("--method", help=N_("Assessment method; the standard's own when left out."))
@click.option(
    "--medium",
    type=click.Choice(["sea", "river", "lake"]),
    help=N_("The water that all rows of a file are of; that of the standard when left out."),
)
@click.option(
    "--year",
    type=click.IntRange(1900, 2200),
    help=N_("Only this year; also the year of dates written without one."),
)
@click.option(
    "--places",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help=N_("Register of places (CSV): which are lakes, which are brackish."),
)
@click.option(
    "--mapping",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help=N_("TOML file that says what headers, units and places of a laboratory mean."),
)
@click.option(
    "--engine",
    type=click.Choice(ENGINES),
    default="duckdb",
    show_default=True,
    help=N_("What computes: embedded (duckdb, polars) or Apache Spark."),
)
@click.option(
    "--master", default=LOCAL_SPARK, show_default=True, help=N_("Spark master's address.")
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help=N_("File to write, .csv or .parquet."),
)
@format_option
@click.pass_context
def command(
    context: click.Context,
    path: Path,
    standard: str,
    by: str,
    method: str | None,
    medium: str | None,
    year: int | None,
    places: Path | None,
    mapping: Path | None,
    engine: str,
    master: str,
    out: Path | None,
    output_format: str,
) -> None:
    """Assess observations."""
    language = language_from_environment()
    if out is not None and out.suffix.lower() not in (".csv", ".parquet"):
        raise UsageError(
            Text("The result is written as .csv or .parquet."),
            where=str(out),
            remedy=Text("Give the file one of these endings."),
        )
    # Faults of the rules are told before a large file is read.
    basis = make_basis(standard, by, method=method, medium=medium)
    with (
        progress(translate("Reading", language)) as report_progress,
        open_observations(
            path,
            medium=medium or basis.standard.medium,
            year=year,
            mapping=mapping,
            report_progress=report_progress,
        ) as opened,
    ):
        require_rows(opened, path)
        basis = make_basis(
            standard,
            by,
            method=method,
            medium=medium if opened.workspace is None else None,
            register=_register(places, opened),
        )
        with engine_frame(opened.store, engine, master=master) as frame:
            batches = assess_batches(frame, basis, year=year, indicators=False)
            summary = _written(batches, out, frame, year)
        opened.print_rejects()
        if places is not None and basis.register is not None:
            _tell_unregistered(summary, basis.register, output_format)
        _print(summary, basis, opened, out, output_format)
        if not opened.faultless:
            context.exit(1)


def _register(places: Path | None, opened: OpenedObservations) -> PlaceRegister | None:
    """The register that was named, else that of the workspace's plan."""
    if places is not None:
        return load_declared_places(places)
    if opened.workspace is None or opened.workspace.plan is None:
        return None
    file = opened.workspace.plan / "places.csv"
    return load_places(file) if file.is_file() else None


def _tell_unregistered(summary: _Summary, register: PlaceRegister, output_format: str) -> None:
    """Name on standard error, and in the notes of a JSON document, what the register lacks."""
    sentences = unregistered(summary.places, register)
    for sentence in sentences:
        click.echo(f"luhai: {sentence.render(language_from_environment())}", err=True)
    if output_format == "json":
        summary.notes.update(dict.fromkeys(sentences))


def unregistered(names: Iterable[str], register: PlaceRegister) -> list[Text]:
    """Which places are judged under their written name only, and what each may have meant.

    Args:
        names: places as written in the file.
        register: the register that was named.

    Returns:
        A sentence for each of the first few, and one that counts the others.
    """
    strangers = sorted(
        name for name in names if register.get(name) is None and register.resolve(name) is None
    )
    sentences = []
    for name in strangers[:_SHOWN_STRANGERS]:
        near = register.suggest(name)
        parts = {"place": name, "suggestion": near}
        sentences.append(
            Text("{place} is not registered; {suggestion}?", parts)
            if near
            else Text("{place} is not registered", {"place": name})
        )
    if len(strangers) > _SHOWN_STRANGERS:
        more = len(strangers) - _SHOWN_STRANGERS
        sentences.append(Text("{count} more places are not registered", {"count": more}))
    return sentences


class _Summary:
    """What is told about the result; rows beyond those shown are only counted."""

    def __init__(self) -> None:
        self.rows = 0
        self.shown: list[dict[str, Any]] = []
        self.counts: dict[tuple[int, str], int] = {}
        self.left_out: dict[str, int] = {}
        self.notes: dict[Text, None] = {}
        self.places: set[str] = set()

    def add(self, batch: Assessment) -> None:
        self.rows += batch.classes.height
        room = _JSON_ROWS - len(self.shown)
        self.shown += batch.classes.select(COLUMNS).head(room).to_dicts()
        for number, name, count in batch.classes.group_by("class", "class_name").len().iter_rows():
            self.counts[number, name] = self.counts.get((number, name), 0) + count
        for reason, rows in batch.left_out.group_by("reason").agg(pl.sum("rows")).iter_rows():
            self.left_out[reason] = self.left_out.get(reason, 0) + rows
        self.notes.update(dict.fromkeys(batch.notes))
        self.places.update(batch.classes["place"].unique())


def _written(
    batches: Iterable[Assessment], out: Path | None, frame: Frame, year: int | None
) -> _Summary:
    summary = _Summary()
    with _writer(out) as write:
        for batch in batches:
            summary.add(batch)
            write(batch.classes.select(COLUMNS))
        if not summary.rows:
            _require_year(frame, year)
            raise InputError(
                Text("No observation can be judged by this standard."),
                why=Text("None is of a medium that the standard is for."),
                remedy=Text("Check --standard and --medium."),
            )
    return summary


def _require_year(frame: Frame, year: int | None) -> None:
    """Refuse a year that no observation is of.

    Raises:
        InputError: the observations are of other years.
    """
    if year is None:
        return
    held = frame.select("year").unique().collect("polars").to_native()["year"].drop_nulls()
    if held.is_empty() or year in held:
        return
    first, last = held.min(), held.max()
    raise InputError(
        Text("No observation is of the year {year}.", {"year": f"{year}"}),
        why=Text(
            "The observations are of {years}.",
            {"years": f"{first}" if first == last else f"{first}–{last}"},
        ),
        remedy=Text("Check --year, or leave it out."),
    )


@contextmanager
def _writer(out: Path | None) -> Iterator[Any]:
    """Writes table after table; the file appears whole or not at all."""
    if out is None:
        yield lambda table: None
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    # An ordinary file beside the target, with the rights that the user's files have.
    temporary = out.with_name(f".{out.name}.{os.getpid()}")
    write = _csv_writer(temporary) if out.suffix.lower() == ".csv" else _parquet_writer(temporary)
    try:
        with write as function:
            yield function
        temporary.replace(out)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def _csv_writer(path: Path) -> Iterator[Any]:
    with path.open("wb") as stream:

        def write(table: pl.DataFrame) -> None:
            neutralise_frame(table).write_csv(stream, include_header=stream.tell() == 0)

        yield write


@contextmanager
def _parquet_writer(path: Path) -> Iterator[Any]:
    writer: pq.ParquetWriter | None = None

    def write(table: pl.DataFrame) -> None:
        nonlocal writer
        arrow: pa.Table = table.to_arrow()
        if writer is None:
            writer = pq.ParquetWriter(path, arrow.schema, compression="zstd")
        writer.write_table(arrow)

    try:
        yield write
    finally:
        if writer is not None:
            writer.close()


def _print(
    summary: _Summary,
    basis: Basis,
    opened: OpenedObservations,
    out: Path | None,
    output_format: str,
) -> None:
    language = language_from_environment()
    notes = [note.render(language) for note in summary.notes]
    if output_format == "json":
        print_json(
            {
                "standard": basis.standard.id,
                "method": basis.method.id,
                "by": basis.by,
                "rows": summary.rows,
                "classes": summary.shown,
                "truncated": summary.rows > len(summary.shown),
                "left_out": summary.left_out,
                "rejected": opened.rejects.height,
                "notes": notes,
                "out": str(out) if out is not None else None,
            }
        )
        return
    _print_table(summary, basis, language)
    for reason, rows in sorted(summary.left_out.items()):
        message = translate("Left out: {rows} values: {reason}", language)
        click.echo(message.format(rows=rows, reason=reason_text(reason).render(language)))
    for note in notes:
        click.echo(note)
    if out is not None:
        click.echo(translate("Written: {file}", language).format(file=out))


def _print_table(summary: _Summary, basis: Basis, language: str) -> None:
    # The table of classes holds the official names; people read those of their language.
    names = {
        standard.class_name(number): standard.class_name(number, language)
        for standard in (basis.standard, *basis.siblings.values())
        for number in range(standard.class_count + 2)
    }
    headings = {
        "place": translate("Place", language),
        "time": translate("From", language),
        "class_name": translate("Class", language),
        "deciding": translate("Decided by", language),
        "exceedance": translate("Exceedance", language),
        "samples": translate("Samples", language),
        "censored": translate("Non-detects", language),
        "confidence": translate("Confidence", language),
    }
    shown = [{**row, "class_name": names[row["class_name"]]} for row in summary.shown[:_SHOWN_ROWS]]
    print_rows(shown, headings)
    if summary.rows > _SHOWN_ROWS:
        message = translate("… {count} rows more", language)
        click.echo(message.format(count=summary.rows - _SHOWN_ROWS))
    counts = [
        {"class": names[name], "rows": count, "share": f"{100 * count / summary.rows:.1f} %"}
        for (_, name), count in sorted(summary.counts.items())
    ]
    print_rows(
        counts,
        {
            "class": translate("Class", language),
            "rows": translate("Rows", language),
            "share": translate("Share", language),
        },
    )
