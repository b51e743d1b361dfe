"""The buckets of a column of keys: one after the other, or many by machine code."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

import numpy as np
import numpy.typing as npt
import polars as pl

from segdsl.backends.machine_code import is_loaded, machine_code
from segdsl.functions.buckets import buckets

Buckets = npt.NDArray[np.int64]
_Draw = Callable[[Buckets], object]

_COMPILED = "segdsl.backends.polars.compiled_buckets"
_MANY = 1 << 20  # keys from which machine code gains more time than it takes to load
_PART = 1 << 16  # keys that are drawn at a time
_LONG = 1 << 12  # bytes of a text from which the other way loses nothing
_WHOLE = (pl.Int64, pl.Int32, pl.Int16, pl.Int8, pl.UInt32, pl.UInt16, pl.UInt8)


def drawn(seed: str, keys: pl.Series, customers: int = 0) -> pl.Series:
    """Return the bucket of each key (Int64), which is that of `functions.buckets`.

    They may be a part of those of so many customers.
    """
    if max(len(keys), customers) >= _MANY or is_loaded(_COMPILED):
        found = by_machine_code(seed, keys)
        if found is not None:
            return found
    return pl.Series(buckets(seed, keys.to_list()), dtype=pl.Int64)


def by_machine_code(seed: str, keys: pl.Series) -> pl.Series | None:
    """Return the bucket of each key, None for keys of other types and where Numba does not run."""
    if keys.null_count() or not (keys.dtype == pl.String or keys.dtype in _WHOLE):
        return None
    compiled_buckets = machine_code(_COMPILED)
    if compiled_buckets is None:
        return None
    prefix = np.frombuffer(f"{seed}:".encode(), np.uint8)

    def of_numbers(part: pl.Series) -> _Draw:
        numbers = part.cast(pl.Int64).to_numpy().view()
        numbers.flags.writeable = False  # whether it is so or not: code is made for each
        return partial(compiled_buckets.draw_numbers, prefix, numbers)

    def of_texts(part: pl.Series) -> _Draw:
        sizes = part.str.len_bytes().to_numpy()
        if sizes.max() > _LONG:
            return partial(_draw_each, seed, part.to_list())
        joined = part.str.join("").cast(pl.Binary).item()
        ends = np.cumsum(sizes, dtype=np.int64)
        return partial(compiled_buckets.draw_texts, prefix, np.frombuffer(joined, np.uint8), ends)

    prepare = of_texts if keys.dtype == pl.String else of_numbers
    found = np.empty(len(keys), np.int64)
    starts = range(0, len(keys), _PART)
    draws = (prepare(keys.slice(start, _PART)) for start in starts)
    _run(partial(d, found[s : s + _PART]) for d, s in zip(draws, starts, strict=True))
    return pl.Series(found)


def _draw_each(seed: str, keys: Sequence[str], found: Buckets) -> None:
    found[:] = buckets(seed, keys)


def _run(tasks: Iterator[Callable[[], object]]) -> None:
    """Do tasks in threads, as many as Polars has; few wait, since each has its part of the keys.

    They must leave Polars alone: its own threads may all be waiting for them.
    """
    threads = pl.thread_pool_size()
    waiting: deque[Future[object]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        for task in tasks:
            waiting.append(pool.submit(task))
            if len(waiting) > threads:
                waiting.popleft().result()
        for future in waiting:
            future.result()
