"""Every backend selects the customers that the definition selects."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from random_customers import FIELDS, all_fields, calendars, populations
from random_plans import plans
from random_rules import rules

from segdsl.backends.masks.fast import Fast
from segdsl.backends.masks.machine import Machine
from segdsl.backends.masks.plain import Plain
from segdsl.backends.polars.lower import polars_expression
from segdsl.catalog import Catalog
from segdsl.catalog.types import Kind
from segdsl.diagnostics import Sink
from segdsl.document import Folder
from segdsl.engine.evaluate import run
from segdsl.engine.memory import Pace
from segdsl.engine.processors import processors
from segdsl.engine.profiles import frame_of_profiles
from segdsl.engine.run import evaluate
from segdsl.functions.clock import Calendar
from segdsl.optimise.passes import optimised
from segdsl.optimise.share import share
from segdsl.plan import nodes as n
from segdsl.plan.definition import memberships
from segdsl.plan.meaning import Customer
from segdsl.plan.plan import Plan
from segdsl.semantics import FieldSchema, Schema, check, collect
from segdsl.source import Source
from segdsl.syntax import parse

KEY = "customer id"
ALL_FROM_CODES, NONE_FROM_CODES = 1, 10**9
HEIGHTS = (0, 1, 63, 64, 65, 127, 1000, 4095, 4096, 4097, 9001)
MACHINES = (Plain(), Fast())
SMALL = Pace(processors(), rows=4096, streamed=0, least=4096)
PADDED = 4096 + 100


@given(plans(), populations, calendars)
def test_the_engine_keeps_the_definition(
    segments: dict[str, n.Predicate], customers: list[Customer], calendar: Calendar
) -> None:
    expected = memberships(segments, customers, calendar)
    frame = frame_of_profiles(customers, all_fields(), KEY)
    for enough, machine in (
        (ALL_FROM_CODES, Plain()),
        (ALL_FROM_CODES, Fast()),
        (NONE_FROM_CODES, None),
    ):
        program = share(segments, {}, enough=enough)
        masks = run(program, frame, KEY, calendar, machine=machine).masks
        found = {name: set(frame[KEY].filter(mask)) for name, mask in masks.items()}
        assert found == expected
        assert {name: len(keys) for name, keys in found.items()} == masks.sizes
        assert all(mask.dtype == pl.Boolean and not mask.null_count() for mask in masks.values())


@given(plans(), populations, calendars, st.sampled_from(HEIGHTS), st.booleans())
def test_codes_and_columns_give_the_same_bits(
    segments: dict[str, n.Predicate],
    customers: list[Customer],
    calendar: Calendar,
    height: int,
    is_all_missing: bool,
) -> None:
    frame = frame_of_profiles(customers, all_fields(), KEY)
    rows = pl.int_range(height, eager=True)
    frame = frame[rows % max(frame.height, 1)] if frame.height else frame
    frame = frame.with_columns(rows.head(frame.height).cast(frame.schema[KEY]).alias(KEY))
    if is_all_missing:
        frame = frame.with_columns(pl.when(False).then(pl.exclude(KEY)))
    plain = run(share(segments, {}, enough=NONE_FROM_CODES), frame, KEY, calendar).masks
    program = share(segments, {}, enough=ALL_FROM_CODES)
    for machine in MACHINES:
        coded, counted = (
            run(program, frame, KEY, calendar, machine=machine, pace=SMALL, keep=keep).masks
            for keep in (True, False)
        )
        assert coded.sizes == counted.sizes == plain.sizes
        assert all((coded.words(name) == plain.words(name)).all() for name in segments)


@given(plans(), populations, calendars)
def test_a_single_expression_keeps_the_definition(
    segments: dict[str, n.Predicate], customers: list[Customer], calendar: Calendar
) -> None:
    population = (n.Ntile, n.Ranked, n.Common)
    segments = {
        name: root
        for name, root in segments.items()
        if not any(isinstance(node, population) for node in n.ordered(root))
    }
    expected = memberships(segments, customers, calendar)
    frame = frame_of_profiles(customers, all_fields(), KEY)
    for name, root in segments.items():
        expr = polars_expression(root, calendar, frame.schema, KEY)
        assert set(frame.filter(expr)[KEY]) == expected[name]
        assert set(frame.lazy().filter(expr).collect()[KEY]) == expected[name]


@given(plans(), populations, calendars)
def test_optimising_keeps_the_meaning(
    segments: dict[str, n.Predicate], customers: list[Customer], calendar: Calendar
) -> None:
    expected = memberships(segments, customers, calendar)
    smaller = optimised(segments, n.Interner())
    assert memberships(smaller, customers, calendar) == expected
    frame = frame_of_profiles(customers, all_fields(), KEY)
    result = run(share(smaller, {}), frame, KEY, calendar)
    assert {name: set(frame[KEY].filter(m)) for name, m in result.masks.items()} == expected


@given(rules(), populations, calendars)
def test_rules_as_written_keep_the_definition(
    text: str, customers: list[Customer], calendar: Calendar
) -> None:
    plan = checked(text, calendar)
    expected = memberships(plan.segments, customers, calendar)
    frame = frame_of_profiles(customers, all_fields(), KEY)
    for segments in (plan.segments, optimised(plan.segments, n.Interner())):
        for enough in (None, ALL_FROM_CODES):
            program, machine = share(segments, {}, enough=enough), Plain() if enough else None
            result = run(program, frame, KEY, calendar, machine=machine)
            found = {name: set(frame[KEY].filter(mask)) for name, mask in result.masks.items()}
            assert found == expected


@given(rules(), populations, calendars, st.sampled_from(MACHINES), st.booleans())
def test_files_keep_the_definition(
    text: str,
    customers: list[Customer],
    calendar: Calendar,
    machine: Machine,
    is_optimised: bool,
) -> None:
    """Customers stand in two files, most in the second batch, among some with nothing but a key."""
    plan = checked(text, calendar)
    customers = [Customer(one.key, normal(one.profile)) for one in customers]
    expected = memberships(plan.segments, customers, calendar)
    whole = with_degrees(among_others(frame_of_profiles(customers, all_fields(), KEY)))
    segments = optimised(plan.segments, n.Interner()) if is_optimised else plan.segments
    program = share(segments, {}, enough=ALL_FROM_CODES)
    with TemporaryDirectory() as folder:
        whole.head(4000).write_parquet(Path(folder) / "part-1.parquet", row_group_size=999)
        whole.slice(4000).write_parquet(Path(folder) / "part-2.parquet")
        found, counted = (
            evaluate(
                plan, program, CATALOG, calendar, folder, machine=machine, pace=SMALL, keep=keep
            )
            for keep in (True, False)
        )
    keys = {customer.key for customer in customers}
    assert {name: keys.intersection(found.keys(name)) for name in found} == expected
    assert found.counts() == counted.counts()


def checked(text: str, calendar: Calendar) -> Plan:
    """Return the plan of rules on the fields that customers have."""
    fields = {field.name: FieldSchema(field.type) for field in all_fields()}
    module, mistakes = parse(Source.of(text))
    sink = Sink()
    sink.extend(mistakes)
    project = collect(module, Folder(), sink)
    plan = check(project, Schema(fields, zone=calendar.zone), {}, sink)
    assert not sink.errors, "\n".join(map(str, sink.errors))
    return plan


def normal(value: Any) -> Any:
    """Return a value, or a profile, as files give it: with texts in normal form C."""
    match value:
        case str():
            return unicodedata.normalize("NFC", value)
        case tuple():
            return tuple(map(normal, value))
        case dict():
            return {name: normal(item) for name, item in value.items()}
        case _:
            return value


def among_others(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the customers after and among others of whom nothing but the key is known."""
    dtype = frame.schema[KEY]
    keys = [f"other {i}" if dtype == pl.String else 10_000 + i for i in range(PADDED)]
    before = pl.Series(KEY, keys, dtype=dtype).to_frame()
    parts = [before.head(4090), frame.head(5), before.slice(4090), frame.slice(5)]
    return pl.concat(parts, how="diagonal")


def with_degrees(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with a place as two columns."""
    return frame.with_columns(pl.col("home").struct.unnest()).drop("home")


CATALOG = Catalog.model_validate(
    {
        "customers": {
            "key": KEY,
            "fields": {
                name: (
                    {"type": "place", "latitude": "latitude", "longitude": "longitude"}
                    if type_.kind is Kind.PLACE
                    else {"type": "list", "of": type_.element.kind.value}
                    if type_.kind is Kind.LIST
                    else {"type": type_.kind.value}
                )
                for name, type_ in FIELDS.items()
            },
        }
    }
)
