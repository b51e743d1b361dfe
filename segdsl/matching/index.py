"""An index of many segments: the values of a profile are looked up, and their bits joined.

An atom that compares one value with constants stands in the look-up of that value. The few others
are tried one by one. Segments then follow from the bits of all atoms, by `layout`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from segdsl.catalog.types import Kind
from segdsl.matching.bits import Patches, bits
from segdsl.matching.code import Writer, function
from segdsl.matching.conditions import kind_of
from segdsl.matching.hashed import Tried, hashed
from segdsl.matching.layout import Layout, laid_out
from segdsl.matching.lines import Lookup, line, number_of_edges, span_of
from segdsl.matching.named import Named, named
from segdsl.matching.prelude import PARAMETERS
from segdsl.plan import nodes as n
from segdsl.plan.typing import type_of

_LINES = (Kind.NUMBER, Kind.DATE, Kind.INSTANT)
_HASHED = (Kind.TEXT, Kind.YESNO, Kind.LIST)
_CACHED = (Kind.TEXT, Kind.DATE)
_BEYOND = (n.Ntile, n.OverEvents)  # read more than the profile's values
_LARGEST = 2**28
"""Bytes that the pieces of all lines may take."""
_REMEMBERED = 2**26
"""Bytes that the answers kept for texts and dates may take."""
_LONGEST = 200  # characters of a text whose answer is kept
_BESIDE = 512  # bytes that a text and its place take at most, but for the answer
_FEWEST = 64

NewWriter = Callable[[], Writer]
Values = Callable[..., Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Index:
    """Look-ups in the order of what `values` returns, then the atoms that are tried."""

    values: Values
    lookups: tuple[Lookup, ...]
    tried: Patches
    layout: Layout
    roots: int
    named: Named

    def match(self, profile: object, *, events: object = None) -> tuple[str, ...]:
        """Return the names of the segments that a profile is in."""
        values = self.values(profile, events=events)
        layout = self.layout
        found = layout.base
        turned = 0
        for lookup, value in zip(self.lookups, values, strict=False):  # what is tried comes after
            turned |= lookup(value)
        tried = values[len(self.lookups) :]
        if tried:
            turned |= self.tried.joined(tried)
        found ^= turned
        for level in layout.levels:
            found = level.after(found, layout.size)
        return self.named(found & self.roots)


def index(segments: Mapping[str, n.Node], new: NewWriter) -> Index:
    """Return the index of segments; `new` gives a writer that knows the profile's fields."""
    layout = laid_out(tuple(segments.values()))
    subjects, tried = _by_subject(layout.atoms)
    stride = _stride(subjects, layout)
    lookups = {
        subject: _lookup(subject, atoms, layout, new, stride) for subject, atoms in subjects.items()
    }
    grouped = _grouped(lookups)
    writer = new()
    joint = {node for own in grouped.values() for node in own}
    direct = [node for node in lookups if node not in joint]
    writer.write((*grouped, *direct, *tried), kept=(*grouped, *direct))
    values = ", ".join(writer.names[node] for node in (*grouped, *direct, *tried))
    joined = [
        _joined(field, {node: lookups[node] for node in own}, layout.size, len(grouped), new)
        for field, own in grouped.items()
    ]
    names = tuple(segments)
    return Index(
        function(writer, PARAMETERS, f"({values}{',' * bool(values)})"),
        (*joined, *(lookups[node] for node in direct)),
        Patches.of([layout.atoms[atom] for atom in tried], layout.size),
        layout,
        bits((position for position, _ in layout.segments), layout.size),
        named([(position, i) for position, i in layout.segments], names, layout.size),
    )


Atoms = Mapping[n.Node, Sequence[int]]


def _by_subject(atoms: Atoms) -> tuple[dict[n.Node, dict[n.Node, Sequence[int]]], list[n.Node]]:
    """Return the atoms of each subject, and those that no look-up finds."""
    found: dict[n.Node, dict[n.Node, Sequence[int]]] = defaultdict(dict)
    tried: list[n.Node] = []
    for atom, positions in atoms.items():
        subject = _subject(atom)
        if subject is None:
            tried.append(atom)
        else:
            found[subject][atom] = positions
    return dict(found), tried


