"""Files go in whole or not at all, and every row is accounted for."""

from __future__ import annotations

import csv
import hashlib
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from luhai.errors import InputError, NotFoundError
from luhai.observations.filing import import_reports, kept_file
from luhai.observations.importing import find_files, import_paths
from luhai.observations.locking import StoreBusyError
from luhai.observations.preview import preview
from luhai.observations.reports import FileReport
from luhai.observations.schema import REJECT_SCHEMA
from luhai.observations.staging import StagedObservations
from luhai.observations.store import NO_VERSION, ObservationStore
from luhai.plan.places import load_places
from luhai.workspace import Workspace

from .conftest import MakeFrame

NOW = datetime(2026, 1, 1, tzinfo=UTC)

WIDE = """断面名称,监测时间,pH(无量纲),氨氮(mg/L),总磷(mg/L)
尖山,2020-07-18 08:00,7.31,0.36,0.11
尖山,2020-08-15 08:00,7.42,<0.025,0.09
那格,2020-07-18 10:00,7.05,1.20,0.18
"""


def write(path: Path, text: str = WIDE) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def run(path: Path, workspace: Workspace, **options: object) -> FileReport:
    (report,) = import_paths([path], workspace, medium="river", now=NOW, **options)  # type: ignore[arg-type]
    assert report.rows == report.accepted + report.duplicates + report.rejected
    assert report.rows == sum(member.rows for member in report.members)
    return report


def counts(report: FileReport) -> tuple[int, int, int, int]:
    return report.rows, report.accepted, report.duplicates, report.rejected


def test_a_sound_file_goes_in_with_its_source(workspace: Workspace, tmp_path: Path) -> None:
    file = write(tmp_path / "july.csv")
    report = run(file, workspace)
    assert report.error is None
    assert counts(report) == (3, 3, 0, 0)
    assert report.faultless
    assert report.rejects_file is None
    assert (report.values, report.new_values) == (9, 9)
    rows = ObservationStore(workspace).rows(place="尖山", indicator="w21003")
    assert rows["value"].to_list() == [0.36, 0.025]
    assert rows["censored"].to_list() == ["", "<"]
    assert rows["row"].to_list() == [2, 3]
    assert rows["column"].to_list() == ["D", "D"]
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    assert rows["file_hash"].unique().to_list() == [digest] == [report.file_hash]
    assert kept_file(workspace, digest).read_bytes() == file.read_bytes()


def test_the_same_file_twice_changes_nothing(workspace: Workspace, tmp_path: Path) -> None:
    file = write(tmp_path / "july.csv")
    first = run(file, workspace)
    again = run(file, workspace)
    assert counts(again) == (3, 0, 3, 0)
    assert again.version == first.version == ObservationStore(workspace).version
    copied = run(write(tmp_path / "copy of july.csv"), workspace)
    assert counts(copied) == (3, 0, 3, 0)
    assert ObservationStore(workspace).rows().height == 9
    assert len(list(workspace.files.iterdir())) == 1


def test_a_row_with_one_new_value_is_accepted_and_only_that_value_stored(
    workspace: Workspace, tmp_path: Path
) -> None:
    run(write(tmp_path / "july.csv"), workspace)
    more = run(
        write(tmp_path / "more.csv", WIDE.replace("7.31,0.36,0.11", "7.31,0.36,0.12")), workspace
    )
    assert counts(more) == (3, 1, 2, 0)
    assert more.new_values == 1
    assert more.flagged == {"conflict": 1}
    both = ObservationStore(workspace).rows(place="尖山", indicator="w21011")
    assert both.filter(pl.col("time") == both["time"][0]).select("value", "flag").rows() == [
        (0.11, ""),
        (0.12, "conflict"),
    ]


