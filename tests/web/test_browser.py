"""The pages in a real browser: no console errors, no accessibility violations, keyboard, import."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from luhai.workspace import Workspace

from .browsers import CHROMIUM_FLAGS, Server, find_chromium, running_server
from .conftest import SAMPLES

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SHOWN = (
    "",
    "water/",
    "water/GD1701/",
    "water/大泉/",
    "plan/",
    "plan/findings/",
    "plan/coverage/",
    "methods/",
    "login/",
)


@pytest.fixture(scope="module")
def server(
    samples_analysed: Workspace, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """The demonstration workspace, copied so that imports disturb no other test, and served."""
    root = tmp_path_factory.mktemp("served") / "workspace"
    shutil.copytree(samples_analysed.root, root)
    Workspace.create(root, samples_analysed.plan, demonstration=True)
    with running_server(root) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    executable = find_chromium()
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_FLAGS)
        yield launched
        launched.close()


class Visit:
    """A page whose console must stay silent."""

    def __init__(self, browser: Browser, server: Server, **options: Any) -> None:
        self.server = server
        self.context = browser.new_context(
            **{"viewport": {"width": 1440, "height": 900}, **options}
        )
        self.page: Page = self.context.new_page()
        self.messages: list[str] = []
        self.page.on("console", lambda message: self.messages.append(message.text))
        self.page.on("pageerror", lambda error: self.messages.append(str(error)))

    def open(self, address: str) -> Page:
        """Go to a page."""
        response = self.page.goto(self.server.address + address)
        assert response is not None
        assert response.status < 400
        return self.page

    def close(self) -> None:
        """End the visit; anything in the console is a fault."""
        self.context.close()
        assert self.messages == []


def violations(page: Page) -> list[str]:
    """Accessibility violations that axe-core finds, each with the element."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    found = axe.run(page).response["violations"]
    return [
        f"{rule['id']}: {node['html'][:200]} {node.get('failureSummary', '')[:300]}"
        for rule in found
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("code", ["zh", "en"])
def test_pages_have_no_violations_and_silent_consoles(
    browser: Browser, server: Server, code: str, scheme: str
) -> None:
    visit = Visit(browser, server, color_scheme=scheme)
    faults = {}
    for shown in SHOWN:
        page = visit.open(f"/{code}/{shown}")
        if found := violations(page):
            faults[shown] = found
    visit.close()
    assert faults == {}


@pytest.mark.parametrize("code", ["zh", "en"])
def test_a_phone_needs_no_sideways_scrolling(browser: Browser, server: Server, code: str) -> None:
    visit = Visit(browser, server, viewport={"width": 390, "height": 844})
    faults = {}
    for shown in SHOWN:
        page = visit.open(f"/{code}/{shown}")
        width = page.evaluate("document.documentElement.scrollWidth")
        found = violations(page)
        if width > 390 or found:
            faults[shown] = (width, found)
    visit.close()
    assert faults == {}


@pytest.mark.parametrize("width", [390, 1440])
def test_a_number_opens_its_why_and_escape_leads_back(
    browser: Browser, server: Server, width: int
) -> None:
    visit = Visit(browser, server, viewport={"width": width, "height": 900})
    page = visit.open("/zh/water/GD1701/")
    number = page.locator("main a.why[data-why]").first
    number.focus()
    page.keyboard.press("Enter")
    panel = page.locator("#why-panel")
    panel.wait_for()
    assert "why=" in page.url
    assert panel.locator("tr.deciding").first.is_visible()
    assert page.evaluate("document.activeElement.id") == "why-panel"
    assert violations(page) == []
    page.keyboard.press("Escape")
    panel.wait_for(state="detached")
    assert "why=" not in page.url
    assert page.evaluate("document.activeElement.dataset.why") == number.get_attribute("data-why")
    page.go_back()
    panel.wait_for()
    visit.close()


def test_the_tree_is_walked_with_the_arrow_keys(browser: Browser, server: Server) -> None:
    visit = Visit(browser, server)
    page = visit.open("/en/water/GD1701/")
    page.locator("main a.why[data-why]").first.click()
    page.locator("#why-panel").wait_for()
    first = page.locator("#why-panel [role=treeitem]").first
    first.focus()
    names = [page.evaluate("document.activeElement.textContent")]
    for _step in range(4):
        page.keyboard.press("ArrowDown")
        names.append(page.evaluate("document.activeElement.textContent"))
    assert len(set(names)) == 5
    closed = page.locator("#why-panel [role=treeitem][aria-expanded=false]").first
    closed.focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.getAttribute('aria-expanded')") == "true"
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("document.activeElement.getAttribute('aria-expanded')") == "false"
    visit.close()


def test_the_why_works_without_script(browser: Browser, server: Server) -> None:
    visit = Visit(browser, server, java_script_enabled=False)
    page = visit.open("/zh/")
    page.locator("main a.why[data-why]").first.click()
    assert page.locator("#why-panel tr.deciding").first.is_visible()
    page.locator("#why-panel [data-close-why]").click()
    assert page.locator("#why-panel").count() == 0
    visit.close()


def test_the_switch_keeps_page_indicator_and_open_why(browser: Browser, server: Server) -> None:
    visit = Visit(browser, server)
    page = visit.open("/zh/water/GD1701/?indicator=lh_dip")
    page.locator("main a.why[data-why]").first.click()
    page.locator("#why-panel").wait_for()
    page.reload()
    page.locator(".tools a[lang=en]").click()
    assert "/en/water/GD1701/?indicator=lh_dip&why=" in page.url
    assert page.locator("#why-panel").is_visible()
    visit.close()


def test_the_front_page_prints_on_one_sheet(browser: Browser, server: Server) -> None:
    visit = Visit(browser, server)
    for code in ("zh", "en"):
        page = visit.open(f"/{code}/")
        pdf = page.pdf(prefer_css_page_size=True)
        assert len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf)) == 1
    visit.close()


