"""What share of the sea's area is in each class?

Since 2018-2020 the national bulletins weigh classes by area: each cruise is interpolated alone,
indicator by indicator, on a regular grid clipped to the sea; a cell takes its worst indicator's
class; the year's share is the mean over the cruises (海水质量状况评价技术规程, trial, 2015, and the
bulletin of 2020). Neither interpolation nor grid is laid down in a published source, so both are
named in every result. Inverse distance weighting is Shepard's (1968); kriging here is ordinary
kriging with a linear variogram and no nugget, which equals interpolation by the radial function -r
with a free constant (Matheron 1981, "Splines and kriging: their formal equivalence").
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import RBFInterpolator
from scipy.spatial import cKDTree
from shapely import Polygon, contains_xy, prepare
from shapely.geometry.base import BaseGeometry

from luhai.errors import InputError, UsageError
from luhai.text import Text

Floats = NDArray[np.float64]
Classes = NDArray[np.int8]

METHODS = ("idw", "kriging")
_NEIGHBOURS = 12
_POWER = 2.0
_EARTH_RADIUS_M = 6_371_008.8  # mean radius, IUGG
_MOST_CELLS = 4_000_000


@dataclass(frozen=True)
class Grid:
    """Centres of the cells of a regular grid that lie in the sea.

    Attributes:
        x, y: metres east and north of the polygon's centre, shape (cells,).
        cell_m: side of a cell.
        area_km2: area of all cells together.
        origin: longitude and latitude of the centre.
    """

    x: Floats
    y: Floats
    cell_m: float
    area_km2: float
    origin: tuple[float, float]

    def project(self, longitude: ArrayLike, latitude: ArrayLike) -> Floats:
        """Positions in metres on the grid's plane, shape (n, 2)."""
        return _project(longitude, latitude, self.origin)


def sea_grid(sea: BaseGeometry, cell_m: float) -> Grid:
    """Regular grid over a sea area.

    Args:
        sea: polygon or polygons in WGS 84 longitude and latitude.
        cell_m: side of a cell in metres.

    Raises:
        UsageError: a side that is not positive, or so small that the grid would not fit memory.
        InputError: the polygon is empty, invalid, or smaller than a cell.
    """
    if not cell_m > 0:
        raise UsageError(Text("The side of a grid cell must be above zero."))
    if sea.is_empty or not sea.is_valid or sea.area <= 0:
        raise InputError(
            Text("The outline of the sea is empty or crosses itself."),
            remedy=Text("Mend the polygon."),
        )
    west, south, east, north = sea.bounds
    origin = ((west + east) / 2.0, (south + north) / 2.0)
    corner, opposite = _project([west, east], [south, north], origin)
    columns = int(np.ceil((opposite[0] - corner[0]) / cell_m))
    rows = int(np.ceil((opposite[1] - corner[1]) / cell_m))
    if columns * rows > _MOST_CELLS:
        raise UsageError(
            Text(
                "A grid of {columns} x {rows} cells is too large.",
                {"columns": columns, "rows": rows},
            ),
            remedy=Text("Take a larger cell."),
        )
    x_axis = corner[0] + (np.arange(columns) + 0.5) * cell_m
    y_axis = corner[1] + (np.arange(rows) + 0.5) * cell_m
    x, y = (axis.ravel() for axis in np.meshgrid(x_axis, y_axis))
    longitude, latitude = _unproject(x, y, origin)
    prepare(sea)
    inside = contains_xy(sea, longitude, latitude)
    if not inside.any():
        raise InputError(
            Text("No cell of the grid lies in the sea."), remedy=Text("Take a smaller cell.")
        )
    area = float(inside.sum()) * cell_m**2 / 1e6
    return Grid(x[inside], y[inside], float(cell_m), area, origin)


