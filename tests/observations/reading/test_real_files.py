"""Files as they were published: every row of every file in exactly one state.

Sources: the national real-time publication of automatic surface-water stations (5,499 rows, 892 of
them repeated) and the marine water quality record of the Hong Kong Environmental Protection
Department (18,320 samples), counted here independently with Python's csv module.
"""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from luhai.observations.reading import ReadResult, raw_rows, read_path


@pytest.fixture
def stations(shared_data: Path) -> Path:
    path = shared_data / "surface_water_2021-04" / "stations.zip"
    if not path.exists():
        pytest.skip(f"{path} is absent")
    return path


@pytest.fixture
def marine(shared_data: Path) -> Path:
    found = sorted((shared_data / "hong_kong_marine").glob("marine*.csv.gz"))
    if not found:
        pytest.skip(f"no marine record in {shared_data}")
    return found[0]


def _counted(archive: Path) -> tuple[int, int]:
    """Rows and repeated rows of an archive of CSV files, without the readers."""
    rows = repeated = 0
    with zipfile.ZipFile(archive) as members:
        for name in members.namelist():
            text = members.read(name).decode("utf-8-sig")
            body = [tuple(row) for row in csv.reader(io.StringIO(text))][1:]
            rows += len(body)
            repeated += sum(count - 1 for count in Counter(body).values())
    return rows, repeated


@pytest.mark.slow
def test_all_rows_of_the_stations_are_accounted_for(stations: Path) -> None:
    results = list(read_path(stations))
    states = pl.concat([result.row_states for result in results])
    assert len(results) == 199
    assert not [result.file for result in results if result.refused]
    assert (states.height, (states["state"] == "repeated").sum()) == _counted(stations)
    assert (states.height, (states["state"] == "repeated").sum()) == (5499, 892)
    assert set(states["reason"].unique()) == {"", "no_value", "time_missing"}
    _check_values(results)
    _check_maintenance(results)


def _check_values(results: list[ReadResult]) -> None:
    """Nothing but the published number of each cell, and only of rows that were read."""
    for result in results:
        read = result.row_states.filter(pl.col("state") == "read")["row"]
        assert set(result.observations["row"]) <= set(read)
        same_unit = result.observations.filter(pl.col("indicator") != "lh_chla")
        assert (same_unit["value"] == same_unit["value_text"].cast(pl.Float64)).all()
        assert set(result.observations["year"]) <= {2021}
        assert result.observations["medium"].unique().to_list() in ([], ["river"])
        roles = {column.header: column.role for column in result.understanding}
        assert roles["水质类别"] == "stated_class"
        assert result.rejects.filter(pl.col("reason").is_in(["unknown_indicator"])).is_empty()


def _check_maintenance(results: list[ReadResult]) -> None:
    flagged = pl.concat([result.observations for result in results]).filter(pl.col("flag") != "")
    assert flagged.height > 0
    assert set(flagged["flag"].unique()) == {"maintenance"}


@pytest.mark.slow
def test_a_row_of_an_archive_is_found_again_as_written(stations: Path) -> None:
    result = next(iter(read_path(stations)))
    row = result.observations.row(0, named=True)
    raw = raw_rows(stations, row["file"], row["sheet"], row["row"], column=row["column"])
    assert raw.file_hash == row["file_hash"]
    assert raw.cells[row["row"]][ord(row["column"]) - 65] == row["value_text"]
    assert raw.header[2] == "断面名称"


def test_all_samples_of_the_marine_record_are_read(marine: Path) -> None:
    with gzip.open(marine, "rt", encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    results = list(read_path(marine))
    states = pl.concat([result.row_states for result in results])
    assert states.height == len(rows) == 18320
    assert (states["state"] == "read").all()
    values = pl.concat([result.observations for result in results])
    names = {
        "lh_din": "Total Inorganic Nitrogen (mg/L)",
        "lh_dip": "Orthophosphate Phosphorus (mg/L)",
        "lh_do_saturation": "Dissolved Oxygen (%saturation)",
        "w01009": "Dissolved Oxygen (mg/L)",
        "lh_salinity": "Salinity (psu)",
    }
    for code, header in names.items():
        written = [row[header] for row in rows]
        stated = [text for text in written if text not in ("N/A", "")]
        found = values.filter(pl.col("indicator") == code).sort("row")
        assert found["value_text"].to_list() == stated
        below = sum(text.startswith("<") for text in stated)
        assert (found["censored"] == "<").sum() == below
        assert found["value"].to_list() == [float(text.lstrip("<>")) for text in stated]
    assert set(values["layer"].unique()) == {"surface", "middle", "bottom"}
    assert values["medium"].unique().to_list() == ["sea"]
