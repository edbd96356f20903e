"""Methods page: which editions decide, how well each is verified, and what the words mean."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from luhai.assessment.likelihood import likelihoods
from luhai.standards import assessment_methods, load_method, load_standard, standards
from luhai.web.snapshot import snapshot
from luhai.web.words import science_language, terms


def show(request: HttpRequest) -> HttpResponse:
    """Standards, methods, words of uncertainty and terms."""
    language = science_language()
    state = snapshot()
    context: dict[str, Any] = {
        "page": "methods",
        "crumbs": [{"word": _("Methods, words and standards"), "href": ""}],
        "standards": [_edition(load_standard(name), language) for name in standards()],
        "methods": [_edition(load_method(name), language) for name in assessment_methods()],
        "likelihoods": _likelihoods(language),
        "terms": terms(),
        "run": state.run.manifest if state.run else None,
        "marks": _marks(),
    }
    return render(request, "luhai/methods.html", context)


def _edition(edition: Any, language: str) -> dict[str, Any]:
    return {
        "id": edition.id,
        "edition": edition.edition,
        "title": edition.title[language],
        "valid_from": edition.valid_from,
        "valid_to": getattr(edition, "valid_to", None),
        "verified": edition.verified,
    }


def _likelihoods(language: str) -> list[dict[str, str]]:
    upper = 1.0
    found = []
    for item in likelihoods():
        found.append(
            {
                "words": item.words.render(language),
                "range": f"{item.from_probability * 100:.0f}–{upper * 100:.0f} %",
            }
        )
        upper = item.from_probability
    return found


def _marks() -> list[tuple[str, str]]:
    return [
        ("V", _("seen in the source")),
        ("C", _("reproduced by computation from published figures")),
        ("M", _("from memory of the text: to be verified")),
        ("?", _("uncertain: to be verified")),
    ]
