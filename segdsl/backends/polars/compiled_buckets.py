"""The buckets of many keys as machine code, by Numba: MD5 of several messages side by side.

Each loop runs without the interpreter's lock, so that several parts are computed at a time.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

LANES = 256  # messages side by side: their words just stay in the first cache
_DIGITS = 20  # those of the number with the most, and its sign
# The tables of RFC 1321. Numba keeps them with the code, so they must stand in this file.
_SINES = np.array([int(abs(math.sin(i + 1)) * 2**32) for i in range(64)], np.uint32)
_TURNS = np.array(((7, 12, 17, 22), (5, 9, 14, 20), (4, 11, 16, 23), (6, 10, 15, 21)), np.uint32)


@njit(nogil=True, cache=True)
def draw_texts(prefix, texts, ends, found):  # type: ignore[no-untyped-def]
    """Write the first four bytes of MD5 of a prefix and each text, as a number.

    The texts stand in one piece, each up to its end.
    """
    words, state = np.empty((16, LANES), np.uint32), np.empty((4, LANES), np.uint32)
    bounds = np.zeros((LANES, 2), np.int64)
    for first in range(0, len(found), LANES):
        lanes = min(LANES, len(found) - first)
        for lane in range(lanes):
            row = first + lane
            bounds[lane, 0] = ends[row - 1] if row else 0
            bounds[lane, 1] = ends[row]
        _draw(prefix, texts, bounds, words, state, found[first : first + lanes])


@njit(nogil=True, cache=True)
def draw_numbers(prefix, numbers, found):  # type: ignore[no-untyped-def]
    """Write the first four bytes of MD5 of a prefix and each number in digits, as a number."""
    words, state = np.empty((16, LANES), np.uint32), np.empty((4, LANES), np.uint32)
    bounds = np.zeros((LANES, 2), np.int64)
    texts = np.empty(LANES * _DIGITS, np.uint8)
    for first in range(0, len(found), LANES):
        lanes = min(LANES, len(found) - first)
        for lane in range(lanes):
            end = (lane + 1) * _DIGITS
            bounds[lane, 0] = _write(numbers[first + lane], texts, end)
            bounds[lane, 1] = end
        _draw(prefix, texts, bounds, words, state, found[first : first + lanes])


@njit(nogil=True, cache=True)
def _write(number, texts, end):  # type: ignore[no-untyped-def]
    """Write the digits of a number, and its sign if it has one, up to an end; return the start."""
    rest = np.uint64(number)
    if number < 0:
        rest = ~rest + np.uint64(1)  # also of the least number, which has no opposite
    start = end
    while True:
        start -= 1
        tenth = rest // np.uint64(10)
        texts[start] = np.uint8(48 + (rest - tenth * np.uint64(10)))
        rest = tenth
        if not rest:
            break
    if number < 0:
        start -= 1
        texts[start] = 45
    return start


@njit(nogil=True, cache=True)
def _draw(prefix, texts, bounds, words, state, found):  # type: ignore[no-untyped-def]
    """Write the number of each of a few texts, which stand between bounds."""
    longest = 0
    for lane in range(len(found)):
        longest = max(longest, bounds[lane, 1] - bounds[lane, 0])
    for lane in range(LANES):
        state[0, lane], state[1, lane] = 0x67452301, 0xEFCDAB89
        state[2, lane], state[3, lane] = 0x98BADCFE, 0x10325476
    for block in range(_blocks(len(prefix) + longest)):
        _begin(prefix, block, words)
        for lane in range(len(found)):
            _fill(texts, bounds[lane, 0], bounds[lane, 1], len(prefix), block, words, lane)
        _mix(words, state)
        for lane in range(len(found)):
            size = len(prefix) + bounds[lane, 1] - bounds[lane, 0]
            if block == _blocks(size) - 1:  # longer ones go on
                low = state[0, lane]
                found[lane] = (
                    (low & 0xFF) << 24 | (low & 0xFF00) << 8 | (low >> 8) & 0xFF00 | low >> 24
                )


@njit(nogil=True, cache=True)
def _blocks(size):  # type: ignore[no-untyped-def]
    """Return how many blocks a message has: a bit and its length in eight bytes come after it."""
    return (size + 8) // 64 + 1


@njit(nogil=True, cache=True)
def _begin(prefix, block, words):  # type: ignore[no-untyped-def]
    """Write what stands of the prefix in a block into the words of every lane, and else 0."""
    for i in range(16):
        start, word = 64 * block + 4 * i, np.uint32(0)
        for at in range(start, min(start + 4, len(prefix))):
            word |= np.uint32(prefix[at]) << np.uint32(8 * (at & 3))
        words[i] = word


@njit(nogil=True, cache=True)
def _fill(texts, first, last, before, block, words, lane):  # type: ignore[no-untyped-def]
    """Add a text and the end of its message to a block, in which so many bytes may stand before."""
    start, size = 64 * block, before + last - first
    for at in range(max(start, before), min(start + 64, size)):
        byte = np.uint32(texts[first + at - before])
        words[(at & 63) >> 2, lane] |= byte << np.uint32(8 * (at & 3))
    if start <= size < start + 64:
        words[(size & 63) >> 2, lane] |= np.uint32(0x80) << np.uint32(8 * (size & 3))
    if block == _blocks(size) - 1:
        words[14, lane] = np.uint32(8 * size)
        words[15, lane] = np.uint32(size >> 29)


@njit(nogil=True, cache=True)
def _mix(words, state):  # type: ignore[no-untyped-def]
    """Mix a block of each message into its state."""
    turned = state.copy()
    a, b, c, d = turned[0], turned[1], turned[2], turned[3]
    for i in range(64):
        kind = i >> 4
        step, turn = _SINES[i], _TURNS[kind, i & 3]
        if kind == 0:
            word = words[i]
            for lane in range(LANES):
                a[lane] += (d[lane] ^ (b[lane] & (c[lane] ^ d[lane]))) + word[lane] + step
        elif kind == 1:
            word = words[(5 * i + 1) & 15]
            for lane in range(LANES):
                a[lane] += (c[lane] ^ (d[lane] & (b[lane] ^ c[lane]))) + word[lane] + step
        elif kind == 2:
            word = words[(3 * i + 5) & 15]
            for lane in range(LANES):
                a[lane] += (b[lane] ^ c[lane] ^ d[lane]) + word[lane] + step
        else:
            word = words[(7 * i) & 15]
            for lane in range(LANES):
                a[lane] += (c[lane] ^ (b[lane] | ~d[lane])) + word[lane] + step
        for lane in range(LANES):
            a[lane] = b[lane] + ((a[lane] << turn) | (a[lane] >> (np.uint32(32) - turn)))
        a, b, c, d = d, a, b, c
    state += turned
