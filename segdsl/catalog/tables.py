"""The tables beside the customers': how they are read, and which lookups they have."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

from segdsl.catalog.models import Catalog, Customers, Events, Lookup, Table

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

Keyed: TypeAlias = Events | Lookup
Given: TypeAlias = "str | tuple[str, str]"
"""What a program may call a property; of a place also its two ends."""

TIME = "time"
"""The property that always names an event's time."""

_ID = re.compile(r"id|key|email|.*[_\s-]id", re.IGNORECASE | re.DOTALL)
_CAMEL_ID = re.compile(r".*[^\W_A-Z]I[dD]", re.DOTALL)  # customerId, CustomerID; not PAID


def as_customers(catalog: Catalog, table: Keyed) -> Catalog:
    """Return the catalog with a table in the place of the customers', to be read as theirs is."""
    settings = {name: getattr(table, name) for name in Table.model_fields}
    customers = Customers.model_validate({**settings, "key": table.key})
    return catalog.model_copy(update={"customers": customers})


def lookups_of(catalog: Catalog, table: Keyed, columns: Collection[str]) -> dict[str, str]:
    """Return the lookups of a table, and for each the field or column that holds its key.

    They are those that it names, and those whose key has the name of one of its columns, unless
    that name does not say whose key it is.
    """
    keys = Counter(lookup.key for lookup in catalog.lookups.values())
    alike = {
        name: lookup.key
        for name, lookup in catalog.lookups.items()
        if lookup is not table and lookup.key in columns and _is_telling(lookup.key, keys)
    }
    return {**alike, **table.lookups}


def is_id(column: str) -> bool:
    """Return whether a column is named like one that identifies customers."""
    return _ID.fullmatch(column) is not None or _CAMEL_ID.fullmatch(column) is not None


def properties_of(table: Keyed | None) -> Mapping[str, Sequence[str]]:
    """Return the properties that each field and column of a table stands for.

    Keys stand for none unless they are declared as fields. A field's name comes before a column's.
    """
    if table is None:
        return {}
    found: dict[str, list[str]] = {name: [name] for name in table.fields}
    for name, field in table.fields.items():
        if field.column is not None and field.column not in table.fields:
            found.setdefault(field.column, []).append(name)
    time = time_of(table)
    if time is not None:
        alike = [name for name, names in found.items() if name == time or time in names]
        for column in dict.fromkeys((*alike, time)):
            found.setdefault(column, [time]).append(TIME)
        found[TIME] = [TIME, time]
    ends = [end for one in table.fields.values() for end in (one.latitude, one.longitude) if end]
    for column in (table.key, *table.lookups.values(), *ends):
        found.setdefault(column, [] if table.fields else [column])
    return found


def time_of(table: Keyed) -> str | None:
    """Return the field or column of a table's time."""
    return table.time if isinstance(table, Events) else None


def given_as(catalog: Catalog, event: str, name: str) -> tuple[Given, ...]:
    """Return what a program may call a property of an event, what is to be looked for first first.

    That is its name and its column; a declared column of times comes before the name `time`.
    """
    table: Keyed | None = catalog.events.get(event)
    prefix, last = "", name
    if table is None or name not in table.fields:
        *path, last = name.split(".")
        prefix = "".join(f"{part}." for part in path)
        table = catalog.lookups.get(path[-1]) if path else table
    if table is None:
        return (name,)
    found: list[Given] = [prefix + one for one, of in properties_of(table).items() if last in of]
    found.sort(key=lambda one: (one == TIME, one != name))
    field = table.fields.get(last)
    if field is not None and field.latitude is not None and field.longitude is not None:
        found.append((prefix + field.latitude, prefix + field.longitude))
    return tuple(found) or (name,)


def _is_telling(key: str, keys: Mapping[str, int]) -> bool:
    """Return whether the name of a lookup's key stands for that one lookup alone."""
    return keys[key] == 1 and key.casefold() not in _ANYONES


_ANYONES = frozenset(("id", "key"))  # an event's own column may well have such a name
