"""From which figure on is a place warned about?

The thresholds are data (``data/warnings.toml``) because no official text states them: plans say
that concentrations that rise where they should fall call for regional limits, talks and
supervision, and leave the figure open.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from luhai.errors import InputError
from luhai.text import Text

KINDS = ("rising", "class_lost", "limit_approached")
_FILE = Path(__file__).parent / "data" / "warnings.toml"


@dataclass(frozen=True)
class Threshold:
    """One level of a kind of warning.

    Attributes:
        level: 1 weakest.
        least: the least figure that has this level.
        p: largest p of the test that the level needs, ``None`` where it needs none.
    """

    level: int
    least: float
    p: float | None


@dataclass(frozen=True)
class WarningRules:
    """All thresholds.

    Attributes:
        thresholds: kind to its levels, weakest first.
        relevant_share: share of the limit from which on a rise matters.
        source, verified: where the figures come from and how well they are known.
    """

    thresholds: dict[str, tuple[Threshold, ...]]
    relevant_share: float
    source: str
    verified: str

    def level(self, kind: str, figure: float, p: float | None = None) -> int:
        """Level of a figure, 0 for none.

        Args:
            kind: one of ``KINDS``.
            figure: rise as a share, classes lost, or share of the limit.
            p: p of the test, where there is one; ``None`` passes no level that needs it.
        """
        reached = [
            threshold.level
            for threshold in self.thresholds[kind]
            if figure >= threshold.least - 1e-12
            and (threshold.p is None or (p is not None and p <= threshold.p))
        ]
        return max(reached, default=0)

    def least(self, kind: str) -> float:
        """The least figure that can have a level, within the noise of arithmetic."""
        return min(threshold.least for threshold in self.thresholds[kind]) - 1e-12


@cache
def warning_rules(path: Path = _FILE) -> WarningRules:
    """Read the thresholds.

    Raises:
        InputError: the file lacks a kind, or its levels do not rise.
    """
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    missing = [kind for kind in (*KINDS, "rising_relevance") if kind not in content]
    if missing:
        raise InputError(
            Text("The table of warnings lacks: {missing}.", {"missing": ", ".join(missing)}),
            where=path.name,
        )
    return WarningRules(
        thresholds={kind: _levels(content[kind], kind, path) for kind in KINDS},
        relevant_share=float(content["rising_relevance"]["share_of_limit"]),
        source=str(content["source"]),
        verified=str(content["verified"]),
    )


def _levels(entries: list[dict[str, Any]], kind: str, path: Path) -> tuple[Threshold, ...]:
    levels = tuple(
        Threshold(
            int(entry["level"]),
            float(entry["from"]),
            float(entry["p"]) if "p" in entry else None,
        )
        for entry in entries
    )
    ordered = sorted(levels, key=lambda one: one.level)
    figures = [one.least for one in ordered]
    if list(levels) != ordered or figures != sorted(set(figures)):
        raise InputError(Text("The levels of {kind} do not rise.", {"kind": kind}), where=path.name)
    return levels
