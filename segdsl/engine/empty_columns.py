"""Columns without a value, which are of whatever type rules take them for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from segdsl.catalog.tables import as_customers
from segdsl.catalog.types import DATE, INSTANT, NUMBER, TEXT, YESNO, Kind, Type, list_of
from segdsl.engine.event_columns import is_void
from segdsl.engine.infer import field_of
from segdsl.errors import CompileError

if TYPE_CHECKING:
    from segdsl.catalog import Catalog, Field
    from segdsl.engine.readers.sources import Opened
    from segdsl.engine.readers.table import Table

Made = TypeVar("Made")
_Places: TypeAlias = "tuple[tuple[str, int | None], ...]"

_TYPES = (NUMBER, DATE, INSTANT, YESNO, list_of(Kind.TEXT), list_of(Kind.NUMBER), TEXT)
_TIMES = (INSTANT, DATE)


@dataclass(frozen=True, slots=True)
class _Column:
    """A field of `table` (empty: the customers') in a part of the catalog, and what it may be."""

    part: str
    table: str
    field: str
    types: tuple[Type, ...]

    def typed(self, catalog: Catalog, type: Type) -> Catalog:
        """Return the catalog with the field under a type."""
        found = catalog.customers if not self.table else getattr(catalog, self.part)[self.table]
        fields = {**found.fields, self.field: field_of(type)}
        changed = found.model_copy(update={"fields": fields})
        if self.table:
            changed = {**getattr(catalog, self.part), self.table: changed}
        return catalog.model_copy(update={self.part: changed})


def bound_by_use(
    bind: Callable[[Catalog], Made], catalog: Catalog, declared: Catalog, data: Opened
) -> Made:
    """Return what `bind` makes of rules and a catalog, where columns without a value fit the rules.

    Such columns have been read as texts or instants; only those that `declared` does not name may
    be of another type. Raises CompileError as `bind` does, with the least that is wrong under any
    types of them.
    """
    try:
        return bind(catalog)
    except CompileError as error:
        columns = tuple(_empty(catalog, declared, data))
        if not columns:
            raise
        return _search(bind, catalog, error, columns)


def bound_by_use_alone(
    bind: Callable[[Catalog], Made], catalog: Catalog, fields: Iterable[str]
) -> Made:
    """Return what `bind` makes of a catalog with further fields of customers, of types that fit.

    Raises CompileError as `bound_by_use` does.
    """
    columns = tuple(_Column("customers", "", name, _TYPES) for name in fields)
    for column in columns:
        catalog = column.typed(catalog, TEXT)
    try:
        return bind(catalog)
    except CompileError as error:
        if not columns:
            raise
        return _search(bind, catalog, error, columns)


def _search(
    bind: Callable[[Catalog], Made],
    catalog: Catalog,
    error: CompileError,
    columns: Sequence[_Column],
) -> Made:
    """Return what is made under types of the columns by which nothing is wrong any more.

    Columns change their types one by one, as long as less is wrong then, or for a while what was
    not wrong before: of `a * b` it may be `a` alone that is complained of. Raises the CompileError
    that says least.
    """
    least, seen, patience = error, {_places(error)}, len(columns)
    while patience:
        count = len(_places(error))
        for trial in _trials(catalog, columns, error):
            try:
                return bind(trial)
            except CompileError as found:
                changed = found
            places = _places(changed)
            if len(places) < count or (len(places) == count and places not in seen):
                break
        else:
            break
        catalog, error = trial, changed
        seen.add(places)
        is_less = len(places) < len(_places(least))
        least, patience = (error, len(columns)) if is_less else (least, patience - 1)
    raise least


def _places(error: CompileError) -> _Places:
    """Return what is wrong, and where."""
    return tuple(
        (one.code.id, one.primary.span.start if one.primary else None)
        for one in error.diagnostics
        if one.is_error
    )


def _trials(catalog: Catalog, columns: Sequence[_Column], error: CompileError) -> Iterator[Catalog]:
    """Yield catalogs in which one column is of another type, first columns that are named there."""
    texts = [one.primary.span.text for one in error.diagnostics if one.primary and one.is_error]
    likely = sorted(columns, key=lambda one: not any(one.field in text for text in texts))
    return (one.typed(catalog, type) for one in likely for type in one.types)


def _empty(catalog: Catalog, declared: Catalog, data: Opened) -> Iterator[_Column]:
    """Yield the fields without a value whose types only the data told."""
    own, given = catalog.customers, declared.customers
    yield from _of_table("customers", "", own.fields, given.fields, data.customers, catalog, None)
    for name, table in data.events.items():
        event, known = catalog.events[name], declared.events.get(name)
        view = as_customers(catalog, event)
        fields = known.fields if known else {}
        yield from _of_table("events", name, event.fields, fields, table, view, event.time)
    for name, table in data.lookups.items():
        lookup = catalog.lookups[name]
        view, fields = as_customers(catalog, lookup), declared.lookups[name].fields
        yield from _of_table("lookups", name, lookup.fields, fields, table, view, None)


def _of_table(
    part: str,
    name: str,
    fields: Mapping[str, Field],
    declared: Mapping[str, Field],
    table: Table,
    view: Catalog,
    time: str | None,
) -> Iterator[_Column]:
    for field in fields:
        if field not in declared and is_void(table, view, field):
            yield _Column(part, name, field, _TIMES if field == time else _TYPES)
