"""Statistics on a public record of 25 years: counts, an independent test, skill."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pymannkendall
import pytest

from luhai.assessment.engines import engine_frame
from luhai.assessment.outlook import outlook_details
from luhai.assessment.trend import trend
from luhai.assessment.trend_series import period_series
from luhai.cli.inputs import open_observations


@pytest.fixture(scope="module")
def record(hong_kong: Path) -> Iterator[pl.DataFrame]:
    with (
        open_observations(hong_kong, medium="sea") as opened,
        engine_frame(opened.store, "duckdb") as frame,
    ):
        yield frame.collect("polars").to_native()


@pytest.mark.slow
def test_trends_of_nitrogen_and_phosphate(record: pl.DataFrame) -> None:
    rows = trend(record, indicator=["lh_din", "lh_dip"], season="month")
    assert rows.height == 48
    counts = rows.group_by("indicator", "direction").len().sort("indicator", "direction")
    found = {(code, direction): count for code, direction, count in counts.iter_rows()}
    # Phosphate fell at nearly all stations of both zones since 2000; nitrogen did not.
    assert found["lh_dip", "falling"] == 22
    assert ("lh_dip", "rising") not in found
    assert found["lh_din", "none"] == 18
    assert rows["n"].sum() > 12_000


@pytest.mark.slow
def test_a_station_agrees_with_pymannkendall(record: pl.DataFrame) -> None:
    """Nitrogen at a station without non-detects and gaps, against an independent program."""
    series = period_series(record, ["lh_din"], "month").table
    full = (
        series.group_by("place")
        .agg(n=pl.len(), censored=pl.col("censored").sum())
        .filter((pl.col("n") == 300) & (pl.col("censored") == 0))["place"]
        .sort()
        .to_list()
    )
    assert full
    ours = trend(record, indicator="lh_din", places=full[:1], season="month").row(0, named=True)
    values = series.filter(pl.col("place") == full[0]).sort("year", "season")["value"].to_numpy()
    theirs = pymannkendall.seasonal_test(np.asarray(values), period=12)
    assert ours["statistic"] == theirs.s
    assert ours["p"] == pytest.approx(theirs.p, rel=1e-6)
    assert ours["slope_per_year"] == pytest.approx(theirs.slope, rel=1e-9)


@pytest.mark.slow
def test_outlook_has_skill_and_its_probabilities_hold(record: pl.DataFrame) -> None:
    goals = pl.DataFrame({"place": record["place"].unique().sort()}).with_columns(
        target_class=pl.lit(2), standard=pl.lit("gb3097-1997")
    )
    made = outlook_details(record, place_targets=goals, year=2024, as_of=date(2024, 8, 31))
    row = made.places.row(0, named=True)
    assert row["skill_n"] > 400
    assert row["skill"] > 0.7
    unsure = made.backtest.filter(pl.col("probability").is_between(0.2, 0.8))
    assert unsure.height > 30
    happened, foretold = unsure["attained"].mean(), unsure["probability"].mean()
    assert happened == pytest.approx(foretold, abs=0.15)
