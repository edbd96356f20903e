"""Another city's plan, of another shape and language, loads by data alone."""

from __future__ import annotations

from luhai.plan import Plan, check_plan, coverage


def test_it_is_of_another_shape(example_bay: Plan) -> None:
    assert example_bay.language == "en"
    assert (example_bay.period_start.year, example_bay.period_end.year) == (2026, 2030)
    assert [measure.id for measure in example_bay.measures] == ["A", "B", "C", "D"]
    assert {place.medium for place in example_bay.places} == {"lake"}
    assert {item.standard for item in example_bay.place_targets} == {"gb3838-2002-lake"}


def test_it_is_carried_whole(example_bay: Plan) -> None:
    rows = coverage(example_bay)
    assert [row.paragraph.id for row in rows if row.status == "unmapped" or row.uncarried] == []


def test_an_editor_has_nothing_to_say(example_bay: Plan) -> None:
    assert check_plan(example_bay) == []


def test_names_fall_back_to_the_language_there_is(example_bay: Plan) -> None:
    lakes = example_bay.department("lakes")
    assert lakes.name("zh") == lakes.name("en") == "Lake Authority"
    station = example_bay.places.resolve("arden n")
    assert station is not None
    assert station.name("zh") == "Arden North"
    assert example_bay.title("zh") == "示例湾清洁湖泊计划（2026—2030年）"
