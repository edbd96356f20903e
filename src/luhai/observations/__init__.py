"""What was measured: files read, values checked, observations kept.

The names below are the room's entry points; each is loaded when it is first used, so that a module
that only needs the schema does not load the engines.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from luhai.observations.filing import import_reports, kept_file
    from luhai.observations.importing import import_paths
    from luhai.observations.quality import check_quality, quality_flags
    from luhai.observations.reading import raw_rows, read_path
    from luhai.observations.store import ObservationStore

_HOMES = {
    "ObservationStore": "store",
    "check_quality": "quality",
    "import_paths": "importing",
    "import_reports": "filing",
    "kept_file": "filing",
    "quality_flags": "quality",
    "raw_rows": "reading",
    "read_path": "reading",
}

__all__ = [
    "ObservationStore",
    "check_quality",
    "import_paths",
    "import_reports",
    "kept_file",
    "quality_flags",
    "raw_rows",
    "read_path",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
