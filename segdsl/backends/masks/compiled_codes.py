"""The loops that make codes of columns, and a mask of codes, as machine code by Numba.

What they do is what `plain` does. Each runs without the interpreter's lock.
"""

from __future__ import annotations

import numpy as np
from numba import njit

FULL = -1
INLINE = 12  # bytes of a text that its words hold


@njit(nogil=True, cache=True)
def number_texts(  # type: ignore[no-untyped-def]
    views, valid, offset, numbers, firsts, known, slots, count, gap
):
    """Write the number of each text, and the first row of each new number.

    `views` are two words a text; bits of `valid`, from one on, tell which are there (none: all).
    So many are `known` by their numbers, and `slots`, a power of two of them, hold one more than
    these, 0 where none is; `gap` is the number of what is missing, below 0 if it has none yet.
    Return how many are known then, `FULL` if more than `firsts` can hold, that of what is missing,
    and whether a new text is so long that its words say but where it stands.
    """
    mask = len(slots) - 1
    size, bits = len(slots), 64
    while size > 1:
        size >>= 1
        bits -= 1
    shift = np.uint64(bits)
    has_gaps = len(valid) > 0
    is_long = False
    for i in range(len(views)):
        bit = offset + i
        if has_gaps and not (valid[bit >> 3] >> (bit & 7)) & 1:
            if gap < 0:
                if count == len(firsts):
                    return FULL, gap, is_long
                gap = count
                firsts[count] = i
                count += 1
            numbers[i] = gap
            continue
        left, right = views[i, 0], views[i, 1]
        mixed = (left * np.uint64(0x9E3779B97F4A7C15)) ^ (right * np.uint64(0xD6E8FEB86659FD93))
        slot = np.int64(mixed >> shift)
        while True:
            number = slots[slot]
            if number == 0:
                if count == len(firsts):
                    return FULL, gap, is_long
                firsts[count] = i
                known[count, 0], known[count, 1] = left, right
                is_long |= (left & np.uint64(0xFFFFFFFF)) > INLINE
                numbers[i] = count
                count += 1
                slots[slot] = count
                break
            if known[number - 1, 0] == left and known[number - 1, 1] == right:
                numbers[i] = number - 1
                break
            slot = (slot + 1) & mask
    return count, gap, is_long


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
