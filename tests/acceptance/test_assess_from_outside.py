"""``luhai assess`` on small files: the class of every row worked out by hand.

Limits: GB 3838-2002 table 1, GB 3097-1997 table 1. Rounding: GB/T 8170. Items, periods and
non-detects: 环办〔2011〕22号, 环办监测函〔2020〕82号, HJ 442.
"""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
import pytest
from conftest import Luhai

COLUMNS = [
    *("place", "time", "class", "class_name", "deciding", "exceedance", "samples", "censored"),
    *("confidence", "result_id"),
]


def assess(
    luhai: Luhai, text: str, standard: str, by: str, *options: str, code: int = 0
) -> pd.DataFrame:
    Path("input.csv").write_text(text, encoding="utf-8")
    done = luhai(
        *("assess", "input.csv", "--standard", standard, "--by", by, "--out", "out.csv", *options)
    )
    assert done.code == code, done.err
    return pd.read_csv("out.csv", dtype={"place": str}, keep_default_na=False)


def classes(table: pd.DataFrame) -> dict[str, int]:
    assert table["place"].is_unique
    return dict(zip(table["place"], table["class"], strict=True))


def river(code: str, unit: str, values: dict[str, str]) -> str:
    rows = [f"{place},river,2020-03-04,{code},{text},{unit}" for place, text in values.items()]
    return "place,medium,time,indicator,value,unit\n" + "\n".join(rows) + "\n"


RIVER_LIMITS = [
    # Each limit of the table is still in its class; beyond the last is class 6.
    ("w21003", (0.15, 0.5, 1.0, 1.5, 2.0, 2.01), (1, 2, 3, 4, 5, 6)),
    ("w21011", (0.02, 0.1, 0.2, 0.3, 0.4, 0.401), (1, 2, 3, 4, 5, 6)),
    ("w01019", (2, 4, 6, 10, 15, 15.1), (1, 2, 3, 4, 5, 6)),
    ("w01018", (15, 15.1, 20, 30, 40, 40.1), (1, 3, 3, 4, 5, 6)),  # classes 1 and 2 are alike
    ("w01009", (7.5, 6, 5, 3, 2, 1.9), (1, 2, 3, 4, 5, 6)),  # oxygen: at least, not more than
    ("w01001", (6, 9, 5.5, 9.4, 5.4, 9.5), (1, 1, 1, 1, 6, 6)),  # whole pH units; ties to even
    ("w20144", (0.01, 0.05, 0.1, 0.101), (1, 3, 5, 6)),
]


def test_a_value_on_a_river_limit_is_still_in_the_class(luhai: Luhai) -> None:
    lines, expected = [], {}
    for code, values, numbers in RIVER_LIMITS:
        unit = "" if code == "w01001" else "mg/L"
        places = {f"{code}/{value}": str(value) for value in values}
        lines += river(code, unit, places).splitlines()[1:]
        expected |= dict(zip(places, numbers, strict=True))
    text = "\n".join(["place,medium,time,indicator,value,unit", *lines, ""])
    assert classes(assess(luhai, text, "gb3838-2002", "month")) == expected


def test_lakes_have_their_own_phosphorus(luhai: Luhai) -> None:
    values = (0.01, 0.025, 0.05, 0.1, 0.2, 0.201)
    text = river("w21011", "mg/L", {f"P{n}": str(value) for n, value in enumerate(values)})
    text = text.replace("river", "lake")
    found = classes(assess(luhai, text, "gb3838-2002-lake", "month"))
    assert tuple(found.values()) == (1, 2, 3, 4, 5, 6)


def test_total_nitrogen_coliforms_and_temperature_do_not_decide(luhai: Luhai) -> None:
    text = (
        "place,time,总氮(mg/L),粪大肠菌群(个/L),水温(℃),氨氮(mg/L)\nA,2020-03-04,15,90000,35,0.1\n"
    )
    table = assess(luhai, text, "gb3838-2002", "year")
    assert table.loc[0, ["class", "deciding"]].tolist() == [1, "w21003"]


SEA = "站位,监测时间,pH,溶解氧(mg/L),化学需氧量(mg/L),无机氮(mg/L),活性磷酸盐(mg/L)\n"


