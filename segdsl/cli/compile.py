"""`segdsl compile`: what rules become on their way to the engine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING

import click

from segdsl.cli.inputs import Inputs
from segdsl.cli.options import examples, with_inputs, with_report
from segdsl.cli.report import Report
from segdsl.errors import CompileError

if TYPE_CHECKING:
    from segdsl.api import Ruleset
    from segdsl.plan.nodes import Node

_UNTYPED = (
    "what is read has no type yet, and whatever stands on it selects no one here:"
    " name the data, or declare the fields in a catalog"
)
STAGES = ("tree", "plan", "program", "polars", "json")


@click.command(
    "compile",
    epilog=examples(
        "segdsl compile rules.seg --emit program",
        "segdsl compile 'age >= 18' customers.csv --emit polars",
        "segdsl compile rules.seg --emit json > rules.json",
    ),
)
@with_inputs(strict=False)
@click.option(
    "--emit",
    type=click.Choice(STAGES),
    default="plan",
    help="tree: the syntax; plan: the typed nodes; program: the shared steps; polars: an"
    " expression for each audience; json: the rules with all that they need. plan if not said.",
)
@with_report()
def command(inputs: Inputs, report: Report, emit: str) -> None:
    """Print a stage of compilation: a report of a bug can be made of it.

    With DATA or --events, what the catalog leaves open is inferred from them.
    """
    text = _syntax(inputs) if emit == "tree" else _stage(inputs, emit, report)
    if report.is_json and emit != "json":
        report.result({"emit": emit, "text": text})
    else:
        report.text(text)


def _syntax(inputs: Inputs) -> str:
    from segdsl.syntax import parse

    module, complaints = parse(inputs.source())
    errors = [complaint for complaint in complaints if complaint.is_error]
    if errors:
        raise CompileError(errors)
    items = (*module.declarations, *((module.condition,) if module.condition else ()))
    return "\n".join(line for item in items for line in _lines(item))


def _stage(inputs: Inputs, emit: str, report: Report) -> str:
    from segdsl.plan.dump import dump_nodes, dump_program

    rules = inputs.load()
    if inputs.data is not None or inputs.events:
        rules, _, _ = rules.on(inputs.data, inputs.events)
    if emit != "json" and rules.is_untyped:
        report.words(_UNTYPED)
    match emit:
        case "plan":
            roots: dict[str, Node] = {**rules.plan.segments}
            return dump_nodes({**roots, **{trait.name: trait.node for trait in rules.plan.traits}})
        case "program":
            return dump_program(rules.program)
        case "polars":
            return _expressions(rules, inputs)
        case _:
            return rules.to_json()


def _expressions(rules: Ruleset, inputs: Inputs) -> str:
    found = (f"{name} = {rules[name].polars(as_of=inputs.as_of)}" for name in rules)
    return "\n".join(found)


def _lines(item: object) -> Iterator[str]:
    """Yield the lines of a syntax node: its kind, its plain parts, then its nodes, indented."""
    stack: list[tuple[int, str, object]] = [(0, "", item)]
    while stack:
        depth, label, node = stack.pop()
        head = f"{'  ' * depth}{label}"
        if not is_dataclass(node):
            yield f"{head}{node!r}"
            continue
        plain, nested = _parts(node)
        yield head + " ".join((type(node).__name__, *plain))
        stack.extend((depth + 1, f"{name}: ", part) for name, part in reversed(nested))


def _parts(node: object) -> tuple[list[str], list[tuple[str, object]]]:
    plain: list[str] = []
    nested: list[tuple[str, object]] = []
    for f in fields(node):  # type: ignore[arg-type]  # only dataclasses come here
        value = getattr(node, f.name)
        if f.name == "span" or value is None or value == ():
            continue
        if isinstance(value, tuple):
            nested += [(f.name, part) for part in value]
        elif is_dataclass(value):
            nested.append((f.name, value))
        else:
            plain.append(f"{f.name}={value!r}")
    return plain, nested
