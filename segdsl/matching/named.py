"""The names of the segments whose bits are set, in the order of the rules."""

from __future__ import annotations

from collections.abc import Callable, Sequence

Named = Callable[[int], tuple[str, ...]]

_MANY = 512
"""Segments from which on NumPy is worth its import."""


def named(places: Sequence[tuple[int, int]], names: Sequence[str], size: int) -> Named:
    """Return what gives the names of set bits; `places` are positions and numbers of names."""
    return _by_arrays(places, names, size) if len(places) >= _MANY else _by_bits(places, names)


def _by_bits(places: Sequence[tuple[int, int]], names: Sequence[str]) -> Named:
    numbers = dict(places)

    def found(bits: int) -> tuple[str, ...]:
        chosen: list[int] = []
        while bits:
            lowest = bits & -bits
            chosen.append(numbers[lowest.bit_length() - 1])
            bits ^= lowest
        return tuple([names[i] for i in sorted(chosen)])

    return found


def _by_arrays(places: Sequence[tuple[int, int]], names: Sequence[str], size: int) -> Named:
    import numpy as np

    length = (size >> 3) + 1
    positions = np.empty(len(names), dtype=np.intp)
    for position, i in places:
        positions[i] = position
    homes, masks = positions >> 3, (1 << (positions & 7)).astype(np.uint8)
    # Made one after the other they lie side by side in memory, and are gathered sooner.
    texts = np.array([_anew(name) for name in names], dtype=object)

    def found(bits: int) -> tuple[str, ...]:
        raw = np.frombuffer(bits.to_bytes(length, "little"), dtype=np.uint8)
        chosen = raw.take(homes, mode="clip") & masks
        return tuple(texts.take(chosen.astype(np.bool_).nonzero()[0]).tolist())

    return found


def _anew(name: str) -> str:
    """Return an equal text that is another object."""
    return name.encode("utf-8", "surrogatepass").decode("utf-8", "surrogatepass")
