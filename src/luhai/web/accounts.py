"""Login of the local administrator, who alone may import."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from luhai.errors import InputError
from luhai.web.refusals import refusal_page
from luhai.web.security import forget_login_failures, login_must_wait, note_login_failure


class LoginPage(LoginView):
    """One form; after too many failures it asks to wait."""

    template_name = "luhai/login.html"
    next_page = "import"
    redirect_authenticated_user = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Refuse addresses that failed too often of late."""
        if request.method == "POST" and login_must_wait(request):
            refusal = InputError(
                _("Too many failed logins."), remedy=_("Wait a quarter of an hour, then try again.")
            )
            return refusal_page(request, refusal, status=429)
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Let the administrator in."""
        forget_login_failures(self.request)
        return super().form_valid(form)

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        """Say what is wrong, keep the name, count the failure."""
        note_login_failure(self.request)
        response: HttpResponse = super().form_invalid(form)
        response.status_code = 400
        return response


class LogoutPage(LogoutView):
    """Ends the session (by POST only)."""

    next_page = "overview"
