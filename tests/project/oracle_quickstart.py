"""The rules of `rules_examples/quickstart` once more, by hand in plain Python: who is in what."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import md5
from math import ceil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TODAY = date(2026, 11, 1)
MIN_SPEND = 5_000
METROS = ("istanbul", "ankara", "izmir")


@dataclass(frozen=True, slots=True)
class Customer:
    """One row of customers.csv, converted; None is missing."""

    key: int
    age: int | None
    city: str | None
    email: str | None
    newsletter: bool
    signup: date
    orders: int
    last_order: date | None
    spend: float

    @property
    def is_young(self) -> bool:
        return self.age is not None and 25 <= self.age <= 34

    @property
    def is_reachable(self) -> bool:
        return self.newsletter and self.email is not None

    @property
    def is_gold(self) -> bool:
        return self.spend >= MIN_SPEND

    @property
    def is_silver(self) -> bool:
        return self.spend >= MIN_SPEND / 2

    @property
    def is_to_win_back(self) -> bool:
        silent = self.last_order is not None and (TODAY - self.last_order).days > 180
        return self.orders >= 3 and silent and self.is_reachable


def folded(city: str) -> str:
    """Return the city in lower case, with all four letters i as one."""
    return city.translate(str.maketrans("İIı", "iii")).lower()


def bucket(seed: str, key: int) -> int:
    """Return the first eight hexadecimal digits of the MD5 of `seed:key` as a number."""
    return int(md5(f"{seed}:{key}".encode()).hexdigest()[:8], 16)


def in_spring(customer: Customer, low: float, high: float) -> bool:
    """Return whether the customer's share of the split lies between the two parts."""
    place = bucket("spring-26", customer.key)
    return customer.is_to_win_back and ceil(low * 2**32) <= place < ceil(high * 2**32)


SEGMENTS: dict[str, Callable[[Customer], bool]] = {
    "young_istanbul": lambda c: c.is_young and c.city == "istanbul",
    "young_metro": lambda c: c.is_young and c.city in METROS and c.is_reachable,
    "newcomers": lambda c: TODAY - timedelta(days=30) < c.signup <= TODAY,
    "gold": lambda c: c.is_gold,
    "silver": lambda c: c.is_silver,
    "win_back": lambda c: c.is_to_win_back,
    "city_unknown": lambda c: c.city is None and c.signup < date(2025, 11, 1),
    "loyalty.gold": lambda c: c.is_gold,
    "loyalty.silver": lambda c: c.is_silver and not c.is_gold,
    "loyalty.basic": lambda c: not c.is_silver,
    "spring.control": lambda c: in_spring(c, 0, 0.2),
    "spring.letter": lambda c: in_spring(c, 0.2, 0.6),
    "spring.voucher": lambda c: in_spring(c, 0.6, 1),
}


def read(path: Path) -> list[Customer]:
    """Return the customers of the file."""
    with path.open(encoding="utf-8", newline="") as file:
        return [customer(row) for row in csv.DictReader(file)]


def customer(row: dict[str, str]) -> Customer:
    """Return the customer of one row of the file."""
    return Customer(
        key=int(row["customer_id"]),
        age=int(row["age"]) if row["age"] else None,
        city=folded(row["city"]) if row["city"] else None,
        email=row["email"] or None,
        newsletter=row["newsletter"] == "yes",
        signup=date.fromisoformat(row["signup_date"]),
        orders=int(row["orders"]),
        last_order=date.fromisoformat(row["last_order"]) if row["last_order"] else None,
        spend=float(row["spend"]),
    )


def counts(path: Path) -> dict[str, int]:
    """Return how many customers of the file each segment holds, by its name."""
    customers = read(path)
    return {name: sum(map(holds, customers)) for name, holds in SEGMENTS.items()}
