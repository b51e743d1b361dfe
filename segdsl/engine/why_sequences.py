"""How far a customer came in a sequence, in words and events."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from segdsl.engine.choices import Choices, Reached
from segdsl.engine.why_events import EventSeen, details, in_words, read_by
from segdsl.functions.clock import Calendar
from segdsl.plan import nodes as n
from segdsl.plan.behaviour import Event, is_over, limit_of
from segdsl.plan.event_nodes import TIME
from segdsl.plan.meaning import Customer, Read, of_events


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a sequence came: the events of the choice that came furthest, and what stopped it.

    `words` also say what a choice that holds is not followed by.
    """

    holds: bool
    events: tuple[EventSeen, ...]
    words: tuple[str, ...]


def progress(node: n.InOrder, customer: Customer, read: Read, calendar: Calendar) -> Progress:
    """Return how far a sequence came, by its latest choice."""
    of = of_events(node, read, customer, calendar)
    way = _Way(node, Choices(node, customer.events, of, calendar), calendar)
    layers = way.choices.layers()
    done = sum(map(bool, layers))  # once there is none, there is none any more
    if done == 0:
        return Progress(False, (), (f"step 1 of {len(layers)}: no {way.kind_of(0)}",))
    if done == len(layers):
        last = layers[-1][-1]
        return Progress(True, way.taken(last, done), tuple(way.not_followed(last)))
    last, words = way.stopped(layers[done - 1], done)
    return Progress(False, way.taken(last, done), (f"step {done + 1} of {len(layers)}: {words}",))


@dataclass(frozen=True, slots=True)
class _Way:
    """A sequence and its choices; step 0 is its beginning."""

    node: n.InOrder
    choices: Choices
    calendar: Calendar

    def _part(self, step: int) -> n.InOrder | n.Step:
        return self.node if step == 0 else self.node.steps[step - 1]

    def kind_of(self, step: int) -> str:
        """Return the kind of a step's event, and whether more is demanded of it."""
        part = self._part(step)
        demands = any(True for _ in read_by((part.condition,)))
        return f"{'such ' if demands else ''}`{part.event}`"

    def taken(self, last: Reached, done: int) -> tuple[EventSeen, ...]:
        """Return the events of a choice, of which so many steps are done, in their order."""
        chain: list[Event] = []
        one: Reached | None = last
        while one is not None:
            chain.append(one.event)
            one = one.before
        return tuple(map(self._seen, reversed(chain), self._positive(done)))

    def _positive(self, done: int) -> list[int]:
        """Return which of the first steps are events, the beginning included."""
        steps = enumerate(self.node.steps[: done - 1], 1)
        return [0, *(i for i, step in steps if not step.is_negated)]

    def _seen(self, event: Event, place: int) -> EventSeen:
        """Return an event with what its step reads, and what the next ones compare it with."""
        part = self._part(place)
        own = part.same if isinstance(part, n.Step) else None
        same = [own, *(step.same_before for step in self.node.steps[place:])]
        roots = [one for one in same if one is not None and one.event == part.event]
        names = dict.fromkeys(read_by((part.condition, *roots)))
        return EventSeen(part.event, *details(event, names, self.calendar), step=place + 1)

    def not_followed(self, last: Reached) -> Iterator[str]:
        """Yield for each `then not` of a choice that holds until when nothing followed."""
        positive = self._positive(len(self.node.steps) + 1)
        for i, step in enumerate(self.node.steps, 1):
            if step.is_negated:
                one = last
                for place in reversed(positive):
                    if place < i or one.before is None:
                        break
                    one = one.before
                yield f"step {i + 1}: no {self.kind_of(i)} until {self._limit(one, step)}"

    def stopped(self, candidates: Sequence[Reached], done: int) -> tuple[Reached, str]:
        """Return the latest choice that came so far, and why the step after it fails."""
        step, kind = self.node.steps[done - 1], self.kind_of(done)
        duration = f"{step.count} {step.unit}{'' if step.count == 1 else 's'}"
        before = self._part(self._positive(done)[-1]).event
        latest = candidates[-1]
        start = f"`{before}` of {self._said(latest.event[TIME])}"
        if not step.is_negated:
            same = f" with the same {step.same.name}" if step.same is not None else ""
            others = len(candidates) - 1
            more = f" or {others:,} other{'' if others == 1 else 's'}" if others else ""
            return latest, f"no {kind}{same} within {duration} after {start}{more}"
        followed = list(self.choices.followed(candidates, self.choices.chosen(step), step))
        for one, other in reversed(followed):
            if other is None and not is_over(one.event, step, self.calendar):
                start = f"`{before}` of {self._said(one.event[TIME])}"
                ends = "ends" if step.count == 1 else "end"
                return one, f"{duration} after {start} {ends} only on {self._limit(one, step)}"
        other = next((other for one, other in followed if one is latest), None)
        follows = kind if other is None else f"`{step.event}` of {self._said(other[TIME])}"
        return latest, f"{follows} is within {duration} after {start}"

    def _limit(self, one: Reached, step: n.Step) -> str:
        return self._said(limit_of(one.event[TIME], step, self.calendar))

    def _said(self, time: Any) -> str:
        return in_words(time, self.calendar)
