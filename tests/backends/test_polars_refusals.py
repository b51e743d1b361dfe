"""What the Polars backend cannot keep it refuses."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import polars as pl
import pytest

from segdsl.backends.polars.lower import polars_expression
from segdsl.catalog.types import INSTANT, NUMBER
from segdsl.engine.evaluate import run
from segdsl.errors import UnsupportedError
from segdsl.functions.clock import Calendar
from segdsl.optimise.share import share
from segdsl.plan import nodes as n

CALENDAR = Calendar(datetime(2026, 1, 1, tzinfo=UTC))
X, Y = n.Field("x", NUMBER), n.Field("y", NUMBER)
SEEN = n.Field("seen", INSTANT)
ONE = n.Literal(1, NUMBER)
FRAME = pl.DataFrame({"id": [1, 2], "x": [1, None], "y": [0.5, 0.25]})


def above(subject: n.Value) -> n.Compare:
    return n.Compare(n.Relation.GT, subject, ONE)


@pytest.mark.parametrize(
    ("root", "words"),
    [
        (n.Ranked(True, 1, X, None, None), "among all customers"),
        (n.Common(X, 1, None), "among all customers"),
        (above(n.Ntile(5, X)), "among all customers"),
        (above(n.Bucket("s")), "customer key"),
        (above(n.Field("z", NUMBER)), "`z` is not a column"),
        (n.Known(SEEN), "microseconds"),
    ],
)
def test_one_expression_refuses(root: n.Predicate, words: str) -> None:
    schema = {**FRAME.schema, "seen": pl.Datetime("ms")}
    with pytest.raises(UnsupportedError, match=words):
        polars_expression(root, CALENDAR, schema)


def test_whole_numbers_beside_floats_are_ranked_as_floats() -> None:
    mixed = n.Apply("or else", (X, Y), NUMBER)
    top = n.Ranked(True, 1, mixed, None, None)
    result = run(share({"s": top}, {"t": mixed}), FRAME, "id", CALENDAR)
    assert result.masks["s"].to_list() == [True, False]
    assert result.traits["t"].to_list() == [1.0, 0.25]


def test_exact_numbers_without_a_type_in_common_are_not_ranked() -> None:
    y = pl.Series([None, "0." + "3" * 30]).str.to_decimal(scale=30)
    frame = FRAME.with_columns(y=y, x=pl.Series([10**9, None]))
    ranked = n.Ranked(True, 1, n.Apply("or else", (X, Y), NUMBER), None, None)
    with pytest.raises(UnsupportedError) as caught:
        run(share({"s": ranked}, {}), frame, "id", CALENDAR)
    (complaint,) = caught.value.diagnostics
    assert "38 digits" in complaint.message
    assert "x * 1 or else y" in complaint.help[0]
    product = n.Apply("multiply", (X, ONE), NUMBER)
    floats = n.Ranked(True, 1, n.Apply("or else", (product, Y), NUMBER), None, None)
    found = run(share({"s": floats}, {}), frame, "id", CALENDAR).masks["s"]
    assert found.to_list() == [True, False]


def test_exact_numbers_are_ranked_if_a_type_holds_these() -> None:
    mixed = n.Apply("or else", (X, Y), NUMBER)
    top = n.Ranked(True, 1, mixed, None, None)
    frame = FRAME.with_columns(
        x=pl.Series([2**62, None]), y=pl.Series([None, "0.25"]).str.to_decimal(scale=30)
    )
    result = run(share({"s": top}, {"t": mixed}), frame, "id", CALENDAR)
    assert result.masks["s"].to_list() == [True, False]
    assert result.traits["t"].to_list() == [2**62, Decimal("0.25")]


def test_ranking_floats_beside_a_constant_that_is_one_is_not() -> None:
    frame = FRAME.with_columns(y=pl.Series([None, 0.25]))
    filled = n.Apply("or else", (Y, n.Literal(0, NUMBER)), NUMBER)
    result = run(share({"s": n.Ranked(True, 1, filled, None, None)}, {}), frame, "id", CALENDAR)
    assert result.masks["s"].to_list() == [False, True]


def test_comparing_whole_numbers_beside_floats_is_not() -> None:
    mixed = n.Apply("or else", (X, Y), NUMBER)
    result = run(share({"s": n.Compare(n.Relation.LT, mixed, ONE)}, {}), FRAME, "id", CALENDAR)
    assert result.masks["s"].to_list() == [False, True]


def test_other_integer_types_are_widened() -> None:
    frame = FRAME.with_columns(pl.col("x").cast(pl.UInt8))
    expr = polars_expression(
        n.Compare(n.Relation.LT, X, n.Literal(2**40, NUMBER)), CALENDAR, frame.schema
    )
    assert frame.filter(expr)["id"].to_list() == [1]