def test_rejected_rows_stand_in_a_file_with_their_reason_and_the_rest_goes_in(
    workspace: Workspace, tmp_path: Path
) -> None:
    text = WIDE + "尖山,2020-09-12 08:00,=2+3,0.4,0.1\n,2020-09-12 08:00,7.1,0.4,0.1\n"
    report = run(write(tmp_path / "september.csv", text), workspace)
    assert counts(report) == (5, 3, 0, 2)
    assert not report.faultless
    assert report.rejects_file is not None
    with Path(report.rejects_file).open(encoding="utf-8-sig", newline="") as stream:
        rejects = list(csv.DictReader(stream))
    assert list(rejects[0]) == list(REJECT_SCHEMA)
    assert {row["row"] for row in rejects} == {"5", "6"}
    assert all(row["reason"] and row["message"] for row in rejects)
    assert "'=2+3" in {row["value_text"] for row in rejects}
    assert ObservationStore(workspace).rows().height == 9


def test_rejects_come_as_excel_on_request(workspace: Workspace, tmp_path: Path) -> None:
    text = WIDE + "尖山,2020-09-12 08:00,=2+3,0.4,0.1\n"
    report = run(write(tmp_path / "a.csv", text), workspace, rejects_as_excel=True)
    assert report.rejects_file is not None
    sheet = openpyxl.load_workbook(report.rejects_file).active
    assert sheet is not None
    cells = [cell.value for cell in sheet[2]]
    assert "'=2+3" in cells
    assert 5 in cells  # the row number is a number


def test_a_column_that_is_not_understood_is_told_and_the_rest_goes_in(
    workspace: Workspace, tmp_path: Path
) -> None:
    text = WIDE.replace("总磷(mg/L)", "某某物质(mg/L)")
    report = run(write(tmp_path / "a.csv", text), workspace)
    assert counts(report) == (3, 3, 0, 0)
    assert report.columns_rejected == 1
    assert report.rejects_file is not None
    assert not report.faultless


def test_repetitions_within_a_file_are_duplicates(workspace: Workspace, tmp_path: Path) -> None:
    text = WIDE + WIDE.splitlines()[1] + "\n"
    assert counts(run(write(tmp_path / "a.csv", text), workspace)) == (4, 3, 1, 0)


def test_a_file_that_cannot_be_read_stores_nothing_and_holds_up_no_other(
    workspace: Workspace, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"PK\x03\x04 not a workbook")
    reports = import_paths([broken, write(tmp_path / "july.csv")], workspace, medium="river")
    assert isinstance(reports[0].error, InputError)
    assert reports[0].error.to_dict()["what"]
    assert str(broken) in str(reports[0].error) or "broken.xlsx" in str(reports[0].error)
    assert counts(reports[0]) == (0, 0, 0, 0)
    assert counts(reports[1]) == (3, 3, 0, 0)
    assert {entry.import_id for entry in ObservationStore(workspace).versions()} == {
        "",
        reports[1].import_id,
    }


def test_a_path_that_does_not_exist_is_refused_before_anything_is_stored(
    workspace: Workspace, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="nowhere"):
        import_paths([write(tmp_path / "july.csv"), tmp_path / "nowhere.csv"], workspace)
    assert ObservationStore(workspace).version == NO_VERSION


def test_an_archive_is_one_import_with_its_members(workspace: Workspace, tmp_path: Path) -> None:
    archive = tmp_path / "stations.zip"
    with zipfile.ZipFile(archive, "w") as content:
        content.writestr("a/尖山.csv", WIDE)
        content.writestr("b/那格.csv", WIDE.replace("2020-07-18", "2020-07-19"))
        content.writestr("c/same.csv", WIDE)
    report = run(archive, workspace)
    assert counts(report) == (9, 5, 4, 0)
    assert [(member.file, member.rows) for member in report.members] == [
        ("stations.zip/a/尖山.csv", 3),
        ("stations.zip/b/那格.csv", 3),
        ("stations.zip/c/same.csv", 3),
    ]
    assert ObservationStore(workspace).version == 1


