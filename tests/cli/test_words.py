"""The command line speaks the reader's language, and its page names every option."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from luhai.cli import COMMANDS, main, root
from luhai.cli.words import click_sentences, in_language

PAGE = Path(__file__).parents[2] / "docs" / "cli.md"
CHINESE = re.compile("[\u4e00-\u9fff]")


def commands() -> Iterator[tuple[str, click.Command]]:
    for name, (module, _) in COMMANDS.items():
        command = importlib.import_module(module).command
        yield name, command
        if isinstance(command, click.Group):
            for child_name, child in command.commands.items():
                yield f"{name} {child_name}", child


ALL = dict(commands())


def options(command: click.Command) -> list[click.Option]:
    return [parameter for parameter in command.params if isinstance(parameter, click.Option)]


@pytest.mark.parametrize("name", ALL)
def test_help_stands_in_both_languages(name: str) -> None:
    command = ALL[name]
    english, chinese = (in_language(command, language) for language in ("en", "zh"))
    assert english.help == command.help
    assert english.help
    assert chinese.help
    assert not CHINESE.search(english.help.replace("三类, 劣Ⅴ", ""))
    assert CHINESE.search(chinese.help)
    for plain, spoken in zip(options(english), options(chinese), strict=True):
        assert plain.help, f"{name} {plain.opts[0]} says nothing"
        assert not CHINESE.search(plain.help)
        assert CHINESE.search(spoken.help or ""), plain.help


@pytest.mark.parametrize("name", ALL)
def test_page_of_the_commands_names_every_option(name: str) -> None:
    text = PAGE.read_text(encoding="utf-8")
    section = re.search(rf"^## luhai {name.split()[0]}$.*?(?=^## |\Z)", text, re.M | re.S)
    assert section is not None
    assert f"luhai {name}" in section[0]
    for option in options(ALL[name]):
        if option.opts[0] != "--format":  # said once for all commands
            assert f"`{option.opts[0]}" in section[0], option.opts[0]


def test_sentences_of_click_are_those_that_click_writes() -> None:
    folder = Path(click.__file__).parent
    written = {
        node.value
        for file in folder.glob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert set(click_sentences()) <= written


@pytest.mark.parametrize(
    ("language", "usage", "refusal"),
    [
        ("en", "Usage: luhai assess", "Error: Missing option '--standard'."),
        ("zh", "用法： luhai assess", "错误：缺少选项 '--standard'"),
    ],
)
def test_wrong_usage_is_told_in_the_readers_language(
    language: str,
    usage: str,
    refusal: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("LUHAI_LANGUAGE", language)
    with pytest.raises(SystemExit) as exit_:
        main(["assess", "anything"])
    assert exit_.value.code == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert usage in printed.err
    assert refusal in printed.err


@pytest.mark.parametrize("language", ["zh", "en"])
def test_command_in_one_language_leaves_the_original_alone(language: str) -> None:
    before = root.help
    spoken = in_language(root, language)
    assert root.help == before
    assert (spoken.help != before) == (language == "zh")
