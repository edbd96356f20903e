"""A server for page tests: Django set up on a workspace of its own, and ways to serve others."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from luhai.observations.locking import writer_lock
from luhai.web.first_run import configure, prepare
from luhai.workspace import Workspace

if TYPE_CHECKING:
    from django.test import Client

REPOSITORY = Path(__file__).parents[2]
PLANS = REPOSITORY / "plans"
SAMPLES = REPOSITORY / "samples"

# Django is set up once in a process, before any module of tests imports a model; the database of
# all page tests lies here, whatever workspace a test serves.
# A worker of pytest-xdist inherits what its parent process configured; it serves its own.
os.environ.pop("LUHAI_WORKSPACE", None)
_STATE = tempfile.TemporaryDirectory(prefix="luhai-web-")
HOME = Workspace.create(_STATE.name)
configure(HOME)
PASSWORD = prepare(HOME).password


@pytest.fixture(autouse=True)
def clean_state(request: pytest.FixtureRequest) -> Iterator[None]:
    """Each test starts without import jobs and failed logins.

    Browser tests talk to a server of their own, and the browser's driver keeps an event loop in
    this thread, in which Django's database may not be used.
    """
    if request.node.get_closest_marker("browser"):
        yield
        return
    from django.db import connections

    from luhai.web.models import ImportJob, LoginFailure

    ImportJob.objects.all().delete()
    LoginFailure.objects.all().delete()
    yield
    connections.close_all()


@pytest.fixture
def client() -> Client:
    """A browser without script, in English unless it asks otherwise."""
    from django.test import Client

    return Client(SERVER_NAME="localhost")


@pytest.fixture
def administrator(client: Client) -> Client:
    """The same, logged in."""
    assert client.login(username="admin", password=PASSWORD)
    return client


@pytest.fixture
def serve() -> Iterator[Callable[[Workspace], Workspace]]:
    """Serve a workspace until the test ends; jobs run in this process."""
    from django.test import override_settings

    changed: list[override_settings] = []

    def start(workspace: Workspace) -> Workspace:
        setting = override_settings(
            WORKSPACE_ROOT=str(workspace.root.resolve()), JOBS_IN_BACKGROUND=False
        )
        setting.enable()
        changed.append(setting)
        return workspace

    yield start
    for setting in reversed(changed):
        setting.disable()


@pytest.fixture(scope="session")
def samples_analysed(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The demonstration workspace: samples imported and analysed, made once for all workers."""
    from luhai.assessment.analysis import analyse
    from luhai.observations.importing import import_paths

    base = tmp_path_factory.getbasetemp()
    # Workers of one run have a folder each below a common one.
    shared = base.parent if base.name.startswith("popen") else base
    root = shared / "samples-analysed"
    with writer_lock(shared / "samples-analysed.lock", wait_seconds=300):
        if not (root / "results" / "current").exists():
            workspace = Workspace.create(root, PLANS / "yangjiang", demonstration=True)
            import_paths([SAMPLES], workspace)
            analyse(workspace)
    return Workspace.open(root)
