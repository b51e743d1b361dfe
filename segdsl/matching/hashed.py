"""Texts, yes/no and lists: atoms found by look-up of the value, its beginnings, ends and elements.

What no look-up can find is tried one after the other, in code written for the subject.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from segdsl.catalog.types import Kind
from segdsl.matching.bits import Patches, bits
from segdsl.matching.lines import Lookup
from segdsl.plan import nodes as n

Positions = Sequence[int]
Tried = Callable[[Any], Sequence[bool]]
WriteTests = Callable[[n.Node, Sequence[n.Node]], Tried]
"""Returns the function of a subject's value that tries atoms."""

_LARGEST = 2**26
"""Bytes that one table of integers may take."""
_MANY = 24
_IN_LISTS = (Kind.TEXT, Kind.DATE, Kind.INSTANT, Kind.YESNO)


@dataclass(slots=True)
class _Found:
    """The atoms of one subject, by how they are found."""

    known: list[int] = field(default_factory=list)  # where a known value has no part in it
    values: dict[Any, list[int]] = field(default_factory=lambda: defaultdict(list))
    elements: dict[Any, list[int]] = field(default_factory=lambda: defaultdict(list))
    starts: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    ends: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    tried: list[n.Node] = field(default_factory=list)

    def add(self, atom: n.Node, positions: Positions, element: Kind | None) -> None:
        """Take an atom; `element` is the kind of the elements where the subject is a list."""
        match atom:
            case n.Known():
                self.known.extend(positions)
            case n.OneOf(_, members):
                for member in members:
                    self.values[member].extend(positions)
            case n.Compare(n.Relation.EQ, _, n.Literal(value)) if value is not None:
                self.values[value].extend(positions)
            case n.Compare(n.Relation.NE, _, n.Literal(value)) if value is not None:
                self.known.extend(positions)
                self.values[value].extend(positions)
            case n.Has(_, n.Literal(value)) if element in _IN_LISTS and value is not None:
                self.elements[value].extend(positions)
            case n.Match(n.How.STARTS, _, n.Literal(str() as pattern)):
                self.starts[pattern].extend(positions)
            case n.Match(n.How.ENDS, _, n.Literal(str() as pattern)):
                self.ends[pattern].extend(positions)
            case _:
                self.tried.append(atom)


def hashed(
    subject: n.Node,
    element: Kind | None,
    atoms: Mapping[n.Node, Positions],
    missing: int,
    size: int,
    write: WriteTests,
) -> Lookup:
    """Return the look-up of a subject; `missing` are the bits of no value."""
    found = _Found()
    for atom, positions in atoms.items():
        found.add(atom, positions, element)
    known = bits(found.known, size)
    whole = _Table.of(found.values, size)
    parts: list[Callable[[Any], Iterable[Any]]] = []
    tables: list[_Table] = []
    if found.elements:
        parts.append(set)
        tables.append(_Table.of(found.elements, size))
    for texts, is_start in ((found.starts, True), (found.ends, False)):
        if texts:
            parts.append(_edges(texts, is_start=is_start))
            tables.append(_Table.of(texts, size))
    pieces = tuple(zip(parts, tables, strict=True))
    try_atoms = write(subject, found.tried) if found.tried else None
    patches = Patches.of([atoms[atom] for atom in found.tried], size)

    def lookup(value: Any) -> int:
        if value is None:
            return missing
        turned = known
        if whole.positions:
            turned ^= whole.turned((value,))
        for part, table in pieces:
            turned ^= table.turned(part(value))
        return turned if try_atoms is None else turned ^ patches.joined(try_atoms(value))

    return lookup


@dataclass(frozen=True, slots=True)
class _Table:
    """The positions of each value; those of many positions as integers, as far as there is room."""

    positions: Mapping[Any, Positions]
    joined: Mapping[Any, int]
    size: int

    @staticmethod
    def of(positions: Mapping[Any, Positions], size: int) -> _Table:
        """Return the table of values."""
        widest = sorted(positions, key=lambda value: -len(positions[value]))
        room = _LARGEST // ((size >> 3) + 1)
        many = [value for value in widest[:room] if len(positions[value]) > _MANY]
        return _Table(dict(positions), {v: bits(positions[v], size) for v in many}, size)

    def turned(self, values: Iterable[Any]) -> int:
        """Return the bits of all positions of distinct values."""
        found, rest = 0, list[Positions]()
        for value in values:
            joined = self.joined.get(value)
            if joined is not None:
                found |= joined
            elif value in self.positions:
                rest.append(self.positions[value])
        return found | bits(chain.from_iterable(rest), self.size) if rest else found


def _edges(texts: Iterable[str], *, is_start: bool) -> Callable[[str], Iterable[str]]:
    """Return what cuts off a text's beginnings or ends that are as long as one of the texts."""
    lengths = sorted({len(text) for text in texts})

    def cut(text: str) -> list[str]:
        most = len(text)
        return [
            text[:length] if is_start else text[most - length :]
            for length in lengths
            if length <= most
        ]

    return cut
