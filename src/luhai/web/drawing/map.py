"""Where do the places lie, and how do they stand? The geometry of a map of coast and marks.

The coast is the ``coast.geojson`` of the plan (kinds ``land``, ``lake``, ``island_in_lake``); a
plan without one gets a plain grid. The projection is equirectangular at the middle latitude, good
to 0.2 % over a city's coast. Marks that would cover each other move apart and keep a stem to their
place; a place whose position is an estimate always stands on a dotted stem.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import shapely
from django.utils.translation import gettext as _
from shapely.geometry import box, shape

from luhai.errors import InputError
from luhai.web.drawing import text_width

KM_PER_DEGREE = 111.32
"""Length of a degree of latitude on a sphere with the equator's circumference, km."""
MARK_RADIUS = 11.0
MARK_DISTANCE = 27.0
STEM = 17.0
LABEL_SIZE = 12.0
LABEL_HEIGHT = 15.0
DRAWN_FIRST = ("land", "lake", "island_in_lake")


@dataclass(frozen=True)
class MapMark:
    """A place to be drawn.

    Attributes:
        key: place id.
        href: address of its page.
        label: text beside the mark.
        description: the sentence that a screen reader says.
        longitude: degrees east, WGS 84.
        latitude: degrees north, WGS 84.
        shape: ``circle`` (sea) or ``square`` (river, lake).
        numeral: class numeral inside the mark, ``–`` when there is none.
        level: style level of the class, ``none`` when there is none.
        ring: ``solid``, ``dashed`` or empty: attainment, which is not class.
        estimated: whether the position is an estimate.
        importance: higher is labelled first.
    """

    key: str
    href: str
    label: str
    description: str
    longitude: float
    latitude: float
    shape: str
    numeral: str
    level: str
    ring: str
    estimated: bool
    importance: int


@dataclass
class DrawnMark:
    """A mark with its place on the drawing, px."""

    mark: MapMark
    point_x: float
    point_y: float
    x: float
    y: float
    label_x: float = 0.0
    label_y: float = 0.0
    label_anchor: str = "start"
    labelled: bool = False

    @property
    def stem(self) -> str:
        """``dotted``, ``solid`` or empty: the line from the mark to its position."""
        if self.mark.estimated:
            return "dotted"
        moved = math.hypot(self.x - self.point_x, self.y - self.point_y)
        return "solid" if moved > 1 else ""


@dataclass(frozen=True)
class MapDrawing:
    """Everything the template writes down; px, origin top left."""

    width: int
    height: int
    paths: list[tuple[str, str]] = field(default_factory=list)
    marks: list[DrawnMark] = field(default_factory=list)
    grid: list[tuple[float, float, float, float]] = field(default_factory=list)
    scale_px: float = 0.0
    scale_km: float = 0.0
    has_coast: bool = False
    any_estimated: bool = False

    @property
    def scale_x2(self) -> float:
        """Right end of the scale bar."""
        return 20 + self.scale_px


@dataclass(frozen=True)
class Frame:
    """The window of the map: degrees to px."""

    west: float
    north: float
    px_per_degree_x: float
    px_per_degree_y: float

    def x(self, longitude: float) -> float:
        """Px from the left."""
        return (longitude - self.west) * self.px_per_degree_x

    def y(self, latitude: float) -> float:
        """Px from the top."""
        return (self.north - latitude) * self.px_per_degree_y


def draw_map(
    marks: Sequence[MapMark], coast_file: Path | None, *, width: int = 520, height: int = 360
) -> MapDrawing:
    """Geometry of the map.

    Args:
        marks: the places; with none the drawing is empty.
        coast_file: ``coast.geojson`` of the plan, or ``None``.
        width: px.
        height: px.

    Raises:
        InputError: the coast file cannot be read.
    """
    if not marks:
        return MapDrawing(width, height)
    frame = _frame(marks, width, height)
    has_coast = coast_file is not None and coast_file.is_file()
    paths = _coast_paths(coast_file, frame, width, height) if has_coast and coast_file else []
    drawn = [
        DrawnMark(mark, x := frame.x(mark.longitude), y := frame.y(mark.latitude), x, y)
        for mark in sorted(marks, key=lambda mark: (-mark.importance, mark.key))
    ]
    for item in drawn:
        if item.mark.estimated:
            item.y -= STEM
    _move_apart(drawn, width, height)
    _place_labels(drawn, width, height)
    scale_km = _scale_length(width / frame.px_per_degree_y * KM_PER_DEGREE)
    return MapDrawing(
        width,
        height,
        paths=paths,
        marks=drawn,
        grid=[] if paths else _grid(width, height),
        scale_px=scale_km / KM_PER_DEGREE * frame.px_per_degree_y,
        scale_km=scale_km,
        has_coast=bool(paths),
        any_estimated=any(mark.estimated for mark in marks),
    )


def _frame(marks: Sequence[MapMark], width: int, height: int) -> Frame:
    west = min(mark.longitude for mark in marks)
    east = max(mark.longitude for mark in marks)
    south = min(mark.latitude for mark in marks)
    north = max(mark.latitude for mark in marks)
    shrink = math.cos(math.radians((south + north) / 2))
    # A margin on all sides; a single place gets a window of some ten kilometres.
    span = max((east - west) * shrink * 1.45, (north - south) * width / height * 1.6, 0.2)
    px_per_degree = width / span
    middle_x, middle_y = (west + east) / 2, (south + north) / 2
    return Frame(
        west=middle_x - span / shrink / 2,
        north=middle_y + height / px_per_degree / 2,
        px_per_degree_x=px_per_degree * shrink,
        px_per_degree_y=px_per_degree,
    )


