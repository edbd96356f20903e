"""Every rule of the linter fires on a seeded fault and keeps silent on a clean plan."""

from __future__ import annotations

import re
from datetime import date

import pytest
from plan_seeding import Edit, Seed

from luhai.plan import RULES, SEVERITIES, Finding, Plan, check_plan, load_plan
from luhai.plan.checks.numbers import converted

SEEDS: list[tuple[str, str, tuple[Edit, ...], str]] = [
    # rule, severity, edits of the clean English plan, words of the message
    (
        "part_larger_than_whole",
        "error",
        (
            ("document.txt", "reed-bed area at least 650 ha", "reed-bed area at least 6500 ha"),
            ("targets.csv", "reed-beds,>=,650,", "reed-beds,>=,6500,"),
            ("targets.csv", "at least 650 ha", "at least 6500 ha"),
        ),
        "Reed-bed area 6500 ha exceeds Wetland area 40 km²",
    ),
    (
        "target_restated_differently",
        "error",
        (
            ("document.txt", "sewage. (Lead", "sewage. By 2030 at least 90 % are connected. (Lead"),
            (
                "targets.csv",
                "soil-tests,soil",
                (
                    "sewers-again,sewer-connection,>=,90,%,2030,sewer-connection,A.2,measure-A.2,"
                    "at least 90 % are connected\nsoil-tests,soil"
                ),
            ),
        ),
        "“at least 90 % are connected” does not agree with “At least 92 %",
    ),
    (
        "unlikely_magnitude",
        "error",
        (
            ("document.txt", "At least 92 %", "At least 920 %"),
            ("targets.csv", ">=,92,", ">=,920,"),
            ("targets.csv", "At least 92 %", "At least 920 %"),
        ),
        "920 % is unlikely",
    ),
    (
        "unlikely_magnitude",
        "warning",
        (
            ("document.txt", "below 0.05 mg/L", "below 50 mg/L"),
            ("targets.csv", "<,0.05,", "<,50,"),
            ("targets.csv", "below 0.05 mg/L", "below 50 mg/L"),
            ("quantities.csv", "lower,0.08", "lower,80"),
        ),
        "Total phosphorus in Birch Water 50 mg/L is unlikely",
    ),
    (
        "limit_without_unit",
        "warning",
        (("targets.csv", "<,0.05,mg/L,", "<,0.05,,"),),
        "has no unit",
    ),
    (
        "limit_without_unit",
        "warning",
        (("targets.csv", "<,0.05,mg/L,", "<,0.05,mgg/L,"),),
        "The unit mgg/L of",
    ),
    (
        "limit_without_unit",
        "warning",
        (("document.txt", "within 14 days.", "within 14 days. Chlorophyll is at most 20."),),
        "“at most 20” has no unit",
    ),
    (
        "target_weaker_than_present",
        "warning",
        (("place_targets.csv", "2024:3;2025:3,2,", "2024:3;2025:1,2,"),),
        "EB-04 was class 1 in 2025",
    ),
    (
        "target_weaker_than_present",
        "note",
        (("place_targets.csv", "2024:3;2025:3,2,", "2024:1;2025:3,2,"),),
        "EB-04 was class 1 in 2024",
    ),
    (
        "target_weaker_than_present",
        "warning",
        (("quantities.csv", "higher,84,2025", "higher,95,2025"),),
        "the target 92 % is weaker than the present 95 %",
    ),
    (
        "target_weaker_than_present",
        "warning",
        (("quantities.csv", "lower,0.08,2025", "lower,0.02,2025"),),
        "the target 0.05 mg/L is weaker than the present 0.02",
    ),
    (
        "count_differs",
        "warning",
        (
            ("document.txt", "the three lakes", "the five lakes"),
            ("counts.csv", "lakes,3,waters,A,aims.1,three", "lakes,5,waters,A,aims.1,five"),
            ("targets.csv", "the three lakes", "the five lakes"),
        ),
        "the list has 3: Lake Arden, Birch Water, Mill Mere",
    ),
    (
        "measure_without_lead",
        "warning",
        (("duties.csv", "C.1,lakes,lead", "C.1,lakes,participant"),),
        "Measure C (Monitoring) names no lead department.",
    ),
    (
        "measure_without_lead",
        "warning",
        (("duties.csv", "C.1,lakes,lead", "C.1,lakes,responsible"),),
        "only Lake Authority as responsible overall",
    ),
    (
        "measure_without_lead",
        "warning",
        (("duties.csv", "A.2,works,lead", "A.2,works,participant"),),
        "Task A.2 (Sewers) names no lead department",
    ),
    (
        "target_year",
        "warning",
        (("place_targets.csv", "2024:3;2025:3,3,2030,,", "2024:3;2025:3,3,2030,2024,"),),
        "EB-03: to be attained in 2024, but the plan starts in 2026.",
    ),
    (
        "target_year",
        "warning",
        (("targets.csv", "sewer-connection,>=,92,%,2030", "sewer-connection,>=,92,%,2020"),),
        "the year 2020 lies before the plan",
    ),
    (
        "target_year",
        "note",
        (("targets.csv", "sewer-connection,>=,92,%,2030", "sewer-connection,>=,92,%,2035"),),
        "the year 2035 lies beyond the plan's period, which ends in 2030: intended?",
    ),
    (
        "target_year",
        "note",
        (("place_targets.csv", "2024:3;2025:3,3,2030,,", "2024:3;2025:3,3,2030,2033,"),),
        "EB-03: the year 2033 lies beyond the plan's period",
    ),
    (
        "target_year",
        "warning",
        (("document.txt", "separate rain from sewage.", "separate rain from sewage by 2023."),),
        "“by 2023”: the year 2023 lies before the plan",
    ),
    (
        "target_year",
        "warning",
        (("deadlines.csv", "2027-12-31", "2007-12-31"),),
        "the year 2007 lies before the plan",
    ),
    (
        "deadline_without_year",
        "warning",
        (("document.txt", "rain from sewage.", "rain from sewage by 30 June."),),
        "The deadline “by 30 June” has no year.",
    ),
    (
        "deadline_without_year",
        "warning",
        (("deadlines.csv", "by,,2027-12-31", "by,,"),),
        "The deadline “by 31 December 2027” has no date.",
    ),
    (
        "place_not_registered",
        "error",
        (("place_targets.csv", "EB-03,A,", "EB-O3,A,"),),
        "The place EB-O3 is not in the register.",
    ),
    (
        "place_not_registered",
        "warning",
        (("document.txt", "within 14 days.", "within 14 days, those of EB-09 too."),),
        "The place EB-09 is not in the register.",
    ),
    (
        "quote_not_in_text",
        "error",
        (("document.txt", "by 31 December 2027", "by 31 December 2028"),),
        "“by 31 December 2027” is not in paragraph measure-A.2.",
    ),
    (
        "department_spelling",
        "note",
        (
            ("departments.csv", "other,Lake Authority,", "other,Lake Authority;Lakes Board,"),
            (
                "document.txt",
                "(Lead: Lake Authority; with: Harbour",
                "(Lead: Lakes Board; with: Harbour",
            ),
            (
                "duties.csv",
                "B.1,lakes,lead,,,measure-B.1,Lake Authority",
                "B.1,lakes,lead,,,measure-B.1,Lakes Board",
            ),
        ),
        "Lake Authority is written in 2 ways: Lake Authority × 5, Lakes Board × 1.",
    ),
    (
        "department_spelling",
        "note",
        (("document.txt", "Service; with: Lake Authority)", "Service; with: Lake Autority)"),),
        "“Lake Autority” is probably Lake Authority.",
    ),
    (
        "clause_repeated",
        "note",
        (
            (
                "document.txt",
                "within 14 days.",
                "within 14 days." + 2 * " Every sample of the year is kept in the cold store.",
            ),
        ),
        "is said twice",
    ),
    (
        "clause_repeated",
        "note",
        (
            (
                "document.txt",
                "within 14 days.",
                (
                    "within 14 days. Every sample of the year is kept in the cold store."
                    " Every sample of the season is kept in the cold store."
                ),
            ),
        ),
        "say the same in slightly different words",
    ),
    (
        "probable_misprint",
        "note",
        (("document.txt", "Results are published", "Results of the the season are published"),),
        "“the the” in",
    ),
    (
        "probable_misprint",
        "note",
        (("document.txt", "(Lead: Bay Council;", "Lead: Bay Council;"),),
        "has no partner",
    ),
]

