"""What reading a file gave, in the words of ``verdicts.csv``.

``values`` lists each value as cell, censoring and number in the indicator's unit (``E4<0.01``,
``E5<?`` for a non-detect without its limit), flags in brackets; ``rejects`` lists row, column and
reason; ``times`` are local, as exact as the file writes them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from luhai.errors import InputError
from luhai.observations.reading import ReadOptions, ReadResult, read_path

COLUMNS = (
    "file",
    "options",
    "part",
    "verdict",
    "rows",
    "read",
    "repeated",
    "rejected",
    "places",
    "times",
    "layers",
    "values",
    "rejects",
    "questions",
)
_FORMATS = {"minute": "%Y-%m-%dT%H:%M", "day": "%Y-%m-%d", "month": "%Y-%m"}


def describe_file(path: Path, options: ReadOptions) -> Iterator[dict[str, str]]:
    """One row per table of the file, or one for its refusal."""
    try:
        for result in read_path(path, options):
            yield describe(result, path.name)
    except InputError as error:
        yield {"verdict": _refusal(error)}


def describe(result: ReadResult, file: str) -> dict[str, str]:
    """One table."""
    part = result.file.removeprefix(file).lstrip("/") or result.sheet
    if result.refused is not None:
        return {"part": part, "verdict": _refusal(result.refused)}
    observations = result.observations
    states = {name: str(result.count(name)) for name in ("read", "repeated", "rejected")}
    return {
        "part": part,
        "verdict": "read",
        "rows": str(result.rows),
        **states,
        "places": "|".join(sorted(observations["place"].unique())),
        "times": " ".join(_times(observations)),
        "layers": " ".join(sorted(observations["layer"].drop_nulls().unique())),
        "values": " ".join(_values(observations)),
        "rejects": "; ".join(
            f"{row}{column} {reason}"
            for row, column, reason in result.rejects.select("row", "column", "reason").rows()
        ),
        "questions": " ".join(question.code for question in result.questions),
    }


def _refusal(error: InputError) -> str:
    """The refusal without the details that come from libraries and change with them.

    A refusal that does not name the file and say what to do is no verdict.
    """
    if not (error.where and error.remedy):
        return "refused without file or remedy"
    return "refused: " + error.to_dict()["what"].split(" (")[0].split(": ")[0].rstrip(".")


def _times(observations: pl.DataFrame) -> list[str]:
    distinct = observations.select("time", "precision").unique().sort("time", "precision")
    local = distinct["time"].dt.convert_time_zone("Asia/Shanghai")
    return [
        time.strftime(_FORMATS[precision])
        for time, precision in zip(local, distinct["precision"], strict=True)
    ]


def _values(observations: pl.DataFrame) -> list[str]:
    ordered = observations.sort("row", pl.col("column").str.len_chars(), "column")
    columns = ("column", "row", "censored", "value", "flag")
    return [
        f"{column}{row}{sign or '='}{'?' if value is None else format(value, '.10g')}"
        + (f"[{flag}]" if flag else "")
        for column, row, sign, value, flag in ordered.select(columns).rows()
    ]
