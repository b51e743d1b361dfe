"""Diagnostics as text for people and as JSON for programs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby
from types import MappingProxyType
from typing import TYPE_CHECKING

from segdsl.diagnostics.codes import Severity
from segdsl.diagnostics.snippet import Window, shown, window

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from segdsl.diagnostics.diagnostic import Diagnostic, Edit, Fix, Label
    from segdsl.source import Source, Span

_NARROWEST = 40
_LONGEST_EDIT = 60
_TWICE = re.compile(r"``(?: `([^`\n]+)` |([^`\n]+))``")
_RESET, _BOLD, _BLUE = "\x1b[0m", "\x1b[1m", "\x1b[1;34m"
_COLOURS = MappingProxyType(
    {Severity.ERROR: "\x1b[1;31m", Severity.WARNING: "\x1b[1;33m", Severity.NOTICE: "\x1b[1;36m"}
)


@dataclass(frozen=True, slots=True)
class _Mark:
    """A label, whether it is the primary one, and where its span begins."""

    label: Label
    is_primary: bool
    line: int
    column: int

    @property
    def source(self) -> Source:
        return self.label.span.source


@dataclass(frozen=True, slots=True)
class _Pen:
    """Paints, or leaves the text as it is."""

    severity: Severity
    has_colour: bool

    def paint(self, text: str, colour: str) -> str:
        return f"{colour}{text}{_RESET}" if self.has_colour and text else text

    def loud(self, text: str) -> str:
        return self.paint(text, _COLOURS[self.severity])

    def blue(self, text: str) -> str:
        return self.paint(text, _BLUE)


def render_text(diagnostic: Diagnostic, *, color: bool = False, width: int = 100) -> str:
    """Return the diagnostic with its source lines, without a line end after the last line.

    `width` is that of the terminal in columns; longer source lines are cut around the place.
    `color` adds ANSI codes.
    """
    pen = _Pen(diagnostic.severity, color)
    marks = _marks(diagnostic)
    digits = max((len(str(mark.line)) for mark in marks), default=1)
    room = max(width, _NARROWEST) - digits - 4
    title = pen.loud(f"{diagnostic.severity}[{diagnostic.code.id}]")
    lines = [title + pen.paint(f": {_lines(diagnostic.message, 2)}", _BOLD)]
    if diagnostic.place:
        lines.append(pen.blue(" " * (digits + 1) + "--> ") + _lines(diagnostic.place, digits + 5))
    for number, (_, group) in enumerate(groupby(marks, lambda mark: id(mark.source))):
        is_first = number == 0 and not diagnostic.place
        lines += _file(tuple(group), "-->" if is_first else ":::", digits, room, pen)
    gutter = " " * (digits + 2) + "= "
    for word, text in _notes(diagnostic):
        head = f"{word}: "
        lines.append(
            pen.blue(gutter) + pen.paint(head, _BOLD) + _lines(text, digits + 4 + len(head))
        )
    return "\n".join(lines)


def _marks(diagnostic: Diagnostic) -> list[_Mark]:
    """The labels in the order of printing: the primary file first, and by line in each file."""
    first = (diagnostic.primary,) if diagnostic.primary else ()
    marks = [_mark(label, is_primary=True) for label in first]
    marks += [_mark(label, is_primary=False) for label in diagnostic.secondary]
    order = {id(mark.source): -index for index, mark in reversed(list(enumerate(marks)))}
    return sorted(marks, key=lambda mark: (-order[id(mark.source)], mark.line, not mark.is_primary))


def _mark(label: Label, *, is_primary: bool) -> _Mark:
    position = label.span.source.position(label.span.start)
    return _Mark(label, is_primary, position.line, position.column)


def _file(marks: tuple[_Mark, ...], arrow: str, digits: int, room: int, pen: _Pen) -> list[str]:
    head = next((mark for mark in marks if mark.is_primary), marks[0])
    where = f"{shown(head.source.name)}:{head.line}:{head.column}"
    bar = pen.blue(" " * (digits + 2) + "|")
    lines = [f"{pen.blue(' ' * (digits + 1) + arrow)} {where}", bar]
    before = 0
    for view, group in _views(marks, room):
        line = group[0].line
        if before and line > before + 1:
            lines.append(pen.blue("..."))
        lines.append(pen.blue(f" {line:>{digits}} |") + (view.printed and f" {view.printed}"))
        lines += [f"{bar} {_underlined(view, mark, pen)}" for mark in group]
        before = line
    return lines


def _views(marks: tuple[_Mark, ...], room: int) -> Iterator[tuple[Window, list[_Mark]]]:
    """Marks that fit into the same window of the same line, together."""
    left = list(marks)
    while left:
        view = window(left[0].label.span, room)
        line = left[0].line
        group = [mark for mark in left if mark.line == line and view.holds(mark.label.span)]
        yield view, group
        left = [mark for mark in left if mark not in group]


def _underlined(view: Window, mark: _Mark, pen: _Pen) -> str:
    span, message = mark.label.span, _lines(mark.label.message, 0).replace("\n", " ")
    further = span.source.position(max(span.start, span.end - 1)).line - mark.line
    if further:
        count = f"and {further:,} further line{'s' * (further > 1)}"
        message = f"{message} ({count})" if message else f"({count})"
    under = view.underline(span, "^" if mark.is_primary else "-")
    blanks = len(under) - len(under.lstrip())
    text = f"{under[blanks:]} {message}".rstrip()
    return " " * blanks + (pen.loud(text) if mark.is_primary else pen.blue(text))


def _notes(diagnostic: Diagnostic) -> Iterator[tuple[str, str]]:
    for help_ in diagnostic.help:
        yield "help", help_
    for fix in diagnostic.fixes:
        yield "fix", f"{fix.message}: {_edits(fix)}"


def _edits(fix: Fix) -> str:
    is_single = len(fix.edits) == 1
    return ", ".join(_edit(edit, is_single=is_single) for edit in fix.edits)


def _edit(edit: Edit, *, is_single: bool) -> str:
    old, new = _clipped(edit.span), edit.replacement
    new = new if len(new) <= _LONGEST_EDIT else f"{new[:_LONGEST_EDIT]}…"
    if not new:
        return f"remove `{old}`"
    if not old:
        return f"insert `{new}`"
    return f"replace by `{new}`" if is_single else f"replace `{old}` by `{new}`"


def _clipped(span: Span) -> str:
    end = min(span.end, span.start + _LONGEST_EDIT)
    return span.source.text[span.start : end] + "…" * (span.end > end)


def _lines(text: str, indent: int) -> str:
    """Keep the line breaks of a message, indent what follows them, escape the rest."""
    return ("\n" + " " * indent).join(shown(line) for line in _once(text).split("\n"))


def _once(text: str) -> str:
    """Leave one pair of backticks around a name that is quoted with its own, so as to be copied."""
    return _TWICE.sub(lambda found: f"`{found[1] or found[2]}`", text)


def render_json(diagnostic: Diagnostic) -> dict[str, object]:
    """Return the diagnostic as a value for `json.dumps`; its keys are always all present.

    `code`, `slug`, `severity` (error, warning, notice), `message`; `place` (text or null);
    `location` (null without a span); `labels`: locations with `message` and `primary`; `help`:
    texts; `fixes`: `message` and `edits`, each a location with `replacement`. A location has
    `file`, `line`, `column`, `end_line`, `end_column` (1-based, in characters, the end not
    included), `start` and `end` (0-based offsets in the normalised text).
    """
    primary = (diagnostic.primary,) if diagnostic.primary else ()
    return {
        "code": diagnostic.code.id,
        "slug": diagnostic.code.slug,
        "severity": str(diagnostic.severity),
        "message": diagnostic.message,
        "place": diagnostic.place,
        "location": _location(diagnostic.primary.span) if diagnostic.primary else None,
        "labels": [*_labels(primary, is_primary=True), *_labels(diagnostic.secondary)],
        "help": list(diagnostic.help),
        "fixes": [
            {
                "message": fix.message,
                "edits": [
                    {**_location(edit.span), "replacement": edit.replacement} for edit in fix.edits
                ],
            }
            for fix in diagnostic.fixes
        ],
    }


def _labels(labels: Iterable[Label], *, is_primary: bool = False) -> Iterator[dict[str, object]]:
    for label in labels:
        yield {**_location(label.span), "message": label.message, "primary": is_primary}


def _location(span: Span) -> dict[str, object]:
    start, end = span.source.position(span.start), span.source.position(span.end)
    return {
        "file": span.source.name,
        "line": start.line,
        "column": start.column,
        "end_line": end.line,
        "end_column": end.column,
        "start": span.start,
        "end": span.end,
    }
