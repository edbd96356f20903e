"""A row that broken quotation marks tore apart is rejected, and makes no place of its own."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from luhai.observations.reading import read_path
from luhai.observations.reading.account import LONGEST_TEXT
from luhai.observations.reading.places import LONGEST_NAME, PlaceReader
from luhai.observations.reading.result import ReadResult

HEADER = "place,time,w21003(mg/L),w21011(mg/L)\n"


def read(path: Path, text: str) -> ReadResult:
    path.write_text(HEADER + text, encoding="utf-8")
    (result,) = read_path(path)
    assert result.rows == sum(result.count(state) for state in ("read", "repeated", "rejected"))
    return result


def test_a_line_break_inside_quotes_beside_a_stray_quote(tmp_path: Path) -> None:
    result = read(
        tmp_path / "river.csv",
        'A,2020-01-05,0.5,0.1\n"A\nB",2020-01-06,0.6,0.1\nC,2020-01-07,0.7"",0.1"\nD,2020-01-08,0.8,0.1\n',
    )
    assert result.observations["place"].unique().sort().to_list() == ["A", "D"]
    rejected = result.rejects.select("row", "reason").rows()
    assert (4, "place_quotation") in rejected
    assert set(result.rejects["row"]) == {3, 4, 5}


def test_quotes_that_pair_keep_a_name_with_a_line_break_or_a_quoted_word(tmp_path: Path) -> None:
    result = read(
        tmp_path / "river.csv",
        '"A\nB",2020-01-05,0.5,0.1\n"the ""old"" weir",2020-01-05,0.5,0.1\n',
    )
    assert result.rejects.is_empty()
    assert result.observations["place"].n_unique() == 2


@pytest.mark.parametrize(("length", "taken"), [(LONGEST_NAME, True), (LONGEST_NAME + 1, False)])
def test_a_name_is_no_longer_than_a_name(length: int, taken: bool) -> None:
    reading = PlaceReader(None, None).read("甲" * length)
    assert (reading.place == "甲" * length) is taken
    assert reading.problem == ("" if taken else "place_too_long")


def test_a_text_of_200_000_letters_is_rejected_and_cut_in_the_account(tmp_path: Path) -> None:
    result = read(
        tmp_path / "river.csv", f"{'A' * 200_000},2020-01-05,0.5,0.1\nB,2020-01-05,0.5,0.1\n"
    )
    assert result.observations["place"].unique().to_list() == ["B"]
    reject = result.rejects.row(0, named=True)
    assert (reject["row"], reject["reason"]) == (2, "place_too_long")
    assert reject["value_text"] == "A" * LONGEST_TEXT + "…"
    assert result.rejects["message"].str.len_chars().max() < 2 * LONGEST_TEXT  # type: ignore[operator]
    assert result.rejects.filter(pl.col("row") == 3).is_empty()
