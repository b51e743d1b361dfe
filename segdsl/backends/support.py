"""What each backend can work out: the support matrix, found out from the tables' own examples."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from types import MappingProxyType

import polars as pl

from segdsl.backends.polars.column import Column, dtype_of
from segdsl.backends.polars.lower import Lowering, polars_expression
from segdsl.backends.polars.population import common, ntile, ranked
from segdsl.catalog.types import DATE, INSTANT, NUMBER, PLACE, TEXT, YESNO, Kind, list_of
from segdsl.diagnostics import Sink
from segdsl.errors import CompileError, UnsupportedError
from segdsl.functions.clock import Calendar
from segdsl.functions.habits import BEHAVIOUR
from segdsl.functions.predicates import PREDICATES
from segdsl.functions.table import FUNCTIONS
from segdsl.plan import nodes as n
from segdsl.plan.definition import memberships
from segdsl.plan.event_nodes import TIME
from segdsl.plan.meaning import Customer
from segdsl.plan.typing import type_of
from segdsl.semantics import FieldSchema, Project, Schema, check
from segdsl.semantics.context import EventSchema
from segdsl.source import Source
from segdsl.syntax import parse

_FIELDS = (
    (NUMBER, "age orders spend refunds basket balance visits_web visits_store"),
    (TEXT, "city email job_title postcode ip country first_name nickname"),
    (DATE, "signup_date birth_date"),
    (INSTANT, "last_visit"),
    (YESNO, "newsletter"),
    (PLACE, "place"),
    (list_of(Kind.TEXT), "tags"),
)
_TYPES = tuple((name, type) for type, names in _FIELDS for name in names.split())
_PROPERTIES = ((INSTANT, TIME), (NUMBER, "amount"), (NUMBER, "quantity"), (TEXT, "channel"))
_EVENT = EventSchema({name: FieldSchema(type) for type, name in _PROPERTIES})
_EVENTS = MappingProxyType({"purchase": _EVENT, "visit": _EVENT})
_CALENDAR = Calendar(datetime(2026, 6, 15, 12, tzinfo=UTC))
_POPULATION = MappingProxyType({n.Ranked: ranked, n.Common: common, n.Ntile: ntile})
_KEY = "customer"
_HEADER = ("what", "definition", "Polars", "as one Polars expression")


@dataclass(frozen=True, slots=True)
class Row:
    """A predicate or function, and for each way of working it out `yes` or why not."""

    form: str
    definition: str
    polars: str
    expression: str


def support() -> tuple[Row, ...]:
    """Return a row for each predicate and each function of the language.

    Raises CompileError for an example that is no condition.
    """
    return tuple(_row(form, _compiled(example)) for form, example in _examples())


def markdown(rows: tuple[Row, ...]) -> str:
    """Return the rows as a Markdown table."""
    lines: list[tuple[str, ...]] = [_HEADER, ("---",) * len(_HEADER)]
    lines += [(f"`{row.form}`", row.definition, row.polars, row.expression) for row in rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _examples() -> Iterator[tuple[str, str]]:
    for predicate in (*PREDICATES, *BEHAVIOUR):
        yield predicate.form, predicate.example
    for function in FUNCTIONS.values():
        yield function.form, function.example


def _compiled(example: str) -> n.Predicate:
    """Return the node of a condition over the examples' fields."""
    sink = Sink()
    module, complaints = parse(Source.of(example, "<example>"))
    sink.extend(complaints)
    schema = Schema({name: FieldSchema(type) for name, type in _TYPES}, events=_EVENTS)
    plan = check(Project(module, {}, frozenset(), {}, (module.source,)), schema, {}, sink)
    if sink.errors:
        raise CompileError(sink.diagnostics)
    return plan.audiences[0].root


def _row(form: str, root: n.Predicate) -> Row:
    schema = {name: dtype_of(type) for name, type in _TYPES}
    return Row(
        form,
        _answer(partial(memberships, {form: root}, (Customer(1, {}),), _CALENDAR)),
        _answer(partial(_lower, root, Lowering(_CALENDAR, schema, _KEY))),
        _answer(partial(polars_expression, root, _CALENDAR, schema, _KEY)),
    )


def _lower(root: n.Predicate, lowering: Lowering) -> None:
    """Lower as the engine does, which has computed by then what stands on the population.

    What holds for one event is lowered over the events, and then computed likewise.
    """
    for node in n.ordered(root):
        if isinstance(node, n.OverEvents):
            _lower_for_events(node)
        if type(node) not in _POPULATION and not isinstance(node, n.OverEvents):
            lowering.add(node)
        elif isinstance(node, n.Ntile | n.Aggregate):
            lowering.put(node, (Column(pl.lit(None), dtype_of(type_of(node))),))
        else:
            lowering.predicates[node] = pl.lit(False)


def _lower_for_events(root: n.OverEvents) -> None:
    columns = {name: dtype_of(type) for type, name in _PROPERTIES}
    fields = {name: dtype_of(type) for name, type in _TYPES}
    lowering = Lowering(_CALENDAR, fields)
    for node in n.ordered(*n.parts(root), below=n.parts):
        if isinstance(node, n.Property):
            lowering.put(node, (Column(pl.col(node.name), columns[node.name]),))
        elif not isinstance(node, n.Step):
            lowering.add(node)


def _answer(attempt: Callable[[], object]) -> str:
    try:
        attempt()
    except UnsupportedError as error:
        return f"no: {error.diagnostics[0].message}"
    return "yes"
