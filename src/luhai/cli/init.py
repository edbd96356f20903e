"""``luhai init``: create a workspace for a plan."""

from __future__ import annotations

from pathlib import Path

import click

from luhai.cli.output import format_option, print_json
from luhai.text import N_, language_from_environment, translate
from luhai.workspace import Workspace


@click.command(
    "init",
    help=N_(
        "Create a workspace in FOLDER, or bring the description of an existing one up to "
        "date.\n\n"
        "A workspace holds one city's imported files, observations and results. It needs a "
        "plan to know places and targets; without one it still imports and assesses."
    ),
)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--plan",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help=N_("Folder of the plan."),
)
@click.option("--demonstration", is_flag=True, help=N_("Mark everything as demonstration data."))
@format_option
def command(folder: Path, plan: Path | None, demonstration: bool, output_format: str) -> None:
    """Create a workspace."""
    workspace = Workspace.create(folder, plan, demonstration=demonstration)
    if output_format == "json":
        print_json(
            {
                "workspace": str(workspace.root),
                "plan": str(workspace.plan) if workspace.plan else None,
                "demonstration": workspace.demonstration,
            }
        )
        return
    language = language_from_environment()
    click.echo(translate("Workspace ready: {folder}", language).format(folder=workspace.root))
