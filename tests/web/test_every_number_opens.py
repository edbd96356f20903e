"""A number on any page opens to its why, down to a raw row of the imported file (issue: 8)."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections import defaultdict
from collections.abc import Callable
from html import unescape
from typing import TYPE_CHECKING

import polars as pl
import pytest
from openpyxl import load_workbook

from luhai.observations.store import ObservationStore
from luhai.workspace import Workspace

if TYPE_CHECKING:
    from django.test import Client

Serve = Callable[[Workspace], Workspace]

PAGES = (
    "/zh/",
    "/zh/?year=2017",
    "/zh/water/",
    "/zh/water/GD1701/",
    "/zh/water/GD1704/?indicator=w01009",
    "/zh/water/大泉/",
    "/zh/plan/",
    "/zh/plan/targets/",
)
KINDS = {"class", "indicator", "outlook", "trend", "warning", "target", "placetarget"}
"""Kinds of figures that the pages show."""
PER_KIND_AND_PAGE = 4


@pytest.fixture
def samples(serve: Serve, samples_analysed: Workspace) -> Workspace:
    """The demonstration workspace, served."""
    return serve(samples_analysed)


def ids_of(body: str) -> list[str]:
    """Results that the numbers of a page open."""
    return list(dict.fromkeys(re.findall(r'data-why="([^"]+)"', body)))


def picked(client: Client) -> dict[str, list[str]]:
    """Some numbers of every kind from every page, spread over the page."""
    found: dict[str, list[str]] = defaultdict(list)
    for page in PAGES:
        response = client.get(page)
        assert response.status_code == 200
        by_kind: dict[str, list[str]] = defaultdict(list)
        for result_id in ids_of(response.content.decode()):
            by_kind[result_id.rsplit("-", 1)[0]].append(result_id)
        for kind, ids in by_kind.items():
            found[kind] += ids[:: max(len(ids) // PER_KIND_AND_PAGE, 1)][:PER_KIND_AND_PAGE]
    return found


def test_numbers_of_every_kind_open_down_to_a_raw_row(samples: Workspace, client: Client) -> None:
    found = picked(client)
    assert set(found) >= KINDS
    for ids in found.values():
        for result_id in dict.fromkeys(ids):
            response = client.get(f"/zh/why/{result_id}/?panel=1")
            assert response.status_code == 200, result_id
            body = response.content.decode()
            assert 'class="deciding"' in body, f"{result_id} ends without a raw row"
            assert "clause-mark" in body, f"{result_id} names no rule"


def test_clauses_stand_in_the_language_of_the_page(samples: Workspace, client: Client) -> None:
    found = picked(client)
    ids = [result_id for kind in ("class", "indicator", "outlook") for result_id in found[kind][:4]]
    marks = {
        unescape(mark)
        for result_id in ids
        for mark in re.findall(
            r'clause-mark[^>]*">([^<]*)<', client.get(f"/zh/why/{result_id}/").content.decode()
        )
    }
    clauses = {mark.rsplit(" · ", 1)[1] for mark in marks if " · " in mark}
    assert len(clauses) >= 4
    # Paragraphs of the plan go by their ids.
    words = {clause for clause in clauses if not re.match(r"[a-z]+-[\d.]+ ", clause)}
    assert [clause for clause in words if re.search("[a-z]{2,}", clause)] == []
    assert any("时段值" in clause for clause in clauses)


def test_warnings_name_places_in_both_languages(samples: Workspace, client: Client) -> None:
    english = client.get("/en/").content.decode()
    assert re.search(r">GD1701 Beijin port: ", english)


def test_every_figure_in_a_table_of_results_is_a_door(samples: Workspace, client: Client) -> None:
    """Each value cell of the front page's table holds a number that opens, or says why not."""
    body = client.get("/zh/").content.decode()
    table = body[body.index('<table class="stack standing">') : body.index("</table>")]
    cells = re.findall(r'<td class="(?:n rest|n chance|value nowrap)">(.*?)</td>', table, re.S)
    assert len(cells) >= 20
    for cell in cells:
        words = re.sub(r"<[^>]+>", "", cell).strip()
        assert not words or "data-why=" in cell or "没有" in words or "已无" in words, words


