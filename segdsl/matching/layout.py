"""Lays segments out as trees of bits, so that a few operations on one integer evaluate them all.

Every place where a rule reads an atom has a bit of its own; `not` is pushed down to there, where it
is a bit that begins set. A connective stands behind its items: its bit is the one after the region
that they fill. Adding to a region carries into that bit: for `and`, one is added to a region whose
other bits are all set, so the carry passes if all items are; for `or`, all ones are added, so that
it passes if one is. One addition does so for all connectives of a level, whatever their width.

What many rules share is laid out once and read like an atom, as soon as its level is done.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from segdsl.matching.bits import Patches, bits
from segdsl.plan import nodes as n

CONNECTIVES = (n.All, n.Any, n.Not, n.HowMany, n.Constant)
_JOINING = (n.All, n.Any, n.HowMany)
_REPEATED = 2000
"""Bits that copies of one condition may take before it is laid out once."""
_DEEPEST = 24
"""Levels of one tree; what is deeper is laid out by itself."""


@dataclass(frozen=True, slots=True)
class Count:
    """A connective that holds if the number of its items that do lies in a range, or does not."""

    start: int
    end: int
    slots: int
    low: int
    high: int
    is_negated: bool
    position: int


@dataclass(frozen=True, slots=True)
class Level:
    """Connectives that read lower levels alone."""

    slots: int
    fill: int
    add: int
    guards: int
    counts: tuple[Count, ...]
    shared: tuple[int, ...]  # positions of what is read elsewhere, known after this level
    readers: Patches  # the positions where each of these is read

    def after(self, found: int, size: int) -> int:
        """Return the bits with those of this level, and where they are read again."""
        found |= (((found & self.slots) | self.fill) + self.add) & self.guards
        if self.counts:
            found |= self._counted(found, size)
        if self.shared:
            raw = found.to_bytes((size >> 3) + 1, "little")
            found ^= self.readers.joined([raw[at >> 3] >> (at & 7) & 1 for at in self.shared])
        return found

    def _counted(self, found: int, size: int) -> int:
        raw = found.to_bytes((size >> 3) + 1, "little")
        holding: list[int] = []
        for count in self.counts:
            first = count.start >> 3
            region = int.from_bytes(raw[first : (count.end >> 3) + 1], "little")
            number = (region & count.slots).bit_count()
            if (count.low <= number <= count.high) != count.is_negated:
                holding.append(count.position)
        return bits(holding, size)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything stands: `atoms` where each is read, `base` the bits that begin set.

    An atom that holds turns its bits over. `segments` are the positions of the roots, in order of
    the positions, each with the number of its segment.
    """

    size: int
    atoms: Mapping[n.Node, Sequence[int]]
    base: int
    levels: tuple[Level, ...]
    segments: tuple[tuple[int, int], ...]


def laid_out(roots: Sequence[n.Node]) -> Layout:
    """Return the layout of segments, given by their roots."""
    sharing = _Sharing.of(roots)
    builder = _Builder(sharing.shared)
    for node in sharing.shared:  # in an order in which what they read comes first
        builder.share(node)
    order = sorted(range(len(roots)), key=lambda i: -sharing.heights[roots[i]])
    places = tuple((builder.place(roots[i], is_negated=False)[0], i) for i in order)
    return builder.layout(places)


def _below(node: n.Node) -> tuple[n.Node, ...]:
    return n.children(node) if isinstance(node, CONNECTIVES) else ()


@dataclass(frozen=True, slots=True)
class _Sharing:
    """Which connectives are laid out once, and how high the trees are."""

    shared: Mapping[n.Node, None]
    heights: Mapping[n.Node, int]

    @staticmethod
    def of(roots: Iterable[n.Node]) -> _Sharing:
        roots = tuple(roots)
        nodes = n.ordered(*roots, below=_below)
        sizes: dict[n.Node, int] = {}
        heights: dict[n.Node, int] = {}
        deep: set[n.Node] = set()
        for node in nodes:
            items = _below(node)
            sizes[node] = sum(sizes[item] for item in items) + 1
            heights[node] = max((heights[item] for item in items), default=-1) + 1
            if heights[node] >= _DEEPEST and isinstance(node, _JOINING):
                deep.add(node)
                heights[node] = 0
        uses = Counter(roots)
        shared: set[n.Node] = set()
        for node in reversed(nodes):
            is_repeated = uses[node] > 1 and uses[node] * sizes[node] > _REPEATED
            if isinstance(node, _JOINING) and (node in deep or is_repeated):
                shared.add(node)
            copies = 1 if node in shared else uses[node]
            for item in _below(node):
                uses[item] += copies
        return _Sharing(dict.fromkeys(node for node in nodes if node in shared), heights)


