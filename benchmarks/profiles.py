"""Seeded profiles of eight attributes, and rules on them as segdsl and other engines say them."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from population import CITIES, DOMAINS, JOBS

FIELDS = {
    "city": "text",
    "job_title": "text",
    "email_domain": "text",
    "product": "text",
    "age": "number",
    "spend": "number",
    "orders": "number",
    "signup_date": "date",
}
PRODUCTS = [f"{kind} {i:03}" for kind in ("Tea", "Shoe", "Lamp", "Book") for i in range(250)]
_START = date(2020, 1, 1)
Profile = dict[str, object]


def profiles(count: int, seed: int = 1) -> list[Profile]:
    """Return profiles; the other engines compare days as numbers, `signup_day`."""
    draw = random.Random(seed)
    found: list[Profile] = []
    for _ in range(count):
        day = _START + timedelta(draw.randrange(2400))
        found.append(
            {
                "city": draw.choice(CITIES),
                "job_title": draw.choice(JOBS),
                "email_domain": f"{draw.randrange(500)}.{draw.choice(DOMAINS)}",
                "product": draw.choice(PRODUCTS),
                "age": draw.randrange(18, 91),
                "spend": draw.randrange(1_000_000) / 100,
                "orders": draw.randrange(60),
                "signup_date": day,
                "signup_day": day.toordinal(),
            }
        )
    return found


@dataclass(frozen=True, slots=True)
class Said:
    """One condition as segdsl, Python, rule-engine, Common Expression Language and zen say it."""

    segdsl: str
    python: str
    rule_engine: str
    cel: str
    zen: str


def _compared(field: str, sign: str, value: object, segdsl: str) -> Said:
    code = f"{field} {sign} {value}"
    return Said(segdsl, code, code, code, code)


def _equal(field: str, value: str) -> Said:
    return _compared(field, "==", f'"{value}"', f'{field} = "{value}"')


def _one_of(field: str, values: list[str]) -> Said:
    listed = ", ".join(f'"{value}"' for value in values)
    code = f"{field} in [{listed}]"
    return Said(f"{field} in ({listed})", f"{field} in {{{listed}}}", code, code, code)


def _contains(field: str, word: str) -> Said:
    python = f'"{word}" in {field}'
    return Said(
        f'{field} contains "{word}"',
        python,
        python,
        f'{field}.contains("{word}")',
        f'contains({field}, "{word}")',
    )


def _ends(field: str, tail: str) -> Said:
    return Said(
        f'{field} ends with "{tail}"',
        f'{field}.endswith("{tail}")',
        f'{field}.ends_with("{tail}")',
        f'{field}.endsWith("{tail}")',
        f'endsWith({field}, "{tail}")',
    )


def _between(field: str, low: int, high: int) -> Said:
    both = f"{field} >= {low} and {field} <= {high}"
    cel = f"({field} >= {low} && {field} <= {high})"
    return Said(f"{field} between {low} and {high}", f"({both})", f"({both})", cel, f"({both})")


def _signup(draw: random.Random) -> Said:
    day = _START + timedelta(draw.randrange(2400))
    if draw.random() < 0.5:
        rule = f"signup_date on or after {day}"
        return _compared("signup_day", ">=", day.toordinal(), rule)
    return _compared("signup_day", "<", day.toordinal(), f"signup_date before {day}")


def _product(draw: random.Random) -> Said:
    if draw.random() < 0.3:
        return _ends("product", f"{draw.randrange(1000) % 250:03}")
    if draw.random() < 0.6:
        return _equal("product", draw.choice(PRODUCTS))
    return _one_of("product", draw.sample(PRODUCTS, draw.randint(5, 60)))


def _job(draw: random.Random) -> Said:
    if draw.random() < 0.1:
        return _contains("job_title", draw.choice(JOBS).split()[1])
    return _one_of("job_title", draw.sample(JOBS, draw.randint(2, 9)))


def _age(draw: random.Random) -> Said:
    low = draw.randint(18, 80)
    return _between("age", low, low + draw.randint(4, 30))


def _spend(draw: random.Random) -> Said:
    limit, sign = draw.randint(100, 9_900), draw.choice((">", "<="))
    return _compared("spend", sign, limit, f"spend {sign} {limit}")


def _orders(draw: random.Random) -> Said:
    if draw.random() < 0.3:
        low = draw.randint(0, 50)
        return _between("orders", low, low + draw.randint(1, 30))
    number, sign = draw.randint(1, 58), draw.choice((">=", "<"))
    return _compared("orders", sign, number, f"orders {sign} {number}")


_ON_TEXTS: tuple[Callable[[random.Random], Said], ...] = (
    lambda draw: _one_of("city", draw.sample(CITIES, draw.randint(2, 20))),
    lambda draw: _one_of("city", draw.sample(CITIES, draw.randint(10, 40))),
    _job,
    _product,
    _product,
    lambda draw: _ends("email_domain", f"{draw.randint(0, 99)}.{draw.choice(DOMAINS)}"),
)
_ON_OTHERS: tuple[Callable[[random.Random], Said], ...] = (_age, _spend, _spend, _orders, _signup)


def conditions(count: int, seed: int = 2) -> list[Said]:
    """Return distinct conditions, half of them on texts."""
    draw = random.Random(seed)
    found: dict[str, Said] = {}
    for makers, wanted in ((_ON_TEXTS, count // 2), (_ON_OTHERS, count)):
        while len(found) < wanted:
            said = draw.choice(makers)(draw)
            found.setdefault(said.segdsl, said)
    return list(found.values())


def segments(count: int, distinct: int, seed: int = 3) -> list[Said]:
    """Return the conditions of segments, three to five drawn from a pool for each."""
    return [joined(parts) for parts in parted(count, distinct, seed)]


def parted(count: int, distinct: int, seed: int = 3) -> list[list[Said]]:
    """Return the same segments as the conditions that each is made of."""
    draw = random.Random(seed)
    pool = conditions(distinct)
    return [draw.sample(pool, draw.randint(3, 5)) for _ in range(count)]


def joined(parts: list[Said]) -> Said:
    """Return a segment of three conditions or more."""

    def words(language: str, either: str, both: str, no: str) -> str:
        first, second, third, *more = (getattr(part, language) for part in parts)
        return both.join([f"({first}{either}{second})", f"{no}({third})", *more])

    plain = (" or ", " and ", "not ")
    return Said(
        words("segdsl", *plain),
        words("python", *plain),
        words("rule_engine", *plain),
        words("cel", " || ", " && ", "!"),
        words("zen", *plain),
    )
