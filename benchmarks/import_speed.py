"""How long does an import take, beside what the engine needs for the same file?

    python benchmarks/import_speed.py [--values 1000000] [--repeats 3]

Writes a wide CSV as stations export it (Chinese headers with units, dates, non-detects, missing
cells), then times, each in a process of its own and by turns:

- DuckDB parsing the file and writing it as Parquet, as it is;
- luhai importing it with every check into an empty workspace;
- luhai importing it again, which must add nothing.

Prints one JSON document: the best of each, their ratio, and whether the second import added a row.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

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
import duckdb, sys, time
begun = time.perf_counter()
duckdb.sql(f"COPY (FROM read_csv('{sys.argv[1]}')) TO '{sys.argv[2]}' (FORMAT parquet)")
print(time.perf_counter() - begun)
"""

IMPORT = """
import json, resource, sys, time
from luhai.observations.importing import import_paths
from luhai.workspace import Workspace
workspace = Workspace.open_or_create(sys.argv[2])
begun = time.perf_counter()
(report,) = import_paths([sys.argv[1]], workspace, medium="river")
seconds = time.perf_counter() - begun
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"seconds": seconds, "peak_mib": peak, **report.to_dict()}))
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


def run(program: str, *arguments: str) -> str:
    """Output of a program in a process of its own."""
    finished = subprocess.run(
        [sys.executable, "-c", program, *arguments], check=True, capture_output=True, text=True
    )
    return finished.stdout


def measure(values: int, repeats: int) -> dict[str, object]:
    """Times of the three, the best of some repeats."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "wide.csv"
        rows = write_wide_csv(file, values)
        engine, first, again, reports = [], [], [], []
        for number in range(repeats):
            engine.append(float(run(BASELINE, str(file), str(folder / "wide.parquet"))))
            workspace = str(folder / f"workspace{number}")
            for times in (first, again):
                report = json.loads(run(IMPORT, str(file), workspace))
                times.append(report["seconds"])
                reports.append(report)
        return {
            "rows": rows,
            "values": reports[0]["new_values"],
            "file_mib": round(file.stat().st_size / 2**20, 1),
            "engine_seconds": round(min(engine), 3),
            "import_seconds": round(min(first), 3),
            "second_import_seconds": round(min(again), 3),
            "ratio": round(min(first) / min(engine), 2),
            "limit": 8,
            "peak_mib": round(max(report["peak_mib"] for report in reports)),
            "rejected_rows": reports[0]["rejected"],
            "flagged": reports[0]["flagged"],
            "rows_added_by_second_import": reports[1]["accepted"],
            "measured": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
        }


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--values", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    print(json.dumps(measure(options.values, options.repeats), ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()
