"""Columns as small codes, batch by batch: one code for what conditions may tell apart.

A coder knows what its codes stand for and what conditions say of each. It learns as batches bring
values that it has not met; several threads may use it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import count
from threading import Lock
from typing import Protocol

import numpy as np
import polars as pl

from segdsl.backends.masks.answers import Answers, Codes
from segdsl.backends.masks.arrow import numbers_of
from segdsl.backends.masks.cuts import Numbers
from segdsl.backends.masks.machine import Compared, Machine, Values
from segdsl.backends.masks.words import packed
from segdsl.backends.polars.numbers import finite

Try = Callable[[pl.Series], Sequence[pl.Series]]
"""Tries conditions on values, of which one is missing: a yes/no column for each condition."""

MOST = 1 << 16  # codes
_NARROW = 1 << 12  # values in a row that are preferred to intervals
_LARGEST = 2**63 - 1


class Coder(Protocol):
    """Turns a column into codes."""

    def code(self, column: pl.Series, codes: Codes) -> Answers | None:
        """Write a code for each row and return what conditions say of the codes.

        None if the column has too many values, or such as the coder cannot order.
        """

    def compared(self, column: pl.Series, inputs: Sequence[int]) -> Compared | None:
        """Return what there is to compare for conditions with these numbers, without any codes.

        None if the column is better coded.
        """


# ---- texts


@dataclass(slots=True)
class TextCoder:
    """The distinct texts of a column; `canonical` reads them as cells of the field are read."""

    attempt: Try
    canonical: Callable[[pl.Series], pl.Series]
    machine: Machine
    _numbers: dict[str | None, int] = field(default_factory=dict)
    _answers: Answers | None = None
    _lock: Lock = field(default_factory=Lock)

    def code(self, column: pl.Series, codes: Codes) -> Answers | None:
        """Write a code for each row and return what conditions say of the codes."""
        most = min(MOST, max(256, len(column) // 8, 2 * len(self._numbers)))
        found = self.machine.texts(column, most, codes)
        if found is None:
            return None
        texts = self.canonical(found).to_list()
        with self._lock:
            answers = self._learnt(texts)
            if answers is None:
                return None
            known = np.fromiter((self._numbers[text] for text in texts), np.uint16, len(texts))
        self.machine.relabel(codes, known)
        return answers

    def compared(self, column: pl.Series, inputs: Sequence[int]) -> None:
        """Return that texts are coded."""

    def _learnt(self, texts: Iterable[str | None]) -> Answers | None:
        """Return the answers for all texts that were met, these among them."""
        new = [text for text in dict.fromkeys(texts) if text not in self._numbers]
        if self._answers is None:
            new = [None, *(text for text in new if text is not None)]
        if new:
            if len(self._numbers) + len(new) > MOST:
                return None
            # one is missing in each attempt, as conditions on nothing but texts could be constant
            tried = new if new[0] is None else [None, *new]
            columns = self.attempt(pl.Series(tried, dtype=pl.String))
            more = Answers.of(columns, is_ordered=False)
            table = more.table if self._answers is None else more.table[1:]
            if self._answers is not None:
                table = np.concatenate([self._answers.table, table])
            self._answers = Answers(table, is_ordered=False)
            self._numbers.update(zip(new, count(len(self._numbers)), strict=False))
        return self._answers


# ---- whole numbers and dates that lie close together


@dataclass(slots=True)
class NarrowCoder:
    """All values between the least and the greatest that a discrete column has had."""

    attempt: Try
    dtype: pl.DataType
    _low: int = 0
    _high: int = -1  # below `_low`: no value yet
    _answers: Answers | None = None
    _lock: Lock = field(default_factory=Lock)

    @staticmethod
    def is_preferred(column: pl.Series) -> bool:
        """Return whether the values of a column lie so close that intervals are no shorter."""
        return 0 <= _spread(column) < _NARROW

    @staticmethod
    def is_possible(column: pl.Series) -> bool:
        """Return whether there can be a code for each value that a column may have."""
        return 0 <= _spread(column) < MOST // 2

    def code(self, column: pl.Series, codes: Codes) -> Answers | None:
        """Write a code for each row and return what conditions say of the codes."""
        if column.dtype != self.dtype:
            return None
        numbers = whole(column)
        with self._lock:
            answers = self._learnt(_bounds(numbers))
            low = self._low
        if answers is None:
            return None
        np.subtract(numbers.fill_null(low - 1).to_numpy(), low - 1, out=codes, casting="unsafe")
        return answers

    def compared(self, column: pl.Series, inputs: Sequence[int]) -> None:
        """Return that values which lie so close are coded."""

    def _learnt(self, bounds: tuple[int, int] | None) -> Answers | None:
        """Return the answers for all values met so far, and for those between these bounds."""
        low, high = bounds or (self._low, self._high)
        if self._high >= self._low:
            low, high = min(low, self._low), max(high, self._high)
        if high - low >= MOST - 1 or low <= -_LARGEST or high >= _LARGEST:
            return None
        if self._answers is None or (low, high) != (self._low, self._high):
            among = pl.int_range(low, high + 1, dtype=pl.Int64, eager=True)
            missing = pl.Series([None], dtype=self.dtype)
            tried = self.attempt(missing.append(like(among, self.dtype)))
            self._answers = Answers.of(tried, is_ordered=True)
            self._low, self._high = low, high
        return self._answers


def _bounds(numbers: pl.Series) -> tuple[int, int] | None:
    """Return the least and the greatest number; None if there is none."""
    least, greatest = numbers.min(), numbers.max()
    return None if least is None else (int(str(least)), int(str(greatest)))


def _spread(column: pl.Series) -> int:
    """Return how far the values of a discrete column lie apart; -1 if it has none."""
    bounds = _bounds(whole(column))
    return -1 if bounds is None else bounds[1] - bounds[0]


def whole(column: pl.Series) -> pl.Series:
    """Return a column of a discrete type as whole numbers."""
    return column.to_physical().cast(pl.Int64)


def like(numbers: pl.Series, dtype: pl.DataType) -> pl.Series:
    """Return whole numbers as values of a discrete type."""
    physical = pl.Int32 if dtype == pl.Date else pl.Int64
    return numbers.cast(physical).cast(dtype)


# ---- numbers and moments, cut into intervals


@dataclass(frozen=True, slots=True)
class CutCoder:
    """The intervals between sorted bounds, each of which begins one; before the first is another.

    Nothing is learnt here: the bounds are those of the conditions. Floats that are not finite are
    missing.
    """

    dtype: pl.DataType
    bounds: Numbers
    answers: Answers
    machine: Machine

    @staticmethod
    def of(
        dtype: pl.DataType, constants: Iterable[float | int], attempt: Try, machine: Machine
    ) -> CutCoder | None:
        """Return the coder for a column and for what it is compared with; None without a constant.

        Of a float column the constants are floats; of another one whole numbers in its own units,
        rounded down.
        """
        bounds, values = (
            _cut_floats(constants) if dtype == pl.Float64 else _cut_whole(constants, dtype)
        )
        if not len(bounds) or len(bounds) > MOST - 2:
            return None
        missing = pl.Series([None], dtype=dtype)
        answers = Answers.of(attempt(missing.append(values)), is_ordered=True)
        begins = (answers.table[2:] != answers.table[1:-1]).any(axis=1)
        begins[0] |= not begins.any()  # a bound at least
        kept = np.concatenate([[True, True], begins])
        answers = Answers(answers.table[kept], is_ordered=True)
        return CutCoder(dtype, bounds[begins], answers, machine)

    def code(self, column: pl.Series, codes: Codes) -> Answers | None:
        """Write a code for each row and return what conditions say of the codes."""
        if column.dtype != self.dtype:
            return None
        numbers = finite(column) if self.dtype == pl.Float64 else whole(column)
        values = (numbers.fill_null(0) if numbers.null_count() else numbers).to_numpy()
        if len(self.bounds):
            self.machine.reached(values, self.bounds, codes)
        else:
            codes[:] = 1  # conditions tell no value from another
        if numbers.null_count():
            np.putmask(codes, numbers.is_null().to_numpy(), 0)
        return self.answers

    def compared(self, column: pl.Series, inputs: Sequence[int]) -> Compared | None:
        """Return the column and the bounds; None if it is of another type, or better coded."""
        if column.dtype != self.dtype or not self.machine.compares(len(self.bounds)):
            return None
        known = packed(column.is_not_null()) if column.null_count() else None
        numbers = numbers_of(column if self.dtype == pl.Float64 else whole(column))
        return Compared(Values(numbers, known), self.bounds, self.answers, inputs)


def _cut_floats(constants: Iterable[float | int]) -> tuple[Numbers, pl.Series]:
    """Return bounds before and after each constant, and a value of each interval."""
    cut = np.array(sorted({float(one) for one in constants}), np.float64)
    bounds = np.unique(np.concatenate([cut, np.nextafter(cut, np.inf)]))
    bounds = bounds[np.isfinite(bounds)]
    before = np.nextafter(bounds[:1], -np.inf)
    return bounds, pl.Series(np.concatenate([before, bounds]), dtype=pl.Float64)


def _cut_whole(constants: Iterable[float | int], dtype: pl.DataType) -> tuple[Numbers, pl.Series]:
    reached = {int(one) + more for one in constants for more in (0, 1)}
    known = sorted(one for one in reached if -_LARGEST <= one <= _LARGEST)
    numbers = pl.Series([*(known[:1] and [known[0] - 1]), *known], dtype=pl.Int64)
    return np.array(known, np.int64), like(numbers, dtype)
