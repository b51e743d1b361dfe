"""One customer's events as a program gives them, under the names that rules know."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from unicodedata import normalize

from segdsl.catalog.tables import TIME, Keyed, lookups_of, properties_of, time_of
from segdsl.diagnostics.near import unknown

if TYPE_CHECKING:
    from segdsl.catalog import Catalog
    from segdsl.engine.timelines import Timelines


def given_events(catalog: Catalog, spoken_of: Collection[str], events: object) -> Timelines:
    """Return events with the names of properties: fields, `time`, dotted those of lookups.

    Given they may have the names of the catalog's columns as well, and mappings for lookups.
    `spoken_of` are the events of the rules. Raises ValueError for a name that neither the catalog
    nor the rules know, and for a property that has two values; TypeError for another shape.
    """
    if not isinstance(events, Mapping):
        raise TypeError("events are given by name, such as events={'purchase': [{…}]}")
    found: dict[str, tuple[Mapping[str, Any], ...]] = {}
    for given, rows in events.items():
        name = normalize("NFC", given)
        if name not in catalog.events and name not in spoken_of:
            raise ValueError(unknown(f"event `{name}`", name, {*catalog.events, *spoken_of}))
        if not isinstance(rows, Sequence) or not all(isinstance(row, Mapping) for row in rows):
            raise TypeError(f"the events `{name}` are a list of mappings, one for each event")
        naming = _Naming(catalog, name)
        found[name] = tuple(naming.named(row) for row in rows)
    return found


@dataclass(frozen=True, slots=True)
class _Naming:
    """The names of one kind of event."""

    catalog: Catalog
    event: str

    def named(self, row: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the values of an event by the names of their properties."""
        found: dict[str, Any] = {}
        for name, value in self._values(row, self.catalog.events.get(self.event), ""):
            if name in found and found[name] != value:
                raise ValueError(f"an event `{self.event}` has two values of `{name}`")
            found[name] = value
        return found

    def _values(
        self, row: Mapping[str, Any], table: Keyed | None, prefix: str
    ) -> Iterator[tuple[str, Any]]:
        """Yield the values that a row of a table (None: of one not declared) has, by name."""
        attached, columns = self._attached(table, prefix), properties_of(table)
        keys = {lookup.key for lookup in attached.values()}
        is_closed = table is not None and bool(table.fields)
        for key, value in _in_normal_form(row, table).items():
            lookup, dot, rest = key.partition(".")
            if key in attached and isinstance(value, Mapping):
                yield from self._values(value, attached[key], f"{prefix}{key}.")
            elif key in columns:
                yield from ((prefix + name, value) for name in columns[key])
            elif key in attached and value is None:
                pass  # nothing is known of it
            elif dot and lookup in attached:
                yield from self._values({rest: value}, attached[lookup], f"{prefix}{lookup}.")
            elif is_closed and key not in keys:
                owner = f"lookup `{prefix[:-1]}`" if prefix else f"event `{self.event}`"
                what = f"property `{key}` of the {owner}"
                raise ValueError(unknown(what, key, {*columns, *attached}))
            elif isinstance(value, Mapping):
                yield from self._values(value, None, f"{prefix}{key}.")
            else:
                yield prefix + key, value

    def _attached(self, table: Keyed | None, prefix: str) -> Mapping[str, Keyed]:
        """Return the lookups whose values a row of a table may hold, by name."""
        lookups = self.catalog.lookups
        if not prefix or (table is not None and not table.fields):
            return lookups  # the data would tell whether there are their keys
        names = lookups_of(self.catalog, table, properties_of(table)) if table is not None else ()
        return {name: lookups[name] for name in names}


def _in_normal_form(row: Mapping[str, Any], table: Keyed | None) -> Mapping[str, Any]:
    """Return a row with its names in normal form C and a pair for each place of two columns.

    A column `time` beside the one that is the time stands for nothing, as in the table itself.
    """
    found = {normalize("NFC", name): value for name, value in row.items()}
    if table is None:
        return found
    for name, field in table.fields.items():
        ends = (field.latitude, field.longitude)
        if name not in found and any(end in found for end in ends if end is not None):
            found[name] = tuple(found.get(end or "") for end in ends)
    if TIME in table.fields and time_of(table) != TIME and time_of(table) in found:
        found.pop(TIME, None)
    return found
