"""Running programs: levels, ranks, traits, distinct texts, many atoms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl
import pytest

from segdsl.backends.masks.plain import Plain
from segdsl.catalog.types import NUMBER, TEXT, Folding
from segdsl.engine import evaluate
from segdsl.engine.batches import Batch
from segdsl.engine.evaluate import Prepared, run
from segdsl.engine.memory import Pace
from segdsl.engine.passes import Pass
from segdsl.engine.profiles import frame_of_profiles
from segdsl.functions.clock import Calendar
from segdsl.optimise.passes import optimised
from segdsl.optimise.share import share
from segdsl.plan import nodes as n
from segdsl.plan.definition import memberships
from segdsl.plan.meaning import Customer

CALENDAR = Calendar(datetime(2026, 1, 1, tzinfo=UTC))
I = n.Interner()  # noqa: E741  # the plan's own short name for what makes nodes
SPEND, CITY, EMAIL = (
    I(n.Field("spend", NUMBER)),
    I(n.Field("city", TEXT)),
    I(n.Field("email", TEXT)),
)
FIELDS = [SPEND, CITY, EMAIL]
CITIES = ["İstanbul", "istanbul", "Ankara", "", None]
CUSTOMERS = [
    Customer(
        900 - i,
        {
            "spend": None if i % 11 == 0 else i % 7,
            "city": CITIES[i % 5],
            "email": None if i % 50 == 0 else f"User{i}@X{i % 3}.com",
        },
    )
    for i in range(400)
]
FRAME = frame_of_profiles(CUSTOMERS, FIELDS, "id")


def number(value: Any) -> n.Literal:
    return I(n.Literal(value, NUMBER))


def text(value: str) -> n.Literal:
    return I(n.Literal(value, TEXT))


def more_than(value: int, subject: Any = SPEND) -> n.Compare:
    return I(n.Compare(n.Relation.GT, subject, number(value)))


def folded(field: n.Field) -> n.Folded:
    return I(n.Folded(field, Folding.BOTH))


def keys(segments: dict[str, n.Predicate], frame: pl.DataFrame = FRAME) -> dict[str, set[Any]]:
    masks = run(share(segments, {}), frame, "id", CALENDAR).masks
    return {name: set(frame["id"].filter(mask)) for name, mask in masks.items()}


TOP = I(n.Ranked(True, 5, SPEND, None, None))
SEGMENTS: dict[str, n.Predicate] = {
    "ties go to the smaller key": TOP,
    "a part of each group": I(n.Ranked(False, Decimal("0.1"), SPEND, CITY, None)),
    "among a segment": I(n.Ranked(True, Decimal("0.5"), SPEND, None, more_than(3))),
    "among those at the top": I(n.Ranked(False, 2, SPEND, None, TOP)),
    "nobody": I(n.Ranked(True, 0, SPEND, None, None)),
    "everybody known": I(n.Ranked(True, 10_000, SPEND, None, None)),
    "of a folded group": I(n.Ranked(True, 3, SPEND, folded(CITY), None)),
    "rank groups": I(n.Compare(n.Relation.EQ, I(n.Ntile(7, SPEND)), number(3))),
    "more groups than customers": more_than(100, I(n.Ntile(1000, SPEND))),
    "common": I(n.Common(CITY, 2, None)),
    "common per group": I(n.Common(SPEND, 1, CITY)),
    "common domain": I(n.Common(I(n.Apply("domain", (EMAIL,), TEXT)), 1, None)),
    "folded repeated text": I(n.Compare(n.Relation.EQ, folded(CITY), text("istanbul"))),
    "folded distinct text": I(n.Match(n.How.ENDS, folded(EMAIL), text("7@x1.com"))),
    "two texts": I(n.Compare(n.Relation.LT, folded(CITY), folded(EMAIL))),
    "many values": I(n.Match(n.How.LIKE, CITY, text("*a*"))),
    "a sample": I(n.Compare(n.Relation.LT, I(n.Bucket("s")), number(2**31))),
}


def test_each_segment_is_as_defined() -> None:
    assert keys(SEGMENTS) == memberships(SEGMENTS, CUSTOMERS, CALENDAR)


def test_ties_by_hand() -> None:
    customers = [
        Customer(key, {"spend": spend}) for key, spend in ((3, 9), (1, 5), (2, 5), (4, None))
    ]
    frame = frame_of_profiles(customers, [SPEND], "id")
    segments: dict[str, n.Predicate] = {
        "top 2": I(n.Ranked(True, 2, SPEND, None, None)),
        "bottom 1": I(n.Ranked(False, 1, SPEND, None, None)),
        "top 34%": I(n.Ranked(True, Decimal("0.34"), SPEND, None, None)),
        "upper half": I(n.Compare(n.Relation.EQ, I(n.Ntile(2, SPEND)), number(2))),
    }
    assert keys(segments, frame) == {
        "top 2": {3, 1},
        "bottom 1": {1},
        "top 34%": {3},
        "upper half": {3},
    }


@pytest.mark.parametrize("rows", [0, 1])
def test_hardly_any_customers(rows: int) -> None:
    expected = memberships(SEGMENTS, CUSTOMERS[:rows], CALENDAR)
    assert keys(SEGMENTS, FRAME.head(rows)) == expected


def test_the_order_and_the_chunks_of_the_rows_do_not_matter() -> None:
    parts = pl.concat([FRAME.tail(150), FRAME.head(250)], rechunk=False)
    assert parts.n_chunks() > 1
    assert keys(SEGMENTS, parts) == keys(SEGMENTS)


def test_an_optimised_plan_selects_the_same() -> None:
    joined: dict[str, n.Predicate] = {
        "all": I(n.All((more_than(1), I(n.All((I(n.Known(SPEND)), I(n.Not(I(n.Not(TOP)))))))))),
        "any": I(
            n.Any((I(n.Compare(n.Relation.EQ, CITY, text("Ankara"))), I(n.OneOf(CITY, ("",)))))
        ),
        "some": I(n.HowMany(1, 2, (more_than(1), more_than(3), more_than(5)))),
    }
    smaller: Any = optimised(joined, I)
    assert keys(smaller) == keys(joined) == memberships(joined, CUSTOMERS, CALENDAR)


def test_more_atoms_than_one_pass_takes() -> None:
    segments: dict[str, n.Predicate] = {
        f"s{i}": I(n.All((more_than(i % 7), I(n.Match(n.How.CONTAINS, EMAIL, text(f"r{i}"))))))
        for i in range(600)
    }
    assert keys(segments) == memberships(segments, CUSTOMERS, CALENDAR)


def test_masks_are_known_for_everyone() -> None:
    masks = run(share(SEGMENTS, {}), FRAME, "id", CALENDAR).masks
    assert list(masks) == list(SEGMENTS)
    assert {(m.dtype, len(m), m.null_count()) for m in masks.values()} == {(pl.Boolean(), 400, 0)}


def test_one_root_may_stand_for_several_segments() -> None:
    root = more_than(5)
    result = run(share({"a": root, "b": root}, {}), FRAME, "id", CALENDAR)
    assert result.masks["a"].equals(result.masks["b"])


def test_traits() -> None:
    traits: dict[str, n.Node] = {
        "spend": SPEND,
        "twice": I(n.Apply("multiply", (SPEND, number(2)), NUMBER)),
        "city": folded(CITY),
        "third": I(n.Ntile(3, SPEND)),
        "seven": number(7),
        "nothing": I(n.Literal(None, NUMBER)),
    }
    found = run(share({}, traits), FRAME.head(3), "id", CALENDAR).traits
    assert {name: series.to_list() for name, series in found.items()} == {
        "spend": [None, 1, 2],
        "twice": [None, 2.0, 4.0],
        "city": ["istanbul", "istanbul", "ankara"],
        "third": [None, 1, 2],
        "seven": [7, 7, 7],
        "nothing": [None, None, None],
    }
    assert all(series.name == name for name, series in found.items())


def test_what_another_evaluation_settles_meanwhile_changes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    program = share(
        {"much": more_than(3), "ankara": I(n.Compare(n.Relation.EQ, CITY, text("Ankara")))}, {}
    )
    prepared = Prepared(program, CALENDAR)
    many = 1 << 12  # so many that columns become codes

    def interrupted(*parts: Any) -> Pass:
        prepared.settle(many, None, is_streamed=False)
        return Pass(*parts)

    monkeypatch.setattr(evaluate, "Pass", interrupted)
    early = run(program, FRAME, "id", CALENDAR, prepared=prepared).masks
    alone = run(program, FRAME, "id", CALENDAR).masks
    assert {name: mask.to_list() for name, mask in early.items()} == {
        name: mask.to_list() for name, mask in alone.items()
    }
    assert prepared.settle(many, None, is_streamed=False).passes == {}  # those of few are theirs


def test_an_evaluation_keeps_what_was_settled_for_it() -> None:
    program = share({"much": more_than(3)}, {})
    prepared = Prepared(program, CALENDAR)
    run(program, FRAME, "id", CALENDAR, prepared=prepared)
    few = prepared.settle(1, None, is_streamed=False)
    many = prepared.settle(1 << 12, None, is_streamed=False)
    assert list(few.passes) == [0]
    assert (many.program, many.passes) == (program, {})
    assert few.program is not program


def test_memory_of_codes_is_given_back_after_an_error() -> None:
    def batches() -> Iterator[Batch]:
        def none(_: Sequence[n.Node]) -> dict[n.Node, Any]:
            return {}

        yield Batch(0, 64, lambda _: pl.Series(), {atom: np.zeros(1, np.uint64)}, none)
        raise ValueError("the second cannot be read")

    atom = more_than(3)
    work = Pass((), (atom,), (), (atom,), Plain())
    with pytest.raises(ValueError, match="the second"):
        work.run(batches(), 1, Pace(1), 128)
    assert work._spare == []
