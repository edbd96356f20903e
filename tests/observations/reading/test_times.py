"""Dates as written: each form, each refusal, and the year that is never guessed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from luhai.observations.reading.times import YearContext, parse_times, year_context

ZONE = "Asia/Shanghai"


def read(text: str, year: int | None = None, order: str = "") -> tuple[object, str, str]:
    context = YearContext(year)
    row = parse_times(pl.Series([text]), context, timezone=ZONE, date_order=order).row(
        0, named=True
    )
    return row["time"], row["precision"], row["problem"]


def local(*parts: int) -> datetime:
    """A time of China, written here as UTC minus eight hours, independently of any zone table."""
    return datetime(*parts, tzinfo=UTC) - timedelta(hours=8)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("text", "time", "precision"),
    [
        ("2020-07-18", (2020, 7, 18), "day"),
        ("2020/7/18", (2020, 7, 18), "day"),
        ("2020.7.18", (2020, 7, 18), "day"),
        ("2020年7月18日", (2020, 7, 18), "day"),
        ("2020年07月18日 星期六", (2020, 7, 18), "day"),
        ("20200718", (2020, 7, 18), "day"),
        ("２０２０／７／１８", (2020, 7, 18), "day"),
        ("18-Jul-2020", (2020, 7, 18), "day"),
        ("July 18, 2020", (2020, 7, 18), "day"),
        ("18/07/2020", (2020, 7, 18), "day"),
        ("07/18/2020", (2020, 7, 18), "day"),
        ("44030", (2020, 7, 18), "day"),
        ("44030.4375", (2020, 7, 18, 10, 30), "minute"),
        ("2020-07-18 04:00", (2020, 7, 18, 4), "minute"),
        ("2020-07-18T04:00:30", (2020, 7, 18, 4, 0, 30), "minute"),
        ("2020-07-18 04:00:00.000", (2020, 7, 18, 4), "minute"),
        ("2020年7月18日4时30分", (2020, 7, 18, 4, 30), "minute"),
        ("2020-07-18 4时", (2020, 7, 18, 4), "minute"),
        ("202007180400", (2020, 7, 18, 4), "minute"),
        ("20200718040030", (2020, 7, 18, 4, 0, 30), "minute"),
        ("20200718 04:00", (2020, 7, 18, 4), "minute"),
        ("2020/7/18 下午 2:30:00", (2020, 7, 18, 14, 30), "minute"),
        ("2020-07-18 12:10 AM", (2020, 7, 18, 0, 10), "minute"),
        ("2020-07-18 24:00", (2020, 7, 19), "minute"),
        ("2020-07", (2020, 7, 1), "month"),
        ("2020年7月", (2020, 7, 1), "month"),
        ("202007", (2020, 7, 1), "month"),
    ],
)
def test_forms(text: str, time: tuple[int, ...], precision: str) -> None:
    assert read(text) == (local(*time), precision, "")


def test_written_offsets_are_kept() -> None:
    assert read("2020-07-18T04:00:00Z")[0] == datetime(2020, 7, 18, 4, tzinfo=UTC)
    assert read("2020-07-18T04:00:00+08:00")[0] == local(2020, 7, 18, 4)
    assert read("2020-07-18T04:00:00-0330")[0] == datetime(2020, 7, 18, 7, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "time_missing"),
        ("--", "time_missing"),
        ("*", "time_missing"),
        ("昨天", "time_unreadable"),
        ("7.18", "time_unreadable"),
        ("20-07-18", "time_unreadable"),
        ("2020-07-18~20", "time_unreadable"),
        ("2020年第三季度", "time_unreadable"),
        ("2021-02-29", "time_invalid"),
        ("2020-13-01", "time_invalid"),
        ("2020-07-18 24:30", "time_invalid"),
        ("2020-07-18 04:60", "time_invalid"),
        ("0202-07-18", "time_invalid"),
        ("04-01 04:00", "year_missing"),
        ("7月18日", "year_missing"),
        ("18 Jul", "year_missing"),
        ("03/04/2020", "date_order"),
    ],
)
def test_refusals(text: str, problem: str) -> None:
    assert read(text) == (None, None, problem)


def test_a_year_is_put_in_where_it_is_known() -> None:
    assert read("7月18日", 2020) == (local(2020, 7, 18), "day", "")
    assert read("04-01 04:00", 2021) == (local(2021, 4, 1, 4), "minute", "")
    assert read("02-29", 2021)[2] == "time_invalid"


def test_the_order_of_day_and_month_is_stated_or_proved() -> None:
    assert read("03/04/2020", order="dmy")[0] == local(2020, 4, 3)
    assert read("03/04/2020", order="mdy")[0] == local(2020, 3, 4)
    proved = parse_times(pl.Series(["03/04/2020", "25/04/2020"]), YearContext(), timezone=ZONE)
    assert proved["time"][0] == local(2020, 4, 3)
    both = parse_times(
        pl.Series(["03/04/2020", "25/04/2020", "04/25/2020"]), YearContext(), timezone=ZONE
    )
    assert both["problem"].to_list() == ["date_order", "", ""]
    assert read("05/05/2020")[0] == local(2020, 5, 5)


@pytest.mark.parametrize(
    ("texts", "year"),
    [
        (["2021-04"], 2021),
        (["2021年4月海水"], 2021),
        (["监测_20210405"], 2021),
        (["stations_2021_04", "2021年"], 2021),
        (["2020年", "2021年"], None),
        (["2018-2020年汇总"], None),
        (["按GB 3097-1997评价"], None),
        (["HJ 442.3-2020", "DB44/26-2001"], None),
        (["断面12021", "3.2020"], None),
        ([], None),
    ],
)
def test_the_context_of_a_file_states_its_year(texts: list[str], year: int | None) -> None:
    assert year_context([("title", text) for text in texts], None).year == year


def test_a_stated_year_overrules_the_context() -> None:
    assert year_context([("title", "2020年")], 2019) == YearContext(2019, stated=True)


def test_dates_across_the_turn_of_the_year_are_asked_about() -> None:
    january = year_context([("path", "2021-01")], None)
    read = parse_times(pl.Series(["12-31 20:00", "01-01 00:00"]), january, timezone=ZONE)
    assert read["problem"].to_list() == ["year_missing", ""]


def test_a_range_of_months_is_no_month() -> None:
    assert year_context([("sheet", "2015年1-12月")], None).month is None
    assert year_context([("sheet", "2015年1月")], None).month == 1


@given(st.dates(min_value=date(1950, 1, 1), max_value=date(2150, 12, 31)))
def test_all_ways_of_writing_one_day_agree(day: date) -> None:
    texts = [
        day.isoformat(),
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
        day.strftime("%Y%m%d"),
    ]
    table = parse_times(pl.Series(texts), YearContext(), timezone="UTC")
    expected = datetime(day.year, day.month, day.day, tzinfo=UTC)
    assert table["time"].to_list() == [expected] * len(texts)
    yearless = parse_times(
        pl.Series([f"{day.month}月{day.day}日"]), YearContext(day.year), timezone="UTC"
    )
    assert yearless["time"][0] == expected


@given(st.text(max_size=20))
def test_any_text_is_read_or_refused(text: str) -> None:
    row = parse_times(pl.Series([text]), YearContext(2020), timezone=ZONE).row(0, named=True)
    assert (row["time"] is None) == (row["problem"] != "")


def test_local_calendar_of_the_summer_time_years() -> None:
    """China had summer time in 1986–1991 (IANA tz database, Asia/Shanghai): UTC+9 in July 1988."""
    assert read("1988-07-18 04:00")[0] == datetime(1988, 7, 17, 19, tzinfo=UTC)
