"""The store keeps what it is given, once, and every version of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import narwhals as nw
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from luhai.errors import InputError, NotFoundError, UsageError
from luhai.observations.schema import IDENTITY, OBSERVATION_SCHEMA
from luhai.observations.store import NO_VERSION, ObservationStore
from luhai.workspace import Workspace

from .conftest import MakeFrame, observations

SORTED = ["place", "indicator", "time", "value", "row"]


def test_a_new_store_is_empty_and_has_no_version(store: ObservationStore) -> None:
    assert store.version == NO_VERSION
    assert store.versions() == []
    assert store.files() == []
    assert store.rows().height == 0
    assert store.relation().collect().to_native().num_rows == 0
    assert dict(store.polars().collect_schema()) == OBSERVATION_SCHEMA


def test_rows_come_back_to_the_last_bit(store: ObservationStore, make: MakeFrame) -> None:
    frame = make(
        value=[0.1 + 0.2, None, 5e-324, -0.5],
        censored=["", "<", "<", ""],
        layer=["surface", None, "bottom", None],
        depth_m=[0.5, None, 12.0, None],
        sample=[None, "a", "b", "=cmd()"],
        place=["尖山", "GD1701", "x'y", 'quote"d'],
        time=[datetime(2020, 12, 31, 16, 0, 0, 1, tzinfo=UTC)] * 4,
    )
    assert frame["year"].to_list() == [2021] * 4  # new year in China is the evening before in UTC
    store.append(frame, import_id="first")
    assert_frame_equal(
        store.rows().sort(SORTED), frame.sort(SORTED), check_row_order=True, check_exact=True
    )
    duck = pl.from_arrow(store.relation().select(*OBSERVATION_SCHEMA).collect().to_native())
    assert isinstance(duck, pl.DataFrame)
    assert_frame_equal(
        duck.cast(OBSERVATION_SCHEMA).sort(SORTED),
        frame.sort(SORTED),
        check_exact=True,  # type: ignore[arg-type]
    )


def test_the_same_rows_twice_change_nothing(store: ObservationStore, make: MakeFrame) -> None:
    frame = make(value=[0.1, 0.2, 0.3], indicator=["w21003", "w21011", "w21001"])
    first = store.append(frame, import_id="first")
    again = store.append(frame, import_id="again")
    assert (first.accepted, first.duplicates) == (3, 0)
    assert (again.accepted, again.duplicates, again.version) == (0, 3, first.version)
    assert store.rows().height == 3


@pytest.mark.parametrize(
    ("column", "other"),
    [
        ("place", "那格"),
        ("medium", "lake"),
        ("time", datetime(2020, 7, 18, 4, 0, 0, 1, tzinfo=UTC)),
        ("layer", "surface"),
        ("depth_m", 0.0),
        ("sample", ""),
        ("indicator", "w21011"),
        ("value", 0.36000000000000004),
        ("value", None),
        ("censored", "<"),
    ],
)
def test_a_row_that_differs_in_one_part_of_identity_is_another(
    store: ObservationStore, make: MakeFrame, column: str, other: object
) -> None:
    store.append(make(), import_id="first")
    appended = store.append(make(**{column: other}), import_id="second")
    assert (appended.accepted, appended.duplicates) == (1, 0)
    together = make(**{column: [make()[column][0], other]})
    assert store.append(together, import_id="both").duplicates == 2


def test_every_part_of_identity_is_tried_above() -> None:
    tried = {"place", "medium", "time", "layer", "depth_m", "sample", "indicator", "value"}
    assert tried | {"censored"} == set(IDENTITY)


@pytest.mark.parametrize(
    ("column", "other"),
    [("file", "copy.csv"), ("row", 99), ("flag", "maintenance"), ("value_text", "0.360")],
)
def test_what_is_no_part_of_identity_makes_no_other_row(
    store: ObservationStore, make: MakeFrame, column: str, other: object
) -> None:
    store.append(make(), import_id="first")
    assert store.append(make(**{column: other}), import_id="second").duplicates == 1


def test_repetitions_within_one_append_are_stored_once(
    store: ObservationStore, make: MakeFrame
) -> None:
    frame = make(value=[0.1, 0.2, 0.1, 0.1], depth_m=[None, None, None, 1.0])
    appended = store.append(frame, import_id="first")
    assert (appended.accepted, appended.duplicates) == (3, 1)
    kept = store.rows()
    assert kept.filter(pl.col("value") == 0.1, pl.col("depth_m").is_null())["row"].to_list() == [2]


_identity_rows = st.lists(
    st.tuples(
        st.sampled_from(["a", "b"]),
        st.integers(0, 3),
        st.sampled_from([None, "surface"]),
        st.sampled_from([None, 0.0, 1.5]),
        st.sampled_from([None, "", "x"]),
        st.sampled_from([None, 0.0, 0.1, 0.3, 0.1 + 0.2]),
        st.sampled_from(["", "<"]),
    ),
    max_size=30,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(batches=st.lists(_identity_rows, min_size=1, max_size=3))
def test_the_store_holds_the_set_of_all_rows_whatever_comes_in_which_order(
    batches: list[list[tuple[object, ...]]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    store = ObservationStore(Workspace.create(tmp_path_factory.mktemp("set")))
    known: set[tuple[object, ...]] = set()
    start = datetime(2020, 12, 31, 14, tzinfo=UTC)
    for number, batch in enumerate(batches):
        if not batch:
            continue
        places, hours, layers, depths, samples, values, censored = map(
            list, zip(*batch, strict=True)
        )
        frame = observations(
            place=places,
            time=[start + timedelta(hours=hour) for hour in hours],  # type: ignore[arg-type]
            layer=layers,
            depth_m=depths,
            sample=samples,
            value=values,
            censored=censored,
        )
        appended = store.append(frame, import_id=str(number))
        assert appended.accepted == len(set(batch) - known)
        assert appended.accepted + appended.duplicates == len(batch)
        known |= set(batch)
    assert store.rows().height == len(known)


def test_every_version_can_be_named_again(store: ObservationStore, make: MakeFrame) -> None:
    first = store.append(make(value=0.1), import_id="first").version
    second = store.append(make(value=[0.2, 0.3], place=["a", "b"]), import_id="second").version
    assert second == first + 1 == store.version
    assert store.rows(version=first)["value"].to_list() == [0.1]
    assert sorted(store.rows(version=second)["value"]) == [0.1, 0.2, 0.3]
    assert set(store.files(first)) < set(store.files())
    named = {entry.version: (entry.import_id, entry.rows) for entry in store.versions()}
    assert named[first] == ("first", 1)
    assert named[second] == ("second", 2)
    assert [entry.version for entry in store.versions()] == list(range(second + 1))
    with pytest.raises(NotFoundError, match="no version 17"):
        store.rows(version=17)
    with pytest.raises(NotFoundError):
        store.files(version=17)


def test_versions_outlive_many_commits_and_their_checkpoints(
    store: ObservationStore, make: MakeFrame
) -> None:
    for number in range(25):
        store.append(make(value=float(number)), import_id=str(number))
    assert list(store.path.glob("_delta_log/*.checkpoint*.parquet"))
    for number in (0, 10, 24):
        assert store.rows(version=number + 1).height == number + 1
    assert [entry.import_id for entry in store.versions()][1:] == [str(n) for n in range(25)]


def test_every_engine_reads_the_listed_files(store: ObservationStore, make: MakeFrame) -> None:
    times = [datetime(year, 3, 1, tzinfo=UTC) for year in (2018, 2019, 2020)]
    store.append(make(value=[1.0, 2.0, 3.0], time=times), import_id="first")
    files = store.files()
    assert len(files) == 3
    query = (
        f"SELECT year, sum(value) FROM read_parquet({files}, hive_partitioning = true) GROUP BY 1"
    )
    assert sorted(duckdb.sql(query).fetchall()) == [(2018, 1.0), (2019, 2.0), (2020, 3.0)]
    for engine in ("duckdb", "polars"):
        sums = store.relation(engine=engine).group_by("year").agg(nw.col("value").sum()).collect()
        assert sorted(sums.to_arrow().to_pylist(), key=lambda row: row["year"])[0]["value"] == 1.0
    with pytest.raises(UsageError, match="spark"):
        store.relation(engine="spark")


def test_rows_are_found_by_place_indicator_and_time(
    store: ObservationStore, make: MakeFrame
) -> None:
    times = [datetime(2020, 1, 1, tzinfo=UTC) + timedelta(days=200 * n) for n in range(4)]
    frame = make(
        value=[1.0, 2.0, 3.0, 4.0],
        time=times,
        place=["a", "a", "b", "c"],
        indicator=["w21003", "w21011", "w21003", "w21003"],
    )
    store.append(frame, import_id="first")
    assert store.rows(place="a")["value"].to_list() == [1.0, 2.0]
    assert store.rows(place=["a", "c"], indicator="w21003")["value"].to_list() == [1.0, 4.0]
    assert store.rows(start=times[1], end=times[3])["value"].to_list() == [2.0, 3.0]
    assert store.rows(file_hash="ab" * 32).height == 4
    assert store.rows(file_hash="cd" * 32).height == 0
    with pytest.raises(UsageError, match="time zone"):
        store.rows(start=datetime(2020, 1, 1))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("frame", "fault"),
    [
        (observations().drop("unit"), "unit missing"),
        (observations().with_columns(extra=pl.lit(1)), "extra unknown"),
        (observations().with_columns(value=pl.lit(float("nan"))), "value"),
        (observations().with_columns(value=pl.lit(float("inf"))), "value"),
        (observations().with_columns(row=pl.col("row").cast(pl.Int64)), "row"),
        (observations().with_columns(place=pl.lit(None, pl.String)), "place"),
        (observations().select(sorted(OBSERVATION_SCHEMA)), "order of columns"),
    ],
)
def test_a_table_that_breaks_the_schema_is_refused_and_nothing_stored(
    store: ObservationStore, frame: pl.DataFrame, fault: str
) -> None:
    with pytest.raises(InputError, match=fault):
        store.append(frame, import_id="broken")
    assert store.version == NO_VERSION


def test_a_source_that_fails_half_way_stores_nothing(
    store: ObservationStore, make: MakeFrame
) -> None:
    store.append(make(value=0.1), import_id="first")
    before = store.version

    def failing():  # type: ignore[no-untyped-def]
        yield make(value=0.2, place="a")
        raise InputError("The second half cannot be read.")

    with (
        pytest.raises(InputError, match="second half"),
        store.writer(import_id="broken") as writer,
    ):
        writer.commit(failing())
    assert store.version == before
    assert store.rows()["value"].to_list() == [0.1]


def test_the_log_is_never_shortened(store: ObservationStore, make: MakeFrame) -> None:
    store.append(make(), import_id="first")
    settings_ = (store.path / "_delta_log" / f"{0:020d}.json").read_text()
    assert '"delta.enableExpiredLogCleanup":"false"' in settings_


def test_a_folder_that_is_no_store_is_refused_with_a_remedy(workspace: Workspace) -> None:
    log = workspace.observations / "_delta_log"
    log.mkdir(parents=True)
    (log / f"{0:020d}.json").write_text("not a commit\n")
    with pytest.raises(InputError, match="cannot be opened"):
        ObservationStore(workspace).rows()


def test_the_place_of_the_workspace_does_not_matter(tmp_path: Path, make: MakeFrame) -> None:
    store = ObservationStore(Workspace.create(tmp_path / "数据 'α' #1?"))
    store.append(make(), import_id="first")
    assert store.append(make(), import_id="again").duplicates == 1
    assert store.rows().height == 1
    assert store.relation().select(nw.len()).collect().item() == 1
    with pytest.raises(UsageError, match="%"):
        ObservationStore(Workspace.create(tmp_path / "100%25"))


def test_the_same_moment_under_another_calendar_is_the_same(
    store: ObservationStore, make: MakeFrame
) -> None:
    """Local year, month and day are no part of identity: a file may state another offset."""
    frame = make(time=datetime(2020, 12, 31, 20, tzinfo=UTC))
    store.append(frame, import_id="first")
    utc = frame.with_columns(
        year=pl.lit(2020, pl.Int16), month=pl.lit(12, pl.Int8), day=pl.lit(31, pl.Int8)
    )
    assert store.append(utc, import_id="second").duplicates == 1
