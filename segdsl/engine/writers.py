"""Writes audiences to files of every format, wide, long or one file an audience."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, assert_never

import polars as pl

from segdsl.diagnostics.data_errors import cannot_write
from segdsl.engine.originals import (
    MANIFEST,
    demand_kept,
    demand_other,
    demand_own,
    listed_before,
)
from segdsl.engine.outputs import Destination, Output, file_names
from segdsl.engine.publish import Make, publish_file, publish_folder
from segdsl.engine.versions import versions
from segdsl.errors import DataError

if TYPE_CHECKING:
    from segdsl.engine.membership import Membership

WIDE, LONG = "customers", "memberships"
_EXCEL_ROWS = 1_048_576
_EXCEL_COLUMNS = 16_384
_EXCEL_TEXT = 32_767
_EXACT_DIGITS = 15  # of a decimal number that a 64-bit float gives back as it was
_EXCEL_FIRST_DAY = date(1900, 3, 1)  # before it Excel counts a day that never was

Step = Callable[[int, int], None]
"""Told how many of how many files are ready."""


def write_membership(
    membership: Membership,
    where: Destination,
    *,
    columns: Sequence[str] | None = None,
    traits: bool = False,
    on_step: Step | None = None,
) -> tuple[Path, ...]:
    """Return the files written, in the order of the audiences.

    A killed run leaves no half file; in a folder, files of an earlier run that are no longer made
    are removed, and `segdsl-run.json` says what was written. Raises DataError for what cannot be
    written, a file that the audiences were made from among it, and in a folder one that no run
    wrote; ValueError for an extra column with the name of an audience.
    """
    frames = _frames(membership, where, columns, traits)
    if not where.is_folder:
        demand_other((where.path,), membership.originals)
        ((_, make),) = frames
        publish_file(where.path, _counting(make, where.path, 0, 1, on_step))
        return (where.path,)
    listed = list(frames)
    names = file_names([name for name, _ in listed], where.output.value)
    makes = {
        names[name]: _counting(make, where.path / names[name], i, len(listed), on_step)
        for i, (name, make) in enumerate(listed)
    }
    stale = [name for name in listed_before(where.path) or () if name not in makes]
    written = (*makes, MANIFEST)
    demand_other((where.path / name for name in written), membership.originals)
    demand_kept(where.path, stale, membership.originals)
    demand_own(where.path, written)
    text = _manifest(membership, where, names)
    publish_folder(where.path, makes, manifest=(MANIFEST, text), stale=stale)
    return tuple(where.path / name for name in makes)


def _frames(
    membership: Membership, where: Destination, columns: Sequence[str] | None, traits: bool
) -> Iterator[tuple[str, Make]]:
    """Yield each file's name and how it is made; a frame is made when its file is."""
    clocks = tuple(membership.traits) if traits and where.output is Output.EXCEL else ()
    match where.layout:
        case "wide" | "long":
            frame = membership.frame(where.layout, columns=columns, traits=traits)
            name = WIDE if where.layout == "wide" else LONG
            yield name, partial(_write, _on_the_clock(frame, clocks), output=where.output)
        case "files":
            people = _on_the_clock(membership.people(columns, traits=traits), clocks)
            order = membership.order
            for name, mask in membership.masks.items():
                yield name, partial(_write_part, people, mask, order, output=where.output)
        case _:
            assert_never(where.layout)


def _write_part(
    people: pl.DataFrame, mask: pl.Series, order: pl.Series, path: Path, *, output: Output
) -> None:
    _write(people.filter(mask.gather(order)), path, output=output)


def _counting(make: Make, path: Path, done: int, total: int, on_step: Step | None) -> Make:
    """Return the same with progress, and what goes wrong in Polars as a diagnostic."""

    def counted(aside: Path) -> None:
        if on_step:
            on_step(done, total)
        try:
            make(aside)
        except pl.exceptions.PolarsError as error:
            reason = str(error).partition("\n")[0]
            raise DataError((cannot_write(str(path), reason),)) from None
        except _FormatError as error:
            raise DataError((cannot_write(str(path), str(error)),)) from None
        if on_step:
            on_step(done + 1, total)

    return counted


class _FormatError(Exception):
    """What is to be written is beyond the format."""


# ---- the manifest


def _manifest(membership: Membership, where: Destination, names: dict[str, str]) -> str:
    """Return what a run leaves about itself beside its files."""
    sizes = membership.counts()
    record = {
        "format": "segdsl-run",
        "version": 1,
        "versions": versions(),
        "layout": where.layout,
        "files": [
            {"name": file, "segment": name, "customers": sizes[name]}
            if where.layout == "files"
            else {"name": file}
            for name, file in names.items()
        ],
        **membership.summary(),
    }
    return json.dumps(record, ensure_ascii=False, indent=2) + "\n"


# ---- formats


def _write(frame: pl.DataFrame, path: Path, *, output: Output) -> None:
    match output:
        case Output.CSV:
            _flat(frame).write_csv(path)
        case Output.TSV:
            _flat(frame).write_csv(path, separator="\t")
        case Output.PARQUET:
            _standard(frame).write_parquet(path)
        case Output.ARROW:
            _standard(frame).write_ipc(path)
        case Output.JSON_LINES:
            _with_floats(frame).write_ndjson(path)
        case Output.EXCEL:
            _write_excel(_excel_cells(frame), path)
        case _:
            assert_never(output)


