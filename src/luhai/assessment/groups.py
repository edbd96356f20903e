"""How is a river, a district, a sea area, the city as a whole?

The yearly classes of the places are counted by class; the shares give the group's quality level by
the official rule (环办〔2011〕22号 for surface water, HJ 442 for the sea). A surface water with
fewer places than the method asks for (five) is not counted but averaged: each indicator over its
places, the means judged like one section. Main pollutants of a counted group are the indicators
with the largest share of places worse than the reference class; of an averaged one those of its
one section.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw
import polars as pl

from luhai.assessment.groups_mean import MeanSection, mean_section
from luhai.assessment.identity import result_id
from luhai.errors import InputError, UsageError
from luhai.standards import (
    Level,
    Method,
    dominant_text,
    level_of_class,
    level_of_shares,
    load_method,
    load_standard,
)
from luhai.text import N_, Text

if TYPE_CHECKING:
    from luhai.plan.places import Place, PlaceRegister

RULES = ("surface", "sea")
_MOST_CLASSES = 6

LACKS_OF_CLASSES = N_("The table of classes lacks: {missing}.")
LACKS_OF_INDICATORS = N_("The table of indicators lacks: {missing}.")

GROUP_SCHEMA: dict[str, Any] = {
    "result_id": pl.String,
    "group": pl.String,
    "group_en": pl.String,
    "group_kind": pl.String,
    "medium": pl.String,
    "year": pl.Int32,
    "rule": pl.String,
    "standard": pl.String,
    "method": pl.String,
    "basis": pl.String,
    **{f"share_{number}": pl.Float64 for number in range(1, _MOST_CLASSES + 1)},
    "level": pl.Int8,
    "level_name": pl.String,
    "level_name_en": pl.String,
    "level_colour": pl.String,
    "mean_class": pl.Int8,
    "deciding": pl.String,
    "places": pl.Int32,
    "unjudged": pl.Int32,
    "members": pl.String,
    "main_pollutants": pl.String,
    "main_pollutant_figures": pl.String,
}
"""Columns of a group table, see :func:`groups`."""

BASES = {
    "shares": N_("shares of classes of {places} places"),
    "mean": N_("means over {places} places, judged as one"),
    "single": N_("the class of its only place"),
    "unknown": N_("no level: fewer places than the rule counts, and no means to average"),
    "none": N_("no level: no place could be judged"),
}
"""How a group's level was found, as sentences."""


@dataclass(frozen=True)
class _Group:
    kind: str
    name: str
    name_en: str
    medium: str


def groups(
    classes: Any,
    register: PlaceRegister,
    rule: str | None = None,
    *,
    indicators: Any = None,
) -> pl.DataFrame:
    """Shares of classes and quality level per group and year.

    Args:
        classes: classes as :func:`luhai.assessment.assessing.assess` returns them; rows by year
            are used. ``place, time, standard, class`` are needed, ``by`` and ``method`` heeded.
        register: places with their water, district and medium.
        rule: only groups of this rule, ``surface`` or ``sea``; both when not given.
        indicators: yearly indicators of the same assessment, for main pollutants and for the means
            of groups with fewer places than the rule counts.

    Returns:
        One row per group and year, columns ``GROUP_SCHEMA``. ``group_kind`` is ``river``, ``lake``
        or ``sea_area`` (by the register's water), ``district`` or ``city``; ``basis`` one of
        ``BASES``; shares in percent of the judged places, the last one worse than the last class;
        ``places`` those judged, ``unjudged`` those without a class; ``main_pollutants`` codes and
        ``main_pollutant_figures`` their percent of places (or their multiples, where averaged),
        both joined by ``;``.

    Raises:
        InputError: a class of a place that the register does not know, or a column is missing.
        UsageError: no such rule.
    """
    if rule is not None and rule not in RULES:
        raise UsageError(
            Text("Unknown rule {rule!r}.", {"rule": rule}),
            remedy=Text("Use one of: {rules}.", {"rules": ", ".join(RULES)}),
        )
    table = _yearly(classes)
    means = None if indicators is None else _yearly_table(indicators, LACKS_OF_INDICATORS)
    rows = []
    for group, own_rule, members in _all_groups(table, register):
        if rule is not None and own_rule != rule:
            continue
        for (year,), part in members.sort("year", "place").group_by("year", maintain_order=True):
            rows.append(_row(group, own_rule, int(str(year)), part, means))
    frame = pl.DataFrame(rows, schema=GROUP_SCHEMA, orient="row")
    return frame.sort("rule", "group_kind", "group", "year")


