"""What a run goes by: the calendar, and what rules may read."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from numbers import Integral
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from segdsl.catalog import Catalog
from segdsl.catalog.entries import AS_OF_YEARS
from segdsl.catalog.models import Events, Lookup, Table
from segdsl.catalog.tables import lookups_of
from segdsl.catalog.types import ERROR, Kind
from segdsl.functions.clock import Calendar, LeapDay, to_instant
from segdsl.plan.event_nodes import TIME
from segdsl.plan.plan import Plan
from segdsl.semantics import FieldSchema, Schema
from segdsl.semantics.context import EventSchema

AsOf = datetime | date | str
_NO_COLUMNS: Mapping[str, Collection[str]] = MappingProxyType({})
_LONGEST_CHAIN = 4  # lookups, each attached to the one before
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def schema_of(
    catalog: Catalog | None,
    undeclared: Collection[str] = (),
    unread: Collection[str] = (),
    columns: Mapping[str, Collection[str]] = _NO_COLUMNS,
    declared: Collection[str] = (),
) -> Schema:
    """Return what rules may read under a catalog; without one every name is a field or event.

    `undeclared` and `unread` are further columns of the data (see Schema), `columns` those of
    events' tables that have been looked at. The properties of events in `declared` are those that
    a catalog declares, and those of others all columns.
    """
    if catalog is None:
        return Schema(None)
    zone = ZoneInfo(catalog.timezone)
    events = {
        name: _event_schema(catalog, table, columns.get(name), is_declared=name in declared)
        for name, table in catalog.events.items()
    }
    if not catalog.customers.fields:
        return Schema(None, zone=zone, events=events or None)
    fields = _fields_of(catalog.customers)
    if catalog.customers.key is not None:
        fields.setdefault(catalog.customers.key, FieldSchema(ERROR))  # its type is in the data
    return Schema(fields, frozenset(undeclared), frozenset(unread), zone, events or None)


def _fields_of(table: Table) -> dict[str, FieldSchema]:
    return {name: FieldSchema(item.value_type, item.compare) for name, item in table.fields.items()}


def reads_the_same(plan: Plan, catalog: Catalog, completed: Catalog) -> bool:
    """Return whether a plan checked under a catalog is that of its completion as well.

    So it is where only the type of a key was open that no rule reads. Properties of events are not
    looked into.
    """
    known, found = schema_of(catalog).fields, schema_of(completed).fields
    if plan.events or known is None or found is None or known.keys() != found.keys():
        return False
    return all(known[field.name] == found[field.name] for field in plan.mentioned)


def _event_schema(
    catalog: Catalog, events: Events, columns: Collection[str] | None, *, is_declared: bool
) -> EventSchema:
    """Return what rules may read of a kind of event, its lookups and theirs included.

    Once its columns are known, whatever rules read of it is as well. `time` always names its time.
    """
    properties: dict[str, FieldSchema] = {}
    unknown: list[str] = []
    waiting: list[tuple[str, Events | Lookup]] = [("", events)]
    while waiting:
        prefix, table = waiting.pop()
        own = _fields_of(table)
        properties.update({prefix + name: item for name, item in own.items()})
        if own:
            keys = {*own, *(item.column for item in table.fields.values() if item.column)}
            lookups = lookups_of(catalog, table, keys)
            if not prefix:  # the data tell whether its table has their keys
                lookups = {**dict.fromkeys(catalog.lookups, ""), **lookups}
            else:
                others = set(catalog.lookups) - {*lookups, *prefix.split(".")}
                unknown += [f"{prefix}{name}." for name in sorted(others)]
        else:
            unknown.append(prefix)
            lookups = {} if prefix else dict.fromkeys(catalog.lookups, "")
        path = prefix.split(".")[:-1]
        if len(path) < _LONGEST_CHAIN:
            further = [name for name in lookups if name not in path]
            waiting += [(f"{prefix}{name}.", catalog.lookups[name]) for name in further]
    if events.time is not None:
        properties[TIME] = properties.get(events.time, FieldSchema(ERROR))
    else:
        properties.pop(TIME, None)
    undeclared = frozenset(columns or ()) - {*properties, TIME}
    return EventSchema(
        properties,
        tuple(unknown) if columns is None else (),
        events.time is not None,
        undeclared,
        frozenset() if is_declared else undeclared,
    )


def calendar_of(catalog: Catalog | None, as_of: AsOf | None) -> Calendar:
    """Return the calendar of a run: as-of as given, else the catalog's, else now.

    A date means the end of that local day. Raises ValueError for a text that is neither a date
    nor an instant, and for a moment outside the years 1900 to 2999.
    """
    settings = catalog if catalog is not None else Catalog()
    zone = ZoneInfo(settings.timezone)
    moment = as_of if as_of is not None else settings.as_of
    if moment is not None:
        moment = moment_of(moment)
    instant = moment if isinstance(moment, datetime) else datetime.now(UTC)
    week_start = _WEEKDAYS.index(settings.week_start) + 1
    calendar = Calendar(
        to_instant(instant, zone), settings.timezone, week_start, LeapDay(settings.leap_day)
    )
    if moment is not None and not isinstance(moment, datetime):
        return replace(calendar, as_of=calendar.day_end(moment))
    return calendar


def moment_of(as_of: AsOf) -> datetime | date:
    """Return as-of as a date or an instant.

    Raises ValueError for a text that is neither, and for a year outside 1900 to 2999.
    """
    moment = as_of
    if isinstance(moment, str):
        is_date = len(moment) <= len("2026-01-31")
        moment = date.fromisoformat(moment) if is_date else datetime.fromisoformat(moment)
    if moment.year not in AS_OF_YEARS:
        first, last = AS_OF_YEARS[0], AS_OF_YEARS[-1]
        raise ValueError(f"as-of lies in the years {first} to {last}, not in {moment.year}")
    return moment


def catalog_of(profile: Mapping[str, Any]) -> Catalog:
    """Return a catalog whose fields have the types of a profile's values."""
    fields = {name: _field_of(value) for name, value in profile.items()}
    return Catalog.model_validate({"customers": {"fields": fields}})


