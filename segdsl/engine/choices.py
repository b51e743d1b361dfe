"""The choices of events that a sequence can make for one customer, found in the order of time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any

from segdsl.functions.clock import Calendar
from segdsl.plan import nodes as n
from segdsl.plan.behaviour import Event, Of, is_over, limit_of, those
from segdsl.plan.event_nodes import TIME


@dataclass(frozen=True, slots=True)
class Reached:
    """An event that may be the last one of a sequence so far, and the one that it follows."""

    event: Event
    before: Reached | None = None


@dataclass(frozen=True, slots=True)
class Choices:
    """A sequence over one customer's events.

    It says what `plan.behaviour.in_order` says. That holds each event against each other one; here
    they are sorted, so that a customer may have many.
    """

    node: n.InOrder
    events: Mapping[str, Sequence[Event]]
    of: Of
    calendar: Calendar

    def layers(self) -> list[list[Reached]]:
        """Return the events that may come last after each step, the earliest first."""
        found = [[Reached(event) for event in self.chosen(self.node)]]
        for step in self.node.steps:
            last, chosen = found[-1], self.chosen(step)
            if step.is_negated:
                over = [one for one in last if is_over(one.event, step, self.calendar)]
                followed = self.followed(over, chosen, step)
                found.append([one for one, other in followed if other is None])
            else:
                found.append(list(self._next(last, chosen, step)))
        return found

    def chosen(self, part: n.InOrder | n.Step) -> list[Event]:
        """Return the events of the beginning or of a step, the earliest first."""
        events = those(part.condition, self.events.get(part.event, ()), self.of)
        timed = (event for event in events if event.get(TIME) is not None)
        return sorted(timed, key=lambda event: (event[TIME], str(event)))

    def _next(
        self, last: Sequence[Reached], chosen: Sequence[Event], step: n.Step
    ) -> Iterator[Reached]:
        """Yield the events that follow one of the last, each with the one that lasts longest."""
        matched = _Matched(last, chosen, step, self)
        waiting = matched.spans[::-1]
        longest: dict[Hashable, _Span] = {}
        for event, time, same in matched.others:
            while waiting and waiting[-1].start < time:
                span = waiting.pop()
                if span.same not in longest or longest[span.same].limit <= span.limit:
                    longest[span.same] = span
            if same in longest and time <= longest[same].limit:
                yield Reached(event, longest[same].one)

    def followed(
        self, last: Sequence[Reached], chosen: Sequence[Event], step: n.Step
    ) -> Iterator[tuple[Reached, Event | None]]:
        """Yield each of the last, in order, with the first event that follows it, if any."""
        matched = _Matched(last, chosen, step, self)
        later: dict[Hashable, list[tuple[Any, Event]]] = {}
        for event, time, same in matched.others:
            later.setdefault(same, []).append((time, event))
        spans = {id(span.one): span for span in matched.spans}
        for one in last:
            span = spans.get(id(one))
            if span is None:  # without a limit, or a value to be equal to
                yield one, None
                continue
            candidates = later.get(span.same, [])
            i = bisect_right(candidates, span.start, key=itemgetter(0))
            follows = i < len(candidates) and candidates[i][0] <= span.limit
            yield one, candidates[i][1] if follows else None


@dataclass(frozen=True, slots=True)
class _Span:
    """From when to when an event may be followed, and by what."""

    start: Any
    limit: Any
    same: Hashable
    one: Reached


class _Matched:
    """Events and those that may follow them, with times that compare and what has to be equal."""

    def __init__(
        self, last: Sequence[Reached], chosen: Sequence[Event], step: n.Step, of: Choices
    ) -> None:
        moment = _moments([one.event for one in last], chosen, of.calendar)
        earlier = [_value(step.same_before, one.event, of.of) for one in last]
        later = [_value(step.same, event, of.of) for event in chosen]
        has_float = any(isinstance(value, float) for value in (*earlier, *later))
        self.spans: list[_Span] = []
        for one, same in zip(last, earlier, strict=True):
            start = moment(one.event)
            limit = limit_of(start, step, of.calendar)
            if limit is not None and same is not None:
                self.spans.append(_Span(start, limit, float(same) if has_float else same, one))
        self.others = [
            (event, moment(event), float(same) if has_float else same)
            for event, same in zip(chosen, later, strict=True)
            if same is not None and moment(event) is not None
        ]


def _value(same: n.Property | None, event: Event, of: Of) -> Any:
    """Return the value of `with same`; without one all are the same."""
    return () if same is None else of(same, event)


def _moments(
    last: Sequence[Event], chosen: Sequence[Event], calendar: Calendar
) -> Callable[[Event], Any]:
    """Return how events' times compare: where a date meets an instant, as local dates."""
    kinds = {isinstance(event[TIME], datetime) for event in (*last, *chosen)}
    if len(kinds) < 2:
        return lambda event: event[TIME]

    def local(event: Event) -> Any:
        time = event[TIME]
        return calendar.local_date(time) if isinstance(time, datetime) else time

    return local
