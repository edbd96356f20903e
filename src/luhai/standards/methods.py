"""How does an assessment method go from samples to a class?

A method is a folder: ``method.toml`` (titles, validity, averaging, minimum of samples, non-detects,
clauses), ``items.csv`` (which indicators count and which only inform, the digits to round to, the
kind of mean) and, where the method has them, ``spearman.csv`` (critical values). Shipped are
环办〔2011〕22号 with the statistics of 环办监测函〔2020〕82号 (``hb2011-22``, surface water) and
HJ 442 in its editions of 2008 and 2020 (sea). Digits and roles are meant to be edited: a further
edition is a further folder.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from luhai.errors import InputError, UsageError
from luhai.standards.catalogue import indicator, indicator_of
from luhai.standards.tables import (
    day_of,
    first_day_of,
    folders,
    mark_of,
    read_csv,
    read_toml,
    unknown,
    whole,
)
from luhai.text import Text

PERIODS = ("sample", "month", "season", "year", "rolling")
MEANS = ("arithmetic", "hydrogen_ion", "geometric")
ROLES = ("assessed", "informs")
_KEYS = (
    *("id", "title_zh", "title_en", "edition", "media", "valid_from", "reference_class"),
    *("keep_one_significant", "max_main_pollutants", "main_pollutants_worse_than"),
    *("min_places_for_shares", "verified", "source", "nondetect", "averaging", "clauses"),
)
_ITEM_COLUMNS = (
    *("method", "clause", "code", "role", "digits", "hourly_digits", "mean", "multiple"),
    *("priority", "valid_from", "valid_to", "verified", "note"),
)


@dataclass(frozen=True)
class Item:
    """How a method treats one indicator.

    Attributes:
        code: indicator.
        role: ``assessed`` when it can decide the class, ``informs`` when it is only shown.
        digits: decimals to round to before comparison.
        hourly_digits: decimals of hourly values of stations, or ``None``.
        mean: ``arithmetic``, ``hydrogen_ion`` (pH) or ``geometric`` (coliforms).
        multiple: whether an exceedance multiple is stated.
        priority: greater than 0 for pollutants named before all others when over the limit.
        clause, verified, note: where it is said and how well it is known.
    """

    code: str
    role: str
    digits: int
    hourly_digits: int | None
    mean: str
    multiple: bool
    priority: int
    clause: str
    verified: str
    note: str


@dataclass(frozen=True)
class Minimum:
    """Least number of samples, months or seasons that a period's value must rest on."""

    period: str
    count: int
    of: str
    clause: str
    verified: str


@dataclass(frozen=True)
class Clause:
    """A rule of the method in one sentence."""

    key: str
    clause: str
    text: dict[str, str]
    verified: str


@dataclass(frozen=True)
class NondetectRule:
    """What a value below the detection limit counts as.

    Attributes:
        rule: ``half`` (always half the limit) or ``half_or_quarter`` (half when the share of
            detected values in the data set reaches ``threshold``, else a quarter).
        threshold: that share, 0…1; ``None`` for ``half``.
        clause, verified: where it is said and how well it is known.
    """

    rule: str
    threshold: float | None
    clause: str
    verified: str

    def factor(self, detection_rate: ArrayLike) -> NDArray[np.float64]:
        """Factor on the detection limit.

        Args:
            detection_rate: share of detected values, 0…1, any shape.

        Raises:
            InputError: a share is NaN or outside 0…1.
        """
        share = np.asarray(detection_rate, dtype=np.float64)
        if not ((share >= 0) & (share <= 1)).all():
            raise InputError(
                Text("A detection rate lies outside 0 … 1."),
                why=Text("It decides what a non-detect counts as."),
                remedy=Text("Give the share of detected values, not a percentage."),
            )
        if self.threshold is None:
            return np.full(share.shape, 0.5)
        return np.where(share >= self.threshold, 0.5, 0.25)


