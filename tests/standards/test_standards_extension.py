"""More indicators, units, levels and grades are files in a folder, and no code."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from luhai.errors import InputError, UsageError
from luhai.standards import (
    colour,
    colour_of_class,
    convert,
    find_indicator,
    grade_of,
    indicator,
    level_of_class,
    level_of_shares,
    levels,
)
from luhai.standards.tables import DATA

TABLES = {
    "indicators.csv": (
        "lh_tributyltin,三丁基锡,tributyltin,三丁基锡,TBT,μg/L,Sn,0,100,4,sea,,118.71,M,invented",
    ),
    "aliases.csv": ("lh_tributyltin,sea,1,,TBT;三丁基锡",),
    "colours.csv": ("teal,#0B5F6A,#FFFFFF,#0B5F6A,#6FC7CF,#16222C,#6FC7CF,waves,invented",),
    "grades.csv": (
        "clarity,1,浑,turbid,,no,2,no,invented,cuts,2024-01-01,,M,",
        "clarity,2,清,clear,2,yes,,no,invented,cuts,2024-01-01,,M,",
    ),
    "levels/rules.csv": ("two,sea,2,1,2,10,20,,,invented,an invented rule,2024-01-01,,M,",),
    "levels/levels.csv": (
        "two,1,好,fine,teal,invented,2024-01-01,,M,",
        "two,2,坏,foul,level_5,invented,2024-01-01,,M,",
    ),
    "levels/conditions.csv": (
        "two,1,1,1,1,>=,50,2024-01-01,,M",
        "two,2,2,1,1,<,50,2024-01-01,,M",
    ),
    "levels/classes.csv": (
        "two,1,1,teal,invented,2024-01-01,,M",
        "two,2,2,level_5,invented,2024-01-01,,M",
    ),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, rows in TABLES.items():
        header = (DATA / name).read_text(encoding="utf-8").splitlines()[0]
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    monkeypatch.setenv("LUHAI_STANDARDS", str(tmp_path))
    return tmp_path


def test_indicators_and_their_names(folder: Path) -> None:
    assert indicator("lh_tributyltin").name_zh == "三丁基锡"
    assert find_indicator("TBT", "sea")[0].code == "lh_tributyltin"
    assert float(convert(1.0, "ng/L", "lh_tributyltin")) == 0.001


def test_levels_colours_and_grades(folder: Path) -> None:
    level = level_of_shares("two", (50, 50))
    assert (level.name_zh, level.colour_light) == ("好", "#0B5F6A")
    assert level_of_shares("two", (49, 51)).name_en == "foul"
    assert colour_of_class("two", 1).pattern == "waves"
    assert grade_of("clarity", [1.9, 2.0]).tolist() == [1, 2]
    assert set(levels.rules()) == {"surface", "sea", "two"}


def test_without_the_folder_they_are_unknown() -> None:
    with pytest.raises(UsageError):
        indicator("lh_tributyltin")
    with pytest.raises(UsageError):
        level_of_shares("two", (50, 50))
    assert find_indicator("TBT", "sea") == []


@pytest.mark.parametrize(
    ("name", "ask"),
    [
        ("indicators.csv", lambda: indicator("w01001")),
        ("colours.csv", lambda: colour("level_1")),
        ("levels/rules.csv", lambda: level_of_class("sea", 1)),
        ("levels/levels.csv", lambda: level_of_class("sea", 1)),
        ("levels/classes.csv", lambda: level_of_class("sea", 1)),
    ],
)
def test_shipped_rows_are_not_replaced_in_silence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, ask: Callable[[], object]
) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    shutil.copy(DATA / name, tmp_path / name)
    monkeypatch.setenv("LUHAI_STANDARDS", str(tmp_path))
    with pytest.raises(InputError, match=r"stands twice|out of order"):
        ask()


def test_a_folder_that_does_not_exist_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LUHAI_STANDARDS", "/nowhere/at/all")
    with pytest.raises(InputError, match="does not exist"):
        indicator("w01001")
