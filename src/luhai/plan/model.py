"""What is a plan made of?

One frozen dataclass per record kind, with the columns of ``data/attributes.csv`` as its fields (a
test holds the two together), and :class:`Plan`, which ties them to the plan's own text. A record
says which words of which paragraph it rests on (``paragraph``, ``quote``); :meth:`Plan.span` finds
them, so that a page can mark them and a coverage report can count them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from luhai.errors import UsageError
from luhai.plan.places import PlaceRegister, pick
from luhai.text import DEFAULT_LANGUAGE, Text

ELLIPSIS = "…"


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of the plan as issued, misprints and all.

    Attributes:
        id: its address: section and number, e.g. ``measure-6.4``; a heading has no number.
        text: its words.
        line: line of ``document.txt``.
    """

    id: str
    text: str
    line: int

    @property
    def section(self) -> str:
        """Section it stands in, e.g. ``measure-6``."""
        return self.id.rsplit(".", 1)[0]


@dataclass(frozen=True)
class Span:
    """Characters ``start`` up to ``end`` (exclusive) of a paragraph."""

    paragraph: str
    start: int
    end: int


@dataclass(frozen=True)
class Titled:
    """A record with a title in one or two languages."""

    title_zh: str
    title_en: str

    def title(self, language: str = DEFAULT_LANGUAGE) -> str:
        """Title in one language, else in the other."""
        return pick(language, self.title_zh, self.title_en)


@dataclass(frozen=True)
class Named:
    """A record with a name in one or two languages."""

    name_zh: str
    name_en: str

    def name(self, language: str = DEFAULT_LANGUAGE) -> str:
        """Name in one language, else in the other."""
        return pick(language, self.name_zh, self.name_en)

    @property
    def names(self) -> dict[str, str]:
        """Both names, as a part of a :class:`luhai.text.Text`."""
        return {"zh": self.name("zh"), "en": self.name("en")}


@dataclass(frozen=True)
class Chapter(Titled):
    """A chapter of the plan."""

    id: str
    paragraph: str
    source: str = field(default="", compare=False)


@dataclass(frozen=True)
class Measure(Titled):
    """A numbered measure."""

    id: str
    chapter: str
    paragraph: str
    source: str = field(default="", compare=False)


@dataclass(frozen=True)
class Task(Titled):
    """A task inside a measure: the smallest part with departments of its own."""

    id: str
    measure: str
    paragraph: str
    quote: str
    source: str = field(default="", compare=False)


@dataclass(frozen=True)
class Action:
    """One thing that a task asks to be done, in the plan's own words (``quote``)."""

    id: str
    task: str
    kind: str
    summary_zh: str
    summary_en: str
    paragraph: str
    quote: str
    source: str = field(default="", compare=False)


@dataclass(frozen=True)
class Duty:
    """A department's part in a task; ``task`` is empty for a part in every task."""

    task: str
    department: str
    role: str
    scope_zh: str
    scope_en: str
    paragraph: str
    quote: str
    source: str = field(default="", compare=False)

    def scope(self, language: str = DEFAULT_LANGUAGE) -> str:
        """Share of the task to which the plan limits the duty, empty when it does not."""
        return pick(language, self.scope_zh, self.scope_en)


@dataclass(frozen=True)
class Department(Named):
    """A department, with every name by which the plan calls it."""

    id: str
    level: str
    spellings: tuple[str, ...]
    other_forms: tuple[str, ...]
    source: str = field(default="", compare=False)


@dataclass(frozen=True)
class Succession:
    """Who took over a department's work, or one matter of it, and since when."""

    department: str
    matter_zh: str
    matter_en: str
    successor_zh: str
    successor_en: str
    valid_from: str
    verified: str
    note: str
    source: str = field(default="", compare=False)

    def successor(self, language: str = DEFAULT_LANGUAGE) -> str:
        """Name of the successor."""
        return pick(language, self.successor_zh, self.successor_en)

    def matter(self, language: str = DEFAULT_LANGUAGE) -> str:
        """Matter handed over, empty for the whole of the work."""
        return pick(language, self.matter_zh, self.matter_en)


@dataclass(frozen=True)
class District(Named):
    """A district that the plan holds responsible."""

    id: str
    kind: str
    aliases: tuple[str, ...]
    source: str = field(default="", compare=False)


@dataclass(frozen=True)
class Deadline(Named):
    """By when, from when or how often something is due."""

    id: str
    task: str
    kind: str
    start: date | None
    end: date | None
    recurrence: str
    due: str
    paragraph: str
    quote: str
    source: str = field(default="", compare=False)


