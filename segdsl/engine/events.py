"""What is made of events: every aggregate and sequence of a level, each kind of event read once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import TypeAlias

import polars as pl

from segdsl.backends.polars import gather as g
from segdsl.backends.polars.column import Fixed, dtype_of
from segdsl.backends.polars.measures import Codes, Units, Whole, whole
from segdsl.backends.polars.sequences import Sequences
from segdsl.engine.readers.wanted import ROW as ROW
from segdsl.engine.scan import Scan
from segdsl.functions.clock import Calendar
from segdsl.plan import nodes as n
from segdsl.plan.event_nodes import TIME

Read: TypeAlias = Callable[[n.Node], Sequence[pl.Series | Fixed]]
"""Returns a customer's value, one for each customer; of several parts the first known counts."""

_TIMED = frozenset({n.Gather.FIRST, n.Gather.LAST})


def gathered(
    nodes: Sequence[n.OverEvents],
    frames: Mapping[str, pl.DataFrame],
    read: Read,
    height: int,
    calendar: Calendar,
) -> dict[n.OverEvents, pl.Series]:
    """Return for each customer what is made of the events, and masks of the sequences.

    `height` is the number of customers. Raises UnsupportedError and DataError.
    """
    found: dict[n.OverEvents, pl.Series] = {}
    wanted = _wanted(nodes)
    given = {node: read(node) for node in dict.fromkeys(r for node in nodes for r in node.reads)}
    happened: dict[tuple[str, n.Predicate], pl.DataFrame] = {}
    for event, uses in wanted.items():
        scan = Scan.of(
            frames[event],
            uses.conditions,
            uses.values,
            given,
            calendar,
            needs_time=uses.needs_time,
        )
        for measure, aggregates in uses.aggregates.items():
            found.update(_aggregated(scan, measure, aggregates, height))
        for condition, properties in uses.steps.items():
            happened[event, condition] = scan.happened(condition, tuple(properties))
    in_order = [node for node in nodes if isinstance(node, n.InOrder)]
    sequences = Sequences(in_order, lambda *key: happened[key], ROW, height, calendar)
    found.update((node, sequences.mask(node)) for node in in_order)
    return {node: found[node] for node in nodes}


class _Uses:
    """What is made of the events of one kind."""

    def __init__(self) -> None:
        self.aggregates: dict[n.Value | None, list[n.Aggregate]] = defaultdict(list)
        self.steps: dict[n.Predicate, dict[n.Property, None]] = defaultdict(dict)

    @property
    def conditions(self) -> tuple[n.Predicate, ...]:
        """The distinct conditions."""
        own = (node.condition for nodes in self.aggregates.values() for node in nodes)
        return tuple(dict.fromkeys((*own, *self.steps)))

    @property
    def values(self) -> tuple[n.Value, ...]:
        """The distinct values that are measured or compared."""
        measures = (measure for measure in self.aggregates if measure is not None)
        return tuple(dict.fromkeys((*measures, *(p for own in self.steps.values() for p in own))))

    @property
    def needs_time(self) -> bool:
        """Whether something goes by the events' time."""
        gathers = (node.gather for nodes in self.aggregates.values() for node in nodes)
        return bool(self.steps) or any(gather in _TIMED for gather in gathers)


def _wanted(nodes: Iterable[n.OverEvents]) -> dict[str, _Uses]:
    wanted: dict[str, _Uses] = defaultdict(_Uses)
    for node in nodes:
        match node:
            case n.Aggregate():
                wanted[node.event].aggregates[node.measure].append(node)
            case n.InOrder():
                last = wanted[node.event].steps[node.condition]
                for step in node.steps:
                    then = wanted[step.event].steps[step.condition]
                    if step.same is not None and step.same_before is not None:
                        last[step.same_before] = None
                        then[step.same] = None
                    last = last if step.is_negated else then
            case _:
                raise TypeError(f"{type(node).__name__} is not made of events")
    return wanted


