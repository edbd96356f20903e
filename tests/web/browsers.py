"""A server and a browser for the tests that need one."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

CHROMIUM_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True)
class Server:
    """A running ``luhai serve``."""

    address: str
    password: str


def find_chromium() -> str:
    """Path of Chromium; without one the test is skipped, or fails where it is required."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        reason = "no Chromium found (Debian: apt install chromium fonts-noto-cjk)"
        if os.environ.get("LUHAI_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


def free_port() -> int:
    """A port of the loopback interface that nobody listens at."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


@contextmanager
def running_server(root: Path) -> Iterator[Server]:
    """``luhai serve --format json`` on a workspace, until the block ends."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("LUHAI_")}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    port = free_port()
    command = [sys.executable, "-c", "from luhai.cli import main; main()", "serve"]
    command += ["--workspace", str(root), "--port", str(port), "--format", "json"]
    process = subprocess.Popen(
        [*command, "--new-password"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            if line.rstrip() == "}":
                break
        told = json.loads("".join(lines))
        _wait_for(told["address"])
        yield Server(told["address"].rstrip("/"), told["password"])
    finally:
        process.terminate()
        process.communicate(timeout=20)


def _wait_for(address: str) -> None:
    end = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(f"{address}levels.css", timeout=10):
                return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)
