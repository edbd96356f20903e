"""The one Django app of the pages; its label keeps the tables of the database apart."""

from __future__ import annotations

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Pages of a workspace."""

    name = "luhai.web"
    label = "pages"
    default_auto_field = "django.db.models.BigAutoField"
