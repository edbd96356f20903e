"""What needs attention now: a rise on the year before, a class lost, a limit approached?"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from luhai.plan.places import PlaceRegister


def warnings(
    observations: Any,
    *,
    year: int,
    place_targets: Any = None,
    as_of: date | None = None,
    register: PlaceRegister | None = None,
) -> pl.DataFrame:
    """Warnings of a year (signature only; the body follows)."""
    raise NotImplementedError
