"""How many customers masks have in common, as machine code by Numba; `overlap` says the same."""

from __future__ import annotations

import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]
from numba import njit, types
from numba.extending import intrinsic

_TILE = 24  # masks: two tiles of their words in a block stay in the first cache


@intrinsic
def _ones(context, word):  # type: ignore[no-untyped-def]  # noqa: ARG001
    """Count the bits of a word by the machine's own instruction, of several words at a time."""

    def generated(_, builder: ir.IRBuilder, __, arguments):  # type: ignore[no-untyped-def]
        return builder.ctpop(arguments[0])

    return types.uint64(types.uint64), generated


@njit(nogil=True, cache=True)
def count_pairs(tables, found):  # type: ignore[no-untyped-def]
    """Add to `found`, at i and j >= i, the number of customers that two masks have in common."""
    blocks, masks, words = tables.shape
    for block in range(blocks):
        for low in range(0, masks, _TILE):
            for left in range(low, masks, _TILE):
                for i in range(low, min(low + _TILE, masks)):
                    one = tables[block, i]
                    for j in range(max(i, left), min(left + _TILE, masks)):
                        other = tables[block, j]
                        total = np.uint64(0)
                        for k in range(words):
                            total += _ones(one[k] & other[k])  # type: ignore[call-arg]
                        found[i, j] += np.int64(total)


@njit(nogil=True, cache=True)
def count_alone(tables, found):  # type: ignore[no-untyped-def]
    """Add to `found` for each mask the number of customers that are in no other."""
    blocks, masks, words = tables.shape
    once, twice = np.empty(words, np.uint64), np.empty(words, np.uint64)
    for block in range(blocks):
        once[:] = 0
        twice[:] = 0
        for i in range(masks):
            for k in range(words):
                word = tables[block, i, k]
                twice[k] |= once[k] & word
                once[k] |= word
        for i in range(masks):
            total = np.uint64(0)
            for k in range(words):
                total += _ones(tables[block, i, k] & once[k] & ~twice[k])  # type: ignore[call-arg]
            found[i] += np.int64(total)
