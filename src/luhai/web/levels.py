"""The style sheet of the water classes, made from the standards' colours.

A level of quality (1 best … 5) has a fill, a letter and an edge for either theme; another country's
levels need no change here.
"""

from __future__ import annotations

import hashlib
from functools import cache

from django.http import HttpRequest, HttpResponse

from luhai.standards import Colour, colours

PREFIX = "level_"


def _rules(name: str, fill: str, letter: str, edge: str) -> str:
    return (
        f".level-{name}{{fill:{fill}}}"
        f".chip.level-{name}{{background:{fill};border-color:{edge};color:{letter}}}"
        f".map .edge.level-{name}{{stroke:{edge if edge != fill else 'var(--halo)'}}}"
        f".map text.numeral.level-{name}{{fill:{letter}}}"
    )


def _theme(found: dict[str, Colour], *, dark: bool) -> str:
    return "".join(
        _rules(name, each.dark_fill, each.dark_letter, each.dark_edge)
        if dark
        else _rules(name, each.light_fill, each.light_letter, each.light_edge)
        for name, each in found.items()
    )


@cache
def css() -> str:
    """The style sheet: the light theme, the dark one, and the light one again for paper."""
    found = {
        name.removeprefix(PREFIX): each
        for name, each in colours().items()
        if name.startswith(PREFIX)
    }
    light, dark = _theme(found, dark=False), _theme(found, dark=True)
    return f"{light}@media screen and (prefers-color-scheme:dark){{{dark}}}"


def version() -> str:
    """Hash of the style sheet, for its address."""
    return hashlib.sha256(css().encode()).hexdigest()[:10]


def style_sheet(request: HttpRequest) -> HttpResponse:
    """``/levels.css``."""
    response = HttpResponse(css(), content_type="text/css; charset=utf-8")
    response["Cache-Control"] = "public, max-age=2592000"
    return response
