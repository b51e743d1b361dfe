"""Rule text and places in it."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

_KELVIN = "\u212a"


@dataclass(frozen=True, eq=False)
class Source:
    """A rule text, normalised to NFC, with the name that diagnostics show for it.

    Kelvin signs stay: in NFC they are the letter K, and no keyword has one. Names and texts are
    normalised wholly where they are read.
    """

    name: str
    text: str
    path: Path | None = None

    @staticmethod
    def of(text: str, name: str = "<rules>", path: Path | None = None) -> Source:
        """Return a source for `text`: byte-order mark dropped, line ends unified, NFC."""
        unified = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
        parts = (unicodedata.normalize("NFC", part) for part in unified.split(_KELVIN))
        return Source(name, _KELVIN.join(parts), path)

    @cached_property
    def _line_starts(self) -> tuple[int, ...]:
        starts = [0]
        find = self.text.find
        at = find("\n")
        while at >= 0:
            starts.append(at + 1)
            at = find("\n", at + 1)
        return tuple(starts)

    def position(self, offset: int) -> Position:
        """Return the 1-based line and column of a character offset."""
        line = bisect_right(self._line_starts, offset)
        return Position(line, offset - self._line_starts[line - 1] + 1)

    def line(self, number: int) -> str:
        """Return the text of a 1-based line, without its end."""
        start = self._line_starts[number - 1]
        end = self.text.find("\n", start)
        return self.text[start:] if end < 0 else self.text[start:end]

    def span(self, start: int, end: int) -> Span:
        """Return the span of the characters from `start` up to, not including, `end`."""
        return Span(start, end, self)


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A 1-based line and column."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Span:
    """A run of characters in a source: start included, end not."""

    start: int
    end: int
    source: Source = field(repr=False)

    @property
    def text(self) -> str:
        """The characters of the span."""
        return self.source.text[self.start : self.end]

    def to(self, other: Span) -> Span:
        """Return the span from the start of this one to the end of `other`."""
        return Span(self.start, other.end, self.source)
