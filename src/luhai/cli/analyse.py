"""``luhai analyse``: run the whole analysis and print what attains, what does not, and why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import polars as pl

from luhai.assessment.analysis import analyse
from luhai.assessment.overview import Overview, overview
from luhai.assessment.results import Run
from luhai.cli.output import format_option, print_json, print_rows, progress
from luhai.standards import load_standard
from luhai.text import N_, language_from_environment, translate
from luhai.workspace import Workspace


@click.command(
    "analyse",
    help=N_(
        "Run the whole analysis of a workspace and print the attainment table.\n\n"
        "The result tables are stored in the workspace as one run; pages and luhai why read "
        "them."
    ),
)
@click.option(
    "--workspace",
    "folder",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help=N_("Folder of the workspace."),
)
@click.option(
    "--year", type=int, help=N_("Running year; that of the newest observation if omitted.")
)
@format_option
def command(folder: Path, year: int | None, output_format: str) -> None:
    """Analyse a workspace."""
    workspace = Workspace.open(folder)
    language = language_from_environment()
    with progress(translate("Analysing:", language)) as report:
        run = analyse(
            workspace,
            year=year,
            progress=lambda done, total, step: report(done, total, translate(step, language)),
        )
    found = overview(workspace, run)
    if output_format == "json":
        print_json(
            {
                "run": run.id,
                "year": run.year,
                "data_version": run.data_version,
                "data_until": run.manifest["data_until"],
                "demonstration": run.demonstration,
                "places": [entry.to_dict(language) for entry in found.places],
            }
        )
        return
    if found.places:
        _print_table(found, language)
    else:
        _print_classes(run, language)


def _print_classes(run: Run, language: str) -> None:
    """Yearly classes of every place, for a workspace whose plan sets no targets."""
    yearly = run.table("classes").filter(pl.col("by") == "year").sort("place", "standard", "year")
    years = sorted(yearly.get_column("year").unique().to_list())[-_YEARS_SHOWN:]
    rows = []
    for (place, standard), part in yearly.group_by("place", "standard", maintain_order=True):
        edition = load_standard(str(standard))
        numbers = dict(zip(part["year"].to_list(), part["class"].to_list(), strict=True))
        names = {
            str(year): edition.class_name(number, language) for year, number in numbers.items()
        }
        rows.append({"place": place, **names})
    columns = {"place": translate("Place", language), **{str(year): str(year) for year in years}}
    print_rows(rows, columns, title=translate("Yearly classes (no plan, no targets)", language))


_YEARS_SHOWN = 10


def _print_table(found: Overview, language: str) -> None:
    years = found.years
    columns = {
        "place": translate("Place", language),
        "target": translate("Target", language),
        **{str(year): str(year) for year in years},
        "now": translate("{year} so far", language).format(year=found.year)
        if found.running
        else str(found.year),
        "deciding": translate("Deciding", language),
        "value": translate("Value / limit", language),
        "required": translate("Rest of the year", language),
        "probability": translate("Probability of attaining", language),
        "state": translate("State", language),
    }
    rows: list[dict[str, Any]] = [entry.cells(language) for entry in found.places]
    title = translate("Attainment of the plan's targets in {year}", language)
    if found.demonstration:
        title += " · " + translate("demonstration data", language)
    print_rows(rows, columns, title=title.format(year=found.year))
    for line in found.notes:
        click.echo(line.render(language))
