"""The same classes from a second implementation: plain Python, exact fractions, row by row.

It shares the tables of the standards with luhai and nothing else: no engine, no array, rounding by
``decimal``, means as ``fractions``.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

import polars as pl
import pytest

from luhai.assessment.assessing import assess
from luhai.standards import load_method, load_standard

Table = Callable[..., pl.DataFrame]
RIVER = ("w01009", "w01018", "w01019", "w21003", "w21011", "w20144", "w22001")
SEA = ("w01009", "lh_cod_mn_alkaline", "lh_din", "lh_dip", "w22001", "w20142")


def drawn(
    codes: tuple[str, ...], standard: str, seed: int
) -> list[tuple[str, str, str, float, str]]:
    """Values scattered around the limits, many of them exactly on one."""
    dice = random.Random(seed)
    law = load_standard(standard)
    rows = []
    for place in "abc":
        level = dice.randint(1, law.class_count)
        for code in codes:
            limits = [entry.value for entry in law.limits_of(code)[:level] if entry.value]
            for _ in range(dice.randint(0, 40)):
                value = dice.choice(limits) * dice.choice([1, 1, 0.5, 0.98, 1.02, 1.5, 1.005])
                month, day = dice.randint(1, 12), dice.randint(1, 28)
                low = "<" if dice.random() < 0.3 else ""
                rows.append(
                    (
                        place,
                        f"2020-{month:02d}-{day:02d} {dice.randint(0, 23):02d}:00",
                        code,
                        float(Decimal(repr(value)).quantize(Decimal("1e-7"))),
                        low,
                    )
                )
    return rows


def rounded(value: Fraction, digits: int, keep: bool) -> Decimal:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    result = exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_EVEN)
    if keep and result == 0 and exact != 0:
        return exact.quantize(Decimal(1).scaleb(exact.adjusted()), ROUND_HALF_EVEN)
    return result


def mean_of(parts: list[Fraction]) -> Fraction:
    return sum(parts, Fraction(0)) / len(parts)


def expected(
    rows: list[tuple[str, str, str, float, str]],
    standard: str,
    steps: tuple[Callable[[str], str], ...],
) -> dict[str, tuple[int, set[str]]]:
    """Class and deciding indicators of the year, by place."""
    law = load_standard(standard)
    method = load_method(law.default_method)
    series: dict[tuple[str, str], list[tuple[str, float, str]]] = defaultdict(list)
    for place, moment, code, value, low in rows:
        series[place, code].append((moment, value, low))
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for (place, code), values in series.items():
        detected = sum(low == "" for _, _, low in values) / len(values)
        threshold = method.nondetect.threshold
        share = Fraction(1, 2) if threshold is None or detected >= threshold else Fraction(1, 4)
        level = [
            (moment, Fraction(Decimal(repr(value))) * (share if low else 1))
            for moment, value, low in values
        ]
        for step in steps:
            groups: dict[str, list[Fraction]] = defaultdict(list)
            for moment, number in level:
                groups[step(moment)].append(number)
            level = [(moment, mean_of(numbers)) for moment, numbers in groups.items()]
        assert len(level) == 1
        value = float(rounded(level[0][1], method.digits(code), method.keep_one_significant))
        best = law.class_count + 1
        for limit in reversed(law.limits_of(code)):
            inside = (limit.high is None or value <= limit.high) and (
                limit.low is None or (value > limit.low if limit.strict else value >= limit.low)
            )
            best = limit.class_number if inside else best
        found[place][code] = best
    result = {}
    for place, by_code in found.items():
        worst = max(by_code.values())
        result[place] = (worst, {code for code, number in by_code.items() if number == worst})
    return result


def month(moment: str) -> str:
    return moment[:7]


def day(moment: str) -> str:
    return moment[:10]


def season(moment: str) -> str:
    return f"{moment[:4]}-{(int(moment[5:7]) - 1) // 3 * 3 + 1:02d}"


def year(moment: str) -> str:
    return moment[:4]


@pytest.mark.parametrize("seed", range(20))
def test_rivers(table: Table, seed: int) -> None:
    rows = drawn(RIVER, "gb3838-2002", seed)
    result = assess(table(rows), standard="gb3838-2002", by="year").classes
    found = {
        row["place"]: (row["class"], set(row["deciding"].split(";")))
        for row in result.iter_rows(named=True)
    }
    assert found == expected(rows, "gb3838-2002", (month, year))


@pytest.mark.parametrize("seed", range(20))
def test_sea(table: Table, seed: int) -> None:
    rows = drawn(SEA, "gb3097-1997", seed)
    result = assess(table(rows, medium="sea"), standard="gb3097-1997", by="year").classes
    found = {
        row["place"]: (row["class"], set(row["deciding"].split(";")))
        for row in result.iter_rows(named=True)
    }
    assert found == expected(rows, "gb3097-1997", (day, season, year))


def test_the_drawn_values_reach_five_classes() -> None:
    # Else the two implementations would agree about little.
    classes = set()
    for seed in range(20):
        rows = drawn(RIVER, "gb3838-2002", seed)
        classes |= {number for number, _ in expected(rows, "gb3838-2002", (month, year)).values()}
    assert classes >= {2, 3, 4, 5, 6}
