"""How good is the outlook on real water? Foretell past years of a public record and score them.

    python benchmarks/outlook_skill.py marine_water_quality.csv.gz [--class 2] [--folder OUT]

For each day of the year and target class: Brier score of the outlook, of the frequency of earlier
years, and of taking the class so far for the class of the year, with the skill over the frequency
and the reliability of the probabilities. No year is foretold with samples after its day or with
later years. The numbers of docs/assessment-statistics.md come from here.
"""

from __future__ import annotations

import argparse
import time
from datetime import date
from pathlib import Path

import polars as pl

from luhai.assessment.engines import engine_frame
from luhai.assessment.outlook import outlook_details
from luhai.assessment.outlook_backtest import Hindcast, reliability, skill_of
from luhai.cli.inputs import open_observations

STANDARD = "gb3097-1997"
DAYS = ((4, 30), (6, 30), (8, 31), (10, 31))


def main() -> None:
    """Score and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--class", dest="classes", type=int, action="append", choices=range(1, 5))
    parser.add_argument("--folder", type=Path, help="write the table of hindcasts here")
    arguments = parser.parse_args()
    with (
        open_observations(arguments.file, medium="sea") as opened,
        engine_frame(opened.store, "duckdb") as frame,
    ):
        observations = frame.collect("polars").to_native()
    year = int(observations["year"].max())
    every = []
    for target in arguments.classes or (1, 2, 3):
        goals = pl.DataFrame({"place": observations["place"].unique().sort()}).with_columns(
            target_class=pl.lit(target), standard=pl.lit(STANDARD)
        )
        for month, day in DAYS:
            started = time.perf_counter()
            table = outlook_details(
                observations, place_targets=goals, year=year, as_of=date(year, month, day)
            ).backtest
            seconds = time.perf_counter() - started
            every.append(table.with_columns(month=pl.lit(month), day=pl.lit(day)))
            print_scores(table, f"class {target}, known until {month:02d}-{day:02d}", seconds)
    if arguments.folder is not None:
        arguments.folder.mkdir(parents=True, exist_ok=True)
        pl.concat(every).write_csv(arguments.folder / "outlook_hindcasts.csv")
    print_scores(pl.concat(every), "all", 0.0)


def print_scores(table: pl.DataFrame, title: str, seconds: float) -> None:
    """Print scores and reliability of hindcasts."""
    made = tuple(
        Hindcast(
            row["place"],
            row["year"],
            row["probability"],
            row["reference"],
            row["so_far"],
            row["attained"],
        )
        for row in table.to_dicts()
    )
    skill = skill_of(made)
    if skill is None:
        print(f"{title}: nothing to foretell")
        return
    shown = "none" if skill.skill is None else f"{skill.skill:.2f}"
    attained = sum(one.attained for one in made)
    print(
        f"{title}: {skill.n} station years, {attained} attained; Brier {skill.brier:.3f}, "
        f"frequency {skill.brier_reference:.3f}, class so far {skill.brier_so_far:.3f}; "
        f"skill {shown}; {seconds:.1f} s"
    )
    for one in reliability(made):
        print(
            f"    {one.low:.1f}–{one.high:.1f}: n {one.n:5d}, "
            f"foretold {one.mean_probability:.2f}, happened {one.frequency:.2f}"
        )


if __name__ == "__main__":
    main()
