"""One complaint as a value; renderers turn it into text or JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from segdsl.diagnostics.codes import Code, Severity
from segdsl.source import Span


@dataclass(frozen=True, slots=True)
class Label:
    """A place in the source and what is to be said of it (may be empty)."""

    span: Span
    message: str = ""


@dataclass(frozen=True, slots=True)
class Edit:
    """The replacement of the characters of one span."""

    span: Span
    replacement: str


@dataclass(frozen=True, slots=True)
class Fix:
    """A remedy that a tool can apply: all edits together."""

    message: str
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """A fact about rules, catalog or data, with its place and its remedies.

    `place` names where a complaint without a span belongs (`customers.csv, column age`), and of
    one with a span the data at which it came up.
    """

    code: Code
    message: str
    primary: Label | None = None
    secondary: tuple[Label, ...] = ()
    help: tuple[str, ...] = ()
    fixes: tuple[Fix, ...] = ()
    place: str | None = None

    @property
    def severity(self) -> Severity:
        """How much it weighs."""
        return self.code.severity

    @property
    def is_error(self) -> bool:
        """Whether it stops a run."""
        return self.code.severity is Severity.ERROR

    def __str__(self) -> str:
        from segdsl.diagnostics.render import render_text

        return render_text(self)


@dataclass(slots=True)
class Sink:
    """Collects the diagnostics of a stage; the same complaint at the same place counts once."""

    diagnostics: list[Diagnostic] = field(default_factory=list)
    _seen: set[tuple[str, str, int, int]] = field(default_factory=set)

    def report(self, diagnostic: Diagnostic) -> None:
        """Take one diagnostic."""
        span = diagnostic.primary.span if diagnostic.primary else None
        start, end = (span.start, span.end) if span else (-1, -1)
        where = span.source.name if span else diagnostic.message
        key = (diagnostic.code.id, where, start, end)
        if key not in self._seen:
            self._seen.add(key)
            self.diagnostics.append(diagnostic)

    def extend(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Take several diagnostics."""
        for diagnostic in diagnostics:
            self.report(diagnostic)

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(self.diagnostics)

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """Those that stop a run."""
        return tuple(d for d in self.diagnostics if d.is_error)
