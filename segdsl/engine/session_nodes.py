"""Conditions as a session computes them: small, and periods of days on local dates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from segdsl.catalog.types import DATE, Kind
from segdsl.functions.clock import Calendar
from segdsl.functions.units import Direction
from segdsl.optimise.passes import simplify
from segdsl.optimise.rewrite import rewritten
from segdsl.optimise.share import LOCAL_DATE
from segdsl.plan import nodes as n
from segdsl.plan.typing import type_of

_NOTHING: Mapping[n.Node, n.Node] = MappingProxyType({})


def small(
    roots: Iterable[n.Node],
    intern: n.Interner,
    calendar: Calendar,
    known: Mapping[n.Node, n.Node] = _NOTHING,
) -> dict[n.Node, n.Node]:
    """Return what becomes of every node that the roots stand on, seen from the calendar's as-of.

    A period of days that an instant is in becomes comparisons of its local date, which is a column
    of its own and has few values. Of some nodes it is `known` already what becomes of them.
    """

    def rule(node: n.Node, intern: n.Interner) -> n.Node:
        return simplify(_by_dates(node, calendar, intern), intern)

    return rewritten(roots, rule, intern, known)


def _by_dates(node: n.Node, calendar: Calendar, intern: n.Interner) -> n.Node:
    match node:
        case n.InPeriod(subject=n.Field() | n.Aggregate() as subject) if (
            not node.unit.is_clock and type_of(subject).kind is Kind.INSTANT
        ):
            return intern(n.All(tuple(_comparisons(node, subject, calendar, intern))))
        case _:
            return node


def _comparisons(
    node: n.InPeriod, subject: n.Value, calendar: Calendar, intern: n.Interner
) -> Iterator[n.Predicate]:
    """Yield what has to hold of an instant: its days, and its side of as-of."""
    first, last = calendar.days_of(node.direction, node.count, node.unit, node.is_full)
    day = intern(n.Apply(LOCAL_DATE, (subject,), DATE))
    yield intern(n.Compare(n.Relation.GE, day, intern(n.Literal(first, DATE))))
    yield intern(n.Compare(n.Relation.LE, day, intern(n.Literal(last, DATE))))
    if not node.is_full and node.direction is not Direction.THIS:
        side = n.Relation.LE if node.direction is Direction.LAST else n.Relation.GE
        yield intern(n.Compare(side, subject, intern(n.Now())))
