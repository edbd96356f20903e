"""A plan loads whole or is refused with file, row and column; nothing is guessed or half-loaded."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plan_seeding import Edit, Seed, untranslated

from luhai.errors import InputError, LuhaiError, UsageError
from luhai.plan import Plan, load_plan
from luhai.plan.loading import RECORD_FILES
from luhai.plan.model import find_quote
from luhai.plan.places import Place
from luhai.plan.records import CONVERTERS, EMPTY, attributes


@pytest.mark.parametrize(
    ("kind", "build"),
    [*((kind, build) for _, kind, build in RECORD_FILES.values()), ("place", Place)],
)
def test_dataclasses_have_the_columns_of_the_attribute_table(kind: str, build: type) -> None:
    described = {item.name for item in attributes(kind)}
    built = {item.name for item in dataclasses.fields(build)} - {"source"}
    assert built == described
    for item in attributes(kind):
        assert item.type in CONVERTERS
        assert item.type in EMPTY
        assert item.description["zh"]
        assert item.description["en"]
        assert (item.type == "code") == bool(item.codes)


WRONG_PLANS: list[tuple[Edit, tuple[str, ...]]] = [
    (
        ("duties.csv", ",lakes,lead,", ",lakez,lead,"),
        ("duties.csv, row", "column department", "Did you mean 'lakes'"),
    ),
    (
        ("duties.csv", ",lead,", ",laed,"),
        ("duties.csv, row 2", "column role", "Did you mean 'lead'"),
    ),
    (
        ("targets.csv", ">=,92,", ">=,ninety-two,"),
        ("targets.csv, row 3", "column value", "'ninety-two'"),
    ),
    (
        ("targets.csv", ">=,92,", ">=,,"),
        ("targets.csv, row 3", "column value", "has a number"),
    ),
    (
        ("targets.csv", ",measure-A.1,", ",measure-A.9,"),
        ("targets.csv, row 6", "column paragraph", "Did you mean 'measure-A."),
    ),
    (
        ("tasks.csv", "A.1,A,", "A.1,E,"),
        ("tasks.csv, row 2", "column measure", "no measure 'E'"),
    ),
    (
        ("place_targets.csv", "2024:4;2025:4", "2024:4;2024:3"),
        ("place_targets.csv, row 2", "column status", "twice"),
    ),
    (
        ("place_targets.csv", "2024:4;2025:4", "2024:4;2025:9"),
        ("place_targets.csv, row 2", "column status", "no class 9"),
    ),
    (
        ("deadlines.csv", "2030-12-31", "2030-13-31"),
        ("deadlines.csv, row 2", "column end", "2030-13-31"),
    ),
    (
        ("place_targets.csv", "EB-02,A,", "EB-01,A,"),
        ("place_targets.csv, row 3", "column place", "already"),
    ),
    (
        ("targets.csv", "%,2030,", "%,20300,"),
        ("targets.csv, row 3", "column year", "from 1900 to 2200"),
    ),
    (
        ("targets.csv", "92,%,2030,,", "92,%,2030,wetland,"),
        ("targets.csv, row 3", "column restates", "another quantity"),
    ),
    (
        ("targets.csv", "92,%,2030,,", "92,%,2030,sewer-connection,"),
        ("targets.csv, row 3", "column restates", "first statement"),
    ),
    (
        ("quantities.csv", "ha,wetland", "ha,reed-beds"),
        ("quantities.csv, row 5", "column part_of", "itself"),
    ),
    (
        ("deadlines.csv", "yearly,03-31", "yearly,31-03"),
        ("deadlines.csv, row 4", "column due", "month"),
    ),
    (
        ("deadlines.csv", "yearly,03-31", ",03-31"),
        ("deadlines.csv, row 4", "column recurrence", "every"),
    ),
    (
        ("document.txt", "[aims.1] ", "aims.1 "),
        ("document.txt, row 3", "square brackets"),
    ),
    (
        ("document.txt", "[aims.1]", "[aims]"),
        ("document.txt, row 3", "already in row 2"),
    ),
    (
        ("measures.csv", "id,chapter", "id,chaptre"),
        ("measures.csv, row 1", "chaptre", "Did you mean 'chapter'"),
    ),
    (
        ("measures.csv", "A,1,", "A,1,,"),
        ("measures.csv, row 2", "6 cells"),
    ),
    (
        ("measures.csv", "A,1,", '"A,1,'),
        ("measures.csv", "well-formed"),
    ),
    (
        ("plan.toml", "period_end = 2030", "period_end = 2020"),
        ("plan.toml", "before it starts"),
    ),
    (("plan.toml", "period_end = 2030-12-31", 'period_end = "2030"'), ("period_end", "date")),
    (("plan.toml", "period_end", "period_ende"), ("plan.toml", "Did you mean 'period_end'")),
    (("plan.toml", "language = ", "language "), ("plan.toml", "well-formed")),
    (("plan.toml", '"en"', '"fr"'), ("plan.toml", "key language", "zh or en")),
]


@pytest.mark.parametrize(("edit", "words"), WRONG_PLANS)
def test_a_wrong_plan_is_refused_with_its_place(
    seed: Seed, edit: Edit, words: tuple[str, ...]
) -> None:
    with pytest.raises(InputError) as caught:
        load_plan(seed("example-bay", edit))
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize("edit", [edit for edit, _ in WRONG_PLANS])
def test_a_refusal_is_said_in_chinese(seed: Seed, edit: Edit) -> None:
    with pytest.raises(InputError) as caught:
        load_plan(seed("example-bay", edit))
    assert untranslated(caught.value) == []


def test_refusals_of_what_is_not_there_are_said_in_chinese(
    seed: Seed, tmp_path: Path, example_bay: Plan
) -> None:
    folder = seed("example-bay")
    (folder / "targets.csv").unlink()
    with pytest.raises(LuhaiError) as lost:
        load_plan(folder)
    with pytest.raises(LuhaiError) as nowhere:
        load_plan(tmp_path / "nowhere")
    with pytest.raises(LuhaiError) as no_plan:
        load_plan(tmp_path)
    with pytest.raises(LuhaiError) as paragraph:
        example_bay.paragraph("x")
    with pytest.raises(LuhaiError) as record:
        example_bay.task("Z")
    for caught in (lost, nowhere, no_plan, paragraph, record):
        assert untranslated(caught.value) == []
    assert nowhere.value.render("zh").startswith(f"{tmp_path / 'nowhere'}: 没有这个文件夹。")


def test_a_lost_table_is_not_taken_for_an_empty_one(seed: Seed) -> None:
    folder = seed("example-bay")
    (folder / "targets.csv").unlink()
    with pytest.raises(InputError, match=r"targets\.csv.*header row: id,quantity"):
        load_plan(folder)


def test_a_misnamed_table_is_recognised(seed: Seed) -> None:
    folder = seed("example-bay")
    (folder / "targets.csv").rename(folder / "target.csv")
    with pytest.raises(InputError, match=r"Rename target\.csv to targets\.csv"):
        load_plan(folder)


def test_what_is_no_plan_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no plan"):
        load_plan(tmp_path)
    with pytest.raises(InputError, match="no such folder"):
        load_plan(tmp_path / "nowhere")


def test_an_unknown_record_is_refused(example_bay: Plan) -> None:
    with pytest.raises(UsageError, match="no paragraph 'x'"):
        example_bay.paragraph("x")
    with pytest.raises(UsageError, match="no record with id 'Z'"):
        example_bay.measure("Z")


def test_a_quote_is_found_with_and_without_words_left_out() -> None:
    text = "甲乙丙。甲乙丁。"
    assert find_quote(text, "甲乙丁") == (4, 7)
    assert find_quote(text, "乙…丁") == (1, 7)
    assert find_quote(text, "") == (0, len(text))
    assert find_quote(text, "丁…乙") is None


@given(st.text(max_size=20), st.text(min_size=1, max_size=8), st.text(max_size=20))
def test_a_quote_is_always_where_it_is_said_to_be(before: str, words: str, after: str) -> None:
    found = find_quote(before + words + after, words.replace("…", ""))
    if "…" not in words:
        assert found is not None
        assert (before + words + after)[found[0] : found[1]] == words