def basis_text(basis: str, places: int) -> Text:
    """How a group's level was found, as a sentence."""
    return Text(BASES[basis], {"places": places})


def _yearly(classes: Any) -> pl.DataFrame:
    table = _yearly_table(classes, LACKS_OF_CLASSES)
    if table.select("place", "year", "standard").is_duplicated().any():
        raise InputError(
            Text("A place has two classes by one standard in one year."),
            why=Text("Each would count twice in the shares."),
        )
    return table


def _yearly_table(frame: Any, lacks: str) -> pl.DataFrame:
    table: pl.DataFrame = nw.from_native(frame, eager_only=True).to_polars()
    missing = [name for name in ("place", "time", "standard", "class") if name not in table.columns]
    if missing:
        raise InputError(Text(lacks, {"missing": ", ".join(missing)}))
    if "by" in table.columns:
        table = table.filter(pl.col("by") == "year")
    return table.with_columns(year=pl.col("time").cast(pl.String).str.slice(0, 4).cast(pl.Int32))


def _all_groups(
    table: pl.DataFrame, register: PlaceRegister
) -> Iterator[tuple[_Group, str, pl.DataFrame]]:
    names = table["place"].unique().sort().to_list()
    places = {name: register.get(name) or register.resolve(name) for name in names}
    unknown = [name for name, place in places.items() if place is None]
    if unknown:
        raise InputError(
            Text("The register has no place named: {unknown}.", {"unknown": ", ".join(unknown)}),
            why=Text("Its river and district are unknown, and the shares would miss it."),
            remedy=Text("Add it to the register of places, or leave it out of the table."),
        )
    rules = {
        standard: load_standard(standard).level_rule for standard in table["standard"].unique()
    }
    for own_rule in RULES:
        standards = [standard for standard, its in rules.items() if its == own_rule]
        members = table.filter(pl.col("standard").is_in(standards))
        known = {
            name: place
            for name in members["place"].unique().sort().to_list()
            if (place := places[name]) is not None
        }
        for group, chosen in _grouped(known, own_rule):
            yield group, own_rule, members.filter(pl.col("place").is_in(list(chosen)))


def _grouped(known: dict[str, Place], rule: str) -> Iterator[tuple[_Group, tuple[str, ...]]]:
    waters: dict[_Group, list[str]] = {}
    for name, place in known.items():
        kind = {"river": "river", "lake": "lake", "sea": "sea_area"}.get(place.medium)
        if kind and (place.water_zh or place.water_en):
            group = _Group(kind, place.water("zh"), place.water("en"), place.medium)
            waters.setdefault(group, []).append(name)
        if place.district:
            media = _medium(
                known, rule, [n for n, p in known.items() if p.district == place.district]
            )
            group = _Group("district", place.district, place.district, media)
            waters.setdefault(group, []).append(name)
    if known:
        waters[_Group("city", "", "", _medium(known, rule, known))] = list(known)
    for group, members in waters.items():
        yield group, tuple(members)


def _medium(known: dict[str, Place], rule: str, names: Iterable[str]) -> str:
    """The one medium of the places, or the rule's name where rivers and lakes stand together."""
    media = {known[name].medium for name in names}
    return media.pop() if len(media) == 1 else rule


def _row(
    group: _Group, rule: str, year: int, part: pl.DataFrame, means: pl.DataFrame | None
) -> dict[str, Any]:
    judged = part.filter(pl.col("class") > 0)
    edition = load_standard(part["standard"][0])
    method = _method(part, edition.default_method)
    places = judged.height
    row: dict[str, Any] = {
        "result_id": result_id("group", group.kind, group.name, rule, year),
        "group": group.name,
        "group_en": group.name_en,
        "group_kind": group.kind,
        "medium": group.medium,
        "year": year,
        "rule": rule,
        "standard": ";".join(part["standard"].unique().sort().to_list()),
        "method": method.id,
        "places": places,
        "unjudged": part.height - places,
        "members": ";".join(judged["place"].to_list()),
        "basis": "none",
        "main_pollutants": "",
        "main_pollutant_figures": "",
        "deciding": "",
    }
    if places:
        shares = class_shares(judged["class"].to_list(), edition.class_count + 1)
        row |= {f"share_{number}": share for number, share in enumerate(shares, start=1)}
        own = None if means is None else _of_places(means, judged, year)
        row |= _judged(rule, method, judged, shares, own)
    return {name: row.get(name) for name in GROUP_SCHEMA}


