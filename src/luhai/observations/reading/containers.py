"""What is inside a file: a text, a workbook, JSON, or an archive of them, within bounds.

The content decides what a file is, not its extension. Archives are opened member by member and
never written to disk, so that a member called ``../../x`` is only a name. Sizes are checked before
anything is unpacked and counted while it flows, because a header can lie.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from luhai.errors import InputError
from luhai.observations.reading.options import Limits
from luhai.observations.reading.sheets import UNPACKING_ERRORS, encrypted
from luhai.text import N_, Text

_MEBIBYTE = 1 << 20
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FOREIGN = (
    (b"%PDF", N_("a PDF document")),
    (b"\x89PNG", N_("a picture")),
    (b"\xff\xd8\xff", N_("a picture")),
    (b"GIF8", N_("a picture")),
    (b"Rar!", N_("a RAR archive")),
    (b"7z\xbc\xaf", N_("a 7-Zip archive")),
    (b"PAR1", N_("a Parquet file")),
    (b"SQLite format 3", N_("a database")),
    (b"BZh", N_("a bzip2 archive")),
    (b"\xfd7zXZ", N_("an xz archive")),
)
_HIDDEN = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")


@dataclass(frozen=True)
class Piece:
    """One readable file, alone or inside an archive.

    Attributes:
        shown: name as shown.
        kind: ``text``, ``xlsx``, ``xls`` or ``json``.
        stream: its bytes, to be read once.
        refused: why it cannot be read, for a member of an archive; ``stream`` is then empty.
        skipped: whether it is no file of the sender's (a trace of the operating system).
    """

    shown: str
    kind: str
    stream: BinaryIO
    refused: InputError | None = None
    skipped: bool = False


class Budget:
    """What may still be unpacked, shared by all members of one file."""

    def __init__(self, limits: Limits, where: str) -> None:
        self.limits = limits
        self.where = where
        self.unpacked = 0
        self.members = 0

    def take(self, number: int) -> None:
        """Count unpacked bytes.

        Raises:
            InputError: the sum exceeds the limit.
        """
        self.unpacked += number
        if self.unpacked > self.limits.unpacked_bytes:
            raise InputError(
                Text(
                    "The archive unpacks to more than {limit}.",
                    {"limit": _megabytes(self.limits.unpacked_bytes)},
                ),
                where=self.where,
                why=Text("It would fill the machine."),
                remedy=Text("Send the files in several smaller archives."),
            )

    def add_members(self, number: int) -> None:
        """Count the members of an archive, before any is opened.

        Raises:
            InputError: there are more than the limit.
        """
        self.members += number
        if self.members > self.limits.archive_members:
            raise InputError(
                Text(
                    "The archive has more than {number} members.",
                    {"number": self.limits.archive_members},
                ),
                where=self.where,
                remedy=Text("Send the files in several smaller archives."),
            )


class _Counted(io.RawIOBase):
    """A stream that counts what it unpacks and names the file when unpacking fails."""

    def __init__(self, stream: BinaryIO, budget: Budget, packed: int, shown: str) -> None:
        self._stream = stream
        self._budget = budget
        self._packed = max(packed, 1)
        self._shown = shown
        self._unpacked = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        try:
            block = self._stream.read(len(buffer))
        except UNPACKING_ERRORS as error:
            raise InputError(
                Text("The content cannot be unpacked ({reason}).", {"reason": str(error)}),
                where=self._shown,
                why=Text("The archive is damaged or was cut short."),
                remedy=Text("Fetch or pack it again."),
            ) from error
        except RuntimeError as error:
            raise encrypted(self._shown) from error
        self._unpacked += len(block)
        self._budget.take(len(block))
        check_ratio(self._unpacked, self._packed, self._budget.limits, self._shown)
        buffer[: len(block)] = block
        return len(block)


def check_ratio(unpacked: int, packed: int, limits: Limits, where: str) -> None:
    """Refuse content that unpacks to hundreds of times its size.

    Raises:
        InputError: the ratio exceeds the limit.
    """
    if unpacked > _MEBIBYTE and unpacked > limits.unpacked_ratio * max(packed, 1):
        raise InputError(
            Text(
                "The content unpacks to more than {number} times its size.",
                {"number": limits.unpacked_ratio},
            ),
            where=where,
            why=Text("Measurements do not; files made to fill a machine do."),
            remedy=Text("Send the file unpacked."),
        )


def file_hash(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def open_pieces(path: Path, shown: str, limits: Limits) -> Iterator[Piece]:
    """The readable files in a file on disk, in the archive's order.

    Raises:
        InputError: the file itself cannot be read; a member that cannot be is yielded as refused.
    """
    try:
        size = path.stat().st_size
        stream = path.open("rb")
    except OSError as error:
        raise _unopened(error, shown) from error
    with stream:
        if size == 0:
            raise _without_size(path, shown)
        if size > limits.file_bytes:
            raise InputError(
                Text("The file has {size}.", {"size": _megabytes(size)}),
                where=shown,
                why=Text("The limit is {limit}.", {"limit": _megabytes(limits.file_bytes)}),
                remedy=Text("Split it by year."),
            )
        yield from open_content(stream, size, shown, limits)


def _without_size(path: Path, shown: str) -> InputError:
    """Why a file of no size cannot be read: empty, unreadable, or made by the system (/proc)."""
    try:
        # Without waiting: such a file may give its first byte never.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        try:
            content = os.read(handle, 1)
        finally:
            os.close(handle)
    except OSError as error:
        return _unopened(error, shown)
    if content:
        return InputError(
            Text("The file is made by the system while it is read."),
            where=shown,
            remedy=Text("Save its content as a file of its own."),
        )
    return InputError(
        Text("The file is empty."), where=shown, remedy=Text("Ask the sender for it again.")
    )


def _unopened(error: OSError, shown: str) -> InputError:
    is_folder = isinstance(error, IsADirectoryError)
    return InputError(
        Text(
            "The file cannot be opened: {reason}.",
            {"reason": Text("it is a folder") if is_folder else error.strerror or str(error)},
        ),
        where=shown,
        remedy=Text("Check the path and whether it may be read."),
    )


def open_content(stream: BinaryIO, size: int, shown: str, limits: Limits) -> Iterator[Piece]:
    """The readable files in an open file, which can seek."""
    yield from _open(stream, size, shown, Budget(limits, shown), depth=0)


def _open(stream: BinaryIO, size: int, shown: str, budget: Budget, depth: int) -> Iterator[Piece]:
    try:
        head = stream.read(4096)
    except OSError as error:
        raise _unopened(error, shown) from error
    stream.seek(0)
    if head.startswith(b"\x1f\x8b"):
        yield from _open_gzip(stream, size, shown, budget, depth)
    elif head.startswith((_ZIP, b"PK\x05\x06", b"PK\x07\x08")):
        yield from _open_zip(stream, size, shown, budget, depth)
    else:
        kind = _kind(head, shown)
        if kind in ("xls", "json"):
            check_workbook_size(size, budget.limits, shown)
        yield Piece(shown, kind, stream)


def check_workbook_size(size: int, limits: Limits, where: str) -> None:
    """Refuse a workbook or JSON document that is too large to be held in memory.

    Raises:
        InputError: it exceeds the limit.
    """
    if size > limits.workbook_bytes:
        raise InputError(
            Text("The file has {size}.", {"size": _megabytes(size)}),
            where=where,
            why=Text(
                "The limit for Excel and JSON is {limit}.",
                {"limit": _megabytes(limits.workbook_bytes)},
            ),
            remedy=Text("Split it by year, or save it as CSV."),
        )


def _kind(head: bytes, shown: str) -> str:
    """What a file that is no archive is, by its first bytes.

    Raises:
        InputError: nothing that is read here.
    """
    if head.startswith(_OLE):
        return "xls"
    for mark, name in _FOREIGN:
        if head.startswith(mark):
            raise InputError(
                Text("The file is {name}.", {"name": Text(name)}),
                where=shown,
                why=Text(
                    "Tables are read from CSV, Excel (.xlsx, .xls), JSON and zip archives of them."
                ),
                remedy=Text("Ask the sender for the table itself."),
            )
    start = head.removeprefix(b"\xef\xbb\xbf").replace(b"\0", b"").lstrip().lower()
    if start.startswith(
        (b"<!doctype", b"<html", b"<table", b"<?xml", b"<meta", b"<head", b"<style")
    ):
        raise InputError(
            Text("The file is a web page or XML, whatever its extension says."),
            where=shown,
            why=Text("Some systems name an exported web page .xls."),
            remedy=Text("Open it in a spreadsheet program and save it as .xlsx."),
        )
    if start.startswith((b"[", b"{")) and (shown.lower().endswith("json") or _is_json(start)):
        return "json"
    return "text"


def _is_json(start: bytes) -> bool:
    rest = start[1:].lstrip()
    return rest[:1] in (b'"', b"[", b"{", b"]", b"}")


def _open_gzip(
    stream: BinaryIO, size: int, shown: str, budget: Budget, depth: int
) -> Iterator[Piece]:
    _check_depth(depth + 1, budget, shown)
    inner = shown[:-3] if shown.lower().endswith(".gz") else shown
    with gzip.GzipFile(fileobj=stream) as unpacked:
        counted = io.BufferedReader(_Counted(unpacked, budget, size, shown), _MEBIBYTE)  # type: ignore[arg-type]
        head = counted.peek(4096)[:4096]
        if head.startswith((b"\x1f\x8b", _ZIP, _OLE)) or _kind(head, inner) == "json":
            content = counted.read(budget.limits.workbook_bytes + 1)
            check_workbook_size(len(content), budget.limits, shown)
            yield from _open(io.BytesIO(content), len(content), shown, budget, depth + 1)
        elif not head:
            raise InputError(
                Text("The file is empty."), where=shown, remedy=Text("Ask for it again.")
            )
        else:
            yield Piece(shown, "text", counted)


def _open_zip(
    stream: BinaryIO, size: int, shown: str, budget: Budget, depth: int
) -> Iterator[Piece]:
    try:
        archive = zipfile.ZipFile(stream)
        members = archive.infolist()
    except (*UNPACKING_ERRORS, ValueError) as error:
        raise InputError(
            Text("The archive or workbook cannot be opened ({reason}).", {"reason": str(error)}),
            where=shown,
            why=Text("It is damaged or was cut short."),
            remedy=Text("Fetch or save it again."),
        ) from error
    with archive:
        names = {member.filename for member in members}
        kind = _office_kind(names, shown)
        _check_declared(members, size, budget, shown)
        if kind == "xlsx":
            check_workbook_size(size, budget.limits, shown)
            budget.take(sum(member.file_size for member in members))
            stream.seek(0)
            yield Piece(shown, "xlsx", stream)
            return
        _check_depth(depth + 1, budget, shown)
        files = [member for member in members if not member.is_dir()]
        budget.add_members(len(files))
        taken: set[str] = set()
        for member in files:
            name = f"{shown}/{harmless_name(member, taken)}"
            if any(part in member.filename for part in _HIDDEN) or "/~$" in f"/{member.filename}":
                yield Piece(name, "", io.BytesIO(), skipped=True)
                continue
            yield from _open_member(archive, member, name, budget, depth + 1)


def _office_kind(names: set[str], shown: str) -> str:
    if "xl/workbook.xml" in names:
        return "xlsx"
    foreign = {
        "xl/workbook.bin": N_("a binary workbook (.xlsb)"),
        "word/document.xml": N_("a Word document"),
        "ppt/presentation.xml": N_("a presentation"),
        "content.xml": N_("an OpenDocument file"),
    }
    for member, name in foreign.items():
        if member in names:
            raise InputError(
                Text("The file is {name}.", {"name": Text(name)}),
                where=shown,
                remedy=Text("Save its table as .xlsx or CSV."),
            )
    return "archive"


def _check_declared(members: list[zipfile.ZipInfo], size: int, budget: Budget, shown: str) -> None:
    """Check what the directory of an archive declares, before anything is unpacked."""
    declared = sum(member.file_size for member in members)
    check_ratio(declared, size, budget.limits, shown)
    if budget.unpacked + declared > budget.limits.unpacked_bytes:
        budget.take(declared)
    if not any(not member.is_dir() for member in members):
        raise InputError(
            Text("The archive is empty."), where=shown, remedy=Text("Ask the sender again.")
        )


def _check_depth(depth: int, budget: Budget, shown: str) -> None:
    if depth > budget.limits.archive_depth:
        raise InputError(
            Text(
                "Archives lie more than {number} deep in one another.",
                {"number": budget.limits.archive_depth},
            ),
            where=shown,
            remedy=Text("Unpack the inner archives first."),
        )


def harmless_name(member: zipfile.ZipInfo, taken: set[str]) -> str:
    """Name of a member as shown: decoded, without ``..`` and drive letters, unique.

    Archives made on Chinese Windows hold names in GBK without saying so.
    """
    name = member.filename
    if not member.flag_bits & 0x800:
        raw = name.encode("cp437", "replace")
        for encoding in ("utf-8", "gb18030"):
            try:
                name = raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    parts = PurePosixPath(name.replace("\\", "/")).parts
    kept = [part for part in parts if part not in ("..", ".", "/") and not part.endswith(":")]
    cleaned = "/".join("".join(c for c in part if c.isprintable()) for part in kept) or "unnamed"
    unique, number = cleaned, 2
    while unique in taken:
        unique, number = f"{cleaned}#{number}", number + 1
    taken.add(unique)
    return unique


def _open_member(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, budget: Budget, depth: int
) -> Iterator[Piece]:
    """One member of an archive; what is wrong with it alone does not stop the others."""
    try:
        if member.flag_bits & 0x1:
            raise encrypted(name)
        if member.file_size == 0:
            raise InputError(
                Text("The file is empty."), where=name, remedy=Text("Ask the sender again.")
            )
        with archive.open(member) as packed:
            counted = io.BufferedReader(
                _Counted(packed, budget, member.compress_size, name),  # type: ignore[arg-type]
                _MEBIBYTE,
            )
            head = counted.peek(4096)[:4096]
            is_nested = head.startswith((b"\x1f\x8b", b"PK"))
            if is_nested or _kind(head, name) != "text":
                content = counted.read(budget.limits.workbook_bytes + 1)
                check_workbook_size(len(content), budget.limits, name)
                yield from _open(io.BytesIO(content), len(content), name, budget, depth)
            else:
                yield Piece(name, "text", counted)
    except (*UNPACKING_ERRORS, RuntimeError) as error:
        refusal = InputError(
            Text("The member cannot be unpacked ({reason}).", {"reason": str(error)}),
            where=name,
            remedy=Text("Pack the archive again."),
        )
        yield Piece(name, "", io.BytesIO(), refused=refusal)
    except InputError as error:
        if budget.unpacked > budget.limits.unpacked_bytes:
            raise
        if budget.members > budget.limits.archive_members:
            raise
        yield Piece(name, "", io.BytesIO(), refused=error)


def _megabytes(number: int) -> str:
    return f"{number / _MEBIBYTE:,.0f} MB"
