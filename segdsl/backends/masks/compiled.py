# mypy: disallow-untyped-calls=False, disable-error-code="call-arg"
"""The loops of the masks as machine code, by Numba; what they do is what `plain` does.

Each runs without the interpreter's lock, so that several batches are computed at a time. What
calls what stands in one module: kept code is made anew if its own module changes.
"""

from __future__ import annotations

import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]
from numba import njit, types
from numba.extending import intrinsic

BLOCK = 64  # words, as `rows.BLOCK`: a row of a block is one vector of the processor's, see `_gate`
ROW = 8 * BLOCK  # bytes
LANES = 32  # words that are transposed side by side: they stay in the first cache
EVERYONE = np.uint64(2**64 - 1)
LEFT_FLIPPED, RIGHT_FLIPPED, FLIPPED, ONE_OF_BOTH = 1, 2, 4, 8  # of the inputs and the result


# ---- what the processor does with 64 values at a time, wherever in memory they stand


@intrinsic
def _gate(typing, left, right, target, flip_left, flip_right, flip):  # type: ignore[no-untyped-def]  # noqa: ARG001
    """Write where two rows of 64 words hold, each word of which is turned round by a flip."""

    def code(context, builder, signature, given):  # type: ignore[no-untyped-def]  # noqa: ARG001
        sides = (_vector(builder, address, ir.IntType(64)) for address in given[:2])
        flips = [_repeated(builder, flip) for flip in given[3:]]
        left, right = (builder.xor(*one) for one in zip(sides, flips[:2], strict=True))
        both = builder.xor(builder.and_(left, right), flips[2])
        _write(builder, both, given[2])
        return context.get_dummy_value()

    return types.void(*[types.uint64] * 6), code


@intrinsic
def _differing(typing, left, right, target):  # type: ignore[no-untyped-def]  # noqa: ARG001
    """Write where one of two rows of 64 words holds, not both."""

    def code(context, builder, signature, given):  # type: ignore[no-untyped-def]  # noqa: ARG001
        left, right = (_vector(builder, given[i], ir.IntType(64)) for i in range(2))
        _write(builder, builder.xor(left, right), given[2])
        return context.get_dummy_value()

    return types.void(*[types.uint64] * 3), code


@intrinsic
def _reached_float(typing, address, bound):  # type: ignore[no-untyped-def]  # noqa: ARG001
    """Return a bit for each of 64 floats in memory: whether it has reached a bound."""

    def code(context, builder, signature, given):  # type: ignore[no-untyped-def]  # noqa: ARG001
        values = _vector(builder, given[0], ir.DoubleType())
        return _bits(builder, builder.fcmp_ordered(">=", values, _repeated(builder, given[1])))

    return types.uint64(types.uint64, types.float64), code


@intrinsic
def _reached_whole(typing, address, bound):  # type: ignore[no-untyped-def]  # noqa: ARG001
    """Return a bit for each of 64 whole numbers in memory: whether it has reached a bound."""

    def code(context, builder, signature, given):  # type: ignore[no-untyped-def]  # noqa: ARG001
        values = _vector(builder, given[0], ir.IntType(64))
        return _bits(builder, builder.icmp_signed(">=", values, _repeated(builder, given[1])))

    return types.uint64(types.uint64, types.int64), code


@intrinsic
def _finite(typing, address):  # type: ignore[no-untyped-def]  # noqa: ARG001
    """Return a bit for each of 64 floats in memory: whether it is finite."""

    def code(context, builder, signature, given):  # type: ignore[no-untyped-def]  # noqa: ARG001
        values = _vector(builder, given[0], ir.DoubleType())
        nothing = builder.fsub(values, values)  # of others this is no number
        return _bits(builder, builder.fcmp_ordered("ord", nothing, nothing))

    return types.uint64(types.uint64), code


@intrinsic
def _word(typing, address):  # type: ignore[no-untyped-def]  # noqa: ARG001
    """Return a word in memory."""

    def code(context, builder, signature, given):  # type: ignore[no-untyped-def]  # noqa: ARG001
        return builder.load(builder.inttoptr(given[0], ir.IntType(64).as_pointer()))

    return types.uint64(types.uint64), code


@intrinsic
def _ones(typing, word):  # type: ignore[no-untyped-def]  # noqa: ARG001
    """Return how many bits of a word are set."""

    def code(context, builder, signature, given):  # type: ignore[no-untyped-def]  # noqa: ARG001
        return builder.ctpop(given[0])

    return types.uint64(types.uint64), code


def _vector(builder, address, element):  # type: ignore[no-untyped-def]
    """Return 64 values in memory, which need not stand where so many at a time would."""
    there = builder.inttoptr(address, ir.VectorType(element, 64).as_pointer())
    return builder.load(there, align=8)


def _write(builder, words, address):  # type: ignore[no-untyped-def]
    builder.store(words, builder.inttoptr(address, words.type.as_pointer()), align=8)


def _repeated(builder, value):  # type: ignore[no-untyped-def]
    nothing = ir.Constant(ir.VectorType(value.type, 64), ir.Undefined)
    first = builder.insert_element(nothing, value, ir.Constant(ir.IntType(32), 0))
    places = ir.Constant(ir.VectorType(ir.IntType(32), 64), [0] * 64)
    return builder.shuffle_vector(first, nothing, places)


def _bits(builder, answers):  # type: ignore[no-untyped-def]
    return builder.bitcast(answers, ir.IntType(64))


