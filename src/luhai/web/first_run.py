"""The first start of a workspace's server: secret key, database, and one local administrator.

The administrator's password is made here and printed once; only its hash is kept. Whoever loses it
makes a new one with ``luhai serve --new-password``.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from luhai.errors import UsageError
from luhai.workspace import Workspace, write_atomically

ADMINISTRATOR = "admin"


@dataclass(frozen=True)
class FirstRun:
    """What the start made: ``password`` is empty when the administrator already had one."""

    username: str
    password: str


def configure(workspace: Workspace) -> None:
    """Point Django at a workspace; must come before anything of Django is used.

    Raises:
        UsageError: this process already serves another workspace.
    """
    root = str(workspace.root.resolve())
    serving = os.environ.get("LUHAI_WORKSPACE")
    if serving and Path(serving) != Path(root):
        raise UsageError("One server process serves one workspace.", where=root)
    key = workspace.web / "secret_key"
    if not key.is_file():
        write_atomically(key, secrets.token_urlsafe(48).encode())
    (workspace.web / "uploads").mkdir(parents=True, exist_ok=True)
    os.environ["LUHAI_WORKSPACE"] = root
    os.environ["DJANGO_SETTINGS_MODULE"] = "luhai.web.settings"
    import django

    django.setup()


def prepare(workspace: Workspace, *, new_password: bool = False) -> FirstRun:
    """Make what the server needs and does not yet have.

    Args:
        workspace: the workspace to serve.
        new_password: make a new password for an administrator who exists already.
    """
    configure(workspace)
    from django.contrib.auth.models import User
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    user, created = User.objects.get_or_create(username=ADMINISTRATOR)
    if not created and not new_password:
        return FirstRun(ADMINISTRATOR, "")
    password = secrets.token_urlsafe(12)
    user.set_password(password)
    user.save()
    return FirstRun(ADMINISTRATOR, password)
