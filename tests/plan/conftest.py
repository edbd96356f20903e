"""Plans as shipped, and a way to seed faults into copies of them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from plan_seeding import PLANS, Edit, Seed

from luhai.plan import Plan, load_plan


@pytest.fixture(scope="session")
def yangjiang() -> Plan:
    return load_plan(PLANS / "yangjiang")


@pytest.fixture(scope="session")
def example_bay() -> Plan:
    return load_plan(PLANS / "example-bay")


@pytest.fixture
def seed(tmp_path: Path) -> Seed:
    """Copy a shipped plan and change words in its files; words that are not there fail the test."""

    def copy(name: str, *edits: Edit) -> Path:
        folder = tmp_path / name
        shutil.copytree(PLANS / name, folder, dirs_exist_ok=True)
        for file, old, new in edits:
            path = folder / file
            content = path.read_text(encoding="utf-8")
            assert old in content, f"{file} does not hold {old!r}"
            path.write_text(content.replace(old, new, 1), encoding="utf-8")
        return folder

    return copy
