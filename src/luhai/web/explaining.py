"""The explanation of a result as a page can show it: the tree with its one open path.

The tree itself comes from ``luhai.assessment.why``; here it gets what a reader on a screen needs:
which steps lie on the way to the deciding raw row (they are open at first), and a fold for all
children beyond the seventh.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, replace

from django.http import HttpRequest
from django.utils.translation import gettext as _

from luhai.assessment.why import explain
from luhai.errors import LuhaiError
from luhai.observations.reading.words import column_letter
from luhai.standards import clause_text
from luhai.text import Text
from luhai.web.snapshot import Snapshot
from luhai.web.words import science_language
from luhai.why import Citation, RawRow, Why

SHOWN_CHILDREN = 7
SHOWN_COLUMNS = 6
KEY_COLUMNS = 3
"""Columns at the left of a sheet that tell which row it is: place, time, layer as a rule."""
VERIFIED = ("V", "C")


@dataclass(frozen=True)
class Sheet:
    """A row of a file between its neighbours, cut down to what fits beside a page.

    Attributes:
        columns: letter and heading of each column shown, and whether it is the deciding one.
        lines: row number, the cells of these columns, and whether it is the row meant.
        cut: whether columns were left out.
    """

    columns: tuple[tuple[str, str, bool], ...]
    lines: tuple[tuple[int, tuple[str, ...], bool], ...]
    cut: bool


@dataclass(frozen=True)
class Step:
    """One step of an explanation, in the page's language.

    ``rule`` and ``clause`` are those of the citation in words of the page's language.
    ``side`` says that it lies off the way to the deciding row and may start closed; ``result_id``
    is that of a result of its own, which opens its own explanation.
    """

    kind: str
    statement: str
    detail: str
    citation: Citation | None
    rule: str
    clause: str
    verified: bool
    formula: str
    row: RawRow | None
    sheet: Sheet | None
    result_id: str
    children: tuple[Step, ...]
    side: bool
    position: int
    siblings: int


@dataclass(frozen=True)
class Explanation:
    """What the panel and the page show of one result."""

    result_id: str
    title: str
    value: str
    unit: str
    root: Step | None
    steps: tuple[Step, ...]
    refusal: dict[str, str] | None = None


_lock = threading.Lock()
_kept: OrderedDict[tuple[str, str, str], Why] = OrderedDict()
_KEPT_AT_MOST = 256


def tree(state: Snapshot, result_id: str) -> Why:
    """The explanation of a result; kept, because a result of one run never changes.

    Raises:
        NotFoundError: no run holds the result.
    """
    run = state.run
    key = (
        str(state.workspace.root),
        f"{run.id}{run.manifest.get('created')}" if run else "",
        result_id,
    )
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    found = explain(state.workspace, result_id)
    with _lock:
        _kept[key] = found
        while len(_kept) > _KEPT_AT_MOST:
            _kept.popitem(last=False)
    return found


def explained(state: Snapshot, result_id: str) -> Explanation:
    """The explanation of a result, ready to be shown."""
    why = tree(state, result_id)
    language = science_language()
    root = _step(why, language, on_path=True, position=1, siblings=1)
    return Explanation(
        result_id=result_id,
        title=root.statement,
        value=why.value,
        unit=why.unit,
        root=root,
        steps=root.children or (root,),
    )


def explanation(request: HttpRequest, state: Snapshot) -> Explanation | None:
    """The explanation that this page's address asks for (``?why=ID``), or ``None``.

    An id that leads nowhere does not take the page away: the panel says so.
    """
    result_id = request.GET.get("why", "")
    if not result_id:
        return None
    try:
        return explained(state, result_id)
    except LuhaiError as error:
        refusal = error.to_dict(science_language())
        return Explanation(result_id, refusal["what"], "", "", None, (), refusal=refusal)


def _leads_to_row(why: Why) -> bool:
    return any(step.row is not None for step in why.walk())


def _step(why: Why, language: str, *, on_path: bool, position: int, siblings: int) -> Step:
    children = _folded(why.children)
    open_child = next((n for n, child in enumerate(children) if _leads_to_row(child)), -1)
    citation = why.citation
    return Step(
        kind=why.kind,
        statement=why.statement.render(language),
        detail=why.detail.render(language) if why.detail else "",
        citation=citation,
        rule=citation.title_in(language) if citation else "",
        clause=clause_text(citation.clause)[language] if citation else "",
        verified=citation is None or citation.verified in VERIFIED,
        formula=why.formula,
        row=why.row,
        sheet=_sheet(why.row),
        result_id=why.result_id,
        children=tuple(
            _step(
                child,
                language,
                on_path=on_path and number == open_child,
                position=number + 1,
                siblings=len(children),
            )
            for number, child in enumerate(children)
        ),
        side=not on_path,
        position=position,
        siblings=siblings,
    )


def _folded(children: tuple[Why, ...]) -> tuple[Why, ...]:
    """Children beyond the seventh go into one step of their own."""
    if len(children) <= SHOWN_CHILDREN + 1:
        return children
    rest = children[SHOWN_CHILDREN:]
    words = Text("{message}", {"message": _("the other {n}").format(n=len(rest))})
    # The fold is a step like any other, so that the keyboard walks it in the same way.
    fold = replace(rest[0], kind="note", statement=words, detail=None, value="", unit="")
    fold = replace(fold, citation=None, formula="", row=None, result_id="", children=rest)
    return (*children[:SHOWN_CHILDREN], fold)


def _sheet(row: RawRow | None) -> Sheet | None:
    """The columns that tell which row it is, and the deciding one."""
    if row is None or not row.cells:
        return None
    width = max(len(row.header), *(len(cells) for cells in row.cells.values()))
    letters = [column_letter(index) for index in range(width)]
    deciding = letters.index(row.column) if row.column in letters else None
    shown = list(range(width))
    if width > SHOWN_COLUMNS:
        first = range(KEY_COLUMNS if deciding is not None else SHOWN_COLUMNS)
        shown = sorted({*first, *([deciding] if deciding is not None else [])})
    return Sheet(
        columns=tuple(
            (letters[index], _cell(row.header, index), index == deciding) for index in shown
        ),
        lines=tuple(
            (number, tuple(_cell(cells, index) for index in shown), number == row.row)
            for number, cells in sorted(row.cells.items())
        ),
        cut=len(shown) < width,
    )


def _cell(cells: tuple[str, ...], index: int) -> str:
    return cells[index] if index < len(cells) else ""
