"""The account of a file: every row in one state, every refusal with a sentence."""

from __future__ import annotations

import csv
import io
from importlib import resources
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.observations.corpus.build import BUILDERS, MEMBER, zipped

from luhai.errors import NotFoundError
from luhai.observations.reading import REASONS, ReadOptions, parse_cell, raw_rows, read_path
from luhai.observations.reading.reasons import SENTENCES
from luhai.observations.schema import OBSERVATION_SCHEMA, REJECT_SCHEMA
from luhai.standards import indicator

HEADER = ["断面名称", "监测时间", "pH(无量纲)", "氨氮(mg/L)"]
_PLACES = st.sampled_from(["甲", "乙", "", "--"])
_TIMES = st.sampled_from(["2020-07-18", "2020-07-19 04:00", "7月18日", "", "x", "2021-02-29"])
_CELLS = st.sampled_from(["7.1", "0.2", "<0.01", "ND", "--", "", "x", "99", "-1", "0. 5", "1,234"])


@given(rows=st.lists(st.tuples(_PLACES, _TIMES, _CELLS, _CELLS), max_size=12))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_row_is_in_exactly_one_state(
    tmp_path: Path, rows: list[tuple[str, str, str, str]]
) -> None:
    stream = io.StringIO()
    csv.writer(stream).writerows([HEADER, *rows])
    path = tmp_path / "表.csv"
    path.write_text(stream.getvalue(), encoding="utf-8")
    result = next(iter(read_path(path)))
    states = {row: (state, reason) for row, state, reason in result.row_states.rows()}
    seen: set[tuple[str, ...]] = set()
    refused = set(result.rejects["row"])
    for number, row in enumerate(rows, start=2):
        if not any(cell.strip() for cell in row):
            assert number not in states, "a blank row is no data row"
            continue
        state, reason = states.pop(number)
        assert state == ("repeated" if row in seen else state)
        assert (state == "rejected") == bool(reason) == (number in refused)
        found = result.observations.filter(pl.col("row") == number)
        if state != "read":
            assert found.is_empty()
        else:
            wanted = [cell for cell in row[2:] if parse_cell(cell).meaning != "missing"]
            assert sorted(found["value_text"]) == sorted(wanted)
            assert wanted
        seen.add(row)
    assert not states, "no row is invented"
    assert all(result.rejects["message"].str.len_chars() > 5)


