"""Syntax nodes for names, literals and values; `span` is never part of equality."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from segdsl.functions.units import Unit
from segdsl.source import Span

if TYPE_CHECKING:
    from segdsl.syntax.tree_conditions import Expression


def span_field() -> Span:
    """Return the field that holds a node's place; nodes at two places are equal."""
    return field(compare=False, repr=False)  # type: ignore[no-any-return]  # a dataclass field


# ---- names and literals


@dataclass(frozen=True, slots=True)
class Name:
    """One identifier, without its backticks."""

    text: str
    span: Span = span_field()
    is_quoted: bool = False


@dataclass(frozen=True, slots=True)
class Reference:
    """A name or a dotted name."""

    parts: tuple[Name, ...]
    span: Span = span_field()

    @property
    def text(self) -> str:
        """The parts joined by dots."""
        return ".".join(part.text for part in self.parts)


@dataclass(frozen=True, slots=True)
class Text:
    """A text literal, escapes resolved."""

    value: str
    span: Span = span_field()


@dataclass(frozen=True, slots=True)
class Number:
    """A number literal; a percentage holds its hundredth part (`10%` is 0.1)."""

    value: int | Decimal
    span: Span = span_field()
    is_percent: bool = False


@dataclass(frozen=True, slots=True)
class DateLiteral:
    """A calendar date."""

    value: date
    span: Span = span_field()


@dataclass(frozen=True, slots=True)
class InstantLiteral:
    """A local time (naive), or an instant where an offset was written (aware)."""

    value: datetime
    span: Span = span_field()


@dataclass(frozen=True, slots=True)
class Truth:
    """`true` or `false`."""

    value: bool
    span: Span = span_field()


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
    span: Span = span_field()


Literal: TypeAlias = "Text | Number | DateLiteral | InstantLiteral | Truth | MomentWord"


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
    span: Span = span_field()


@dataclass(frozen=True, slots=True)
class Negative:
    """`-operand`."""

    operand: Expression
    span: Span = span_field()


@dataclass(frozen=True, slots=True)
class OrElse:
    """`a or else b or else c`: the first known one; two items or more."""

    items: tuple[Expression, ...]
    span: Span = span_field()


@dataclass(frozen=True, slots=True)
class Call:
    """`round(x, 2)`; also a definition with arguments, `lapsed(180)`."""

    function: Name
    arguments: tuple[Expression, ...]
    span: Span = span_field()


@dataclass(frozen=True, slots=True)
class Duration:
    """`2 weeks`."""

    count: Count
    unit: Unit
    span: Span = span_field()


@dataclass(frozen=True, slots=True)
class Ago:
    """`30 days ago`."""

    duration: Duration
    span: Span = span_field()


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
    span: Span = span_field()


@dataclass(frozen=True, slots=True)
class Elapsed:
    """`days since d` (`end` is None), `months from a to b`."""

    unit: Unit
    start: Expression
    end: Expression | None
    span: Span = span_field()
