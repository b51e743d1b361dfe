"""What the Polars backend cannot keep it refuses."""

from __future__ import annotations

from datetime import UTC, datetime

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


def test_ranking_whole_numbers_beside_floats_is_refused() -> None:
    mixed = n.Apply("or else", (X, Y), NUMBER)
    with pytest.raises(UnsupportedError, match="or else"):
        run(share({"s": n.Ranked(True, 1, mixed, None, None)}, {}), FRAME, "id", CALENDAR)


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
