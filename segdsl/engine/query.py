"""Sizes of few segments by one query over files."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import Protocol

import polars as pl

from segdsl.backends.masks.machine import Machine, machine_for
from segdsl.backends.polars.column import INSTANT
from segdsl.backends.polars.lower import Lowering
from segdsl.engine.batches import Stream
from segdsl.engine.conversion import canonical
from segdsl.engine.known_files import Known
from segdsl.engine.looks import Look
from segdsl.engine.readers.streams import column_of
from segdsl.engine.readers.table import READ_ERRORS
from segdsl.engine.searches import said, searched
from segdsl.errors import UnsupportedError
from segdsl.functions.clock import Calendar
from segdsl.plan import nodes as n
from segdsl.plan.program import Program, Query


def sizes_by_query(
    program: Program,
    calendar: Calendar,
    look: Look,
    stream: Stream,
    height: int,
    machine: Machine | None = None,
    known: Known | None = None,
) -> dict[str, int] | None:
    """Return the size of each segment of so many customers; None if codes have to find it.

    Cells are read as the `stream` of all fields reads them, but for those of which it is `known`
    that conditions read them as they stand. No result depends on the `machine`.
    """
    if program.query is None:
        return None
    machine = machine or machine_for(height, program.atoms)
    try:
        query = _Query(program, calendar, look, known, stream, machine).of(program.query)
        row = query.collect(engine="streaming").row(0) if query is not None else (None,)
    except (*READ_ERRORS, UnsupportedError):
        return None  # what is wrong is said where codes are made
    return dict(zip(program.segments, row[1:], strict=True)) if row[0] == height else None


class _Next(Protocol):
    def __next__(self) -> int: ...


@dataclass(frozen=True, slots=True)
class _Query:
    """One query in the making; pieces that are read are numbered as they come."""

    program: Program
    calendar: Calendar
    look: Look
    known: Known | None
    stream: Stream
    machine: Machine
    numbers: _Next = field(default_factory=count)

    def of(self, query: Query) -> pl.LazyFrame | None:
        """Return the number of customers, and of those in each segment, as one row.

        Each condition is a column first, and so is what is made of them: nothing is computed twice.
        None if texts that have to be read take longer so.
        """
        level = self.program.levels[0]
        new = {one for one in self.program.fields if not self._is_known(one)}
        tried: dict[n.Field, tuple[n.Node, ...]] = {
            one: own
            for one, own in query.texts.items()
            if isinstance(one, n.Field) and (one in new or one in query.searched)
        }
        rest = set(level.atoms).difference(*tried.values())
        whole = {node for node in n.ordered(*rest) if isinstance(node, n.Field)}
        frame = self._frame(whole & new, new - whole)
        lowering = Lowering(self.calendar, frame.collect_schema())
        for i, (one, own) in enumerate(tried.items()):
            name = f"\0texts {i}"
            answers = self._answers(one, own, is_new=one in new - whole)
            if answers is not None:
                frame = frame.with_columns(answers.alias(name))
                lowering.predicates.update(zip(own, said(pl.col(name), len(own)), strict=True))
            elif one in new:
                return None
        return self._sizes(frame, lowering)

    def _is_known(self, one: n.Field) -> bool:
        return self.look.reads_as_is([one.name], self.known)

    def _frame(self, read: Collection[n.Field], raw: Collection[n.Field]) -> pl.LazyFrame:
        """Return the fields by name: some are to be `read`, others stay `raw`."""
        fields = self.program.fields
        own = [pl.col(column_of(self.look.catalog, one.name)).alias(one.name) for one in fields]
        # parts may have other columns beside these, in another order
        parts = [part.frame.select(own) for part in self.look.table.parts]
        frame = pl.concat(parts, how="vertical")
        schema = frame.collect_schema()
        columns: list[pl.Expr] = []
        for one in fields:
            cells, dtype = pl.col(one.name), schema[one.name]
            if one in read:
                wanted = pl.Float64() if dtype.is_float() else canonical(one.type)
                values = partial(self._values, one.name)
                cells = cells.map_batches(values, return_dtype=wanted, is_elementwise=True)
            elif one not in raw:
                cells = _as_read(cells, dtype)
            columns.append(cells.alias(one.name))
        return frame.select(columns)

    def _values(self, name: str, cells: pl.Series) -> pl.Series:
        values = self.stream.canonical(name, cells)
        self._has_read(name, len(cells))
        return values

    def _has_read(self, name: str, rows: int) -> None:
        self.stream.witness.has_read(name, next(self.numbers), rows)

    def _answers(self, one: n.Field, atoms: Sequence[n.Node], *, is_new: bool) -> pl.Expr | None:
        read, has_read = _as_it_is, _unheard
        if is_new:
            read, has_read = (
                partial(self.stream.canonical, one.name),
                partial(self._has_read, one.name),
            )
        return searched(one, atoms, self.calendar, self.machine, read, has_read)

    def _sizes(self, frame: pl.LazyFrame, lowering: Lowering) -> pl.LazyFrame:
        """Return all sizes from fields, and from the conditions that are lowered already."""
        level = self.program.levels[0]
        names = {node: f"\0{i}" for i, node in enumerate((*level.atoms, *level.connectives))}
        masks = [lowering.predicate(node).alias(names[node]) for node in level.atoms]
        frame = frame.with_columns(masks)
        lowering.predicates.update((node, pl.col(names[node])) for node in level.atoms)
        for node in level.connectives:  # children first
            frame = frame.with_columns(lowering.predicate(node).alias(names[node]))
            lowering.predicates[node] = pl.col(names[node])
        roots = enumerate(self.program.segments.values())
        sizes = [pl.col(names[root]).sum().alias(f"\0size {i}") for i, root in roots]
        return frame.select(pl.len(), *sizes)


def _as_it_is(texts: pl.Series) -> pl.Series:
    return texts


def _unheard(rows: int) -> None:
    """Note nothing: it is known how texts are read."""
    del rows


def _as_read(cells: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """Return cells that conditions read as they stand in the types in which they do."""
    if dtype.is_integer():
        return cells if dtype == pl.Int64 else cells.cast(pl.Int64)
    if dtype.is_float():
        return cells if dtype == pl.Float64 else cells.cast(pl.Float64)
    if isinstance(dtype, pl.Datetime) and dtype != INSTANT:
        return cells.dt.convert_time_zone("UTC").cast(INSTANT)
    return cells
