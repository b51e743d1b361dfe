"""Whose answers may change because as-of has moved: few customers, of whom few columns are read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np
import numpy.typing as npt
import polars as pl

from segdsl.backends.masks.rows import abreast
from segdsl.engine.evaluate import run
from segdsl.engine.origin import Origin
from segdsl.engine.people import Rows
from segdsl.engine.readers.wanted import ROW, Properties, properties_read
from segdsl.engine.scan import Scan
from segdsl.functions.clock import Calendar
from segdsl.optimise.share import share
from segdsl.plan import nodes as n
from segdsl.plan.program import Program

_CLOCKED = (n.Now, n.Today, n.InPeriod, n.AnniversaryIn)  # nodes that look at as-of themselves


def reads_the_clock(node: n.Node) -> bool:
    """Return whether a customer's value depends on as-of, whichever events a condition chooses.

    A sequence does: what is not to follow may still have time to.
    """
    return any(isinstance(one, (*_CLOCKED, n.InOrder)) for one in n.ordered(node))


def why_all(program: Program) -> str | None:
    """Return why all customers have to be evaluated where as-of has moved; None if some do."""
    for name, root in program.traits.items():
        if reads_the_clock(root):
            return f"the trait `{name}` is another value for each as-of"
    for node in _over_events(program):
        if isinstance(node, n.Aggregate) and node.measure is not None and _depends(node.measure):
            return f"an aggregate of `{node.event}` measures from as-of on"
        for event, atom in _atoms_of_events(node):
            if any(_is_of_customer(one) for one in _parts(atom)):
                return f"a condition on `{event}` compares as-of with what is the customer's"
    return None


def moved(origin: Origin, later: Calendar) -> Rows:
    """Return the rows of the customers whose answers may be others as of another instant.

    Raises DataError where the data are not those of the evaluation any more.
    """
    keys = origin.people.keys
    found = np.zeros(len(keys), np.bool_)
    events = _events(origin, keys)
    steps = (one for level in origin.program.levels for one in (*level.atoms, *level.events))
    atoms = [one for one in dict.fromkeys(steps) if _is_answer(one) and reads_the_clock(one)]
    if atoms:
        found |= _differing(origin, atoms, later)
    for event, conditions in _conditions(_over_events(origin.program)).items():
        rows = _rows_of_moved(events[event], tuple(conditions), origin.calendar, later)
        found[rows] = True
    return np.flatnonzero(found)


def _is_answer(node: n.Node) -> bool:
    return not isinstance(node, n.Aggregate)


def _differing(origin: Origin, atoms: list[n.Node], later: Calendar) -> npt.NDArray[np.bool_]:
    """Return who has another answer to one of the atoms; nothing but what they read is read."""
    program = share({str(number): atom for number, atom in enumerate(atoms)}, {})
    frame = origin.customers([item.name for item in program.fields])
    nodes = [node for level in program.levels for node in level.events]
    events = origin.events(properties_read(nodes), frame[origin.key], {})
    masks = [
        list(run(program, frame, origin.key, calendar, events).masks.kept.values())
        for calendar in (origin.calendar, later)
    ]
    blocks = [
        np.bitwise_or.reduce(one ^ other, axis=1).reshape(-1)
        for one, other in zip(abreast(masks[0]), abreast(masks[1]), strict=True)
    ]
    words = np.concatenate([np.zeros(0, np.uint64), *blocks])
    bits = np.unpackbits(words.view(np.uint8), count=frame.height, bitorder="little")
    return bits.astype(np.bool_)


# ---- events


def _over_events(program: Program) -> list[n.OverEvents]:
    return [node for level in program.levels for node in level.events]


def _parts(node: n.Node) -> tuple[n.Node, ...]:
    return n.ordered(node, below=n.parts)


def _depends(node: n.Node) -> bool:
    """Return whether a value depends on as-of in any way, by the events of a window, too."""
    return any(isinstance(one, (*_CLOCKED, n.InOrder)) for one in _parts(node))


def _is_of_customer(node: n.Node) -> bool:
    return isinstance(node, (n.Field, n.OverEvents, n.Bucket, n.Ntile))


def _atoms_of_events(node: n.OverEvents) -> Iterator[tuple[str, n.Predicate]]:
    """Yield the events and the conditions on one of them that look at as-of, none a connective."""
    conditions: list[tuple[str, n.Predicate]] = []
    match node:
        case n.Aggregate():
            conditions = [(node.event, node.condition)]
        case n.InOrder():
            steps = [(step.event, step.condition) for step in node.steps]
            conditions = [(node.event, node.condition), *steps]
        case _:
            raise TypeError(f"{type(node).__name__} is not made of events")
    for event, condition in conditions:
        waiting: list[n.Node] = [condition]
        while waiting:
            one = waiting.pop()
            if isinstance(one, n.CONNECTIVES):
                waiting += n.parts(one)
            elif _depends(one):
                yield event, one  # type: ignore[misc]  # the parts of connectives are predicates


def _conditions(nodes: Iterable[n.OverEvents]) -> Mapping[str, dict[n.Predicate, None]]:
    found: dict[str, dict[n.Predicate, None]] = {}
    for node in nodes:
        for event, atom in _atoms_of_events(node):
            found.setdefault(event, {})[atom] = None
    return found


def _events(origin: Origin, keys: pl.Series) -> Mapping[str, pl.DataFrame]:
    """Return the events of all customers, with what conditions that look at as-of read."""
    found = _conditions(_over_events(origin.program))
    wanted: Properties = {
        event: tuple(
            dict.fromkeys(
                one.name for atom in atoms for one in _parts(atom) if isinstance(one, n.Property)
            )
        )
        for event, atoms in found.items()
    }
    return origin.events(wanted, keys, {})


def _rows_of_moved(
    events: pl.DataFrame, conditions: tuple[n.Predicate, ...], earlier: Calendar, later: Calendar
) -> Rows:
    """Return the customers who have an event of which a condition says something else."""
    if events.is_empty():
        return np.zeros(0, np.int64)
    numbered = events.with_columns(pl.int_range(events.height, dtype=pl.Int64).alias(ROW))
    scans = [Scan.of(numbered, conditions, (), {}, calendar) for calendar in (earlier, later)]
    earliest, latest = scans
    changed = [np.setxor1d(_chosen(earliest, one), _chosen(latest, one)) for one in conditions]
    numbers = np.unique(np.concatenate(changed))
    return np.unique(events[ROW].gather(numbers).cast(pl.Int64).to_numpy())


def _chosen(scan: Scan, condition: n.Predicate) -> Rows:
    """Return the numbers of the events for which a condition holds."""
    return scan.column(ROW, scan.chosen(condition, None)).cast(pl.Int64).to_numpy()
