"""``luhai plan``: check a plan as an editor would, and show what its records cover."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path

import click

from luhai.cli.output import format_option, print_json, print_rows
from luhai.plan import RULES, Finding, check_plan, coverage, load_plan
from luhai.text import N_, language_from_environment, translate

_KINDS = {
    "chapter": N_("chapter"),
    "measure": N_("measure"),
    "task": N_("task"),
    "action": N_("action"),
    "duty": N_("duty"),
    "deadline": N_("deadline"),
    "target": N_("target"),
    "mechanism": N_("mechanism"),
    "reference": N_("reference"),
    "place_target": N_("target of a place"),
    "annex": N_("annex"),
    "note": N_("note"),
    "count": N_("count"),
}
"""Words of the records that carry a paragraph."""


@click.group(
    "plan",
    help=N_("Check a plan and show what it covers."),
)
def command() -> None:
    """Commands on a plan."""


@command.command(
    "check",
    help=N_(
        "Read a plan as a careful editor would.\n\n"
        "Each finding names the rule, the place, what is wrong and what could be done. Exit code 1 "
        "when anything must be changed."
    ),
)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--today",
    type=click.DateTime(["%Y-%m-%d"]),
    help=N_("Also say which of the plan's years have passed by this day."),
)
@format_option
def check(folder: Path, today: datetime | None, output_format: str) -> int:
    """Print the findings of the linter."""
    language = language_from_environment()
    findings = check_plan(load_plan(folder), today.date() if today else None)
    if output_format == "json":
        print_json([finding.to_dict(language) for finding in findings])
    else:
        _print_findings(findings, language)
    return 1 if any(finding.severity == "error" for finding in findings) else 0


def _print_findings(findings: list[Finding], language: str) -> None:
    words = {
        "error": translate("must be changed", language),
        "warning": translate("to be checked", language),
        "note": translate("worth a look", language),
    }
    rows = [
        {
            "severity": words[finding.severity],
            "where": finding.where.render(language),
            "message": f"{RULES[finding.rule].title.render(language)}\n"
            f"{finding.message.render(language)}\n→ {finding.remedy.render(language)}",
        }
        for finding in findings
    ]
    if rows:
        headings = {
            "severity": translate("Severity", language),
            "where": translate("Where", language),
            "message": translate("What, and what could be done", language),
        }
        print_rows(rows, headings)
    severities = Counter(finding.severity for finding in findings)
    summary = translate(
        "{rules} rules applied: {errors} must be changed, {warnings} to be checked,"
        " {notes} worth a look.",
        language,
    )
    click.echo(
        summary.format(
            rules=len(RULES),
            errors=severities["error"],
            warnings=severities["warning"],
            notes=severities["note"],
        )
    )


@command.command(
    "coverage",
    help=N_(
        "List which records carry each paragraph.\n\n"
        "A paragraph without records is context, with its reason, or unmapped; sentences of a "
        "carried paragraph that no record touches are listed too."
    ),
)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@format_option
def coverage_(folder: Path, output_format: str) -> None:
    """Print what carries each paragraph."""
    language = language_from_environment()
    plan = load_plan(folder)
    rows = coverage(plan)
    statuses = Counter(row.status for row in rows)
    if output_format == "json":
        print_json(
            {
                "plan": plan.id,
                "paragraphs": [row.to_dict(language) for row in rows],
                "summary": {name: statuses[name] for name in ("carried", "context", "unmapped")},
            }
        )
        return
    words = {
        "carried": translate("carried", language),
        "context": translate("context", language),
        "unmapped": translate("unmapped", language),
    }
    print_rows(
        [
            {
                "paragraph": row.paragraph.id,
                "status": words[row.status],
                "records": ", ".join(
                    f"{translate(_KINDS[kind], language)} × {number}"
                    for kind, number in Counter(c.kind for c in row.carriers).items()
                )
                or row.reason.get(language, ""),
                "uncarried": " / ".join(row.uncarried),
            }
            for row in rows
        ],
        {
            "paragraph": translate("Paragraph", language),
            "status": translate("Status", language),
            "records": translate("Records, or the reason for none", language),
            "uncarried": translate("Sentences that no record touches", language),
        },
    )
    click.echo(
        translate(
            "{all} paragraphs: {carried} carried, {context} context, {unmapped} unmapped.", language
        ).format(
            all=len(rows),
            carried=statuses["carried"],
            context=statuses["context"],
            unmapped=statuses["unmapped"],
        )
    )
