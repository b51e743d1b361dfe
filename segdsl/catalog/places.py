"""Where an entry of a TOML file stands, for diagnostics; a best effort over lines."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segdsl.source import Source, Span

_KEY = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_DOTTED = rf"{_KEY}(?:\s*\.\s*{_KEY})*"
_LINE = re.compile(rf"^[ \t]*(?:\[+\s*(?P<table>{_DOTTED})\s*\]+|(?P<key>{_DOTTED})\s*=)", re.M)


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in re.findall(_KEY, dotted))


def find_entry(source: Source, path: Sequence[str]) -> Span | None:
    """Return the span of the key at `path`, or of its nearest ancestor that is found."""
    best: tuple[int, Span] | None = None
    table: tuple[str, ...] = ()
    for match in _LINE.finditer(source.text):
        group = "table" if match["table"] else "key"
        parts = _parts(match[group])
        if group == "table":
            table = parts
        here = parts if group == "table" else (*table, *parts)
        if here == tuple(path[: len(here)]) and (best is None or len(here) > best[0]):
            best = len(here), source.span(match.start(group), match.end(group))
    if best is None:
        return None
    depth, span = best
    return span if depth == len(path) else _within_line(source, span, path[depth:]) or span


def _within_line(source: Source, span: Span, rest: Sequence[str]) -> Span | None:
    """Return the last key of `rest` inside the inline table that follows `span`."""
    end = source.text.find("\n", span.end)
    line_end = len(source.text) if end < 0 else end
    at = span.end
    for part in rest:
        key = re.compile(rf"""[{{,\s](?P<key>["']?{re.escape(part)}["']?)\s*=""")
        match = key.search(source.text, at, line_end)
        if match is None:
            return None
        span, at = source.span(match.start("key"), match.end("key")), match.end()
    return span
