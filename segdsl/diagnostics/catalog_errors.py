"""Complaints about catalogs (SG3) and about what a backend cannot do (SG4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segdsl.diagnostics import codes
from segdsl.diagnostics.diagnostic import Diagnostic, Label
from segdsl.diagnostics.toml import declared, toml_text
from segdsl.diagnostics.wording import near_help

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from segdsl.source import Span


def _listed(names: Sequence[str], limit: int = 12) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:limit])
    more = len(names) - limit
    return f"{shown} and {more} more" if more > 0 else shown


def other_sheets(names: Sequence[str]) -> tuple[str, ...]:
    """Return a note on the sheets of an Excel file that were not read."""
    if not names:
        return ()
    noun = "another sheet" if len(names) == 1 else "other sheets"
    return (
        f"the file has {noun}: {_listed(names)}; `--sheet NAME`, or `sheet` in the catalog, reads"
        " another",
    )


def unreadable_catalog(
    place: str, reason: str, span: Span | None = None, *, help: Sequence[str] = ()
) -> Diagnostic:
    """SG301: the file is missing, not UTF-8 or not TOML."""
    return Diagnostic(
        codes.UNREADABLE_CATALOG,
        f"the catalog cannot be read: {reason}",
        Label(span) if span else None,
        help=tuple(help),
        place=None if span else place,
    )


def invalid_catalog(
    path: str,
    reason: str,
    span: Span | None = None,
    *,
    file: str | None = None,
    word: str | None = None,
    candidates: Iterable[str] = (),
    help: Sequence[str] = (),
) -> Diagnostic:
    """SG302: the entry at `path` (`customers.fields.age`) is not what a catalog may hold there.

    `word` is what stands there in place of one of the `candidates`.
    """
    allowed = tuple(candidates)
    near = near_help(word, allowed, "entry") if word is not None else ()
    choice = (f"one of {_listed(allowed, 16)} is possible here",) if allowed and not near else ()
    return Diagnostic(
        codes.INVALID_CATALOG,
        f"`{path}`: {reason}" if path else reason,
        Label(span) if span else None,
        help=(*near, *choice, *help),
        place=None if span else file,
    )


def no_key(
    columns: Sequence[str],
    place: str,
    *,
    sheets: Sequence[str] = (),
    catalog: str | None = None,
) -> Diagnostic:
    """SG303: no column is named like an id, and none is declared.

    `sheets` are the other sheets of the file; `catalog` is one that is there and not used.
    """
    return Diagnostic(
        codes.NO_KEY,
        "no column identifies the customers: none is named `id`, `…_id`, `key` or `email`",
        help=(
            f"the columns are {_listed(columns)}" if columns else "the data have no columns",
            '`--key COLUMN` names the key, or a catalog: `[customers]` with `key = "column"`',
            *((f"a catalog stands beside the data: `--catalog {catalog}`",) if catalog else ()),
            *other_sheets(sheets),
        ),
        place=place,
    )


def unknown_column(
    column: str,
    what: str,
    columns: Sequence[str],
    place: str,
    *,
    is_repeated: bool = False,
    sheets: Sequence[str] = (),
) -> Diagnostic:
    """SG304: the data have no column (or several) of the name that `what` needs."""
    if is_repeated:
        message = f"several columns are named `{column}`, which {what} needs"
        return Diagnostic(
            codes.UNKNOWN_COLUMN,
            message,
            help=("rename all but one of them in the data",),
            place=place,
        )
    near = near_help(column, columns, "column")
    listed = (f"the columns are {_listed(columns)}",) if columns else ("the data have no columns",)
    return Diagnostic(
        codes.UNKNOWN_COLUMN,
        f"the data have no column `{column}`, which {what} needs",
        help=(*(near or listed), *other_sheets(sheets)),
        place=place,
    )


def no_source() -> Diagnostic:
    """SG305: neither the catalog nor the caller names the customers' data."""
    return Diagnostic(
        codes.NO_SOURCE,
        "no customer data are named",
        help=(
            'name a file, or give the catalog `[customers]` with `source = "customers.csv"`',
            "a catalog that is not beside the rules is named with `--catalog PATH`",
        ),
    )


def ambiguous_date(
    field: str, kind: str, example: str, readings: Sequence[tuple[str, str]], place: str
) -> Diagnostic:
    """SG306: dates like `03/04/2024` without a `format`; `readings`: format, how it would read."""
    if len(readings) > 1:
        both = " or ".join(shown for _, shown in readings)
        message = f"the dates of `{field}` are ambiguous: `{example}` may be {both}"
    else:
        message = f"the dates of `{field}` are not ISO dates: `{example}`"
    remedies = tuple(
        f"`{declared(field, kind, format=form)}` in the catalog reads {shown}"
        for form, shown in readings
    )
    return Diagnostic(codes.AMBIGUOUS_DATE, message, help=remedies, place=place)


def inferred_key(key: str, place: str) -> Diagnostic:
    """SG307: the key was chosen by its name."""
    return Diagnostic(
        codes.INFERRED_CATALOG,
        f"customers are identified by `{key}`, the first column named like an id",
        help=(f"`[customers]` with `key = {toml_text(key)}` in a catalog states it",),
        place=place,
    )


def read_as_text(field: str, why: str, remedies: Sequence[str], place: str) -> Diagnostic:
    """SG308: an inferred text column that looks as if another type was meant."""
    return Diagnostic(
        codes.READ_AS_TEXT,
        f"`{field}` is read as text: {why}",
        help=tuple(remedies),
        place=place,
    )


def left_out(column: str, why: str, place: str) -> Diagnostic:
    """SG309: a column that rules cannot read is no field."""
    return Diagnostic(
        codes.COLUMN_LEFT_OUT,
        f"the column `{column}` is no field: {why}",
        place=place,
    )


def catalog_beside_data(path: str) -> Diagnostic:
    """SG310: a catalog that stands beside the data, and not beside the rules, is not used."""
    return Diagnostic(
        codes.CATALOG_UNUSED,
        f"the catalog beside the data is not used: `{path}`",
        help=(f"`--catalog {path}` uses it",),
        place=path,
    )


def unsupported(what: str, *, help: Sequence[str] = (), place: str | None = None) -> Diagnostic:
    """SG401: `what` (a sentence) is beyond this version or backend."""
    return Diagnostic(codes.UNSUPPORTED, what, help=tuple(help), place=place)


def unsupported_rule(span: Span, words: str) -> Diagnostic:
    """SG401: a part of the language that this version does not evaluate yet."""
    return Diagnostic(
        codes.UNSUPPORTED,
        f"{words} cannot be evaluated by this version",
        Label(span, "read, and not run"),
        help=("leave it out",),
    )


def needs_population(
    what: str, span: Span | None = None, *, help: Sequence[str] = ()
) -> Diagnostic:
    """SG402: `what` ranks customers among all, and only one profile is at hand."""
    return Diagnostic(
        codes.NEEDS_POPULATION,
        f"{what} is decided among all customers, not from one profile",
        Label(span) if span else None,
        help=tuple(help),
    )