@lru_cache(maxsize=8)
def _coast(path: str, _changed: float) -> tuple[tuple[str, shapely.Geometry], ...]:
    try:
        document: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))
        return tuple(
            (str(feature["properties"]["kind"]), shape(feature["geometry"]))
            for feature in document["features"]
        )
    except (ValueError, KeyError, TypeError, OSError, shapely.errors.ShapelyError) as error:
        raise InputError(
            _("The coast cannot be read: {error}.").format(error=repr(error)),
            where=path,
            remedy=_(
                "Make it again with scripts/make_coast.py, or take it away to use a plain grid."
            ),
        ) from error


def _coast_paths(file: Path, frame: Frame, width: int, height: int) -> list[tuple[str, str]]:
    window = box(
        frame.west,
        frame.north - height / frame.px_per_degree_y,
        frame.west + width / frame.px_per_degree_x,
        frame.north,
    ).buffer(0.02)
    paths = []
    for kind in DRAWN_FIRST:
        rings = []
        for found, geometry in _coast(str(file), file.stat().st_mtime):
            if found == kind and geometry.intersects(window):
                clipped = geometry.intersection(window)
                rings += [_ring(ring, frame) for ring in _rings(clipped)]
        if rings:
            paths.append((kind, "".join(rings)))
    return paths


def _rings(geometry: Any) -> list[Any]:
    if geometry.geom_type == "Polygon":
        return [geometry.exterior, *geometry.interiors] if not geometry.is_empty else []
    return [ring for part in getattr(geometry, "geoms", ()) for ring in _rings(part)]


def _ring(ring: Any, frame: Frame) -> str:
    points = [f"{frame.x(x):.1f},{frame.y(y):.1f}" for x, y, *_ in ring.coords]
    return f"M{'L'.join(points[:-1])}Z"


def _grid(width: int, height: int, step: int = 60) -> list[tuple[float, float, float, float]]:
    lines = [(float(x), 0.0, float(x), float(height)) for x in range(step, width, step)]
    return lines + [(0.0, float(y), float(width), float(y)) for y in range(step, height, step)]


def _scale_length(width_km: float) -> float:
    """The round length next below a fifth of the map's width, km."""
    wanted = max(width_km / 5, 0.1)
    power = 10.0 ** math.floor(math.log10(wanted))
    return max(step * power for step in (1, 2, 5) if step * power <= wanted)


def _move_apart(drawn: list[DrawnMark], width: int, height: int) -> None:
    """Push overlapping marks apart, a little at a time, and keep them inside the drawing."""
    for _round in range(80):
        moved = False
        for number, one in enumerate(drawn):
            for other in drawn[number + 1 :]:
                dx, dy = other.x - one.x, other.y - one.y
                distance = math.hypot(dx, dy)
                if distance >= MARK_DISTANCE:
                    continue
                if distance < 0.5:
                    dx, dy, distance = 1.0, 0.0, 1.0
                push = (MARK_DISTANCE - distance) / 2
                one.x -= dx / distance * push
                one.y -= dy / distance * push
                other.x += dx / distance * push
                other.y += dy / distance * push
                moved = True
        for item in drawn:
            item.x = min(max(item.x, 18), width - 18)
            item.y = min(max(item.y, 18), height - 18)
        if not moved:
            return


Box = tuple[float, float, float, float]


def _place_labels(drawn: list[DrawnMark], width: int, height: int) -> None:
    """Put each label beside its mark where it covers nothing; leave it out where none fits."""
    taken: list[Box] = [(item.x - 16, item.y - 16, item.x + 16, item.y + 16) for item in drawn]
    taken.append((0, height - 34, 130, height))  # The scale bar's corner.
    for item in drawn:
        size = text_width(item.mark.label, LABEL_SIZE)
        gap = 21 if item.mark.ring else 17
        choices: list[tuple[str, float, float, Box]] = []
        for anchor, x, y in (
            ("start", item.x + gap, item.y + 4),
            ("end", item.x - gap, item.y + 4),
            ("middle", item.x, item.y - gap - 2),
            ("middle", item.x, item.y + gap + LABEL_SIZE),
            ("start", item.x + gap - 4, item.y - 10),
            ("end", item.x - gap + 4, item.y - 10),
            ("start", item.x + gap - 4, item.y + 19),
            ("end", item.x - gap + 4, item.y + 19),
            ("middle", item.x, item.y - gap - 18),
            ("end", item.x - gap - 24, item.y - 14),
            ("end", item.x - gap - 24, item.y + 4),
            ("start", item.x + gap + 24, item.y - 14),
        ):
            left = {"start": x, "end": x - size, "middle": x - size / 2}[anchor]
            choices.append((anchor, x, y, (left, y - 11, left + size, y - 11 + LABEL_HEIGHT)))
        for anchor, x, y, area in choices:
            inside = (
                area[0] >= 4 and area[2] <= width - 4 and area[1] >= 4 and area[3] <= height - 4
            )
            if inside and not any(_overlap(area, other) for other in taken):
                item.label_x, item.label_y, item.label_anchor = x, y, anchor
                item.labelled = True
                taken.append(area)
                break


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
