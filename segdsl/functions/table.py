"""The one table of functions: types, meaning, documentation.

Every function is strict: a missing argument gives a missing result, except where a row says so.
Numbers that a function computes are 64-bit floats; whole counts are integers.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from segdsl.catalog.types import DATE, INSTANT, LIST_ANY, NUMBER, PLACE, TEXT, WEEKDAY, Type
from segdsl.functions.clock import Calendar, elapsed_units
from segdsl.functions.places import distance
from segdsl.functions.units import Unit

Meaning = Callable[..., Any]  # the arguments' types are those of the row's overloads


@dataclass(frozen=True, slots=True)
class Overload:
    """The types of the arguments and of the result."""

    parameters: tuple[Type, ...]
    result: Type


@dataclass(frozen=True, slots=True)
class Function:
    """One row: `meaning` takes the calendar and known values and may return None for missing."""

    name: str
    overloads: tuple[Overload, ...]
    meaning: Meaning
    form: str
    doc: str
    example: str
    is_callable: bool = False
    is_strict: bool = True


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _float(compute: Callable[..., float]) -> Meaning:
    """Return a meaning that computes in 64-bit floats; what is not finite is missing."""

    def meaning(_: Calendar, *values: int | float) -> float | None:
        try:
            return _finite(compute(*map(float, values)))
        except (OverflowError, ZeroDivisionError):
            return None

    return meaning


def _round(value: float, digits: float = 0.0) -> float:
    scale = 10.0**digits
    return float(math.floor(value * scale + 0.5) / scale)


def _domain(_: Calendar, email: str) -> str | None:
    parts = email.split("@")
    return parts[1].lower() if len(parts) == 2 else None


def _of_day(read: Callable[[date], int]) -> Meaning:
    """Return a meaning that reads the date, for an instant the local date."""

    def meaning(calendar: Calendar, value: date) -> int | None:
        day = calendar.local_date(value) if isinstance(value, datetime) else value
        return read(day) if day else None

    return meaning


def _hour(calendar: Calendar, instant: datetime) -> int | None:
    local = calendar.local(instant)
    return local.hour if local else None


def _between(unit: Unit) -> Function:
    words = f"{unit}s"
    meaning: Meaning
    if unit.is_clock:
        overloads = (Overload((INSTANT, INSTANT), NUMBER),)
        doc = f"Whole {words} of elapsed time from the first instant to the second."
        meaning = lambda _, start, end: elapsed_units(start, end, unit)  # noqa: E731
    else:
        overloads = (Overload((DATE, DATE), NUMBER),)
        doc = f"Whole {words} from the first local date to the second; negative when it is earlier."
        meaning = lambda calendar, start, end: calendar.whole_units(start, end, unit)  # noqa: E731
    return Function(
        f"{words} between",
        overloads,
        meaning,
        f"{words} since x, {words} from x to y",
        doc,
        f"{words} since {'last_visit' if unit.is_clock else 'signup_date'} > 2",
    )


_TWO_NUMBERS = (Overload((NUMBER, NUMBER), NUMBER),)
_ONE_NUMBER = (Overload((NUMBER,), NUMBER),)
_A_DAY = (Overload((DATE,), NUMBER), Overload((INSTANT,), NUMBER))

_ROWS = (
    Function(
        "add",
        _TWO_NUMBERS,
        _float(lambda a, b: a + b),
        "x + y",
        "The sum. A date or instant takes a duration: `today + 2 weeks`.",
        "visits_web + visits_store >= 3",
    ),
    Function(
        "subtract",
        _TWO_NUMBERS,
        _float(lambda a, b: a - b),
        "x - y",
        "The difference. A date or instant takes a duration: `today - 30 days`.",
        "spend - refunds > 100",
    ),
    Function(
        "multiply",
        _TWO_NUMBERS,
        _float(lambda a, b: a * b),
        "x * y",
        "The product.",
        "orders * basket > 1000",
    ),
    Function(
        "divide",
        _TWO_NUMBERS,
        _float(lambda a, b: a / b),
        "x / y",
        "The quotient; missing when y is 0.",
        "spend / orders >= 50",
    ),
    Function("negate", _ONE_NUMBER, _float(lambda a: -a), "-x", "The negative.", "-balance > 10"),
    Function(
        "round",
        (Overload((NUMBER,), NUMBER), Overload((NUMBER, NUMBER), NUMBER)),
        _float(_round),
        "round(x), round(x, 2)",
        "x rounded to that many digits: floor(x × 10^n + 0.5) / 10^n.",
        "round(spend / orders, 2) = 19.99",
        is_callable=True,
    ),
    Function(
        "abs",
        _ONE_NUMBER,
        _float(abs),
        "abs(x)",
        "x without its sign.",
        "abs(balance) > 100",
        is_callable=True,
    ),
    Function(
        "year",
        _A_DAY,
        _of_day(lambda day: day.year),
        "year(d)",
        "The year of a date, for an instant of its local date.",
        "year(signup_date) = 2026",
        is_callable=True,
    ),
    Function(
        "month",
        _A_DAY,
        _of_day(lambda day: day.month),
        "month(d)",
        "The month, 1 to 12.",
        "month(birth_date) in (6, 7, 8)",
        is_callable=True,
    ),
    Function(
        "day",
        _A_DAY,
        _of_day(lambda day: day.day),
        "day(d)",
        "The day of the month, 1 to 31.",
        "day(signup_date) = 1",
        is_callable=True,
    ),
    Function(
        "hour",
        (Overload((INSTANT,), NUMBER),),
        _hour,
        "hour(t)",
        "The local hour of an instant, 0 to 23.",
        "hour(last_visit) between 9 and 17",
        is_callable=True,
    ),
    Function(
        "weekday",
        (Overload((DATE,), WEEKDAY), Overload((INSTANT,), WEEKDAY)),
        _of_day(lambda day: day.isoweekday()),
        "weekday(d)",
        "The day of the week, compared with `mon` to `sun`.",
        "weekday(signup_date) in (sat, sun)",
        is_callable=True,
    ),
    Function(
        "domain",
        (Overload((TEXT,), TEXT),),
        _domain,
        "domain(email)",
        "What follows the only `@`, in lower case; missing without exactly one `@`.",
        'domain(email) = "example.com"',
        is_callable=True,
    ),
    Function(
        "length",
        (Overload((TEXT,), NUMBER),),
        lambda _, text: len(text),
        "length of x",
        "The number of characters (code points) of a text.",
        "length of first_name <= 3",
    ),
    Function(
        "size",
        (Overload((LIST_ANY,), NUMBER),),
        lambda _, items: len(items),
        "size of x",
        "The number of elements of a list.",
        "size of tags >= 3",
    ),
    Function(
        "local date",
        (Overload((INSTANT,), DATE),),
        lambda calendar, instant: calendar.local_date(instant),
        "x (an instant where a date is wanted)",
        "The date of an instant in the catalog's time zone.",
        "last_visit before 2026-01-01",
    ),
    Function(
        "distance",
        (Overload((PLACE, NUMBER, NUMBER), NUMBER),),
        lambda _, place, latitude, longitude: distance(
            place[0], place[1], float(latitude), float(longitude)
        ),
        "place within 10 km of (41.01, 28.97)",
        "The great-circle distance in whole metres on a sphere of 6,371,008.8 m.",
        "place within 10 km of (41.01, 28.97)",
    ),
    Function(
        "or else",
        (),
        lambda _, *values: next((value for value in values if value is not None), None),
        "x or else y",
        "x, and where it is missing y.",
        'nickname or else first_name = "Ali"',
        is_strict=False,
    ),
    *(_between(unit) for unit in Unit),
)

FUNCTIONS = MappingProxyType({row.name: row for row in _ROWS})
