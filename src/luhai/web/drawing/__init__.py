"""Drawings that the server makes as SVG: where the places lie, how a value went over the years.

Each module turns plain values into the geometry of a drawing; the templates beside the pages
write it down. Colours come from style sheets by class name, so that dark theme and print need no
redrawing.
"""

from __future__ import annotations

import unicodedata


def text_width(text: str, size: float) -> float:
    """Rough width of a text in px: wide characters take the full size, others a bit over half."""
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return size * (wide + 0.58 * (len(text) - wide))
