"""The table of indicators and the reading of headers."""

from __future__ import annotations

import csv
import gzip
import io
import os
import re
import zipfile
from pathlib import Path

import pytest

from luhai.errors import UsageError
from luhai.standards import convert, find_indicator, indicator, indicators, normalise_unit
from luhai.standards.catalogue import MEDIA, aliases

SHARED = Path(os.environ.get("LUHAI_SHARED_DATA", Path(__file__).parents[3] / "shared" / "data"))


@pytest.mark.parametrize("code", indicators())
def test_each_indicator_is_whole(code: str) -> None:
    entry = indicator(code)
    assert re.fullmatch(r"w\d{5}|lh_[a-z0-9_]+", code)
    assert entry.name_zh
    assert entry.name_en
    assert set(entry.media) <= set(MEDIA)
    assert entry.low < entry.high
    assert 0 <= entry.decimals <= 6
    # The canonical unit is a unit that the readers know, and converting from it changes nothing.
    assert normalise_unit(entry.unit or "1") == (entry.unit or "1")
    assert float(convert(0.7, entry.unit or "1", code)) == 0.7
    assert bool(entry.hj212_unit) <= code.startswith("w")


@pytest.mark.parametrize("code", [code for code, entry in indicators().items() if entry.hj212_unit])
def test_units_of_hj212_packets_can_be_read(code: str) -> None:
    entry = indicator(code)
    factor = 1e-3 if entry.hj212_unit in ("μg/L", "L/s") and entry.unit != "μg/L" else 1.0
    assert float(convert(1.0, entry.hj212_unit, code)) == factor


def test_unknown_code_names_near_misses() -> None:
    with pytest.raises(UsageError, match="w21003"):
        indicator("w2103")


def test_every_alias_is_read_back() -> None:
    for alias in aliases():
        for medium in alias.media or MEDIA:
            matches = {match.code: match for match in find_indicator(alias.text, medium)}
            assert alias.code in matches, (alias.text, medium)
            # A name shared by two indicators in one medium is sure of neither.
            assert matches[alias.code].certainty <= alias.certainty


@pytest.mark.parametrize("code", indicators())
def test_own_names_are_read_back(code: str) -> None:
    entry = indicator(code)
    # Nitrate and nitrite in words are one indicator each, as N; codes of the ions serve packets.
    expected = {"w21006": "lh_no2n", "w21007": "lh_no3n"}.get(code, code)
    for medium in entry.media:
        assert find_indicator(code.upper(), medium)[0].code == code
        for text in (entry.name_zh, entry.name_en):
            best = find_indicator(text, medium)[0]
            assert best.code == expected, (text, medium)
            assert best.certainty >= 0.5
            if expected != code:
                assert best.basis == entry.basis


@pytest.mark.parametrize(
    ("text", "medium", "code", "basis", "least"),
    [
        ("硝酸盐氮", None, "lh_no3n", "N", 1.0),
        ("硝酸盐(以N计)", "river", "lh_no3n", "N", 0.95),
        ("nitrate (as N)", None, "lh_no3n", "N", 0.95),
        ("硝酸盐（以NO3计）", "river", "lh_no3n", "NO3", 0.95),
        ("nitrate as NO3", "river", "lh_no3n", "NO3", 0.95),
        ("Ammonia Nitrogen", None, "w21003", "N", 1.0),
        ("NH3-N", None, "w21003", "N", 1.0),
        ("ＮＨ３－Ｎ", None, "w21003", "N", 1.0),
        ("NH₃-N", None, "w21003", "N", 1.0),
        ("氨氮(NH3-N)", "sea", "w21003", "N", 0.95),
        ("氨氮NH3-N", "sea", "w21003", "N", 0.95),
        ("化学需氧量", "sea", "lh_cod_mn_alkaline", "", 1.0),
        ("COD", "sea", "lh_cod_mn_alkaline", "", 1.0),
        ("COD", "river", "w01018", "", 1.0),
        ("CODMn", "river", "w01019", "", 1.0),
        ("CODMn", "sea", "lh_cod_mn_alkaline", "", 0.9),
        ("铬（六价）", "river", "w20117", "", 1.0),
        ("六价铬 Cr6+", "sea", "w20117", "", 0.95),
        ("DO 溶解氧", None, "w01009", "", 0.95),
        ("叶绿素α", None, "lh_chla", "", 1.0),
        ("Orthophosphate Phosphorus", "sea", "lh_dip", "P", 1.0),
        ("磷酸盐", "sea", "lh_dip", "", 0.9),
        ("汞", "sea", "w20142", "", 1.0),
        ("汞", "outlet", "w20111", "", 1.0),
        ("氨氮浓度", "river", "w21003", "N", 0.9),
        ("w21003-Avg", None, "w21003", "", 1.0),
    ],
)
def test_headers_as_files_write_them(
    text: str, medium: str | None, code: str, basis: str, least: float
) -> None:
    best = find_indicator(text, medium)[0]
    assert (best.code, best.basis) == (code, basis)
    assert best.certainty >= least


def test_a_word_of_two_meanings_is_sure_of_neither() -> None:
    assert {(match.code, match.certainty) for match in find_indicator("COD")} == {
        ("w01018", 0.5),
        ("lh_cod_mn_alkaline", 0.5),
    }
    assert all(match.certainty < 0.5 for match in find_indicator("总氮(TP)"))


@pytest.mark.parametrize(
    "text", ["站点", "断面名称", "监测时间", "备注", "水质类别", "", "Depth", "N"]
)
def test_other_headers_are_no_indicators(text: str) -> None:
    assert find_indicator(text) == []


@pytest.mark.parametrize("text", ["pH计编号", "高锰酸盐指树", "总磷采样人"])
def test_doubtful_headers_are_not_sure(text: str) -> None:
    assert all(match.certainty < 0.9 for match in find_indicator(text, "river"))


def test_a_nutrient_without_its_species_is_doubtful_on_land() -> None:
    match = find_indicator("硝酸盐", "river")[0]
    assert (match.code, match.basis) == ("lh_no3n", "")
    assert match.certainty < 0.9


def test_unknown_medium_is_refused() -> None:
    with pytest.raises(UsageError, match="medium"):
        find_indicator("pH", "ocean")


@pytest.mark.skipif(
    not SHARED.is_dir(), reason=f"third-party data not found at {SHARED} (LUHAI_SHARED_DATA)"
)
def test_headers_of_public_files_are_sure() -> None:
    archive = zipfile.ZipFile(SHARED / "surface_water_2021-04" / "stations.zip")
    first = next(name for name in archive.namelist() if name.endswith(".csv"))
    national = next(csv.reader(io.StringIO(archive.read(first).decode("utf-8-sig"))))
    path = SHARED / "hong_kong_marine" / "marine_water_quality_southern_western_buffer.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8-sig") as stream:
        hong_kong = next(csv.reader(stream))
    for header, medium in ((national[5:12] + national[12:], "river"), (hong_kong[5:], "sea")):
        for cell in header:
            name, unit = re.fullmatch(r"([^()（）]+)(?:[(（](.*)[)）])?", cell).groups()  # type: ignore[union-attr]
            if name == "站点情况":
                continue
            matches = find_indicator(name, medium)
            # Both kinds of oxygen are one word: the unit tells them apart.
            assert matches[0].certainty >= 0.9, cell
            code = "lh_do_saturation" if unit == "%saturation" else matches[0].code
            assert float(convert(1.0, unit or "1", code)) > 0, cell
