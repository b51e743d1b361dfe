"""Cuts a window out of a source line and measures it in columns of a terminal."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from segdsl.source import Source, Span

_TAB = "    "
_INVISIBLE = frozenset({"Cc", "Cs", "Zl", "Zp"})
_ZERO_WIDTH = frozenset({"Mn", "Me", "Cf"})
# Marks that reorder the text around them could make a line read as something that it is not.
_REORDERING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_MARKS_PER_COLUMN = 4


def shown(text: str) -> str:
    """Return the text as it is printed: tabs as spaces, control characters escaped."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_shown_character, text))


def _shown_character(character: str) -> str:
    if character == "\t":
        return _TAB
    if character in _REORDERING or unicodedata.category(character) in _INVISIBLE:
        return f"\\u{{{ord(character):x}}}"
    return character


def columns(text: str) -> int:
    """Return how many columns of a terminal a printed text takes."""
    return len(text) if text.isascii() else sum(map(_columns_of, text))


def _columns_of(character: str) -> int:
    if unicodedata.category(character) in _ZERO_WIDTH:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


@dataclass(frozen=True, slots=True)
class Window:
    """The part of a source line, from offset `start` to `end`, that is printed."""

    source: Source
    start: int
    end: int
    is_cut_before: bool
    is_cut_after: bool

    @property
    def printed(self) -> str:
        """The part as it is printed, with `…` where the line goes on."""
        before, after = "…" * self.is_cut_before, "…" * self.is_cut_after
        return before + shown(self.source.text[self.start : self.end]) + after

    def holds(self, span: Span) -> bool:
        """Return whether the start of the span is inside."""
        return self.start <= span.start <= self.end

    def underline(self, span: Span, mark: str) -> str:
        """Return blanks up to the span and then a mark under each of its columns."""
        start = min(max(span.start, self.start), self.end)
        end = min(max(span.end, start), self.end)
        text = self.source.text
        blanks = self.is_cut_before + columns(shown(text[self.start : start]))
        return " " * blanks + mark * max(1, columns(shown(text[start:end])))


def window(span: Span, width: int) -> Window:
    """Return the window of about `width` columns around the start of the span.

    Only the window itself is ever copied, however long the line is.
    """
    source, text = span.source, span.source.text
    reach = width * _MARKS_PER_COLUMN
    line_start = span.start - source.position(span.start).column + 1
    start = line_start
    if not _fits(source, line_start, width):
        start = max(line_start, span.start - width // 3)
    line_end = text.find("\n", start, start + reach)
    limit = line_end if line_end >= 0 else min(len(text), start + reach)
    end, used = start, int(start > line_start)
    while end < limit:
        used += columns(shown(text[end]))
        if used >= width and end > span.start:
            break
        end += 1
    is_cut_after = end < len(text) and text[end] != "\n"
    return Window(source, start, end, start > line_start, is_cut_after)


def _fits(source: Source, line_start: int, width: int) -> bool:
    end = source.text.find("\n", line_start, line_start + width * _MARKS_PER_COLUMN)
    if end < 0:
        end = len(source.text)
        if end - line_start > width * _MARKS_PER_COLUMN:
            return False
    return columns(shown(source.text[line_start:end])) < width
