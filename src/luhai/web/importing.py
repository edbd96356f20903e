"""Files on their way in: received, read for a preview, stored when confirmed, then analysed.

Nothing is stored before the administrator confirms. Reading and storing run in a process of their
own, so that a page answers at once and a long analysis never holds the server; what the page shows
of it is written to the job's row. A process that died leaves the store as it was (imports are
atomic), and the job says so.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import unicodedata
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import polars as pl
from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import override

from luhai.assessment.analysis import analyse
from luhai.errors import InputError, LuhaiError
from luhai.observations.importing import import_paths, reading_options
from luhai.observations.preview import preview
from luhai.observations.reading import read_path
from luhai.observations.reading.mapping import mapping_from
from luhai.observations.schema import REJECT_SCHEMA
from luhai.text import LANGUAGES
from luhai.web.models import ImportJob
from luhai.web.words import PAGE_LANGUAGES, science_language
from luhai.workspace import Workspace

State = ImportJob.State
NAME_LENGTH = 120

_children: dict[int, subprocess.Popen[bytes]] = {}


def receive(
    files: Iterable[UploadedFile], user: User, *, medium: str, year: int | None
) -> ImportJob:
    """Take uploaded files into a folder of their own and start reading them.

    Raises:
        InputError: no file was sent, or only empty ones.
    """
    chosen = list(files)
    if not chosen:
        raise InputError(_("No file was chosen."), remedy=_("Choose at least one file."))
    job = ImportJob(user=user, medium=medium, year=year)
    folder = folder_of(job)
    folder.mkdir(parents=True)
    try:
        names: list[str] = []
        for upload in chosen:
            name = _free_name(safe_name(upload.name or "file"), names)
            with (folder / name).open("wb") as stream:
                for chunk in upload.chunks():
                    stream.write(chunk)
            names.append(name)
        job.files = names
        job.save(force_insert=True)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    begin(job, "preview")
    return job


def safe_name(name: str) -> str:
    """A file name without folders and control characters, not hidden, of bearable length."""
    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(c for c in base if unicodedata.category(c)[0] != "C").strip().lstrip(".")
    stem, dot, suffix = kept.rpartition(".")
    if len(kept) > NAME_LENGTH:
        kept = stem[: NAME_LENGTH - len(suffix) - 1] + dot + suffix[:20]
    return kept or "file"


def _free_name(name: str, taken: list[str]) -> str:
    number, free = 2, name
    while free in taken:
        stem, dot, suffix = name.rpartition(".")
        free = f"{stem or name} ({number}){dot}{suffix if stem else ''}"
        number += 1
    return free


def folder_of(job: ImportJob) -> Path:
    """Where the job's files wait."""
    return Path(settings.WORKSPACE_ROOT) / "web" / "uploads" / str(job.pk)


def paths_of(job: ImportJob) -> list[Path]:
    """The job's files."""
    return [folder_of(job) / name for name in job.files]


def begin(job: ImportJob, action: str) -> None:
    """Start ``preview`` or ``store`` for a job; its rejects file speaks the page's language."""
    language = science_language()
    job.state = State.READING if action == "preview" else State.STORING
    job.step, job.steps_done, job.steps_total, job.error = "", 0, 0, {}
    job.save()
    if not settings.JOBS_IN_BACKGROUND:
        work(job, action, language)
        return
    child = subprocess.Popen(
        [sys.executable, "-m", "luhai.web.work", str(job.pk), action, language],
        env=os.environ | {"LUHAI_WORKSPACE": settings.WORKSPACE_ROOT},
        start_new_session=True,
        stdin=subprocess.DEVNULL,
    )
    _children[child.pid] = child
    ImportJob.objects.filter(pk=job.pk).update(process=child.pid)


def work(job: ImportJob, action: str, language: str) -> None:
    """Do the work of ``begin`` and note its end, good or bad."""
    try:
        if action == "preview":
            _preview(job)
        else:
            _store(job, language)
    except LuhaiError as error:
        job.state, job.error = State.FAILED, _in_each_language(error.to_dict)
    except Exception as error:
        fault = f"{type(error).__name__}: {error}"
        job.state = State.FAILED
        job.error = _in_each_language(
            lambda _language: InputError(
                fault, remedy=_("Tell the administrator of the server.")
            ).to_dict()
        )
        job.save()
        raise
    job.save()


