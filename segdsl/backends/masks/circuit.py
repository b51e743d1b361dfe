"""Boolean algebra on masks as a circuit: what is equal is one gate, and runs block by block.

A signal is twice the number of a gate, and one more for its complement; 0 is no one, 1 everyone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TypeAlias

Signal: TypeAlias = int
NO_ONE: Signal = 0
EVERYONE: Signal = 1


class Kind(IntEnum):
    """What a gate does to its inputs; that it is one of them, or not, is said of steps alone."""

    LEAF = 0
    AND = 1
    OR = 2
    XOR = 3
    AND_NOT = 4  # the left one, and not the right one
    NOT = 5
    COPY = 6


@dataclass(frozen=True, slots=True)
class Step:
    """An operation on slots of one block; `right` is below 0 where there is but one input."""

    kind: Kind
    left: int
    right: int
    target: int


@dataclass(frozen=True, slots=True)
class Schedule:
    """What runs for each block: slots begin with the leaves, then come buffers, then results."""

    leaves: tuple[int, ...]  # numbers of the leaves that are read
    buffers: int
    results: int
    steps: tuple[Step, ...]


@dataclass(slots=True)
class Circuit:
    """Gates under construction."""

    _gates: list[tuple[Kind, int, int]] = field(default_factory=lambda: [(Kind.LEAF, 0, 0)])
    _known: dict[tuple[Kind, int, int], int] = field(default_factory=dict)
    _leaves: int = 0

    def leaf(self) -> Signal:
        """Return the signal of a new leaf; leaves are numbered from 0."""
        self._gates.append((Kind.LEAF, self._leaves, 0))
        self._leaves += 1
        return 2 * (len(self._gates) - 1)

    def all(self, items: Iterable[Signal]) -> Signal:
        """Return where each item holds."""
        return self._joined([item ^ 1 for item in items]) ^ 1

    def any(self, items: Iterable[Signal]) -> Signal:
        """Return where an item holds."""
        return self._joined(list(items))

    def how_many(self, items: Sequence[Signal], low: int, high: int) -> Signal:
        """Return where so many items hold, bounds included."""
        digits: list[Signal] = []  # of the number that hold, the lowest first
        for item in items:
            carry = item
            for i, digit in enumerate(digits):
                digits[i], carry = self._xor(digit, carry), self._and(digit, carry)
            if carry != NO_ONE:
                digits.append(carry)
        enough = self._at_least(digits, low)
        return self._and(enough, self._at_least(digits, high + 1) ^ 1)

    def _at_least(self, digits: Sequence[Signal], number: int) -> Signal:
        if number <= 0:
            return EVERYONE
        if number >= 1 << len(digits):
            return NO_ONE
        found = EVERYONE  # of the digits so far, the number is no less
        for i, digit in enumerate(digits):
            found = self._and(digit, found) if number >> i & 1 else self._or(digit, found)
        return found

    def _joined(self, items: Sequence[Signal]) -> Signal:
        """Return where an item holds: `a or not b or not c` as `a or not (b and c)`."""
        plain = [item for item in dict.fromkeys(items) if not item & 1]
        others = [item ^ 1 for item in dict.fromkeys(items) if item & 1]
        whole = NO_ONE
        for item in plain:
            whole = self._or(whole, item)
        rest = EVERYONE
        for item in others:
            rest = self._and(rest, item)
        return self._or(whole, rest ^ 1)

    def _or(self, left: Signal, right: Signal) -> Signal:
        return self._and(left ^ 1, right ^ 1) ^ 1

    def _and(self, left: Signal, right: Signal) -> Signal:
        low, high = sorted((left, right))
        if low == NO_ONE or low ^ 1 == high:
            return NO_ONE
        if low in (EVERYONE, high):
            return high
        if low & high & 1:
            return self._gate(Kind.OR, low >> 1, high >> 1) ^ 1
        if low & 1:
            return self._gate(Kind.AND_NOT, high >> 1, low >> 1)
        return self._gate(Kind.AND_NOT if high & 1 else Kind.AND, low >> 1, high >> 1)

    def _xor(self, left: Signal, right: Signal) -> Signal:
        flips, low, high = (left ^ right) & 1, *sorted((left >> 1, right >> 1))
        if low == high:
            return NO_ONE ^ flips
        if low == 0:
            return 2 * high ^ flips
        return self._gate(Kind.XOR, low, high) ^ flips

    def _gate(self, kind: Kind, left: int, right: int) -> Signal:
        is_ordered = left <= right or kind is Kind.AND_NOT
        key = (kind, left, right) if is_ordered else (kind, right, left)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = len(self._gates)
            self._gates.append(key)
        return 2 * found

    def schedule(self, roots: Sequence[Signal]) -> Schedule:
        """Return what runs for each block so that the results are these signals, none constant."""
        return _Scheduling(self._gates, [(root >> 1, bool(root & 1)) for root in roots]).schedule()


_BUFFER = 1 << 40  # added to the numbers of buffers and results until their slots are known
_RESULT = 1 << 41


class _Scheduling:
    """Gives each gate that is needed a slot, and a slot to another gate as soon as it is free."""

    def __init__(
        self, gates: Sequence[tuple[Kind, int, int]], roots: Sequence[tuple[int, bool]]
    ) -> None:
        self._gates, self._roots = gates, roots
        self._needed = self._in_order()
        self._slots: dict[int, int] = {}
        self._free: list[int] = []
        self._buffers = 0
        self._steps: list[Step] = []

    def _in_order(self) -> list[int]:
        """Return the gates that roots stand on, each as late as it can be: few wait at a time."""
        done: dict[int, None] = {}
        for root, _ in self._roots:
            stack = [root]
            while stack:
                gate = stack[-1]
                missing = [one for one in self._inputs(gate) if one not in done]
                if gate in done or not missing:
                    done[stack.pop()] = None
                else:
                    stack.append(missing[0])
        return list(done)

    def _inputs(self, gate: int) -> tuple[int, ...]:
        kind, left, right = self._gates[gate]
        return () if kind is Kind.LEAF else (left, right)

    def schedule(self) -> Schedule:
        """Return the schedule."""
        leaves = [gate for gate in self._needed if self._gates[gate][0] is Kind.LEAF]
        self._slots.update((gate, i) for i, gate in enumerate(leaves))
        own: dict[int, int] = {}  # the result that a gate writes itself
        for i, (gate, is_flipped) in enumerate(self._roots):
            if not is_flipped and gate not in self._slots:
                own.setdefault(gate, i)
        last = {one: gate for gate in self._needed for one in self._inputs(gate)}
        flipped = {gate for gate, _ in self._roots}
        for gate in self._needed:
            if gate not in self._slots:
                self._place(gate, own, last, flipped)
        for i, (gate, is_flipped) in enumerate(self._roots):
            if own.get(gate) != i:
                kind = Kind.NOT if is_flipped else Kind.COPY
                self._steps.append(Step(kind, self._slots[gate], -1, _RESULT + i))
        return self._frozen(leaves)

    def _place(self, gate: int, own: dict[int, int], last: dict[int, int], roots: set[int]) -> None:
        inputs = self._inputs(gate)
        slots = [self._slots[one] for one in inputs]
        for one in set(inputs):
            if last[one] == gate and one not in roots and _BUFFER <= self._slots[one] < _RESULT:
                self._free.append(self._slots[one])
        if gate in own:
            target = _RESULT + own[gate]
        elif self._free:
            target = self._free.pop()
        else:
            target = _BUFFER + self._buffers
            self._buffers += 1
        self._slots[gate] = target
        self._steps.append(Step(self._gates[gate][0], slots[0], slots[1], target))

    def _frozen(self, leaves: Sequence[int]) -> Schedule:
        first_buffer = len(leaves)
        first_result = first_buffer + self._buffers

        def slot(number: int) -> int:
            if number >= _RESULT:
                return first_result + number - _RESULT
            return first_buffer + number - _BUFFER if number >= _BUFFER else number

        steps = tuple(
            Step(step.kind, slot(step.left), slot(step.right), slot(step.target))
            for step in self._steps
        )
        numbers = tuple(self._gates[gate][1] for gate in leaves)
        return Schedule(numbers, self._buffers, len(self._roots), steps)
