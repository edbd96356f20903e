# ruff: noqa: RUF012  (class attributes are what Django reads)
"""Answers given to the questions about a file."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("pages", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="importjob", name="mapping", field=models.JSONField(default=dict)
        ),
    ]
