"""The committed demonstration files are what the generator writes, and have the means asked for."""

from __future__ import annotations

import json
import re
import shutil
import statistics
from pathlib import Path

import pytest
from click.testing import CliRunner

from luhai.cli.samples import command
from luhai.errors import InputError, NotFoundError
from luhai.samples import Figures, sample_files, write_samples
from luhai.samples.figures import full_width, parts_of_nitrogen
from luhai.samples.rivers import visits

REPOSITORY = Path(__file__).parents[2]
PLAN = REPOSITORY / "plans" / "yangjiang"
SAMPLES = REPOSITORY / "samples"
SENTENCE = re.compile(r"[A-Za-z]+(?: [a-z]+){2,}")
"""Three words in a row: a sentence, where names, codes and options are single words."""


def test_committed_files_equal_what_the_generator_writes() -> None:
    committed = {
        path.relative_to(SAMPLES).as_posix(): path.read_bytes()
        for path in SAMPLES.rglob("*")
        if path.is_file() and path.suffix != ".md"
    }
    fresh = sample_files(PLAN)
    assert sorted(committed) == sorted(fresh)
    different = [name for name, content in fresh.items() if committed[name] != content]
    assert different == [], "run scripts/make_samples.py and commit what it writes"


def test_files_are_small_and_say_that_they_are_invented() -> None:
    files = sample_files(PLAN)
    assert sum(map(len, files.values())) < 1_500_000
    assert all("演示数据" in name for name in files)
    assert {name.rpartition(".")[2] for name in files} == {"xls", "xlsx", "csv", "zip"}


def test_yearly_means_of_rivers_are_those_of_the_table() -> None:
    figures = Figures.load(PLAN)
    for (place_id, indicator), by_year in figures.controlled.items():
        for place in figures.of("river"):
            if place.place != place_id:
                continue
            for year, (target,) in by_year.items():
                drawn = [
                    figures.month_value(place, indicator, day)
                    for visited, day in visits(figures, year)
                    if visited == place
                ]
                assert len(drawn) == (8 if year == 2020 else 12)
                assert statistics.fmean(drawn) == pytest.approx(target, rel=1e-9)
                assert min(drawn) > 0


@pytest.mark.parametrize("din", [0.337, 0.25, 0.519, 0.041])
def test_parts_of_nitrogen_add_up_as_written(din: float) -> None:
    assert sum(map(float, parts_of_nitrogen(din))) == pytest.approx(round(din, 3), abs=1e-9)


def test_the_command_writes_what_the_generator_gives(tmp_path: Path) -> None:
    arguments = [str(tmp_path / "out"), "--plan", str(PLAN), "--format", "json"]
    outcome = CliRunner().invoke(command, arguments)
    assert outcome.exit_code == 0, outcome.output
    written = {row["file"]: row["bytes"] for row in json.loads(outcome.output)}
    expected = {
        str(tmp_path / "out" / name): len(content) for name, content in sample_files(PLAN).items()
    }
    assert written == expected
    assert CliRunner().invoke(command, [str(tmp_path / "other")]).exit_code == 2


def test_a_plan_without_figures_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no demonstration figures") as caught:
        write_samples(tmp_path, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    chinese = caught.value.render("zh")
    assert chinese.startswith(f"{tmp_path / 'demonstration'}: 这个方案没有演示数据。")
    assert not SENTENCE.search(chinese)


def test_spoilt_tables_are_refused_in_chinese_too(tmp_path: Path) -> None:
    shutil.copytree(PLAN / "demonstration", tmp_path / "demonstration")
    table = tmp_path / "demonstration" / "places.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("medium", "media"), "utf-8")
    with pytest.raises(InputError, match="cannot be read: 'medium'") as caught:
        write_samples(tmp_path, tmp_path / "out")
    assert not SENTENCE.search(caught.value.render("zh"))


def test_full_width_is_what_an_input_method_leaves() -> None:
    assert full_width("<0.05") == "＜０．０５"
