"""Columns as a session keeps them: codes with what they stand for, or the values themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import polars as pl

from segdsl.backends.masks.coders import MOST, like, whole
from segdsl.backends.masks.machine import Machine, Numbered
from segdsl.backends.polars.uniques import dictionary, repeats
from segdsl.catalog.types import Kind
from segdsl.plan import nodes as n
from segdsl.plan.typing import type_of

_BATCH = 1 << 18  # rows whose texts are numbered at a time
_NARROW = 1 << 12  # values that are worth codes, however few the rows
_LARGEST = 2**63 - 1
_WHOLE_TYPES = (pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.UInt8, pl.UInt16, pl.UInt32, pl.Date)

Columnar: TypeAlias = n.Field | n.Aggregate | n.Ntile | n.Bucket | n.Apply
"""What a session keeps as a column: a field, what the engine computes, a function of instants."""
COLUMNAR = (n.Field, n.Aggregate, n.Ntile, n.Bucket)
_WHOLE = (n.Ranked, n.Common, n.InOrder)


@dataclass(frozen=True, slots=True)
class CodedColumn:
    """The number of each row's value, and the values by their numbers, a missing one among them."""

    numbers: Numbered
    values: pl.Series

    def series(self) -> pl.Series:
        """Return the value of each row."""
        return self.values.gather(pl.Series(self.numbers))


Column: TypeAlias = CodedColumn | pl.Series


def size_of(column: Column) -> int:
    """Return the bytes of a column."""
    if isinstance(column, CodedColumn):
        return column.numbers.nbytes + int(column.values.estimated_size())
    return int(column.estimated_size())


def kept(values: pl.Series, machine: Machine) -> Column:
    """Return a column as codes if it has few enough values, or else as it is."""
    if values.dtype == pl.String:
        return _texts(values, machine) or _many_texts(values) or values.rechunk()
    if values.dtype in _WHOLE_TYPES:
        return _narrow(values) or values.rechunk()
    return values.rechunk()


def _texts(texts: pl.Series, machine: Machine) -> CodedColumn | None:
    """Return the codes of texts of which there are few."""
    known: dict[str | None, int] = {None: 0}
    numbers = np.empty(len(texts), np.uint16)
    for start in range(0, len(texts), _BATCH):
        part = numbers[start : start + _BATCH]
        found = machine.texts(texts.slice(start, _BATCH), MOST, part)
        if found is None:
            return None
        own = [known.setdefault(text, len(known)) for text in found.to_list()]
        if len(known) > MOST:
            return None
        machine.relabel(part, np.array(own, np.uint16))
    return CodedColumn(numbers, pl.Series(list(known), dtype=pl.String))


def _many_texts(texts: pl.Series) -> CodedColumn | None:
    """Return the codes of texts that repeat themselves at least."""
    if not repeats(texts):
        return None
    found = dictionary(texts)
    if 2 * len(found.values) > len(texts):
        return None
    return CodedColumn(found.codes.cast(pl.UInt32).to_numpy(), found.values)


def _narrow(values: pl.Series) -> CodedColumn | None:
    """Return the codes of whole numbers, dates and such that lie close together."""
    numbers = whole(values)
    least, greatest = numbers.min(), numbers.max()
    if least is None:
        low, high = 0, -1
    else:
        low, high = int(str(least)), int(str(greatest))
    if (
        high >= _LARGEST
        or low <= -_LARGEST
        or high - low >= min(MOST - 1, max(_NARROW, len(values)))
    ):
        return None
    codes = np.empty(len(values), np.uint16)
    np.subtract(numbers.fill_null(low - 1).to_numpy(), low - 1, out=codes, casting="unsafe")
    among = pl.int_range(low, high + 1, dtype=pl.Int64, eager=True)
    missing = pl.Series([None], dtype=values.dtype)
    return CodedColumn(codes, missing.append(like(among, values.dtype)))


# ---- what atoms stand on


@dataclass(frozen=True, slots=True)
class Stand:
    """The columns that an atom reads; `needs_all` where it is computed over all customers."""

    sources: tuple[Columnar, ...]
    needs_all: bool = False


def stand_of(atom: n.Node) -> Stand:
    """Return what an atom stands on: of instants the local dates, or hours, if it reads no more."""
    nodes = n.ordered(atom, below=below_sources)
    if any(isinstance(node, _WHOLE) for node in nodes):
        return Stand((), needs_all=True)
    sources = tuple(node for node in nodes if isinstance(node, COLUMNAR))
    if len(sources) == 1 and type_of(sources[0]).kind is Kind.INSTANT:
        readers = [node for node in nodes if sources[0] in below_sources(node)]
        match readers:
            case [n.Apply() as only] if only.arguments == sources:
                return Stand((only,))
            case _:
                pass
    return Stand(sources)


def below_sources(node: n.Node) -> tuple[n.Node, ...]:
    """Return what a node stands on, down to columns that are kept."""
    return () if isinstance(node, COLUMNAR) else n.children(node)
