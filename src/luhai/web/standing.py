"""How does each place stand against its target in a year?

For the running year: what decides it, what the rest of the year must bring, and the chance to
attain. For a year that is over: attained or missed. The front page lists the places by this, worst
first; the place page shows one of them. Every number carries the id of the result that explains it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from luhai.assessment.likelihood import likelihood, percent
from luhai.plan.places import Place
from luhai.standards import Limit
from luhai.web import rules
from luhai.web.snapshot import Row, Snapshot
from luhai.web.words import science_language

RUNNING_GROUPS = ("unlikely", "beyond", "undecided", "missing", "within", "likely")
"""``beyond`` and ``within``: no outlook can be given, the class so far can."""
CLOSED_GROUPS = ("missed", "missing", "attained")


@dataclass(frozen=True)
class Chip:
    """A class as a mark, with the result that explains it."""

    mark: rules.ClassMark
    shape: str
    result_id: str
    description: str
    outside: bool = False


@dataclass(frozen=True)
class Deciding:
    """The indicator that decides, its mean and the target's limit, as text with digits and unit."""

    indicator: str
    name: str
    value: str
    unit: str
    limit: str
    comparison: str
    result_id: str


@dataclass(frozen=True)
class Rest:
    """What the remaining samples of the running year must keep on average."""

    value: str
    comparison: str
    remaining: int
    impossible: bool
    result_id: str


@dataclass(frozen=True)
class Probability:
    """Chance to attain, with its 90 % interval, as numbers 0–1 and as text in percent."""

    value: float
    low: float
    high: float
    text: str
    interval: str
    words: str
    result_id: str

    @property
    def bar(self) -> tuple[float, float, float]:
        """Left end and width of the interval, and the point, in percent of the bar."""
        return 100 * self.low, 100 * (self.high - self.low), 100 * self.value


@dataclass(frozen=True)
class Standing:
    """One place in one year."""

    place_id: str
    place: Place | None
    title: str
    subtitle: str
    district: str
    year: int
    chips: dict[int, Chip]
    target_class: int | None
    target_name: str
    group: str
    deciding: Deciding | None
    rest: Rest | None
    probability: Probability | None
    attainment_id: str
    enough: bool
    outside: bool

    @property
    def now(self) -> Chip:
        """The class of the year."""
        return self.chips[self.year]

    @property
    def name(self) -> str:
        """Title and subtitle in one."""
        return f"{self.title} {self.subtitle}".strip()


def names(place_id: str, place: Place | None) -> tuple[str, str]:
    """Title and subtitle of a place: what it is called, and what it is or lies on."""
    if place is None:
        return place_id, ""
    english = science_language() == "en"
    if place.id in (place.name_zh, place.name_en):
        title = place.name(science_language())
        gloss = place.name_zh if english and place.name_zh != title else ""
        return title, " ".join(filter(None, (place.water(science_language()), gloss)))
    gloss = place.name_zh if english and place.name_en and place.name_zh else ""
    return place.id, " ".join(filter(None, (place.name(science_language()), gloss)))


def standing(snapshot: Snapshot, place_id: str, year: int, years: Iterable[int] = ()) -> Standing:
    """How one place stands in one year.

    Args:
        snapshot: what the page is made from.
        place_id: the place.
        year: the year asked for.
        years: further years whose class is wanted beside it.
    """
    place = snapshot.place(place_id)
    title, subtitle = names(place_id, place)
    attained = snapshot.attainment.get((place_id, year))
    outlook = snapshot.outlook.get(place_id) if year == snapshot.running_year else None
    target_class = snapshot.target_class.get(place_id)
    standard = standard_id(snapshot, place_id)
    return Standing(
        place_id=place_id,
        place=place,
        title=title,
        subtitle=subtitle,
        district=snapshot.district(place.district) if place else "",
        year=year,
        chips={each: chip(snapshot, place_id, each) for each in {*years, year}},
        target_class=target_class,
        target_name=rules.class_mark(standard, target_class).name if target_class else "",
        group=_group(snapshot, target_class, attained, outlook, year),
        deciding=_deciding(snapshot, place_id, year, outlook, target_class),
        rest=_rest(outlook),
        probability=_probability(outlook),
        attainment_id=attained["result_id"] if attained else "",
        enough=bool(attained["enough"]) if attained and attained["enough"] is not None else True,
        outside=bool(attained and attained["scope"] == "outside_standard"),
    )


def standard_id(snapshot: Snapshot, place_id: str) -> str:
    """Standard by which a place is judged: of its latest annual class, else of its target."""
    for year in reversed(snapshot.years):
        row = snapshot.year_rows.get((place_id, year))
        if row is not None:
            return str(row["standard"])
    targets = snapshot.plan.place_targets if snapshot.plan else ()
    return next((target.standard for target in targets if target.place == place_id), "")


def shape_of(medium: str) -> str:
    """Shape of a place's mark: a circle at sea, a rounded square inland."""
    return "circle" if medium == "sea" else "square"


