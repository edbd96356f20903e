"""What stands around every page: name, city, the words of the bar, the other language, the run."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse, translate_url
from django.utils.translation import gettext as _

from luhai.errors import LuhaiError
from luhai.web import levels
from luhai.web.snapshot import Snapshot, snapshot
from luhai.web.words import science_language


def shell(request: HttpRequest) -> dict[str, Any]:
    """Template context of the shell; a workspace that cannot be read leaves it bare."""
    try:
        state: Snapshot | None = snapshot()
    except LuhaiError:
        # The page itself states the refusal; the bar around it must not fail for the same reason.
        state = None
    language = science_language()
    plan = state.plan if state else None
    run = state.run if state else None
    return {
        "shell": {
            "html_language": "zh-CN" if language == "zh" else "en",
            "city": plan.city(language) if plan else "",
            "document_language": "zh-CN" if plan and plan.language == "zh" else "en",
            "plan_title": plan.title(language) if plan else "",
            "navigation": _navigation(state),
            "other_language": _other_language(request, language),
            "demonstration": bool(state and state.demonstration),
            "run": run.manifest if run else None,
            "run_id": run.id[:8] if run else "",
            "levels_version": levels.version(),
        }
    }


def _navigation(state: Snapshot | None) -> list[dict[str, str]]:
    """The words of the bar that hold something."""
    items = [{"key": "overview", "word": _("Overview"), "href": reverse("overview")}]
    if state and state.place_ids:
        items.append({"key": "water", "word": _("Water"), "href": reverse("water")})
    if state and state.plan:
        items.append({"key": "plan", "word": _("Plan"), "href": reverse("plan")})
    items.append({"key": "data", "word": _("Data"), "href": reverse("import")})
    return items


def _other_language(request: HttpRequest, language: str) -> dict[str, str]:
    """The same page, filter and open why in the other language."""
    code, name = ("en", "English") if language == "zh" else ("zh-hans", "中文")
    if request.resolver_match is None:
        href = f"/{code[:2]}/"
    else:
        href = translate_url(request.get_full_path(), code)
    return {"code": "zh-CN" if code == "zh-hans" else code, "name": name, "href": href}
