"""Odd and broken files as they come, made by code: ``python build.py FOLDER`` writes them all.

What reading each of them must give stands in ``verdicts.csv`` beside this module.
"""

from __future__ import annotations

import gzip
import io
import json
import struct
import sys
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import xlwt

BUILDERS: dict[str, Callable[[], bytes]] = {}


def file(name: str) -> Callable[[Callable[[], bytes]], Callable[[], bytes]]:
    """Register the builder of one file."""

    def register(builder: Callable[[], bytes]) -> Callable[[], bytes]:
        assert name not in BUILDERS
        BUILDERS[name] = builder
        return builder

    return register


def text(name: str, content: str, encoding: str = "utf-8") -> None:
    """Register a text file."""
    BUILDERS[name] = lambda: content.encode(encoding)


def wall_clock(hour: int, minute: int) -> datetime:
    """18 July 2020 as a workbook holds it: without a zone."""
    return datetime(2020, 7, 18, hour, minute, tzinfo=UTC).replace(tzinfo=None)


def xlsx(*sheets: tuple[str, list[list[Any]], list[str]]) -> bytes:
    """A workbook from (name, rows, merged ranges) per sheet."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for name, rows, merged in sheets:
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(row)
        for span in merged:
            sheet.merge_cells(span)
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def zipped(members: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive of members."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


SEA = "站位,采样日期,层次,pH,溶解氧(mg/L),活性磷酸盐(mg/L)\n"
RIVER = "断面名称,监测时间,pH(无量纲),氨氮(mg/L),总磷(mg/L)\n"
PLAIN = SEA + "GD1,2020-07-18,表,8.05,6.31,0.012\nGD1,2020-07-18,底,8.01,5.87,0.018\n"

# --- encodings, separators, line ends ---------------------------------------------------------
text("utf8.csv", PLAIN)
text("utf8_mark.csv", PLAIN, "utf-8-sig")
text("gbk.csv", PLAIN, "gbk")
text("gb18030_rare.csv", PLAIN.replace("GD1", "𠮷湾"), "gb18030")
text("utf16_mark.csv", PLAIN, "utf-16")
text("utf16_big_mark.csv", "\ufeff" + PLAIN, "utf-16-be")
text("utf16_unmarked.csv", PLAIN, "utf-16-le")
text("tabs.txt", PLAIN.replace(",", "\t"))
text("semicolons.csv", PLAIN.replace(",", ";"))
text("full_width_commas.csv", PLAIN.replace(",", "，"))
text("old_mac_lines.csv", PLAIN.replace("\n", "\r"))
text("windows_lines.csv", PLAIN.replace("\n", "\r\n"))
text("mixed_encodings.csv", "")
BUILDERS["mixed_encodings.csv"] = lambda: (
    PLAIN.encode()
    + "GD2,2020-07-19,表,8.0,6.0,0.01\n珠湾,2020-07-19,底,8.0,6.0,0.01\n".encode("gbk")
)
text("no_last_newline.csv", PLAIN.rstrip("\n"))
text(
    "blank_lines.csv", "\n\n" + PLAIN.replace("\nGD1,2020-07-18,底", "\n\n,,,,,\nGD1,2020-07-18,底")
)

# --- quotation marks and shifted cells --------------------------------------------------------
text(
    "thousands.csv",
    '断面名称,监测时间,"粪大肠菌群(个/L)",电导率(μS/cm)\n甲,2020-07-18,"24,000","1,234.5"\n',
)
text(
    "thousands_shifted.csv",
    "断面名称,监测时间,粪大肠菌群(个/L),电导率(μS/cm)\n甲,2020-07-18,24,000,1234.5\n"
    "甲,2020-07-19,2400,1200\n",
)
text(
    "unpaired_quote.csv",
    RIVER
    + '甲,2020-07-18,7.1,"0.21,0.05\n甲,2020-07-19,7.2,0.22,0.06\n甲,2020-07-20,7.3,0.2,0.07\n',
)
text(
    "header_with_line_breaks.csv",
    '断面名称,监测时间,"氨氮\n(mg/L)","总磷\n(mg/L)"\n甲,2020-07-18,0.21,0.05\n',
)
text(
    "quoted_text.csv",
    '"断面名称","监测时间","氨氮(mg/L)"\n"甲,乙桥","2020-07-18","0.21"\n"丙","2020-07-18","<0.025"\n',
)

# --- layout -----------------------------------------------------------------------------------
text(
    "titles_and_notes.csv",
    "2020年7月近岸海域水质监测结果,,,,,\n监测单位：某站,,,,,\n"
    + SEA
    + "GD1,7月18日,表,8.05,6.31,0.012\nGD1,7月18日,底,8.01,5.87,0.018\n"
    + "平均值,,,8.03,6.09,0.015\n注：夏季航次。,,,,,\n审核：张某,,填报：李某,,,\n",
)
text(
    "units_row.csv",
    "站位,采样日期,pH,溶解氧,活性磷酸盐,铜\n,,无量纲,mg/L,mg/L,μg/L\n"
    "GD1,2020-07-18,8.05,6.31,0.012,1.5\n",
)
text(
    "limits_row.csv",
    "站位,采样日期,溶解氧(mg/L),活性磷酸盐(mg/L),铜(μg/L)\n检出限,,0.04,0.001,0.2\n"
    "GD1,2020-07-18,6.31,未检出,ND\nGD1,2020-07-19,6.2,0.012,0.9\n",
)
text(
    "limits_below.csv",
    "站位,采样日期,溶解氧(mg/L),活性磷酸盐(mg/L),铜(μg/L)\n"
    "GD1,2020-07-18,6.31,未检出,ND\nGD1,2020-07-19,6.2,0.012,未检出\n方法检出限,,0.04,0.001L,/\n",
)
text(
    "grouped_header.csv",
    "站位,采样日期,营养盐(mg/L),,,油类(mg/L)\n,,硝酸盐氮,亚硝酸盐氮,氨氮,\n"
    "GD1,2020-07-18,0.21,0.012,0.03,0.01\n",
)
text(
    "numbered_columns.csv",
    SEA + "1,2,3,4,5,6\nGD1,2020-07-18,表,8.05,6.31,0.012\n",
)
text(
    "repeated_header.csv",
    SEA + "GD1,2020-07-18,表,8.05,6.31,0.012\n" + SEA + "GD2,2020-07-18,表,8.1,6.4,0.011\n",
)
text("header_only.csv", SEA)
text("repeated_rows.csv", PLAIN + "GD1,2020-07-18,表,8.05,6.31,0.012\n")
text(
    "unnamed_column.csv",
    "站位,采样日期,pH,,活性磷酸盐(mg/L)\nGD1,2020-07-18,8.05,好,0.012\n",
)
text(
    "english_header.csv",
    "Station,Date,Depth,Salinity (psu),Dissolved Oxygen (mg/L),Dissolved Oxygen (%saturation)\n"
    "SM1,2020-07-18,Surface Water,31.2,6.31,95\nSM1,2020-07-18,Bottom Water,32.0,5.1,N/A\n",
)
text("not_a_table.csv", "1,2,3\n4,5,6\n7,8,9\n")
text("letter.txt", "各位同事：\n附件是七月的数据，请查收。\n")

# --- cells ------------------------------------------------------------------------------------
text(
    "cell_forms.csv",
    "断面名称,监测时间,氨氮(mg/L)\n"
    + "".join(
        f"甲,2020-07-{day:02d},{cell}\n"
        for day, cell in enumerate(
            [
                "0. 5",
                "0.013sd",
                "０．３５",
                "<0.01",
                "0.01L",
                "0.01(L)",
                "＜0.01",
                "1.2E-01",
                "1.2×10^-1",
                "0。5",
                "未检出",
                "ND",
            ],
            start=1,
        )
    ),
)
text(
    "no_values.csv",
    RIVER + "甲,2020-07-18,/,--,*\n甲,2020-07-19,,,\n甲,2020-07-20,7.1,--,N/A\n",
)
text(
    "above_range.csv",
    "断面名称,监测时间,粪大肠菌群(MPN/L)\n甲,2020-07-18,>24000\n甲,2020-07-19,≥16000\n",
)
text(
    "unreadable_cells.csv",
    RIVER + "甲,2020-07-18,7.1,0.2-0.3,0.05\n甲,2020-07-19,7.1,O.2,0..5\n"
    "甲,2020-07-20,7.1,0.2,0.05\n",
)
text(
    "impossible_values.csv", RIVER + "甲,2020-07-18,81.2,0.21,0.05\n甲,2020-07-19,8.12,-0.2,0.05\n"
)
text(
    "formulas_as_text.csv",
    RIVER + '=HYPERLINK("x"),2020-07-18,7.1,0.21,0.05\n甲,2020-07-19,=1+6,0.2,0.05\n',
)
text(
    "percent.csv",
    "站位,采样日期,溶解氧饱和度(%),溶解氧(mg/L)\nGD1,2020-07-18,95%,6.3\nGD1,2020-07-19,96,85%\n",
)
text(
    "unit_in_cells.csv",
    "断面名称,监测时间,氨氮(mg/L),总磷(mg/L)\n甲,2020-07-18,210μg/L,0.05 mg/L\n"
    "甲,2020-07-19,0.2,3℃\n",
)
text(
    "html_cells.csv",
    "断面名称,监测时间,氨氮(mg/L)\n甲,2020-07-18,<span title='原始值：0.2143'>0.21</span>\n"
    "甲,2020-07-19,<span title='原始值：0.2143'>0.91</span>\n",
)

# --- indicators and units ---------------------------------------------------------------------
text("unknown_column.csv", "断面名称,监测时间,氨氮(mg/L),微塑料(个/L)\n甲,2020-07-18,0.21,5\n")
text("unknown_unit.csv", "断面名称,监测时间,氨氮(mg/X),总磷(mg/L)\n甲,2020-07-18,0.21,0.05\n")
text("wrong_unit.csv", "断面名称,监测时间,氨氮(℃),总磷(mg/L)\n甲,2020-07-18,0.21,0.05\n")
text(
    "phosphate_without_unit.csv",
    "站位,采样日期,磷酸盐,盐度\nGD1,2020-07-18,27,31\nGD1,2020-07-19,30,31\n",
)
text("phosphate_assumed.csv", "站位,采样日期,磷酸盐,盐度\nGD1,2020-07-18,0.027,31\n")
text("metal_without_unit.csv", "站位,采样日期,铜,盐度\nGD1,2020-07-18,1.5,31\n")
text("micromoles.csv", "站位,采样日期,硝酸盐氮(μmol/L),活性磷酸盐(μmol/L)\nGD1,2020-07-18,10,1\n")
text(
    "nitrate_as_ion.csv",
    "断面名称,监测时间,硝酸盐(以NO3计)(mg/L),氨氮(mg/L)\n甲,2020-07-18,4.427,0.2\n",
)
text("micrograms.csv", "站位,采样日期,活性磷酸盐(μg/L),氨氮（NH3-N）μg/L\nGD1,2020-07-18,12,50\n")
text(
    "layers_across.csv",
    "站位,采样日期,无机氮(mg/L),,盐度\n,,表层,底层,\nGD1,2020-07-18,0.21,0.18,31\n",
)
text(
    "hj212_codes.csv",
    "站点编号,数据时间,w21003-Avg,w21003-Flag,w01018-Avg\nA1,2020-07-18 10:00:00,0.21,N,12\n"
    "A1,2020-07-18 11:00:00,0.22,D,13\nA1,2020-07-18 12:00:00,9.99,T,14\n"
    "A1,2020-07-18 13:00:00,0.2,Q,14\n",
)
text(
    "station_state.csv",
    "断面名称,监测时间,水质类别,氨氮(mg/L),站点情况\n甲,2020-07-18 04:00,Ⅱ,0.21,正常\n"
    "甲,2020-07-18 08:00,Ⅱ,0.22,维护\n甲,2020-07-18 12:00,Ⅱ,0.23,搬迁\n",
)

text(
    "column_twice.csv",
    "断面名称,监测时间,氨氮(mg/L),总磷(mg/L),氨氮(mg/L)\n甲,2020-07-18,0.2,0.05,0.9\n",
)
text(
    "statistics_of_packets.csv",
    "断面名称,数据时间,w21003-Min,w21003-Avg,w21003-Max\n甲,2020-07-18 10:00,0.1,0.2,0.3\n",
)

# --- long tables ------------------------------------------------------------------------------
LONG = "断面名称,采样日期,监测项目,监测结果,单位\n"
text(
    "long.csv",
    LONG + "甲,2020-07-18,氨氮,0.21,mg/L\n甲,2020-07-18,总磷,50,μg/L\n"
    "甲,2020-07-18,微塑料,5,个/L\n甲,2020-07-18,氨氮,0.2,度\n甲,2020-07-18,pH值,7.1,\n",
)
text(
    "long_limits.csv",
    "断面名称,采样日期,监测项目,监测结果,单位,检出限\n甲,2020-07-18,氨氮,未检出,mg/L,0.025\n"
    "甲,2020-07-18,总磷,ND,μg/L,10\n甲,2020-07-18,挥发酚,未检出,mg/L,\n",
)
text(
    "long_signs.csv",
    "place,medium,time,indicator,value,unit,censored\n甲,river,2020-07-18T04:00:00+08:00,w21003,0.025,mg/L,<\n"
    "甲,river,2020-07-18T04:00:00+08:00,w21011,0.05,mg/L,\n"
    "乙,sky,2020-07-18T04:00:00+08:00,w21011,0.05,mg/L,\n",
)

# --- places, layers, times --------------------------------------------------------------------
text(
    "layers_in_names.csv",
    "站位,采样日期,盐度,溶解氧(mg/L)\nGD1701表,2020-07-18,31,6.3\nGD1701底,2020-07-18,32,5.9\n"
    "3#,2020-07-18,30,6.1\n３＃-中层,2020-07-18,30,6.0\n陂底,2020-07-18,0.5,7\n",
)
text("layer_conflict.csv", SEA + "GD1701表,2020-07-18,底,8.05,6.31,0.012\n")
text(
    "depths.csv",
    "站位,采样日期,采样深度(m),盐度\nGD1,2020-07-18,0.5,31\nGD1,2020-07-18,10m,32\nGD1,2020-07-18,底,33\n"
    "GD1,2020-07-18,深,33\nGD1,2020-07-18,-3,33\n",
)
text(
    "several_a_day.csv",
    RIVER + "甲,2020-07-18 04:00,7.1,0.2,0.05\n甲,2020-07-18 08:00,7.2,0.2,0.05\n"
    "甲,2020-07-18 24:00,7.3,0.2,0.05\n",
)
text("place_missing.csv", RIVER + "甲,2020-07-18,7.1,0.2,0.05\n,2020-07-19,7.2,0.2,0.05\n")
text(
    "unregistered.csv",
    "站位,采样日期,盐度\nGD1701,2020-07-18,31\nGD17O1,2020-07-18,31\n深海一号,2020-07-18,34\n",
)
text("medium_unknown.csv", "Site,Date,pH,Ammonia nitrogen (mg/L)\nA,2020-07-18,7.1,0.2\n")
DATES = [
    "2020-07-18",
    "2020/7/18",
    "2020.7.18",
    "2020年7月18日",
    "20200718",
    "２０２０－０７－１８",
    "44030",
    "202007181030",
    "2020-07-18T10:30:00+08:00",
    "2020/7/18 下午 2:30",
    "18-Jul-2020",
    "2020年7月",
]
text(
    "date_forms.csv",
    "断面名称,监测时间,氨氮(mg/L)\n" + "".join(f"甲{i},{d},0.2\n" for i, d in enumerate(DATES)),
)
text(
    "bad_dates.csv",
    "断面名称,监测时间,氨氮(mg/L)\n"
    + "".join(
        f"甲{i},{d},0.2\n"
        for i, d in enumerate(
            ["2021-02-29", "2020-13-01", "2020-07-18 25:00", "--", "昨天", "7.18"]
        )
    ),
)
text("yearless.csv", RIVER + "甲,07-18 04:00,7.1,0.2,0.05\n甲,7月19日,7.2,0.2,0.05\n")
text("水质_2020-07.csv", RIVER + "甲,07-18 04:00,7.1,0.2,0.05\n")
text("水质_2020年与2021年.csv", RIVER + "甲,07-18 04:00,7.1,0.2,0.05\n甲,2020-07-19,7.2,0.2,0.05\n")
text("水质_2021-01.csv", RIVER + "甲,12-31 20:00,7.1,0.2,0.05\n甲,01-01 00:00,7.2,0.2,0.05\n")
text(
    "standard_is_no_year.csv", "按GB 3838-2002评价,,,,\n" + RIVER + "甲,07-18 04:00,7.1,0.2,0.05\n"
)
text("day_or_month_first.csv", RIVER + "甲,03/04/2020,7.1,0.2,0.05\n甲,05/06/2020,7.1,0.2,0.05\n")
text("day_first.csv", RIVER + "甲,03/04/2020,7.1,0.2,0.05\n甲,18/07/2020,7.1,0.2,0.05\n")
text(
    "date_and_clock.csv",
    "断面名称,采样日期,采样时间,氨氮(mg/L)\n甲,2020-07-18,09:30,0.2\n甲,2020-07-18,14:00,0.3\n",
)
text("year_month_day.csv", "断面名称,年,月,日,氨氮(mg/L)\n甲,2020,7,18,0.2\n甲,2020,7,,0.3\n")

# --- workbooks --------------------------------------------------------------------------------


@file("merged.xlsx")
def _merged() -> bytes:
    rows = [
        ["2020年7月海水水质", None, None, None, None, None],
        ["站位", "采样日期", "层次", "营养盐", None, "备注"],
        [None, None, None, "硝酸盐氮", "活性磷酸盐", None],
        [None, None, None, "mg/L", "μg/L", None],
        ["GD1", wall_clock(9, 30), "表", 0.21, 12, None],
        [None, None, "底", 0.18, "未检出", "重测"],
        ["GD2", date(2020, 7, 19), "表", "0.2", "0.5L", None],
    ]
    spans = ["A1:F1", "A2:A3", "B2:B3", "C2:C3", "D2:E2", "F2:F3", "A5:A6", "B5:B6"]
    return xlsx(("海水", rows, spans))


@file("sheets.xlsx")
def _sheets() -> bytes:
    head = ["断面名称", "监测时间", "氨氮(mg/L)"]
    return xlsx(
        ("说明", [["本表由某站提供"]], []),
        ("2020年7月", [head, ["甲", "7月18日", 0.21]], []),
        ("2020年8月", [head, ["甲", "8月18日", 0.25], ["乙", "8月19日", "坏"]], []),
        ("空", [], []),
    )


@file("old.xls")
def _old() -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("海水")
    style = xlwt.XFStyle()
    style.num_format_str = "yyyy-mm-dd hh:mm"
    sheet.write_merge(0, 0, 0, 3, "海水监测（以下同）")
    for column, header in enumerate(["站位", "采样时间", "盐度", "铜(μg/L)"]):
        sheet.write(1, column, header)
    sheet.write_merge(2, 3, 0, 0, "GD1")
    sheet.write(2, 1, wall_clock(10, 30), style)
    sheet.write(2, 2, 31.5)
    sheet.write(2, 3, "0.2L")
    sheet.write(3, 1, 44031)
    sheet.write(3, 2, 32)
    sheet.write(3, 3, 1.5)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@file("formulas.xlsx")
def _formulas() -> bytes:
    head = ["断面名称", "监测时间", "氨氮(mg/L)", "总磷(mg/L)"]
    return xlsx(
        (
            "表",
            [head, ["甲", "2020-07-18", "=0.1+0.1", 0.05], ["乙", "2020-07-18", 0.2, "#N/A"]],
            [],
        )
    )


@file("date_in_value.xlsx")
def _date_in_value() -> bytes:
    head = ["断面名称", "监测时间", "溶解氧(mg/L)"]
    return xlsx(
        ("表", [head, ["甲", "2020-07-18", date(2020, 5, 2)], ["乙", "2020-07-18", 5.2]], [])
    )


@file("far_cell.xlsx")
def _far_cell() -> bytes:
    content = xlsx(("表", [["断面名称", "监测时间", "氨氮(mg/L)"], ["甲", "2020-07-18", 0.2]], []))
    members = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            members[name] = archive.read(name)
    sheet = "xl/worksheets/sheet1.xml"
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    members[sheet] = members[sheet].replace(b"</sheetData>", far)
    return zipped(members)


@file("truncated.xlsx")
def _truncated() -> bytes:
    return _merged()[:3000]


@file("password.xlsx")
def _password() -> bytes:
    """A workbook with a password is a compound file with a stream of this name."""
    old = bytearray(_old())
    name = "Workbook".encode("utf-16-le")
    place = old.index(name + b"\0\0")
    new = "EncryptedPackage".encode("utf-16-le")
    old[place : place + 64] = new.ljust(64, b"\0")
    old[place + 64 : place + 66] = struct.pack("<H", len(new) + 2)
    return bytes(old)


BUILDERS["workbook_named.csv"] = lambda: xlsx(
    ("表", [["断面名称", "监测时间", "氨氮(mg/L)"], ["甲", "2020-07-18", 0.2]], [])
)
text("text_named.xlsx", RIVER + "甲,2020-07-18,7.1,0.2,0.05\n")
text(
    "web_page.xls",
    "<html><body><table><tr><td>断面名称</td><td>氨氮</td></tr></table></body></html>",
)
text(
    "xml_2003.xls",
    '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
)
BUILDERS["word.docx"] = lambda: zipped(
    {"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"}
)
BUILDERS["report.csv"] = lambda: b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n"
BUILDERS["empty.csv"] = lambda: b""
BUILDERS["zero_bytes.csv"] = lambda: PLAIN.encode() + b"\0\0\0\0"
BUILDERS["garbage.csv"] = lambda: bytes(range(128, 256)) * 40

# --- JSON -------------------------------------------------------------------------------------
BUILDERS["station.json"] = lambda: json.dumps(
    {
        "result": 1,
        "thead": [
            "省份",
            "流域",
            "断面名称",
            "监测时间",
            "水质类别",
            "pH<br/>(无量纲)",
            "氨氮<br/>(mg/L)",
            "站点情况",
        ],
        "tbody": [
            [
                "甲省",
                "乙流域",
                "<span title='经度：1 纬度：2'>丙</span>",
                "2020-07-18 04:00",
                "Ⅱ",
                "<span title='原始值：7.843'>7.84</span>",
                "<span title='原始值：0.0254'>0.025</span>",
                "正常",
            ],
            ["甲省", "乙流域", "丁", "2020-07-18 04:00", "*", "*", "--", "维护"],
        ],
    },
    ensure_ascii=False,
).encode()
BUILDERS["objects.json"] = lambda: json.dumps(
    [
        {"断面名称": "甲", "监测时间": "2020-07-18", "氨氮(mg/L)": 0.210},
        {"断面名称": "乙", "监测时间": "2020-07-18", "氨氮(mg/L)": "<0.025"},
    ],
    ensure_ascii=False,
).encode()
BUILDERS["cut_short.json"] = lambda: b'[{"a": 1, "b": [2, 3'
BUILDERS["deep.json"] = lambda: b"[" * 100_000
BUILDERS["no_table.json"] = lambda: b'{"message": "no data", "total": 0}'

# --- archives ---------------------------------------------------------------------------------
MEMBER = (RIVER + "甲,2020-07-18,7.1,0.2,0.05\n").encode()
BUILDERS["two.zip"] = lambda: zipped(
    {"a.csv": MEMBER, "b/c.csv": MEMBER.replace("甲".encode(), "乙".encode())}
)
BUILDERS["traversal.zip"] = lambda: zipped(
    {"../../etc/x.csv": MEMBER, "C:\\windows\\x.csv": MEMBER}
)
BUILDERS["nested.zip"] = lambda: zipped({"inner.zip": zipped({"a.csv": MEMBER})})
BUILDERS["one_bad_member.zip"] = lambda: zipped(
    {"a.csv": MEMBER, "readme.md": b"# hello\n", "scan.pdf": b"%PDF-1.4", "__MACOSX/._a.csv": b"x"}
)
BUILDERS["empty.zip"] = lambda: zipped({})
BUILDERS["truncated.zip"] = lambda: zipped({"a.csv": MEMBER * 50})[:200]


@file("too_deep.zip")
def _too_deep() -> bytes:
    content = MEMBER
    for depth in range(5):
        content = zipped({f"level{depth}.zip" if depth else "a.csv": content})
    return content


@file("bomb.zip")
def _bomb() -> bytes:
    return zipped({"a.csv": MEMBER + b"0" * 20_000_000})


@file("locked.zip")
def _locked() -> bytes:
    content = bytearray(zipped({"a.csv": MEMBER}))
    content[6] |= 1
    central = content.index(b"PK\x01\x02")
    content[central + 8] |= 1
    return bytes(content)


@file("gbk_names.zip")
def _gbk_names() -> bytes:
    name = "甲站.csv".encode("gbk")
    content = zipped({"X" * len(name): MEMBER})
    return content.replace(b"X" * len(name), name)


@file("damaged_member.zip")
def _damaged_member() -> bytes:
    content = bytearray(zipped({"a.csv": MEMBER, "b.csv": MEMBER}, zipfile.ZIP_STORED))
    place = content.index(b"7.1")
    content[place : place + 3] = b"9.9"
    return bytes(content)


BUILDERS["packed.csv.gz"] = lambda: gzip.compress(PLAIN.encode(), mtime=0)
BUILDERS["truncated.csv.gz"] = lambda: gzip.compress(PLAIN.encode() * 100, mtime=0)[:-30]
BUILDERS["bomb.csv.gz"] = lambda: gzip.compress(b"0,0\n" * 5_000_000, mtime=0)


def build(folder: Path) -> list[Path]:
    """Write every file into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, builder in BUILDERS.items():
        path = folder / name
        path.write_bytes(builder())
        written.append(path)
    return written


if __name__ == "__main__":
    print(len(build(Path(sys.argv[1]))), "files")
