"""Cells: every documented form, and what no cell may ever do."""

from __future__ import annotations

import csv
import math
from decimal import Decimal
from importlib import resources

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from luhai.observations.reading import parse_cell, parse_cells
from luhai.observations.reading.values import read_values
from luhai.observations.reading.words import markers


def _forms() -> list[dict[str, str]]:
    source = resources.files("luhai.observations") / "data" / "cell_forms.csv"
    return list(csv.DictReader(source.read_text(encoding="utf-8").splitlines()))


@pytest.mark.parametrize("form", _forms(), ids=lambda form: form["example"])
def test_documented_forms(form: dict[str, str]) -> None:
    cell = parse_cell(form["example"])
    meaning = {"censored": "number", "unit": "number"}.get(form["meaning"], form["meaning"])
    assert cell.meaning == meaning
    assert cell.value == (float(form["value"]) if form["value"] else None)
    assert cell.censored == form["censored"]
    assert cell.flag == form["flag"]
    assert bool(cell.unit) == (form["meaning"] == "unit")
    assert form["meaning_en"]
    assert form["meaning_zh"]


@pytest.mark.parametrize("kind", ["cell", "suffix", "prefix"])
def test_every_marker_means_what_its_table_says(kind: str) -> None:
    for text, (meaning, flag) in markers(kind).items():
        written = {"cell": text, "suffix": f"0.5{text}", "prefix": f"{text}0.5"}[kind]
        cell = parse_cell(written)
        if kind == "cell":
            assert cell.meaning == meaning
        else:
            assert (cell.meaning, cell.value) == ("number", 0.5)
            assert cell.censored == ("<" if meaning == "nondetect" else "")
        if flag:
            assert cell.flag == flag


@given(st.decimals(min_value="-1e6", max_value="1e6", allow_nan=False, places=6))
def test_a_written_decimal_is_read_to_the_last_bit(number: Decimal) -> None:
    text = str(number)
    assert parse_cell(text).value == float(text)
    assert parse_cell(f"<{abs(number)}").censored == ("<" if number != 0 else "")


@given(st.decimals(min_value="0.000001", max_value="1e6", allow_nan=False, places=6))
def test_full_width_reads_like_half_width(number: Decimal) -> None:
    text = f"{number:f}"
    wide = text.translate(str.maketrans("0123456789.", "０１２３４５６７８９．"))
    assert parse_cell(wide).value == float(text)
    assert parse_cell(f"＜{wide}").value == float(text)


@given(st.integers(min_value=1000, max_value=10**12))
def test_thousands_marks_only_in_threes(number: int) -> None:
    assert parse_cell(f"{number:,}").value == number
    assert parse_cell(f"{number // 10:,},{number % 10}").meaning == "unreadable"


@given(st.text(max_size=30))
def test_any_text_is_one_of_four_meanings(text: str) -> None:
    cell = parse_cell(text)
    assert cell.meaning in ("number", "nondetect", "missing", "unreadable")
    if cell.meaning == "number":
        assert cell.value is not None
        assert math.isfinite(cell.value)
        assert any(letter.isdigit() for letter in text), "a number has digits"
    else:
        assert cell.value is None
    if cell.meaning == "unreadable":
        assert cell.censored == ""


_PIECES = ["0", "1", "5", ".", ",", " ", "<", ">", "L", "E", "-", "+", "(", ")", "×10^", "²", "①"]


@given(st.lists(st.sampled_from(_PIECES), max_size=8).map("".join))
def test_the_fast_path_never_disagrees_with_the_parser(text: str) -> None:
    """Plain numbers are cast by the engine; the parser must say the same of each of them."""
    cell = parse_cell(text)
    read = read_values(pl.Series([text or None], dtype=pl.String), "w01010", "°C")
    value = read["value"][0]
    if cell.meaning == "number" and not cell.unit:
        assert value == cell.value
        assert read["censored"][0] == cell.censored
    else:
        assert value is None or read["code"][0] != ""


def test_whole_columns_keep_their_order() -> None:
    texts = ["0.5", "--", "<0.01", "x", ""]
    parsed = parse_cells(pl.Series(texts))
    assert parsed["text"].to_list() == texts
    assert parsed["value"].to_list() == [0.5, None, 0.01, None, None]


def test_further_missing_words_come_from_the_mapping() -> None:
    assert parse_cell("-999").value == -999
    assert parse_cell("-999", ("-999",)).meaning == "missing"
    read = read_values(pl.Series(["-999", "5"]), "w01010", "°C", missing=("-999",))
    assert read["value"].to_list() == [None, 5.0]
    assert read["present"].to_list() == [False, True]
