"""Examples in the documentation run as tests.

``python`` blocks are executed; ``console`` blocks are commands behind ``$``, run in a folder that
holds the repository's plans and samples and a workspace made from them. Output shown below a
command must appear in what it prints, line by line; ``...`` stands for anything.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sybil import Example, Sybil
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser, SkipParser

REPOSITORY = Path(__file__).parent
COMMANDS = Path(sys.executable).parent


def run(command: str, folder: Path, language: str = "en") -> subprocess.CompletedProcess[str]:
    """Run a shell command with the environment's commands first on the path."""
    environment = os.environ | {
        "PATH": f"{COMMANDS}{os.pathsep}{os.environ['PATH']}",
        "LUHAI_LANGUAGE": language,
    }
    return subprocess.run(
        command,
        shell=True,
        cwd=folder,
        env=environment,
        text=True,
        capture_output=True,
        timeout=300,
        check=False,
    )


@pytest.fixture(scope="session")
def playground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with plans, samples and an analysed demonstration workspace."""
    folder = tmp_path_factory.mktemp("playground")
    for name in ("plans", "samples"):
        (folder / name).symlink_to(REPOSITORY / name)
    workspace = "workspace/demonstration"
    for command in (
        f"luhai init {workspace} --plan plans/yangjiang --demonstration",
        f"luhai import samples --workspace {workspace} || test $? -eq 1",
        f"luhai analyse --workspace {workspace}",
    ):
        done = run(command, folder)
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    before = Path.cwd()
    os.chdir(folder)
    yield folder
    os.chdir(before)


def run_console(example: Example) -> None:
    """Run the commands of one console block and look for the output shown below each."""
    folder: Path = example.namespace["playground"]
    language = "zh" if Path(example.path).name.endswith(".zh-CN.md") else "en"
    command, shown = "", []
    steps: list[tuple[str, list[str]]] = []
    for line in example.parsed.splitlines():
        if line.startswith("$ "):
            command, shown = line[2:], []
            steps.append((command, shown))
        elif line.strip():
            shown.append(line.strip())
    for command, shown in steps:
        done = run(command, folder, language)
        printed = done.stdout + done.stderr
        assert done.returncode in (0, 1), f"{command}: exit {done.returncode}\n{printed}"
        for line in shown:
            for part in filter(None, (piece.strip() for piece in line.split("..."))):
                assert part in printed, f"{command}: {part!r} is not in\n{printed}"


pytest_collect_file = Sybil(
    parsers=[
        SkipParser(),
        PythonCodeBlockParser(),
        CodeBlockParser(language="console", evaluator=run_console),
    ],
    patterns=["README*.md", "docs/*.md", "docs/**/*.md"],
    path=str(REPOSITORY),
    fixtures=["playground"],
).pytest()
