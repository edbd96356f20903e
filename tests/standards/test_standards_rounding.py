"""Rounding by GB/T 8170 against Python's decimal arithmetic, an independent implementation."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from luhai.errors import InputError
from luhai.standards.rounding import drop_noise, round_half_even, round_text


def decimal_half_even(text: str, digits: int) -> float:
    return float(Decimal(text).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_EVEN))


@st.composite
def written_numbers(draw: st.DrawFn) -> str:
    """Numbers as laboratories write them: up to nine digits, up to seven of them decimals."""
    digits = draw(st.integers(-(10**9) + 1, 10**9 - 1))
    return str(Decimal(digits).scaleb(-draw(st.integers(0, 7))))


@settings(deadline=None)
@given(st.lists(written_numbers(), min_size=1, max_size=20), st.integers(0, 6))
def test_agrees_with_decimal_arithmetic(texts: list[str], digits: int) -> None:
    rounded = round_half_even([float(text) for text in texts], digits)
    assert rounded.tolist() == [decimal_half_even(text, digits) for text in texts]


@settings(deadline=None)
@given(st.integers(-(10**6), 10**6), st.integers(0, 5))
def test_exact_ties_go_to_the_even_digit(number: int, digits: int) -> None:
    tie = Decimal(10 * number + 5).scaleb(-digits - 1)
    expected = decimal_half_even(str(tie), digits)
    assert float(round_half_even(float(tie), digits)) == expected
    assert round(expected * 10**digits) % 2 == 0


@settings(deadline=None)
@given(st.lists(st.integers(0, 10**5), min_size=1, max_size=40), st.integers(1, 3))
def test_float_means_round_like_exact_means(counts: list[int], digits: int) -> None:
    """The mean of written values, computed in floating point, rounds as the exact mean does.

    Means whose exact value lies within the dropped noise of a tie without being one are left out:
    there are none for so few values of so few digits.
    """
    values = [count / 10 ** (digits + 1) for count in counts]
    exact = Fraction(sum(counts), len(counts) * 10 ** (digits + 1)) * 10**digits
    expected = float(Decimal(round(exact)).scaleb(-digits))
    for mean in (
        sum(values) / len(values),
        float(np.mean(values)),
        sum(values[::-1]) / len(values),
    ):
        assert float(round_half_even(mean, digits)) == expected


@pytest.mark.parametrize(
    ("value", "digits", "expected"),
    [
        (0.305, 2, 0.30),  # binary 0.305 lies below the tie, 2.675 too: both are ties as written
        (2.675, 2, 2.68),
        (0.315, 2, 0.32),
        (0.3051, 2, 0.31),  # GB/T 8170: digits behind the five make it more than a tie
        (0.30500000000001, 2, 0.30),  # noise of a mean
        (0.3050000001, 2, 0.31),  # a tenth digit is still meant
        ((0.30 + 0.31) / 2, 2, 0.30),
        (0.1 + 0.2, 1, 0.3),
        (1.005, 2, 1.0),
        (1050.0, -2, 1000.0),
        (1150.0, -2, 1200.0),
        (-0.004, 2, 0.0),
        (123456789.5, 0, 123456790.0),
        (1234567890123.5, 0, 1234567890124.0),
    ],
)
def test_cases_worth_knowing(value: float, digits: int, expected: float) -> None:
    assert float(round_half_even(value, digits)) == expected


def test_missing_values_stay_missing_and_shapes_are_kept() -> None:
    rounded = round_half_even(np.array([[1.25, np.nan], [0.35, -0.05]]), 1)
    assert np.array_equal(rounded, [[1.2, np.nan], [0.4, 0.0]], equal_nan=True)
    assert not np.signbit(rounded[1, 1])
    assert round_half_even([], 2).shape == (0,)


def test_digits_may_differ_by_value() -> None:
    rounded = round_half_even([1.2345, 1.2345, 1.2345], [0, 2, 3])
    assert rounded.tolist() == [1.0, 1.23, 1.234]


@pytest.mark.parametrize(
    ("value", "digits", "expected"),
    [
        (0.004, 2, 0.004),
        (0.006, 2, 0.01),
        (0.005, 2, 0.005),  # ties to 0.00, so one significant digit is kept
        (0.0, 2, 0.0),
        (0.0000467, 3, 0.00005),
        (-0.0012, 2, -0.001),
        (0.3, 0, 0.3),
    ],
)
def test_one_significant_digit_is_kept(value: float, digits: int, expected: float) -> None:
    """环办监测函〔2020〕82号: what would become zero keeps one significant digit."""
    assert float(round_half_even(value, digits, keep_one_significant=True)) == expected


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0.3, 2, "0.30"),
        (0.305, 2, "0.30"),
        (7.0, 0, "7"),
        (float("nan"), 2, ""),
        (1250.0, -2, "1200"),
    ],
)
def test_text_keeps_the_digits_of_the_standard(value: float, digits: int, text: str) -> None:
    assert round_text(value, digits) == text


def test_text_shows_the_significant_digit_that_was_kept() -> None:
    assert round_text(0.0042, 2, keep_one_significant=True) == "0.004"
    assert round_text(0.0042, 2) == "0.00"


def test_infinite_values_and_broken_digits_are_refused() -> None:
    with pytest.raises(InputError, match="infinite"):
        round_half_even([1.0, np.inf], 1)
    with pytest.raises(InputError, match="whole number"):
        round_half_even([1.0], 1.5)


@settings(deadline=None)
@given(written_numbers())
def test_dropping_noise_keeps_written_numbers(text: str) -> None:
    assert float(drop_noise(float(text))) == float(text)


def test_dropping_noise_drops_it() -> None:
    noisy = [2.0 * 0.3 * 0.03 * 1e6 / 4500 * 1.5, 14.999999999999998, np.nan, 0.0]
    assert np.array_equal(drop_noise(noisy), [6.0, 15.0, np.nan, 0.0], equal_nan=True)
