"""A catalog without gaps for the data of a run: what rules read is named and has its type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from segdsl.engine.infer import infer_catalog
from segdsl.engine.infer_events import infer_events
from segdsl.engine.readers.opening import open_data
from segdsl.engine.readers.sources import Opened
from segdsl.engine.readers.wanted import properties_read

if TYPE_CHECKING:
    from segdsl.catalog import Catalog
    from segdsl.diagnostics import Diagnostic
    from segdsl.plan.plan import Plan


@dataclass(frozen=True, slots=True)
class Further:
    """Columns of the data that are no fields: `unread` are those that would be if rules read them.

    `events` are all columns of each event's table, `open_events` those of which any property may be
    read.
    """

    undeclared: frozenset[str] = frozenset()
    unread: frozenset[str] = frozenset()
    events: Mapping[str, frozenset[str]] = field(default_factory=dict)
    open_events: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Completed:
    """The complete catalog, which is the one given where that has no gaps; the data opened."""

    catalog: Catalog
    data: Opened
    notices: tuple[Diagnostic, ...] = ()
    further: Further = field(default_factory=Further)


def completed(
    catalog: Catalog, plan: Plan, data: object, events: Mapping[str, object]
) -> Completed:
    """Return the catalog with what it leaves open about what a plan reads inferred from the data.

    `data` are the customers', `events` those of events by name; None, and events that are not
    there, stand for the catalog's own sources. Raises DataError for data that cannot be read.
    """
    customers = open_data(catalog, data)
    known, further = catalog, Further()
    notices: tuple[Diagnostic, ...] = ()
    if not catalog.is_complete:
        wanted = tuple(item.name for item in plan.mentioned)
        inferred = infer_catalog(customers, base=catalog, fields=wanted)
        known, customers, notices = inferred.catalog, inferred.table, inferred.notices
        others = frozenset(customers.columns) - set(known.customers.fields)
        unread = others if not catalog.customers.fields else frozenset[str]()
        further = Further(others, unread)
    properties = properties_read(plan.nodes, plan.properties)
    if not properties:
        return Completed(known, Opened(customers), notices, further)
    found = infer_events(known, events, properties)
    return Completed(
        found.catalog,
        Opened(customers, found.events, found.lookups),
        (*notices, *found.notices),
        Further(further.undeclared, further.unread, found.columns),
    )
