"""The official Spearman test against scipy and by the rule's own words."""

from __future__ import annotations

from itertools import pairwise, permutations

import numpy as np
import pytest
from scipy import stats

from luhai.assessment.trend_spearman import spearman_official
from luhai.errors import InputError, UsageError
from luhai.standards import load_method


@pytest.mark.parametrize("seed", range(5))
def test_rs_is_spearmans(seed: int) -> None:
    values = np.random.default_rng(seed).normal(size=9)
    ours = spearman_official(values)
    assert ours is not None
    assert ours.rs == pytest.approx(stats.spearmanr(np.arange(9), values).statistic)


def test_five_years_in_order_are_significant_and_one_swap_is_on_the_limit() -> None:
    rising = spearman_official([1, 2, 3, 4, 5])
    assert rising is not None
    assert (rising.rs, rising.direction) == (1.0, "rising")
    # One exchange of neighbours: rs = 1 - 6 * 2 / 120 = 0.900, equal to the critical value.
    swapped = spearman_official([1, 2, 3, 5, 4])
    assert swapped is not None
    assert swapped.rs == pytest.approx(0.900)
    assert swapped.direction == "rising"
    assert spearman_official([1, 2, 3, 5, 4], level=0.01).direction == "none"  # type: ignore[union-attr]
    falling = spearman_official([5, 4, 3, 2, 1])
    assert falling is not None
    assert falling.direction == "falling"


def test_four_years_have_no_official_test() -> None:
    assert spearman_official([1, 2, 3, 4]) is None


def test_unprinted_number_of_years_takes_the_stricter_neighbour() -> None:
    eleven = spearman_official(range(11))
    assert eleven is not None
    assert eleven.critical_n == 10
    assert eleven.critical == 0.564
    forty = spearman_official(range(40))
    assert forty is not None
    assert forty.critical_n == 30


def test_the_table_falls_with_n_and_is_near_the_t_approximation() -> None:
    table = load_method("hb2011-22").trend_critical
    for before, after in pairwise(sorted(table)):
        assert table[after][0] < table[before][0]
        assert table[after][1] <= table[before][1]
    for n, (at_0_05, _) in table.items():
        if n > 10:
            t = stats.t.ppf(0.95, n - 2)
            assert at_0_05 == pytest.approx(t / np.sqrt(n - 2 + t**2), abs=0.01)


def test_exact_critical_values_of_small_n() -> None:
    """All orders of five to seven values: no more than 5 % reach the printed value."""
    table = load_method("hb2011-22").trend_critical
    for n in (5, 6, 7):
        orders = np.array(list(permutations(range(n))))
        rs = 1 - 6 * ((orders - np.arange(n)) ** 2).sum(axis=1) / (n**3 - n)
        critical = table[n][0]
        assert np.mean(rs >= critical - 1e-3) <= 0.05
        below = np.unique(np.round(rs[rs < critical - 1e-3], 6)).max()
        assert np.mean(rs >= below - 1e-6) > 0.05


def test_a_method_without_a_table_is_refused() -> None:
    with pytest.raises(InputError):
        spearman_official([1, 2, 3, 4, 5], method=load_method("hj442-2020"))


def test_equal_values_are_no_trend() -> None:
    flat = spearman_official([2.0] * 6)
    assert flat is not None
    assert flat.direction == "none"


def test_bad_input_is_refused() -> None:
    with pytest.raises(UsageError):
        spearman_official([1, 2, 3, 4, float("nan")])
    with pytest.raises(UsageError):
        spearman_official([1, 2, 3, 4, 5], level=0.10)