def _subject(atom: n.Node) -> n.Node | None:
    """Return the value that an atom compares with constants, if a look-up can find the atom."""
    if isinstance(atom, n.Blank):
        return atom.subject if kind_of(atom.subject) in (*_LINES, *_HASHED) else None
    span = span_of(atom)
    if span is not None and kind_of(span[0]) in _LINES:
        return span[0]
    match atom:
        case n.Known(subject) | n.OneOf(subject, _) | n.HasOnly(subject, _):
            pass
        case n.InNetwork(subject, _) | n.Match(_, subject, n.Literal()):
            pass
        case n.Has(subject, n.Literal()) | n.Compare(_, subject, n.Literal()):
            pass
        case _:
            return None
    return subject if kind_of(subject) in _HASHED else None


def _stride(subjects: Mapping[n.Node, Atoms], layout: Layout) -> int:
    """Return which pieces of lines are kept, so that all of them find room."""
    edges = sum(
        number_of_edges([(span[1], ()) for atom in atoms if (span := span_of(atom)) is not None])
        for subject, atoms in subjects.items()
        if kind_of(subject) in _LINES
    )
    stride = 1
    while edges * (layout.size >> 3) > stride * _LARGEST:
        stride *= 2
    return stride


def _lookup(subject: n.Node, atoms: Atoms, layout: Layout, new: NewWriter, stride: int) -> Lookup:
    size = layout.size
    blank = [at for atom, own in atoms.items() if isinstance(atom, n.Blank) for at in own]
    missing = bits(blank, size)
    kind = kind_of(subject)
    if kind in _LINES:
        spans = [(span_of(atom), own) for atom, own in atoms.items()]
        return line(kind, [(s[1], own) for s, own in spans if s is not None], missing, size, stride)

    def write(subject: n.Node, tried: Sequence[n.Node]) -> Tried:
        writer = new()
        writer.lines.clear()
        writer.names = {subject: "value"}
        writer.write(tried)
        return function(writer, "value", f"({''.join(f'{writer.names[a]}, ' for a in tried)})")

    element = type_of(subject).of if kind is Kind.LIST else None  # type: ignore[arg-type]
    return hashed(subject, element, atoms, missing, size, write)


def _grouped(lookups: Mapping[n.Node, Lookup]) -> dict[n.Node, list[n.Node]]:
    """Return by text or date the subjects that are made of it alone: its bits are remembered."""
    found: dict[n.Node, list[n.Node]] = defaultdict(list)
    for subject in lookups:
        leaves = [node for node in n.ordered(subject) if not n.children(node)]
        varying = [node for node in leaves if not isinstance(node, n.Literal | n.Now | n.Today)]
        if len(varying) == 1 and isinstance(varying[0], n.Field):
            is_of_value = not any(isinstance(node, _BEYOND) for node in n.ordered(subject))
            if is_of_value and kind_of(varying[0]) in _CACHED:
                found[varying[0]].append(subject)
    return dict(found)


def _joined(
    field: n.Node, lookups: Mapping[n.Node, Lookup], size: int, groups: int, new: NewWriter
) -> Lookup:
    """Return the look-up of all that is made of one field, which remembers what it found."""
    writer = new()
    writer.lines.clear()
    writer.names = {field: "value"}
    writer.write(lookups, kept=lookups)
    derived = function(writer, "value", f"({''.join(f'{writer.names[a]}, ' for a in lookups)})")
    each = tuple(lookups.values())
    most = max(_FEWEST, _REMEMBERED // (groups * ((size >> 3) + _BESIDE)))
    remembered: dict[Any, int] = {}

    def lookup(value: Any) -> int:
        found = remembered.get(value)
        if found is None:
            found = 0
            for one, derivative in zip(each, derived(value), strict=True):
                found |= one(derivative)
            if len(remembered) >= most:
                remembered.clear()
            if type(value) is not str or len(value) <= _LONGEST:
                remembered[value] = found
        return found

    return lookup
