"""The syntax tree: what the author wrote, as frozen nodes with spans.

`span` is never part of equality.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from segdsl.catalog.types import Folding
from segdsl.functions.units import Direction, Unit
from segdsl.source import Source, Span


def _span() -> Span:
    return field(compare=False, repr=False)  # type: ignore[no-any-return]  # a dataclass field


# ---- names and literals


@dataclass(frozen=True, slots=True)
class Name:
    """One identifier, without its backticks."""

    text: str
    span: Span = _span()
    is_quoted: bool = False


@dataclass(frozen=True, slots=True)
class Reference:
    """A name or a dotted name."""

    parts: tuple[Name, ...]
    span: Span = _span()

    @property
    def text(self) -> str:
        """The parts joined by dots."""
        return ".".join(part.text for part in self.parts)


@dataclass(frozen=True, slots=True)
class Text:
    """A text literal, escapes resolved."""

    value: str
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Number:
    """A number literal; a percentage holds its hundredth part (`10%` is 0.1)."""

    value: int | Decimal
    span: Span = _span()
    is_percent: bool = False


@dataclass(frozen=True, slots=True)
class DateLiteral:
    """A calendar date."""

    value: date
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class InstantLiteral:
    """A local time (naive), or an instant where an offset was written (aware)."""

    value: datetime
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Truth:
    """`true` or `false`."""

    value: bool
    span: Span = _span()


class Moment(StrEnum):
    """A word for a point in time."""

    TODAY = "today"
    NOW = "now"
    YESTERDAY = "yesterday"
    TOMORROW = "tomorrow"


@dataclass(frozen=True, slots=True)
class MomentWord:
    """`today`, `now`, `yesterday` or `tomorrow`."""

    moment: Moment
    span: Span = _span()


# ---- values

Count: TypeAlias = "Number | Reference"


class Operator(StrEnum):
    """An arithmetic operator."""

    ADD = "+"
    SUBTRACT = "-"
    MULTIPLY = "*"
    DIVIDE = "/"


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """`left operator right`."""

    operator: Operator
    left: Expression
    right: Expression
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Negative:
    """`-operand`."""

    operand: Expression
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class OrElse:
    """`a or else b or else c`: the first known one; two items or more."""

    items: tuple[Expression, ...]
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Call:
    """`round(x, 2)`; also a definition with arguments, `lapsed(180)`."""

    function: Name
    arguments: tuple[Expression, ...]
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Duration:
    """`2 weeks`."""

    count: Count
    unit: Unit
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Ago:
    """`30 days ago`."""

    duration: Duration
    span: Span = _span()


class Measure(StrEnum):
    """What stands before `of` in `size of tags`."""

    SIZE = "size"
    LENGTH = "length"
    QUARTILE = "quartile"
    QUINTILE = "quintile"
    DECILE = "decile"
    PERCENTILE = "percentile"


@dataclass(frozen=True, slots=True)
class MeasureOf:
    """`size of tags`, `length of name`, `quintile of spend`."""

    measure: Measure
    operand: Expression
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Elapsed:
    """`days since d` (`end` is None), `months from a to b`."""

    unit: Unit
    start: Expression
    end: Expression | None
    span: Span = _span()


# ---- conditions


@dataclass(frozen=True, slots=True)
class AllOf:
    """`a and b and c`, `all of { a; b; c }`."""

    items: tuple[Expression, ...]
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class AnyOf:
    """`a or b or c`, `any of { a; b; c }`."""

    items: tuple[Expression, ...]
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class NoneOf:
    """`none of { a; b; c }`."""

    items: tuple[Expression, ...]
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Negation:
    """`not a`."""

    item: Expression
    span: Span = _span()


class Bound(StrEnum):
    """How a count is bounded."""

    AT_LEAST = "at least"
    AT_MOST = "at most"
    EXACTLY = "exactly"


@dataclass(frozen=True, slots=True)
class CountOf:
    """`at least 2 of { a; b; c }`."""

    bound: Bound
    count: Count
    items: tuple[Expression, ...]
    span: Span = _span()


class Relation(StrEnum):
    """A comparison."""

    EQ = "="
    NE = "!="
    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="


@dataclass(frozen=True, slots=True)
class Comparison:
    """`left relation right`; `is` and `is not` are `=` and `!=`."""

    relation: Relation
    left: Expression
    right: Expression
    folding: Folding | None
    span: Span = _span()


class State(StrEnum):
    """What `is …` can ask of a value's presence."""

    MISSING = "missing"
    KNOWN = "known"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class StateTest:
    """`x is missing`, `x is not empty`."""

    subject: Expression
    state: State
    is_negated: bool
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Between:
    """`x between low and high`."""

    subject: Expression
    low: Expression
    high: Expression
    is_negated: bool
    span: Span = _span()


Members: TypeAlias = "tuple[Expression, ...] | Reference"


@dataclass(frozen=True, slots=True)
class InSet:
    """`x in (a, b)`, `x in metros`."""

    subject: Expression
    members: Members
    is_negated: bool
    folding: Folding | None
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Period:
    """`last 3 full months` (count 3), `last month` (count None), `this week`."""

    direction: Direction
    count: Count | None
    unit: Unit
    is_full: bool
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class InPeriod:
    """`x in last 7 days`."""

    subject: Expression
    period: Period
    is_negated: bool
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class InNetwork:
    """`ip in network "203.0.113.0/24"`."""

    subject: Expression
    networks: tuple[Text, ...]
    is_negated: bool
    span: Span = _span()


