"""The cells of several files in one table: mixed as those of one file are, and never rounded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import time

import polars as pl

from segdsl.diagnostics.data_errors import unreadable_data
from segdsl.engine.cells.spoken import spoken
from segdsl.engine.cells.written import written
from segdsl.engine.readers.hidden import HIDDEN, MOMENTS, NUMBERS, is_hidden
from segdsl.errors import DataError

_WHOLE = r"^-?[0-9]+$"
_DAY, _TIME = "%Y-%m-%d", "%Y-%m-%d %H:%M:%S"
_HELP = ("files of one folder or pattern are read as one table with the same columns",)


def common_type(types: Sequence[pl.DataType]) -> pl.DataType:
    """Return the type to which a column comes; raises a PolarsError where there is none."""
    frames = [pl.LazyFrame(schema={"x": dtype}) for dtype in types]
    return pl.concat(frames, how="vertical_relaxed").collect_schema()["x"]


def may_round(source: pl.DataType, to: pl.DataType) -> bool:
    """Return whether a type holds floats where another one holds more exact numbers."""
    source, to = _leaf(source), _leaf(to)
    return to.is_float() and (source.is_integer() or source.is_decimal())


def _leaf(dtype: pl.DataType) -> pl.DataType:
    while isinstance(dtype, (pl.List, pl.Array)):
        inner = dtype.inner
        dtype = inner if isinstance(inner, pl.DataType) else inner()
    return dtype


def mixed_as_in_one_file(frames: list[pl.DataFrame], *, is_sheet: bool) -> list[pl.DataFrame]:
    """Return the frames with texts in a column where their cells are of several kinds.

    Hidden columns keep what the cells are. Only in a sheet TRUE beside numbers is 1.
    """
    if len(frames) == 1:
        return frames
    shared = [name for name in frames[0].columns if not is_hidden(name)]
    schemas = [{name: _kind(frame[name], is_sheet=is_sheet) for name in shared} for frame in frames]
    mixed = {name for name in shared if len({kinds[name] for kinds in schemas} - {None}) > 1}
    marks = [
        (name, ending, dtype)
        for name in shared
        for ending, dtype in HIDDEN
        if name in mixed or any(name + ending in frame.columns for frame in frames)
    ]
    known = {name for kinds in schemas for name, kind in kinds.items() if kind} - mixed
    found = [
        frame.with_columns(
            *(_as_text(frame[name]) for name in mixed),
            *(pl.lit(None).alias(name) for name in known if kinds[name] is None),
            *(_marked(frame, *mark) for mark in marks),
        ).select(*shared, *(name + ending for name, ending, _ in marks))
        for frame, kinds in zip(frames, schemas, strict=True)
    ]
    return _days_alike(found, mixed)


def _kind(cells: pl.Series, *, is_sheet: bool) -> str | None:
    """Return what is alike in the cells of all files; None where there are no cells."""
    dtype = cells.dtype
    if cells.null_count() == cells.len():
        return None
    if dtype.is_nested():
        return "lists"
    if dtype == pl.Boolean:
        return "numbers" if is_sheet else "yes/no"
    if dtype.is_numeric():
        return "numbers"
    return "moments" if dtype in (pl.Date, pl.Datetime) else str(dtype)


def _as_text(cells: pl.Series) -> pl.Series:
    is_time = isinstance(cells.dtype, pl.Datetime)
    return cells.dt.strftime(_TIME) if is_time else cells.cast(pl.String)


def _marked(frame: pl.DataFrame, name: str, ending: str, dtype: pl.DataType) -> pl.Expr:
    """Return the numbers, or the dates and times, among the cells that one file has in a column."""
    if name + ending in frame.columns:
        return pl.col(name + ending)
    own = frame.schema[name]
    is_moment = own in (pl.Date, pl.Datetime)
    fits = (ending == NUMBERS and own.is_numeric()) or (ending == MOMENTS and is_moment)
    found = pl.col(name).cast(dtype) if fits else pl.lit(None, dtype=dtype)
    return found.alias(name + ending)


def _days_alike(frames: list[pl.DataFrame], mixed: set[str]) -> list[pl.DataFrame]:
    """Return the frames with the texts of dates as one sheet has them: days, or all with a time."""
    found = frames
    for name in mixed:
        moments = [frame[name + MOMENTS] for frame in frames]
        form = _DAY if all((one.dt.time() == time(0)).all() for one in moments) else _TIME
        found = [frame.with_columns(_moments_in(frame, name, form)) for frame in found]
    return found


def _moments_in(frame: pl.DataFrame, name: str, form: str) -> pl.Series:
    moments = frame[name + MOMENTS]
    texts = moments.dt.strftime(form)
    if form == _TIME and (moments.dt.millisecond() != 0).any():
        texts = pl.select(
            pl.when(moments.dt.millisecond() != 0)
            .then(moments.dt.strftime(f"{form}%.3f"))
            .otherwise(texts)
        ).to_series()
    return frame[name].zip_with(moments.is_null(), texts)


def exact(frames: list[pl.DataFrame], names: Sequence[str], place: str) -> list[pl.DataFrame]:
    """Return the frames with each column of one type, in which no number loses digits.

    `names` are those of the files. Raises DataError that names a file where there is none.
    """
    found = frames
    for column, types in _differing(frames):
        to = common_type(list(types))
        if any(may_round(dtype, to) for dtype in types):
            to = _exact_type(frames, column, to) or _refuse(frames, names, column, to, place)
        found = [frame.with_columns(pl.col(column).cast(to)) for frame in found]
    return found


def as_texts(frames: list[pl.DataFrame]) -> list[pl.DataFrame]:
    """Return the frames with texts in columns in which numbers could lose digits."""
    found = frames
    for column, types in _differing(frames):
        to = common_type(list(types))
        if to.is_float():
            found = [frame.with_columns(written(frame[column])) for frame in found]
    return found


def _differing(frames: list[pl.DataFrame]) -> Iterator[tuple[str, set[pl.DataType]]]:
    for name in frames[0].columns:
        types = {frame.schema[name] for frame in frames}
        if len(types) > 1:
            yield name, types


def _exact_type(frames: list[pl.DataFrame], column: str, to: pl.DataType) -> pl.DataType | None:
    """Return the type that holds the numbers of all files as they are: floats, or whole numbers."""
    if all(_is_kept(frame[column], to) for frame in frames):
        return to
    whole = [frame.schema[column] for frame in frames if frame.schema[column].is_integer()]
    wide = common_type(whole) if whole else to
    is_whole = wide.is_integer() and all(_is_kept(frame[column], wide) for frame in frames)
    return wide if is_whole else None


def _is_kept(cells: pl.Series, to: pl.DataType) -> bool:
    """Return whether cells are the same after a cast to a type and back."""
    if cells.dtype == to:
        return True
    back = cells.cast(to, strict=False).cast(cells.dtype, strict=False)
    return bool(back.eq_missing(cells).all())


def _refuse(
    frames: list[pl.DataFrame], names: Sequence[str], column: str, to: pl.DataType, place: str
) -> pl.DataType:
    """Raise DataError that says which cell of which file would lose digits beside which file."""
    cells = [frame[column] for frame in frames]
    at = next(i for i, one in enumerate(cells) if not _is_kept(one, to))
    beside = next(i for i, one in enumerate(cells) if _leaf(one.dtype).is_float())
    back = cells[at].cast(to, strict=False).cast(cells[at].dtype, strict=False)
    example = cells[at].filter(~back.eq_missing(cells[at]))[0]
    shown = example.to_list() if isinstance(example, pl.Series) else example
    reason = (
        f"`{names[beside]}` has {spoken(cells[beside].dtype)} in `{column}`, beside which `{shown}`"
        f" in `{names[at]}` would lose digits"
    )
    raise DataError((unreadable_data(reason, place, help=_HELP),))


def respelt(cells: pl.DataFrame) -> pl.DataFrame:
    """Return the cells, the numbers of mixed columns as all numbers are written in texts."""
    found = []
    for name in cells.columns:
        if name + NUMBERS in cells.columns and cells.schema[name] == pl.String:
            numbers = cells[name + NUMBERS]
            # the text of a long whole number is more exact than the number
            is_broken = numbers.is_not_null() & ~cells[name].str.contains(_WHOLE)
            texts = pl.DataFrame({"t": cells[name], "n": written(numbers), "is": is_broken})
            found.append(texts.select(pl.when("is").then("n").otherwise("t").alias(name)))
    return cells.with_columns(*(frame.to_series() for frame in found))
