"""A store full of invented observations, for timing analyses at any size.

    python benchmarks/synthetic.py FOLDER --observations 10000000 [--places 500] [--years 10]

Half of the places are rivers and half the sea. Values follow a log-normal distribution around what
such water usually holds, with a yearly cycle and a trend per place; values below the detection
limit become non-detects, and a few are flagged as taken during maintenance. The same arguments give
the same rows to the last bit. Rows are made and written for some places at a time, so that memory
does not grow with their number.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from luhai.errors import UsageError
from luhai.observations.schema import OBSERVATION_SCHEMA
from luhai.observations.store import NO_VERSION, ObservationStore
from luhai.workspace import Workspace

CHUNK_ROWS = 1_000_000
FIRST_YEAR = 2015
MAINTENANCE_SHARE = 0.005
_HOURS_PER_YEAR = 8760


@dataclass(frozen=True)
class Recipe:
    """How one indicator is drawn: median, spread of its logarithm, seasonal part, decimals."""

    indicator: str
    unit: str
    median: float
    spread: float
    season: float
    decimals: int
    detection_limit: float = 0.0


RECIPES: dict[str, tuple[Recipe, ...]] = {
    "river": (
        Recipe("w01001", "", 7.6, 0.03, 0.01, 2),
        Recipe("w01010", "°C", 22.0, 0.05, 0.25, 1),
        Recipe("w01009", "mg/L", 7.0, 0.12, -0.15, 2),
        Recipe("w01019", "mg/L", 3.0, 0.35, 0.1, 1, 0.5),
        Recipe("w21003", "mg/L", 0.35, 0.8, -0.2, 3, 0.025),
        Recipe("w21011", "mg/L", 0.11, 0.5, 0.1, 3, 0.01),
        Recipe("w21001", "mg/L", 2.2, 0.3, 0.1, 2, 0.05),
        Recipe("w01018", "mg/L", 12.0, 0.35, 0.1, 1, 4.0),
        Recipe("w01017", "mg/L", 2.0, 0.4, 0.1, 1, 0.5),
        Recipe("w20143", "mg/L", 0.0001, 0.9, 0.0, 5, 0.00005),
    ),
    "sea": (
        Recipe("w01001", "", 8.1, 0.01, 0.0, 2),
        Recipe("w01010", "°C", 24.0, 0.03, 0.2, 1),
        Recipe("lh_salinity", "psu", 30.0, 0.06, -0.04, 2),
        Recipe("w01009", "mg/L", 6.6, 0.1, -0.1, 2),
        Recipe("lh_cod_mn_alkaline", "mg/L", 1.2, 0.4, 0.1, 2, 0.15),
        Recipe("lh_no3n", "mg/L", 0.18, 0.7, 0.2, 4, 0.0007),
        Recipe("lh_no2n", "mg/L", 0.012, 0.9, 0.1, 4, 0.0003),
        Recipe("w21003", "mg/L", 0.03, 0.8, 0.1, 4, 0.0007),
        Recipe("lh_dip", "mg/L", 0.014, 0.8, 0.1, 4, 0.0014),
        Recipe("w22001", "mg/L", 0.02, 0.7, 0.0, 4, 0.0092),
    ),
}
"""Orders of magnitude of South China's rivers and coast; detection limits as in GB 3097 table 2."""


def synthetic_frames(
    observations: int, *, places: int = 500, years: int = 10, seed: int = 20200718
) -> Iterator[pl.DataFrame]:
    """Invented observations, some places at a time, in the order of the store.

    Args:
        observations: about how many rows in all; every place, year and indicator gets as many.
        places: number of places, rivers and sea by halves.
        years: number of years from 2015.
        seed: another seed gives other values.

    Raises:
        UsageError: so many rows per place and year that two would fall into the same hour, or
            none at all.
    """
    per_series_year = observations // (places * years * len(RECIPES["river"]))
    if not 1 <= per_series_year <= _HOURS_PER_YEAR:
        raise UsageError(
            f"{observations} observations give {per_series_year} values per place, indicator and "
            f"year; between 1 and {_HOURS_PER_YEAR} are possible.",
            remedy="Change the number of places or years.",
        )
    rows_per_place = per_series_year * years * len(RECIPES["river"])
    names = sorted((f"S{n:05d}" if n % 2 else f"R{n:05d}", n) for n in range(places))
    waiting: list[pl.DataFrame] = []
    for name, number in names:
        medium = "sea" if name.startswith("S") else "river"
        generator = np.random.default_rng((seed, number))
        waiting.append(_place(name, medium, per_series_year, years, generator))
        if len(waiting) * rows_per_place >= CHUNK_ROWS:
            yield pl.concat(waiting)
            waiting.clear()
    if waiting:
        yield pl.concat(waiting)


