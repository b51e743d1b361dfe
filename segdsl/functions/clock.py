"""The calendar: as-of, local time, periods and whole units between dates.

Units of a day and longer are reckoned on the local calendar, shorter ones in elapsed time.
"""

from __future__ import annotations

from calendar import isleap, monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from zoneinfo import ZoneInfo

from segdsl.functions.units import Direction, Unit

MICROSECOND = timedelta(microseconds=1)
FIRST_INSTANT = datetime.min.replace(tzinfo=UTC)
LAST_INSTANT = datetime.max.replace(tzinfo=UTC)
_ELAPSED = {
    Unit.SECOND: timedelta(seconds=1),
    Unit.MINUTE: timedelta(minutes=1),
    Unit.HOUR: timedelta(hours=1),
}
_DAYS = {Unit.DAY: 1, Unit.WEEK: 7}
_MONTHS = {Unit.MONTH: 1, Unit.QUARTER: 3, Unit.YEAR: 12}


class LeapDay(StrEnum):
    """The day that stands for 29 February in a year without one."""

    FEB28 = "feb28"
    MAR1 = "mar1"


@dataclass(frozen=True)
class Calendar:
    """The instant of a run and the settings that dates are read under.

    `as_of` is aware and in UTC; `week_start` is 1 for Monday up to 7 for Sunday.
    """

    as_of: datetime
    timezone: str = "UTC"
    week_start: int = 1
    leap_day: LeapDay = LeapDay.FEB28

    @cached_property
    def zone(self) -> ZoneInfo:
        """The time zone."""
        return ZoneInfo(self.timezone)

    @cached_property
    def today(self) -> date:
        """The local date of as-of."""
        return self.as_of.astimezone(self.zone).date()

    def local(self, instant: datetime) -> datetime | None:
        """Return the local time of an aware instant; None outside the years 1 to 9999."""
        try:
            return instant.astimezone(self.zone)
        except OverflowError:
            return None

    def local_date(self, instant: datetime) -> date | None:
        """Return the local date of an aware instant; None outside the years 1 to 9999."""
        local = self.local(instant)
        return local.date() if local else None

    def instant(self, local: datetime) -> datetime:
        """Return the UTC instant of a local (naive) or aware time, as `to_instant` does."""
        return to_instant(local, self.zone)

    def day_end(self, day: date) -> datetime:
        """Return the last microsecond of a local day."""
        return self.instant(datetime.combine(day + timedelta(1), time())) - MICROSECOND

    def shift_instant(self, instant: datetime, count: int, unit: Unit) -> datetime:
        """Return the instant moved by `count` units, cut off at the ends of the years 1 to 9999."""
        if unit.is_clock:
            try:
                return instant + count * _ELAPSED[unit]
            except OverflowError:
                return LAST_INSTANT if count > 0 else FIRST_INSTANT
        local = self.local(instant) or _end_near(instant)
        day = _shift_date(local.date(), count, unit)
        if day is None:
            local = datetime.max if count > 0 else datetime.min
        else:
            local = datetime.combine(day, local.time())
        try:
            return self.instant(local)
        except OverflowError:
            return _end_near(local).replace(tzinfo=UTC)

    def unit_start(self, day: date, unit: Unit) -> date:
        """Return the first day of the calendar unit that `day` lies in."""
        match unit:
            case Unit.WEEK:
                return day - timedelta((day.isoweekday() - self.week_start) % 7)
            case Unit.MONTH:
                return day.replace(day=1)
            case Unit.QUARTER:
                return date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
            case Unit.YEAR:
                return date(day.year, 1, 1)
            case _:
                return day

    def days_of(
        self, direction: Direction, count: int, unit: Unit, is_full: bool
    ) -> tuple[date, date]:
        """Return the first and the last local day of a period of days or longer units.

        Bounds outside the years 1 to 9999 are cut off there.
        """
        today = self.today
        if direction is Direction.THIS or is_full:
            start = self.unit_start(today, unit)
            first, after = {
                Direction.LAST: (-count, 0),
                Direction.THIS: (0, 1),
                Direction.NEXT: (1, count + 1),
            }[direction]
            return shift_date(start, first, unit), _eve(start, after, unit)
        if direction is Direction.LAST:
            first_day = _shift_date(today, -count, unit)
            return (first_day + timedelta(1) if first_day else date.min), today
        return today, _eve(today, count, unit)

    def span_of(self, direction: Direction, count: int, unit: Unit) -> tuple[datetime, datetime]:
        """Return the first and last instant (both in) of a period of clock units."""
        moved = self.shift_instant(
            self.as_of, count if direction is Direction.NEXT else -count, unit
        )
        if direction is Direction.NEXT:
            return self.as_of, moved if moved == LAST_INSTANT else moved - MICROSECOND
        return moved if moved == FIRST_INSTANT else moved + MICROSECOND, self.as_of

    def anniversaries(self, first: date, last: date) -> frozenset[int]:
        """Return month × 100 + day of every date with an anniversary from `first` to `last`."""
        days = min((last - first).days, 366)
        found: set[int] = set()
        for offset in range(days + 1):
            found.update(self.anniversaries_on(first + timedelta(offset)))
        return frozenset(found)

    def anniversaries_on(self, day: date) -> tuple[int, ...]:
        """Return month × 100 + day of every date that has an anniversary on `day`."""
        stands_in = (2, 28) if self.leap_day is LeapDay.FEB28 else (3, 1)
        own = day.month * 100 + day.day
        if (day.month, day.day) == stands_in and not isleap(day.year):
            return own, 229
        return (own,)

    def whole_units(self, start: date, end: date, unit: Unit) -> int:
        """Return the number of whole days or longer units from `start` to `end`.

        Months are 12 × years + months, less one when the end's day comes before the smaller of
        the start's day and the length of the end's month; the negative when `end` is earlier.
        """
        if start > end:
            return -self.whole_units(end, start, unit)
        if unit in _DAYS:
            return (end - start).days // _DAYS[unit]
        if unit is Unit.YEAR and self.leap_day is LeapDay.MAR1:
            return end.year - start.year - ((end.month, end.day) < (start.month, start.day))
        months = 12 * (end.year - start.year) + end.month - start.month
        months -= end.day < min(start.day, monthrange(end.year, end.month)[1])
        return months // _MONTHS[unit]