SEA_ROWS = [
    # A tie at the last kept decimal goes to the even digit.
    ("8.1,8,1,0.305,0.010", 2, "lh_din"),
    ("8.1,8,1,0.315,0.010", 3, "lh_din"),
    ("8.1,8,1,0.3051,0.010", 3, "lh_din"),
    ("8.1,8,1,0.505,0.010", 4, "lh_din"),
    ("8.1,8,1,0.51,0.010", 5, "lh_din"),
    ("8.1,8,1,0.1,0.0305", 2, "lh_dip"),
    ("8.1,8,1,0.1,0.0315", 4, "lh_dip"),
    # Oxygen has to be greater than its limit at sea.
    ("8.1,6.00,1,0.1,0.010", 2, "w01009"),
    ("8.1,6.01,1,0.1,0.010", 1, None),
    ("8.1,5.00,1,0.1,0.010", 3, "w01009"),
    ("8.1,3.00,1,0.1,0.010", 5, "w01009"),
    # Classes 2 and 3 share 0.030 of phosphate: the better class is given.
    ("8.1,8,1,0.1,0.030", 2, "lh_dip"),
    ("8.1,8,1,0.1,0.045", 4, "lh_dip"),
    ("8.1,8,1,0.1,0.046", 5, "lh_dip"),
    # 7.8–8.5 for classes 1 and 2, 6.8–8.8 for 3 and 4.
    ("7.8,8,1,0.1,0.010", 1, None),
    ("8.5,8,1,0.1,0.010", 1, None),
    ("7.7,8,1,0.1,0.010", 3, "w01001"),
    ("8.8,8,1,0.1,0.010", 3, "w01001"),
    ("8.9,8,1,0.1,0.010", 5, "w01001"),
    ("8.1,8,2,0.1,0.010", 1, None),
    ("8.1,8,5.01,0.1,0.010", 5, "lh_cod_mn_alkaline"),
]


@pytest.mark.parametrize("by", ["sample", "year"])
def test_sea_classes(luhai: Luhai, by: str) -> None:
    text = SEA + "".join(f"S{n},2020-05-05,{row}\n" for n, (row, _, _) in enumerate(SEA_ROWS))
    table = assess(luhai, text, "gb3097-1997", by).set_index("place")
    for number, (row, expected, deciding) in enumerate(SEA_ROWS):
        found = table.loc[f"S{number}"]
        assert (found["class"], row) == (expected, row)
        assert found["class_name"] == ["", "一类", "二类", "三类", "四类", "劣四类"][expected]
        if deciding is not None:
            assert (found["deciding"], row) == (deciding, row)


def test_means_that_tie_are_rounded_as_decimal_numbers(luhai: Luhai) -> None:
    # (0.11 + 0.5) / 2 is 0.305 on paper and 0.30499999999999999 in binary.
    pairs = {"A": (0.11, 0.50), "B": (0.29, 0.32), "C": (0.30, 0.33), "D": (0.305, 0.3052)}
    rows = [
        f"{place},2020-05-{day:02},8.1,8,1,{value},0.01"
        for place, values in pairs.items()
        for day, value in enumerate(values, 5)
    ]
    table = assess(luhai, SEA + "\n".join(rows) + "\n", "gb3097-1997", "month")
    # 0.305 -> 0.30 (even), 0.305 -> 0.30, 0.315 -> 0.32, 0.3051 -> 0.31
    assert classes(table) == {"A": 2, "B": 2, "C": 3, "D": 3}


def test_ph_is_averaged_as_hydrogen_ion(luhai: Luhai) -> None:
    rows = "".join(f"S,2020-05-{5 + n:02},{ph},8,1,0.1,0.01\n" for n, ph in enumerate((7.4, 8.4)))
    mean = -math.log10((10**-7.4 + 10**-8.4) / 2)
    assert round(mean, 2) == 7.66  # the plain mean would be 7.9: class 1
    table = assess(luhai, SEA + rows, "gb3097-1997", "month")
    assert table.loc[0, ["class", "deciding"]].tolist() == [3, "w01001"]


def test_year_of_a_river_is_the_mean_of_its_months(luhai: Luhai) -> None:
    january = [f"A,2020-01-{day:02} 08:00,0.4" for day in range(1, 10)]
    text = "断面,采样时间,氨氮(mg/L)\n" + "\n".join(
        [*january, "A,2020-02-03 08:00,2.4", "A,2021-02-03 08:00,9"]
    )
    table = assess(luhai, text + "\n", "gb3838-2002", "year", "--year", "2020")
    # (0.4 + 2.4) / 2 = 1.4 is class 4; the mean of the ten samples, 0.6, would be class 3.
    assert table[["class", "samples", "exceedance"]].to_numpy().tolist() == [[4, 10, 0.4]]
    assert table.loc[0, "time"] == "2020-01-01T00:00:00+08:00"


def test_year_of_the_sea_is_the_mean_of_cruises_after_layers(luhai: Luhai) -> None:
    rows = [
        *(
            ("2020-05-05", layer, value)
            for layer, value in (("表", 0.10), ("中", 0.2), ("底", 0.3))
        ),
        ("2020-08-05", "表", 0.50),
        ("2020-10-05", "表", 0.50),
        ("2020-10-07", "表", 0.70),
    ]
    text = "站位,监测时间,层次,无机氮(mg/L)\n" + "".join(f"S,{d},{w},{v}\n" for d, w, v in rows)
    table = assess(luhai, text, "gb3097-1997", "year")
    # 0.20, 0.50 and 0.60 have the mean 0.4333: class 4. All six values have 0.383: class 3.
    assert table[["class", "samples"]].to_numpy().tolist() == [[4, 6]]


