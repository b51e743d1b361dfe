"""One pass over the customers at one level, a batch at a time: codes, masks, results."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from segdsl.backends.masks.circuit import EVERYONE, NO_ONE, Circuit, Signal
from segdsl.backends.masks.machine import Compared, Machine, Painted
from segdsl.backends.masks.rows import Row, Tables, tables
from segdsl.engine.batches import Batch
from segdsl.engine.kept_codes import BatchCodes, CodeKeeper
from segdsl.engine.kept_masks import keep, kept_on_disk
from segdsl.engine.memory import Pace
from segdsl.garbage import uncollected
from segdsl.plan import nodes as n

if TYPE_CHECKING:
    from segdsl.engine.coding import CodedAtoms


@dataclass(frozen=True, slots=True)
class Known:
    """How many customers are in a mask, and the mask if something reads it."""

    count: int
    mask: Row | None


class Pass:
    """The steps of a level, ready for batches of any customers."""

    def __init__(
        self,
        coded: Sequence[CodedAtoms],
        others: Sequence[n.Node],
        connectives: Sequence[n.Node],
        results: Sequence[n.Node],
        machine: Machine,
    ) -> None:
        """Prepare what is coded, `others` whose masks the batches bring, and the results."""
        self.coded, self.others = tuple(coded), tuple(others)
        inputs = [*(atom for one in coded for atom in one.atoms), *others]
        self._numbers = {node: number for number, node in enumerate(inputs)}
        self._connectives, self._results = connectives, results
        with uncollected():  # gates hold no cycles
            self.board = machine.board(len(inputs), self._connected)
        self._spare: list[npt.NDArray[np.uint16]] = []

    def _connected(self, circuit: Circuit, inputs: Sequence[Signal]) -> list[Signal]:
        signals = dict(zip(self._numbers, inputs, strict=True))
        for node in self._connectives:
            signals[node] = joined(circuit, node, signals)
        return [signals[node] for node in self._results]

    def batch(self, batch: Batch, stored: int, keeper: CodeKeeper | None = None) -> Done:
        """Return the results of a batch; as many as are `stored` with their words.

        The `keeper` of codes copies them.
        """
        codes = self._codes(batch.rows)
        painted: list[Painted] = []
        compared: list[Compared] = []
        others = list(self.others)
        is_kept = keeper is not None and keeper.is_worth
        for row, one in enumerate(self.coded):
            column, inputs = batch.column(one.node), [self._numbers[atom] for atom in one.atoms]
            values = None if is_kept else one.coder.compared(column, inputs)
            if values is not None:
                compared.append(values)
            elif (answers := one.coder.code(column, codes[row])) is not None:
                painted.append(Painted(row, answers, inputs))
            else:
                others += one.atoms
        masks = batch.masks(others)
        given = {self._numbers[atom]: masks[atom] for atom in others}
        found = tables(stored, batch.rows)
        counts = self.board.run(batch.rows, codes, painted, compared, given, found)
        made_of = None
        if keeper is not None:
            made_of = keeper.copy(batch.first, batch.rows, codes, painted, given)
        self._spare.append(codes)
        return Done(batch.rows, counts, found, made_of)

    def _codes(self, rows: int) -> npt.NDArray[np.uint16]:
        """Return memory for the codes of a batch: that of an earlier one, since fresh is dear."""
        try:
            codes = self._spare.pop()
        except IndexError:
            return np.empty((len(self.coded), rows), np.uint16)
        return codes if codes.shape[1] == rows else np.empty((len(self.coded), rows), np.uint16)

    def run(
        self,
        batches: Iterable[Batch],
        stored: int,
        pace: Pace,
        size: int,
        keeper: CodeKeeper | None = None,
    ) -> dict[n.Node, Known]:
        """Return the results over all batches; as many as are `stored` with their masks.

        There are `size` customers, whose codes go to a `keeper`. Raises DataError where masks do
        not fit onto the disk.
        """
        counts = np.zeros(len(self._results), np.int64)
        rows = 0
        is_much = pace.masks is not None and stored * size // 8 > pace.masks
        found = kept_on_disk() if is_much else []
        try:
            with closing(_in_turn(self, batches, stored, pace.threads, keeper)) as results:
                for done in results:
                    rows += done.rows
                    counts += done.counts
                    keep(found, done.masks)
                    if keeper is not None:
                        keeper.add(done.made_of)
        finally:
            self._spare.clear()  # the pass may outlast this run by far
        return {
            node: Known(int(counts[i]), Row(found, i, rows) if i < stored else None)
            for i, node in enumerate(self._results)
        }


@dataclass(frozen=True, slots=True)
class Done:
    """How many customers of a batch are in each result, and the masks that are stored.

    `made_of` is what is kept of what they were made of.
    """

    rows: int
    counts: npt.NDArray[np.int64]
    masks: Tables
    made_of: BatchCodes | None


def _in_turn(
    work: Pass, batches: Iterable[Batch], stored: int, threads: int, keeper: CodeKeeper | None
) -> Generator[Done, None, None]:
    """Yield the results of each batch; several are computed at a time, and few wait."""
    remaining = iter(batches)
    first = next(remaining, None)
    if first is None:
        return
    yield work.batch(first, stored, keeper)  # it teaches the coders most of what they have to learn
    following = next(remaining, None)
    if following is None:
        return
    from concurrent.futures import Future, ThreadPoolExecutor  # few customers need none

    waiting: list[Future[Done]] = []
    with ThreadPoolExecutor(threads) as pool:
        try:
            for batch in chain([following], remaining):
                waiting.append(pool.submit(work.batch, batch, stored, keeper))
                if len(waiting) > threads:
                    yield waiting.pop(0).result()
            while waiting:
                yield waiting.pop(0).result()
        finally:  # after an error nothing is begun that no one waits for
            pool.shutdown(cancel_futures=True)


def joined(circuit: Circuit, node: n.Node, signals: Mapping[n.Node, Signal]) -> Signal:
    """Return the signal of a connective whose parts have theirs."""
    match node:
        case n.Constant():
            return EVERYONE if node.value else NO_ONE
        case n.All():
            return circuit.all(signals[item] for item in node.items)
        case n.Any():
            return circuit.any(signals[item] for item in node.items)
        case n.Not():
            return signals[node.item] ^ 1
        case n.HowMany():
            items = [signals[item] for item in node.items]
            return circuit.how_many(items, node.low, node.high)
        case _:
            raise TypeError(f"{type(node).__name__} is no connective")
