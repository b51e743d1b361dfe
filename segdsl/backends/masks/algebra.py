"""One result of few masks: the gates run on blocks of words that stay in the cache."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from segdsl.backends.masks.circuit import EVERYONE, NO_ONE, Circuit, Kind, Signal
from segdsl.backends.masks.words import Words, constant, last_word, ones


def _and_not(left: Words, right: Words, out: Words) -> None:
    np.bitwise_and(left, np.invert(right), out=out)


FUNCTIONS: Mapping[Kind, Callable[..., Any]] = MappingProxyType(
    {
        Kind.AND: np.bitwise_and,
        Kind.OR: np.bitwise_or,
        Kind.XOR: np.bitwise_xor,
        Kind.AND_NOT: _and_not,
        Kind.NOT: np.invert,
        Kind.COPY: np.positive,
    }
)
_BLOCK = 1 << 15  # words: those of a few masks stay in the second cache


def joined(
    circuit: Circuit,
    root: Signal,
    leaves: Sequence[Words],
    rows: int,
    *,
    is_kept: bool = False,
) -> tuple[int, Words | None]:
    """Return how many customers are in a result, and if it is to be kept its mask.

    `leaves` are the masks of the circuit's leaves, by their numbers.
    """
    if root in (NO_ONE, EVERYONE):
        everyone = root == EVERYONE
        return rows if everyone else 0, constant(everyone, rows) if is_kept else None
    schedule = circuit.schedule([root])
    read = [leaves[number] for number in schedule.leaves]
    width = len(read[0])
    block = max(1, min(_BLOCK, width))
    buffers = [np.empty(block, np.uint64) for _ in range(schedule.buffers)]
    found = np.empty(width if is_kept else block, np.uint64)
    steps = [(FUNCTIONS[s.kind], s.left, s.right, s.target) for s in schedule.steps]
    count = 0
    for start in range(0, width, block):
        stop = min(start + block, width)
        size = stop - start
        result = found[start:stop] if is_kept else found[:size]
        slots = [*(words[start:stop] for words in read), *(one[:size] for one in buffers), result]
        for function, left, right, target in steps:
            if right < 0:
                function(slots[left], out=slots[target])
            else:
                function(slots[left], slots[right], out=slots[target])
        if stop == width:
            result[-1] &= last_word(rows)
        count += ones(result)
    return count, found if is_kept else None