def log_in(visit: Visit) -> Page:
    """Log in as the administrator."""
    page = visit.open("/en/login/")
    page.fill("#id_password", visit.server.password)
    page.click("main button.primary")
    page.wait_for_url("**/en/data/")
    return page


def test_a_good_file_goes_in_after_a_preview(
    browser: Browser, server: Server, tmp_path: Path
) -> None:
    visit = Visit(browser, server)
    page = log_in(visit)
    assert violations(page) == []
    file = tmp_path / "autumn.csv"
    file.write_text(
        "站位,采样时间,层次,无机氮(mg/L),活性磷酸盐(mg/L)\n"
        "GD1701,2020-10-20,表,0.21,0.021\nGD1701,2020-10-20,底,0.20,0.020\n",
        "utf-8",
    )
    page.set_input_files("#files", str(file))
    page.click("main button.primary")
    page.get_by_role("heading", level=1, name="2 rows can be stored.").wait_for(timeout=60_000)
    assert violations(page) == []
    page.click("main button.primary")
    page.get_by_role("heading", level=1, name="2 rows stored, 0 returned.").wait_for(
        timeout=180_000
    )
    assert violations(page) == []
    page.click("main a.button.primary")
    assert "autumn.csv" in page.content()
    visit.close()


def test_a_bad_file_is_refused_with_its_reason(
    browser: Browser, server: Server, tmp_path: Path
) -> None:
    visit = Visit(browser, server)
    page = log_in(visit)
    file = tmp_path / "broken.xlsx"
    file.write_bytes((SAMPLES / "海水" / "2020年夏季航次（演示数据）.xlsx").read_bytes()[:3000])
    page.set_input_files("#files", str(file))
    page.click("main button.primary")
    page.get_by_role("heading", level=1, name="Nothing of this can be stored.").wait_for(
        timeout=60_000
    )
    assert page.locator("[role=alert]").count() == 1
    assert page.locator("main form button.primary").count() == 0
    assert violations(page) == []
    visit.close()


def test_a_file_above_the_limit_is_refused_before_it_is_sent(
    browser: Browser, server: Server, tmp_path: Path
) -> None:
    visit = Visit(browser, server)
    page = log_in(visit)
    page.evaluate("document.querySelector('form[data-limit]').dataset.limit = '1000'")
    file = tmp_path / "large.csv"
    file.write_bytes(b"x" * 2_000_000)
    page.set_input_files("#files", str(file))
    assert "luhai import" in page.locator("[data-size-message]").inner_text()
    page.click("main button.primary")
    assert page.url.endswith("/en/data/")
    visit.close()
