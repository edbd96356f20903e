"""What the server itself must remember: import jobs and failed logins.

Everything about water lies in the workspace; the database could be lost without losing a number.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models


class ImportJob(models.Model):
    """Files that somebody sent, from the upload to the stored rows.

    ``mapping`` holds the answers to the readers' questions, in the form of a mapping file.
    ``preview`` and ``reports`` are what the page shows: plain mappings, see
    ``luhai.web.importing``. ``error`` holds the four parts of a refusal in
    each language.
    """

    class State(models.TextChoices):
        """Where a job stands; it moves down this list, or ends in discarded or failed."""

        READING = "reading"
        PREVIEWED = "previewed"
        STORING = "storing"
        ANALYSING = "analysing"
        DONE = "done"
        DISCARDED = "discarded"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created = models.DateTimeField(auto_now_add=True)
    changed = models.DateTimeField(auto_now=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    state = models.CharField(max_length=12, choices=State.choices, default=State.READING)
    files = models.JSONField(default=list)
    medium = models.CharField(max_length=10, blank=True, default="")
    year = models.PositiveSmallIntegerField(null=True, blank=True)
    mapping = models.JSONField(default=dict)
    preview = models.JSONField(default=dict)
    reports = models.JSONField(default=list)
    error = models.JSONField(default=dict)
    step = models.CharField(max_length=200, blank=True, default="")
    steps_done = models.PositiveIntegerField(default=0)
    steps_total = models.PositiveIntegerField(default=0)
    process = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ("-created",)

    def __str__(self) -> str:
        return f"{self.id} ({self.state})"

    @property
    def running(self) -> bool:
        """Whether work is under way, so that the page looks again by itself."""
        return self.state in (self.State.READING, self.State.STORING, self.State.ANALYSING)


class LoginFailure(models.Model):
    """A login that failed: too many from one address, and it has to wait."""

    address = models.CharField(max_length=64, db_index=True)
    at = models.DateTimeField(auto_now_add=True, db_index=True)

    def __str__(self) -> str:
        return f"{self.address} {self.at:%Y-%m-%d %H:%M}"
