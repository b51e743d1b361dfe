"""The loops of the masks as machine code, by Numba; what they do is what `plain` does.

Each runs without the interpreter's lock, so that several batches are computed at a time.
"""

from __future__ import annotations

import numpy as np
from numba import njit

BLOCK = 64  # words, as `rows.BLOCK`; `gather` knows that it is 64
LANES = 32  # words that are transposed side by side: they stay in the first cache
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
def _swap(upper, lower, shift, mask):  # type: ignore[no-untyped-def]
    """Exchange the bits of `lower` under a mask with those of `upper` above it."""
    for lane in range(LANES):
        moved = ((upper[lane] >> shift) ^ lower[lane]) & mask
        lower[lane] ^= moved
        upper[lane] ^= moved << shift


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


@njit(nogil=True, cache=True)
def _transpose(square):  # type: ignore[no-untyped-def]
    """Turn 64 rows of bits into 64 columns, in each of several lanes."""
    for step, mask in (
        (32, np.uint64(0x00000000FFFFFFFF)),
        (16, np.uint64(0x0000FFFF0000FFFF)),
        (8, np.uint64(0x00FF00FF00FF00FF)),
        (4, np.uint64(0x0F0F0F0F0F0F0F0F)),
        (2, np.uint64(0x3333333333333333)),
        (1, np.uint64(0x5555555555555555)),
    ):
        for start in range(0, 64, 2 * step):
            for row in range(start, start + step):
                _swap(square[row], square[row + step], np.uint64(step), mask)


@njit(nogil=True, cache=True)
def _paint(codes, start, stop, tables, members, targets, slots, square):  # type: ignore[no-untyped-def]
    """Write the masks of 64 conditions at most: bits of the codes of some columns, transposed.

    `members` say of each column its row of `codes`, where the bits of its first code stand in
    `tables`, and how far those of the next are from there.
    """
    words = (stop - start + 63) // 64
    for first in range(0, words, LANES):
        row = start + 64 * first
        is_full = row + 64 * LANES <= stop
        if not is_full:
            square[:] = np.uint64(0)
        for number in range(len(members)):
            own, at, step = codes[members[number, 0]], members[number, 1], members[number, 2]
            if not is_full:
                for far in range(stop - row):
                    square[far % 64, far // 64] |= tables[at + step * own[row + far]]
            elif number == 0:
                for i in range(64):
                    for lane in range(LANES):
                        square[i, lane] = tables[at + step * own[row + i + 64 * lane]]
            else:
                for i in range(64):
                    for lane in range(LANES):
                        square[i, lane] |= tables[at + step * own[row + i + 64 * lane]]
        _transpose(square)
        for i in range(64):
            target = targets[i]
            if target >= 0:
                for lane in range(LANES):
                    slots[target, first + lane] = square[i, lane]


@njit(nogil=True, cache=True)
def _join(steps, slots):  # type: ignore[no-untyped-def]
    """Run the gates of a block; their numbers are those of `circuit.Kind`."""
    for number in range(len(steps)):
        kind = steps[number, 0]
        left, right = slots[steps[number, 1]], slots[steps[number, 2]]
        target = slots[steps[number, 3]]
        words = len(target)
        if kind == 1:
            for i in range(words):
                target[i] = left[i] & right[i]
        elif kind == 2:
            for i in range(words):
                target[i] = left[i] | right[i]
        elif kind == 3:
            for i in range(words):
                target[i] = left[i] ^ right[i]
        elif kind == 4:
            for i in range(words):
                target[i] = ~left[i]
        else:
            for i in range(words):
                target[i] = left[i]


@njit(nogil=True, cache=True)
def _ones(word):  # type: ignore[no-untyped-def]
    word = word - ((word >> np.uint64(1)) & np.uint64(0x5555555555555555))
    word = (word & np.uint64(0x3333333333333333)) + (
        (word >> np.uint64(2)) & np.uint64(0x3333333333333333)
    )
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return (word * np.uint64(0x0101010101010101)) >> np.uint64(56)


@njit(nogil=True, cache=True)
def run_batch(  # type: ignore[no-untyped-def]
    rows,
    codes,
    tables,
    members,
    groups,
    targets,
    given,
    given_slots,
    steps,
    slots,
    results,
    found,
    kept,
):
    """Return how many customers of a batch are in each result, and write the results to `found`.

    `codes` are a row a column; what `members` and `tables` are, says `_paint`. Each group of
    conditions has the members from one of `groups` up to the next, and a row of `targets`: the
    slots of its conditions, below 0 where there is none. `given` are masks, for the slots
    `given_slots`; a block is as wide as `slots`. Results are the last slots, from `results` on; as
    many as are `kept` go to these rows of the tables `found`.
    """
    size, width = len(slots) - results, slots.shape[1]
    counts = np.zeros(size, np.int64)
    square = np.empty((64, LANES), np.uint64)
    for start in range(0, rows, 64 * width):
        stop = min(rows, start + 64 * width)
        words, word = (stop - start + 63) // 64, start // 64
        block = start // (64 * width)
        for i in range(len(targets)):
            own = members[groups[i] : groups[i + 1]]
            _paint(codes, start, stop, tables, own, targets[i], slots, square)
        for i in range(len(given)):
            for j in range(words):
                slots[given_slots[i], j] = given[i, word + j]
        _join(steps, slots)
        for i in range(size):
            mask = slots[results + i]
            if stop % 64:
                mask[words - 1] &= (np.uint64(1) << np.uint64(stop % 64)) - np.uint64(1)
            count = np.uint64(0)
            for j in range(words):
                count += _ones(mask[j])
            counts[i] += np.int64(count)
            if i < len(kept):
                for j in range(words):
                    found[block, kept[i], j] = mask[j]
                for j in range(words, width):
                    found[block, kept[i], j] = 0
    return counts


@njit(nogil=True, cache=True)
def gather(part, numbers, places, found, rows, targets):  # type: ignore[no-untyped-def]
    """Set those bits of rows of `found` that rows of `part` have at `places`."""
    one = np.uint64(1)
    joined = np.zeros(len(numbers), np.uint64)  # the word of each mask that rows are gathered in
    for i in range(len(places)):
        block, word, bit = places[i] >> 12, (places[i] >> 6) & 63, np.uint64(places[i] & 63)
        target = np.uint64(rows[i] & 63)
        for j in range(len(numbers)):
            joined[j] |= ((part[block, numbers[j], word] >> bit) & one) << target
        if i + 1 == len(places) or rows[i + 1] >> 6 != rows[i] >> 6:
            to_block, to_word = rows[i] >> 12, (rows[i] >> 6) & 63
            for j in range(len(numbers)):
                found[to_block, targets[j], to_word] |= joined[j]
                joined[j] = 0