def test_a_folder_is_walked_and_what_is_no_table_left_alone(
    workspace: Workspace, tmp_path: Path
) -> None:
    folder = tmp_path / "bureau"
    write(folder / "b" / "july.csv")
    write(folder / "a.csv", WIDE.replace("2020-07", "2019-07"))
    write(folder / ".hidden.csv")
    write(folder / "~$a.xlsx")
    write(folder / "说明.docx", "no table")
    reports = import_paths([folder], workspace, medium="river")
    assert [Path(report.file).name for report in reports] == ["a.csv", "july.csv", "说明.docx"]
    assert reports[2].skipped is not None
    assert ".docx" in reports[2].skipped.render("en")
    assert [report.accepted for report in reports] == [3, 2, 0]
    assert find_files([folder, folder / "a.csv"])[0] == (folder / "a.csv", True)


def test_progress_names_every_file(workspace: Workspace, tmp_path: Path) -> None:
    steps: list[tuple[int, int, str]] = []
    paths = [write(tmp_path / "a.csv"), write(tmp_path / "b.csv")]
    import_paths(paths, workspace, medium="river", progress=lambda *step: steps.append(step))
    assert steps == [(0, 2, "a.csv"), (1, 2, "b.csv"), (2, 2, "")]


def test_reports_are_kept_newest_first(workspace: Workspace, tmp_path: Path) -> None:
    file = write(tmp_path / "july.csv")
    reports = [run(file, workspace), run(file, workspace)]
    kept = import_reports(workspace)
    assert {entry["import_id"] for entry in kept} == {report.import_id for report in reports}
    assert all(entry["medium"] == "river" for entry in kept)
    assert {entry["accepted"] for entry in kept} == {0, 3}
    document = json.loads((workspace.imports / f"{reports[0].import_id}.json").read_text())
    assert document["rows"] == 3
    (workspace.imports / "20200101T000000Z-bad.json").write_text("{")
    with pytest.raises(InputError, match="cannot be read"):
        import_reports(workspace)


def test_flags_are_counted_and_stored(workspace: Workspace, tmp_path: Path) -> None:
    text = WIDE + "尖山,2033-07-18 08:00,7.31,0.36,0.11\n"
    report = run(write(tmp_path / "a.csv", text), workspace)
    assert report.flagged["future"] == 3
    assert (ObservationStore(workspace).rows()["flag"] == "future").sum() == 3


@pytest.fixture
def city(tmp_path: Path) -> Workspace:
    """A workspace whose plan registers two places."""
    plan = tmp_path / "plan"
    columns = (
        "id,name_zh,name_en,kind,medium,water_zh,water_en,district,control,longitude,latitude,"
        "position_accuracy_km,position_note,tidal,salinity_psu,aliases"
    )
    rows = [
        "尖山,尖山,Jianshan,river_section,river,漠阳江,Moyang,,national,,,,,no,,尖山断面",
        "GD1701,,GD1701,sea_station,sea,海陵湾,Hailing Bay,,national,112.04,21.775,4,chart,yes,,",
    ]
    write(plan / "places.csv", "\n".join([columns, *rows]) + "\n")
    assert len(load_places(plan / "places.csv")) == 2
    return Workspace.create(tmp_path / "registered", plan)


def test_with_a_register_unknown_places_are_rejected_and_aliases_resolved(
    city: Workspace, tmp_path: Path
) -> None:
    text = WIDE.replace("那格", "GD17O1").replace("尖山,2020-08", "尖山断面,2020-08")
    report = run(write(tmp_path / "a.csv", text), city)
    assert counts(report) == (3, 2, 0, 1)
    assert ObservationStore(city).rows()["place"].unique().to_list() == ["尖山"]
    assert report.rejects_file is not None
    assert "GD1701" in Path(report.rejects_file).read_text(encoding="utf-8-sig")


