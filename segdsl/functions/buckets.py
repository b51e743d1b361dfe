"""Buckets: the numbers by which samples and splits choose customers."""

from __future__ import annotations

import math
from fractions import Fraction
from hashlib import md5
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

BUCKETS = 2**32
"""How many buckets there are: 0 up to, not including, this."""


def bucket(seed: str, key: int | str) -> int:
    """Return the bucket of a customer: the first eight hex digits of MD5 of `seed:key` in UTF-8.

    >>> bucket("spring", 42)
    2257472402
    """
    return buckets(seed, (key,))[0]


def buckets(seed: str, keys: Iterable[int | str]) -> list[int]:
    """Return the bucket of each key, in order."""
    seeded = md5(f"{seed}:".encode(), usedforsecurity=False)
    found: list[int] = []
    for key in keys:
        digest = seeded.copy()
        digest.update(str(key).encode())
        found.append(int.from_bytes(digest.digest()[:4], "big"))
    return found


def bucket_bound(part: Decimal) -> int:
    """Return the bucket below which `part` (0 to 1) of them lies: part × 2^32, rounded up."""
    return math.ceil(Fraction(part) * BUCKETS)
