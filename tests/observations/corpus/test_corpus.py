"""Every odd and broken file of the corpus reads as its verdict says, value by value."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import pytest
from tests.observations.corpus.build import BUILDERS, build
from tests.observations.corpus.describe import COLUMNS, describe_file
from tests.observations.corpus.options import OPTIONS

from luhai.errors import InputError
from luhai.observations.reading import ReadResult, read_path

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


def _damaged(content: bytes, chance: random.Random) -> bytes:
    """A file with some bytes changed, lost or put in, or cut short."""
    damaged = bytearray(content)
    for _ in range(chance.choice([1, 2, 5, 20])):
        if not damaged:
            break
        place = chance.randrange(len(damaged))
        kind = chance.choice(["change", "change", "lose", "put in", "cut"])
        if kind == "change":
            damaged[place] = chance.randrange(256)
        elif kind == "lose":
            del damaged[place : place + chance.randrange(1, 30)]
        elif kind == "put in":
            damaged[place:place] = chance.choices(b'0123456789,."\n<>L-/ ', k=4)
        else:
            del damaged[place:]
    return bytes(damaged)


def _outcome(path: Path) -> tuple[list[ReadResult], str]:
    """What was read, or the file that a refusal names."""
    try:
        return list(read_path(path)), ""
    except InputError as error:
        return [], error.to_dict()["where"]


@pytest.mark.parametrize("file", [name for name in BUILDERS if "bomb" not in name])
def test_a_damaged_file_is_read_or_refused(tmp_path: Path, file: str) -> None:
    """Whatever happens to a file on its way, it never crashes the reader or loses a row."""
    chance = random.Random(file)
    content = BUILDERS[file]()
    for _ in range(4):
        path = tmp_path / file
        path.write_bytes(_damaged(content, chance))
        results, refused = _outcome(path)
        assert bool(refused) != bool(results)
        for result in results:
            assert result.rows == sum(
                result.count(state) for state in ("read", "repeated", "rejected")
            )
