"""Do our classes agree with those a publisher states, and where not, why?

Reads the 199 files of automatic surface-water sections of April 2021 (national real-time
publication), assesses them by sample with luhai's command, and sets the class against the stated
``水质类别`` of every distinct row that is normal (站点情况 正常) and states one. Prints

- the agreement with river limits everywhere and with the lakes declared in a register,
- which indicators and digits the stated class rests on, by trying all combinations,
- every disagreement with its cause, and the causes counted.

The stated class is read here, to compare, and nowhere else.

    python benchmarks/published_classes.py [DATA_FOLDER]
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
import unicodedata
import zipfile
from pathlib import Path

import numpy as np
import polars as pl

from luhai.standards import load_method, load_standard, round_half_even

ROOT = Path(__file__).resolve().parents[1]
LAKES = ROOT / "tests" / "assessment" / "classes" / "lakes_2021-04.csv"
HEADERS = {
    "w01001": "pH(无量纲)",
    "w01009": "溶解氧(mg/L)",
    "w01019": "高锰酸盐指数(mg/L)",
    "w21003": "氨氮(mg/L)",
    "w21011": "总磷(mg/L)",
    "w21001": "总氮(mg/L)",
}
PROBES = ("w01001", "w01009")
STATED = {"Ⅰ": 1, "Ⅱ": 2, "Ⅲ": 3, "Ⅳ": 4, "Ⅴ": 5, "劣Ⅴ": 6}


def published_rows(archive: Path) -> pl.DataFrame:
    """Distinct normal rows that state a class: ``place, time, stated`` and values as written."""
    tables = []
    with zipfile.ZipFile(archive) as opened:
        for name in opened.namelist():
            if name.endswith(".csv"):
                tables.append(pl.read_csv(io.BytesIO(opened.read(name)), infer_schema=False))
    rows = pl.concat(tables).unique(maintain_order=True)
    return (
        rows.filter(pl.col("站点情况") == "正常", pl.col("水质类别").is_in(list(STATED)))
        .with_columns(
            # Names are taken in half width by the readers.
            place=pl.col("断面名称").map_elements(
                lambda name: unicodedata.normalize("NFKC", name), return_dtype=pl.String
            ),
            time=pl.format("2021-{}:00+08:00", pl.col("监测时间").str.replace(" ", "T")),
            stated=pl.col("水质类别").replace_strict(STATED, return_dtype=pl.Int8),
        )
        .with_columns(
            pl.col(header).cast(pl.Float64, strict=False).alias(code)
            for code, header in HEADERS.items()
        )
    )


def assessed(archive: Path, places: Path | None) -> pl.DataFrame:
    """``luhai assess`` by sample, as a user runs it."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "classes.csv"
        command = [
            *(sys.executable, "-c", "from luhai.cli import main; main()", "assess", str(archive)),
            *("--standard", "gb3838-2002", "--by", "sample", "--out", str(out)),
            *(("--places", str(places)) if places else ()),
        ]
        # Exit code 1: rows without time or value are rejected, and named.
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode not in (0, 1) or not out.is_file():
            raise SystemExit(done.stderr)
        return pl.read_csv(out, schema_overrides={"class": pl.Int8})


def compare(rows: pl.DataFrame, classes: pl.DataFrame) -> pl.DataFrame:
    """Rows with our class; every row finds exactly one."""
    joined = rows.join(
        classes.select("place", "time", "class", "deciding"),
        on=["place", "time"],
        how="left",
        validate="m:1",
    )
    if joined["class"].null_count():
        raise SystemExit(f"{joined['class'].null_count()} rows found no class")
    return joined


def row_class(
    rows: pl.DataFrame, lakes: set[str], codes: tuple[str, ...], *, hourly: bool
) -> np.ndarray:
    """Class of each row by itself, from some indicators and one set of digits."""
    method = load_method("hb2011-22")
    river, lake = load_standard("gb3838-2002"), load_standard("gb3838-2002-lake")
    is_lake = rows["place"].is_in(list(lakes)).to_numpy()
    worst = np.zeros(rows.height, dtype=np.int8)
    for code in codes:
        digits = method.digits(code, hourly=hourly)
        values = round_half_even(rows[code].cast(pl.Float64).fill_null(np.nan).to_numpy(), digits)
        own = np.where(is_lake, lake.classify(code, values), river.classify(code, values))
        worst = np.maximum(worst, own)
    return worst


def declared_lakes() -> set[str]:
    """Places that the register of the test declares as lakes."""
    return set(pl.read_csv(LAKES).filter(pl.col("medium") == "lake")["id"])


