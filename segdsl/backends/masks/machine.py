"""What the masks are computed with: plain NumPy, or machine code where Numba is installed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import polars as pl

from segdsl.backends.machine_code import is_loaded, machine_code
from segdsl.backends.masks.answers import Answers, Codes
from segdsl.backends.masks.arrow import Bytes
from segdsl.backends.masks.circuit import EVERYONE, NO_ONE, Circuit, Signal
from segdsl.backends.masks.cuts import Numbers
from segdsl.backends.masks.rows import Tables, laid
from segdsl.backends.masks.words import constant

Words = npt.NDArray[np.uint64]
RowNumbers = npt.NDArray[np.int64]
Numbered = npt.NDArray[np.uint16] | npt.NDArray[np.uint32]
"""Codes, also those of columns with more values than short ones can tell apart."""
Connect = Callable[[Circuit, Sequence[Signal]], Sequence[Signal]]
"""Builds the gates of results from the signals of the inputs: conditions and masks, by number."""

# From so many rows, or rows times conditions, machine code gains more time than it takes to load.
_FAST = "segdsl.backends.masks.fast"
_ROWS, _WORK = 1 << 22, 2 * 10**8


Attempt = Callable[[pl.Series], Codes]
"""Tries conditions on texts: a number for each, whose bits are what each condition says."""


@dataclass(frozen=True, slots=True)
class Painted:
    """A column of a batch: which row of its codes, and what the conditions on it say of them.

    `inputs` are the numbers of the conditions.
    """

    row: int
    answers: Answers
    inputs: Sequence[int]


@dataclass(frozen=True, slots=True)
class Values:
    """A column's values as they stand in memory; floats that are not finite are missing.

    `known` is the mask of those rows that have a value, None if all have.
    """

    numbers: Numbers
    known: Words | None


@dataclass(frozen=True, slots=True)
class Compared:
    """A column of a batch, and what conditions say of the bounds that its values have reached.

    `answers` are those for the codes of `Machine.reached`, and 0 where a value is missing; `inputs`
    are the numbers of the conditions.
    """

    values: Values
    bounds: Numbers
    answers: Answers
    inputs: Sequence[int]


@dataclass(frozen=True, slots=True)
class Roots:
    """The signals of results, of which some are those of everyone or of no one."""

    signals: Sequence[Signal]
    varying: tuple[int, ...]  # the places of the others

    @staticmethod
    def of(signals: Sequence[Signal]) -> Roots:
        """Return the roots with these signals."""
        varying = (i for i, one in enumerate(signals) if one not in (NO_ONE, EVERYONE))
        return Roots(signals, tuple(varying))

    def constants(self, rows: int, found: Tables) -> npt.NDArray[np.int64]:
        """Return how many customers are in each constant result, 0 for others, and write them."""
        counts = np.zeros(len(self.signals), np.int64)
        for i, signal in enumerate(self.signals):
            if signal in (NO_ONE, EVERYONE):
                counts[i] = rows if signal == EVERYONE else 0
                if i < found.shape[1]:
                    found[:, i : i + 1] = laid(constant(signal == EVERYONE, rows))
        return counts


class Board(Protocol):
    """What makes masks of codes and joins them to results; several threads may use it."""

    def run(
        self,
        rows: int,
        codes: npt.NDArray[np.uint16],
        painted: Sequence[Painted],
        compared: Sequence[Compared],
        given: Mapping[int, Words],
        found: Tables,
    ) -> npt.NDArray[np.int64]:
        """Return how many customers of a batch are in each result.

        `codes` are a row a column. Inputs that are neither painted nor compared are `given`. As
        many results as the tables `found` have rows are written there.
        """


class Search(Protocol):
    """What conditions say of texts, some rows after the others; several threads may use it."""

    def answers(self, texts: pl.Series) -> Codes | None:
        """Return for each text what the attempt gives for it; None if there are too many."""


class Machine(Protocol):
    """Computes codes and masks."""

    def texts(self, column: pl.Series, most: int, codes: Codes) -> pl.Series | None:
        """Write the number of each text of a column and return the texts by their numbers.

        Two numbers may stand for the same text; a missing one is one more text. None if there are
        more than so many.
        """

    def relabel(self, codes: Codes, labels: Codes) -> None:
        """Write for each code its label in its place."""

    def reached(self, values: Numbers, bounds: Numbers, codes: Codes) -> None:
        """Write one more than the number of sorted bounds, at least one, that a value reaches."""

    def look_up(self, codes: Numbered, answers: Bytes, words: Words) -> None:
        """Write the mask of those rows whose code has an answer of 1, not of 0."""

    def search(self, attempt: Attempt) -> Search | None:
        """Return what tries conditions on each distinct text, some rows after the others.

        None if it takes longer than to try them on all rows.
        """

    def compares(self, bounds: int) -> bool:
        """Return whether values are better compared with so many bounds than coded by them.

        Its boards can be given such columns then.
        """

    def board(self, inputs: int, connect: Connect) -> Board:
        """Return a board for so many inputs."""

    def gather(
        self,
        part: Tables,
        numbers: RowNumbers,
        places: RowNumbers,
        found: Tables,
        rows: RowNumbers,
        targets: RowNumbers,
    ) -> None:
        """Set those bits of rows of `found` that rows of `part` have at `places`.

        `numbers` are masks of `part`, and `targets` those of `found` that they are; the rows rise,
        and their bits are not set yet.
        """


def machine_for(rows: int, conditions: int) -> Machine:
    """Return the machine that takes less time for so much work. Both give the same."""
    if rows >= _ROWS or rows * conditions >= _WORK or is_loaded(_FAST):
        compiled = machine_code(_FAST)
        if compiled is not None:
            fast: Machine = compiled.Fast()
            return fast
    from segdsl.backends.masks.plain import Plain

    return Plain()
