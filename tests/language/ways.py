"""Runs a case of the specification on every way of evaluating rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from zoneinfo import ZoneInfo

import polars as pl
from cases import Case
from cells import Cell, Key
from timelines import EventKind

import segdsl
from segdsl.api import Ruleset, calendar_of
from segdsl.backends.masks.fast import Fast
from segdsl.backends.masks.machine import Machine
from segdsl.backends.masks.plain import Plain
from segdsl.catalog import Catalog
from segdsl.catalog.types import Kind, Type
from segdsl.diagnostics import Diagnostic
from segdsl.engine.memory import Pace
from segdsl.engine.processors import processors
from segdsl.engine.run import evaluate
from segdsl.functions.scalars import canonical
from segdsl.matching.matcher import Form, matcher
from segdsl.matching.thresholds import Thresholds
from segdsl.optimise.passes import optimised
from segdsl.optimise.share import share
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


# ---- the matcher: one profile at a time, ranks by the thresholds of an evaluation


def _by_code(ruleset: Ruleset, case: Case) -> Memberships:
    return _matched(ruleset, case, "code")


def _by_index(ruleset: Ruleset, case: Case) -> Memberships:
    return _matched(ruleset, case, "index")


def _matched(ruleset: Ruleset, case: Case, form: Form) -> Memberships:
    as_of = case.settings.as_of
    evaluated = ruleset.evaluate(
        _frame(ruleset, case), events=_event_frames(ruleset, case), as_of=as_of
    )
    prepared = matcher(
        {name: ruleset.simple[root] for name, root in ruleset.plan.segments.items()},
        calendar_of(ruleset.catalog, as_of),
        catalog=ruleset.known_catalog.with_customers(key="key"),
        thresholds=Thresholds.from_json(evaluated.thresholds().to_json()),
        form=form,
    )
    events = _timelines(ruleset, case)
    found: Memberships = {name: set() for name in ruleset.segments}
    for profile in case.profiles:
        key: Key = profile["key"]  # type: ignore[assignment]  # the table's reader has seen to it
        own = {kind: rows[key] for kind, rows in events.items()}
        for name in prepared.match(profile, events=own):
            found[name].add(key)
    return found


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


def _by_codes(machine: Machine) -> Way:
    def way(ruleset: Ruleset, case: Case) -> Memberships:
        frame = _frame(ruleset, case)
        return _coded(ruleset, case, frame, _event_frames(ruleset, case), machine)

    return way


def _by_stream(machine: Machine) -> Way:
    """Return the way by a file read in three batches; the customers of the case are in each.

    All others have nothing but a key, and the last batch is no whole number of words. Where
    customers without events change who is in, there is one batch of those of the case.
    """

    def way(ruleset: Ruleset, case: Case) -> Memberships:
        frame = _frame(ruleset, case)
        own = frame["key"]
        rows = frame.height if _is_ranked_by_events(ruleset) else _ROWS
        places = [(i * rows) // max(frame.height, 1) for i in range(frame.height)]
        others = _other_keys(own)
        keys: list[Key] = [next(others) for _ in range(rows)]
        for place, key in zip(places, own, strict=True):
            keys[place] = key
        whole = pl.DataFrame({"key": pl.Series(keys, dtype=own.dtype)}).join(
            frame, on="key", how="left", maintain_order="left"
        )
        events = _event_frames(ruleset, case)
        with TemporaryDirectory() as folder:
            file = Path(folder) / "customers.parquet"
            whole.write_parquet(file, row_group_size=1000)
            found = _coded(ruleset, case, file, events, machine, _SMALL)
        return {name: keys & set(own) for name, keys in found.items()}

    return way


_ROWS = 2 * 4096 + 77
_SMALL = Pace(processors(), rows=4096, streamed=0, least=4096)


def _is_ranked_by_events(ruleset: Ruleset) -> bool:
    """Return whether a condition on the whole population stands on what customers did."""
    on_population = (n.Ranked, n.Common, n.Ntile)
    return any(
        isinstance(node, on_population)
        and any(isinstance(one, n.OverEvents) for one in n.ordered(node))
        for node in n.ordered(*ruleset.plan.segments.values())
    )


def _other_keys(keys: pl.Series) -> Iterator[Key]:
    """Yield keys that no customer has, after all theirs."""
    if keys.dtype == pl.String:
        yield from (f"\U0010ffff{number}" for number in count())
    yield from count(int(str(keys.max() or 0)) + 1)


def _coded(
    ruleset: Ruleset,
    case: Case,
    data: object,
    events: Mapping[str, pl.DataFrame],
    machine: Machine,
    pace: Pace | None = None,
) -> Memberships:
    """Return each segment's customers where all that can be is coded, kept and only counted."""
    bound, opened, _ = ruleset.on(data, events)
    catalog = bound.known_catalog
    calendar = calendar_of(catalog, case.settings.as_of)
    program = share(bound.program.segments, bound.program.traits, enough=1)
    pace = pace or Pace(processors())
    found, counted = (
        evaluate(
            bound.plan, program, catalog, calendar, opened, keep=keep, machine=machine, pace=pace
        )
        for keep in (True, False)
    )
    memberships = {name: set(found.keys(name)) for name in found.segments}
    assert counted.counts() == {name: len(keys) for name, keys in memberships.items()}
    return memberships


def _by_session(ruleset: Ruleset, case: Case) -> Memberships:
    session = ruleset.session(
        _frame(ruleset, case), events=_event_frames(ruleset, case), as_of=case.settings.as_of
    )
    found = {name: set(session[name].keys()) for name in session}
    assert session.sizes() == {name: len(keys) for name, keys in found.items()}
    return found


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
        "codes-plain": _by_codes(Plain()),
        "codes-fast": _by_codes(Fast()),
        "stream-plain": _by_stream(Plain()),
        "stream-fast": _by_stream(Fast()),
        "matcher-code": _by_code,
        "matcher-index": _by_index,
        "session": _by_session,
    }
)
WAYS = tuple(_WAYS)
