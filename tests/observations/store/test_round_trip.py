"""A table exported from the store reads back as the observations that it was written from."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from luhai.observations.export import csv_bytes, excel_bytes
from luhai.observations.importing import import_paths
from luhai.observations.schema import IDENTITY, OBSERVATION_SCHEMA
from luhai.observations.store import ObservationStore
from luhai.workspace import Workspace

FILE = """\
站位,采样时间,层次,样品编号,无机氮(mg/L),活性磷酸盐(mg/L),溶解氧(mg/L)
GD1701,2020-07-18 09:31:07,表,1,0.305,0.001L,6.1
GD1701,2020-07-18 09:31:07,底,1,0.301,未检出,5.2
GD1701,2020-07-18,底,2,0.3000000000000001,>0.5,
GD1702,2020-08,表,,0.21,0.02,7
=GD1703,1988-07-18 00:00,5m,,0.4,0.01,6.5
"""
PUBLIC = [
    *("place", "medium", "time", "depth_m", "indicator", "value", "unit", "censored", "flag"),
    "source",
]
NOT_OF_THE_VALUE = {"file", "sheet", "row", "column", "file_hash", "value_text", "unit_text"}


def stored(file: Path, folder: Path) -> pl.DataFrame:
    workspace = Workspace.create(folder)
    (report,) = import_paths([file], workspace, medium="sea")
    assert report.rejected == 0, report.rejects_file
    return ObservationStore(workspace).polars().collect().sort(IDENTITY)


@pytest.fixture
def first(tmp_path: Path) -> pl.DataFrame:
    file = tmp_path / "a.csv"
    file.write_text(FILE, encoding="utf-8")
    return stored(file, tmp_path / "first")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_full_table_reads_back_identically(
    tmp_path: Path, first: pl.DataFrame, kind: str
) -> None:
    assert set(first["precision"]) == {"minute", "day", "month"}
    assert set(first["layer"]) == {"surface", "bottom", None}
    file = tmp_path / f"export.{kind}"
    file.write_bytes(csv_bytes(first) if kind == "csv" else excel_bytes({"values": first}))
    second = stored(file, tmp_path / "second")
    same = [name for name in OBSERVATION_SCHEMA if name not in NOT_OF_THE_VALUE]
    for name in same:
        assert first[name].to_list() == second[name].to_list(), name


def test_the_public_columns_with_layer_behind_them_keep_both_layers(
    tmp_path: Path, first: pl.DataFrame
) -> None:
    public = first.with_columns(source=pl.col("file")).select(
        *PUBLIC, "layer", "precision", "sample"
    )
    file = tmp_path / "public.csv"
    file.write_bytes(csv_bytes(public))
    second = stored(file, tmp_path / "second")
    assert first.select(IDENTITY).equals(second.select(IDENTITY))
    assert first["precision"].to_list() == second["precision"].to_list()
    assert not second["flag"].str.contains("conflict").any()


@pytest.mark.parametrize(
    ("time", "stated", "precision"),
    [
        ("2020-01-05T08:00:00+08:00", "minute", "minute"),
        ("2020-01-05T00:00:00+08:00", "Day", "day"),
        ("2020-01-05", "minute", "day"),
        ("2020-01-05", "", "day"),
        ("2020-01-05 08:00", "0.02", "minute"),
    ],
)
def test_a_stated_precision_is_never_finer_than_what_is_written(
    tmp_path: Path, time: str, stated: str, precision: str
) -> None:
    file = tmp_path / "a.csv"
    file.write_text(
        f"place,time,precision,indicator,value,unit\nA,{time},{stated},w21003,0.5,mg/L\n",
        encoding="utf-8",
    )
    assert stored(file, tmp_path / "first")["precision"].to_list() == [precision]
