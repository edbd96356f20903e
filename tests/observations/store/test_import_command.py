"""``luhai import`` as other programs call it, killed now and then."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

from luhai.observations.filing import import_reports
from luhai.observations.store import NO_VERSION, ObservationStore
from luhai.workspace import Workspace

KILLS = int(os.environ.get("LUHAI_KILLS", "2"))
"""Random moments at which an import is killed; the acceptance run takes 50."""

LUHAI = [sys.executable, "-c", "from luhai.cli import main; main()"]

HEADER = "断面名称,监测时间,pH(无量纲),氨氮(mg/L),总磷(mg/L)\n"
SOUND = HEADER + "尖山,2020-07-18 08:00,7.31,0.36,0.11\n"
FAULTY = SOUND + "尖山,2020-08-18 08:00,oh,0.36,0.11\n"


def luhai(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*LUHAI, *map(str, arguments)],
        capture_output=True,
        text=True,
        env=os.environ | {"LUHAI_LANGUAGE": "en"},
    )


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_json_has_one_entry_per_file_with_its_counts(tmp_path: Path) -> None:
    files = [write(tmp_path / "sound.csv", SOUND), write(tmp_path / "faulty.csv", FAULTY)]
    folder = tmp_path / "w"
    done = luhai("import", *files, "--workspace", folder, "--medium", "river", "--format", "json")
    assert done.returncode == 1, done.stderr
    sound, faulty = json.loads(done.stdout)
    keys = ("file", "rows", "accepted", "duplicates", "rejected")
    assert [sound[key] for key in keys] == [str(files[0]), 1, 1, 0, 0]
    assert [faulty[key] for key in keys] == [str(files[1]), 2, 0, 1, 1]
    assert sound["rejects_file"] is None
    assert Path(faulty["rejects_file"]).is_file()
    again = luhai("import", files[0], "--workspace", folder, "--medium", "river")
    assert again.returncode == 0, again.stderr
    assert "sound.csv" in again.stdout
    assert "\x1b" not in again.stdout + again.stderr


def test_exit_codes_tell_input_from_usage(tmp_path: Path) -> None:
    missing = luhai("import", tmp_path / "nowhere.csv", "--workspace", tmp_path / "w")
    assert missing.returncode == 1
    assert "nowhere.csv" in missing.stderr
    assert luhai("import", "--workspace", tmp_path / "w").returncode == 2
    file = write(tmp_path / "a.csv", SOUND)
    assert luhai("import", file, "--workspace", tmp_path / "w", "--medium", "air").returncode == 2
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"PK\x03\x04 not a workbook")
    refused = luhai("import", broken, "--workspace", tmp_path / "w")
    assert refused.returncode == 1
    assert "broken.xlsx" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.slow
def test_an_import_killed_at_any_moment_leaves_the_old_or_the_new_store(tmp_path: Path) -> None:
    file = tmp_path / "long.csv"
    rows = 40_000
    lines = (
        f"P{n % 9},{2015 + n % 5}-{n // 200 % 12 + 1:02d}-{n % 28 + 1:02d} {n // 28 % 24:02d}:00,"
        f"7.{n % 90 + 10},0.{n:05d},0.{n % 97 + 100}\n"
        for n in range(rows)
    )
    write(file, HEADER + "".join(lines))
    before = write(tmp_path / "before.csv", SOUND)
    usual = _usual_seconds(tmp_path, before, file)
    moments = random.Random(20200718)
    # The first half is the start of the program, where there is little to break.
    seen = [
        _killed(tmp_path, file, rows, moments.uniform(0.4 * usual, 1.05 * usual))
        for _ in range(KILLS)
    ]
    # The usual time is one of a machine that may be busy: kill earlier until one came in time.
    while not any(seen):
        usual *= 0.7
        seen.append(_killed(tmp_path, file, rows, 0.9 * usual))


def _killed(tmp_path: Path, file: Path, rows: int, moment: float) -> bool:
    """Kill an import after some seconds and repeat it; whether the kill came before the commit."""
    folder = tmp_path / "killed"
    shutil.copytree(tmp_path / "prepared", folder)
    workspace = Workspace.open(folder)
    store = ObservationStore(workspace)
    old = (store.version, store.rows().height)
    process = _start(file, folder)
    time.sleep(moment)
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=60)
    now = (store.version, store.polars().select(pl.len()).collect().item())
    assert now == old or now == (old[0] + 1, old[1] + 3 * rows)
    assert _import(file, folder) == 0
    assert store.version == old[0] + 1
    assert store.rows().unique(["place", "time", "indicator"]).height == old[1] + 3 * rows
    named = {Path(name).name for name in store.files()}
    assert named == {path.name for path in store.path.glob("year=*/*.parquet")}
    assert len(import_reports(workspace)) >= 2
    shutil.rmtree(folder)
    return now == old


def _usual_seconds(tmp_path: Path, before: Path, file: Path) -> float:
    folder = tmp_path / "usual"
    assert _import(before, folder) == 0
    assert ObservationStore(Workspace.open(folder)).version != NO_VERSION
    shutil.copytree(folder, tmp_path / "prepared")
    begun = time.monotonic()
    assert _import(file, folder) == 0
    return time.monotonic() - begun


def _start(file: Path, folder: Path) -> subprocess.Popen[bytes]:
    command = [*LUHAI, "import", str(file), "--medium", "river"]
    return subprocess.Popen(
        [*command, "--workspace", str(folder)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _import(file: Path, folder: Path) -> int:
    return _start(file, folder).wait(timeout=120)
