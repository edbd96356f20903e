"""How commands print: a table on a terminal, one JSON document with ``--format json``.

Results go to standard output, progress and errors to standard error. Progress bars are drawn only
on a terminal, so that a log file holds no control characters.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import click
from rich.console import Console, RenderableType
from rich.measure import Measurement
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from luhai.errors import LuhaiError
from luhai.text import N_, language_from_environment

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

_UNBOUNDED = 100_000
"""More characters than any line has."""


def format_option(function: Decorated) -> Decorated:
    """Add ``--format table|json`` to a command, as parameter ``output_format``."""
    return click.option(
        "--format",
        "output_format",
        type=click.Choice(["table", "json"]),
        default="table",
        show_default=True,
        help=N_("How to print the result."),
    )(function)


def print_json(document: Any) -> None:
    """Print one JSON document; Chinese stays readable, missing numbers are ``null``."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False, default=str))


def print_rows(
    rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str], *, title: str = ""
) -> None:
    """Print rows as a table.

    Args:
        rows: the rows.
        columns: key of each column to its (already translated) heading, in order.
        title: a line above the table.
    """
    table = Table(title=title or None, title_justify="left")
    for key, heading in columns.items():
        numeric = all(isinstance(row.get(key), int | float | None) for row in rows)
        table.add_column(heading, justify="right" if numeric and rows else "left")
    for row in rows:
        table.add_row(*("" if row.get(key) is None else str(row.get(key)) for key in columns))
    print_whole(table)


def print_whole(renderable: RenderableType, *, markup: bool = False) -> None:
    """Print a table or a tree; on a terminal at its width, in a pipe, which has none, uncut.

    Args:
        renderable: what to print.
        markup: whether square brackets in its texts are styles.
    """
    console = Console(highlight=False, markup=markup)
    if not sys.stdout.isatty():
        unbounded = console.options.update(width=_UNBOUNDED)
        needed = Measurement.get(console, unbounded, renderable).maximum
        console = Console(width=max(needed, 1), highlight=False, markup=markup)
    console.print(renderable)


def print_error(error: LuhaiError) -> None:
    """Print a refusal to standard error: what and where, why, remedy."""
    click.echo(f"luhai: {error.render(language_from_environment())}", err=True)


@contextmanager
def progress(description: str) -> Iterator[Callable[[int, int, str], None]]:
    """A progress bar on standard error; yields ``report(done, total, step)``."""
    console = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        disable=not sys.stderr.isatty(),
        transient=True,
    )
    with bar:
        task = bar.add_task(description, total=None)

        def report(done: int, total: int, step: str = "") -> None:
            text = f"{description} {step}".strip()
            bar.update(task, completed=done, total=total, description=text)

        yield report
