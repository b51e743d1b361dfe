"""A membership brought up to date by its changed customers, beside evaluating all of them.

In the environment: `ROWS`, `CHANGED`, `SEGMENTS` and `ROUNDS`.
"""

from __future__ import annotations

import os
from itertools import count
from pathlib import Path

import polars as pl
import pytest
from dials import KEY, Dials
from mix import customers, mix, parquet
from peers import compiled
from timing import Timed

import segdsl

ROWS = int(os.environ.get("ROWS", "1_000_000"))
CHANGED = int(os.environ.get("CHANGED", str(ROWS // 1_000)))
SEGMENTS = int(os.environ.get("SEGMENTS", "1_000"))
ROUNDS = int(os.environ.get("ROUNDS", "5"))
RULES = compiled(mix(Dials(rows=ROWS, segments=SEGMENTS)))
GROUP = f"{CHANGED:,} changed customers of {ROWS:,}, {SEGMENTS:,} segments"
AS_OF = "2024-06-01"


@pytest.fixture(scope="module")
def data(folder: Path) -> Path:
    """Return the customers' file."""
    return parquet(folder, Dials(rows=ROWS))


@pytest.fixture(scope="module")
def evaluated(data: Path) -> segdsl.Membership:
    """Return the membership of all, after an update has been seen to be what an evaluation is."""
    found = RULES.evaluate(data, as_of=AS_OF)
    rows = changed(0)
    now = RULES.update(found, rows)
    both = pl.read_parquet(data).update(rows, on=KEY, include_nulls=True)
    assert now.counts() == RULES.count(both, as_of=AS_OF) != found.counts()
    return found


def changed(number: int) -> pl.DataFrame:
    """Return other values of customers who are drawn anew for each number."""
    others = customers(Dials(rows=CHANGED, seed=number + 2))
    keys = pl.int_range(ROWS, eager=True).sample(CHANGED, seed=number)
    return others.with_columns(keys.alias(KEY))


def test_all_are_evaluated(timed: Timed, data: Path, evaluated: segdsl.Membership) -> None:
    """Time a full run, from the file to the masks."""
    found = timed(GROUP, lambda: RULES.evaluate(data, as_of=AS_OF), rounds=ROUNDS, warm=1)
    assert found.counts() == evaluated.counts()


def test_those_who_changed(timed: Timed, evaluated: segdsl.Membership) -> None:
    """Time updates from a frame of changed customers to the sizes, each of others."""
    waiting = (changed(number) for number in count(1))
    ready = [next(waiting) for _ in range(ROUNDS + 1)]
    found = timed(GROUP, lambda: RULES.update(evaluated, ready.pop()), rounds=ROUNDS, warm=1)
    assert found.counts() != evaluated.counts()


def test_updates_one_after_the_other(timed: Timed, evaluated: segdsl.Membership) -> None:
    """Time updates of updates, and who entered and left."""
    ready = [changed(number) for number in range(10, 11 + ROUNDS)]
    memberships = [evaluated]

    def again() -> dict[str, object]:
        memberships.append(RULES.update(memberships[-1], ready.pop()))
        return {**memberships[-1].changes().counts()}

    found = timed(GROUP, again, rounds=ROUNDS, warm=1)
    assert len(found) == SEGMENTS
