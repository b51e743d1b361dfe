"""Plans in words: one line a node, for people and bug reports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal

from segdsl.catalog.types import Folding
from segdsl.functions.table import FUNCTIONS
from segdsl.functions.units import Direction
from segdsl.plan import nodes as n
from segdsl.plan.program import Program

_LONGEST = 400  # characters
_SYMBOLS = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/", "or else": "or else"}


def scalar(value: n.Scalar | None) -> str:
    """Return a constant as a rule would write it."""
    match value:
        case None:
            return "missing"
        case bool():
            return "true" if value else "false"
        case str():
            escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
            return f'"{escaped}"'
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case Decimal():
            return f"{value:f}"
        case _:
            return str(value)


def describe(node: n.Node, limit: int = _LONGEST) -> str:
    """Return a node in one line, close to how a rule would say it; long ones are cut short."""
    words: dict[n.Node, str] = {}
    for child in n.ordered(node):
        words[child] = _cut(_words(child, words), limit)
    return words[node]


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _words(node: n.Node, words: Mapping[n.Node, str]) -> str:
    match node:
        case n.Field():
            return node.name
        case n.Literal():
            return scalar(node.value)
        case n.Now():
            return "now"
        case n.Today():
            return "today"
        case n.Shift():
            sign = "+" if node.count >= 0 else "-"
            return f"{words[node.base]} {sign} {abs(node.count)} {node.unit}"
        case n.Apply():
            return _call(node, words)
        case n.Folded():
            return f"{words[node.subject]} {node.folding}"
        case n.Bucket():
            return f"bucket {scalar(node.seed)}"
        case n.Ntile():
            return f"rank group of {node.buckets} by {words[node.subject]}"
        case n.Constant():
            return "everyone" if node.value else "no one"
        case n.All():
            return _group("all of", node.items, words)
        case n.Any():
            return _group("any of", node.items, words)
        case n.Not():
            return f"not ({words[node.item]})"
        case n.HowMany():
            return _group(f"from {node.low} to {node.high} of", node.items, words)
        case n.Compare():
            return f"{words[node.left]} {node.relation} {words[node.right]}"
        case n.OneOf():
            return f"{words[node.subject]} in ({_listed(node.members)})"
        case n.Known():
            return f"{words[node.subject]} is known"
        case n.Blank():
            return f"{words[node.subject]} is empty"
        case n.Match():
            folding = "" if node.folding is Folding.EXACT else f" {node.folding}"
            return f"{words[node.subject]} {node.how} {words[node.pattern]}{folding}"
        case n.Has():
            return f"{words[node.subject]} contains {words[node.member]}"
        case n.HasOnly():
            return f"{words[node.subject]} contains only ({_listed(node.members)})"
        case n.InNetwork():
            return f"{words[node.subject]} in network ({_listed(node.networks)})"
        case n.InPeriod():
            return f"{words[node.subject]} in {_period(node)}"
        case n.AnniversaryIn():
            return f"anniversary of {words[node.subject]} in {_period(node)}"
        case n.AnniversaryOn():
            return f"anniversary of {words[node.subject]} on {words[node.day]}"
        case n.Ranked():
            return _ranked(node, words)
        case n.Common():
            per = f" per {words[node.per]}" if node.per else ""
            within = f" within {words[node.within]}" if node.within else ""
            return f"{words[node.subject]} among {node.count} most common{per}{within}"
        case _:
            return type(node).__name__


def _call(node: n.Apply, words: Mapping[n.Node, str]) -> str:
    arguments = [words[argument] for argument in node.arguments]
    if node.function in _SYMBOLS:
        return "(" + f" {_SYMBOLS[node.function]} ".join(arguments) + ")"
    if FUNCTIONS[node.function].is_callable:
        return f"{node.function}({', '.join(arguments)})"
    return f"{node.function} ({', '.join(arguments)})"


def _group(words_before: str, items: Iterable[n.Node], words: Mapping[n.Node, str]) -> str:
    return f"{words_before} {{ {'; '.join(words[item] for item in items)} }}"


def _listed(values: Iterable[n.Scalar]) -> str:
    return ", ".join(map(scalar, values))


def _period(node: n.InPeriod | n.AnniversaryIn) -> str:
    if node.direction is Direction.THIS:
        return f"this {node.unit}"
    full = "full " if node.is_full else ""
    return f"{node.direction} {node.count} {full}{node.unit}{'s' if node.count != 1 else ''}"


def _ranked(node: n.Ranked, words: Mapping[n.Node, str]) -> str:
    word = "top" if node.is_top else "bottom"
    amount = f"{node.amount * 100:f}%" if isinstance(node.amount, Decimal) else str(node.amount)
    per = f" per {words[node.per]}" if node.per else ""
    within = f" within {words[node.within]}" if node.within else ""
    return f"{word} {amount} by {words[node.by]}{per}{within}"


def dump_nodes(roots: Mapping[str, n.Node]) -> str:
    """Return all nodes of some roots, numbered, children first, then the roots."""
    numbers = {node: i for i, node in enumerate(n.ordered(*roots.values()))}
    lines = [f"{i:>5}  {_words(node, _names(node, numbers))}" for node, i in numbers.items()]
    lines += [f"{name} = #{numbers[root]}" for name, root in roots.items()]
    return "\n".join(lines)


def _names(node: n.Node, numbers: Mapping[n.Node, int]) -> dict[n.Node, str]:
    """Return short names for a node's children: leaves in full, others by number."""
    leaves = (n.Field, n.Literal, n.Now, n.Today)
    return {
        child: _words(child, {}) if isinstance(child, leaves) else f"#{numbers[child]}"
        for child in n.children(node)
    }


def dump_program(program: Program) -> str:
    """Return the strata of a program: what is computed once, and what is made of it."""
    steps = [
        node
        for level in program.levels
        for node in (*level.values, *level.atoms, *level.connectives)
    ]
    roots = {**program.segments, **program.traits}
    numbers = {node: i for i, node in enumerate(dict.fromkeys((*steps, *roots.values())))}
    lines = [f"fields: {', '.join(field.name for field in program.fields)}"]
    for i, level in enumerate(program.levels):
        lines.append(f"level {i}")
        for stratum, nodes in (
            ("values", level.values),
            ("atoms", level.atoms),
            ("segments", level.connectives),
        ):
            if nodes:
                lines.append(f"  {stratum} ({len(nodes)})")
                lines += [f"    #{numbers[node]}  {_step(node, numbers)}" for node in nodes]
    lines += [f"{name} = #{numbers[root]}" for name, root in roots.items()]
    return "\n".join(lines)


def _step(node: n.Node, numbers: Mapping[n.Node, int]) -> str:
    words: dict[n.Node, str] = {}
    for child in n.ordered(node):
        is_step = child is not node and child in numbers
        text = f"#{numbers[child]}" if is_step else _words(child, words)
        words[child] = text if child is node else _cut(text, _LONGEST)
    return words[node]