def interpolate(
    grid: Grid,
    longitude: ArrayLike,
    latitude: ArrayLike,
    values: ArrayLike,
    method: str = "idw",
) -> Floats:
    """Values at the cells of a grid from values at points.

    Args:
        grid: from :func:`sea_grid`.
        longitude, latitude: positions in degrees, shape (points,).
        values: shape (points,), in any unit; NaN where a point has no value.
        method: ``idw`` (power 2, twelve nearest points) or ``kriging`` (ordinary, linear
            variogram without nugget).

    Returns:
        shape (cells,).

    Raises:
        UsageError: an unknown method.
        InputError: no value at all, a single one for kriging, or two points at one position.
    """
    if method not in METHODS:
        raise UsageError(
            Text("Unknown interpolation {method!r}.", {"method": method}),
            remedy=Text("Use idw or kriging."),
        )
    numbers = np.asarray(values, dtype=np.float64)
    points = grid.project(longitude, latitude)
    if points.shape[0] != numbers.size:
        raise UsageError(Text("There must be one position per value."))
    known = np.isfinite(numbers)
    points, numbers = points[known], numbers[known]
    if numbers.size == 0:
        raise InputError(Text("No point has a value to interpolate."))
    if np.unique(points, axis=0).shape[0] != points.shape[0]:
        raise InputError(
            Text("Two points stand at one position."),
            remedy=Text("Average them, or mend the position."),
        )
    return _spread(points, numbers, np.column_stack([grid.x, grid.y]), method)


def _spread(points: Floats, numbers: Floats, cells: Floats, method: str) -> Floats:
    if method == "kriging":
        if numbers.size < 3:
            raise InputError(Text("Kriging needs at least three points."), remedy=Text("Use idw."))
        # Kilometres keep the linear system well scaled; the linear variogram has no scale itself.
        kriging = RBFInterpolator(points / 1000.0, numbers, kernel="linear", degree=0)
        result: Floats = kriging(cells / 1000.0)
        return result
    return _inverse_distance(points, numbers, cells)


def _inverse_distance(points: Floats, values: Floats, cells: Floats) -> Floats:
    neighbours = min(_NEIGHBOURS, values.size)
    found = cKDTree(points).query(cells, k=neighbours)
    distance = np.asarray(found[0]).reshape(cells.shape[0], neighbours)
    index = np.asarray(found[1]).reshape(cells.shape[0], neighbours)
    at_point = distance[:, 0] == 0.0
    weight = 1.0 / np.where(distance > 0, distance, 1.0) ** _POWER
    mean = (weight * values[index]).sum(axis=1) / weight.sum(axis=1)
    result: Floats = np.where(at_point, values[index[:, 0]], mean)
    return result


def _check_points(points: pl.DataFrame, classify: Mapping[str, Any]) -> None:
    needed = ("cruise", "place", "longitude", "latitude", "indicator", "value")
    missing = [name for name in needed if name not in points.columns]
    if missing:
        raise InputError(
            Text("The table of points lacks: {missing}.", {"missing": ", ".join(missing)})
        )
    unknown = sorted(set(points["indicator"].unique()) - set(classify))
    if unknown:
        raise InputError(
            Text("No class can be given for: {unknown}.", {"unknown": ", ".join(unknown)})
        )


