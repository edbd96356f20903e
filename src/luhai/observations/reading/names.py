"""Which indicator does a name mean? The reading of ``standards``, remembered.

Headers and place names of an archive repeat from file to file, and looking for near names is slow.
"""

from __future__ import annotations

from functools import lru_cache

from luhai.standards import IndicatorMatch
from luhai.standards import find_indicator as _find_indicator


@lru_cache(maxsize=20_000)
def find_indicator(name: str, medium: str | None = None) -> tuple[IndicatorMatch, ...]:
    """Readings of a name, the most certain first; see ``luhai.standards.find_indicator``."""
    return tuple(_find_indicator(name, medium))
