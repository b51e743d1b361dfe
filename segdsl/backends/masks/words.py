"""Masks as words: 64 customers each, the first in the lowest bit, nothing after the last."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from segdsl.backends.masks.arrow import Bytes, Words, bits, yes_no

__all__ = ["Words", "constant", "counts", "packed", "width", "yes_no"]

_ONES = np.uint64(2**64 - 1)
_BITS_OF_BYTES = np.array([i.bit_count() for i in range(256)], np.uint8)


def width(rows: int) -> int:
    """Return the number of words of so many customers."""
    return (rows + 63) // 64


def last_word(rows: int) -> np.uint64:
    """Return a word of those customers that the last word of a mask may hold."""
    return _ONES >> np.uint64(-rows % 64)


def constant(value: bool, rows: int) -> Words:
    """Return the mask of everyone or of no one."""
    words = np.full(width(rows), _ONES if value else 0, np.uint64)
    if rows and value:
        words[-1] = last_word(rows)
    return words


def packed(mask: pl.Series) -> Words:
    """Return a yes/no column without nulls as words."""
    rows = len(mask)
    words = np.zeros(width(rows), np.uint64)
    if not rows:
        return words
    found, offset = bits(mask)
    target = words.view(np.uint8)
    if offset:
        _shifted(found, offset, target)
    else:
        target[: len(found)] = found
    words[-1] &= last_word(rows)
    return words


def _shifted(found: Bytes, offset: int, target: Bytes) -> None:
    """Write bits without those before the first."""
    size = min(len(found), len(target))
    target[:size] = found[:size] >> offset
    after = found[1 : len(target) + 1] << np.uint8(8 - offset)
    target[: len(after)] |= after


def counts(masks: npt.NDArray[np.uint64]) -> npt.NDArray[np.int64]:
    """Return how many customers are in each mask of a table of masks, one a row."""
    if hasattr(np, "bitwise_count"):  # since NumPy 2
        bits: npt.NDArray[np.uint8] = np.bitwise_count(masks)
        return np.asarray(bits.sum(axis=1, dtype=np.int64), np.int64)
    return np.array([ones(words) for words in masks], np.int64)


def ones(words: Words) -> int:
    """Return how many bits are set."""
    if hasattr(np, "bitwise_count"):  # since NumPy 2
        return int(np.bitwise_count(words).sum(dtype=np.int64))
    return int(_BITS_OF_BYTES[np.ascontiguousarray(words).view(np.uint8)].sum(dtype=np.int64))


def share_of_ones(words: Words) -> float:
    """Return which part of the bits is set; of no words, none."""
    return ones(words) / (64 * words.size) if words.size else 0.0
