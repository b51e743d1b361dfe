"""Columns of narrow number types beside constants that they cannot hold."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from segdsl.backends.polars.lower import polars_expression
from segdsl.catalog.types import NUMBER, Kind, list_of
from segdsl.engine.evaluate import run
from segdsl.functions.clock import Calendar
from segdsl.optimise.share import share
from segdsl.plan import nodes as n
from segdsl.plan.definition import memberships
from segdsl.plan.meaning import Customer

CALENDAR = Calendar(datetime(2026, 1, 1, tzinfo=UTC))
X, XS = n.Field("x", NUMBER), n.Field("xs", list_of(Kind.NUMBER))
CELLS: dict[str, tuple[pl.DataType, list[Any]]] = {
    "Decimal(5,2)": (pl.Decimal(5, 2), [Decimal("-999.99"), Decimal(1), Decimal("999.99"), None]),
    "Decimal(3,0)": (pl.Decimal(3, 0), [Decimal(-999), Decimal(1), Decimal(999), None]),
    "Decimal(2,2)": (pl.Decimal(2, 2), [Decimal("-0.99"), Decimal(0), Decimal("0.99"), None]),
    "Int8": (pl.Int8(), [-128, 1, 127, None]),
    "UInt8": (pl.UInt8(), [0, 1, 255, None]),
    "Int16": (pl.Int16(), [-(2**15), 1, 2**15 - 1, None]),
    "UInt64": (pl.UInt64(), [0, 1, 2**64 - 1, None]),
}
CONSTANTS = [
    *(-(10**20), -1000, -129, -1, 1, 128, 255, 256, 999, 1000, 70_000, 2**63, 2**64, 10**30),
    *(Decimal("999.99"), Decimal("999.995"), Decimal("1.5"), Decimal("-1000.01")),
    *(1.0, 1e300, -0.5),
]


def or_else(value: Any, *others: Any) -> n.Apply:
    literals = (n.Literal(other, NUMBER) for other in others)
    return n.Apply("or else", (value, *literals), NUMBER)


def about(value: Any) -> dict[str, n.Predicate]:
    """Return conditions of all kinds with one constant."""
    literal = n.Literal(value, NUMBER)
    found: dict[str, n.Predicate] = {}
    for relation in n.Relation:
        found[f"x {relation}"] = n.Compare(relation, X, literal)
        found[f"{relation} x"] = n.Compare(relation, literal, X)
        found[f"or else {relation}"] = n.Compare(relation, or_else(X, value), n.Literal(1, NUMBER))
    found["in"] = n.OneOf(X, (1, value))
    found["in alone"] = n.OneOf(X, (value,))
    found["or else in"] = n.OneOf(or_else(X, value), (1000, value))
    found["contains"] = n.Has(XS, literal)
    found["contains x or else"] = n.Has(XS, or_else(X, value))
    found["contains only"] = n.HasOnly(XS, (1, value))
    found["sum"] = n.Compare(n.Relation.GT, n.Apply("add", (X, literal), NUMBER), literal)
    if isinstance(value, int):
        found["top"] = n.Ranked(True, 1, or_else(X, value), None, None)
    return found


@pytest.mark.parametrize("name", CELLS)
def test_constants_beyond_a_column_s_type(name: str) -> None:
    dtype, cells = CELLS[name]
    lists = [[cells[0], cells[1]], [cells[1]], [], None]
    frame = pl.DataFrame(
        {
            "id": range(4),
            "x": pl.Series(cells, dtype=dtype),
            "xs": pl.Series(lists, dtype=pl.List(dtype)),
        }
    )
    customers = [Customer(i, {"x": cells[i], "xs": as_tuple(lists[i])}) for i in range(4)]
    segments = {f"{kind} {v!r}": root for v in CONSTANTS for kind, root in about(v).items()}
    masks = run(share(segments, {}), frame, "id", CALENDAR).masks
    found = {name: set(frame["id"].filter(mask)) for name, mask in masks.items()}
    assert found == memberships(segments, customers, CALENDAR)
    one = segments["or else in 70000"]
    expr = polars_expression(one, CALENDAR, frame.schema)
    assert set(frame.filter(expr)["id"]) == found["or else in 70000"]


def as_tuple(items: list[Any] | None) -> tuple[Any, ...] | None:
    return None if items is None else tuple(items)
