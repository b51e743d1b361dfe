"""Tables without a single row or column, as an empty file of JSON Lines is one."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from segdsl.catalog.tables import Keyed, as_customers
from segdsl.diagnostics.data_errors import empty_data
from segdsl.engine.readers.customers import columns_of
from segdsl.engine.readers.table import Part, Table
from segdsl.errors import DataError
from segdsl.plan.event_nodes import TIME

if TYPE_CHECKING:
    from segdsl.catalog import Catalog

_KEY = "customer_id"


def filled_out(
    table: Table, catalog: Catalog, declared: Keyed | None, names: Collection[str] | None
) -> Table:
    """Return a table with the columns that rules read of it, if it has none itself.

    `declared` is what the catalog says of it; None stands for events that it does not name. Raises
    DataError without `names`: nothing tells the columns then.
    """
    if not table.is_blank:
        return table
    if names is None:
        raise DataError((empty_data(table.name, is_json=True),))
    columns = tuple(dict.fromkeys(_columns(catalog, declared, names)))
    frame = pl.DataFrame(schema=dict.fromkeys(columns, pl.Null())).lazy()
    return replace(table, columns=columns, parts=(Part(table.name, frame),))


def _columns(catalog: Catalog, declared: Keyed | None, names: Collection[str]) -> Iterable[str]:
    """Yield the columns that the catalog speaks of, and those that rules read."""
    if declared is None:
        yield from (catalog.customers.key or _KEY, TIME)
    else:
        fields = (declared.key, getattr(declared, "time", None), *declared.fields)
        named = (*fields, *declared.lookups.values())
        view = as_customers(catalog, declared)
        yield from columns_of(view, tuple(name for name in named if name))
    for name in names:
        head, dot, _ = name.partition(".")
        if dot and head in catalog.lookups:
            if declared is None or head not in declared.lookups:
                yield catalog.lookups[head].key
        elif name != TIME and (declared is None or not declared.fields):
            yield name
