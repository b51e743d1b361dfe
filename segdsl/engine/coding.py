"""Atoms from codes: a column that many atoms read becomes small codes, an atom a set of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from math import floor

import polars as pl

from segdsl.backends.masks.coders import Coder, CutCoder, NarrowCoder, TextCoder
from segdsl.backends.masks.machine import Machine
from segdsl.backends.polars.column import (
    INSTANT,
    Column,
    Operand,
    constant_value,
    is_constant,
)
from segdsl.backends.polars.lower import Lowering
from segdsl.catalog.types import Kind
from segdsl.engine.tables import Table
from segdsl.functions.clock import Calendar
from segdsl.plan import nodes as n
from segdsl.plan.typing import type_of

_NAME = "\0value"
_EXACT = 2**53  # floats below it keep whole numbers apart
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DISCRETE = (pl.Int64(), pl.Date(), INSTANT)
_ORDERED = (*_DISCRETE, pl.Float64())


@dataclass(frozen=True, slots=True)
class CodedAtoms:
    """The coder of a column, and the atoms that it answers."""

    node: n.Node
    coder: Coder
    atoms: tuple[n.Node, ...]


def coded_atoms(
    node: n.Node,
    sample: pl.Series,
    atoms: Sequence[n.Node],
    values: Iterable[n.Node],
    calendar: Calendar,
    machine: Machine,
    canonical: Callable[[pl.Series], pl.Series] = pl.Series.rechunk,
) -> CodedAtoms | None:
    """Return the coder of a column for those atoms on it that codes can say; None without one.

    `sample` are values of the column; `canonical` reads its texts. `values` are the steps that
    atoms read; those that do not stand on `node` alone are not needed.
    """
    dtype = sample.dtype
    trial = Trial(node, dtype, tuple(atoms), tuple(values), calendar)
    if dtype == pl.String:
        return CodedAtoms(node, TextCoder(trial, canonical, machine), trial.atoms)
    if dtype in _DISCRETE and NarrowCoder.is_preferred(sample):
        return CodedAtoms(node, NarrowCoder(trial, dtype), trial.atoms)
    if dtype not in _ORDERED:
        return None
    lowering = Lowering(calendar, {})
    limits = {atom: _limits(node, atom, dtype, lowering) for atom in atoms}
    known = {atom: found for atom, found in limits.items() if found is not None}
    if len(known) < len(trial.atoms) and dtype in _DISCRETE and NarrowCoder.is_possible(sample):
        return CodedAtoms(node, NarrowCoder(trial, dtype), trial.atoms)
    constants = [one for found in known.values() for one in found]
    coder = CutCoder.of(dtype, constants, replace(trial, atoms=tuple(known)), machine)
    return None if coder is None else CodedAtoms(node, coder, tuple(known))


@dataclass(frozen=True, slots=True)
class Trial:
    """Tries atoms on values of the one column that they stand on."""

    node: n.Node
    dtype: pl.DataType
    atoms: tuple[n.Node, ...]
    values: tuple[n.Node, ...]
    calendar: Calendar

    def __call__(self, values: pl.Series) -> list[pl.Series]:
        """Return what each atom says of each value."""
        node = self.node
        table = Table.of(values.alias(_NAME).to_frame(), _NAME, None, self.calendar)
        table.lowering.put(node, (Column(pl.col(_NAME), self.dtype),))
        inside = set(n.ordered(*self.atoms, below=self._below))
        table.derive(value for value in self.values if value in inside and value is not node)
        return table.compute([table.lowering.predicate(atom) for atom in self.atoms])

    def _below(self, node: n.Node) -> tuple[n.Node, ...]:
        return () if node is self.node else n.children(node)


def _limits(
    node: n.Node, atom: n.Node, dtype: pl.DataType, lowering: Lowering
) -> list[float | int] | None:
    """Return the values at which an atom's answer may change; None if it is of another form."""
    constants = _constants(node, atom, lowering)
    if constants is None:
        return None
    found = [_limit(one, dtype) for one in constants]
    known = [one for one in found if one is not None]
    return known if len(known) == len(found) else None


def _constants(node: n.Node, atom: n.Node, lowering: Lowering) -> Sequence[n.Scalar] | None:
    calendar = lowering.calendar
    match atom:
        case n.Compare() if node in (atom.left, atom.right):
            other = atom.right if atom.left is node else atom.left
            return None if _stands_on(other, node) else _constant(lowering.value(other))
        case n.OneOf(subject=subject) if subject is node:
            return atom.members
        case n.Known(subject=subject) | n.Blank(subject=subject) if subject is node:
            return ()
        case n.InPeriod(subject=subject) if subject is node and atom.unit.is_clock:
            return calendar.span_of(atom.direction, atom.count, atom.unit)
        case n.InPeriod(subject=subject) if subject is node and type_of(subject).kind is Kind.DATE:
            return calendar.days_of(atom.direction, atom.count, atom.unit, atom.is_full)
        case _:
            return None


def _constant(operand: Operand) -> Sequence[n.Scalar] | None:
    """Return a constant, none where it is missing; None for what is no constant."""
    if not is_constant(operand):
        return None
    value = constant_value(operand)
    return () if value is None else (value,)


def _stands_on(value: n.Node, node: n.Node) -> bool:
    return node in n.ordered(value)


def _limit(value: n.Scalar, dtype: pl.DataType) -> float | int | None:
    """Return a constant in the units of a column, of whole numbers rounded down."""
    match value:
        case bool() | str():
            return None
        case datetime():
            return (value - _EPOCH) // _MICROSECOND
        case date():
            return (value - _EPOCH.date()).days
        case _ if dtype == pl.Float64():
            return _as_float(value)
        case float():
            return floor(value) if abs(value) < _EXACT else None
        case _:
            return floor(value)


def _as_float(value: int | float | Decimal) -> float | None:
    try:
        return float(value)
    except OverflowError:
        return None


_MICROSECOND = datetime.resolution
