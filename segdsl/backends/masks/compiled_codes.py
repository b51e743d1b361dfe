"""The loops that make codes of columns, and a mask of codes, as machine code by Numba.

What they do is what `plain` does. Each runs without the interpreter's lock.
"""

from __future__ import annotations

import numpy as np
from numba import njit

FULL = -1


@njit(nogil=True, cache=True)
def number_texts(views, gaps, numbers, firsts, table):  # type: ignore[no-untyped-def]
    """Write the number of each text and the first row of each number; return how many there are.

    `views` are two words a text, `gaps` tells missing ones (empty if none are), `table` is zeroed,
    three words a slot, a power of two of them. `FULL` if there are more texts than `firsts`.
    """
    mask = len(table) - 1
    count = 0
    gap = -1
    for i in range(len(views)):
        if len(gaps) and gaps[i]:
            if gap < 0:
                if count == len(firsts):
                    return FULL
                gap = count
                firsts[count] = i
                count += 1
            numbers[i] = gap
            continue
        left, right = views[i, 0], views[i, 1]
        mixed = (left * np.uint64(0x9E3779B97F4A7C15)) ^ (
            (right ^ (right >> np.uint64(32))) * np.uint64(0xD6E8FEB86659FD93)
        )
        mixed = (mixed ^ (mixed >> np.uint64(32))) * np.uint64(0xD6E8FEB86659FD93)
        slot = np.int64(mixed >> np.uint64(40)) & mask
        while True:
            known = table[slot, 2]
            if known == 0:
                if count == len(firsts):
                    return FULL
                firsts[count] = i
                count += 1
                table[slot, 0], table[slot, 1], table[slot, 2] = left, right, count
                numbers[i] = count - 1
                break
            if table[slot, 0] == left and table[slot, 1] == right:
                numbers[i] = known - np.uint64(1)
                break
            slot = (slot + 1) & mask
    return count


@njit(nogil=True, cache=True)
def relabel(codes, labels):  # type: ignore[no-untyped-def]
    """Write for each code its label in its place."""
    for i in range(len(codes)):
        codes[i] = labels[codes[i]]


@njit(nogil=True, cache=True)
def count_reached(values, bounds, low, scale, earlier, known, codes):  # type: ignore[no-untyped-def]
    """Write one more than the number of sorted bounds that each value has reached.

    The bin of a value is how far it lies above `low`, times `scale`. `earlier` are the bounds
    before each bin, and all at last; `known` is the answer in bins without a bound, 0 in others.
    """
    last = float(len(known) - 1)
    for i in range(len(values)):  # without a branch: several values at a time
        far = min(max((values[i] - low) * scale, 0.0), last)
        codes[i] = known[np.int32(far)]
    for i in range(len(values)):
        if codes[i] == 0:
            value = values[i]
            place = np.int32(min(max((value - low) * scale, 0.0), last))
            reached, end = earlier[place], earlier[place + 1]
            while reached < end:
                middle = (reached + end) >> 1
                if bounds[middle] <= value:
                    reached = middle + 1
                else:
                    end = middle
            codes[i] = reached + 1


@njit(nogil=True, cache=True)
def look_up(codes, answers, words):  # type: ignore[no-untyped-def]
    """Write a word for each 64 codes: the answer of each, 0 or 1, in its bit."""
    for i in range(len(words)):
        start = 64 * i
        word = np.uint64(0)
        if start + 64 <= len(codes):
            for j in range(64):
                word |= np.uint64(answers[codes[start + j]]) << np.uint64(j)
        else:
            for j in range(len(codes) - start):
                word |= np.uint64(answers[codes[start + j]]) << np.uint64(j)
        words[i] = word
