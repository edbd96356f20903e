"""Discharge limits and the questions that can be put to them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from luhai.errors import UsageError
from luhai.standards import discharge_limits, indicator, load_standard, standards

DISCHARGE = [name for name in standards() if load_standard(name).kind == "discharge"]


@pytest.mark.parametrize("name", DISCHARGE)
def test_every_row_is_whole_and_grades_loosen(name: str) -> None:
    rows = discharge_limits(name)
    assert rows
    series: dict[tuple[str, ...], list[float]] = {}
    for row in rows:
        assert row.unit == indicator(row.code).unit
        assert row.clause
        assert row.known == (row.printed != "?")
        assert row.known or row.verified == "?"
        if row.known and not row.not_detectable:
            assert row.low is not None or row.high is not None
        if row.high is not None:
            key = (row.code, row.basis, row.period, row.unit_kind, row.condition)
            series.setdefault(key, []).append(row.high)
    for values in series.values():
        assert values == sorted(values)


@pytest.mark.parametrize("name", DISCHARGE)
def test_a_full_question_has_at_most_one_answer(name: str) -> None:
    rows = discharge_limits(name)
    keys = [
        (row.code, row.grade, row.basis, row.period, row.unit_kind, row.condition, row.valid_from)
        for row in rows
    ]
    assert len(keys) == len(set(keys))


def only(*, standard: str, **question: Any) -> float | None:
    found = discharge_limits(standard, **question)
    assert len(found) == 1, found
    return found[0].high


def test_town_plants() -> None:
    """GB 18918-2002 tables 1 to 3."""
    day: dict[str, Any] = {"standard": "gb18918-2002", "on": date(2020, 1, 1)}
    assert only(**day, code="w01018", grade=1) == 50
    assert only(**day, code="w21003", grade=1, condition="water_above_12C") == 5
    assert only(**day, code="w21003", grade=1, condition="water_12C_or_below") == 8
    assert only(**day, code="w21011", grade=2, period="built_before_2006") == 1.5
    assert only(**day, code="w21011", grade=2, period="built_from_2006") == 1
    assert only(**day, code="w20115", grade=4) == 0.01
    # The question leaves the water temperature open: both rows come back.
    assert len(discharge_limits("gb18918-2002", code="w21003", grade=1, basis="daily_mean")) == 2
    # Grade 3 has no limit on total nitrogen.
    assert discharge_limits("gb18918-2002", code="w21001", grade=4, basis="daily_mean") == ()


def test_figures_that_nobody_has_seen_are_unknown() -> None:
    """Amendment of GB 18918 in force on 2026-03-01: its instantaneous limits were not seen."""
    before, after = date(2026, 2, 28), date(2026, 3, 1)
    code: dict[str, Any] = {"code": "w01018", "grade": 1}
    assert discharge_limits("gb18918-2002", basis="instantaneous", on=before) == ()
    (row,) = discharge_limits("gb18918-2002", basis="instantaneous", on=after, **code)
    assert not row.known
    assert row.high is None
    assert row.verified == "?"
    # The daily mean stays; pH, colour and coliforms are no daily means any more.
    assert only(standard="gb18918-2002", basis="daily_mean", on=after, **code) == 50
    for changed in ("w01001", "lh_colour_dilution", "w02003"):
        question: dict[str, Any] = {"code": changed, "grade": 1, "basis": "daily_mean"}
        assert discharge_limits("gb18918-2002", on=before, **question)
        assert discharge_limits("gb18918-2002", on=after, **question) == ()


def test_guangdong_limits() -> None:
    """DB44/26-2001: period, kind of unit and level."""
    second = {"standard": "db44-26-2001", "period": "second"}
    assert only(**second, code="w01018", grade=1, unit_kind="town_plant") == 40
    assert only(**second, code="w01018", grade=1, unit_kind="other") == 90
    assert only(**second, code="w01018", grade=3, unit_kind="livestock_slaughter_meat") == 500
    # A kind of unit without a row of its own takes the row of the others.
    assert only(**second, code="w21003", grade=2, unit_kind="town_plant") == 15
    assert only(**second, code="w22001", grade=1, unit_kind="petrochemical") == 5.0
    first = {"standard": "db44-26-2001", "period": "first"}
    assert only(**first, code="w01018", grade=2, unit_kind="other") == 130
    # Printed 0.00003 mg/L, kept in μg/L.
    assert only(standard="db44-26-2001", code="w25043", grade=1) == 0.03
    (mercury,) = discharge_limits("db44-26-2001", code="w20113", grade=1)
    assert mercury.not_detectable


def test_provisional_standards_say_so() -> None:
    assert {row.verified for row in discharge_limits("db44-2462-2024")} == {"?"}


def test_unknown_words_are_refused() -> None:
    with pytest.raises(UsageError, match="no discharge standard"):
        discharge_limits("gb3097-1997")
    with pytest.raises(UsageError, match="Did you mean town_plant"):
        discharge_limits("db44-26-2001", unit_kind="town_plants")
    with pytest.raises(UsageError, match="basis"):
        discharge_limits("gb18918-2002", basis="weekly")
    with pytest.raises(UsageError, match="no indicator"):
        discharge_limits("gb18918-2002", code="cod")
