# ruff: noqa: RUF012  (class attributes are what Django reads)
"""First tables of the pages: import jobs and failed logins."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="LoginFailure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("address", models.CharField(db_index=True, max_length=64)),
                ("at", models.DateTimeField(auto_now_add=True, db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name="ImportJob",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("created", models.DateTimeField(auto_now_add=True)),
                ("changed", models.DateTimeField(auto_now=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("reading", "Reading"),
                            ("previewed", "Previewed"),
                            ("storing", "Storing"),
                            ("analysing", "Analysing"),
                            ("done", "Done"),
                            ("discarded", "Discarded"),
                            ("failed", "Failed"),
                        ],
                        default="reading",
                        max_length=12,
                    ),
                ),
                ("files", models.JSONField(default=list)),
                ("medium", models.CharField(blank=True, default="", max_length=10)),
                ("year", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("preview", models.JSONField(default=dict)),
                ("reports", models.JSONField(default=list)),
                ("error", models.JSONField(default=dict)),
                ("step", models.CharField(blank=True, default="", max_length=200)),
                ("steps_done", models.PositiveIntegerField(default=0)),
                ("steps_total", models.PositiveIntegerField(default=0)),
                ("process", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ("-created",),
            },
        ),
    ]