def causes(rows: pl.DataFrame, lakes: set[str]) -> pl.DataFrame:
    """Disagreements with the first cause that explains each."""
    codes = tuple(code for code in HEADERS if code != "w21001")
    rows = rows.with_columns(
        alone=row_class(rows, lakes, codes, hourly=True),
        with_nitrogen=row_class(rows, lakes, (*codes, "w21001"), hourly=True),
        as_lake=row_class(rows, declared_lakes(), codes, hourly=True),
        twin=pl.struct("place", "time").is_duplicated(),
        near=pl.Series(_near_limit(rows, lakes, codes)),
    ).sort("place", "time")
    rows = rows.with_columns(_stale(rows, lakes, codes))
    stated = pl.col("stated")
    wrong = rows.filter(pl.col("class") != stated)
    return wrong.with_columns(
        cause=pl.when((pl.col("alone") == stated) & pl.col("twin"))
        .then(pl.lit("published twice for one time with other values; a sample is their mean"))
        .when(pl.col("alone") == stated)
        .then(pl.lit("published twice, once under maintenance, which keeps shared values out"))
        .when((pl.col("as_lake") == stated) & pl.col("place").is_in(list(declared_lakes())))
        .then(pl.lit("lake or reservoir: the publisher took the phosphorus limits of lakes"))
        .when(pl.col("near"))
        .then(pl.lit("a shown value is a limit: the publisher classed the unrounded value"))
        .when("stale")
        .then(pl.lit("the row contradicts itself: classed with values of an earlier reading"))
        .when(pl.col("with_nitrogen") == stated)
        .then(pl.lit("total nitrogen counted by the publisher"))
        .otherwise(pl.lit("the row contradicts itself otherwise"))
    )


def _stale(rows: pl.DataFrame, lakes: set[str], codes: tuple[str, ...]) -> pl.Series:
    """Whether values of one of the two readings before give the stated class.

    Tried are pH and oxygen of one or two readings before, which probes measure every time, and
    the whole reading before.
    """
    found = np.zeros(rows.height, dtype=np.bool_)
    for taken, back in ((PROBES, 1), (PROBES, 2), (codes, 1)):
        earlier = rows.with_columns(pl.col(code).shift(back).over("place") for code in taken)
        found |= row_class(earlier, lakes, codes, hourly=True) == rows["stated"].to_numpy()
    return pl.Series("stale", found)


def _near_limit(rows: pl.DataFrame, lakes: set[str], codes: tuple[str, ...]) -> np.ndarray:
    """Whether moving the values within half their last shown digit can give the stated class."""
    method = load_method("hb2011-22")
    stated = rows["stated"].to_numpy()
    classes = {sign: np.zeros(rows.height, dtype=np.int8) for sign in (-1, 1)}
    river, lake = load_standard("gb3838-2002"), load_standard("gb3838-2002-lake")
    is_lake = rows["place"].is_in(list(lakes)).to_numpy()
    for code in codes:
        half = 0.5 * 10.0 ** -method.digits(code, hourly=True)
        values = rows[code].fill_null(np.nan).to_numpy()
        both = [
            np.where(is_lake, lake.classify(code, moved), river.classify(code, moved))
            for moved in (values - half, values + half)
        ]
        classes[-1] = np.maximum(classes[-1], np.minimum(*both))
        classes[1] = np.maximum(classes[1], np.maximum(*both))
    return (classes[-1] <= stated) & (stated <= classes[1])


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else _shared()) / "surface_water_2021-04"
    archive = folder / "stations.zip"
    rows = published_rows(archive)
    lakes = declared_lakes()
    print(f"distinct normal rows that state a class: {rows.height}")
    timed = rows["监测时间"].str.contains(r"^\d\d-\d\d \d\d:\d\d$")
    print(f"of these without a time, rejected for it: {(~timed).sum()}")
    rows = rows.filter(timed)
    print("\nWhich indicators and digits does the stated class rest on? (lakes declared)")
    required = ("w01009", "w01019", "w21003", "w21011")
    for extra in ((), ("w01001",), ("w21001",), ("w01001", "w21001")):
        for hourly in (False, True):
            codes = (*required, *extra)
            share = (
                row_class(rows, lakes, codes, hourly=hourly) == rows["stated"].to_numpy()
            ).mean()
            name = "of single values" if hourly else "of period means"
            print(f"  {'+'.join(codes):48s} digits {name:16s} {100 * share:6.2f} %")
    for name, places in (("river limits everywhere", None), ("lakes declared", LAKES)):
        joined = compare(rows, assessed(archive, places))
        agreed = int((joined["class"] == joined["stated"]).sum())
        print(f"\n{name}: {agreed} of {joined.height} agree, {100 * agreed / joined.height:.2f} %")
        found = causes(joined, lakes if places else set())
        for cause, count in found["cause"].value_counts(sort=True).iter_rows():
            print(f"  {count:4d}  {cause}")
    stale = found.filter(pl.col("cause").str.contains("earlier reading"))
    print(f"earlier readings at: {', '.join(stale['time'].unique().sort())}")
    for row in found.iter_rows(named=True):
        values = " ".join(f"{row[code]}" for code in HEADERS)
        print(
            f"{row['place']} {row['time'][5:16]} {row['stated']} {row['class']} | {values}", end=""
        )
        print(f" | {row['cause']}")


def _shared() -> str:
    return os.environ.get("LUHAI_SHARED_DATA", str(ROOT.parent / "shared" / "data"))


if __name__ == "__main__":
    main()
