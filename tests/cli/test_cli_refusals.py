"""Refusals of the command line speak Chinese where the reader does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from luhai.cli import main
from luhai.workspace import Workspace

ENGLISH_SENTENCE = re.compile(r"[A-Za-z]{2,}(?: [a-z]{2,}){2,}")
"""Three words in a row: commands, columns, codes and options alone make no sentence."""
GOOD = "断面名称,监测时间,氨氮(mg/L)\n埠场,2021-01-05 08:00,1.2\n"

CASES = {
    "ending": ("assess {file} --standard gb3838-2002 --by year --out x.txt", 2),
    "no file": ("assess {folder}/none.csv --standard gb3838-2002 --by year", 1),
    "nothing to take": ("assess {empty} --standard gb3838-2002 --by year", 1),
    "other water": ("assess {file} --standard gb3097-1997 --by year --medium river", 2),
    "no value": ("trend {file} --indicator lh_din", 1),
    "no value at a place": ("trend {file} --indicator lh_din --place 埠场", 1),
    "no plan": ("outlook --workspace {workspace} --year 2020", 1),
    "nothing to analyse": ("analyse --workspace {workspace}", 1),
    "no such result": ("why class-0 --workspace {workspace}", 1),
    "no workspace": ("analyse --workspace {folder}/none", 1),
    "no class table": ("level {folder}/none.csv --rule surface", 1),
}


@pytest.mark.parametrize("name", CASES)
def test_a_refusal_leaves_no_english_sentence_in_chinese(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LUHAI_LANGUAGE", "zh")
    (tmp_path / "good.csv").write_text(GOOD, encoding="utf-8")
    (tmp_path / "empty.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    workspace = Workspace.create(tmp_path / "w").root
    words, code = CASES[name]
    places = {"file": tmp_path / "good.csv", "empty": tmp_path / "empty.csv"}
    arguments = words.format(**places, folder=tmp_path, workspace=workspace).split()
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == code
    said = capsys.readouterr().err.replace(str(tmp_path), "")
    assert said.startswith("luhai: ") or "luhai: " in said
    assert re.search("[\u4e00-\u9fff]", said)
    assert ENGLISH_SENTENCE.findall(said) == []
