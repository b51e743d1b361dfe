"""The customers of an evaluation by their keys: where each stands, found fast and again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from segdsl.engine.keys import order_of

Rows: TypeAlias = npt.NDArray[np.int64]
_MOST = 16  # pieces that a column of keys may be in
_STEP = 1 << 12  # keys between those that are searched first, which stay in the cache


@dataclass(frozen=True)
class KeyIndex:
    """Keys that each occur once; what finds them is made when it is first needed, and kept."""

    keys: pl.Series

    @cached_property
    def _order(self) -> pl.Series | None:
        """The rows in key order; None where that is theirs."""
        return order_of(self.keys)

    @cached_property
    def _sorted(self) -> pl.Series:
        keys = self.keys if self._order is None else self.keys.gather(self._order)
        return keys.rechunk().set_sorted()

    def rows(self, keys: pl.Series) -> Rows:
        """Return the row of each key; -1 for one that is not there."""
        if len(keys) == len(self.keys) and keys.dtype == self.keys.dtype and keys.equals(self.keys):
            return np.arange(len(keys))
        own = self._sorted
        if keys.dtype != own.dtype:
            keys = keys.cast(own.dtype, strict=False)
        if own.is_empty() or keys.is_empty():
            return np.full(len(keys), -1, np.int64)
        rows = _searched(own, keys)
        if self._order is None:
            return rows
        return np.where(rows < 0, rows, self._order.gather(np.maximum(rows, 0)).to_numpy())


def _searched(own: pl.Series, keys: pl.Series) -> Rows:
    """Return the place of each key among sorted ones; -1 for one that is not there."""
    known = keys.fill_null(own[0])
    found = np.full(len(keys), -1, np.int64)
    if not own.dtype.is_integer() or own.dtype == pl.Int128:
        places = own.search_sorted(known).cast(pl.Int64).clip(0, len(own) - 1)
        np.copyto(found, places.to_numpy(), where=(own.gather(places) == known).to_numpy())
    else:
        order, values = known.arg_sort(), own.to_numpy()
        numbers = known.gather(order).to_numpy()
        reached = _reached(values, numbers)
        found[order.to_numpy()] = np.where(values[reached] == numbers, reached, -1)
    if keys.null_count():
        found[keys.is_null().to_numpy()] = -1
    return found


def _reached(own: npt.NDArray[np.integer], numbers: npt.NDArray[np.integer]) -> Rows:
    """Return the place of the last of some sorted numbers that each of others has reached, or 0.

    All are searched for at a time, in steps that are halved: no branch waits for memory.
    """
    step = _STEP
    places = np.searchsorted(own[::step], numbers, side="right") - 1
    places = np.maximum(places, 0) * step
    while step > 1:
        step >>= 1
        places += step
        places -= step * (own.take(places, mode="clip") > numbers)
    return np.minimum(places, len(own) - 1)


@dataclass(frozen=True)
class People:
    """Customers as their masks stand: first those of `base`, then those `added`, some `gone`.

    A customer's place is counted with those that are gone, a row without them.
    """

    base: KeyIndex
    added: pl.Series
    gone: Rows

    @staticmethod
    def of(keys: pl.Series) -> People:
        """Return customers of whom none is added or gone."""
        return People(KeyIndex(keys), keys.head(0), np.zeros(0, np.int64))

    @property
    def stored(self) -> int:
        """The number of places."""
        return len(self.base.keys) + len(self.added)

    @cached_property
    def keys(self) -> pl.Series:
        """The keys of those who are there."""
        keys = self.base.keys
        if len(self.added):
            keys = pl.concat([keys, self.added], rechunk=keys.n_chunks() >= _MOST)
        if not len(self.gone):
            return keys
        is_there = np.ones(self.stored, np.bool_)
        is_there[self.gone] = False
        return keys.filter(pl.Series(is_there))

    @cached_property
    def _late(self) -> Mapping[int | str, int]:
        first = len(self.base.keys)
        return {key: first + i for i, key in enumerate(self.added.to_list())}

    def keys_at(self, places: Rows) -> pl.Series:
        """Return the key of each place, also of those who are gone."""
        base = self.base.keys
        keys = pl.concat([base, self.added]) if len(self.added) else base
        return keys.gather(places)

    def places(self, keys: pl.Series) -> Rows:
        """Return the place of each key; -1 for one that is not there."""
        found = self.base.rows(keys)
        if len(self.added):
            late = self._late
            rows = np.array([late.get(key, -1) for key in keys.to_list()], np.int64)
            found = np.where(rows >= 0, rows, found)
        return np.where(np.isin(found, self.gone), -1, found) if len(self.gone) else found

    def rows(self, places: Rows) -> Rows:
        """Return the row of each place, of which none is gone."""
        return places - np.searchsorted(self.gone, places) if len(self.gone) else places

    def places_of(self, rows: Rows) -> Rows:
        """Return the place of each row."""
        if not len(self.gone):
            return rows
        is_there = np.ones(self.stored, np.bool_)
        is_there[self.gone] = False
        return np.flatnonzero(is_there)[rows]

    def then(self, added: pl.Series, gone: Rows) -> People:
        """Return the customers after some were added, and some are gone as well."""
        base, late = self.base, self.added
        if len(added):
            if added.dtype != late.dtype:  # whole numbers of more digits
                base, late = KeyIndex(_wide(base.keys)), _wide(late)
                added = _wide(added)
            late = pl.concat([late, added])
        return People(base, late, np.union1d(self.gone, gone).astype(np.int64))


def _wide(keys: pl.Series) -> pl.Series:
    return keys.cast(pl.Int128) if keys.dtype.is_integer() else keys.cast(pl.String)
