"""In whose language does the command line speak?

Help texts are message ids, marked where the option stands and translated when a command is called,
so that one module serves readers of both languages. The sentences that click itself writes (usage,
missing options, unknown choices) are taken from the same catalogue: click asks gettext for them,
and gettext is pointed at the catalogue of this room while a command runs.
"""

from __future__ import annotations

import copy
import gettext
import os
from collections.abc import Iterator
from contextlib import contextmanager
from gettext import ngettext
from pathlib import Path

import click

from luhai.text import N_, translate

_DOMAIN = "luhai"
_LOCALE = Path(__file__).parent / "locale"
_CATALOGUES = {"zh": "zh_Hans"}


def click_sentences() -> tuple[str, ...]:
    """Message ids of click that a reader of this command line can meet."""
    return (
        N_("Usage:"),
        N_("Options"),
        N_("Commands"),
        N_("Show this message and exit."),
        N_("default: {default}"),
        N_("required"),
        N_("file"),
        N_("directory"),
        N_("path"),
        N_("Error: {message}"),
        N_("Try '{command} {option}' for help."),
        N_("Invalid value: {message}"),
        N_("Invalid value for {param_hint}: {message}"),
        N_("Missing argument"),
        N_("Missing option"),
        N_("Missing command."),
        N_("Choose from:\n\t{choices}"),
        N_("No such option {name!r}."),
        N_("No such command {name!r}."),
        N_("Option {name!r} does not take a value."),
        N_("{name} {filename!r} does not exist."),
        N_("{name} {filename!r} is a file."),
        N_("{name} {filename!r} is a directory."),
        N_("{name} {filename!r} is not readable."),
        N_("{value!r} is not a valid {number_type}."),
        N_("{value} is not in the range {range}."),
        ngettext("{value!r} is not {choice}.", "{value!r} is not one of {choices}.", 2),
        ngettext(
            "{value!r} does not match the format {format}.",
            "{value!r} does not match the formats {formats}.",
            2,
        ),
        ngettext(
            "Option {name!r} requires an argument.",
            "Option {name!r} requires {nargs} arguments.",
            2,
        ),
        ngettext("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)", 2),
        ngettext(
            "Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})", 2
        ),
    )


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Let click's own sentences come in a language, for the time of the context."""
    domain, before = gettext.textdomain(), os.environ.get("LANGUAGE")
    gettext.bindtextdomain(_DOMAIN, str(_LOCALE))
    gettext.textdomain(_DOMAIN)
    os.environ["LANGUAGE"] = _CATALOGUES.get(language, language)
    try:
        yield
    finally:
        gettext.textdomain(domain)
        if before is None:
            del os.environ["LANGUAGE"]
        else:
            os.environ["LANGUAGE"] = before


def in_language(command: click.Command, language: str) -> click.Command:
    """A command with its help, and that of its options and subcommands, in one language."""
    spoken = copy.copy(command)
    spoken.help = _paragraphs(translate(command.help, language), language) if command.help else None
    spoken.params = [_parameter(parameter, language) for parameter in command.params]
    if isinstance(spoken, click.Group) and isinstance(command, click.Group):
        spoken.commands = {
            name: in_language(child, language) for name, child in command.commands.items()
        }
    return spoken


def _paragraphs(text: str, language: str) -> str:
    """Chinese has no spaces at which click could wrap: its lines stay as the catalogue has them."""
    if language != "zh":
        return text
    return "\n\n".join(f"\b\n{paragraph}" for paragraph in text.split("\n\n"))


def _parameter(parameter: click.Parameter, language: str) -> click.Parameter:
    if not isinstance(parameter, click.Option) or not parameter.help:
        return parameter
    spoken = copy.copy(parameter)
    spoken.help = translate(parameter.help, language)
    return spoken
