"""Builds conditions from the parts that the parser found; one function a rule of the grammar."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from segdsl.catalog.types import Folding
from segdsl.functions.units import Direction
from segdsl.syntax import tree
from segdsl.syntax.build_values import unit
from segdsl.syntax.tree import DateRelation, Relation

if TYPE_CHECKING:
    from segdsl.source import Span
    from segdsl.syntax.tree import Count, Expression, Members, Period, Reference, Text, TextOperator

_Group: TypeAlias = "tree.AnyOf | tree.AllOf | tree.NoneOf"
_GROUPS: Mapping[str, Callable[[tuple[Expression, ...], Span], _Group]] = MappingProxyType(
    {"any": tree.AnyOf, "all": tree.AllOf, "none": tree.NoneOf}
)


def _any_of(span: Span, *items: Expression) -> tree.AnyOf:
    return tree.AnyOf(items, span)


def _all_of(span: Span, *items: Expression) -> tree.AllOf:
    return tree.AllOf(items, span)


def _negated(span: Span, item: Expression) -> tree.Negation:
    return tree.Negation(item, span)


def _quantified(span: Span, word: str, items: tuple[Expression, ...]) -> _Group:
    return _GROUPS[word](items, span)


def _count_of(
    span: Span, bound: tree.Bound, count: Count, items: tuple[Expression, ...]
) -> tree.CountOf:
    return tree.CountOf(bound, count, items, span)


def _comparison(
    span: Span, left: Expression, relation: str, right: Expression, folding: Folding | None
) -> tree.Comparison:
    return tree.Comparison(Relation(relation), left, right, folding, span)


def _equality(
    span: Span, left: Expression, right: Expression, folding: Folding | None
) -> tree.Comparison:
    return tree.Comparison(Relation.EQ, left, right, folding, span)


def _inequality(
    span: Span, left: Expression, right: Expression, folding: Folding | None
) -> tree.Comparison:
    return tree.Comparison(Relation.NE, left, right, folding, span)


def _state_test(
    span: Span, subject: Expression, negation: str | None, state: str
) -> tree.StateTest:
    return tree.StateTest(subject, tree.State(state), negation is not None, span)


def _between(
    span: Span, subject: Expression, negation: str | None, low: Expression, high: Expression
) -> tree.Between:
    return tree.Between(subject, low, high, negation is not None, span)


def _in_set(
    span: Span,
    subject: Expression,
    negation: str | None,
    members: Members,
    folding: Folding | None,
) -> tree.InSet:
    return tree.InSet(subject, members, negation is not None, folding, span)


def _in_period(
    span: Span, subject: Expression, negation: str | None, period: Period
) -> tree.InPeriod:
    return tree.InPeriod(subject, period, negation is not None, span)


def _in_network(
    span: Span, subject: Expression, negation: str | None, networks: tuple[Text, ...]
) -> tree.InNetwork:
    return tree.InNetwork(subject, networks, negation is not None, span)


def _text_test(
    span: Span,
    subject: Expression,
    negation: str | None,
    operator: TextOperator,
    operand: Expression,
    folding: Folding | None,
) -> tree.TextTest:
    return tree.TextTest(subject, operator, None, (operand,), negation is not None, folding, span)


def _text_tests(
    span: Span,
    subject: Expression,
    negation: str | None,
    operator: TextOperator,
    word: str,
    members: Members,
    folding: Folding | None,
) -> tree.TextTest:
    quantifier = tree.Quantifier(f"{word} of")
    return tree.TextTest(
        subject, operator, quantifier, members, negation is not None, folding, span
    )


def _contains_only(
    span: Span,
    subject: Expression,
    negation: str | None,
    members: Members,
    folding: Folding | None,
) -> tree.ContainsOnly:
    return tree.ContainsOnly(subject, members, negation is not None, folding, span)


def _date_side(
    span: Span, subject: Expression, negation: str | None, side: str, bound: Expression
) -> tree.DateTest:
    return tree.DateTest(subject, DateRelation(side), bound, negation is not None, span)


def _date_on(
    span: Span, subject: Expression, negation: str | None, bound: Expression
) -> tree.DateTest:
    return tree.DateTest(subject, DateRelation.ON, bound, negation is not None, span)


def _date_on_or(
    span: Span, subject: Expression, negation: str | None, side: str, bound: Expression
) -> tree.DateTest:
    relation = DateRelation(f"on or {side}")
    return tree.DateTest(subject, relation, bound, negation is not None, span)


def _near(
    span: Span,
    subject: Expression,
    negation: str | None,
    distance: Count,
    word: str,
    point: tree.Point | Reference,
) -> tree.Near:
    distance_unit = tree.DistanceUnit("miles" if word == "mile" else word)
    return tree.Near(subject, distance, distance_unit, point, negation is not None, span)


def _among(
    span: Span,
    subject: Expression,
    negation: str | None,
    count: Count,
    per: Expression | None,
    within: Reference | None,
) -> tree.Among:
    return tree.Among(subject, count, per, within, negation is not None, span)


def _anniversary_in(
    span: Span, subject: Expression, negation: str | None, period: Period
) -> tree.Anniversary:
    return tree.Anniversary(subject, period, None, negation is not None, span)


def _anniversary_on(
    span: Span, subject: Expression, negation: str | None, day: Expression
) -> tree.Anniversary:
    return tree.Anniversary(subject, None, day, negation is not None, span)


def _ranked(
    span: Span,
    rank: str,
    amount: Count,
    by: Expression,
    per: Expression | None,
    within: Reference | None,
) -> tree.Ranked:
    return tree.Ranked(rank == "top", amount, by, per, within, span)


def _sample(span: Span, low: Count, high: Count | None, seed: Text) -> tree.Sample:
    return tree.Sample(low, high, seed, span)


def _counted_period(
    span: Span, direction: str, count: Count, full: str | None, word: str
) -> Period:
    return tree.Period(Direction(direction), count, unit(word), full is not None, span)


def _period(span: Span, direction: str, word: str) -> Period:
    return tree.Period(Direction(direction), None, unit(word), False, span)


def _point(span: Span, latitude: tree.Number, longitude: tree.Number) -> tree.Point:
    return tree.Point(latitude, longitude, span)


def _bound(_: Span, words: str) -> tree.Bound:
    return tree.Bound(words)


def _folding(_: Span, words: str) -> Folding:
    return Folding(words)


def _text_operator(_: Span, word: str) -> TextOperator:
    return tree.TextOperator(f"{word} with" if word in ("starts", "ends") else word)


def _in_order(_: Span, *parts: object) -> tuple[object, ...]:
    return parts


def _named_members(_: Span, name: Reference) -> Reference:
    return name


CONDITIONS: Mapping[str, Callable[..., object]] = MappingProxyType(
    {
        "any_of": _any_of,
        "all_of": _all_of,
        "negated": _negated,
        "quantified": _quantified,
        "count_of": _count_of,
        "comparison": _comparison,
        "equality": _equality,
        "inequality": _inequality,
        "state_test": _state_test,
        "between": _between,
        "in_set": _in_set,
        "in_period": _in_period,
        "in_network": _in_network,
        "text_test": _text_test,
        "text_tests": _text_tests,
        "contains_only": _contains_only,
        "date_side": _date_side,
        "date_on": _date_on,
        "date_on_or": _date_on_or,
        "near": _near,
        "among": _among,
        "anniversary_in": _anniversary_in,
        "anniversary_on": _anniversary_on,
        "ranked": _ranked,
        "sample": _sample,
        "counted_period": _counted_period,
        "period": _period,
        "point": _point,
        "bound": _bound,
        "folding": _folding,
        "text_operator": _text_operator,
        "group": _in_order,
        "networks": _in_order,
        "inline_members": _in_order,
        "named_members": _named_members,
    }
)
