"""Customers that are only counted: by a query if they can be, and without keeping their keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from segdsl.backends.masks.machine import Machine
from segdsl.diagnostics import Diagnostic
from segdsl.diagnostics.data_errors import changed_data
from segdsl.engine.budget import columns_read, without_keys
from segdsl.engine.evaluate import run
from segdsl.engine.looks import Look
from segdsl.engine.memory import Pace
from segdsl.engine.query import sizes_by_query
from segdsl.engine.readers.customers import read_customers
from segdsl.engine.readers.streams import stream_of
from segdsl.errors import DataError
from segdsl.functions.clock import Calendar
from segdsl.plan.program import Program


@dataclass(frozen=True, slots=True)
class Counted:
    """How many customers there are, and how many in each segment."""

    key: str
    height: int
    sizes: Mapping[str, int]
    notices: tuple[Diagnostic, ...] = ()


def counted(
    program: Program,
    calendar: Calendar,
    look: Look | None,
    late: frozenset[str],
    pace: Pace,
    machine: Machine | None,
    *,
    strict: bool,
) -> Counted | None:
    """Return the sizes of segments; None if they need more than fields that are read `late`.

    Raises DataError for keys that are not sound, and for data that cannot be read.
    """
    key = look.catalog.customers.key if look else None
    if look is None or key is None or program.traits:
        return None
    needs = columns_read(look.catalog, [one.name for one in program.fields], late, ())
    if not needs.is_keyless(look.catalog, program):
        return None
    known = look.known
    height = known.height if known else look.table.height()
    if height < max(pace.streamed, 1):
        return None
    table = look.table
    notices: list[Diagnostic] = []
    is_sound = look.has_sound_keys(known)
    try:
        with _keys_beside(look, height, notices, strict=strict, is_sound=is_sound):
            stream = stream_of(look.catalog, table, late, height, pace.read)
            sizes: Mapping[str, int] | None = sizes_by_query(
                program, calendar, look, stream, height, machine, known
            )
            if sizes is None:
                stream = stream_of(look.catalog, table, late, height, pace.read)
                frame = without_keys(key, height).frame
                sizes = run(
                    program,
                    frame,
                    key,
                    calendar,
                    stream=stream,
                    keep=False,
                    pace=pace,
                    machine=machine,
                ).masks.sizes
    except DataError:
        if known and not look.is_same():
            return None  # what is wrong is said where all is read
        raise
    if known and not look.is_same():
        return None
    if not notices:
        look.learn(height, stream)
    return Counted(key, height, sizes, tuple(notices))


@contextmanager
def _keys_beside(
    look: Look, height: int, notices: list[Diagnostic], *, strict: bool, is_sound: bool
) -> Iterator[None]:
    """Look at the keys of so many customers while the body counts, unless they are known.

    What is wrong with them is raised before anything that the body raises.
    """
    if is_sound:
        yield
        return
    with ThreadPoolExecutor(1) as pool:
        found = pool.submit(read_customers, look.catalog, look.table, strict=strict)
        try:
            yield
        finally:
            reading = found.result()
    if reading.frame.height != height:
        raise DataError((changed_data(height, reading.frame.height, look.table.name),))
    notices += reading.notices
