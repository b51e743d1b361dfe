"""Finds what segments have in common: the roots of a Plan become a Program of shared steps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from segdsl.catalog.types import DATE, Kind
from segdsl.optimise.coding import worth_codes
from segdsl.optimise.querying import query_of
from segdsl.plan import nodes as n
from segdsl.plan.program import Level, Program
from segdsl.plan.typing import type_of

_POPULATION = (n.Ntile, n.Ranked, n.Common)
_VALUES = (n.Field, n.Literal, n.Now, n.Today, n.Shift, n.Apply, n.Folded, n.Bucket, n.Ntile)
_PLAIN = (n.Field, n.Literal, n.Now, n.Today)
LOCAL_DATE = "local date"
_DEEP = 32  # operations one in another in one expression: engines slow down with its square


@dataclass(slots=True)
class _Strata:
    """The steps of one level while they are gathered."""

    events: list[n.OverEvents] = field(default_factory=list)
    values: list[n.Node] = field(default_factory=list)
    atoms: list[n.Node] = field(default_factory=list)
    connectives: list[n.Node] = field(default_factory=list)

    def frozen(self, enough: int | None) -> Level:
        worth = worth_codes(self.atoms, enough)
        return Level(
            tuple(self.events),
            tuple(self.values),
            tuple(self.atoms),
            tuple(self.connectives),
            worth.whole,
            worth.as_read,
        )


def share(
    segments: Mapping[str, n.Node], traits: Mapping[str, n.Node], *, enough: int | None = None
) -> Program:
    """Return the program of the segments and traits, each distinct step in it once.

    A population node stands one level above the highest node that it reads, so that every column
    and mask of the levels below is complete when its level begins, and so does what is made of
    events where it reads more than customers' fields; any other node stands on the level of the
    highest node that it reads. Steps come in the order in which segments need them. Values that
    `enough` atoms read become codes; how many are, depends on the value if not said.
    """
    nodes = tuple(_with_local_dates(n.ordered(*segments.values(), *traits.values())))
    steps = _steps(nodes, traits.values())
    strata: dict[int, _Strata] = {0: _Strata()}
    for node, level in _levels(nodes).items():
        stratum = strata.setdefault(level, _Strata())
        if isinstance(node, n.OverEvents):
            stratum.events.append(node)
        elif isinstance(node, n.CONNECTIVES):
            stratum.connectives.append(node)
        elif not isinstance(node, _VALUES):
            stratum.atoms.append(node)
        elif node in steps:
            stratum.values.append(node)
    levels = tuple(strata[level].frozen(enough) for level in sorted(strata))
    fields = tuple(node for node in nodes if isinstance(node, n.Field))
    query = query_of(levels, traits.values(), len(segments))
    return Program(levels, dict(segments), dict(traits), fields, query)


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
        levels[node] = below + _begins_a_level(node)
    return levels


def _begins_a_level(node: n.Node) -> bool:
    if isinstance(node, n.OverEvents):
        return not all(isinstance(read, _PLAIN) for read in node.reads)
    return isinstance(node, _POPULATION)


def _steps(nodes: Sequence[n.Node], traits: Iterable[n.Node]) -> set[n.Node]:
    """Return the values worth a column: dear ones, those that are read twice, and deep ones."""
    readers = Counter(child for node in nodes for child in n.children(node))  # `x + x` reads twice
    readers.update(traits)
    depths: dict[n.Node, int] = {}  # of what varies: operations since the last column
    steps: set[n.Node] = set()
    for node in nodes:
        beneath = [depths[child] for child in n.children(node) if child in depths]
        if isinstance(node, n.OverEvents):
            depths[node] = 0  # a column of the level's beginning
        elif beneath or isinstance(node, (n.Field, n.Bucket, n.Ntile)):
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
