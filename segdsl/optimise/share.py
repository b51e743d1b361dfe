"""Finds what segments have in common: the roots of a Plan become a Program of shared steps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from segdsl.catalog.types import DATE, Kind
from segdsl.plan import nodes as n
from segdsl.plan.program import Level, Program
from segdsl.plan.typing import type_of

_POPULATION = (n.Ntile, n.Ranked, n.Common)
_CONNECTIVES = (n.Constant, n.All, n.Any, n.Not, n.HowMany)
_VALUES = (n.Field, n.Literal, n.Now, n.Today, n.Shift, n.Apply, n.Folded, n.Bucket, n.Ntile)
LOCAL_DATE = "local date"
_DEEP = 32  # operations one in another in one expression: engines slow down with its square


def share(segments: Mapping[str, n.Node], traits: Mapping[str, n.Node]) -> Program:
    """Return the program of the segments and traits, each distinct step in it once.

    A population node stands one level above the highest node that it reads, so that every column
    and mask of the levels below is complete when its level begins; any other node stands on the
    level of the highest node that it reads. Steps come in the order in which segments need them.
    """
    nodes = tuple(_with_local_dates(n.ordered(*segments.values(), *traits.values())))
    steps = _steps(nodes, traits.values())
    strata: dict[int, tuple[list[n.Node], list[n.Node], list[n.Node]]] = {0: ([], [], [])}
    for node, level in _levels(nodes).items():
        values, atoms, connectives = strata.setdefault(level, ([], [], []))
        if isinstance(node, _CONNECTIVES):
            connectives.append(node)
        elif not isinstance(node, _VALUES):
            atoms.append(node)
        elif node in steps:
            values.append(node)
    levels = (strata[level] for level in sorted(strata))
    fields = tuple(node for node in nodes if isinstance(node, n.Field))
    return Program(
        tuple(Level(*map(tuple, level)) for level in levels), dict(segments), dict(traits), fields
    )


def _with_local_dates(nodes: Sequence[n.Node]) -> Iterator[n.Node]:
    """Yield the nodes, and before a period of days the local dates of the instants in it."""
    dated = {child for node in nodes if _is_local_date(node) for child in n.children(node)}
    for node in nodes:
        match node:
            case n.InPeriod(subject=subject) if not node.unit.is_clock and subject not in dated:
                if type_of(subject).kind is Kind.INSTANT:
                    dated.add(subject)
                    yield n.Apply(LOCAL_DATE, (subject,), DATE)
            case _:
                pass
        yield node


def _is_local_date(node: n.Node) -> bool:
    return isinstance(node, n.Apply) and node.function == LOCAL_DATE


def _levels(nodes: Iterable[n.Node]) -> dict[n.Node, int]:
    levels: dict[n.Node, int] = {}
    for node in nodes:
        below = max((levels[child] for child in n.children(node)), default=0)
        levels[node] = below + isinstance(node, _POPULATION)
    return levels


def _steps(nodes: Sequence[n.Node], traits: Iterable[n.Node]) -> set[n.Node]:
    """Return the values worth a column: dear ones, those that are read twice, and deep ones."""
    readers = Counter(child for node in nodes for child in n.children(node))  # `x + x` reads twice
    readers.update(traits)
    depths: dict[n.Node, int] = {}  # of what varies: operations since the last column
    steps: set[n.Node] = set()
    for node in nodes:
        beneath = [depths[child] for child in n.children(node) if child in depths]
        if beneath or isinstance(node, (n.Field, n.Bucket, n.Ntile)):
            depths[node] = 1 + max(beneath, default=-1)
            if _is_step(node, readers[node], depths[node]):
                steps.add(node)
                depths[node] = 0
    return steps


def _is_step(node: n.Node, readers: int, depth: int) -> bool:
    match node:
        case n.Folded() | n.Bucket() | n.Ntile():
            return True
        case n.Apply() | n.Shift():
            return _is_local_date(node) or readers > 1 or depth >= _DEEP
        case _:
            return False
