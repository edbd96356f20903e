"""When was a sample taken, as far as the written date says?

Dates are read as whole columns, one distinct text once. A date without its year takes the year that
the caller states or that the file's own context states (path, sheet name, title row); when nothing
states it, or two statements differ, the date stays unread and the year is asked for. A date such as
03/04/2020 is read only when its order is stated or when another date of the same column proves it.

Local time is the zone of the read options (China has one zone, and kept summer time 1986–1991). All
times leave here in UTC, with the precision that was written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from luhai.observations.reading.cells import written_plainly

TIME_SCHEMA: dict[str, pl.DataType] = {
    "text": pl.String(),
    "time": pl.Datetime("us", "UTC"),
    "precision": pl.String(),  # minute | day | month
    "year": pl.Int16(),  # local calendar
    "month": pl.Int8(),
    "day": pl.Int8(),
    "problem": pl.String(),  # "" or the code of a reason
}

_CLOCK = (
    r"(?:[T\s,]*(上午|下午|am|pm)?\s*(\d{1,2})\s*[:时点]\s*(\d{1,2})?\s*分?"
    r"(?:\s*[:分]?\s*(\d{1,2})(?:\.\d+)?秒?)?\s*(am|pm)?\s*(z|[+-]\d{2}:?\d{2})?)?$"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_NAME = (
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
# Each form names its groups in order; the clock's six groups follow where the pattern ends in it.
_FORMS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})日?" + _CLOCK, ("y", "m", "d")),
    (r"^(\d{4})(\d{2})(\d{2})" + _CLOCK, ("y", "m", "d")),
    (r"^(\d{4})(\d{2})(\d{2})[\sT]?(\d{2})(\d{2})(\d{2})?$", ("y", "m", "d", "H", "M", "S")),
    (r"^(\d{1,2})\s*(?:[-/]|月)\s*(\d{1,2})日?" + _CLOCK, ("m", "d")),
    (r"^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*月?$", ("y", "m")),
    (r"^((?:19|20)\d{2})(0[1-9]|1[0-2])$", ("y", "m")),
    (r"^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})" + _CLOCK, ("p", "q", "y")),
    (
        rf"^(\d{{1,2}})(?:st|nd|rd|th)?[-\s/.]*{_MONTH_NAME}[-\s/.,]*(\d{{4}})" + _CLOCK,
        ("d", "b", "y"),
    ),
    (rf"^{_MONTH_NAME}[.\s]+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})" + _CLOCK, ("b", "d", "y")),
    (rf"^(\d{{1,2}})[-\s/.]*{_MONTH_NAME}" + _CLOCK, ("d", "b")),
    (rf"^{_MONTH_NAME}[-\s.,]+(\d{{4}})$", ("b", "y")),
)
_CLOCK_GROUPS = ("half", "H", "M", "S", "half2", "zone")
_FEW = 500
_SERIAL = r"^([2-7]\d{4})(\.\d+)?$"


@dataclass(frozen=True)
class YearContext:
    """Which year do dates without one lie in?

    Attributes:
        year: the year, or ``None`` when nothing states it or statements differ.
        stated: whether the caller stated it; a stated year holds for every month.
        month: month that the context states beside the year, or ``None``.
        found: every statement, as (where, year).
    """

    year: int | None = None
    stated: bool = False
    month: int | None = None
    found: tuple[tuple[str, int], ...] = ()

    @property
    def differs(self) -> bool:
        """Whether two statements contradict each other."""
        return len({year for _, year in self.found}) > 1


_STANDARD_NUMBER = re.compile(r"[A-Za-z]{2,}[A-Za-z/ ]*\d[\d./]*\s*[-—–]\s*(?:19|20)\d{2}")
_YEAR = re.compile(
    r"(?<![\d.])((?:19|20)\d{2})(?:\s*[-_./年]?\s*(1[0-2]|0?[1-9])(?:\s*月|(?!\d)|(?=[0-3]\d(?!\d)))"
    r"(?!\s*[-~～至到—–、]))?"
    r"(?!\d{1,3}(?!\d))"
)


def year_context(statements: list[tuple[str, str]], stated: int | None) -> YearContext:
    """The year that the context of a file states.

    Args:
        statements: texts with where they stand, e.g. ``("sheet", "2020年7月")``. Numbers of
            standards (GB 3097-1997) are not taken for years.
        stated: the year that the caller states; it overrules every other.
    """
    if stated is not None:
        return YearContext(stated, stated=True)
    found: list[tuple[str, int]] = []
    months: set[int | None] = set()
    for where, text in statements:
        for match in _YEAR.finditer(_STANDARD_NUMBER.sub(" ", text)):
            found.append((where, int(match[1])))
            months.add(int(match[2]) if match[2] else None)
    years = {year for _, year in found}
    months.discard(None)
    return YearContext(
        year=years.pop() if len(years) == 1 else None,
        month=months.pop() if len(months) == 1 else None,
        found=tuple(found),
    )


def parse_times(
    texts: pl.Series, context: YearContext, *, timezone: str, date_order: str = ""
) -> pl.DataFrame:
    """Read distinct date texts.

    Args:
        texts: dates as written, null where there is none.
        context: where the year of a date without one comes from.
        timezone: IANA name of the local time.
        date_order: ``dmy`` or ``mdy`` for dates with the year last, empty to let the column prove
            it.

    Returns:
        One row per text in the same order, columns :data:`TIME_SCHEMA`. ``problem`` is
        ``time_missing``, ``time_unreadable``, ``time_invalid`` (no such day), ``year_missing`` or
        ``date_order``.
    """
    if len(texts) <= _FEW:
        return _parse_few(tuple(texts.to_list()), context, timezone, date_order)
    return _parse(texts, context, timezone, date_order)


@lru_cache(maxsize=256)
def _parse_few(
    texts: tuple[str | None, ...], context: YearContext, timezone: str, date_order: str
) -> pl.DataFrame:
    """The files of an archive often share their dates: they are read once."""
    return _parse(pl.Series(texts, dtype=pl.String), context, timezone, date_order)


def _parse(texts: pl.Series, context: YearContext, timezone: str, date_order: str) -> pl.DataFrame:
    frame = pl.DataFrame({"text": texts.cast(pl.String)}).with_columns(
        written_plainly(pl.col("text").fill_null(""))
        .str.to_lowercase()
        .str.replace(r"\s*\(?(?:星期|周)[一二三四五六日天]\)?\s*", " ")
        .str.strip_chars()
        .alias("plain")
    )
    frame = _with_parts(frame)
    frame = _with_serials(frame)
    frame = _with_order(frame, date_order)
    frame = _with_year(frame, context)
    return _with_time(frame, timezone).select(TIME_SCHEMA.keys()).cast(pl.Schema(TIME_SCHEMA))


def _with_parts(frame: pl.DataFrame) -> pl.DataFrame:
    """Split each text by the first form that it fits."""
    names = ("y", "m", "d", "p", "q", "b", "H", "M", "S", "half", "half2", "zone")
    parts: dict[str, list[pl.Expr]] = {name: [] for name in names}
    fits: list[pl.Expr] = []
    for pattern, groups in _FORMS:
        if pattern.endswith(_CLOCK):
            groups = (*groups, *_CLOCK_GROUPS)
        matched = pl.col("plain").str.extract_groups("(?i)" + pattern)
        fit = pl.col("plain").str.contains("(?i)" + pattern)
        free = ~pl.any_horizontal(*fits) if fits else pl.lit(True)
        for number, name in enumerate(groups, start=1):
            parts[name].append(pl.when(fit & free).then(matched.struct.field(str(number))))
        fits.append(fit)
    frame = frame.with_columns(
        pl.any_horizontal(*fits).alias("fits"),
        *(
            (pl.coalesce(expressions) if expressions else pl.lit(None, pl.String)).alias(name)
            for name, expressions in parts.items()
        ),
    )
    number_of = {name: number for number, name in enumerate(_MONTHS, start=1)}
    return frame.with_columns(
        *(pl.col(name).cast(pl.Int32).alias(name) for name in ("y", "d", "p", "q", "H", "M", "S")),
        pl.coalesce(
            pl.col("m").cast(pl.Int32),
            pl.col("b")
            .str.slice(0, 3)
            .replace_strict(number_of, default=None, return_dtype=pl.Int32),
        ).alias("m"),
        pl.coalesce("half", "half2").alias("half"),
    )


def _with_serials(frame: pl.DataFrame) -> pl.DataFrame:
    """Days since 1899-12-30, as spreadsheets count them, of cells that lost their date format."""
    is_serial = pl.col("plain").str.contains(_SERIAL)
    serial = pl.when(is_serial).then(pl.col("plain")).cast(pl.Float64)
    fraction = serial - serial.floor()
    moment = pl.datetime(1899, 12, 30) + pl.duration(seconds=(serial * 86400).round())
    has_clock = fraction.fill_null(0) != 0
    return frame.with_columns(
        (pl.col("fits") | is_serial).alias("fits"),
        pl.coalesce("y", moment.dt.year()).alias("y"),
        pl.coalesce("m", moment.dt.month().cast(pl.Int32)).alias("m"),
        pl.coalesce("d", moment.dt.day().cast(pl.Int32)).alias("d"),
        pl.coalesce("H", pl.when(has_clock).then(moment.dt.hour().cast(pl.Int32))).alias("H"),
        pl.coalesce("M", pl.when(has_clock).then(moment.dt.minute().cast(pl.Int32))).alias("M"),
        pl.coalesce("S", pl.when(has_clock).then(moment.dt.second().cast(pl.Int32))).alias("S"),
    )


def _with_order(frame: pl.DataFrame, date_order: str) -> pl.DataFrame:
    """Which of two leading numbers is the day: as stated, or as the column proves."""
    day_first = bool(((frame["p"] > 12) & (frame["q"] <= 12)).any())
    month_first = bool(((frame["q"] > 12) & (frame["p"] <= 12)).any())
    order = date_order or ("dmy" if day_first and not month_first else "")
    order = order or ("mdy" if month_first and not day_first else "")
    day, month = ("p", "q") if order == "dmy" else ("q", "p")
    known = pl.lit(bool(order)) | (pl.col("p") == pl.col("q"))
    if not order:
        # Both orders occur: each date that proves its own order is read, the rest is asked about.
        swapped = pl.col("p") > 12
        known = known | (pl.col("p") > 12) | (pl.col("q") > 12)
        day_value = pl.when(swapped).then(pl.col("p")).otherwise(pl.col("q"))
        month_value = pl.when(swapped).then(pl.col("q")).otherwise(pl.col("p"))
    else:
        day_value, month_value = pl.col(day), pl.col(month)
    two = pl.col("p").is_not_null()
    return frame.with_columns(
        pl.when(two & known).then(day_value).otherwise(pl.col("d")).alias("d"),
        pl.when(two & known).then(month_value).otherwise(pl.col("m")).alias("m"),
        (two & ~known).fill_null(False).alias("unordered"),
    )


def _with_year(frame: pl.DataFrame, context: YearContext) -> pl.DataFrame:
    without = pl.col("fits") & pl.col("y").is_null()
    usable = pl.lit(context.year is not None)
    if context.month is not None and not context.stated:
        # A date half a year or more from the context's month may lie across the turn of the year.
        far = (pl.col("m") - context.month).abs() >= 6
        usable = usable & ~(far & pl.col("m").is_between(1, 12))
    return frame.with_columns(
        pl.when(without & usable).then(pl.lit(context.year)).otherwise(pl.col("y")).alias("y"),
        (without & ~usable).alias("yearless"),
    )


def _with_time(frame: pl.DataFrame, timezone: str) -> pl.DataFrame:
    hour, half = pl.col("H"), pl.col("half")
    afternoon = half.is_in(["pm", "下午"]) & (hour < 12)
    midnight = half.is_in(["am", "上午"]) & (hour == 12)
    midnight_next = (hour == 24) & (pl.col("M").fill_null(0) == 0) & (pl.col("S").fill_null(0) == 0)
    hour = (
        pl.when(afternoon).then(hour + 12).when(midnight | midnight_next).then(0).otherwise(hour)
    ).fill_null(0)
    minute, second = pl.col("M").fill_null(0), pl.col("S").fill_null(0)
    date_text = pl.format(
        "{}-{}-{}",
        *(
            pl.col(name).cast(pl.String).str.zfill(width)
            for name, width in (("y", 4), ("m", 2), ("d2", 2))
        ),
    )
    frame = frame.with_columns(pl.col("d").fill_null(1).alias("d2"))
    frame = frame.with_columns(
        date_text.str.to_date("%Y-%m-%d", strict=False).alias("date"),
        (
            hour.is_between(0, 23)
            & minute.is_between(0, 59)
            & second.is_between(0, 59)
            & pl.col("y").is_between(1900, 2199)
            & (half.is_null() | pl.col("H").is_between(0, 23))
        )
        .fill_null(True)
        .alias("in_range"),
    )
    clock = pl.duration(hours=hour, minutes=minute, seconds=second) + pl.duration(
        days=midnight_next.fill_null(False).cast(pl.Int32)
    )
    wall = pl.when(pl.col("in_range")).then(pl.col("date").cast(pl.Datetime("us")) + clock)
    in_zone = wall.dt.replace_time_zone(timezone, ambiguous="earliest", non_existent="null")
    frame = frame.with_columns(
        pl.when(pl.col("zone").is_null())
        .then(in_zone.dt.convert_time_zone("UTC"))
        .otherwise(_at_offset(wall))
        .alias("time")
    )
    local = pl.col("time").dt.convert_time_zone(timezone)
    precision = (
        pl.when(pl.col("H").is_not_null())
        .then(pl.lit("minute"))
        .when(pl.col("d").is_not_null())
        .then(pl.lit("day"))
        .otherwise(pl.lit("month"))
    )
    read = pl.col("time").is_not_null()
    return frame.with_columns(
        pl.when(read).then(precision).alias("precision"),
        local.dt.year().alias("year"),
        local.dt.month().alias("month"),
        local.dt.day().alias("day"),
        _problem().alias("problem"),
    )


def _at_offset(wall: pl.Expr) -> pl.Expr:
    """Wall time with a written offset as UTC."""
    sign = pl.when(pl.col("zone").str.starts_with("-")).then(-1).otherwise(1)
    hours = pl.col("zone").str.extract(r"(\d{2})", 1).cast(pl.Int32).fill_null(0)
    minutes = pl.col("zone").str.extract(r"\d{2}:?(\d{2})", 1).cast(pl.Int32).fill_null(0)
    offset = pl.duration(minutes=sign * (hours * 60 + minutes))
    possible = (hours <= 14) & (minutes <= 59)
    return pl.when(possible).then((wall - offset).dt.replace_time_zone("UTC"))


_NO_TIME = ("", "-", "--", "---", "/", "*", "**", "n/a", "na", "null", "none", "无", "nan")


def _problem() -> pl.Expr:
    return (
        pl.when(pl.col("time").is_not_null())
        .then(pl.lit(""))
        .when(pl.col("plain").is_in(_NO_TIME))
        .then(pl.lit("time_missing"))
        .when(~pl.col("fits"))
        .then(pl.lit("time_unreadable"))
        .when(pl.col("yearless"))
        .then(pl.lit("year_missing"))
        .when(pl.col("unordered"))
        .then(pl.lit("date_order"))
        .otherwise(pl.lit("time_invalid"))
    )
