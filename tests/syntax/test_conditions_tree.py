"""Every condition of the language becomes its node."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from parsing import condition, ref

from segdsl.catalog.types import Folding
from segdsl.functions.units import Direction, Unit
from segdsl.source import Source
from segdsl.syntax import tree

SPAN = Source.of("").span(0, 0)
X, Y, Z, A, B = (ref(name) for name in "xyzab")


def number(value: int | str, *, percent: bool = False) -> tree.Number:
    exact = value if isinstance(value, int) else Decimal(value)
    return tree.Number(exact, SPAN, percent)


def text(value: str) -> tree.Text:
    return tree.Text(value, SPAN)


def period(direction: str, count: int | None, unit: Unit, *, full: bool = False) -> tree.Period:
    bound = None if count is None else number(count)
    return tree.Period(Direction(direction), bound, unit, full, SPAN)


def compare(relation: str, right: Any, folding: Folding | None = None) -> tree.Comparison:
    return tree.Comparison(tree.Relation(relation), X, right, folding, SPAN)


def look(
    operator: str,
    *operands: Any,
    quantifier: tree.Quantifier | None = None,
    negated: bool = False,
    folding: Folding | None = None,
) -> tree.TextTest:
    return tree.TextTest(
        X, tree.TextOperator(operator), quantifier, operands, negated, folding, SPAN
    )


def dated(relation: str, *, negated: bool = False) -> tree.DateTest:
    return tree.DateTest(X, tree.DateRelation(relation), Y, negated, SPAN)


ANY, ALL = tree.Quantifier.ANY, tree.Quantifier.ALL
S, T = text("s"), text("t")
POINT = tree.Point(number("41.01"), number("-28.97"), SPAN)

CASES: dict[str, Any] = {
    "x": X,
    "a and b and x": tree.AllOf((A, B, X), SPAN),
    "a or b or x": tree.AnyOf((A, B, X), SPAN),
    "a or b and x": tree.AnyOf((A, tree.AllOf((B, X), SPAN)), SPAN),
    "(a or b) and x": tree.AllOf((tree.AnyOf((A, B), SPAN), X), SPAN),
    "a and (b and x)": tree.AllOf((A, tree.AllOf((B, X), SPAN)), SPAN),
    "not a and b": tree.AllOf((tree.Negation(A, SPAN), B), SPAN),
    "not not a": tree.Negation(tree.Negation(A, SPAN), SPAN),
    "any of { a; b }": tree.AnyOf((A, B), SPAN),
    "all of { a; b; }": tree.AllOf((A, B), SPAN),
    "none of { a }": tree.NoneOf((A,), SPAN),
    "at least 2 of { a; b; x }": tree.CountOf(tree.Bound.AT_LEAST, number(2), (A, B, X), SPAN),
    "at most n of { a }": tree.CountOf(tree.Bound.AT_MOST, ref("n"), (A,), SPAN),
    "exactly 1 of { a; b }": tree.CountOf(tree.Bound.EXACTLY, number(1), (A, B), SPAN),
    "x = y": compare("=", Y),
    "x != y": compare("!=", Y),
    "x < y": compare("<", Y),
    "x <= y": compare("<=", Y),
    "x > y": compare(">", Y),
    "x >= y": compare(">=", Y),
    "x is y": compare("=", Y),
    "x is not y": compare("!=", Y),
    'x = "s" ignoring case': compare("=", S, Folding.CASE),
    'x is "s" ignoring accents': compare("=", S, Folding.ACCENTS),
    'x is not "s" ignoring  case and\naccents': compare("!=", S, Folding.BOTH),
    'x != "s" exactly': compare("!=", S, Folding.EXACT),
    "x is missing": tree.StateTest(X, tree.State.MISSING, False, SPAN),
    "x is known": tree.StateTest(X, tree.State.KNOWN, False, SPAN),
    "x is not empty": tree.StateTest(X, tree.State.EMPTY, True, SPAN),
    "x between y and z": tree.Between(X, Y, Z, False, SPAN),
    "x not between y and z and a": tree.AllOf((tree.Between(X, Y, Z, True, SPAN), A), SPAN),
    'x in ("s", "t",)': tree.InSet(X, (S, T), False, None, SPAN),
    "x in metros": tree.InSet(X, ref("metros"), False, None, SPAN),
    "x not in (-1) ignoring case": tree.InSet(X, (number(-1),), True, Folding.CASE, SPAN),
    "x in last 7 days": tree.InPeriod(X, period("last", 7, Unit.DAY), False, SPAN),
    "x not in next 2 full weeks": tree.InPeriod(
        X, period("next", 2, Unit.WEEK, full=True), True, SPAN
    ),
    "x in last month": tree.InPeriod(X, period("last", None, Unit.MONTH), False, SPAN),
    "x in this quarter": tree.InPeriod(X, period("this", None, Unit.QUARTER), False, SPAN),
    'x in network "s"': tree.InNetwork(X, (S,), False, SPAN),
    'x not in network ("s", "t")': tree.InNetwork(X, (S, T), True, SPAN),
    'x contains "s"': look("contains", S),
    'x not starts with "s"': look("starts with", S, negated=True),
    'x ends with "s" ignoring case': look("ends with", S, folding=Folding.CASE),
    'x like "s"': look("like", S),
    'x matches "s" exactly': look("matches", S, folding=Folding.EXACT),
    'x contains any of ("s", "t")': look("contains", S, T, quantifier=ANY),
    'x not contains all of ("s")': look("contains", S, quantifier=ALL, negated=True),
    "x starts with any of y": tree.TextTest(X, tree.TextOperator.STARTS, ANY, Y, False, None, SPAN),
    'x contains only ("s")': tree.ContainsOnly(X, (S,), False, None, SPAN),
    "x not contains only y": tree.ContainsOnly(X, Y, True, None, SPAN),
    "x before y": dated("before"),
    "x not after y": dated("after", negated=True),
    "x on y": dated("on"),
    "x on or before y": dated("on or before"),
    "x on or after y": dated("on or after"),
    "x within 10 km of (41.01, -28.97)": tree.Near(
        X, number(10), tree.DistanceUnit.KM, POINT, False, SPAN
    ),
    "x not within n mile of y": tree.Near(X, ref("n"), tree.DistanceUnit.MILES, Y, True, SPAN),
    "x within 5 m of y": tree.Near(X, number(5), tree.DistanceUnit.M, Y, False, SPAN),
    "x among 150 most common": tree.Among(X, number(150), None, None, False, SPAN),
    "x not among n most common per y": tree.Among(X, ref("n"), Y, None, True, SPAN),
    "x among n most common within gold": tree.Among(X, ref("n"), None, ref("gold"), False, SPAN),
    "anniversary of x in next 7 days": tree.Anniversary(
        X, period("next", 7, Unit.DAY), None, False, SPAN
    ),
    "anniversary of x not on y": tree.Anniversary(X, None, Y, True, SPAN),
    "top 10% by x": tree.Ranked(True, number("0.10", percent=True), X, None, None, SPAN),
    "bottom n by x per y within gold": tree.Ranked(False, ref("n"), X, Y, ref("gold"), SPAN),
    'sample 10% seed "s"': tree.Sample(number("0.10", percent=True), None, S, SPAN),
    'sample p to 30% seed "s"': tree.Sample(ref("p"), number("0.30", percent=True), S, SPAN),
}


@pytest.mark.parametrize("written", CASES, ids=str)
def test_a_condition_becomes_its_node(written: str) -> None:
    found = condition(f"  {written} # why\n")
    assert found == CASES[written]
    assert found.span.text == written


def test_inner_nodes_span_their_own_words() -> None:
    both = condition('not city in ("A") and days since d + 1 - (2 * z) > 30 days ago')
    assert [item.span.text for item in both.items] == [
        'not city in ("A")',
        "days since d + 1 - (2 * z) > 30 days ago",
    ]
    assert both.items[0].item.members[0].span.text == '"A"'
    comparison = both.items[1]
    assert comparison.left.span.text == "days since d + 1 - (2 * z)"
    assert comparison.left.left.span.text == "days since d + 1"
    assert comparison.left.right.span.text == "2 * z"
    assert comparison.right.duration.span.text == "30 days"
