"""The data of a run, opened: the customers' table, and those of events and lookups by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from segdsl.catalog.models import Customers
from segdsl.catalog.tables import as_customers
from segdsl.engine.readers.opening import open_data
from segdsl.engine.readers.table import Table

if TYPE_CHECKING:
    from segdsl.catalog import Catalog


@dataclass(frozen=True, slots=True)
class Opened:
    """Tables that are open; the cells of some columns may have been read."""

    customers: Table
    events: Mapping[str, Table] = field(default_factory=dict)
    lookups: Mapping[str, Table] = field(default_factory=dict)

    @staticmethod
    def of(catalog: Catalog, data: object) -> Opened:
        """Return data as they are if they are open, else those of the customers opened."""
        return data if isinstance(data, Opened) else Opened(open_data(catalog, data))

    def unread(self) -> Opened:
        """Return the same tables without the cells that were read."""
        return Opened(
            self.customers.unread(),
            {name: table.unread() for name, table in self.events.items()},
            {name: table.unread() for name, table in self.lookups.items()},
        )

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that the tables are read from."""
        tables = (self.customers, *self.events.values(), *self.lookups.values())
        return tuple(file for table in tables for file in table.files)


def open_events(catalog: Catalog, event: str, data: object | None = None) -> Table:
    """Return the table of an event opened: the data given, else the catalog's source.

    An event that the catalog does not name is read as the customers' files are. Raises DataError
    for data that cannot be read and TypeError for what is no data.
    """
    declared = catalog.events.get(event)
    if declared is not None:
        return _open(as_customers(catalog, declared), data, f"events {event}")
    own = catalog.customers
    settings = {"encoding": own.encoding, "decimal": own.decimal, "missing": own.missing}
    view = catalog.model_copy(update={"customers": Customers.model_validate(settings)})
    return _open(view, data, f"events {event}")


def open_lookup(catalog: Catalog, lookup: str) -> Table:
    """Return the table of a lookup opened. Raises DataError for data that cannot be read."""
    return _open(as_customers(catalog, catalog.lookups[lookup]), None, f"lookup {lookup}")


def _open(view: Catalog, data: object | None, name: str) -> Table:
    """Return data opened; those without a name of their own are called `name`.

    An empty file of JSON Lines gives a table without columns.
    """
    if isinstance(data, Table):
        return data
    if data is None or isinstance(data, (str, Path)):
        return open_data(view, data, may_be_blank=True)
    try:
        return open_data(view, data, what=name)
    except TypeError as error:
        raise TypeError(f"the {error}") from None  # the events purchase are …
