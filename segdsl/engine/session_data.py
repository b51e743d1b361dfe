"""The data of a session: each column read once, each condition computed once while it is kept."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from threading import Lock, RLock

import numpy as np
import polars as pl

from segdsl.backends.masks.algebra import joined
from segdsl.backends.masks.answers import Answers, Codes
from segdsl.backends.masks.circuit import Circuit, Signal
from segdsl.backends.masks.machine import Numbered, machine_for
from segdsl.backends.masks.words import Words, packed, width
from segdsl.engine import passes
from segdsl.engine.batches import Batch
from segdsl.engine.coding import CodedAtoms, Trial
from segdsl.engine.evaluate import run
from segdsl.engine.event_windows import widest_windows
from segdsl.engine.memory import Pace
from segdsl.engine.processors import processors
from segdsl.engine.readers.customers import Reading
from segdsl.engine.readers.events import read_events
from segdsl.engine.readers.wanted import properties_read
from segdsl.engine.session_columns import CodedColumn
from segdsl.engine.session_masks import MaskStore
from segdsl.engine.session_reading import KeptColumns, OpenedData
from segdsl.engine.session_work import Answered, Work, steps_of
from segdsl.functions.clock import Calendar
from segdsl.optimise.share import share
from segdsl.plan import nodes as n

_CONNECTIVES = (n.Constant, n.All, n.Any, n.Not, n.HowMany)
_FEW = 8  # atoms that are looked up one by one: a pass looks up 64 of a column in the same time
_COUNTS = 1 << 16  # sizes that are remembered
_BATCH = 1 << 18  # customers at a time in a pass


@dataclass(frozen=True, slots=True)
class Asked:
    """Conditions made small, the digests of what they stand on, and where that is to be read.

    Of the nodes `named` the masks are kept like those of atoms.
    """

    roots: Sequence[n.Node]
    digests: Mapping[n.Node, bytes]
    data: OpenedData
    named: frozenset[n.Node] = frozenset()


@dataclass(frozen=True, slots=True)
class Effort:
    """What a session has done so far: columns read or computed, distinct conditions computed."""

    columns: int
    conditions: int


class SessionData:
    """Columns and masks of the customers; several threads may use it.

    What is known is joined at once; what is not is computed by one thread at a time.
    """

    def __init__(self, reading: Reading, calendar: Calendar, *, strict: bool, memory: int) -> None:
        """Keep the customers' keys as they were read."""
        self._machine = machine_for(reading.frame.height, 0)
        self.columns = KeptColumns(reading, calendar, self._machine, strict=strict)
        self.calendar, self.height = calendar, reading.frame.height
        self.masks = MaskStore(memory)
        self._counts: OrderedDict[bytes, int] = OrderedDict()
        self._strict, self._atoms = strict, 0
        self._lock, self._counting = RLock(), Lock()

    @property
    def size(self) -> int:
        """The bytes of the columns and masks."""
        return self.masks.size + self.columns.size

    @property
    def effort(self) -> Effort:
        """What was done so far."""
        return Effort(self.columns.count, self._atoms)

    # ---- what is asked

    def counts(self, asked: Asked) -> list[int]:
        """Return how many customers meet each condition."""
        own = [asked.digests[root] for root in asked.roots]
        with self._counting:
            found = {digest: self._counts[digest] for digest in own if digest in self._counts}
        new = {d: root for d, root in zip(own, asked.roots, strict=True) if d not in found}
        if new:
            more = self._joined(list(new.values()), asked, is_kept=False)
            counted = {d: more[root][0] for d, root in new.items()}
            found |= counted
            with self._counting:
                self._counts |= counted
                while len(self._counts) > _COUNTS:
                    self._counts.popitem(last=False)
        return [found[digest] for digest in own]

    def words(self, asked: Asked) -> list[Words]:
        """Return the mask of each condition."""
        masks = {root: self.masks.get(asked.digests[root]) for root in asked.roots}
        new = [root for root, words in masks.items() if words is None]
        if new:
            found = self._joined(new, asked, is_kept=True)
            masks |= {root: found[root][1] for root in new}
            self.masks.put({asked.digests[root]: _there(masks[root]) for root in new})
        return [_there(masks[root]) for root in asked.roots]

    def _joined(
        self, roots: Sequence[n.Node], asked: Asked, *, is_kept: bool
    ) -> dict[n.Node, tuple[int, Words | None]]:
        """Return the number of customers of each root, and if they are to be kept their masks."""
        named = [one for one in asked.named if one not in roots and isinstance(one, _CONNECTIVES)]
        known: dict[n.Node, Words] = {}
        nodes = self._beneath([*roots, *named], asked, known)
        atoms = [node for node in nodes if not isinstance(node, _CONNECTIVES)]
        cold = [atom for atom in atoms if atom not in known]
        if cold:
            with self._lock:
                self._recall(cold, asked, known)
                whole = self._compute(cold, asked, known, roots, nodes, is_kept=is_kept)
                if whole is not None:
                    return whole
        circuit = Circuit()
        leaves = list(known)
        signals: dict[n.Node, Signal] = {leaf: circuit.leaf() for leaf in leaves}
        masks = [known[leaf] for leaf in leaves]
        for node in nodes:
            if node in signals:
                continue
            signals[node] = passes.joined(circuit, node, signals)
            if node in named and node not in roots:
                _, words = joined(circuit, signals[node], masks, self.height, is_kept=True)
                self.masks.put({asked.digests[node]: _there(words)})
        return {
            root: joined(circuit, signals[root], masks, self.height, is_kept=is_kept)
            for root in roots
        }

    def _beneath(
        self, roots: Sequence[n.Node], asked: Asked, known: dict[n.Node, Words]
    ) -> tuple[n.Node, ...]:
        """Return what the roots stand on down to atoms and masks that are kept, which are noted."""

        def below(node: n.Node) -> tuple[n.Node, ...]:
            words = self.masks.get(asked.digests[node])
            if words is not None:
                known[node] = words
                return ()
            return n.children(node) if isinstance(node, _CONNECTIVES) else ()

        return n.ordered(*roots, below=below)

    # ---- what is computed

    def _recall(self, atoms: list[n.Node], asked: Asked, known: dict[n.Node, Words]) -> None:
        """Note masks that another thread has computed in the meantime."""
        for atom in tuple(atoms):
            words = self.masks.get(asked.digests[atom])
            if words is not None:
                known[atom] = words
                atoms.remove(atom)

    def _compute(
        self,
        atoms: Sequence[n.Node],
        asked: Asked,
        known: dict[n.Node, Words],
        roots: Sequence[n.Node],
        nodes: Sequence[n.Node],
        *,
        is_kept: bool,
    ) -> dict[n.Node, tuple[int, Words | None]] | None:
        """Compute masks of atoms; of many all that stands on them at once, which is returned."""
        work = Work.of(atoms, asked.digests)
        found = self._by_engine(work, asked)
        self.columns.read(work, asked.data)
        answered = list(self._answered(work))
        few = [one for one in answered if one.codes.numbers.dtype != np.uint16]
        many = [one for one in answered if one.codes.numbers.dtype == np.uint16]
        if sum(len(one.atoms) for one in many) <= _FEW:
            few, many = answered, []
        for one in few:
            found |= self._looked_up(one)
        coded = {atom for one in answered for atom in one.atoms}
        found |= self._plain([a for a in atoms if a not in coded and a not in found], work)
        known |= found
        self._atoms += len(atoms)
        self.masks.put({asked.digests[atom]: words for atom, words in found.items()})
        return self._passed(many, asked, known, roots, nodes, is_kept=is_kept) if many else None

    def _by_engine(self, work: Work, asked: Asked) -> dict[n.Node, Words]:
        """Compute what needs all customers or events: masks, which are returned, and columns."""
        atoms = {str(i): one for i, one in enumerate(work.whole)}
        wanted = [one for one in work.computed if work.digests[one] not in self.columns]
        values = {str(i): one for i, one in enumerate(wanted)}
        if not (atoms or values):
            return {}
        program = share(atoms, values)
        own = {one.name: asked.digests[one] for one in program.fields}
        self.columns.read_fields(
            {k: one for k, one in own.items() if one not in self.columns}, asked.data
        )
        nodes = [node for level in program.levels for node in level.events]
        events = read_events(
            asked.data.catalog,
            asked.data.opened,
            properties_read(nodes),
            self.columns.keys,
            strict=self._strict,
            windows=widest_windows(nodes, self.calendar),
        )
        self.columns.note(events.notices)
        frame = self.columns.frame(own)
        result = run(
            program, frame, self.columns.key, self.calendar, events.frames, machine=self._machine
        )
        for name, one in values.items():
            self.columns.keep(work.digests[one], result.traits[name])
        return {one: result.masks.words(name) for name, one in atoms.items()}

    def _answered(self, work: Work) -> Iterator[Answered]:
        """Yield the atoms on each column of codes, with what they say of each code."""
        for source, atoms in work.alone.items():
            column = self.columns[work.digests[source]]
            if isinstance(column, CodedColumn):
                steps = steps_of(atoms)
                trial = Trial(source, column.values.dtype, tuple(atoms), steps, self.calendar)
                yield Answered(source, column, tuple(atoms), trial(column.values))

    def _looked_up(self, answered: Answered) -> dict[n.Node, Words]:
        found: dict[n.Node, Words] = {}
        for atom, answer in zip(answered.atoms, answered.answers, strict=True):
            words = found[atom] = np.empty(width(self.height), np.uint64)
            answers = answer.to_numpy().view(np.uint8)
            self._machine.look_up(answered.codes.numbers, answers, words)
        return found

    def _passed(
        self,
        answered: Sequence[Answered],
        asked: Asked,
        known: Mapping[n.Node, Words],
        roots: Sequence[n.Node],
        nodes: Sequence[n.Node],
        *,
        is_kept: bool,
    ) -> dict[n.Node, tuple[int, Words | None]]:
        """Return the roots by one pass; masks of atoms and what is named are kept if they fit."""
        coded = [
            CodedAtoms(one.source, _KeptCodes(Answers.of(one.answers, is_ordered=False)), one.atoms)
            for one in answered
        ]
        connectives = [one for one in nodes if isinstance(one, _CONNECTIVES) and one not in known]
        lasting = [atom for one in answered for atom in one.atoms]
        lasting += [one for one in connectives if one in asked.named]
        if len(lasting) * 8 * width(self.height) > self.masks.memory // 2:
            lasting = []
        stored = list(dict.fromkeys([*lasting, *(roots if is_kept else ())]))
        results = list(dict.fromkeys([*stored, *roots]))
        work = passes.Pass(coded, tuple(known), connectives, results, self._machine)
        numbers: dict[n.Node, Numbered] = {one.source: one.codes.numbers for one in answered}
        batches, pace = self._batches(numbers, known), Pace(processors())
        done = work.run(batches, len(stored), pace, self.height)
        masks = {node: row.words for node in stored if (row := done[node].mask) is not None}
        self.masks.put({asked.digests[one]: masks[one] for one in lasting})
        return {root: (done[root].count, masks.get(root)) for root in roots}

    def _batches(
        self, numbers: Mapping[n.Node, Numbered], words: Mapping[n.Node, Words]
    ) -> Iterator[Batch]:
        def column(first: int, node: n.Node) -> pl.Series:
            return pl.Series(numbers[node][first : first + _BATCH])

        for first in range(0, self.height, _BATCH):
            rows = min(_BATCH, self.height - first)
            yield Batch(first, rows, partial(column, first), words, _nothing)

    def _plain(self, atoms: Sequence[n.Node], work: Work) -> dict[n.Node, Words]:
        """Return the masks of atoms that Polars compares the columns for."""
        if not atoms:
            return {}
        sources = list(dict.fromkeys(one for atom in atoms for one in work.stands[atom].sources))
        steps = steps_of(atoms)
        columns = self.columns.table(sources, [*steps, *atoms], work)
        columns.derive([one for one in steps if one not in sources])
        return {atom: packed(mask) for atom, mask in columns.masks(atoms)}


@dataclass(frozen=True, slots=True)
class _KeptCodes:
    """The coder of a column that has its codes already."""

    answers: Answers

    def code(self, column: pl.Series, codes: Codes) -> Answers:
        """Write a code for each row and return what conditions say of the codes."""
        codes[:] = column.to_numpy()
        return self.answers

    def compared(self, column: pl.Series, inputs: Sequence[int]) -> None:
        """Return that the column is coded."""


def _nothing(_: Sequence[n.Node]) -> Mapping[n.Node, Words]:
    return {}


def _there(words: Words | None) -> Words:
    if words is None:
        raise LookupError("a mask that is asked for was only counted")
    return words
