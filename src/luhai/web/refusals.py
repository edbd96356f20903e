"""What a page says when it cannot be shown: what, where, why it matters, how to mend it.

Every :class:`luhai.errors.LuhaiError` of a room becomes a page with its four parts; a fault of the
program becomes a page with a reference that stands in the server's log, and never a stack trace.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from luhai.errors import InputError, LuhaiError, NotFoundError
from luhai.web.words import science_language

log = logging.getLogger(__name__)


def refusal_page(request: HttpRequest, error: LuhaiError, *, status: int) -> HttpResponse:
    """A page (or, for the why panel, a fragment) that states a refusal."""
    fragment = bool(request.GET.get("panel"))
    template = "luhai/refusal_fragment.html" if fragment else "luhai/refusal.html"
    context = {"error": error.to_dict(science_language()), "status": status}
    return HttpResponse(render_to_string(template, context, request), status=status)


class RefusalPages:
    """Turn refusals and faults of views into pages."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The page for an exception that a view raised."""
        if isinstance(error, NotFoundError):
            return refusal_page(request, error, status=404)
        if isinstance(error, LuhaiError):
            return refusal_page(request, error, status=400)
        if isinstance(error, RequestDataTooBig):
            too_large = InputError(_("The upload is larger than the limit."))
            return refusal_page(request, too_large, status=413)
        if isinstance(error, Http404 | PermissionDenied):
            return None
        reference = secrets.token_hex(2).upper()
        log.exception("Page %s failed, reference %s", request.path, reference)
        refusal = LuhaiError(
            _("This page could not be made; nothing was changed."),
            remedy=_("Try again in a minute. Reference for the administrator: {reference}.").format(
                reference=reference
            ),
        )
        return refusal_page(request, refusal, status=500)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page for an address that leads nowhere."""
    error = NotFoundError(
        _("There is no such page."), remedy=_("Start from the overview, or check the address.")
    )
    return refusal_page(request, error, status=404)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page for a request that makes no sense (or is larger than it said)."""
    error = InputError(
        _("The request could not be understood."), remedy=_("Open the page again and try anew.")
    )
    return refusal_page(request, error, status=400)


def fault(request: HttpRequest) -> HttpResponse:
    """The page for a fault outside of any view."""
    error = LuhaiError(_("This page could not be made; nothing was changed."))
    return refusal_page(request, error, status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page for a form that did not come from one of our pages, or came too late."""
    error = InputError(
        _("The form was not accepted: it is too old or did not come from this page."),
        remedy=_("Open the page again and send the form once more."),
    )
    return refusal_page(request, error, status=403)
