"""``luhai samples``: write the demonstration files of a plan."""

from __future__ import annotations

from pathlib import Path

import click

from luhai.cli.output import format_option, print_json, print_rows
from luhai.samples import write_samples
from luhai.text import N_, language_from_environment, translate


@click.command(
    "samples",
    help=N_("Write demonstration files, as laboratories would send them, into FOLDER."),
)
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--plan",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    required=True,
    help=N_("Folder of the plan; its demonstration figures are written out."),
)
@format_option
def command(folder: Path, plan: Path, output_format: str) -> None:
    """Write the demonstration files."""
    rows = [
        {"file": str(path), "bytes": path.stat().st_size} for path in write_samples(plan, folder)
    ]
    if output_format == "json":
        print_json(rows)
        return
    language = language_from_environment()
    print_rows(
        rows,
        {"file": translate("File", language), "bytes": translate("Bytes", language)},
        title=translate("Demonstration files (all figures invented)", language),
    )
