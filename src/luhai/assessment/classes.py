"""Which class do the means of a period give, and which indicators decide it?

Single-factor assessment (环办〔2011〕22号; HJ 442): every indicator's mean is rounded by GB/T 8170
and compared with the limits; the class of the place is that of its worst indicator. The work is
done on whole arrays of means, never row by row.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from luhai.assessment.averaging import GEOMETRIC, HYDROGEN
from luhai.assessment.basis import Basis
from luhai.assessment.periods import STEP_KEYS
from luhai.errors import InputError
from luhai.standards import Standard, indicators, round_half_even
from luhai.text import Text

Floats = NDArray[np.float64]

SATURATION = "lh_do_saturation"
_TRANSFORMED_DIGITS = 9
"""Significant digits kept of means that went through a logarithm: the exact sums are of rounded
logarithms or hydrogen ions, whose own last digits mean nothing."""
_HYDROGEN_DIGITS = 7
"""A hydrogen ion is summed to 1e-17 mol/L, so the pH 9.5 is known to seven digits and no more."""
_MULTIPLE_DIGITS = 2


def factors(table: pl.DataFrame, basis: Basis, rates: pl.DataFrame) -> dict[str, Floats]:
    """What non-detects count as, for each ``limit_k`` column of a table of means.

    Args:
        table: collected means, one row per place, indicator and period.
        basis: the rules.
        rates: ``place, indicator, year, n, low`` of whole years, from ``yearly_counts``. The
            detection rate is that of the indicator at the place in the calendar year, so that a
            sample, its month and its year use the same share, whatever other places are judged.

    Returns:
        Column name to factors, shape (rows,).
    """
    rule = basis.method.nondetect
    names = basis.rules.limit_columns
    if rule.threshold is None:
        return {name: rule.factor(np.ones(table.height)) for name in names}
    shares = rates.group_by("place", "indicator", "year").agg(
        share=1 - pl.col("low").sum() / pl.col("n").sum().clip(1)
    )
    found: dict[str, Floats] = {}
    for position, name in enumerate(names):
        parts = {
            total: codes[position - 1] if 0 < position <= len(codes) else total
            for total, codes in basis.rules.sums.items()
        }
        part = pl.col("indicator").replace(parts) if parts else pl.col("indicator")
        joined = table.select("place", "year", indicator=part).join(
            shares,
            on=["place", "indicator", "year"],
            how="left",
            validate="m:1",
            maintain_order="left",
        )
        found[name] = rule.factor(joined["share"].fill_null(1.0).to_numpy())
    return found


def yearly_counts(table: pl.DataFrame) -> pl.DataFrame:
    """``place, indicator, year, n, low``: how many values, and how many non-detects among them."""
    return table.group_by("place", "indicator", "year").agg(pl.col("n").sum(), pl.col("low").sum())


def mean_values(table: pl.DataFrame, basis: Basis, rates: pl.DataFrame) -> pl.Series:
    """Means in the indicators' units, non-detects replaced by the method's share of their limit.

    Args:
        table: collected and unscaled means.
        basis: the rules.
        rates: see ``factors``.

    Raises:
        InputError: a value was no number.
    """
    base = table["base"].to_numpy()
    shares = factors(table, basis, rates)
    codes = table["indicator"]
    geometric = codes.is_in(list(basis.rules.codes(GEOMETRIC))).to_numpy()
    hydrogen = codes.is_in(list(basis.rules.codes(HYDROGEN))).to_numpy()
    means = base.copy()
    for name, factor in shares.items():
        limit = table[name].to_numpy()
        share = np.where(geometric, np.log(factor), factor)
        means = means + share * limit
    means[geometric] = _significant(np.exp(means[geometric]), _TRANSFORMED_DIGITS)
    means[hydrogen] = _significant(-np.log10(base[hydrogen]), _HYDROGEN_DIGITS)
    if np.isinf(means).any():
        row = table.row(int(np.flatnonzero(np.isinf(means))[0]), named=True)
        raise InputError(
            Text("A value is no finite number."),
            where=f"{row['place']}, {row['indicator']}, {row['year']}",
            why=Text("A mean with it means nothing."),
            remedy=Text("Mend the value where it was written."),
        )
    return pl.Series("mean", means).fill_nan(None)


def _significant(values: Floats, digits: int) -> Floats:
    result = values.copy()
    known = np.isfinite(values) & (values != 0)
    exponent = np.floor(np.log10(np.abs(values[known]))).astype(np.int64)
    result[known] = round_half_even(values[known], digits - 1 - exponent)
    return result


def digits_of(table: pl.DataFrame, basis: Basis) -> NDArray[np.int64]:
    """Decimals that each row is rounded to: those of the method.

    Single samples whose time of day is known (``timed``, see ``precision``) have those of hourly
    values of stations; a sample dated by day is one of a campaign and has those of the assessment.
    """
    known = indicators()
    codes = table["indicator"]
    methodical, hourly = {}, {}
    for code in codes.unique().to_list():
        if code in basis.method.items:
            methodical[code] = basis.method.digits(code)
            hourly[code] = basis.method.digits(code, hourly=True)
        else:
            methodical[code] = hourly[code] = known[code].decimals if code in known else 3
    digits = codes.replace_strict(methodical, return_dtype=pl.Int64).to_numpy()
    if basis.by != "sample":
        return digits
    single = codes.replace_strict(hourly, return_dtype=pl.Int64).to_numpy()
    return np.where(table["timed"].to_numpy(), single, digits)


def classify(table: pl.DataFrame, basis: Basis) -> pl.DataFrame:
    """Rounded means with their classes, limits and exceedance multiples.

    Args:
        table: ``place``, key columns of the period, ``indicator``, ``standard`` (id), ``mean``; by
            sample also ``timed``, whether its time of day is known.
        basis: the rules.

    Returns:
        The table with ``mean_rounded, digits, class, counts, limit, limit_class, exceedance``;
        null, or class 0, where nothing applies.
    """
    digits = digits_of(table, basis)
    means = table["mean"].to_numpy().astype(np.float64)
    rounded = round_half_even(means, digits, keep_one_significant=basis.method.keep_one_significant)
    height = table.height
    classes = np.zeros(height, dtype=np.int8)
    counts = np.zeros(height, dtype=np.bool_)
    limits = np.full(height, np.nan)
    exceedance = np.full(height, np.nan)
    saturation = _saturation(table, rounded, basis)
    groups = table.select("standard", "indicator").with_row_index("position")
    for (standard_id, code), rows in groups.group_by("standard", "indicator"):
        standard = standard_by_id(basis, str(standard_id))
        if standard is None or code not in standard.codes:
            continue
        at = rows["position"].to_numpy()
        values = rounded[at]
        beside = None
        if saturation is not None and any(a.code == code for a in standard.alternatives):
            beside = saturation[at]
        classes[at] = standard.classify(str(code), values, saturation=beside)
        counts[at] = (str(code) in basis.method.assessed) & (classes[at] > 0)
        limits[at], exceedance[at] = _exceedance(standard, basis, str(code), values)
    return table.with_columns(
        pl.Series("mean_rounded", rounded).fill_nan(None),
        pl.Series("digits", digits).cast(pl.Int8),
        pl.Series("class", classes),
        pl.Series("counts", counts),
        pl.Series("limit", limits).fill_nan(None),
        limit_class=pl.Series(np.where(np.isnan(limits), 0, basis.method.reference_class))
        .cast(pl.Int8)
        .replace(0, None),
        exceedance=pl.Series(exceedance).fill_nan(None),
    )


def standard_by_id(basis: Basis, standard_id: str) -> Standard | None:
    """The standard of the basis with an id, ``None`` where it has none of that id."""
    known = {basis.standard.id: basis.standard, **{s.id: s for s in basis.siblings.values()}}
    return known.get(standard_id)


def _saturation(table: pl.DataFrame, rounded: Floats, basis: Basis) -> Floats | None:
    """Oxygen saturation of each row's place and period, NaN where it was not measured."""
    at = (table["indicator"] == SATURATION).to_numpy()
    if not at.any():
        return None
    keys = period_keys(table, basis)
    measured = table.filter(pl.Series(at)).select(*keys).with_columns(saturation=rounded[at])
    joined = table.select(*keys).join(
        measured, on=keys, how="left", validate="m:1", maintain_order="left"
    )
    return joined["saturation"].fill_null(float("nan")).to_numpy()


