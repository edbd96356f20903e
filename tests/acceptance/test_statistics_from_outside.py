"""``luhai trend``, ``level`` and ``outlook`` against other implementations and by hand."""

from __future__ import annotations

import shutil
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pymannkendall
import pytest
from conftest import Luhai

EXAMPLE_BAY = Path(__file__).parents[2] / "plans" / "example-bay"


def series_file(values: np.ndarray, months: bool, name: str = "series.csv") -> None:
    rows = []
    for number, value in enumerate(values):
        year, month = (2000 + number // 12, number % 12 + 1) if months else (2000 + number, 7)
        rows.append(f"P,river,{year}-{month:02}-15,w21003,{value},mg/L")
    Path(name).write_text(
        "place,medium,time,indicator,value,unit\n" + "\n".join(rows) + "\n", encoding="utf-8"
    )


@pytest.mark.parametrize("seed", range(4))
def test_yearly_trend_equals_pymannkendall(luhai: Luhai, seed: int) -> None:
    random = np.random.default_rng(seed)
    # One decimal: many ties.
    values = np.round(1 + 0.03 * np.arange(20) * (seed - 1) + random.normal(0, 0.2, 20), 1)
    values = np.clip(values, 0.1, None)
    series_file(values, months=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = pymannkendall.original_test(values)
    done = luhai(
        *("trend", "series.csv", "--indicator", "w21003", "--season", "none", "--format", "json")
    )
    (row,) = done.document
    assert row["n"] == 20
    assert row["p"] == pytest.approx(expected.p, abs=1e-9)
    assert row["statistic"] in (pytest.approx(expected.z), pytest.approx(expected.s))
    # A year has 365.25 days: slopes by time and by number differ in the third digit.
    assert row["slope_per_year"] == pytest.approx(expected.slope, rel=2e-3, abs=1e-9)
    assert row["slope_low"] <= row["slope_per_year"] <= row["slope_high"]


@pytest.mark.parametrize("seed", range(2))
def test_seasonal_trend_equals_pymannkendall(luhai: Luhai, seed: int) -> None:
    random = np.random.default_rng(seed)
    month = np.arange(96)
    values = 2 + 0.5 * np.sin(month / 12 * 2 * np.pi) + 0.004 * month * seed
    values = np.round(values + random.normal(0, 0.2, 96), 1)
    series_file(values, months=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = pymannkendall.seasonal_test(values, period=12)
    done = luhai(
        *("trend", "series.csv", "--indicator", "w21003", "--season", "month", "--format", "json")
    )
    (row,) = done.document
    assert row["n"] == 96
    assert row["p"] == pytest.approx(expected.p, abs=1e-9)
    assert row["slope_per_year"] == pytest.approx(expected.slope, rel=2e-3, abs=1e-9)


# Regional shares of classes 1–4 and worse in the national bulletin of 2017, and its words.
BULLETIN_2017 = {
    "national": ((34.5, 33.3, 10.1, 6.5, 15.6), "一般"),
    "渤海": ((19.8, 48.1, 14.8, 7.4, 9.9), "一般"),
    "黄海": ((37.4, 45.1, 9.9, 5.5, 2.2), "良好"),
    "东海": ((15.9, 31.0, 12.4, 9.7, 31.0), "差"),
    "南海": ((57.6, 18.2, 5.3, 3.8, 15.2), "一般"),
}


@pytest.mark.parametrize("region", BULLETIN_2017)
def test_published_shares_give_the_published_level(luhai: Luhai, region: str) -> None:
    shares, words = BULLETIN_2017[region]
    rows = "".join(f"{number},{share}\n" for number, share in enumerate(shares, 1))
    Path("shares.csv").write_text(f"class,count\n{rows}", encoding="utf-8")
    done = luhai("level", "shares.csv", "--rule", "sea", "--format", "json")
    assert done.code == 0, done.err
    assert done.document["level_name"] == words


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("place,class\nA,2\nB,9\n", "9"),
        ("place,class\nA,2\nB,\n", "3"),
        ("place,class\nA,2\nA,3\n", "A"),
        ("class,count\n1,-3\n2,4\n", "-3"),
        ("class,count\n1,many\n", "many"),
        ("name,value\nA,2\n", "class"),
        ("", "level.csv"),
    ],
)
def test_malformed_tables_of_classes_are_named(luhai: Luhai, text: str, named: str) -> None:
    Path("level.csv").write_text(text, encoding="utf-8")
    done = luhai("level", "level.csv", "--rule", "surface")
    assert done.code == 1
    assert named in done.err
    assert "Traceback" not in done.err


def test_level_counts_names_and_numbers_alike(luhai: Luhai) -> None:
    Path("level.csv").write_text("place,class\nA,Ⅱ\nB,2\nC,劣Ⅴ\nD,Ⅲ类\n", encoding="utf-8")
    done = luhai("level", "level.csv", "--rule", "surface", "--format", "json")
    assert done.code == 0, done.err
    numbers = [value for value in _numbers(done.document) if value in (50.0, 25.0)]
    assert sorted(set(numbers)) == [25.0, 50.0]


def _numbers(document: object) -> list[float]:
    if isinstance(document, dict):
        return [number for value in document.values() for number in _numbers(value)]
    if isinstance(document, list):
        return [number for value in document for number in _numbers(value)]
    return [float(document)] if isinstance(document, int | float) else []


# Indicator, target class and what the running year brought so far.
RUNNING = {
    "EB-01": ("lh_din", 2, {"05": 0.42, "08": 0.335}),
    "EB-02": ("w21011", 3, {f"{month:02}": 0.19 + month / 1000 for month in range(1, 9)}),
    "EB-03": ("w01009", 2, {"05": 5.31, "08": 4.2}),
    "EB-04": ("lh_dip", 2, {"05": 0.0411, "08": 0.0222}),
}
SEA = ("EB-01", "EB-03", "EB-04")


def goal_plan() -> None:
    """The invented plan with three of its lakes turned into sea and one into a river."""
    shutil.copytree(EXAMPLE_BAY, "plan")
    for name, changes in (
        ("places.csv", {"lake_section,lake": ("river_section,river", "sea_station,sea")}),
        ("place_targets.csv", {"gb3838-2002-lake": ("gb3838-2002", "gb3097-1997")}),
    ):
        file = Path("plan") / name
        lines = file.read_text(encoding="utf-8").splitlines()
        for old, (river, sea) in changes.items():
            lines = [line.replace(old, sea if line.startswith(SEA) else river) for line in lines]
        text = "\n".join(lines) + "\n"
        if name == "place_targets.csv":
            text = text.replace("2025:4,3,2030", "2025:4,9,2030").replace("2025:3,3", "2025:3,2")
            text = text.replace(
                "EB-01,A,Northshore,gb3097-1997,2024:4;2025:4,9",
                "EB-01,A,Northshore,gb3097-1997,2024:4;2025:4,2",
            ).replace(",9,2030", ",3,2030")
        file.write_text(text, encoding="utf-8")


def rows_of(year: int, place: str, values: dict[str, float]) -> list[str]:
    code, medium = RUNNING[place][0], "sea" if place in SEA else "river"
    return [
        f"{place},{medium},{year}-{month}-06,{code},{value!r},mg/L"
        for month, value in values.items()
    ]


def write_rows(name: str, rows: list[str]) -> None:
    text = "place,medium,time,indicator,value,unit\n" + "\n".join(rows) + "\n"
    Path(name).write_text(text, encoding="utf-8")


def test_the_required_mean_attains_and_a_little_more_does_not(luhai: Luhai) -> None:
    goal_plan()
    rows = []
    for place, (_, _, values) in RUNNING.items():
        months = ("05", "08", "10") if place in SEA else [f"{n:02}" for n in range(1, 13)]
        typical = sum(values.values()) / len(values)
        for year in range(2014, 2019):
            rows += rows_of(year, place, {m: round(typical * (1 + int(m) / 99), 4) for m in months})
        rows += rows_of(2019, place, values)
    write_rows("all.csv", rows)
    assert luhai("init", "w", "--plan", "plan").code == 0
    done = luhai("import", "all.csv", "--workspace", "w")
    assert done.code == 0, done.err + done.out
    done = luhai("outlook", "--workspace", "w", "--year", "2019", "--format", "json")
    assert done.code == 0, done.err
    found = {row["place"]: row for row in done.document}
    assert set(found) == set(RUNNING)
    for nudge in (0.0, 1e-4):
        rows = []
        for place, (code, target, values) in RUNNING.items():
            row = found[place]
            assert (row["indicator"], row["target_class"]) == (code, target)
            left = ("10",) if place in SEA else ("09", "10", "11", "12")
            assert row["remaining"] == len(left)
            sign = -1 if code == "w01009" else 1
            needed = row["required_mean"] + sign * nudge
            rows += rows_of(2019, place, values | dict.fromkeys(left, round(needed, 9)))
        write_rows("year.csv", rows)
        for standard in ("gb3838-2002", "gb3097-1997"):
            done = luhai(
                *("assess", "year.csv", "--standard", standard, "--by", "year"),
                *("--out", f"{standard}.csv"),
            )
            assert done.code == 0, done.err
        table = pd.concat([pd.read_csv(f"{name}.csv") for name in ("gb3838-2002", "gb3097-1997")])
        reached = table.set_index("place")["class"]
        for place, (_, target, _) in RUNNING.items():
            assert (reached[place] <= target) == (nudge == 0.0), (place, nudge, str(found[place]))
