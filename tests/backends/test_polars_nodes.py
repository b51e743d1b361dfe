"""Every kind of node in Polars: for yes, for no and for a missing value."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from segdsl.backends.polars.functions import FUNCTIONS
from segdsl.backends.polars.lower import polars_expression
from segdsl.catalog.types import (
    DATE,
    INSTANT,
    NUMBER,
    PLACE,
    TEXT,
    YESNO,
    Folding,
    Kind,
    Type,
    list_of,
)
from segdsl.engine.evaluate import run
from segdsl.engine.profiles import frame_of_profiles
from segdsl.functions.clock import Calendar, LeapDay
from segdsl.functions.table import FUNCTIONS as TABLE
from segdsl.functions.units import Direction, Unit
from segdsl.optimise.share import share
from segdsl.plan import nodes as n
from segdsl.plan.definition import memberships
from segdsl.plan.meaning import Customer

AS_OF = datetime(2025, 2, 28, 9, 30, tzinfo=UTC)  # 12:30 in İstanbul
CALENDAR = Calendar(AS_OF, "Europe/Istanbul")
TEXTS, NUMBERS = list_of(Kind.TEXT), list_of(Kind.NUMBER)
R = n.Relation

Cells = dict[Any, bool] | list[tuple[Any, bool]]


def field(type_: Type, name: str = "x") -> n.Field:
    return n.Field(name, type_)


def number(value: Any) -> n.Literal:
    return n.Literal(value, NUMBER)


def text(value: str | None) -> n.Literal:
    return n.Literal(value, TEXT)


def apply(name: str, *arguments: Any, type_: Type = NUMBER) -> n.Apply:
    return n.Apply(name, arguments, type_)


def compare(relation: n.Relation, left: Any, right: Any) -> n.Compare:
    return n.Compare(relation, left, right)


def equals(left: Any, value: Any) -> n.Compare:
    return compare(R.EQ, left, number(value))


def period(type_: Type, direction: Direction, count: int, unit: Unit, is_full: bool = False) -> Any:
    return n.InPeriod(field(type_), direction, count, unit, is_full)


def at(hour: int, minute: int = 0, day: int = 28, month: int = 2) -> datetime:
    return datetime(2025, month, day, hour, minute, tzinfo=UTC)


X, D, T, S = field(NUMBER), field(DATE), field(INSTANT), field(TEXT)
BIG = 2**53
FOLDED = n.Folded(S, Folding.CASE)
PLAIN = n.Folded(S, Folding.BOTH)

CASES: dict[str, tuple[Any, Cells]] = {
    # comparisons of numbers: exact unless a float takes part
    "whole = whole": (equals(X, 3), {3: True, 4: False, None: False}),
    "whole != whole": (compare(R.NE, X, number(3)), {3: False, 4: True, None: False}),
    "whole < fraction": (
        compare(R.LT, X, number(Decimal("1.5"))),
        {1: True, 2: False, None: False},
    ),
    "whole >= fraction": (compare(R.GE, X, number(Decimal("1.5"))), {1: False, 2: True}),
    "whole = fraction": (equals(X, Decimal("1.5")), {1: False, 2: False, None: False}),
    "whole != fraction": (compare(R.NE, X, number(Decimal("1.5"))), {1: True, None: False}),
    "whole beyond 2^53": (equals(X, BIG + 1), {BIG: False, BIG + 1: True, None: False}),
    "whole meets float": (equals(X, float(BIG)), {BIG: True, BIG + 1: True, BIG + 2: False}),
    "literal beyond the column": (compare(R.LT, X, number(2**70)), {1: True, None: False}),
    "literal below the column": (compare(R.GT, X, number(-(2**70))), {1: True, None: False}),
    "literal out of reach": (equals(X, 2**70), {1: False, None: False}),
    "wider than 64 bits": (equals(X, 2**100), {2**100: True, 2**100 + 1: False, None: False}),
    "float = decimal": (equals(X, Decimal("0.1")), {0.1: True, 0.2: False, None: False}),
    "minus zero": (equals(X, 0), [(0.0, True), (-0.0, True), (None, False)]),
    "decimal = decimal": (
        equals(X, Decimal("0.10")),
        {Decimal("0.1"): True, Decimal("0.11"): False, None: False},
    ),
    "decimal < finer decimal": (
        compare(R.LT, X, number(Decimal("0.105"))),
        {Decimal("0.10"): True, Decimal("0.11"): False, None: False},
    ),
    "literal = field": (compare(R.LT, number(2), X), {1: False, 3: True, None: False}),
    # other comparisons
    "texts by code point": (compare(R.LT, S, text("b")), {"Z": True, "é": False, None: False}),
    "yes": (
        compare(R.EQ, field(YESNO), n.Literal(True, YESNO)),
        [(True, True), (False, False), (None, False)],
    ),
    "date before": (
        compare(R.LT, D, n.Today()),
        {date(2025, 2, 27): True, date(2025, 2, 28): False, None: False},
    ),
    "instant at most now": (compare(R.LE, T, n.Now()), {AS_OF: True, at(10): False, None: False}),
    "a missing bound": (compare(R.NE, S, text(None)), {"a": False, None: False}),
    # membership
    "one of numbers": (
        n.OneOf(X, (1, Decimal("2.5"), 3.0)),
        {1: True, 2: False, 3: True, None: False},
    ),
    "one of numbers, floats": (n.OneOf(X, (1, Decimal("0.1"))), {0.1: True, 1.0: True, 2.0: False}),
    "one of texts": (n.OneOf(S, ("a", "b")), {"a": True, "c": False, None: False}),
    "one of nothing": (n.OneOf(S, ()), {"a": False, None: False}),
    "known": (n.Known(S), {"a": True, "": True, None: False}),
    "known place": (n.Known(field(PLACE)), {(1.0, 2.0): True, None: False}),
    "blank": (n.Blank(S), {"a": False, "": True, "\u2003\t": True, "\u200b": False, None: True}),
    "blank list": (n.Blank(field(TEXTS)), {("a",): False, (): True, None: True}),
    "blank number": (n.Blank(X), {0: False, None: True}),
    # texts
    "contains": (n.Match(n.How.CONTAINS, S, text("a.")), {"ba.": True, "bab": False, None: False}),
    "starts with": (n.Match(n.How.STARTS, S, text("İs")), {"İsa": True, "Isa": False, None: False}),
    "ends with": (n.Match(n.How.ENDS, S, text("b")), {"ab": True, "ba": False, None: False}),
    "like": (n.Match(n.How.LIKE, S, text("a?c*")), {"abcd": True, "acd": False, None: False}),
    "matches": (n.Match(n.How.MATCHES, S, text(r"^\d+$")), {"12": True, "1a": False, None: False}),
    "case is folded": (
        compare(R.EQ, FOLDED, n.Folded(text("istanbul"), Folding.CASE)),
        {"İSTANBUL": True, "ıstanbul": True, "Ankara": False, None: False},
    ),
    "accents are folded": (
        compare(R.EQ, PLAIN, n.Folded(text("lodz"), Folding.BOTH)),
        {"Łódź": True, "lodz": True, "Loz": False, None: False},
    ),
    "a folded list": (
        n.Has(n.Folded(field(TEXTS), Folding.CASE), text("vip")),
        {("a", "VIP"): True, (None, "a"): False, (): False, None: False},
    ),
    "in network": (
        n.InNetwork(S, ("203.0.113.0/24",)),
        {"::ffff:203.0.113.9": True, "10.0.0.1": False, "nonsense": False, None: False},
    ),
    # lists
    "has": (
        n.Has(field(TEXTS), text("a")),
        {("a", None): True, ("b",): False, (): False, None: False},
    ),
    "has a number": (
        n.Has(field(NUMBERS), number(Decimal("2.5"))),
        {(2.5, 1.0): True, (2.0,): False, None: False},
    ),
    "has a missing member": (n.Has(field(TEXTS), text(None)), {("a", None): False, None: False}),
    "has only": (
        n.HasOnly(field(TEXTS), ("a", "b")),
        {("a", None): True, ("a", "c"): False, (None,): False, (): False, None: False},
    ),
    # time
    "last 7 days": (
        period(DATE, Direction.LAST, 7, Unit.DAY),
        {date(2025, 2, 22): True, date(2025, 2, 21): False, date(2025, 3, 1): False, None: False},
    ),
    "last 7 days, instants": (
        period(INSTANT, Direction.LAST, 7, Unit.DAY),
        {
            at(21, day=21): True,
            at(20, 59, day=21): False,
            AS_OF: True,
            at(9, 31): False,
            None: False,
        },
    ),
    "next 1 day, instants": (
        period(INSTANT, Direction.NEXT, 1, Unit.DAY),
        {AS_OF: True, at(9, 29): False, at(20, 59): True, at(21): False, None: False},
    ),
    "last 24 hours": (
        period(INSTANT, Direction.LAST, 24, Unit.HOUR),
        {
            at(9, 30, day=27): False,
            at(9, 31, day=27): True,
            AS_OF: True,
            at(10): False,
            None: False,
        },
    ),
    "last full month": (
        period(INSTANT, Direction.LAST, 1, Unit.MONTH, True),
        {at(20, 59, 31, 1): True, at(21, 0, 31, 1): False, None: False},
    ),
    "anniversary in": (
        n.AnniversaryIn(D, Direction.NEXT, 7, Unit.DAY, False),
        {date(1988, 2, 29): True, date(1990, 3, 6): True, date(1990, 3, 7): False, None: False},
    ),
    "anniversary on": (
        n.AnniversaryOn(D, n.Today()),
        {date(1988, 2, 29): True, date(1990, 2, 28): True, date(1990, 3, 1): False, None: False},
    ),
    "a shifted date": (
        compare(R.EQ, n.Shift(D, 1, Unit.MONTH), n.Literal(date(2024, 2, 29), DATE)),
        {date(2024, 1, 31): True, date(2024, 1, 28): False, None: False},
    ),
    "a date shifted out of the years": (
        compare(R.EQ, n.Shift(D, 9000, Unit.YEAR), n.Literal(date.max, DATE)),
        {date(2024, 1, 1): True, date(900, 1, 1): False, None: False},
    ),
    "a date shifted far out of the years": (
        compare(R.EQ, n.Shift(D, -99_999, Unit.MONTH), n.Literal(date.min, DATE)),
        {date(2024, 1, 1): True, date(9000, 1, 1): False, None: False},
    ),
    "an instant shifted out of the years": (
        compare(R.GT, n.Shift(T, 8000, Unit.YEAR), n.Now()),
        {at(9, 30, day=27): True, AS_OF: True, None: False},
    ),
    "an instant shifted out of the years by the clock": (
        compare(R.LT, n.Shift(T, -20_000_000, Unit.HOUR), n.Shift(n.Now(), -2020, Unit.YEAR)),
        {at(9, 30, day=27): True, AS_OF: True, None: False},
    ),
    "a shifted instant": (
        compare(R.EQ, n.Shift(T, 1, Unit.DAY), n.Now()),
        {at(9, 30, day=27): True, AS_OF: False, None: False},
    ),
    # functions
    "add": (equals(apply("add", X, number(2)), 5), {3: True, 4: False, None: False}),
    "subtract": (equals(apply("subtract", X, number(2)), 1), {3: True, 4: False, None: False}),
    "multiply": (
        n.Known(apply("multiply", X, number(1e300))),
        {1e300: False, 1.0: True, None: False},
    ),
    "divide": (n.Known(apply("divide", number(1), X)), {0: False, 2: True, None: False}),
    "negate": (equals(apply("negate", X), 3), {-3: True, 3: False, None: False}),
    "round": (
        equals(apply("round", X, number(2)), Decimal("0.13")),
        {0.125: True, 0.124: False, None: False},
    ),
    "abs": (equals(apply("abs", X), 3), {-3: True, 2: False, None: False}),
    "year": (
        equals(apply("year", D), 2024),
        {date(2024, 1, 1): True, date(2025, 1, 1): False, None: False},
    ),
    "month": (equals(apply("month", T), 3), {at(21): True, at(20): False, None: False}),
    "day": (equals(apply("day", T), 1), {at(21): True, at(20): False, None: False}),
    "hour": (equals(apply("hour", T), 12), {AS_OF: True, at(10): False, None: False}),
    "weekday": (
        equals(apply("weekday", D), 5),
        {date(2025, 2, 28): True, date(2025, 3, 1): False, None: False},
    ),
    "domain": (
        compare(R.EQ, apply("domain", S, type_=TEXT), text("x.com")),
        {"a@X.com": True, "a@b@x.com": False, "x.com": False, None: False},
    ),
    "length": (equals(apply("length", S), 2), {"é😀": True, "a": False, None: False}),
    "size": (equals(apply("size", field(TEXTS)), 2), {("a", None): True, (): False, None: False}),
    "local date": (
        compare(R.EQ, apply("local date", T, type_=DATE), n.Literal(date(2025, 3, 1), DATE)),
        {at(21): True, at(20): False, None: False},
    ),
    "distance": (
        equals(apply("distance", field(PLACE), number(39.93), number(32.86)), 350249),
        {(41.01, 28.97): True, (41.0, 28.97): False, None: False},
    ),
    "or else": (equals(apply("or else", X, number(7)), 7), {7: True, 3: False, None: True}),
    "or else of floats and wholes": (
        compare(R.LT, apply("or else", X, number(BIG)), number(BIG + 1)),
        {float(BIG): False, 1.0: True, None: True},
    ),
    "seconds between": (
        equals(apply("seconds between", T, n.Now()), 60),
        {at(9, 29): True, at(9, 28): False, None: False},
    ),
    "minutes between": (
        equals(apply("minutes between", T, n.Now()), -1),
        {at(9, 31): True, AS_OF: False, None: False},
    ),
    "hours between": (
        equals(apply("hours between", T, n.Now()), 0),
        {at(8, 31): True, at(8, 30): False, None: False},
    ),
    "days between": (
        equals(apply("days between", D, n.Today()), -1),
        {date(2025, 3, 1): True, date(2025, 2, 28): False, None: False},
    ),
    "weeks between": (
        equals(apply("weeks between", D, n.Today()), 1),
        {date(2025, 2, 21): True, date(2025, 2, 22): False, None: False},
    ),
    "months between": (
        equals(apply("months between", D, n.Today()), 1),
        {date(2025, 1, 31): True, date(2025, 2, 1): False, None: False},
    ),
    "quarters between": (
        equals(apply("quarters between", D, n.Today()), 1),
        {date(2024, 11, 30): True, date(2024, 12, 1): False, None: False},
    ),
    "years between": (
        equals(apply("years between", D, n.Today()), 1),
        {date(2024, 2, 29): True, date(2024, 3, 1): False, None: False},
    ),
    # connectives
    "not": (n.Not(equals(X, 3)), {3: False, 4: True, None: True}),
    "all": (n.All((n.Known(X), compare(R.GT, X, number(1)))), {1: False, 2: True, None: False}),
    "any": (n.Any((n.Not(n.Known(X)), equals(X, 1))), {1: True, 2: False, None: True}),
    "all of none": (n.All(()), {1: True, None: True}),
    "any of none": (n.Any(()), {1: False, None: False}),
    "how many": (
        n.HowMany(1, 1, (compare(R.GT, X, number(1)), compare(R.GT, X, number(2)))),
        {1: False, 2: True, 3: False, None: False},
    ),
    "how many of none": (n.HowMany(0, 3, ()), {1: True, None: True}),
    "constant": (n.Constant(True), {1: True, None: True}),
    "constant atom": (compare(R.LT, number(1), number(2)), {1: True, None: True}),
}


def test_every_function_has_a_row() -> None:
    assert FUNCTIONS.keys() == TABLE.keys()


@pytest.mark.parametrize("name", CASES)
def test_the_node_is_as_written(name: str) -> None:
    node, cells = CASES[name]
    pairs = list(cells.items()) if isinstance(cells, dict) else cells
    expected = [wanted for _, wanted in pairs]
    customers = [Customer(i, {"x": cell}) for i, (cell, _) in enumerate(pairs)]
    fields = [f for f in n.ordered(node) if isinstance(f, n.Field)] or [X]
    frame = frame_of_profiles(customers, fields[:1], "id")

    defined = memberships({"s": node}, customers, CALENDAR)["s"]
    assert [i in defined for i in range(len(pairs))] == expected
    masks = run(share({"s": node}, {}), frame, "id", CALENDAR).masks
    assert masks["s"].to_list() == expected
    expr = polars_expression(node, CALENDAR, frame.schema, "id")
    assert frame.filter(expr)["id"].to_list() == [i for i, wanted in enumerate(expected) if wanted]


def test_leap_day_on_the_first_of_march() -> None:
    calendar = Calendar(datetime(2025, 3, 1, tzinfo=UTC), leap_day=LeapDay.MAR1)
    customers = [Customer(0, {"x": date(1988, 2, 29), "y": date(2025, 3, 1)})]
    years = equals(apply("years between", D, n.Today()), 37)
    on_a_field = n.AnniversaryOn(D, n.Field("y", DATE))
    frame = frame_of_profiles(customers, [D, n.Field("y", DATE)], "id")
    segments = {"years": years, "on": on_a_field, "today": n.AnniversaryOn(D, n.Today())}
    masks = run(share(segments, {}), frame, "id", calendar).masks
    assert {name: mask.to_list() for name, mask in masks.items()} == {
        name: [True] for name in segments
    }
