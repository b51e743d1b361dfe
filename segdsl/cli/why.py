"""`segdsl why`: why a customer is in an audience or not."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from segdsl.cli.inputs import Inputs
from segdsl.cli.options import examples, with_inputs, with_report
from segdsl.cli.progress import waiting
from segdsl.cli.report import Report, clipped, is_terminal
from segdsl.cli.sizes import moment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segdsl.api import Ruleset
    from segdsl.engine.explain import Explanation

_SEEN = 300  # characters of what a clause looked at


@click.command(
    "why",
    epilog=examples(
        "segdsl why rules.seg --customer 17",
        "segdsl why rules.seg customers.csv --customer 17 --segment young_metro",
        "segdsl why 'age >= 18 and city is known' customers.csv --customer 17",
    ),
)
@with_inputs()
@click.option("--customer", required=True, metavar="KEY", help="The customer's key.")
@click.option(
    "--segment", "segments", multiple=True, metavar="NAME",
    help="An audience to explain in full; may be repeated.",
)  # fmt: skip
@with_report()
def command(inputs: Inputs, report: Report, customer: str, segments: tuple[str, ...]) -> None:
    """Explain why a customer is in an audience or not, clause by clause.

    Without --segment there is a line for each audience, which says for those that the customer is
    not in which clause comes first that does not hold. A rule with one audience is explained in
    full.
    """
    from segdsl.engine.why import why
    from segdsl.settings import calendar_of

    with waiting("looking", report):
        rules, opened, notices = inputs.load().on(inputs.data, inputs.events)
        chosen = _chosen(segments, rules)
        calendar = calendar_of(rules.catalog, inputs.as_of)
        trees, counted = why(
            rules.plan,
            rules.known_catalog,
            calendar,
            opened,
            customer,
            segments=chosen,
            strict=inputs.strict,
        )
    if report.is_json:
        _print_trees(rules, customer, calendar.as_of.isoformat(), trees, report)
        return
    report.notices((*notices, *counted))
    as_of = moment(calendar.as_of, calendar.timezone)
    report.text(f"customer {customer}, as of {as_of}")
    report.text()
    if segments or len(trees) == 1:
        for name, tree in trees.items():
            title = rules[name].title
            report.text(f"{name}  {title}" if title else name)
            for line in _tree(tree):
                report.text(line)
            report.text()
    else:
        _show_lines(trees, report)


def _chosen(segments: tuple[str, ...], rules: Ruleset) -> tuple[str, ...] | None:
    """Return the audiences that are named; None for all. A name that is none is a wrong use."""
    from segdsl.diagnostics.near import near_names

    for name in segments:
        if name not in rules.segments:
            near = near_names(name, rules.segments)
            hint = f"; `{near[0]}` has a similar name" if near else ""
            raise click.BadParameter(f"there is no audience `{name}`{hint}", param_hint="--segment")
    return segments or None


def _print_trees(
    rules: Ruleset, customer: str, as_of: str, trees: dict[str, Explanation], report: Report
) -> None:
    segments = [
        {
            "name": name,
            "title": rules[name].title,
            "holds": tree.holds,
            "explanation": tree.to_dict(),
        }
        for name, tree in trees.items()
    ]
    report.result({"as_of": as_of, "customer": customer, "segments": segments})


def _show_lines(trees: dict[str, Explanation], report: Report) -> None:
    """Print a line for each audience: whether the customer is in it, and what keeps them out."""
    width = max(len(name) for name in trees) if trees else 0
    for name, tree in trees.items():
        keeps_out = "" if tree.holds else _keeps_out(_first_failing(tree))
        report.text(f"{_mark(tree)}  {name:<{width}}  {keeps_out}".rstrip())
    report.text()
    report.words("`--segment NAME` explains one of them in full")


def _first_failing(tree: Explanation) -> Explanation:
    """Return the first clause, as deep as there is one, that keeps a customer out."""
    while True:
        failing = next((item for item in tree.items if not item.holds), None)
        if failing is None:
            return tree
        tree = failing


def _keeps_out(tree: Explanation) -> str:
    """Return a clause that fails; of one that denies another, what that one looked at."""
    inner = tree
    while not inner.seen and len(inner.items) == 1:
        (inner,) = inner.items
    return _seen(replace(tree, seen=inner.seen))


def _tree(tree: Explanation, depth: int = 1) -> Iterator[str]:
    from segdsl.diagnostics.snippet import shown

    yield f"{'  ' * depth}{_mark(tree)}  {_line(tree)}"
    for line in tree.event_lines:
        yield f"{'  ' * depth}       {shown(clipped(line))}"
    for item in tree.items:
        yield from _tree(item, depth + 1)


def _line(tree: Explanation) -> str:
    """Return a clause with the values that it looked at and where it stands."""
    if tree.span is None:
        return _seen(tree)
    start = tree.span.source.position(tree.span.start)
    return f"{_seen(tree)}   [{Path(tree.span.source.name).name}:{start.line}:{start.column}]"


def _seen(tree: Explanation) -> str:
    """Return a clause with the values that it looked at."""
    from segdsl.diagnostics.snippet import shown

    seen = ", ".join(tree.seen)
    text = clipped(tree.text)
    return shown(f"{text}   ({clipped(seen, _SEEN)})" if seen else text)


def _mark(tree: Explanation) -> str:
    word = "yes" if tree.holds else "no "
    return click.style(word, fg="green" if tree.holds else "red") if _is_bright() else word


def _is_bright() -> bool:
    return is_terminal(sys.stdout) and not os.environ.get("NO_COLOR")
