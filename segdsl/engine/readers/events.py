"""The tables of events: whose each event is, and the properties that rules need of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

import polars as pl

from segdsl.backends.polars.windows import Window
from segdsl.catalog.tables import as_customers, lookups_of
from segdsl.diagnostics.event_data import LeftOut, events_left_out, no_event_fits
from segdsl.engine.readers.customers import Reader, columns_of
from segdsl.engine.readers.lookups import Holder, Lookups
from segdsl.engine.readers.matching import Keys, found_among, keys_like
from segdsl.engine.readers.sources import Opened, open_events
from segdsl.engine.readers.wanted import ROW, Properties, apart
from segdsl.errors import DataError
from segdsl.plan.event_nodes import TIME

if TYPE_CHECKING:
    from segdsl.catalog import Catalog, Events
    from segdsl.diagnostics import Diagnostic

_NO_WINDOWS: Mapping[str, Window] = MappingProxyType({})
_SHOWN = 3
_LOOKED_AT = 10_000  # unknown keys among which different ones are looked for


@dataclass(frozen=True, slots=True)
class EventsRead:
    """A frame for each event: ROW and the properties, the events of known customers alone."""

    frames: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    notices: tuple[Diagnostic, ...] = ()


def read_events(
    catalog: Catalog,
    opened: Opened,
    wanted: Properties,
    customers: pl.Series,
    *,
    strict: bool = False,
    windows: Mapping[str, Window] = _NO_WINDOWS,
) -> EventsRead:
    """Return the events that are wanted, with those properties in canonical columns.

    `customers` are the keys of the customers' frame. The catalog is to name what is wanted
    (`infer_events` fills what it leaves open). Events without a known customer or, where the table
    has one, without a time are left out and counted; those outside an event's window in `windows`
    may be left out as well. Raises DataError for data that cannot be read; with `strict` also for
    cells that do not fit their declared type.
    """
    lookups = Lookups(catalog, opened, strict)
    frames: dict[str, pl.DataFrame] = {}
    notices: list[Diagnostic] = []
    for event, names in wanted.items():
        reading = _Reading(catalog, opened, event, customers, lookups, strict, windows.get(event))
        frames[event] = reading.read(names)
        notices += reading.notices
    return EventsRead(frames, (*notices, *lookups.notices))


@dataclass(slots=True)
class _Reading:
    """The reading of one event's table."""

    catalog: Catalog
    opened: Opened
    event: str
    customers: pl.Series
    lookups: Lookups
    strict: bool
    window: Window | None
    notices: list[Diagnostic] = field(default_factory=list)

    def read(self, names: Collection[str]) -> pl.DataFrame:
        """Return the events of known customers with these properties."""
        declared = self.catalog.events[self.event]
        view = as_customers(self.catalog, declared)
        table = self.opened.events.get(self.event) or open_events(self.catalog, self.event)
        own, theirs = apart(names, {*table.columns, *declared.fields})
        attached = lookups_of(self.catalog, declared, {*table.columns, *declared.fields})
        keys = {lookup: attached[lookup] for lookup in theirs}
        fields = {name: name for name in own if name != TIME}
        if declared.time is not None:
            fields[TIME] = declared.time
        columns = columns_of(view, (declared.key, *fields.values(), *keys.values()))
        reader = Reader(view, table.load(columns, f"the event `{self.event}`"), self.strict)
        series = [reader.read(one).alias(name) for name, one in fields.items()]
        home, other = f"events.{self.event}", f"customers.{self.catalog.customers.key}"
        whose = keys_like(reader, declared.key, self.customers, home, other)
        if reader.errors:
            raise DataError(reader.errors)
        rows = found_among(whose, self.customers)
        times = next((one for one in series if one.name == TIME), None)
        kept = self._kept(rows, whose, times, declared, reader.table.name)
        kept = self._in_window(kept, times)
        frame = pl.DataFrame([rows.alias(ROW), *series])
        frame = frame if kept is None else frame.filter(kept)
        self.notices += reader.notices
        return frame.hstack(self._looked_up(reader, keys, theirs, kept))

    def _kept(
        self, rows: pl.Series, whose: Keys, times: pl.Series | None, declared: Events, place: str
    ) -> pl.Series | None:
        """Return a mask of the events that count, None if all do; say what the others are."""
        timeless = times.is_null() if times is not None and times.null_count() else None
        if not rows.null_count() and timeless is None:
            return None
        kept = rows.is_not_null()
        unknown = whose.given.filter(~kept & whose.given.is_not_null())
        known = int(kept.sum())
        kept = kept if timeless is None else kept & ~timeless
        strangers = unknown.head(_LOOKED_AT).unique(maintain_order=True).head(_SHOWN)
        keyless = whose.given.null_count()
        left = LeftOut(
            self.event,
            len(rows),
            keyless,
            unknown.len(),
            tuple(map(str, strangers.to_list())),
            known - int(kept.sum()),
            declared.key,
            declared.time,
        )
        say = events_left_out if kept.any() else no_event_fits
        self.notices.append(say(left, place))
        return kept

    def _in_window(self, kept: pl.Series | None, times: pl.Series | None) -> pl.Series | None:
        """Return a mask of the events that rules look at, if that spares many."""
        if self.window is None or times is None:
            return kept
        mask = self.window.spared(times)
        if mask is None or kept is None:
            return kept if mask is None else mask
        return mask & kept

    def _looked_up(
        self,
        reader: Reader,
        keys: Mapping[str, str],
        wanted: Mapping[str, Sequence[str]],
        kept: pl.Series | None,
    ) -> list[pl.Series]:
        """Return the properties that lookups add to the events that are kept."""
        home = f"events.{self.event}"
        found: list[pl.Series] = []
        for lookup, names in wanted.items():
            found += self.lookups.columns(lookup, names, Holder(home, reader, keys[lookup]), kept)
        return found
