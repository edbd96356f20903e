"""Settings shared by the tests of the readers."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# The first call of an engine expression compiles it: a deadline would measure the machine.
settings.register_profile("readers", deadline=None, max_examples=60)
settings.load_profile("readers")

REPOSITORY = Path(__file__).parents[3]


@pytest.fixture
def shared_data() -> Path:
    """Folder of the third-party data, which are not part of the repository."""
    folder = Path(os.environ.get("LUHAI_SHARED_DATA", REPOSITORY.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"third-party data are not at {folder} (LUHAI_SHARED_DATA)")
    return folder
