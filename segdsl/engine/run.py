"""One evaluation from data to membership: read, run, collect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from segdsl.catalog import Catalog
from segdsl.diagnostics import Diagnostic
from segdsl.engine.evaluate import run
from segdsl.engine.event_windows import widest_windows
from segdsl.engine.membership import Membership, column_names
from segdsl.engine.readers import Table, read_customers
from segdsl.engine.readers.events import read_events
from segdsl.engine.readers.sources import Opened
from segdsl.engine.readers.wanted import properties_read
from segdsl.functions.clock import Calendar
from segdsl.plan.plan import Plan
from segdsl.plan.program import Program

if TYPE_CHECKING:
    import polars as pl


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
) -> Membership:
    """Return who is in which audience of a plan.

    `data` are the customers' alone, or Opened. Only the columns that the program reads, the key and
    `columns` are read. Raises DataError, and TypeError for `columns` that are one text.
    """
    carried = column_names(columns)
    opened = Opened.of(catalog, data)
    table = opened.customers
    names = tuple(field.name for field in program.fields)
    reading = read_customers(catalog, table, names, columns=carried, strict=strict)
    nodes = [node for level in program.levels for node in level.events]
    events = read_events(
        catalog,
        opened,
        properties_read(nodes),
        reading.frame[reading.key],
        strict=strict,
        windows=widest_windows(nodes, calendar),
    )
    result = run(program, reading.frame, reading.key, calendar, events=events.frames)
    extra = [name for name in carried if name != reading.key]

    return Membership(
        as_of=calendar.as_of,
        key=reading.key,
        customers=reading.frame.select(reading.key, *extra),
        masks=result.masks,
        titles={audience.name: audience.title for audience in plan.audiences},
        traits={name: _local(one, calendar) for name, one in result.traits.items()},
        notices=(*notices, *reading.notices, *events.notices),
        reread=_Reread(catalog, table.unread(), strict, reading.rows),
        originals=originals,
    )


def _local(values: pl.Series, calendar: Calendar) -> pl.Series:
    """Return instants in the calendar's time zone, by which rules read them; others as they are."""
    is_instant = getattr(values.dtype, "time_zone", None) is not None
    return values.dt.convert_time_zone(calendar.timezone) if is_instant else values
