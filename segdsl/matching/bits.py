"""Sets of positions as big integers, one bit a position."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, compress
from typing import Any

_FEW = 24
"""Up to so many positions are kept as they are: an integer is as long as all positions."""


def bits(positions: Iterable[int], size: int) -> int:
    """Return the integer with these bits set; `size` is more than the highest."""
    raw = bytearray((size >> 3) + 1)
    for position in positions:
        raw[position >> 3] |= 1 << (position & 7)
    return int.from_bytes(raw, "little")


@dataclass(frozen=True, slots=True)
class Patches:
    """Disjoint sets of positions, those that are chosen to be joined to one."""

    small: tuple[Sequence[int], ...]
    large: tuple[int, ...]
    size: int

    @staticmethod
    def of(sets: Sequence[Sequence[int]], size: int) -> Patches:
        """Return the sets; those with many positions as integers."""
        small = tuple(() if len(one) > _FEW else tuple(one) for one in sets)
        large = tuple(bits(one, size) if len(one) > _FEW else 0 for one in sets)
        return Patches(small, large if any(large) else (), size)

    def joined(self, chosen: Sequence[Any]) -> int:
        """Return the union of the sets for which `chosen` is true."""
        if not any(chosen):
            return 0
        found = bits(chain.from_iterable(compress(self.small, chosen)), self.size)
        for one in compress(self.large, chosen):
            found |= one
        return found
