"""Each check marks its fault and leaves sound values alone."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

import luhai.observations.quality as quality_package
from luhai.errors import UsageError
from luhai.observations.quality import (
    CHECKS,
    check_quality,
    excluded,
    excluding_flags,
    quality_flags,
)
from luhai.observations.quality.tables import part_rules, threshold
from luhai.observations.schema import OBSERVATION_SCHEMA
from luhai.standards import indicators, load_standard

from .conftest import MakeFrame, hourly, observations

NOW = datetime(2026, 1, 1, tzinfo=UTC)
DATA = Path(quality_package.__file__).parent.parent / "data"


def flags_of(frame: pl.DataFrame, check: str) -> list[bool]:
    """Which rows one check marks, in the order of the frame."""
    checked = check_quality(frame, now=NOW, checks=[check])
    return [check in flags.split(";") for flags in checked["flag"]]


def noise(count: int, seed: int = 1) -> list[float]:
    """A plausible ammonia series: log-normal around 0.3 mg/L, a tenth wide."""
    return list(np.random.default_rng(seed).lognormal(np.log(0.3), 0.1, count).round(4))


# One example with its marks per check; the battery below runs over the registry.
EXAMPLES: dict[str, Callable[[], tuple[pl.DataFrame, list[bool]]]] = {
    "frozen": lambda: (
        hourly([*noise(5), *[0.31] * 9, *noise(5, 2)]),
        [False] * 5 + [True] * 9 + [False] * 5,
    ),
    "spike": lambda: (hourly([*noise(6), 3.0, *noise(6, 2)]), [False] * 6 + [True] + [False] * 6),
    "time_order": lambda: (
        hourly(noise(8), row=[2, 3, 4, 5, 9, 6, 7, 8]),
        [False] * 5 + [True] + [False] * 2,
    ),
    "future": lambda: (
        observations(value=[0.1, 0.2], time=[NOW, NOW + timedelta(days=40)]),
        [False, True],
    ),
    "range": lambda: (
        observations(indicator="w01010", value=[-1.5, 25.0, 45.0]),
        [False, False, True],
    ),
    "half_limit": lambda: (
        observations(
            value=[0.02, 0.01, 0.02, 0.021],
            censored=["<", "", "", ""],
            indicator="w21011",
            place=["a", "b", "c", "d"],
        ),
        [False, True, False, False],
    ),
    "reporting_limit": lambda: (
        observations(
            value=[*[0.025] * 6, *noise(34)], place=[f"P{number % 4}" for number in range(40)]
        ),
        [True] * 6 + [False] * 34,
    ),
    "coarse_limit": lambda: (
        observations(
            indicator="w22001", medium="sea", value=[0.0605, 0.2, 0.2], censored=["<", "<", ""]
        ),
        [False, True, False],
    ),
    "parts_exceed_whole": lambda: (
        observations(
            place=["a", "a", "b", "b"],
            indicator=["w21001", "w21003", "w21001", "w21003"],
            value=[0.5, 0.6, 0.5, 0.54],
        ),
        [True, True, False, False],
    ),
    "conflict": lambda: (
        observations(value=[0.1, 0.2, 0.1], place=["a", "a", "b"]),
        [True, True, False],
    ),
    "repeated": lambda: (observations(value=[0.1, 0.1, 0.2]), [False, True, False]),
}


def test_every_check_has_an_example() -> None:
    assert set(EXAMPLES) == set(CHECKS)


@pytest.mark.parametrize("check", CHECKS)
def test_a_check_marks_what_it_is_for_and_nothing_else(check: str) -> None:
    frame, expected = EXAMPLES[check]()
    assert flags_of(frame, check) == expected


# Which of two equal rows is the first is the order of rows.
@pytest.mark.parametrize("check", [name for name in CHECKS if name != "repeated"])
def test_a_check_does_not_depend_on_the_order_of_rows(check: str) -> None:
    frame, expected = EXAMPLES[check]()
    order = np.random.default_rng(3).permutation(frame.height)
    assert flags_of(frame[order], check) == [expected[position] for position in order]


@pytest.mark.parametrize("check", CHECKS)
def test_a_check_bears_empty_missing_and_censored_values(check: str) -> None:
    nothing = observations(value=[]).clear()
    assert check_quality(nothing, now=NOW, checks=[check]).height == 0
    frame = observations(
        value=[None, None, 0.1, 0.2], censored=["<", "<", "<", ">"], place=list("abcd")
    )
    marked = flags_of(frame, check)
    assert marked == [False] * 4


@pytest.mark.parametrize("check", CHECKS)
def test_a_check_keeps_every_row_and_changes_only_flags(check: str) -> None:
    frame, _ = EXAMPLES[check]()
    checked = check_quality(frame, now=NOW, checks=[check])
    assert_frame_equal(checked.drop("flag"), frame.drop("flag"), check_exact=True)


@pytest.mark.parametrize("check", CHECKS)
def test_a_check_has_a_flag_with_names_and_a_source(check: str) -> None:
    flag = quality_flags()[check]
    assert flag.origin == "check"
    assert flag.source
    assert CHECKS[check].source
    for words in (flag.name, flag.meaning):
        assert words.render("en")
        assert words.render("zh") != words.render("en")


def test_flags_join_those_already_there_and_stay_single() -> None:
    frame, _ = EXAMPLES["range"]()
    frame = frame.with_columns(flag=pl.lit("maintenance"))
    once = check_quality(frame, now=NOW, checks=["range"])
    assert once["flag"].to_list() == ["maintenance", "maintenance", "maintenance;range"]
    assert_frame_equal(check_quality(once, now=NOW, checks=["range"]), once)


def test_an_unknown_check_is_named_with_those_that_exist() -> None:
    with pytest.raises(UsageError, match=r"frozn.*frozen"):
        check_quality(observations(), checks=["frozn"])


def test_maintenance_is_left_out_of_assessments_and_a_spike_only_marked() -> None:
    assert {"maintenance", "instrument_fault", "future"} <= excluding_flags()
    assert not {"spike", "conflict", "limit_unknown"} & excluding_flags()
    flags = pl.DataFrame(
        {"flag": ["", "spike", "spike;maintenance", "maintenance", "maintenances"]}
    )
    assert flags.select(excluded()).to_series().to_list() == [False, False, True, True, False]


# Neighbours in time.


def test_equal_monthly_values_are_not_frozen() -> None:
    assert flags_of(hourly([0.05] * 24, step_hours=24 * 30), "frozen") == [False] * 24


def test_seven_equal_readings_are_not_frozen_and_eight_are() -> None:
    count = int(threshold("frozen", "least_readings"))
    assert not any(flags_of(hourly([*[0.3] * (count - 1), 0.4]), "frozen"))
    assert sum(flags_of(hourly([*[0.3] * count, 0.4]), "frozen")) == count


def test_a_gap_ends_a_frozen_run() -> None:
    frame = hourly([0.3] * 12)
    later = pl.when(pl.int_range(pl.len()) >= 6).then(pl.duration(days=2)).otherwise(pl.duration())
    assert not any(flags_of(frame.with_columns(time=pl.col("time") + later), "frozen"))


def test_equal_values_of_two_places_are_no_run() -> None:
    frame = pl.concat([hourly([0.3] * 5, place=place) for place in ("a", "b")])
    assert not any(flags_of(frame, "frozen"))


def test_a_spike_agrees_with_the_hampel_identifier_written_out() -> None:
    """Independent form: loops and NumPy's median, as in Pearson (2002), eq. 1-3."""
    generator = np.random.default_rng(7)
    values = generator.lognormal(0, 0.3, 400)
    values[generator.integers(5, 395, 12)] *= 30
    values[generator.integers(5, 395, 12)] /= 40
    frame = hourly(list(values))
    marked = flags_of(frame, "spike")
    logs = np.log(values)
    sigmas, floor = threshold("spike", "threshold"), threshold("spike", "floor")
    expected = []
    for i in range(values.size):
        window = [logs[j] for j in range(max(i - 3, 0), min(i + 4, values.size)) if j != i]
        if i in (0, values.size - 1) or len(window) < threshold("spike", "least_neighbours"):
            expected.append(False)
            continue
        median = np.median(window)
        scale = max(1.4826 * np.median(np.abs(np.array(window) - median)), floor)
        step_before, step_after = logs[i] - logs[i - 1], logs[i] - logs[i + 1]
        alone = (
            step_before * step_after > 0 and min(abs(step_before), abs(step_after)) > sigmas * floor
        )
        expected.append(bool(alone and abs(logs[i] - median) > sigmas * scale))
    assert marked == expected
    assert 10 <= sum(marked) <= 24


