"""The whole analysis of a workspace, from the store to the stored results.

Joins what the other modules of this room compute, for the places and targets of the workspace's
plan: classes by sample, month, season and year, attainment, groups and changes, trends, the outlook
for the running year, and warnings.
"""

from __future__ import annotations

from collections.abc import Callable

from luhai.assessment.results import Run
from luhai.workspace import Workspace

Progress = Callable[[int, int, str], None]


def analyse(
    workspace: Workspace, *, year: int | None = None, progress: Progress | None = None
) -> Run:
    """Analyse a workspace and store the results as its current run.

    Args:
        workspace: the workspace.
        year: the running year that outlook and warnings speak of; the year of the newest
            observation when not given.
        progress: called with steps done, steps in all, and the step's name.
    """
    raise NotImplementedError
