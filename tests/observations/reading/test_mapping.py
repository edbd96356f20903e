"""Mapping files: what they can say, what they do, and what they refuse."""

from __future__ import annotations

from pathlib import Path

import pytest

from luhai.errors import InputError
from luhai.observations.reading import Mapping, ReadOptions, load_mapping, mapping_from, read_path

WHOLE = """
medium = "sea"
year = 2020
date_order = "dmy"
fill_down = ["place"]
missing = ["-999"]

[columns."磷酸盐"]
indicator = "lh_dip"
unit = "μg/L"

[columns."点"]
role = "place"

[columns."仪器温度"]
role = "ignore"

[columns."表DO"]
indicator = "溶解氧"
unit = "mg/L"
layer = "surface"

[places]
"一号" = "GD1701"

[detection_limits]
lh_dip = { limit = 1, unit = "μg/L" }
w01009 = 0.1
"""


def _load(folder: Path, text: str) -> Mapping:
    path = folder / "mapping.toml"
    path.write_text(text, encoding="utf-8")
    return load_mapping(path)


def test_every_statement_has_its_effect(tmp_path: Path) -> None:
    mapping = _load(tmp_path, WHOLE)
    path = tmp_path / "x.csv"
    path.write_text(
        "点,日期,磷酸盐,仪器温度,表DO\n一号,18/07,27,40,6.3\n,19/07,ND,41,-999\n", encoding="utf-8"
    )
    # Without its year a date has no order to state: the file must write it.
    path.write_text(path.read_text(encoding="utf-8").replace("/07", "/07/2020"), encoding="utf-8")
    result = next(iter(read_path(path, ReadOptions(mapping=mapping))))
    found = result.observations.select(
        "row", "place", "medium", "layer", "indicator", "value", "censored", "flag", "day"
    ).rows()
    assert found == [
        (2, "GD1701", "sea", None, "lh_dip", 0.027, "", "", 18),
        (3, "GD1701", "sea", None, "lh_dip", 0.001, "<", "", 19),
        (2, "GD1701", "sea", "surface", "w01009", 6.3, "", "", 18),
    ]
    assert [column.role for column in result.understanding] == [
        "place",
        "time",
        "indicator",
        "ignore",
        "indicator",
    ]
    assert result.understanding[2].unit_source == "mapping"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("mediun = 'sea'", "medium"),
        ("medium = 'see'", "sea"),
        ("year = '2020'", "year"),
        ("year = 20", "year"),
        ("date_order = 'ymd'", "dmy"),
        ("fill_down = 'place'", "list"),
        ("fill_down = ['places']", "place"),
        ("columns = 3", "table"),
        ("[columns.\"a\"]\nrolle = 'place'", "role"),
        ("[columns.\"a\"]\nrole = 'plaice'", "place"),
        ("[columns.\"a\"]\nunit = 'mg/X'", "mg/X"),
        ("[columns.\"a\"]\nrole = 'place'\nindicator = 'w21003'", "either"),
        ("[columns]\na = 'place'", "table"),
        ("[places]\na = 3", "text"),
        ("[detection_limits]\nw21003 = -1", "positive"),
        ("[detection_limits]\nw21003 = { limt = 1 }", "limit"),
        ("year = ", "TOML"),
    ],
)
def test_a_slip_is_named_with_its_remedy(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputError) as refusal:
        _load(tmp_path, text)
    assert said in str(refusal.value)
    assert "mapping.toml" in refusal.value.where
    assert refusal.value.remedy


def test_a_missing_mapping_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.toml"):
        load_mapping(tmp_path / "none.toml")


def test_answers_given_on_a_page_are_a_mapping_too() -> None:
    mapping = mapping_from({"columns": {"磷酸盐": {"unit": "μg/L"}}, "year": 2020})
    assert mapping.columns["磷酸盐"].unit == "μg/L"
    assert mapping.year == 2020
