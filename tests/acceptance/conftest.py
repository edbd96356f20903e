"""The command line as a stranger uses it: arguments in, exit code and two streams out."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from luhai.cli import main


@dataclass(frozen=True)
class Done:
    """What a command left: its exit code and what it wrote on both streams."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on standard output."""
        return json.loads(self.out)


Luhai = Callable[..., Done]


@pytest.fixture
def luhai(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Luhai:
    """Run ``luhai`` with arguments, in a folder of its own and in English."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LUHAI_LANGUAGE", "en")

    def run(*arguments: object) -> Done:
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        code = ended.value.code
        return Done(code if isinstance(code, int) else 1, captured.out, captured.err)

    return run
