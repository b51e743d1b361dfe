"""The tables beside the customers': how they are read, and which lookups they have."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, TypeAlias

from segdsl.catalog.models import Catalog, Customers, Events, Lookup, Table

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

Keyed: TypeAlias = Events | Lookup


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


def _is_telling(key: str, keys: Mapping[str, int]) -> bool:
    """Return whether the name of a lookup's key stands for that one lookup alone."""
    return keys[key] == 1 and key.casefold() not in _ANYONES


_ANYONES = frozenset(("id", "key"))  # an event's own column may well have such a name
