"""How long do the annual classes of every place take, against the best query written by hand?

Reads a store made by ``benchmarks/synthetic.py`` and prints, for rivers and for the sea, the time
of ``luhai.assessment`` from the store's files to classes, the time of a DuckDB query written by
hand for this one purpose that yields the same classes (checked), their ratio, and the peak memory
of the process. Each is run several times in turn and the fastest counts; the time of the
processor is printed beside that of the clock, because it does not suffer from other work on the
machine.

    python benchmarks/annual_classes.py FOLDER [--repeat 3]

The query by hand uses what only its writer knows: plain sums of doubles, every non-detect with its
limit, no sum reported beside its parts, limits as a table of constants. It follows the same rule
(at sea the detection rate of each part decides on its share of the limit) and gives class, samples
and non-detects, and leaves out the why: which indicators decide, what was left out, confidence and
scope.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import polars as pl

from luhai.assessment.assessing import assess_batches
from luhai.assessment.basis import Basis, make_basis
from luhai.assessment.engines import engine_frame
from luhai.observations.quality import excluding_flags
from luhai.observations.store import ObservationStore
from luhai.standards import Standard
from luhai.workspace import Workspace

STEPS = {
    "gb3838-2002": ("month",),
    "gb3097-1997": ("month, day", "(month - 1) // 3"),
}


def limits_table(standard: Standard, basis: Basis) -> str:
    """Constants of the query: bounds of each class, moved by half a unit of the last digit.

    A value that rounds to the limit is within it, so that the query compares unrounded means.
    """
    rows = []
    for code in standard.codes:
        if code not in basis.method.assessed:
            continue
        half = 0.5 * 10.0 ** -basis.method.digits(code)
        highs, lows = [], []
        for limit in standard.limits_of(code):
            highs.append("NULL" if limit.high is None else repr(limit.high + half))
            low = None if limit.low is None else limit.low + (half if limit.strict else -half)
            lows.append("NULL" if low is None else repr(low))
        rows.append(f"('{code}', [{', '.join(highs)}]::DOUBLE[], [{', '.join(lows)}]::DOUBLE[])")
    return f"(VALUES {', '.join(rows)}) AS limits(indicator, highs, lows)"


def by_hand(files: list[str], basis: Basis) -> str:
    """The query: annual class of every place, with its samples and non-detects."""
    sea = basis.method.nondetect.threshold is not None
    low = "censored = '<'"
    # At sea the share of a limit depends on the detection rate, known only for the whole year.
    value = (
        "CASE WHEN indicator = 'w01001' THEN pow(10, -value) "
        f"WHEN {low} THEN {'0' if sea else 'value * 0.5'} ELSE value END"
    )
    counts = f"count(*) AS n, sum(CASE WHEN {low} THEN 1 ELSE 0 END) AS low"
    limit = f", avg(CASE WHEN {low} THEN value ELSE 0 END) AS l" if sea else ""
    steps = STEPS[basis.standard.id]
    values = (
        f"SELECT place, indicator, year, {steps[0]}, avg({value}) AS v, {counts}{limit} "
        f"FROM {rows_of(files, basis, basis.method.assessed)} GROUP BY ALL"
    )
    again = ", avg(l) AS l" if sea else ""
    for step in steps[1:]:
        values = (
            f"SELECT place, indicator, year, {step} AS step, avg(v) AS v, sum(n) AS n, "
            f"sum(low) AS low{again} FROM ({values}) GROUP BY ALL"
        )
    share = f" + {share_of('sum(low)', 'sum(n)')} * avg(l)" if sea else ""
    years = (
        f"SELECT place, indicator, year, avg(v){share} AS v, sum(n) AS n, "
        f"sum(low) AS low FROM ({values}) GROUP BY ALL"
    )
    for total, parts in basis.rules.sums.items():
        years += f" UNION ALL {derived_years(files, basis, total, parts)}"
    tests = " ".join(
        f"WHEN coalesce(m > highs[{number}], false) OR coalesce(m < lows[{number}], false) "
        f"THEN {number + 1}"
        for number in range(basis.standard.class_count, 0, -1)
    )
    return (
        f"SELECT place, year, max(CASE {tests} ELSE 1 END) AS class, max(n) AS samples, "
        "sum(low) AS censored FROM (SELECT place, year, n, low, indicator, "
        f"CASE WHEN indicator = 'w01001' THEN -log10(v) ELSE v END AS m FROM ({years})) "
        f"JOIN {limits_table(basis.standard, basis)} USING (indicator) GROUP BY ALL"
    )


def share_of(low: str, n: str) -> str:
    """The share of its limit that a non-detect counts as, by the detection rate."""
    return f"CASE WHEN 1 - {low} / {n} >= 0.5 THEN 0.5 ELSE 0.25 END"


def rows_of(files: list[str], basis: Basis, codes: tuple[str, ...]) -> str:
    """The rows that count, read with everything pushed into the scan."""
    flags = "|".join(sorted(excluding_flags()))
    media = ", ".join(map(repr, basis.siblings))
    return (
        f"(FROM read_parquet([{', '.join(map(repr, files))}], hive_partitioning = true, "
        f"hive_types = {{'year': SMALLINT}}) WHERE medium IN ({media}) "
        f"AND indicator IN ({', '.join(map(repr, codes))}) AND value IS NOT NULL "
        f"AND (flag = '' OR NOT regexp_matches(flag, '(^|;)({flags})(;|$)')))"
    )


def derived_years(files: list[str], basis: Basis, total: str, parts: tuple[str, ...]) -> str:
    """Annual means of a sum from the samples that have all its parts.

    Each part keeps its own detection rate, counted on the way over all its values.
    """
    low = "censored = '<'"
    numbers = range(1, len(parts) + 1)
    columns = ", ".join(
        f"avg(CASE WHEN {low} THEN 0 ELSE value END) FILTER (indicator = '{part}') AS b{k}, "
        f"avg(CASE WHEN {low} THEN value ELSE 0 END) FILTER (indicator = '{part}') AS l{k}, "
        f"count(*) FILTER (indicator = '{part}') AS n{k}, "
        f"count(*) FILTER (indicator = '{part}' AND {low}) AS w{k}"
        for k, part in enumerate(parts, start=1)
    )
    samples = (
        f"SELECT place, time, layer, depth_m, sample, year, month, day, {columns} "
        f"FROM {rows_of(files, basis, parts)} GROUP BY ALL"
    )
    whole = " + ".join(f"b{k}" for k in numbers)
    none_found = " AND ".join(f"w{k} = n{k}" for k in numbers)
    sums = ", ".join(f"sum(n{k}) AS n{k}, sum(w{k}) AS w{k}" for k in numbers)
    of_whole = ", ".join(f"avg(CASE WHEN t IS NOT NULL THEN l{k} END) AS l{k}" for k in numbers)
    table = (
        f"SELECT place, year, month, day, avg(t) AS v, count(t) AS n, {of_whole}, {sums}, "
        f"count(CASE WHEN t IS NOT NULL AND {none_found} THEN 1 END) AS low "
        f"FROM (SELECT *, {whole} AS t FROM ({samples})) GROUP BY place, year, month, day"
    )
    limits = ", ".join(f"avg(l{k}) AS l{k}" for k in numbers)
    for step in ("(month - 1) // 3 AS step", "0 AS step"):
        table = (
            f"SELECT place, year, {step}, avg(v) AS v, sum(n) AS n, {limits}, {sums}, "
            f"sum(low) AS low FROM ({table}) GROUP BY ALL"
        )
    shares = " + ".join(f"{share_of(f'w{k}', f'n{k}')} * l{k}" for k in numbers)
    entered = " + ".join(f"CASE WHEN l{k} > 0 THEN w{k} ELSE 0 END" for k in numbers)
    return (
        f"SELECT place, '{total}' AS indicator, year, v + {shares} AS v, n, "
        f"greatest(low, {entered}) AS low FROM ({table})"
    )


def timed(action: Callable[[], pl.DataFrame]) -> tuple[float, float, pl.DataFrame]:
    """Seconds of the clock and of the processor, and the result."""
    clock, processor = time.perf_counter(), time.process_time()
    result = action()
    return time.perf_counter() - clock, time.process_time() - processor, result


def compare(store: ObservationStore, standard: str, repeat: int) -> dict[str, tuple[float, float]]:
    """Prints the comparison for one standard.

    Returns:
        Fastest seconds of the clock and of the processor, by ``hand`` and ``ours``.
    """
    basis = make_basis(standard, "year")
    files = store.files()

    def ours() -> pl.DataFrame:
        with engine_frame(store) as frame:
            [batch] = assess_batches(frame, basis, indicators=False, reasons=False)
        return batch.classes

    def hand() -> pl.DataFrame:
        connection = duckdb.connect()
        connection.execute("SET preserve_insertion_order = false")
        return connection.sql(by_hand(files, basis)).pl()

    runs: dict[str, list[tuple[float, float]]] = {"hand": [], "ours": []}
    tables = {}
    for _ in range(repeat):
        for name, action in (("hand", hand), ("ours", ours)):
            clock, processor, tables[name] = timed(action)
            runs[name].append((clock, processor))
    joined = (
        tables["ours"]
        .filter(pl.col("class") > 0)
        .join(tables["hand"], on=["place", "year"], how="full", suffix="_hand", validate="1:1")
    )
    same = pl.all_horizontal(
        pl.col(name).eq_missing(pl.col(f"{name}_hand")) for name in ("class", "samples", "censored")
    )
    differing = joined.filter(~same).height
    fastest = {
        name: (min(clock for clock, _ in times), min(processor for _, processor in times))
        for name, times in runs.items()
    }
    print(f"{standard}: {tables['ours'].height} classes, {differing} differ from the query by hand")
    tell(fastest)
    return fastest


def tell(fastest: dict[str, tuple[float, float]]) -> None:
    """Prints seconds and ratios."""
    for name, (clock, processor) in fastest.items():
        print(f"  {name}: clock {clock:.2f} s, processor {processor:.2f} s")
    clock, processor = (
        ours / hand for ours, hand in zip(fastest["ours"], fastest["hand"], strict=True)
    )
    print(f"  ratio: clock {clock:.2f}, processor {processor:.2f} (at most 1.3)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="workspace made by benchmarks/synthetic.py")
    parser.add_argument("--repeat", type=int, default=3)
    arguments = parser.parse_args()
    store = ObservationStore(Workspace.open(arguments.folder))
    rows = sum(version.rows for version in store.versions())
    print(f"{rows:,} observations in {len(store.files())} files")
    parts = [compare(store, standard, arguments.repeat) for standard in STEPS]
    print("every place, rivers and sea:")
    tell(
        {
            name: (sum(part[name][0] for part in parts), sum(part[name][1] for part in parts))
            for name in ("hand", "ours")
        }
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"peak memory of this process: {peak:.2f} GiB (at most 4)")


if __name__ == "__main__":
    main()
