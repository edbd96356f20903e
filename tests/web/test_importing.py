"""The import page: nothing is stored before it is confirmed, and nothing is lost in silence."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest
from openpyxl import load_workbook

from luhai.assessment.results import current_run
from luhai.observations.store import NO_VERSION, ObservationStore
from luhai.workspace import Workspace

from .conftest import PLANS, SAMPLES
from .made import made_workspace

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.test import Client

    from luhai.web.models import ImportJob

Serve = Callable[[Workspace], Workspace]

GOOD = "站位,采样时间,层次,无机氮(mg/L),活性磷酸盐(mg/L)\n" + "".join(
    f"GD1701,{year}-{month:02}-18,表,0.3{month % 10},0.02{month % 10}\n"
    for year in (2018, 2019)
    for month in (4, 7, 10)
)
MIXED = (
    "站位,采样时间,pH,无机氮(mg/L)\n"
    "GD1701,2019-07-18,8.05,0.31\n"
    "GD17O1,2019-07-18,8.05,0.32\n"
    "GD1702,2019-07-18,81.2,0.33\n"
    "=HYPERLINK(1),2019-07-18,8.1,0.3\n"
)
NO_YEAR = "站位,采样时间,无机氮(mg/L)\nGD1701,7月18日,0.31\nGD1702,7月18日,0.32\n"


@pytest.fixture
def workspace(serve: Serve, tmp_path: Path) -> Workspace:
    """A workspace with a register of places, and nothing measured yet."""
    return serve(made_workspace(tmp_path, PLANS / "yangjiang"))


def send(client: Client, name: str, content: bytes, **fields: str) -> HttpResponse:
    """Upload one file."""
    stream = io.BytesIO(content)
    stream.name = name
    response: HttpResponse = client.post("/en/data/", {"files": stream, **fields})
    return response


def sent(client: Client, name: str, content: bytes, **fields: str) -> tuple[ImportJob, str]:
    """Upload one file that is taken; the job and its page."""
    from luhai.web.models import ImportJob

    response = send(client, name, content, **fields)
    assert response.status_code == 302, response.content.decode()[:400]
    job = ImportJob.objects.latest("created")
    page = client.get(f"/en/data/{job.pk}/")
    assert page.status_code == 200
    return job, page.content.decode()


def stored(workspace: Workspace) -> int:
    """Rows in the store."""
    store = ObservationStore(workspace)
    return 0 if store.version == NO_VERSION else store.rows().height


def test_a_good_file_is_stored_only_when_confirmed(
    workspace: Workspace, administrator: Client
) -> None:
    job, page = sent(administrator, "2019.csv", GOOD.encode())
    assert "6 rows can be stored." in page
    assert "Nothing has been written yet." in page
    assert stored(workspace) == 0
    assert administrator.get(f"/en/data/{job.pk}/confirm/").status_code == 405
    assert stored(workspace) == 0
    done = administrator.post(f"/en/data/{job.pk}/confirm/")
    assert done.status_code == 302
    page = administrator.get(f"/en/data/{job.pk}/").content.decode()
    assert "6 rows stored, 0 returned." in page
    assert stored(workspace) == 12
    assert current_run(workspace) is not None
    assert not list((workspace.web / "uploads").glob("*"))
    front = administrator.get("/en/").content.decode()
    assert "2019.csv" in front
    assert "6 rows in" in front


def test_the_same_file_again_changes_nothing(workspace: Workspace, administrator: Client) -> None:
    job, _page = sent(administrator, "2019.csv", GOOD.encode())
    administrator.post(f"/en/data/{job.pk}/confirm/")
    before = stored(workspace)
    _again, page = sent(administrator, "again.csv", GOOD.encode())
    assert "0 rows can be stored and 6 were here before." in page
    assert stored(workspace) == before


def test_returned_rows_are_named_with_reason_and_place(
    workspace: Workspace, administrator: Client
) -> None:
    job, page = sent(administrator, "mixed.csv", MIXED.encode())
    assert "1 row can be stored and 3 have a problem." in page
    assert "GD17O1" in page
    assert "GD1701" in page
    assert "81.2" in page
    assert "row 4" in page
    listed = administrator.get(f"/en/data/{job.pk}/rejects.xlsx")
    book = load_workbook(io.BytesIO(listed.content))
    cells = [cell.value for row in book.worksheets[0].iter_rows() for cell in row]
    texts = [cell for cell in cells if isinstance(cell, str)]
    assert any("HYPERLINK" in text for text in texts)
    assert not any(text.startswith("=") for text in texts)
    as_csv = administrator.get(f"/en/data/{job.pk}/rejects.csv").content
    frame = pl.read_csv(io.BytesIO(as_csv), infer_schema=False)
    assert frame.height >= 3
    assert not frame.get_column("value_text").fill_null("").str.starts_with("=").any()


def test_rejects_can_still_be_had_after_storing(
    workspace: Workspace, administrator: Client
) -> None:
    job, _page = sent(administrator, "mixed.csv", MIXED.encode())
    administrator.post(f"/en/data/{job.pk}/confirm/")
    listed = administrator.get(f"/en/data/{job.pk}/rejects.csv")
    assert listed.status_code == 200
    assert b"81.2" in listed.content


def test_a_discarded_import_leaves_nothing(workspace: Workspace, administrator: Client) -> None:
    job, _page = sent(administrator, "2019.csv", GOOD.encode())
    administrator.post(f"/en/data/{job.pk}/discard/")
    assert "Nothing was stored." in administrator.get(f"/en/data/{job.pk}/").content.decode()
    assert stored(workspace) == 0
    assert not list((workspace.web / "uploads").glob("*"))
    refused = administrator.post(f"/en/data/{job.pk}/confirm/")
    assert refused.status_code == 400
    assert stored(workspace) == 0


def test_a_missing_year_is_asked_for_and_not_guessed(
    workspace: Workspace, administrator: Client
) -> None:
    job, page = sent(administrator, "cruise.csv", NO_YEAR.encode())
    assert "Please say" in page
    again = administrator.post(f"/en/data/{job.pk}/confirm/", {"again": "1", "year": "2019"})
    assert again.status_code == 302
    page = administrator.get(f"/en/data/{job.pk}/").content.decode()
    assert "2 rows can be stored." in page
    assert 'value="2019"' in page
    assert stored(workspace) == 0


@pytest.mark.parametrize("year", ["20x9", "99999", "-5", "²⁰¹⁹"])
def test_a_year_that_is_none_is_refused_and_kept_in_the_form(
    workspace: Workspace, administrator: Client, year: str
) -> None:
    response = send(administrator, "a.csv", GOOD.encode(), year=year)
    assert response.status_code == 400
    assert "is not a year" in response.content.decode()
    assert f'value="{year}"' in response.content.decode()


def test_no_file_at_all_is_said(workspace: Workspace, administrator: Client) -> None:
    response = administrator.post("/en/data/", {})
    assert response.status_code == 400
    assert "No file was chosen." in response.content.decode()


def _bomb() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("big.csv", b"0" * 300_000_000)
    return stream.getvalue()


def _traversal() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("../../../../tmp/luhai-escaped.csv", GOOD)
    return stream.getvalue()


BAD = {
    "empty.csv": b"",
    "noise.xlsx": bytes(range(256)) * 40,
    "page.xls": b"<html><body><h1>404</h1></body></html>",
    "cut.zip": b"PK\x03\x04" + b"\x00" * 30,
    "half.xlsx": (SAMPLES / "海水" / "2015年近岸海域监测（演示数据）.xlsx").read_bytes()[:2000],
    "picture.csv": b"\x89PNG\r\n\x1a\n" + b"\x00" * 500,
}


@pytest.mark.parametrize("name", sorted(BAD))
def test_a_file_that_is_no_table_is_refused_with_its_reason(
    workspace: Workspace, administrator: Client, name: str
) -> None:
    job, page = sent(administrator, name, BAD[name])
    assert "Nothing of this can be stored." in page
    assert 'role="alert"' in page
    assert 'class="button primary">Store' not in page
    chinese = administrator.get(f"/zh/data/{job.pk}/").content.decode()
    assert "这些文件没有能入库的行。" in chinese
    assert stored(workspace) == 0


def test_a_bomb_is_refused_and_a_path_in_an_archive_leads_nowhere(
    workspace: Workspace, administrator: Client
) -> None:
    _job, page = sent(administrator, "bomb.zip", _bomb())
    assert "Nothing of this can be stored." in page
    sent(administrator, "traversal.zip", _traversal())
    assert not Path("/tmp/luhai-escaped.csv").exists()


def test_a_bad_file_does_not_hold_up_the_good_one(
    workspace: Workspace, administrator: Client
) -> None:
    from luhai.web.models import ImportJob

    good, bad = io.BytesIO(GOOD.encode()), io.BytesIO(b"<html></html>")
    good.name, bad.name = "good.csv", "bad.xls"
    administrator.post("/en/data/", {"files": [good, bad]})
    job = ImportJob.objects.latest("created")
    page = administrator.get(f"/en/data/{job.pk}/").content.decode()
    assert "6 rows can be stored." in page
    assert 'role="alert"' in page
    administrator.post(f"/en/data/{job.pk}/confirm/")
    page = administrator.get(f"/en/data/{job.pk}/").content.decode()
    assert "6 rows stored" in page
    assert stored(workspace) == 12


def test_names_that_try_to_be_markup_stay_text(workspace: Workspace, administrator: Client) -> None:
    _job, page = sent(administrator, "<script>alert(1)<.csv", GOOD.encode())
    assert "<script>alert" not in page
    content = GOOD.replace("GD1701", "<img src=x onerror=alert(1)>")
    _job, page = sent(administrator, "markup.csv", content.encode())
    assert "<img" not in page


def test_real_sample_files_are_understood(workspace: Workspace, administrator: Client) -> None:
    file = next((SAMPLES / "海水").glob("2020年夏季航次*.xlsx"))
    _job, page = sent(administrator, file.name, file.read_bytes())
    assert re.search(r"8 rows can be stored and 2 have a problem\.", page)


def test_a_stranger_sees_no_import(
    workspace: Workspace, administrator: Client, client: Client
) -> None:
    job, _page = sent(administrator, "2019.csv", GOOD.encode())
    administrator.logout()
    for action in ("", "confirm/", "discard/", "rejects.csv"):
        method = client.post if action.endswith(("m/", "d/")) else client.get
        assert method(f"/en/data/{job.pk}/{action}").status_code == 302
    assert stored(workspace) == 0


def test_a_job_whose_process_died_says_so(workspace: Workspace, administrator: Client) -> None:
    from luhai.web.models import ImportJob

    job, _page = sent(administrator, "2019.csv", GOOD.encode())
    # No process has this number: the kernel's largest is 4194304.
    ImportJob.objects.filter(pk=job.pk).update(state="storing", process=4_194_305)
    page = administrator.get(f"/en/data/{job.pk}/").content.decode()
    assert "The work was interrupted." in page
    assert "nothing is half-written" in page


def test_a_running_job_shows_its_step(workspace: Workspace, administrator: Client) -> None:
    import os

    from luhai.web.models import ImportJob

    job, _page = sent(administrator, "2019.csv", GOOD.encode())
    ImportJob.objects.filter(pk=job.pk).update(
        state="analysing", process=os.getpid(), step="trends", steps_done=3, steps_total=9
    )
    part = administrator.get(f"/en/data/{job.pk}/?part=1")
    assert part.status_code == 200
    assert "3/9" in part.content.decode()
    ImportJob.objects.filter(pk=job.pk).update(state="done")
    assert administrator.get(f"/en/data/{job.pk}/?part=1").status_code == 204


def test_a_missing_unit_is_answered_on_the_page(
    workspace: Workspace, administrator: Client
) -> None:
    content = "站位,采样时间,磷酸盐,无机氮(mg/L)\n" + "".join(
        f"GD1701,2019-{month:02}-18,{20 + month},0.31\n" for month in (4, 7, 10)
    )
    job, page = sent(administrator, "units.csv", content.encode())
    assert 'name="unit:磷酸盐"' in page
    assert "<option>μg/L</option>" in page
    refused = administrator.post(
        f"/en/data/{job.pk}/confirm/", {"again": "1", "unit:磷酸盐": "parsec"}
    )
    assert refused.status_code == 400
    answered = administrator.post(
        f"/en/data/{job.pk}/confirm/", {"again": "1", "unit:磷酸盐": "μg/L"}
    )
    assert answered.status_code == 302
    page = administrator.get(f"/en/data/{job.pk}/").content.decode()
    assert "Please say" not in page
    administrator.post(f"/en/data/{job.pk}/confirm/")
    rows = ObservationStore(workspace).rows(place="GD1701", indicator="lh_dip")
    # 24, 27 and 30 μg/L.
    assert rows.get_column("value").to_list() == pytest.approx([0.024, 0.027, 0.030])


def test_a_refusal_is_said_in_the_page_s_language(
    workspace: Workspace, administrator: Client
) -> None:
    job, page = sent(administrator, "page.xls", BAD["page.xls"])
    chinese = administrator.get(f"/zh/data/{job.pk}/").content.decode()
    assert "The file is a web page or XML" in page
    assert "这个文件是网页或 XML" in chinese
    assert "The file is a web page" not in chinese


def test_a_failed_job_says_why_in_the_page_s_language(
    workspace: Workspace, administrator: Client
) -> None:
    damaged = workspace.imports / "place_contexts.json"
    damaged.parent.mkdir(parents=True, exist_ok=True)
    damaged.write_text("{", encoding="utf-8")
    job, page = sent(administrator, "2019.csv", GOOD.encode())
    chinese = administrator.get(f"/zh/data/{job.pk}/").content.decode()
    assert "The names that places were given cannot be read" in page
    assert "重名站位的名称对照读不出" in chinese
    assert "cannot be read" not in chinese


@pytest.mark.parametrize(("language", "reason"), [("zh", "不在登记中"), ("en", "not registered")])
def test_stored_rejects_speak_the_language_they_were_confirmed_in(
    workspace: Workspace, administrator: Client, language: str, reason: str
) -> None:
    job, _page = sent(administrator, "mixed.csv", MIXED.encode())
    administrator.post(f"/{language}/data/{job.pk}/confirm/")
    (file,) = workspace.imports.glob("*.rejects.csv")
    assert reason in file.read_text(encoding="utf-8-sig")


@pytest.mark.parametrize(("language", "reason"), [("zh", "没有这次导入"), ("en", "no such import")])
def test_a_page_that_is_refused_speaks_its_language(
    workspace: Workspace, administrator: Client, language: str, reason: str
) -> None:
    page = administrator.get(f"/{language}/data/00000000-0000-0000-0000-000000000000/")
    assert page.status_code == 404
    assert reason in page.content.decode()
