"""What keeps the pages safe: headers, bounded uploads, and logins that cannot be tried for ever.

The content security policy allows nothing but the server's own files: no inline script or style, no
third party (OWASP secure headers). Uploads are received on disk, only from the administrator, and
only up to the limit; the gate stands before the CSRF check, which would read the whole body.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from luhai.errors import InputError
from luhai.web.models import LoginFailure
from luhai.web.refusals import refusal_page

GetResponse = Callable[[HttpRequest], HttpResponse]

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'self'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

SMALL_BODY_BYTES = 1024 * 1024
GLOBAL_FAILURES_FACTOR = 10


class SecurityHeaders:
    """Add the security headers to every response, static files and refusals included."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request with the headers added."""
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response


def megabytes(size: int) -> str:
    """A size in MB as people write it."""
    return f"{size / 1024 / 1024:,.0f} MB"


def too_large(size: int) -> InputError:
    """The refusal of an upload above the limit."""
    return InputError(
        _("The upload has {size}, the limit is {limit}.").format(
            size=megabytes(size), limit=megabytes(settings.UPLOAD_LIMIT_BYTES)
        ),
        remedy=_("Split it by year, or use the command luhai import."),
    )


class UploadGate:
    """Refuse large bodies and strangers' files before a byte of them is kept."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on, or refuse it."""
        if request.method != "POST":
            return self.get_response(request)
        files = request.content_type == "multipart/form-data"
        known = request.user.is_authenticated
        if files and not known and request.path_info == reverse("import"):
            return redirect(f"{reverse('login')}?next={reverse('import')}")
        # A few kilobytes more than the files: the form's other fields and the boundaries.
        allowed = settings.UPLOAD_LIMIT_BYTES + 64 * 1024 if files and known else SMALL_BODY_BYTES
        size = _content_length(request)
        if size > allowed:
            return refusal_page(request, too_large(size), status=413)
        return self.get_response(request)


def _content_length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


class BoundedUpload(TemporaryFileUploadHandler):
    """Receive files on disk, and stop when all of them together pass the limit.

    The gate has already looked at the announced length; this is for a length that was not announced
    or not true.
    """

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write one piece to the file."""
        self.received += len(raw_data)
        if self.received > settings.UPLOAD_LIMIT_BYTES:
            raise StopUpload(connection_reset=False)
        super().receive_data_chunk(raw_data, start)

    def upload_complete(self) -> None:
        """Refuse the whole form when it was cut off."""
        if self.received > settings.UPLOAD_LIMIT_BYTES:
            raise RequestDataTooBig(str(self.received))


def client_address(request: HttpRequest) -> str:
    """Address that failed logins are counted by."""
    return str(request.META.get("REMOTE_ADDR", ""))[:64]


def login_must_wait(request: HttpRequest) -> bool:
    """Whether this address, or all of them together, failed too often of late."""
    since = timezone.now() - timedelta(minutes=settings.LOGIN_FAILURE_WINDOW_MINUTES)
    recent = LoginFailure.objects.filter(at__gte=since)
    allowed = settings.LOGIN_FAILURES_ALLOWED
    return (
        recent.filter(address=client_address(request)).count() >= allowed
        or recent.count() >= allowed * GLOBAL_FAILURES_FACTOR
    )


def note_login_failure(request: HttpRequest) -> None:
    """Remember a failed login and forget those too old to count."""
    since = timezone.now() - timedelta(minutes=settings.LOGIN_FAILURE_WINDOW_MINUTES)
    LoginFailure.objects.filter(at__lt=since).delete()
    LoginFailure.objects.create(address=client_address(request))


def forget_login_failures(request: HttpRequest) -> None:
    """A login that succeeded clears its address."""
    failures: Any = LoginFailure.objects.filter(address=client_address(request))
    failures.delete()