def chip(snapshot: Snapshot, place_id: str, year: int) -> Chip:
    """The class of a place in a year as a mark."""
    place = snapshot.place(place_id)
    row = snapshot.year_rows.get((place_id, year))
    if row is None:
        medium = place.medium if place else ""
        empty = rules.ClassMark(None, "–", _("no data"), "none")
        return Chip(empty, shape_of(medium), "", f"{year}: {empty.name}")
    mark = rules.class_mark(row["standard"], row["class"], _("not judged"))
    outside = row["scope"] == "outside_standard"
    description = f"{year}: {mark.name}"
    if outside:
        description = _("{class_} (outside the standard's scope: brackish)").format(
            class_=description
        )
    return Chip(mark, shape_of(row["medium"]), row["result_id"], description, outside)


def _group(
    snapshot: Snapshot,
    target_class: int | None,
    attained: Row | None,
    outlook: Row | None,
    year: int,
) -> str:
    if target_class is None:
        return "untargeted"
    if year == snapshot.running_year:
        if outlook is not None and outlook["probability"] is not None:
            return likelihood(outlook["probability"]).state
        if attained is None or attained["attains"] is None:
            return "missing"
        return "within" if attained["attains"] else "beyond"
    if attained is None or attained["attains"] is None:
        return "missing"
    return "attained" if attained["attains"] else "missed"


def _deciding(
    snapshot: Snapshot, place_id: str, year: int, outlook: Row | None, target_class: int | None
) -> Deciding | None:
    code = outlook["indicator"] if outlook else None
    if not code:
        row = snapshot.attainment.get((place_id, year)) or snapshot.year_rows.get((place_id, year))
        code = str(row["deciding"] or "").split(";")[0] if row else ""
    measured = snapshot.annual_indicators.get((place_id, year, code)) if code else None
    if measured is None or measured["mean_rounded"] is None:
        return None
    limit = (
        rules.find_limit(measured["standard"], code, target_class)
        if target_class is not None
        else None
    )
    text, comparison = limit_text(limit)
    return Deciding(
        indicator=code,
        name=rules.indicator_name(code),
        value=rules.number_text(measured["mean_rounded"], measured["digits"]),
        unit=rules.indicator_unit(code),
        limit=text,
        comparison=comparison,
        result_id=measured["result_id"],
    )


def limit_text(limit: Limit | None) -> tuple[str, str]:
    """A limit as printed, and the comparison that meets it (``≤``, ``≥``, ``>`` or empty)."""
    if limit is None or (limit.low is None and limit.high is None):
        return "", ""
    if rules.more_is_better(limit):
        return limit.printed, ">" if limit.strict else "≥"
    if limit.low is None:
        return limit.printed, "<" if limit.strict else "≤"
    return limit.printed, ""


def _rest(outlook: Row | None) -> Rest | None:
    if outlook is None or not outlook["remaining"] or outlook["required_mean"] is None:
        return None
    # Of a range (pH) the nearer end is what the rest of the year must keep.
    at_least = outlook["sense"] == "at_least" or (
        outlook["sense"] == "between" and outlook["required_mean"] == outlook["required_low"]
    )
    return Rest(
        value=str(outlook["required_shown"]).replace("-", rules.MINUS),
        comparison="≥" if at_least else "≤",
        remaining=round(outlook["remaining"]),
        impossible=not outlook["reachable"],
        result_id=outlook["result_id"],
    )


def _probability(outlook: Row | None) -> Probability | None:
    if outlook is None or outlook["probability"] is None:
        return None
    value = float(outlook["probability"])
    low, high = outlook["probability_low"], outlook["probability_high"]
    low = value if low is None else float(low)
    high = value if high is None else float(high)
    return Probability(
        value=value,
        low=low,
        high=high,
        text=f"{_percent(value)}%" if science_language() == "zh" else f"{_percent(value)} %",
        interval=f"{_whole_percent(low)}–{_whole_percent(high)}",
        words=likelihood(value).words.render(science_language()),
        result_id=outlook["result_id"],
    )


def _percent(value: float) -> str:
    """A probability in whole percent that does not round into a range with other words."""
    text = percent(value)
    if text.isdigit() and likelihood(int(text) / 100).id != likelihood(value).id:
        return str(int(text) + (1 if int(text) / 100 < value else -1))
    return text


def _whole_percent(share: float) -> int:
    """An end of an interval in whole percent; never 0 or 100, which no history can prove."""
    return min(max(round(100 * share), 1), 99)


def ranked(snapshot: Snapshot, year: int, years: Iterable[int] = ()) -> list[Standing]:
    """Every place with a target, worst first: by group, then by chance, then by class and name."""
    wanted = list(years)
    found = [
        standing(snapshot, place_id, year, wanted)
        for place_id in snapshot.place_ids
        if place_id in snapshot.target_class
    ]
    order = {name: number for number, name in enumerate((*RUNNING_GROUPS, *CLOSED_GROUPS))}

    def key(item: Standing) -> tuple[int, float, int, str]:
        chance = item.probability.value if item.probability else 2.0
        return order[item.group], chance, -(item.now.mark.number or 0), item.place_id

    return sorted(found, key=key)
