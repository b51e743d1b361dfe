"""The Program: strata, levels, and what becomes a step."""

from __future__ import annotations

from segdsl.catalog.types import DATE, INSTANT, NUMBER, TEXT, Folding
from segdsl.functions.units import Direction, Unit
from segdsl.optimise.share import share
from segdsl.plan import nodes as n
from segdsl.plan.dump import dump_program

I = n.Interner()  # noqa: E741  # the plan's own short name for what makes nodes
SPEND, CITY = I(n.Field("spend", NUMBER)), I(n.Field("city", TEXT))
SEEN = I(n.Field("seen", INSTANT))


def above(value: int, subject: n.Value = SPEND) -> n.Compare:
    return I(n.Compare(n.Relation.GT, subject, I(n.Literal(value, NUMBER))))


def test_equal_atoms_are_one_step_in_the_order_of_the_segments() -> None:
    known = I(n.Known(CITY))
    both, either = I(n.All((above(1), known))), I(n.Any((above(2), above(1))))
    program = share({"both": both, "either": either, "not": I(n.Not(known))}, {})
    (level,) = program.levels
    assert level.atoms == (above(1), known, above(2))
    assert level.connectives == (both, either, I(n.Not(known)))
    assert program.atoms == 3
    assert program.fields == (SPEND, CITY)


def test_dear_values_and_values_read_twice_are_steps() -> None:
    folded = I(n.Folded(CITY, Folding.CASE))
    once, twice = I(n.Apply("abs", (SPEND,), NUMBER)), I(n.Apply("negate", (SPEND,), NUMBER))
    bucket = I(n.Bucket("s"))
    segments: dict[str, n.Node] = {
        "folded": I(n.Known(folded)),
        "once": above(1, once),
        "first": above(1, twice),
        "second": above(2, twice),
        "sample": above(3, bucket),
    }
    assert share(segments, {}).levels[0].values == (folded, twice, bucket)


def test_a_trait_counts_as_a_reader() -> None:
    size = I(n.Apply("abs", (SPEND,), NUMBER))
    assert share({"s": above(1, size)}, {"size": size}).levels[0].values == (size,)


def test_constants_are_no_steps() -> None:
    literal = I(n.Literal("A", TEXT))
    segments = {"s": I(n.Known(I(n.Folded(literal, Folding.CASE))))}
    assert share(segments, {}).levels[0].values == ()


def test_periods_of_days_share_the_local_dates_of_instants() -> None:
    periods = [I(n.InPeriod(SEEN, Direction.LAST, i, Unit.DAY, False)) for i in (7, 30)]
    hours = I(n.InPeriod(SEEN, Direction.LAST, 7, Unit.HOUR, False))
    (local,) = share({"a": periods[0], "b": periods[1], "c": hours}, {}).levels[0].values
    assert isinstance(local, n.Apply)
    assert (local.function, local.arguments) == ("local date", (SEEN,))
    own = I(n.Apply("local date", (SEEN,), DATE))
    assert share({"a": periods[0], "b": I(n.Known(own))}, {}).levels[0].values == (own,)
    assert share({"c": hours}, {}).levels[0].values == ()


def test_levels_rise_with_population_values() -> None:
    top = I(n.Ranked(True, 10, SPEND, None, above(1)))
    both = I(n.All((top, above(1))))
    tile = I(n.Ntile(5, SPEND))
    upper = above(3, tile)
    among = I(n.Ranked(True, 5, tile, None, both))
    program = share({"both": both, "upper": upper, "among": among}, {"tile": tile})
    zero, one, two = program.levels
    assert (zero.values, zero.atoms, zero.connectives) == ((), (above(1),), ())
    assert (one.values, one.atoms, one.connectives) == ((tile,), (top, upper), (both,))
    assert (two.values, two.atoms, two.connectives) == ((), (among,), ())


def test_connectives_are_no_atoms() -> None:
    everyone = I(n.Constant(True))
    program = share({"all": everyone, "some": I(n.HowMany(1, 2, (everyone, above(1))))}, {})
    assert program.levels[0].atoms == (above(1),)


def test_nothing_at_all() -> None:
    program = share({}, {})
    assert (program.atoms, program.fields, len(program.levels)) == (0, (), 1)


def test_a_value_that_one_node_reads_twice_is_a_step() -> None:
    size = I(n.Apply("abs", (SPEND,), NUMBER))
    doubled = I(n.Apply("add", (size, size), NUMBER))
    assert share({"s": above(1, doubled)}, {}).levels[0].values == (size,)


def test_deep_values_are_cut_into_steps() -> None:
    value: n.Value = SPEND
    for i in range(150):
        value = I(n.Apply("add", (value, I(n.Literal(i, NUMBER))), NUMBER))
    assert len(share({"s": above(1, value)}, {}).levels[0].values) == 4


def test_dumps_of_shared_constants_stay_short() -> None:
    value: n.Value = I(n.Literal(1, NUMBER))
    for _ in range(30):
        value = I(n.Apply("add", (value, value), NUMBER))
    assert len(dump_program(share({"s": above(1, value)}, {}))) < 2_000


def test_a_rank_group_of_a_constant_is_a_step() -> None:
    tile = I(n.Ntile(3, I(n.Literal(1, NUMBER))))
    assert share({"s": above(1, tile)}, {}).levels[1].values == (tile,)