def to_instant(local: datetime, zone: ZoneInfo) -> datetime:
    """Return the UTC instant of a local (naive) or aware time.

    A local time that occurs twice is the first; one that does not exist moves forward by the gap.
    """
    aware = local.replace(tzinfo=zone, fold=0) if local.tzinfo is None else local
    return aware.astimezone(UTC)


def elapsed_units(start: datetime, end: datetime, unit: Unit) -> int:
    """Return the number of whole clock units from `start` to `end`, towards zero."""
    if start > end:
        return -elapsed_units(end, start, unit)
    return (end - start) // _ELAPSED[unit]


def shift_date(day: date, count: int, unit: Unit) -> date:
    """Return the date moved by days or longer units, clipped to the month's end.

    It is cut off at the ends of the years 1 to 9999.
    """
    return _shift_date(day, count, unit) or (date.max if count > 0 else date.min)


def _shift_date(day: date, count: int, unit: Unit) -> date | None:
    """Return the date moved as `shift_date` does, None outside the years 1 to 9999."""
    try:
        if unit in _DAYS:
            return day + timedelta(count * _DAYS[unit])
        month = day.year * 12 + day.month - 1 + count * _MONTHS[unit]
        year, month = month // 12, month % 12 + 1
        return date(year, month, min(day.day, monthrange(year, month)[1]))
    except (OverflowError, ValueError):
        return None


def _end_near(time: datetime) -> datetime:
    """Return the local time that is the end of the calendar near which a time lies."""
    return datetime.max if time.year > 1 else datetime.min


def _eve(day: date, count: int, unit: Unit) -> date:
    moved = _shift_date(day, count, unit)
    return moved - timedelta(1) if moved else date.max