@pytest.mark.parametrize("name", ["merged.xlsx", "long.csv", "station.json", "cell_forms.csv"])
def test_tables_have_the_contract_s_columns(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(BUILDERS[name]())
    for result in read_path(path):
        assert dict(result.observations.schema) == OBSERVATION_SCHEMA
        assert dict(result.rejects.schema) == REJECT_SCHEMA
        assert result.rows == result.row_states.height
        assert result.observations["file_hash"].unique().to_list() == [result.file_hash]
        units = result.observations.select("indicator", "unit").unique().rows()
        assert all(unit == indicator(code).unit for code, unit in units)


def test_exact_and_shown_value_of_a_station_are_both_kept(tmp_path: Path) -> None:
    path = tmp_path / "station.json"
    path.write_bytes(BUILDERS["station.json"]())
    found = next(iter(read_path(path))).observations
    assert found.select("value", "value_shown").rows() == [(7.843, 7.84), (0.0254, 0.025)]
    assert found["value_text"][0] == "<span title='原始值：7.843'>7.84</span>"


def test_the_understanding_says_how_sure_it_is(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(
        "断面名称,监测时间,氨氮(mg/L),总磷,硝酸盐(mg/L),水质类别,备注\n甲,2020-07-18,0.2,0.05,1.1,Ⅲ,好\n",
        encoding="utf-8",
    )
    result = next(iter(read_path(path)))
    sure = {column.header: column for column in result.understanding}
    assert sure["氨氮(mg/L)"].certainty == 1
    assert sure["氨氮(mg/L)"].unit_source == "header"
    assert sure["总磷"].unit_source == "assumed"
    assert sure["总磷"].certainty < 1
    assert sure["水质类别"].role == "stated_class"
    assert sure["备注"].role == "ignore"
    # Nitrate on land may be counted as N or as NO3: asked, not taken.
    assert sure["硝酸盐(mg/L)"].role == "unknown"
    assert sure["硝酸盐(mg/L)"].question is not None
    assert [question.code for question in result.questions] == ["indicator_doubtful"]
    assert result.rejects.select("row", "column", "reason").rows() == [
        (1, "E", "unknown_indicator")
    ]
    assert "Ⅲ" not in result.observations["value_text"].to_list()


def test_flags_are_those_of_the_quality_table() -> None:
    folder = resources.files("luhai.observations") / "data"

    def column(name: str, key: str) -> set[str]:
        text = (folder / name).read_text(encoding="utf-8")
        return {row[key] for row in csv.DictReader(text.splitlines())} - {""}

    known = column("quality_flags.csv", "flag")
    for name in ("markers.csv", "cell_forms.csv", "station_states.csv", "marks.csv"):
        assert column(name, "flag") <= known
    assert {"limit_unknown", "station_state_unknown"} <= known


def test_every_reason_has_its_sentence_in_both_languages(tmp_path: Path) -> None:
    assert {code.removesuffix("_near").removesuffix("_row") for code in SENTENCES} == set(REASONS)
    path = tmp_path / "x.csv"
    path.write_text("断面名称,监测时间,pH\n甲,2020-07-18,81.2\n", encoding="utf-8")
    english = next(iter(read_path(path, ReadOptions(language="en")))).rejects["message"][0]
    chinese = next(iter(read_path(path, ReadOptions(language="zh")))).rejects["message"][0]
    assert "cannot be 81.2: it lies in 0 to 14" in english
    assert "81.2" in chinese
    assert english != chinese


def test_raw_rows_show_a_row_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "stored-under-another-name"
    path.write_bytes(zipped({"甲/a.csv": MEMBER, "甲/b.csv": MEMBER.replace(b"7.1", b" 7. 1 ")}))
    raw = raw_rows(path, "folder/archive.zip/甲/b.csv", "", 2, column="C")
    assert raw.cells[2][2] == " 7. 1 "
    assert raw.cells[1] == raw.header
    assert sorted(raw.cells) == [1, 2]
    assert raw.column == "C"
    same = raw_rows(path.read_bytes(), "archive.zip/甲/b.csv", "", 2, around=0)
    assert same.file_hash == raw.file_hash
    assert list(same.cells) == [2]


def test_raw_rows_of_a_sheet(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(BUILDERS["sheets.xlsx"]())
    raw = raw_rows(path, "x.xlsx", "2020年8月", 3)
    assert raw.cells[3] == ("乙", "8月19日", "坏")
    with pytest.raises(NotFoundError):
        raw_rows(path, "x.xlsx", "2020年9月", 3)
    with pytest.raises(NotFoundError):
        raw_rows(path, "x.xlsx", "2020年8月", 30)


def test_an_exported_table_reads_back_as_it_was(tmp_path: Path) -> None:
    """The public form of the observation table (place, medium, time … flag) is read unchanged."""
    path = tmp_path / "水质.csv"
    path.write_text(
        "断面名称,监测时间,层次,氨氮(mg/L),总磷(mg/L),站点情况\n"
        "甲,2020-07-18 04:00,表,0.21,<0.01,正常\n甲,2020-07-18 08:00,表,ND,0.05,维护\n",
        encoding="utf-8",
    )
    first = next(iter(read_path(path))).observations
    public = ["place", "medium", "time", "layer", "depth_m", "indicator", "value", "unit"]
    exported = tmp_path / "exported.csv"
    text = first.select(*public, "censored", "flag").with_columns(
        pl.col("time").dt.convert_time_zone("Asia/Shanghai").dt.strftime("%Y-%m-%dT%H:%M:%S%:z"),
        # A bare non-detect has no number; its sign stands in a column of its own.
        pl.when(pl.col("value").is_null())
        .then(pl.lit("ND"))
        .otherwise(pl.col("value").cast(pl.String))
        .alias("value"),
    )
    text.write_csv(exported)
    result = next(iter(read_path(exported)))
    assert result.rejects.is_empty()
    columns = [*public, "censored", "flag"]
    back = result.observations.select(columns).sort("time", "indicator")
    assert back.rows() == first.select(columns).sort("time", "indicator").rows()
