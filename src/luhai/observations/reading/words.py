"""Which words of a file mean what? The vocabulary of headers, cells, layers and station states.

All words are data (``observations/data/*.csv``); this module loads them once and compares written
text with them after the differences of writing that never carry meaning (width, case, spaces, line
breaks, brackets) are taken away.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from functools import cache
from importlib import resources

LAYERS = ("surface", "middle", "bottom")

_FULL_WIDTH = {chr(0xFF01 + offset): chr(0x21 + offset) for offset in range(94)}
WRITTEN_ALIKE: dict[str, str] = {
    **_FULL_WIDTH,
    "\u3000": " ",
    "\u00a0": " ",
    "\u2002": " ",
    "\u2003": " ",
    "\u2009": " ",
    "\u202f": " ",
    "\t": " ",
    "\r": " ",
    "\n": " ",
    "\u200b": "",
    "\u200c": "",
    "\u200d": "",
    "\ufeff": "",
    "－": "-",
    "—": "-",
    "–": "-",
    "‒": "-",
    "−": "-",
    "‐": "-",
    "―": "-",
    "﹣": "-",
    "≦": "≤",
    "≧": "≥",
    "﹤": "<",
    "﹥": ">",
    "〈": "<",
    "〉": ">",
    "﹪": "%",
    "∕": "/",
    "⁄": "/",
    "：": ":",
    "∶": ":",
    "【": "[",
    "】": "]",
    "〔": "[",
    "〕": "]",
}
"""Characters that differ in form and not in meaning, with the form that is compared.

This is narrower than Unicode's NFKC on purpose: NFKC would turn the footnote in ``0.5②`` into a
digit and the value into 0.52.
"""

_TRANSLATION = str.maketrans(WRITTEN_ALIKE)
_SEPARATORS = re.compile(r"[\s()\[\]{}<>《》“”\"'`,、;:_·/\\*+-]+")
_TAG = re.compile(r"<\s*/?\s*[A-Za-z][^>]*>")


def plain(text: str) -> str:
    """A text in half width, with single spaces and without outer ones."""
    return " ".join(text.translate(_TRANSLATION).split())


def without_tags(text: str) -> str:
    """A text without HTML tags and entities."""
    import html

    return html.unescape(_TAG.sub("", text)) if "<" in text or "&" in text else text


def key_of(text: str) -> str:
    """What is compared when a header or word is looked up."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return _SEPARATORS.sub("", folded)


def table(name: str) -> list[dict[str, str]]:
    """Rows of a data table of this room."""
    source = resources.files("luhai.observations") / "data" / name
    return list(csv.DictReader(source.read_text(encoding="utf-8").splitlines()))


@cache
def role_words() -> dict[str, str]:
    """Key of each header word to its role."""
    found: dict[str, str] = {}
    for row in table("roles.csv"):
        for word in row["words"].split("|"):
            found.setdefault(key_of(word), row["role"])
    return found


@cache
def role_names() -> tuple[str, ...]:
    """The roles that a column can have beside holding an indicator."""
    return tuple(row["role"] for row in table("roles.csv"))


@cache
def layer_words() -> dict[str, str]:
    """Key of each layer word to its layer."""
    return {
        key_of(word): row["layer"]
        for row in table("layers.csv")
        for word in row["words"].split("|")
    }


@cache
def row_words() -> dict[str, str]:
    """Key of the first word of a row that is no data row to its kind (note, total, limit, unit)."""
    return {
        key_of(word): row["kind"]
        for row in table("row_words.csv")
        for word in row["words"].split("|")
    }


@cache
def station_states() -> dict[str, str]:
    """Key of each station state to the flag that its rows get."""
    return {key_of(row["text"]): row["flag"] for row in table("station_states.csv")}


@cache
def marks() -> dict[str, tuple[str, str]]:
    """Each data mark of HJ 212 to the flag and censoring of its value."""
    return {row["mark"].casefold(): (row["flag"], row["censored"]) for row in table("marks.csv")}


@cache
def quality_flags() -> frozenset[str]:
    """Flags of the quality table, which exported observations carry."""
    return frozenset(row["flag"] for row in table("quality_flags.csv"))


@cache
def markers(kind: str) -> dict[str, tuple[str, str]]:
    """Cell markers of one kind (cell, prefix, suffix): text in lower case to meaning and flag."""
    return {
        plain(row["text"]).casefold(): (row["meaning"], row["flag"])
        for row in table("markers.csv")
        if row["kind"] == kind
    }


@cache
def medium_words(where: str) -> dict[str, str]:
    """Words (``text``, ``header``) or codes (``indicator``) that tell the water, with the water."""
    return {
        (word if where == "indicator" else key_of(word)): row["medium"]
        for row in table("medium_words.csv")
        if row["where"] == where
        for word in row["words"].split("|")
    }


@cache
def unit_trap(code: str) -> bool:
    """Whether values of this indicator without a unit are too doubtful to assume one."""
    return any(code.startswith(row["code_prefix"]) for row in table("unit_traps.csv"))


def column_letter(index: int) -> str:
    """Letter of a column as a spreadsheet counts, from index 0."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
