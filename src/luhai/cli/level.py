"""``luhai level``: quality level of a group of places from their classes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from luhai.assessment.groups_input import ClassTable, read_classes, standard_of_rule
from luhai.cli.citing import citation_line
from luhai.cli.output import format_option, print_json, print_rows
from luhai.standards import (
    Level,
    Standard,
    dominant_text,
    level_of_class,
    level_of_shares,
    load_method,
    round_half_even,
)
from luhai.text import N_, Text, language_from_environment, translate

RULES = ("surface", "sea")


@click.command(
    "level",
    help=N_(
        "Shares of classes and quality level from a table of place,class or class,count.\n\n"
        "Classes are numbers or names (Ⅲ, 三类, 劣Ⅴ); a count may be a number of places or a "
        "share. Exit code 1 when rows cannot be read; each is named."
    ),
)
@click.argument("path", metavar="CLASSES.csv", type=click.Path(path_type=Path))
@click.option(
    "--rule", type=click.Choice(RULES), required=True, help=N_("Surface water or the sea.")
)
@format_option
def command(path: Path, rule: str, output_format: str) -> None:
    """Level of a group."""
    language = language_from_environment()
    table = read_classes(path, rule)
    edition = standard_of_rule(rule)
    level, note = _level(table, rule, edition)
    dominant = dominant_text(edition, rule, table.shares)
    if output_format == "json":
        print_json(_document(table, rule, edition, level, note, dominant, language))
        return
    print_rows(
        [
            {
                "class": edition.class_name(number, language),
                "weight": f"{weight:g}",
                "share": f"{share:.1f} %",
            }
            for number, (weight, share) in enumerate(
                zip(table.weights, table.shares, strict=True), start=1
            )
        ],
        {
            "class": translate("Class", language),
            "weight": translate("Places", language),
            "share": translate("Share", language),
        },
    )
    if level is not None:
        message = translate("Level: {level}", language)
        click.echo(message.format(level=level.name[language]))
        click.echo(citation_line(level.citation, language))
    if dominant is not None:
        click.echo(dominant.render(language))
    if note is not None:
        click.echo(note.render(language))


def _level(table: ClassTable, rule: str, edition: Standard) -> tuple[Level | None, Text | None]:
    """The level, or why the rule gives none."""
    least = load_method(edition.default_method).min_places_for_shares
    if table.places is None or table.places >= least:
        return level_of_shares(rule, table.shares), None
    if table.places == 1:
        number = next(n for n, weight in enumerate(table.weights, start=1) if weight)
        return level_of_class(rule, number), None
    return None, Text(
        N_(
            "No level: the rule averages the concentrations of fewer than {least} places and does "
            "not count their classes. Use luhai analyse on the observations."
        ),
        {"least": least},
    )


def _document(
    table: ClassTable,
    rule: str,
    edition: Standard,
    level: Level | None,
    note: Text | None,
    dominant: Text | None,
    language: str,
) -> dict[str, Any]:
    return {
        "rule": rule,
        "places": table.places,
        "unjudged": table.unjudged,
        "shares": [
            {
                "class": number,
                "class_name": edition.class_name(number),
                "count": weight,
                "share": float(round_half_even(share, 1)),
            }
            for number, (weight, share) in enumerate(
                zip(table.weights, table.shares, strict=True), start=1
            )
        ],
        "level": None if level is None else level.number,
        "level_name": None if level is None else level.name_zh,
        "level_name_en": None if level is None else level.name_en,
        "colour": None if level is None else level.colour_light,
        "clause": None if level is None else level.clause,
        "verified": None if level is None else level.verified,
        "dominant": None if dominant is None else dominant.render(language),
        "note": None if note is None else note.render(language),
    }
