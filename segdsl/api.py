"""The Python surface: load or compile rules, evaluate them, explain them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segdsl import compiling, evaluating, single
from segdsl.catalog import Catalog, find_catalog
from segdsl.diagnostics import Diagnostic
from segdsl.diagnostics.near import unknown
from segdsl.document import Folder, Stored, read_document, to_document
from segdsl.errors import CompileError, DataError
from segdsl.garbage import uncollected
from segdsl.optimise.passes import simplified
from segdsl.optimise.share import share
from segdsl.plan import nodes as n
from segdsl.plan.plan import Plan
from segdsl.plan.program import Program
from segdsl.segment import Segment
from segdsl.semantics import Files, Project, Schema
from segdsl.settings import AsOf, calendar_of
from segdsl.source import Source
from segdsl.syntax import read_source

if TYPE_CHECKING:
    from segdsl.engine.complete import Further
    from segdsl.engine.explain import Explanation
    from segdsl.engine.membership import Membership
    from segdsl.engine.readers.sources import Opened
    from segdsl.engine.session import Session
    from segdsl.matching.matcher import Matcher
    from segdsl.matching.thresholds import Thresholds


def load(
    path: str | Path,
    *,
    catalog: Catalog | str | Path | None = None,
    params: Mapping[str, object] | None = None,
) -> Ruleset:
    """Return the compiled rules of a file.

    The catalog is the one given, else `catalog.toml` beside the file; without one, fields are
    those of the data that the rules are evaluated on. Raises CompileError.

    >>> load("rules_examples/quickstart/rules.seg").evaluate().counts()  # doctest: +SKIP
    """
    source, complaints = read_source(Path(path))
    if source is None:
        raise CompileError(complaints)
    found = catalog if catalog is not None else find_catalog(Path(path))
    return _compiled(source, found, params, Folder())


def compile(
    text: str,
    *,
    catalog: Catalog | str | Path | None = None,
    params: Mapping[str, object] | None = None,
    name: str = "<rules>",
) -> Ruleset:
    """Return the compiled rules of a text: declarations, or one bare condition.

    A bare condition is the segment `segment`. Raises CompileError.

    >>> import polars as pl
    >>> rules = compile("age between 25 and 34")
    >>> rules.evaluate(pl.DataFrame({"id": [1, 2], "age": [30, 40]})).counts()
    {'segment': 1}
    """
    return _compiled(Source.of(text, name), catalog, params, Folder())


def from_json(text: str) -> Ruleset:
    """Return the ruleset that `Ruleset.to_json` wrote. Raises CompileError."""
    document = read_document(text)
    files = Stored(document)
    catalog = document.catalog
    if catalog is not None and document.folder is not None:
        catalog = catalog.in_folder(Path(document.folder))
    return _compiled(files.main, catalog, document.params, files)


def _compiled(
    source: Source,
    catalog: Catalog | str | Path | None,
    params: Mapping[str, object] | None,
    files: Files,
) -> Ruleset:
    return _ruleset(compiling.compiled(source, catalog, params, files))


def _ruleset(found: compiling.Compiled) -> Ruleset:
    parts = found.project, found.plan, found.catalog, found.params
    return Ruleset(*parts, found.findings, found.simple, found.schema)


@dataclass(frozen=True, slots=True)
class FieldUse:
    """A customer field that rules read; the type is None until data or a catalog tell it."""

    name: str
    type: str | None


@dataclass(frozen=True, eq=False)
class Ruleset:
    """Compiled rules: immutable and safe to share between threads.

    `findings` are the warnings and notices of the rules alone. Iterating gives the names of the
    audiences; `rules["young_metro"]` is one of them.
    """

    project: Project = field(repr=False)
    plan: Plan = field(repr=False)
    catalog: Catalog | None = field(repr=False)
    params: Mapping[str, str]
    findings: tuple[Diagnostic, ...] = field(default=(), repr=False)
    simple: Mapping[n.Node, n.Node] = field(default_factory=dict, repr=False, compare=False)
    schema: Schema = field(default=Schema(None), repr=False, compare=False)

    @property
    def segments(self) -> tuple[str, ...]:
        """The names of the audiences, in the order of the rules."""
        return tuple(audience.name for audience in self.plan.audiences)

    def __iter__(self) -> Iterator[str]:
        return iter(self.segments)

    def __len__(self) -> int:
        return len(self.plan.audiences)

    def __getitem__(self, name: str) -> Segment:
        for audience in self.plan.audiences:
            if audience.name == name:
                return Segment(audience, self.known_catalog)
        raise KeyError(unknown(f"audience `{name}`", name, self.segments))

    def fields(self) -> tuple[FieldUse, ...]:
        """Return the customer fields that the rules read, by name."""
        is_typed = bool(self.known_catalog.customers.fields)
        return tuple(
            FieldUse(item.name, None if item.type.is_error else str(item.type))
            for item in (self.plan.fields if is_typed else self.plan.mentioned)
        )

    @property
    def is_untyped(self) -> bool:
        """Whether rules read fields or properties whose types only data or a catalog tell."""
        return self.plan.is_open or any(item.type is None for item in self.fields())

    @cached_property
    def program(self) -> Program:
        """The shared steps that an evaluation runs."""
        roots = self.plan.segments
        with uncollected():
            simple = self.simple or simplified(self.plan.nodes, n.Interner(), roots.values())
            named = {name: simple[root] for name, root in roots.items()}
            return share(named, {trait.name: simple[trait.node] for trait in self.plan.traits})

    def evaluate(
        self,
        data: object = None,
        *,
        events: Mapping[str, object] | None = None,
        as_of: AsOf | None = None,
        columns: Sequence[str] = (),
        strict: bool = False,
        previous: Membership | str | Path | None = None,
        memory: str | int | None = None,
        keep: bool = True,
    ) -> Membership:
        """Return who is in which audience.

        `data` is a path (file, folder or pattern), a Polars frame or lazy frame, pandas,
        pyarrow, a mapping of columns, or anything with the Arrow PyCapsule interface; None means
        the catalog's own source. `events` are data of events by name, of the same kinds; the
        others come from the catalog's sources. `columns` are carried along to the output. With
        `strict`, cells that do not fit their declared type are an error. `previous` is an earlier
        result, or what `Membership.write` or `segdsl run` wrote: `changes` of the new one says who
        entered and left. `memory`, such as "2GB" or a number of bytes, is what the process may
        take; masks beyond it are in a temporary file. Unless masks are to `keep`, the result has
        sizes alone. Raises DataError, CompileError for rules that do not fit the data,
        UnsupportedError, and ValueError for what is no amount of memory.
        """
        return evaluating.evaluated(
            self,
            data,
            events=events,
            as_of=as_of,
            columns=columns,
            strict=strict,
            previous=previous,
            memory=memory,
            keep=keep,
        )

    def update(
        self,
        membership: Membership,
        changed_customers: object = None,
        changed_events: Mapping[str, object] | None = None,
        *,
        gone: Iterable[int | str] = (),
        as_of: AsOf | None = None,
    ) -> Membership:
        """Return a membership of these rules as the data are now; its `changes` say what is new.

        `changed_customers` are whole rows, found by key: others than before, or of customers that
        are new. `changed_events` are events by name that came since, `gone` keys of customers that
        are no more. As-of is that of the membership if not given. Raises DataError, ValueError
        for a membership of other rules, one that was pickled among them, and TypeError for what
        is no membership, events without names, and one text as `gone`.
        """
        from segdsl.engine.update import update

        events = compiling.by_event(changed_events)
        moment = calendar_of(self.catalog, as_of).as_of if as_of is not None else None
        return update(self, membership, changed_customers, events, gone, moment)

    def count(
        self,
        data: object = None,
        *,
        events: Mapping[str, object] | None = None,
        as_of: AsOf | None = None,
        strict: bool = False,
        memory: str | int | None = None,
    ) -> dict[str, int]:
        """Return the number of customers in each audience.

        The same as `evaluate(…).counts()`, in less time and memory: who they are is not kept.
        Raises as `evaluate` does.
        """
        return self.evaluate(
            data, events=events, as_of=as_of, strict=strict, memory=memory, keep=False
        ).counts()

    def session(
        self,
        data: object = None,
        *,
        events: Mapping[str, object] | None = None,
        as_of: AsOf | None = None,
        strict: bool = False,
        memory: str | int | None = "1GiB",
    ) -> Session:
        """Return a session on data, which answers one condition after the other.

        The arguments are those of `evaluate`; as-of is settled now. Masks of conditions are kept
        in so much `memory`, all of them if it is None. Raises as `evaluate` does.
        """
        from segdsl.engine.memory import memory_of
        from segdsl.engine.session import Session

        kept, calendar = memory_of(memory), calendar_of(self.catalog, as_of)
        return Session.begin(self, data, events, calendar, strict=strict, memory=kept)

    def edited(self, text: str) -> Ruleset:
        """Return another text's rules under the same catalog and params. Raises CompileError."""
        main = self.project.main.source
        return _compiled(Source.of(text, main.name, main.path), self.catalog, self.params, Folder())

    def check(
        self,
        data: object = None,
        *,
        events: Mapping[str, object] | None = None,
        as_of: AsOf | None = None,
    ) -> tuple[Diagnostic, ...]:
        """Return the findings of the rules held against data (None: the catalog's sources).

        `events` are as in `evaluate`. Raises as `evaluate` does.
        """
        from segdsl.engine.findings import findings_of

        ruleset, opened, notices = self.on(data, events)
        calendar = calendar_of(ruleset.catalog, as_of)
        found = findings_of(ruleset.plan, ruleset.known_catalog, calendar, opened)
        told = {(one.code, one.primary.span) for one in ruleset.findings if one.primary}
        new = [one for one in found if not one.primary or (one.code, one.primary.span) not in told]
        return (*ruleset.findings, *notices, *new)

    @property
    def known_catalog(self) -> Catalog:
        """The catalog; an empty one where none is given."""
        return self.catalog if self.catalog is not None else Catalog()

    def on(
        self,
        data: object,
        events: Mapping[str, object] | None = None,
        *,
        asked_further: bool = False,
    ) -> tuple[Ruleset, Opened, tuple[Diagnostic, ...]]:
        """Return the rules under a catalog without gaps, the data opened, and notices.

        What the catalog leaves open is inferred from the data. Raises DataError, also for events
        that neither catalog nor rules know (unless conditions are `asked_further`);
        CompileError for rules that do not fit; TypeError for events that have no names.
        """
        return compiling.on_data(self, data, events, asked_further=asked_further)

    def bound(self, catalog: Catalog, further: Further | None = None) -> Ruleset:
        """Return the same rules checked under a catalog; `further` are columns beside its fields.

        Raises CompileError.
        """
        return _ruleset(compiling.bound(self, catalog, further))

    def explain(
        self,
        profile: Mapping[str, Any],
        segment: str,
        *,
        events: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
        as_of: AsOf | None = None,
    ) -> Explanation:
        """Return why a customer is in an audience or not, clause by clause.

        `profile` maps field names to values; absent and None are missing. `events` are lists of
        the customer's events by name, each a mapping of properties, or of the columns of the
        catalog, to values: `time` or its column for its time, and for what a lookup adds
        `product.department`, or `product` with a mapping. Raises KeyError for an unknown audience,
        ValueError for an event or a property that neither the catalog nor the rules know,
        TypeError for a value that does not fit its field, UnsupportedError for a condition on the
        whole population, DataError for a float that is too large to be summed.
        """
        return single.explained(self, profile, segment, events or {}, as_of)

    def matcher(
        self, *, as_of: AsOf | None = None, thresholds: Thresholds | None = None
    ) -> Matcher:
        """Return the rules prepared for one profile after the other; safe to share by threads.

        As-of is settled here, once. Conditions on the whole population go by the thresholds of an
        evaluation (`Membership.thresholds`). Raises UnsupportedError without those, and where the
        catalog does not declare the types of what rules read.
        """
        return single.prepared(self, as_of, thresholds)

    def match(
        self,
        profile: object,
        *,
        events: Mapping[str, Any] | None = None,
        as_of: AsOf | None = None,
        thresholds: Thresholds | None = None,
    ) -> tuple[str, ...]:
        """Return the names of the audiences that a profile is in, in the order of the rules.

        `profile` and `events` are as in `Matcher.match`; where no catalog declares the types, they
        are those of the profile's values. What is prepared is kept for the next call under the
        same as-of; for rules that read the clock, `matcher` prepares once. Raises as `matcher` and
        `Matcher.match` do, and CompileError for rules that do not fit the profile.

        >>> compile("age between 25 and 34").match({"age": 30})
        ('segment',)
        """
        return self._matchers.match(self, profile, events, as_of, thresholds)

    @cached_property
    def _matchers(self) -> single.Matchers:
        """What `match` has prepared."""
        return single.Matchers()

    def to_json(self) -> str:
        """Return the ruleset as JSON that `from_json` reads: rules, lists, params, catalog.

        The form is versioned; its JSON Schema is `segdsl/document.schema.json`.
        """
        return to_document(self.project, self.catalog, self.params)


__all__ = [
    "AsOf",
    "DataError",
    "FieldUse",
    "Ruleset",
    "Segment",
    "calendar_of",
    "compile",
    "from_json",
    "load",
]
