"""Findings that need only the rules' text: what is legal and yet hardly meant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from segdsl.diagnostics import findings
from segdsl.semantics.context import Context
from segdsl.semantics.names import kind_of
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
