"""Which of a customer's events an explanation shows, and how."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from segdsl.functions.clock import Calendar
from segdsl.plan import nodes as n
from segdsl.plan.behaviour import Event, Of, those
from segdsl.plan.event_nodes import TIME
from segdsl.plan.meaning import Customer, Read, compare, of_events
from segdsl.plan.words import scalar

SHOWN = 3  # events of an aggregate


@dataclass(frozen=True, slots=True)
class EventSeen:
    """One event: its kind, its local time (None: it has none) and what the rule reads of it.

    `step` is its place in a sequence, None where events are counted.
    """

    event: str
    time: date | datetime | None
    properties: tuple[tuple[str, Any], ...] = ()
    step: int | None = None

    @property
    def is_telling(self) -> bool:
        """Whether there is more to it than its kind."""
        return self.time is not None or bool(self.properties)

    def to_dict(self) -> dict[str, Any]:
        """Return the event as plain data."""
        return {
            "event": self.event,
            "time": self.time,
            "step": self.step,
            "properties": dict(self.properties),
        }

    def __str__(self) -> str:
        step = "" if self.step is None else f"{self.step}. "
        time = "" if self.time is None else f"{_moment(self.time)}  "
        read = ", ".join(f"{name} {_plain(value)}" for name, value in self.properties)
        return f"{step}{time}{self.event}{f': {read}' if read else ''}"


def in_words(value: Any, calendar: Calendar) -> str:
    """Return a value as explanations show it: instants in local time, floats to ten digits."""
    if isinstance(value, datetime):
        return _moment(_local(value, calendar))
    return _plain(value)


def _plain(value: Any) -> str:
    match value:
        case tuple():
            return f"({', '.join(map(_plain, value))})"
        case datetime():
            return _moment(value)
        case float():
            return scalar(float(f"{value:.10g}"))
        case _:
            return scalar(value)


def _moment(time: date) -> str:
    """Return a date or a local time; seconds where they are not 0."""
    if not isinstance(time, datetime):
        return time.isoformat()
    has_seconds = time.second or time.microsecond
    return f"{time:%Y-%m-%d %H:%M:%S}" if has_seconds else f"{time:%Y-%m-%d %H:%M}"


def _local(time: Any, calendar: Calendar) -> Any:
    return calendar.local(time) or time if isinstance(time, datetime) else time


# ---- aggregates


def counted(
    aggregates: Iterable[n.Aggregate], customer: Customer, read: Read, calendar: Calendar
) -> tuple[tuple[EventSeen, ...], int]:
    """Return the latest few events that made the aggregates what they are, and how many did."""
    found: dict[int, tuple[str, Event]] = {}
    names: dict[str, dict[str, None]] = {}
    for node in aggregates:
        of = of_events(node, read, customer, calendar)
        names.setdefault(node.event, {}).update(dict.fromkeys(read_by(_roots(node))))
        for event in _deciding(node, customer, of, read):
            found[id(event)] = node.event, event
    latest = sorted(found.values(), key=lambda one: newest_first(one[1]))[:SHOWN]
    shown = (EventSeen(kind, *details(event, names[kind], calendar)) for kind, event in latest)
    return tuple(shown), len(found)


def _roots(node: n.Aggregate) -> tuple[n.Node, ...]:
    return (node.condition,) if node.measure is None else (node.condition, node.measure)


def _deciding(node: n.Aggregate, customer: Customer, of: Of, read: Read) -> Iterator[Event]:
    """Yield the events that an aggregate's value is made of; of equal distinct ones the latest."""
    events = sorted(customer.events.get(node.event, ()), key=newest_first)
    chosen = those(node.condition, events, of)
    if node.measure is None:
        yield from chosen
        return
    measured = [(event, of(node.measure, event)) for event in chosen]
    known = [(event, value) for event, value in measured if value is not None]
    match node.gather:
        case n.Gather.COUNT | n.Gather.SUM | n.Gather.AVERAGE:
            yield from (event for event, _ in known)
        case n.Gather.DISTINCT:
            yield from {value: event for event, value in reversed(known)}.values()
        case n.Gather.MIN | n.Gather.MAX | n.Gather.MOST_COMMON:
            yield from _equal(known, read(node))
        case n.Gather.FIRST | n.Gather.LAST:
            pick = min if node.gather is n.Gather.FIRST else max
            timed = [one for one in known if one[0].get(TIME) is not None]
            moment = pick((event[TIME] for event, _ in timed), default=None)
            yield from _equal((one for one in timed if one[0][TIME] == moment), read(node))


def _equal(known: Iterable[tuple[Event, Any]], value: Any) -> Iterator[Event]:
    return (event for event, own in known if compare(n.Relation.EQ, own, value))


def newest_first(event: Event) -> tuple[float, str]:
    """Return what orders events of one or several kinds: the latest first, the timeless last."""
    time = event.get(TIME)
    if time is None:
        return float("inf"), str(event)
    day = time.toordinal()
    seconds = time.hour * 3600 + time.minute * 60 + time.second if _has_clock(time) else 0
    fraction = time.microsecond / 1e6 if _has_clock(time) else 0
    return -(day * 86_400 + seconds + fraction), str(event)


def _has_clock(time: date) -> bool:
    return isinstance(time, datetime)


def read_by(roots: Iterable[n.Node]) -> Iterator[str]:
    """Yield the names of the properties that conditions and measures read, without the time."""
    for node in n.ordered(*roots, below=_below):
        if isinstance(node, n.Property) and node.name != TIME:
            yield node.name


def _below(node: n.Node) -> tuple[n.Node, ...]:
    return () if isinstance(node, n.OverEvents) else n.parts(node)


def details(
    event: Event, names: Iterable[str], calendar: Calendar
) -> tuple[date | None, tuple[tuple[str, Any], ...]]:
    """Return an event's local time, and the properties of these names."""
    read = tuple((name, _local(event.get(name), calendar)) for name in names)
    return _local(event.get(TIME), calendar), read
