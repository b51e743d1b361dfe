"""Why a customer of the data is in audiences or not."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from segdsl.catalog import Catalog
from segdsl.catalog.types import Kind
from segdsl.diagnostics import Diagnostic
from segdsl.diagnostics.data_errors import unknown_customer
from segdsl.engine.evaluate import Result, run
from segdsl.engine.explain import POPULATION, Explanation, explain, named_values
from segdsl.engine.ranks import Rank, rank_of
from segdsl.engine.readers import read_customers
from segdsl.engine.readers.events import read_events
from segdsl.engine.readers.sources import Opened
from segdsl.engine.readers.wanted import properties_read
from segdsl.engine.timelines import events_of_row
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

    `data` are the customers' alone, or Opened. Ranks and other values of the population come from
    a run over all data. The second part of the result is what was counted on reading. Raises
    DataError, also for an unknown key.
    """
    opened = Opened.of(catalog, data)
    chosen = [a for a in plan.audiences if segments is None or a.name in segments]
    names = tuple(field.name for field in plan.fields)
    reading = read_customers(catalog, opened.customers, names, strict=strict)
    row = _row(reading.frame[reading.key], key)
    if row is None:
        raise DataError((unknown_customer(key),))
    found = reading.frame.row(row, named=True)
    values = {
        node.name: canonical(_plain(found[node.name], node.type.kind), node.type, calendar.zone)
        for node in plan.fields
    }
    nodes = [
        node for a in chosen for part in clauses(a.clause) for node in (part.node, *part.subjects)
    ]
    keys = reading.frame[reading.key]
    events = read_events(catalog, opened, properties_read(nodes), keys, strict=strict)
    happened = events_of_row(nodes, events.frames, row, calendar.zone)
    customer = Customer(found[reading.key], values, happened)
    asked = _Asked(reading.frame, reading.key, events.frames, calendar)
    given, ranks = _population(nodes, asked, row)
    named = named_values(plan)
    trees = {a.name: explain(a.clause, customer, calendar, given, ranks, named) for a in chosen}
    return trees, (*reading.notices, *events.notices)


@dataclass(frozen=True, slots=True)
class _Asked:
    """All customers with their events."""

    frame: pl.DataFrame
    key: str
    events: Mapping[str, pl.DataFrame]
    calendar: Calendar


def _row(keys: pl.Series, key: str) -> int | None:
    """Return the number of the row with a key, given as text."""
    try:
        wanted: int | str = int(key) if keys.dtype.is_integer() else key
    except ValueError:
        return None
    if not isinstance(wanted, str) and not _holds(keys, wanted):
        return None
    rows = (keys == wanted).arg_true()
    return int(rows[0]) if len(rows) else None


def _holds(keys: pl.Series, wanted: int) -> bool:
    """Return whether a number is one that a type of keys has, which a comparison demands."""
    low, high = keys.min(), keys.max()
    return isinstance(low, int) and isinstance(high, int) and low <= wanted <= high


def _plain(value: Any, kind: Kind) -> Any:
    """Return a cell of a Polars row as profiles hold it; `Any`: of the field's type."""
    if kind is Kind.PLACE and value is not None:
        return value["latitude"], value["longitude"]
    return value


def _population(
    nodes: Collection[n.Node], customers: _Asked, row: int
) -> tuple[Mapping[n.Node, Any], Mapping[n.Node, Rank]]:
    """Return the values of population nodes for the customer in a row, and their rankings."""
    asked = [node for node in n.ordered(*nodes) if isinstance(node, POPULATION)]
    if not asked:
        return {}, {}
    masks: dict[str, n.Node] = {}
    columns: dict[str, n.Node] = {}
    for i, node in enumerate(asked):
        (columns if isinstance(node, n.Ntile) else masks)[str(i)] = node
        if isinstance(node, n.Ranked):
            columns[f"{i} by"] = node.by
            columns.update({f"{i} per": node.per} if node.per else {})
            masks.update({f"{i} within": node.within} if node.within else {})
    frame, key = customers.frame, customers.key
    result = run(share(masks, columns), frame, key, customers.calendar, customers.events)
    found = {**result.masks, **result.traits}
    values: dict[n.Node, Any] = {node: found[str(i)][row] for i, node in enumerate(asked)}
    ranks: dict[n.Node, Rank] = {
        node: rank
        for i, node in enumerate(asked)
        if isinstance(node, n.Ranked)
        and (rank := _rank(node, str(i), result, frame[key], row)) is not None
    }
    return values, ranks


def _rank(node: n.Ranked, name: str, result: Result, keys: pl.Series, row: int) -> Rank | None:
    values, groups = result.traits[f"{name} by"], result.traits.get(f"{name} per")
    return rank_of(node, values, keys, groups, result.masks.get(f"{name} within"), row)
