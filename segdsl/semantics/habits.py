"""Findings that need only the rules' text: what is legal and yet hardly meant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from segdsl.diagnostics import findings
from segdsl.semantics.context import Context
from segdsl.semantics.kinds import kind_of
from segdsl.source import Span
from segdsl.syntax import tree

_CONSTANTS = (tree.Text, tree.Number, tree.DateLiteral, tree.InstantLiteral, tree.Truth)


def note_negatives(expression: tree.AnyOf, context: Context) -> None:
    """Point out `x != a or x != b`, which is true of every known x."""
    excluded: dict[str, set[object]] = defaultdict(set)
    for item in expression.items:
        found = _exclusion(item)
        if found is not None:
            excluded[found[0]].add(found[1])
    for field, values in excluded.items():
        if len(values) > 1:
            context.report(findings.negatives_with_or(expression.span, field))


def note_precedence(expression: tree.AnyOf, context: Context) -> None:
    """Point out `x = a or x = b and y`, where `y` goes with the last alternative only."""
    first, last = expression.items[0], expression.items[-1]
    if not isinstance(last, tree.AllOf) or _stands_in_brackets(last):
        return
    alternatives = [*expression.items[:-1], last.items[0]]
    fields = {_alternative(item) for item in alternatives}
    field = _alternative(first)
    if field is not None and fields == {field}:
        either = expression.span.source.text[first.span.start : last.items[0].span.end]
        rest = last.span.source.text[last.items[1].span.start : last.span.end]
        context.report(findings.and_before_or(expression.span, field, either, rest))


def lone_alternatives(expression: tree.AnyOf) -> str | None:
    """Return `x in (a, b)` for `x = a or b`, and its kin; None where nothing is amiss."""
    first, *others = expression.items
    if not others or not all(isinstance(item, _CONSTANTS) for item in others):
        return None
    tail = ", ".join(item.span.text for item in others)
    match first:
        case tree.Comparison(tree.Relation.EQ, left, right):
            return f"{left.span.text} in ({right.span.text}, {tail})"
        case tree.TextTest(subject, operator, None, (operand,), is_negated):
            negation = "not " if is_negated else ""
            operands = f"({operand.span.text}, {tail})"
            return f"{subject.span.text} {negation}{operator} any of {operands}"
    return None


def _alternative(item: tree.Expression) -> str | None:
    """Return the field of `x = a`, one alternative of several."""
    match item:
        case tree.Comparison(tree.Relation.EQ, tree.Reference() as subject, right):
            return subject.text if isinstance(right, _CONSTANTS) else None
    return None


def _stands_in_brackets(item: tree.Expression) -> bool:
    """Return whether the author has put the condition between brackets."""
    text, end = item.span.source.text, item.span.start
    while end and text[end - 1].isspace():  # a copy of all that stands before would be long
        end -= 1
    return text[end - 1 : end] in {"(", "{", ";"}


def _exclusion(item: tree.Expression) -> tuple[str, object] | None:
    """Return the field and the constants of `x != a`, `x is not a`, `x not in (a, b)`."""
    match item:
        case tree.Comparison(tree.Relation.NE, tree.Reference() as subject, right):
            if isinstance(right, _CONSTANTS):
                return subject.text, right
        case tree.InSet(tree.Reference() as subject, tuple() as members, True):
            if all(isinstance(member, _CONSTANTS) for member in members):
                return subject.text, members
    return None


def note_periods(periods: Sequence[tree.Period], context: Context) -> None:
    """Point out `last 1 month` beside `last month`: a rolling and a calendar one."""
    calendar = {
        (period.direction, period.unit): period.span.text
        for period in periods
        if period.count is None
    }
    for period in periods:
        other = calendar.get((period.direction, period.unit))
        if other is not None and not period.is_full and _is_one(period.count):
            context.report(findings.periods_confused(period.span, period.span.text, other))


def _is_one(count: tree.Count | None) -> bool:
    return isinstance(count, tree.Number) and count.value == 1


def note_seeds(splits: Iterable[tree.Split], context: Context) -> None:
    """Point out two splits that draw by one seed."""
    first: dict[str, tuple[str, Span]] = {}
    for split in splits:
        seed = split.seed.value
        if seed in first:
            context.report(findings.same_seed(split.seed.span, seed, *first[seed]))
        else:
            first[seed] = split.name.text, split.seed.span


def note_unused(own: Sequence[tree.Declaration], context: Context) -> None:
    """Point out definitions, lists and params of the file itself that nothing uses.

    A file without results is there for others to use and is left alone.
    """
    results = (tree.Segment, tree.Tiers, tree.Split, tree.Trait)
    if not any(isinstance(declaration, results) for declaration in own):
        return
    for declaration in own:
        if (
            isinstance(declaration, tree.Define | tree.InlineList | tree.FileList | tree.Param)
            and declaration.name.text not in context.record.used
        ):
            name = declaration.name
            context.report(findings.unused_definition(name.span, name.text, kind_of(declaration)))
