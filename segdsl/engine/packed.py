"""The masks of a membership: packed words by audience, seen as yes/no columns where asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from segdsl.backends.masks.overlap import alone, pairs
from segdsl.backends.masks.rows import Mask, Tables, abreast
from segdsl.backends.masks.words import Words, constant, counts, ones, yes_no
from segdsl.diagnostics.near import unknown
from segdsl.diagnostics.wording import counted as spoken
from segdsl.engine.processors import processors


@dataclass(frozen=True)
class Masks(Mapping[str, pl.Series]):
    """One mask an audience over so many customers; each is one bit a customer.

    Where customers were only counted, there are sizes but no masks.
    """

    rows: int
    kept: Mapping[str, Mask]
    sizes: Mapping[str, int]

    def words(self, name: str) -> Words:
        """Return a mask as words. Raises KeyError, LookupError if they were only counted."""
        return self._row(name).words

    def _row(self, name: str) -> Mask:
        if name not in self.sizes:
            raise KeyError(unknown(f"audience `{name}`", name, self.sizes))
        self.demand_kept()
        return self.kept[name]

    def demand_kept(self) -> None:
        """Raise LookupError if customers were only counted."""
        if len(self.kept) < len(self.sizes):
            raise LookupError("the customers were only counted, and who they are was not kept")

    def __getitem__(self, name: str) -> pl.Series:
        return yes_no(self.words(name), self.rows)

    def __contains__(self, name: object) -> bool:
        return name in self.sizes

    def __iter__(self) -> Iterator[str]:
        return iter(self.sizes)

    def __len__(self) -> int:
        return len(self.sizes)

    def only(self, names: Iterable[str]) -> Masks:
        """Return some of the masks, in the order of their names."""
        chosen = tuple(names)
        kept = {name: self.kept[name] for name in chosen if name in self.kept}
        return Masks(self.rows, kept, {name: self.sizes[name] for name in chosen})

    def overlaps(self) -> npt.NDArray[np.int64]:
        """Return the number of customers that each two masks have in common."""
        return pairs(self._abreast(), len(self.kept), self.rows, processors())

    def in_both(self, one: str, other: str) -> int:
        """Return the number of customers that two masks have in common. Raises KeyError."""
        both = zip(self._row(one).blocks(), self._row(other).blocks(), strict=True)
        return sum(ones(left & right) for left, right in both)

    def of_one_only(self) -> dict[str, int]:
        """Return for each mask the number of customers that are in no other."""
        found = alone(self._abreast(), len(self.kept), self.rows, processors())
        return dict(zip(self.kept, found.tolist(), strict=True))

    def _abreast(self) -> Iterator[Tables]:
        self.demand_kept()
        return abreast(list(self.kept.values()))


@dataclass(frozen=True, slots=True)
class MasksByNumber(Mapping[str, Mask]):
    """Masks by name, each made from its number when it is asked for: most of many never are."""

    numbers: Mapping[str, int]
    make: Callable[[int], Mask]

    def __getitem__(self, name: str) -> Mask:
        return self.make(self.numbers[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self.numbers)

    def __len__(self) -> int:
        return len(self.numbers)


def counted(answers: Tables) -> npt.NDArray[np.int64]:
    """Return how many customers are in each mask of some tables."""
    found = np.zeros(answers.shape[1], np.int64)
    for block in answers:
        found += counts(block)
    return found


@dataclass(frozen=True, eq=False, repr=False)
class Customers:
    """A set of the customers of a membership; `&`, `|`, `-`, `^` and `~` make others.

    Two are equal if they are the same customers among the same ones.
    """

    key_values: pl.Series
    words: Words

    def __len__(self) -> int:
        """Return the number of customers."""
        return ones(self.words)

    def __repr__(self) -> str:
        return f"<{len(self):,} of {spoken(len(self.key_values), 'customer')}>"

    def keys(self) -> list[int] | list[str]:
        """Return the keys of the customers, in key order."""
        return self.key_values.filter(self.mask()).sort().to_list()

    def mask(self) -> pl.Series:
        """Return a yes/no column in the order of the data, which shares the set's memory."""
        return yes_no(self.words, len(self.key_values))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Customers):
            return NotImplemented
        return self._is_of_same(other) and np.array_equal(self.words, other.words)

    __hash__ = None  # type: ignore[assignment]  # it would have to go over all keys

    def __and__(self, other: Customers) -> Customers:
        return self._joined(other, np.bitwise_and)

    def __or__(self, other: Customers) -> Customers:
        return self._joined(other, np.bitwise_or)

    def __sub__(self, other: Customers) -> Customers:
        return self._joined(other, _without)

    def __xor__(self, other: Customers) -> Customers:
        return self._joined(other, np.bitwise_xor)

    def __invert__(self) -> Customers:
        return self._with(self.words ^ constant(True, len(self.key_values)))

    def _joined(self, other: object, join: Callable[[Words, Words], Words]) -> Customers:
        """Return what two sets make together; NotImplemented for what is no set of customers."""
        if not isinstance(other, Customers):
            return NotImplemented  # type: ignore[no-any-return]  # Python tries the other
        if not self._is_of_same(other):
            raise ValueError("the sets are of different customers")
        return self._with(join(self.words, other.words))

    def _with(self, words: Words) -> Customers:
        return Customers(self.key_values, words)

    def _is_of_same(self, other: Customers) -> bool:
        keys = self.key_values
        return other.key_values is keys or other.key_values.equals(keys)


def _without(one: Words, other: Words) -> Words:
    return one & ~other
