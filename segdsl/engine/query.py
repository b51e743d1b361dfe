"""Sizes of few segments by one query over files of which enough is known."""

from __future__ import annotations

import polars as pl

from segdsl.backends.masks.machine import Machine, machine_for
from segdsl.backends.polars.column import INSTANT
from segdsl.backends.polars.lower import Lowering
from segdsl.engine.looks import Look
from segdsl.engine.readers.streams import column_of
from segdsl.engine.readers.table import READ_ERRORS
from segdsl.engine.searches import said, searched
from segdsl.errors import UnsupportedError
from segdsl.functions.clock import Calendar
from segdsl.plan.program import Program, Query


def sizes_by_query(
    program: Program, calendar: Calendar, look: Look, machine: Machine | None = None
) -> dict[str, int] | None:
    """Return the size of each segment; None if it has to be found in another way.

    So it is while it is not known of the files that their keys are sound and their cells what
    conditions read, and where they have changed since they were opened. No result depends on the
    `machine`.
    """
    known = look.known
    names = [field.name for field in program.fields]
    if program.query is None or known is None or _is_local(program, look):
        return None
    if not (look.has_sound_keys(known) and look.reads_as_is(names, known)):
        return None
    try:
        machine = machine or machine_for(known.height, program.atoms)
        frame = _query(program, program.query, calendar, look, machine)
        row = frame.collect(engine="streaming").row(0)
    except (*READ_ERRORS, UnsupportedError):
        return None  # what is wrong is said where all is read
    if row[0] != known.height or not look.is_same():
        return None
    return dict(zip(program.segments, row[1:], strict=True))


def _query(
    program: Program, query: Query, calendar: Calendar, look: Look, machine: Machine
) -> pl.LazyFrame:
    """Return the number of customers, and of those in each segment, as one row.

    Each condition is a column first, and so is what is made of them: nothing is computed twice.
    """
    frame = _canonical(program, look)
    lowering = Lowering(calendar, frame.collect_schema())
    level = program.levels[0]
    names = {node: f"\0{i}" for i, node in enumerate((*level.atoms, *level.connectives))}
    for i, (field, atoms) in enumerate(query.searched.items()):
        name = f"\0texts {i}"
        found = searched(field, atoms, calendar, machine)
        if found is not None:
            frame = frame.with_columns(found.alias(name))
            lowering.predicates.update(zip(atoms, said(pl.col(name), len(atoms)), strict=True))
    masks = {node: lowering.predicate(node) for node in level.atoms}
    frame = frame.with_columns(mask.alias(names[node]) for node, mask in masks.items())
    lowering.predicates.update((node, pl.col(names[node])) for node in masks)
    for node in level.connectives:  # children first
        frame = frame.with_columns(lowering.predicate(node).alias(names[node]))
        lowering.predicates[node] = pl.col(names[node])
    roots = enumerate(program.segments.values())
    sizes = [pl.col(names[root]).sum().alias(f"\0size {i}") for i, root in roots]
    return frame.select(pl.len(), *sizes)


def _is_local(program: Program, look: Look) -> bool:
    """Return whether fields hold local times, whose instants are not found by a query."""
    types = [look.table.dtype(column_of(look.catalog, one.name)) for one in program.fields]
    return any(isinstance(one, pl.Datetime) and one.time_zone is None for one in types)


def _canonical(program: Program, look: Look) -> pl.LazyFrame:
    """Return the fields by name, in the types in which conditions read them."""
    frame = pl.concat([part.frame for part in look.table.parts], how="vertical")
    schema = frame.collect_schema()
    columns: list[pl.Expr] = []
    for field in program.fields:
        column = column_of(look.catalog, field.name)
        columns.append(_as_read(pl.col(column), schema[column]).alias(field.name))
    return frame.select(columns)


def _as_read(cells: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    if dtype.is_integer():
        return cells if dtype == pl.Int64 else cells.cast(pl.Int64)
    if dtype.is_float():
        return cells if dtype == pl.Float64 else cells.cast(pl.Float64)
    if isinstance(dtype, pl.Datetime) and dtype != INSTANT:
        return cells.dt.convert_time_zone("UTC").cast(INSTANT)
    return cells
