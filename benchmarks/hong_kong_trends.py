"""Draw the trends of a public record: nitrogen and phosphate at the stations of Hong Kong.

    python benchmarks/hong_kong_trends.py marine_water_quality.csv.gz OUT_FOLDER

One small panel per station: monthly means (open triangles where every sample was a non-detect,
drawn at the limit), yearly means, Sen's line with the band of its 90 % interval, the class limits
of GB 3097, number of means, slope and p. Needs the dependency group ``plot``.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import polars as pl

from luhai.assessment.engines import engine_frame
from luhai.assessment.trend import trend
from luhai.assessment.trend_series import period_series
from luhai.cli.inputs import open_observations
from luhai.standards import indicator, load_standard

STANDARD = "gb3097-1997"
CODES = ("lh_din", "lh_dip")
COLUMNS = 6
COLOURS = {"rising": "#A8321A", "falling": "#0B5F6A", "none": "#44525E", "too_few": "#44525E"}
ARROWS = {"rising": "↗", "falling": "↘", "none": "→", "too_few": "?"}


def main() -> None:
    """Read, test and draw."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    with (
        open_observations(arguments.file, medium="sea") as opened,
        engine_frame(opened.store, "duckdb") as frame,
    ):
        trends = trend(frame, indicator=CODES, season="month")
        monthly = period_series(frame, CODES, "month").table
        yearly = period_series(frame, CODES, "none").table
    trends.write_csv(arguments.folder / "hong_kong_trends.csv")
    for code in CODES:
        out = arguments.folder / f"hong_kong_{code}.png"
        draw(code, *(_of(table, code) for table in (trends, monthly, yearly)), out)
        counts = _of(trends, code).group_by("direction").len().sort("direction")
        print(code, dict(counts.iter_rows()), out)


def _of(table: pl.DataFrame, code: str) -> pl.DataFrame:
    return table.filter(pl.col("indicator") == code)


