"""Why a number is what it is: one tree from the sentence down to the raw rows.

Every room explains its results with the same tree, so that the command line, a page, the API and a
report open the same explanation. A node states one step; its children are what the step rests on;
the leaves are raw rows of files.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from luhai.text import DEFAULT_LANGUAGE, Text

VERIFICATION_MARKS = ("V", "C", "M", "?")
"""V: seen in the source; C: reproduced by computation; M: from memory; ?: uncertain."""


@dataclass(frozen=True)
class Citation:
    """The rule that a step rests on.

    Attributes:
        standard: id of the standard or rule, e.g. ``gb3097-1997``.
        title: its official title.
        clause: clause, table and item, e.g. ``table 1, item 12``.
        verified: one of ``VERIFICATION_MARKS``; anything but V and C is shown as "to be verified".
        title_en: its title in English, empty where it has none of its own.
    """

    standard: str
    title: str
    clause: str
    verified: str
    title_en: str = ""

    def title_in(self, language: str) -> str:
        """Title in one language; the official one where it has none in that language."""
        return self.title_en if language == "en" and self.title_en else self.title

    def to_dict(self, language: str = DEFAULT_LANGUAGE) -> dict[str, str]:
        """Plain mapping for JSON, the title in one language."""
        return {
            "standard": self.standard,
            "title": self.title_in(language),
            "clause": self.clause,
            "verified": self.verified,
        }


@dataclass(frozen=True)
class RawRow:
    """A row of an imported file as it was written, with its neighbours.

    Attributes:
        file: name of the file as imported.
        file_hash: SHA-256 of its bytes.
        sheet: sheet or archive member, empty for a plain text file.
        row: row number as a spreadsheet counts, from 1.
        column: letter of the deciding column, empty when the row has several.
        header: the header cells of the sheet.
        cells: the cells as written, keyed by row number, the row itself and its neighbours.
    """

    file: str
    file_hash: str
    sheet: str
    row: int
    column: str
    header: tuple[str, ...] = ()
    cells: dict[int, tuple[str, ...]] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Plain mapping for JSON."""
        return {
            "file": self.file,
            "file_hash": self.file_hash,
            "sheet": self.sheet,
            "row": self.row,
            "column": self.column,
            "header": list(self.header),
            "cells": {str(number): list(cells) for number, cells in self.cells.items()},
        }


@dataclass(frozen=True)
class Why:
    """One step of an explanation.

    Attributes:
        kind: what the step is: ``result``, ``rule``, ``comparison``, ``formula``, ``mean``,
            ``sample``, ``value``, ``row``, ``left_out``, ``version``, ``note``.
        statement: the step in one sentence.
        detail: a second, smaller line, or ``None``.
        value: the number of the step as text with the standard's digits, empty when it has none.
        unit: its unit, empty when it has none.
        citation: the rule it rests on, or ``None``.
        formula: the formula with the numbers put in, empty when there is none.
        row: the raw row, for leaves of kind ``row``.
        result_id: id of the result this step explains, empty when it is not a result of its own.
        children: what the step rests on, the deciding one first.
    """

    kind: str
    statement: Text
    detail: Text | None = None
    value: str = ""
    unit: str = ""
    citation: Citation | None = None
    formula: str = ""
    row: RawRow | None = None
    result_id: str = ""
    children: tuple[Why, ...] = ()

    def walk(self) -> Iterator[Why]:
        """This step and all below it, depth first."""
        yield self
        for child in self.children:
            yield from child.walk()

    def to_dict(self, language: str = DEFAULT_LANGUAGE) -> dict[str, Any]:
        """Plain mapping for JSON, rendered in one language."""
        return {
            "kind": self.kind,
            "statement": self.statement.render(language),
            "detail": self.detail.render(language) if self.detail else "",
            "value": self.value,
            "unit": self.unit,
            "citation": self.citation.to_dict(language) if self.citation else None,
            "formula": self.formula,
            "row": self.row.to_dict() if self.row else None,
            "result_id": self.result_id,
            "children": [child.to_dict(language) for child in self.children],
        }
