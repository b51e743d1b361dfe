"""Masks of which some customers were computed anew: tables below, and layers of later answers.

What is below is not copied, however many masks there are; a mask in one piece is made when it is
asked for. Rows are counted as they stand below, then come those that were added; some of them may
be gone, and are in no mask.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import polars as pl

from segdsl.backends.masks.arrow import Words
from segdsl.backends.masks.machine import Machine
from segdsl.backends.masks.rows import BLOCK, Mask, Row, Tables, abreast, laid, stacked, tables
from segdsl.backends.masks.words import packed, width

Places = npt.NDArray[np.int64]
_LARGE = 1 << 20  # bits that are worth a second thread
_MOST = 8  # layers, each of which has to be looked through
_IN_BLOCK = 64 * BLOCK


@dataclass(frozen=True, slots=True)
class Layer:
    """Answers for some rows, by their places, which rise."""

    places: Places
    tables: Tables

    def rows_of(self, places: Places) -> Places:
        """Return where the answers for some places stand; -1 where there are none."""
        if not len(self.places):
            return np.full(len(places), -1, np.int64)
        found = np.minimum(np.searchsorted(self.places, places), len(self.places) - 1)
        return np.where(self.places[found] == places, found, -1)


class Recall(Protocol):
    """What makes masks of some rows again, in less time than it takes to fetch their bits."""

    @property
    def tables(self) -> Sequence[Tables]:
        """The tables that the masks stand in."""

    def answers(self, places: Places, threads: int = 1) -> Tables:
        """Return the masks of some rows alone, by their places, which rise."""


@dataclass(frozen=True)
class Overlay:
    """Masks abreast of each other: those `below`, and the layers over them, the latest last.

    There are `stored` rows, of which those at the places `gone` are left out.
    """

    below: tuple[Row, ...]
    height: int  # of the masks below
    stored: int
    layers: tuple[Layer, ...]
    gone: Places

    @staticmethod
    def of(masks: Sequence[Mask], height: int) -> Overlay:
        """Return masks over so many rows as something that can be laid over."""
        patched = [one for one in masks if isinstance(one, Patched)]
        plain = tuple(one for one in masks if isinstance(one, Row))
        if not patched:
            return Overlay(plain, height, height, (), np.zeros(0, np.int64))
        found = patched[0].overlay
        if plain or [one.number for one in patched] != list(range(len(found.below))):
            raise ValueError("only all masks of an overlay together can be laid over")
        return found

    @property
    def rows(self) -> int:
        """The number of customers."""
        return self.stored - len(self.gone)

    def mask(self, number: int) -> Patched:
        """Return the mask over the one of that number below."""
        return Patched(self, number)

    def over(self, layer: Layer, stored: int, gone: Places, machine: Machine) -> Overlay:
        """Return the same with a layer on top, whose masks hold no one who is gone."""
        found = Overlay(self.below, self.height, stored, (*self.layers, layer), gone)
        if len(found.layers) <= _MOST:
            return found
        places = np.unique(np.concatenate([one.places for one in found.layers]))
        whole = Layer(places, found.answers(places, machine))
        return Overlay(self.below, self.height, stored, (whole,), gone)

    def answers(
        self, places: Places, machine: Machine, threads: int = 1, recall: Recall | None = None
    ) -> Tables:
        """Return the masks of some rows alone, by their places; of new rows they are empty.

        So many threads share large work: most of its time is spent waiting for memory. Masks that
        `recall` makes again are not fetched.
        """
        found = tables(len(self.below), len(places))
        found[:] = 0
        if recall is not None:
            self._recall(places, machine, found, recall, threads)
            return found
        if len(places) * len(self.below) < _LARGE:
            threads = 1
        size = 64 * max(1, -(-len(places) // (64 * threads)))  # no word is written by two threads
        firsts = range(0, len(places), size)
        if len(firsts) < 2:
            self._answer(places, machine, found, 0)
            return found
        with ThreadPoolExecutor(threads) as pool:
            parts = (
                pool.submit(self._answer, places[first : first + size], machine, found, first)
                for first in firsts
            )
            for part in list(parts):
                part.result()
        return found

    def _recall(
        self, places: Places, machine: Machine, found: Tables, recall: Recall, threads: int
    ) -> None:
        """Write the masks of some rows into tables, made again where that is possible."""
        left = self._lay(places, machine, found, 0)
        own = left[: np.searchsorted(places, self.height)]
        for parts, numbers, targets in _together(self.below):
            if parts is recall.tables:
                again = recall.answers(places[: len(own)], threads)
                again &= laid(packed(pl.Series(own >= 0)))
                is_same = len(targets) == again.shape[1] and bool((numbers == targets).all())
                if is_same and len(targets) == found.shape[1]:
                    found[: len(again)] |= again
                else:
                    found[: len(again), targets] |= again[:, numbers]
            else:
                below = np.where(left < self.height, left, -1)
                _gather(machine, parts, numbers, below, found, targets, 0)

    def _answer(self, places: Places, machine: Machine, found: Tables, first: int) -> None:
        """Write the masks of some rows into tables, from their row `first` on."""
        left = self._lay(places, machine, found, first)
        left = np.where(left < self.height, left, -1)
        for parts, numbers, targets in _together(self.below):
            _gather(machine, parts, numbers, left, found, targets, first)

    def _lay(self, places: Places, machine: Machine, found: Tables, first: int) -> Places:
        """Write what layers hold of some rows; return the places, -1 for those that are in one."""
        everyone = np.arange(len(self.below))
        left = places
        for layer in reversed(self.layers):
            rows = np.where(left >= 0, layer.rows_of(left), -1)
            _gather(machine, [layer.tables], everyone, rows, found, everyone, first)
            left = np.where(rows >= 0, -1, left)
        return left

    def words(self, number: int) -> Words:
        """Return a mask in one piece."""
        found = np.zeros(width(self.stored), np.uint64)
        own = self.below[number].words
        found[: len(own)] = own
        for layer in self.layers:
            answers = np.ascontiguousarray(layer.tables[:, number]).view(np.uint8).reshape(-1)
            bits = np.unpackbits(answers, count=len(layer.places), bitorder="little")
            words, shifts = layer.places >> 6, (layer.places & 63).astype(np.uint64)
            np.bitwise_and.at(found, words, ~(np.uint64(1) << shifts))
            np.bitwise_or.at(found, words, bits.astype(np.uint64) << shifts)
        return _without(found, self.gone, self.stored) if len(self.gone) else found

    def blocks(self, numbers: Sequence[int]) -> Iterator[npt.NDArray[np.uint64]]:
        """Yield the words of some masks abreast, block by block."""
        blocks = self._stored_blocks(numbers)
        return _closed_up(blocks, self.gone, self.stored) if len(self.gone) else blocks

    def _stored_blocks(self, numbers: Sequence[int]) -> Iterator[npt.NDArray[np.uint64]]:
        own = [self.below[number] for number in numbers]
        count = -(-self.stored // _IN_BLOCK)
        tables = abreast(own) if self.height else iter(())
        below = (words for table in tables for words in table)
        for block in range(count):
            found = next(below, None)
            words = np.zeros((len(own), BLOCK), np.uint64) if found is None else found.copy()
            for layer in self.layers:
                _lay(layer, numbers, block, words)
            yield words


@dataclass(frozen=True, slots=True)
class Patched:
    """One mask of an overlay."""

    overlay: Overlay
    number: int

    @property
    def rows(self) -> int:
        """The number of customers."""
        return self.overlay.rows

    @property
    def words(self) -> Words:
        """The mask in one piece."""
        return self.overlay.words(self.number)

    def blocks(self) -> Iterator[Words]:
        """Yield the words of each block."""
        return (block[0] for block in laid(self.words))

    def beside(self, masks: Sequence[Mask]) -> Iterator[Tables]:
        """Yield tables of masks, of which this is the first (see `abreast`)."""
        own = [one for one in masks if isinstance(one, Patched) and one.overlay is self.overlay]
        if len(own) < len(masks):
            return stacked(masks)
        return (block[None] for block in self.overlay.blocks([one.number for one in own]))


def _lay(layer: Layer, numbers: Sequence[int], block: int, words: npt.NDArray[np.uint64]) -> None:
    """Write the answers of a layer for the rows of one block over its words."""
    first, last = np.searchsorted(layer.places, (block * _IN_BLOCK, (block + 1) * _IN_BLOCK))
    for row in range(int(first), int(last)):
        place = int(layer.places[row]) % _IN_BLOCK
        own = layer.tables[row // _IN_BLOCK, list(numbers), row % _IN_BLOCK >> 6]
        bits = own >> np.uint64(row & 63) & np.uint64(1)
        bit = np.uint64(place & 63)
        words[:, place >> 6] &= ~(np.uint64(1) << bit)
        words[:, place >> 6] |= bits << bit


def _without(words: Words, gone: Places, rows: int) -> Words:
    """Return a mask without some of its rows."""
    bits = np.unpackbits(words.view(np.uint8), count=rows, bitorder="little")
    packed = np.packbits(np.delete(bits, gone), bitorder="little")
    found = np.zeros(8 * width(rows - len(gone)), np.uint8)
    found[: len(packed)] = packed
    return found.view(np.uint64)


def _closed_up(
    blocks: Iterator[npt.NDArray[np.uint64]], gone: Places, rows: int
) -> Iterator[npt.NDArray[np.uint64]]:
    """Yield the same blocks without some of the rows, those behind them moved up."""
    waiting: npt.NDArray[np.uint8] | None = None
    for number, block in enumerate(blocks):
        first = number * _IN_BLOCK
        count = min(_IN_BLOCK, rows - first)
        bits = np.unpackbits(block.view(np.uint8), axis=1, count=count, bitorder="little")
        own = gone[(gone >= first) & (gone < first + count)] - first
        kept = np.delete(bits, own, axis=1)
        waiting = kept if waiting is None else np.concatenate([waiting, kept], axis=1)
        if waiting.shape[1] >= _IN_BLOCK:
            yield _packed(waiting[:, :_IN_BLOCK])
            waiting = waiting[:, _IN_BLOCK:]
    if waiting is not None and waiting.shape[1]:
        yield _packed(waiting)


def _packed(bits: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint64]:
    found = np.zeros((len(bits), 8 * BLOCK), np.uint8)
    packed = np.packbits(bits, axis=1, bitorder="little")
    found[:, : packed.shape[1]] = packed
    return found.view(np.uint64)


def _together(masks: Sequence[Row]) -> list[tuple[Sequence[Tables], Places, Places]]:
    """Return the tables that masks stand in, their numbers there, and which masks they are."""
    groups: dict[int, list[int]] = {}
    for i, mask in enumerate(masks):
        groups.setdefault(id(mask.tables), []).append(i)
    return [
        (
            masks[own[0]].tables,
            np.array([masks[i].number for i in own], np.int64),
            np.array(own, np.int64),
        )
        for own in groups.values()
    ]


def _gather(
    machine: Machine,
    parts: Sequence[Tables],
    numbers: Places,
    places: Places,
    found: Tables,
    targets: Places,
    begin: int,
) -> None:
    """Write the bits of some rows of tables that follow each other; none for a place of -1."""
    first = 0
    for part in parts:
        rows = len(part) * _IN_BLOCK
        chosen = np.flatnonzero((places >= first) & (places < first + rows))
        if len(chosen):
            machine.gather(part, numbers, places[chosen] - first, found, chosen + begin, targets)
        first += rows
