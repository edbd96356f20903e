"""Was the sample taken where the station is? The one check that needs positions.

Observations hold no position; files state one beside the station now and then. While such a file is
imported, the stated position is compared with the registered one, or, for a place that no register
locates, with the middle of the positions that the file itself states for it.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from luhai.observations.ordering import Mask
from luhai.observations.quality.registry import Numbers
from luhai.observations.quality.tables import FLAG_SEPARATOR, threshold
from luhai.plan.places import PlaceRegister

FLAG = "moved"
EARTH_RADIUS_KM = 6371.0088
"""Mean radius of the earth (IUGG)."""


def moved(frame: pl.DataFrame, register: PlaceRegister | None) -> Mask:
    """Whether each row's stated position is off its station, shape (rows,).

    Args:
        frame: columns ``place``, ``longitude`` and ``latitude`` (degrees, null when not stated).
        register: registered places with their positions and accuracies, or ``None``.

    Source:
        Distance by the haversine formula; allowed is the accuracy of the register plus the
        tolerance in ``quality_checks.csv``.
    """
    stated = frame.select(_KEY).filter(pl.all_horizontal(pl.all().is_not_null())).unique()
    if stated.height == 0:
        return np.zeros(frame.height, dtype=np.bool_)
    known = pl.DataFrame(_registered(register), schema=_REFERENCE, orient="row")
    middle = stated.group_by("place").agg(
        own_longitude=pl.col("longitude").median(), own_latitude=pl.col("latitude").median()
    )
    compared = stated.join(known, on="place", how="left", validate="m:1").join(
        middle, on="place", how="left", validate="m:1"
    )
    distance = distance_km(
        compared["longitude"].to_numpy(),
        compared["latitude"].to_numpy(),
        compared["at_longitude"].fill_null(compared["own_longitude"]).to_numpy(),
        compared["at_latitude"].fill_null(compared["own_latitude"]).to_numpy(),
    )
    allowed = compared["accuracy_km"].fill_null(0.0).to_numpy() + threshold(FLAG, "tolerance")
    off = compared.select(_KEY).filter(pl.Series(distance > allowed))
    marks = np.zeros(frame.height, dtype=np.bool_)
    rows = frame.select(_KEY).with_row_index("_row").join(off, on=_KEY, how="semi")
    marks[rows["_row"].to_numpy()] = True
    return marks


def with_moved_flag(frame: pl.DataFrame, register: PlaceRegister | None) -> pl.DataFrame:
    """The rows with the flag ``moved`` joined where their stated position is off the station."""
    if frame["longitude"].null_count() == frame.height:
        return frame
    marks = moved(frame, register)
    if not marks.any():
        return frame
    before = (
        pl.when(pl.col("flag") == "").then(pl.lit("")).otherwise(pl.col("flag") + FLAG_SEPARATOR)
    )
    return frame.with_columns(flag=pl.when(pl.Series(marks)).then(before + FLAG).otherwise("flag"))


def distance_km(
    longitude: Numbers, latitude: Numbers, other_longitude: Numbers, other_latitude: Numbers
) -> Numbers:
    """Great-circle distance in km between points in degrees, arrays of one shape (haversine)."""
    east, north, other_east, other_north = (
        np.radians(angle) for angle in (longitude, latitude, other_longitude, other_latitude)
    )
    half_chord_squared = (
        np.sin((other_north - north) / 2) ** 2
        + np.cos(north) * np.cos(other_north) * np.sin((other_east - east) / 2) ** 2
    )
    distance: Numbers = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(half_chord_squared))
    return distance


_KEY = ["place", "longitude", "latitude"]
_REFERENCE = {
    "place": pl.String(),
    "at_longitude": pl.Float64(),
    "at_latitude": pl.Float64(),
    "accuracy_km": pl.Float64(),
}


def _registered(
    register: PlaceRegister | None,
) -> list[tuple[str, float | None, float | None, float | None]]:
    return [
        (place.id, place.longitude, place.latitude, place.position_accuracy_km)
        for place in register or ()
        if place.longitude is not None and place.latitude is not None
    ]
