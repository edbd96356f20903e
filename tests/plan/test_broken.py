"""However a plan's files are broken, it loads and is read, or is refused with where and what."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from plan_seeding import Seed

from luhai.errors import InputError
from luhai.plan import check_plan, coverage, load_plan

SPOILERS = (",", '"', "\n", "\x00", ";", ":", "0", "-", "é", "", "[", "9999", "\ufeff")


@pytest.mark.parametrize("number", range(120))
def test_a_spoilt_file_is_refused_or_read(seed: Seed, number: int) -> None:
    folder = seed("example-bay")
    chance = random.Random(number)
    path = chance.choice(sorted(folder.iterdir()))
    text = path.read_text(encoding="utf-8")
    at = chance.randrange(len(text))
    path.write_text(text[:at] + chance.choice(SPOILERS) + text[at + chance.randrange(3) :], "utf-8")
    refusal: InputError | None = None
    try:
        plan = load_plan(folder)
    except InputError as error:
        refusal = error
    if refusal is not None:
        where = refusal.to_dict("en")["where"]
        assert str(folder) in where or "places.csv, row " in where
        return
    assert len(coverage(plan)) == len(plan.paragraphs)
    for finding in check_plan(plan):
        assert finding.to_dict("zh")["message"]


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"PK\x03\x04", "题目".encode("gbk")])
def test_a_file_of_another_kind_is_refused(seed: Seed, content: bytes) -> None:
    folder = seed("example-bay")
    for path in sorted(Path(folder).iterdir()):
        kept = path.read_bytes()
        path.write_bytes(content)
        with pytest.raises(InputError, match=path.name.replace(".", r"\.")):
            load_plan(folder)
        path.write_bytes(kept)
