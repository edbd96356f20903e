"""``luhai import``: files as laboratories and stations send them, into a workspace."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from luhai.cli.output import format_option, print_json, print_rows, progress
from luhai.observations.importing import import_paths
from luhai.observations.quality import quality_flags
from luhai.observations.reports import FileReport
from luhai.text import N_, language_from_environment, translate
from luhai.workspace import Workspace


@click.command(
    "import",
    help=N_(
        "Import PATHS (files, folders, archives) into a workspace.\n\n"
        "Rows that can be read are stored, each file as one step; the others are listed in a "
        "rejects file with the reason. Importing a file again changes nothing. Exit code 1 "
        "when anything was rejected or could not be read."
    ),
)
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--workspace",
    "workspace_folder",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help=N_("Folder of the workspace; created when it does not exist."),
)
@click.option(
    "--medium",
    type=click.Choice(["sea", "river", "lake", "outlet"]),
    help=N_("The water that all rows are of, when neither the plan nor the file says."),
)
@click.option(
    "--year", type=click.IntRange(1900, 2200), help=N_("Year of dates written without one.")
)
@click.option(
    "--mapping",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help=N_("TOML file that says what headers, units and places of a laboratory mean."),
)
@click.option(
    "--rejects",
    "rejects_format",
    type=click.Choice(["csv", "xlsx"]),
    default="csv",
    show_default=True,
    help=N_("How rejected rows are written."),
)
@format_option
@click.pass_context
def command(
    context: click.Context,
    paths: tuple[Path, ...],
    workspace_folder: Path,
    medium: str | None,
    year: int | None,
    mapping: Path | None,
    rejects_format: str,
    output_format: str,
) -> None:
    """Import files."""
    language = language_from_environment()
    workspace = Workspace.open_or_create(workspace_folder)
    with progress(translate("Importing", language)) as report_progress:
        reports = import_paths(
            paths,
            workspace,
            medium=medium,
            year=year,
            mapping=mapping,
            progress=report_progress,
            language=language,
            rejects_as_excel=rejects_format == "xlsx",
        )
    if output_format == "json":
        print_json([report.to_dict(language) for report in reports])
    else:
        _print_table(reports, language)
    if not all(report.faultless for report in reports):
        context.exit(1)


def _print_table(reports: list[FileReport], language: str) -> None:
    print_rows(
        [_row(report) for report in reports],
        {
            "file": translate("File", language),
            "rows": translate("Rows", language),
            "accepted": translate("Accepted", language),
            "duplicates": translate("Duplicates", language),
            "rejected": translate("Rejected", language),
            "values": translate("New values", language),
        },
    )
    names = quality_flags()
    for report in reports:
        if report.error is not None:
            click.echo(f"{report.file}: {report.error.render(language)}", err=True)
        if report.skipped is not None:
            click.echo(f"{report.file}: {report.skipped.render(language)}", err=True)
        for member in report.members:
            if member.refused is not None:
                refusal = member.refused.render(language)
                click.echo(f"{member.file} {member.sheet}: {refusal}", err=True)
        for question in report.questions:
            click.echo(f"{report.file}: {question.text.render(language)}", err=True)
        if report.flagged:
            marks = ", ".join(
                f"{names[flag].name.render(language)} {count}"
                for flag, count in report.flagged.items()
            )
            click.echo(f"{report.file}: {translate('flagged', language)}: {marks}")
        if report.rejects_file is not None:
            where = translate("What was not taken, and why: {file}", language)
            click.echo(f"{report.file}: {where.format(file=report.rejects_file)}")


def _row(report: FileReport) -> dict[str, Any]:
    return {
        "file": report.file,
        "rows": report.rows,
        "accepted": report.accepted,
        "duplicates": report.duplicates,
        "rejected": report.rejected,
        "values": report.new_values,
    }