def class_areas(
    grid: Grid,
    points: pl.DataFrame,
    classify: Mapping[str, Callable[[Floats], Classes]],
    *,
    method: str = "idw",
    classes: int = 5,
) -> pl.DataFrame:
    """Share of the sea's area in each class for each cruise.

    Args:
        grid: from :func:`sea_grid`.
        points: one row per cruise, point and indicator: ``cruise, place, longitude, latitude,
            indicator, value``.
        classify: indicator code to a function that rounds values and gives their classes.
        method: see :func:`interpolate`.
        classes: number of classes, worse than the last included.

    Returns:
        One row per cruise: ``cruise, share_1 … share_n`` (percent), ``points``, ``method``,
        ``grid_m``, ``area_km2``.

    Raises:
        InputError: a column is missing, a cruise lacks an indicator that another has, or an
            indicator cannot be classified.
    """
    _check_points(points, classify)
    expected = set(points["indicator"].unique())
    rows = []
    for (cruise,), part in points.sort("cruise", "indicator", "place").group_by(
        "cruise", maintain_order=True
    ):
        lacking = sorted(expected - set(part["indicator"].unique()))
        if lacking:
            raise InputError(
                Text("The cruise has no values of: {lacking}.", {"lacking": ", ".join(lacking)}),
                where=str(cruise),
                why=Text(
                    "Its worst class would come from fewer indicators than that of other cruises."
                ),
            )
        worst = np.zeros(grid.x.size, dtype=np.int8)
        for (code,), one in part.group_by("indicator", maintain_order=True):
            field = interpolate(grid, one["longitude"], one["latitude"], one["value"], method)
            worst = np.maximum(worst, classify[str(code)](field))
        counts = np.bincount(worst, minlength=classes + 1)[1 : classes + 1]
        shares = counts * 100.0 / grid.x.size
        rows.append(
            {"cruise": cruise}
            | {f"share_{number}": float(share) for number, share in enumerate(shares, start=1)}
            | {"points": part["place"].n_unique(), "method": method}
            | {"grid_m": grid.cell_m, "area_km2": grid.area_km2}
        )
    return pl.DataFrame(rows)


def annual_shares(cruises: pl.DataFrame) -> dict[str, float]:
    """The year's shares: arithmetic mean over the cruises, in percent.

    Args:
        cruises: one row per cruise with columns ``share_1 …``.
    """
    names = [name for name in cruises.columns if name.startswith("share_")]
    if not names or cruises.height == 0:
        raise InputError(Text("There is no cruise to average."))
    means = cruises.select(pl.col(names).mean()).row(0, named=True)
    return {name: float(value) for name, value in means.items()}


def area_shares(
    points: pl.DataFrame,
    classify: Mapping[str, Callable[[Floats], Classes]],
    sea_polygon: BaseGeometry | Sequence[tuple[float, float]],
    grid_m: float,
    *,
    method: str = "idw",
    classes: int = 5,
) -> tuple[pl.DataFrame, dict[str, float]]:
    """Area shares by cruise and for the year.

    Args:
        points: see :func:`class_areas`.
        classify: see :func:`class_areas`.
        sea_polygon: outline of the sea, longitude and latitude.
        grid_m: side of a grid cell, metres.
        method: ``idw`` or ``kriging``.
        classes: number of classes, worse than the last included.

    Returns:
        The table by cruise (with method and grid) and the year's shares in percent.
    """
    outline = sea_polygon if isinstance(sea_polygon, BaseGeometry) else Polygon(sea_polygon)
    cruises = class_areas(
        sea_grid(outline, grid_m), points, classify, method=method, classes=classes
    )
    return cruises, annual_shares(cruises)


def _project(longitude: ArrayLike, latitude: ArrayLike, origin: tuple[float, float]) -> Floats:
    """Equal-area cylindrical projection about the origin's parallel (Lambert), metres."""
    meridian, parallel = np.radians(origin[0]), np.radians(origin[1])
    x = _EARTH_RADIUS_M * (np.radians(np.asarray(longitude, float)) - meridian) * np.cos(parallel)
    y = _EARTH_RADIUS_M * (np.sin(np.radians(np.asarray(latitude, float))) - np.sin(parallel))
    return np.column_stack([x, y / np.cos(parallel)])


def _unproject(x: Floats, y: Floats, origin: tuple[float, float]) -> tuple[Floats, Floats]:
    meridian, parallel = np.radians(origin[0]), np.radians(origin[1])
    longitude = np.degrees(x / (_EARTH_RADIUS_M * np.cos(parallel)) + meridian)
    latitude = np.degrees(np.arcsin(y * np.cos(parallel) / _EARTH_RADIUS_M + np.sin(parallel)))
    return longitude, latitude
