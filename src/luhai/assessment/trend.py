"""Which places change, how surely and how fast?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from luhai.plan.places import PlaceRegister


def trend(
    observations: Any,
    *,
    indicator: str | Sequence[str],
    places: Sequence[str] | None = None,
    season: str | None = None,
    confidence: float = 0.90,
    register: PlaceRegister | None = None,
) -> pl.DataFrame:
    """Trend of indicators at places (signature only; the body follows)."""
    raise NotImplementedError
