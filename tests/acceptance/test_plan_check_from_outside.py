"""``luhai plan check`` on copies of the invented plan, one fault at a time."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from conftest import Luhai

EXAMPLE_BAY = Path(__file__).parents[2] / "plans" / "example-bay"


@pytest.fixture
def plan(luhai: Luhai) -> Path:
    shutil.copytree(EXAMPLE_BAY, "plan")
    return Path("plan")


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {file.name}"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def findings(luhai: Luhai) -> set[tuple[str, str]]:
    done = luhai("plan", "check", "plan", "--format", "json")
    assert done.code in (0, 1), done.err
    for finding in done.document:
        assert {"rule", "severity", "where", "message"} <= set(finding)
    assert done.code == int(any(found["severity"] == "error" for found in done.document))
    return {(found["rule"], str(found["where"])) for found in done.document}


FAULTS = {
    # The reed beds lie in the wetland of 40 km²: 6,500 ha are 65 km².
    "a part larger than its whole": (
        ("document.txt", "650 ha", "6500 ha"),
        ("targets.csv", ",650,", ",6500,"),
        ("targets.csv", "650 ha", "6500 ha"),
    ),
    "a count that differs from the list": (
        ("document.txt", "four stations", "five stations"),
        ("counts.csv", "stations,4,", "stations,5,"),
        ("counts.csv", "four stations", "five stations"),
    ),
    "a measure without a lead": (("duties.csv", "D.1,council,lead", "D.1,council,participant"),),
    "a target year before the plan": (
        ("targets.csv", "soil-tests,>=,80,%,2028", "soil-tests,>=,80,%,2018"),
    ),
    "a target weaker than the present": (("quantities.csv", "higher,35,2025", "higher,85,2025"),),
    "a limit without a unit": (
        ("targets.csv", "sewer-connection,>=,92,%", "sewer-connection,>=,92,"),
    ),
    "an unlikely order of magnitude": (
        ("document.txt", "below 0.05 mg/L", "below 50 mg/L"),
        ("targets.csv", "<,0.05,", "<,50,"),
        ("targets.csv", "below 0.05 mg/L", "below 50 mg/L"),
    ),
    "a department under another spelling": (
        ("document.txt", "with: Lake Authority, Bay Council", "with: Lake Autority, Bay Council"),
        (
            "departments.csv",
            "Lake Authority,the authority",
            "Lake Authority|Lake Autority,the authority",
        ),
    ),
    "a deadline without a year": (
        ("document.txt", "end by 31 December 2027", "end by 31 December"),
        (
            "deadlines.csv",
            "2027-12-31,,,measure-A.2,by 31 December 2027",
            ",,12-31,measure-A.2,by 31 December",
        ),
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_seeded_fault_is_found(luhai: Luhai, plan: Path, fault: str) -> None:
    before = findings(luhai)
    for name, old, new in FAULTS[fault]:
        edit(plan / name, old, new)
    assert findings(luhai) - before, fault


def test_the_invented_plan_has_no_error(luhai: Luhai, plan: Path) -> None:
    assert luhai("plan", "check", "plan").code == 0


def test_spreadsheets_leave_marks_that_change_nothing(luhai: Luhai, plan: Path) -> None:
    before = findings(luhai)
    for file in plan.glob("*.csv"):
        text = file.read_text(encoding="utf-8").replace("\n", "\r\n")
        file.write_bytes(text.encode("utf-8-sig"))
    assert findings(luhai) == before


BROKEN = {
    "no folder": lambda plan: shutil.rmtree(plan),
    "empty folder": lambda plan: (shutil.rmtree(plan), plan.mkdir()),
    "no toml": lambda plan: (plan / "plan.toml").write_text("id = "),
    "ragged": lambda plan: edit(plan / "targets.csv", "wetland,", "wetland,1,2,3,4,5,6,7,8,"),
    "unknown column": lambda plan: edit(plan / "places.csv", "id,", "id,colour,"),
    "other encoding": lambda plan: (
        edit(plan / "places.csv", "Arden North", "阿登北")
        or (plan / "places.csv").write_bytes((plan / "places.csv").read_text("utf-8").encode("gbk"))
    ),
    "nul": lambda plan: (plan / "places.csv").write_bytes(b"\0" * 50),
    "not a number": lambda plan: edit(plan / "places.csv", "120.10", "east"),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_plan_is_one_sentence(luhai: Luhai, plan: Path, fault: str) -> None:
    BROKEN[fault](plan)
    for command in (("plan", "check", "plan"), ("plan", "coverage", "plan")):
        done = luhai(*command, "--format", "json")
        assert done.code in (1, 2), command
        assert "plan" in done.err
        assert "Traceback" not in done.err
        assert done.out == ""
