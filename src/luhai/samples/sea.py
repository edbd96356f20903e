"""Sea files as a marine laboratory sends them: three cruises a year, two layers, many forms.

2015 a sheet per cruise with the layer behind the station's name; 2016 old Excel with metals in
μg/L; 2017 text in GBK with stations by their names and inorganic nitrogen beside its parts; 2018 a
long workbook; 2019 English heads with nutrients in μmol/L; 2020 one workbook per cruise, the second
with two rows that must be returned: a letter O in a station's name, and a pH whose decimal point
has slipped.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from luhai.samples.containers import Cell, Sheet, text_table, xls, xlsx
from luhai.samples.figures import (
    CRUISE_MONTHS,
    CRUISE_NAMES,
    LAYERS,
    DemonstrationPlace,
    Figures,
    full_width,
    parts_of_nitrogen,
    written,
)

NITROGEN = "无机氮"
PARTS = ("硝酸盐氮", "亚硝酸盐氮", "氨氮")
MOLAR_MASS = {"硝酸盐氮": 14.0, "亚硝酸盐氮": 14.0, "氨氮": 14.0, "活性磷酸盐": 30.974}
"""Grams per mole of what the indicator counts; nitrogen as in GB 3097-1997 annex A."""

ENGLISH = {
    "水温": "Temperature (℃)",
    "盐度": "Salinity",
    "pH": "pH",
    "溶解氧": "Dissolved oxygen (mg/L)",
    "化学需氧量": "COD (mg/L)",
    "活性磷酸盐": "Reactive phosphate (μmol/L)",
    "硝酸盐氮": "Nitrate nitrogen (μmol/L)",
    "亚硝酸盐氮": "Nitrite nitrogen (μmol/L)",
    "氨氮": "Ammonia nitrogen (μmol/L)",
    "叶绿素a": "Chlorophyll-a (μg/L)",
    "石油类": "Oil (mg/L)",
    "悬浮物": "Suspended solids (mg/L)",
    "铜": "Copper (μg/L)",
    "铅": "Lead (μg/L)",
    "锌": "Zinc (μg/L)",
    "镉": "Cadmium (μg/L)",
    "汞": "Mercury (μg/L)",
    "砷": "Arsenic (μg/L)",
}


def sea_files(figures: Figures) -> dict[str, bytes]:
    """Every sea file: relative path to content. Empty for a plan without sea stations."""
    if not figures.of("sea"):
        return {}
    mark = figures.words["mark"]
    return {
        f"海水/2015年近岸海域监测（{mark}）.xlsx": _sheet_per_cruise(figures, 2015),
        f"海水/2016年近岸海域水质（{mark}）.xls": _old_workbook(figures, 2016),
        f"海水/2017年近岸海域监测结果（{mark}）.csv": _names_in_text(figures, 2017),
        f"海水/2018年近岸海域监测_长表（{mark}）.xlsx": _long_workbook(figures, 2018),
        f"海水/2019_nearshore_survey（{mark}）.csv": _english(figures, 2019),
        f"海水/2020年春季航次（{mark}）.xls": _spring_2020(figures, 2020),
        f"海水/2020年夏季航次（{mark}）.xlsx": _summer_2020(figures, 2020),
    }


def casts(
    figures: Figures, year: int, cruises: range | None = None
) -> Iterator[tuple[DemonstrationPlace, int, date, str]]:
    """Every station, cruise, day and layer of a year."""
    for cruise in cruises or figures.cruises(year):
        for place in figures.of("sea"):
            day = date(year, CRUISE_MONTHS[cruise], place.day - (4 if cruise == 1 else 0))
            for layer in LAYERS:
                yield place, cruise, day, layer


def columns(figures: Figures) -> list[str]:
    """Indicators as the laboratory lists them: the parts of nitrogen in place of their sum."""
    names: list[str] = []
    for indicator in figures.indicators("sea"):
        names += PARTS if indicator == NITROGEN else (indicator,)
    return names


def values(
    figures: Figures,
    place: DemonstrationPlace,
    year: int,
    cruise: int,
    layer: str,
    non_detect: str = "<{limit}",
) -> dict[str, str]:
    """The written values of one sample by indicator, the parts of nitrogen among them."""
    result: dict[str, str] = {}
    for indicator in figures.indicators("sea"):
        value = figures.layer_value(place, indicator, year, cruise, layer)
        rule = figures.background["sea", indicator]
        if indicator == NITROGEN:
            parts = parts_of_nitrogen(value)
            result.update(zip(PARTS, parts, strict=True))
            result[NITROGEN] = f"{sum(map(float, parts)):.3f}"
        else:
            result[indicator] = written(value, rule, non_detect)
    return result


def unit(figures: Figures, name: str) -> str:
    """Unit of a column; the parts of nitrogen have that of their sum."""
    return figures.unit("sea", NITROGEN if name in PARTS else name)


def _headed(figures: Figures, names: list[str]) -> list[str]:
    return [f"{name}({unit(figures, name)})" if unit(figures, name) else name for name in names]


def _title(figures: Figures, year: int, rest: str) -> str:
    return f"{figures.words['city']}{year}年{rest}（{figures.words['mark']}）"


def _sheet_per_cruise(figures: Figures, year: int) -> bytes:
    names = columns(figures)
    sheets = []
    for cruise in figures.cruises(year):
        rows: list[list[Cell]] = [
            [_title(figures, year, f"近岸海域{CRUISE_NAMES[cruise]}航次海水监测结果")],
            ["站位", "采样日期", *names],
            [None, None, *[unit(figures, name) or "/" for name in names]],
        ]
        for place, _, day, layer in casts(figures, year, range(cruise, cruise + 1)):
            cells = values(figures, place, year, cruise, layer)
            rows.append(
                [
                    f"{place.place}{layer}",
                    f"{day.month}月{day.day}日",
                    *[cells[name] for name in names],
                ]
            )
        rows.append([f"监测单位：{figures.words['marine_station']}；“<”表示低于检出限。"])
        merges = [(1, 1, 1, 2 + len(names)), (2, 1, 3, 1), (2, 2, 3, 2)]
        sheets.append(Sheet(CRUISE_NAMES[cruise], rows, merges))
    return xlsx(sheets)


def _old_workbook(figures: Figures, year: int) -> bytes:
    names = columns(figures)
    rows: list[list[Cell]] = [
        [_title(figures, year, "近岸海域环境质量监测数据")],
        ["站位编号", "航次", "采样时间", "层次", *_headed(figures, names)],
    ]
    for place, cruise, day, layer in casts(figures, year):
        cells = values(figures, place, year, cruise, layer, "{limit}L")
        rows.append(
            [
                place.place,
                CRUISE_NAMES[cruise],
                f"{day.isoformat()} {9 + cruise}:40",
                f"{layer}层",
                *[cells[name] for name in names],
            ]
        )
    rows.append(["备注：数字后加L表示未检出，数字为方法检出限。"])
    return xls([Sheet("Sheet1", rows, [(1, 1, 1, 4 + len(names))])])


def _names_in_text(figures: Figures, year: int) -> bytes:
    names = [*columns(figures), NITROGEN]
    rows: list[list[Cell]] = [["站位名称", "监测日期", "采样层次", *_headed(figures, names)]]
    for number, (place, cruise, day, layer) in enumerate(casts(figures, year)):
        cells = values(figures, place, year, cruise, layer, "未检出")
        row = [cells[name] for name in names]
        if number % 11 == 3:
            row = [full_width(cell) for cell in row]
        rows.append([place.written, day.strftime("%Y%m%d"), layer, *row])
    rows.append(list(rows[1]))
    return text_table(rows, "gbk")


def _long_workbook(figures: Figures, year: int) -> bytes:
    rows: list[list[Cell]] = [
        [_title(figures, year, "近岸海域监测数据（按项目）")],
        ["站位", "采样日期", "层次", "监测项目", "测值", "计量单位"],
    ]
    for place, cruise, day, layer in casts(figures, year):
        cells = values(figures, place, year, cruise, layer)
        for name in columns(figures):
            rows.append(
                [
                    place.place,
                    day.isoformat(),
                    layer,
                    name,
                    cells[name],
                    unit(figures, name) or "无量纲",
                ]
            )
    return xlsx([Sheet("海水", rows, [(1, 1, 1, 6)])])


def _english(figures: Figures, year: int) -> bytes:
    names = columns(figures)
    rows: list[list[Cell]] = [["Station", "Date", "Layer", *[ENGLISH[name] for name in names]]]
    english_layer = {"表": "surface", "底": "bottom"}
    for place, cruise, day, layer in casts(figures, year):
        cells = values(figures, place, year, cruise, layer)
        row: list[Cell] = []
        for name in names:
            text = cells[name]
            if name in MOLAR_MASS and not text.startswith("<"):
                text = f"{float(text) * 1000 / MOLAR_MASS[name]:.3f}"
            row.append(text)
        rows.append([place.place, day.isoformat(), english_layer[layer], *row])
    return text_table(rows, "utf-8")


def _spring_2020(figures: Figures, year: int) -> bytes:
    names = columns(figures)
    rows: list[list[Cell]] = [
        [_title(figures, year, "春季航次海水水质监测结果")],
        ["站位", "采样时间", "层次", *names],
        [None, None, None, *[unit(figures, name) for name in names]],
    ]
    for place, cruise, day, layer in casts(figures, year, range(1)):
        cells = values(figures, place, year, cruise, layer)
        rows.append(
            [place.place, f"{day.month}月{day.day}日", layer, *[cells[name] for name in names]]
        )
    rows.append([f"送样单位：{figures.words['marine_station']}"])
    return xls([Sheet("Sheet1", rows, [(1, 1, 1, 3 + len(names))])])


def _summer_2020(figures: Figures, year: int) -> bytes:
    names = columns(figures)
    rows: list[list[Cell]] = [
        [_title(figures, year, "夏季航次海水水质监测结果")],
        ["站位", "采样日期", "层次", *names],
        [None, None, None, *[unit(figures, name) or "无量纲" for name in names]],
    ]
    for place, cruise, day, layer in casts(figures, year, range(1, 2)):
        cells = values(figures, place, year, cruise, layer)
        head: list[Cell] = [place.place, f"{day.month}月{day.day}日"]
        rows.append([*head, layer, *[cells[name] for name in names]])
        if layer != "表":
            continue
        if place == figures.of("sea")[0]:
            # The letter O in place of the digit: no station of that name is registered.
            head[0] = place.place.replace("0", "O")
            rows.append([*head, "中", *[cells[name] for name in names]])
        if place == figures.of("sea")[1]:
            slipped = {**cells, "pH": f"{float(cells['pH']) * 10:.1f}"}
            rows.append([*head, "中", *[slipped[name] for name in names]])
    rows.append(["注：夏季航次期间无赤潮。"])
    return xlsx([Sheet("海水", rows, [(1, 1, 1, 3 + len(names)), (2, 1, 3, 1), (2, 2, 3, 2)])])