def test_the_raw_row_is_the_one_of_the_file(samples: Workspace, client: Client) -> None:
    """The cells shown are those that the store says the value was read from."""
    store = ObservationStore(samples)
    row = (
        store.rows(place="GD1701", indicator="lh_dip")
        .filter(pl.col("file").str.ends_with(".xlsx"))
        .row(0, named=True)
    )
    page = client.get("/zh/water/GD1701/?indicator=lh_dip").content.decode()
    shown = [
        unescape(line)
        for line in re.findall(r"<tr id=\"sample-\d+\">.*?</tr>", page, re.S)
        if f"{row['file']} · {row['sheet']} · 第 {row['row']} 行" in unescape(line)
    ]
    assert shown
    bodies = [
        client.get(f"/zh/why/{result_id}/?panel=1").content.decode()
        for result_id in ids_of(shown[0])
    ]
    assert any(row["value_text"] in body and row["file"] in unescape(body) for body in bodies), row


def test_the_open_path_leads_to_the_row_and_side_steps_start_closed(
    samples: Workspace, client: Client
) -> None:
    page = client.get("/zh/water/GD1701/").content.decode()
    match = re.search(r'<strong>.*?data-why="(indicator-[^"]+)"|data-why="(indicator-[^"]+)"', page)
    assert match
    body = client.get(f"/zh/why/{match[1] or match[2]}/?panel=1").content.decode()
    assert 'role="tree"' in body
    assert 'data-side="1"' in body
    assert body.count('role="treeitem"') > 4


def test_the_panel_stands_on_the_page_without_script(samples: Workspace, client: Client) -> None:
    body = client.get("/zh/").content.decode()
    result_id = ids_of(body)[0]
    opened = client.get(f"/zh/?why={result_id}").content.decode()
    assert 'id="why-panel"' in opened
    assert 'class="deciding"' in opened
    assert "has-why" in opened


def test_the_why_page_is_the_same_tree_in_both_languages(
    samples: Workspace, client: Client
) -> None:
    result_id = ids_of(client.get("/en/").content.decode())[0]
    english = client.get(f"/en/why/{result_id}/").content.decode()
    chinese = client.get(f"/zh/why/{result_id}/").content.decode()
    assert english.count('role="treeitem"') == chinese.count('role="treeitem"')
    assert "✓ verified" in english or "? to be verified" in english
    assert "已核" in chinese or "待核" in chinese


def test_the_evidence_bundle_holds_the_tree_and_the_rows(
    samples: Workspace, client: Client
) -> None:
    result_id = ids_of(client.get("/zh/water/GD1701/").content.decode())[0]
    response = client.get(f"/zh/why/{result_id}/evidence.zip")
    assert response["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        assert archive.testzip() is None
        documents = [name for name in archive.namelist() if name.endswith(".json")]
        assert any(json.loads(archive.read(name)) for name in documents)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_samples_can_be_taken_away(samples: Workspace, client: Client, kind: str) -> None:
    response = client.get(f"/zh/water/GD1701/samples.{kind}")
    assert response.status_code == 200
    assert "%E6%BC%94%E7%A4%BA%E6%95%B0%E6%8D%AE" in response["Content-Disposition"]
    stored = ObservationStore(samples).rows(place="GD1701").height
    if kind == "csv":
        frame = pl.read_csv(io.BytesIO(response.content), infer_schema=False)
    else:
        heading, *rows = load_workbook(io.BytesIO(response.content)).worksheets[0].values
        frame = pl.DataFrame(
            [[None if cell is None else str(cell) for cell in row] for row in rows],
            schema=[str(name) for name in heading],
            orient="row",
        )
    assert frame.height == stored
    assert {"place", "time", "indicator", "value", "file", "row"} <= set(frame.columns)


def test_other_downloads_are_refused(samples: Workspace, client: Client) -> None:
    assert client.get("/zh/water/GD1701/samples.exe").status_code == 404
