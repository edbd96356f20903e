"""Every page in both languages, with no, one and many places, and with nothing at all."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from luhai.workspace import Workspace

from .conftest import PLANS
from .made import MadePlace, made_run, made_workspace

if TYPE_CHECKING:
    from django.test import Client

Serve = Callable[[Workspace], Workspace]

PAGES = (
    "",
    "water/",
    "water/GD1701/",
    "plan/",
    "plan/targets/",
    "plan/departments/",
    "plan/findings/",
    "plan/coverage/",
    "methods/",
    "login/",
)


@pytest.fixture
def made(serve: Serve, tmp_path: Path) -> Workspace:
    """A workspace of the larger plan with results for three of its places."""
    workspace = made_workspace(tmp_path, PLANS / "yangjiang")
    made_run(
        workspace,
        [
            MadePlace("GD1701", {2019: 0.38, 2020: 0.36}, 0.11, 0.19),
            MadePlace("GD1702", {2019: 0.29, 2020: 0.31}, 0.46, 0.29),
            MadePlace("GD1704", {2019: 0.25, 2020: 0.27}, 0.91, 0.37),
        ],
        running=2020,
    )
    return serve(workspace)


def text(client: Client, address: str, status: int = 200) -> str:
    """Body of a page, with its status checked."""
    response = client.get(address)
    assert response.status_code == status, response.content.decode()[:500]
    return response.content.decode()


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(("code", "language"), [("zh", "zh-CN"), ("en", "en")])
def test_every_page_speaks_its_language_and_has_one_heading(
    made: Workspace, client: Client, page: str, code: str, language: str
) -> None:
    body = text(client, f"/{code}/{page}")
    assert f'<html lang="{language}">' in body
    assert len(re.findall(r"<h1[ >]", body)) == 1
    assert "<title>" in body
    chinese_shell = "概览" in body
    assert chinese_shell is (code == "zh")


@pytest.mark.parametrize("page", PAGES)
def test_no_page_carries_inline_script_or_style(made: Workspace, client: Client, page: str) -> None:
    body = text(client, f"/en/{page}")
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=", body)
    assert all("src=" in script for script in re.findall(r"<script[^>]*>", body))


def test_the_language_switch_keeps_page_filter_and_why(made: Workspace, client: Client) -> None:
    body = text(client, "/en/water/GD1701/?indicator=lh_din&why=nothing")
    assert 'href="/zh/water/GD1701/?indicator=lh_din&amp;why=nothing"' in body
    assert 'hreflang="zh-CN"' in body


def test_the_bare_address_leads_to_the_chinese_front_page(made: Workspace, client: Client) -> None:
    response = client.get("/")
    assert response.status_code == 302
    assert response["Location"] == "/zh/"


def test_the_front_page_shows_what_decides_and_what_remains(
    made: Workspace, client: Client
) -> None:
    body = text(client, "/en/")
    assert "1 is unlikely to attain: GD1701" in body
    for part in ("0.36", "0.190", "11 %", "demonstration data"):
        assert part in body
    # Worst first.
    assert body.index("GD1701</a>") < body.index("GD1702</a>") < body.index("GD1704</a>")


def test_a_number_without_a_why_is_not_shown() -> None:
    from django.template import Context, Template
    from django.test import RequestFactory

    template = Template("{% load luhai %}[{% number '0.36' '' %}{% number '' 'class-1' %}]")
    assert template.render(Context({"request": RequestFactory().get("/")})) == "[]"


def test_a_closed_year_speaks_of_attainment(made: Workspace, client: Client) -> None:
    body = text(client, "/en/?year=2019")
    assert "In 2019, of 9 target places, 2 attained" in body
    assert "target missed" in body
    assert "Chance to attain" not in body


@pytest.mark.parametrize("year", ["1999", "abc", "²"])
def test_a_year_without_results_is_refused_with_those_that_have(
    made: Workspace, client: Client, year: str
) -> None:
    body = text(client, f"/en/?year={quote(year)}", 404)
    assert "2019 and 2020" in body or "2019, 2020" in body


def test_an_unknown_place_is_refused_with_a_suggestion(made: Workspace, client: Client) -> None:
    body = text(client, "/en/water/GD17O1/", 404)
    assert "Did you mean GD1701?" in body


def test_an_unknown_why_does_not_take_the_page_away(made: Workspace, client: Client) -> None:
    body = text(client, "/en/?why=class-0000000000000000")
    assert "Will the targets be met" in body
    assert "class-0000000000000000" in body
    assert text(client, "/en/why/class-0000000000000000/", 404)
    fragment = text(client, "/en/why/class-0000000000000000/?panel=1", 404)
    assert 'id="why-panel"' in fragment
    assert "<html" not in fragment


def test_an_unknown_address_is_a_page(made: Workspace, client: Client) -> None:
    for address in ("/en/nothing/", "/nothing", "/en/plan/nothing/"):
        assert "There is no such page." in text(client, address, 404) or "没有这个页面" in text(
            client, address, 404
        )


def test_a_workspace_without_results_teaches(serve: Serve, tmp_path: Path, client: Client) -> None:
    serve(made_workspace(tmp_path, PLANS / "yangjiang"))
    assert "No monitoring data yet." in text(client, "/en/")
    assert "还没有监测数据。" in text(client, "/zh/")
    assert "GD1701" in text(client, "/en/water/")
    assert "has no class" in text(client, "/en/water/GD1701/")
    assert "No samples at this place." in text(client, "/en/water/GD1701/")


def test_a_workspace_without_a_plan_shows_no_word_for_it(
    serve: Serve, tmp_path: Path, client: Client
) -> None:
    workspace = made_workspace(tmp_path, None, demonstration=False)
    made_run(workspace, [MadePlace("A1", {2020: 0.36})], running=2020)
    serve(workspace)
    body = text(client, "/en/")
    assert "No place of this plan has a target." in body
    assert ">Plan</a>" not in body
    assert "demonstration data" not in body
    assert "is class 3 in 2020; the plan sets no target for it." in text(client, "/en/water/A1/")
    assert text(client, "/en/plan/", 404)


def test_another_plan_serves_by_data_alone(serve: Serve, tmp_path: Path, client: Client) -> None:
    serve(made_workspace(tmp_path, PLANS / "example-bay", demonstration=False))
    for page in ("", "water/", "plan/", "plan/targets/", "plan/departments/", "plan/coverage/"):
        body = text(client, f"/en/{page}")
        assert "Yangjiang" not in body
        assert "阳江" not in body


def test_five_hundred_places_are_one_true_sentence(
    serve: Serve, tmp_path: Path, client: Client
) -> None:
    plan = tmp_path / "plan"
    plan.mkdir()
    for file in (PLANS / "example-bay").glob("*"):
        (plan / file.name).write_bytes(file.read_bytes())
    heads = {
        name: (plan / name).read_text("utf-8").splitlines()[0]
        for name in ("places.csv", "place_targets.csv")
    }
    places, targets = [heads["places.csv"]], [heads["place_targets.csv"]]
    paragraph, quoted = (
        (plan / "place_targets.csv").read_text("utf-8").splitlines()[1].split(",")[-2:]
    )
    for number in range(500):
        name = f"S{number:03}"
        places.append(
            f"{name},,Station {number},sea_station,sea,,Bay,Northshore,city,"
            f"{100 + number * 0.001:.3f},20.{number:03},0.1,,no,,"
        )
        targets.append(f"{name},A,Northshore,gb3097-1997,,2,2030,,,city,{paragraph},{quoted}")
    (plan / "places.csv").write_text("\n".join(places) + "\n", "utf-8")
    (plan / "place_targets.csv").write_text("\n".join(targets) + "\n", "utf-8")
    workspace = made_workspace(tmp_path / "w", plan)
    made_run(
        workspace,
        [MadePlace(f"S{n:03}", {2026: 0.25}, 0.9 if n % 2 else 0.5, 0.3) for n in range(500)],
        running=2026,
    )
    serve(workspace)
    body = text(client, "/en/")
    assert "Of 500 target places, 250 are likely to attain and 250 are undecided." in body


def test_filters_narrow_the_list_and_stand_in_the_address(made: Workspace, client: Client) -> None:
    body = text(client, "/en/water/?medium=sea")
    assert "GD1701" in body
    assert "Jianshan" not in body
    assert "No place fits these filters; without them there are 9." in text(
        client, "/en/water/?medium=lake"
    )


def test_the_plan_page_marks_what_the_linter_queries(made: Workspace, client: Client) -> None:
    body = text(client, "/en/plan/")
    assert '<mark class="error"' in body
    assert 'class="finding error"' in body
    findings = text(client, "/en/plan/findings/")
    assert "part_larger_than_whole" in findings
    assert findings.index("must be changed") < findings.index("○ note")


def test_doubtful_targets_say_so_on_the_front_page(made: Workspace, client: Client) -> None:
    body = text(client, "/en/")
    assert "? doubtful" in body


def test_a_broken_plan_is_named_and_not_a_fault(
    serve: Serve, tmp_path: Path, client: Client
) -> None:
    plan = tmp_path / "plan"
    plan.mkdir()
    (plan / "plan.toml").write_text("id = 'x'\n", "utf-8")
    serve(made_workspace(tmp_path / "w", plan))
    body = text(client, "/en/", 400)
    assert "plan.toml" in body or "document.txt" in body


def test_first_page_stays_within_its_budget(made: Workspace, client: Client) -> None:
    """UI: budgets, HTML + CSS + JS of the front page at most 150 KB compressed, 12 requests."""
    import gzip

    body = text(client, "/zh/")
    addresses = re.findall(r'(?:href|src)="(/(?:static|levels)[^"]+)"', body)
    total = len(gzip.compress(body.encode()))
    for address in addresses:
        response = client.get(address)
        assert response.status_code == 200
        content = b"".join(response) if response.streaming else response.content
        total += len(gzip.compress(content))
    assert len(addresses) + 1 <= 12
    assert total <= 150 * 1024
