"""`segdsl count`: how many customers are in each audience."""

from __future__ import annotations

from typing import Any

import click

from segdsl.cli.inputs import Inputs
from segdsl.cli.options import examples, with_inputs, with_memory, with_report
from segdsl.cli.progress import waiting
from segdsl.cli.report import Report
from segdsl.cli.sizes import base_line, show_funnel, show_sizes


@click.command(
    "count",
    epilog=examples(
        "segdsl count rules.seg",
        "segdsl count 'age between 25 and 34 and city = \"İstanbul\"' customers.csv",
        "segdsl count rules.seg --funnel --as-of 2026-11-01 --param min_spend=800",
        "segdsl count rules.seg --format json",
        "segdsl count 'did purchase in last 90 days' people.csv --events purchase=sales.csv",
    ),
)
@with_inputs()
@click.option("--funnel", is_flag=True, help="Show what remains after each clause of a segment.")
@with_memory
@with_report()
def command(inputs: Inputs, report: Report, funnel: bool, memory: int | None) -> None:
    """Show how many customers are in each audience, and which part of all they are.

    DATA is a file, a folder or a pattern of files; the catalog's own source if it is not given.
    """
    rules = inputs.load()
    if funnel:
        _count_steps(inputs, report, memory)
        return
    with waiting("counting", report):
        membership = rules.evaluate(
            inputs.data,
            events=inputs.events,
            as_of=inputs.as_of,
            strict=inputs.strict,
            memory=memory,
            keep=False,
        )
    if report.is_json:
        report.result(membership.summary())
        return
    report.notices(membership.notices)
    show_sizes(membership, report)
    report.text(base_line(membership, rules.catalog))


def _count_steps(inputs: Inputs, report: Report, memory: int | None) -> None:
    from segdsl.engine.funnel import funnel
    from segdsl.settings import calendar_of

    with waiting("counting", report):
        rules, opened, notices = inputs.load().on(inputs.data, inputs.events)
        found = funnel(
            rules.plan,
            rules.known_catalog,
            calendar_of(rules.catalog, inputs.as_of),
            opened,
            strict=inputs.strict,
            memory=memory,
            notices=(*rules.findings, *notices),
        )
    membership = found.membership
    if report.is_json:
        report.result(_with_steps(membership.summary(), found.steps, membership.share))
        return
    report.notices(membership.notices)
    show_funnel(membership, dict(found.steps), report)
    report.text(base_line(membership, rules.catalog))


def _with_steps(summary: dict[str, Any], steps: Any, share: Any) -> dict[str, Any]:
    """Return the summary with the steps of each segment; `Any`: plain data."""
    for segment in summary["segments"]:
        segment["steps"] = [
            {
                "text": step.text,
                "customers": step.customers,
                "share": share(step.customers),
                "lost": step.lost,
            }
            for step in steps[segment["name"]]
        ]
    return summary
