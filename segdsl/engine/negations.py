"""Findings about `not` that takes in customers because something of them is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from segdsl.diagnostics import Diagnostic, findings
from segdsl.engine.evaluate import run
from segdsl.functions.clock import Calendar
from segdsl.optimise.passes import optimised
from segdsl.optimise.rewrite import rewritten
from segdsl.optimise.share import share
from segdsl.plan import nodes as n
from segdsl.plan.plan import NegationUse, Plan
from segdsl.syntax import reserved_words
from segdsl.syntax.words import is_name

if TYPE_CHECKING:
    import polars as pl

Bounds: TypeAlias = tuple[n.Predicate, n.Predicate]  # true wherever it can be, only where it must


@dataclass(frozen=True, slots=True)
class _Question:
    """One `not` and one field, asked of one audience, by what its roots are called."""

    use: NegationUse
    field: n.Field
    name: str


def negations(
    plan: Plan,
    frame: pl.DataFrame,
    key: str,
    calendar: Calendar,
    events: Mapping[str, pl.DataFrame],
) -> Iterator[Diagnostic]:
    """Yield a finding for each `not (…)` and field whose missing values let customers in."""
    roots: dict[str, n.Node] = {}
    questions: list[_Question] = []
    for audience in plan.audiences:
        inside = {node.item for node in n.ordered(audience.root) if isinstance(node, n.Not)}
        for use in plan.negations:
            for field in use.fields if use.item in inside else ():
                if frame[field.name].null_count() and _is_compared(use.item, field):
                    question = _Question(use, field, str(len(questions)))
                    questions.append(question)
                    asked = _asked(audience.root, use.item, field)
                    roots.update((f"{question.name} {what}", root) for what, root in asked.items())
    result = run(share(optimised(roots, n.Interner()), {}), frame, key, calendar, events)
    counts = {name: int(mask.sum()) for name, mask in result.masks.items()}
    yield from _findings(questions, counts)


def _findings(questions: list[_Question], counts: dict[str, int]) -> Iterator[Diagnostic]:
    """Yield the findings, of audiences with the same `not` the one that it matters most to."""
    grouped: dict[tuple[NegationUse, n.Field], list[str]] = {}
    for question in questions:
        grouped.setdefault((question.use, question.field), []).append(question.name)
    for (use, field), names in grouped.items():
        customers = max(counts[f"{name} admitted"] for name in names)
        others = max(counts[f"{name} lost"] - counts[f"{name} admitted"] for name in names)
        is_same = not any(counts[f"{name} changed"] for name in names)
        if customers:
            yield findings.not_admits_missing(
                use.span,
                field.name,
                customers,
                others,
                is_explicit_same=is_same,
                written=_written(field.name),
            )


def _written(name: str) -> str:
    """Return a field's name as a rule writes it."""
    return name if is_name(name) and name.lower() not in reserved_words() else f"`{name}`"


def _asked(root: n.Node, item: n.Predicate, field: n.Field) -> dict[str, n.Node]:
    """Return three sets of customers that say what missing values of a field do in `not item`.

    `admitted`: they are in, and might not be if the field were known; `lost`: they would not be
    in if the field had to be known; `changed`: in or out, not so if the missing were let in.
    """
    known = n.Known(field)
    possible = possibly(item, field)

    def hinging(node: n.Not) -> n.Node:
        return n.Any((n.All((known, node)), n.Not(possible)))

    def strict(node: n.Not) -> n.Node:
        return n.All((known, node))

    def explicit(node: n.Not) -> n.Node:
        return n.Any((n.Not(known), node))

    without, needing, letting = (_replaced(root, item, by) for by in (hinging, strict, explicit))
    return {
        "admitted": _only(root, without),
        "lost": _only(root, needing),
        "changed": n.Any((_only(root, letting), _only(letting, root))),  # type: ignore[arg-type]
    }


def _only(first: n.Node, second: n.Node) -> n.Node:
    """Return who is in the first and not in the second."""
    return n.All((first, n.Not(second)))  # type: ignore[arg-type]  # roots are predicates


def _replaced(root: n.Node, item: n.Predicate, by: Callable[[n.Not], n.Node]) -> n.Node:
    """Return the root with each `not item` replaced."""

    def rule(node: n.Node, _: n.Interner) -> n.Node:
        return by(node) if isinstance(node, n.Not) and node.item is item else node

    return rewritten([root], rule, n.Interner())[root]


def possibly(item: n.Predicate, field: n.Field) -> n.Predicate:
    """Return a condition that holds where `item` could, if the field had some known value."""
    bounds: dict[n.Node, Bounds] = {}
    for node in n.ordered(item):
        bounds[node] = _bounds(node, field, bounds)  # type: ignore[arg-type]  # values are unused
    return bounds[item][0]


def _bounds(node: n.Predicate, field: n.Field, bounds: dict[n.Node, Bounds]) -> Bounds:
    """Return in what cases a condition can be true, and in what cases it has to be."""
    match node:
        case n.All(items):
            return n.All(_upper(items, bounds)), n.All(_lower(items, bounds))
        case n.Any(items):
            return n.Any(_upper(items, bounds)), n.Any(_lower(items, bounds))
        case n.Not(item):
            upper, lower = bounds[item]
            return n.Not(lower), n.Not(upper)
        case n.HowMany(low, high, items):
            upper_items, lower_items = _upper(items, bounds), _lower(items, bounds)
            count = len(items)
            return (
                n.All((n.HowMany(low, count, upper_items), n.HowMany(0, high, lower_items))),
                n.All((n.HowMany(low, count, lower_items), n.HowMany(0, high, upper_items))),
            )
        case n.Known(subject) if subject is field:
            return n.Constant(True), n.Constant(True)
        case _ if field in n.ordered(node):
            return n.Constant(True), n.Constant(False)
        case _:
            return node, node


def _upper(items: tuple[n.Predicate, ...], bounds: dict[n.Node, Bounds]) -> tuple[n.Predicate, ...]:
    return tuple(bounds[item][0] for item in items)


def _lower(items: tuple[n.Predicate, ...], bounds: dict[n.Node, Bounds]) -> tuple[n.Predicate, ...]:
    return tuple(bounds[item][1] for item in items)


def _is_compared(item: n.Predicate, field: n.Field) -> bool:
    """Return whether a condition asks for more of a field than whether it is known."""
    return any(
        field in n.children(node) and not isinstance(node, n.Known | n.Blank)
        for node in n.ordered(item)
    )
