"""How much memory an evaluation may take, and what follows from it for batches and masks."""

from __future__ import annotations

import re
from dataclasses import dataclass

from segdsl.backends.masks.rows import BLOCK

_UNITS = {"MB": 10**6, "GB": 10**9, "TB": 10**12, "MIB": 2**20, "GIB": 2**30, "TIB": 2**40}
_AMOUNT = re.compile(r"(\d{1,12}(?:\.\d{1,6})?)\s*([KMGT]?I?B)", re.IGNORECASE | re.ASCII)
FORMS = "500MB, 2GB or 1.5GiB"

PROGRAM = 350 * 10**6  # bytes that the program itself takes
LEAST, MOST = 1 << 16, 1 << 19  # customers in a batch
LARGE = 1 << 18  # customers, from which fields are read a batch at a time
_PARTS = 4  # as many batches at least, so that each processor has some
_BESIDE = 2  # batches that wait while others are computed
_READ = 1 / 4  # of what is left, for what is read ahead
_BATCHES = 1 / 2  # of what is left, for batches


def memory_of(amount: str | int | None) -> int | None:
    """Return an amount of memory in bytes: `500MB`, `2GB`, `1.5GiB`. Raises ValueError."""
    if amount is None:
        return None
    if isinstance(amount, int) and not isinstance(amount, bool):
        found = amount
    else:
        match = _AMOUNT.fullmatch(str(amount).strip())
        unit = _UNITS.get(match[2].upper()) if match else None
        if match is None or unit is None:
            raise ValueError(f"`{amount}` is no amount of memory ({FORMS})")
        found = round(float(match[1]) * unit)
    if found <= 0:
        raise ValueError(f"`{amount}` is no memory at all ({FORMS})")
    return found


def spoken(amount: int) -> str:
    """Return an amount in words: `1.5GB`."""
    if amount < 10**9:
        return f"{-(-amount // 10**6)}MB"
    return f"{-(-amount // 10**8) / 10:g}GB"


@dataclass(frozen=True, slots=True)
class Pace:
    """How an evaluation goes over the customers; no result depends on it.

    A batch has at most so many `rows`, and `least` of them if there are; so many are computed at a
    time. At most so many rows are read at once, and masks of so many bytes are kept in memory; None
    is without a bound. From so many customers fields are `streamed`: read batch by batch.
    """

    threads: int
    rows: int = MOST
    read: int | None = None
    masks: int | None = None
    streamed: int = LARGE
    least: int = LEAST

    def batch(self, customers: int) -> int:
        """Return how many of so many customers are in a batch: whole blocks of masks."""
        block = 64 * BLOCK
        return min(self.rows, max(self.least, -(-customers // _PARTS // block) * block))

    @staticmethod
    def of(memory: int, whole: int, threads: int, batch: int, read: int) -> Pace | None:
        """Return the pace for a budget of which `whole` is taken; None if that is too much.

        A customer takes so many bytes in a `batch`, its masks and codes included, of which so many
        are `read`.
        """
        left = memory - PROGRAM - whole
        paces = [(rows, threads) for rows in (MOST, MOST // 2, LEAST)]
        paces += [(LEAST, fewer) for fewer in range(threads - 1, 0, -1)]
        for rows, at_once in paces:
            taken = (at_once + _BESIDE) * rows * batch
            if taken <= left * _BATCHES:
                most = max(rows, int(left * _READ) // max(read, 1))
                return Pace(at_once, rows, most, int(left * (1 - _READ)) - taken)
        return None


def least(whole: int, batch: int) -> int:
    """Return the budget that is just enough (see `Pace.of`)."""
    return PROGRAM + whole + int((1 + _BESIDE) * LEAST * batch / _BATCHES) + 10**6
