"""``luhai why``: why a result is what it is, as a tree down to the raw rows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
from rich.markup import escape
from rich.table import Table
from rich.tree import Tree

from luhai.assessment.evidence import evidence_bundle
from luhai.assessment.why import explain
from luhai.cli.citing import citation_line
from luhai.cli.output import format_option, print_json, print_whole
from luhai.text import N_, language_from_environment, translate
from luhai.why import RawRow, Why
from luhai.workspace import Workspace, write_atomically


@click.command(
    "why",
    help=N_(
        "Explain the result RESULT_ID down to the raw rows of the imported files.\n\n"
        "Ids stand in the column result_id of every result table and on every page."
    ),
)
@click.argument("result_id")
@click.option(
    "--workspace",
    "folder",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help=N_("Folder of the workspace."),
)
@click.option(
    "--bundle",
    type=click.Path(path_type=Path, dir_okay=False),
    help=N_(
        "Also write the evidence (.zip): result, explanation, raw rows and their files, versions."
    ),
)
@format_option
def command(result_id: str, folder: Path, bundle: Path | None, output_format: str) -> None:
    """Explain a result."""
    workspace = Workspace.open(folder)
    language = language_from_environment()
    why = explain(workspace, result_id)
    if bundle is not None:
        write_atomically(bundle, evidence_bundle(workspace, result_id))
    if output_format == "json":
        print_json(why.to_dict(language))
        return
    print_whole(tree(why, language), markup=True)


def tree(why: Why, language: str, branch: Tree | None = None) -> Tree:
    """A step and all below it as a tree for the terminal."""
    label = f"[bold]{escape(why.statement.render(language))}[/bold]"
    if why.formula:
        label += f"\n{escape(why.formula)}"
    if why.detail is not None:
        label += f"\n[dim]{escape(why.detail.render(language))}[/dim]"
    if why.citation is not None:
        label += f"\n[cyan]{escape(citation_line(why.citation, language))}[/cyan]"
    node = Tree(label) if branch is None else branch.add(label)
    if why.row is not None:
        node.add(raw_table(why.row, language))
    for child in why.children:
        tree(child, language, node)
    return node


def raw_table(row: RawRow, language: str) -> Table:
    """The raw row with its neighbours as the file shows them.

    Of a wide sheet only the first columns and those about the deciding one are shown; the page and
    the JSON form hold them all.
    """
    width = max([len(row.header), *(len(cells) for cells in row.cells.values())], default=0)
    shown = _shown_columns(width, row.column)
    table = Table()
    table.add_column(escape(translate("Row", language)), justify="right")
    for position in shown:
        head = row.header[position] if position < len(row.header) else ""
        table.add_column(escape(f"{column_letters(position)} {head}".strip()), overflow="fold")
    for number, cells in sorted(row.cells.items()):
        if number != row.row and _without_end(cells) == _without_end(row.header):
            # The header, next to the first row of data, is shown already.
            continue
        padded = [*cells, *[""] * (width - len(cells))]
        table.add_row(
            str(number),
            *(escape(padded[position]) for position in shown),
            style="bold yellow" if number == row.row else "dim",
        )
    return table


_LEADING, _NEIGHBOURS = 4, 1
"""How many leading columns name the row, and how many beside the deciding one give it company."""


def _without_end(cells: Sequence[str]) -> list[str]:
    """The cells without the empty ones behind the last."""
    filled = [position for position, cell in enumerate(cells) if cell.strip()]
    return [cell.strip() for cell in cells[: filled[-1] + 1]] if filled else []


def _shown_columns(width: int, column: str) -> list[int]:
    deciding = column_position(column)
    return [
        position
        for position in range(width)
        if position < _LEADING or abs(position - deciding) <= _NEIGHBOURS or width <= 2 * _LEADING
    ]


def column_letters(position: int) -> str:
    """Letters of a column as a spreadsheet counts, from position 0 = A."""
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def column_position(letters: str) -> int:
    """Position of a column from 0; far outside for no letters."""
    position = 0
    for letter in letters:
        position = position * 26 + ord(letter) - ord("A") + 1
    return position - 1 if letters else -10
