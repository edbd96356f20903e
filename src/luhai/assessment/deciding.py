"""What class has each place in each period, and what decides it?

The worst class of the indicators that count; every indicator in it decides. Main pollutants
follow the official rule (环办〔2011〕22号, HJ 442): only where the class is worse than the
reference class; pollutants with priority that are over the limit go first, then the worst classes,
then the largest multiples; at most three.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from luhai.assessment.basis import Basis
from luhai.assessment.classes import class_names, period_keys, standard_by_id
from luhai.assessment.confidence import confidence, coverage, distances


def place_classes(indicators: pl.DataFrame, basis: Basis) -> pl.DataFrame:
    """Classes of places by period.

    Args:
        indicators: from ``luhai.assessment.classes.classify``, with ``n``, ``low``, ``parts``.
        basis: the rules.

    Returns:
        One row per place and period: the key columns, ``standard``, ``class`` (0 where nothing
        can be judged), ``class_name``, ``deciding``, ``exceedance``, ``main_pollutants``,
        ``samples``, ``censored``, ``confidence``, ``enough``.
    """
    keys = period_keys(indicators, basis)
    # Categories sort by their order of appearance in the method, which is that of the standard.
    order = {code: position for position, code in enumerate(basis.method.items)}
    ranked = indicators.with_columns(
        worst=pl.col("class").filter(pl.col("counts")).max().over(keys).fill_null(0),
        order=pl.col("indicator").replace_strict(order, default=len(order), return_dtype=pl.Int16),
    )
    ranked = _with_margins(ranked, basis)
    decides = pl.col("counts") & (pl.col("class") == pl.col("worst"))
    counted = pl.col("counts")
    grouped = (
        ranked.sort(
            *keys,
            "exceedance",
            "order",
            descending=[*(False for _ in keys), True, False],
            nulls_last=True,
        )
        .group_by(*keys, maintain_order=True)
        .agg(
            pl.col("standard").first(),
            pl.col("worst").first().cast(pl.Int8).alias("class"),
            deciding=pl.col("indicator").filter(decides).str.join(";"),
            exceedance=pl.col("exceedance").filter(decides).max(),
            samples=pl.col("n").filter(counted).max().fill_null(0).cast(pl.Int32),
            censored=pl.col("low").filter(counted).sum().cast(pl.Int32),
            parts=pl.col("parts").filter(decides).min(),
            deciding_n=pl.col("n").filter(decides).min(),
            worse=pl.col("worse").filter(counted).min(),
            better=pl.col("better").filter(decides).max(),
        )
    )
    judged = pl.col("class") > 0
    margin = pl.min_horizontal("worse", "better")
    covered = coverage(pl.col("parts"), pl.col("deciding_n"), basis)
    return (
        grouped.join(_main_pollutants(ranked, keys, basis), on=keys, how="left", validate="1:1")
        .with_columns(
            pl.col("main_pollutants").fill_null(""),
            class_name=class_names(grouped, basis),
            confidence=pl.when(judged).then(confidence(covered, margin)),
            enough=judged & _enough(basis),
        )
        .drop("parts", "deciding_n", "worse", "better")
    )


def _with_margins(ranked: pl.DataFrame, basis: Basis) -> pl.DataFrame:
    """``worse`` and ``better`` of every row that counts, see ``confidence.distances``."""
    worse = np.full(ranked.height, np.inf)
    better = np.full(ranked.height, np.inf)
    rounded = ranked["mean_rounded"].to_numpy()
    worst = ranked["worst"].cast(pl.Int64).to_numpy()
    rows = ranked.select("standard", "indicator", "counts").with_row_index("position")
    for (standard_id, code), group in rows.filter("counts").group_by("standard", "indicator"):
        standard = standard_by_id(basis, str(standard_id))
        if standard is not None:
            at = group["position"].to_numpy()
            worse[at], better[at] = distances(standard, str(code), rounded[at], worst[at])
    return ranked.with_columns(pl.Series("worse", worse), pl.Series("better", better))


def _enough(basis: Basis) -> pl.Expr:
    least = basis.method.minimum(basis.by)
    if least is None:
        return pl.lit(True)
    counted = pl.col("deciding_n") if least.of == "sample" else pl.col("parts")
    return counted >= least.count


def _main_pollutants(ranked: pl.DataFrame, keys: list[str], basis: Basis) -> pl.DataFrame:
    method = basis.method
    over = (
        pl.col("counts")
        & (pl.col("class") > method.reference_class)
        & (pl.col("worst") > method.main_pollutants_worse_than)
    )
    priority = {code: item.priority for code, item in method.items.items()}
    return (
        ranked.filter(over)
        .with_columns(
            priority=pl.col("indicator").replace_strict(priority, default=0, return_dtype=pl.Int16)
        )
        .sort(
            *keys,
            "priority",
            "class",
            "exceedance",
            "order",
            descending=[*(False for _ in keys), True, True, True, False],
            nulls_last=True,
        )
        .group_by(*keys, maintain_order=True)
        .agg(main_pollutants=pl.col("indicator").head(method.max_main_pollutants).str.join(";"))
    )
