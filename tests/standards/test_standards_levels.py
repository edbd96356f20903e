"""Quality levels of groups against published bulletins, and the rules of change."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from luhai.errors import InputError, UsageError
from luhai.standards import (
    change_by_level,
    change_by_shares,
    colour_of_class,
    dominant_classes,
    dominant_text,
    level_of_class,
    level_of_shares,
    levels,
    load_standard,
    standards,
)
from luhai.why import VERIFICATION_MARKS

COUNTS = {"surface": 6, "sea": 5}


@pytest.mark.parametrize("rule", levels.rules())
def test_every_rule_is_whole(rule: str) -> None:
    entries = levels.levels_of(rule)
    assert [level.number for level in entries] == list(range(1, len(entries) + 1))
    for level in entries:
        assert level.verified in VERIFICATION_MARKS
        assert level.citation.clause == level.clause
        assert level.colour_light.startswith("#")
        assert level.colour_dark.startswith("#")
    numbers = [level_of_class(rule, number).number for number in range(1, COUNTS[rule] + 1)]
    assert numbers == sorted(numbers)
    assert set(numbers) == set(range(1, len(entries) + 1))


def test_rules_fit_the_standards_that_name_them() -> None:
    for name in standards():
        edition = load_standard(name)
        if edition.level_rule:
            assert COUNTS[edition.level_rule] == edition.class_count + 1


# 2017 national bulletin of nearshore waters (HJ 442-2008): shares of 一类 … 劣四类 and its words.
BULLETIN_2017 = [
    ("national", (34.5, 33.3, 10.1, 6.5, 15.6), "一般"),
    ("Bohai", (19.8, 48.1, 14.8, 7.4, 9.9), "一般"),
    ("Yellow Sea", (37.4, 45.1, 9.9, 5.5, 2.2), "良好"),
    ("East China Sea", (15.9, 31.0, 12.4, 9.7, 31.0), "差"),
    ("South China Sea", (57.6, 18.2, 5.3, 3.8, 15.2), "一般"),
]


@pytest.mark.parametrize(("region", "shares", "word"), BULLETIN_2017)
def test_levels_of_the_2017_bulletin(region: str, shares: tuple[float, ...], word: str) -> None:
    assert level_of_shares("sea", shares).name_zh == word, region


@pytest.mark.parametrize(
    ("shares", "word"),
    [
        ((60, 30, 10, 0, 0), "优"),
        ((59.9, 30.1, 10, 0, 0), "良好"),
        ((60, 29.9, 10.1, 0, 0), "良好"),
        ((0, 80, 20, 0, 0), "良好"),
        ((0, 79.9, 20.1, 0, 0), "一般"),
        ((0, 60, 10, 0, 30), "一般"),
        ((0, 60, 9.9, 0, 30.1), "差"),  # the clause of the worst class wins
        ((0, 59.9, 40.1, 0, 0), "差"),
        ((0, 60, 0, 0, 40), "差"),
        ((0, 59, 0, 0, 41), "极差"),
    ],
)
def test_cuts_of_the_sea_levels(shares: tuple[float, ...], word: str) -> None:
    assert level_of_shares("sea", shares).name_zh == word


@pytest.mark.parametrize(
    ("shares", "word"),
    [
        ((0, 0, 90, 10, 0, 0), "优"),
        ((0, 0, 89.9, 10.1, 0, 0), "良好"),
        ((0, 75, 0, 0, 0, 25), "良好"),
        ((0, 74.9, 0, 25.1, 0, 0), "轻度污染"),
        ((0, 60, 0, 0, 20.1, 19.9), "轻度污染"),
        ((0, 60, 0, 0, 20, 20), "中度污染"),
        ((0, 60, 0, 0, 0.1, 39.9), "中度污染"),
        ((0, 60, 0, 0, 0, 40), "重度污染"),  # where the printings differ: taken as the worse level
        ((0, 0, 0, 0, 0, 100), "重度污染"),
    ],
)
def test_cuts_of_the_surface_levels(shares: tuple[float, ...], word: str) -> None:
    assert level_of_shares("surface", shares).name_zh == word


def test_sums_of_shares_are_not_spoiled_by_binary_noise() -> None:
    shares = [100 * count / 30 for count in (9, 9, 9, 3, 0, 0)]
    assert level_of_shares("surface", shares).number == 1
    assert level_of_shares("sea", (60.0, 19.7 + 10.3, 10, 0, 0)).number == 1


@st.composite
def shares_of(draw: st.DrawFn, rule: str) -> list[float]:
    counts = draw(
        st.lists(st.integers(0, 60), min_size=COUNTS[rule], max_size=COUNTS[rule]).filter(sum)
    )
    return [100 * count / sum(counts) for count in counts]


@pytest.mark.parametrize("rule", levels.rules())
@settings(deadline=None)
@given(data=st.data())
def test_every_group_has_a_level_and_better_water_no_worse_one(
    rule: str, data: st.DataObject
) -> None:
    shares = data.draw(shares_of(rule))
    level = level_of_shares(rule, shares)
    source = data.draw(st.integers(1, len(shares) - 1))
    moved = data.draw(st.floats(0, 1)) * shares[source]
    better = list(shares)
    better[source] -= moved
    better[source - 1] += moved
    assert level_of_shares(rule, better).number <= level.number


@pytest.mark.parametrize(
    ("shares", "message"),
    [
        ((50, 30, 10, 5, 0), "add up to 95"),
        ((0.5, 0.3, 0.1, 0.05, 0.05), "percent, not fractions"),
        ((120, -20, 0, 0, 0), "negative"),
        ((50, 50, 0, 0, float("nan")), "missing"),
    ],
)
def test_broken_shares_are_refused(shares: tuple[float, ...], message: str) -> None:
    with pytest.raises(InputError, match=message):
        level_of_shares("sea", shares)


def test_unknown_rules_classes_and_counts_are_refused() -> None:
    with pytest.raises(UsageError, match="Did you mean sea"):
        level_of_shares("seas", (100, 0, 0, 0, 0))
    with pytest.raises(UsageError, match="takes 6 shares"):
        level_of_shares("surface", (100, 0, 0, 0, 0))
    with pytest.raises(UsageError, match="no class 6"):
        level_of_class("sea", 6)
    with pytest.raises(UsageError, match="no level"):
        change_by_level("sea", 0, 1)


@pytest.mark.parametrize(
    ("before", "after", "direction", "degree", "words"),
    [
        (2, 2, 0, 0, "无明显变化"),
        (3, 2, 1, 1, "有所好转"),
        (4, 2, 1, 2, "明显好转"),
        (2, 3, -1, 1, "有所变差"),
        (1, 5, -1, 2, "明显变差"),
    ],
)
def test_change_by_level(before: int, after: int, direction: int, degree: int, words: str) -> None:
    for rule in levels.rules():
        change = change_by_level(rule, before, after)
        assert (change.direction, change.degree) == (direction, degree)
        assert change.words.render("zh") == words


@pytest.mark.parametrize(
    ("good", "bad", "words"),
    # ΔG − ΔD of 10 is no marked change, 20 still "some" (环办〔2011〕22号).
    [
        (10.0, 0.0, "无明显变化"),
        (10.1, 0.0, "有所好转"),
        (5.0, -5.1, "有所好转"),
        (20.0, 0.0, "有所好转"),
        (15.0, -5.1, "明显好转"),
        (-8.0, 2.1, "有所变差"),
        (-15.0, 5.1, "明显变差"),
    ],
)
def test_change_by_shares(good: float, bad: float, words: str) -> None:
    before = (0, 0, 50, 25, 15, 10)
    after = (0, 0, 50 + good, 25 - good - bad, 15, 10 + bad)
    change = change_by_shares("surface", before, after)
    assert change.words.render("zh") == words
    assert change.difference == pytest.approx(good - bad)


def test_change_by_shares_at_sea_counts_the_first_two_classes() -> None:
    before, after = (20, 40, 20, 10, 10), (20, 50, 20, 10, 0)
    assert change_by_shares("sea", before, after).difference == pytest.approx(20)


@pytest.mark.parametrize(
    ("shares", "classes", "words"),
    [
        ((50.1, 20, 10, 10, 9.9), (1,), "以一类为主"),
        ((50, 20.1, 10, 10, 9.9), (1, 2), "以一类、二类为主"),
        ((10, 36, 10, 8, 36), (2, 5), "以二类、劣四类为主"),
        ((50, 20, 10, 10, 10), (), None),
        ((34.5, 33.3, 10.1, 6.5, 15.6), (), None),
    ],
)
def test_dominant_classes(
    shares: tuple[float, ...], classes: tuple[int, ...], words: str | None
) -> None:
    """HJ 442: one class above 50 %, else the two largest above 70 % together."""
    assert dominant_classes("sea", shares) == classes
    text = dominant_text(load_standard("gb3097-1997"), "sea", shares)
    assert (text.render("zh") if text else None) == words


def test_dominant_classes_are_a_wording_of_the_sea_only() -> None:
    assert dominant_classes("surface", (100, 0, 0, 0, 0, 0)) == ()


def test_classes_of_one_level_can_be_told_apart() -> None:
    assert colour_of_class("surface", 1) == colour_of_class("surface", 2)
    assert colour_of_class("surface", 1, apart=True) != colour_of_class("surface", 2, apart=True)
    assert colour_of_class("sea", 0).pattern == "empty"
    assert np.unique([colour_of_class("sea", number).pattern for number in range(1, 6)]).size == 5
