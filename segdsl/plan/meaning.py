"""What every node means on one profile: the definition that all backends are tested against."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any as Anything
from typing import TypeAlias, assert_never

from segdsl.functions.buckets import bucket
from segdsl.functions.clock import Calendar, shift_date
from segdsl.functions.folding import fold
from segdsl.functions.networks import in_networks
from segdsl.functions.patterns import like_pattern, matches_pattern, search
from segdsl.functions.spaces import WHITE_SPACE
from segdsl.functions.table import FUNCTIONS
from segdsl.functions.units import Direction
from segdsl.plan import nodes as n
from segdsl.plan.behaviour import Event as Event
from segdsl.plan.behaviour import Of, aggregate, in_order

Read: TypeAlias = Callable[[n.Node], Anything]  # a value of the child's type, or None


@dataclass(frozen=True, slots=True)
class Customer:
    """A key, the profile and the events.

    The profile holds canonical values by field name, None (or absent) for missing. Canonical: texts
    in NFC, finite floats, instants aware, lists and places as tuples. The events stand by their
    name, in no particular order.
    """

    key: int | str
    profile: Mapping[str, Anything]
    events: Mapping[str, Sequence[Event]] = field(default_factory=dict)


def meaning(node: n.Node, read: Read, customer: Customer, calendar: Calendar) -> Anything:
    """Return the value of a node (None: missing) or the truth of a predicate.

    `read` gives the values of the node's children. Nodes that stand for a population are not
    defined by one profile (see `plan.definition`), nor are parts of what stands on events.
    """
    match node:
        case n.Field():
            return customer.profile.get(node.name)
        case n.Literal():
            return node.value
        case n.Now():
            return calendar.as_of
        case n.Today():
            return calendar.today
        case n.Shift():
            return _shift(read(node.base), node.count, node, calendar)
        case n.Apply():
            return _apply(node, [read(argument) for argument in node.arguments], calendar)
        case n.Folded():
            return _folded(read(node.subject), node)
        case n.Bucket():
            return bucket(node.seed, customer.key)
        case n.Constant():
            return node.value
        case n.All():
            return all(read(item) for item in node.items)
        case n.Any():
            return any(read(item) for item in node.items)
        case n.Not():
            return not read(node.item)
        case n.HowMany():
            return node.low <= sum(map(read, node.items)) <= node.high
        case n.Compare():
            return compare(node.relation, read(node.left), read(node.right))
        case n.OneOf():
            return _one_of(read(node.subject), node.members)
        case n.Known():
            return read(node.subject) is not None
        case n.Blank():
            return is_blank(read(node.subject))
        case n.Match():
            return _matches(node, read(node.subject), read(node.pattern))
        case n.Has():
            return _has(read(node.subject), read(node.member))
        case n.HasOnly():
            return _has_only(read(node.subject), node.members)
        case n.InNetwork():
            subject = read(node.subject)
            return subject is not None and bool(in_networks(subject, node.networks))
        case n.InPeriod():
            return _in_period(node, read(node.subject), calendar)
        case n.AnniversaryIn():
            subject = read(node.subject)
            days = calendar.days_of(node.direction, node.count, node.unit, node.is_full)
            return subject is not None and _month_day(subject) in calendar.anniversaries(*days)
        case n.AnniversaryOn():
            subject, day = read(node.subject), read(node.day)
            return None not in (subject, day) and _month_day(subject) in calendar.anniversaries_on(
                day
            )
        case n.Aggregate():
            of = of_events(node, read, customer, calendar)
            return aggregate(node, customer.events.get(node.event, ()), of)
        case n.InOrder():
            return in_order(
                node, customer.events, of_events(node, read, customer, calendar), calendar
            )
        case _:
            raise TypeError(f"{type(node).__name__} is not defined by one profile")


def of_events(over: n.OverEvents, read: Read, customer: Customer, calendar: Calendar) -> Of:
    """Return what the nodes inside `over` mean for one event of the customer."""
    own = {node: read(node) for node in over.reads}

    def of(root: n.Node, event: Event) -> Anything:
        found = dict(own)
        for node in n.ordered(root, below=lambda node: () if node in own else n.parts(node)):
            if isinstance(node, n.Property):
                found[node] = event.get(node.name)
            elif node not in found:
                found[node] = meaning(node, found.__getitem__, customer, calendar)
        return found[root]

    return of


_RELATIONS: Mapping[n.Relation, Callable[[Anything, Anything], bool]] = {
    n.Relation.EQ: lambda a, b: a == b,
    n.Relation.NE: lambda a, b: a != b,
    n.Relation.LT: lambda a, b: a < b,
    n.Relation.LE: lambda a, b: a <= b,
    n.Relation.GT: lambda a, b: a > b,
    n.Relation.GE: lambda a, b: a >= b,
}


def compare(relation: n.Relation, left: Anything, right: Anything) -> bool:
    """Return whether the relation holds; False when a side is missing.

    Integers and decimals compare exactly; when one side is a float, both are rounded to floats.
    """
    if left is None or right is None:
        return False
    if isinstance(left, float) or isinstance(right, float):
        left, right = float(left), float(right)
    return _RELATIONS[relation](left, right)


def is_blank(value: Anything) -> bool:
    """Return whether a value is missing, white space only, or an empty list."""
    match value:
        case None:
            return True
        case str():
            return not value.strip(WHITE_SPACE)
        case tuple():
            return not value
        case _:
            return False


def _shift(base: Anything, count: int, node: n.Shift, calendar: Calendar) -> Anything:
    if base is None:
        return None
    if isinstance(base, datetime):
        return calendar.shift_instant(base, count, node.unit)
    return shift_date(base, count, node.unit)


def _apply(node: n.Apply, values: list[Anything], calendar: Calendar) -> Anything:
    function = FUNCTIONS[node.function]
    if function.is_strict and None in values:
        return None
    return function.meaning(calendar, *values)


def _folded(value: Anything, node: n.Folded) -> Anything:
    match value:
        case str():
            return fold(value, node.folding)
        case tuple():
            return tuple(None if item is None else fold(item, node.folding) for item in value)
        case _:
            return None


def _one_of(value: Anything, members: tuple[n.Scalar, ...]) -> bool:
    return any(compare(n.Relation.EQ, value, member) for member in members)


def _matches(node: n.Match, text: str | None, pattern: str | None) -> bool:
    if text is None or pattern is None:
        return False
    match node.how:
        case n.How.CONTAINS:
            return pattern in text
        case n.How.STARTS:
            return text.startswith(pattern)
        case n.How.ENDS:
            return text.endswith(pattern)
        case n.How.LIKE:
            return search(like_pattern(pattern, node.folding), text)
        case n.How.MATCHES:
            return search(matches_pattern(pattern, node.folding), text)
        case _:
            assert_never(node.how)


def _has(items: tuple[Anything, ...] | None, member: Anything) -> bool:
    return items is not None and any(compare(n.Relation.EQ, item, member) for item in items)


def _has_only(items: tuple[Anything, ...] | None, members: tuple[n.Scalar, ...]) -> bool:
    known = [item for item in items or () if item is not None]
    return bool(known) and all(_one_of(item, members) for item in known)


def _in_period(node: n.InPeriod, value: Anything, calendar: Calendar) -> bool:
    if value is None:
        return False
    if node.unit.is_clock:
        start, end = calendar.span_of(node.direction, node.count, node.unit)
        return bool(start <= value <= end)
    first, last = calendar.days_of(node.direction, node.count, node.unit, node.is_full)
    if not isinstance(value, datetime):
        return bool(first <= value <= last)
    day = calendar.local_date(value)
    return day is not None and first <= day <= last and _on_its_side(node, value, calendar)


def _on_its_side(node: n.InPeriod, instant: datetime, calendar: Calendar) -> bool:
    """Return whether the instant is not beyond as-of, for the periods that begin or end there."""
    if node.is_full or node.direction is Direction.THIS:
        return True
    if node.direction is Direction.LAST:
        return instant <= calendar.as_of
    return instant >= calendar.as_of


def _month_day(day: Anything) -> int:
    return int(day.month * 100 + day.day)
