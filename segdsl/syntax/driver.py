"""Drives the parse table over the tokens of one declaration and calls the builders."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

from segdsl.syntax.build import BUILDERS
from segdsl.syntax.parse_table import ParseTable, Rule, parse_table
from segdsl.syntax.tree import Name
from segdsl.syntax.words import END, NAME, vocabulary

if TYPE_CHECKING:
    from segdsl.source import Source
    from segdsl.syntax.lexer import Token

_Builder: TypeAlias = Callable[..., object]
_Part: TypeAlias = tuple[int, bool] | None  # where in the rule, and whether it is a list to spread


@dataclass(frozen=True, slots=True)
class Stopped:
    """Parsing came to a token that cannot stand where it stands."""

    index: int


@dataclass(frozen=True, slots=True)
class _Machine:
    """The parse table with its builders.

    A reduction is what the rule makes, its length, its builder (None for a list), the parts that
    are kept, and which of them is handed on as it is (-1: none).
    """

    rows: tuple[Mapping[str, int], ...]
    reductions: tuple[tuple[str, int, _Builder | None, tuple[_Part, ...], int], ...]
    table: ParseTable
    soft: frozenset[str]


@cache
def _machine() -> _Machine:
    table = parse_table()
    reductions = tuple(_reduction(rule) for rule in table.rules)
    return _Machine(table.rows, reductions, table, vocabulary().soft)


def _reduction(rule: Rule) -> tuple[str, int, _Builder | None, tuple[_Part, ...], int]:
    parts = tuple(_part(kept) for kept in rule.keep)
    builder = BUILDERS[rule.builder] if rule.builder else None
    first = parts[0] if parts else None
    handed_on = first[0] if builder is None and not rule.is_list and first else -1
    return rule.makes, rule.length, builder, parts, handed_on


def _part(kept: int | list[int] | None) -> _Part:
    if isinstance(kept, list):
        return kept[0], True
    return None if kept is None else (kept, False)


def drive(source: Source, tokens: Sequence[Token], start: str) -> object:
    """Return what the tokens build, read from the rule `start`, or where reading `Stopped`.

    The last token is the end. A keyword that the grammar cannot take where it stands is a name.
    """
    machine = _machine()
    rows, reductions, soft = machine.rows, machine.reductions, machine.soft
    final = machine.table.ends[start]
    stack = _Stack(source, [machine.table.starts[start]])
    states = stack.states
    for index, (kind, begin, end, value) in enumerate(tokens):
        while True:
            row = rows[states[-1]]
            action = row.get(kind)
            if action is None:
                if kind not in soft or NAME not in row:
                    return Stopped(index)
                kind, value = NAME, Name(source.text[begin:end], source.span(begin, end))
                continue
            if action >= 0:
                stack.shift(action, begin, end, value)
                break
            makes, length, builder, parts, handed_on = reductions[~action]
            if length == 1 and handed_on == 0:
                states.pop()
            else:
                stack.reduce(length, builder, parts, handed_on)
            states.append(rows[states[-1]][makes])
            if kind == END and states[-1] == final:
                return stack.values[-1]
    raise AssertionError("the last token is not the end")


@dataclass(slots=True)
class _Stack:
    """What has been read and not yet become part of something else, with its place."""

    source: Source
    states: list[int]
    values: list[object] = field(default_factory=list)
    begins: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)

    def shift(self, state: int, begin: int, end: int, value: object) -> None:
        """Take a token."""
        self.states.append(state)
        self.values.append(value)
        self.begins.append(begin)
        self.ends.append(end)

    def reduce(
        self, length: int, builder: _Builder | None, parts: tuple[_Part, ...], handed_on: int
    ) -> None:
        """Replace the last `length` entries by what they make; the caller adds its state."""
        values, begins, ends = self.values, self.begins, self.ends
        made = values[-length:]
        del self.states[-length:]
        if length > 1:
            del values[1 - length :], begins[1 - length :]
            ends[-length:] = ends[-1:]
        if handed_on >= 0:
            values[-1] = made[handed_on]
        elif builder is None:
            values[-1] = _gathered(made, parts)
        else:
            values[-1] = builder(self.source.span(begins[-1], ends[-1]), *_kept(made, parts))


def _kept(made: list[object], parts: tuple[_Part, ...]) -> list[object]:
    """Return the parts that a builder is given, lists spread out."""
    kept: list[object] = []
    for part in parts:
        if part is None:
            kept.append(None)
        elif part[1]:
            kept += made[part[0]]  # type: ignore[arg-type]  # a list: the rule's name says so
        else:
            kept.append(made[part[0]])
    return kept


def _gathered(made: list[object], parts: tuple[_Part, ...]) -> list[object]:
    """Return the parts as one list; a list that goes on grows in place, to stay linear."""
    first = made[0]
    if parts and parts[0] == (0, True) and isinstance(first, list):
        first += _kept(made, parts[1:])
        return first
    return _kept(made, parts)


def acceptable(tokens: Sequence[Token], start: str) -> frozenset[str]:
    """Return the kinds of token that can follow these."""
    machine = _machine()
    states = [machine.table.starts[start]]
    for token in tokens:
        _shift(machine, states, token.kind, machine.table.ends[start])
    kinds = {kind for kind in machine.rows[states[-1]] if kind.isupper()}
    final = machine.table.ends[start]
    return frozenset(kind for kind in kinds if _shift(machine, states.copy(), kind, final))


def _shift(machine: _Machine, states: list[int], kind: str, final: int) -> bool:
    """Move on by one token, building nothing; return whether that was possible."""
    while True:
        action = machine.rows[states[-1]].get(kind)
        if action is None:
            if kind not in machine.soft or NAME not in machine.rows[states[-1]]:
                return False
            kind = NAME
        elif action >= 0:
            states.append(action)
            return True
        else:
            makes, length, *_ = machine.reductions[~action]
            del states[-length:]
            states.append(machine.rows[states[-1]][makes])
            if kind == END and states[-1] == final:
                return True
