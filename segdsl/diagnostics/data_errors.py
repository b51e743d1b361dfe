"""Complaints about data (SG5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from segdsl.diagnostics import codes
from segdsl.diagnostics.cell_remedies import Settings, remedies_for
from segdsl.diagnostics.diagnostic import Diagnostic, Label
from segdsl.diagnostics.toml import declared, toml_text
from segdsl.diagnostics.wording import with_article

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segdsl.source import Span

_SHOWN = 40  # characters of a cell that a message quotes


def clipped(text: str, limit: int = _SHOWN) -> str:
    """Return `text` in back quotes, on one line and not longer than `limit`."""
    flat = text.replace("\r", "").replace("\n", "⏎")
    return f"`{flat[:limit]}…`" if len(flat) > limit else f"`{flat}`"


def _counted(count: int, one: str, many: str | None = None) -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def _first(items: Sequence[str], count: int) -> str:
    return ", ".join(items) + (" …" if count > len(items) else "")


def unreadable_data(reason: str, place: str, *, help: Sequence[str] = ()) -> Diagnostic:
    """SG501: the data are missing, broken or refused by their reader."""
    return Diagnostic(codes.UNREADABLE_DATA, reason, help=tuple(help), place=place)


def changed_data(before: int, after: int, place: str) -> Diagnostic:
    """SG501: the data have another number of rows than when they were first read."""
    return unreadable_data(
        f"the data changed while they were read: they had {before:,} rows, then {after:,}",
        place,
        help=("data can be evaluated once nothing writes to them any more",),
    )


def wrong_encoding(
    encoding: str, line: int, readings: Sequence[tuple[str, str]], place: str
) -> Diagnostic:
    """SG502: the bytes are no text of `encoding`; `readings`: other encoding, the line in it."""
    remedies = tuple(
        f'`encoding = "{name}"` in the catalog (or `--encoding {name}`) reads {clipped(text, 80)}'
        for name, text in readings
    )
    return Diagnostic(
        codes.WRONG_ENCODING,
        f"line {line:,} is not {encoding.upper()} text",
        help=remedies or ("the encoding can be named: `encoding` in the catalog",),
        place=place,
    )


def ragged_rows(
    expected: int, rows: Sequence[tuple[int, int]], count: int, place: str
) -> Diagnostic:
    """SG503: rows with more or fewer cells than the header; `rows`: line and number of cells."""
    listed = _first([f"line {line:,} has {cells:,}" for line, cells in rows], count)
    verb = "does" if count == 1 else "do"
    return Diagnostic(
        codes.RAGGED_ROWS,
        f"{_counted(count, 'row')} {verb} not have the {_counted(expected, 'cell')} of the header:"
        f" {listed}",
        help=(
            "a cell that holds the delimiter or a line end needs quotes around it",
            'the delimiter can be named: `delimiter = ";"` in the catalog',
        ),
        place=place,
    )


def duplicate_keys(
    key: str, examples: Sequence[str], count: int, place: str, *, latest_by: str | None = None
) -> Diagnostic:
    """SG504: `count` keys occur more than once; `examples` name some and their rows.

    `latest_by` is a column of dates or instants that may tell which row is the latest.
    """
    by = f"latest by {latest_by or '…'}"
    named = "" if latest_by else ", where `…` is a column that says how new a row is"
    return Diagnostic(
        codes.DUPLICATE_KEYS,
        f"{_counted(count, 'value')} of the key `{key}` {'occurs' if count == 1 else 'occur'} more"
        f" than once: {_first(examples, count)}",
        help=(
            f"`duplicates = {toml_text(by)}` in `[customers]` keeps the latest row of each{named}",
        ),
        place=place,
    )


def missing_keys(key: str, rows: Sequence[str], count: int, place: str) -> Diagnostic:
    """SG505: `count` rows have no key; `rows` name the first of them."""
    return Diagnostic(
        codes.MISSING_KEYS,
        f"{_counted(count, 'row has', 'rows have')} no key `{key}`: {_first(rows, count)}",
        help=("every customer needs a key",),
        place=place,
    )


def bad_key_type(key: str, dtype: str, place: str, *, example: str | None = None) -> Diagnostic:
    """SG507: a key is a whole number or a text."""
    such = f", such as `{example}`" if example is not None else ""
    return Diagnostic(
        codes.BAD_KEY_TYPE,
        f"the key `{key}` is {dtype}{such}; a key is a whole number or a text",
        place=place,
    )


def empty_data(place: str, *, help: Sequence[str] = (), is_json: bool = False) -> Diagnostic:
    """SG508: the file holds nothing, not even a header or, if `is_json`, one object."""
    need = "one object, whose names are" if is_json else "a header with the names of"
    return Diagnostic(
        codes.EMPTY_DATA,
        "the file is empty",
        help=(f"data need at least {need} the columns", *help),
        place=place,
    )


def unknown_format(reason: str, place: str) -> Diagnostic:
    """SG509: the bytes are in no format that can be read."""
    return Diagnostic(
        codes.UNKNOWN_FORMAT,
        f"the format of the file is not known: {reason}",
        help=("CSV, Parquet, Arrow IPC, JSON Lines and Excel files can be read",),
        place=place,
    )


def unknown_customer(key: str, place: str | None = None) -> Diagnostic:
    """SG510: no customer has the key that was asked for."""
    return Diagnostic(codes.UNKNOWN_CUSTOMER, f"no customer has the key `{key}`", place=place)


def unconverted_members(
    span: Span, list_name: str, wanted: str, examples: Sequence[str], count: int
) -> Diagnostic:
    """SG511: members of a list file that are not of the type they are compared with."""
    listed = _first([clipped(example) for example in examples], count)
    return Diagnostic(
        codes.UNCONVERTED_MEMBERS,
        f"{_counted(count, 'member')} of the list `{list_name}` {'is' if count == 1 else 'are'} no"
        f" {wanted} and cannot match: {listed}",
        Label(span, f"compared with a {wanted} here"),
    )


def cannot_write(path: str, reason: str, *, help: Sequence[str] = ()) -> Diagnostic:
    """SG513: the output cannot be written."""
    return Diagnostic(codes.CANNOT_WRITE, f"`{path}` cannot be written: {reason}", help=tuple(help))


def duplicates_resolved(
    key: str, latest_by: str, dropped: int, ties: int, place: str
) -> Diagnostic:
    """SG515: rows dropped because a later one has the same key; `ties` keys had no single one."""
    tied = (
        f"; {_counted(ties, 'key has', 'keys have')} several latest rows, and the one with the"
        " greatest values stays"
        if ties
        else ""
    )
    return Diagnostic(
        codes.DUPLICATES_RESOLVED,
        f"{_counted(dropped, 'row')} left out: a row with the same `{key}` is the latest by"
        f" `{latest_by}`{tied}",
        place=place,
    )


def latest_by_text(column: str, why: str, remedies: Sequence[str], place: str) -> Diagnostic:
    """SG517: the latest of several rows is found by texts, because of what a column holds (`why`).

    `remedies` are notes on what its cells may be meant to be.
    """
    return Diagnostic(
        codes.LATEST_BY_TEXT,
        f"`{column}` tells the latest row by its texts, so that `9` is later than `10`: {why}",
        help=(
            *remedies,
            f"a type in the catalog says what it holds: `{declared(column, 'date')}`, `number` or,"
            " if its texts are in order, `text`",
        ),
        place=place,
    )


def unreadable_ruleset(reason: str, place: str | None = None) -> Diagnostic:
    """SG516: a saved ruleset cannot be loaded."""
    return Diagnostic(
        codes.UNREADABLE_JSON,
        f"the ruleset cannot be read: {reason}",
        place=place,
    )


def wrong_column_type(field: str, declared: str | None, found: str, place: str) -> Diagnostic:
    """SG512: a typed column that cannot be what its field is declared, or cannot be read at all."""
    what = f"`{field}` is declared {declared}, but its column" if declared else f"`{field}`"
    return Diagnostic(
        codes.WRONG_COLUMN_TYPE,
        f"{what} holds {found}{'' if declared else ', which rules cannot read'}",
        help=(
            "declare the field with the type of its column, or change the data"
            if declared
            else "rules read texts, numbers, yes/no values, dates, instants and lists of them",
        ),
        place=place,
    )


@dataclass(frozen=True, slots=True)
class LostCells:
    """Cells of a column that are not what its field is declared; `examples`: row and cell.

    `spellings` are the first different ones; `settings` what the field declares besides its type;
    `decimal` is the decimal sign that is read; `is_all` says that no known cell fits.
    """

    field: str
    wanted: str
    examples: tuple[tuple[str, str], ...]
    count: int
    total: int
    place: str
    spellings: tuple[str, ...]
    settings: Settings
    decimal: str | None = None
    is_all: bool = False

    @property
    def fact(self) -> str:
        """What is said of them."""
        return (
            f"{self.count:,} of {_counted(self.total, 'cell')} of `{self.field}`"
            f" {'is' if self.count == 1 else 'are'} no {self.wanted}"
        )

    @property
    def listed(self) -> str:
        """The first of them with their rows."""
        return _first([f"{clipped(cell)} ({row})" for row, cell in self.examples], self.count)

    @property
    def remedies(self) -> tuple[str, ...]:
        """How such cells come to be read, or to be missing for a reason."""
        return remedies_for(self)


def no_cell_fits(lost: LostCells) -> Diagnostic:
    """SG512: not one known cell of the key's column is what the key is declared."""
    cells = (
        "its only cell is none" if lost.count == 1 else f"none of its {lost.count:,} cells is one"
    )
    return Diagnostic(
        codes.WRONG_COLUMN_TYPE,
        f"`{lost.field}` is declared {lost.wanted}, and {cells}: {lost.listed}",
        help=lost.remedies,
        place=lost.place,
    )


