"""Fixtures of the statistics tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED = Path(os.environ.get("LUHAI_SHARED_DATA", Path(__file__).parents[4] / "shared" / "data"))


@pytest.fixture(scope="session")
def hong_kong() -> Path:
    """Public marine record of Hong Kong, where it is at hand."""
    file = SHARED / "hong_kong_marine" / "marine_water_quality_southern_western_buffer.csv.gz"
    if not file.is_file():
        pytest.skip(f"the marine record of Hong Kong is not at {file} (LUHAI_SHARED_DATA)")
    return file
