"""The customers that each two audiences have in common, beside matrix products by NumPy.

In the environment: `ROWS`, `SEGMENTS`, `ROUNDS`, and `WAYS`, the names of those that run, with `;`
between them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from dials import Dials
from mix import mix, parquet
from peers import compiled
from timing import Timed

import segdsl

ROWS = int(os.environ.get("ROWS", "300_000"))
SEGMENTS = int(os.environ.get("SEGMENTS", "1_000"))
ROUNDS = int(os.environ.get("ROUNDS", "1"))
WAYS = os.environ.get("WAYS", "segdsl;numpy").split(";")
BLOCK = 1 << 16  # rows, of which floats hold every number of
Table = npt.NDArray[np.int64]


@pytest.fixture(scope="module")
def found(folder: Path) -> segdsl.Membership:
    """Return who is in which segment."""
    dials = Dials(rows=ROWS, segments=SEGMENTS)
    return compiled(mix(dials)).evaluate(parquet(folder, Dials(rows=ROWS)))


def blocks(found: segdsl.Membership) -> Iterator[npt.NDArray[np.bool_]]:
    """Yield the yes/no columns of so many customers at a time."""
    words = [found.masks.words(name).view(np.uint8) for name in found.segments]
    for first in range(0, found.base, BLOCK):
        part = np.stack([one[first // 8 : (first + BLOCK) // 8] for one in words])
        bits = np.unpackbits(part, axis=1, bitorder="little")
        yield bits[:, : found.base - first].astype(np.bool_)


def all_pairs_by_numpy(found: segdsl.Membership) -> Table:
    """Return the sizes of all intersections."""
    total = np.zeros((len(found.segments),) * 2)
    for block in blocks(found):
        floats = block.astype(np.float32)
        total += floats @ floats.T
    return total.astype(np.int64)


def all_pairs_by_segdsl(found: segdsl.Membership) -> Table:
    """Return the sizes of all intersections."""
    return found.overlap().drop("segment").to_numpy()


def of_one_by_numpy(found: segdsl.Membership) -> Table:
    """Return for each segment the number of customers who are in no other."""
    total = np.zeros(len(found.segments), np.int64)
    for block in blocks(found):
        total += np.count_nonzero(block[:, np.count_nonzero(block, axis=0) == 1], axis=1)
    return total


def of_one_by_segdsl(found: segdsl.Membership) -> Table:
    """Return for each segment the number of customers who are in no other."""
    return np.array(list(found.unique_reach().values()))


PAIRS = {"segdsl": all_pairs_by_segdsl, "numpy": all_pairs_by_numpy}
ALONE = {"segdsl": of_one_by_segdsl, "numpy": of_one_by_numpy}


@pytest.fixture(scope="module")
def answers(folder: Path) -> bool:
    """Return whether the ways agree, of fewer customers."""
    dials = Dials(rows=10_001, segments=50)
    few = compiled(mix(dials)).evaluate(parquet(folder, dials))
    pairs = all_pairs_by_numpy(few)
    assert pairs.any()
    assert (pairs.diagonal() == list(few.counts().values())).all()
    alone = of_one_by_numpy(few)
    return bool(
        (pairs == all_pairs_by_segdsl(few)).all() and (alone == of_one_by_segdsl(few)).all()
    )


@pytest.mark.parametrize("way", WAYS)
def test_all_pairs(timed: Timed, found: segdsl.Membership, answers: bool, way: str) -> None:
    """Time the table of all pairs."""
    assert answers
    group = f"overlap of {SEGMENTS:,} segments, {ROWS:,} customers"
    table = timed(group, PAIRS[way], found, rounds=ROUNDS)
    assert (table.diagonal() == list(found.counts().values())).all()


@pytest.mark.parametrize("way", WAYS)
def test_unique_reach(timed: Timed, found: segdsl.Membership, answers: bool, way: str) -> None:
    """Time the customers that are in one segment only."""
    assert answers
    group = f"unique reach of {SEGMENTS:,} segments, {ROWS:,} customers"
    assert len(timed(group, ALONE[way], found, rounds=ROUNDS)) == SEGMENTS