@dataclass(frozen=True)
class Quantity(Named):
    """Something that targets promise; ``present`` is in ``unit``, ``None`` when unstated."""

    id: str
    unit: str
    part_of: str
    better: str
    present: float | None
    present_year: int | None
    source: str = field(default="", compare=False)


@dataclass(frozen=True)
class Target:
    """One statement of a promise: quantity, comparison, value with unit, year.

    A statement that repeats another one names it in ``restates``.
    """

    id: str
    quantity: str
    comparison: str
    value: float | None
    unit: str
    year: int | None
    restates: str
    task: str
    paragraph: str
    quote: str
    source: str = field(default="", compare=False)


@dataclass(frozen=True)
class Mechanism(Named):
    """A register, scheme, mechanism or platform that the plan wants to exist."""

    id: str
    kind: str
    task: str
    paragraph: str
    quote: str
    source: str = field(default="", compare=False)


@dataclass(frozen=True)
class Reference(Titled):
    """A law, policy, plan or standard that the plan cites."""

    id: str
    kind: str
    number: str
    paragraph: str
    quote: str
    source: str = field(default="", compare=False)


@dataclass(frozen=True)
class PlaceTarget:
    """What the plan promises for a place, beside its state by year (class numbers)."""

    place: str
    annex: str
    district: str
    standard: str
    status: dict[int, int]
    target_class: int
    year: int
    attainment_year: int | None
    scheme_required: bool | None
    control: str
    paragraph: str
    quote: str
    source: str = field(default="", compare=False)

    @property
    def present(self) -> tuple[int, int] | None:
        """Latest year of the state and its class, ``None`` when the plan gives none."""
        return max(self.status.items()) if self.status else None


@dataclass(frozen=True)
class Annex(Titled):
    """An annex, with the paragraphs that name it."""

    id: str
    paragraphs: tuple[str, ...]
    source: str = field(default="", compare=False)


@dataclass(frozen=True)
class Note:
    """A definition or note under the annexes."""

    id: str
    term_zh: str
    term_en: str
    paragraph: str
    quote: str
    source: str = field(default="", compare=False)

    def term(self, language: str = DEFAULT_LANGUAGE) -> str:
        """Term or subject of the note."""
        return pick(language, self.term_zh, self.term_en)


@dataclass(frozen=True)
class Count:
    """A number of things that the text states, and what it counts."""

    id: str
    value: int
    counted: str
    scope: str
    paragraph: str
    quote: str
    source: str = field(default="", compare=False)


@dataclass(frozen=True)
class Context:
    """A paragraph that needs no record, and why."""

    paragraph: str
    reason_zh: str
    reason_en: str
    source: str = field(default="", compare=False)

    def reason(self, language: str = DEFAULT_LANGUAGE) -> str:
        """Why the paragraph needs no record."""
        return pick(language, self.reason_zh, self.reason_en)


Anchored = (
    Task | Action | Duty | Deadline | Target | Mechanism | Reference | PlaceTarget | Note | Count
)
"""Records that rest on words of a paragraph."""

_Keyed = TypeVar("_Keyed", Chapter, Measure, Task, Department, District, Quantity, Target, Annex)


