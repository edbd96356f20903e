"""Text files of cells: which encoding, which separator, and the rows, in bounded pieces.

Encodings are tried in the order that cannot mislead: a byte-order mark, UTF-16 by its zero bytes,
UTF-8 (which accepts almost nothing that is not UTF-8), then GB18030 (which contains GBK and
GB2312). Rows without quotation marks go through the engine's parser, all others through Python's
``csv``; a file whose quotation marks do not pair is read with the marks as ordinary characters, so
that no line is swallowed into a cell.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO, Literal

import polars as pl

from luhai.errors import InputError
from luhai.observations.reading.grids import Grid, check_width, grid_from_rows
from luhai.observations.reading.options import Limits
from luhai.text import Text

SEPARATORS = (",", "\t", ";", "|", "，")
_SAMPLE_LINES = 200
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


class TextDecoder:
    """Decode a stream whose encoding shows itself at the latest with its first non-ASCII byte."""

    def __init__(self, head: bytes, where: str) -> None:
        self._where = where
        self._decoder: codecs.IncrementalDecoder | None = None
        self._skip = 0
        self.encoding = "ascii"
        for mark, name in _MARKS:
            if head.startswith(mark):
                self._skip = len(mark)
                self._use(name)
                return
        name = _utf16_without_mark(head)
        if name:
            self._use(name)

    def _use(self, name: str) -> None:
        self.encoding = name
        self._decoder = codecs.getincrementaldecoder(name)("strict")

    def decode(self, block: bytes, final: bool) -> str:
        """Decode the next block.

        Raises:
            InputError: it is neither UTF-8, UTF-16 nor GB18030.
        """
        if self._skip:
            block, self._skip = block[self._skip :], 0
        if self._decoder is None:
            if block.isascii():
                return block.decode("ascii")
            self._use(_utf8_or_gb18030(block, final))
        assert self._decoder is not None
        try:
            return self._decoder.decode(block, final)
        except UnicodeDecodeError as error:
            raise InputError(
                Text(
                    "The characters cannot be read: the text is not {encoding} throughout.",
                    {"encoding": self.encoding},
                ),
                where=self._where,
                why=Text("UTF-8, UTF-16 and GB18030 (GBK) are read, one encoding per file."),
                remedy=Text("Save the file again as CSV in UTF-8."),
            ) from error


def _utf8_or_gb18030(block: bytes, final: bool) -> str:
    try:
        codecs.getincrementaldecoder("utf-8")("strict").decode(block, final)
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"


def _utf16_without_mark(head: bytes) -> str:
    """UTF-16 shows as zero bytes on one side of most pairs when digits and commas abound."""
    sample = head[: len(head) // 2 * 2][:4096]
    if len(sample) < 8 or b"\0" not in sample:
        return ""
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    pairs = len(sample) / 2
    if odd > 0.2 * pairs and even <= 0.01 * pairs:
        return "utf-16-le"
    if even > 0.2 * pairs and odd <= 0.01 * pairs:
        return "utf-16-be"
    return ""


def read_blocks(stream: BinaryIO, limits: Limits, where: str) -> Iterator[tuple[str, bool]]:
    """Blocks of whole lines, each with whether its quotation marks pair.

    Raises:
        InputError: the content is binary, or its encoding is unknown.
    """
    carry = ""
    block = stream.read(limits.batch_bytes)
    decoder = TextDecoder(block, where)
    while True:
        following = stream.read(limits.batch_bytes)
        text = carry + decoder.decode(block, final=not following)
        if "\0" in text:
            raise InputError(
                Text("The file is not text."),
                where=where,
                why=Text("It holds zero bytes."),
                remedy=Text("Save the table as .xlsx or as CSV in UTF-8."),
            )
        if not following:
            if text:
                yield _with_newlines(text), text.count('"') % 2 == 0
            return
        cut = _cut(text)
        # No line ends outside quotation marks for a long stretch: the marks do not pair.
        unpaired = cut == 0 and len(text) > 2 * limits.batch_bytes
        if unpaired:
            cut = text.rfind("\n") + 1
        if cut == 0 and len(text) > 8 * limits.batch_bytes:
            raise InputError(
                Text("The file has no line ends."),
                where=where,
                why=Text("It cannot be a table."),
                remedy=Text("Save the table as .xlsx or as CSV in UTF-8."),
            )
        carry = text[cut:]
        if cut:
            yield _with_newlines(text[:cut]), not unpaired
        block = following


def _with_newlines(text: str) -> str:
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text


def _cut(text: str) -> int:
    """Place behind the last line end that lies outside quotation marks, 0 when there is none."""
    end = text.rfind("\n")
    if '"' not in text:
        return end + 1
    while end >= 0:
        if text.count('"', 0, end) % 2 == 0:
            return end + 1
        quote = text.rfind('"', 0, end)
        end = text.rfind("\n", 0, quote) if quote >= 0 else -1
    return 0


def find_separator(text: str) -> str:
    """The separator that splits most lines into the same number (above one) of cells."""
    lines = [line for line in text.split("\n", _SAMPLE_LINES)[:_SAMPLE_LINES] if line.strip()]
    best, best_score = ",", 0.0
    for separator in SEPARATORS:
        counts = Counter(line.count(separator) for line in lines)
        counts.pop(0, None)
        if not counts:
            continue
        number, lines_alike = max(counts.items(), key=lambda item: (item[1], item[0]))
        score = lines_alike * (1 + min(number, 30) / 100)
        if score > best_score:
            best, best_score = separator, score
    return best


def text_grids(stream: BinaryIO, limits: Limits, where: str) -> Iterator[Grid]:
    """The rows of a text file, in grids of bounded size.

    Raises:
        InputError: the content is binary, its encoding unknown, or the table far too wide.
    """
    separator = ""
    width = 0
    row = 1
    for block, paired in read_blocks(stream, limits, where):
        if not separator:
            separator = find_separator(block)
            width = max(line.count(separator) + 1 for line in block.split("\n")[:_SAMPLE_LINES])
            check_width(width, limits.columns, where)
        grid = _parse(block, separator, paired, width, row)
        check_width(grid.width, limits.columns, where)
        row += grid.cells.height
        yield grid


def _parse(block: str, separator: str, paired: bool, width: int, first_row: int) -> Grid:
    if '"' not in block and separator.isascii():
        try:
            return _parse_fast(block, separator, width, first_row)
        except pl.exceptions.PolarsError:
            # Some row has more cells than the first ones: the slower parser keeps them all.
            pass
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if paired else csv.QUOTE_NONE
    previous = csv.field_size_limit(len(block) + 1)
    try:
        rows = list(csv.reader(io.StringIO(block), delimiter=separator, quoting=quoting))
    finally:
        csv.field_size_limit(previous)
    return grid_from_rows(rows, first_row)


def _parse_fast(block: str, separator: str, width: int, first_row: int) -> Grid:
    # A header of our own fixes the number of columns; shorter rows are filled with empty cells.
    names = [f"c{number}" for number in range(width)]
    frame = pl.read_csv(
        f"{separator.join(names)}\n{block}".encode(),
        separator=separator,
        quote_char=None,
        infer_schema=False,
    )
    numbers = pl.int_range(first_row, first_row + frame.height, dtype=pl.Int32, eager=True)
    return Grid(frame.insert_column(0, numbers.alias("row")))
