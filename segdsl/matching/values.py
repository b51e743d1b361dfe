"""The code of values."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from segdsl.catalog.types import Kind
from segdsl.functions.buckets import bucket
from segdsl.functions.folding import fold
from segdsl.functions.table import FUNCTIONS
from segdsl.matching.code import Write, Writer
from segdsl.matching.plain import MonthDay, month_day
from segdsl.matching.standing import tile
from segdsl.matching.thresholds import Cuts
from segdsl.plan import nodes as n
from segdsl.plan.typing import type_of

KEY = "key"
"""The local that holds the customer's key."""


def _apply(w: Writer, node: n.Apply) -> str:
    row = FUNCTIONS[node.function]
    calendar, call = w.constant(w.settings.calendar), w.constant(row.meaning)
    if not row.is_strict:
        return f"{call}({', '.join([calendar, *(w.names[one] for one in node.arguments)])})"
    tests, values = [], [calendar]
    for argument in node.arguments:
        is_known, value = w.known(argument)
        tests.append(is_known)
        values.append(value)
    return f"({call}({', '.join(values)}) if {' and '.join(tests)} else None)"


def _folded(w: Writer, node: n.Folded) -> str | None:
    if type_of(node.subject).kind is not Kind.TEXT:
        return None
    is_known, value = w.known(node.subject)
    folding = w.constant(node.folding)
    return f"({w.constant(fold)}({value}, {folding}) if {is_known} else None)"


def _month_day(w: Writer, node: MonthDay) -> str:
    return f"{w.constant(month_day)}({w.names[node.subject]})"


def _bucket(w: Writer, node: n.Bucket) -> str:
    return f"{w.constant(bucket)}({w.constant(node.seed)}, {KEY})"


def _ntile(w: Writer, node: n.Ntile) -> str:
    cuts = w.settings.thresholds[node]
    assert isinstance(cuts, Cuts)
    return f"{w.constant(tile(cuts))}({w.names[node.subject]}, {KEY})"


VALUES: Mapping[type[n.Node], Write] = MappingProxyType[type[Any], Any](
    {
        n.Apply: _apply,
        n.Folded: _folded,
        MonthDay: _month_day,
        n.Bucket: _bucket,
        n.Ntile: _ntile,
    }
)
