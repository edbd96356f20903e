"""How is a measured number rounded before it is compared with the law?

Source: GB/T 8170-2008, rounding to the nearest, ties to the even digit (四舍六入五成双); the digits
come from the tables of the assessment method. 环办监测函〔2020〕82号 adds that a value that would
become zero keeps one significant digit.

Values arrive as binary floating-point means, in which a decimal tie such as 0.305 does not exist:
(0.30 + 0.31) / 2 is 0.30499999999999999 or 0.305000…04 depending on the order of the additions.
Noise beyond the twelfth significant digit, which no analysis can resolve, is therefore dropped
before the tie is judged.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from luhai.errors import InputError
from luhai.text import Text

SIGNIFICANT_DIGITS = 12
"""Digits that are taken as meant; what lies beyond them is noise of the arithmetic."""

_NEAR_TIE = 1e-6
_NEAR_TIE_RELATIVE = 1e-11
"""Distance from a tie, absolute in units of the last kept digit and relative to the scaled value,
within which decimals decide; wider than the noise that is dropped."""
_MOST_EXACT = 1e9
"""Scaled values beyond this have too few binary digits left for the fast path."""


def round_half_even(
    values: ArrayLike, digits: int | ArrayLike, *, keep_one_significant: bool = False
) -> NDArray[np.float64]:
    """Round to decimals by GB/T 8170.

    Args:
        values: any shape; NaN stays NaN.
        digits: number of decimals, one for all or one per value (broadcast); negative digits round
            to tens, hundreds …
        keep_one_significant: a value that is not zero but would become zero keeps one significant
            digit instead (环办监测函〔2020〕82号).

    Returns:
        Array of the broadcast shape. Each element is the double nearest to the decimal result, so
        that it equals the same decimal written in a table of limits.

    Raises:
        InputError: a value is infinite, or the digits are not whole numbers.
    """
    numbers = np.asarray(values, dtype=np.float64)
    places = np.asarray(digits)
    if not np.issubdtype(places.dtype, np.integer):
        raise InputError(
            Text("The number of decimals is not a whole number."),
            why=Text("Rounding needs a place to round to."),
            remedy=Text("Give integers."),
        )
    if np.isinf(numbers).any():
        raise InputError(
            Text("An infinite value cannot be rounded."),
            why=Text("It comes from a division by zero or an overflow further up."),
            remedy=Text("Find and mend the value before rounding."),
        )
    numbers, places = np.broadcast_arrays(numbers, places)
    rounded = np.empty(numbers.shape, dtype=np.float64)
    for place in np.unique(places):
        chosen = places == place
        rounded[chosen] = _round_to(numbers[chosen], int(place), keep_one_significant)
    return rounded


def _round_to(
    numbers: NDArray[np.float64], place: int, keep_one_significant: bool
) -> NDArray[np.float64]:
    scale = 10.0 ** abs(place)
    with np.errstate(over="ignore"):
        scaled = numbers * scale if place >= 0 else numbers / scale
    whole = np.rint(scaled)
    rounded = whole / scale if place >= 0 else whole * scale
    # Ties, and values with too many digits for the product above to be exact, go by decimals.
    distance = np.abs(np.abs(scaled - np.floor(scaled)) - 0.5)
    doubtful = distance < np.maximum(_NEAR_TIE, _NEAR_TIE_RELATIVE * np.abs(scaled))
    doubtful |= np.abs(scaled) > _MOST_EXACT
    doubtful |= abs(place) > 15
    for index in np.flatnonzero(doubtful & np.isfinite(numbers)):
        rounded[index] = float(_round_decimal(float(numbers[index]), place))
    if keep_one_significant:
        lost = (rounded == 0) & (numbers != 0)
        for index in np.flatnonzero(lost):
            value = float(numbers[index])
            rounded[index] = float(_round_decimal(value, first_significant_place(value)))
    return rounded + 0.0  # turns -0.0 into 0.0


def _as_meant(value: float, place: int) -> Decimal:
    """The decimal that the value stands for, without the noise of the arithmetic."""
    shortened = Decimal(f"{value:.{SIGNIFICANT_DIGITS - 1}e}")
    exponent = shortened.as_tuple().exponent
    # A number so large that its twelfth digit is coarser than the place asked for is taken whole.
    if isinstance(exponent, int) and exponent <= -(place + 1):
        return shortened
    return Decimal(repr(value))


def _round_decimal(value: float, place: int) -> Decimal:
    exact = _as_meant(value, place)
    quotient = exact.scaleb(place).to_integral_value(rounding=ROUND_HALF_EVEN)
    return quotient.scaleb(-place)


def drop_noise(values: ArrayLike, digits: int = SIGNIFICANT_DIGITS) -> NDArray[np.float64]:
    """Keep so many significant digits, so that arithmetic noise cannot cross a cut.

    Args:
        values: any shape; NaN stays NaN.
        digits: significant digits, at most 15, the most that survive a trip through decimals.
    """
    numbers = np.asarray(values, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        exponent = np.floor(np.log10(np.abs(numbers)))
    places = np.nan_to_num(digits - 1 - exponent, nan=0.0, posinf=0.0, neginf=0.0)
    places = np.clip(places, -22, 22)
    up, down = 10.0 ** np.maximum(places, 0), 10.0 ** np.maximum(-places, 0)
    cleaned: NDArray[np.float64] = np.rint(numbers * up / down) / up * down
    return cleaned


def first_significant_place(value: float) -> int:
    """Decimal place of the first significant digit: 3 for 0.004."""
    adjusted = Decimal(f"{value:.{SIGNIFICANT_DIGITS - 1}e}").adjusted()
    return -adjusted


def round_text(value: float, digits: int, *, keep_one_significant: bool = False) -> str:
    """Round and write with the standard's digits, never trimmed: ``0.30``, not ``0.3``.

    Args:
        value: a number; NaN gives an empty text.
        digits: number of decimals.
        keep_one_significant: as in :func:`round_half_even`.
    """
    rounded = float(round_half_even(value, digits, keep_one_significant=keep_one_significant))
    if np.isnan(rounded):
        return ""
    places = digits
    if keep_one_significant and rounded != 0:
        places = max(digits, first_significant_place(rounded))
    return f"{rounded:.{max(places, 0)}f}"
