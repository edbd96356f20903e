"""Area shares against analytic fields and the published annual mean."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray
from shapely import Polygon

from luhai.assessment.area import annual_shares, area_shares, class_areas, interpolate, sea_grid
from luhai.errors import InputError, UsageError
from luhai.standards import load_standard, round_half_even

BOX = Polygon([(112.0, 21.0), (112.2, 21.0), (112.2, 21.2), (112.0, 21.2)])
SEA = load_standard("gb3097-1997")


def _classifier(code: str, digits: int) -> Callable[[NDArray[np.float64]], NDArray[np.int8]]:
    return lambda values: SEA.classify(code, round_half_even(values, digits))


DIN = {"lh_din": _classifier("lh_din", 2)}


def _lattice(count: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    axis = np.linspace(0.0, 0.2, count)
    longitude, latitude = np.meshgrid(112.0 + axis, 21.0 + axis)
    return longitude.ravel(), latitude.ravel()


def _points(field: Callable[..., NDArray[np.float64]], cruises: tuple[str, ...]) -> pl.DataFrame:
    longitude, latitude = _lattice(9)
    return pl.concat(
        [
            pl.DataFrame(
                {
                    "cruise": cruise,
                    "place": [f"P{number}" for number in range(longitude.size)],
                    "longitude": longitude,
                    "latitude": latitude,
                    "indicator": "lh_din",
                    "value": field(longitude, latitude, number),
                }
            )
            for number, cruise in enumerate(cruises)
        ]
    )


def test_area_of_the_grid_is_that_of_the_polygon() -> None:
    """0.2 by 0.2 degrees at 21.1 °N: R^2 * dlon * (sin b - sin a) = 461.3 km²."""
    radians = np.radians
    exact = 6371.0088**2 * radians(0.2) * (np.sin(radians(21.2)) - np.sin(radians(21.0)))
    for cell in (500.0, 250.0):
        assert sea_grid(BOX, cell).area_km2 == pytest.approx(exact, rel=3 * cell / 20_000)


def test_land_is_left_out() -> None:
    island = Polygon(
        BOX.exterior.coords, [[(112.05, 21.05), (112.15, 21.05), (112.15, 21.15), (112.05, 21.15)]]
    )
    assert sea_grid(island, 250.0).area_km2 == pytest.approx(
        sea_grid(BOX, 250.0).area_km2 * 0.75, rel=0.01
    )


@pytest.mark.parametrize("method", ["idw", "kriging"])
def test_constant_field_is_kept(method: str) -> None:
    grid = sea_grid(BOX, 1000.0)
    longitude, latitude = _lattice(5)
    field = interpolate(grid, longitude, latitude, np.full(25, 0.27), method)
    assert np.allclose(field, 0.27)


@pytest.mark.parametrize("method", ["idw", "kriging"])
def test_interpolation_honours_the_points(method: str) -> None:
    grid = sea_grid(BOX, 100.0)
    longitude, latitude = _lattice(4)
    values = np.linspace(0.1, 0.6, 16)
    field = interpolate(grid, longitude, latitude, values, method)
    points = grid.project(longitude, latitude)
    for number in (5, 6, 9, 10):
        nearest = np.argmin((grid.x - points[number, 0]) ** 2 + (grid.y - points[number, 1]) ** 2)
        assert field[nearest] == pytest.approx(values[number], abs=0.01)


def test_kriging_error_falls_with_the_spacing_of_points() -> None:
    """A smooth field is approached as points get denser."""
    grid = sea_grid(BOX, 1000.0)
    wave = lambda x, y: 0.3 + 0.1 * np.sin(x / 7000.0) * np.cos(y / 7000.0)  # noqa: E731
    errors = []
    for count in (5, 9, 17):
        longitude, latitude = _lattice(count)
        x, y = grid.project(longitude, latitude).T
        field = interpolate(grid, longitude, latitude, wave(x, y), "kriging")
        errors.append(float(np.sqrt(np.mean((field - wave(grid.x, grid.y)) ** 2))))
    assert errors[1] < 0.5 * errors[0]
    assert errors[2] < 0.5 * errors[1]


@pytest.mark.parametrize("method", ["idw", "kriging"])
def test_half_of_a_linear_field_is_beyond_its_middle(method: str) -> None:
    """DIN from 0.205 in the west to 0.405 in the east: half of the area is class 2."""
    linear = lambda x, y, cruise: 0.205 + 0.2 * (x - 112.0) / 0.2  # noqa: E731
    table = class_areas(sea_grid(BOX, 250.0), _points(linear, ("spring",)), DIN, method=method)
    row = table.row(0, named=True)
    assert row["share_2"] == pytest.approx(50.0, abs=2.0)
    assert row["share_2"] + row["share_3"] == pytest.approx(100.0, abs=1.0)
    assert (row["method"], row["grid_m"], row["points"]) == (method, 250.0, 81)


def test_year_is_the_mean_of_its_cruises() -> None:
    steps = lambda x, y, cruise: np.full(x.shape, (0.1, 0.25, 0.6)[cruise])  # noqa: E731
    cruises, year = area_shares(_points(steps, ("1", "2", "3")), DIN, BOX, 1000.0)
    assert cruises["share_1"].to_list() == [100.0, 0.0, 0.0]
    assert year["share_1"] == pytest.approx(100 / 3)
    assert year["share_5"] == pytest.approx(100 / 3)


def test_published_annual_mean() -> None:
    """Guangdong 2017, bulletin: good shares 82.1, 82.7, 79.7, 81.6 % give 81.5 % for the year,
    worst shares 7.8, 6.8, 10.4, 8.4 % give 8.35 %."""
    cruises = pl.DataFrame({"share_2": [82.1, 82.7, 79.7, 81.6], "share_5": [7.8, 6.8, 10.4, 8.4]})
    year = annual_shares(cruises)
    assert year["share_2"] == pytest.approx(81.525)
    assert round_half_even(year["share_2"], 1) == 81.5
    assert year["share_5"] == pytest.approx(8.35)


def test_worst_indicator_makes_a_cell() -> None:
    flat = _points(lambda x, y, cruise: np.full(x.shape, 0.1), ("spring",))
    phosphate = flat.with_columns(indicator=pl.lit("lh_dip"), value=pl.lit(0.04))
    classify = {**DIN, "lh_dip": _classifier("lh_dip", 3)}
    table = class_areas(sea_grid(BOX, 1000.0), pl.concat([flat, phosphate]), classify)
    assert table["share_4"].to_list() == [100.0]


def test_bad_input_is_refused() -> None:
    flat = _points(lambda x, y, cruise: np.full(x.shape, 0.1), ("a", "b"))
    grid = sea_grid(BOX, 2000.0)
    other = flat.filter(pl.col("cruise") == "a").with_columns(indicator=pl.lit("lh_dip"))
    classify = {**DIN, "lh_dip": _classifier("lh_dip", 3)}
    with pytest.raises(InputError, match="lh_dip"):
        class_areas(grid, pl.concat([flat, other]), classify)
    with pytest.raises(InputError):
        class_areas(grid, flat, {})
    with pytest.raises(InputError):
        class_areas(grid, flat.drop("value"), DIN)
    with pytest.raises(InputError):
        interpolate(grid, [112.1, 112.1], [21.1, 21.1], [0.1, 0.2])
    with pytest.raises(InputError):
        interpolate(grid, [112.1], [21.1], [float("nan")])
    with pytest.raises(UsageError):
        interpolate(grid, [112.1], [21.1], [0.1], "spline")
    with pytest.raises(UsageError):
        sea_grid(BOX, 0.0)
    with pytest.raises(UsageError):
        sea_grid(BOX, 1.0)
    with pytest.raises(InputError):
        sea_grid(Polygon(), 100.0)
    with pytest.raises(InputError):
        annual_shares(pl.DataFrame({"cruise": ["a"]}))
