"""Why page: the same tree as the panel, as a page that can be sent, printed and kept."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from luhai.assessment.evidence import evidence_bundle
from luhai.web.explaining import explained
from luhai.web.snapshot import snapshot


def show(request: HttpRequest, result_id: str) -> HttpResponse:
    """The explanation of a result; with ``?panel=1`` only the panel that goes beside a page."""
    state = snapshot()
    found = explained(state, result_id)
    if request.GET.get("panel"):
        return render(request, "luhai/why_panel.html", {"why": found})
    crumbs = [
        {"word": _("Overview"), "href": reverse("overview")},
        {"word": result_id, "href": ""},
    ]
    return render(request, "luhai/why.html", {"why_page": found, "crumbs": crumbs})


def bundle(request: HttpRequest, result_id: str) -> HttpResponse:
    """Everything that is needed to repeat the figure, as one archive."""
    content = evidence_bundle(snapshot().workspace, result_id)
    response = HttpResponse(content, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="luhai-{result_id}.zip"'
    return response
