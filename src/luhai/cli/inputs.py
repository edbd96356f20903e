"""What commands read: a file, an archive, a folder or a workspace, all through the same door.

Files are imported into a workspace of their own that is thrown away afterwards, so that a command
on a file and the same command after ``luhai import`` give the same numbers: the same readers,
quality flags, identity of observations and account of rows.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
import polars as pl

from luhai.errors import InputError, NotFoundError
from luhai.observations.export import neutralise
from luhai.observations.importing import import_paths
from luhai.observations.reports import FileReport
from luhai.observations.schema import REJECT_SCHEMA
from luhai.observations.store import ObservationStore
from luhai.text import Text, language_from_environment, translate
from luhai.workspace import Workspace

_SHOWN_REJECTS = 5


@dataclass(frozen=True)
class OpenedObservations:
    """Observations that a command works on.

    Attributes:
        store: where they lie.
        workspace: the workspace named by the user, ``None`` for files.
        reports: what became of each file; empty for a workspace.
        rejects: rows and columns of the files that were not taken, ``REJECT_SCHEMA``.
    """

    store: ObservationStore
    workspace: Workspace | None
    reports: tuple[FileReport, ...]
    rejects: pl.DataFrame

    @property
    def faultless(self) -> bool:
        """Whether everything that was named could be taken."""
        return all(report.faultless for report in self.reports)

    def print_rejects(self) -> None:
        """Name what was not taken on standard error: file, row, column, value and reason."""
        language = language_from_environment()
        for report in self.reports:
            if report.error is not None:
                click.echo(f"luhai: {report.error.render(language)}", err=True)
            for member in report.members:
                if member.refused is not None:
                    click.echo(f"luhai: {member.refused.render(language)}", err=True)
        if self.rejects.is_empty():
            return
        counted = (
            self.rejects.group_by("reason").len().sort("len", "reason", descending=[True, False])
        )
        reasons = ", ".join(f"{reason} {count}" for reason, count in counted.iter_rows())
        message = translate("Not taken: {count} rows or columns ({reasons})", language)
        click.echo(message.format(count=self.rejects.height, reasons=reasons), err=True)
        for row in self.rejects.head(_SHOWN_REJECTS).iter_rows(named=True):
            where = f"{row['file']} {row['sheet'] or ''} {row['row']}{row['column'] or ''}"
            shown = f" '{_as_written(row['value_text'])}'" if row["value_text"] else ""
            click.echo(f"  {' '.join(where.split())}{shown}: {row['message']}", err=True)
        if self.rejects.height > _SHOWN_REJECTS:
            click.echo(
                translate("  … the whole list is written by: luhai import", language), err=True
            )


@contextmanager
def open_observations(
    path: Path,
    *,
    medium: str | None = None,
    year: int | None = None,
    mapping: Path | None = None,
    report_progress: Callable[[int, int, str], None] | None = None,
) -> Iterator[OpenedObservations]:
    """Open a file, an archive, a folder of files or a workspace.

    Args:
        path: what the user named.
        medium: the water that all rows of a file are of, ``None`` to let the file say.
        year: the year of dates written without one, ``None`` to let the file say.
        mapping: what a laboratory's headers mean.
        report_progress: called with the files done, all files and the name of the one at hand.

    Raises:
        NotFoundError: there is nothing at the path.
        InputError: nothing in it could be read.
    """
    if not path.exists():
        raise NotFoundError(
            Text("There is no such file or folder."),
            where=str(path),
            remedy=Text("Check the path."),
        )
    nothing = pl.DataFrame(schema=REJECT_SCHEMA)
    if (path / "workspace.toml").is_file():
        workspace = Workspace.open(path)
        yield OpenedObservations(ObservationStore(workspace), workspace, (), nothing)
        return
    with tempfile.TemporaryDirectory(prefix="luhai-") as folder:
        workspace = Workspace.create(folder)
        reports = import_paths(
            [path],
            workspace,
            medium=medium,
            year=year,
            mapping=mapping,
            progress=report_progress,
            language=language_from_environment(),
        )
        errors = [report.error for report in reports if report.error is not None]
        if errors and len(errors) == len(reports):
            raise errors[0]
        yield OpenedObservations(
            ObservationStore(workspace), None, tuple(reports), _rejects(reports)
        )


def require_rows(opened: OpenedObservations, path: Path) -> None:
    """Refuse an input without any observation.

    Raises:
        InputError: nothing was stored.
    """
    if opened.store.files():
        return
    opened.print_rejects()
    if opened.workspace is not None:
        raise InputError(
            Text("The workspace holds no observations yet."),
            where=str(path),
            remedy=Text(
                "Import files first: luhai import PATH --workspace {workspace}.",
                {"workspace": str(path)},
            ),
        )
    if opened.rejects.is_empty():
        raise InputError(
            Text("It holds no observation that could be taken."),
            where=str(path),
            remedy=Text("A mapping file (--mapping) can say what headers mean."),
        )
    raise InputError(
        Text("It holds no observation that could be taken."),
        where=str(path),
        remedy=Text("See the reasons above; a mapping file (--mapping) can say what headers mean."),
    )


def _as_written(text: str) -> str:
    """A cell of a rejects file without the apostrophe that keeps spreadsheets from running it."""
    plain = text.removeprefix("'")
    return plain if neutralise(plain) == text else text


def _rejects(reports: list[FileReport]) -> pl.DataFrame:
    found = [
        pl.read_csv(report.rejects_file, schema_overrides=REJECT_SCHEMA)
        for report in reports
        if report.rejects_file is not None
    ]
    return pl.concat(found) if found else pl.DataFrame(schema=REJECT_SCHEMA)
