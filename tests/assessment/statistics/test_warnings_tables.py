"""Warnings against figures worked by hand."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from made_observations import monthly, observations
from scipy import stats

from luhai.assessment.warning import WARNING_SCHEMA, warning_text, warnings
from luhai.assessment.warning_rules import KINDS, warning_rules
from luhai.errors import InputError, UsageError

TARGET = pl.DataFrame(
    {"place": ["R1"], "target_class": [3], "standard": ["gb3838-2002"], "year": [2020]}
)


def _kinds(table: pl.DataFrame) -> set[tuple[str, str, int]]:
    return set(table.select("kind", "indicator", "level").iter_rows())


def _year(now: float, before: float, code: str = "w21011", months: range = range(1, 9)):  # type: ignore[no-untyped-def]
    # Slightly uneven months, so that the paired differences have no ties.
    rows = monthly("R1", code, [2019], lambda y, m: before * (1 + 0.001 * m))
    rows += monthly("R1", code, [2020], lambda y, m: now * (1 + 0.002 * m), months=months)
    return observations(rows, "river")


def test_a_rise_over_the_same_months() -> None:
    """TP 0.12 to 0.15, about 26 % up: eight rises out of eight months have p = 1/256."""
    row = warnings(_year(0.15, 0.12), year=2020, place_targets=TARGET)
    rising = row.filter(pl.col("kind") == "rising").row(0, named=True)
    assert rising["change"] == pytest.approx(0.25, abs=0.01)
    assert rising["p"] == pytest.approx(1 / 256)
    assert (rising["level"], rising["limit"]) == (2, 0.2)
    assert rising["parts"] == "1;2;3;4;5;6;7;8"
    assert rising["value"] > rising["reference"]
    assert "26 %" in warning_text(rising).render("en")


def test_the_rest_of_the_year_before_is_not_compared() -> None:
    """A dirty autumn of the year before must not hide a rise of the first eight months."""
    rows = monthly("R1", "w21011", [2019], lambda y, m: 0.12 if m <= 8 else 0.9)
    rows += monthly("R1", "w21011", [2020], 0.15, months=range(1, 9))
    table = warnings(observations(rows, "river"), year=2020, place_targets=TARGET)
    assert table.filter(pl.col("kind") == "rising")["reference"].item() == pytest.approx(0.12)


def test_a_small_or_harmless_rise_is_no_warning() -> None:
    assert not _kinds(warnings(_year(0.125, 0.12), year=2020, place_targets=TARGET))
    # 0.02 to 0.04 doubles, and is a fifth of the limit.
    doubled = warnings(_year(0.04, 0.02), year=2020, place_targets=TARGET)
    # Class Ⅰ is lost all the same.
    assert _kinds(doubled) == {("class_lost", "w21011", 1)}


def test_chance_keeps_a_rise_at_the_first_level() -> None:
    """Two cruises cannot prove a rise: p is at least 1/4, whatever the rise."""
    rows = [
        ("S1", "lh_din", year, month, 10, value, "")
        for year, values in ((2019, (0.15, 0.16)), (2020, (0.25, 0.27)))
        for month, value in zip((5, 8), values, strict=True)
    ]
    target = TARGET.with_columns(place=pl.lit("S1"), standard=pl.lit("gb3097-1997"))
    table = warnings(observations(rows, "sea"), year=2020, place_targets=target)
    rising = table.filter(pl.col("kind") == "rising").row(0, named=True)
    assert rising["change"] > 0.5
    assert (rising["level"], rising["p"]) == (1, 0.25)


def test_less_oxygen_is_the_adverse_direction() -> None:
    fall = warnings(_year(5.5, 8.0, code="w01009"), year=2020, place_targets=TARGET)
    rising = fall.filter(pl.col("kind") == "rising").row(0, named=True)
    assert rising["change"] == pytest.approx(2.5 / 8, abs=0.01)
    assert "lower" in warning_text(rising).render("en")
    assert not _kinds(warnings(_year(8.0, 5.6, code="w01009"), year=2020, place_targets=TARGET))


def test_a_class_lost_and_a_limit_approached_or_passed() -> None:
    lost = warnings(_year(0.26, 0.19), year=2020, place_targets=TARGET)
    assert ("class_lost", "w21011", 1) in _kinds(lost)
    row = lost.filter(pl.col("kind") == "class_lost").row(0, named=True)
    assert (row["value"], row["reference"], row["limit"], row["class"]) == (4.0, 3.0, 0.2, 4)
    assert ("limit_approached", "w21011", 3) in _kinds(lost)
    near = warnings(_year(0.185, 0.18), year=2020, place_targets=TARGET)
    assert _kinds(near) == {("limit_approached", "w21011", 1)}
    # 0.2004 rounds to 0.200 and is not passed; 0.2016 rounds to 0.202 and is.
    at = observations(monthly("R1", "w21011", [2020], 0.2004, months=range(1, 9)), "river")
    assert _kinds(warnings(at, year=2020, place_targets=TARGET)) == {
        ("limit_approached", "w21011", 2)
    }


def test_without_targets_a_standard_is_needed() -> None:
    table = _year(0.26, 0.19)
    with pytest.raises(UsageError):
        warnings(table, year=2020)
    found = warnings(table, year=2020, standard="gb3838-2002")
    assert {kind for kind, _, _ in _kinds(found)} == {"rising", "class_lost"}
    with pytest.raises(UsageError):
        warnings(table, year=2020, place_targets=TARGET, as_of=date(2019, 1, 1))
    assert list(warnings(table, year=2030, place_targets=TARGET).schema) == list(WARNING_SCHEMA)


def test_signed_rank_is_scipys() -> None:
    now, before = [0.15, 0.18, 0.17, 0.13, 0.19, 0.16], [0.12, 0.13, 0.19, 0.125, 0.12, 0.121]
    rows = [
        ("R1", "w21011", year, month, 5, value, "")
        for year, values in ((2019, before), (2020, now))
        for month, value in enumerate(values, start=1)
    ]
    table = warnings(observations(rows, "river"), year=2020, place_targets=TARGET)
    expected = stats.wilcoxon(now, before, alternative="greater").pvalue
    assert table.filter(pl.col("kind") == "rising")["p"].item() == pytest.approx(expected)


def test_thresholds_are_data(tmp_path: Path) -> None:
    rules = warning_rules()
    assert set(rules.thresholds) == set(KINDS)
    assert [rules.level("rising", figure, 0.01) for figure in (0.09, 0.1, 0.2, 0.5)] == [0, 1, 2, 3]
    assert rules.level("rising", 0.6, None) == 1
    broken = tmp_path / "warnings.toml"
    broken.write_text('source = ""\nverified = "?"\n[[rising]]\nlevel = 1\nfrom = 0.1\n', "utf-8")
    with pytest.raises(InputError, match="class_lost"):
        warning_rules(broken)
