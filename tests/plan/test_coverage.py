"""What no record carries is said, by paragraph and by sentence."""

from __future__ import annotations

from plan_seeding import Seed

from luhai.plan import coverage, load_plan


def test_a_new_paragraph_is_unmapped_until_a_record_or_a_reason_carries_it(seed: Seed) -> None:
    line = ("document.txt", "[measure-D] D", "[measure-C.2] Fish are counted.\n[measure-D] D")
    rows = {row.paragraph.id: row for row in coverage(load_plan(seed("example-bay", line)))}
    assert rows["measure-C.2"].status == "unmapped"
    assert rows["measure-C.2"].uncarried == ("Fish are counted.",)
    reason = ("contexts.csv", "aims,,Heading", "aims,,Heading\nmeasure-C.2,,Told elsewhere")
    rows = {row.paragraph.id: row for row in coverage(load_plan(seed("example-bay", line, reason)))}
    assert rows["measure-C.2"].status == "context"
    assert rows["measure-C.2"].reason["en"] == "Told elsewhere"
    assert rows["measure-C.2"].uncarried == ()


def test_a_new_sentence_in_a_carried_paragraph_is_named(seed: Seed) -> None:
    more = ("document.txt", "within 14 days.", "within 14 days. Fish are counted. ")
    rows = {row.paragraph.id: row for row in coverage(load_plan(seed("example-bay", more)))}
    assert rows["measure-C.1"].status == "carried"
    assert rows["measure-C.1"].uncarried == ("Fish are counted.",)


def test_a_record_whose_words_are_gone_carries_nothing(seed: Seed) -> None:
    edits = (
        ("notes.csv", "notes.1,", "notes.1,other words"),
        ("document.txt", "[notes.1] A lake", "[notes.1] The lake"),
    )
    rows = {row.paragraph.id: row for row in coverage(load_plan(seed("example-bay", *edits)))}
    assert rows["notes.1"].status == "unmapped"