CHINESE_SEEDS: list[tuple[str, tuple[Edit, ...], str]] = [
    ("probable_misprint", (("document.txt", "实施考核评估", "实施考核评估环镜"),), "“环镜”"),
    (
        "limit_without_unit",
        (("document.txt", "完善老城区", "负荷率不低于75，完善老城区"),),
        "“不低于75” has no unit.",
    ),
    (
        "deadline_without_year",
        (("document.txt", "推广移动执法系统建设", "6月底前推广移动执法系统建设"),),
        "“6月底前” has no year.",
    ),
    (
        "deadline_without_year",
        (("document.txt", "推广移动执法系统建设", "年底前推广移动执法系统建设"),),
        "“年底前” has no year.",
    ),
    (
        "target_year",
        (("document.txt", "推广移动执法系统建设", "2016年底前推广移动执法系统建设"),),
        "“2016年底前”: the year 2016",
    ),
    (
        "count_differs",
        (
            (
                "document.txt",
                "推广移动执法系统建设",
                "在漠阳江、寿长河、织篢河两条河推广移动执法系统建设",
            ),
        ),
        "names 3 and counts 2",
    ),
    (
        "place_not_registered",
        (("document.txt", "推广移动执法系统建设", "在GD1703推广移动执法系统建设"),),
        "The place GD1703 is not in the register.",
    ),
    (
        "department_spelling",
        (
            (
                "document.txt",
                "市环境保护局牵头，市海洋渔业局、市港航管理局",
                "市环境保护局牵头，市海洋渔业局、市港行管理局",
            ),
        ),
        "“市港行管理局” is probably 市港航管理局.",
    ),
]


