"""What each row says beside its values: place, time, layer and depth, water, sample and state.

Each of these is read once per distinct text and joined back, so that the number of rows does not
matter. What cannot be read is a problem of its row, with the column that it stands in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import polars as pl

from luhai.observations.reading.headers import Column
from luhai.observations.reading.options import MEDIA, ReadOptions
from luhai.observations.reading.places import PlaceReader
from luhai.observations.reading.times import TIME_SCHEMA, YearContext, parse_times
from luhai.observations.reading.words import (
    key_of,
    layer_words,
    markers,
    marks,
    medium_words,
    plain,
    quality_flags,
    station_states,
    without_tags,
)

PROBLEM_SCHEMA: dict[str, pl.DataType] = {
    "row": pl.Int32(),
    "column": pl.String(),
    "value_text": pl.String(),
    "code": pl.String(),  # key of reasons.SENTENCES
    "near": pl.String(),
    "indicator": pl.String(),
}

_PRECISIONS = {"minute": 0, "day": 1, "month": 2}
_PRECISION_WORDS = {rank: word for word, rank in _PRECISIONS.items()}
_CLOCK_CELL = r"^\d{1,2}\s*[:时点]"
_DEPTH = r"^([+-]?\d+(?:\.\d+)?)\s*(?:m|米)?$"
_DEGREES = (
    r"^[EN东北]?[经纬]?\s*(\d+(?:\.\d+)?)\s*[°度]?\s*"
    r"(?:(\d+(?:\.\d+)?)\s*['′’分]\s*(?:(\d+(?:\.\d+)?)\s*[\"″”秒]\s*)?)?[EN]?$"
)
"""Degrees, perhaps with minutes and seconds, east and north."""
_MONTH_AND_DAY = r"^\d{1,2}\s*[-/月]\s*\d{1,2}"


@dataclass
class RowParts:
    """Everything about the rows of a batch but their values.

    Attributes:
        frame: one row per data row with ``row place context longitude latitude medium time
            precision year month day layer depth_m sample flag``.
        problems: rows that cannot be taken, :data:`PROBLEM_SCHEMA`.
        marks: per index of an indicator column (or -1 for all) the column of ``frame`` that holds
            its censoring by mark, and its flag.
        unknown_states: station states that no table knows.
    """

    frame: pl.DataFrame
    problems: list[pl.DataFrame] = field(default_factory=list)
    marks: dict[int, tuple[str, str]] = field(default_factory=dict)
    unknown_states: tuple[str, ...] = ()


class RowPartReader:
    """Reads the row parts of one table; keeps what must hold over all of its batches."""

    def __init__(
        self,
        columns: Sequence[Column],
        options: ReadOptions,
        years: YearContext,
        medium: str | None,
    ) -> None:
        self._columns = columns
        self._options = options
        self._years = years
        self._medium = medium
        self._places = PlaceReader(options.register, options.mapping)
        self.clock: Column | None = None
        self._clock_known = False

    def of_role(self, role: str) -> list[Column]:
        """Columns of a role, in order."""
        return [column for column in self._columns if column.role == role]

    def read(self, rows: pl.DataFrame) -> RowParts:
        """Read the parts of data rows (columns ``row c0 c1 …``, stripped, empty cells null)."""
        parts = RowParts(rows.select("row"))
        self._read_places(rows, parts)
        self._read_positions(rows, parts)
        self._read_times(rows, parts)
        self._read_precision(rows, parts)
        self._read_depths(rows, parts)
        self._read_medium(rows, parts)
        self._read_sample(rows, parts)
        self._read_states(rows, parts)
        return parts

    def _read_places(self, rows: pl.DataFrame, parts: RowParts) -> None:
        column = next(iter(self.of_role("place")), None)
        contexts = [f"c{other.index}" for other in self.of_role("context")]
        written = pl.col(f"c{column.index}") if column else pl.lit(None, pl.String)
        context = (
            pl.concat_str(contexts, separator="/", ignore_nulls=True) if contexts else pl.lit("")
        )
        pairs = rows.with_columns(written.alias("text"), context.alias("context"))
        pairs = pairs.select("text", "context")
        readings = pairs.unique()
        found = [self._places.read(text, context) for text, context in readings.rows()]
        table = readings.with_columns(
            pl.Series("place", [reading.place for reading in found], pl.String),
            pl.Series("place_layer", [reading.layer for reading in found], pl.String),
            pl.Series("place_medium", [reading.medium for reading in found], pl.String),
            pl.Series("code", [reading.problem for reading in found], pl.String),
            pl.Series("near", [reading.near for reading in found], pl.String),
        )
        joined = pairs.join(
            table,
            on=["text", "context"],
            how="left",
            nulls_equal=True,
            maintain_order="left",
            validate="m:1",
        )
        parts.frame = parts.frame.hstack(
            joined.select("place", "context", "place_layer", "place_medium")
        )
        near = (pl.col("code") == "unknown_place") & (pl.col("near") != "")
        joined = joined.with_columns(
            pl.when(near).then(pl.lit("unknown_place_near")).otherwise(pl.col("code")).alias("code")
        )
        self._note_problems(parts, joined, column)

    def _read_positions(self, rows: pl.DataFrame, parts: RowParts) -> None:
        """Positions as stated; they serve the check for moved stations and reject no row."""
        for role, highest in (("longitude", 180.0), ("latitude", 90.0)):
            column = next(iter(self.of_role(role)), None)
            degrees = pl.lit(None, pl.Float64)
            if column is not None:
                degrees = _degrees(pl.col(f"c{column.index}"))
                degrees = pl.when(degrees.abs() <= highest).then(degrees)
            parts.frame = parts.frame.hstack(
                rows.with_columns(degrees.alias("_degrees")).select(pl.col("_degrees").alias(role))
            )

    def _note_problems(self, parts: RowParts, joined: pl.DataFrame, column: Column | None) -> None:
        """Keep the rows of ``joined`` (``text code`` and perhaps ``near``) that have a code."""
        near = pl.col("near") if "near" in joined.columns else pl.lit("")
        bad = (
            parts.frame.select("row")
            .hstack(joined)
            .filter(pl.col("code") != "")
            .select(
                "row",
                pl.lit(column.letter if column else "").alias("column"),
                pl.col("text").fill_null("").alias("value_text"),
                "code",
                near.alias("near"),
                pl.lit("").alias("indicator"),
            )
        )
        if bad.height:
            parts.problems.append(bad.cast(pl.Schema(PROBLEM_SCHEMA)))

    def _read_times(self, rows: pl.DataFrame, parts: RowParts) -> None:
        column, written = self._time_text(rows)
        texts = rows.with_columns(written.alias("text")).select("text")
        order = self._options.mapping.date_order if self._options.mapping else ""
        table = parse_times(
            texts["text"].unique().sort(),
            self._years,
            timezone=self._options.timezone,
            date_order=order,
        )
        joined = texts.join(
            table, on="text", how="left", nulls_equal=True, maintain_order="left", validate="m:1"
        )
        parts.frame = parts.frame.hstack(joined.select(list(TIME_SCHEMA)[1:-1]))
        self._note_problems(parts, joined.rename({"problem": "code"}), column)

    def _read_precision(self, rows: pl.DataFrame, parts: RowParts) -> None:
        """How exact the time is, as an exported table says beside a time written in full."""
        for column in self.of_role("precision"):
            # The coarser of what is stated and what is written: a stated minute adds no hour.
            stated = (
                rows[f"c{column.index}"]
                .str.to_lowercase()
                .replace_strict(_PRECISIONS, default=None, return_dtype=pl.Int8)
            )
            written = pl.col("precision").replace_strict(_PRECISIONS, return_dtype=pl.Int8)
            parts.frame = parts.frame.with_columns(
                pl.max_horizontal(written, stated)
                .replace_strict(_PRECISION_WORDS, default=None, return_dtype=pl.String)
                .alias("precision")
            )

    def _time_text(self, rows: pl.DataFrame) -> tuple[Column | None, pl.Expr]:
        """The date of each row as one text, from one or several columns."""
        times = self.of_role("time")
        year, month, day = (
            next(iter(self.of_role(role)), None) for role in ("year", "month", "day")
        )
        if times:
            text = self._with_clock(rows, times)
            if year is not None:
                text = _with_year_column(text, year)
            return times[0], text
        if year is None or month is None:
            return None, pl.lit(None, pl.String)
        parts = [_digits(column) for column in (year, month, day) if column is not None]
        return year, pl.concat_str(parts, separator="-")

    def _with_clock(self, rows: pl.DataFrame, times: list[Column]) -> pl.Expr:
        text = _tagless(rows, times[0])
        if len(times) > 1 and not self._clock_known:
            self._clock_known = True
            for other in times[1:]:
                cells = rows[f"c{other.index}"].drop_nulls().head(100)
                if len(cells) and bool(cells.str.contains(_CLOCK_CELL).all()):
                    self.clock = other
                    break
        if self.clock is None:
            return text
        clock = pl.col(f"c{self.clock.index}")
        return pl.when(clock.is_null()).then(text).otherwise(pl.format("{} {}", text, clock))

    def _read_depths(self, rows: pl.DataFrame, parts: RowParts) -> None:
        layer: pl.Expr = pl.lit(None, pl.String)
        depth: pl.Expr = pl.lit(None, pl.Float64)
        words = layer_words()
        for column in [*self.of_role("layer"), *self.of_role("depth")]:
            texts = rows.select(pl.col(f"c{column.index}").alias("text"))
            table = texts.unique().with_columns(
                _by_text(lambda text: words.get(key_of(text), "")).alias("layer")
            )
            table = table.with_columns(
                pl.col("text").str.extract(_DEPTH, 1).cast(pl.Float64).alias("depth")
            ).with_columns(
                _by_text(lambda text: "missing" if _is_missing(text) else "").alias("means")
            )
            known = (pl.col("layer") != "") | (pl.col("depth") >= 0) | (pl.col("means") != "")
            table = table.with_columns(
                pl.when(known.fill_null(False) | pl.col("text").is_null())
                .then(pl.lit(""))
                .otherwise(pl.lit("depth_unreadable"))
                .alias("code")
            )
            joined = texts.join(
                table,
                on="text",
                how="left",
                nulls_equal=True,
                maintain_order="left",
                validate="m:1",
            )
            self._note_problems(parts, joined, column)
            name = f"_{column.index}"
            parts.frame = parts.frame.hstack(
                joined.select(
                    pl.col("layer").replace("", None).alias(f"layer{name}"),
                    pl.col("depth").alias(f"depth{name}"),
                )
            )
            layer = pl.coalesce(layer, f"layer{name}")
            depth = pl.coalesce(depth, f"depth{name}")
        parts.frame = parts.frame.with_columns(
            layer.alias("layer"), depth.alias("depth_m")
        ).with_columns(pl.col("place_layer").replace("", None))
        conflict = (pl.col("layer") != pl.col("place_layer")).fill_null(False)
        place = next(iter(self.of_role("place")), None)
        conflicts = parts.frame.select(
            pl.when(conflict).then(pl.lit("layer_conflict")).otherwise(pl.lit("")).alias("code"),
        )
        if place is not None:
            written = rows.select(pl.col(f"c{place.index}").alias("text"))
            self._note_problems(parts, written.hstack(conflicts), place)
        parts.frame = parts.frame.with_columns(pl.coalesce("layer", "place_layer").alias("layer"))

    def _read_medium(self, rows: pl.DataFrame, parts: RowParts) -> None:
        column = next(iter(self.of_role("medium")), None)
        if column is None:
            said = pl.Series("said", [None], dtype=pl.String).new_from_index(0, rows.height)
            texts = pl.DataFrame(
                {"text": said, "code": pl.Series([""] * rows.height, dtype=pl.String)}
            )
        else:
            texts = rows.select(pl.col(f"c{column.index}").alias("text"))
            table = texts.unique().with_columns(_by_text(medium_of_word).alias("said"))
            joined = texts.join(
                table,
                on="text",
                how="left",
                nulls_equal=True,
                maintain_order="left",
                validate="m:1",
            )
            unknown = pl.col("text").is_not_null() & (pl.col("said") == "")
            texts = joined.select(
                "text",
                pl.when(unknown).then(pl.lit("medium_unknown")).otherwise(pl.lit("")).alias("code"),
            )
            said = joined["said"].replace("", None)
            self._note_problems(parts, texts, column)
        frame = parts.frame.with_columns(said.alias("said"))
        frame = frame.with_columns(
            pl.coalesce(
                pl.col("place_medium").replace("", None), "said", pl.lit(self._medium, pl.String)
            ).alias("medium")
        )
        missing = frame.select(
            pl.lit("").alias("text"),
            pl.when(pl.col("medium").is_null() & (texts["code"] == "") & (pl.col("place") != ""))
            .then(pl.lit("medium_missing"))
            .otherwise(pl.lit(""))
            .alias("code"),
        )
        self._note_problems(parts, missing, None)
        parts.frame = frame.drop("said", "place_medium", "place_layer")

    def _read_sample(self, rows: pl.DataFrame, parts: RowParts) -> None:
        names = [f"c{column.index}" for column in self.of_role("sample")]
        sample = (
            pl.concat_str(names, separator="/", ignore_nulls=True).replace("", None)
            if names
            else pl.lit(None, pl.String)
        )
        parts.frame = parts.frame.hstack(rows.with_columns(sample.alias("sample")).select("sample"))

    def _read_states(self, rows: pl.DataFrame, parts: RowParts) -> None:
        """Flags of the whole row, and flags and censoring by marks of single columns."""
        flag: pl.Expr = pl.lit("")
        for column in self.of_role("station_state"):
            texts = rows.select(pl.col(f"c{column.index}").alias("text"))
            unique = texts.unique().with_columns(_by_text(_state_flag).alias("flag"))
            unknown = unique.filter(pl.col("flag") == "station_state_unknown")["text"]
            parts.unknown_states += tuple(sorted(unknown.to_list()))
            joined = texts.join(
                unique,
                on="text",
                how="left",
                nulls_equal=True,
                maintain_order="left",
                validate="m:1",
            )
            parts.frame = parts.frame.hstack(joined.select(pl.col("flag").alias("state_flag")))
            flag = pl.col("state_flag")
        for column in self.of_role("mark"):
            texts = rows.select(pl.col(f"c{column.index}").alias("text"))
            table = texts.unique().with_columns(_by_text(_mark_code).alias("mark"))
            joined = texts.join(
                table,
                on="text",
                how="left",
                nulls_equal=True,
                maintain_order="left",
                validate="m:1",
            )
            bad = joined.select(
                "text",
                pl.when(pl.col("mark") == "?")
                .then(pl.lit("unknown_mark"))
                .otherwise(pl.lit(""))
                .alias("code"),
            )
            self._note_problems(parts, bad, column)
            flags = {mark: found for mark, (found, _) in marks().items()}
            signs = {mark: found for mark, (_, found) in marks().items()}
            target = -1 if column.marks is None else column.marks
            names = (f"mark_flag_{column.index}", f"mark_sign_{column.index}")
            parts.frame = parts.frame.hstack(
                joined.select(
                    pl.col("mark").replace_strict(flags, default=pl.col("mark")).alias(names[0]),
                    pl.col("mark").replace_strict(signs, default="").alias(names[1]),
                )
            )
            parts.marks[target] = names
        parts.frame = parts.frame.with_columns(flag.fill_null("").alias("flag"))


def _tagless(rows: pl.DataFrame, column: Column) -> pl.Expr:
    """Cells of a column without HTML, which only some sources have."""
    name = f"c{column.index}"
    if bool(rows[name].str.contains("<", literal=True).any()):
        return _by_text(without_tags, name)
    return pl.col(name)


def _by_text(function: Callable[[str], str], name: str = "text") -> pl.Expr:
    """Apply a function to each (already distinct) text of a column."""
    return pl.col(name).map_elements(
        lambda text: function(text), return_dtype=pl.String, skip_nulls=True
    )


def _digits(column: Column) -> pl.Expr:
    return pl.col(f"c{column.index}").str.extract(r"^\D*(\d{1,4})\D*$", 1)


def _with_year_column(text: pl.Expr, year: Column) -> pl.Expr:
    """Put the year of its own column before a date without one."""
    number = _digits(year)
    glue = pl.when(text.str.contains("月")).then(pl.lit("年")).otherwise(pl.lit("-"))
    yearless = text.str.contains(_MONTH_AND_DAY) & number.is_not_null()
    return pl.when(yearless).then(pl.concat_str(number, glue, text)).otherwise(text)


def _is_missing(text: str) -> bool:
    return markers("cell").get(plain(text).casefold(), ("",))[0] == "missing"


def medium_of_word(text: str) -> str:
    """Medium that a cell names, empty when it names none."""
    key = key_of(text)
    if key in MEDIA:
        return key
    words = {**medium_words("text"), **medium_words("header")}
    return words.get(key, "")


def _state_flag(text: str) -> str:
    if _is_missing(text) and key_of(text) not in station_states():
        return ""
    return station_states().get(key_of(text), "station_state_unknown")


def _mark_code(text: str) -> str:
    """The mark of a cell: a letter of HJ 212, flags of an exported table, or ``?``."""
    mark = plain(text).casefold()
    if set(mark.split(";")) <= quality_flags():
        return mark
    if _is_missing(text):
        return "n"
    return mark if mark in marks() else "?"


def _degrees(text: pl.Expr) -> pl.Expr:
    """Decimal degrees; null where the text is no position."""
    parts = [text.str.strip_chars().str.extract(_DEGREES, group) for group in (1, 2, 3)]
    degrees, minutes, seconds = (part.cast(pl.Float64) for part in parts)
    return degrees + minutes.fill_null(0.0) / 60 + seconds.fill_null(0.0) / 3600
