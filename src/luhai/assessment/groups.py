"""How is a river, a district, a sea area, the city as a whole?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from luhai.plan.places import PlaceRegister


def groups(
    classes: Any,
    register: PlaceRegister,
    rule: str | None = None,
    *,
    indicators: Any = None,
) -> pl.DataFrame:
    """Shares of classes and level per group and year (signature only; the body follows).

    Args:
        classes: yearly classes as :func:`luhai.assessment.assessing.assess` returns them.
        register: places with their water, district and medium.
        rule: ``surface`` or ``sea``; by the medium of the places when not given.
        indicators: yearly indicator table, for main pollutants and for the mean method of rivers
            with fewer than five sections.
    """
    raise NotImplementedError
