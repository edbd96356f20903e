"""Limits of classes: every registered standard is tested by being registered."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from standards_wording import untranslated

from luhai.errors import InputError, UsageError
from luhai.standards import (
    Limit,
    Standard,
    detection_limit,
    indicator,
    load_method,
    load_standard,
    round_half_even,
    standard_in_force,
    standards,
    unprovable_classes,
)
from luhai.why import VERIFICATION_MARKS

AMBIENT = [name for name in standards() if load_standard(name).kind == "ambient"]
JUDGED = [(name, code) for name in AMBIENT for code in load_standard(name).codes]


def demands(limit: Limit) -> tuple[float, float]:
    """Bounds of a limit with open ends at infinity."""
    low = -np.inf if limit.low is None else limit.low
    high = np.inf if limit.high is None else limit.high
    return low, high


@pytest.mark.parametrize("name", standards())
def test_every_standard_is_whole(name: str) -> None:
    edition = load_standard(name)
    assert edition.id == name
    assert edition.title_zh
    assert edition.title_en
    assert edition.verified in VERIFICATION_MARKS
    assert len(edition.class_names) == edition.class_count + 2
    assert edition.superseded_by == "" or edition.valid_to is not None
    for number in range(edition.class_count + 2):
        assert edition.class_name(number, "zh")
        assert edition.class_name(number, "en")
        assert edition.class_mark(number)
    with pytest.raises(UsageError, match="no class"):
        edition.class_name(edition.class_count + 2)
    if edition.default_method:
        assert edition.medium in load_method(edition.default_method).media
    for row in edition.limits:
        assert row.standard == name
        assert row.clause
        assert row.verified in VERIFICATION_MARKS
        assert row.valid_from == edition.valid_from
        assert row.unit == indicator(row.code).unit


@pytest.mark.parametrize(("name", "code"), JUDGED)
def test_limits_loosen_from_class_to_class(name: str, code: str) -> None:
    rows = load_standard(name).limits_of(code)
    assert [row.class_number for row in rows] == list(range(1, len(rows) + 1))
    for stricter, looser in pairwise(rows):
        assert demands(looser)[0] <= demands(stricter)[0]
        assert demands(looser)[1] >= demands(stricter)[1]


@pytest.mark.parametrize(("name", "code"), JUDGED)
def test_limits_lie_in_the_possible_range(name: str, code: str) -> None:
    entry = indicator(code)
    for row in load_standard(name).limits_of(code):
        for bound in (row.low, row.high):
            assert bound is None or entry.low <= bound <= entry.high


@pytest.mark.parametrize(("name", "code"), JUDGED)
def test_rounding_leaves_every_limit_where_it_is(name: str, code: str) -> None:
    """Else a value on the limit would be compared with another number than the printed one."""
    edition = load_standard(name)
    method = load_method(edition.default_method)
    digits = method.digits(code)
    for row in edition.limits_of(code):
        for bound in (row.low, row.high):
            if bound is not None:
                rounded = round_half_even(
                    bound, digits, keep_one_significant=method.keep_one_significant
                )
                assert float(rounded) == bound


@pytest.mark.parametrize(("name", "code"), JUDGED)
def test_a_value_on_the_limit_gets_the_best_class_that_it_satisfies(name: str, code: str) -> None:
    edition = load_standard(name)
    for row in edition.limits_of(code):
        for bound in (row.low, row.high):
            if bound is None:
                continue
            best = next(
                (other.class_number for other in edition.limits_of(code) if other.satisfied(bound)),
                edition.class_count + 1,
            )
            assert int(edition.classify(code, bound)) == best
            if not row.strict:
                assert best <= row.class_number


@pytest.mark.parametrize("name", AMBIENT)
def test_missing_values_and_foreign_indicators_are_not_assessed(name: str) -> None:
    edition = load_standard(name)
    for code in edition.codes:
        assert edition.classify(code, [np.nan]).tolist() == [0]
    assert edition.classify("lh_tli", [1.0, 2.0]).tolist() == [0, 0]
    assert edition.limit("lh_tli", 1) is None


@pytest.mark.parametrize(
    ("code", "values", "classes"),
    [
        # GB 3097-1997 table 1: the sign of oxygen is strict.
        ("w01009", [6.01, 6.0, 5.01, 5.0, 4.0, 3.01, 3.0], [1, 2, 2, 3, 4, 4, 5]),
        ("lh_din", [0.20, 0.21, 0.30, 0.40, 0.50, 0.51], [1, 2, 2, 3, 4, 5]),
        # Classes 2 and 3 share 0.030: the better one counts.
        ("lh_dip", [0.015, 0.030, 0.031, 0.045, 0.046], [1, 2, 4, 4, 5]),
        ("w20142", [0.00005, 0.0002, 0.0005, 0.0006], [1, 2, 4, 5]),
        ("w01001", [7.8, 8.5, 8.6, 6.8, 8.8, 6.7, 8.9], [1, 1, 3, 3, 3, 5, 5]),
        ("lh_nh3_unionised", [0.020, 0.021], [1, 5]),
        # Class 4 has no limit on coliforms, so nothing is worse than it.
        ("w02003", [2000, 2001, 10**9], [1, 4, 4]),
        # A man-made increase cannot be judged from one concentration.
        ("w01012", [5.0, 500.0], [0, 0]),
        ("w01010", [25.0], [0]),
    ],
)
def test_sea_water_classes(code: str, values: list[float], classes: list[int]) -> None:
    assert load_standard("gb3097-1997").classify(code, values).tolist() == classes


@pytest.mark.parametrize(
    ("mean", "expected"),
    # 0.305 is a tie and goes to the even digit; 0.3051 is more than a tie.
    [(0.305, 2), ((0.300 + 0.310) / 2, 2), (0.3051, 3), (0.2949, 2), (0.205, 1), (0.215, 2)],
)
def test_nitrogen_is_compared_after_rounding(mean: float, expected: int) -> None:
    edition = load_standard("gb3097-1997")
    method = load_method(edition.default_method)
    rounded = round_half_even(mean, method.digits("lh_din"))
    assert int(edition.classify("lh_din", rounded)) == expected


@pytest.mark.parametrize(
    ("standard", "code", "values", "classes"),
    [
        ("gb3838-2002", "w01009", [7.5, 7.4, 6, 5, 3, 2, 1.9], [1, 2, 2, 3, 4, 5, 6]),
        ("gb3838-2002", "w01001", [6, 9, 5, 10], [1, 1, 6, 6]),
        ("gb3838-2002", "w01018", [15, 16, 20, 30, 40, 41], [1, 3, 3, 4, 5, 6]),
        ("gb3838-2002", "w21011", [0.02, 0.1, 0.2, 0.3, 0.4, 0.41], [1, 2, 3, 4, 5, 6]),
        ("gb3838-2002-lake", "w21011", [0.01, 0.02, 0.05, 0.1, 0.2, 0.21], [1, 2, 3, 4, 5, 6]),
        ("gb3838-2002", "w21001", [5.0], [0]),  # total nitrogen is judged in lakes only
        ("gb3838-2002-lake", "w21001", [0.2, 2.1], [1, 6]),
        ("gb3838-2002-drinking", "lh_no3n", [10.0, 10.1], [1, 2]),
    ],
)
def test_surface_water_classes(
    standard: str, code: str, values: list[float], classes: list[int]
) -> None:
    assert load_standard(standard).classify(code, values).tolist() == classes


def test_saturation_may_stand_for_oxygen_in_the_first_class_only() -> None:
    """GB 3838-2002 table 1, item 3: saturation 90 % or 7.5 mg/L."""
    edition = load_standard("gb3838-2002")
    oxygen = [7.0, 7.0, 7.0, 4.0, np.nan, 8.0]
    saturation = [90.0, 89.0, np.nan, 95.0, 95.0, 50.0]
    classes = edition.classify("w01009", oxygen, saturation=saturation)
    assert classes.tolist() == [1, 2, 2, 1, 0, 1]


def test_shellfish_water_is_stricter_where_asked() -> None:
    edition = load_standard("gb3097-1997")
    assert edition.classify("w02003", [150]).tolist() == [1]
    assert edition.classify("w02003", [150], use="shellfish_eaten_raw").tolist() == [4]


@pytest.mark.parametrize(
    ("code", "number", "text"),
    [
        ("lh_din", 2, "≤ 0.30 mg/L"),
        ("w01009", 2, "> 5 mg/L"),
        ("w01001", 1, "7.8–8.5"),
        ("w02003", 4, "–"),
        ("w25043", 1, "≤ 0.0025 μg/L"),
    ],
)
def test_limits_are_written_as_printed(code: str, number: int, text: str) -> None:
    limit = load_standard("gb3097-1997").limit(code, number)
    assert limit is not None
    assert limit.text == text


def test_narrative_demands_are_kept() -> None:
    narratives = load_standard("gb3097-1997").narratives
    assert {(entry.item, entry.class_number) for entry in narratives} == {
        (item, number) for item in ("漂浮物质", "色、臭、味", "病原体") for number in (1, 2, 3, 4)
    }


def test_detection_limits_that_cannot_prove_a_class_are_named() -> None:
    """GB 3097-1997 table 2: oil by ultraviolet (0.0605) cannot prove classes 1 and 2 (0.05)."""
    edition = load_standard("gb3097-1997")
    assert detection_limit("w22001", "gb3097-1997") == 0.0092
    assert detection_limit("lh_din", edition) is None
    assert unprovable_classes("w22001", edition, 0.0605) == (1, 2)
    assert unprovable_classes("w22001", edition, 0.0092) == ()
    assert unprovable_classes("w20121", edition, 0.05) == (1, 2, 3)
    assert unprovable_classes("lh_malathion", edition, 0.00064) == (1,)
    for row in edition.detection_limits:
        assert row.value > 0


@pytest.mark.parametrize("name", AMBIENT)
def test_the_standard_in_force_is_found_by_day(name: str) -> None:
    edition = load_standard(name)
    assert standard_in_force(edition.medium, edition.valid_from).id == name
    with pytest.raises(UsageError, match="No ambient standard"):
        standard_in_force(edition.medium, edition.valid_from - timedelta(days=1))


def test_unknown_things_are_refused_with_near_misses() -> None:
    with pytest.raises(UsageError, match="Did you mean gb3097-1997"):
        load_standard("gb3097-97")
    with pytest.raises(UsageError, match="Use 1 … 4"):
        load_standard("gb3097-1997").limit("lh_din", 5)
    with pytest.raises(UsageError, match="discharge_limits"):
        load_standard("gb18918-2002").classify("w01018", [1.0])
    with pytest.raises(UsageError, match="discharge_limits"):
        load_standard("gb18918-2002").limit("w01018", 1)


LOCAL = """
id = "db99-1-2024"
kind = "ambient"
title_zh = "示例湾海水水质标准"
title_en = "Sea water of Example Bay"
edition = "DB99/T 1-2024"
media = ["sea"]
valid_from = 2024-05-01
valid_to = 2029-04-30
superseded_by = "db99-1-2029"
default_method = "hj442-2020"
level_rule = "sea"
verified = "M"
source = "invented for a test"
classes = [
  { name_zh = "甲类", name_en = "class A", mark_zh = "甲", mark_en = "A" },
  { name_zh = "乙类", name_en = "class B", mark_zh = "乙", mark_en = "B" },
]
worse = { name_zh = "劣乙类", name_en = "worse than B", mark_zh = "劣", mark_en = ">B" }
"""
HEADER = (
    "standard,clause,code,item,sense,applies_to,use,unit,class_1,class_2,"
    "valid_from,valid_to,verified,note"
)
ROWS = (
    'db99-1-2024,"table 1, item 1",w21001,总氮,<=,value,,μg/L,400,600,2024-05-01,2029-04-30,M,',
    'db99-1-2024,"table 1, item 2",w01009,溶解氧,>=,value,,mg/L,6.5,5.0,2024-05-01,2029-04-30,M,',
)


def local_standard(root: Path, rows: tuple[str, ...] = ROWS, head: str = LOCAL) -> Path:
    folder = root / "standards" / "example"
    folder.mkdir(parents=True)
    (folder / "standard.toml").write_text(head, encoding="utf-8")
    (folder / "limits.csv").write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return root


def check_local(edition: Standard) -> None:
    assert edition.class_count == 2
    assert edition.classify("w21001", [0.4, 0.41, 0.6, 0.61]).tolist() == [1, 2, 2, 3]
    assert edition.classify("w01009", [6.5, 5.0, 4.9]).tolist() == [1, 2, 3]
    assert edition.class_name(3) == "劣乙类"
    assert edition.valid_to == date(2029, 4, 30)


def test_a_local_standard_is_a_folder_and_no_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = local_standard(tmp_path)
    check_local(load_standard("db99-1-2024", extra=[root]))
    check_local(load_standard("db99-1-2024", extra=[str(root / "standards" / "example")]))
    with pytest.raises(UsageError, match="no standard"):
        load_standard("db99-1-2024")
    monkeypatch.setenv("LUHAI_STANDARDS", str(root))
    check_local(load_standard("db99-1-2024"))
    with pytest.raises(UsageError, match="More than one"):
        standard_in_force("sea", date(2025, 1, 1))
    assert standard_in_force("sea", date(2030, 1, 1)).id == "gb3097-1997"


def test_an_edited_table_is_read_anew(tmp_path: Path) -> None:
    root = local_standard(tmp_path)
    assert load_standard("db99-1-2024", extra=[root]).classify("w21001", [0.45]).tolist() == [2]
    table = root / "standards" / "example" / "limits.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("400,", "4500,"), encoding="utf-8")
    table.write_text(table.read_text(encoding="utf-8").replace("4500,", "450,"), encoding="utf-8")
    assert load_standard("db99-1-2024", extra=[root]).classify("w21001", [0.45]).tolist() == [1]


def test_the_law_is_not_replaced_in_silence(tmp_path: Path) -> None:
    root = local_standard(tmp_path, head=LOCAL.replace("db99-1-2024", "gb3097-1997", 1))
    with pytest.raises(InputError, match="defined twice"):
        load_standard("gb3838-2002", extra=[root])


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (ROWS[0].replace("400", "four hundred"), "is no number"),
        (ROWS[0].replace("400", ""), "is no limit"),
        (ROWS[0].replace("<=", "≤"), "is none of"),
        (ROWS[0].replace("w21001", "w99999"), "no indicator"),
        (ROWS[0].replace("μg/L", "furlong"), "not a unit"),
        (ROWS[0].replace("μg/L", "NTU"), "not a unit"),
        (ROWS[0].replace(",M,", ",X,"), "is none of"),
        (ROWS[0].replace("2024-05-01", "May 2024"), "is not a date"),
        (ROWS[0].replace("db99-1-2024", "db99-1-2023"), "not the standard of its folder"),
        (ROWS[0] + ",one cell more", "cells"),
        (ROWS[0].replace("<=", "range").replace("400", "8–6"), "swapped"),
        (ROWS[1], "stands twice"),
    ],
)
def test_broken_tables_are_refused_with_their_place(tmp_path: Path, row: str, fault: str) -> None:
    root = local_standard(tmp_path, (ROWS[1], row))
    with pytest.raises(InputError, match=fault) as caught:
        load_standard("db99-1-2024", extra=[root])
    assert "limits.csv" in str(caught.value)
    assert "row 3" in str(caught.value)
    assert untranslated(caught.value) == []


@pytest.mark.parametrize(
    ("written", "instead", "fault"),
    [
        ('verified = "M"', 'verified = "sure"', "verified 'sure'"),
        ("valid_from = 2024-05-01", 'valid_from = "2024-05-01"', "is not a date"),
        ("valid_from = 2024-05-01", "valid_from = 2024-05-01T00:00:00", "is not a date"),
        ('name_zh = "甲类", ', "", "not whole"),
        ('kind = "ambient"', 'kind = "ambiant"', "neither ambient nor discharge"),
        ('edition = "DB99/T 1-2024"', "", "lacks edition"),
    ],
)
def test_broken_descriptions_are_refused(
    tmp_path: Path, written: str, instead: str, fault: str
) -> None:
    assert written in LOCAL
    root = local_standard(tmp_path, head=LOCAL.replace(written, instead))
    with pytest.raises(InputError, match=fault) as caught:
        load_standard("db99-1-2024", extra=[root])
    assert "standard.toml" in str(caught.value)
    assert untranslated(caught.value) == []


def test_missing_files_columns_and_folders_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        load_standard("gb3097-1997", extra=[tmp_path / "nowhere"])
    root = local_standard(tmp_path)
    table = root / "standards" / "example" / "limits.csv"
    table.write_text(HEADER.replace("clause,", "") + "\n", encoding="utf-8")
    with pytest.raises(InputError, match="lacks the column clause"):
        load_standard("db99-1-2024", extra=[root])
    table.unlink()
    with pytest.raises(InputError, match="missing"):
        load_standard("db99-1-2024", extra=[root])
    (table.parent / "standard.toml").write_text("id = ", encoding="utf-8")
    with pytest.raises(InputError, match="cannot be read"):
        load_standard("db99-1-2024", extra=[root])
