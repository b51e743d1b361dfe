"""What a catalog leaves open about events and lookups, filled in from their data."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from segdsl.catalog import Catalog, Events, Field
from segdsl.catalog.tables import Keyed, as_customers, lookups_of
from segdsl.catalog.types import INSTANT
from segdsl.diagnostics.data_errors import wrong_column_type
from segdsl.diagnostics.event_data import (
    bad_event_time,
    inferred_events,
    lookup_not_attached,
    no_event_data,
    no_event_key,
)
from segdsl.diagnostics.toml import toml_key
from segdsl.engine.blank_tables import filled_out
from segdsl.engine.cells.spoken import spoken
from segdsl.engine.event_columns import MOMENTS, as_spelt, guessed, is_void, when, whose
from segdsl.engine.infer import field_of
from segdsl.engine.readers.sources import open_events, open_lookup
from segdsl.engine.readers.wanted import Properties, apart
from segdsl.errors import DataError
from segdsl.plan.event_nodes import TIME

if TYPE_CHECKING:
    from segdsl.diagnostics import Diagnostic
    from segdsl.engine.readers.table import Table


@dataclass(frozen=True, slots=True)
class EventInference:
    """A catalog complete in the events that rules read, and their tables with what was read.

    `columns` are all columns of each event's table; `reasons` why fields have their types, and
    `lines` declarations that they may need instead, by the path of their entry in the catalog.
    """

    catalog: Catalog
    events: Mapping[str, Table]
    lookups: Mapping[str, Table]
    notices: tuple[Diagnostic, ...]
    columns: Mapping[str, frozenset[str]]
    reasons: Mapping[str, str] = field(default_factory=dict)
    lines: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def infer_events(
    catalog: Catalog, data: Mapping[str, object], wanted: Properties | None = None
) -> EventInference:
    """Return the catalog with what it leaves open about the events that are wanted.

    `data` hold the tables of some events; the others come from their source in the catalog. Without
    `wanted`, all properties of the events in `data` are. Types
    are inferred where no fields are declared, and only of what is wanted; the key and the time
    where the catalog does not name the event. Raises DataError for data that cannot be read or do
    not fit the catalog.
    """
    found = _Inferring(catalog)
    every = dict.fromkeys(data) if wanted is None else wanted
    for event, names in every.items():
        found.add_event(event, names, data)
    if found.errors:
        raise DataError(found.errors)
    columns = {event: frozenset(table.columns) for event, table in found.events.items()}
    return EventInference(
        found.catalog,
        found.events,
        found.lookups,
        tuple(found.notices),
        columns,
        found.reasons,
        found.lines,
    )


@dataclass(slots=True)
class _Inferring:
    """The catalog, and the tables, as far as they are known."""

    catalog: Catalog
    events: dict[str, Table] = field(default_factory=dict)
    lookups: dict[str, Table] = field(default_factory=dict)
    open_lookups: set[str] = field(default_factory=set)
    blank_lookups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    notices: list[Diagnostic] = field(default_factory=list)
    errors: list[Diagnostic] = field(default_factory=list)
    reasons: dict[str, str] = field(default_factory=dict)
    lines: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def add_event(
        self, event: str, names: Collection[str] | None, data: Mapping[str, object]
    ) -> None:
        """Open an event's table and settle what rules read of it (None: all its columns)."""
        given = data.get(event)
        if event not in self.catalog.events and given is None:
            others = [name for name, one in data.items() if one is not None]
            self.errors.append(no_event_data(event, others, is_none=event in data))
            return
        declared = self.catalog.events.get(event)
        opened = open_events(self.catalog, event, given)
        table = filled_out(opened, self.catalog, declared, names)
        if declared is None:
            declared = self._settled(event, table, given, names, is_said=table is opened)
        if declared is None:
            return
        known = {*table.columns, *declared.fields}
        own, theirs = apart(table.columns if names is None else names, known)
        wanted = [one for one in own if one not in (TIME, declared.time)]
        wanted = wanted if not declared.fields else []
        path = f"events.{toml_key(event)}"
        table, timed = self._timed(table, declared, path)
        view = as_customers(self.catalog, declared)
        table, added = self._typed(table, view, wanted, path, event if names is not None else "")
        self.events[event] = table
        settled = self._settled_by_data(declared, table, {**timed, **added}, theirs)
        completed = declared.model_copy(update=settled)
        if settled or event not in self.catalog.events:
            events = {**self.catalog.events, event: completed}
            self.catalog = self.catalog.model_copy(update={"events": events})
        self._demand_time(event, completed, table)
        self._add_lookups(f"events.{event}", completed, table, theirs)

    def _add_lookups(
        self,
        name: str,
        declared: Keyed,
        table: Table,
        wanted: Mapping[str, tuple[str, ...]],
    ) -> None:
        """Open those lookups of a table that rules read, and settle what they read of them."""
        attached = lookups_of(self.catalog, declared, {*table.columns, *declared.fields})
        for lookup, names in wanted.items():
            if lookup not in self.catalog.lookups:
                continue  # the checker complains of the name
            if lookup in attached:
                self._add_lookup(lookup, names)
            else:
                key = self.catalog.lookups[lookup].key
                error = lookup_not_attached(name, lookup, key, table.columns, table.name)
                self.errors.append(error)

    def _add_lookup(self, lookup: str, names: Collection[str]) -> None:
        declared = self.catalog.lookups[lookup]
        table = self.lookups.get(lookup) or open_lookup(self.catalog, lookup)
        if table.is_blank or lookup in self.blank_lookups:
            every = (*self.blank_lookups.get(lookup, ()), *names)
            self.blank_lookups[lookup] = every
            is_open = lookup in self.open_lookups or not declared.fields
            plain = declared.model_copy(update={"fields": {}}) if is_open else declared
            table = filled_out(replace(table, columns=()), self.catalog, plain, every)
        if not declared.fields:
            self.open_lookups.add(lookup)
        own, theirs = apart(names, {*table.columns, *declared.fields})
        wanted = (*own, declared.key) if lookup in self.open_lookups else ()
        path = f"lookups.{toml_key(lookup)}"
        view = as_customers(self.catalog, declared)
        table, added = self._typed(table, view, wanted, path, lookup)
        self.lookups[lookup] = table
        settled = self._settled_by_data(declared, table, added, theirs)
        completed = declared.model_copy(update=settled)
        if settled:
            lookups = {**self.catalog.lookups, lookup: completed}
            self.catalog = self.catalog.model_copy(update={"lookups": lookups})
        self._add_lookups(f"lookups.{lookup}", completed, table, theirs)

    def _settled_by_data(
        self,
        declared: Keyed,
        table: Table,
        added: Mapping[str, Field],
        wanted: Collection[str],
    ) -> Mapping[str, object]:
        """Return what the data add to a table: fields, and lookups that only its columns tell."""
        new = sorted(added, key=table.columns.index)
        fields = {**{name: added[name] for name in new}, **declared.fields}
        columns = {*fields, *(one.column for one in fields.values() if one.column)}
        plain = lookups_of(self.catalog, declared, columns)
        found = lookups_of(self.catalog, declared, {*table.columns, *fields})
        hidden = {name: found[name] for name in wanted if name in found and name not in plain}
        if not added and not hidden:
            return {}
        return {"fields": fields, "lookups": {**declared.lookups, **hidden}}

    def _typed(
        self, table: Table, view: Catalog, names: Iterable[str], path: str, read: str = ""
    ) -> tuple[Table, dict[str, Field]]:
        """Return the fields of columns that have none, and the table with what was read for it.

        With `read`, the name of the event or lookup, rules read the columns: all need a type.
        """
        fields = view.customers.fields
        new = [
            name
            for name in dict.fromkeys(names)
            if name in table.columns and name not in table.repeated and name not in fields
        ]
        table, guesses = guessed(table, view, new)
        self.notices += [one.notice for one in guesses.values() if one.notice]
        self.errors += [
            wrong_column_type(f"{read}.{name}", None, spoken(table.dtype(name)), table.place(name))
            for name, one in guesses.items()
            if read and one.type is None
        ]
        paths = {f"{path}.fields.{name}": one for name, one in guesses.items()}
        self.reasons |= {name: one.reason for name, one in paths.items()}
        self.lines |= {name: one.lines for name, one in paths.items() if one.lines}
        return table, {n: field_of(one.type) for n, one in guesses.items() if one.type is not None}

    def _timed(self, table: Table, declared: Events, path: str) -> tuple[Table, dict[str, Field]]:
        """Return the field of the time where it has none.

        Texts that spell times are times too, and so is a column without a value.
        """
        time = declared.time
        if time is None:
            return table, {}
        view = as_customers(self.catalog, declared)
        spelling, fields = self._typed(as_spelt(table, time), view, [time], path)
        table = replace(spelling, is_text=table.is_text)
        is_open = time in fields and fields[time].value_type.kind not in MOMENTS
        if is_open and is_void(table, view, time):
            fields[time] = field_of(INSTANT)
        return table, fields

    def _demand_time(self, event: str, declared: Events, table: Table) -> None:
        """Complain of a time that is no date or instant."""
        time = declared.time
        if time is None:
            return
        found = declared.fields.get(time)
        if found is None:
            table.demand((time,), f"the time of `{event}`")
            held = f"made of {spoken(table.dtype(time))}"
            remedy = "the data need dates there, or dates with a time"
            self.errors.append(bad_event_time(event, time, held, (remedy,), table.place(time)))
        elif found.value_type.kind not in MOMENTS:
            place = table.place(found.column or time)
            doubt = next((one for one in self.notices if one.place == place), None)
            remedies = doubt.help if doubt else ()
            self.errors.append(
                bad_event_time(event, time, f"of the type {found.type}", remedies, place)
            )

    def _settled(
        self,
        event: str,
        table: Table,
        data: object,
        names: Collection[str] | None,
        *,
        is_said: bool,
    ) -> Events | None:
        """Return an event that the catalog does not name: its key and time go by their names.

        None after a complaint: the key is not plain.
        """
        own = self.catalog.customers
        field = own.fields.get(own.key or "")
        keys = [name for name in (own.key, field.column if field else None) if name]
        found = whose(keys, [name for name in table.columns if name not in table.repeated])
        if found.key is None:
            error = no_event_key(
                event, own.key or "id", found.alike, found.others, table.columns, table.name
            )
            self.errors.append(error)
            return None
        bare = own.model_copy(update={"fields": {}, "key": None})
        view = self.catalog.model_copy(update={"customers": bare})
        timed = when(table, view, found.key, names)
        shown = None if timed.is_any else timed.time
        notice = inferred_events(
            event, found.key, shown, table.name, others=timed.others, is_empty=timed.is_any
        )
        self.notices += [notice, *timed.doubts] if is_said else []
        settings = {
            "source": str(data) if isinstance(data, (str, Path)) else f"events {event}",
            "key": found.key,
            "time": timed.time,
            "encoding": own.encoding,
            "decimal": own.decimal,
            "missing": own.missing,
        }
        return Events.model_validate(settings)
