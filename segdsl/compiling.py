"""Rules from their text to all that a ruleset holds, and from there to rules bound to data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, localcontext
from pathlib import Path
from typing import TYPE_CHECKING
from unicodedata import normalize

from segdsl.catalog import Catalog, load_catalog
from segdsl.diagnostics import Diagnostic, Sink
from segdsl.errors import CompileError
from segdsl.functions.scalars import EXACT
from segdsl.garbage import uncollected
from segdsl.optimise.findings import note
from segdsl.optimise.passes import simplified
from segdsl.plan import nodes as n
from segdsl.plan.plan import Plan
from segdsl.semantics import Files, Project, Schema, check, collect
from segdsl.settings import reads_the_same, schema_of, with_open_events
from segdsl.source import Source
from segdsl.syntax import parse

if TYPE_CHECKING:
    from segdsl.api import Ruleset
    from segdsl.engine.complete import Further
    from segdsl.engine.readers.sources import Opened


@dataclass(frozen=True, slots=True)
class Compiled:
    """What rules became, with their findings; `simple` are their nodes, smaller."""

    project: Project
    plan: Plan
    catalog: Catalog | None
    params: Mapping[str, str]
    findings: tuple[Diagnostic, ...]
    simple: Mapping[n.Node, n.Node]
    schema: Schema


def compiled(
    source: Source,
    catalog: Catalog | str | Path | None,
    params: Mapping[str, object] | None,
    files: Files,
) -> Compiled:
    """Return what the rules of a source became. Raises CompileError."""
    sink = Sink()
    if isinstance(catalog, str | Path):
        catalog, complaints = load_catalog(Path(catalog))
        sink.extend(complaints)
    with localcontext(EXACT), uncollected():
        module, complaints = parse(source)
        sink.extend(complaints)
        project = collect(module, files, sink)
        given = {name: _param_text(value) for name, value in (params or {}).items()}
        return _checked(project, catalog, given, sink)


def bound(rules: Ruleset, catalog: Catalog, further: Further | None) -> Compiled:
    """Return what rules become under a catalog. Raises CompileError."""
    events = rules.known_catalog.events
    declared = frozenset(name for name, table in events.items() if table.fields)
    with localcontext(EXACT), uncollected():
        return _checked(rules.project, catalog, rules.params, Sink(), further, declared)


def _checked(
    project: Project,
    catalog: Catalog | None,
    params: Mapping[str, str],
    sink: Sink,
    further: Further | None = None,
    declared: frozenset[str] = frozenset(),
) -> Compiled:
    schema = schema_of(catalog)
    if further is not None:
        schema = schema_of(catalog, further.undeclared, further.unread, further.events, declared)
        schema = with_open_events(schema, further.open_events)
    plan = check(project, schema, params, sink)
    if sink.errors:
        raise CompileError(sink.diagnostics)
    simple: dict[n.Node, n.Node] = {}
    if schema.fields is not None and not plan.is_open:
        simple = simplified(plan.nodes, n.Interner(), plan.segments.values())
        note(plan, simple, sink)
    return Compiled(project, plan, catalog, params, tuple(sink), simple, schema)


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


def by_event(events: Mapping[str, object] | None) -> dict[str, object]:
    """Return data of events by their names as rules have them. Raises TypeError without names."""
    if events is not None and not isinstance(events, Mapping):
        raise TypeError("events are given by name, such as {'purchase': frame}")
    return {normalize("NFC", name): one for name, one in (events or {}).items()}


def on_data(
    rules: Ruleset,
    data: object,
    events: Mapping[str, object] | None,
    *,
    asked_further: bool = False,
) -> tuple[Ruleset, Opened, tuple[Diagnostic, ...]]:
    """Return rules under a catalog without gaps, the data opened, and notices (`Ruleset.on`)."""
    from segdsl.catalog.event_names import demand_meant
    from segdsl.diagnostics.event_data import unread_event_data
    from segdsl.engine.complete import completed
    from segdsl.engine.empty_columns import bound_by_use
    from segdsl.engine.readers.paths import demand_files

    known = rules.known_catalog
    given = by_event(events)
    if not asked_further:  # of events that no catalog declares, the rules say which are lacking
        demand_meant(given, known.events)
    found = completed(known, rules.plan, data, given)
    unread = {name: one for name, one in given.items() if name not in rules.plan.events}
    demand_files(unread.values())
    strange = () if asked_further else tuple(name for name in unread if name not in known.events)
    if strange:
        notice = unread_event_data(strange, {*known.events, *rules.plan.events})
        found = replace(found, notices=(*found.notices, notice))
    others = frozenset(given) - set(found.catalog.events)  # that no rule speaks of
    if found.catalog is known and not (rules.plan.is_open or others):
        return rules, found.data, found.notices
    if not others and reads_the_same(rules.plan, known, found.catalog):
        return replace(rules, catalog=found.catalog), found.data, found.notices
    further = replace(found.further, open_events=found.further.open_events | others)
    try:
        ruleset = bound_by_use(
            lambda catalog: rules.bound(catalog, further), found.catalog, known, found.data
        )
    except CompileError as error:  # a type may be wrong because of how the data were read
        raise CompileError((*error.diagnostics, *found.notices)) from None
    return ruleset, found.data, found.notices
