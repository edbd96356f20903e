"""``luhai serve``: starts on a workspace, says its address, and refuses what cannot work."""

from __future__ import annotations

import subprocess
import sys
import urllib.request
from pathlib import Path

from luhai.workspace import Workspace

from .browsers import running_server
from .conftest import PLANS


def luhai(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command that ends by itself."""
    return subprocess.run(
        [sys.executable, "-c", "from luhai.cli import main; main()", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_it_serves_the_pages_of_its_workspace(tmp_path: Path) -> None:
    Workspace.create(tmp_path, PLANS / "yangjiang")
    with running_server(tmp_path) as server:
        assert len(server.password) >= 12
        with urllib.request.urlopen(f"{server.address}/zh/", timeout=60) as response:
            body = response.read().decode()
            assert response.headers["Content-Security-Policy"]
        assert "还没有监测数据" in body


def test_it_refuses_a_folder_that_is_no_workspace(tmp_path: Path) -> None:
    done = luhai("serve", "--workspace", str(tmp_path / "none"))
    assert done.returncode == 1
    assert "luhai init" in done.stderr
    assert not (tmp_path / "none").exists()


def test_a_server_for_others_must_know_its_name(tmp_path: Path) -> None:
    Workspace.create(tmp_path)
    done = luhai("serve", "--workspace", str(tmp_path), "--host", "0.0.0.0")
    assert done.returncode == 2
    assert "LUHAI_ALLOWED_HOSTS" in done.stderr


def test_wrong_ports_are_wrong_usage(tmp_path: Path) -> None:
    Workspace.create(tmp_path)
    assert luhai("serve", "--workspace", str(tmp_path), "--port", "0").returncode == 2
