"""What the tests of classes share."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from class_tables import observations


@pytest.fixture
def table() -> Callable[..., pl.DataFrame]:
    return observations


@pytest.fixture(scope="session")
def shared_data() -> Path:
    root = Path(__file__).resolve().parents[3]
    folder = Path(os.environ.get("LUHAI_SHARED_DATA", root.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("third-party data are not here: set LUHAI_SHARED_DATA")
    return folder
