"""The tables that quality control rests on: flags, thresholds, usual ranges, parts and wholes.

They are CSV files in the folder ``data``, so that a threshold is changed by editing a row with its
source, and every flag has its name, its meaning and its consequence in one place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polars as pl

from luhai.errors import UsageError
from luhai.text import Text

_FOLDER = Path(__file__).parent.parent / "data"
FLAG_SEPARATOR = ";"


@dataclass(frozen=True)
class QualityFlag:
    """A mark on an observation.

    Attributes:
        flag: the word in the column ``flag``.
        origin: who sets it: ``station`` (the sender says so), ``reader`` or ``check``.
        excludes: whether assessments leave the value out; otherwise it is only shown.
        name: short name.
        meaning: one sentence.
        source: where the flag comes from.
    """

    flag: str
    origin: str
    excludes: bool
    name: Text
    meaning: Text
    source: str


@dataclass(frozen=True)
class PartRule:
    """Parts that cannot be more than their whole: indicator codes and the reason."""

    rule: str
    whole: str
    parts: tuple[str, ...]
    source: str


@dataclass(frozen=True)
class UsualRange:
    """What water of a medium (empty: of any) usually holds of an indicator, in its unit."""

    indicator: str
    medium: str
    low: float
    high: float
    source: str


@cache
def quality_flags() -> Mapping[str, QualityFlag]:
    """Every flag that an observation can carry, by its word."""
    return {
        row["flag"]: QualityFlag(
            flag=row["flag"],
            origin=row["origin"],
            excludes=row["excludes"] == "yes",
            name=_both(row, "name"),
            meaning=_both(row, "meaning"),
            source=row["source"],
        )
        for row in _rows("quality_flags.csv")
    }


@cache
def excluding_flags() -> frozenset[str]:
    """Flags whose values no assessment counts."""
    return frozenset(flag.flag for flag in quality_flags().values() if flag.excludes)


def excluded(column: str = "flag") -> pl.Expr:
    """Whether an observation is left out of assessments for one of its flags.

    Args:
        column: name of the column that holds the flags joined by ``;``.
    """
    return _has_one_of(column, excluding_flags())


def excluded_by_sender(column: str = "flag") -> pl.Expr:
    """Whether the sender says of an observation that it must not be used (maintenance, fault …).

    Args:
        column: name of the column that holds the flags joined by ``;``.
    """
    stated = (flag for flag in quality_flags().values() if flag.origin == "station")
    return _has_one_of(column, frozenset(flag.flag for flag in stated if flag.excludes))


def _has_one_of(column: str, flags: frozenset[str]) -> pl.Expr:
    words = "|".join(sorted(flags))
    return pl.col(column).str.contains(f"(^|{FLAG_SEPARATOR})({words})({FLAG_SEPARATOR}|$)")


def threshold(check: str, parameter: str, indicator: str = "") -> float:
    """A threshold of a check: the row of the indicator if it has one, else the general row.

    Raises:
        UsageError: the table has no such row.
    """
    table = _thresholds()
    for key in ((check, parameter, indicator), (check, parameter, "")):
        if key in table:
            return table[key]
    raise UsageError(
        f"No threshold {parameter!r} of check {check!r}.",
        where="quality_checks.csv",
        remedy="Add the row.",
    )


def threshold_overrides(check: str, parameter: str) -> dict[str, float]:
    """Thresholds of single indicators, by code."""
    return {
        indicator: value
        for (row_check, row_parameter, indicator), value in _thresholds().items()
        if (row_check, row_parameter) == (check, parameter) and indicator
    }


@cache
def usual_ranges() -> tuple[UsualRange, ...]:
    """Usual ranges that no class limit implies."""
    return tuple(
        UsualRange(
            row["indicator"], row["medium"], float(row["low"]), float(row["high"]), row["source"]
        )
        for row in _rows("quality_ranges.csv")
    )


@cache
def part_rules() -> tuple[PartRule, ...]:
    """Which indicators are parts of which."""
    return tuple(
        PartRule(row["rule"], row["whole"], tuple(row["parts"].split(";")), row["source"])
        for row in _rows("quality_parts.csv")
    )


@cache
def _thresholds() -> dict[tuple[str, str, str], float]:
    return {
        (row["check"], row["parameter"], row["indicator"]): float(row["value"])
        for row in _rows("quality_checks.csv")
    }


def _rows(name: str) -> list[dict[str, str]]:
    return (
        pl.read_csv(_FOLDER / name, infer_schema=False)
        .with_columns(pl.all().fill_null(""))
        .to_dicts()
    )


def _both(row: Mapping[str, str], key: str) -> Text:
    return Text("{words}", {"words": {"en": row[f"{key}_en"], "zh": row[f"{key}_zh"]}})
