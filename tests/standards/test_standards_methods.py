"""Assessment methods: every registered method is tested by being registered."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from standards_wording import untranslated

from luhai.errors import InputError, UsageError
from luhai.standards import (
    assessment_methods,
    citation,
    clause_text,
    load_method,
    load_standard,
    season_of,
    seasons,
    standards,
)
from luhai.standards.methods import MEANS, PERIODS
from luhai.standards.tables import DATA
from luhai.why import VERIFICATION_MARKS

NEEDED_CLAUSES = {"items", "class", "period", "rounding", "nondetect", "ph", "exceedance"}


@pytest.mark.parametrize("name", assessment_methods())
def test_every_method_is_whole(name: str) -> None:
    method = load_method(name)
    assert method.id == name
    assert set(method.clauses) >= NEEDED_CLAUSES
    assert method.assessed
    assert not set(method.assessed) & set(method.informs)
    assert set(method.averaging) == set(PERIODS)
    for period, steps in method.averaging.items():
        assert steps[0] == "sample"
        assert period == "sample" or steps[-1] == period
    for item in method.items.values():
        assert item.mean in MEANS
        assert item.verified in VERIFICATION_MARKS
        assert item.clause
    for clause in method.clauses.values():
        assert clause.text["zh"]
        assert clause.text["en"]
        assert clause.verified in VERIFICATION_MARKS
    for minimum in method.minima:
        assert minimum.count > 0
        assert minimum.of in PERIODS
    assert method.mean_kind("w01001") == "hydrogen_ion"
    assert not method.item("w01001").multiple
    assert not method.item("w01009").multiple
    assert method.mean_kind("w02003") == "geometric"


@pytest.mark.parametrize("name", standards())
def test_the_default_method_knows_every_indicator_of_its_standard(name: str) -> None:
    edition = load_standard(name)
    if edition.kind != "ambient":
        assert edition.default_method == ""
        return
    method = load_method(edition.default_method)
    assert set(edition.codes) <= set(method.items)
    assert method.reference_class <= max(edition.class_count, 3)


def test_surface_water_assesses_the_21_items() -> None:
    """环办〔2011〕22号: table 1 without temperature, total nitrogen and faecal coliforms."""
    method = load_method("hb2011-22")
    table = {row.code for row in load_standard("gb3838-2002-lake").limits}
    assert len(method.assessed) == 21
    assert set(method.assessed) == table - {"w01010", "w21001", "w02003"}
    assert method.reference_class == 3
    assert method.keep_one_significant


@pytest.mark.parametrize(
    ("code", "digits", "hourly"),
    # 环办监测函〔2020〕82号 as reported with 总站水字〔2020〕90号.
    [("w01001", 0, 2), ("w01009", 1, 2), ("w21003", 2, 3), ("w21011", 3, 3), ("w20142", 5, 6)],
)
def test_digits_of_surface_water(code: str, digits: int, hourly: int) -> None:
    method = load_method("hb2011-22")
    assert method.digits(code) == digits
    assert method.digits(code, hourly=True) == hourly


def test_oxygen_and_cod_of_the_sea_are_not_blurred_by_rounding() -> None:
    """Limits 6/5/4/3 and 2/3/4/5 are whole numbers; rounding to them would pass 2.4 as 2."""
    edition = load_standard("gb3097-1997")
    method = load_method("hj442-2020")
    for code in ("w01009", "lh_cod_mn_alkaline", "w01017"):
        gaps = np.diff([row.value for row in edition.limits_of(code)])
        assert 0.5 * 10.0 ** -method.digits(code) < 0.01 * np.abs(gaps).min()


def test_non_detects_count_differently_on_land_and_at_sea() -> None:
    """环办监测函〔2020〕82号 rule 7: ½; GB 17378.2 / HJ 442.2: ½ from a detection rate of 50 %."""
    land, sea = load_method("hb2011-22").nondetect, load_method("hj442-2020").nondetect
    rates = [0.0, 0.49, 0.5, 1.0]
    assert land.factor(rates).tolist() == [0.5, 0.5, 0.5, 0.5]
    assert sea.factor(rates).tolist() == [0.25, 0.25, 0.5, 0.5]
    for wrong in ([50.0], [np.nan], [-0.1]):
        with pytest.raises(InputError, match="detection rate"):
            sea.factor(wrong)


def test_periods_and_their_minimum() -> None:
    land, sea = load_method("hb2011-22"), load_method("hj442-2020")
    assert land.averaging["year"] == ("sample", "month", "year")
    assert sea.averaging["year"] == ("sample", "layer", "season", "year")
    year = land.minimum("year")
    assert year is not None
    assert (year.count, year.of) == (8, "month")
    assert land.minimum("sample") is None
    with pytest.raises(UsageError, match="period"):
        land.minimum("decade")


def test_priority_pollutants() -> None:
    assert set(load_method("hb2011-22").priority) == {"w21016", "w20144", "w20117"}


def test_spearman_values_fall_with_the_number_of_periods() -> None:
    table = load_method("hb2011-22").trend_critical
    assert min(table) == 5
    values = [table[number] for number in sorted(table)]
    assert values == sorted(values, reverse=True)
    assert all(five < one for five, one in values)


def test_editions_of_the_sea_method_follow_each_other() -> None:
    old, new = load_method("hj442-2008"), load_method("hj442-2020")
    assert old.valid_to is not None
    assert old.superseded_by == new.id
    assert (new.valid_from - old.valid_to).days == 1
    assert not old.in_force(new.valid_from)
    assert new.in_force(new.valid_from)


def test_an_indicator_without_digits_is_refused() -> None:
    with pytest.raises(UsageError, match=r"items\.csv"):
        load_method("hb2011-22").digits("lh_din")
    with pytest.raises(UsageError, match="no indicator"):
        load_method("hb2011-22").digits("w99999")
    with pytest.raises(UsageError, match="Did you mean hj442-2020"):
        load_method("hj442-2021")


def local_method(root: Path, name: str, written: str, instead: str) -> None:
    """A copy of the sea method under an id of its own, with one change in one of its files."""
    folder = root / "local"
    folder.mkdir()
    for file in (DATA / "methods" / "hj442-2020").iterdir():
        text = file.read_text(encoding="utf-8").replace("hj442-2020", "local-2026")
        assert file.name != name or written in text
        if file.name == name:
            text = text.replace(written, instead, 1)
        (folder / file.name).write_text(text, encoding="utf-8")


def test_a_local_method_may_change_digits(tmp_path: Path) -> None:
    local_method(tmp_path, "items.csv", "w01009,assessed,2", "w01009,assessed,1")
    assert load_method("local-2026", extra=[tmp_path]).digits("w01009") == 1
    assert load_method("hj442-2020").digits("w01009") == 2


@pytest.mark.parametrize(
    ("name", "written", "instead", "fault"),
    [
        ("items.csv", "w01009,assessed,2", "w01009,counts,2", "is none of"),
        ("items.csv", "w01009,assessed,2", "w01009,assessed,two", "is not a number"),
        ("items.csv", "w01009,assessed,2", "w01009,assessed,2.5", "is not a whole number"),
        ("items.csv", "w01009,assessed,2", "w01001,assessed,2", "stands twice"),
        ("items.csv", "w01009,assessed,2", "w99999,assessed,2", "is no indicator"),
        ("method.toml", 'rule = "half_or_quarter"', 'rule = "half"', "non-detect rule"),
        ("method.toml", 'rule = "half_or_quarter"', 'rule = "zero"', "non-detect rule"),
        ("method.toml", 'month = ["sample", "layer", "month"]', "", "averaging lacks month"),
        ("method.toml", 'period = "month"', 'period = "fortnight"', "is no period"),
        ("method.toml", "text_zh = ", "text_cn = ", "not whole"),
        ("method.toml", 'verified = "M"', 'verified = "N"', "verified 'N'"),
    ],
)
def test_broken_methods_are_refused(
    tmp_path: Path, name: str, written: str, instead: str, fault: str
) -> None:
    local_method(tmp_path, name, written, instead)
    with pytest.raises(InputError, match=fault) as caught:
        load_method("local-2026", extra=[tmp_path])
    assert name in str(caught.value)
    assert untranslated(caught.value) == []


@pytest.mark.parametrize("name", [*standards(), *assessment_methods()])
def test_rows_can_be_cited(name: str) -> None:
    if name in standards():
        edition = load_standard(name)
        for code in edition.codes:
            found = citation(name, code)
            assert found.standard == name
            assert found.clause == edition.limits_of(code)[0].clause
            assert edition.title_zh in found.title
    else:
        method = load_method(name)
        for key, clause in method.clauses.items():
            assert citation(name, key).clause == clause.clause
            assert citation(method, clause).verified == clause.verified
        assert citation(method, method.nondetect).clause == method.nondetect.clause
        assert citation(method, "w01001").clause == method.item("w01001").clause


def test_unknown_citations_are_refused() -> None:
    with pytest.raises(UsageError, match="Did you mean gb3097-1997"):
        citation("gb3097-1998", "lh_din")
    with pytest.raises(UsageError, match="sets no limit"):
        citation("gb3097-1997", "w21001")
    with pytest.raises(UsageError, match="Did you mean rounding"):
        citation("hj442-2020", "roundin")


def test_clauses_in_both_languages() -> None:
    assert clause_text("table 1, item 12") == {"zh": "表1 第12项", "en": "table 1, item 12"}
    assert clause_text("annex B")["zh"] == "附录B"


def test_seasons_share_the_months_of_the_year() -> None:
    assert [season_of(month).number for month in range(1, 13)] == [1] * 3 + [2] * 3 + [3] * 3 + [
        4
    ] * 3
    assert [season.name_zh for season in seasons()] == ["冬季", "春季", "夏季", "秋季"]
    # The cruises of HJ 442 (April–May, July–August, October–November) each lie in one season.
    for cruise in ((4, 5), (7, 8), (10, 11)):
        assert len({season_of(month) for month in cruise}) == 1
    with pytest.raises(UsageError, match="month"):
        season_of(13)
