"""The nodes that stand on what customers did: one event's properties, aggregates, sequences.

A condition on events is a predicate like any other, read for one event at a time: its `Property`
nodes are the event's, its `Field` nodes the customer's. The window and `where` of a rule are both
part of it, and for events that have a time so is that the time is not after as-of.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from segdsl.catalog.tables import TIME as TIME
from segdsl.catalog.types import Type
from segdsl.functions.gather import Gather as Gather
from segdsl.functions.units import Unit
from segdsl.plan.graph import Node, OverEvents

if TYPE_CHECKING:
    from segdsl.plan.nodes import Predicate, Value


@dataclass(frozen=True, slots=True, eq=False)
class Property(Node):
    """A property of an event: `amount`, `product.department` of a lookup, `time`."""

    event: str
    name: str
    type: Type


@dataclass(frozen=True, slots=True, eq=False)
class Aggregate(OverEvents):
    """A value made of the events for which `condition` holds.

    `measure` is a value of one event; None counts the events themselves. First and last go by the
    event's time; there, in min, max and most common, ties go to the smallest value.
    """

    gather: Gather
    event: str
    condition: Predicate
    measure: Value | None
    type: Type


@dataclass(frozen=True, slots=True, eq=False)
class Step(Node):
    """A later step: an event for which `condition` holds, or (`is_negated`) that there is none.

    It is strictly later than the last step that was an event, by `count` units at most. With
    `same`, its value there equals that of the last event under `same_before`, both known.
    """

    is_negated: bool
    event: str
    condition: Predicate
    same: Property | None
    same_before: Property | None
    count: int
    unit: Unit


@dataclass(frozen=True, slots=True, eq=False)
class InOrder(OverEvents):
    """The customer has an event of the first kind that the steps follow, in some choice."""

    event: str
    condition: Predicate
    steps: tuple[Step, ...]
