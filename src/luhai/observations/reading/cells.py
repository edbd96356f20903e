"""What does a cell say: a value, a non-detect, an exceeded range, nothing, or none of these?

Cells are parsed as whole columns by the engine, one distinct text once. The written forms that are
understood stand in ``cell_forms.csv`` with an example each, the words in ``markers.csv``. A cell
that fits no form is *unreadable*: it is never turned into a near number.

Sources: HJ/T 91-2002 and its successors write a non-detect as the detection limit followed by L;
laboratories also write ``<limit``, ``ND`` and 未检出.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from luhai.observations.reading.words import WRITTEN_ALIKE, markers

CELL_SCHEMA: dict[str, pl.DataType] = {
    "text": pl.String(),
    "meaning": pl.String(),  # number | nondetect | missing | unreadable
    "value": pl.Float64(),  # for a censored value its limit; null for a bare non-detect
    "censored": pl.String(),  # "" | "<" | ">"
    "unit": pl.String(),  # unit written in the cell, "" when none
    "shown": pl.Float64(),  # rounded value beside an exact one, else null
    "flag": pl.String(),  # "" or a flag such as text_mended, limit_unknown, maintenance
}

_TAG = r"<\s*/?\s*[A-Za-z][^>]*>"
_NUMBER = (
    r"(?:[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?|[+-]?\d+(?:\s*\.\s*\d*)?|[+-]?\.\d+)"
    r"(?:\s*[eE]\s*[+-]?\d{1,3}|\s*[×xX*]\s*10\s*\^\s*\(?[+-]?\d{1,2}\)?)?"
)
_EXACT_IN_TITLE = rf"""(?is)title\s*=\s*["'][^"']*?([<>≤≥]?\s*{_NUMBER}\s*\(?L?\)?)\s*["']"""
_VALUE = rf"^(<=|>=|[<>≤≥])?\s*({_NUMBER})\s*(.*)$"
_SUPERSCRIPTS = {character: f"^{digit}" for digit, character in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")}
_SUPERSCRIPT_MINUS = {
    f"⁻{character}": f"^-{digit}"
    for character, digit in zip("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789", strict=True)
}


@dataclass(frozen=True)
class Cell:
    """One parsed cell; the fields are the columns of :data:`CELL_SCHEMA`."""

    text: str
    meaning: str
    value: float | None
    censored: str
    unit: str
    shown: float | None
    flag: str


def parse_cell(text: str, missing: tuple[str, ...] = ()) -> Cell:
    """Parse one cell; the same code as for whole columns."""
    return Cell(**parse_cells(pl.Series([text], dtype=pl.String), missing).row(0, named=True))


def parse_cells(texts: pl.Series, missing: tuple[str, ...] = ()) -> pl.DataFrame:
    """Parse distinct cell texts.

    Args:
        texts: cell texts as written, null for empty cells.
        missing: further texts that mean "no value".

    Returns:
        One row per text in the same order, columns :data:`CELL_SCHEMA`. A number that would
        overflow, or vanish to zero, is unreadable, and so is a limit that is not positive.
    """
    texts = texts.cast(pl.String).fill_null("")
    frame = pl.DataFrame({"text": texts})
    frame = frame.with_columns(_visible(pl.col("text")).alias("visible"), _exact().alias("exact"))
    frame = frame.with_columns(
        written_plainly(pl.col("visible")).alias("plain"),
        written_plainly(pl.col("exact")).alias("exact"),
    )
    frame = frame.with_columns(
        pl.coalesce(pl.col("exact"), pl.col("plain")).alias("read"),
        pl.col("plain").str.to_lowercase().alias("word"),
    )
    frame = _with_words(frame, missing)
    frame = _with_number(frame, "read", "")
    frame = _with_number(frame, "plain", "shown_")
    return _verdict(frame).select(CELL_SCHEMA.keys()).cast(pl.Schema(CELL_SCHEMA))


def _visible(text: pl.Expr) -> pl.Expr:
    """What a browser shows of a cell."""
    stripped = text.str.replace_all(_TAG, "")
    entities = {"&lt;": "<", "&gt;": ">", "&nbsp;": " ", "&ensp;": " ", "&amp;": "&"}
    return stripped.str.replace_many(list(entities), list(entities.values()))


def _exact() -> pl.Expr:
    """The value in the title of a cell's HTML, null where there is none."""
    return (
        pl.when(pl.col("text").str.contains(_TAG))
        .then(pl.col("text").str.extract(_EXACT_IN_TITLE, 1))
        .otherwise(None)
    )


def written_plainly(text: pl.Expr) -> pl.Expr:
    """Half width, superscripts as ``^``, no outer spaces; the column form of ``words.plain``."""
    alike = _SUPERSCRIPT_MINUS | WRITTEN_ALIKE | _SUPERSCRIPTS
    return text.str.replace_many(list(alike), list(alike.values()), leftmost=True).str.strip_chars()


def _with_words(frame: pl.DataFrame, missing: tuple[str, ...]) -> pl.DataFrame:
    cell_markers = markers("cell")
    words = {word: meaning for word, (meaning, _) in cell_markers.items()}
    words.update({word.strip().lower(): "missing" for word in missing})
    words[""] = "missing"
    flags = {word: flag for word, (_, flag) in cell_markers.items()}
    return frame.with_columns(
        pl.col("word").replace_strict(words, default=None, return_dtype=pl.String).alias("means"),
        pl.col("word").replace_strict(flags, default="", return_dtype=pl.String).alias("word_flag"),
    )


