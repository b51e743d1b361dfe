"""Sums and averages of exact numbers near the limits of their types are those of Python."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal, localcontext
from fractions import Fraction
from random import Random
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segdsl import compile
from segdsl.catalog.types import NUMBER
from segdsl.engine.evaluate import run
from segdsl.engine.events import ROW
from segdsl.engine.membership import Membership
from segdsl.errors import DataError
from segdsl.functions.clock import Calendar
from segdsl.optimise.share import share
from segdsl.plan import nodes as n
from segdsl.plan.behaviour import average, total

CALENDAR = Calendar(datetime(2026, 1, 1, tzinfo=UTC))
AMOUNT = n.Property("buy", "amount", NUMBER)
CUSTOMERS = pl.DataFrame({"id": [1, 2]})
LIMITS: dict[str, tuple[pl.DataType, int, int]] = {
    "Int64": (pl.Int64(), -(2**63), 2**63 - 1),
    "UInt64": (pl.UInt64(), 0, 2**64 - 1),
    "Int128": (pl.Int128(), -(2**127), 2**127 - 1),
    **{
        f"Decimal(38,{scale})": (pl.Decimal(38, scale), 1 - 10**38, 10**38 - 1)
        for scale in (0, 2, 18, 30, 38)
    },
}
GATHERS = (n.Gather.SUM, n.Gather.AVERAGE, n.Gather.MIN, n.Gather.MAX, n.Gather.MOST_COMMON)


def column(units: list[int], dtype: pl.DataType) -> pl.Series:
    if not isinstance(dtype, pl.Decimal):
        return pl.Series(units, dtype=dtype)
    unit = pl.Series([f"1e-{dtype.scale}"]).str.to_decimal(scale=dtype.scale)
    whole = pl.Series(units, dtype=pl.Int128()).cast(pl.Decimal(38, 0))
    return whole * unit if dtype.scale else whole


def gathered(how: n.Gather, rows: list[int], amounts: pl.Series) -> list[Any]:
    """Return an aggregate of two customers, whose rows are 0 and 1."""
    node = n.Aggregate((), how, "buy", n.Constant(True), AMOUNT, NUMBER)
    events = pl.DataFrame({ROW: pl.Series(rows, dtype=pl.UInt32()), "amount": amounts})
    return (
        run(share({}, {"t": node}), CUSTOMERS, "id", CALENDAR, {"buy": events})
        .traits["t"]
        .to_list()
    )


def units_of(random: Random, low: int, high: int) -> int:
    """Return a number about a limit, a power of two or ten, or with zeros at its end."""
    power = 10 ** random.randint(0, 38)
    near = random.choice((low, high, 2**53, 2**63, 2**64, power, -power, 0, random.randint(0, 999)))
    found = near + random.randint(-2, 2)
    if random.random() < 0.5:
        found = found // power * power
    return min(max(found, low), high)


@given(st.sampled_from(sorted(LIMITS)), st.integers(0, 2**32), st.sampled_from((1, 2, 3, 9, 300)))
def test_sums_and_averages_are_exact(name: str, seed: int, size: int) -> None:
    dtype, low, high = LIMITS[name]
    random = Random(seed)
    pool = [units_of(random, low, high) for _ in range(random.randint(1, 4))]
    units = [random.choice(pool) for _ in range(size)]
    rows = [random.choice((0, 0, 1)) for _ in units]
    amounts = column(units, dtype)
    own = [[v for v, row in zip(amounts, rows, strict=True) if row == i] for i in (0, 1)]
    assert gathered(n.Gather.AVERAGE, rows, amounts) == [
        float(sum(map(Fraction, values)) / len(values)) if values else None for values in own
    ]
    assert [average(values) for values in own] == gathered(n.Gather.AVERAGE, rows, amounts)
    assert gathered(n.Gather.MIN, rows, amounts) == [min(v, default=None) for v in own]
    assert gathered(n.Gather.MAX, rows, amounts) == [max(v, default=None) for v in own]
    expected = [sum(map(Fraction, values)) for values in own]
    try:
        found = gathered(n.Gather.SUM, rows, amounts)
    except DataError:
        assert not all(fits(values, dtype) for values in own)
    else:
        assert list(map(Fraction, found)) == expected
        assert [total(values) for values in own] == found


def fits(values: list[Any], dtype: pl.DataType) -> bool:
    """Return whether the sum has a place in the widest type of its scale."""
    if not isinstance(dtype, pl.Decimal):
        return -(2**127) < sum(values) < 2**127
    with localcontext(prec=100):
        return abs(sum(values, Decimal(0)).scaleb(dtype.scale)) < 10**38


def evaluated(rule: str, cells: list[str], scale: int) -> Membership:
    amounts = pl.Series("q", cells).str.to_decimal(scale=scale).cast(pl.Decimal(38, scale))
    events = pl.DataFrame({"id": [1] * len(cells), "time": [datetime(2026, 1, 1)] * len(cells)})
    rules = compile(rule)
    return rules.evaluate(CUSTOMERS, events={"p": events.with_columns(amounts)}, as_of="2026-02-01")


@pytest.mark.parametrize(
    ("cells", "scale", "added"),
    [
        (["1234567.5"] * 200, 30, Decimal("246913500.0")),
        (["5000000000"] * 3, 28, Decimal(15_000_000_000)),
        (["900000000000000000"] * 2, 20, Decimal(1_800_000_000_000_000_000)),
    ],
)
def test_sums_that_do_not_fit_into_the_scale_of_their_column(
    cells: list[str], scale: int, added: Decimal
) -> None:
    rules = "segment a: sum of p.q > 0\nsegment b: average of p.q > 0\ntrait t: sum of p.q"
    found = evaluated(rules, cells, scale)
    assert found.counts() == {"a": 1, "b": 1}
    assert found.traits["t"].to_list() == [added, 0]


def test_a_sum_keeps_the_scale_of_its_column() -> None:
    found = evaluated("trait t: sum of p.q", ["10000000000000.00", "20000000000000.00"], 18)
    assert found.traits["t"].dtype == pl.Decimal(38, 18)


def test_a_sum_of_too_many_digits_is_refused() -> None:
    cells = ["99999999.999999999999999999999999999999"] * 2
    with pytest.raises(DataError) as caught:
        evaluated("sum of p.q > 0", cells, 30)
    (complaint,) = caught.value.diagnostics
    assert complaint.code.id == "SG526"
    assert "38 digits" in complaint.message
    assert evaluated("average of p.q = 100_000_000.0", cells, 30).counts() == {"segment": 1}
    rule = "sum of (p.q / 1) = 200_000_000"
    assert evaluated(rule, cells, 30).counts() == {"segment": 1}


def test_sums_of_floats_are_the_nearest_floats() -> None:
    millionths = [9_007_199_254_740_993, 2**53, 3, 10**18]
    values = [units / 10**6 for units in millionths]
    amounts = pl.Series(values * 3)
    rows = [0] * len(amounts)
    assert gathered(n.Gather.SUM, rows, amounts) == [total(list(amounts)), 0]
    assert gathered(n.Gather.AVERAGE, rows, amounts) == [average(list(amounts)), None]