def _place(
    name: str, medium: str, per_year: int, years: int, generator: np.random.Generator
) -> pl.DataFrame:
    count = per_year * years
    step = _HOURS_PER_YEAR / per_year
    within = (np.arange(per_year) * step).astype(np.int64)
    starts = (np.datetime64("1970") + np.arange(years) + (FIRST_YEAR - 1970)).astype(
        "datetime64[h]"
    )
    # Local calendar: the year begins eight hours earlier in UTC.
    hours = (starts[:, None] + within[None, :] - np.timedelta64(8, "h")).ravel()
    phase = 2 * np.pi * np.tile(within, years) / _HOURS_PER_YEAR
    age = np.repeat(np.arange(years), per_year)
    level, trend = generator.normal(0, 0.3), generator.normal(0, 0.02)
    maintenance = generator.random(count) < MAINTENANCE_SHARE
    times = pl.Series("time", hours.astype("datetime64[us]")).dt.replace_time_zone("UTC")
    frames = []
    for recipe in sorted(RECIPES[medium], key=lambda recipe: recipe.indicator):
        # Places differ as much as their values do, in what varies at all.
        shift = (level + trend * age) * min(recipe.spread, 1.0)
        drawn = recipe.spread * generator.standard_normal(count)
        logarithm = shift + drawn - recipe.season * np.cos(phase)
        value = np.round(recipe.median * np.exp(logarithm), recipe.decimals)
        frames.append(_series(name, medium, recipe, times, value, maintenance))
    return pl.concat(frames)


def _series(
    place: str,
    medium: str,
    recipe: Recipe,
    times: pl.Series,
    value: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    maintenance: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
) -> pl.DataFrame:
    below = pl.col("value") < recipe.detection_limit
    local = pl.col("time").dt.convert_time_zone("Asia/Shanghai")
    missing = pl.lit(None)
    columns = {
        "place": pl.lit(place),
        "medium": pl.lit(medium),
        "precision": pl.lit("minute"),
        "layer": pl.lit("surface") if medium == "sea" else missing,
        "depth_m": missing,
        "sample": missing,
        "indicator": pl.lit(recipe.indicator),
        "unit": pl.lit(recipe.unit),
        "censored": pl.when(below).then(pl.lit("<")).otherwise(pl.lit("")),
        "flag": pl.when(pl.Series(maintenance)).then(pl.lit("maintenance")).otherwise(pl.lit("")),
        "value_text": pl.when(below)
        .then(pl.lit(f"<{recipe.detection_limit:g}"))
        .otherwise(pl.col("value").cast(pl.String)),
        "unit_text": pl.lit(recipe.unit),
        "value_shown": missing,
        "year": local.dt.year(),
        "month": local.dt.month(),
        "day": local.dt.day(),
        "file": pl.lit(f"{place}.csv"),
        "sheet": pl.lit(""),
        "row": pl.int_range(2, times.len() + 2),
        "column": pl.lit("C"),
        "file_hash": pl.lit("00" * 32),
    }
    return (
        pl.DataFrame({"time": times, "value": value})
        .with_columns(**columns)
        .with_columns(value=pl.when(below).then(recipe.detection_limit).otherwise("value"))
        .select(pl.col(name).cast(dtype) for name, dtype in OBSERVATION_SCHEMA.items())
    )


def fill_store(
    folder: str | Path, observations: int, *, places: int = 500, years: int = 10
) -> ObservationStore:
    """A workspace in ``folder`` whose store holds invented observations, as one version.

    Raises:
        UsageError: the workspace has observations already.
    """
    store = ObservationStore(Workspace.create(folder, demonstration=True))
    if store.version != NO_VERSION:
        raise UsageError(
            "The workspace has observations already.",
            where=str(folder),
            remedy="Name a new folder.",
        )
    with store.writer(import_id="synthetic") as writer:
        # Distinct by construction: comparing them with an empty store would only cost time.
        writer.commit(synthetic_frames(observations, places=places, years=years))
    return store


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--observations", type=int, default=10_000_000)
    parser.add_argument("--places", type=int, default=500)
    parser.add_argument("--years", type=int, default=10)
    options = parser.parse_args()
    begun = time.perf_counter()
    store = fill_store(
        options.folder, options.observations, places=options.places, years=options.years
    )
    files = [Path(file) for file in store.files()]
    document = {
        "observations": store.versions()[-1].rows,
        "seconds": round(time.perf_counter() - begun, 1),
        "peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "files": len(files),
        "store_mib": round(sum(file.stat().st_size for file in files) / 2**20, 1),
    }
    print(json.dumps(document, indent=2))


if __name__ == "__main__":
    main()
