"""Clauses in both languages: no clause of any table leaves an English word on a Chinese page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from luhai.standards import assessment_methods, clause_text, load_method, load_standard, standards
from luhai.standards.formulas import FORMULAS
from luhai.standards.tables import DATA, read_csv

ENGLISH_WORD = re.compile(r"[a-z]{2,}")
"""Titles of standards (GB, HJ), COD and pH hold no two small letters in a row."""


def _of_tables() -> Iterator[str]:
    for file in sorted(DATA.rglob("*.csv")):
        header = file.read_text(encoding="utf-8").split("\n", 1)[0].split(",")
        if "clause" in header:
            for row in read_csv(file, ["clause"]):
                yield row.text("clause")


def _of_methods() -> Iterator[str]:
    for name in assessment_methods():
        method = load_method(name)
        yield method.nondetect.clause
        yield from (clause.clause for clause in method.clauses.values())
        yield from (minimum.clause for minimum in method.minima)
        yield from (item.clause for item in method.items.values())


def _of_standards() -> Iterator[str]:
    for name in standards():
        edition = load_standard(name)
        if edition.kind == "ambient":
            for code in edition.codes:
                yield from (limit.clause for limit in edition.limits_of(code))


def _all() -> list[str]:
    formulas = (formula.citation.clause for formula in FORMULAS.values())
    return sorted({*_of_tables(), *_of_methods(), *_of_standards(), *formulas, *BEYOND_THE_LAW})


BEYOND_THE_LAW = (
    "change by level",
    "change by shares",
    "seasonal Kendall test for trend",
    "median of the pairs' slopes, with its interval",
)
"""Clauses that the code itself cites."""


def test_there_are_clauses_of_every_kind() -> None:
    assert len(_all()) > 90


@pytest.mark.parametrize("clause", _all())
def test_no_clause_leaves_english_words_in_chinese(clause: str) -> None:
    words = clause_text(clause)
    assert words["en"] == clause
    assert ENGLISH_WORD.findall(words["zh"]) == []


def test_phrases_stand_beside_numbered_words() -> None:
    assert clause_text("HJ 442-2008, three cruises: spring, summer, autumn")["zh"] == (
        "HJ 442-2008 春、夏、秋三个航次"
    )
    assert clause_text("amendment of 2025-11-06, table 1")["zh"] == "2025-11-06 修改单 表1"


def test_a_folder_of_ones_own_brings_its_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clause = "local rule of the bay"
    assert clause_text(clause)["zh"] == clause
    (tmp_path / "clause_words.csv").write_text(f"english,chinese\n{clause},海湾地方规定\n", "utf-8")
    monkeypatch.setenv("LUHAI_STANDARDS", str(tmp_path))
    assert clause_text(clause)["zh"] == "海湾地方规定"
