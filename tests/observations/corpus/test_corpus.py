"""Every odd and broken file of the corpus reads as its verdict says, value by value."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from tests.observations.corpus.build import BUILDERS, build
from tests.observations.corpus.describe import COLUMNS, describe_file
from tests.observations.corpus.options import OPTIONS

VERDICTS = Path(__file__).with_name("verdicts.csv")


def _verdicts() -> dict[tuple[str, str], list[dict[str, str]]]:
    found: dict[tuple[str, str], list[dict[str, str]]] = {}
    with VERDICTS.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            found.setdefault((row["file"], row["options"]), []).append(row)
    return found


CASES = _verdicts()


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    # The folder's name is part of a file's context and must say nothing about year or water.
    folder = tmp_path_factory.mktemp("files") / "corpus"
    build(folder)
    return folder


def test_the_corpus_is_whole() -> None:
    assert {file for file, _ in CASES} == set(BUILDERS)
    assert len(BUILDERS) >= 40


@pytest.mark.parametrize(("file", "options"), CASES, ids=lambda name: name or "-")
def test_file_reads_as_its_verdict_says(corpus: Path, file: str, options: str) -> None:
    found = [
        {column: row.get(column, "") for column in COLUMNS[2:]}
        for row in describe_file(corpus / file, OPTIONS[options])
    ]
    expected = [{column: row[column] for column in COLUMNS[2:]} for row in CASES[file, options]]
    assert found == expected
