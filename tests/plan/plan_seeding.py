"""Where plans are, and what an edit of one is: shared by the tests of this room."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
PLANS = REPOSITORY / "plans"
SHARED = Path(os.environ.get("LUHAI_SHARED_DATA", REPOSITORY.parent / "shared" / "data")).parent

Edit = tuple[str, str, str]
"""File, words in it, words to put in their place."""

Seed = Callable[..., Path]
"""Copies a shipped plan, changes it by edits and answers the copy's folder."""