def _method(part: pl.DataFrame, default: str) -> Method:
    named = part["method"][0] if "method" in part.columns else None
    return load_method(named or default)


def class_shares(classes: Iterable[int], count: int) -> list[float]:
    """Percent of places in each class, ``count`` numbers, class 1 first.

    Raises:
        InputError: a class outside 1...count, or no class at all.
    """
    numbers = list(classes)
    if not numbers:
        raise InputError(Text("There is no class to take shares of."))
    strange = sorted({number for number in numbers if not 1 <= number <= count})
    if strange:
        raise InputError(
            Text("There is no class {number} here.", {"number": strange[0]}),
            remedy=Text("Use 1 to {count}.", {"count": count}),
        )
    return [100.0 * numbers.count(number) / len(numbers) for number in range(1, count + 1)]


def _of_places(means: pl.DataFrame, judged: pl.DataFrame, year: int) -> pl.DataFrame:
    own = judged.select("place", "standard")
    same_year = means.filter(pl.col("year") == year)
    return same_year.join(own, on=["place", "standard"], how="semi")


def _judged(
    rule: str,
    method: Method,
    judged: pl.DataFrame,
    shares: list[float],
    means: pl.DataFrame | None,
) -> dict[str, Any]:
    if judged.height >= method.min_places_for_shares:
        level = level_of_shares(rule, shares)
        return _level(level, "shares") | _counted_pollutants(means, method, judged.height)
    one_standard = judged["standard"].n_unique() == 1
    section = None
    if means is not None and one_standard:
        section = mean_section(means, load_standard(judged["standard"][0]), method)
    if judged.height == 1:
        number = int(judged["class"][0])
        return _level(level_of_class(rule, number), "single") | _section(section)
    if section is None or section.class_number == 0:
        # Shares of so few places are no official level, and means are not at hand.
        return {"basis": "unknown"}
    return (
        _level(level_of_class(rule, section.class_number), "mean")
        | {"mean_class": section.class_number}
        | _section(section)
    )


def _level(level: Level, basis: str) -> dict[str, Any]:
    return {
        "basis": basis,
        "level": level.number,
        "level_name": level.name_zh,
        "level_name_en": level.name_en,
        "level_colour": level.colour_light,
    }


def _section(section: MeanSection | None) -> dict[str, Any]:
    if section is None:
        return {}
    multiples = ("" if one is None else f"{one:.2f}" for one in section.multiples)
    return {
        "deciding": ";".join(section.deciding),
        "main_pollutants": ";".join(section.main_pollutants),
        "main_pollutant_figures": ";".join(multiples),
    }


def _counted_pollutants(means: pl.DataFrame | None, method: Method, places: int) -> dict[str, Any]:
    """Indicators by the share of places worse than the reference class, the largest first."""
    if means is None:
        return {}
    order = {code: position for position, code in enumerate(method.items)}
    over = (
        means.filter(
            (pl.col("class") > method.reference_class)
            & pl.col("indicator").is_in(list(method.assessed))
        )
        .group_by("indicator")
        .agg(share=100.0 * pl.col("place").n_unique() / places)
        .with_columns(order=pl.col("indicator").replace_strict(order, default=len(order)))
        .sort("share", "order", descending=[True, False])
        .head(method.max_main_pollutants)
    )
    return {
        "main_pollutants": ";".join(over["indicator"].to_list()),
        "main_pollutant_figures": ";".join(f"{share:.1f}" for share in over["share"].to_list()),
    }


def dominant(row: dict[str, Any]) -> Text | None:
    """The official wording of a group's dominant classes, from a row of the table, or ``None``."""
    edition = load_standard(str(row["standard"]).split(";")[0])
    shares = [row[f"share_{number}"] for number in range(1, edition.class_count + 2)]
    if any(share is None for share in shares):
        return None
    return dominant_text(edition, str(row["rule"]), shares)