@dataclass(slots=True)
class _Gathered:
    """The positions of one level while they are gathered."""

    slots: list[int] = field(default_factory=list)
    fill: list[int] = field(default_factory=list)
    add: list[int] = field(default_factory=list)
    guards: list[int] = field(default_factory=list)
    counts: list[Count] = field(default_factory=list)
    shared: list[n.Node] = field(default_factory=list)


class _Builder:
    """Gives out positions, in the order in which trees are walked."""

    def __init__(self, shared: Mapping[n.Node, None]) -> None:
        self._shared = shared
        self._at: dict[n.Node, tuple[int, int]] = {}  # of what is shared: position and level
        self._size = 0
        self._base: list[int] = []
        self._atoms: dict[n.Node, list[int]] = defaultdict(list)
        self._levels: dict[int, _Gathered] = defaultdict(_Gathered)

    def share(self, node: n.Node) -> None:
        """Lay out what is read in many places."""
        position, level = self._joined(node, is_negated=False)
        self._at[node] = position, level
        self._levels[level].shared.append(node)

    def place(self, node: n.Node, *, is_negated: bool) -> tuple[int, int]:
        """Lay out a condition or its complement; return its position and level."""
        while isinstance(node, n.Not):
            node, is_negated = node.item, not is_negated
        if isinstance(node, n.Constant):
            return self._leaf(is_set=node.value != is_negated), 0
        if node in self._at or not isinstance(node, _JOINING):
            position = self._leaf(is_set=is_negated)
            self._atoms[node].append(position)
            return position, self._at[node][1] if node in self._at else 0
        return self._joined(node, is_negated=is_negated)

    def layout(self, segments: tuple[tuple[int, int], ...]) -> Layout:
        """Return what has been laid out."""
        size = self._size + 1
        levels = tuple(self._level(level, size) for level in sorted(self._levels))
        atoms = {node: at for node, at in self._atoms.items() if node not in self._at}
        return Layout(size, atoms, bits(self._base, size), levels, tuple(sorted(segments)))

    def _level(self, level: int, size: int) -> Level:
        found = self._levels[level]
        readers = [self._atoms[node] for node in found.shared]
        return Level(
            bits(found.slots, size),
            bits(found.fill, size),
            bits(found.add, size),
            bits(found.guards, size),
            tuple(found.counts),
            tuple(self._at[node][0] for node in found.shared),
            Patches.of(readers, size),
        )

    def _leaf(self, *, is_set: bool) -> int:
        position = self._size
        self._size += 1
        if is_set:
            self._base.append(position)
        return position

    def _joined(self, node: n.Node, *, is_negated: bool) -> tuple[int, int]:
        if isinstance(node, n.HowMany):
            return self._counted(node, is_negated=is_negated)
        is_all = isinstance(node, n.All) != is_negated
        items = list(self._items(node, is_negated=is_negated))
        if not items:
            return self._leaf(is_set=is_all), 0
        start = self._size
        placed = [self.place(item, is_negated=negated) for item, negated in items]
        guard = self._leaf(is_set=False)
        level = 1 + max(level for _, level in placed)
        slots = {position for position, _ in placed}
        gathered = self._levels[level]
        gathered.slots.extend(slots)
        gathered.guards.append(guard)
        if is_all:
            gathered.fill.extend(at for at in range(start, guard) if at not in slots)
            gathered.add.append(start)
        else:
            gathered.add.extend(range(start, guard))
        return guard, level

    def _items(self, node: n.Node, *, is_negated: bool) -> Iterable[tuple[n.Node, bool]]:
        """Yield what an `and` or `or` joins; one of the same kind in it is part of it."""
        kind = isinstance(node, n.All) != is_negated
        for one in n.children(node):
            item, negated = one, is_negated
            while isinstance(item, n.Not):
                item, negated = item.item, not negated
            is_part = isinstance(item, n.All | n.Any) and item not in self._shared
            if is_part and (isinstance(item, n.All) != negated) == kind:
                yield from self._items(item, is_negated=negated)
            else:
                yield item, negated

    def _counted(self, node: n.HowMany, *, is_negated: bool) -> tuple[int, int]:
        start = self._size
        placed = [self.place(item, is_negated=False) for item in node.items]
        end = self._leaf(is_set=False)
        level = 1 + max((level for _, level in placed), default=0)
        first = start & ~7
        slots = sum(1 << (position - first) for position, _ in placed)
        self._levels[level].counts.append(
            Count(start, end, slots, node.low, node.high, is_negated, end)
        )
        return end, level
