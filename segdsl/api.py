"""The Python surface: load or compile rules, evaluate them, explain them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Context, Decimal, localcontext
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unicodedata import normalize

from segdsl.catalog import Catalog, find_catalog, load_catalog
from segdsl.diagnostics import Diagnostic, Sink, catalog_errors
from segdsl.document import Folder, Stored, read_document, to_document
from segdsl.errors import CompileError, DataError, UnsupportedError
from segdsl.functions.scalars import canonical
from segdsl.garbage import uncollected
from segdsl.optimise.findings import note
from segdsl.optimise.passes import simplified
from segdsl.optimise.share import share
from segdsl.plan import nodes as n
from segdsl.plan.meaning import Customer
from segdsl.plan.plan import Plan
from segdsl.plan.program import Program
from segdsl.segment import Segment
from segdsl.semantics import Files, Project, check, collect
from segdsl.settings import (
    AsOf,
    calendar_of,
    reads_the_same,
    schema_of,
    typed_by,
    with_open_events,
)
from segdsl.source import Source
from segdsl.syntax import parse, read_source

if TYPE_CHECKING:
    from segdsl.engine.complete import Further
    from segdsl.engine.explain import Explanation
    from segdsl.engine.membership import Membership
    from segdsl.engine.readers.sources import Opened
    from segdsl.engine.timelines import Timelines


# Percentages and shares are reckoned exactly, whatever decimal context the caller has set.
_EXACT = Context(prec=60)


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
    sink = Sink()
    if isinstance(catalog, str | Path):
        catalog, complaints = load_catalog(Path(catalog))
        sink.extend(complaints)
    with localcontext(_EXACT), uncollected():
        module, complaints = parse(source)
        sink.extend(complaints)
        project = collect(module, files, sink)
        given = {name: _param_text(value) for name, value in (params or {}).items()}
        return _checked(project, catalog, given, sink)


def _checked(
    project: Project,
    catalog: Catalog | None,
    params: Mapping[str, str],
    sink: Sink,
    further: Further | None = None,
    declared: frozenset[str] = frozenset(),
) -> Ruleset:
    schema = schema_of(catalog)
    if further is not None:
        schema = schema_of(catalog, further.undeclared, further.unread, further.events, declared)
        schema = with_open_events(schema, further.open_events)
    plan = check(project, schema, params, sink)
    if sink.errors:
        raise CompileError(sink.diagnostics)
    simple: dict[n.Node, n.Node] = {}
    if schema.fields is not None and not plan.is_open:
        simple = simplified(plan.nodes, n.Interner())
        note(plan, simple, sink)
    return Ruleset(project, plan, catalog, params, tuple(sink), simple)


def _param_text(value: object) -> str:
    """Return a param's value from Python as it would be written on the command line."""
    match value:
        case bool():
            return "true" if value else "false"
        case date():
            return value.isoformat()
        case float() | Decimal():
            return f"{Decimal(str(value)):f}"
        case _:
            return str(value)


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
        raise KeyError(name)

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
        simple = self.simple or simplified(self.plan.nodes, n.Interner())
        return share(
            {name: simple[root] for name, root in self.plan.segments.items()},
            {trait.name: simple[trait.node] for trait in self.plan.traits},
        )

    def evaluate(
        self,
        data: object = None,
        *,
        events: Mapping[str, object] | None = None,
        as_of: AsOf | None = None,
        columns: Sequence[str] = (),
        strict: bool = False,
    ) -> Membership:
        """Return who is in which audience.

        `data` is a path (file, folder or pattern), a Polars frame or lazy frame, pandas,
        pyarrow, a mapping of columns, or anything with the Arrow PyCapsule interface; None means
        the catalog's own source. `events` are data of events by name, of the same kinds; the
        others come from the catalog's sources. `columns` are carried along to the output. With
        `strict`, cells that do not fit their declared type are an error. Raises DataError,
        CompileError for rules that do not fit the data, UnsupportedError.
        """
        from segdsl.engine.originals import originals
        from segdsl.engine.run import evaluate

        ruleset, opened, notices = self.on(data, events)
        return evaluate(
            ruleset.plan,
            ruleset.program,
            ruleset.known_catalog,
            calendar_of(ruleset.catalog, as_of),
            opened,
            columns=columns,
            strict=strict,
            notices=(*ruleset.findings, *notices),
            originals=originals(self.project, self.known_catalog, data, (events or {}).values()),
        )

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
        self, data: object, events: Mapping[str, object] | None = None
    ) -> tuple[Ruleset, Opened, tuple[Diagnostic, ...]]:
        """Return the rules under a catalog without gaps, the data opened, and notices.

        What the catalog leaves open is inferred from the data. Raises DataError, and
        CompileError for rules that do not fit them; TypeError for events that have no names.
        """
        from segdsl.engine.complete import completed
        from segdsl.engine.empty_columns import bound_by_use

        if events is not None and not isinstance(events, Mapping):
            raise TypeError("events are given by name, such as events={'purchase': frame}")
        known = self.known_catalog
        given = {normalize("NFC", name): one for name, one in (events or {}).items()}
        found = completed(known, self.plan, data, given)
        others = frozenset(given) - set(found.catalog.events)  # that no rule speaks of
        if found.catalog is known and not (self.plan.is_open or others):
            return self, found.data, found.notices
        if not others and reads_the_same(self.plan, known, found.catalog):
            return replace(self, catalog=found.catalog), found.data, found.notices
        further = replace(found.further, open_events=found.further.open_events | others)
        try:
            ruleset = bound_by_use(
                lambda catalog: self.bound(catalog, further), found.catalog, known, found.data
            )
        except CompileError as error:  # a type may be wrong because of how the data were read
            raise CompileError((*error.diagnostics, *found.notices)) from None
        return ruleset, found.data, found.notices

    def bound(self, catalog: Catalog, further: Further | None = None) -> Ruleset:
        """Return the same rules checked under a catalog; `further` are columns beside its fields.

        Raises CompileError.
        """
        events = self.known_catalog.events
        declared = frozenset(name for name, table in events.items() if table.fields)
        with localcontext(_EXACT), uncollected():
            return _checked(self.project, catalog, self.params, Sink(), further, declared)

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
        from segdsl.engine.explain import explain, named_values
        from segdsl.engine.given_events import given_events
        from segdsl.engine.timelines import canonical_events

        profile = {normalize("NFC", name): value for name, value in profile.items()}
        listed = given_events(self.known_catalog, self.plan.events, events or {})
        ruleset = self._typed_by(profile, listed)
        audience = ruleset[segment].audience
        calendar = calendar_of(ruleset.catalog, as_of)
        values = {
            name: canonical(profile.get(name), item.value_type, calendar.zone)
            for name, item in ruleset.known_catalog.customers.fields.items()
        }
        key = profile.get(ruleset.known_catalog.customers.key or "")
        if key is None and any(isinstance(node, n.Bucket) for node in n.ordered(audience.root)):
            what = "a sample is drawn by the customer's key, which the profile does not hold"
            raise UnsupportedError((catalog_errors.unsupported(what),))
        happened = canonical_events(ruleset.plan.nodes, listed, calendar.zone)
        customer = Customer("" if key is None else key, values, happened)
        return explain(audience.clause, customer, calendar, {}, names=named_values(ruleset.plan))

    def _typed_by(self, profile: Mapping[str, Any], events: Timelines) -> Ruleset:
        """Return the rules under the types of one customer's values, and of their use for others.

        Raises CompileError.
        """
        from segdsl.engine.complete import Further
        from segdsl.engine.empty_columns import bound_by_use_alone

        known = self.known_catalog
        told = {name: value for name, value in profile.items() if value is not None}
        catalog, lacking = typed_by(known, self.plan, told, events)
        if catalog is known:
            return self
        further = Further(open_events=lacking)
        names = () if known.customers.fields else (item.name for item in self.plan.mentioned)
        return bound_by_use_alone(
            lambda one: self.bound(one, further),
            catalog,
            [name for name in names if name not in told],
        )

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
