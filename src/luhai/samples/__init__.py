"""Demonstration files: what laboratories might have sent, for a plan's places, all invented.

The figures come from ``demonstration/`` in the plan's folder; this package only spreads them over
samples (:mod:`luhai.samples.figures`), writes them in the forms that laboratories use
(:mod:`luhai.samples.rivers`, :mod:`luhai.samples.sea`) and packs them into files whose bytes are
the same on every machine (:mod:`luhai.samples.containers`).
"""

from __future__ import annotations

from pathlib import Path

from luhai.samples.figures import Figures
from luhai.samples.rivers import river_files
from luhai.samples.sea import sea_files
from luhai.workspace import write_atomically

__all__ = ["Figures", "sample_files", "write_samples"]


def sample_files(plan: Path) -> dict[str, bytes]:
    """Every demonstration file of a plan: relative path to content.

    Args:
        plan: the plan's folder, which holds ``demonstration/``.

    Raises:
        NotFoundError: the plan has no demonstration figures.
        InputError: they cannot be read.
    """
    figures = Figures.load(plan)
    return {**river_files(figures), **sea_files(figures)}


def write_samples(plan: Path, folder: Path) -> list[Path]:
    """Write the demonstration files of a plan into a folder; returns the paths written."""
    written = []
    for name, content in sorted(sample_files(plan).items()):
        write_atomically(folder / name, content)
        (folder / name).chmod(0o644)
        written.append(folder / name)
    return written
