"""Conditions and values on events become their nodes."""

from __future__ import annotations

import pytest
from parsing import condition, ref

from segdsl.functions.gather import Gather
from segdsl.functions.units import Direction, Unit
from segdsl.source import Source
from segdsl.syntax import tree
from segdsl.syntax.tree import Bound, Side

SPAN = Source.of("").span(0, 0)
P, X, D = ref("purchase"), ref("x"), ref("d")


def number(value: int) -> tree.Number:
    return tree.Number(value, SPAN)


def last(count: int, unit: Unit = Unit.DAY) -> tree.PeriodWindow:
    return tree.PeriodWindow(tree.Period(Direction.LAST, number(count), unit, False, SPAN), SPAN)


WINDOWS = [
    ("in last 90 days", last(90)),
    ("since d", tree.SideWindow(Side.SINCE, D, SPAN)),
    ("before d", tree.SideWindow(Side.BEFORE, D, SPAN)),
    ("after d", tree.SideWindow(Side.AFTER, D, SPAN)),
    ("between d and x", tree.SpanWindow(D, X, SPAN)),
    ("within 2 hours after d", tree.NearWindow(number(2), Unit.HOUR, Side.AFTER, D, SPAN)),
    ("within n days before d", tree.NearWindow(ref("n"), Unit.DAY, Side.BEFORE, D, SPAN)),
]
OFTEN = [
    ("at least 3 times", tree.Times(Bound.AT_LEAST, number(3), SPAN)),
    ("at most n times", tree.Times(Bound.AT_MOST, ref("n"), SPAN)),
    ("exactly 1 time", tree.Times(Bound.EXACTLY, number(1), SPAN)),
    ("between 2 and 5 times", tree.TimesBetween(number(2), number(5), SPAN)),
    ("on at least 5 days", tree.OnDays(Bound.AT_LEAST, number(5), Unit.DAY, SPAN)),
]


@pytest.mark.parametrize(("words", "window"), WINDOWS)
def test_windows(words: str, window: tree.Window) -> None:
    assert condition(f"did purchase {words}") == tree.Did(P, False, None, None, window, SPAN)


@pytest.mark.parametrize(("words", "often"), OFTEN)
def test_counts_stand_before_or_after_a_window(words: str, often: tree.Often) -> None:
    wanted = tree.Did(P, False, None, often, last(90), SPAN)
    assert condition(f"did purchase {words}") == tree.Did(P, False, None, often, None, SPAN)
    assert condition(f"did purchase {words} in last 90 days") == wanted
    assert condition(f"did purchase in last 90 days {words}") == wanted


def test_a_condition_on_each_event() -> None:
    found = condition("did not purchase where (x or d) in last 90 days or x")
    did = tree.Did(P, True, tree.AnyOf((X, D), SPAN), None, last(90), SPAN)
    assert found == tree.AnyOf((did, X), SPAN)
    assert found.items[0].span.text == "did not purchase where (x or d) in last 90 days"


def test_sequences() -> None:
    found = condition(
        "did purchase then not refund where (x) with same item.id within 1 day"
        " then purchase within n weeks in last 90 days"
    )
    refund = tree.Step(ref("refund"), True, X, ref("item.id"), number(1), Unit.DAY, SPAN)
    again = tree.Step(P, False, None, None, ref("n"), Unit.WEEK, SPAN)
    assert found == tree.DidInOrder(P, False, None, (refund, again), last(90), SPAN)


AGGREGATES = [
    ("count of purchase", Gather.COUNT, P),
    ("count of distinct purchase.x", Gather.DISTINCT, ref("purchase.x")),
    ("sum of purchase.x", Gather.SUM, ref("purchase.x")),
    ("average of purchase.x", Gather.AVERAGE, ref("purchase.x")),
    ("min of purchase.x", Gather.MIN, ref("purchase.x")),
    ("max of purchase.x", Gather.MAX, ref("purchase.x")),
    ("first of purchase.time", Gather.FIRST, ref("purchase.time")),
    ("last of purchase.time", Gather.LAST, ref("purchase.time")),
    ("most common of purchase.x", Gather.MOST_COMMON, ref("purchase.x")),
]


@pytest.mark.parametrize(("words", "gather", "measured"), AGGREGATES)
def test_aggregates(words: str, gather: Gather, measured: tree.Reference) -> None:
    plain = tree.Aggregate(gather, measured, None, None, SPAN)
    chosen = tree.Aggregate(gather, measured, X, last(90), SPAN)
    for text, wanted in (
        (words, plain),
        (f"{words} over all time", plain),
        (f"{words} where (x) over last 90 days", chosen),
    ):
        relation = tree.Relation.GE
        assert condition(f"{text} >= x") == tree.Comparison(relation, wanted, X, None, SPAN)


def test_an_expression_over_one_event_stands_in_parentheses() -> None:
    found = condition("sum of (purchase.a * purchase.b) where (x) over since d > 3").left
    product = tree.Arithmetic(tree.Operator.MULTIPLY, ref("purchase.a"), ref("purchase.b"), SPAN)
    window = tree.SideWindow(Side.SINCE, D, SPAN)
    assert found == tree.Aggregate(Gather.SUM, product, X, window, SPAN)