def test_an_event_of_several_readings_is_no_spike() -> None:
    assert not any(flags_of(hourly([*noise(6), 3.0, 3.2, 2.9, *noise(6, 2)]), "spike"))


def test_ph_and_temperature_are_compared_in_their_own_unit() -> None:
    ph = [7.9, 8.0, 8.0, 7.9, 9.5, 8.0, 7.9, 8.0, 8.0]
    assert flags_of(hourly(ph, indicator="w01001"), "spike").index(True) == 4
    assert not any(
        flags_of(hourly([8.3 if v == 9.5 else v for v in ph], indicator="w01001"), "spike")
    )
    assert sum(flags_of(hourly([25.0] * 5 + [0.5] + [25.0] * 5, indicator="w01010"), "spike")) == 1


def test_profiles_are_not_compared_along_time() -> None:
    frame = hourly([*noise(6), 3.0, *noise(6, 2)])
    twin = frame.with_columns(depth_m=pl.lit(5.0))
    assert not any(flags_of(pl.concat([frame, twin]), "spike"))


def test_a_file_that_runs_backwards_is_in_order() -> None:
    frame = hourly(noise(10), row=list(range(20, 10, -1)))
    assert not any(flags_of(frame, "time_order"))


def test_a_file_without_any_order_breaks_none() -> None:
    frame = hourly(noise(10), row=[5, 2, 9, 4, 8, 3, 11, 6, 7, 10])
    assert not any(flags_of(frame, "time_order"))


