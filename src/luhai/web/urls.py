"""Addresses of the pages: ``/zh/…`` and ``/en/…``; the rest of a page's address is the same."""

from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, path
from django.urls.resolvers import LocalePrefixPattern
from django.utils.translation import get_language

from luhai.web import accounts, levels
from luhai.web.pages import importing, methods, overview, place, plan, water, why

handler404 = "luhai.web.refusals.not_found"
handler400 = "luhai.web.refusals.bad_request"
handler500 = "luhai.web.refusals.fault"


class ShortPrefix(LocalePrefixPattern):
    """``zh`` in the address for the catalogue ``zh-hans``."""

    @property
    def language_prefix(self) -> str:
        """First part of the address in the active language."""
        return f"{(get_language() or 'zh')[:2]}/"


def start(request: HttpRequest) -> HttpResponse:
    """The bare address leads to the Chinese front page; the switch to English is on every page."""
    return redirect("/zh/")


pages: list[URLPattern | URLResolver] = [
    path("", overview.show, name="overview"),
    path("water/", water.show, name="water"),
    path("water/<str:place_id>/", place.show, name="place"),
    path("water/<str:place_id>/samples.<str:kind>", place.download, name="samples"),
    path("plan/", plan.show, name="plan"),
    path("plan/<slug:tab>/", plan.show, name="plan-tab"),
    path("why/<str:result_id>/", why.show, name="why"),
    path("why/<str:result_id>/evidence.zip", why.bundle, name="evidence"),
    path("data/", importing.start, name="import"),
    path("data/<uuid:job_id>/", importing.job, name="import-job"),
    path("data/<uuid:job_id>/confirm/", importing.confirm, name="import-confirm"),
    path("data/<uuid:job_id>/discard/", importing.discard, name="import-discard"),
    path("data/<uuid:job_id>/rejects.<str:kind>", importing.rejects, name="import-rejects"),
    path("methods/", methods.show, name="methods"),
    path("login/", accounts.LoginPage.as_view(), name="login"),
    path("logout/", accounts.LogoutPage.as_view(), name="logout"),
]
# i18n_patterns makes a resolver with Django's own prefix; ours is shorter.
_localised = i18n_patterns(*pages, prefix_default_language=True)
for resolver in _localised:
    resolver.pattern = ShortPrefix(prefix_default_language=True)

urlpatterns = [
    path("", start),
    path("levels.css", levels.style_sheet, name="levels"),
    *_localised,
]