def found(folder_findings: list[Finding], rule: str, words: str) -> list[Finding]:
    return [
        finding
        for finding in folder_findings
        if finding.rule == rule and words in finding.message.render("en")
    ]


@pytest.mark.parametrize(("rule", "severity", "edits", "words"), SEEDS)
def test_a_seeded_fault_is_found(
    seed: Seed, rule: str, severity: str, edits: tuple[Edit, ...], words: str
) -> None:
    plan = load_plan(seed("example-bay", *edits))
    findings = check_plan(plan)
    hits = found(findings, rule, words)
    assert len(hits) == 1, [finding.message.render("en") for finding in findings]
    assert hits[0].severity == severity
    assert hits[0].where.render("zh")
    assert hits[0].remedy.render("en")
    for span in hits[0].spans:
        assert 0 <= span.start < span.end <= len(plan.paragraph(span.paragraph).text)


@pytest.mark.parametrize(("rule", "edits", "words"), CHINESE_SEEDS)
def test_a_fault_seeded_in_a_chinese_plan_is_found(
    seed: Seed, yangjiang: Plan, rule: str, edits: tuple[Edit, ...], words: str
) -> None:
    assert found(check_plan(yangjiang), rule, words) == []
    assert len(found(check_plan(load_plan(seed("yangjiang", *edits))), rule, words)) == 1


def test_every_rule_is_seeded() -> None:
    assert {rule for rule, *_ in SEEDS} == set(RULES)


@pytest.mark.parametrize("rule", sorted(RULES))
def test_no_rule_fires_on_the_clean_plan(example_bay: Plan, rule: str) -> None:
    assert list(RULES[rule].check(example_bay, None)) == []


@pytest.mark.parametrize(
    "edit",
    [
        ("document.txt", "Results are published", "Every year by 30 June results are published"),
        ("document.txt", "Results are published", "Results are published, at most 3 times,"),
        ("document.txt", "Results are published", "By 1 May 2027 results are published"),
        ("document.txt", "Results are published", "Results of the lakes are published"),
    ],
)
def test_what_is_in_order_is_left_alone(seed: Seed, edit: Edit) -> None:
    rules = {f.rule for f in check_plan(load_plan(seed("example-bay", edit)))}
    assert rules <= {"quote_not_in_text"}


@pytest.mark.parametrize(
    "words",
    [
        "每年6月底前推广移动执法系统建设",
        "2019年6月底前推广移动执法系统建设",
        "负荷率不低于75%，推广移动执法系统建设",
        "在漠阳江、寿长河、织篢河等5条河推广移动执法系统建设",
        "落实《行动方案（到2016年）》，推广移动执法系统建设",
        "技术进步加强，推广移动执法系统建设",
        "在江城、阳东、阳西共 3 个区县推广移动执法系统建设",
        "次年1月底前总结并推广移动执法系统建设",
    ],
)
def test_what_is_in_order_in_chinese_is_left_alone(seed: Seed, yangjiang: Plan, words: str) -> None:
    folder = seed("yangjiang", ("document.txt", "推广移动执法系统建设", words))
    before = [(f.rule, f.message.render("en")) for f in check_plan(yangjiang)]
    after = [(f.rule, f.message.render("en")) for f in check_plan(load_plan(folder))]
    assert [finding for finding in after if finding not in before] == [
        finding for finding in after if finding[0] == "quote_not_in_text"
    ]


