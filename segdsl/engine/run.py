"""One evaluation from data to membership: read, run, collect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from segdsl.backends.masks.machine import Machine
from segdsl.catalog import Catalog
from segdsl.diagnostics import Diagnostic
from segdsl.engine.batches import Stream, at_the_bottom
from segdsl.engine.before import Before
from segdsl.engine.budget import columns_read, counted_only, pace_for
from segdsl.engine.counting import counted
from segdsl.engine.evaluate import Prepared, run
from segdsl.engine.event_windows import widest_windows
from segdsl.engine.looks import Look
from segdsl.engine.membership import Membership, column_names
from segdsl.engine.memory import Pace
from segdsl.engine.origin import Origin, Rules, stamps_of
from segdsl.engine.packed import Masks
from segdsl.engine.people import People
from segdsl.engine.processors import processors
from segdsl.engine.readers import Reading, Table, read_customers
from segdsl.engine.readers.events import read_events
from segdsl.engine.readers.sources import Opened
from segdsl.engine.readers.streams import stream_of, streamed_fields
from segdsl.engine.readers.wanted import properties_read
from segdsl.functions.clock import Calendar
from segdsl.matching.thresholds import Threshold, population_names
from segdsl.plan import nodes as n
from segdsl.plan.plan import Plan
from segdsl.plan.program import Program


@dataclass(frozen=True, slots=True)
class _Reread:
    """Reads further columns of the customers that were evaluated; `rows` are theirs."""

    catalog: Catalog
    table: Table
    strict: bool
    rows: pl.Series | None

    def __call__(self, names: Sequence[str]) -> pl.DataFrame:
        """Return the key and the named columns. Raises DataError."""
        reading = read_customers(
            self.catalog, self.table, columns=names, strict=self.strict, rows=self.rows
        )
        return reading.frame


def by_name(program: Program, found: Mapping[n.Node, Threshold]) -> Mapping[str, Threshold]:
    """Return the thresholds of what segments stand on, by the names of the population nodes."""
    named = population_names(program.segments.values())
    return {name: found[node] for name, node in named.items()}


def evaluate(
    plan: Plan,
    program: Program,
    catalog: Catalog,
    calendar: Calendar,
    data: object,
    *,
    columns: Sequence[str] = (),
    strict: bool = False,
    notices: Sequence[Diagnostic] = (),
    originals: frozenset[Path] = frozenset(),
    keep: bool = True,
    memory: int | None = None,
    pace: Pace | None = None,
    machine: Machine | None = None,
    previous: Membership | str | Path | None = None,
    rules: Rules | None = None,
) -> Membership:
    """Return who is in which audience of a plan.

    `data` are the customers' alone, or Opened. Only the columns that the program reads, the key and
    `columns` are read. Unless masks are to be kept, the result holds sizes alone. With so many
    bytes of `memory`, batches and masks are kept within them; `pace` is for where there is no such
    bound, and never changes a result, nor does `machine`. `previous` is an earlier result, or what
    a run wrote; by the `rules` the result can be brought up to date. Raises DataError, and
    TypeError for `columns` that are one text.
    """
    carried = column_names(columns)
    if previous is not None and not keep:
        raise ValueError("changes are told from masks, which are not to be kept")
    before = Before.of(previous) if previous is not None else None
    opened = Opened.of(catalog, data)
    stamps = stamps_of(opened.files)
    look = Look.at(catalog, opened.customers)
    titles = {audience.name: audience.title for audience in plan.audiences}
    reread = _Reread(catalog, opened.customers.unread(), strict, None)
    if memory is None:
        pace = pace or Pace(processors())
        late = _late(catalog, opened.customers, program, carried)
        if not (keep or carried) and (
            found := counted(program, calendar, look, late, pace, machine, strict=strict)
        ):
            return Membership(
                as_of=calendar.as_of,
                key=found.key,
                customers=pl.DataFrame(height=found.height),
                masks=Masks(found.height, {}, found.sizes),
                titles=titles,
                notices=(*notices, *found.notices),
                reread=reread,
                originals=originals,
            )
        read = _read(catalog, opened.customers, program, carried, late, pace, strict=strict)
    else:
        read = _read_within(memory, catalog, opened, program, carried, keep=keep, strict=strict)
    reading = read.customers
    nodes = [node for level in program.levels for node in level.events]
    events = read_events(
        catalog,
        opened,
        properties_read(nodes),
        reading.frame[reading.key],
        strict=strict,
        windows=widest_windows(nodes, calendar),
    )
    prepared = Prepared(program, calendar)
    result = run(
        program,
        reading.frame,
        reading.key,
        calendar,
        events.frames,
        stream=read.stream,
        keep=keep,
        keep_codes=rules is not None,
        pace=read.pace,
        machine=machine,
        prepared=prepared,
    )
    if look and read.stream and not (reading.notices or events.notices):
        look.learn(reading.frame.height, read.stream)
    customers = pl.DataFrame(height=reading.frame.height)
    if keep:
        customers = reading.frame.select(list(dict.fromkeys((reading.key, *carried))))

    membership = Membership(
        as_of=calendar.as_of,
        key=reading.key,
        customers=customers,
        masks=result.masks,
        titles=titles,
        traits={name: as_local(one, calendar) for name, one in result.traits.items()},
        population=by_name(program, result.thresholds),
        notices=(*notices, *read.notices, *reading.notices, *events.notices),
        reread=replace(reread, rows=reading.rows),
        originals=originals,
    )
    if rules is not None and keep:
        people = People.of(reading.frame[reading.key])
        origin = Origin(
            rules=rules,
            plan=plan,
            program=program,
            catalog=catalog,
            calendar=calendar,
            data=opened.unread(),
            stamps=stamps,
            strict=strict,
            columns=tuple(name for name in carried if name != reading.key),
            kept=reading.rows,
            source=people.base,
            people=people,
            prepared=prepared,
            memory=memory,
            codes=result.codes,
        )
        membership = replace(membership, origin=origin)
    return membership if before is None else before.compared(membership)


@dataclass(frozen=True, slots=True)
class _Read:
    """The customers that were read, the fields that are still to come, and at which pace."""

    customers: Reading
    stream: Stream | None
    pace: Pace
    notices: tuple[Diagnostic, ...] = ()


def _late(
    catalog: Catalog, table: Table, program: Program, carried: Sequence[str]
) -> frozenset[str]:
    """Return the fields that may be read batch by batch."""
    own = {catalog.customers.key, catalog.customers.latest_by, *carried}
    return streamed_fields(catalog, table, at_the_bottom(program) - own)


def _read_within(
    memory: int,
    catalog: Catalog,
    opened: Opened,
    program: Program,
    carried: Sequence[str],
    *,
    keep: bool,
    strict: bool,
) -> _Read:
    """Return the customers, read within so many bytes; keys are not kept where none are needed."""
    table = opened.customers
    late = _late(catalog, table, program, carried)
    needs = columns_read(catalog, [field.name for field in program.fields], late, carried)
    keyless: Reading | None = None
    if not keep and not carried and needs.is_keyless(catalog, program):
        keyless = counted_only(memory, catalog, opened, program, needs)
    needs = needs if keyless is None else needs.without_whole()
    pace, said = pace_for(memory, catalog, opened, program, needs, keep=keep)
    if keyless is not None:
        stream = stream_of(catalog, table, late, keyless.frame.height, pace.read)
        return _Read(keyless, stream, pace, said)
    read = _read(catalog, table, program, carried, late, pace, strict=strict)
    return replace(read, notices=said)


def _read(
    catalog: Catalog,
    table: Table,
    program: Program,
    carried: Sequence[str],
    late: frozenset[str],
    pace: Pace,
    *,
    strict: bool,
) -> _Read:
    """Return the customers with all fields that the program reads, the late ones in a stream."""
    names = tuple(field.name for field in program.fields)
    if late and table.height() >= max(pace.streamed, 1):
        whole = [name for name in names if name not in late]  # those in the stream are sound
        reading = read_customers(catalog, table, whole, columns=carried, strict=strict)
        if reading.rows is None and reading.frame.height:
            stream = stream_of(catalog, table, late, reading.frame.height, pace.read)
            return _Read(reading, stream, pace)
    reading = read_customers(catalog, table, names, columns=carried, strict=strict)
    return _Read(reading, None, pace)


def as_local(values: pl.Series, calendar: Calendar) -> pl.Series:
    """Return instants in the calendar's time zone, by which rules read them; others as they are."""
    is_instant = getattr(values.dtype, "time_zone", None) is not None
    return values.dt.convert_time_zone(calendar.timezone) if is_instant else values
