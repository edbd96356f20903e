"""The sentence at the top of a page: built by rule, true for no, one and many places."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.utils import translation

from luhai.web import sentences
from luhai.web.snapshot import snapshot
from luhai.web.standing import Standing, ranked
from luhai.workspace import Workspace

from .conftest import PLANS
from .made import MadePlace, made_run, made_workspace

Serve = Callable[[Workspace], Workspace]


def standings(serve: Serve, root: Path, places: list[MadePlace], year: int) -> list[Standing]:
    """Places of the plan with these results, as the front page ranks them."""
    workspace = made_workspace(root, PLANS / "yangjiang")
    made_run(workspace, places, running=2020)
    serve(workspace)
    with translation.override("en"):
        return ranked(snapshot(), year)


SEA = ("GD1701", "GD1702", "GD1704", "GD1705")


def test_the_sentence_counts_and_names_the_unlikely(serve: Serve, tmp_path: Path) -> None:
    found = standings(
        serve,
        tmp_path,
        [
            MadePlace("GD1701", {2020: 0.36}, 0.11, 0.19),
            MadePlace("GD1702", {2020: 0.31}, 0.46, 0.29),
            MadePlace("GD1704", {2020: 0.27}, 0.91, 0.37),
        ],
        2020,
    )
    with translation.override("en"):
        english = sentences.front(found, 2020, running=True)
    with translation.override("zh-hans"):
        chinese = sentences.front(ranked(snapshot(), 2020), 2020, running=True)
    assert english == (
        "Of 9 target places, 1 is likely to attain, 1 is undecided, 6 have no data and "
        "1 is unlikely to attain: GD1701 Beijin port 北津港口区."
    )
    assert chinese == (
        "9 个考核点位中，1 个有望在年底达标，1 个未定，6 个缺资料，"
        "1 个达标可能不大：GD1701 北津港口区。"
    )


def test_places_are_ranked_worst_first(serve: Serve, tmp_path: Path) -> None:
    found = standings(
        serve,
        tmp_path,
        [
            MadePlace("GD1701", {2020: 0.27}, 0.91, 0.37),
            MadePlace("GD1702", {2020: 0.31}, 0.46, 0.29),
            MadePlace("GD1704", {2020: 0.36}, 0.11, 0.19),
            MadePlace("GD1705", {2020: 0.33}, 0.30, 0.25),
        ],
        2020,
    )
    judged = [item.place_id for item in found if item.group != "missing"]
    assert judged == ["GD1704", "GD1705", "GD1702", "GD1701"]


@pytest.mark.parametrize(
    ("probability", "words"),
    [(0.9, "is likely to attain"), (0.5, "undecided"), (0.1, "is unlikely to attain")],
)
def test_one_place_is_spoken_of_by_name(
    serve: Serve, tmp_path: Path, probability: float, words: str
) -> None:
    found = standings(serve, tmp_path, [MadePlace("GD1701", {2020: 0.30}, probability, 0.3)], 2020)
    with translation.override("en"):
        sentence = sentences.front(
            [item for item in found if item.place_id == "GD1701"], 2020, running=True
        )
    assert words in sentence
    assert "Beijin port" in sentence


def test_without_places_the_sentence_says_so() -> None:
    with translation.override("en"):
        assert sentences.front([], 2020, running=True) == "No place of this plan has a target."
    with translation.override("zh-hans"):
        assert sentences.front([], 2020, running=True) == "方案没有给点位定水质目标。"


def test_all_likely_is_said_in_one_clause(serve: Serve, tmp_path: Path) -> None:
    found = standings(
        serve, tmp_path, [MadePlace(name, {2020: 0.2}, 0.9, 0.5) for name in SEA], 2020
    )
    with translation.override("en"):
        sentence = sentences.front(
            [item for item in found if item.place_id in SEA], 2020, running=True
        )
    assert sentence == "All 4 target places are likely to attain in 2020."


def test_a_closed_year_speaks_of_what_was(serve: Serve, tmp_path: Path) -> None:
    found = standings(
        serve,
        tmp_path,
        [
            MadePlace("GD1701", {2019: 0.36, 2020: 0.36}, 0.11, 0.19),
            MadePlace("GD1702", {2019: 0.25, 2020: 0.31}, 0.46, 0.29),
        ],
        2019,
    )
    with translation.override("en"):
        sentence = sentences.front(found, 2019, running=False)
    assert sentence == (
        "In 2019, of 9 target places, 1 attained, 7 have no data and "
        "1 did not: GD1701 Beijin port 北津港口区."
    )


@pytest.mark.parametrize(
    ("mean", "running", "expected"),
    [
        (0.36, True, "is class 3 so far in 2020, short of its target class 2."),
        (0.28, True, "is class 2 so far in 2020, within its target class 2."),
        (0.36, False, "was class 3 in 2020 and missed its target class 2."),
        (0.28, False, "was class 2 in 2020 and attained its target class 2."),
    ],
)
def test_a_place_says_its_class_and_how_it_stands_to_the_target(
    serve: Serve, tmp_path: Path, mean: float, running: bool, expected: str
) -> None:
    found = standings(serve, tmp_path, [MadePlace("GD1701", {2020: mean}, 0.5, 0.3)], 2020)
    item = next(item for item in found if item.place_id == "GD1701")
    with translation.override("en"):
        assert sentences.place(item, running=running).endswith(expected)


def test_without_an_outlook_the_class_so_far_is_said(serve: Serve, tmp_path: Path) -> None:
    found = standings(
        serve,
        tmp_path,
        [MadePlace("GD1701", {2020: 0.36}), MadePlace("GD1702", {2020: 0.25})],
        2020,
    )
    with translation.override("en"):
        sentence = sentences.front(found, 2020, running=True)
    assert sentence == (
        "Of 9 target places, 1 is within its target so far, 7 have no data and "
        "1 is beyond its target so far: GD1701 Beijin port 北津港口区."
    )


@pytest.mark.parametrize(
    ("chance", "english", "chinese"),
    [
        (0.97, "is almost certain to attain", "几乎肯定达标"),
        (0.91, "is likely to attain", "有望达标"),
        (0.02, "has almost no chance to attain", "几乎不可能达标"),
    ],
)
def test_one_place_is_worded_by_its_chance(
    serve: Serve, tmp_path: Path, chance: float, english: str, chinese: str
) -> None:
    found = standings(serve, tmp_path, [MadePlace("GD1701", {2020: 0.28}, chance, 0.3)], 2020)
    place = [item for item in found if item.place_id == "GD1701"]
    with translation.override("en"):
        assert english in sentences.front(place, 2020, running=True)
    with translation.override("zh-hans"):
        assert chinese in sentences.front(place, 2020, running=True)
        words = ranked(snapshot(), 2020)
    assert {item.group for item in words} <= {"likely", "unlikely", "missing"}
    assert chinese in next(item.probability.words for item in words if item.probability)
