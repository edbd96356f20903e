"""A folder that is no workspace, or no longer one, is refused in either language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from luhai.errors import InputError, NotFoundError
from luhai.workspace import Workspace, write_atomically

SENTENCE = re.compile(r"[A-Za-z]+(?: [a-z]+){2,}")
"""Three words in a row: a sentence, where names, codes and options are single words."""


def test_a_folder_without_a_workspace_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match=r"No workspace here\..*luhai init") as caught:
        Workspace.open(tmp_path)
    chinese = caught.value.render("zh")
    assert chinese.startswith(f"{tmp_path}: 这里没有工作区。")
    assert not SENTENCE.search(chinese.replace("luhai init FOLDER", ""))


def test_a_spoilt_description_is_refused(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "city")
    (workspace.root / "workspace.toml").write_text("plan = ", encoding="utf-8")
    with pytest.raises(InputError, match="cannot be read") as caught:
        Workspace.open(workspace.root)
    chinese = caught.value.render("zh")
    assert "工作区的说明文件读不了" in chinese
    assert not SENTENCE.search(chinese.replace(str(caught.value.__cause__), ""))


def test_a_file_is_written_whole_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    write_atomically(tmp_path / "folder" / "file", b"old")
    write_atomically(tmp_path / "folder" / "file", b"new")
    assert [path.name for path in (tmp_path / "folder").iterdir()] == ["file"]
    assert (tmp_path / "folder" / "file").read_bytes() == b"new"
    (tmp_path / "folder" / "taken").mkdir()
    with pytest.raises(OSError, match="taken"):
        write_atomically(tmp_path / "folder" / "taken", b"new")
    assert sorted(path.name for path in (tmp_path / "folder").iterdir()) == ["file", "taken"]