def test_rows_of_two_files_have_no_order_between_them() -> None:
    frame = hourly(
        noise(12), row=[*range(10, 16), *range(2, 8)], file=["a.csv"] * 6 + ["b.csv"] * 6
    )
    assert not any(flags_of(frame, "time_order"))


def test_readings_at_a_reporting_limit_are_not_frozen() -> None:
    frame = pl.concat([hourly([0.025] * 12 + noise(3), place=place) for place in "abc"])
    assert not any(flags_of(frame, "frozen"))
    assert sum(flags_of(frame, "reporting_limit")) == 36
    alone = frame.filter(pl.col("place") == "a")
    assert sum(flags_of(alone, "frozen")) == 12


# What a value says.


def test_ten_times_the_last_class_is_the_usual_range() -> None:
    last = load_standard("gb3838-2002").limit("w21003", 5)
    assert last is not None
    assert last.high is not None
    values = [last.high * 10, last.high * 10.01]
    assert flags_of(observations(value=values), "range") == [False, True]
    assert flags_of(observations(value=values, medium="outlet"), "range") == [False, False]


def test_a_limit_of_the_standard_halved_is_no_measurement() -> None:
    """GB 3097-1997, table 2: the method for oil by fluorescence detects 0.0092 mg/L."""
    from luhai.standards import detection_limit

    limit = detection_limit("w22001", "gb3097-1997")
    assert limit is not None
    frame = observations(indicator="w22001", medium="sea", value=[limit / 2, limit])
    assert flags_of(frame, "half_limit") == [True, False]


def test_half_a_limit_is_a_reading_where_others_lie_below_the_limit() -> None:
    frame = observations(
        indicator="w21011", value=[0.02, 0.01, 0.015], censored=["<", "", ""], place=list("abc")
    )
    assert flags_of(frame, "half_limit") == [False] * 3


def test_a_stated_limit_is_no_hidden_one() -> None:
    places = [f"P{number % 4}" for number in range(41)]
    frame = observations(
        value=[0.025, *[0.025] * 6, *noise(34)], censored=["<", *[""] * 40], place=places
    )
    assert not any(flags_of(frame, "reporting_limit"))


def test_parts_not_detected_count_as_nothing_and_a_whole_as_its_limit() -> None:
    frame = observations(
        place=["a", "a", "b", "b"],
        indicator=["w21001", "w21003"] * 2,
        value=[0.5, 0.6, 0.5, 0.6],
        censored=["", "<", "<", ""],
    )
    assert flags_of(frame, "parts_exceed_whole") == [False, False, True, True]


def test_the_sum_of_the_parts_counts() -> None:
    codes = ["w21001", "lh_no3n", "lh_no2n", "w21003"]
    frame = observations(indicator=codes, value=[1.0, 0.8, 0.2, 0.2])
    assert flags_of(frame, "parts_exceed_whole") == [True] * 4
    assert not any(flags_of(frame[:3], "parts_exceed_whole"))


def test_parts_of_another_sample_are_no_parts() -> None:
    for column, cells in {
        "place": ["a", "b"],
        "layer": ["surface", "bottom"],
        "depth_m": [1.0, 9.0],
        "sample": ["1", "2"],
        "time": [datetime(2020, 1, day, tzinfo=UTC) for day in (1, 2)],
    }.items():
        frame = observations(indicator=["w21001", "w21003"], value=[0.5, 0.9], **{column: cells})
        assert not any(flags_of(frame, "parts_exceed_whole")), column


