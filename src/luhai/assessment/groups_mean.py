"""What class has a group of few places when its indicators are averaged over the places?

环办〔2011〕22号: a river with fewer than five sections takes the arithmetic mean of each indicator
over its sections and is judged like one section. pH is averaged through the hydrogen ion, as in
every other mean of the method; rounding comes after averaging.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from luhai.standards import Method, Standard, round_half_even


@dataclass(frozen=True)
class MeanSection:
    """The mean of several places judged as one.

    Attributes:
        class_number: worst class of the assessed indicators, 0 when there is none.
        deciding: indicators in that class.
        means: rounded mean of each assessed indicator.
        main_pollutants: by the rule for a section: only when the class is worse than the method
            says; priority pollutants first, then worst class, then largest multiple.
        multiples: exceedance multiple of each of them, ``None`` where the method states none.
    """

    class_number: int
    deciding: tuple[str, ...]
    means: dict[str, float]
    main_pollutants: tuple[str, ...]
    multiples: tuple[float | None, ...]


def mean_section(indicators: pl.DataFrame, standard: Standard, method: Method) -> MeanSection:
    """Judge the mean of several places.

    Args:
        indicators: yearly means of the places: ``place, indicator, mean`` in the indicators' units.
        standard: the standard of all the places.
        method: the method, for its digits, kinds of mean and rules.
    """
    means: dict[str, float] = {}
    classes: dict[str, int] = {}
    known = indicators.filter(pl.col("mean").is_not_null())
    for code in method.assessed:
        values = known.filter(pl.col("indicator") == code)["mean"].to_numpy()
        if values.size == 0:
            continue
        rounded = round_half_even(
            np.array([_mean(values, method.mean_kind(code))]),
            method.digits(code),
            keep_one_significant=method.keep_one_significant,
        )
        number = int(standard.classify(code, rounded)[0])
        if number:
            means[code], classes[code] = float(rounded[0]), number
    worst = max(classes.values(), default=0)
    deciding = tuple(code for code, number in classes.items() if number == worst)
    named = _main_pollutants(classes, means, standard, method, worst)
    return MeanSection(
        worst,
        deciding,
        means,
        named,
        tuple(_multiple(c, means[c], standard, method) for c in named),
    )


def _mean(values: NDArray[np.float64], kind: str) -> float:
    if kind == "hydrogen_ion":
        return float(-np.log10(np.mean(10.0**-values)))
    if kind == "geometric":
        return float(np.exp(np.mean(np.log(values))))
    return float(np.mean(values))


def _main_pollutants(
    classes: dict[str, int],
    means: dict[str, float],
    standard: Standard,
    method: Method,
    worst: int,
) -> tuple[str, ...]:
    if worst <= method.main_pollutants_worse_than:
        return ()
    over = [code for code, number in classes.items() if number > method.reference_class]

    def rank(code: str) -> tuple[int, int, float]:
        multiple = _multiple(code, means[code], standard, method)
        return (
            -method.item(code).priority,
            -classes[code],
            np.inf if multiple is None else -multiple,
        )

    # An indicator without a multiple (pH, oxygen) comes after the others of its class.
    return tuple(sorted(over, key=rank)[: method.max_main_pollutants])


def _multiple(code: str, mean: float, standard: Standard, method: Method) -> float | None:
    limit = standard.limit(code, method.reference_class)
    if not method.item(code).multiple or limit is None or not limit.high:
        return None
    return mean / limit.high - 1.0
