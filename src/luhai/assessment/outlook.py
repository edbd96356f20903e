"""What must the rest of the year bring, and how likely is it?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from luhai.plan.places import PlaceRegister


@dataclass(frozen=True)
class Outlook:
    """The outlook of places with everything it rests on.

    Attributes:
        places: one row per place, columns of the result table ``outlook``; ``indicator`` is the
            one least likely to attain, ``probability`` that of all deciding indicators jointly.
        indicators: one row per place and indicator with its own required mean and probability.
        history: one row per place, past year and indicator: what those years' remaining samples
            were, from which the probability is drawn.
        backtest: one row per place and past year: probability foretold, and whether it attained.
    """

    places: pl.DataFrame
    indicators: pl.DataFrame
    history: pl.DataFrame
    backtest: pl.DataFrame


def outlook_details(
    observations: Any,
    *,
    place_targets: Any,
    year: int,
    as_of: date | None = None,
    register: PlaceRegister | None = None,
) -> Outlook:
    """Outlook with its parts (signature only; the body follows)."""
    raise NotImplementedError


def outlook(
    observations: Any,
    *,
    place_targets: Any,
    year: int,
    as_of: date | None = None,
    register: PlaceRegister | None = None,
) -> pl.DataFrame:
    """Outlook of the running year, one row per place; see :class:`Outlook`."""
    return outlook_details(
        observations, place_targets=place_targets, year=year, as_of=as_of, register=register
    ).places
