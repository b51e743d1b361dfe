"""Random customers: every type, missing values, and values at the edges of what a type holds."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from hypothesis import strategies as st

from segdsl.catalog.types import DATE, INSTANT, NUMBER, PLACE, TEXT, YESNO, Kind, list_of
from segdsl.functions.clock import Calendar, LeapDay
from segdsl.plan import nodes as n
from segdsl.plan.meaning import Customer

ZONES = ("UTC", "Europe/Istanbul", "America/Havana", "Australia/Lord_Howe", "Pacific/Apia")
NUMBERS = ("whole", "huge", "money", "fine", "ratio", "share")
FIELDS = {
    **dict.fromkeys(("city", "name", "address"), TEXT),
    **dict.fromkeys(NUMBERS, NUMBER),
    **dict.fromkeys(("born", "signup"), DATE),
    **dict.fromkeys(("seen", "bought"), INSTANT),
    "optin": YESNO,
    "home": PLACE,
    "tags": list_of(Kind.TEXT),
    "scores": list_of(Kind.NUMBER),
    "prices": list_of(Kind.NUMBER),
    "visits": list_of(Kind.DATE),
}

_LETTERS = "aAbBnN iIıİsSßẞςσΣeéÉøØłŁ3٣۳\u00a0\u200d\u0301\u0307kK@.~*?😀"
TEXTS = (
    "", " ", "\u2003\t", "İstanbul", "ISTANBUL", "ıstanbul", "i̇stanbul", "Łódź", "lodz", "Ali",
    "ali", "a@B.com", "x@ΑΣ", "a@@b", "straße", "STRASSE", "é", "e\u0301", "\u212aelvin", "kelvin",
    "٣3", "vip",
)  # fmt: skip
ADDRESSES = (
    "203.0.113.7", "::ffff:203.0.113.9", "2001:db8::1", "10.0.0.1", "nonsense", "010.0.0.1", "",
)  # fmt: skip
TAGS = ("vip", "VIP", "vıp", "new", "", "é")
WHOLES = (0, 1, 2, 3, 7, 25, 40, -1, -5, 2**53, 2**53 + 1, -(2**53) - 1, 2**63 - 1, -(2**63))
HUGES = (*WHOLES, 2**63, 10**37, 10**38, -(2**127), 2**127 - 1, 2**100 + 1)
FLOATS = (
    0.0, -0.0, 0.5, 1.0, 2.0, 2.5, 3.0, 0.1, -3.0, 25.0, 1e308, -1e308, 5e-324, 1e-310,
    float(2**53), float(2**63), 0.30000000000000004, 7.000000000000001, 0.49999999999999994,
    1.005, 1e22, 1e23,
)  # fmt: skip
MONEYS = tuple(map(Decimal, ("0.00", "0.10", "0.50", "1.00", "2.50", "25.01", "-3.00", "7.00")))
FINES = (
    *MONEYS,
    Decimal("999999999999999999.999999999999999999"),
    Decimal("-0.000000000000000001"),
    Decimal("9007199254740993.000000000000000001"),
    Decimal("0.1000000000000000055"),
)
PRICES = (0.5, 1.0, 2.0, 3.5)
DIVISORS = (3, 7, 10, 1000, Decimal("0.1"), Decimal("0.07"))  # their inverses are not exact
DIVIDENDS = (1, 2, 3, 7, 25, 40)  # many cells are one of them
CONSTANTS = (*HUGES, *FINES, *FLOATS)
_DAYS = (
    date.min, date.max, date(2024, 2, 29), date(2023, 2, 28), date(2023, 3, 1), date(2024, 12, 31),
    date(1999, 12, 31), date(2000, 2, 29),
)  # fmt: skip
_TURNS = (  # changes of the clock in the zones above, and of the day about one of them
    datetime(2024, 11, 3, 4, 30, tzinfo=UTC),
    datetime(2024, 3, 10, 5, tzinfo=UTC),
    datetime(2024, 4, 6, 15, tzinfo=UTC),
    datetime(2011, 12, 30, 10, tzinfo=UTC),
    datetime(2016, 3, 27, 1, tzinfo=UTC),
)
_FAR = (datetime(3, 1, 1, tzinfo=UTC), datetime(9990, 7, 1, tzinfo=UTC))


def text(random: Random) -> str:
    """Return a text in NFC."""
    if random.random() < 0.6:
        return unicodedata.normalize("NFC", random.choice(TEXTS))
    letters = "".join(random.choice(_LETTERS) for _ in range(random.randint(1, 5)))
    return unicodedata.normalize("NFC", letters)


def day(random: Random) -> date:
    """Return a date: at an edge, near the present or anywhere."""
    anywhere = date.fromordinal(random.randint(1, date.max.toordinal()))
    near = date(2023, 12, 1) + timedelta(random.randint(0, 500))
    return random.choice([random.choice(_DAYS), anywhere, near, near])


def instant(random: Random) -> datetime:
    """Return an instant: about a change of the clock, far off or near the present."""
    about = random.choice(_TURNS) + timedelta(minutes=random.randint(-1600, 1600))
    near = datetime(2024, 6, 1, tzinfo=UTC) + timedelta(
        days=random.randint(-200, 200), microseconds=random.randint(0, 10**11)
    )
    return random.choice([about, about, near, near, random.choice(_FAR)])


def place(random: Random) -> tuple[float, float]:
    """Return a latitude and a longitude."""
    return random.choice(
        [(41.01, 28.97), (0.0, 0.0), (-90.0, 180.0), (random.uniform(-90, 90), 28.97)]
    )


def _of(pool: tuple[Any, ...]) -> Callable[[Random], Any]:
    return lambda random: random.choice(pool)


def _several(item: Callable[[Random], Any]) -> Callable[[Random], tuple[Any, ...]]:
    def items(random: Random) -> tuple[Any, ...]:
        count = random.randint(0, 4)
        return tuple(None if random.random() < 0.1 else item(random) for _ in range(count))

    return items


CELLS: dict[str, Callable[[Random], Any]] = {
    "city": lambda random: unicodedata.normalize("NFC", random.choice(TEXTS[:9])),
    "name": text,
    "address": _of(ADDRESSES),
    "whole": _of(WHOLES),
    "huge": _of(HUGES),
    "money": _of(MONEYS),
    "fine": _of(FINES),
    "ratio": _of(FLOATS),
    "share": lambda random: random.randint(0, 40) / 8,
    "born": day,
    "signup": day,
    "seen": instant,
    "bought": instant,
    "optin": lambda random: random.random() < 0.5,
    "home": place,
    "tags": _several(_of(TAGS)),
    "scores": _several(_of(WHOLES)),
    "prices": _several(_of(PRICES)),
    "visits": _several(day),
}


def population(seed: int, size: int) -> list[Customer]:
    """Return customers with distinct keys, all numbers or all texts, in no order."""
    random = Random(seed)
    keys: list[Any] = random.sample(range(-9, 2 * size + 9), size)
    if random.random() < 0.5:
        keys = [f"{random.choice('aİé')}{key}" for key in keys]
    return [
        Customer(
            key,
            {
                name: None if random.random() < 0.15 else cell(random)
                for name, cell in CELLS.items()
            },
        )
        for key in keys
    ]


def drawn(make: Callable[[Random], Any]) -> st.SearchStrategy[Any]:
    """Return a strategy for what `make` returns."""
    return st.integers(0, 2**32).map(lambda seed: make(Random(seed)))


# Engines compute one row, a chunk of 64 and what is left of one each in its own way.
_SIZES = (0, 1, 1, 2, 5, 7, 7, 12, 12, 12, 30, 64, 65, 200)
populations = st.builds(population, st.integers(0, 2**32), st.sampled_from(_SIZES))
calendars = st.builds(
    Calendar,
    drawn(instant).map(lambda at: at.replace(year=min(max(at.year, 1900), 2100))),
    st.sampled_from(ZONES),
    st.integers(1, 7),
    st.sampled_from(LeapDay),
)


def all_fields() -> list[n.Field]:
    """Return every field that customers may have."""
    return [n.Field(name, type_) for name, type_ in FIELDS.items()]
