"""River files as a city's laboratories send them: a new form every year.

2015 old Excel with two header rows and a units row; 2016 an archive of text tables in GBK; 2017 a
long text table; 2018 a workbook with a sheet per month and the year in the title only; 2019 a wide
workbook with notes; 2020 text for half a year, then a contractor's workbook that repeats June.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from luhai.samples.containers import Cell, Sheet, archive, text_table, xls, xlsx
from luhai.samples.figures import DemonstrationPlace, Figures, full_width, written

GROUPS = {"水温": "现场指标", "高锰酸盐指数": "有机污染与营养盐", "铜": "金属与其他"}
"""First column of each group of columns, for the upper header row."""

NON_DETECT_NOTE = "注：1.“L”表示低于检出限，前面的数字为检出限；2.pH为无量纲。"


def river_files(figures: Figures) -> dict[str, bytes]:
    """Every river file: relative path to content. Empty for a plan without rivers."""
    if not figures.of("river"):
        return {}
    mark = figures.words["mark"]
    return {
        f"河流/2015年入海河流断面监测结果（{mark}）.xls": _half_year_workbook(figures, 2015),
        f"河流/2016年入海河流（{mark}）.zip": _archive_of_quarters(figures, 2016),
        f"河流/2017年入海河流监测数据_长表（{mark}）.csv": _long_table(figures, 2017),
        f"河流/2018年入海河流月报（{mark}）.xlsx": _monthly_sheets(figures, 2018),
        f"河流/2019年入海河流水质（{mark}）.xlsx": _year_workbook(figures, 2019),
        f"河流/2020年1-6月入海河流（{mark}）.csv": _half_year_text(figures, 2020),
        f"河流/2020年6-8月第三方检测（{mark}）.xlsx": _contractor(figures, 2020),
    }


def visits(figures: Figures, year: int) -> Iterator[tuple[DemonstrationPlace, date]]:
    """Every visit of a year, month by month."""
    for month in figures.months(year):
        for place in figures.of("river"):
            yield place, date(year, month, place.day + (month * 3) % 5)


def values(
    figures: Figures, place: DemonstrationPlace, day: date, non_detect: str = "{limit}L"
) -> list[str]:
    """The written values of one visit, in the order of the indicators."""
    return [
        written(
            figures.month_value(place, indicator, day),
            figures.background["river", indicator],
            non_detect,
        )
        for indicator in figures.indicators("river")
    ]


def _title(figures: Figures, period: str, rest: str) -> str:
    return f"{period}{figures.words['city']}{rest}（{figures.words['mark']}）"


def _half_year_workbook(figures: Figures, year: int) -> bytes:
    indicators = figures.indicators("river")
    sheets = []
    for name, months in (("1-6月", range(1, 7)), ("7-12月", range(7, 13))):
        upper: list[Cell] = ["河流", "断面", "采样日期"]
        upper += [GROUPS.get(indicator) for indicator in indicators]
        units: list[Cell] = [None, None, None]
        units += [figures.unit("river", indicator) or "无量纲" for indicator in indicators]
        width = len(upper)
        starts = [3 + indicators.index(first) + 1 for first in GROUPS]
        ends = [*(start - 1 for start in starts[1:]), width]
        sheet = Sheet(
            f"{year}年{name}",
            [
                [_title(figures, f"{year}年", "入海河流断面水质监测结果")],
                [f"监测单位：{figures.words['monitoring_station']}"],
                upper,
                [None, None, None, *indicators],
                units,
            ],
            [(1, 1, 1, width), (3, 1, 4, 1), (3, 2, 4, 2), (3, 3, 4, 3)]
            + [(3, start, 3, end) for start, end in zip(starts, ends, strict=True)],
        )
        for place, day in visits(figures, year):
            if day.month in months:
                sheet.rows.append(
                    [
                        place.water,
                        place.written,
                        f"{day.month}月{day.day}日",
                        *values(figures, place, day),
                    ]
                )
        sheet.rows += [[NON_DETECT_NOTE], ["制表：        审核：        签发："]]
        sheets.append(sheet)
    return xls(sheets)


def _headed(figures: Figures, pattern: str) -> list[str]:
    """Column heads with the unit in them, where there is one."""
    return [
        pattern.format(name=indicator, unit=figures.unit("river", indicator))
        if figures.unit("river", indicator)
        else f"{indicator}(无量纲)"
        for indicator in figures.indicators("river")
    ]


def _archive_of_quarters(figures: Figures, year: int) -> bytes:
    mark = figures.words["mark"]
    members = {}
    for quarter in range(1, 5):
        rows: list[list[Cell]] = [["断面名称", "监测时间", *_headed(figures, "{name}({unit})")]]
        for number, (place, day) in enumerate(visits(figures, year)):
            if (day.month - 1) // 3 + 1 != quarter:
                continue
            row: list[Cell] = [place.written, f"{day.year}/{day.month}/{day.day} 10:00"]
            cells = values(figures, place, day)
            if number % 17 == 4:
                cells = [full_width(cell) for cell in cells]
            rows.append(row + list(cells))
        # The laboratory's export repeats its last line, as such exports do.
        rows.append(list(rows[-1]))
        members[f"{year}年第{quarter}季度（{mark}）.csv"] = text_table(rows, "gbk")
    return archive(members)


def _long_table(figures: Figures, year: int) -> bytes:
    rows: list[list[Cell]] = [["断面名称", "采样日期", "监测项目", "监测结果", "单位", "备注"]]
    for place, day in visits(figures, year):
        cells = values(figures, place, day, "<{limit}")
        for indicator, cell in zip(figures.indicators("river"), cells, strict=True):
            # One method reports no limit of detection at all.
            bare = "未检出" if indicator == "挥发酚" and cell.startswith("<") else cell
            unit = figures.unit("river", indicator) or "无量纲"
            rows.append(
                [place.written, day.isoformat(), indicator, bare, unit, figures.words["mark"]]
            )
    return text_table(rows, "utf-8-sig")


def _monthly_sheets(figures: Figures, year: int) -> bytes:
    sheets = []
    heads = _headed(figures, "{name}（{unit}）")
    for month in figures.months(year):
        sheet = Sheet(
            f"{month}月",
            [
                [_title(figures, f"{year}年{month}月", "入海河流断面水质月报")],
                ["序号", "所属河流", "断面名称", "责任区", "采样日期", *heads],
            ],
            [(1, 1, 1, 5 + len(heads))],
        )
        number = 0
        for place, day in visits(figures, year):
            if day.month == month:
                number += 1
                sheet.rows.append(
                    [
                        number,
                        place.water,
                        place.written,
                        place.district,
                        f"{month}月{day.day}日",
                        *values(figures, place, day),
                    ]
                )
        sheet.rows.append([NON_DETECT_NOTE])
        sheets.append(sheet)
    return xlsx(sheets)


def _number(text: str) -> Cell:
    """A value as a cell of its own kind: numbers stay numbers, non-detects stay text."""
    try:
        return float(text)
    except ValueError:
        return text


def _year_workbook(figures: Figures, year: int) -> bytes:
    indicators = figures.indicators("river")
    units = [figures.unit("river", indicator) or "无量纲" for indicator in indicators]
    width = 3 + len(indicators)
    sheet = Sheet(
        "入海河流",
        [
            [_title(figures, f"{year}年", "入海河流监测数据汇总")],
            ["断面", "监测日期", "监测时间", "监 测 项 目"],
            [None, None, None, *indicators],
            [None, None, None, *units],
        ],
        [(1, 1, 1, width), (2, 1, 4, 1), (2, 2, 4, 2), (2, 3, 4, 3), (2, 4, 2, width)],
    )
    for place, day in visits(figures, year):
        cells = [_number(text) for text in values(figures, place, day)]
        sheet.rows.append([f" {place.written} ", day.isoformat(), "09:30", *cells])
    sheet.rows += [
        [NON_DETECT_NOTE],
        [f"编制单位：{figures.words['monitoring_station']}"],
    ]
    return xlsx([sheet])


def _half_year_text(figures: Figures, year: int) -> bytes:
    rows: list[list[Cell]] = [
        [_title(figures, f"{year}年1-6月", "入海河流断面水质监测数据")],
        ["断面名称", "采样日期", *_headed(figures, "{name}({unit})")],
    ]
    for place, day in visits(figures, year):
        if day.month <= 6:
            rows.append([place.written, f"{day.month}月{day.day}日", *values(figures, place, day)])
    return text_table(rows, "gb18030")


def _contractor(figures: Figures, year: int) -> bytes:
    names = {"氨氮": "氨氮（以N计）", "总磷": "总磷（以P计）", "总氮": "总氮（以N计）"}
    heads = [
        f"{names.get(indicator, indicator)}/{figures.unit('river', indicator)}"
        if figures.unit("river", indicator)
        else indicator
        for indicator in figures.indicators("river")
    ]
    sheet = Sheet(
        "检测结果",
        [
            [f"检测报告附表（{figures.words['mark']}）"],
            [f"检测单位：{figures.words['contractor']}", None, None, "委托单位：市环境保护局"],
            ["检测点位", "采样时间", *heads],
        ],
        [(1, 1, 1, 2 + len(heads))],
    )
    last = None
    for place, day in visits(figures, year):
        if day.month >= 6:
            sheet.rows.append([place.written, day.isoformat(), *values(figures, place, day)])
            last = (place, day)
    if last is not None:
        # Two rows that no reader may take: a day that does not exist, and a visit without values.
        place, day = last
        sheet.rows.append([place.written, f"{year}-08-32", *values(figures, place, day)])
        sheet.rows.append([place.written, f"{year}-08-20", *["--"] * len(heads)])
    sheet.rows.append(["以下空白"])
    return xlsx([sheet])
