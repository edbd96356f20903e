"""Where plans are, and what an edit of one is: shared by the tests of this room."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

from luhai.errors import LuhaiError

REPOSITORY = Path(__file__).resolve().parents[2]
PLANS = REPOSITORY / "plans"
SHARED = Path(os.environ.get("LUHAI_SHARED_DATA", REPOSITORY.parent / "shared" / "data")).parent

_SENTENCE = re.compile(r"[A-Za-z]+(?: [a-z]+){2,}")
"""Three words in a row: a sentence, where names, codes and options are single words."""


def untranslated(refusal: LuhaiError) -> list[str]:
    """English sentences in the Chinese form, but for what another library said."""
    said = refusal.render("zh").replace(str(refusal.__cause__), "")
    return _SENTENCE.findall(said)


Edit = tuple[str, str, str]
"""File, words in it, words to put in their place."""

Seed = Callable[..., Path]
"""Copies a shipped plan, changes it by edits and answers the copy's folder."""
