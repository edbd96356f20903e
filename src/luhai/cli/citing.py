"""How does the terminal name the rule that a figure rests on? In one line, with its mark."""

from __future__ import annotations

from luhai.standards import clause_text
from luhai.text import translate
from luhai.why import Citation


def citation_line(citation: Citation, language: str) -> str:
    """A citation in one line, with its verification mark."""
    verified = citation.verified in ("V", "C")
    mark = translate("verified", language) if verified else translate("to be verified", language)
    sign = "✓" if verified else "?"
    clause = clause_text(citation.clause)[language]
    return f"§ {citation.title_in(language)} {clause} · {sign} {mark}"
