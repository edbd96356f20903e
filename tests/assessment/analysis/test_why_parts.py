"""The small pieces of an explanation: means by hand, periods, numbers, comparisons."""

from __future__ import annotations

from datetime import datetime

import pytest

from luhai.assessment.why_classes import _against_limits
from luhai.assessment.why_means import averaged, derived_citation, mean_formula
from luhai.assessment.why_parts import LOCAL, listed, number_text, period, period_end, quantity
from luhai.standards import load_standard


def test_means_of_every_kind_by_hand() -> None:
    assert averaged([0.38, 0.337], "arithmetic") == pytest.approx(0.3585, abs=1e-15)
    # Hydrogen ions 1e-7 and 1e-8: mean 5.5e-8, pH 8 - lg 5.5.
    assert averaged([7.0, 8.0], "hydrogen") == pytest.approx(7.259637310505756, abs=1e-12)
    assert averaged([100.0, 10000.0], "geometric") == pytest.approx(1000.0, rel=1e-12)


def test_formulas_hold_the_numbers() -> None:
    assert mean_formula([0.38, 0.337], 0.3585, "arithmetic") == "(0.38 + 0.337) ÷ 2 = 0.3585"
    assert mean_formula([7.0, 8.0], 7.25964, "hydrogen") == "−lg((10^−7 + 10^−8) ÷ 2) = 7.25964"
    assert mean_formula([100.0, 1e4], 1e3, "geometric") == "(100 × 10000)^(1/2) = 1000"


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0.30500000000000005, 12, "0.305"),
        (0.00002, 12, "0.00002"),
        (-0.0349712, 4, "−0.03497"),
        (None, 12, "–"),
        (17300.0, 12, "17300"),
    ],
)
def test_numbers_are_written_without_noise(value: float | None, digits: int, text: str) -> None:
    assert number_text(value, digits) == text


@pytest.mark.parametrize(
    ("by", "start", "end", "english", "chinese"),
    [
        ("year", "2020-01-01", "2021-01-01", "2020", "2020年"),
        ("season", "2020-07-01", "2020-10-01", "2020 summer", "2020年夏季"),
        ("season", "2020-10-01", "2021-01-01", "2020 autumn", "2020年秋季"),
        ("month", "2020-12-01", "2021-01-01", "2020-12", "2020年12月"),
        ("month", "2020-02-01", "2020-03-01", "2020-02", "2020年2月"),
    ],
)
def test_periods_have_names_and_ends(
    by: str, start: str, end: str, english: str, chinese: str
) -> None:
    written = f"{start}T00:00:00+08:00"
    assert period(by, written).render("en") == english
    assert period(by, written).render("zh") == chinese
    assert period_end(by, written) == datetime.fromisoformat(end).replace(tzinfo=LOCAL)


def test_lists_have_each_language_s_separator() -> None:
    assert listed([{"zh": "氨氮", "en": "NH3-N"}, "pH"]) == {"zh": "氨氮、pH", "en": "NH3-N, pH"}
    assert quantity("7.1", "") == "7.1"


@pytest.mark.parametrize(
    ("standard", "code", "value", "number", "sentences"),
    [
        (
            "gb3097-1997",
            "lh_din",
            0.36,
            3,
            ["0.36 does not meet ≤ 0.30 mg/L (class 2)", "0.36 meets ≤ 0.40 mg/L (class 3)"],
        ),
        # 二类 and 三类 share the limit of phosphate: the value is in the better one.
        (
            "gb3097-1997",
            "lh_dip",
            0.030,
            2,
            ["0.030 does not meet ≤ 0.015 mg/L (class 1)", "0.030 meets ≤ 0.030 mg/L (class 2)"],
        ),
        ("gb3097-1997", "lh_din", 0.51, 5, ["0.51 does not meet ≤ 0.50 mg/L (class 4)"]),
        ("gb3838-2002", "w21003", 0.12, 1, ["0.12 meets ≤ 0.15 mg/L (class Ⅰ)"]),
    ],
)
def test_comparisons_name_the_limits_on_both_sides(
    standard: str, code: str, value: float, number: int, sentences: list[str]
) -> None:
    digits = 3 if code == "lh_dip" else 2
    row = {"indicator": code, "mean_rounded": value, "digits": digits}
    pieces, limit = _against_limits(row, load_standard(standard), number)
    assert [piece.render("en") for piece in pieces] == sentences
    assert limit is not None


def test_oxygen_that_attains_by_its_saturation_says_so() -> None:
    row = {"indicator": "w01009", "mean_rounded": 7.2, "digits": 1}
    pieces, _ = _against_limits(row, load_standard("gb3838-2002"), 1)
    assert len(pieces) == 1
    sentence = pieces[0].render("en")
    assert sentence.startswith("7.2 misses ≥ 7.5 mg/L, but DO saturation ≥ 90")
    assert "is met" in sentence


def test_sums_cite_their_formula() -> None:
    found = derived_citation("lh_din")
    assert found is not None
    assert (found.standard, found.clause) == ("gb3097-1997", "annex A")
    assert derived_citation("w21011") is None
