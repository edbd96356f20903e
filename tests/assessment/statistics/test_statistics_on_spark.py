"""The statistics give the same rows on Apache Spark as embedded, to the last digit."""

from __future__ import annotations

import importlib.util
import shutil

import numpy as np
import polars as pl
import pytest
from made_observations import monthly, observations
from polars.testing import assert_frame_equal

from luhai.assessment.engines import engine_frame
from luhai.assessment.outlook import outlook_details
from luhai.assessment.trend import trend
from luhai.assessment.warning import warnings

pytestmark = [
    pytest.mark.spark,
    pytest.mark.skipif(shutil.which("java") is None, reason="Apache Spark needs Java"),
    pytest.mark.skipif(
        importlib.util.find_spec("pyspark") is None, reason="needs the extra luhai[spark]"
    ),
    # Spark's own remarks about the versions of its companions are not ours to mend.
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def test_spark_agrees_with_polars() -> None:
    random = np.random.default_rng(0)
    rows = monthly(
        "R1", "w21003", range(2014, 2020), lambda y, m: round(0.5 + 0.1 * random.normal(), 3)
    )
    rows += monthly("R1", "w21003", [2020], 0.6, months=range(1, 9))
    table = observations(rows, "river")
    goals = pl.DataFrame({"place": ["R1"], "target_class": [3], "standard": ["gb3838-2002"]})
    with engine_frame(table, "spark") as frame:
        on_spark = (
            trend(frame, indicator="w21003"),
            outlook_details(frame, place_targets=goals, year=2020).places,
            warnings(frame, place_targets=goals, year=2020),
        )
    embedded = (
        trend(table, indicator="w21003"),
        outlook_details(table, place_targets=goals, year=2020).places,
        warnings(table, place_targets=goals, year=2020),
    )
    for ours, theirs in zip(embedded, on_spark, strict=True):
        assert ours.height
        assert_frame_equal(theirs, ours, check_exact=True)
