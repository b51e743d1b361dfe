"""Why a customer of the data is in audiences or not."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from segdsl.catalog import Catalog
from segdsl.catalog.types import Kind
from segdsl.diagnostics import Diagnostic
from segdsl.diagnostics.data_errors import unknown_customer
from segdsl.engine.evaluate import run
from segdsl.engine.explain import POPULATION, Explanation, explain
from segdsl.engine.readers import read_customers
from segdsl.errors import DataError
from segdsl.functions.clock import Calendar
from segdsl.functions.scalars import canonical
from segdsl.optimise.share import share
from segdsl.plan import nodes as n
from segdsl.plan.meaning import Customer
from segdsl.plan.plan import Plan, clauses

if TYPE_CHECKING:
    import polars as pl

Explained = tuple[dict[str, Explanation], tuple[Diagnostic, ...]]


def why(
    plan: Plan,
    catalog: Catalog,
    calendar: Calendar,
    data: object,
    key: str,
    *,
    segments: Collection[str] | None = None,
    strict: bool = False,
) -> Explained:
    """Return the explanation of each audience (or of those named) for the customer with a key.

    Ranks and other values of the population come from a run over all data. The second part of
    the result is what was counted on reading. Raises DataError, also for an unknown key.
    """
    chosen = [a for a in plan.audiences if segments is None or a.name in segments]
    names = tuple(field.name for field in plan.fields)
    reading = read_customers(catalog, data, names, strict=strict)
    row = _row(reading.frame[reading.key], key)
    if row is None:
        raise DataError((unknown_customer(key),))
    found = reading.frame.row(row, named=True)
    values = {
        node.name: canonical(_plain(found[node.name], node.type.kind), node.type, calendar.zone)
        for node in plan.fields
    }
    customer = Customer(found[reading.key], values)
    nodes = [
        node for a in chosen for part in clauses(a.clause) for node in (part.node, *part.subjects)
    ]
    given = _population(nodes, reading.frame, reading.key, calendar, row)
    trees = {a.name: explain(a.clause, customer, calendar, given) for a in chosen}
    return trees, reading.notices


def _row(keys: pl.Series, key: str) -> int | None:
    """Return the number of the row with a key, given as text."""
    try:
        wanted: int | str = int(key) if keys.dtype.is_integer() else key
    except ValueError:
        return None
    rows = (keys == wanted).arg_true()
    return int(rows[0]) if len(rows) else None


def _plain(value: Any, kind: Kind) -> Any:
    """Return a cell of a Polars row as profiles hold it; `Any`: of the field's type."""
    if kind is Kind.PLACE and value is not None:
        return value["latitude"], value["longitude"]
    return value


def _population(
    nodes: Collection[n.Node], frame: pl.DataFrame, key: str, calendar: Calendar, row: int
) -> Mapping[n.Node, Any]:
    """Return the values that population nodes have for the customer in a row."""
    asked = [node for node in n.ordered(*nodes) if isinstance(node, POPULATION)]
    if not asked:
        return {}
    ranks = {str(i): node for i, node in enumerate(asked) if not isinstance(node, n.Ntile)}
    tiles = {str(i): node for i, node in enumerate(asked) if isinstance(node, n.Ntile)}
    result = run(share(ranks, tiles), frame, key, calendar)
    values: dict[n.Node, Any] = {node: result.masks[name][row] for name, node in ranks.items()}
    values.update((node, result.traits[name][row]) for name, node in tiles.items())
    return values
