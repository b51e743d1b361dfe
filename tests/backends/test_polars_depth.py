"""Values and conditions that stand on many others: the time grows with their number, not beyond."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import reduce
from typing import Any

import pytest

from segdsl.backends.polars.lower import polars_expression
from segdsl.catalog.types import DATE, INSTANT, NUMBER, Type
from segdsl.engine.evaluate import run
from segdsl.engine.profiles import frame_of_profiles
from segdsl.errors import UnsupportedError
from segdsl.functions.clock import Calendar
from segdsl.functions.units import Unit
from segdsl.optimise.share import share
from segdsl.plan import nodes as n
from segdsl.plan.definition import memberships
from segdsl.plan.meaning import Customer

CALENDAR = Calendar(datetime(2026, 1, 1, tzinfo=UTC), "Europe/Istanbul")
WHOLE = [n.Field(f"whole {i}", NUMBER) for i in range(5)]
FLOATS = [n.Field(f"float {i}", NUMBER) for i in range(5)]
X, D, AT = FLOATS[0], n.Field("day", DATE), n.Field("at", INSTANT)
CUSTOMERS = [
    Customer(
        key,
        {
            **{field.name: None if key == 4 and i else key * i for i, field in enumerate(WHOLE)},
            **{field.name: None if key == 3 else key / (i + 2) for i, field in enumerate(FLOATS)},
            "day": None if key == 3 else date(2020, 1, 27 + key),
            "at": None if key == 3 else datetime(2036 + key, 10, 24 + key, 23, 30, tzinfo=UTC),
        },
    )
    for key in range(5)
]
FRAME = frame_of_profiles(CUSTOMERS, [*WHOLE, *FLOATS, D, AT], "id")


def apply(name: str, *arguments: n.Value) -> n.Apply:
    return n.Apply(name, arguments, NUMBER)


def above(subject: Any, value: Any = 5, type_: Type = NUMBER) -> n.Compare:
    return n.Compare(n.Relation.GT, subject, n.Literal(value, type_))


def nested(function: str, count: int, fields: list[n.Field]) -> n.Value:
    """Return `function` of `function` of … over fields in turn."""
    terms: list[Any] = [fields[i % len(fields)] for i in range(count)]
    return reduce(lambda value, term: apply(function, value, term), terms)


def shifted(base: n.Value, count: int) -> n.Value:
    units = (Unit.DAY, Unit.MONTH, Unit.WEEK)
    return reduce(lambda value, i: n.Shift(value, 1 - i % 2 * 2, units[i % 3]), range(count), base)


def doubled(count: int) -> n.Value:
    return reduce(lambda value, _: apply("add", value, value), range(count), X)


CASES: dict[str, n.Predicate] = {
    "sums": above(nested("add", 150, FLOATS)),
    "differences of whole numbers": above(nested("subtract", 150, WHOLE), -900),
    "powers beyond all floats": n.Known(nested("multiply", 150, [n.Field("whole 3", NUMBER)] * 2)),
    "quotients by nothing": n.Known(nested("divide", 100, [WHOLE[1], FLOATS[1]])),
    "digits to round to": above(reduce(lambda v, _: apply("round", X, v), range(60), X), 1),
    "days": above(shifted(D, 100), date(2020, 1, 4), DATE),
    "instants": above(shifted(AT, 60), datetime(2038, 10, 26, tzinfo=UTC), INSTANT),
    "fallbacks": above(nested("or else", 100, FLOATS), 1),
    "fallbacks of two types": above(nested("or else", 40, [FLOATS[1], WHOLE[1]]), 1),
}


@pytest.mark.parametrize("name", CASES)
def test_deep_values_are_as_defined(name: str) -> None:
    root = CASES[name]
    defined = memberships({"s": root}, CUSTOMERS, CALENDAR)["s"]
    mask = run(share({"s": root}, {}), FRAME, "id", CALENDAR).masks["s"]
    assert set(FRAME["id"].filter(mask)) == defined
    assert 0 < len(defined) < len(CUSTOMERS)
    assert set(FRAME.filter(polars_expression(root, CALENDAR, FRAME.schema))["id"]) == defined


def test_the_engine_knows_no_depth() -> None:
    segments: dict[str, n.Node] = {
        "doubled": above(doubled(60)),
        "fallbacks": above(nested("or else", 2000, FLOATS), 1),
        "sums": above(nested("add", 2000, FLOATS)),
    }
    masks = run(share(segments, {}), FRAME, "id", CALENDAR).masks
    assert {name: mask.to_list() for name, mask in masks.items()} == {
        "doubled": [False, True, True, False, True],
        "fallbacks": [False, False, False, False, True],
        "sums": [False, True, True, False, True],
    }


def paired(count: int) -> n.Predicate:
    def once_more(held: Any, i: int) -> n.Predicate:
        return n.Any((n.All((held, above(X, i))), n.Not(held)))

    first: n.Predicate = above(X)
    return reduce(once_more, range(count), first)


@pytest.mark.parametrize(
    "root",
    [above(doubled(18)), paired(18), above(nested("add", 600, FLOATS)), n.Known(shifted(AT, 300))],
    ids=["doubled values", "doubled conditions", "deep sums", "deep shifts"],
)
def test_one_expression_refuses_what_would_not_end(root: n.Predicate) -> None:
    with pytest.raises(UnsupportedError, match="this size"):
        polars_expression(root, CALENDAR, FRAME.schema)
