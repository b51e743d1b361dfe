"""Runs a case of the specification on every way of evaluating rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

import polars as pl
from cases import Case
from cells import Cell, Key
from timelines import EventKind

import segdsl
from segdsl.api import Ruleset, calendar_of
from segdsl.catalog import Catalog
from segdsl.catalog.types import Kind, Type
from segdsl.diagnostics import Diagnostic
from segdsl.engine.run import evaluate
from segdsl.functions.scalars import canonical
from segdsl.optimise.passes import optimised
from segdsl.plan import definition
from segdsl.plan import nodes as n
from segdsl.plan.meaning import Customer, Event

Memberships = dict[str, set[Key]]
Way = Callable[[Ruleset, Case], Memberships]


@dataclass(frozen=True, slots=True)
class Compiled:
    """What compiling a case gave: a ruleset unless there were errors, and every diagnostic."""

    ruleset: Ruleset | None
    diagnostics: tuple[Diagnostic, ...]


@cache
def compiled(case: Case) -> Compiled:
    """Return the compiled rules of a case; every way shares them."""
    try:
        ruleset = segdsl.compile(case.rules, catalog=_catalog(case))
    except segdsl.CompileError as error:
        return Compiled(None, error.diagnostics)
    return Compiled(ruleset, tuple(ruleset.findings))


def memberships(way: str, case: Case) -> Memberships:
    """Return each segment's customers, evaluated in the given way."""
    ruleset = compiled(case).ruleset
    if ruleset is None:
        raise AssertionError("\n".join(map(str, compiled(case).diagnostics)))
    return _WAYS[way](ruleset, case)


def _catalog(case: Case) -> Catalog:
    settings = case.settings
    return Catalog.model_validate(
        {
            "timezone": settings.timezone,
            "week_start": settings.week_start,
            "leap_day": settings.leap_day,
            "missing": list(settings.missing),
            "customers": {"key": "key", "fields": dict(settings.fields)},
            "events": {name: _events_entry(name, kind) for name, kind in settings.events.items()},
        }
    )


def _events_entry(name: str, kind: EventKind) -> dict[str, object]:
    time = {} if kind.time == "none" else {"time": "time"}
    return {"source": f"{name}.parquet", "key": "key", **time, "fields": kind.columns}


# ---- the definition: each node on each profile


def _by_definition(ruleset: Ruleset, case: Case) -> Memberships:
    return _defined(dict(ruleset.plan.segments), ruleset, case)


def _by_optimised_definition(ruleset: Ruleset, case: Case) -> Memberships:
    return _defined(optimised(dict(ruleset.plan.segments), n.Interner()), ruleset, case)


def _defined(roots: Mapping[str, n.Node], ruleset: Ruleset, case: Case) -> Memberships:
    types = _types(ruleset)
    zone = ZoneInfo(case.settings.timezone)
    events = _timelines(ruleset, case)
    customers = [
        Customer(
            profile["key"],  # type: ignore[arg-type]  # the table's reader has seen to it
            {name: canonical(profile[name], types[name], zone) for name in types},
            {kind: own[profile["key"]] for kind, own in events.items()},  # type: ignore[index]
        )
        for profile in case.profiles
    ]
    calendar = calendar_of(ruleset.catalog, case.settings.as_of)
    return definition.memberships(roots, customers, calendar)


def _timelines(ruleset: Ruleset, case: Case) -> dict[str, dict[Key, list[Event]]]:
    """Return by kind and customer the events of a case, their values canonical."""
    zone = ZoneInfo(case.settings.timezone)
    found: dict[str, dict[Key, list[Event]]] = {}
    for kind in case.settings.events:
        own = found.setdefault(kind, defaultdict(list))
        types = _event_types(ruleset, kind)
        rows = case.rows_of(kind)
        floats = {name for name in types if any(isinstance(row[name], float) for row in rows)}
        for row in rows:
            event = {name: canonical(row[name], type, zone) for name, type in types.items()}
            of_column = {name: float(event[name]) for name in floats if event[name] is not None}
            own[row["key"]].append({**event, **of_column})  # type: ignore[index]  # a key
    return found