_samples = st.lists(
    st.tuples(
        st.sampled_from(["w21001", "w21003", "lh_no3n"]),
        st.sampled_from(["a", "b"]),
        st.sampled_from([None, 1.0, 2.0]),
        st.sampled_from([None, "x"]),
        st.integers(0, 1),
        st.sampled_from([0.1, 0.5, 0.7, 1.2]),
        st.sampled_from(["", "<", ">"]),
    ),
    min_size=1,
    max_size=25,
    unique_by=lambda row: row[:5],
)


@settings(max_examples=150, deadline=None)
@given(rows=_samples)
def test_parts_are_compared_as_a_plain_loop_would(rows: list[tuple[object, ...]]) -> None:
    """Independent form: a dictionary of samples."""
    codes, places, depths, samples, days, values, censored = map(list, zip(*rows, strict=True))
    frame = observations(
        indicator=codes,
        place=places,
        depth_m=depths,
        sample=samples,
        time=[datetime(2020, 1, 1 + day, tzinfo=UTC) for day in days],  # type: ignore[operator]
        value=values,
        censored=censored,
    )
    by_sample: dict[tuple[object, ...], dict[object, tuple[float, str]]] = {}
    for code, place, depth, sample, day, value, sense in rows:
        by_sample.setdefault((place, depth, sample, day), {})[code] = (value, sense)  # type: ignore[assignment]
    expected = []
    for code, place, depth, sample, day, _, _ in rows:
        content = by_sample[(place, depth, sample, day)]
        parts = {c: v for c, v in content.items() if c != "w21001"}
        total = sum(0.0 if sense == "<" else value for value, sense in parts.values())
        whole, sense = content.get("w21001", (np.inf, ""))
        bound = np.inf if sense == ">" else whole
        expected.append(bool(total > bound * 1.1 and (code == "w21001" or code in parts)))
    assert flags_of(frame, "parts_exceed_whole") == expected


def test_another_value_of_another_layer_is_no_contradiction() -> None:
    frame = observations(value=[0.1, 0.2, 0.3], layer=["surface", "bottom", None])
    assert not any(flags_of(frame, "conflict"))


# The tables.


@pytest.mark.parametrize(
    "name", ["quality_flags", "quality_checks", "quality_ranges", "quality_parts"]
)
def test_every_row_of_the_tables_has_a_source(name: str) -> None:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            assert row["source"], row
            assert None not in row, row


def test_the_tables_name_known_indicators() -> None:
    known = set(indicators())
    for rule in part_rules():
        assert {rule.whole, *rule.parts} <= known
    for name in ("quality_checks", "quality_ranges"):
        codes = set(pl.read_csv(DATA / f"{name}.csv")["indicator"].drop_nulls())
        assert codes <= known


def test_every_flag_is_explained_in_the_documentation() -> None:
    page = (Path(__file__).resolve().parents[3] / "docs" / "observations.md").read_text("utf-8")
    missing = [flag for flag in quality_flags() if f"`{flag}`" not in page]
    assert missing == []


def test_a_missing_threshold_is_named() -> None:
    with pytest.raises(UsageError, match="least_reading"):
        threshold("frozen", "least_reading")


def test_all_checks_together_on_a_sound_series(make_series: MakeFrame) -> None:
    checked = check_quality(make_series(noise(200)), now=NOW)
    assert checked["flag"].to_list() == [""] * 200
    assert dict(checked.schema) == OBSERVATION_SCHEMA


def test_distance_agrees_with_published_ones() -> None:
    """A degree of latitude and, on the sphere, Veness's Land's End to John o' Groats, 968.9 km.

    https://www.movable-type.co.uk/scripts/latlong.html, radius 6371 km: 50°03′59″N 5°42′53″W to
    58°38′38″N 3°04′12″W.
    """
    from luhai.observations.quality.position import EARTH_RADIUS_KM, distance_km

    degree = distance_km(np.array([0.0]), np.array([0.0]), np.array([0.0]), np.array([1.0]))
    assert degree[0] == pytest.approx(EARTH_RADIUS_KM * np.pi / 180)
    far = distance_km(
        np.array([-(5 + 42 / 60 + 53 / 3600)]),
        np.array([50 + 3 / 60 + 59 / 3600]),
        np.array([-(3 + 4 / 60 + 12 / 3600)]),
        np.array([58 + 38 / 60 + 38 / 3600]),
    )
    assert far[0] == pytest.approx(968.9, abs=0.1)
