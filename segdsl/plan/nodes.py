"""The nodes of the logical plan: values, predicates, and what is made of events."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from segdsl.catalog.types import Folding, Type
from segdsl.functions.units import Direction, Unit
from segdsl.plan.event_nodes import Aggregate as Aggregate
from segdsl.plan.event_nodes import Gather as Gather
from segdsl.plan.event_nodes import InOrder as InOrder
from segdsl.plan.event_nodes import Property as Property
from segdsl.plan.event_nodes import Step as Step
from segdsl.plan.graph import Interner as Interner
from segdsl.plan.graph import Layer as Layer
from segdsl.plan.graph import Node as Node
from segdsl.plan.graph import OverEvents as OverEvents
from segdsl.plan.graph import Scalar as Scalar
from segdsl.plan.graph import attributes as attributes
from segdsl.plan.graph import children as children
from segdsl.plan.graph import distinct as distinct
from segdsl.plan.graph import ordered as ordered
from segdsl.plan.graph import parts as parts

# ---- values


@dataclass(frozen=True, slots=True, eq=False)
class Field(Node):
    """A customer's field, by its name in the catalog."""

    name: str
    type: Type


@dataclass(frozen=True, slots=True, eq=False)
class Literal(Node):
    """A constant; `value` None is missing."""

    value: Scalar | None
    type: Type


@dataclass(frozen=True, slots=True, eq=False)
class Now(Node):
    """The as-of instant."""


@dataclass(frozen=True, slots=True, eq=False)
class Today(Node):
    """The local date of the as-of instant."""


@dataclass(frozen=True, slots=True, eq=False)
class Shift(Node):
    """`base` moved by `count` units: a date by days and longer, an instant by any unit."""

    base: Value
    count: int
    unit: Unit


@dataclass(frozen=True, slots=True, eq=False)
class Apply(Node):
    """The function of that name in the function table, applied."""

    function: str
    arguments: tuple[Value, ...]
    type: Type


@dataclass(frozen=True, slots=True, eq=False)
class Folded(Node):
    """A text, or each text of a list, folded."""

    subject: Value
    folding: Folding


@dataclass(frozen=True, slots=True, eq=False)
class Bucket(Node):
    """The customer's bucket under a seed: 0 up to 2^32."""

    seed: str


@dataclass(frozen=True, slots=True, eq=False)
class Ntile(Node):
    """The rank group (1 the lowest) of `subject` among all customers with a known one."""

    buckets: int
    subject: Value


# ---- predicates


@dataclass(frozen=True, slots=True, eq=False)
class Constant(Node):
    """Everyone or no one."""

    value: bool


@dataclass(frozen=True, slots=True, eq=False)
class All(Node):
    """Every item holds; true without items."""

    items: tuple[Predicate, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Any(Node):
    """At least one item holds; false without items."""

    items: tuple[Predicate, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Not(Node):
    """The exact complement."""

    item: Predicate


@dataclass(frozen=True, slots=True, eq=False)
class HowMany(Node):
    """The number of items that hold lies between `low` and `high`, both included."""

    low: int
    high: int
    items: tuple[Predicate, ...]


class Relation(StrEnum):
    """A comparison; false when a side is missing."""

    EQ = "="
    NE = "!="
    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="


@dataclass(frozen=True, slots=True, eq=False)
class Compare(Node):
    """`left relation right`: two values of one type (weekdays are numbers, Monday 1)."""

    relation: Relation
    left: Value
    right: Value


@dataclass(frozen=True, slots=True, eq=False)
class OneOf(Node):
    """The subject is known and equals a member; members are constants of its type."""

    subject: Value
    members: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Known(Node):
    """The subject is not missing."""

    subject: Value


@dataclass(frozen=True, slots=True, eq=False)
class Blank(Node):
    """The subject is missing, a text of white space only, or an empty list."""

    subject: Value


class How(StrEnum):
    """How a text is searched."""

    CONTAINS = "contains"
    STARTS = "starts with"
    ENDS = "ends with"
    LIKE = "like"
    MATCHES = "matches"


@dataclass(frozen=True, slots=True, eq=False)
class Match(Node):
    """A text found in a text.

    The subject is folded already where folding was asked for, and so is the pattern of
    `contains`, `starts with` and `ends with`. The pattern of `like` and `matches` is a literal as
    the author wrote it; `folding` says how `functions.patterns` is to fold its characters.
    """

    how: How
    subject: Value
    pattern: Value
    folding: Folding = Folding.EXACT


@dataclass(frozen=True, slots=True, eq=False)
class Has(Node):
    """The list is known and has the member among its elements."""

    subject: Value
    member: Value


@dataclass(frozen=True, slots=True, eq=False)
class HasOnly(Node):
    """The list has an element, and every known element is one of the members."""

    subject: Value
    members: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True, eq=False)
class InNetwork(Node):
    """The text is an IP address in one of the networks, given in canonical form."""

    subject: Value
    networks: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class InPeriod(Node):
    """The date or instant lies in the period, seen from as-of; `count` is 1 for `last month`."""

    subject: Value
    direction: Direction
    count: int
    unit: Unit
    is_full: bool


@dataclass(frozen=True, slots=True, eq=False)
class AnniversaryIn(Node):
    """An anniversary of the date lies in the period."""

    subject: Value
    direction: Direction
    count: int
    unit: Unit
    is_full: bool


@dataclass(frozen=True, slots=True, eq=False)
class AnniversaryOn(Node):
    """An anniversary of the date falls on the day."""

    subject: Value
    day: Value


# ---- population predicates: computed over all customers, then read like a field


@dataclass(frozen=True, slots=True, eq=False)
class Ranked(Node):
    """The customer is among the first by `by`, highest first if `is_top`.

    `amount` is a number of customers (int) or a part of them (Decimal, 0 to 1), in each group of
    `per`, counted among the customers for whom `within` holds.
    """

    is_top: bool
    amount: int | Decimal
    by: Value
    per: Value | None
    within: Predicate | None


@dataclass(frozen=True, slots=True, eq=False)
class Common(Node):
    """The subject is among the `count` most frequent values, in each group of `per`.

    Counted among the customers for whom `within` holds; of these alone it can be true.
    """

    subject: Value
    count: int
    per: Value | None
    within: Predicate | None = None


Value: TypeAlias = (
    "Field | Property | Literal | Now | Today | Shift | Apply | Folded | Bucket | Ntile | Aggregate"
)
Connective: TypeAlias = "Constant | All | Any | Not | HowMany"
CONNECTIVES = (Constant, All, Any, Not, HowMany)
Population: TypeAlias = "Ranked | Common"
Atom: TypeAlias = (
    "Compare | OneOf | Known | Blank | Match | Has | HasOnly | InNetwork | InPeriod"
    " | AnniversaryIn | AnniversaryOn | Ranked | Common | InOrder"
)
Predicate: TypeAlias = "Connective | Atom"
