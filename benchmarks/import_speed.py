"""How long does an import take, beside what the engine needs for the same file?

    python benchmarks/import_speed.py [--values 1000000] [--repeats 3]

Writes a wide CSV as stations export it (Chinese headers with units, dates, non-detects, missing
cells), then times by turns, each in a process of its own that has done the same with a small file
before (loading programs and tables is no cost of a value; it is printed as ``start_seconds``):

- DuckDB parsing the file and writing it as Parquet, as it is;
- luhai importing it with every check into an empty workspace;
- luhai importing it again, which must add nothing.

Prints one JSON document: the best of each, their ratio, the ratio of processor times (which other
work on the machine disturbs less), and whether the second import added a row.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

INDICATORS = {
    "水温(℃)": (25.0, 0.15, 1),
    "pH(无量纲)": (7.6, 0.05, 2),
    "溶解氧(mg/L)": (7.0, 0.15, 2),
    "电导率(μS/cm)": (300.0, 0.3, 1),
    "浊度(NTU)": (12.0, 0.6, 1),
    "高锰酸盐指数(mg/L)": (2.4, 0.3, 2),
    "氨氮(mg/L)": (0.12, 0.8, 3),
    "总磷(mg/L)": (0.06, 0.5, 3),
    "总氮(mg/L)": (2.0, 0.3, 2),
    "叶绿素α(mg/L)": (0.006, 0.7, 4),
}
"""Header as written, median, spread of its logarithm, decimals."""

DETECTION_LIMITS = {"氨氮(mg/L)": 0.025, "总磷(mg/L)": 0.01}
MISSING_SHARE = 0.01

BASELINE = """
import duckdb, json, sys, time
def copy(file):
    duckdb.sql(f"COPY (FROM read_csv('{file}')) TO '{sys.argv[3]}' (FORMAT parquet)")
copy(sys.argv[1])
begun, processor = time.perf_counter(), time.process_time()
copy(sys.argv[2])
print(json.dumps({
    "seconds": time.perf_counter() - begun, "processor": time.process_time() - processor
}))
"""

IMPORT = """
import json, resource, sys, tempfile, time
begun = time.perf_counter()
from luhai.observations.importing import import_paths
from luhai.workspace import Workspace
with tempfile.TemporaryDirectory() as folder:
    import_paths([sys.argv[1]], Workspace.create(folder), medium="river")
start = time.perf_counter() - begun
workspace = Workspace.open_or_create(sys.argv[3])
begun, processor = time.perf_counter(), time.process_time()
(report,) = import_paths([sys.argv[2]], workspace, medium="river")
print(json.dumps({
    "seconds": time.perf_counter() - begun,
    "processor": time.process_time() - processor,
    "start": start,
    "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    **report.to_dict(),
}))
"""


def write_wide_csv(path: Path, values: int, seed: int = 20200718) -> int:
    """Write a wide file with about this many values; returns its data rows."""
    rows = values // len(INDICATORS)
    generator = np.random.default_rng(seed)
    places = 50
    per_place = -(-rows // places)
    place = np.repeat(np.arange(places), per_place)[:rows]
    hours = np.tile(np.arange(per_place) * 4, places)[:rows]
    start = np.datetime64("2015-01-01T00:00")
    times = np.datetime_as_string(start + hours.astype("timedelta64[h]"), unit="m")
    columns: list[np.ndarray[tuple[int, ...], np.dtype[np.str_]]] = [
        np.char.add("断面", place.astype(str)),
        np.char.replace(times.astype(str), "T", " "),
    ]
    for header, (median, spread, decimals) in INDICATORS.items():
        numbers = median * np.exp(spread * generator.standard_normal(rows) * 0.5)
        cells = np.char.mod(f"%.{decimals}f", numbers)
        limit = DETECTION_LIMITS.get(header)
        if limit is not None:
            cells = np.where(numbers < limit, f"<{limit}", cells)
        columns.append(np.where(generator.random(rows) < MISSING_SHARE, "--", cells))
    with path.open("w", encoding="utf-8") as stream:
        stream.write(",".join(["断面名称", "监测时间", *INDICATORS]) + "\n")
        stream.writelines(",".join(cells) + "\n" for cells in zip(*columns, strict=True))
    return rows


def run(program: str, *arguments: str) -> dict[str, Any]:
    """The document that a program prints in a process of its own."""
    finished = subprocess.run(
        [sys.executable, "-c", program, *arguments], check=True, capture_output=True, text=True
    )
    document: dict[str, Any] = json.loads(finished.stdout)
    return document


def measure(values: int, repeats: int) -> dict[str, Any]:
    """Times of the three, the best of some repeats."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        small, file = folder / "small.csv", folder / "wide.csv"
        write_wide_csv(small, 10_000)
        rows = write_wide_csv(file, values)
        engine, first, again = [], [], []
        for number in range(repeats):
            files = (str(small), str(file))
            engine.append(run(BASELINE, *files, str(folder / "wide.parquet")))
            workspace = str(folder / f"workspace{number}")
            first.append(run(IMPORT, *files, workspace))
            again.append(run(IMPORT, *files, workspace))
        return {
            "rows": rows,
            "values": first[0]["new_values"],
            "file_mib": round(file.stat().st_size / 2**20, 1),
            "engine_seconds": _best(engine, "seconds"),
            "import_seconds": _best(first, "seconds"),
            "second_import_seconds": _best(again, "seconds"),
            "start_seconds": _best(first, "start"),
            "ratio": round(_best(first, "seconds") / _best(engine, "seconds"), 2),
            "processor_ratio": round(_best(first, "processor") / _best(engine, "processor"), 2),
            "limit": 8,
            "peak_mib": round(max(report["peak_mib"] for report in first + again)),
            "rejected_rows": first[0]["rejected"],
            "flagged": first[0]["flagged"],
            "rows_added_by_second_import": max(report["accepted"] for report in again),
            "load_average": os.getloadavg(),
            "measured": datetime.now(UTC).isoformat(timespec="seconds"),
        }


def _best(runs: list[dict[str, Any]], key: str) -> float:
    return round(min(float(one[key]) for one in runs), 3)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--values", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    print(json.dumps(measure(options.values, options.repeats), ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()
