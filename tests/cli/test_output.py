"""What a command prints into a pipe is whole: neither cut nor broken at the width of a terminal."""

from __future__ import annotations

import pytest
from rich.markup import escape

from luhai.cli.output import print_rows, print_whole
from luhai.cli.why import raw_table, tree
from luhai.text import Text
from luhai.why import RawRow, Why

HEADER = tuple(f"很长的列名称第{number}号（毫克每升）" for number in range(8))
CELLS = tuple(f"cell {number} [x] with words" for number in range(8))


@pytest.mark.parametrize("columns", ["20", "80"])
def test_the_tree_of_a_why_is_not_broken_in_a_pipe(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    words = "statement " * 40
    row = RawRow("a.csv", "ab", "", 2, "C", HEADER, {1: HEADER, 2: CELLS, 3: CELLS})
    why = Why(
        kind="value",
        statement=Text(words),
        children=(Why(kind="row", statement=Text("row"), row=row),),
    )
    print_whole(tree(why, "en"), markup=True)
    lines = capsys.readouterr().out.splitlines()
    assert words.strip() in lines[0]
    assert [
        sum(all(cell in line for cell in cells) for line in lines) for cells in (HEADER, CELLS)
    ] == [1, 2]
    assert all(line == line.rstrip() for line in lines[1:])


def test_a_header_of_two_rows_is_no_reason_to_hide_a_row_of_data() -> None:
    row = RawRow(
        "a.csv", "ab", "", 2, "A", ("a", "b"), {1: ("a", "b", ""), 2: ("a", "b"), 3: ("a",)}
    )
    assert raw_table(row, "en").row_count == 2


def test_a_wide_table_is_whole_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    wide = {f"k{number}": f"value {number} " * 10 for number in range(6)}
    print_rows([wide], {key: escape(key) for key in wide})
    assert any(
        all(cell in line for cell in wide.values()) for line in capsys.readouterr().out.splitlines()
    )
