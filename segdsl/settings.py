"""What a run goes by: the calendar, and what rules may read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from segdsl.catalog import Catalog
from segdsl.catalog.models import AS_OF_YEARS
from segdsl.catalog.types import ERROR, Kind
from segdsl.functions.clock import Calendar, LeapDay, to_instant
from segdsl.semantics import FieldSchema, Schema

AsOf = datetime | date | str
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def schema_of(
    catalog: Catalog | None, undeclared: Collection[str] = (), unread: Collection[str] = ()
) -> Schema:
    """Return what rules may read under a catalog; without one every name is a field."""
    events = frozenset(catalog.events) if catalog is not None else frozenset[str]()
    if catalog is None or not catalog.customers.fields:
        return Schema(None, events=events)
    fields = {
        name: FieldSchema(item.value_type, item.compare)
        for name, item in catalog.customers.fields.items()
    }
    if catalog.customers.key is not None:
        fields.setdefault(catalog.customers.key, FieldSchema(ERROR))  # its type is in the data
    return Schema(
        fields,
        frozenset(undeclared),
        frozenset(unread),
        events,
        ZoneInfo(catalog.timezone),
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


_KINDS = (
    (bool, Kind.YESNO),
    (int | float | Decimal, Kind.NUMBER),
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
