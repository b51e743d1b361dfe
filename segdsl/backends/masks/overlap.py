"""How many customers masks have in common: in machine code where Numba is installed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from types import ModuleType

import numpy as np
import numpy.typing as npt

from segdsl.backends.machine_code import machine_code
from segdsl.backends.masks.rows import Tables
from segdsl.backends.masks.words import counts

Totals = npt.NDArray[np.int64]
Add = Callable[[Tables, Totals], None]
_MUCH = 1 << 28  # words to be looked at, from which machine code gains more than it takes to load


def pairs(chunks: Iterable[Tables], masks: int, rows: int, threads: int) -> Totals:
    """Return the number of customers that each two masks have in common."""
    fast = _compiled(masks * masks // 2 * rows // 64)
    add = fast.count_pairs if fast else _add_pairs
    upper = np.triu(_summed(add, chunks, (masks, masks), threads))
    return upper + np.triu(upper, 1).T


def alone(chunks: Iterable[Tables], masks: int, rows: int, threads: int) -> Totals:
    """Return for each mask the number of customers that are in no other."""
    fast = _compiled(2 * masks * rows // 64)
    add = fast.count_alone if fast else _add_alone
    return _summed(add, chunks, (masks,), threads)


def _compiled(words: int) -> ModuleType | None:
    """Return the loops as machine code; None for few words, or where Numba does not run."""
    return machine_code("segdsl.backends.masks.compiled_overlap") if words >= _MUCH else None


def _summed(add: Add, chunks: Iterable[Tables], shape: tuple[int, ...], threads: int) -> Totals:
    """Return what is added up over all chunks; as many are looked at as there are threads."""
    total = np.zeros(shape, np.int64)

    def of(chunk: Tables) -> Totals:
        found = np.zeros(shape, np.int64)
        add(chunk, found)
        return found

    waiting: list[Future[Totals]] = []
    with ThreadPoolExecutor(threads) as pool:
        for chunk in chunks:
            waiting.append(pool.submit(of, chunk))
            if len(waiting) > threads:
                total += waiting.pop(0).result()
        for one in waiting:
            total += one.result()
    return total


# ---- by NumPy


def _add_pairs(tables: Tables, found: Totals) -> None:
    for block in tables:
        for i, words in enumerate(block):
            found[i, i:] += counts(block[i:] & words)


def _add_alone(tables: Tables, found: Totals) -> None:
    for block in tables:
        once, twice = np.zeros_like(block[0]), np.zeros_like(block[0])
        for words in block:
            twice |= once & words
            once |= words
        found += counts(block & (once & ~twice))
