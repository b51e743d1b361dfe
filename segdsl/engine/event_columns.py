"""Which columns of an event table hold the customer's key and the time, where nothing says so."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl

from segdsl.catalog.tables import is_id
from segdsl.catalog.types import Kind
from segdsl.engine.conversion import Manner, known_texts
from segdsl.engine.guess import Guess, guess

if TYPE_CHECKING:
    from segdsl.catalog import Catalog
    from segdsl.diagnostics import Diagnostic
    from segdsl.engine.readers.table import Table

MOMENTS = (Kind.DATE, Kind.INSTANT)

_PEOPLE = (
    r"cust(omer)?|client|user|member|household|person|people|account|contact|subscriber|shopper"
    r"|buyer|guest|patient|müşteri|musteri|kunde|klient|cliente|pelanggan|e[\s_-]?mail"
)
_MAY_BE_WHO = re.compile(_PEOPLE, re.IGNORECASE)
_WHO = re.compile(rf"({_PEOPLE})s?(id|key|no|nr|number|email)?", re.IGNORECASE)
_CUSTOMER = re.compile(r"customers?(id|key|no|nr|num|number|code)?")
_ANYBODY = frozenset(("id", "key"))  # names that an event's own key may have as well
_WHEN = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        r"time|timestamp|datetime|event_?time|event_?timestamp|occurred_?(at|on)|happened_?(at|on)",
        r".*([\s_-]|(?<=[a-z])(?=[A-Z]))(at|time|timestamp|datetime)",
        r"at|when|created|ts|t",
        r"date|day|event_?date",
        r".*([\s_-]|(?<=[a-z])(?=[A-Z]))(date|day|on)",
        r"date[\s_-].*",
    )
)
_ISO_DAY = r"^\s*[0-9]{4}-[0-9]{2}-[0-9]{2}"
_FIRST = 100  # cells by which columns that cannot be times are passed over


# ---- the key


@dataclass(frozen=True, slots=True)
class Whose:
    """The column with the customers' keys, None where that is not plain.

    Then `alike` are several that have the name of the customers' key, or else `others` are columns
    that may hold them.
    """

    key: str | None = None
    alike: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


def whose(keys: Sequence[str], columns: Sequence[str]) -> Whose:
    """Return which of the columns holds the customers' keys.

    `keys` are the names that the customers' own key has, the first of them the most telling. Only
    names like theirs will do: an event's own id is never taken for the customer's.
    """
    plain = {_bare(key) for key in keys}
    same = [key for key in keys if key in columns][:1]
    alike = same or [column for column in columns if _bare(column) in plain]
    is_anybodys = bool(plain & _ANYBODY)
    if is_anybodys or any(name.startswith("customer") for name in plain):
        customer = [column for column in columns if _CUSTOMER.fullmatch(_bare(column))]
        if is_anybodys:  # beside `customer_id`, `id` is the event's own
            alike = customer or [*alike, *_people(columns)] if alike else customer
        else:
            alike = alike or customer
    if len(alike) == 1:
        return Whose(alike[0])
    may_be = [column for column in columns if _MAY_BE_WHO.search(column)]
    return Whose(None, tuple(alike), tuple(may_be or filter(is_id, columns)))


def _people(columns: Sequence[str]) -> list[str]:
    return [column for column in columns if _WHO.fullmatch(_bare(column))]


def _bare(name: str) -> str:
    """Return a name by which `customer_id`, `customerId` and `Customer ID` are one."""
    return re.sub(r"[\W_]+", "", name).casefold()


# ---- the time


@dataclass(frozen=True, slots=True)
class When:
    """The column of an event's time, None where there is none.

    Then `doubts` say why columns that are named like times are none, and `others` are columns that
    may be meant. `is_any` says that there are no events, so that any column will do.
    """

    time: str | None
    doubts: tuple[Diagnostic, ...] = ()
    others: tuple[str, ...] = ()
    is_any: bool = False


def when(table: Table, view: Catalog, key: str, read: Collection[str] | None) -> When:
    """Return the column that is named like a time and holds dates or instants.

    Else it is the only column that holds some. A column without a value is named well enough. Of a
    table without rows it is any column, if possible none that rules `read` (None: the only one).
    """
    columns = [name for name in table.columns if name not in table.repeated and name != key]
    named = [name for form in _WHEN for name in columns if form.fullmatch(name)]
    guesses = {name: guessed(as_spelt(table, name), view, [name])[1][name] for name in named}
    fits = [name for name, one in guesses.items() if is_moment(one)]
    doubts = {name: one.notice for name, one in guesses.items() if one.notice}
    if fits:
        return When(fits[0])
    moments = list(_moments(table, view, columns))
    if len(moments) == 1:
        return When(moments[0])
    if not moments:
        empty = [name for name in named if is_void(table, view, name)]
        if empty:
            return When(empty[0])
        if columns and _has_no_rows(table, columns[0]):
            unread = [name for name in columns if name not in (read or ())] or columns
            if read is not None or len(unread) == 1:
                return When(unread[0], is_any=True)
    return When(None, tuple(doubts.values()), tuple(moments or doubts))


def _moments(table: Table, view: Catalog, columns: Sequence[str]) -> Iterator[str]:
    """Yield the columns that hold dates or instants, or texts that all spell some."""
    for name in columns:
        dtype = table.dtype(name)
        if isinstance(dtype, (pl.Date, pl.Datetime)):
            yield name
        elif dtype == pl.String:
            first = table.first_cells(name, _FIRST)
            known = first.drop_nulls() if first is not None else pl.Series([], dtype=pl.String)
            known = known.filter(known != "")
            if known.is_empty() or not known.str.contains(_ISO_DAY).any():
                continue
            if is_moment(guessed(as_spelt(table, name), view, [name])[1][name]):
                yield name


def is_moment(one: Guess) -> bool:
    """Return whether a column holds dates or instants."""
    return one.type is not None and one.type.kind in MOMENTS


def as_spelt(table: Table, column: str) -> Table:
    """Return the table with its texts for such as may spell another type, if the column has any."""
    has_texts = column in table.columns and table.dtype(column) == pl.String()
    return replace(table, is_text=True) if has_texts else table


def guessed(
    table: Table, view: Catalog, names: Collection[str]
) -> tuple[Table, Mapping[str, Guess]]:
    """Return the types that columns have or spell, and the table with what was read for it."""
    if table.is_text and names:
        table = table.load(names, "a rule")
    manner = Manner.of(view, None, is_blank_missing=table.is_blank_missing)
    return table, {name: guess(table, name, manner) for name in names}


# ---- columns without a value


def is_void(table: Table, view: Catalog, column: str) -> bool:
    """Return whether no cell of a column has a value, so that it may be of any type.

    Raises DataError for data that cannot be read.
    """
    if column not in table.columns or column in table.repeated:
        return False
    manner = Manner.of(view, None, is_blank_missing=table.is_blank_missing)
    first = table.first_cells(column, _FIRST)
    if first is not None and _has_value(first, manner):
        return False
    cells = table.load((column,)).cells[column]
    return not _has_value(cells, manner)


def _has_value(cells: pl.Series, manner: Manner) -> bool:
    known = known_texts(cells, manner) if cells.dtype == pl.String else cells
    return known.null_count() < known.len()


def _has_no_rows(table: Table, column: str) -> bool:
    return table.load((column,)).cells.height == 0
