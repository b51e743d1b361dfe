"""Ordered values: which atoms hold between any two neighbouring bounds, worked out beforehand."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeAlias

from segdsl.catalog.types import Kind
from segdsl.functions.clock import MICROSECOND
from segdsl.plan import nodes as n

Edge: TypeAlias = "tuple[Any, int]"
"""A bound, and 0 for just below it, 1 for just above it."""

Lookup: TypeAlias = Callable[[Any], int]
"""Returns the bits that a value turns over."""

_MIRRORED = {
    n.Relation.LT: n.Relation.GT,
    n.Relation.LE: n.Relation.GE,
    n.Relation.GT: n.Relation.LT,
    n.Relation.GE: n.Relation.LE,
}
_FIRST_TRUE = (n.Relation.LT, n.Relation.LE, n.Relation.NE)
_BELOW = (n.Relation.LT, n.Relation.GE, n.Relation.EQ, n.Relation.NE)
_ABOVE = (n.Relation.LE, n.Relation.GT, n.Relation.EQ, n.Relation.NE)


@dataclass(frozen=True, slots=True)
class Span:
    """Where an atom holds along its subject: whether it does at first, and its bounds."""

    relation: n.Relation | None  # None: wherever the subject is known
    bounds: tuple[Any, ...]

    @property
    def is_first_true(self) -> bool:
        return self.relation is None or self.relation in _FIRST_TRUE

    def edges(self, of: Callable[[Any], Any]) -> Iterable[Edge]:
        """Yield where the answer changes; bounds are taken through `of` first."""
        for bound in {of(bound) for bound in self.bounds}:
            if self.relation in _BELOW:
                yield bound, 0
            if self.relation in _ABOVE:
                yield bound, 1


def span_of(atom: n.Node) -> tuple[n.Node, Span] | None:
    """Return the subject of an atom and where it holds; None for what is no such atom."""
    match atom:
        case n.Known(subject):
            return subject, Span(None, ())
        case n.OneOf(subject, members) if not _has_floats(members):
            return subject, Span(n.Relation.EQ, members)
        case n.Compare(relation, subject, n.Literal(value)) if _is_bound(value):
            return subject, Span(relation, (value,))
        case n.Compare(relation, n.Literal(value), subject) if _is_bound(value):
            return subject, Span(_MIRRORED.get(relation, relation), (value,))
        case _:
            return None


def _is_bound(value: Any) -> bool:
    return value is not None and not isinstance(value, float)


def _has_floats(members: Iterable[Any]) -> bool:
    """Return whether a number would have to be rounded to be compared."""
    return any(isinstance(member, float) for member in members)


Placed: TypeAlias = "Sequence[tuple[Span, Sequence[int]]]"


def line(kind: Kind, spans: Placed, missing: int, size: int, stride: int) -> Lookup:
    """Return the look-up of an ordered kind of value; `missing` are the bits of no value."""
    if kind is Kind.NUMBER:
        return _numbers(spans, missing, size, stride)
    step = timedelta(1) if kind is Kind.DATE else MICROSECOND
    edges, pieces = _pieces(spans, lambda bound: bound, size, stride)
    while edges and _after(*edges[-1], step) is None:
        edges.pop()  # nothing is later than the last day
    starts: list[Any] = [_after(*edge, step) for edge in edges]

    def lookup(value: date | None) -> int:
        return missing if value is None else pieces[bisect_right(starts, value)]

    return lookup


def number_of_edges(spans: Placed) -> int:
    """Return how many bounds a line has."""
    return len({edge for span, _ in spans for edge in span.edges(lambda bound: bound)})


def _after(bound: date | datetime, side: int, step: timedelta) -> date | None:
    """Return the first value that is not before an edge; None if there is none."""
    try:
        return bound + step if side else bound
    except OverflowError:
        return None


def _numbers(spans: Placed, missing: int, size: int, stride: int) -> Lookup:
    """Return the look-up of numbers: exact ones by exact bounds, floats by rounded ones."""
    edges, pieces = _pieces(spans, lambda bound: bound, size, stride)
    wholes = [math.floor(bound) + 1 if side else math.ceil(bound) for bound, side in edges]
    rounded, float_pieces = edges, pieces
    if len({float(bound) for bound, _ in edges}) < len({bound for bound, _ in edges}):
        rounded, float_pieces = _pieces(spans, float, size, stride)
    floats = [math.nextafter(float(b), math.inf) if side else float(b) for b, side in rounded]

    def lookup(value: int | float | Decimal | None) -> int:
        kind = type(value)
        if kind is int:
            return pieces[bisect_right(wholes, value)]
        if kind is float:
            return float_pieces[bisect_right(floats, value)]  # type: ignore[type-var]
        return missing if value is None else pieces[bisect_right(edges, (value, 0))]

    return lookup


def _pieces(
    spans: Placed, of: Callable[[Any], Any], size: int, stride: int
) -> tuple[list[Edge], Sequence[int]]:
    """Return the edges in order, and the bits before the first and after each of them."""
    turns: Mapping[Edge, list[int]] = defaultdict(list)
    for span, positions in spans:
        for edge in span.edges(of):
            turns[edge].extend(positions)
    edges = sorted(turns)
    first = [at for span, positions in spans if span.is_first_true for at in positions]
    raw = bytearray((size >> 3) + 1)
    _turn(raw, first)
    kept = [int.from_bytes(raw, "little")]
    for i, edge in enumerate(edges, start=1):
        _turn(raw, turns[edge])
        if i % stride == 0:
            kept.append(int.from_bytes(raw, "little"))
    if stride == 1:
        return edges, kept
    return edges, _Strided(kept, [tuple(turns[edge]) for edge in edges], stride, size)


def _turn(raw: bytearray, positions: Iterable[int]) -> None:
    for position in positions:
        raw[position >> 3] ^= 1 << (position & 7)


class _Strided(Sequence[int]):
    """Pieces of which only some are kept; the others are made from the one before."""

    def __init__(
        self, kept: Sequence[int], turns: Sequence[Sequence[int]], stride: int, size: int
    ) -> None:
        self._kept, self._turns, self._stride, self._size = kept, turns, stride, size

    def __len__(self) -> int:
        return len(self._turns) + 1

    def __getitem__(self, i: Any) -> Any:  # Any: the index of a sequence
        start = i - i % self._stride
        found = self._kept[start // self._stride]
        if start == i:
            return found
        raw = bytearray((self._size >> 3) + 1)
        for turned in self._turns[start:i]:
            _turn(raw, turned)
        return found ^ int.from_bytes(raw, "little")