def period_keys(table: pl.DataFrame, basis: Basis) -> list[str]:
    """Columns that name a place and a period."""
    return ["place", *(name for name in STEP_KEYS[basis.chain.unit] if name in table.columns)]


def class_names(rows: pl.DataFrame, basis: Basis) -> pl.Series:
    """Official names of the classes of rows with ``standard`` and ``class``."""
    table = {
        (standard.id, number): standard.class_name(number)
        for standard in (basis.standard, *basis.siblings.values())
        for number in range(standard.class_count + 2)
    }
    names = pl.DataFrame(
        {
            "standard": [key[0] for key in table],
            "class": pl.Series([key[1] for key in table], dtype=pl.Int8),
            "class_name": list(table.values()),
        }
    )
    return rows.select("standard", "class").join(
        names, on=["standard", "class"], how="left", validate="m:1", maintain_order="left"
    )["class_name"]


def _exceedance(
    standard: Standard, basis: Basis, code: str, values: Floats
) -> tuple[Floats, Floats]:
    """The limit of the reference class and the multiple by which values exceed it.

    The multiple is C/S − 1 of the rounded value with two decimals, NaN where the value is within
    the limit or the method states no multiple (pH, dissolved oxygen, temperature).
    """
    nothing = np.full(values.shape, np.nan)
    limit = standard.limit(code, basis.method.reference_class)
    if limit is None or (limit.low is None and limit.high is None):
        return nothing, nothing
    if limit.low is not None and limit.high is not None:
        middle = (limit.low + limit.high) / 2
        nearest = np.where(values > middle, limit.high, limit.low)
        return np.where(np.isnan(values), np.nan, nearest), nothing
    bound = float(limit.value or 0.0)
    limits = np.full(values.shape, bound)
    item = basis.method.items.get(code)
    if limit.high is None or item is None or not item.multiple or bound <= 0:
        return limits, nothing
    multiple = round_half_even(values / bound - 1, _MULTIPLE_DIGITS, keep_one_significant=True)
    return limits, np.where(values > bound, multiple, np.nan)
