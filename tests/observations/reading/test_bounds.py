"""What is too much is refused before it is unpacked; what is long is read in bounded pieces."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.observations.corpus.build import MEMBER, RIVER, zipped

from luhai.errors import InputError, UsageError
from luhai.observations.reading import Limits, ReadOptions, read_path
from luhai.observations.reading.grids import grid_from_rows
from luhai.observations.reading.plain_text import find_separator, text_grids


def test_two_gigabytes_are_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "big.csv"
    with path.open("wb") as stream:
        stream.truncate(2 << 30)
    with pytest.raises(InputError, match=r"2,048 MB.*1,024 MB") as refusal:
        list(read_path(path))
    assert refusal.value.where == "big.csv"


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        (Limits(archive_members=2), "members"),
        (Limits(unpacked_bytes=100), "unpacks to more"),
        (Limits(archive_depth=0), "deep"),
        (Limits(file_bytes=100), "limit"),
    ],
)
def test_archives_stay_within_their_bounds(tmp_path: Path, limits: Limits, said: str) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(zipped({f"{number}.csv": MEMBER for number in range(3)}))
    with pytest.raises(InputError, match=said):
        list(read_path(path, ReadOptions(limits=limits)))


def test_too_many_members_are_refused_before_any_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(zipped({f"{number}.csv": "x" for number in range(12_000)}))

    def never(*_: object, **__: object) -> None:
        raise AssertionError("a member was opened")

    monkeypatch.setattr(zipfile.ZipFile, "open", never)
    with pytest.raises(InputError, match="more than 10000 members"):
        list(read_path(path))


def test_members_of_inner_archives_count_too(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    inner = zipped({f"{number}.csv": MEMBER for number in range(3)})
    path.write_bytes(zipped({"one.zip": inner, "two.zip": inner}))
    limits = Limits(archive_members=8)
    assert len(list(read_path(path, ReadOptions(limits=limits)))) == 6
    with pytest.raises(InputError, match="more than 7 members"):
        list(read_path(path, ReadOptions(limits=Limits(archive_members=7))))


@pytest.mark.skipif(not Path("/proc/self/mem").is_file(), reason="needs the /proc of Linux")
def test_a_file_that_cannot_be_read_is_not_called_empty(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be opened: Input/output error"):
        list(read_path("/proc/self/mem"))
    with pytest.raises(InputError, match="made by the system"):
        list(read_path("/proc/self/status"))
    empty = tmp_path / "empty.csv"
    empty.touch()
    with pytest.raises(InputError, match="empty"):
        list(read_path(empty))


def test_a_large_json_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("[" + "1," * 1000 + "1]", encoding="utf-8")
    with pytest.raises(InputError, match="Excel and JSON"):
        list(read_path(path, ReadOptions(limits=Limits(workbook_bytes=1000))))


def test_a_very_wide_table_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(",".join(["x"] * 1001) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match="1001 columns"):
        list(read_path(path))


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be opened"):
        list(read_path(tmp_path / "none.csv"))
    with pytest.raises(InputError, match="folder"):
        list(read_path(tmp_path))
    with pytest.raises(UsageError, match="ocean"):
        list(read_path(tmp_path / "none.csv", ReadOptions(medium="ocean")))


def _long_table(folder: Path) -> Path:
    path = folder / "long.csv"
    rows = [
        f"断面{i % 7},2020-07-{i % 28 + 1:02d},7.{i % 10},0.{i % 90},{i % 5}" for i in range(900)
    ]
    rows[100] = rows[3]
    rows[700] = rows[3]
    rows[800] = "断面1,2020-07-05,99,0.2,0.1"
    path.write_text(RIVER + "\n".join([*rows, "注：完。,,,,"]) + "\n", encoding="utf-8")
    return path


def test_a_long_table_reads_the_same_in_pieces(tmp_path: Path) -> None:
    path = _long_table(tmp_path)
    whole = list(read_path(path))
    pieces = list(read_path(path, ReadOptions(limits=Limits(batch_bytes=4096))))
    assert len(whole) == 1
    assert len(pieces) > 5
    assert [piece.batch for piece in pieces] == list(range(len(pieces)))
    for name in ("row_states", "rejects"):
        joined = pl.concat([getattr(piece, name) for piece in pieces])
        assert joined.equals(getattr(whole[0], name))
    order = ["row", "column"]
    joined = pl.concat([piece.observations for piece in pieces]).sort(order)
    assert joined.equals(whole[0].observations.sort(order))
    assert sum(piece.rows for piece in pieces) == whole[0].rows == 900
    assert whole[0].count("repeated") > 0
    assert whole[0].row_states.filter(pl.col("row") == 802).row(0) == (
        802,
        "rejected",
        "impossible_value",
    )


_CELLS = st.text(st.sampled_from('a1,.;" 表\t\n\r'), max_size=5)


@given(st.lists(st.lists(_CELLS, min_size=1, max_size=5), min_size=1, max_size=8))
def test_text_is_split_as_the_csv_module_splits_it(rows: list[list[str]]) -> None:
    """The fast parser and the slow one give one grid, and both that of the standard module."""
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(rows)
    text = stream.getvalue().replace("\r\n", "\n").replace("\r", "\n")
    separator = find_separator(text)
    expected = list(csv.reader(io.StringIO(text), delimiter=separator))
    grids = [grid.cells for grid in text_grids(io.BytesIO(text.encode()), Limits(), "x")]
    wanted = grid_from_rows(expected).cells
    assert len(grids) == 1
    if wanted.width == 1:
        assert grids[0].height == wanted.height
    else:
        assert grids[0].equals(wanted)
