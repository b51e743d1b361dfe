"""What conditions say of the codes of a column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

Codes = npt.NDArray[np.uint16]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Answers:
    """For each code, and there for each condition, whether it holds.

    `is_ordered` tells whether neighbouring codes stand for neighbouring values, so that ranges of
    values are ranges of codes; code 0 is the missing value.
    """

    table: Bools
    is_ordered: bool

    @staticmethod
    def of(columns: Sequence[pl.Series], *, is_ordered: bool) -> Answers:
        """Return the answers of conditions, each tried on what the codes stand for."""
        return Answers(np.stack([one.to_numpy() for one in columns], axis=1), is_ordered)

    @cached_property
    def bits(self) -> npt.NDArray[np.uint64]:
        """The table with 64 conditions in a word."""
        height, width = self.table.shape
        padded = np.zeros((height, -(-width // 64) * 64), np.bool_)
        padded[:, :width] = self.table
        return np.packbits(padded, axis=1, bitorder="little").view(np.uint64)

    @cached_property
    def turns(self) -> tuple[npt.NDArray[np.intp], ...]:
        """For each condition the bounds at which it changes, if codes count the bounds reached."""
        changes = self.table[2:] != self.table[1:-1]
        return tuple(np.flatnonzero(changes[:, number]) for number in range(changes.shape[1]))

    @cached_property
    def classes(self) -> npt.NDArray[np.intp]:
        """For each code the number of its class: no condition tells the codes of one apart."""
        return _runs(self.table) if self.is_ordered else _alike(self.table)


def _runs(table: Bools) -> npt.NDArray[np.intp]:
    """Return numbers that rise wherever a condition changes, and after the missing value."""
    changes = (table[1:] != table[:-1]).any(axis=1)
    changes[:1] = True
    return np.concatenate([[0], np.cumsum(changes)]).astype(np.intp)


def _alike(table: Bools) -> npt.NDArray[np.intp]:
    """Return the same number for codes that no condition tells apart."""
    signatures = np.ascontiguousarray(np.packbits(table, axis=1))
    whole = signatures.view(np.dtype((np.void, signatures.shape[1]))).ravel()
    return np.unique(whole, return_inverse=True)[1].reshape(-1).astype(np.intp)
