"""Whether a refusal is said in the reader's language: shared by the tests of this room."""

from __future__ import annotations

import re

from luhai.errors import LuhaiError

_SENTENCE = re.compile(r"[A-Za-z]+(?: [a-z]+){2,}")
"""Three words in a row: a sentence, where names, codes and options are single words."""


def untranslated(refusal: LuhaiError) -> list[str]:
    """English sentences in the Chinese form, but for what another library said."""
    said = refusal.render("zh").replace(str(refusal.__cause__), "")
    return _SENTENCE.findall(said)