@pytest.mark.parametrize(
    ("standard", "header", "cells", "expected"),
    [
        # Half of the limit on land, also when most are not detected: 0.3 / 2 = 0.15 is class 1.
        ("gb3838-2002", "氨氮(mg/L)", ("<0.3", "0.3L", "＜0.3"), 1),
        ("gb3838-2002", "氨氮(mg/L)", ("<0.32", "0.32L", "＜0.32"), 2),
        # At sea half when half are detected: (0.7 / 2 + 0.29) / 2 = 0.32 is class 3 ...
        ("gb3097-1997", "无机氮(mg/L)", ("<0.7", "0.29"), 3),
        # ... else a quarter: (0.7 / 4 + 0.7 / 4 + 0.29) / 3 = 0.213 -> 0.21 is class 2.
        ("gb3097-1997", "无机氮(mg/L)", ("<0.7", "0.7L", "0.29"), 2),
    ],
)
def test_non_detects_count_as_the_method_says(
    luhai: Luhai, standard: str, header: str, cells: tuple[str, ...], expected: int
) -> None:
    rows = "".join(f"P,2020-05-{4 + n:02},{cell}\n" for n, cell in enumerate(cells))
    table = assess(luhai, f"站点,时间,{header}\n{rows}", standard, "month")
    assert table.loc[0, "class"] == expected
    assert table.loc[0, "censored"] == sum(not cell.replace(".", "").isdigit() for cell in cells)


def test_inorganic_nitrogen_needs_all_its_parts(luhai: Luhai) -> None:
    text = (
        "站位,时间,硝酸盐氮(mg/L),亚硝酸盐氮(mg/L),氨氮(mg/L)\n"
        "WHOLE,2020-05-05,0.2,0.05,0.055\n"
        "PART,2020-05-05,0.2,,0.5\n"
    )
    table = assess(luhai, text, "gb3097-1997", "year")
    assert classes(table) == {"WHOLE": 2, "PART": 0}  # 0.305 -> 0.30
    assert table.set_index("place").loc["PART", "class_name"] != ""
    done = luhai("assess", "input.csv", "--standard", "gb3097-1997", "--by", "year")
    assert "part of the sum was not measured" in done.out


def test_time_zones_and_the_local_calendar(luhai: Luhai) -> None:
    moments = {
        "2020-01-31T16:30:00Z": 2,  # half past midnight on 1 February in China
        "2020-01-31T23:30:00+08:00": 1,
        "2020-01-31 23:45": 1,
        "2020-02-01T00:15:00+09:00": 1,
        "2019-12-31T15:00:00-04:00": 1,
    }
    rows = "".join(
        f"P{number},river,{moment},w21003,1,mg/L\n" for number, moment in enumerate(moments)
    )
    text = "place,medium,time,indicator,value,unit\n" + rows
    table = assess(luhai, text, "gb3838-2002", "month")
    expected = [f"2020-{month:02}-01T00:00:00+08:00" for month in moments.values()]
    assert table["time"].tolist() == expected


def test_duplicate_rows_count_once_and_samples_of_a_day_stay_apart(luhai: Luhai) -> None:
    text = (
        "断面,采样时间,氨氮(mg/L)\n"
        "A,2020-01-05 04:00,0.4\n"
        "A,2020-01-05 04:00,0.4\n"
        "A,2020-01-05 08:00,2.4\n"
    )
    table = assess(luhai, text, "gb3838-2002", "sample")
    assert table["class"].tolist() == [2, 6]
    assert table["time"].tolist() == ["2020-01-05T04:00:00+08:00", "2020-01-05T08:00:00+08:00"]
    assert assess(luhai, text, "gb3838-2002", "month")["samples"].tolist() == [2]  # mean 1.4


def test_names_with_spaces_commas_quotes_and_full_width(luhai: Luhai) -> None:
    text = (
        "断面,采样时间,氨氮(mg/L)\n"
        '"北 桥, 左岸",2020-01-05,0.4\n'
        '"the ""old"" pier",2020-01-05,0.4\n'
        "ＧＤ１,2020-01-05,0.4\n"
        "GD1,2020-02-05,0.4\n"
    )
    table = assess(luhai, text, "gb3838-2002", "year")
    assert sorted(table["place"]) == sorted(["北 桥, 左岸", 'the "old" pier', "GD1"])


