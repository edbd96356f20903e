"""Which clause does a step of an assessment rest on, and how well is it known?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from luhai.errors import UsageError
from luhai.standards.editions import load_standard, standards
from luhai.standards.limits import Standard
from luhai.standards.methods import Method, assessment_methods, load_method
from luhai.standards.tables import by_key, per_environment, read_tables, unknown
from luhai.text import Text
from luhai.why import Citation


class Cited(Protocol):
    """A row that says where it stands and how well it is known."""

    @property
    def clause(self) -> str: ...

    @property
    def verified(self) -> str: ...


def citation(
    source: str | Standard | Method, row: str | Cited, *, extra: Sequence[str | Path] = ()
) -> Citation:
    """Citation of a row of the law.

    Args:
        source: a standard or method, or its id.
        row: the row itself (a limit, an item, a minimum, a non-detect rule …); or the key of a
            rule of a method (``rounding``); or the code of an indicator.
        extra: further folders, as in ``load_standard``.

    Raises:
        UsageError: neither such a source nor such a row exists.
    """
    edition = _source(source, extra) if isinstance(source, str) else source
    cited = _row(edition, row) if isinstance(row, str) else row
    return Citation(
        standard=edition.id,
        title=f"{edition.edition} {edition.title_zh}",
        clause=cited.clause,
        verified=cited.verified,
        title_en=f"{edition.edition} {edition.title_en}",
    )


def english_title(source: str) -> str:
    """Edition and English title of a standard or method by id; empty for other sources."""
    if source in standards() or source in assessment_methods():
        edition = _source(source, ())
        return f"{edition.edition} {edition.title_en}"
    return ""


def _source(name: str, extra: Sequence[str | Path]) -> Standard | Method:
    paths = [Path(path) for path in extra]
    if name in standards(extra=paths):
        return load_standard(name, extra=paths)
    if name in assessment_methods(extra=paths):
        return load_method(name, extra=paths)
    raise unknown(
        Text("standard or method"),
        name,
        (*standards(extra=paths), *assessment_methods(extra=paths)),
    )


def _row(edition: Standard | Method, name: str) -> Cited:
    if isinstance(edition, Method):
        if name in edition.clauses:
            return edition.clauses[name]
        if name in edition.items:
            return edition.items[name]
        kind = Text("clause of {source}", {"source": edition.id})
        raise unknown(kind, name, (*edition.clauses, *edition.items))
    rows = edition.limits_of(name)
    if not rows:
        raise UsageError(
            Text("{standard} sets no limit on '{code}'.", {"standard": edition.id, "code": name}),
            remedy=Text("It judges {codes}.", {"codes": ", ".join(edition.codes)}),
        )
    return rows[0]


_CLAUSE_WORDS = (
    (re.compile(r"\btables? (\w+)"), r"表\1"),
    (re.compile(r"\bitems? (\d+)"), r"第\1项"),
    (re.compile(r"\bclauses? ([\d.]+)"), r"第\1条"),
    (re.compile(r"\bannex ([A-Z])\b"), r"附录\1"),
    (re.compile(r"\brules? (\d+)"), r"第\1条"),
    (re.compile(r"\bgroup (\d+)"), r"第\1类污染物"),
    (re.compile(r"\bamendment of ([\d-]+)"), r"\1 修改单"),
    (re.compile(r"; "), "；"),
    (re.compile(r", "), " "),
)
"""Words that carry a number; those that carry none are rows of ``data/clause_words.csv``."""


@per_environment
def _clause_phrases() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Names of clauses, longest first, so that no phrase is cut by a shorter one in it."""
    rows = by_key(read_tables("clause_words.csv", ["english", "chinese"]), "english")
    longest_first = sorted(rows, key=len, reverse=True)
    return tuple(
        (re.compile(rf"(?<!\w){re.escape(words)}(?!\w)"), rows[words].text("chinese"))
        for words in longest_first
    )


def clause_text(clause: str) -> dict[str, str]:
    """A clause in both languages: ``table 1, item 12`` is ``表1 第12项``.

    Words that the table of clauses lacks stay as they are written.
    """
    chinese = clause
    for pattern, words in (*_clause_phrases(), *_CLAUSE_WORDS):
        chinese = pattern.sub(words, chinese)
    return {"zh": chinese, "en": clause}
