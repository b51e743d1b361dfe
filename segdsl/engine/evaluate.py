"""Runs a Program over all customers: level by level, values, then atoms, then segments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from types import MappingProxyType
from typing import TYPE_CHECKING

import polars as pl

from segdsl.backends.masks.machine import Machine, Words, machine_for
from segdsl.backends.masks.rows import Row
from segdsl.backends.masks.words import ones, packed, yes_no
from segdsl.backends.polars.population import common, ntile, ranked
from segdsl.engine.batches import Sliced, Source, Stream, Streamed
from segdsl.engine.columns import Columns
from segdsl.engine.kept_codes import CodeKeeper, KeptCodes
from segdsl.engine.memory import Pace
from segdsl.engine.packed import Masks
from segdsl.engine.passes import Known, Pass
from segdsl.engine.processors import processors
from segdsl.engine.thresholds import cuts, last, usual
from segdsl.functions.clock import Calendar
from segdsl.matching.thresholds import Threshold
from segdsl.plan import nodes as n
from segdsl.plan.program import Level, Program, without_codes

if TYPE_CHECKING:
    from segdsl.engine.coding import CodedAtoms


@dataclass(frozen=True, slots=True)
class Settled:
    """What one evaluation goes by: how columns are coded, the machine, and the passes by level."""

    program: Program
    machine: Machine
    passes: dict[int, Pass]


class Prepared:
    """What evaluations of one program as of one instant share: its passes, and what codes mean.

    It holds no data. Codes are learnt as they are met; nothing of it depends on who is evaluated.
    Several threads may use it: each evaluation keeps to what was settled when it began.
    """

    def __init__(self, program: Program, calendar: Calendar) -> None:
        """Prepare nothing yet: how columns are coded is settled by the first customers."""
        self.calendar = calendar
        self.last = _last_readers(program)
        self._coded = program
        self._settled = Settled(program, machine_for(0, 0), {})
        self._lock = Lock()

    @property
    def machine(self) -> Machine:
        """The machine that was chosen last."""
        return self._settled.machine

    def settle(self, rows: int, machine: Machine | None, *, is_streamed: bool) -> Settled:
        """Choose the machine if none is given, and whether columns become codes.

        The first evaluation chooses; one of many customers begins anew where the first had few.
        """
        is_few = machine is None and not is_streamed and rows < _WORTH_CODES
        with self._lock:
            settled = self._settled
            if not settled.passes or not (is_few or settled.program is self._coded):
                program = without_codes(self._coded) if is_few else self._coded
                chosen = machine or machine_for(rows, program.atoms)
                settled = self._settled = Settled(program, chosen, {})
            return settled


_NO_EVENTS: Mapping[str, pl.DataFrame] = MappingProxyType({})
_WORTH_CODES = 1 << 12  # customers: to learn codes takes longer than to compare so few values


@dataclass(frozen=True, slots=True)
class Result:
    """The mask of each segment and the values of each trait, in the order of the frame's rows.

    `thresholds` are what decided each population node, `codes` what the masks were made of where
    that is kept.
    """

    masks: Masks
    traits: dict[str, pl.Series]
    thresholds: dict[n.Node, Threshold]
    codes: KeptCodes | None = None


def run(
    program: Program,
    frame: pl.DataFrame,
    key: str,
    calendar: Calendar,
    events: Mapping[str, pl.DataFrame] = _NO_EVENTS,
    *,
    stream: Stream | None = None,
    keep: bool = True,
    keep_codes: bool = False,
    pace: Pace | None = None,
    machine: Machine | None = None,
    prepared: Prepared | None = None,
) -> Result:
    """Return who is in which segment of a program.

    The frame has one row a customer: the key and the program's fields as canonical columns, but for
    those that come in a `stream`. A frame of `events` has one row an event: in `engine.events.ROW`
    the position of its customer, and the program's properties as canonical columns. Unless masks
    are to be kept, customers are only counted; with masks, codes may be kept that they were made
    of, where they are far smaller. What was `prepared` by another evaluation that kept masks is
    used and added to. Raises UnsupportedError for what Polars cannot keep the meaning of,
    DataError for numbers that are too large to be summed, for streams that cannot be read and for
    masks that do not fit onto the disk. `pace` and `machine` never change a result.
    """
    if prepared is None or not keep:
        prepared = Prepared(program, calendar)
    settled = prepared.settle(frame.height, machine, is_streamed=stream is not None)
    running = _Run(prepared, settled, frame, key, events, stream, pace or Pace(processors()))
    for number, level in enumerate(settled.program.levels):
        running.run_level(number, level, keep=keep, keep_codes=keep_codes)
    return running.result()


class _Run:
    """The columns and masks of one evaluation."""

    def __init__(
        self,
        prepared: Prepared,
        settled: Settled,
        frame: pl.DataFrame,
        key: str,
        events: Mapping[str, pl.DataFrame],
        stream: Stream | None,
        pace: Pace,
    ) -> None:
        program, calendar = settled.program, prepared.calendar
        self._program, self._calendar, self._passes = program, calendar, settled.passes
        self._machine, self._pace = settled.machine, pace
        self._events, self._stream, self._height = events, stream, frame.height
        self._last = prepared.last
        self._known: dict[n.Node, Known] = {}
        self._thresholds: dict[n.Node, Threshold] = {}
        self._codes: KeptCodes | None = None
        whole = [a for i, level in enumerate(program.levels) for a in self._by_columns(i, level)]
        gathered = [node for level in program.levels for node in level.events]
        values = [node for level in program.levels for node in level.values]
        self._needed = set(n.ordered(*whole, *gathered, *program.traits.values()))
        steps = [*(node for node in values if node in self._needed), *whole]
        self._columns = Columns.of(frame, key, calendar, steps, program.traits.values())

    def _by_columns(self, number: int, level: Level) -> Iterable[n.Node]:
        """Return the atoms that are neither planned to come from codes nor read from a stream."""
        if number in self._passes:
            own = set(level.atoms)
            return [atom for atom in self._passes[number].others if atom in own]
        coded = {atom for atoms in level.coded.values() for atom in atoms}
        rest = (atom for atom in level.atoms if atom not in coded)
        return [atom for atom in rest if not (self._stream and self._stream.reads(atom))]

    def run_level(self, number: int, level: Level, *, keep: bool, keep_codes: bool = False) -> None:
        """Compute the masks of a level that something reads after it, and sizes."""
        if level.events:
            self._gather(level.events)
        for node in level.values:
            if isinstance(node, n.Ntile):
                values = self._columns.column(node.subject)
                tiles = ntile(values, self._columns.keys, node.buckets)
                self._thresholds[node] = cuts(values, self._columns.keys, tiles)
                self._columns.add(node, tiles)
        is_step = (node in self._needed and not isinstance(node, n.Ntile) for node in level.values)
        self._columns.derive([node for node, own in zip(level.values, is_step, strict=True) if own])
        source: Source = Sliced(self._columns, self._pace)
        if self._stream and number == 0:
            source = Streamed(self._columns, self._stream, level.values, self._calendar, self._pace)
        stored, counted = self._results(number, level, keep=keep)
        is_whole = keep and self._pace.masks is None and len(self._program.levels) == 1
        is_kept = keep_codes and is_whole
        known = self._pass(number, level, source, stored, counted, keep_codes=is_kept)
        self._known = {
            node: one for node, one in self._known.items() if self._last[node] > number
        } | known

    def _results(
        self, number: int, level: Level, *, keep: bool
    ) -> tuple[list[n.Node], list[n.Node]]:
        """Return the masks of a level that are stored, and those that are only counted."""
        own = (*level.atoms, *level.connectives)
        read = [node for node in own if self._last.get(node, -1) > number]
        if keep:
            return read, []
        later = set(_children(self._program.levels[number + 1 :]))
        return [one for one in read if one in later], [one for one in read if one not in later]

    def _pass(
        self,
        number: int,
        level: Level,
        source: Source,
        stored: Sequence[n.Node],
        counted: Sequence[n.Node],
        *,
        keep_codes: bool,
    ) -> dict[n.Node, Known]:
        """Return the results of a level; the codes that they are made of may be kept."""
        if not (stored or counted):
            return {}
        own = self._passes.get(number)
        if own is None:
            own = self._prepare(level, source, (*stored, *counted))
            own = self._passes.setdefault(number, own)  # another thread may have been faster
        for one in own.coded:
            source.sample(one.node)
        known = {node: one.mask.words for node, one in self._known.items() if one.mask}
        others = [one for one in own.others if one not in known]
        words = self._words([one for one in others if not self._is_streamed(source, one)])
        batches = source.batches(words | known)
        height, columns = self._height, len(own.coded)
        keeper = CodeKeeper.of(height, len(stored), columns) if keep_codes else None
        found = own.run(batches, len(stored), self._pace, height, keeper)
        rows = [one.mask for one in found.values() if one.mask]
        if keeper is not None and rows:
            self._codes = keeper.kept(own.board, rows[0].tables)
        return found

    def _prepare(self, level: Level, source: Source, results: Sequence[n.Node]) -> Pass:
        """Return what a level does, its columns coded as these customers allow."""
        coded = [
            one
            for node, atoms in source.worth_codes(level).items()
            if (one := self._coded(level, source, node, atoms)) is not None
        ]
        answered = {atom for one in coded for atom in one.atoms}
        others = [atom for atom in level.atoms if atom not in answered]
        known = [node for node, one in self._known.items() if one.mask and node not in others]
        return Pass(coded, (*others, *known), level.connectives, results, self._machine)

    def _coded(
        self, level: Level, source: Source, node: n.Node, atoms: Sequence[n.Node]
    ) -> CodedAtoms | None:
        """Return what codes can say of a column."""
        from segdsl.engine.coding import coded_atoms  # few customers need none

        canonical, sample = source.canonical(node), source.sample(node)
        values, calendar = level.values, self._calendar
        return coded_atoms(node, sample, atoms, values, calendar, self._machine, canonical)

    def _is_streamed(self, source: Source, atom: n.Node) -> bool:
        return isinstance(source, Streamed) and bool(self._stream and self._stream.reads(atom))

    def _words(self, atoms: Sequence[n.Node]) -> dict[n.Node, Words]:
        """Return the masks of atoms, all in few passes but for those on the population."""
        on_population = (n.Ranked, n.Common)
        plain = [a for a in atoms if not isinstance(a, on_population) and a not in self._known]
        found = {atom: packed(mask) for atom, mask in self._columns.masks(plain)}
        for atom in atoms:
            if isinstance(atom, on_population):
                found[atom] = packed(self._population(atom))
        return found

    def result(self) -> Result:
        """Return what the segments and traits have become."""
        known = {name: self._known[root] for name, root in self._program.segments.items()}
        return Result(
            Masks(
                self._height,
                {name: one.mask for name, one in known.items() if one.mask},
                {name: one.count for name, one in known.items()},
            ),
            {
                name: self._columns.column(root).alias(name)
                for name, root in self._program.traits.items()
            },
            self._thresholds,
            self._codes,
        )

    def _gather(self, nodes: Sequence[n.OverEvents]) -> None:
        """Compute what is made of events: a column of each aggregate, a mask of each sequence."""
        from segdsl.engine.events import gathered  # for events alone

        columns = self._columns
        found = gathered(nodes, self._events, columns.parts, self._height, self._calendar)
        for node, series in found.items():
            if isinstance(node, n.InOrder):
                words = packed(series)
                self._known[node] = Known(ones(words), Row.of(words, self._height))
            else:
                columns.add(node, series)

    def _population(self, node: n.Node) -> pl.Series:
        columns = self._columns
        match node:
            case n.Ranked():
                values, groups = columns.column(node.by), self._group(node.per)
                within = self._mask(node.within) if node.within else None
                mask = ranked(values, columns.keys, groups, within, node.amount, node.is_top)
                self._thresholds[node] = last(values, columns.keys, groups, mask, node.is_top)
                return mask
            case n.Common():
                within = self._mask(node.within) if node.within else None
                values, groups = columns.column(node.subject), self._group(node.per)
                mask = common(values, groups, within, node.count)
                self._thresholds[node] = usual(values, groups, mask)
                return mask
            case _:
                raise TypeError(f"{type(node).__name__} does not stand on the population")

    def _mask(self, node: n.Node) -> pl.Series:
        mask = self._known[node].mask
        if mask is None:
            raise LookupError("a mask that a rank reads was only counted")
        return yes_no(mask.words, self._height)

    def _group(self, node: n.Node | None) -> pl.Series | None:
        return None if node is None else self._columns.column(node)


def _last_readers(program: Program) -> dict[n.Node, int]:
    """Return the number of the last level that reads each mask; results are read after all."""
    last: dict[n.Node, int] = {}
    for number, level in enumerate(program.levels):
        last.update((child, number) for child in _children([level]))
    last.update((root, len(program.levels)) for root in program.segments.values())
    return last


def _children(levels: Iterable[Level]) -> Iterable[n.Node]:
    """Return what the atoms and connectives of levels read."""
    nodes = (node for level in levels for node in (*level.atoms, *level.connectives))
    return (child for node in nodes for child in n.children(node))
