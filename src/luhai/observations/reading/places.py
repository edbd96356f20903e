"""Which place does a row name, at which layer, and what if two places share a name?

A name is compared in half width. ``GD1701表`` and ``3#-底层`` name a place and a layer; a name
that merely ends in 底 (陂底) is left whole, because a layer is split off only behind a letter, a
digit, a ``#`` or a separator, or where it is the full word (表层).

Where the same name occurs in two contexts (the columns of province, basin, river …), the places are
told apart as ``name（province·basin）``; see :func:`qualify_places`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping as AbstractMapping
from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from luhai.observations.reading.mapping import Mapping
from luhai.observations.reading.result import ReadResult
from luhai.observations.reading.words import key_of, layer_words, markers, plain, without_tags
from luhai.plan.places import PlaceRegister

_GUARDED = re.compile(r"^'(?=[=+\-@])")
"""The apostrophe that exports put before a text that a spreadsheet would run as a formula."""

LONGEST_NAME = 200
"""Characters of the longest name that is taken for a place; more is a text that went astray."""

_LAYER = r"表层|中层|底层|表|中|底|surface|middle|bottom"
_SPLITS = (
    re.compile(rf"^(?P<base>.+?)[\s\-_(\[]+(?P<layer>{_LAYER})[)\]]?$", re.IGNORECASE),
    re.compile(r"^(?P<base>.*[A-Za-z0-9#])(?P<layer>表层|中层|底层|表|中|底)$"),
    re.compile(r"^(?P<base>.+)(?P<layer>表层|中层|底层)$"),
)


@dataclass(frozen=True)
class PlaceReading:
    """What a written place means.

    Attributes:
        place: id of the register, or the name in half width; empty when it is not accepted.
        layer: layer named with it, empty when none is.
        medium: medium of the registered place, empty without a register.
        problem: ``place_missing``, ``place_too_long``, ``place_quotation``, ``unknown_place`` or
            empty.
        near: registered place that may have been meant, empty when none.
    """

    place: str
    layer: str = ""
    medium: str = ""
    problem: str = ""
    near: str = ""


def split_layer(name: str) -> tuple[str, str]:
    """Split a layer off a place name; the layer is empty when there is none."""
    for pattern in _SPLITS:
        match = pattern.match(name)
        if match:
            return match["base"].strip(), layer_words()[key_of(match["layer"])]
    return name, ""


class PlaceReader:
    """Reads written places with the register and aliases of one file."""

    def __init__(self, register: PlaceRegister | None, mapping: Mapping | None) -> None:
        self._register = register
        self._aliases = (
            {key_of(name): target for name, target in mapping.places.items()} if mapping else {}
        )

    def read(self, text: str | None, context: str = "") -> PlaceReading:
        """What one written place means."""
        name = _GUARDED.sub("", plain(without_tags(text or "")))
        if not name or markers("cell").get(name.casefold(), ("",))[0] == "missing":
            return PlaceReading("", problem="place_missing")
        if len(name) > LONGEST_NAME:
            return PlaceReading("", problem="place_too_long")
        name = self._aliases.get(key_of(name), name)
        base, layer = split_layer(name)
        base = self._aliases.get(key_of(base), base)
        if self._register is None:
            if name.count('"') % 2:
                # Half of a quoted cell: the row was split at a line break or shifted.
                return PlaceReading("", problem="place_quotation")
            return PlaceReading(base, layer)
        for candidate, found_layer in ((name, ""), (base, layer)):
            place = self._register.get(candidate) or self._register.resolve(candidate, context)
            if place is not None:
                return PlaceReading(place.id, found_layer, place.medium)
        near = self._register.suggest(name) or self._register.suggest(base) or ""
        return PlaceReading("", layer, problem="unknown_place", near=near)


@dataclass(frozen=True)
class QualifiedPlaces:
    """Results whose places are told apart.

    Attributes:
        results: the results, their observations renamed where needed.
        known: every (name, context) met so far to the place that stands for it; to be kept and
            passed to the next call.
    """

    results: list[ReadResult]
    known: dict[tuple[str, str], str]


def qualify_places(
    results: Sequence[ReadResult], known: AbstractMapping[tuple[str, str], str] | None = None
) -> QualifiedPlaces:
    """Tell places of the same name apart by their context.

    The rule: a (name, context) that is known keeps its place for ever. A new one keeps the short
    name when no other context of that name is known or new; otherwise it becomes
    ``name（context）`` with the parts of the context joined by ``·``. Rows without a context keep
    the short name. Registered places never need this and have no contexts.

    Args:
        results: what was read, all of one import.
        known: what earlier imports gave back.
    """
    places = dict(known or {})
    contexts: dict[str, set[str]] = {}
    for name, context in places:
        contexts.setdefault(name, set()).add(context)
    new: dict[tuple[str, str], None] = {}
    for result in results:
        pairs = result.place_contexts.filter(pl.col("context") != "")
        for name, context in pairs.select("place", "context").unique(maintain_order=True).rows():
            contexts.setdefault(name, set()).add(context)
            if (name, context) not in places:
                new[(name, context)] = None
    for name, context in new:
        alone = len(contexts[name]) == 1
        places[(name, context)] = name if alone else f"{name}（{context.replace('/', '·')}）"
    renamed = {pair: place for pair, place in places.items() if place != pair[0]}
    return QualifiedPlaces([_renamed(result, renamed) for result in results], places)


def _renamed(result: ReadResult, renamed: dict[tuple[str, str], str]) -> ReadResult:
    pairs = result.place_contexts
    if not renamed or pairs.is_empty():
        return result
    table = pl.DataFrame(
        [(name, context, place) for (name, context), place in renamed.items()],
        schema={"place": pl.String, "context": pl.String, "qualified": pl.String},
        orient="row",
    )
    rows = pairs.join(table, on=["place", "context"], how="inner", validate="m:1")
    if rows.is_empty():
        return result
    observations = (
        result.observations.join(
            rows.select("row", "qualified"),
            on="row",
            how="left",
            validate="m:1",
            maintain_order="left",
        )
        .with_columns(pl.coalesce("qualified", "place").alias("place"))
        .drop("qualified")
    )
    return replace(result, observations=observations)