def _event_types(ruleset: Ruleset, kind: str) -> dict[str, Type]:
    fields = ruleset.known_catalog.events[kind].fields
    return {name: declared.value_type for name, declared in fields.items()}


# ---- Polars: the engine, from a frame


def _by_polars(ruleset: Ruleset, case: Case) -> Memberships:
    events = _event_frames(ruleset, case)
    found = ruleset.evaluate(_frame(ruleset, case), events=events, as_of=case.settings.as_of)
    return {name: set(found.keys(name)) for name in found.segments}


def _by_plain_polars(ruleset: Ruleset, case: Case) -> Memberships:
    bound, opened, _ = ruleset.on(_frame(ruleset, case), _event_frames(ruleset, case))
    plain = replace(bound, simple={node: node for node in n.ordered(*bound.plan.nodes)})
    catalog = plain.known_catalog
    calendar = calendar_of(catalog, case.settings.as_of)
    found = evaluate(plain.plan, plain.program, catalog, calendar, opened)
    assert plain.program.segments == plain.plan.segments
    return {name: set(found.keys(name)) for name in found.segments}


def _frame(ruleset: Ruleset, case: Case) -> pl.DataFrame:
    profiles = case.profiles
    columns = [pl.Series("key", [profile["key"] for profile in profiles])]
    for name, type in _types(ruleset).items():
        cells = [profile[name] for profile in profiles]
        if type.kind is Kind.PLACE:
            columns.extend(_coordinates(case.settings.fields[name], cells))
        else:
            columns.append(pl.Series(name, cells, _dtype(type, cells)))
    return pl.DataFrame(columns)


def _event_frames(ruleset: Ruleset, case: Case) -> dict[str, pl.DataFrame]:
    """Return the events of each kind, one row each, as data give them."""
    frames: dict[str, pl.DataFrame] = {}
    for kind in case.settings.events:
        rows = case.rows_of(kind)
        keys = [profile["key"] for profile in case.profiles]
        columns = [pl.Series("key", [row["key"] for row in rows], pl.Series(keys).dtype)]
        for name, type in _event_types(ruleset, kind).items():
            cells = [row[name] for row in rows]
            columns.append(pl.Series(name, cells, _dtype(type, cells)))
        frames[kind] = pl.DataFrame(columns)
    return frames


def _coordinates(declared: object, places: Sequence[Cell]) -> list[pl.Series]:
    """Return the two columns that the catalog reads a place from."""
    assert isinstance(declared, dict)
    pairs = [place if isinstance(place, tuple) else (None, None) for place in places]
    return [
        pl.Series(declared[part], [pair[at] for pair in pairs], pl.Float64)
        for at, part in enumerate(("latitude", "longitude"))
    ]


_DTYPES: Mapping[Kind, pl.DataType] = MappingProxyType(
    {
        Kind.TEXT: pl.String(),
        Kind.YESNO: pl.Boolean(),
        Kind.DATE: pl.Date(),
        Kind.INSTANT: pl.Datetime("us", "UTC"),
    }
)


def _dtype(type: Type, cells: Sequence[Cell]) -> pl.DataType:
    known = [cell for cell in cells if cell is not None]
    if type.kind is Kind.LIST:
        items = [item for cell in known if isinstance(cell, list) for item in cell]
        return pl.List(_dtype(type.element, items))
    if type.kind is not Kind.NUMBER:
        return _DTYPES[type.kind]
    if any(isinstance(cell, float) for cell in known):
        return pl.Float64()
    decimals = [cell for cell in known if isinstance(cell, Decimal)]
    scale = max((-int(cell.as_tuple().exponent) for cell in decimals), default=0)
    return pl.Decimal(38, scale) if decimals else pl.Int64()


def _types(ruleset: Ruleset) -> dict[str, Type]:
    fields = ruleset.known_catalog.customers.fields
    return {name: declared.value_type for name, declared in fields.items()}


_WAYS: Mapping[str, Way] = MappingProxyType(
    {
        "definition": _by_optimised_definition,
        "definition-plain": _by_definition,
        "polars": _by_polars,
        "polars-plain": _by_plain_polars,
    }
)
WAYS = tuple(_WAYS)