class TextOperator(StrEnum):
    """An operator that looks into a text (`contains` also into a list)."""

    CONTAINS = "contains"
    STARTS = "starts with"
    ENDS = "ends with"
    LIKE = "like"
    MATCHES = "matches"


class Quantifier(StrEnum):
    """Whether one operand or each must be met."""

    ANY = "any of"
    ALL = "all of"


@dataclass(frozen=True, slots=True)
class TextTest:
    """`x contains "s"` (quantifier None, one operand), `x starts with any of (…)`."""

    subject: Expression
    operator: TextOperator
    quantifier: Quantifier | None
    operands: Members
    is_negated: bool
    folding: Folding | None
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class ContainsOnly:
    """`tags contains only ("a", "b")`."""

    subject: Expression
    members: Members
    is_negated: bool
    folding: Folding | None
    span: Span = _span()


class DateRelation(StrEnum):
    """A comparison of dates in words."""

    BEFORE = "before"
    AFTER = "after"
    ON = "on"
    ON_OR_BEFORE = "on or before"
    ON_OR_AFTER = "on or after"


@dataclass(frozen=True, slots=True)
class DateTest:
    """`signup on or after 2026-01-01`."""

    subject: Expression
    relation: DateRelation
    bound: Expression
    is_negated: bool
    span: Span = _span()


class DistanceUnit(StrEnum):
    """A unit of distance: 1 km = 1000 m, 1 mile = 1609.344 m."""

    KM = "km"
    M = "m"
    MILES = "miles"


@dataclass(frozen=True, slots=True)
class Point:
    """`(41.01, 28.97)`: latitude, longitude in degrees."""

    latitude: Number
    longitude: Number
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Near:
    """`place within 10 km of (41.01, 28.97)`."""

    subject: Expression
    distance: Count
    unit: DistanceUnit
    point: Point | Reference
    is_negated: bool
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Among:
    """`first_name among 150 most common per country within gold`."""

    subject: Expression
    count: Count
    per: Expression | None
    within: Reference | None
    is_negated: bool
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Anniversary:
    """`anniversary of birth_date in next 7 days` or `… on today`: one of period and day is set."""

    subject: Expression
    period: Period | None
    day: Expression | None
    is_negated: bool
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Ranked:
    """`top 10% by spend per city within gold`."""

    is_top: bool
    amount: Count
    by: Expression
    per: Expression | None
    within: Reference | None
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Sample:
    """`sample 10% seed "spring"` (high None), `sample 10% to 30% seed "spring"`."""

    low: Count
    high: Count | None
    seed: Text
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Behaviour:
    """A condition or value over events (`did purchase`, `count of purchase`)."""

    words: str
    span: Span = _span()


Expression: TypeAlias = (
    "Reference | Text | Number | DateLiteral | InstantLiteral | Truth | MomentWord"
    " | Arithmetic | Negative | OrElse | Call | Duration | Ago | MeasureOf | Elapsed"
    " | AllOf | AnyOf | NoneOf | Negation | CountOf | Comparison | StateTest | Between"
    " | InSet | InPeriod | InNetwork | TextTest | ContainsOnly | DateTest | Near | Among"
    " | Anniversary | Ranked | Sample | Behaviour"
)

Literal: TypeAlias = "Text | Number | DateLiteral | InstantLiteral | Truth | MomentWord"

# ---- declarations


@dataclass(frozen=True, slots=True)
class Annotation:
    """`owner = "crm"`."""

    name: Name
    value: Literal
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Use:
    """`use "common.seg"`."""

    path: Text
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Param:
    """`param min_spend = 500`."""

    name: Name
    default: Literal
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class InlineList:
    """`list metros = ("İstanbul", "Ankara")`."""

    name: Name
    members: tuple[Literal, ...]
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class FileList:
    """`list vip from "vip.csv" column "customer_id"`."""

    name: Name
    path: Text
    column: Text | None
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Define:
    """`define lapsed(n) "Lapsed": …`."""

    name: Name
    parameters: tuple[Name, ...]
    title: Text | None
    body: Expression
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Trait:
    """`trait ltv "Lifetime value": …`."""

    name: Name
    parameters: tuple[Name, ...]
    title: Text | None
    body: Expression
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Segment:
    """`segment name "Title" [owner = "crm"]: condition`."""

    name: Name
    title: Text | None
    annotations: tuple[Annotation, ...]
    body: Expression
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Tiers:
    """`tiers loyalty: gold, silver otherwise basic`."""

    name: Name
    title: Text | None
    annotations: tuple[Annotation, ...]
    members: tuple[Reference, ...]
    otherwise: Name | None
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Share:
    """`control 10%`."""

    name: Name
    part: Number
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Split:
    """`split spring of young_metro seed "spring-26": control 10%, offer 90%`."""

    name: Name
    title: Text | None
    annotations: tuple[Annotation, ...]
    of: Reference | None
    seed: Text
    shares: tuple[Share, ...]
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class RuleTest:
    """A `test` or `check` declaration."""

    words: str
    span: Span = _span()


Declaration: TypeAlias = (
    "Use | Param | InlineList | FileList | Define | Trait | Segment | Tiers | Split | RuleTest"
)


@dataclass(frozen=True, slots=True)
class Module:
    """A parsed rule file: declarations, or one bare condition."""

    source: Source
    declarations: tuple[Declaration, ...]
    condition: Expression | None = None
    broken: frozenset[str] = frozenset()  # names of declarations that have been complained of