def unconverted_cells(lost: LostCells) -> Diagnostic:
    """SG506: cells that do not fit the declared type count as missing."""
    if lost.is_all:
        none = "the only cell" if lost.count == 1 else f"not one of the {lost.count:,} cells"
        wanted = f"no {lost.wanted}" if lost.count == 1 else with_article(lost.wanted)
        message = (
            f"{none} of `{lost.field}` is {wanted}, so that the field is missing in every row:"
            f" {lost.listed}"
        )
        return Diagnostic(codes.UNCONVERTED_CELLS, message, help=lost.remedies, place=lost.place)
    message = (
        f"{lost.fact} and {'counts' if lost.count == 1 else 'count'} as missing: {lost.listed}"
    )
    return Diagnostic(codes.UNCONVERTED_CELLS, message, help=lost.remedies, place=lost.place)


def strict_cells(lost: LostCells) -> Diagnostic:
    """SG514: under `--strict`, cells that do not fit the declared type stop the run."""
    return Diagnostic(
        codes.STRICT_CELLS, f"{lost.fact}: {lost.listed}", help=lost.remedies, place=lost.place
    )


def sum_too_large(*, is_exact: bool = False) -> Diagnostic:
    """SG526: a float that is to be summed, or a sum of exact numbers, is too large to be exact."""
    if is_exact:
        return Diagnostic(
            codes.SUM_TOO_LARGE,
            "a sum of events has more than 38 digits, those after the decimal point included",
            help=(
                "a `where` can leave out what is too large",
                "`average of` has no such limit, and `sum of (purchase.amount / 1)` adds floats,"
                " to six decimal places",
            ),
        )
    return Diagnostic(
        codes.SUM_TOO_LARGE,
        "a sum or an average of events meets a number beyond 10^12 (1,000,000,000,000)",
        help=(
            "a `where` can leave it out, as in `where (amount between -1000000 and 1000000)`",
            "whole numbers and decimals are added exactly up to 38 digits",
        ),
    )
