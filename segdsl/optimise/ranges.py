"""The values that a predicate leaves of its subject: an interval and a set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from segdsl.plan import nodes as n


@dataclass(frozen=True, slots=True)
class Range:
    """Values from `low` to `high` (None: no bound), and of these only `members` if given."""

    low: Any = None  # bounds and members are of the subject's type
    high: Any = None
    has_low: bool = True
    has_high: bool = True
    members: frozenset[Any] | None = None
    excluded: frozenset[Any] = frozenset()

    @staticmethod
    def meet(ranges: Sequence[Range]) -> Range:
        """Return the values that lie in all of the ranges."""
        lows = [(r.low, not r.has_low) for r in ranges if r.low is not None]
        highs = [(r.high, r.has_high) for r in ranges if r.high is not None]
        low, is_open = max(lows, default=(None, False))
        high, has_high = min(highs, default=(None, True))
        sets = [r.members for r in ranges if r.members is not None]
        members = frozenset.intersection(*sets) if sets else None
        excluded = frozenset[Any]().union(*(r.excluded for r in ranges))
        return Range(low, high, not is_open, has_high, members, excluded)

    def is_empty(self, is_discrete: bool) -> bool:
        """Return whether no value is left; discrete values have nothing between neighbours."""
        if self.members is not None:
            return not any(self._admits(member) for member in self.members)
        if self.low is None or self.high is None:
            return False
        if self.low == self.high:
            return not (self.has_low and self.has_high) or self.low in self.excluded
        if self.low > self.high:
            return True
        both_open = not (self.has_low or self.has_high)
        return is_discrete and both_open and _next(self.low) == self.high

    def _admits(self, value: Any) -> bool:
        if value in self.excluded:
            return False
        above = self.low is None or value > self.low or (self.has_low and value == self.low)
        below = self.high is None or value < self.high or (self.has_high and value == self.high)
        return bool(above and below)

    def holds_all_of(self, other: Range) -> bool:
        """Return whether every value of another range, one with a lower bound alone, is in this."""
        if self.members is not None or self.high is not None or other.low is None:
            return False
        is_above = self.low is None or self.low < other.low
        is_same = self.low == other.low and self.has_low
        return (is_above or is_same) and all(value < other.low for value in self.excluded)

    @staticmethod
    def covers(ranges: Sequence[Range]) -> bool:
        """Return whether the ranges together take every value."""
        plain = [r for r in ranges if r.members is None and not r.excluded]
        highs = [(r.high, r.has_high) for r in plain if r.low is None and r.high is not None]
        lows = [(r.low, not r.has_low) for r in plain if r.high is None and r.low is not None]
        if not highs or not lows:
            return False
        high, has_high = max(highs)
        low, is_open = min(lows)
        return bool(low < high or (low == high and (has_high or not is_open)))


def _next(value: Any) -> Any:
    is_day = isinstance(value, date) and not isinstance(value, datetime)
    return value + timedelta(1) if is_day else value + 1


def range_of(item: n.Predicate) -> tuple[n.Value, Range] | None:
    """Return the subject of a comparison with constants and the values that it leaves."""
    match item:
        case n.Compare(relation, subject, n.Literal(value)) if value is not None:
            return subject, _RANGES[relation](value)
        case n.OneOf(subject, members):
            return subject, Range(members=frozenset(members))
        case n.Not(n.OneOf(subject, members)):
            return subject, Range(excluded=frozenset(members))
        case n.Not(n.Compare(n.Relation.EQ, subject, n.Literal(value))) if value is not None:
            return subject, Range(excluded=frozenset((value,)))
        case _:
            return None


def range_of_subject(subject: n.Value) -> Range:
    """Return the values that there can be of a subject: a count is never below 0."""
    is_count = isinstance(subject, n.Aggregate) and subject.gather in _COUNTS
    return Range(low=0) if is_count else Range()


_COUNTS = (n.Gather.COUNT, n.Gather.DISTINCT)
_RANGES = {
    n.Relation.EQ: lambda value: Range(members=frozenset((value,))),
    n.Relation.NE: lambda value: Range(excluded=frozenset((value,))),
    n.Relation.LT: lambda value: Range(high=value, has_high=False),
    n.Relation.LE: lambda value: Range(high=value),
    n.Relation.GT: lambda value: Range(low=value, has_low=False),
    n.Relation.GE: lambda value: Range(low=value),
}
