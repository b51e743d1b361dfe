"""The Python surface: load or compile rules, evaluate them, explain them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
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
from segdsl.optimise.findings import note
from segdsl.optimise.passes import simplified
from segdsl.optimise.share import share
from segdsl.plan import nodes as n
from segdsl.plan.meaning import Customer
from segdsl.plan.plan import Plan
from segdsl.plan.program import Program
from segdsl.segment import Segment
from segdsl.semantics import Files, Project, check, collect
from segdsl.settings import AsOf, calendar_of, catalog_of, schema_of
from segdsl.source import Source
from segdsl.syntax import parse, read_source

if TYPE_CHECKING:
    from segdsl.engine.explain import Explanation
    from segdsl.engine.membership import Membership
    from segdsl.engine.readers import Table


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
    with localcontext(_EXACT):
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
    undeclared: Collection[str] = (),
    unread: Collection[str] = (),
) -> Ruleset:
    schema = schema_of(catalog, undeclared, unread)
    plan = check(project, schema, params, sink)
    if sink.errors:
        raise CompileError(sink.diagnostics)
    simple: dict[n.Node, n.Node] = {}
    if schema.fields is not None:
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
        as_of: AsOf | None = None,
        columns: Sequence[str] = (),
        strict: bool = False,
    ) -> Membership:
        """Return who is in which audience.

        `data` is a path (file, folder or pattern), a Polars frame or lazy frame, pandas,
        pyarrow, a mapping of columns, or anything with the Arrow PyCapsule interface; None means
        the catalog's own source. `columns` are carried along to the output. With `strict`, cells
        that do not fit their declared type are an error. Raises DataError, CompileError for
        rules that do not fit the data, UnsupportedError.
        """
        from segdsl.engine.originals import originals
        from segdsl.engine.run import evaluate

        ruleset, table, notices = self.on(data)
        return evaluate(
            ruleset.plan,
            ruleset.program,
            ruleset.known_catalog,
            calendar_of(ruleset.catalog, as_of),
            table,
            columns=columns,
            strict=strict,
            notices=(*ruleset.findings, *notices),
            originals=originals(self.project, self.known_catalog, data),
        )

    def check(self, data: object = None, *, as_of: AsOf | None = None) -> tuple[Diagnostic, ...]:
        """Return the findings of the rules held against data (None: the catalog's source).

        Raises as `evaluate` does.
        """
        from segdsl.engine.findings import findings_of

        ruleset, table, notices = self.on(data)
        calendar = calendar_of(ruleset.catalog, as_of)
        found = findings_of(ruleset.plan, ruleset.known_catalog, calendar, table)
        return (*ruleset.findings, *notices, *found)

    @property
    def known_catalog(self) -> Catalog:
        """The catalog; an empty one where none is given."""
        return self.catalog if self.catalog is not None else Catalog()

    def on(self, data: object) -> tuple[Ruleset, Table, tuple[Diagnostic, ...]]:
        """Return the rules under a catalog without gaps, the data opened, and notices.

        What the catalog leaves open is inferred from the data. Raises DataError, and
        CompileError for rules that do not fit them.
        """
        from segdsl.engine.infer import infer_catalog
        from segdsl.engine.readers import open_data

        table = open_data(self.known_catalog, data)
        if self.known_catalog.is_complete:
            return self, table, ()
        wanted = tuple(item.name for item in self.plan.mentioned)
        inferred = infer_catalog(table, base=self.known_catalog, fields=wanted)
        others = set(table.columns) - set(inferred.catalog.customers.fields)
        unread = others if not self.known_catalog.customers.fields else set[str]()
        try:
            ruleset = self.bound(inferred.catalog, others, unread)
        except CompileError as error:  # a type may be wrong because of how the data were read
            raise CompileError((*error.diagnostics, *inferred.notices)) from None
        return ruleset, inferred.table, inferred.notices

    def bound(
        self, catalog: Catalog, undeclared: Collection[str] = (), unread: Collection[str] = ()
    ) -> Ruleset:
        """Return the same rules checked under a catalog. Raises CompileError.

        `undeclared` are further columns of the data, `unread` those of them that are fields.
        """
        with localcontext(_EXACT):
            return _checked(self.project, catalog, self.params, Sink(), undeclared, unread)

    def explain(
        self, profile: Mapping[str, Any], segment: str, *, as_of: AsOf | None = None
    ) -> Explanation:
        """Return why a customer is in an audience or not, clause by clause.

        `profile` maps field names to values; absent and None are missing. Raises KeyError for an
        unknown audience, TypeError for a value that does not fit its field, UnsupportedError for
        a condition on the whole population.
        """
        from segdsl.engine.explain import explain

        profile = {normalize("NFC", name): value for name, value in profile.items()}
        is_typed = bool(self.known_catalog.customers.fields)
        ruleset = self if is_typed else self.bound(catalog_of(profile))
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
        return explain(audience.clause, Customer("" if key is None else key, values), calendar, {})

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
