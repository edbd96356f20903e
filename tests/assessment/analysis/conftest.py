"""The demonstration files imported and analysed once, for every test of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from luhai.assessment.analysis import analyse
from luhai.assessment.results import Run
from luhai.observations.importing import FileReport, import_paths
from luhai.workspace import Workspace

REPOSITORY = Path(__file__).parents[3]
PLAN = REPOSITORY / "plans" / "yangjiang"
SAMPLES = REPOSITORY / "samples"


@pytest.fixture(scope="session")
def imported(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, list[FileReport]]:
    """A workspace with the demonstration files in its store."""
    workspace = Workspace.create(
        tmp_path_factory.mktemp("analysed") / "workspace", PLAN, demonstration=True
    )
    return workspace, import_paths([SAMPLES], workspace)


@pytest.fixture(scope="session")
def analysed(imported: tuple[Workspace, list[FileReport]]) -> tuple[Workspace, Run]:
    """The workspace with its analysis."""
    workspace, _ = imported
    return workspace, analyse(workspace)
