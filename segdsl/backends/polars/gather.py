"""Sums, counts, firsts and their kin of each customer's events, in one pass over those chosen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from segdsl.backends.polars.measures import Totals, Units, Whole, quotients
from segdsl.backends.polars.numbers import size_of

_NONE = np.int64(2**63 - 1)  # no code is that large
_NEVER = np.int64(-(2**63))  # no time is that early
_BITS = 62  # of a customer and a code in one number
_SHORT = 32  # which sort faster
_FITS = float(2**126)  # sums of floats that are no larger fit into Int128 for certain
_SMALL = 1 << 26  # customers × codes of which a table of yes and no is made


@dataclass(frozen=True, slots=True)
class Chosen:
    """Events that fulfil a condition: which customer each is of, and how many customers are."""

    rows: Whole
    height: int

    def counts(self) -> Whole:
        """Return the number of events of each customer."""
        return np.bincount(self.rows, minlength=self.height).astype(np.int64, copy=False)


def totals(chosen: Chosen, values: pl.Series) -> Totals:
    """Return the exact sum of whole numbers, none of them missing, of each customer."""
    bound = size_of(values)
    if bound * len(values) > _NONE:
        bound *= int(chosen.counts().max(initial=0))
        if bound > _NONE:
            return _wide_totals(chosen, values)
    found = np.zeros(chosen.height, dtype=np.int64)
    np.add.at(found, chosen.rows, values.cast(pl.Int64).to_numpy())
    return pl.Series(found)


def _wide_totals(chosen: Chosen, values: pl.Series) -> Totals:
    frame = pl.DataFrame({"row": pl.Series(chosen.rows), "value": values.cast(pl.Int128)})
    sums = frame.group_by("row").agg(pl.col("value").sum())
    nothing = pl.repeat(0, chosen.height, dtype=pl.Int128, eager=True)
    found = nothing.scatter(sums["row"], sums["value"])
    sizes = np.abs(values.cast(pl.Float64).to_numpy())
    is_over = np.bincount(chosen.rows, weights=sizes, minlength=chosen.height) > _FITS
    return _added_one_by_one(frame, found, is_over) if bool(is_over.any()) else found


def _added_one_by_one(
    frame: pl.DataFrame, found: pl.Series, is_over: np.ndarray[tuple[int], np.dtype[np.bool_]]
) -> list[int]:
    """Return the sums, those that may not fit into Int128 added by Python."""
    added: list[int] = found.to_list()
    over = frame.filter(pl.Series(is_over[frame["row"].to_numpy()]))
    for row in np.flatnonzero(is_over).tolist():
        added[row] = 0
    for row, value in over.iter_rows():
        added[row] += value
    return added


def average(chosen: Chosen, values: pl.Series, units: Units) -> pl.Series:
    """Return the nearest floats of the exact sums divided; missing where there is none."""
    counts = chosen.counts()
    found = quotients(totals(chosen, values), counts, units.per_one)
    return pl.Series(found).set(pl.Series(counts == 0), None)


def smallest(chosen: Chosen, codes: Whole) -> Whole:
    """Return the smallest code of each customer, `_NONE` where there is none."""
    found = np.full(chosen.height, _NONE, dtype=np.int64)
    np.minimum.at(found, chosen.rows, codes)
    return found


def largest(chosen: Chosen, codes: Whole) -> Whole:
    """Return the largest code of each customer, `_NONE` where there is none."""
    found = np.full(chosen.height, _NEVER, dtype=np.int64)
    np.maximum.at(found, chosen.rows, codes)
    nothing = found == _NEVER
    if bool((codes == _NEVER).any()):
        nothing &= ~_present(chosen)
    found[nothing] = _NONE
    return found


def _present(chosen: Chosen) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    found = np.zeros(chosen.height, dtype=np.bool_)
    found[chosen.rows] = True
    return found


def at_edge(chosen: Chosen, times: Whole, *, is_last: bool) -> Whole:
    """Return which events are at the first or last time of their customer."""
    edge = largest(chosen, times) if is_last else smallest(chosen, times)
    return np.flatnonzero(times == edge[chosen.rows])


def distinct(chosen: Chosen, codes: Whole) -> Whole:
    """Return the number of different codes of each customer."""
    pairs = _Pairs.of(chosen, codes)
    if pairs.cells <= _SMALL:
        return pairs.seen()
    keys = pairs.sorted_keys()
    is_new = np.ones(len(keys), dtype=np.bool_)
    np.not_equal(keys[1:], keys[:-1], out=is_new[1:])
    return Chosen(pairs.rows_of(keys[is_new]), chosen.height).counts()


def most_common(chosen: Chosen, codes: Whole) -> Whole:
    """Return the most frequent code of each customer, ties: the smallest; `_NONE` without any."""
    pairs = _Pairs.of(chosen, codes)
    keys = pairs.sorted_keys()
    starts = np.flatnonzero(np.r_[len(keys) > 0, keys[1:] != keys[:-1]])
    sizes = np.diff(np.r_[starts, len(keys)])
    runs = Chosen(pairs.rows_of(keys[starts]), chosen.height)
    is_most = np.flatnonzero(sizes == largest(runs, sizes)[runs.rows])
    most = Chosen(runs.rows[is_most], chosen.height)
    return smallest(most, pairs.codes_of(keys[starts][is_most]))


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Customers and codes, which are numbered from 0 on."""

    chosen: Chosen
    numbers: Whole
    size: int  # of these numbers
    low: int
    table: Whole | None  # the codes that the numbers stand for, None where they count from `low`

    @staticmethod
    def of(chosen: Chosen, codes: Whole) -> _Pairs:
        """Return the pairs, codes numbered anew where they lie too far apart."""
        if not len(codes):
            return _Pairs(chosen, codes, 1, 0, None)
        low = int(codes.min())
        size = int(codes.max()) - low + 1
        if chosen.height.bit_length() + size.bit_length() <= _BITS:
            return _Pairs(chosen, codes - low if low else codes, size, low, None)
        table, numbers = np.unique(codes, return_inverse=True)
        return _Pairs(chosen, numbers, len(table), 0, table)

    @property
    def cells(self) -> int:
        """How many pairs there can be."""
        return self.chosen.height * self.size

    @property
    def _shift(self) -> int:
        return self.size.bit_length()

    def seen(self) -> Whole:
        """Return the number of different codes of each customer, from a table of all pairs."""
        table = np.zeros(self.cells, dtype=np.bool_)
        table[self.chosen.rows * self.size + self.numbers] = True
        found: Whole = table.reshape(self.chosen.height, self.size).sum(axis=1, dtype=np.int64)
        return found

    def sorted_keys(self) -> npt.NDArray[np.int64 | np.uint32]:
        """Return customer and code as one number each, in order."""
        keys = (self.chosen.rows << self._shift) | self.numbers
        is_short = self.chosen.height.bit_length() + self._shift <= _SHORT
        return np.sort(keys.astype(np.uint32) if is_short else keys)

    def rows_of(self, keys: npt.NDArray[np.int64 | np.uint32]) -> Whole:
        """Return the customers of sorted keys."""
        return (keys >> self._shift).astype(np.int64, copy=False)

    def codes_of(self, keys: npt.NDArray[np.int64 | np.uint32]) -> Whole:
        """Return the codes of sorted keys."""
        numbers = (keys & ((1 << self._shift) - 1)).astype(np.int64, copy=False)
        return numbers + self.low if self.table is None else self.table[numbers]


def known(codes: Whole) -> pl.Series:
    """Return codes as a column, missing where there is none."""
    return pl.Series(codes).set(pl.Series(codes == _NONE), None)
