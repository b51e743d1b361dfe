"""One condition by itself, among names whose meanings are known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from segdsl.diagnostics import Diagnostic, Sink
from segdsl.plan import nodes as n
from segdsl.plan.plan import Clause
from segdsl.semantics.conditions import condition
from segdsl.semantics.context import Context, Record
from segdsl.syntax import tree


@dataclass(frozen=True, slots=True)
class Alone:
    """What a condition means, and what is wrong with it.

    `events` are the kinds that it speaks of itself; `is_typed` tells whether the types of all that
    it reads are known.
    """

    clause: Clause
    diagnostics: tuple[Diagnostic, ...]
    errors: tuple[Diagnostic, ...]
    events: frozenset[str]
    is_typed: bool

    def named(self) -> Iterator[n.Predicate]:
        """Yield the segments and definitions that it names itself."""
        waiting = [self.clause]
        while waiting:
            clause = waiting.pop()
            if clause.name is not None:
                yield clause.node
            else:
                waiting.extend(clause.items)


def alone(expression: tree.Expression, context: Context) -> Alone:
    """Return the meaning of a condition in settled surroundings, to which it adds nothing."""
    sink = Sink()
    above = context.record
    record = Record(sink, n.Layer(above.intern), above.meanings)
    found = condition(expression, replace(context, record=record))
    return Alone(
        found,
        tuple(sink),
        tuple(sink.errors),
        frozenset(record.events),
        not any(
            isinstance(one, n.Field | n.Property) and one.type.is_error for one in record.intern
        ),
    )
