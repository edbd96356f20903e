"""How is a file to be read, and how much of it may be read?

What the caller states here (medium, year, mapping, register) overrules what the file suggests. The
limits keep a hostile or mistaken file from taking the machine: nothing is unpacked before its size
is known, and what is unpacked is counted while it flows.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from luhai.observations.reading.mapping import Mapping
from luhai.plan.places import PlaceRegister
from luhai.text import DEFAULT_LANGUAGE

MEDIA = ("sea", "river", "lake", "outlet")
"""The waters that an observation can be of."""

_MEBIBYTE = 1 << 20


@dataclass(frozen=True)
class Limits:
    """Bounds on what one call may read.

    Attributes:
        file_bytes: largest plain or compressed file.
        workbook_bytes: largest Excel or JSON file, which must be held in memory as a whole.
        unpacked_bytes: largest sum of what an archive or a compressed file unpacks to.
        unpacked_ratio: largest ratio of unpacked to packed size (above one MiB unpacked).
        archive_members: most members of an archive, those of inner archives included.
        archive_depth: how deep archives may lie in archives; 1 is an archive without inner ones.
        sheet_cells: most cells of the rectangle that a sheet spans.
        columns: most columns of a table.
        batch_bytes: how much text is read at a time; a longer table comes in several results.
    """

    file_bytes: int = 1024 * _MEBIBYTE
    workbook_bytes: int = 200 * _MEBIBYTE
    unpacked_bytes: int = 4096 * _MEBIBYTE
    unpacked_ratio: int = 200
    archive_members: int = 10_000
    archive_depth: int = 3
    sheet_cells: int = 30_000_000
    columns: int = 1_000
    batch_bytes: int = 12 * _MEBIBYTE


@dataclass(frozen=True)
class ReadOptions:
    """What the reader is told about a file.

    Attributes:
        medium: the water of rows whose place is not registered and which do not name theirs, or
            ``None`` to let mapping and file say.
        year: the year of dates written without one, or ``None`` to let the file say.
        mapping: what headers, places and units of this laboratory mean, or ``None``.
        register: the places that may occur, or ``None`` to take places as they are written.
        limits: bounds on sizes.
        timezone: IANA name of the local time that dates are written in.
        language: language of the sentences in the rejects table.
    """

    medium: str | None = None
    year: int | None = None
    mapping: Mapping | None = None
    register: PlaceRegister | None = None
    limits: Limits = field(default_factory=Limits)
    timezone: str = "Asia/Shanghai"
    language: str = DEFAULT_LANGUAGE