POSITIONS = """站位,采样日期,经度,纬度,无机氮(mg/L)
GD1701,2020-07-18,112.04,21.775,0.2
GD1701,2020-08-18,112°04′24″,21°46′30″,0.3
GD1701,2020-10-18,112.10,21.90,0.4
"""


def test_a_station_sampled_elsewhere_is_flagged(city: Workspace, tmp_path: Path) -> None:
    """112°04′24″ is 3.4 km east of the register, which is accurate to 4 km; 21.90 is 15 km off."""
    (report,) = import_paths([write(tmp_path / "a.csv", POSITIONS)], city, now=NOW)
    assert counts(report) == (3, 3, 0, 0)
    assert report.flagged == {"moved": 1}
    rows = ObservationStore(city).rows(place="GD1701")
    assert rows["flag"].to_list() == ["", "", "moved"]


def test_without_a_register_the_middle_of_the_stated_positions_counts(
    workspace: Workspace, tmp_path: Path
) -> None:
    text = POSITIONS.replace("112°04′24″,21°46′30″", "112.041,21.775")
    (report,) = import_paths([write(tmp_path / "a.csv", text)], workspace, medium="sea", now=NOW)
    assert report.flagged == {"moved": 1}
    assert report.columns_rejected == 0


SHARED_NAME = """省份,流域,断面名称,监测时间,氨氮(mg/L)
广东省,珠江流域,江城,2021-04-01 04:00,0.36
湖北省,长江流域,江城,2021-04-01 04:00,0.99
广东省,珠江流域,尖山,2021-04-01 04:00,0.12
"""


def test_places_that_share_a_name_are_told_apart_and_keep_their_names(
    workspace: Workspace, tmp_path: Path
) -> None:
    lines = SHARED_NAME.splitlines(keepends=True)
    run(write(tmp_path / "guangdong.csv", lines[0] + lines[1]), workspace)
    run(write(tmp_path / "all.csv", SHARED_NAME), workspace)
    rows = ObservationStore(workspace).rows(indicator="w21003")
    by_place = dict(rows.select("place", "value").rows())
    assert by_place == {"江城": 0.36, "江城（湖北省·长江流域）": 0.99, "尖山": 0.12}
    assert counts(run(tmp_path / "all.csv", workspace)) == (3, 0, 3, 0)
    (workspace.imports / "place_contexts.json").write_text("[{}]")
    with pytest.raises(InputError, match="names that places were given"):
        preview([tmp_path / "all.csv"], workspace)
    with pytest.raises(InputError, match="names that places were given"):
        import_paths([tmp_path / "all.csv"], workspace)


def test_many_rows_wait_on_disk_and_give_the_same(
    workspace: Workspace, tmp_path: Path, make: MakeFrame
) -> None:
    frames = [
        make(place=[f"P{(number * 7 + part) % 10}" for number in range(50)], value=float(part))
        for part in range(6)
    ]
    with StagedObservations(memory_rows=60, group_rows=70) as staged:
        for frame in frames:
            staged.add(frame)
        groups = list(staged.groups())
        assert staged.rows == 300
    places = [set(group["place"]) for group in groups]
    assert len(groups) > 1
    assert sum(map(len, places)) == 10, "no place lies in two groups"
    assert all(group.height <= 70 for group in groups)
    together = pl.concat(groups).sort(pl.all())
    assert together.equals(pl.concat(frames).sort(pl.all()))