def test_columns_are_those_of_the_contract_in_csv_and_parquet(luhai: Luhai) -> None:
    text = "断面,采样时间,氨氮(mg/L),总磷(mg/L)\nA,2020-01-05,2.4,0.5\nB,2020-01-05,0.1,<0.01\n"
    first = assess(luhai, text, "gb3838-2002", "year")
    assert list(first.columns) == COLUMNS
    done = luhai(
        *("assess", "input.csv", "--standard", "gb3838-2002", "--by", "year"),
        *("--out", "out.parquet", "--format", "json"),
    )
    second = pd.read_parquet("out.parquet")
    assert list(second.columns) == COLUMNS
    assert second["class"].tolist() == first["class"].tolist() == [6, 1]
    assert second["deciding"].tolist() == ["w21011;w21003", "w21003;w21011"]
    # Phosphorus 0.5 / 0.2 - 1 = 1.5, ammonia 2.4 / 1.0 - 1 = 1.4: the larger is told.
    assert second["exceedance"].tolist()[0] == 1.5
    assert math.isnan(second["exceedance"].tolist()[1])
    assert [row["result_id"] for row in done.document["classes"]] == second["result_id"].tolist()
    assert first["result_id"].tolist() == second["result_id"].tolist()


def test_json_is_one_document_also_with_rejected_rows(luhai: Luhai) -> None:
    Path("input.csv").write_text(
        "断面,采样时间,氨氮(mg/L),奇怪\nA,2020-01-05,0.4,1\nB,2020-01-05,-3,1\n", encoding="utf-8"
    )
    arguments = ("assess", "input.csv", "--standard", "gb3838-2002", "--by", "year")
    done = luhai(*arguments, "--format", "json")
    assert done.code == 1
    assert [row["place"] for row in done.document["classes"]] == ["A"]
    assert "input.csv" in done.err
    assert "-3" in done.err


REFUSED = [
    (("missing.csv", "--standard", "gb3838-2002", "--by", "year"), 1, "missing.csv"),
    (("input.csv", "--standard", "gb0000", "--by", "year"), 2, "gb0000"),
    (("input.csv", "--standard", "gb18918-2002", "--by", "year"), 2, "gb18918-2002"),
    (("input.csv", "--standard", "gb3838-2002", "--by", "week"), 2, "week"),
    (("input.csv", "--standard", "gb3838-2002"), 2, "--by"),
    (("input.csv", "--by", "year"), 2, "--standard"),
    (("input.csv", "--standard", "gb3838-2002", "--by", "year", "--nonsense"), 2, "--nonsense"),
    (("input.csv", "--standard", "gb3838-2002", "--by", "year", "--medium", "sea"), 2, "sea"),
    (("input.csv", "--standard", "gb3838-2002", "--by", "year", "--out", "o.doc"), 2, "o.doc"),
    (("empty.csv", "--standard", "gb3838-2002", "--by", "year", "--out", "o.csv"), 1, "empty.csv"),
    (("none", "--standard", "gb3838-2002", "--by", "year", "--out", "o.csv"), 1, "none"),
    (("input.csv", "--standard", "gb3838-2002", "--by", "year", "--out", "input.csv/o.csv"), 1, ""),
]


@pytest.mark.parametrize(("arguments", "code", "named"), REFUSED)
def test_refusals_name_the_fault_and_leave_nothing(
    luhai: Luhai, arguments: tuple[str, ...], code: int, named: str
) -> None:
    Path("input.csv").write_text("断面,采样时间,氨氮(mg/L)\nA,2020-01-05,0.4\n", encoding="utf-8")
    Path("empty.csv").touch()
    Path("none").mkdir()
    before = sorted(Path().rglob("*"))
    done = luhai("assess", *arguments)
    assert done.code == code
    assert named in done.err
    assert "Traceback" not in done.err
    assert done.out == ""
    assert sorted(Path().rglob("*")) == before


def test_a_refused_input_leaves_an_older_result_alone(luhai: Luhai) -> None:
    Path("bad.csv").write_text("断面,采样时间,氨氮(mg/L)\nA,never,0.4\n", encoding="utf-8")
    Path("out.csv").write_text("older\n")
    done = luhai(
        *("assess", "bad.csv", "--standard", "gb3838-2002", "--by", "year", "--out", "out.csv")
    )
    assert done.code == 1
    assert Path("out.csv").read_text() == "older\n"
    assert sorted(file.name for file in Path().iterdir()) == ["bad.csv", "out.csv"]


def test_formulas_are_no_formulas_in_the_written_table(luhai: Luhai) -> None:
    names = ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)"]
    rows = "".join(f'"{name}",2020-01-05,0.4\n' for name in names)
    table = assess(luhai, "断面,采样时间,氨氮(mg/L)\n" + rows, "gb3838-2002", "year")
    assert len(table) == len(names)
    for cell in table["place"]:
        assert cell[0] == "'"