def _with_number(frame: pl.DataFrame, source: str, prefix: str) -> pl.DataFrame:
    """Split ``source`` into sign of censoring, number and what follows it."""
    opening = "|".join(
        sorted((_escaped(word) for word in markers("prefix")), key=len, reverse=True)
    )
    bracketed = rf"(?i)^(?:{opening})\s*[(:]?\s*[<≤]?=?\s*({_NUMBER})\s*\)?$"
    # A full stop of Chinese typing between digits is a decimal point; nothing else can be meant.
    text = pl.col(source).str.replace(r"(\d)。(\d)", "$1. $2")
    groups = text.str.extract_groups(_VALUE)
    opened = text.str.extract(bracketed, 1)
    number = pl.coalesce(opened, groups.struct.field("2"))
    return frame.with_columns(
        pl.when(opened.is_not_null())
        .then(pl.lit("<"))
        .otherwise(groups.struct.field("1").fill_null("").str.slice(0, 1))
        .str.replace_many({"≤": "<", "≥": ">"})
        .alias(f"{prefix}sign"),
        number.alias(f"{prefix}number"),
        _as_float(number).alias(f"{prefix}value"),
        pl.when(opened.is_not_null())
        .then(pl.lit(""))
        .otherwise(groups.struct.field("3").fill_null(""))
        .str.strip_chars()
        .alias(f"{prefix}suffix"),
    )


def _escaped(word: str) -> str:
    return "".join(f"\\{letter}" if letter in ".()*+?[]" else letter for letter in word)


def _as_float(number: pl.Expr) -> pl.Expr:
    """A number text as float; null when it overflows or vanishes to zero."""
    bare = (
        number.str.replace_all(r"[\s,]", "")
        .str.replace(r"[×xX*]10\^\(?([+-]?\d+)\)?$", "e$1")
        .str.to_lowercase()
    )
    value = bare.cast(pl.Float64, strict=False)
    vanished = (value == 0) & bare.str.replace(r"e.*$", "").str.contains("[1-9]")
    return pl.when(value.is_finite() & ~vanished).then(value).otherwise(None)


def _verdict(frame: pl.DataFrame) -> pl.DataFrame:
    suffixes = markers("suffix")
    below = [word for word, (meaning, _) in suffixes.items() if meaning == "nondetect"]
    stray = {word: flag for word, (meaning, flag) in suffixes.items() if meaning == "number"}
    suffix = pl.col("suffix").str.to_lowercase()
    is_below = suffix.is_in(below)
    is_stray = suffix.is_in(list(stray))
    censored = pl.when(is_below).then(pl.lit("<")).otherwise(pl.col("sign"))
    unit = pl.when(is_below | is_stray).then(pl.lit("")).otherwise(pl.col("suffix"))
    readable = (
        pl.col("value").is_not_null()
        & ~(is_below & (pl.col("sign") == ">"))
        & ((censored == "") | (pl.col("value") > 0))
        & ((unit == "") | unit.str.contains(r"^[(\[]?[\p{L}%‰°℃/]"))
        & ~unit.str.contains(r"[=<>≤≥]|\p{Han}.*\d|\d.*\p{Han}")
        & _shown_agrees()
    )
    mended = pl.col("number").str.contains(r"\s*\.\s+|\s+\.") | is_stray
    frame = frame.with_columns(
        pl.when(pl.col("means").is_not_null() & pl.col("exact").is_null())
        .then(pl.col("means"))
        .when(readable)
        .then(pl.lit("number"))
        .otherwise(pl.lit("unreadable"))
        .alias("meaning"),
        unit.alias("unit_found"),
        censored.alias("censored_found"),
        mended.fill_null(False).alias("mended"),
    )
    number = pl.col("meaning") == "number"
    nondetect = pl.col("meaning") == "nondetect"
    return frame.with_columns(
        pl.when(number).then(pl.col("value")).alias("value"),
        pl.when(number)
        .then(pl.col("censored_found"))
        .when(nondetect)
        .then(pl.lit("<"))
        .otherwise(pl.lit(""))
        .alias("censored"),
        pl.when(number).then(pl.col("unit_found")).otherwise(pl.lit("")).alias("unit"),
        pl.when(number & pl.col("exact").is_not_null()).then(pl.col("shown_value")).alias("shown"),
        pl.when(nondetect)
        .then(pl.lit("limit_unknown"))
        .when(number & pl.col("mended"))
        .then(pl.lit("text_mended"))
        .when(pl.col("meaning") == "missing")
        .then(pl.col("word_flag"))
        .otherwise(pl.lit(""))
        .alias("flag"),
    )


def _shown_agrees() -> pl.Expr:
    """Whether a rounded value lies within one unit of its last place of the exact one."""
    decimals = pl.col("shown_number").str.extract(r"\.(\d+)$", 1).str.len_chars().fill_null(0)
    tolerance = pl.lit(10.0).pow(-decimals.cast(pl.Float64)) * (1 + 1e-9)
    near = (pl.col("shown_value") - pl.col("value")).abs() <= tolerance
    return pl.col("exact").is_null() | pl.col("shown_value").is_null() | near
