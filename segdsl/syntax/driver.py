"""Drives the parse table over the tokens of one declaration and calls the builders."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from segdsl.syntax.build import BUILDERS
from segdsl.syntax.lexer import Token
from segdsl.syntax.parse_table import ParseTable, Rule, parse_table
from segdsl.syntax.tree import Name
from segdsl.syntax.words import END, NAME, vocabulary

if TYPE_CHECKING:
    from segdsl.source import Source

_Builder: TypeAlias = Callable[..., object]
_Maker: TypeAlias = "Callable[[Source, list[Token]], object]"
_Part: TypeAlias = tuple[int, bool] | None  # where in the rule, and whether it is a list to spread


@dataclass(frozen=True, slots=True)
class Stopped:
    """Parsing came to a token that cannot stand where it stands."""

    index: int


class _Reduction(NamedTuple):
    """What a rule makes, of how many parts, and how; `is_rung` if it hands on its only part."""

    makes: str
    length: int
    make: _Maker
    is_rung: bool


@dataclass(frozen=True, slots=True)
class _Machine:
    """The parse table with its builders."""

    rows: tuple[Mapping[str, int], ...]
    reductions: tuple[_Reduction, ...]
    table: ParseTable
    soft: frozenset[str]

    def top(self, below: int, state: int, kind: str) -> int:
        """Return the state to which rungs lead from `state`, on top of `below`, before a token."""
        while True:
            action = self.rows[state].get(kind, 0)
            if action >= 0 or not self.reductions[~action].is_rung:
                return state
            state = self.rows[below][self.reductions[~action].makes]


@cache
def _machine() -> _Machine:
    table = parse_table()
    reductions = tuple(_reduction(rule) for rule in table.rules)
    return _Machine(table.rows, reductions, table, vocabulary().soft)


def _reduction(rule: Rule) -> _Reduction:
    is_rung = not (rule.builder or rule.is_list) and rule.length == 1
    return _Reduction(rule.makes, rule.length, _maker(rule), is_rung)


def _maker(rule: Rule) -> _Maker:
    parts = tuple(_part(kept) for kept in rule.keep)
    if rule.builder:
        return partial(_built, BUILDERS[rule.builder], parts)
    if not rule.is_list:
        return partial(_handed_on, next(part[0] for part in parts if part))
    return _gone_on if len(parts) > 1 else _begun


def _part(kept: int | list[int] | None) -> _Part:
    if isinstance(kept, list):
        return kept[0], True
    return None if kept is None else (kept, False)


# ---- what rules make of their parts


def _built(
    builder: _Builder, parts: tuple[_Part, ...], source: Source, found: Sequence[Token]
) -> object:
    """Return what the builder makes of the parts that it is given, lists spread out."""
    kept: list[object] = []
    for part in parts:
        if part is None:
            kept.append(None)
        elif part[1]:
            kept += found[part[0]].value  # type: ignore[arg-type]  # the rule's name says: a list
        else:
            kept.append(found[part[0]].value)
    return builder(source.span(found[0].start, found[-1].end), *kept)


def _handed_on(kept: int, _: Source, found: Sequence[Token]) -> object:
    """Return the one part that is kept, such as what stands between brackets."""
    return found[kept].value


def _begun(_: Source, found: Sequence[Token]) -> object:
    """Return a list of the one item, which stands last."""
    return [found[-1].value]


def _gone_on(_: Source, found: Sequence[Token]) -> object:
    """Return the list with the item that stands last; it grows in place, to stay linear."""
    items = found[0].value
    items.append(found[-1].value)  # type: ignore[attr-defined]  # the rule's name says: a list
    return items


class Driver:
    """Reads declarations of one source.

    Most reductions are rungs, from `literal` up to `condition`. Where they lead to depends on two
    states and the next token alone; it is worked out once a source.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._tops: dict[tuple[int, int, str], int] = {}

    def drive(self, tokens: Sequence[Token], start: str) -> object:
        """Return what the tokens build, read from the rule `start`, or where reading `Stopped`.

        The last token is the end. A keyword that the grammar cannot take where it stands is a name.
        """
        machine = _machine()
        rows, reductions, soft = machine.rows, machine.reductions, machine.soft
        source, tops, final = self._source, self._tops, machine.table.ends[start]
        states, parts = [machine.table.starts[start]], list[Token]()
        for index, token in enumerate(tokens):
            kind = token.kind
            while True:
                state = states[-1]
                action = rows[state].get(kind)
                if action is None:
                    if kind not in soft or NAME not in rows[state]:
                        return Stopped(index)
                    kind, token = NAME, _as_name(source, token)
                    continue
                if action >= 0:
                    states.append(action)
                    parts.append(token)
                    break
                makes, length, make, is_rung = reductions[~action]
                if is_rung:
                    place = states[-2], state, kind
                    if place not in tops:
                        tops[place] = machine.top(*place)
                    states[-1] = tops[place]
                else:
                    found = parts[-length:]
                    del states[-length:]
                    states.append(rows[states[-1]][makes])
                    made = Token(makes, found[0].start, found[-1].end, make(source, found))
                    parts[-length:] = (made,)
                if kind == END and states[-1] == final:
                    return parts[-1].value
        raise AssertionError("the last token is not the end")


def _as_name(source: Source, token: Token) -> Token:
    start, end = token.start, token.end
    return Token(NAME, start, end, Name(source.text[start:end], source.span(start, end)))


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