def draw(
    code: str, trends: pl.DataFrame, monthly: pl.DataFrame, yearly: pl.DataFrame, out: Path
) -> None:
    """Draw the panels of one indicator."""
    stations = sorted(trends["place"].to_list(), key=_natural)
    rows = -(-len(stations) // COLUMNS)
    figure, axes = plt.subplots(
        rows, COLUMNS, figsize=(16, 2.55 * rows + 1.2), sharex=True, sharey=True, squeeze=False
    )
    top = float(np.quantile(monthly["value"].to_numpy(), 0.985)) * 1.08
    for panel, station in zip(axes.ravel(), stations, strict=False):
        row = trends.filter(pl.col("place") == station).row(0, named=True)
        own = [table.filter(pl.col("place") == station) for table in (monthly, yearly)]
        _panel(panel, code, row, own[0], own[1], top)
    for panel in axes.ravel()[len(stations) :]:
        panel.set_visible(False)
    for panel in axes[-1]:
        panel.set_xticks(range(2000, int(monthly["year"].max()) + 2, 10))
        panel.set_xticks(range(2000, int(monthly["year"].max()) + 2, 5), minor=True)
        panel.set_xlim(monthly["year"].min() - 0.5, monthly["year"].max() + 6.5)
    _head(figure, code, trends, rows)
    figure.savefig(out, dpi=110)
    plt.close(figure)


def _natural(name: str) -> tuple[str, int]:
    """SM2 before SM10."""
    digits = re.search(r"\d+", name)
    return (name.rstrip("0123456789"), int(digits.group()) if digits else 0)


def _panel(
    panel: Any,
    code: str,
    row: dict[str, Any],
    monthly: pl.DataFrame,
    yearly: pl.DataFrame,
    top: float,
) -> None:
    colour = COLOURS[row["direction"]]
    _limits(panel, code, top)
    time = (monthly["year"] + (monthly["season"] - 0.5) / 12).to_numpy()
    value = monthly["value"].to_numpy()
    below = (monthly["low"] == 0).to_numpy() & (monthly["high"] > 0).to_numpy()
    shown = value <= top
    panel.plot(time[shown & ~below], value[shown & ~below], ".", ms=2.6, color="#9AA7B0", zorder=2)
    panel.plot(
        time[below],
        monthly["high"].to_numpy()[below],
        "v",
        ms=3.2,
        mfc="none",
        mec="#B07A2A",
        mew=0.6,
        zorder=2,
    )
    panel.plot(time[~shown], np.full((~shown).sum(), top * 0.985), "^", ms=3, color="#9AA7B0")
    panel.plot(
        yearly["year"].to_numpy() + 0.5,
        yearly["value"].to_numpy(),
        "o-",
        ms=2.6,
        lw=0.8,
        color="#16222C",
        zorder=3,
    )
    _line(panel, row, colour)
    panel.set_ylim(0, top)
    panel.set_title(row["place"], loc="left", fontsize=10, fontweight="bold", pad=4)
    panel.set_title(_caption(row), loc="right", fontsize=7.5, color=colour, pad=4)
    panel.tick_params(labelsize=7.5, length=2)
    for side in ("top", "right"):
        panel.spines[side].set_visible(False)


def _line(panel: Any, row: dict[str, Any], colour: str) -> None:
    """Sen's line, and the lines with the ends of its interval through the middle of the record."""
    if row["slope_per_year"] is None:
        return
    years = np.linspace(row["first_year"], row["last_year"] + 1, 60)
    since = years - row["first_year"]
    middle = since.mean()
    centre = row["intercept"] + row["slope_per_year"] * (middle - 0.5)
    style = {"rising": "-", "falling": "-"}.get(row["direction"], "--")
    line = centre + row["slope_per_year"] * (since - middle)
    panel.plot(years, line, style, lw=1.7, color=colour, zorder=5)
    if row["slope_low"] is not None and row["slope_high"] is not None:
        ends = [centre + row[name] * (since - middle) for name in ("slope_low", "slope_high")]
        panel.fill_between(
            years, np.minimum(*ends), np.maximum(*ends), color=colour, alpha=0.18, lw=0, zorder=4
        )


def _limits(panel: Any, code: str, top: float) -> None:
    standard = load_standard(STANDARD)
    by_limit: dict[float, list[str]] = {}
    for limit in standard.limits_of(code):
        if limit.high is not None:
            by_limit.setdefault(limit.high, []).append(str(limit.class_number))
    for value, names in by_limit.items():
        if value < top:
            panel.axhline(value, lw=0.6, color="#A9B4BC", zorder=1)
            label = f"class {'/'.join(names)}"
            panel.text(
                1.0,
                value,
                label,
                transform=panel.get_yaxis_transform(),
                fontsize=5.8,
                color="#5D6B77",
                va="bottom",
                ha="right",
                zorder=6,
            )


def _caption(row: dict[str, Any]) -> str:
    if row["slope_per_year"] is None:
        return f"too few, n={row['n']}"
    p = row["p_serial"] if row["p_serial"] is not None else row["p"]
    shown = "p<0.001" if p < 0.001 else f"p={p:.3f}"
    slope = f"{1000 * row['slope_per_year']:+.2f}".replace("-", "−")
    return f"{ARROWS[row['direction']]} {slope} µg/L/a  {shown}  n={row['n']}"


def _head(figure: Any, code: str, trends: pl.DataFrame, rows: int) -> None:
    known = indicator(code)
    counts = {name: int((trends["direction"] == name).sum()) for name in ARROWS}
    basis = f"as {known.basis}" if known.basis else ""
    first, last = trends["first_year"].min(), trends["last_year"].max()
    height = 2.55 * rows + 1.2
    figure.suptitle(
        f"{known.name_en} {basis}, {first}–{last}, mg/L: "
        f"{counts['rising']} stations rising, {counts['falling']} falling, "
        f"{counts['none']} neither",
        x=0.012,
        y=1 - 0.18 / height,
        ha="left",
        va="top",
        fontsize=14,
        fontweight="bold",
    )
    figure.text(
        0.012,
        1 - 0.56 / height,
        "Dots: monthly means of three depths; ▽ every sample below the detection limit, drawn at "
        "it; ▲ beyond the axis; black: yearly means. Line: seasonal Kendall slope through the "
        "median of the months, per year (a), with its 90 % interval; solid where p < 0.05 "
        "(Hirsch–Slack).",
        fontsize=8.1,
        color="#44525E",
        va="top",
    )
    figure.text(
        0.012,
        0.10 / height,
        "Data: Environmental Protection Department, Hong Kong SAR (open data). "
        "Limits: GB 3097-1997.",
        fontsize=7.5,
        color="#5D6B77",
        va="bottom",
    )
    figure.subplots_adjust(
        left=0.035,
        right=0.99,
        top=1 - 1.05 / height,
        bottom=0.52 / height,
        hspace=0.30,
        wspace=0.07,
    )


if __name__ == "__main__":
    main()
