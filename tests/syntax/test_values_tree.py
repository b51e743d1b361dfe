"""Every value and literal becomes its node."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from parsing import condition, ref

from segdsl.functions.units import Unit
from segdsl.source import Source
from segdsl.syntax import parse_literal, tree

SPAN = Source.of("").span(0, 0)
X, Y, Z = (ref(name) for name in "xyz")


def number(value: int | str) -> tree.Number:
    return tree.Number(value if isinstance(value, int) else Decimal(value), SPAN)


def operation(sign: str, left: Any, right: Any) -> tree.Arithmetic:
    return tree.Arithmetic(tree.Operator(sign), left, right, SPAN)


def call(name: str, *arguments: Any) -> tree.Call:
    return tree.Call(tree.Name(name, SPAN), arguments, SPAN)


CASES: dict[str, Any] = {
    "loyalty.basic.deep": ref("loyalty.basic.deep"),
    "x + y - z": operation("-", operation("+", X, Y), Z),
    "x - y * z / 2": operation("-", X, operation("/", operation("*", Y, Z), number(2))),
    "(x - y) * z": operation("*", operation("-", X, Y), Z),
    "-x": tree.Negative(X, SPAN),
    "-3": number(-3),
    "- 0.5": number("-0.5"),
    "--3": number(3),
    "2 - -3": operation("-", number(2), number(-3)),
    "x-1": operation("-", X, number(1)),
    "x or else y  or\nelse 0": tree.OrElse((X, Y, number(0)), SPAN),
    "round(x, 2)": call("round", X, number(2)),
    "month(x)": call("month", X),
    "lapsed()": call("lapsed"),
    "lapsed(180,)": call("lapsed", number(180)),
    "2 weeks": tree.Duration(number(2), Unit.WEEK, SPAN),
    "n days": tree.Duration(ref("n"), Unit.DAY, SPAN),
    "today + 2 weeks": operation(
        "+", tree.MomentWord(tree.Moment.TODAY, SPAN), tree.Duration(number(2), Unit.WEEK, SPAN)
    ),
    "30 days ago": tree.Ago(tree.Duration(number(30), Unit.DAY, SPAN), SPAN),
    "size of x": tree.MeasureOf(tree.Measure.SIZE, X, SPAN),
    "length of x": tree.MeasureOf(tree.Measure.LENGTH, X, SPAN),
    "quintile of (x + y)": tree.MeasureOf(tree.Measure.QUINTILE, operation("+", X, Y), SPAN),
    "days since x": tree.Elapsed(Unit.DAY, X, None, SPAN),
    "hours since now": tree.Elapsed(Unit.HOUR, tree.MomentWord(tree.Moment.NOW, SPAN), None, SPAN),
    "months from x to y": tree.Elapsed(Unit.MONTH, X, Y, SPAN),
    "years from x to y": tree.Elapsed(Unit.YEAR, X, Y, SPAN),
}


@pytest.mark.parametrize("written", CASES, ids=str)
def test_a_value_becomes_its_node(written: str) -> None:
    found = condition(f"{written} = z")
    assert found == tree.Comparison(tree.Relation.EQ, CASES[written], Z, None, SPAN)
    assert found.left.span.text == written


@pytest.mark.parametrize("unit", Unit)
@pytest.mark.parametrize("ending", ["", "s"])
def test_units_are_singular_or_plural(unit: Unit, ending: str) -> None:
    assert condition(f"{unit.value}{ending} since x > 1").left.unit is unit


LITERALS: dict[str, Any] = {
    "25": number(25),
    "1_000_000": number(1_000_000),
    "0.5": number("0.5"),
    "007": number(7),
    "999999999999999999.999999999999999999": number("999999999999999999.999999999999999999"),
    "-3": number(-3),
    "10%": tree.Number(Decimal("0.10"), SPAN, is_percent=True),
    "-2.5%": tree.Number(Decimal("-0.025"), SPAN, is_percent=True),
    "2026-01-31": tree.DateLiteral(date(2026, 1, 31), SPAN),
    "2026-01-31T18:30": tree.InstantLiteral(datetime(2026, 1, 31, 18, 30), SPAN),
    "2026-01-31T18:30:05.5": tree.InstantLiteral(datetime(2026, 1, 31, 18, 30, 5, 500_000), SPAN),
    "2026-01-31T18:30Z": tree.InstantLiteral(datetime(2026, 1, 31, 18, 30, tzinfo=UTC), SPAN),
    "2026-01-31T18:30-03:30": tree.InstantLiteral(
        datetime(2026, 1, 31, 18, 30, tzinfo=timezone(-timedelta(hours=3, minutes=30))), SPAN
    ),
    "true": tree.Truth(True, SPAN),
    "FALSE": tree.Truth(False, SPAN),
    "Yesterday": tree.MomentWord(tree.Moment.YESTERDAY, SPAN),
    "tomorrow": tree.MomentWord(tree.Moment.TOMORROW, SPAN),
    '"İstanbul"': tree.Text("İstanbul", SPAN),
    "'a \"b\"'": tree.Text('a "b"', SPAN),
    "“pasted”": tree.Text("pasted", SPAN),
    "«pasted»": tree.Text("pasted", SPAN),
    "„pasted”": tree.Text("pasted", SPAN),
    "„pasted“": tree.Text("pasted", SPAN),
    r'"a\"b\\c\nd\te\u{130}"': tree.Text('a"b\\c\nd\teİ', SPAN),
    r'"e\u{301}"': tree.Text("é", SPAN),
    '"# no comment"': tree.Text("# no comment", SPAN),
    '""': tree.Text("", SPAN),
}


@pytest.mark.parametrize("written", LITERALS, ids=str)
def test_a_literal_becomes_its_node(written: str) -> None:
    literal, diagnostics = parse_literal(written, "--param x")
    assert diagnostics == ()
    assert literal == LITERALS[written]


@pytest.mark.parametrize("written", LITERALS, ids=str)
def test_a_literal_stands_in_a_rule(written: str) -> None:
    assert condition(f"x = {written}").right == LITERALS[written]


def test_whole_numbers_are_integers_and_others_decimals() -> None:
    kinds = [type(condition(f"x = {written}").right.value) for written in ("3", "3.0", "3%")]
    assert kinds == [int, Decimal, Decimal]


@pytest.mark.parametrize("written", ["x", "1 + 2", "1 2", "(1)", "", "$", "10and", "top"])
def test_what_is_no_literal_is_complained_of(written: str) -> None:
    literal, diagnostics = parse_literal(written, "--param x")
    assert literal is None
    assert len(diagnostics) == 1
