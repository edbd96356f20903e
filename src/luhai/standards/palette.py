"""In what colours are classes and levels drawn?

The official habit (优 blue, 良好 green, 轻度 yellow, 中度 orange, 重度 red; 环办〔2011〕22号)
is kept in hue and moved in lightness so that the five stay apart for every eye;
``data/colours.csv`` holds them for the light and the dark theme, and the test suite checks contrast
and colour difference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from luhai.standards.tables import by_key, per_environment, read_tables, unknown
from luhai.text import Text

_COLUMNS = (
    *("colour", "light_fill", "light_letter", "light_edge"),
    *("dark_fill", "dark_letter", "dark_edge", "pattern", "source"),
)


@dataclass(frozen=True)
class Colour:
    """Colours of a mark (hexadecimal sRGB) and the pattern that carries it in grey print."""

    name: str
    light_fill: str
    light_letter: str
    light_edge: str
    dark_fill: str
    dark_letter: str
    dark_edge: str
    pattern: str


@per_environment
def colours() -> Mapping[str, Colour]:
    """All colours by name."""
    return {
        name: Colour(
            name,
            row.text("light_fill"),
            row.text("light_letter"),
            row.text("light_edge"),
            row.text("dark_fill"),
            row.text("dark_letter"),
            row.text("dark_edge"),
            row.text("pattern"),
        )
        for name, row in by_key(read_tables("colours.csv", _COLUMNS), "colour").items()
    }


def colour(name: str) -> Colour:
    """One colour.

    Raises:
        UsageError: no such colour.
    """
    if name not in colours():
        raise unknown(Text("colour"), name, colours())
    return colours()[name]