def test_a_file_in_several_batches_gives_the_same_store(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [
        f"P{n % 7},2020-01-{n // 24 % 28 + 1:02d} {n % 24:02d}:00,7.{n:03d},0.3{n:03d},0.1{n:03d}"
        for n in range(600)
    ]
    file = write(tmp_path / "long.csv", "\n".join([WIDE.splitlines()[0], *lines]) + "\n")
    plain = run(file, workspace)
    other = Workspace.create(tmp_path / "other")
    from luhai.observations import importing
    from luhai.observations.reading import Limits, ReadOptions

    def small_batches(*_: object, **__: object) -> ReadOptions:
        return ReadOptions(medium="river", limits=Limits(batch_bytes=2_000))

    monkeypatch.setattr(importing, "reading_options", small_batches)
    monkeypatch.setattr(
        importing, "StagedObservations", lambda: StagedObservations(memory_rows=100, group_rows=300)
    )
    batched = run(file, other)
    assert counts(batched) == counts(plain)
    assert batched.new_values == plain.new_values == 1800
    assert ObservationStore(other).rows().equals(ObservationStore(workspace).rows())
    assert len(ObservationStore(other).versions()) == 2, "one commit for one import"


def test_an_import_is_refused_while_another_writes(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from luhai.observations import importing

    monkeypatch.setattr(
        importing, "ObservationStore", lambda place: ObservationStore(place, wait_seconds=0.2)
    )
    file = write(tmp_path / "july.csv")
    with ObservationStore(workspace).writer(import_id="long"), pytest.raises(StoreBusyError):
        import_paths([file], workspace, medium="river")
    assert ObservationStore(workspace).version == NO_VERSION
    assert not import_reports(workspace)


def test_a_file_that_changes_while_it_is_read_is_refused(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from luhai.observations import importing

    file = write(tmp_path / "july.csv")
    real = importing.read_file

    def changed(*arguments: object) -> object:
        content = real(*arguments)  # type: ignore[arg-type]
        write(file, WIDE + "尖山,2020-10-01 08:00,7,0.1,0.1\n")
        return content

    monkeypatch.setattr(importing, "read_file", changed)
    (report,) = import_paths([file], workspace, medium="river")
    assert report.error is not None
    assert "changed while" in str(report.error)
    assert ObservationStore(workspace).version == NO_VERSION
    assert list(workspace.files.iterdir()) == []


def test_a_file_that_is_not_kept_is_named(workspace: Workspace) -> None:
    with pytest.raises(NotFoundError, match="not kept"):
        kept_file(workspace, "ab" * 32)
    with pytest.raises(InputError, match="SHA-256"):
        kept_file(workspace, "../../etc/passwd")


# The preview.


def test_a_preview_tells_what_an_import_would_do_and_stores_nothing(
    workspace: Workspace, tmp_path: Path
) -> None:
    run(write(tmp_path / "july.csv"), workspace)
    before = sorted(path for path in workspace.root.rglob("*"))
    text = WIDE.replace("7.31,0.36,0.11", "7.31,0.36,0.12") + (
        "尖山,2020-09-12 08:00,7.2,0.4,0.1\n尖山,2020-10-12 08:00,oh,0.4,0.1\n,2020-10-12,7,1,1\n"
    )
    file = write(tmp_path / "more.csv", text)
    plan = preview([file], workspace, medium="river", now=NOW)
    (one,) = plan.files
    assert (plan.new, plan.changed, plan.same) == (one.new, one.changed, one.same) == (3, 1, 8)
    assert one.changed_examples["value"].to_list() == [0.12]
    assert sorted(one.examples["value"]) == [0.1, 0.4, 7.2]
    assert sum(group.count for group in one.rejects) == 2
    assert {group.reason for group in one.rejects} >= {"place_missing"}
    assert one.report.understanding
    assert sorted(path for path in workspace.root.rglob("*")) == before
    assert plan.version == ObservationStore(workspace).version
    imported = run(file, workspace)
    assert counts(imported) == counts(one.report)
    assert imported.new_values == one.new + one.changed
    assert one.to_dict("en")["rejects"][0]["examples"]


def test_a_preview_of_a_broken_file_names_the_fault(workspace: Workspace, tmp_path: Path) -> None:
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"PK\x03\x04 not a workbook")
    plan = preview([broken, write(tmp_path / "july.csv")], workspace, medium="river")
    assert plan.files[0].report.error is not None
    assert plan.files[1].new == 9
    assert ObservationStore(workspace).version == NO_VERSION
