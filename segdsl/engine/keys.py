"""Customer keys: their type, that every row has its own, and their order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from segdsl.catalog import Catalog
from segdsl.diagnostics.data_errors import (
    bad_key_type,
    duplicate_keys,
    duplicates_resolved,
    missing_keys,
)
from segdsl.engine.cells.spoken import spoken
from segdsl.engine.cells.written import written
from segdsl.engine.conversion import numeric
from segdsl.engine.latest import latest_column
from segdsl.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segdsl.diagnostics import Diagnostic
    from segdsl.engine.readers.table import Table

_SHOWN = 3
_PART = 1 << 22  # keys that are looked at together
_ROW, _KEY = "\x00row", "\x00key"  # names that no column of the data has


@dataclass(frozen=True, slots=True)
class Settled:
    """A frame in which every key occurs once, and what had to be said.

    `rows` are the numbers of the rows that were kept, None where all were.
    """

    frame: pl.DataFrame
    notices: tuple[Diagnostic, ...] = ()
    rows: pl.Series | None = None


def canonical_key(values: pl.Series, name: str, place: str) -> pl.Series:
    """Return key values as Int64, Int128 or String; raises DataError for any other type.

    Decimals and floats count as whole numbers when all of them are; a float beyond 64 bits is an
    error.
    """
    dtype = values.dtype
    if dtype.is_integer() or dtype == pl.String:
        return values
    if dtype == pl.Null:
        return values.cast(pl.String)
    if isinstance(dtype, pl.Decimal):
        whole = values.cast(pl.Int128)
        broken = values.filter((whole.cast(dtype) != values).fill_null(False))
        wrong = "not a whole number"
        found = numeric(whole)
    elif dtype.is_float():
        values = numeric(values)
        broken = values.filter((values % 1 != 0).fill_null(False))
        wrong = "not a whole number"
        found = values.cast(pl.Int64, strict=False)
        if broken.is_empty():
            broken = values.filter(values.is_not_null() & found.is_null())
            wrong = "beyond the whole numbers of 64 bits"
    else:
        raise DataError((bad_key_type(name, f"made of {spoken(dtype)}", place),))
    if broken.len():
        raise DataError((bad_key_type(name, wrong, place, example=written(broken)[0]),))
    return found


def settle_keys(
    frame: pl.DataFrame,
    key: str,
    table: Table,
    latest_by: str | None = None,
    catalog: Catalog | None = None,
    earlier: pl.Series | None = None,
) -> Settled:
    """Return the frame with one row for each key; its rows are those of `table`.

    With `latest_by`, a column of the frame, the row with its greatest value stays. `earlier` are
    the rows that another reading kept; they are kept again if each still has its own key. Raises
    DataError for rows without a key and, without `latest_by`, for keys that occur twice.
    """
    if earlier is not None and earlier.is_between(0, frame.height, closed="left").all():
        kept = frame[earlier]
        if not kept[key].null_count() and kept[key].n_unique() == kept.height:
            return Settled(kept, rows=earlier)
    keys = frame[key]
    if keys.null_count():
        rows = [table.row(i) for i in keys.is_null().arg_true().head(_SHOWN)]
        raise DataError((missing_keys(key, rows, keys.null_count(), table.name),))
    if is_strictly_rising(keys) or keys.n_unique() == keys.len():
        return Settled(frame)
    if latest_by is None:
        raise DataError((_duplicates(keys, key, table, catalog or Catalog()),))
    return _latest(frame, key, latest_by, table)


def order_of(keys: pl.Series) -> pl.Series | None:
    """Return the numbers of rows in key order, by number or by code point; None if they are so."""
    return None if is_strictly_rising(keys) else keys.arg_sort()


def is_strictly_rising(keys: pl.Series) -> bool:
    """Return whether each key is greater than the one before, so that none occurs twice."""
    return all(_rises(keys.slice(first, _PART + 1)) for first in range(0, keys.len(), _PART))


def _rises(keys: pl.Series) -> bool:
    return bool((keys.slice(1) > keys.slice(0, max(keys.len() - 1, 0))).all())


def _duplicates(keys: pl.Series, key: str, table: Table, catalog: Catalog) -> Diagnostic:
    rows = pl.DataFrame({"key": keys}).with_row_index("row").filter(pl.col("key").is_duplicated())
    groups = rows.group_by("key").agg(pl.col("row").sort()).sort(pl.col("row").list.first())
    shown = [
        f"`{value}` in {_listed([table.row(i) for i in found], table)}"
        for value, found in groups.head(_SHOWN).iter_rows()
    ]
    latest_by = latest_column(table, key, catalog)
    return duplicate_keys(key, shown, groups.height, table.name, latest_by=latest_by)


def _listed(rows: Sequence[str], table: Table) -> str:
    """Return some rows in words: `rows 2 and 5`."""
    names = list(rows[:_SHOWN])
    if len(table.parts) == 1:
        names = [name.removeprefix("row ") for name in names]
    more = [f"{len(rows) - _SHOWN:,} more"] if len(rows) > _SHOWN else []
    *head, last = [*names, *more]
    words = f"{', '.join(head)} and {last}"
    return f"rows {words}" if len(table.parts) == 1 else words


def _latest(frame: pl.DataFrame, key: str, latest_by: str, table: Table) -> Settled:
    """Return the latest row of each key; rows that tie are decided by their values alone."""
    by = pl.col(latest_by)
    greatest = by.max().over(key)
    numbered = frame.select(list(dict.fromkeys((key, latest_by)))).with_row_index(_ROW)
    kept = numbered.filter((by == greatest) | greatest.is_null())
    is_tied = pl.col(key).is_duplicated()
    tied = kept.filter(is_tied)
    rows = kept[_ROW]
    if tied.height:
        rows = pl.concat([kept.filter(~is_tied)[_ROW], _greatest_rows(tied, key, table)]).sort()
    dropped = frame.height - rows.len()
    ties = tied[key].n_unique()
    notice = duplicates_resolved(key, latest_by, dropped, ties, table.name)
    return Settled(frame[rows], (notice,), rows)


def _greatest_rows(tied: pl.DataFrame, key: str, table: Table) -> pl.Series:
    """Return the number of the greatest row of each key.

    All columns of the data are compared, in the order of their names: which of them the rules
    happen to read must not matter.
    """
    cells = table.rows(tied[_ROW])
    order = {_ROW: tied[_ROW], _KEY: tied[key]}
    for i, name in enumerate(sorted(cells.columns)):
        text = _as_text(cells[name])
        order[f"{i} number"] = text.cast(pl.Float64, strict=False)
        order[f"{i} text"] = text
    names = list(order)[1:]
    rows = pl.DataFrame(order).sort(names, nulls_last=False)
    return rows.group_by(_KEY).agg(pl.col(_ROW).last())[_ROW]


def _as_text(values: pl.Series) -> pl.Series:
    """Return cells as texts that differ where the cells do."""
    dtype = values.dtype
    if dtype.is_nested() or dtype in (pl.Binary, pl.Duration, pl.Object):
        texts = [None if value is None else repr(value) for value in values.to_list()]
        return pl.Series(texts, dtype=pl.String)
    return values.cast(pl.String)
