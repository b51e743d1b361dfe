"""Decides whether a pattern is found in a text: the definition of what patterns mean.

A pattern becomes a Thompson automaton, all of whose states advance together over the text (K.
Thompson, Regular Expression Search Algorithm, CACM 11, 1968), so the time is linear in the text
whatever the pattern; Python's `re` would backtrack, without bounds for `(a+)+$`.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, assert_never

from segdsl.functions.pattern_tree import (
    LAST_CODE,
    Choice,
    End,
    OneOf,
    Part,
    Pattern,
    Ranges,
    Repeat,
    Sequence,
    Start,
    members,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

_FOUND = 0


@dataclass(slots=True)
class _State:
    """Either takes a character of `takes`, or passes to `exits` if the text's edges allow it."""

    exits: list[int]
    takes: Ranges | None = None
    edge: Start | End | None = None


@dataclass(slots=True)
class _Automaton:
    """States, of which number 0 is the end of the pattern; built from the end backwards."""

    states: list[_State] = field(default_factory=lambda: [_State([])])

    def add(self, state: _State) -> int:
        self.states.append(state)
        return len(self.states) - 1

    def build(self, part: Part, after: int) -> int:
        """Return the state from which `part` leads to the state `after`."""
        match part:
            case OneOf():
                return self.add(_State([after], takes=members(part)))
            case Start() | End():
                return self.add(_State([after], edge=part))
            case Sequence(items):
                for item in reversed(items):
                    after = self.build(item, after)
                return after
            case Choice(items):
                return self.add(_State([self.build(item, after) for item in items]))
            case Repeat(item, low, high):
                return self._build_repeat(item, low, high, after)
        assert_never(part)

    def _build_repeat(self, item: Part, low: int, high: int | None, after: int) -> int:
        if high is None:
            loop = self.add(_State([after]))
            self.states[loop].exits.append(self.build(item, loop))
            start = loop
        else:
            start = after
            for _ in range(high - low):
                start = self.add(_State([self.build(item, start), after]))
        for _ in range(low):
            start = self.build(item, start)
        return start

    def reach(self, entries: Iterable[int], *, is_start: bool, is_end: bool) -> set[int]:
        """Return the states reached without a character from `entries`."""
        reached: set[int] = set()
        stack = list(entries)
        while stack:
            number = stack.pop()
            if number in reached:
                continue
            reached.add(number)
            state = self.states[number]
            if state.takes is None and _is_open(state.edge, is_start=is_start, is_end=is_end):
                stack.extend(state.exits)
        return reached

    def advance(self, reached: set[int], code: int) -> list[int]:
        """Return the states after the character `code`."""
        states = (self.states[number] for number in reached)
        return [s.exits[0] for s in states if s.takes is not None and _is_in(s.takes, code)]


def _is_open(edge: Start | End | None, *, is_start: bool, is_end: bool) -> bool:
    match edge:
        case None:
            return True
        case Start():
            return is_start
        case End():
            return is_end
    assert_never(edge)


def _is_in(ranges: Ranges, code: int) -> bool:
    at = bisect_right(ranges, (code, LAST_CODE)) - 1
    return at >= 0 and ranges[at][1] >= code


@lru_cache(maxsize=256)
def _automaton(pattern: Pattern) -> tuple[_Automaton, int]:
    automaton = _Automaton()
    return automaton, automaton.build(pattern.root, _FOUND)


def search(pattern: Pattern, text: str) -> bool:
    """Return whether `pattern` is found anywhere in `text`, which is folded already if need be."""
    automaton, entry = _automaton(pattern)
    entries: list[int] = []
    for at in range(len(text) + 1):
        entries.append(entry)
        reached = automaton.reach(entries, is_start=at == 0, is_end=at == len(text))
        if _FOUND in reached:
            return True
        if at < len(text):
            entries = automaton.advance(reached, ord(text[at]))
    return False
