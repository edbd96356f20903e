"""``luhai outlook``: what the rest of the year must bring, and how likely it is."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
import polars as pl

from luhai.assessment.engines import engine_frame
from luhai.assessment.likelihood import likelihood, percent
from luhai.assessment.naming import place_label
from luhai.assessment.outlook import outlook, outlook_text
from luhai.cli.output import format_option, print_json, print_rows
from luhai.errors import InputError
from luhai.observations.store import ObservationStore
from luhai.plan import PlaceRegister, load_plan
from luhai.standards import indicator as indicator_of
from luhai.standards import round_text
from luhai.text import N_, Text, language_from_environment, translate
from luhai.workspace import Workspace

_MEDIA = {"sea": N_("sea"), "river": N_("rivers"), "lake": N_("lakes")}


@click.command(
    "outlook",
    help=N_(
        "Required means and probabilities of attaining for the places of the workspace's plan."
    ),
)
@click.option(
    "--workspace",
    "folder",
    required=True,
    type=click.Path(path_type=Path),
    help=N_("Folder of the workspace."),
)
@click.option(
    "--year", required=True, type=click.IntRange(1900, 2200), help=N_("The running year.")
)
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    help=N_("Day up to which samples are known; that of the newest one when left out."),
)
@format_option
def command(folder: Path, year: int, as_of: datetime | None, output_format: str) -> None:
    """What the rest of the year must bring."""
    workspace = Workspace.open(folder)
    if workspace.plan is None:
        raise InputError(
            Text("The workspace has no plan, and so no targets."),
            where=str(folder),
            remedy=Text("Create it with: luhai init FOLDER --plan PLAN_FOLDER."),
        )
    plan = load_plan(workspace.plan)
    store = ObservationStore(workspace)
    if not store.files():
        raise InputError(
            Text("The workspace holds no observations."),
            where=str(folder),
            remedy=Text("Import some with: luhai import PATH --workspace FOLDER."),
        )
    day = None if as_of is None else date(as_of.year, as_of.month, as_of.day)
    with engine_frame(store, "duckdb") as frame:
        table = outlook(
            frame,
            place_targets=list(plan.place_targets),
            year=year,
            as_of=day,
            register=plan.places,
        )
    _print(table, plan.places, year, output_format)


def _print(table: pl.DataFrame, register: PlaceRegister, year: int, output_format: str) -> None:
    rows = table.to_dicts()
    if output_format == "json":
        print_json(rows)
        return
    language = language_from_environment()
    if not rows:
        message = translate("No place with a target has samples in {year}.", language)
        click.echo(message.format(year=year))
        return
    print_rows(
        [_shown(row, register, language) for row in rows],
        {
            "place": translate("Place", language),
            "target": translate("Target class", language),
            "indicator": translate("Indicator", language),
            "so_far": translate("Mean so far", language),
            "limit": translate("Limit", language),
            "remaining": translate("Remaining samples must", language),
            "probability": translate("Probability", language),
            "state": translate("Outlook", language),
        },
        title=translate("Known until {day}", language).format(day=rows[0]["as_of"]),
    )
    skills = {row["medium"]: row for row in rows if row["skill"] is not None}
    for medium, row in sorted(skills.items()):
        message = translate(
            "{medium}: Brier skill {skill} over {count} past years foretold", language
        )
        click.echo(
            message.format(
                medium=translate(_MEDIA.get(medium, medium), language),
                skill=f"{row['skill']:.2f}",
                count=row["skill_n"],
            )
        )


def _shown(row: dict[str, Any], register: PlaceRegister, language: str) -> dict[str, Any]:
    known = indicator_of(row["indicator"])
    chance = row["probability"]
    shown = {
        "place": place_label(row["place"], register)[language],
        "target": row["target_class"],
        "indicator": (known.short_en if language == "en" else known.short_zh) or known.code,
        "so_far": "" if row["mean_so_far"] is None else round_text(row["mean_so_far"], 3),
        "limit": f"{row['limit']:g}",
        "remaining": outlook_text(row).render(language),
        "probability": "",
        "state": translate("too few past years", language),
    }
    if chance is not None:
        low, high = percent(row["probability_low"]), percent(row["probability_high"])
        shown["probability"] = f"{percent(chance)} % ({low}–{high})"
        shown["state"] = likelihood(chance).words.render(language)
    return shown