def _aggregated(
    scan: Scan, measure: n.Value | None, nodes: Sequence[n.Aggregate], height: int
) -> Mapping[n.OverEvents, pl.Series]:
    """Return the aggregates of one measure."""
    if measure is None:
        counts = {
            condition: pl.Series(
                g.Chosen(_rows(scan, scan.chosen(condition, None)), height).counts()
            )
            for condition in dict.fromkeys(node.condition for node in nodes)
        }
        return {node: counts[node.condition] for node in nodes}
    values = scan.measure(measure)
    if values is None or values.null_count() == len(values):
        dtype = None if values is None else values.dtype
        return {node: _nothing(node, height, dtype) for node in nodes}
    gathering = _Gathering(scan, measure, values, height)
    return {node: gathering.aggregate(node) for node in nodes}


def _rows(scan: Scan, mask: pl.Series | None) -> Whole:
    return scan.column(ROW, mask).to_numpy()


class _Gathering:
    """The aggregates of one measure."""

    def __init__(self, scan: Scan, measure: n.Value, values: pl.Series, height: int) -> None:
        self._scan = scan
        self._measure = measure
        self._values = values
        self._height = height
        self._known = values.is_not_null() if values.null_count() else None

    @cached_property
    def _units(self) -> Units:
        return Units.of(self._values)

    @cached_property
    def _codes(self) -> Codes:
        return self._scan.codes(self._measure, self._values)

    def aggregate(self, node: n.Aggregate) -> pl.Series:
        """Return the value of an aggregate for each customer."""
        mask = self._scan.chosen(node.condition, self._known)
        if node.gather in _TIMED:
            return self._timed(node, mask)
        chosen = g.Chosen(_rows(self._scan, mask), self._height)
        match node.gather:
            case n.Gather.COUNT:
                return pl.Series(chosen.counts())
            case n.Gather.SUM:
                return self._units.number(g.totals(chosen, self._units.chosen(mask)))
            case n.Gather.AVERAGE:
                return g.average(chosen, self._units.chosen(mask), self._units)
            case n.Gather.DISTINCT:
                return pl.Series(g.distinct(chosen, self._codes.chosen(mask)))
            case n.Gather.MIN:
                return self._decoded(g.smallest(chosen, self._codes.chosen(mask)))
            case n.Gather.MAX:
                return self._decoded(g.largest(chosen, self._codes.chosen(mask)))
            case n.Gather.MOST_COMMON:
                return self._decoded(g.most_common(chosen, self._codes.chosen(mask)))
            case _:
                raise TypeError(f"{node.gather} goes by the time")

    def _timed(self, node: n.Aggregate, mask: pl.Series | None) -> pl.Series:
        """Return the earliest or latest value."""
        times = self._scan.column(TIME, None)
        if times.null_count():
            dated = times.is_not_null()
            mask = dated if mask is None else mask & dated
        chosen = g.Chosen(_rows(self._scan, mask), self._height)
        is_last = node.gather is n.Gather.LAST
        if isinstance(self._measure, n.Property) and self._measure.name == TIME:
            edge = g.largest if is_last else g.smallest
            return self._decoded(edge(chosen, self._codes.chosen(mask)))
        when = g.at_edge(chosen, whole(self._scan.column(TIME, mask)), is_last=is_last)
        at_edge = g.Chosen(chosen.rows[when], self._height)
        return self._decoded(g.smallest(at_edge, self._codes.chosen(mask, when)))

    def _decoded(self, codes: Whole) -> pl.Series:
        return self._codes.decode(g.known(codes))


def _nothing(node: n.Aggregate, height: int, dtype: pl.DataType | None) -> pl.Series:
    """Return what an aggregate of no known value is; `dtype` is that of the measure."""
    if node.gather in (n.Gather.COUNT, n.Gather.DISTINCT, n.Gather.SUM):
        return pl.repeat(0, height, dtype=pl.Int64, eager=True)
    if dtype is None or dtype == pl.Null() or node.gather is n.Gather.AVERAGE:
        dtype = dtype_of(node.type)
    return pl.repeat(None, height, dtype=dtype, eager=True)
