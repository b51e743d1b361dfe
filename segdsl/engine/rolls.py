"""Who was in which audience at some time, and who has entered and left them since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from segdsl.backends.masks.words import Words, width
from segdsl.backends.polars.keys import rows_of
from segdsl.engine.conversion import numeric
from segdsl.engine.outputs import Output, destination
from segdsl.engine.packed import Customers, Masks

ENTERED, LEFT = "entered", "left"
SEGMENT, CHANGE = "segment", "change"  # the columns of changes beside the key
_ORDER = "\0order"  # a name that no column of the data has
Rows: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Roll:
    """Customers by their keys, each of which occurs once, and a mask over them for each audience.

    Whether it holds customers that are in no audience makes no difference.
    """

    keys: pl.Series
    masks: Masks

    def words(self, segment: str) -> Words:
        """Return the mask of an audience; of no one for one that is not known."""
        if segment in self.masks:
            return self.masks.words(segment)
        return np.zeros(width(len(self.keys)), np.uint64)

    def size(self, segment: str) -> int:
        """Return the number of customers in an audience; 0 for one that is not known."""
        return self.masks.sizes.get(segment, 0)


@dataclass(frozen=True, slots=True)
class Change:
    """How many customers have entered an audience, and how many have left it."""

    entered: int
    left: int


@dataclass(frozen=True)
class Changes:
    """Who has entered which audience, and who has left it, since an earlier evaluation.

    Customers that are new to the data have entered the audiences that they are in, and those that
    are no longer in the data have left the ones that they were in. `originals` are the files that
    `write` never replaces.
    """

    key: str
    before: Roll = field(repr=False)
    now: Roll = field(repr=False)
    originals: frozenset[Path] = field(default=frozenset(), repr=False)

    @property
    def segments(self) -> tuple[str, ...]:
        """The names of the audiences, in the order of the rules."""
        return tuple(self.now.masks)

    @property
    def unknown(self) -> tuple[str, ...]:
        """The audiences of which the earlier evaluation holds nothing: all have entered."""
        return tuple(name for name in self.segments if name not in self.before.masks)

    def counts(self) -> dict[str, Change]:
        """Return for each audience how many have entered and left it."""
        return dict(self._counts)

    @cached_property
    def _counts(self) -> Mapping[str, Change]:
        found: dict[str, Change] = {}
        for name in self.segments:
            entered = len(self.entered(name))
            stayed = self.now.size(name) - entered
            found[name] = Change(entered, self.before.size(name) - stayed)
        return found

    def entered(self, segment: str) -> Customers:
        """Return who has entered an audience, as a set. Raises KeyError for an unknown name."""
        own = self.now.masks.words(segment)
        earlier = _among(self.before, segment, self._earlier_rows, len(self.now.keys))
        return Customers(self.now.keys, own & ~earlier)

    def left(self, segment: str) -> Customers:
        """Return who has left an audience, as a set. Raises KeyError for an unknown name."""
        if segment not in self.now.masks:
            raise KeyError(segment)
        later = _among(self.now, segment, self._later_rows, len(self.before.keys))
        return Customers(self.before.keys, self.before.words(segment) & ~later)

    @cached_property
    def _earlier_rows(self) -> Rows | None:
        return _rows(self.now.keys, self.before.keys)

    @cached_property
    def _later_rows(self) -> Rows | None:
        return _rows(self.before.keys, self.now.keys)

    def frame(self) -> pl.DataFrame:
        """Return a row for each customer and audience that they have entered or left.

        The columns are the key, `segment` and `change`, which is `entered` or `left`; the rows are
        in key order. Raises ValueError where the key has one of these names.
        """
        if self.key in (SEGMENT, CHANGE):
            raise ValueError(f"two columns would be named `{self.key}`")
        parts = [
            self._part(found.key_values.filter(found.mask()), name, change, number)
            for number, name in enumerate(self.segments)
            for change, found in ((ENTERED, self.entered(name)), (LEFT, self.left(name)))
        ]
        empty = self._part(self.now.keys.head(0), "", "", 0)
        return pl.concat([empty, *parts]).sort(self.key, _ORDER).drop(_ORDER)

    def _part(self, keys: pl.Series, segment: str, change: str, number: int) -> pl.DataFrame:
        own = keys.cast(self.now.keys.dtype).alias(self.key).to_frame()
        words = pl.lit(segment).alias(SEGMENT), pl.lit(change).alias(CHANGE)
        return own.with_columns(*words, pl.lit(number).alias(_ORDER))

    def write(self, target: str | Path, *, output: Output | str | None = None) -> Path:
        """Return the file that `frame` is written to, whole or not at all.

        Its extension tells the format if `output` does not. Raises DataError for what cannot be
        written, ValueError for a folder and for an extension that is of no format.
        """
        from segdsl.engine.writers import write_changes

        return write_changes(self, destination(target, None, Output(output) if output else None))


def _among(roll: Roll, segment: str, rows: Rows | None, height: int) -> Words:
    """Return a mask of a roll over other customers, by their rows in it (-1: in none)."""
    words = roll.words(segment)
    if rows is None:
        return words
    last = len(roll.keys)  # the place of a bit that is never set
    bits = np.zeros(last + 1, np.uint8)
    bits[:last] = np.unpackbits(words.view(np.uint8), count=last, bitorder="little")
    found = np.zeros(8 * width(height), np.uint8)
    packed = np.packbits(bits[rows], bitorder="little")
    found[: len(packed)] = packed
    return found.view(np.uint64)


def _rows(keys: pl.Series, others: pl.Series) -> Rows | None:
    """Return the row of each key among others, -1 where it is not; None where they are equal."""
    if keys is others or (keys.dtype == others.dtype and keys.equals(others)):
        return None
    if keys.is_empty() or others.is_empty():
        return np.full(len(keys), -1, np.int64)
    if keys.dtype.is_integer():
        keys, others = numeric(keys), numeric(others)
        if keys.dtype != others.dtype:
            keys, others = keys.cast(pl.Int128), others.cast(pl.Int128)
    return rows_of(keys, others).cast(pl.Int64).fill_null(-1).to_numpy()
