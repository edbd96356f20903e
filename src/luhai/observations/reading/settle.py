"""Which columns are held back because their values speak against an assumed unit?

Runs once per table, on its first rows; see :mod:`~luhai.observations.reading.plausible`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from luhai.observations.reading.headers import Column
from luhai.observations.reading.plausible import FAR_ABOVE, times_the_limit
from luhai.observations.reading.result import Question
from luhai.observations.reading.values import read_values
from luhai.observations.reading.words import key_of, unit_trap
from luhai.standards import indicator
from luhai.text import N_, Text

_USUAL_UNITS = ("mg/L", "μg/L", "μmol/L")


def settle_columns(
    columns: Sequence[Column], rows: pl.DataFrame, medium: str | None
) -> tuple[tuple[Column, ...], list[Question]]:
    """Hold back columns whose unit is in doubt, and gather the questions about columns.

    Args:
        columns: the columns as the header says.
        rows: the first data rows.
        medium: medium of the table, ``None`` when unknown.
    """
    settled = _each_once([_settle(column, rows, medium) for column in columns])
    questions = [
        Question(
            _question_code(column), column.understanding.question, column.letter, _options(column)
        )
        for column in settled
        if column.understanding.question is not None
    ]
    return settled, questions


def _each_once(columns: Sequence[Column]) -> tuple[Column, ...]:
    """Hold back a second column of the same indicator and layer: which one holds is not guessed."""
    seen: set[tuple[str, str]] = set()
    kept = []
    for column in columns:
        if column.role == "indicator" and not column.problem:
            key = (column.understanding.indicator, column.understanding.layer)
            if key in seen:
                column = replace(column, problem="column_twice")
            seen.add(key)
        kept.append(column)
    return tuple(kept)


def _question_code(column: Column) -> str:
    return "indicator_doubtful" if column.role == "unknown" else "unit_doubtful"


def _options(column: Column) -> tuple[str, ...]:
    return () if column.role == "unknown" else _USUAL_UNITS


def _settle(column: Column, rows: pl.DataFrame, medium: str | None) -> Column:
    about = column.understanding
    name = f"c{column.index}"
    is_assumed = column.role == "indicator" and not column.problem and name in rows.columns
    if not is_assumed or about.unit_source != "assumed":
        return column
    found = indicator(about.indicator)
    named_by_code = key_of(about.header).startswith(key_of(about.indicator))
    if unit_trap(about.indicator) and not named_by_code:
        question = Text(
            N_("The header “{header}” has no unit. Is it mg/L or μg/L?"), {"header": about.header}
        )
        return _held_back(column, "unit_missing", question)
    values = read_values(rows[name], about.indicator, about.unit)["value"].to_numpy()
    times = times_the_limit(np.asarray(values, dtype=np.float64), about.indicator, medium)
    if times <= FAR_ABOVE:
        return column
    question = Text(
        N_(
            "“{header}” has no unit. In {unit} its values would be {factor} times the weakest "
            "limit. Which unit is it?"
        ),
        {"header": about.header, "unit": found.unit, "factor": f"{times:.0f}"},
    )
    return _held_back(column, f"unit_doubtful:{found.unit}|{times:.0f}", question)


def _held_back(column: Column, problem: str, question: Text) -> Column:
    about = replace(column.understanding, certainty=0.3, question=question)
    return replace(column, understanding=about, problem=problem)
