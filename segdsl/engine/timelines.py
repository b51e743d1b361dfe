"""One customer's events, in canonical values, as definitions and explanations read them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from segdsl.catalog.types import Kind, Type
from segdsl.engine.readers.wanted import ROW
from segdsl.functions.scalars import canonical
from segdsl.plan import nodes as n

if TYPE_CHECKING:
    import polars as pl

Timelines = Mapping[str, Sequence[Mapping[str, Any]]]
"""A customer's events by name; each has values by property. `Any`: of the property's type."""


def canonical_events(roots: Iterable[n.Node], events: Timelines, zone: ZoneInfo) -> Timelines:
    """Return what the roots read of events, in canonical values.

    Raises TypeError for a value that does not fit its property.
    """
    types = _types(roots)
    return {
        event: tuple(
            {name: canonical(row.get(name), of, zone) for name, of in types.get(event, {}).items()}
            for row in rows
        )
        for event, rows in events.items()
    }


def events_of_row(
    roots: Iterable[n.Node], frames: Mapping[str, pl.DataFrame], row: int, zone: ZoneInfo
) -> Timelines:
    """Return what the roots read of the events of the customer in a row."""
    rows = {
        event: frame.filter(frame[ROW] == row).drop(ROW).to_dicts()
        for event, frame in frames.items()
    }
    plain = {
        event: tuple({name: _plain(value) for name, value in one.items()} for one in found)
        for event, found in rows.items()
    }
    return canonical_events(roots, plain, zone)


def _types(roots: Iterable[n.Node]) -> Mapping[str, Mapping[str, Type]]:
    """Return the type of each property that the roots read, by event and name."""
    found: dict[str, dict[str, Type]] = {}
    for node in n.ordered(*roots, below=n.parts):
        if isinstance(node, n.Property) and node.type.kind is not Kind.ERROR:
            found.setdefault(node.event, {})[node.name] = node.type
    return found


def _plain(value: Any) -> Any:
    """Return a cell of a frame as profiles hold it."""
    is_place = isinstance(value, dict) and set(value) == {"latitude", "longitude"}
    return (value["latitude"], value["longitude"]) if is_place else value
