"""How the terms of the field are called, in the page's language.

``data/terms.csv`` gives each term one word in either language, with a short help; the methods page
shows the table (UI: words). The words for probabilities are those of
``luhai.assessment.likelihood``.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from luhai.observations.quality.tables import quality_flags

DATA = Path(__file__).parent / "data"

PAGE_LANGUAGES = {"zh": "zh-hans", "en": "en"}
"""How the pages call each language of the science rooms."""


@dataclass(frozen=True)
class Term:
    """A term of the field in both languages, with its short help."""

    zh: str
    en: str
    help_zh: str
    help_en: str

    @property
    def help(self) -> str:
        """Short help in the page's language."""
        return self.help_zh if science_language() == "zh" else self.help_en


def science_language() -> str:
    """The page's language as the science rooms call it: ``zh`` or ``en``."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def flag_word(flag: str) -> str:
    """Name of a quality flag in the page's language."""
    found = quality_flags().get(flag)
    return found.name.render(science_language()) if found else flag


@cache
def terms() -> tuple[Term, ...]:
    """Terms of the field, in the order of the table."""
    with (DATA / "terms.csv").open(encoding="utf-8", newline="") as stream:
        return tuple(Term(**row) for row in csv.DictReader(stream))


def listed(parts: Sequence[str]) -> str:
    """Several names as one list: ``a, b and c``."""
    if len(parts) < 2:
        return "".join(parts)
    return _("{first} and {last}").format(first=_(", ").join(parts[:-1]), last=parts[-1])


def clauses(parts: Sequence[str]) -> str:
    """Several clauses as one sentence without its end: ``a is, b is and c is``."""
    sentence = parts[0] if parts else ""
    for number, part in enumerate(parts[1:], start=2):
        joined = _("{first} and {next}") if number == len(parts) else _("{first}, {next}")
        sentence = joined.format(first=sentence, next=part)
    return sentence
