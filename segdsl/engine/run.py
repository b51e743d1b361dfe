"""One evaluation from data to membership: read, run, collect."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from segdsl.catalog import Catalog
from segdsl.diagnostics import Diagnostic
from segdsl.engine.evaluate import run
from segdsl.engine.membership import Membership
from segdsl.engine.readers import read_customers
from segdsl.functions.clock import Calendar
from segdsl.plan.plan import Plan
from segdsl.plan.program import Program

if TYPE_CHECKING:
    import polars as pl


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
) -> Membership:
    """Return who is in which audience of a plan.

    Only the columns that the program reads, the key and `columns` are read. Raises DataError.
    """
    names = dict.fromkeys((*(field.name for field in program.fields), *columns))
    reading = read_customers(catalog, data, tuple(names), strict=strict)
    result = run(program, reading.frame, reading.key, calendar)
    extra = [name for name in dict.fromkeys(columns) if name != reading.key]

    def reread(names: Sequence[str]) -> pl.DataFrame:
        return read_customers(catalog, data, (), columns=names, strict=strict).frame

    return Membership(
        as_of=calendar.as_of,
        key=reading.key,
        customers=reading.frame.select(reading.key, *extra),
        masks=result.masks,
        titles={audience.name: audience.title for audience in plan.audiences},
        traits=result.traits,
        notices=(*notices, *reading.notices),
        reread=reread,
    )
