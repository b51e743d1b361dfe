"""Lowers plan nodes to Polars expressions over a frame with one row a customer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any as Anything
from typing import TypeAlias

import polars as pl

from segdsl.backends.polars.buckets import drawn
from segdsl.backends.polars.column import (
    Column,
    Fixed,
    Operand,
    any_of,
    canonical_column,
    constant,
    constant_value,
    is_constant,
    is_known,
    map_values,
    refuse,
    single,
)
from segdsl.backends.polars.functions import FUNCTIONS
from segdsl.backends.polars.ops import (
    any_text,
    between,
    compare,
    has,
    has_only,
    is_blank,
    is_true,
    month_day,
    one_of,
    search,
    search_pattern,
)
from segdsl.backends.polars.times import shift_days, shift_instants
from segdsl.backends.polars.uniques import map_uniques
from segdsl.catalog.types import Folding, Kind
from segdsl.functions.clock import Calendar, LeapDay
from segdsl.functions.folding import fold_many
from segdsl.functions.networks import in_networks
from segdsl.functions.patterns import like_pattern, matches_pattern
from segdsl.functions.table import FUNCTIONS as TABLE
from segdsl.functions.units import Direction
from segdsl.plan import nodes as n
from segdsl.plan.meaning import Customer, meaning
from segdsl.plan.typing import type_of

Schema: TypeAlias = Mapping[str, pl.DataType]
_NEEDS_ALL = "a place among all customers cannot be said in one expression"
_LARGEST = 20_000  # nodes in one expression
_DEEPEST = 500  # of them one in another: Polars' time grows with more than the square
_SHIFT_DEPTH = 4  # a shift is several operations
_NOBODY = Customer(0, {})
_NEEDS_EVENTS = "what is made of events cannot be said in one expression"
_VARYING = (n.Field, n.Property, n.Bucket, n.Ntile, n.Aggregate)
_PATTERNS = {n.How.LIKE: like_pattern, n.How.MATCHES: matches_pattern}


def polars_expression(
    root: n.Predicate, calendar: Calendar, schema: Schema, key: str | None = None
) -> pl.Expr:
    """Return a segment as one expression, never null, over a frame with canonical columns.

    Raises UnsupportedError for what one expression cannot say: a place in a population, samples
    where no key column is named, and what it would have to say too often.
    """
    nodes = n.ordered(root)
    _refuse_huge(nodes)
    lowering = Lowering(calendar, schema, key)
    for node in nodes:  # children first, so that no depth is recursed into
        lowering.add(node)
    return lowering.predicate(root)


def _refuse_huge(nodes: Iterable[n.Node]) -> None:
    """Refuse what shares too much or nests too deep, since an expression repeats what it reads."""
    sizes: dict[n.Node, int] = {}
    depths: dict[n.Node, int] = {}
    for node in nodes:
        beneath = n.children(node)
        sizes[node] = 1 + sum(sizes[child] for child in beneath)
        deep = _SHIFT_DEPTH if isinstance(node, n.Shift) else 1
        depths[node] = deep + max((depths[child] for child in beneath), default=0)
        if sizes[node] > _LARGEST or depths[node] > _DEEPEST:
            raise refuse("one expression cannot say a rule of this size")


@dataclass(slots=True)
class Lowering:
    """Lowers nodes over one frame; what has been added is not lowered again."""

    calendar: Calendar
    schema: Schema
    key: str | None = None
    customers: int = 0  # in all, if that is known: no result depends on it
    values: dict[n.Node, Operand] = field(default_factory=dict)
    predicates: dict[n.Node, pl.Expr] = field(default_factory=dict)
    local_dates: dict[n.Node, Operand] = field(default_factory=dict)  # by their instant
    _lowered: dict[n.Node, Operand] = field(default_factory=dict)

    def add(self, node: n.Node) -> None:
        """Lower a node; later ones that read it find it done. Raises UnsupportedError."""
        match node:
            case n.Field() | n.Literal() | n.Now() | n.Today() | n.Shift() | n.Apply():
                self.put(node, self.value(node))
            case n.Folded() | n.Bucket() | n.Ntile() | n.Property() | n.Aggregate():
                self.put(node, self.value(node))
            case _:
                self.predicates[node] = self.predicate(node)

    def put(self, node: n.Node, operand: Operand) -> None:
        """Say what a value is: a column that holds it already."""
        self.values[node] = operand
        if isinstance(node, n.Apply) and node.function == "local date":
            self.local_dates[node.arguments[0]] = operand

    def value(self, node: n.Node) -> Operand:
        """Return a value as an operand. Raises UnsupportedError."""
        waiting = [node]
        while waiting:  # children first, so that no depth is recursed into
            last = waiting[-1]
            if self._done(last) is None:
                missing = [child for child in n.children(last) if self._done(child) is None]
                if missing:
                    waiting.extend(missing)
                    continue
                self._lowered[last] = self._value(last)
            waiting.pop()
        done = self._done(node)
        assert done is not None
        return done

    def _done(self, node: n.Node) -> Operand | None:
        done = self.values.get(node)
        return self._lowered.get(node) if done is None else done

    def _value(self, node: n.Node) -> Operand:
        if not isinstance(node, _VARYING):
            operands = [self.value(child) for child in n.children(node)]
            if all(map(is_constant, operands)):
                return constant(self._meaning(node))
            if () in operands and not _passes_over_missing(node):
                return ()
        match node:
            case n.Field() | n.Property():
                return (canonical_column(node.name, self.schema),)
            case n.Shift():
                return (self._shift(node),)
            case n.Apply():
                arguments = [self.value(argument) for argument in node.arguments]
                return FUNCTIONS[node.function](self.calendar, *arguments)
            case n.Folded():
                return (_folded(single(self.value(node.subject)), node.folding),)
            case n.Bucket():
                return (self._bucket(node),)
            case n.Ntile():
                raise refuse(_NEEDS_ALL)
            case n.Aggregate():
                raise refuse(_NEEDS_EVENTS)
            case _:
                raise TypeError(f"{type(node).__name__} is no value")

    def predicate(self, node: n.Node) -> pl.Expr:
        """Return a predicate as an expression without nulls. Raises UnsupportedError."""
        done = self.predicates.get(node)
        if done is not None:
            return done
        match node:
            case n.Constant():
                return pl.lit(node.value)
            case n.All():
                return pl.all_horizontal(pl.lit(True), *map(self.predicate, node.items))
            case n.Any():
                return any_of([self.predicate(item) for item in node.items])
            case n.Not():
                return ~self.predicate(node.item)
            case n.HowMany():
                held = pl.sum_horizontal(pl.lit(0), *map(self.predicate, node.items))
                return held.is_between(node.low, node.high)
            case n.Ranked() | n.Common():
                raise refuse(_NEEDS_ALL)
            case n.InOrder():
                raise refuse(_NEEDS_EVENTS)
            case _:
                return self._atom(node)

    def _meaning(self, node: n.Node) -> Anything:
        """Return what a node means whose children are constants."""
        return meaning(
            node, lambda child: constant_value(self.value(child)), _NOBODY, self.calendar
        )

    def _atom(self, node: n.Node) -> pl.Expr:
        operands = [self.value(child) for child in n.children(node)]
        if all(map(is_constant, operands)):
            return pl.lit(self._meaning(node), dtype=pl.Boolean)
        if () in operands:
            return pl.lit(False)  # a comparison with nothing
        match node:
            case n.Compare():
                return compare(node.relation, self.value(node.left), self.value(node.right))
            case n.OneOf():
                return one_of(self.value(node.subject), node.members)
            case n.Known():
                return is_known(self.value(node.subject))
            case n.Blank():
                return is_blank(self.value(node.subject))
            case n.Match():
                return self._match(node)
            case n.Has():
                return has(self.value(node.subject), self.value(node.member))
            case n.HasOnly():
                return has_only(self.value(node.subject), node.members)
            case n.InNetwork():
                is_in = partial(in_networks, networks=node.networks)
                return any_text(self.value(node.subject), lambda text: bool(is_in(text)))
            case n.InPeriod():
                return self._in_period(node)
            case n.AnniversaryIn():
                days = self.calendar.days_of(node.direction, node.count, node.unit, node.is_full)
                found = self.calendar.anniversaries(*days)
                return _falls_on(self.value(node.subject), found)
            case n.AnniversaryOn():
                return self._anniversary_on(node)
            case _:
                raise TypeError(f"{type(node).__name__} is no predicate")

    def _shift(self, node: n.Shift) -> Column:
        base = single(self.value(node.base))
        if isinstance(base.dtype, pl.Datetime):
            moved = shift_instants(base.expr, node.count, node.unit, self.calendar)
        else:
            moved = shift_days(base.expr, node.count, node.unit)
        return Column(moved, base.dtype)

    def _bucket(self, node: n.Bucket) -> Column:
        if self.key is None:
            raise refuse("a sample or a split stands on the customer key, and none is named")
        draw = partial(drawn, node.seed, customers=self.customers)
        return Column(map_values(pl.col(self.key), draw, pl.Int64()), pl.Int64())

    def _match(self, node: n.Match) -> pl.Expr:
        text = self.value(node.subject)
        make = _PATTERNS.get(node.how)
        if make is None:
            return search(node.how, text, self.value(node.pattern))
        pattern = constant_value(self.value(node.pattern))
        if not isinstance(pattern, str):
            raise refuse(f"the pattern of `{node.how}` must be a constant")
        return search_pattern(make(pattern, node.folding), text)

    def _in_period(self, node: n.InPeriod) -> pl.Expr:
        calendar, subject = self.calendar, self.value(node.subject)
        if node.unit.is_clock:
            return between(subject, *calendar.span_of(node.direction, node.count, node.unit))
        days = calendar.days_of(node.direction, node.count, node.unit, node.is_full)
        if type_of(node.subject).kind is not Kind.INSTANT:
            return between(subject, *days)
        dates = self.local_dates.get(node.subject)
        if dates is None:
            dates = FUNCTIONS["local date"](calendar, subject)
        within = between(dates, *days)
        if node.is_full or node.direction is Direction.THIS:
            return within
        side = n.Relation.LE if node.direction is Direction.LAST else n.Relation.GE
        return within & compare(side, subject, (Fixed(calendar.as_of),))

    def _anniversary_on(self, node: n.AnniversaryOn) -> pl.Expr:
        subject, day = self.value(node.subject), self.value(node.day)
        fixed = constant_value(day)
        if isinstance(fixed, date):
            return _falls_on(subject, self.calendar.anniversaries_on(fixed))
        born, today = month_day(subject), month_day(day)
        stands_in = today == (228 if self.calendar.leap_day is LeapDay.FEB28 else 301)
        is_leap = single(day).expr.dt.is_leap_year()
        return is_true((born == today) | ((born == 229) & stands_in & ~is_leap))


def _passes_over_missing(node: n.Node) -> bool:
    return isinstance(node, n.Apply) and not TABLE[node.function].is_strict


def _falls_on(subject: Operand, found: Iterable[int]) -> pl.Expr:
    days = pl.Series(sorted(found), dtype=pl.Int32)
    return is_true(month_day(subject).is_in(pl.lit(days.implode())))


def _folded(column: Column, folding: Folding) -> Column:
    fold = partial(fold_many, folding=folding)

    def texts(values: pl.Series) -> pl.Series:
        return map_uniques(values, fold, pl.String())

    text = pl.String()
    if isinstance(column.dtype, pl.List):
        return Column(column.expr.list.eval(map_values(pl.element(), texts, text)), column.dtype)
    return Column(map_values(column.expr, texts, text), text)