@dataclass(frozen=True, eq=False)
class Method:
    """An assessment method.

    Attributes:
        id, title_zh, title_en, edition: how it is cited.
        media: media that it assesses.
        valid_from, valid_to, superseded_by: validity.
        reference_class: class whose limits exceedance is counted against.
        keep_one_significant: rounding rule, see ``round_half_even``.
        averaging: for each period the chain from samples to its value: each step is the mean over
            the groups of the step before (``year``: sample → month → year).
        minima: least numbers per period.
        nondetect: what a non-detect counts as.
        max_main_pollutants: how many main pollutants are named.
        main_pollutants_worse_than: they are named when the class is worse than this.
        min_places_for_shares: groups with fewer places are averaged instead of counted by shares.
        items: indicators by code.
        clauses: rules by key (``class``, ``period``, ``rounding``, ``nondetect`` …).
        trend_critical: critical values of Spearman's coefficient by number of periods, at 0.05
            and 0.01 (one-tailed); empty when the method has none.
        verified, source: how well the method is known.
    """

    id: str
    title_zh: str
    title_en: str
    edition: str
    media: tuple[str, ...]
    valid_from: date
    valid_to: date | None
    superseded_by: str
    reference_class: int
    keep_one_significant: bool
    averaging: Mapping[str, tuple[str, ...]]
    minima: tuple[Minimum, ...]
    nondetect: NondetectRule
    max_main_pollutants: int
    main_pollutants_worse_than: int
    min_places_for_shares: int
    items: Mapping[str, Item]
    clauses: Mapping[str, Clause]
    trend_critical: Mapping[int, tuple[float, float]]
    verified: str
    source: str

    @property
    def title(self) -> dict[str, str]:
        """Title in both languages, as a part of a ``Text``."""
        return {"zh": self.title_zh, "en": self.title_en}

    @property
    def assessed(self) -> tuple[str, ...]:
        """Indicators that can decide a class."""
        return tuple(code for code, item in self.items.items() if item.role == "assessed")

    @property
    def informs(self) -> tuple[str, ...]:
        """Indicators that are shown but never decide."""
        return tuple(code for code, item in self.items.items() if item.role == "informs")

    @property
    def priority(self) -> tuple[str, ...]:
        """Pollutants that are named first when they are over the limit."""
        return tuple(code for code, item in self.items.items() if item.priority > 0)

    def item(self, code: str) -> Item:
        """How an indicator is treated.

        Raises:
            UsageError: the method does not know the indicator.
        """
        if code not in self.items:
            raise UsageError(
                Text(
                    "{method} says nothing about {indicator} ({code}).",
                    {"method": self.id, "indicator": indicator(code).name, "code": code},
                ),
                why=Text("Without its digits a value cannot be rounded before comparison."),
                remedy=Text("Add a row to the method's items.csv, in a folder of your own."),
            )
        return self.items[code]

    def digits(self, code: str, *, hourly: bool = False) -> int:
        """Decimals to round an indicator to; ``hourly`` for single values of stations."""
        item = self.item(code)
        return item.hourly_digits if hourly and item.hourly_digits is not None else item.digits

    def mean_kind(self, code: str) -> str:
        """Kind of mean; indicators that the method does not know are averaged arithmetically."""
        return self.items[code].mean if code in self.items else "arithmetic"

    def minimum(self, period: str) -> Minimum | None:
        """Least number for a period, or ``None`` when the method sets none.

        Raises:
            UsageError: no such period.
        """
        if period not in PERIODS:
            raise unknown(Text("period"), period, PERIODS)
        return next((entry for entry in self.minima if entry.period == period), None)

    def clause(self, key: str) -> Clause:
        """A rule of the method by key.

        Raises:
            UsageError: no such rule.
        """
        if key not in self.clauses:
            raise unknown(Text("clause of {source}", {"source": self.id}), key, self.clauses)
        return self.clauses[key]

    def in_force(self, on: date) -> bool:
        """Whether the edition is in force on a day."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


def assessment_methods(*, extra: Sequence[Path] = ()) -> tuple[str, ...]:
    """Ids of all known methods."""
    return tuple(sorted(folders("method", extra)))


def load_method(method_id: str, *, extra: Sequence[str | Path] = ()) -> Method:
    """Load one edition of an assessment method.

    Args:
        method_id: ``hb2011-22``, ``hj442-2020``, ``hj442-2008`` …
        extra: further folders, as in ``load_standard``.

    Raises:
        UsageError: no method of that id; near misses are named.
        InputError: a table of the method is not whole.
    """
    known = folders("method", [Path(path) for path in extra])
    if method_id not in known:
        raise unknown(Text("method"), method_id, known)
    folder = known[method_id]
    stamp = tuple((file.name, file.stat().st_mtime_ns) for file in sorted(folder.iterdir()))
    return _load(folder, stamp)


@cache
def _load(folder: Path, stamp: tuple[tuple[str, int], ...]) -> Method:
    file = folder / "method.toml"
    head = read_toml(file, _KEYS)
    identity = str(head["id"])
    with whole(file):
        minima = tuple(_minimum(entry, file) for entry in head.get("minimum", ()))
        clauses = {key: _clause(key, entry, file) for key, entry in head["clauses"].items()}
        nondetect = _nondetect(head["nondetect"], file)
    return Method(
        id=identity,
        title_zh=head["title_zh"],
        title_en=head["title_en"],
        edition=head["edition"],
        media=tuple(head["media"]),
        valid_from=first_day_of(head, file),
        valid_to=day_of(head, "valid_to", file),
        superseded_by=head.get("superseded_by", ""),
        reference_class=head["reference_class"],
        keep_one_significant=head["keep_one_significant"],
        averaging=_averaging(head["averaging"], file),
        minima=minima,
        nondetect=nondetect,
        max_main_pollutants=head["max_main_pollutants"],
        main_pollutants_worse_than=head["main_pollutants_worse_than"],
        min_places_for_shares=head["min_places_for_shares"],
        items=_items(folder / "items.csv", identity),
        clauses=clauses,
        trend_critical=_spearman(folder / "spearman.csv"),
        verified=mark_of(head, file),
        source=head["source"],
    )


def _minimum(entry: Mapping[str, Any], file: Path) -> Minimum:
    for key in ("period", "of"):
        if entry[key] not in PERIODS:
            raise InputError(
                Text(
                    "{key} {value} of a minimum is no period.",
                    {"key": key, "value": repr(entry[key])},
                ),
                where=str(file),
                remedy=Text("Use one of {periods}.", {"periods": ", ".join(PERIODS)}),
            )
    mark = mark_of(entry, file)
    return Minimum(entry["period"], int(entry["count"]), entry["of"], entry["clause"], mark)


def _averaging(table: Mapping[str, Any], file: Path) -> Mapping[str, tuple[str, ...]]:
    missing = [period for period in PERIODS if period not in table]
    if missing:
        raise InputError(
            Text("The averaging lacks {periods}.", {"periods": ", ".join(missing)}),
            where=str(file),
            remedy=Text("Give the chain of steps for every period."),
        )
    return {period: tuple(table[period]) for period in PERIODS}


def _nondetect(table: Mapping[str, Any], file: Path) -> NondetectRule:
    rule = table.get("rule")
    if rule not in ("half", "half_or_quarter") or (rule == "half") != ("threshold" not in table):
        raise InputError(
            Text("The non-detect rule {rule} is not whole.", {"rule": repr(rule)}),
            where=str(file),
            remedy=Text('Use rule = "half", or "half_or_quarter" with a threshold.'),
        )
    return NondetectRule(rule, table.get("threshold"), table["clause"], mark_of(table, file))


def _clause(key: str, entry: Mapping[str, str], file: Path) -> Clause:
    text = {"zh": entry["text_zh"], "en": entry["text_en"]}
    return Clause(key, entry["clause"], text, mark_of(entry, file))


def _items(path: Path, identity: str) -> Mapping[str, Item]:
    items: dict[str, Item] = {}
    for row in read_csv(path, _ITEM_COLUMNS):
        code = indicator_of(row).code
        if row.text("method") != identity:
            raise row.fault(
                "method", Text("is not the method of its folder ('{id}')", {"id": identity})
            )
        if code in items:
            raise row.fault("code", Text("stands twice"))
        items[code] = Item(
            code=code,
            role=row.choice("role", ROLES),
            digits=row.integer("digits"),
            hourly_digits=row.integer("hourly_digits") if row.text("hourly_digits") else None,
            mean=row.choice("mean", MEANS),
            multiple=row.choice("multiple", ("yes", "no")) == "yes",
            priority=row.integer("priority"),
            clause=row.text("clause"),
            verified=row.verified(),
            note=row.text("note"),
        )
    return dict(items)


def _spearman(path: Path) -> Mapping[int, tuple[float, float]]:
    if not path.is_file():
        return {}
    rows = read_csv(path, ["method", "clause", "n", "critical_05", "critical_01", "verified"])
    return {
        row.integer("n"): (row.number_of("critical_05"), row.number_of("critical_01"))
        for row in rows
    }
