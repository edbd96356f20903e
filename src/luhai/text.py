"""Sentences in two languages.

Message ids are written in English in the code and translated by gettext catalogues. Each room keeps
its own catalogue in ``<room>/locale/<language>/LC_MESSAGES/luhai.po``, so that a room and its words
travel together, and the modules beside the rooms share ``locale/`` of the package; this module
merges them. A :class:`Text` is a sentence not yet in any language: the
science rooms return it, and the command line, the page and the report render the same sentence.
"""

from __future__ import annotations

import gettext as _gettext
import os
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("zh", "en")
DEFAULT_LANGUAGE = "zh"

_PACKAGE = Path(__file__).parent
_CATALOGUE_NAME = {"zh": "zh_Hans"}


@cache
def _catalogue(language: str) -> _gettext.NullTranslations:
    folder_name = _CATALOGUE_NAME.get(language, language)
    merged = _gettext.NullTranslations()
    catalogue = f"locale/{folder_name}/LC_MESSAGES/luhai.mo"
    for path in sorted([*_PACKAGE.glob(catalogue), *_PACKAGE.glob(f"*/{catalogue}")]):
        with path.open("rb") as stream:
            translations = _gettext.GNUTranslations(stream)
        translations.add_fallback(merged)
        merged = translations
    return merged


def translate(message: str, language: str = DEFAULT_LANGUAGE) -> str:
    """Translate one message id; a message without translation comes back as it is."""
    return _catalogue(language).gettext(message) if message else ""


def N_(message: str) -> str:
    """Mark a message id for extraction without translating it here."""
    return message


def language_from_environment() -> str:
    """Language of the command line: LUHAI_LANGUAGE, else the locale, else Chinese."""
    for name in ("LUHAI_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value[:2].lower() in LANGUAGES:
            return value[:2].lower()
    return DEFAULT_LANGUAGE


@dataclass(frozen=True)
class Text:
    """A translatable sentence with named parts, e.g. ``Text("Mean {value}", {"value": "0.36"})``.

    Parts are put in with ``str.format`` after translation. A part may itself be a ``Text``, or a
    mapping ``{"zh": ..., "en": ...}`` for names that come from data in both languages.
    """

    message: str
    parts: dict[str, Any] = field(default_factory=dict)

    def render(self, language: str = DEFAULT_LANGUAGE) -> str:
        """The sentence in one language."""
        rendered = {name: render_part(part, language) for name, part in self.parts.items()}
        return translate(self.message, language).format(**rendered)

    def __hash__(self) -> int:
        return hash((self.message, repr(sorted(self.parts.items(), key=lambda item: item[0]))))


def render_part(part: Any, language: str) -> Any:
    """Render a part of a sentence: a nested ``Text``, a bilingual mapping or a plain value."""
    if isinstance(part, Text):
        return part.render(language)
    if isinstance(part, dict):
        return part.get(language) or part.get(DEFAULT_LANGUAGE) or next(iter(part.values()))
    return part
