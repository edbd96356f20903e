"""``luhai trend``: which places change, how surely and how fast."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import polars as pl

from luhai.assessment.engines import engine_frame
from luhai.assessment.trend import trend
from luhai.assessment.trend_series import SEASONS
from luhai.cli.inputs import OpenedObservations, open_observations, require_rows
from luhai.cli.output import format_option, print_json, print_rows, progress
from luhai.errors import InputError
from luhai.plan.places import PlaceRegister, load_places
from luhai.standards import find_indicator
from luhai.standards import indicator as indicator_of
from luhai.text import N_, Text, language_from_environment, translate

DIRECTIONS = {
    "rising": N_("rising"),
    "falling": N_("falling"),
    "none": N_("no trend"),
    "too_few": N_("too few values"),
}
"""Words of a trend's direction."""

_SURE = 0.9
_SEASONS = {"month": N_("by month"), "quarter": N_("by quarter"), "none": N_("whole years")}


@click.command(
    "trend",
    help=N_(
        "Trends of indicators in INPUT: a file, an archive, a folder or a workspace.\n\n"
        "Seasonal Kendall (months, quarters) or Mann-Kendall (whole years) with Sen's slope "
        "per year and its interval. Non-detects are compared only with what they can be "
        "compared with. Exit code 1 when rows of a file were rejected; they are named on "
        "standard error."
    ),
)
@click.argument("path", metavar="INPUT", type=click.Path(path_type=Path))
@click.option(
    "--indicator", "indicators", required=True, multiple=True, help=N_("Code; repeatable.")
)
@click.option("--place", "places", multiple=True, help=N_("Only this place; repeatable."))
@click.option(
    "--season",
    type=click.Choice(list(SEASONS)),
    help=N_("Compare months or quarters of like name, or whole years; by the data when left out."),
)
@click.option(
    "--confidence",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=0.90,
    show_default=True,
    help=N_("Confidence of the slope's interval."),
)
@click.option(
    "--medium",
    type=click.Choice(["sea", "river", "lake"]),
    help=N_("The water that all rows of a file are of."),
)
@click.option(
    "--year", type=click.IntRange(1900, 2200), help=N_("Year of dates written without one.")
)
@click.option(
    "--mapping",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help=N_("TOML file that says what headers, units and places of a laboratory mean."),
)
@format_option
@click.pass_context
def command(
    context: click.Context,
    path: Path,
    indicators: tuple[str, ...],
    places: tuple[str, ...],
    season: str | None,
    confidence: float,
    medium: str | None,
    year: int | None,
    mapping: Path | None,
    output_format: str,
) -> None:
    """Trends of indicators."""
    language = language_from_environment()
    codes = [_code(text) for text in indicators]
    with (
        progress(translate("Reading", language)) as report_progress,
        open_observations(
            path, medium=medium, year=year, mapping=mapping, report_progress=report_progress
        ) as opened,
    ):
        require_rows(opened, path)
        with engine_frame(opened.store, "duckdb") as frame:
            table = trend(
                frame,
                indicator=codes,
                places=places or None,
                season=season,
                confidence=confidence,
                register=_register(opened),
            )
        opened.print_rejects()
        if table.is_empty():
            asked = {"codes": ", ".join(codes), "places": ", ".join(places)}
            raise InputError(
                Text("It holds no value of {codes} at {places}.", asked)
                if places
                else Text("It holds no value of {codes}.", asked),
                where=str(path),
                remedy=Text("Check --indicator and --place."),
            )
        _print(table, output_format, language)
        if not opened.faultless:
            context.exit(1)


def _code(text: str) -> str:
    """Indicator that a code or an unmistakable name (DIN, 总磷) means.

    Raises:
        UsageError: it is neither; a name of several indicators (COD) is not guessed.
    """
    named = [match.code for match in find_indicator(text) if match.certainty >= _SURE]
    return named[0] if len(named) == 1 else indicator_of(text).code


def _register(opened: OpenedObservations) -> PlaceRegister | None:
    if opened.workspace is None or opened.workspace.plan is None:
        return None
    file = opened.workspace.plan / "places.csv"
    return load_places(file) if file.is_file() else None


def _print(table: pl.DataFrame, output_format: str, language: str) -> None:
    rows = table.to_dicts()
    if output_format == "json":
        print_json(rows)
        return
    print_rows(
        [_shown(row, language) for row in rows],
        {
            "place": translate("Place", language),
            "indicator": translate("Indicator", language),
            "season": translate("Season", language),
            "years": translate("Years", language),
            "n": translate("Values", language),
            "censored": translate("Non-detects", language),
            "statistic": "S",
            "p": "p",
            "p_serial": translate("p (serial)", language),
            "slope": translate("Slope per year", language),
            "direction": translate("Trend", language),
        },
    )


def _shown(row: dict[str, Any], language: str) -> dict[str, Any]:
    known = indicator_of(row["indicator"])
    short = known.short_en if language == "en" else known.short_zh
    return {
        "place": row["place"],
        "indicator": short or row["indicator"],
        "season": _word(_SEASONS, row["season"], language),
        "years": f"{row['first_year']}–{row['last_year']}",
        "n": row["n"],
        "censored": row["censored"],
        "statistic": row["statistic"],
        "p": _probability(row["p"]),
        "p_serial": _probability(row["p_serial"]),
        "slope": _slope(row),
        "direction": _word(DIRECTIONS, row["direction"], language),
    }


def _word(words: dict[str, str], key: str, language: str) -> str:
    return translate(words[key], language)


def _probability(p: float | None) -> str:
    if p is None:
        return ""
    return "<0.001" if p < 0.001 else f"{p:.3f}"


def _slope(row: dict[str, Any]) -> str:
    if row["slope_per_year"] is None:
        return ""
    unit = f" {row['unit']}" if row["unit"] else ""
    ends = [row["slope_low"], row["slope_high"]]
    between = " … ".join("?" if end is None else f"{end:+.2g}" for end in ends)
    return f"{row['slope_per_year']:+.3g} ({between}){unit}"
