"""Import page: turn the laboratory's file into data with nothing lost and nothing guessed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from luhai.errors import InputError, LuhaiError, NotFoundError
from luhai.observations.export import csv_bytes, excel_bytes
from luhai.observations.reading.mapping import mapping_from
from luhai.web import importing
from luhai.web.activity import recent_imports
from luhai.web.models import ImportJob
from luhai.web.preview import Preview, answers, merged, previewed
from luhai.web.security import megabytes
from luhai.web.snapshot import snapshot
from luhai.web.words import clauses, listed, science_language

MEDIA = ("sea", "river", "lake")
JOBS_SHOWN = 20
State = ImportJob.State


@login_required
def start(request: HttpRequest) -> HttpResponse:
    """Choose files (GET); receive them (POST). What was chosen for medium and year is kept."""
    refusal: LuhaiError | None = None
    if request.method == "POST":
        try:
            job = importing.receive(
                request.FILES.getlist("files"),
                _user(request),
                medium=_medium(request),
                year=_year(request),
            )
        except InputError as error:
            refusal = error
        else:
            return redirect("import-job", job_id=job.pk)
    context = {
        "page": "data",
        "crumbs": [{"word": _("Data"), "href": ""}, {"word": _("Import"), "href": ""}],
        "refusal": refusal.to_dict(science_language()) if refusal else None,
        "limit": settings.UPLOAD_LIMIT_BYTES,
        "limit_text": megabytes(settings.UPLOAD_LIMIT_BYTES),
        "media": _media_words(),
        "posted": request.POST,
        "jobs": ImportJob.objects.all()[:JOBS_SHOWN],
        "imports": recent_imports(snapshot()),
    }
    return render(request, "luhai/import.html", context, status=400 if refusal else 200)


def _user(request: HttpRequest) -> User:
    """Who is logged in; the views above let nobody else through."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def _media_words() -> list[tuple[str, str]]:
    words = {"sea": _("sea"), "river": _("rivers"), "lake": _("lakes")}
    return [(name, words[name]) for name in MEDIA]


def _medium(request: HttpRequest) -> str:
    medium = str(request.POST.get("medium", ""))
    if medium and medium not in MEDIA:
        raise InputError(_("The kind of water is not one of the list."))
    return medium


def _year(request: HttpRequest) -> int | None:
    text = str(request.POST.get("year", "")).strip()
    if not text:
        return None
    if not text.isdecimal() or not 1900 <= int(text) <= 2200:
        raise InputError(
            _("“{text}” is not a year.").format(text=text[:12]),
            remedy=_("Write four digits, or leave the field empty."),
        )
    return int(text)


def _job(job_id: UUID) -> ImportJob:
    try:
        found = ImportJob.objects.get(pk=job_id)
    except ImportJob.DoesNotExist as error:
        raise NotFoundError(_("There is no such import.")) from error
    importing.check_alive(found)
    return found


@login_required
def job(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """One import: what was understood, what would change, and what became of it."""
    found = _job(job_id)
    shown = previewed(found.preview.get(science_language(), {})) if found.preview else None
    reports = [entry[science_language()] for entry in found.reports]
    if request.GET.get("part"):
        if not found.running:
            return HttpResponse(status=204)
        return render(request, "luhai/import_progress.html", {"job": found})
    context: dict[str, Any] = {
        "page": "data",
        "crumbs": [
            {"word": _("Data"), "href": reverse("import")},
            {"word": _("Import"), "href": reverse("import")},
            {"word": listed(found.files[:3]), "href": ""},
        ],
        "job": found,
        "sentence": _sentence(found, shown, reports),
        "preview": shown,
        "reports": reports,
        "failure": _failure(found),
        "media": _media_words(),
        "step": {State.READING: 1, State.PREVIEWED: 2, State.DONE: 4}.get(State(found.state), 3),
    }
    return render(request, "luhai/import_job.html", context)


def _failure(found: ImportJob) -> dict[str, str]:
    """Why the job failed, in the page's language; empty when it did not."""
    parts: dict[str, str] = found.error.get(science_language(), {})
    return parts


def _sentence(found: ImportJob, shown: Preview | None, reports: list[dict[str, Any]]) -> str:
    if found.state == State.READING:
        return _("The files are being read; nothing is stored yet.")
    if found.state == State.FAILED:
        return _failure(found).get("what", "") or _("The import failed.")
    if found.state == State.DISCARDED:
        return _("Nothing was stored.")
    if found.state in (State.STORING, State.ANALYSING):
        return _("The rows are being stored and analysed; you may leave this page.")
    if found.state == State.PREVIEWED and shown is not None:
        if shown.accepted == 0 and shown.refused:
            return _("Nothing of this can be stored.")
        return _counts(shown.accepted, shown.rejected, shown.duplicates)
    accepted = sum(entry["accepted"] for entry in reports)
    rejected = sum(entry["rejected"] for entry in reports)
    stored = ngettext("{n} row stored", "{n} rows stored", accepted).format(n=f"{accepted:,}")
    returned = ngettext("{n} returned", "{n} returned", rejected).format(n=f"{rejected:,}")
    return _("{stored}, {returned}.").format(stored=stored, returned=returned)


def _counts(accepted: int, rejected: int, duplicates: int) -> str:
    parts = [
        ngettext("{n} row can be stored", "{n} rows can be stored", accepted).format(
            n=f"{accepted:,}"
        )
    ]
    if rejected:
        parts.append(
            ngettext("{n} has a problem", "{n} have a problem", rejected).format(n=f"{rejected:,}")
        )
    if duplicates:
        parts.append(
            ngettext("{n} was here before", "{n} were here before", duplicates).format(
                n=f"{duplicates:,}"
            )
        )
    return _("{parts}.").format(parts=clauses(parts))


@login_required
@require_POST
def confirm(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Store what was previewed; or read again with another answer (``again``)."""
    found = _job(job_id)
    if found.state != State.PREVIEWED:
        raise InputError(
            _("This import cannot be confirmed in its present state."),
            remedy=_("Open its page to see where it stands."),
        )
    if "again" in request.POST:
        found.medium, found.year = _medium(request), _year(request)
        # Answers of an earlier reading stay valid: their questions are not asked again.
        found.mapping = merged(found.mapping, answers(request.POST.dict()))
        mapping_from(found.mapping)
        importing.begin(found, "preview")
    else:
        importing.begin(found, "store")
    return redirect("import-job", job_id=found.pk)


@login_required
@require_POST
def discard(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Throw a previewed import away."""
    found = _job(job_id)
    if found.state not in (State.PREVIEWED, State.FAILED):
        raise InputError(_("Only an import that is not stored can be discarded."))
    importing.discard(found)
    return redirect("import-job", job_id=found.pk)


@login_required
def rejects(request: HttpRequest, job_id: UUID, kind: str) -> HttpResponse:
    """The returned rows of a preview, as Excel or CSV, to be mended and sent again."""
    found = _job(job_id)
    frame = importing.rejects_of(found, science_language())
    if kind == "csv":
        response = HttpResponse(csv_bytes(frame), content_type="text/csv; charset=utf-8")
    elif kind == "xlsx":
        response = HttpResponse(
            excel_bytes({"rejects": frame}),
            content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        )
    else:
        raise NotFoundError(_("There is no such download."), remedy="csv, xlsx")
    response["Content-Disposition"] = f'attachment; filename="rejects-{found.pk}.{kind}"'
    return response
