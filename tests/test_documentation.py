"""The documentation has an entry that leads to every page of it."""

from __future__ import annotations

import re
from pathlib import Path

DOCUMENTS = Path(__file__).parents[1] / "docs"


def test_the_index_leads_to_every_page() -> None:
    index = DOCUMENTS / "index.md"
    linked = {
        (DOCUMENTS / target).resolve()
        for target in re.findall(r"\]\(([^)#\s]+\.md)", index.read_text(encoding="utf-8"))
    }
    pages = set(DOCUMENTS.rglob("*.md")) - {index}
    assert {page.resolve() for page in pages} - linked == set()