@njit(nogil=True, cache=True)
def _all(flag):  # type: ignore[no-untyped-def]
    """Return a word of ones, or of zeros."""
    return EVERYONE if flag else np.uint64(0)


# ---- conditions on codes: the bits of each code, transposed


@njit(nogil=True, cache=True)
def _swap(upper, lower, shift, mask):  # type: ignore[no-untyped-def]
    """Exchange the bits of `lower` under a mask with those of `upper` above it."""
    for lane in range(LANES):
        moved = ((upper[lane] >> shift) ^ lower[lane]) & mask
        lower[lane] ^= moved
        upper[lane] ^= moved << shift


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


# ---- conditions on values as they stand: 64 of them are compared at a time


@njit(nogil=True, cache=True)
def _compare(column, start, stop, bounds, tests, turns, known, planes, slots):  # type: ignore[no-untyped-def]
    """Write the masks of the conditions on one column: what bounds its values have reached.

    A `column` is where its values stand in memory, whether they are floats, the first of its
    `bounds` and the one after the last, likewise of its `tests`, and its row of `known`: which
    rows have a value; below 0 if all have. A test is the slot of a condition, what it says below
    all bounds and where a value is missing, and those of `turns` at which it changes, counted
    from the first bound of the column. `planes` has a row for each bound, and two more.
    """
    words, count = (stop - start + 63) // 64, column[3] - column[2]
    floats = bounds.view(np.float64)
    there, spare = planes[count], planes[count + 1]
    is_whole = True  # no value is missing
    for word in range(words):
        at = np.uint64(column[0] + 8 * start + ROW * word)
        rest = stop - start - 64 * word
        if rest < 64:
            for i in range(64):
                spare[i] = _word(at + np.uint64(8 * i)) if i < rest else np.uint64(0)
            at = np.uint64(spare.ctypes.data)
        if column[1]:
            there[word] = _finite(at)
            for i in range(count):
                planes[i, word] = _reached_float(at, floats[column[2] + i])
        else:
            there[word] = EVERYONE
            for i in range(count):
                planes[i, word] = _reached_whole(at, bounds[column[2] + i])
        if column[6] >= 0:
            there[word] &= known[column[6], start // 64 + word]
        is_whole &= there[word] == EVERYONE
    for number in range(column[4], column[5]):
        slot, first, last = tests[number, 0], tests[number, 3], tests[number, 4]
        target, fill = np.uint64(slots.ctypes.data + ROW * slot), _all(tests[number, 1])
        if first == last:
            slots[slot, :] = fill
        else:
            plane = np.uint64(planes.ctypes.data + ROW * turns[first])
            _gate(plane, plane, target, _all(0), _all(0), fill)
            for turn in range(first + 1, last):
                _differing(target, np.uint64(planes.ctypes.data + ROW * turns[turn]), target)
        if not is_whole:
            own, flip = np.uint64(there.ctypes.data), _all(tests[number, 2])
            _gate(target, own, target, flip, _all(0), flip)  # and there, or else not there


# ---- gates, and results


@njit(nogil=True, cache=True)
def _join(steps, slots):  # type: ignore[no-untyped-def]
    """Run the gates of a block: each is where one input holds and the other one too.

    A step is which of the inputs and of the result are turned round first (see `FLIPPED`), the
    slots of the inputs, and that of the result. Kinds are not told apart by branches, which the
    processor could not foresee.
    """
    base = slots.ctypes.data
    for number in range(len(steps)):
        flips = steps[number, 0]
        left = np.uint64(base + ROW * steps[number, 1])
        right = np.uint64(base + ROW * steps[number, 2])
        target = np.uint64(base + ROW * steps[number, 3])
        if flips & ONE_OF_BOTH:
            _differing(left, right, target)
        else:
            flip_left, flip_right = _all(flips & LEFT_FLIPPED), _all(flips & RIGHT_FLIPPED)
            _gate(left, right, target, flip_left, flip_right, _all(flips & FLIPPED))


@njit(nogil=True, cache=True)
def run_batch(  # type: ignore[no-untyped-def]
    rows,
    codes,
    tables,
    members,
    groups,
    targets,
    columns,
    bounds,
    tests,
    turns,
    known,
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
    slots of its conditions, below 0 where there is none. `columns` are compared as they stand: see
    `_compare`. `given` are masks, for the slots `given_slots`; a slot is a row of a block.
    Results are the last slots, from `results` on; as many as are `kept` go to these rows of the
    tables `found`.
    """
    size, width = len(slots) - results, slots.shape[1]
    counts = np.zeros(size, np.int64)
    square = np.empty((64, LANES), np.uint64)
    widest = 0  # bounds of a column
    for i in range(len(columns)):
        widest = max(widest, columns[i, 3] - columns[i, 2])
    planes = np.empty((widest + 2, width), np.uint64)
    for start in range(0, rows, 64 * width):
        stop = min(rows, start + 64 * width)
        words, word = (stop - start + 63) // 64, start // 64
        block = start // (64 * width)
        for i in range(len(targets)):
            own = members[groups[i] : groups[i + 1]]
            _paint(codes, start, stop, tables, own, targets[i], slots, square)
        for i in range(len(columns)):
            _compare(columns[i], start, stop, bounds, tests, turns, known, planes, slots)
        for i in range(len(given)):
            slots[given_slots[i], :words] = given[i, word : word + words]
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
                found[block, kept[i], :words] = mask[:words]
                found[block, kept[i], words:] = 0
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
