"""The house keeps its own rules: small modules, pages for every room, command and document link."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from luhai.cli import COMMANDS

REPOSITORY = Path(__file__).parents[1]
PACKAGE = REPOSITORY / "src" / "luhai"
MODULES = sorted(PACKAGE.rglob("*.py"))
DOCUMENTS = sorted([*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").rglob("*.md")])
ROOMS = sorted(path.parent.name for path in PACKAGE.glob("*/__init__.py"))


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_modules_stay_small_and_say_what_they_answer(module: Path) -> None:
    text = module.read_text(encoding="utf-8")
    assert text.count("\n") <= 600, "redesign the room rather than squeeze more into one module"
    tree = ast.parse(text)
    if tree.body:
        assert ast.get_docstring(tree), "a module opens with what it answers"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= 60, f"{node.name} has {length} lines"


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_has_a_page(room: str) -> None:
    pages = [path.name for path in (REPOSITORY / "docs").glob("*.md")]
    assert f"{room}.md" in pages


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_is_documented(command: str) -> None:
    text = (REPOSITORY / "docs" / "cli.md").read_text(encoding="utf-8")
    assert f"luhai {command}" in text


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
        if "://" not in target and not target.startswith("mailto:"):
            assert (document.parent / target).exists(), target


def test_no_city_or_department_is_written_in_code() -> None:
    """A city is a folder of data; the code must not know its name (DESIGN, rules of the house)."""
    names = re.compile("阳江|漠阳江|江城|Yangjiang", re.IGNORECASE)
    found = [
        f"{path.relative_to(PACKAGE)}:{number}"
        for path in MODULES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if names.search(line)
    ]
    assert found == []