def _standard(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame without types that only Polars knows."""
    return frame.with_columns(pl.col(pl.Int128).cast(pl.Decimal(38, 0)))


def _flat(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with texts for lists and instants, and two columns for a place."""
    columns: list[pl.Expr] = []
    for name, dtype in frame.schema.items():
        column = pl.col(name)
        if isinstance(dtype, pl.Struct):
            columns += [column.struct.field(f.name).alias(f"{name}.{f.name}") for f in dtype.fields]
        elif isinstance(dtype, pl.List):
            columns.append(_joined(frame[name]))
        elif isinstance(dtype, pl.Datetime) and dtype.time_zone is not None:
            offset = "Z" if dtype.time_zone == "UTC" else "%:z"
            columns.append(column.dt.strftime("%Y-%m-%dT%H:%M:%S%.f" + offset))
        else:
            columns.append(column)
    return frame.select(columns)


def _joined(values: pl.Series) -> pl.Expr:
    """Return the elements of each list with `;` between them, as they are read back."""
    texts = values.cast(pl.List(pl.String))
    if texts.explode().str.contains(";", literal=True).any():
        raise _FormatError(
            f"elements of the list `{values.name}` hold `;`, which separates them;"
            " Parquet and JSON Lines keep lists"
        )
    return pl.lit(texts.list.join(";", ignore_nulls=True)).alias(values.name)


def _with_floats(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with floats for decimals where each is the same number to its last digit."""
    exact = [
        name
        for name, dtype in frame.schema.items()
        if isinstance(dtype, pl.Decimal) and _is_short(frame[name], dtype.scale)
    ]
    return frame.with_columns(pl.col(exact).cast(pl.Float64)) if exact else frame


def _is_short(values: pl.Series, scale: int) -> bool:
    largest = values.abs().max()
    return largest is None or Decimal(str(largest)) < 10 ** (_EXACT_DIGITS - scale)


# ---- Excel


def _on_the_clock(frame: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """Return the frame with what the clock showed for instants in columns that lose nothing by it.

    A cell of Excel has no zone, so an hour that the clock showed twice would be the first.
    """
    columns: list[pl.Series] = []
    for name in names:
        dtype = frame.schema[name]
        if isinstance(dtype, pl.Datetime) and dtype.time_zone is not None:
            shown = frame[name].dt.replace_time_zone(None)
            first = shown.dt.replace_time_zone(dtype.time_zone, ambiguous="earliest")
            columns += [shown] if first.equals(frame[name]) and not _is_changed(shown) else []
    return frame.with_columns(columns)


def _excel_cells(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with texts for what a cell of Excel would change."""
    flat = _with_floats(_flat(frame))
    lossy = [name for name in flat.columns if _is_changed(flat[name])]
    return flat.with_columns(pl.col(lossy).cast(pl.String)) if lossy else flat


def _is_changed(values: pl.Series) -> bool:
    dtype = values.dtype
    if dtype.is_integer():
        return bool((values.cast(pl.Int128).abs() >= 10**_EXACT_DIGITS).any())
    if dtype == pl.Date:
        return bool((values < _EXCEL_FIRST_DAY).any())
    if isinstance(dtype, pl.Datetime):
        is_whole = values.dt.truncate("1s") == values
        return bool(((values.dt.date() < _EXCEL_FIRST_DAY) | ~is_whole).any())
    if dtype.is_float():
        return bool((~values.is_finite()).any())
    return not (dtype == pl.Boolean or isinstance(dtype, pl.String))


def _write_excel(frame: pl.DataFrame, path: Path) -> None:
    import xlsxwriter

    if frame.height + 1 > _EXCEL_ROWS or frame.width > _EXCEL_COLUMNS:
        raise _FormatError(
            f"{frame.height:,} rows and {frame.width:,} columns are more than an Excel sheet holds"
            f" ({_EXCEL_ROWS - 1:,} and {_EXCEL_COLUMNS:,}); CSV and Parquet have no such limit"
        )
    texts = frame.select(pl.col(pl.String).str.len_chars().max())
    longest = max((length or 0 for length in texts.row(0)), default=0) if texts.width else 0
    if longest > _EXCEL_TEXT:
        raise _FormatError(f"a text of {longest:,} characters is more than an Excel cell holds")
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet = book.add_worksheet(WIDE)
        bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
        time = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        sheet.freeze_panes(1, 0)
        for i, name in enumerate(frame.columns):
            sheet.write_string(0, i, name, bold)
        writers = [_cell_writer(sheet, dtype, day, time) for dtype in frame.dtypes]
        for row, cells in enumerate(frame.iter_rows(), start=1):
            for i, value in enumerate(cells):
                if value is not None:
                    writers[i](row, i, value)


def _cell_writer(
    sheet: Any, dtype: pl.DataType, day: Any, time: Any
) -> Callable[[int, int, Any], object]:
    """Return what writes a cell of a type; `Any`: the objects of xlsxwriter have no types."""
    if dtype == pl.Boolean:
        return sheet.write_boolean  # type: ignore[no-any-return]
    if dtype.is_numeric():
        return sheet.write_number  # type: ignore[no-any-return]
    if dtype.is_temporal():
        form = day if dtype == pl.Date else time
        return lambda row, column, value: sheet.write_datetime(row, column, value, form)
    return sheet.write_string  # type: ignore[no-any-return]
