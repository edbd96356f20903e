"""The command line: every job of the rooms as one command.

Commands live one per module in this package and are imported only when they are called, so that
``luhai --help`` answers at once. Exit codes: 0 done, 1 the input has errors, 2 wrong usage.
"""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any

import click

from luhai import __version__
from luhai.cli.output import print_error
from luhai.cli.words import in_language, speaking
from luhai.errors import LuhaiError
from luhai.text import N_, language_from_environment, translate

COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("luhai.cli.init", N_("Create a workspace for a plan.")),
    "plan": ("luhai.cli.plan", N_("Check a plan and show what it covers.")),
    "import": ("luhai.cli.importing", N_("Import files as laboratories and stations send them.")),
    "assess": ("luhai.cli.assess", N_("Water-quality classes of places by period.")),
    "level": ("luhai.cli.level", N_("Quality level of a group of places.")),
    "trend": ("luhai.cli.trend", N_("Trends with their tests and slopes.")),
    "outlook": (
        "luhai.cli.outlook",
        N_("What the rest of the year must bring, and how likely it is."),
    ),
    "analyse": ("luhai.cli.analyse", N_("Run the whole analysis of a workspace.")),
    "why": ("luhai.cli.why", N_("Why a result is what it is, down to the raw rows.")),
    "samples": ("luhai.cli.samples", N_("Write the demonstration files.")),
    "serve": ("luhai.cli.serve", N_("Serve the pages of a workspace.")),
}
"""Name of each command, the module that holds its ``command`` object, and its one-line help."""


class LazyGroup(click.Group):
    """A group that imports a command's module only when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command = importlib.import_module(COMMANDS[name][0]).command
        assert isinstance(command, click.Command)
        return in_language(command, language_from_environment())

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        language = language_from_environment()
        rows = [(name, translate(help_, language)) for name, (_, help_) in COMMANDS.items()]
        with formatter.section(translate("Commands", language)):
            formatter.write_dl(rows)


@click.command(
    cls=LazyGroup,
    help=N_("luhai (陆海): from monitoring files to an attainment plan that explains itself."),
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="luhai", help=N_("Show the version and exit."))
def root() -> None:
    """All commands."""


def main(arguments: list[str] | None = None) -> Any:
    """Entry point of the ``luhai`` command."""
    language = language_from_environment()
    with speaking(language):
        outcome = _run(in_language(root, language), arguments)
    sys.exit(outcome if isinstance(outcome, int) else 0)


def _run(command: click.Command, arguments: list[str] | None) -> Any:
    """What a command returns; a refusal is printed and ends with its exit code."""
    try:
        return command.main(args=arguments, prog_name="luhai", standalone_mode=False)
    except LuhaiError as error:
        print_error(error)
        sys.exit(error.exit_code)
    except click.UsageError as error:
        error.show()
        sys.exit(2)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(130)
    except BrokenPipeError:
        # The reader of a pipe (head, less) has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    except OSError as error:
        print_error(LuhaiError(error.strerror or str(error), where=str(error.filename or "")))
        sys.exit(1)
