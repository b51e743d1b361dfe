"""Codes that are kept with masks: the same masks are made of them again, by batch and by update."""

from __future__ import annotations

import pickle
import weakref
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pytest

import segdsl
from segdsl.backends.masks.answers import Answers
from segdsl.backends.masks.circuit import Circuit, Signal
from segdsl.backends.masks.fast import Fast
from segdsl.backends.masks.machine import Painted
from segdsl.backends.masks.plain import Plain
from segdsl.backends.masks.rows import tables
from segdsl.backends.masks.words import packed
from segdsl.engine import kept_codes, run
from segdsl.engine.kept_codes import CodeKeeper, KeptCodes
from segdsl.engine.membership import Membership
from segdsl.engine.memory import Pace

BLOCK = 4096  # customers
MACHINES = pytest.mark.parametrize("machine", [Plain(), Fast()], ids=["plain", "fast"])


@pytest.fixture
def always(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let codes be kept however few masks there are, of batches of one block."""
    monkeypatch.setattr(kept_codes, "_SHARE", 0)
    monkeypatch.setattr(kept_codes, "_AT_ONCE", BLOCK)
    monkeypatch.setattr(run, "Pace", lambda threads: Pace(threads, BLOCK, streamed=1, least=BLOCK))


# ---- batches


def results(_: Circuit, inputs: Sequence[Signal]) -> list[Signal]:
    return [*inputs, inputs[0] ^ 1, 0]


def some(codes: int, conditions: int, seed: int) -> Answers:
    return Answers(np.random.default_rng(seed).random((codes, conditions)) < 0.4, is_ordered=False)


class Evaluation:
    """Batches of codes of two columns, with a mask beside them, as a pass evaluates them."""

    def __init__(self, machine: Any, rows: int, masks: int = 6) -> None:
        self.board = machine.board(4, results)
        self.keeper = CodeKeeper(rows, masks)
        self.masks: list[npt.NDArray[np.uint64]] = []
        self.random = np.random.default_rng(rows)

    def batch(self, rows: int, *columns: Answers) -> None:
        codes = np.zeros((3, rows), np.uint16)  # the column between them has no codes
        painted: list[Painted] = []
        inputs = iter(range(3))
        for row, answers in zip((0, 2), columns, strict=False):
            codes[row] = self.random.integers(0, len(answers.table), rows)
            own = [next(inputs) for _ in range(answers.table.shape[1])]
            painted.append(Painted(row, answers, own))
        rest = [number for number in range(4) if all(number not in one.inputs for one in painted)]
        given = {one: packed(pl.Series(self.random.random(rows) < 0.5)) for one in rest}
        found = tables(6, rows)
        self.board.run(rows, codes, painted, (), given, found)
        first = sum(64 * 64 * len(one) for one in self.masks)
        self.keeper.add(self.keeper.copy(first, rows, codes, painted, given))
        codes[:] = 7  # they are of the next batch now
        self.masks.append(found)

    def demand_same(self, places: npt.NDArray[np.int64], threads: int = 1) -> KeptCodes:
        kept = self.keeper.kept(self.board, self.masks)
        assert kept is not None
        whole = np.concatenate(self.masks).swapaxes(0, 1).reshape(6, -1).copy()
        bits = np.unpackbits(whole.view(np.uint8), axis=1, bitorder="little")[:, places]
        own = kept.answers(places, threads).swapaxes(0, 1).reshape(6, -1).copy()
        found = np.unpackbits(own.view(np.uint8), axis=1, bitorder="little")
        assert (found[:, : len(places)] == bits).all()
        assert not found[:, len(places) :].any()
        return kept


@pytest.fixture
def two() -> tuple[Answers, Answers]:
    return some(5, 2, 1), some(300, 1, 2)


@MACHINES
@pytest.mark.usefixtures("always")
@pytest.mark.parametrize("last", [1, 63, 64, 4095, 4096])
def test_masks_are_made_again(machine: Any, last: int, two: tuple[Answers, Answers]) -> None:
    rows = 2 * BLOCK + last
    work = Evaluation(machine, rows)
    for size in (BLOCK, BLOCK, last):
        work.batch(size, *two)
    kept = work.demand_same(np.arange(rows))
    assert kept.size == 3 * rows + sum(8 * -(-one // 64) for one in (BLOCK, BLOCK, last))
    for size in (0, 1, 70, 5000):
        places = np.sort(work.random.choice(rows, size, replace=False))
        work.demand_same(places)
        work.demand_same(places, threads=3)


@MACHINES
@pytest.mark.usefixtures("always")
def test_codes_mean_what_they_meant_in_their_batch(machine: Any) -> None:
    work = Evaluation(machine, 8 * BLOCK)
    first, other = some(5, 2, 1), some(300, 1, 2)
    longer = Answers(np.concatenate([first.table, some(400, 2, 3).table]), is_ordered=False)
    moved = Answers(np.concatenate([other.table[:1], other.table]), is_ordered=False)
    for columns in ((first, other), (longer, other), (first, moved), (longer, moved)) * 2:
        work.batch(BLOCK, *columns)
    places = np.sort(work.random.choice(8 * BLOCK, 9000, replace=False))
    kept = work.demand_same(places, threads=2)
    assert kept.painted[0].answers is longer  # which says the same of the first codes
    assert len(kept.painted[1].answers.table) == 300 + 301


@pytest.mark.usefixtures("always")
def test_columns_that_gave_codes_for_a_while_are_not_kept(two: tuple[Answers, Answers]) -> None:
    for first, second in ((two, two[:1]), (two[:1], two)):
        work = Evaluation(Plain(), 3 * BLOCK)
        for columns in (first, second, first):
            work.batch(BLOCK, *columns)
        assert work.keeper.kept(work.board, work.masks) is None


@pytest.mark.usefixtures("always")
def test_codes_that_mean_too_many_things_are_not_kept() -> None:
    for seeds, is_kept in (((1, 2), True), ((1, 2, 3), False)):
        work = Evaluation(Plain(), 3 * BLOCK)
        for seed in seeds:
            work.batch(BLOCK, some(5, 2, 1), some(30_000, 1, seed))
        assert (work.keeper.kept(work.board, work.masks) is not None) == is_kept


def test_codes_are_kept_where_masks_take_several_times_the_room() -> None:
    rows = 16 * BLOCK
    for masks, is_kept in ((1000, True), (90, False)):
        work = Evaluation(Plain(), rows, masks)
        for _ in range(16):
            work.batch(BLOCK, some(5, 2, 1), some(300, 1, 2))
        kept = work.keeper.kept(work.board, work.masks)
        assert (kept is not None) == is_kept
        assert kept is None or kept.size <= masks * rows // 8 // 4


def test_what_is_not_worth_it_any_more_leaves_no_room_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keeper, answers = CodeKeeper(BLOCK, 6), some(5, 2, 1)
    rooms: list[weakref.ref[Any]] = []
    others: list[Thread] = []

    def slowly(size: int) -> Any:
        """Return room for a column, after another thread has seen that codes are not worth it."""
        others.append(Thread(target=keeper.add, args=(None,)))
        others[-1].start()
        others[-1].join(0.1)  # it may have to wait
        room = np.zeros(size, np.uint8)
        rooms.append(weakref.ref(room))
        return room

    monkeypatch.setattr(kept_codes, "large_pages", slowly)
    painted = [Painted(0, answers, (0, 1)), Painted(1, answers, (2, 3))]
    keeper.copy(0, BLOCK, np.zeros((2, BLOCK), np.uint16), painted, {})
    for other in others:
        other.join()
    assert rooms
    assert not keeper.is_worth
    assert [one() for one in rooms if one() is not None] == []


# ---- evaluations and updates

ROWS = 3 * BLOCK + 77
RULES = """segment young: age < 30
segment izmir: city = "Izmir" and age >= 30
segment late: city starts with "late" or age between -50 and -10
segment rich: spend > 500.5 or spend in (1, 2, 3)
segment more: age > spend
segment neither: not (city in ("Izmir", "Bursa")) and not more
segment old: age > 80 and seen in last 30 days
segment ages: age between 3 and 5 or age in (7, -7, 9) or age between 20 and 21 or age = 44
segment spent: spend > 10.5 or spend between 20.5 and 30 or spend in (7, 70, 9) or spend < 5.5
segment everyone: age is known or age is missing
"""
AS_OF = "2026-06-15"


def customers(rows: int = ROWS, seed: int = 0) -> pl.DataFrame:
    """Return customers of whom some have texts and lesser numbers that none of the first have."""
    random = np.random.default_rng(seed)
    is_late = np.arange(rows) > BLOCK + 50
    days = pl.Series(random.integers(0, 400, rows)).cast(pl.Duration("ms")) * 86_400_000
    frame = pl.DataFrame(
        {
            "id": np.arange(rows) * 3,
            "age": random.integers(0, 90, rows) - 60 * (is_late & (random.random(rows) < 0.1)),
            "spend": random.integers(0, 10_000, rows) / 10,
            "city": np.where(
                is_late & (random.random(rows) < 0.2),
                np.char.add("late", random.integers(0, 300, rows).astype(str)),
                random.choice(["Izmir", "Bursa", "Ankara"], rows),
            ),
        }
    ).with_columns(seen=pl.date(2025, 7, 1) + days)
    gaps = random.random((2, rows)) < 0.05
    return frame.with_columns(
        pl.when(~pl.Series(gap)).then(pl.col(name)).alias(name)
        for name, gap in zip(("age", "city"), gaps, strict=True)
    )


def changed(base: pl.DataFrame, step: int, seed: int) -> pl.DataFrame:
    """Return every so manieth customer with other values."""
    return customers(base.height, seed).with_columns(base["id"]).gather_every(step)


def parquet(folder: Path, frame: pl.DataFrame) -> object:
    frame.write_parquet(folder / "customers.parquet", row_group_size=3000)
    return folder / "customers.parquet"


def codes_of(m: Membership) -> KeptCodes | None:
    assert m.origin is not None
    return m.origin.codes


def by_masks(m: Membership) -> Membership:
    """Return a membership whose earlier answers are fetched from its masks."""
    assert m.origin is not None
    return replace(m, origin=replace(m.origin, codes=None))


def demand_same(now: Membership, expected: Membership) -> None:
    assert now.counts() == expected.counts()
    for name in expected:
        assert now.keys(name) == expected.keys(name)


@pytest.mark.usefixtures("always")
@pytest.mark.parametrize("form", ["frame", "file"])
def test_updates_find_the_same_by_codes_and_by_masks(tmp_path: Path, form: str) -> None:
    rules, base = segdsl.compile(RULES), customers()
    ways: dict[str, Callable[[pl.DataFrame], object]] = {
        "frame": lambda frame: frame,
        "file": lambda frame: parquet(tmp_path, frame),
    }
    one = rules.evaluate(ways[form](base), as_of=AS_OF)
    demand_same(one, segdsl.compile(RULES).evaluate(base, as_of=AS_OF))
    codes = codes_of(one)
    assert codes is not None
    assert len(codes.given) == 4
    assert len(codes.pieces) == 3  # what was spent is coded, not compared
    assert codes.given[0]  # ages beside what was spent
    assert [one.start > 0 for one in codes.pieces[0]] == [False, True]  # ages below the first
    assert [one.codes.dtype for one in codes.pieces[1]] == [np.uint8, np.uint16]
    other = by_masks(one)
    new = customers(70, 5).with_columns(pl.col("id") + 1)
    for step, gone in ((1000, []), (7, [0, 6, 3 * BLOCK]), (50, [3 * ROWS - 3, 9])):
        rows = pl.concat([changed(base, step, step), new]).unique("id", keep="last")
        rows = rows.filter(~pl.col("id").is_in(gone))
        before = one
        one, other = rules.update(one, rows, gone=gone), rules.update(other, rows, gone=gone)
        assert codes_of(one) is codes
        assert codes_of(other) is None
        base = pl.concat([base.filter(~pl.col("id").is_in([*gone, *rows["id"]])), rows])
        demand_same(one, other)
        demand_same(one, rules.evaluate(base, as_of=AS_OF))
        assert one.changes().frame().equals(other.changes().frame())
        assert one.changes().counts() == other.changes().counts()
        for name in one:
            was, now = set(before.keys(name)), set(one.keys(name))
            assert set(one.changes().entered(name).keys()) == now - was
            assert set(one.changes().left(name).keys()) == was - now


@pytest.mark.usefixtures("always")
def test_sequences_stand_in_tables_of_their_own() -> None:
    text = "segment again: did buy then buy within 9 days\n" + RULES
    rules, base = segdsl.compile(text + "segment both: again and young"), customers()
    random = np.random.default_rng(4)

    def bought(rows: int) -> pl.DataFrame:
        days = pl.Series(random.integers(0, 60, rows)).cast(pl.Duration("ms")) * 86_400_000
        keys = base["id"].gather(random.integers(0, 9000, rows))
        return pl.DataFrame({"id": keys}).with_columns(time=pl.datetime(2026, 4, 1) + days)

    events, more = bought(15_000), bought(300)
    m = rules.evaluate(base, events={"buy": events}, as_of=AS_OF)
    assert codes_of(m) is not None
    rows = changed(base, 100, 1)
    now = rules.update(m, rows, {"buy": more}, gone=[6])
    demand_same(now, rules.update(by_masks(m), rows, {"buy": more}, gone=[6]))
    base = base.update(rows, on="id", include_nulls=True).filter(pl.col("id") != 6)
    both = {"buy": pl.concat([events, more])}
    demand_same(now, rules.evaluate(base, events=both, as_of=AS_OF))


@pytest.mark.usefixtures("always")
def test_what_was_brought_up_to_date_is_pickled_without_codes() -> None:
    rules, base = segdsl.compile(RULES), customers()
    now = rules.update(rules.evaluate(base, as_of=AS_OF), changed(base, 100, 1), gone=[6])
    written = pickle.dumps(now)
    assert codes_of(now) is not None
    assert b"KeptCodes" not in written
    found = pickle.loads(written)
    demand_same(found, now)
    assert found.changes().frame().equals(now.changes().frame())


@pytest.mark.usefixtures("always")
def test_codes_follow_where_all_are_evaluated_again() -> None:
    rules, base = segdsl.compile(RULES), customers()
    m = rules.evaluate(base, as_of=AS_OF)
    rows = changed(base, 2, 1)
    new = customers(5, 7).with_columns(pl.col("id") + 1)
    now = rules.update(m, pl.concat([rows, new]), gone=[3])
    assert [one.code.slug for one in now.notices] == ["all-evaluated"]
    assert codes_of(now) not in (None, codes_of(m))
    base = pl.concat(
        [base.update(rows, on="id", include_nulls=True).filter(pl.col("id") != 3), new]
    )
    rows = changed(customers(), 100, 2).filter(pl.col("id") != 3)
    again = rules.update(now, rows)
    base = base.update(rows, on="id", include_nulls=True)
    demand_same(again, rules.evaluate(base, as_of=AS_OF))
    assert again.changes().frame().equals(rules.update(by_masks(now), rows).changes().frame())


@pytest.mark.usefixtures("always")
def test_what_is_counted_is_within_a_budget_or_has_no_rules_keeps_no_codes() -> None:
    rules, base = segdsl.compile(RULES), customers()
    assert codes_of(rules.evaluate(base, as_of=AS_OF)) is not None
    assert codes_of(rules.evaluate(base, as_of=AS_OF, memory="1GB")) is None
    assert rules.evaluate(base, as_of=AS_OF, keep=False).origin is None
    ranked = segdsl.compile(RULES + "segment best: top 10% by spend and young")
    assert codes_of(ranked.evaluate(base, as_of=AS_OF)) is None


@pytest.mark.usefixtures("always")
def test_an_update_of_what_is_within_a_budget_keeps_no_codes() -> None:
    rules, base = segdsl.compile(RULES), customers()
    m = rules.evaluate(base, as_of=AS_OF, memory="1GB")
    later = rules.update(m, as_of="2025-12-01")  # the first evaluation is run once more
    rows = changed(base, 2, 1)
    now = rules.update(later, rows)  # all are read whole
    for one in (later, now):
        assert [notice.code.slug for notice in one.notices] == ["all-evaluated"]
        assert codes_of(one) is None
    base = base.update(rows, on="id", include_nulls=True)
    demand_same(now, rules.evaluate(base, as_of="2025-12-01"))


def test_few_masks_are_fetched_as_they_are() -> None:
    assert codes_of(segdsl.compile(RULES).evaluate(customers(), as_of=AS_OF)) is None
