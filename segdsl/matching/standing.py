"""Where one more customer stands among those of a saved evaluation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from segdsl.matching.thresholds import Cuts, Last, Usual
from segdsl.plan import nodes as n
from segdsl.plan.meaning import compare

Key = Any  # int or str, all of one population alike


def is_taken(node: n.Ranked, last: Last) -> Callable[[Any, Key, Any], bool]:
    """Return whether a value, with its key and group, comes no later than the last taken."""
    groups = _ByValue.of(last.marks.items())
    is_grouped = node.per is not None
    ahead = n.Relation.GT if node.is_top else n.Relation.LT

    def test(value: Any, key: Key, group: Any) -> bool:
        mark = groups.get(group) if is_grouped else groups.exact.get(None)
        if value is None or mark is None:
            return False
        limit, last_key = mark
        if compare(ahead, value, limit):
            return True
        return compare(n.Relation.EQ, value, limit) and bool(key <= last_key)

    return test


def tile(cuts: Cuts) -> Callable[[Any, Key], int | None]:
    """Return the rank group of a value with its key; None for a missing one and among none."""

    def found(value: Any, key: Key) -> int | None:
        if value is None or not cuts.marks:
            return None
        for number, (limit, last_key) in enumerate(cuts.marks, start=1):
            if compare(n.Relation.LT, value, limit):
                return number
            if compare(n.Relation.EQ, value, limit) and key <= last_key:
                return number
        return len(cuts.marks)

    return found


def is_usual(node: n.Common, usual: Usual) -> Callable[[Any, Any], bool]:
    """Return whether a value is one of the most common of its group."""
    is_grouped = node.per is not None
    groups = _ByValue.of(
        (group, _ByValue.of((value, True) for value in values))
        for group, values in usual.values.items()
    )

    def test(value: Any, group: Any) -> bool:
        values = groups.get(group) if is_grouped else groups.exact.get(None)
        return values is not None and values.get(value) is not None

    return test


@dataclass(frozen=True, slots=True)
class _ByValue:
    """A look-up by values that are equal as comparisons say it: floats meet rounded numbers."""

    exact: Mapping[Any, Any]
    rounded: Mapping[float, Any]
    has_floats: bool

    @staticmethod
    def of(items: Iterable[tuple[Any, Any]]) -> _ByValue:
        exact = dict(items)
        numbers = [value for value in exact if _is_number(value)]
        rounded = {float(value): exact[value] for value in numbers}
        return _ByValue(exact, rounded, any(isinstance(value, float) for value in numbers))

    def get(self, value: Any) -> Any:
        """Return what stands there; None for a missing value and one that is not there."""
        if value is None:
            return None
        if isinstance(value, float) or (self.has_floats and _is_number(value)):
            return self.rounded.get(float(value))
        return self.exact.get(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)
