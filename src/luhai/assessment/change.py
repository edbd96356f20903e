"""Is it better or worse than the year before, in the official words?

环办〔2011〕22号, comparison of two periods: one place, or a group judged as one, goes by its level;
a counted group by the change of its good share less that of its worst share. For the sea the same
rules are used by analogy.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import narwhals as nw
import polars as pl

from luhai.assessment.identity import result_id
from luhai.errors import InputError
from luhai.standards import Change, change_by_level, change_by_shares, load_standard
from luhai.text import Text

CHANGE_SCHEMA: dict[str, Any] = {
    "result_id": pl.String,
    "group": pl.String,
    "group_en": pl.String,
    "group_kind": pl.String,
    "medium": pl.String,
    "rule": pl.String,
    "year_before": pl.Int32,
    "year": pl.Int32,
    "before": pl.String,
    "after": pl.String,
    "by": pl.String,
    "difference": pl.Float64,
    "direction": pl.Int8,
    "degree": pl.Int8,
    "change": pl.String,
    "words": pl.String,
}
"""Columns of a table of changes, see :func:`changes`."""

_NEEDED = ("group", "group_kind", "medium", "year", "rule", "standard", "basis", "level")
_DIRECTIONS = {-1: "worse", 0: "same", 1: "better"}


def changes(groups: Any, *, years_apart: int = 1) -> pl.DataFrame:
    """Change of each group between two years.

    Args:
        groups: table of :func:`luhai.assessment.groups.groups`.
        years_apart: years between the two; a group without both years has no row.

    Returns:
        One row per group and pair of years, columns ``CHANGE_SCHEMA``: ``by`` is ``shares`` or
        ``level``, ``difference`` ΔG − ΔD in points or the number of levels (above 0 for better),
        ``change`` ``better``, ``worse`` or ``same``, ``degree`` 0 none, 1 some, 2 marked,
        ``words`` the message id of the official words. ``before`` and ``after`` are the levels.

    Raises:
        InputError: a column is missing.
    """
    table: pl.DataFrame = nw.from_native(groups, eager_only=True).to_polars()
    missing = [name for name in _NEEDED if name not in table.columns]
    if missing:
        raise InputError(
            Text("The table of groups lacks: {missing}.", {"missing": ", ".join(missing)})
        )
    rows = [
        _row(before, after, change)
        for before, after in _pairs(table, years_apart)
        if (change := change_between(before, after)) is not None
    ]
    return pl.DataFrame(rows, schema=CHANGE_SCHEMA, orient="row")


def change_between(before: dict[str, Any], after: dict[str, Any]) -> Change | None:
    """Change between two rows of a group table; ``None`` where either has no level.

    Two counted years are compared by shares. Where one of them was averaged (fewer places than the
    rule counts) shares do not stand for it, and the levels are compared.
    """
    rule = str(after["rule"])
    if before["level"] is None or after["level"] is None:
        return None
    if before["basis"] == after["basis"] == "shares":
        return change_by_shares(rule, _shares(before), _shares(after))
    return change_by_level(rule, int(before["level"]), int(after["level"]))


def _shares(row: dict[str, Any]) -> list[float]:
    count = load_standard(str(row["standard"]).split(";")[0]).class_count + 1
    return [float(row[f"share_{number}"]) for number in range(1, count + 1)]


def _pairs(
    table: pl.DataFrame, years_apart: int
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    keys = ["rule", "group_kind", "group"]
    for _, part in table.sort(*keys, "year").group_by(keys, maintain_order=True):
        rows = {int(row["year"]): row for row in part.to_dicts()}
        for year, row in rows.items():
            if year - years_apart in rows:
                yield rows[year - years_apart], row


def _row(before: dict[str, Any], after: dict[str, Any], change: Change) -> dict[str, Any]:
    by_shares = before["basis"] == after["basis"] == "shares"
    return {
        "result_id": result_id(
            "change",
            after["group_kind"],
            after["group"],
            after["rule"],
            before["year"],
            after["year"],
        ),
        "group": after["group"],
        "group_en": after.get("group_en", after["group"]),
        "group_kind": after["group_kind"],
        "medium": after["medium"],
        "rule": after["rule"],
        "year_before": before["year"],
        "year": after["year"],
        "before": str(before["level"]),
        "after": str(after["level"]),
        "by": "shares" if by_shares else "level",
        "difference": change.difference,
        "direction": change.direction,
        "degree": change.degree,
        "change": _DIRECTIONS[change.direction],
        "words": change.words.message,
    }