def _in_each_language(parts: Callable[[str], dict[str, str]]) -> dict[str, dict[str, str]]:
    """The parts of a refusal in every language of the pages: its reader is not known yet."""
    found = {}
    for language in LANGUAGES:
        with override(PAGE_LANGUAGES[language]):
            found[language] = parts(language)
    return found


def check_alive(job: ImportJob) -> None:
    """A job whose process is gone without having said so has failed; say that."""
    if not job.running or job.process is None:
        return
    child = _children.get(job.process)
    alive = child.poll() is None if child else _exists(job.process)
    job.refresh_from_db()
    if alive or not job.running:
        return
    job.state = State.FAILED
    job.error = _in_each_language(_interrupted)
    job.save()


def _interrupted(_language: str) -> dict[str, str]:
    return InputError(
        _("The work was interrupted."),
        why=_("The data are as they were before, or wholly stored; nothing is half-written."),
        remedy=_("Send the files again: what is stored already is recognised and not doubled."),
    ).to_dict()


def _exists(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def discard(job: ImportJob) -> None:
    """Forget the files; nothing of them was stored."""
    shutil.rmtree(folder_of(job), ignore_errors=True)
    job.state = State.DISCARDED
    job.save()


def rejects_of(job: ImportJob, language: str) -> pl.DataFrame:
    """Every row and column of a job's files that is not taken, with its reason.

    Before the files are stored they are read again; afterwards the import's own list is given.
    """
    frames = [pl.DataFrame(schema=REJECT_SCHEMA)]
    if job.reports:
        for entry in job.reports:
            file = entry[language]["rejects_file"]
            if file:
                frames.append(pl.read_csv(file, schema=REJECT_SCHEMA))
        return pl.concat(frames)
    workspace = Workspace.open(settings.WORKSPACE_ROOT)
    options = reading_options(workspace, language=language, **_options(job))
    for path in paths_of(job):
        try:
            frames += [result.rejects for result in read_path(path, options)]
        except InputError:
            # A file that cannot be read as a whole has no rows to list; the page names it.
            continue
    return pl.concat(frames)


def _reporter(job: ImportJob) -> Callable[[int, int, str], None]:
    def report(done: int, total: int, step: str = "") -> None:
        ImportJob.objects.filter(pk=job.pk).update(
            steps_done=done, steps_total=total, step=step[:200]
        )

    return report


def _options(job: ImportJob) -> dict[str, Any]:
    mapping = mapping_from(job.mapping) if job.mapping else None
    return {"medium": job.medium or None, "year": job.year, "mapping": mapping}


def _preview(job: ImportJob) -> None:
    workspace = Workspace.open(settings.WORKSPACE_ROOT)
    # The sentences of the readers are written in one language: each language reads for itself.
    job.preview = {
        language: {
            "files": [
                entry.to_dict(language)
                for entry in preview(
                    paths_of(job), workspace, language=language, **_options(job)
                ).files
            ]
        }
        for language in LANGUAGES
    }
    job.state = State.PREVIEWED


def _store(job: ImportJob, language: str) -> None:
    workspace = Workspace.open(settings.WORKSPACE_ROOT)
    report = _reporter(job)
    reports = import_paths(
        paths_of(job), workspace, progress=report, language=language, **_options(job)
    )
    job.reports = [
        {language: entry.to_dict(language) for language in LANGUAGES} for entry in reports
    ]
    job.state, job.steps_done, job.steps_total = State.ANALYSING, 0, 0
    job.save()
    try:
        analyse(workspace, progress=report)
    except LuhaiError as error:
        job.state = State.FAILED
        refusal = error
        job.error = _in_each_language(lambda language: _not_analysed(refusal, language))
        return
    shutil.rmtree(folder_of(job), ignore_errors=True)
    job.state = State.DONE


def _not_analysed(refusal: LuhaiError, language: str) -> dict[str, str]:
    parts = refusal.to_dict(language)
    what = _("The rows are stored, but the analysis failed: {what}").format(what=parts["what"])
    return {**parts, "what": what}
