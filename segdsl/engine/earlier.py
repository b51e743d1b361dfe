"""What an earlier run wrote, in any layout and format, read back as a roll."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from segdsl.backends.masks.rows import Row
from segdsl.backends.masks.words import Words, ones, packed
from segdsl.backends.polars.keys import rows_of
from segdsl.catalog import Catalog
from segdsl.diagnostics import codes
from segdsl.diagnostics.change_errors import bad_previous, no_audience_known
from segdsl.diagnostics.wording import near_help
from segdsl.engine.cells.spoken import spoken
from segdsl.engine.originals import MANIFEST
from segdsl.engine.packed import Masks
from segdsl.engine.readers.customers import Reader
from segdsl.engine.readers.matching import keys_like
from segdsl.engine.readers.opening import open_data
from segdsl.engine.readers.table import Table
from segdsl.engine.rolls import CHANGE, ENTERED, LEFT, SEGMENT, Roll
from segdsl.errors import DataError

if TYPE_CHECKING:
    from segdsl.diagnostics import Diagnostic

_ROW = "row"
_YES_NO = frozenset(("true", "false"))


@dataclass(frozen=True, slots=True)
class Earlier:
    """What an earlier run wrote: one file, or one of each audience; `listed` are all it knew."""

    place: str
    files: tuple[Path, ...]
    tables: Mapping[str | None, Table]
    listed: tuple[str, ...] = ()

    @staticmethod
    def at(path: str | Path) -> Earlier:
        """Return what stands at a path, opened. Raises DataError."""
        place = Path(path)
        if place.is_dir():
            return _in_folder(place)
        return Earlier(str(place), (place,), {None: _opened(place)})

    def roll(self, key: str, keys: pl.Series, segments: Sequence[str]) -> Roll:
        """Return who was in which of the audiences; `keys` are those of the customers now.

        Raises DataError where it cannot be read as what a run writes.
        """
        table = self.tables.get(None)
        if self.listed:
            _demand_known(self.listed, segments, self.place)
        if table is None:
            return self._of_files(key, keys, segments)
        if table.is_blank:  # JSON Lines without a line
            return _of_pairs(keys.head(0), pl.Series(SEGMENT, [], dtype=pl.String), self.listed)
        if _is_changes(table):
            raise DataError((_only_changes(table),))
        if _is_long(table):
            reader, found = _keys(table, key, keys)
            named = reader.table.cells[SEGMENT].cast(pl.String)
            if len(named) and not self.listed:
                _demand_known(named.unique().to_list(), segments, table.place(SEGMENT))
            return _of_pairs(found, named, self.listed)
        return _of_wide(table, key, keys, segments)

    def _of_files(self, key: str, keys: pl.Series, segments: Sequence[str]) -> Roll:
        found = {
            name: pl.Series(key, [], dtype=keys.dtype) if one.is_blank else _keys(one, key, keys)[1]
            for name, one in self.tables.items()
            if name in segments and name is not None
        }
        if not found:
            return _of_pairs(keys.head(0), pl.Series(SEGMENT, [], dtype=pl.String), ())
        names = [pl.repeat(name, len(one), eager=True) for name, one in found.items()]
        return _of_pairs(pl.concat(found.values()), pl.concat(names), found)


def _opened(path: Path) -> Table:
    return open_data(Catalog(), path, may_be_blank=True)


def _in_folder(folder: Path) -> Earlier:
    record = folder / MANIFEST
    help = (f"`{MANIFEST}` in the folder says what a run wrote there; without it, name one file",)
    try:
        found = json.loads(record.read_text(encoding="utf-8"))
        if found["format"] != "segdsl-run":
            raise DataError((bad_previous("it is not the record of a run", str(record)),))
        names = {one.get("segment"): str(one["name"]) for one in found["files"]}
        listed = tuple(str(one["name"]) for one in found["segments"])
    except FileNotFoundError:
        reason = "the folder has no record of a run"
        raise DataError((bad_previous(reason, str(folder), help=help),)) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        reason = "the record of the run cannot be read"
        raise DataError((bad_previous(reason, str(record)),)) from None
    files = {name: folder / Path(file).name for name, file in names.items()}
    tables = {name: _opened(file) for name, file in files.items()}
    return Earlier(str(folder), (*files.values(), record), tables, listed)


def _is_long(table: Table) -> bool:
    """Return whether a row is a customer and an audience; an audience may be named `segment`."""
    if SEGMENT not in table.columns or table.dtype(SEGMENT) == pl.Boolean:
        return False
    cells = table.load((SEGMENT,)).cells[SEGMENT]
    texts = set(cells.drop_nulls().cast(pl.String).str.to_lowercase().unique())
    return not (texts and texts <= _YES_NO)


def _is_changes(table: Table) -> bool:
    """Return whether a row is a customer who has entered or left, as `Changes.write` writes it."""
    if list(table.columns)[1:] != [SEGMENT, CHANGE] or table.dtype(CHANGE) == pl.Boolean:
        return False
    cells = table.load((CHANGE,)).cells[CHANGE]
    return set(cells.cast(pl.String).unique()) <= {ENTERED, LEFT}


def _only_changes(table: Table) -> Diagnostic:
    help = ("the earlier run is what its `--out` wrote, not its `--changes`",)
    reason = "it says who entered and left, not who is in which audience"
    return bad_previous(reason, table.name, help=help)


def _demand_known(names: Collection[str], segments: Sequence[str], place: str) -> None:
    """Raise DataError where an earlier run knows none of the audiences of now."""
    if segments and not set(names) & set(segments):
        raise DataError((no_audience_known(segments, place),))


def _keys(
    table: Table, key: str, keys: pl.Series, audiences: Sequence[str] = ()
) -> tuple[Reader, pl.Series]:
    """Return the keys in a table as those of the customers are, and the reader of its cells."""
    if key not in table.columns:
        near = near_help(key, table.columns, "column")
        help = (*near, f"the key of the customers is `{key}`, and that of an earlier run the same")
        raise DataError((bad_previous(f"there is no column `{key}`", table.name, help=help),))
    fields = {name: {"type": "yes/no"} for name in audiences}
    view = Catalog.model_validate({"customers": {"key": key, "fields": fields}})
    columns = (key, *audiences, *((SEGMENT,) if _is_long(table) else ()))
    reader = Reader(view, table.load(columns), strict=True)
    place = table.place(key)
    try:
        found = keys_like(reader, key, keys, "", "")
    except DataError as error:
        if error.diagnostics[0].code is codes.KEY_MISMATCH:
            raise DataError((_other_type(key, reader.table.cells[key], keys, place),)) from None
        raise
    if found.given.null_count():
        raise DataError((bad_previous("there are rows without a key", place),))
    odd = found.given.filter(found.values.is_null()) if len(keys) else found.given.head(0)
    if len(odd):
        raise DataError((_other_type(key, odd, keys, place),))
    return reader, found.given if keys.is_empty() else found.values


def _other_type(key: str, found: pl.Series, keys: pl.Series, place: str) -> Diagnostic:
    such = f", such as `{found.drop_nulls()[0]}`" if found.count() else ""
    return bad_previous(
        f"the key `{key}` is {spoken(found.dtype)} there{such}, and now {spoken(keys.dtype)}",
        place,
        help=("the customers of both runs need keys of one type: numbers, or texts",),
    )


def _of_wide(table: Table, key: str, keys: pl.Series, segments: Sequence[str]) -> Roll:
    known = [name for name in segments if name in table.columns and name != key]
    if segments and not known:
        raise DataError((no_audience_known(segments, table.name, table.columns),))
    reader, found = _keys(table, key, keys, known)
    if found.n_unique() < len(found):
        double = found.filter(found.is_duplicated())[0]
        reason = f"the key `{double}` occurs more than once"
        help = ("a wide file has one row for each customer; a long one has a column `segment`",)
        raise DataError((bad_previous(reason, table.place(key), help=help),))
    words: dict[str, Words] = {}
    for name in known:
        values = reader.read(name)
        if reader.errors or values.null_count():
            raise DataError((_not_yes_no(name, table),))
        words[name] = packed(values)
    return Roll(found, _masks(words, len(found)))


def _not_yes_no(name: str, table: Table) -> Diagnostic:
    return bad_previous(
        f"`{name}` is an audience, and its column holds other than yes or no",
        table.place(name),
        help=("a wide file of an earlier run has `true` or `false` for each customer",),
    )


def _of_pairs(keys: pl.Series, segments: pl.Series, known: Collection[str | None]) -> Roll:
    """Return the roll of pairs of a customer and an audience."""
    people = keys.unique(maintain_order=True)
    rows = rows_of(keys, people).cast(pl.Int64).alias(_ROW)
    pairs = pl.DataFrame([segments.alias(SEGMENT), rows])
    parts = {str(name): own[_ROW] for (name,), own in pairs.group_by(SEGMENT)}
    words: dict[str, Words] = {}
    for name in dict.fromkeys((*map(str, known), *parts)):
        bits = np.zeros(len(people), np.bool_)
        if name in parts:
            bits[parts[name].to_numpy()] = True
        words[name] = packed(pl.Series(bits))
    return Roll(people, _masks(words, len(people)))


def _masks(words: Mapping[str, Words], rows: int) -> Masks:
    kept = {name: Row.of(one, rows) for name, one in words.items()}
    return Masks(rows, kept, {name: ones(one) for name, one in words.items()})
