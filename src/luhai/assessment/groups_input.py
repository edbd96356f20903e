"""Which classes does a table of places, or of classes and counts, hold?

People write classes as numbers (3), as the standard's names (Ⅲ, Ⅲ类, 三类, class Ⅲ), and the worst
one as 劣Ⅴ, 劣四类 or "worse than Ⅴ". A table has a column of classes and either one row per place
or one row per class with a count (or a share: only the proportions matter). Every row is read or
named as faulty; none is skipped.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from luhai.errors import InputError, UsageError
from luhai.standards import Standard, levels_of, load_standard, standards
from luhai.text import LANGUAGES, Text

_CLASS_HEADERS = {"class", "类别", "水质类别", "级别", "class_name"}
_PLACE_HEADERS = {
    "place",
    "断面",
    "断面名称",
    "点位",
    "点位名称",
    "站位",
    "站点",
    "place_name",
    "name",
}
_COUNT_HEADERS = {"count", "数量", "个数", "断面数", "点位数", "share", "比例", "占比"}
_WORSE = re.compile(r"^(劣于|劣|worsethan|below|inferior|>)")
_ROMAN = {"I": 1, "II": 2, "III": 3, "IV": 4, "V": 5, "VI": 6}
_CHINESE = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6}
_MOST_BYTES = 50_000_000


@dataclass(frozen=True)
class ClassTable:
    """What a table of classes holds.

    Attributes:
        weights: number of places (or other weight) per class, class 1 first, the last one worse
            than the last class.
        places: number of places counted, ``None`` when the counts are not whole numbers.
        unjudged: rows of class 0, which are places without a class.
    """

    weights: tuple[float, ...]
    places: int | None
    unjudged: int

    @property
    def shares(self) -> tuple[float, ...]:
        """Percent per class."""
        total = sum(self.weights)
        return tuple(100.0 * weight / total for weight in self.weights)


def standard_of_rule(rule: str) -> Standard:
    """A standard whose classes a rule of levels counts.

    Raises:
        UsageError: no such rule.
    """
    levels_of(rule)
    fitting = [
        edition
        for edition in (load_standard(name) for name in standards())
        if edition.kind == "ambient" and edition.level_rule == rule
    ]
    if not fitting:
        raise UsageError(Text("No standard has classes for the rule {rule!r}.", {"rule": rule}))
    return min(fitting, key=lambda edition: edition.id)


def parse_class(text: str, class_count: int) -> int | None:
    """Class number of a cell, ``class_count + 1`` for worse than the last; ``None`` if unreadable.

    0 and empty names of "not assessed" are 0.

    Args:
        text: the cell as written.
        class_count: classes of the standard.
    """
    bare = unicodedata.normalize("NFKC", text).casefold().replace(" ", "").replace("_", "")
    bare = bare.removeprefix("第")
    worse = bool(_WORSE.match(bare))
    bare = _WORSE.sub("", bare).removeprefix("class").removesuffix("class")
    bare = bare.removesuffix("水质").removesuffix("类").removesuffix("級").removesuffix("级")
    number = _number(bare)
    if number is None:
        return None
    if worse:
        # "Worse than" is only said of the last class: worse than class 2 would be a contradiction.
        return class_count + 1 if number == class_count else None
    return number if 0 <= number <= class_count + 1 else None


def _number(bare: str) -> int | None:
    if bare in _CHINESE:
        return _CHINESE[bare]
    if bare.upper() in _ROMAN:
        return _ROMAN[bare.upper()]
    if re.fullmatch(r"\d(\.0)?", bare):
        return int(bare[0])
    return None


def read_classes(path: Path, rule: str) -> ClassTable:
    """Read a table of ``place,class`` or ``class,count``.

    Args:
        path: a CSV file, UTF-8 or GB 18030.
        rule: ``surface`` or ``sea``.

    Raises:
        InputError: the file cannot be read, has no column of classes, or rows are faulty; each is
            named with its row.
        UsageError: no such rule.
    """
    edition = standard_of_rule(rule)
    rows = _rows(path)
    header = [_plain(cell) for cell in rows[0]]
    class_at = _column(header, _CLASS_HEADERS)
    if class_at is None:
        raise InputError(
            Text("There is no column of classes."),
            where=str(path),
            remedy=Text("Name the columns place,class or class,count in the first row."),
        )
    count_at = _column(header, _COUNT_HEADERS)
    place_at = _column(header, _PLACE_HEADERS)
    weights = [0.0] * (edition.class_count + 1)
    unjudged = 0
    faults: list[Text] = []
    seen: dict[str, int] = {}
    for number, cells in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        fault, class_number, weight = _row(cells, class_at, count_at, edition.class_count)
        place = cells[place_at].strip() if place_at is not None and place_at < len(cells) else ""
        if not fault and place and place in seen:
            fault = Text(
                "the place {place!r} stands in row {row} too", {"place": place, "row": seen[place]}
            )
        if fault:
            faults.append(Text("row {number}: {fault}", {"number": number, "fault": fault}))
            continue
        seen.setdefault(place, number)
        if class_number == 0:
            unjudged += 1
        else:
            weights[class_number - 1] += weight
    return _table(path, weights, unjudged, faults)


def _row(
    cells: list[str], class_at: int, count_at: int | None, class_count: int
) -> tuple[Text | None, int, float]:
    text = cells[class_at] if class_at < len(cells) else ""
    number = parse_class(text, class_count)
    if number is None:
        return Text("{cell!r} is no class", {"cell": text}), 0, 0.0
    if count_at is None:
        return None, number, 1.0
    written = cells[count_at] if count_at < len(cells) else ""
    bare = unicodedata.normalize("NFKC", written).strip().removesuffix("%")
    no_count = Text("{cell!r} is no count", {"cell": written})
    try:
        weight = float(bare)
    except ValueError:
        return no_count, 0, 0.0
    if not 0 <= weight < float("inf"):
        return no_count, 0, 0.0
    return None, number, weight


def _table(path: Path, weights: list[float], unjudged: int, faults: list[Text]) -> ClassTable:
    if faults:
        more = "; …" if len(faults) > 10 else ""
        shown = {
            language: "; ".join(fault.render(language) for fault in faults[:10]) + more
            for language in LANGUAGES
        }
        raise InputError(
            Text("{faults} rows cannot be read: {shown}.", {"faults": len(faults), "shown": shown}),
            where=str(path),
            why=Text("Shares without them would be wrong."),
            remedy=Text("Mend the rows; a place without a class has class 0."),
        )
    if sum(weights) <= 0:
        raise InputError(Text("There is no class in the table."), where=str(path))
    whole = all(weight == int(weight) for weight in weights)
    return ClassTable(tuple(weights), int(sum(weights)) if whole else None, unjudged)


def _rows(path: Path) -> list[list[str]]:
    if not path.is_file():
        raise InputError(
            Text("There is no such file."), where=str(path), remedy=Text("Check the path.")
        )
    if path.stat().st_size > _MOST_BYTES:
        raise InputError(Text("The file is too large for a table of classes."), where=str(path))
    content = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise InputError(
            Text("The file is no text in UTF-8 or GB 18030."),
            where=str(path),
            remedy=Text("Save it as CSV (UTF-8)."),
        )
    if "\x00" in text:
        raise InputError(
            Text("The file is no CSV text."),
            where=str(path),
            remedy=Text("Save the sheet as CSV (UTF-8)."),
        )
    rows = list(csv.reader(io.StringIO(text)))
    if not rows:
        raise InputError(Text("The file is empty."), where=str(path))
    return rows


def _plain(cell: str) -> str:
    return unicodedata.normalize("NFKC", cell).strip().casefold().removesuffix("(%)").strip()


def _column(header: list[str], names: set[str]) -> int | None:
    found = [position for position, cell in enumerate(header) if cell in names]
    return found[0] if found else None
