"""Conditions on texts as a column of numbers: each distinct text of some rows is tried once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import polars as pl

from segdsl.backends.masks.answers import Codes
from segdsl.backends.masks.machine import Machine
from segdsl.backends.polars.column import Column
from segdsl.backends.polars.lower import Lowering
from segdsl.functions.clock import Calendar
from segdsl.plan import nodes as n

Read: TypeAlias = Callable[[pl.Series], pl.Series]

_TEXT, _BITS = "text", "bits"


def searched(
    field: n.Field,
    atoms: Sequence[n.Node],
    calendar: Calendar,
    machine: Machine,
    read: Read,
    has_read: Callable[[int], None],
) -> pl.Expr | None:
    """Return a number for each cell whose bits are what 16 atoms at most say of a text field.

    `read` makes of texts what conditions read; `has_read` is told of how many cells all texts were
    read. None if they take longer so than on all customers.
    """
    lowering = Lowering(calendar, {_TEXT: pl.String()})
    lowering.put(field, (Column(pl.col(_TEXT), pl.String()),))
    conditions = [
        lowering.predicate(atom).cast(pl.UInt16) * (1 << i) for i, atom in enumerate(atoms)
    ]
    bits = pl.sum_horizontal(conditions).cast(pl.UInt16).alias(_BITS)

    def attempt(texts: pl.Series) -> Codes:
        return read(texts).alias(_TEXT).to_frame().select(pl.col(_TEXT), bits)[_BITS].to_numpy()

    search = machine.search(attempt)
    if search is None:
        return None

    def answers(texts: pl.Series) -> pl.Series:
        found = search.answers(texts)
        found = attempt(texts) if found is None else found
        has_read(len(texts))
        return pl.Series(found)

    return pl.col(field.name).map_batches(answers, return_dtype=pl.UInt16(), is_elementwise=True)


def said(numbers: pl.Expr, conditions: int) -> list[pl.Expr]:
    """Return what each of so many conditions says."""
    if conditions == 1:
        return [numbers != 0]
    return [numbers & (1 << i) != 0 for i in range(conditions)]
