"""Conditions on texts by machine code: what is known of a text is kept for the rows that follow."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import polars as pl

from segdsl.backends.masks import compiled_codes
from segdsl.backends.masks.answers import Codes
from segdsl.backends.masks.arrow import Views
from segdsl.backends.masks.machine import Attempt

Slots = npt.NDArray[np.uint16]

FEW = 1 << 12  # texts, whose table stays in the cache
MOST = (1 << 16) - 1  # texts that a table can hold
_VARIED = 8  # rows a text: where there are fewer, each row is tried
_LEAST = 256  # texts that are always numbered


def slots_for(texts: int) -> Slots:
    """Return an empty table for so many texts."""
    return np.zeros(1 << (4 * texts - 1).bit_length(), np.uint16)


@dataclass(slots=True)
class _Known:
    """Texts by their numbers, and what the attempt gave for each."""

    size: int
    slots: Slots
    words: npt.NDArray[np.uint64]
    firsts: npt.NDArray[np.int64]
    answers: Codes
    count: int = 0
    gap: int = -1
    is_long: bool = False  # some words say but where a text stands

    @staticmethod
    def of(size: int) -> _Known:
        """Return a table in which no text is known yet."""
        words, firsts = np.empty((size, 2), np.uint64), np.empty(size, np.int64)
        return _Known(size, slots_for(size), words, firsts, np.empty(size, np.uint16))

    def clear(self) -> None:
        """Know no text any more."""
        self.slots.fill(0)
        self.count, self.gap = 0, -1


@dataclass(slots=True)
class TextSearch:
    """What an attempt gives for the texts of a column; there is a table for each thread at work."""

    attempt: Attempt
    _spare: list[_Known] = field(default_factory=list)
    _is_varied: bool = False

    def answers(self, texts: pl.Series) -> Codes | None:
        """Return for each text what the attempt gives for it; None if there are too many."""
        if self._is_varied:
            return None
        codes = np.empty(len(texts), np.uint16)
        most = min(MOST, max(_LEAST, len(texts) // _VARIED))
        try:
            known = self._spare.pop()  # its thread may be another at each call
        except IndexError:
            known = _Known.of(min(most, FEW))
        found = self._numbered(texts, codes, known, most)
        if found is None:
            self._is_varied = True
            return None
        compiled_codes.relabel(codes, found.answers)
        if found.is_long:
            found.clear()
        self._spare.append(found)
        return codes

    def _numbered(self, texts: pl.Series, codes: Codes, known: _Known, most: int) -> _Known | None:
        """Write the number of each text; return the table with all of them, None if it is full."""
        views = Views.of(texts)
        while True:
            began = known.count
            count, gap, is_long = compiled_codes.number_texts(
                views.words,
                views.valid,
                views.offset,
                codes,
                known.firsts,
                known.words,
                known.slots,
                began,
                known.gap,
            )
            if count != compiled_codes.FULL:
                break
            if began:
                known.clear()  # texts of earlier rows may not come again
            elif known.size < most:
                known = _Known.of(most)
            else:
                return None
        if count > began:
            known.answers[began:count] = self.attempt(texts.gather(known.firsts[began:count]))
        known.count, known.gap, known.is_long = count, gap, is_long
        return known
