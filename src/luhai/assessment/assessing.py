"""What class is the water of each place in, period by period, and what decides it?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from luhai.text import Text

if TYPE_CHECKING:
    from luhai.plan.places import PlaceRegister


@dataclass(frozen=True)
class Assessment:
    """Classes of places by period, with the indicators behind them and what was left out."""

    classes: pl.DataFrame
    indicators: pl.DataFrame
    left_out: pl.DataFrame
    notes: tuple[Text, ...] = ()


def assess(
    observations: Any,
    *,
    standard: str,
    by: str,
    method: str | None = None,
    register: PlaceRegister | None = None,
    year: int | None = None,
    medium: str | None = None,
) -> Assessment:
    """Classes of places by period (signature only; the body follows)."""
    raise NotImplementedError
