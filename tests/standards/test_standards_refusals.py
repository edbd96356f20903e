"""Every refusal of the room is said in Chinese as well, and names the same codes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from standards_wording import untranslated

from luhai.errors import LuhaiError
from luhai.standards import (
    FORMULAS,
    citation,
    colour,
    convert,
    derived,
    discharge_limits,
    eutrophication_grade,
    find_indicator,
    indicator,
    level_of_class,
    level_of_shares,
    load_method,
    load_standard,
    round_half_even,
    season_of,
    standard_in_force,
)

SEA = load_standard("gb3097-1997")
METHOD = load_method("hj442-2020")

REFUSALS: list[tuple[Callable[[], object], str]] = [
    (lambda: indicator("w2100"), "没有指标“w2100”。"),
    (lambda: find_indicator("氨氮", "air"), "没有水体种类“air”。"),
    (lambda: colour("purple"), "没有颜色“purple”。"),
    (lambda: load_standard("gb3097"), "是不是 gb3097-1997"),
    (lambda: load_standard("gb3097-1997", extra=["/nowhere"]), "没有这个标准文件夹。"),
    (lambda: load_method("hj442"), "没有方法“hj442”。"),
    (lambda: citation("none", "rounding"), "没有标准或方法“none”。"),
    (lambda: citation(METHOD, "roundings"), "没有“hj442-2020”的条款“roundings”。"),
    (lambda: citation(SEA, "w99999"), "gb3097-1997 对“w99999”没有限值。"),
    (lambda: standard_in_force("moon", date(2020, 1, 1)), "2020-01-01 没有适用于“moon”的环境质量"),
    (lambda: SEA.limit("w01009", 9), "gb3097-1997 没有 9 类。"),
    (lambda: SEA.class_name(9, "zh"), "请用 0 … 5。"),
    (lambda: load_standard("gb18918-2002").limit("w21003", 1), "规定的是排放限值"),
    (lambda: discharge_limits("gb3097-1997"), "gb3097-1997 不是排放标准。"),
    (lambda: discharge_limits("gb18918-2002", basis="load"), "没有控制方式“load”。"),
    (lambda: METHOD.minimum("decade"), "没有时段“decade”。"),
    (lambda: METHOD.item("w99999"), "没有指标“w99999”。"),
    (lambda: level_of_shares("sea", (50, 50, 0, 0, -1)), "有比例缺失或为负"),
    (lambda: level_of_shares("sea", (0.5, 0.5, 0, 0, 0)), "请给百分数，不是小数。"),
    (lambda: level_of_shares("sea", (100,)), "须有 5 个比例，给了 1 个。"),
    (lambda: level_of_class("sea", 6), "规则“sea”没有 6 类。"),
    (lambda: eutrophication_grade(1.0, "Z"), "没有分级方案“eutrophication_z”。"),
    (lambda: season_of(13), "没有 13 月。"),
    (lambda: round_half_even(float("inf"), 2), "无穷大的值无法修约。"),
    (lambda: round_half_even(1.0, 0.5), "小数位数不是整数。"),
    (lambda: convert(1.0, "furlong", "w21003"), "单位“furlong”不认识。 氨氮（w21003）"),
    (lambda: convert(1.0, "NTU", "w21003"), "NTU 不是氨氮（w21003）的单位。"),
    (lambda: convert(1.0, "mg/L as NO3", "w01009"), "以 NO3 计的 mg/L 不是溶解氧"),
    (lambda: derived.tli_part("tq", 1.0), "没有营养状态指数的分项“tq”。"),
    (lambda: derived.tli_part("tp", 0.0), "tp 不大于零。"),
    (lambda: FORMULAS["din"](nothing=1.0), "每个输入都要写明名称。"),
    (lambda: derived.din(-1.0, 0.1, 0.1), "公式 din 的第 1 个值"),
]


@pytest.mark.parametrize(("ask", "words"), REFUSALS, ids=[words for _, words in REFUSALS])
def test_a_refusal_is_said_in_chinese(ask: Callable[[], object], words: str) -> None:
    with pytest.raises(LuhaiError) as caught:
        ask()
    assert words in caught.value.render("zh")
    assert untranslated(caught.value) == []


def test_a_broken_row_is_named_in_chinese(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LUHAI_STANDARDS", str(tmp_path))
    units = tmp_path / "units.csv"
    units.write_text("unit,pint,aliases\nstone,kg,毫克/升\n", encoding="utf-8")
    with pytest.raises(LuhaiError) as caught:
        convert(1.0, "mg/L", "w21003")
    assert caught.value.render("zh").startswith(f"{tmp_path.name} 的 units.csv 第 2 行: aliases“")
    assert untranslated(caught.value) == []