def test_the_mangrove_is_an_error_with_its_probable_unit(yangjiang: Plan) -> None:
    errors = [finding for finding in check_plan(yangjiang) if finding.severity == "error"]
    assert [finding.rule for finding in errors] == ["part_larger_than_whole"]
    assert "719.78" in errors[0].message.render("zh")
    assert "719.78 ha = 7.2 km²" in errors[0].remedy.render("zh")
    marked = [yangjiang.paragraph(s.paragraph).text[s.start : s.end] for s in errors[0].spans]
    assert marked == [
        "红树林面积不少于719.78平方公里",
        "红树林面积不少于719.78平方公里",
        "湿地面积（含滨海湿地）不少于597.25平方公里",
    ]


def test_yangjiang_is_judged_by_hand(yangjiang: Plan) -> None:
    """The list in docs/plan.md, each finding judged as one that a careful editor would query."""
    rules: dict[str, int] = {}
    for finding in check_plan(yangjiang):
        rules[finding.rule] = rules.get(finding.rule, 0) + 1
    assert rules == {
        "part_larger_than_whole": 1,
        "count_differs": 1,
        "measure_without_lead": 1,
        "target_year": 2,
        "target_weaker_than_present": 1,
        "department_spelling": 5,
        "clause_repeated": 3,
        "probable_misprint": 20,
    }


def in_plan_file(finding: Finding) -> bool:
    return finding.where.render("en").startswith("plan.toml")


def test_the_promise_beyond_the_plan_is_asked_about_once(yangjiang: Plan) -> None:
    late = [f for f in check_plan(yangjiang) if f.rule == "target_year" and f.severity == "note"]
    assert len(late) == 1
    assert late[0].message.render("en") == (
        "“全市规模化畜禽养殖粪便综合利用率达到98%以上”: the year 2030 lies beyond the plan's"
        " period, which ends in 2020: intended?"
    )
    assert "2020 年为止。是否有意？" in late[0].message.render("zh")


def test_units_are_shown_as_people_write_them(yangjiang: Plan) -> None:
    for finding in check_plan(yangjiang):
        for language in ("zh", "en"):
            assert "km2" not in finding.message.render(language)


@pytest.mark.parametrize(("rule", "severity", "edits", "words"), SEEDS)
def test_a_finding_stands_where_it_says_in_chinese(
    seed: Seed, rule: str, severity: str, edits: tuple[Edit, ...], words: str
) -> None:
    for finding in check_plan(load_plan(seed("example-bay", *edits))):
        assert not re.search(r"\b(row|column|key)\b", finding.to_dict("zh")["where"])


def test_today_says_once_which_years_have_passed(yangjiang: Plan) -> None:
    late = [f for f in check_plan(yangjiang, date(2026, 6, 1)) if in_plan_file(f)]
    assert len(late) == 1
    assert late[0].severity == "note"
    assert "the years of 15 of its 16 targets have passed" in late[0].message.render("en")
    assert not [f for f in check_plan(yangjiang, date(2019, 6, 1)) if in_plan_file(f)]


def test_findings_come_worst_first(yangjiang: Plan) -> None:
    order = [SEVERITIES.index(finding.severity) for finding in check_plan(yangjiang)]
    assert order == sorted(order)


@pytest.mark.parametrize(
    ("value", "unit", "into", "expected"),
    [
        (719.78, "ha", "km2", 7.1978),
        (15.0, "mu", "ha", 1.0),  # 15 mu make a hectare
        (250.0, "ug/L", "mg/L", 0.25),
        (90.0, "%", "1", 0.9),
    ],
)
def test_units_are_converted(value: float, unit: str, into: str, expected: float) -> None:
    assert converted(value, unit, into) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("unit", "into"), [("mg/L", "km2"), ("mgg/L", "mg/L"), ("", "1"), ("km(", "km"), ("5", "1")]
)
def test_units_that_do_not_fit_are_not_guessed(unit: str, into: str) -> None:
    assert converted(1.0, unit, into) is None
