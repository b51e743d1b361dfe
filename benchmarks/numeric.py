"""Customers and segments over numbers alone: columns of floats, from dials."""

from __future__ import annotations

import random
from dataclasses import replace

import polars as pl
from dials import KEY, Cells, Dials, Form, Mix, drawn, pool, ranged

COLUMNS = 40
DIALS = Dials(conditions=6, sharing=15, missing=0, cardinality=2**50, texts=0)
"""A thousand segments of 400 conditions on columns without gaps."""
_CONSTANTS = 10_000  # how many different ones a column is compared with, at most


def names(columns: int = COLUMNS) -> list[str]:
    """Return the names of the columns."""
    return [f"x{i:02}" for i in range(columns)]


def customers(dials: Dials, columns: int = COLUMNS) -> pl.DataFrame:
    """Return customers of so many columns of floats from 0 to below 1."""
    cells = Cells(dials)
    some = (
        cells.gaps(name, cells.uniform(dials.cardinality) / dials.cardinality)
        for name in names(columns)
    )
    return pl.DataFrame([cells.rows, *some])


def numeric(dials: Dials, columns: int = COLUMNS) -> Mix:
    """Return the segments that the dials ask for."""
    draw = random.Random(dials.seed + 1)
    there = names(columns)

    def one() -> Form:
        return ranged(draw, dials, draw.choice(there), 0, 1, _CONSTANTS)

    types = dict.fromkeys((KEY, *there), "number")
    return drawn(dials, types, pool(dials, one))


def dials(rows: int, segments: int) -> Dials:
    """Return the dials of the workload in another size, with as many conditions a column."""
    sharing = DIALS.sharing * segments / DIALS.segments
    return replace(DIALS, rows=rows, segments=segments, sharing=max(1.0, sharing))
