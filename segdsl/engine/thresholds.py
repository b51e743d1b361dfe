"""What decided a population predicate, from those whom it took: all that one more profile needs."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from segdsl.diagnostics.data_errors import cannot_write
from segdsl.engine.originals import demand_other
from segdsl.engine.publish import publish_text
from segdsl.errors import DataError
from segdsl.matching.thresholds import Cuts, Last, Usual

if TYPE_CHECKING:
    from segdsl.engine.membership import Membership


def write_thresholds(membership: Membership, path: Path, written: Collection[Path]) -> None:
    """Write the thresholds of an evaluation as JSON, wholly or not at all.

    `written` are files that were written before. Raises DataError for a file that cannot be
    written, is one of these, or one that the audiences were made from.
    """
    if path.resolve() in {file.resolve() for file in written}:
        raise DataError((cannot_write(str(path), "this run has written that file"),))
    demand_other((path,), membership.originals)
    publish_text(path, f"{membership.thresholds().to_json()}\n")


def last(
    values: pl.Series, keys: pl.Series, groups: pl.Series | None, mask: pl.Series, is_top: bool
) -> Last:
    """Return in each group the value and key of the last customer who was taken."""
    taken = _taken(mask, value=values, key=keys, **({} if groups is None else {"group": groups}))
    if groups is None:
        end = taken.sort("value", "key", descending=[is_top, False]).tail(1)
        return Last(dict(zip([None], end.rows(), strict=False)))  # there may be no one
    found = taken.sort("value", "key", descending=[is_top, False], maintain_order=True)
    per_group = found.group_by("group", maintain_order=True).last()
    marks = per_group.select("group", "value", "key").rows()
    return Last({group: (value, key) for group, value, key in marks})


def cuts(values: pl.Series, keys: pl.Series, tiles: pl.Series) -> Cuts:
    """Return the value and key of the last customer of each rank group, the lowest group first."""
    known = _taken(tiles.is_not_null(), value=values, key=keys, tile=tiles)
    ends = known.sort("tile", "value", "key").group_by("tile", maintain_order=True).last()
    return Cuts(tuple(ends.select("value", "key").rows()))


def usual(values: pl.Series, groups: pl.Series | None, mask: pl.Series) -> Usual:
    """Return the values of each group that were common enough."""
    if groups is None:
        found = values.filter(mask).unique().sort().to_list()
        return Usual({None: tuple(found)})
    pairs = _taken(mask, group=groups, value=values).unique().sort("group", "value")
    by_group: dict[Any, list[Any]] = {}
    for group, value in pairs.rows():
        by_group.setdefault(group, []).append(value)
    return Usual({group: tuple(own) for group, own in by_group.items()})


def _taken(mask: pl.Series, **columns: pl.Series) -> pl.DataFrame:
    """Return the rows for which a mask holds; minus zero is zero."""
    plain = {
        name: column + 0.0 if column.dtype.is_float() else column
        for name, column in columns.items()
    }
    return pl.DataFrame({name: column.filter(mask) for name, column in plain.items()})
