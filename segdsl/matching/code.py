"""Writes Python code for plan nodes: each value and condition as one expression.

Constants come in by generated names, never as text, so nothing that a user wrote is ever parsed
as Python. What has no code of its own is computed by `plan.meaning` itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from segdsl.catalog.tables import Given
from segdsl.functions.clock import Calendar
from segdsl.matching.plain import MonthDay, month_day
from segdsl.matching.thresholds import Threshold
from segdsl.plan import nodes as n
from segdsl.plan.meaning import Customer, meaning

_DEEPEST = 12  # expressions one in another: Python's parser bounds brackets
_VARYING = (n.Field, n.Property, n.Bucket, n.Ntile, n.Ranked, n.Common, n.OverEvents)
_NOBODY = Customer("", {})


GivenAs = Callable[[str, str], tuple[Given, ...]]
"""Returns what the property of an event may be called in what is given."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What code is written under."""

    calendar: Calendar
    thresholds: Mapping[n.Node, Threshold]
    given_as: GivenAs
    events: frozenset[str] = frozenset()  # those that may be given, beside those that are read


Write = Callable[["Writer", Any], "str | None"]
"""Returns the code of a node of its kind; None where there is none. `Any`: the kind of node."""


@dataclass(slots=True)
class Writer:
    """The body of one function while it is written."""

    settings: Settings
    table: Mapping[type[n.Node], Write]
    names: dict[n.Node, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    namespace: dict[str, Any] = field(default_factory=dict)
    constants: dict[n.Node, Any] = field(default_factory=dict)
    _depths: dict[n.Node, int] = field(default_factory=dict)

    def constant(self, value: Any) -> str:
        """Return code that stands for a value known beforehand."""
        if value is None or value is True or value is False:
            return str(value)
        if type(value) is int and 0 <= value < 2**31:
            return str(value)
        name = f"k{len(self.namespace)}"
        self.namespace[name] = value
        return name

    def local(self, code: str) -> str:
        """Return the name of a local that holds what the code gives."""
        name = f"v{len(self.lines)}"
        self.lines.append(f"{name} = {code}")
        return name

    def name(self) -> str:
        """Return a name for a value inside an expression."""
        self.lines.append("")
        return f"t{len(self.lines)}"

    def known(self, node: n.Node) -> tuple[str, str]:
        """Return code that is true where a value is known, and code for the value after it."""
        code = self.names[node]
        if node in self.constants:
            return str(self.constants[node] is not None), code
        if code.isidentifier():
            return f"{code} is not None", code
        name = self.name()
        return f"({name} := {code}) is not None", name

    def write(self, roots: Iterable[n.Node], *, kept: Iterable[n.Node] = ()) -> None:
        """Give every node that the roots stand on its code; those `kept` are computed always."""
        roots = tuple(roots)
        below = self._below
        nodes = [node for node in n.ordered(*roots, below=below) if node not in self.names]
        uses = Counter(child for node in nodes for child in below(node))
        always = {*kept, *(node for node in nodes if isinstance(node, n.OverEvents))}
        for node in nodes:
            beneath = below(node)
            if self._is_constant(node, beneath):
                self.constants[node] = self._meaning(node)
                self.names[node] = self.constant(self.constants[node])
                continue
            code = self._code(node)
            depth = 1 + max((self._depths.get(child, 0) for child in beneath), default=0)
            if node in always or uses[node] > 1 or depth >= _DEEPEST:
                code, depth = self.local(code), 0
            self.names[node], self._depths[node] = code, depth

    def _below(self, node: n.Node) -> tuple[n.Node, ...]:
        return () if node in self.names else n.children(node)

    def _is_constant(self, node: n.Node, beneath: Sequence[n.Node]) -> bool:
        is_varying = isinstance(node, _VARYING)
        return not is_varying and all(child in self.constants for child in beneath)

    def _code(self, node: n.Node) -> str:
        write = self.table.get(type(node))
        code = None if write is None else write(self, node)
        return self._by_meaning(node) if code is None else code

    def _meaning(self, node: n.Node) -> Any:
        if isinstance(node, MonthDay):
            return month_day(self.constants[node.subject])
        return meaning(node, self.constants.__getitem__, _NOBODY, self.settings.calendar)

    def _by_meaning(self, node: n.Node) -> str:
        """Return code that asks the definition."""
        children = tuple(dict.fromkeys(n.children(node)))
        calendar = self.settings.calendar

        def defined(*values: Any) -> Any:
            read = dict(zip(children, values, strict=True)).__getitem__
            return meaning(node, read, _NOBODY, calendar)

        values = ", ".join(self.names[child] for child in children)
        return f"{self.constant(defined)}({values})"


def function(writer: Writer, parameters: str, result: str) -> Callable[..., Any]:
    """Return the function with the lines of a writer that returns `result`."""
    body = [line for line in writer.lines if line]
    source = "\n    ".join([f"def function({parameters}):", *body, f"return {result}"])
    namespace = dict(writer.namespace)
    exec(compile(source, "<segdsl>", "exec"), namespace)
    made: Callable[..., Any] = namespace["function"]
    return made
