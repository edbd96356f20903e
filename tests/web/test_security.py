"""Headers, logins, uploads and first start: what keeps the pages safe."""

from __future__ import annotations

import io
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.test import Client as DjangoClient
from django.test import override_settings

from luhai.errors import UsageError
from luhai.web.first_run import configure
from luhai.web.importing import safe_name
from luhai.workspace import Workspace

from .conftest import HOME, PASSWORD, PLANS
from .made import made_workspace

if TYPE_CHECKING:
    from django.test import Client

Serve = Callable[[Workspace], Workspace]


@pytest.fixture
def plain(serve: Serve, tmp_path: Path) -> Workspace:
    """A workspace with a plan and nothing else."""
    return serve(made_workspace(tmp_path, PLANS / "yangjiang"))


@pytest.mark.parametrize(
    "address", ["/zh/", "/en/nothing/", "/static/luhai/luhai.css", "/levels.css", "/en/data/"]
)
def test_every_response_carries_the_security_headers(
    plain: Workspace, client: Client, address: str
) -> None:
    response = client.get(address)
    policy = response["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    if response.streaming:
        response.close()


def test_unknown_host_names_are_refused(plain: Workspace) -> None:
    response = DjangoClient(SERVER_NAME="evil.example").get("/zh/")
    assert response.status_code == 400


@pytest.mark.parametrize("page", ["data/"])
def test_import_asks_for_a_login(plain: Workspace, client: Client, page: str) -> None:
    response = client.get(f"/en/{page}")
    assert response.status_code == 302
    assert response["Location"].startswith("/en/login/")


def test_a_strangers_upload_is_not_even_received(plain: Workspace, client: Client) -> None:
    from luhai.web.models import ImportJob

    response = client.post("/en/data/", {"files": io.BytesIO(b"a,b\n1,2\n")})
    assert response.status_code == 302
    assert response["Location"].startswith("/en/login/")
    assert not ImportJob.objects.exists()
    assert not list((plain.web / "uploads").glob("*")) if plain.web.exists() else True


def test_forms_need_their_token(plain: Workspace) -> None:
    strict = DjangoClient(SERVER_NAME="localhost", enforce_csrf_checks=True)
    assert strict.login(username="admin", password=PASSWORD)
    response = strict.post("/en/data/", {"files": io.BytesIO(b"a\n1\n")})
    assert response.status_code == 403
    assert "The form was not accepted" in response.content.decode()


def test_the_right_password_lets_in_and_the_wrong_one_does_not(
    plain: Workspace, client: Client
) -> None:
    wrong = client.post("/en/login/", {"username": "admin", "password": "guess"})
    assert wrong.status_code == 400
    assert "Name or password is not right." in wrong.content.decode()
    assert 'value="admin"' in wrong.content.decode()
    right = client.post("/en/login/", {"username": "admin", "password": PASSWORD})
    assert right.status_code == 302
    assert client.get("/en/data/").status_code == 200
    assert client.post("/en/logout/").status_code == 302
    assert client.get("/en/data/").status_code == 302


def test_a_login_cannot_lead_elsewhere(plain: Workspace, client: Client) -> None:
    response = client.post(
        "/en/login/",
        {"username": "admin", "password": PASSWORD, "next": "https://evil.example/"},
    )
    assert response["Location"] == "/en/data/"


def test_logins_that_fail_too_often_have_to_wait(plain: Workspace, client: Client) -> None:
    for _attempt in range(5):
        assert client.post("/en/login/", {"username": "admin", "password": "x"}).status_code == 400
    blocked = client.post("/en/login/", {"username": "admin", "password": PASSWORD})
    assert blocked.status_code == 429
    assert "Too many failed logins." in blocked.content.decode()
    elsewhere = client.post(
        "/en/login/", {"username": "admin", "password": PASSWORD}, REMOTE_ADDR="10.0.0.9"
    )
    assert elsewhere.status_code == 302


def test_an_upload_above_the_limit_is_refused_politely(
    plain: Workspace, administrator: Client
) -> None:
    with override_settings(UPLOAD_LIMIT_BYTES=100_000):
        response = administrator.post("/en/data/", {"files": io.BytesIO(b"x" * 300_000)})
    assert response.status_code == 413
    body = response.content.decode()
    assert "the limit is" in body
    assert "luhai import" in body


def test_an_upload_that_hides_its_size_is_cut_off(
    plain: Workspace, administrator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from luhai.web import security
    from luhai.web.models import ImportJob

    monkeypatch.setattr(security, "_content_length", lambda request: 0)
    with override_settings(UPLOAD_LIMIT_BYTES=100_000):
        response = administrator.post("/en/data/", {"files": io.BytesIO(b"x" * 300_000)})
    assert response.status_code in (400, 413)
    assert not ImportJob.objects.exists()


def test_large_bodies_of_other_kinds_are_refused(plain: Workspace, client: Client) -> None:
    response = client.post("/en/login/", "x" * 2_000_000, content_type="text/plain")
    assert response.status_code == 413


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\a.csv", "a.csv"),
        (".hidden", "hidden"),
        ("a\x00b\r\n.csv", "ab.csv"),
        ("2020年夏季航次.xlsx", "2020年夏季航次.xlsx"),
        ("", "file"),
        ("…", "…"),
    ],
)
def test_names_of_uploads_lead_nowhere(written: str, kept: str) -> None:
    assert safe_name(written) == kept


def test_long_names_keep_their_suffix() -> None:
    name = safe_name("数" * 400 + ".xlsx")
    assert name.endswith(".xlsx")
    assert len(name) <= 120


def test_the_secret_key_is_made_once_and_only_its_owner_reads_it() -> None:
    file = HOME.web / "secret_key"
    before = file.read_text("ascii")
    configure(HOME)
    assert file.read_text("ascii") == before
    assert len(before) >= 50
    assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0


def test_a_process_serves_one_workspace(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="one workspace"):
        configure(Workspace.create(tmp_path))


def test_the_password_is_printed_once_and_can_be_renewed(tmp_path: Path) -> None:
    Workspace.create(tmp_path)
    script = (
        "import sys\n"
        "from luhai.web.first_run import prepare\n"
        "from luhai.workspace import Workspace\n"
        "done = prepare(Workspace.open(sys.argv[1]), new_password=sys.argv[2] == 'new')\n"
        "print(done.password)\n"
    )
    environment = {k: v for k, v in os.environ.items() if not k.startswith("LUHAI_")}
    environment.pop("DJANGO_SETTINGS_MODULE", None)

    def start(mode: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", script, str(tmp_path), mode],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    first, second, renewed = start("old"), start("old"), start("new")
    assert len(first) >= 12
    assert second == ""
    assert renewed not in ("", first)
    database = (tmp_path / "web" / "web.sqlite3").read_bytes()
    assert first.encode() not in database
    assert renewed.encode() not in database
