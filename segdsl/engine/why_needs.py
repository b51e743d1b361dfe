"""What a value would have to be for a clause to hold, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from segdsl.engine.why_events import in_words
from segdsl.functions.clock import Calendar
from segdsl.functions.units import Direction
from segdsl.plan import nodes as n
from segdsl.plan.meaning import Read

_OPPOSITE = {
    n.Relation.GE: n.Relation.LT,
    n.Relation.LT: n.Relation.GE,
    n.Relation.GT: n.Relation.LE,
    n.Relation.LE: n.Relation.GT,
    n.Relation.EQ: n.Relation.NE,
    n.Relation.NE: n.Relation.EQ,
}
_NUMBERS = {
    n.Relation.GE: "{}",
    n.Relation.GT: "more than {}",
    n.Relation.LE: "at most {}",
    n.Relation.LT: "less than {}",
    n.Relation.EQ: "exactly {}",
    n.Relation.NE: "another number than {}",
}
_DATES = {
    n.Relation.GE: "{} or later",
    n.Relation.GT: "later than {}",
    n.Relation.LE: "{} or earlier",
    n.Relation.LT: "earlier than {}",
    n.Relation.EQ: "{}",
    n.Relation.NE: "another day than {}",
}
_OTHERS = {n.Relation.EQ: "{}", n.Relation.NE: "another value than {}"}
_COUNTS = (n.Gather.COUNT, n.Gather.DISTINCT)
_MANY = 5  # members of a list that are shown


@dataclass(frozen=True, slots=True)
class _Bound:
    relation: n.Relation
    value: Any


def needed(
    node: n.Predicate, subject: n.Value, value: Any, read: Read, calendar: Calendar
) -> str | None:
    """Return what the subject, which is `value`, would have to be; None if that is no constant."""
    is_negated = False
    while True:
        match node:
            case n.Not(item):
                node, is_negated = item, not is_negated
            case n.All(items) if len(rest := [i for i in items if not isinstance(i, n.Known)]) == 1:
                node = rest[0]
            case _:
                break
    match node:
        case n.InPeriod() if _is(node.subject, subject):
            return _period(node, is_negated, calendar)
        case n.OneOf() if _is(node.subject, subject):
            return _members(node, is_negated, calendar)
        case n.Compare() | n.All():
            found = _bounds(node, subject, read)
            return None if found is None else _words(found, subject, value, is_negated, calendar)
        case _:
            return None


def is_constant(node: n.Node) -> bool:
    """Return whether a value is the same for all customers."""
    match node:
        case n.Literal() | n.Now() | n.Today():
            return True
        case n.Shift():
            return is_constant(node.base)
        case n.Apply():
            return node.function == "local date" and all(map(is_constant, node.arguments))
        case _:
            return False


def _is(node: n.Value, subject: n.Value) -> bool:
    """Return whether a node is the subject, or the local date of it."""
    return node is subject or (
        isinstance(node, n.Apply) and node.function == "local date" and subject in node.arguments
    )


def _bounds(node: n.Predicate, subject: n.Value, read: Read) -> list[_Bound] | None:
    """Return the constants that a subject is compared with; None where there is more to it."""
    items = node.items if isinstance(node, n.All) else (node,)
    found: list[_Bound] = []
    for item in items:
        if not isinstance(item, n.Compare) or not _is(item.left, subject):
            return None
        if not is_constant(item.right):
            return None
        found.append(_Bound(item.relation, read(item.right)))
    return found


def _words(
    bounds: list[_Bound], subject: n.Value, value: Any, is_negated: bool, calendar: Calendar
) -> str | None:
    is_count = isinstance(subject, n.Aggregate) and subject.gather in _COUNTS
    is_count = is_count or isinstance(subject, n.Ntile)
    if is_negated and len(bounds) == 1:
        bounds = [_Bound(_OPPOSITE[bounds[0].relation], bounds[0].value)]
    match [(bound.relation, bound.value) for bound in bounds]:
        case [(n.Relation.GE, low), (n.Relation.LE, high)]:
            low, high = in_words(low, calendar), in_words(high, calendar)
            if not is_negated:
                return f"{low} to {high}"
            return f"less than {low} or more than {high}"
        case [(relation, bound)] if is_count and isinstance(bound, int):
            return _count(relation, bound)
        case [(relation, bound)]:
            pattern = _pattern(bound, relation)
            if pattern is None:
                return None
            return pattern.format(in_words(bound, calendar)) + _lack(relation, value, bound)
        case _:
            return None


def _count(relation: n.Relation, bound: int) -> str | None:
    """Return how many a count needs: there is nothing between whole numbers."""
    if relation is n.Relation.LT:
        relation, bound = n.Relation.LE, bound - 1
    elif relation is n.Relation.GT:
        relation, bound = n.Relation.GE, bound + 1
    if bound == 0 and relation in (n.Relation.LE, n.Relation.EQ):
        return "none"
    return None if bound < 0 else _NUMBERS[relation].format(bound)


def _pattern(bound: Any, relation: n.Relation) -> str | None:
    match bound:
        case bool() | str():
            return _OTHERS.get(relation)
        case int() | float() | Decimal():
            return _NUMBERS[relation]
        case date():
            return _DATES[relation]
        case _:
            return None


def _lack(relation: n.Relation, value: Any, bound: Any) -> str:
    """Return by how much a number misses its bound."""
    numbers = (int, float, Decimal)
    if isinstance(value, bool) or not (isinstance(value, numbers) and isinstance(bound, numbers)):
        return ""
    if value == bound:
        return ""
    difference = abs(Decimal(str(bound)) - Decimal(str(value)))
    is_exact = not isinstance(value, float) and not isinstance(bound, float)
    shown = f"{difference:f}" if is_exact else f"{float(difference):.6g}"
    if relation in (n.Relation.GE, n.Relation.GT):
        return f", lacks {shown}"
    return f", {shown} too much" if relation in (n.Relation.LE, n.Relation.LT) else ""


def _period(node: n.InPeriod, is_negated: bool, calendar: Calendar) -> str:
    """Return the days, or the moments, of a period."""
    low: date
    high: date
    if node.unit.is_clock:
        low, high = calendar.span_of(node.direction, node.count, node.unit)
    else:
        low, high = calendar.days_of(node.direction, node.count, node.unit, node.is_full)
    first, last = in_words(low, calendar), in_words(high, calendar)
    if is_negated:
        return f"earlier than {first} or later than {last}"
    if node.direction is Direction.LAST and not node.is_full:
        return _DATES[n.Relation.GE].format(first)
    return first if first == last else f"{first} to {last}"


def _members(node: n.OneOf, is_negated: bool, calendar: Calendar) -> str:
    if len(node.members) > _MANY:
        listed = f"{len(node.members):,} members"
    else:
        listed = ", ".join(in_words(member, calendar) for member in node.members)
    return f"{'none' if is_negated else 'one'} of {listed}"
