"""Units of time, and the kinds of period that rules speak of."""

from __future__ import annotations

from enum import StrEnum


class Unit(StrEnum):
    """A unit of time; from `day` on it is reckoned on the local calendar."""

    SECOND = "second"
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"

    @property
    def is_clock(self) -> bool:
        """Whether it is shorter than a day and reckoned in elapsed time."""
        return self in (Unit.SECOND, Unit.MINUTE, Unit.HOUR)


class Direction(StrEnum):
    """Where a period lies, seen from the as-of instant."""

    LAST = "last"
    NEXT = "next"
    THIS = "this"