@dataclass(frozen=True)
class Plan:
    """A city's plan: its text, its records and its places.

    Attributes:
        folder: where it was read from.
        id: key of the plan.
        edition: which version of the document this is.
        title_zh, title_en: its title.
        city_zh, city_en: whose plan it is.
        language: language of the document, ``zh`` or ``en``.
        period_start, period_end: the years in which it is carried out.
        note: what a reader must know about this edition.
        paragraphs: the text as issued.
        places: register of the places that its tables name.
    """

    folder: Path
    id: str
    edition: str
    title_zh: str
    title_en: str
    city_zh: str
    city_en: str
    language: str
    period_start: date
    period_end: date
    note: str
    paragraphs: tuple[Paragraph, ...]
    places: PlaceRegister
    chapters: tuple[Chapter, ...]
    measures: tuple[Measure, ...]
    tasks: tuple[Task, ...]
    actions: tuple[Action, ...]
    departments: tuple[Department, ...]
    successions: tuple[Succession, ...]
    districts: tuple[District, ...]
    duties: tuple[Duty, ...]
    deadlines: tuple[Deadline, ...]
    quantities: tuple[Quantity, ...]
    targets: tuple[Target, ...]
    mechanisms: tuple[Mechanism, ...]
    references: tuple[Reference, ...]
    annexes: tuple[Annex, ...]
    place_targets: tuple[PlaceTarget, ...]
    notes: tuple[Note, ...]
    counts: tuple[Count, ...]
    contexts: tuple[Context, ...]

    def title(self, language: str = DEFAULT_LANGUAGE) -> str:
        """Title of the plan."""
        return pick(language, self.title_zh, self.title_en)

    def city(self, language: str = DEFAULT_LANGUAGE) -> str:
        """City of the plan."""
        return pick(language, self.city_zh, self.city_en)

    @cached_property
    def _paragraphs(self) -> dict[str, Paragraph]:
        return {paragraph.id: paragraph for paragraph in self.paragraphs}

    def paragraph(self, paragraph_id: str) -> Paragraph:
        """A paragraph by its address.

        Raises:
            UsageError: the plan has no such paragraph.
        """
        if paragraph_id not in self._paragraphs:
            raise UsageError(
                Text("The plan has no paragraph '{paragraph}'.", {"paragraph": paragraph_id}),
                where=self.id,
            )
        return self._paragraphs[paragraph_id]

    def measure(self, measure_id: str) -> Measure:
        """A measure by its number."""
        return _by_id(self.measures, measure_id)

    def task(self, task_id: str) -> Task:
        """A task by its number."""
        return _by_id(self.tasks, task_id)

    def department(self, department_id: str) -> Department:
        """A department by its key."""
        return _by_id(self.departments, department_id)

    def quantity(self, quantity_id: str) -> Quantity:
        """A quantity by its key."""
        return _by_id(self.quantities, quantity_id)

    def tasks_of(self, measure_id: str) -> tuple[Task, ...]:
        """Tasks of a measure, in order."""
        return tuple(task for task in self.tasks if task.measure == measure_id)

    def actions_of(self, task_id: str) -> tuple[Action, ...]:
        """Actions of a task, in order."""
        return tuple(action for action in self.actions if action.task == task_id)

    def duties_of(self, task_id: str, role: str | None = None) -> tuple[Duty, ...]:
        """Duties in a task, optionally of one role; duties in every task are left out."""
        return tuple(
            duty
            for duty in self.duties
            if duty.task == task_id and (role is None or duty.role == role)
        )

    def deadlines_of(self, task_id: str) -> tuple[Deadline, ...]:
        """Deadlines of a task."""
        return tuple(deadline for deadline in self.deadlines if deadline.task == task_id)

    def promises(self) -> tuple[Target, ...]:
        """The targets, each once: without the statements that repeat another one."""
        return tuple(target for target in self.targets if not target.restates)

    def successions_of(self, department_id: str) -> tuple[Succession, ...]:
        """Who took over a department's work."""
        return tuple(item for item in self.successions if item.department == department_id)

    def span(self, record: Anchored) -> Span | None:
        """Where the record's words stand.

        ``None`` when its paragraph no longer holds them, and for a task without a heading.
        """
        text = self.paragraph(record.paragraph).text
        if isinstance(record, Task) and not record.quote:
            return None
        # Lead and participating departments stand at the end of a paragraph, and their names may
        # occur before.
        found = (
            find_last(text, record.quote)
            if isinstance(record, Duty)
            else find_quote(text, record.quote)
        )
        return Span(record.paragraph, *found) if found else None

    def words(self, record: Anchored) -> str:
        """The record's words as written, with those that its quote leaves out; may be empty."""
        span = self.span(record)
        if span is None:
            return ""
        return self.paragraph(span.paragraph).text[span.start : span.end]


def find_quote(text: str, quote: str) -> tuple[int, int] | None:
    """Where a quote stands in a text.

    Args:
        text: the paragraph.
        quote: its words; ``…`` stands for words left out; empty means the whole paragraph.

    Returns:
        First and last (exclusive) character, or ``None`` when the quote is not there.
    """
    pieces = [piece for piece in quote.split(ELLIPSIS) if piece]
    if not pieces:
        return 0, len(text)
    start = text.find(pieces[0])
    if start < 0:
        return None
    end = start + len(pieces[0])
    for piece in pieces[1:]:
        found = text.find(piece, end)
        if found < 0:
            return None
        end = found + len(piece)
    return start, end


def find_last(text: str, words: str) -> tuple[int, int] | None:
    """Where words stand for the last time in a text, ``None`` when they do not."""
    start = text.rfind(words)
    return (start, start + len(words)) if start >= 0 else None


def _by_id(records: tuple[_Keyed, ...], wanted: str) -> _Keyed:
    for record in records:
        if record.id == wanted:
            return record
    raise UsageError(Text("The plan has no record with id '{id}'.", {"id": wanted}))
