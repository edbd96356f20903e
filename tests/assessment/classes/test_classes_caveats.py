"""What a class does not say by its number: digits of single samples, incomplete sums, informing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import duckdb
import polars as pl
import pytest

from luhai.assessment.assessing import Assessment, assess

Table = Callable[..., pl.DataFrame]


def on_both(frame: pl.DataFrame, **options: Any) -> Assessment:
    """The assessment, after checking that DuckDB and Polars agree on all of it."""
    first = assess(frame, **options)
    second = assess(duckdb.connect().from_arrow(frame.to_arrow()), **options)
    for name in ("classes", "indicators", "left_out"):
        assert getattr(first, name).equals(getattr(second, name)), name
    assert first.notes == second.notes
    return first


def noted(result: Assessment, language: str = "en") -> str:
    return "\n".join(note.render(language) for note in result.notes)


# Digits of single samples


@pytest.mark.parametrize(
    ("code", "value", "station", "campaign"),
    [
        ("w21003", 1.004, 4, 3),  # NH3-N: hourly 3 decimals, assessment 2; limit of Ⅲ 1.0
        ("w01019", 6.04, 4, 3),  # CODMn: hourly 2, assessment 1; limit of Ⅲ 6
        ("w01009", 5.96, 3, 2),  # DO: hourly 2, assessment 1; limit of Ⅱ 6
    ],
)
def test_only_a_sample_with_a_time_of_day_has_the_digits_of_stations(
    table: Table, code: str, value: float, station: int, campaign: int
) -> None:
    frame = table([("a", "2020-01-05 08:00", code, value)])
    options = {"standard": "gb3838-2002", "by": "sample"}
    assert on_both(frame, **options).classes["class"].to_list() == [station]
    for written in ("day", "month", None):
        dated = frame.with_columns(precision=pl.lit(written, dtype=pl.String))
        assert on_both(dated, **options).classes["class"].to_list() == [campaign]
        # The same one sample as a month: the same class.
        monthly = assess(dated, standard="gb3838-2002", by="month").classes
        assert monthly["class"].to_list() == [campaign]
    without = frame.drop("precision")
    assert assess(without, **options).classes["class"].to_list() == [campaign]


def test_samples_of_both_kinds_stand_beside_each_other(table: Table) -> None:
    station = table([("a", "2020-01-05 08:00", "w21003", 1.004)])
    campaign = table([("a", "2020-01-06", "w21003", 1.004)], precision="day")
    result = on_both(pl.concat([station, campaign]), standard="gb3838-2002", by="sample")
    assert result.classes["class"].to_list() == [4, 3]
    assert result.indicators["digits"].to_list() == [3, 2]


def test_single_values_over_the_limit_are_rounded_as_single_samples_are(table: Table) -> None:
    station = table([("a", "2020-01-05 08:00", "w21003", 1.004)])
    campaign = table(
        [("a", "2020-01-06", "w21003", 1.004), ("a", "2020-01-07", "w21003", 1.006)],
        precision="day",
    )
    # 1.004 is over 1.0 with three decimals, 1.00 with two is not; 1.006 is 1.01.
    both = on_both(pl.concat([station, campaign]), standard="gb3838-2002", by="year")
    assert both.indicators["over_samples"].to_list() == [2]


# Sums that lack a part


def sea(table: Table, *parts: tuple[str, str, float], place: str = "a") -> pl.DataFrame:
    """Rows of ``(day, code, value)`` at sea, with oxygen and phosphate of the best class."""
    rows: list[tuple[Any, ...]] = [(place, day, code, value) for day, code, value in parts]
    for day in dict.fromkeys(day for day, _, _ in parts):
        rows += [(place, day, "w01009", 8.0), (place, day, "lh_dip", 0.002)]
    return table(rows, medium="sea")


def test_a_sum_whose_known_parts_are_worse_than_the_class_takes_its_certainty(
    table: Table,
) -> None:
    frame = sea(table, ("2020-04-01", "lh_no3n", 0.2), ("2020-04-01", "w21003", 0.5))
    for by in ("sample", "season", "year", "rolling"):
        result = on_both(frame, standard="gb3097-1997", by=by)
        [row] = result.classes.rows(named=True)
        assert (row["class"], row["confidence"]) == (1, 0.0), by
        assert result.left_out.rows() == [("a", 2020, "lh_din", "incomplete_sum_worse", 1)]
        # Limits of DIN: 0.2, 0.3, 0.4, 0.5 mg/L; 0.2 + 0.5 is beyond all.
        assert "DIN at least 0.70 mg/L, worse than class 4" in noted(result)
        assert "无机氮至少 0.70 mg/L，为劣四类" in noted(result, "zh")
    assert "a, 2020 spring" in noted(assess(frame, standard="gb3097-1997", by="season"))


def test_an_incomplete_sum_within_the_class_leaves_it_as_it_is(table: Table) -> None:
    frame = sea(table, ("2020-04-01", "lh_no3n", 0.1), ("2020-04-01", "w21003", 0.05))
    result = on_both(frame, standard="gb3097-1997", by="season")
    assert result.classes["confidence"].to_list() == [0.5 + 0.5 * 1.0]
    assert result.left_out["reason"].to_list() == ["incomplete_sum"]
    assert not result.notes


def test_a_part_counts_as_zero_where_it_was_not_measured(table: Table) -> None:
    # Spring is complete with 0.45 (nitrite 0.3), summer without nitrite: at least 0.15.
    # The year is at least (0.45 + 0.15) / 2 = 0.30: class 2, better than spring's 0.45 (class 4).
    frame = sea(
        table,
        ("2020-04-01", "lh_no3n", 0.1),
        ("2020-04-01", "lh_no2n", 0.3),
        ("2020-04-01", "w21003", 0.05),
        ("2020-07-01", "lh_no3n", 0.1),
        ("2020-07-01", "w21003", 0.05),
    )
    result = on_both(frame, standard="gb3097-1997", by="year")
    assert result.classes.select("class", "deciding").rows() == [(4, "lh_din")]
    assert result.classes["confidence"][0] > 0
    assert not result.notes


def test_a_complete_cruise_does_not_hide_a_bad_incomplete_one(table: Table) -> None:
    frame = sea(
        table,
        ("2020-04-01", "lh_no3n", 0.05),
        ("2020-04-01", "lh_no2n", 0.01),
        ("2020-04-01", "w21003", 0.04),
        ("2020-07-01", "lh_no3n", 0.6),
        ("2020-07-01", "w21003", 0.1),
    )
    result = on_both(frame, standard="gb3097-1997", by="year")
    # DIN of spring 0.10 is class 1; the year is at least (0.10 + 0.70) / 2 = 0.40: class 3.
    assert result.classes.select("class", "confidence").rows() == [(1, 0.0)]
    assert "DIN at least 0.40 mg/L, class 3" in noted(result)


def test_many_doubtful_periods_are_counted_in_one_note(table: Table) -> None:
    frame = pl.concat(
        [
            sea(
                table,
                ("2020-04-01", "lh_no3n", 0.2),
                ("2020-04-01", "w21003", 0.5),
                place=f"p{number}",
            )
            for number in range(8)
        ]
    )
    result = on_both(frame, standard="gb3097-1997", by="season")
    assert result.classes["confidence"].to_list() == [0.0] * 8
    [note] = result.notes
    text = note.render("en")
    assert "p0, 2020 spring" in text
    assert "p5" not in text
    assert "3 more" in text


# Non-detects of derived sums


@pytest.mark.parametrize(
    ("low", "censored"),
    [((), 0), (("lh_no3n",), 1), (("lh_no3n", "lh_no2n", "w21003"), 3)],
)
def test_non_detects_of_a_derived_sum_are_those_of_its_parts(
    table: Table, low: tuple[str, ...], censored: int
) -> None:
    rows = [
        ("a", "2020-04-01", code, 0.02, "<" if code in low else "")
        for code in ("lh_no3n", "lh_no2n", "w21003")
    ]
    # Another sample, where the sum was reported and its own parts do not enter it.
    rows += [("b", "2020-04-01", "lh_din", 0.2, ""), ("b", "2020-04-01", "lh_no3n", 0.02, "<")]
    result = on_both(table(rows, medium="sea"), standard="gb3097-1997", by="season")
    assert result.classes["censored"].to_list() == [censored, 0]
    din = result.indicators.filter(indicator="lh_din")
    assert din["censored"].to_list() == [censored, 0]


def test_samples_are_the_most_values_of_one_indicator(table: Table) -> None:
    # What the documentation says: ammonia on one day and phosphorus on the next are one sample.
    rows = [("a", "2020-01-05", "w21003", 0.1), ("a", "2020-01-06", "w21011", 0.01)]
    result = on_both(table(rows), standard="gb3838-2002", by="month")
    assert result.classes["samples"].to_list() == [1]


# What informs only


def test_total_nitrogen_of_a_lake_is_named_with_the_class_it_would_have(table: Table) -> None:
    rows = [("lake", "2020-01-05", "w21001", 5.0), ("lake", "2020-01-05", "w21003", 0.3)]
    result = on_both(table(rows, medium="lake"), standard="gb3838-2002", by="month")
    assert result.classes["class"].to_list() == [2]
    [note] = result.notes
    assert "total nitrogen; by itself" in note.render("en")
    assert "lake, 2020-01: worse than class Ⅴ" in note.render("en")
    assert "劣Ⅴ类" in note.render("zh")
    # Rivers have no limit on it: nothing is said.
    assert not on_both(table(rows), standard="gb3838-2002", by="month").notes
