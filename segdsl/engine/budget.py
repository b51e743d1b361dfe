"""What an evaluation needs in memory, weighed against what it may take."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from segdsl.diagnostics.memory_errors import Part, Taken, over_budget, read_whole
from segdsl.engine.memory import LARGE, PROGRAM, Pace, least, spoken
from segdsl.engine.processors import processors
from segdsl.engine.readers.customers import Reading, columns_of
from segdsl.engine.readers.sources import Opened, open_events
from segdsl.engine.readers.streamed_keys import customers_by_key
from segdsl.engine.readers.table import READ_ERRORS, Table
from segdsl.engine.readers.windows import row_groups
from segdsl.errors import DataError
from segdsl.plan import nodes as n

if TYPE_CHECKING:
    from segdsl.catalog import Catalog
    from segdsl.diagnostics import Diagnostic
    from segdsl.plan.program import Program

_SAMPLE = 1_000  # rows by which the width of others is told
_STEP = 24  # bytes a customer that a value or condition over whole columns takes meanwhile
_DRAWN = 120  # those of drawing a bucket, which goes by the text of the key
_BY_KEY = (n.Bucket, n.Ntile, n.Ranked, n.Common, n.OverEvents)
_EVENT = 24  # bytes an event beside its cells


@dataclass(frozen=True, slots=True)
class Needs:
    """What is read: `streamed` columns some rows at a time, those that are `whole` at once.

    Some of these no rule reads: they are `carried` along.
    """

    streamed: tuple[str, ...]
    whole: tuple[str, ...]
    carried: tuple[str, ...] = ()

    def is_keyless(self, catalog: Catalog, program: Program) -> bool:
        """Return whether the key alone is read whole, and only to know that each occurs once."""
        key = catalog.customers.key
        if not self.streamed or self.whole != columns_of(catalog, (key,) if key else ()):
            return False
        if any(field.name == key for field in program.fields):
            return False
        return not any(isinstance(one, _BY_KEY) for one in _nodes(program))

    def without_whole(self) -> Needs:
        """Return the same with nothing that is read whole."""
        return Needs(self.streamed, ())


def counted_only(
    memory: int, catalog: Catalog, opened: Opened, program: Program, needs: Needs
) -> Reading | None:
    """Return customers that are only counted, without their keys; None if those must be read."""
    key = catalog.customers.key
    pace, _ = pace_for(memory, catalog, opened, program, needs.without_whole(), keep=False)
    if key is None or pace.read is None or pace.masks is None:
        return None
    height = customers_by_key(catalog, opened.customers, pace.read, pace.masks)
    if height is None or height < LARGE:
        return None
    return without_keys(key, height)


def without_keys(key: str, height: int) -> Reading:
    """Return so many customers; in the place of the key stands a column of a bit each."""
    return Reading(pl.DataFrame({key: pl.repeat(False, height, dtype=pl.Boolean, eager=True)}), key)


def pace_for(
    memory: int,
    catalog: Catalog,
    opened: Opened,
    program: Program,
    needs: Needs,
    *,
    keep: bool,
) -> tuple[Pace, tuple[Diagnostic, ...]]:
    """Return how an evaluation goes within so many bytes, and what it reads whole none the less.

    Raises DataError if what is read whole takes more.
    """
    table = opened.customers
    rows, width, nodes = _rows(table), _widths(table), _nodes(program)
    key = catalog.customers.key
    fields = [name for name in needs.whole if name != key]
    steps = [one for one in nodes if isinstance(one, (n.Ntile, n.Ranked, n.Common, n.OverEvents))]
    drawn = any(isinstance(one, n.Bucket) for one in nodes)
    read = sum(width.get(name, 8) for name in needs.streamed)
    taken = {
        Part.KEYS: rows * sum(width.get(name, 8) for name in needs.whole if name == key),
        Part.COLUMNS: rows * sum(2 * width.get(name, 8) + _STEP for name in fields),
        Part.STEPS: rows * (_STEP * len(steps) + (_DRAWN if drawn else 0)),
        Part.EVENTS: sum(_of_events(catalog, opened, event) for event in _events(nodes)),
        Part.GROUP: read * _largest_group(table),
    }
    masks = (len(program.segments) if keep else 0) + program.atoms
    batch = int(2 * read + 2 * len(needs.streamed) + masks / 8) + 16
    whole = int(sum(taken.values()))
    pace = Pace.of(memory, whole, processors(), batch, int(read))
    notices: list[Diagnostic] = []
    if pace is None:
        carried = [name for name in needs.carried if name in fields]
        raise DataError((_too_little(memory, taken, batch, fields, carried, table.name),))
    if fields or taken[Part.EVENTS]:
        notices.append(read_whole(fields, bool(taken[Part.EVENTS]), spoken(whole), table.name))
    return pace, tuple(notices)


def _too_little(
    memory: int,
    taken: Mapping[Part, float],
    batch: int,
    columns: Sequence[str],
    carried: Sequence[str],
    place: str,
) -> Diagnostic:
    """Return the complaint that so many bytes are too few beside what is taken as a whole."""
    enough = least(int(sum(taken.values())), batch)
    parts = {Part.PROGRAM: PROGRAM, **{part: int(size) for part, size in taken.items()}}
    parts[Part.BATCHES] = enough - sum(parts.values())
    told = [Taken(part, size, spoken(size)) for part, size in parts.items()]
    return over_budget(spoken(memory), spoken(enough), told, columns, carried, place)


def _nodes(program: Program) -> Sequence[n.Node]:
    return n.ordered(*program.segments.values(), *program.traits.values(), below=n.parts)


def _rows(table: Table) -> int:
    counts = [part.frame.select(pl.len()) for part in table.parts]
    try:
        return sum(frame.item() for frame in pl.collect_all(counts))
    except READ_ERRORS:
        return 0  # the reader proper says what is wrong


def _widths(table: Table) -> dict[str, float]:
    """Return the bytes that a cell of each column takes, by the first rows."""
    try:
        head = table.parts[0].frame.head(_SAMPLE).collect()
    except READ_ERRORS:
        return {}
    height = max(head.height, 1)
    return {one.name: one.estimated_size() / height for one in head.get_columns()}


def _largest_group(table: Table) -> int:
    """Return the rows of the largest piece that a Parquet file can be read in."""
    groups = (row_groups(part.parquet) for part in table.parts if part.parquet is not None)
    return max((max(found) for found in groups if found), default=0)


def _events(nodes: Sequence[n.Node]) -> list[str]:
    kinds = (n.Property, n.Aggregate, n.InOrder, n.Step)
    return list(dict.fromkeys(one.event for one in nodes if isinstance(one, kinds)))


def _of_events(catalog: Catalog, opened: Opened, event: str) -> float:
    table = open_events(catalog, event, opened.events.get(event))
    return _rows(table) * (sum(_widths(table).values()) + _EVENT)


def columns_read(
    catalog: Catalog, names: Collection[str], late: frozenset[str], carried: Sequence[str]
) -> Needs:
    """Return the columns that are read for fields, of which some are `late`."""
    own = [name for name in (catalog.customers.key, catalog.customers.latest_by) if name]
    whole = dict.fromkeys((*own, *(name for name in names if name not in late), *carried))
    alone = columns_of(catalog, tuple(name for name in carried if name not in names))
    return Needs(columns_of(catalog, sorted(late)), columns_of(catalog, tuple(whole)), alone)
