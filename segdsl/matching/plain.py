"""Says periods and anniversaries as comparisons with constants, now that as-of is settled.

| node | what stands for it | condition |
| --- | --- | --- |
| a date in a period | `first <= d and d <= last` | both are false where d is missing |
| an instant in a period of days | the same of its local date, and as-of if it ends there | |
| an anniversary in a period, on a constant day | month and day are one of those that fall in it | |
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from segdsl.catalog.types import DATE, INSTANT, Kind
from segdsl.functions.clock import Calendar
from segdsl.functions.units import Direction
from segdsl.optimise.rewrite import rewritten
from segdsl.plan import nodes as n
from segdsl.plan.typing import type_of

_LOCAL_DATE = "local date"


@dataclass(frozen=True, slots=True, eq=False)
class MonthDay(n.Node):
    """Month × 100 + day of a date, by which anniversaries are told."""

    subject: n.Value


def month_day(day: date | None) -> int | None:
    """Return month × 100 + day; None for a missing date."""
    return None if day is None else day.month * 100 + day.day


def plainly(
    roots: Iterable[n.Node], calendar: Calendar, intern: n.Interner
) -> dict[n.Node, n.Node]:
    """Return what becomes of every node that the roots stand on."""

    def rule(node: n.Node, intern: n.Interner) -> n.Node:
        match node:
            case n.InPeriod():
                return intern(n.All(tuple(_period(node, calendar, intern))))
            case n.AnniversaryIn():
                days = calendar.days_of(node.direction, node.count, node.unit, node.is_full)
                return _one_of(node.subject, tuple(calendar.anniversaries(*days)), intern)
            case n.AnniversaryOn():
                day = _constant_day(node.day, calendar)
                if day is None:
                    return node
                return _one_of(node.subject, calendar.anniversaries_on(day), intern)
            case _:
                return node

    return rewritten(roots, rule, intern)


def _period(node: n.InPeriod, calendar: Calendar, intern: n.Interner) -> Sequence[n.Predicate]:
    subject = node.subject

    def compare(relation: n.Relation, value: n.Value, bound: date) -> n.Compare:
        literal = intern(n.Literal(bound, INSTANT if isinstance(bound, datetime) else DATE))
        return intern(n.Compare(relation, value, literal))

    if node.unit.is_clock:
        start, end = calendar.span_of(node.direction, node.count, node.unit)
        return [compare(n.Relation.GE, subject, start), compare(n.Relation.LE, subject, end)]
    first, last = calendar.days_of(node.direction, node.count, node.unit, node.is_full)
    if type_of(subject).kind is not Kind.INSTANT:
        return [compare(n.Relation.GE, subject, first), compare(n.Relation.LE, subject, last)]
    day = intern(n.Apply(_LOCAL_DATE, (subject,), DATE))
    found = [compare(n.Relation.GE, day, first), compare(n.Relation.LE, day, last)]
    if not (node.is_full or node.direction is Direction.THIS):
        is_last = node.direction is Direction.LAST
        relation = n.Relation.LE if is_last else n.Relation.GE
        found.append(compare(relation, subject, calendar.as_of))
    return found


def _one_of(subject: n.Value, days: tuple[int, ...], intern: n.Interner) -> n.Node:
    of: Callable[[n.Node], n.Node] = intern
    return of(n.OneOf(of(MonthDay(subject)), tuple(sorted(days))))  # type: ignore[arg-type]


def _constant_day(node: n.Node, calendar: Calendar) -> date | None:
    match node:
        case n.Today():
            return calendar.today
        case n.Literal(value=date() as day):
            return day
        case _:
            return None
