"""``luhai plan``: one JSON document, exit codes, one clear message for bad input."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from plan_seeding import PLANS, Seed

from luhai.cli import main


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as exit_:
        main(list(arguments))
    captured = capsys.readouterr()
    return int(exit_.value.code or 0), captured.out, captured.err


@pytest.mark.parametrize("language", ["zh", "en"])
def test_check_prints_one_json_document_and_exits_1_on_an_error(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setenv("LUHAI_LANGUAGE", language)
    code, out, err = run(capsys, "plan", "check", str(PLANS / "yangjiang"), "--format", "json")
    findings = json.loads(out)
    assert code == 1
    assert err == ""
    assert {"rule", "severity", "where", "message"} <= set(findings[0])
    assert findings[0]["severity"] == "error"
    assert ("红树林面积" if language == "zh" else "Mangrove area") in findings[0]["message"]


def test_check_exits_0_without_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "plan", "check", str(PLANS / "example-bay"), "--format", "json")
    assert (code, json.loads(out)) == (0, [])


def test_check_prints_a_table(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LUHAI_LANGUAGE", "en")
    code, out, _ = run(capsys, "plan", "check", str(PLANS / "yangjiang"), "--today", "2026-06-01")
    assert code == 1
    assert "A part is larger than its whole" in out
    assert "The plan ended on 2020-12-31" in out
    assert "1 must be changed" in out


def test_coverage_lists_every_paragraph(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LUHAI_LANGUAGE", "en")
    folder = str(PLANS / "yangjiang")
    code, out, _ = run(capsys, "plan", "coverage", folder, "--format", "json")
    document = json.loads(out)
    assert code == 0
    assert document["summary"] == {"carried": 85, "context": 11, "unmapped": 0}
    assert len(document["paragraphs"]) == 96
    code, out, _ = run(capsys, "plan", "coverage", folder)
    assert code == 0
    assert "96 paragraphs: 85 carried, 11 context, 0 unmapped." in out


@pytest.mark.parametrize("job", ["check", "coverage"])
def test_bad_input_is_one_clear_message(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    seed: Seed,
    job: str,
) -> None:
    monkeypatch.setenv("LUHAI_LANGUAGE", "en")
    code, out, err = run(capsys, "plan", job, str(tmp_path / "nowhere"))
    assert (code, out) == (1, "")
    assert "no such folder" in err
    broken = seed("example-bay", ("targets.csv", ">=,92,", ">=,ninety,"))
    code, out, err = run(capsys, "plan", job, str(broken), "--format", "json")
    assert (code, out) == (1, "")
    assert "targets.csv, row 3, column value" in err
    assert err.count("\n") == 1


def test_an_unknown_option_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "plan", "check", str(PLANS / "yangjiang"), "--formt", "json")
    assert code == 2
    assert "--format" in err