def typed_by(
    catalog: Catalog,
    plan: Plan,
    profile: Mapping[str, Any],
    events: Mapping[str, Sequence[Mapping[str, Any]]],
) -> tuple[Catalog, frozenset[str]]:
    """Return the catalog with the types of one customer's values where it declares none.

    The second part names the events of which rules may read any property, as no type is known.
    """
    from segdsl.engine.readers.wanted import properties_read

    declared = {name for name, table in catalog.events.items() if table.fields}
    lacking = {*events, *properties_read(plan.nodes, plan.properties)} - declared
    own = catalog.customers
    told = {name: profile[name] for name in untyped(plan) if name in profile}
    if not own.fields:
        catalog = catalog.with_customers(fields=catalog_of(profile).customers.fields)
    elif told:
        catalog = catalog.with_customers(fields={**own.fields, **catalog_of(told).customers.fields})
    if lacking:
        catalog = with_events_of(catalog, {name: events.get(name, ()) for name in lacking})
    return catalog, frozenset(lacking)


def untyped(plan: Plan) -> tuple[str, ...]:
    """Return the fields that rules speak of whose types are not declared, such as that of a key."""
    return tuple(item.name for item in plan.mentioned if item.type.is_error)


def with_open_events(schema: Schema, events: Collection[str]) -> Schema:
    """Return the schema with events of which rules may read any property."""
    if not events:
        return schema
    known = schema.events or {}
    opened = {name: replace(known.get(name, EventSchema({})), open=("",)) for name in events}
    return replace(schema, events={**known, **opened})


def with_events_of(catalog: Catalog, events: Mapping[str, Sequence[Mapping[str, Any]]]) -> Catalog:
    """Return the catalog with the types of events' values where it declares none itself."""
    found = dict(catalog.events)
    for name, rows in events.items():
        declared = catalog.events.get(name)
        if declared is not None and declared.fields:
            continue
        time = declared.time if declared else TIME
        values = {key: value for row in rows for key, value in row.items() if value is not None}
        kinds = {time if key == TIME else key: _field_of(value) for key, value in values.items()}
        settings = declared.model_dump(exclude_unset=True) if declared else _GIVEN
        fields = {key: kind for key, kind in kinds.items() if key is not None}
        found[name] = Events.model_validate({**settings, "time": time, "fields": fields})
    return catalog.model_copy(update={"events": found})


_GIVEN = MappingProxyType({"source": "given", "key": "given"})  # that a table has, and a list not
_KINDS = (
    (bool, Kind.YESNO),
    (Integral | float | Decimal, Kind.NUMBER),
    (datetime, Kind.INSTANT),
    (date, Kind.DATE),
)


def _field_of(value: Any) -> dict[str, str]:
    """Return the catalog's entry for a field with such a value."""
    if isinstance(value, list | tuple | set | frozenset):
        return {"type": Kind.LIST, "of": _kind_of(next(iter(value), ""))}
    return {"type": _kind_of(value)}


def _kind_of(value: Any) -> Kind:
    return next((kind for type, kind in _KINDS if isinstance(value, type)), Kind.TEXT)
