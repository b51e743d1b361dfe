"""Files of many customers, written some customers at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import polars as pl
from polars.io.plugins import register_io_source

from segdsl.engine.cell_forms import flat, standard, with_floats
from segdsl.engine.layouts import Pieces, long, wide
from segdsl.engine.outputs import Layout, Output
from segdsl.engine.parquet import ParquetWriter
from segdsl.engine.processors import processors

_Form = Callable[[pl.DataFrame], pl.DataFrame]


def write_pieces(pieces: Pieces, layout: Layout, path: Path, *, output: Output) -> None:
    """Write pieces, at least one, to a file that is not a workbook.

    Raises FormatError for what is beyond the format.
    """
    match output:
        case Output.PARQUET if layout == "wide":
            _write_parquet(pieces, path)
        case Output.PARQUET:
            _source(pieces, layout, standard).sink_parquet(path)
        case Output.ARROW:
            _source(pieces, layout, standard).sink_ipc(path)
        case Output.JSON_LINES:
            numbers = Pieces(with_floats(pieces.people), pieces.rows)
            _append(_frames(numbers, layout), path, lambda frame, file: frame.write_ndjson(file))
        case _:
            _write_csv(pieces, layout, path, "\t" if output is Output.TSV else ",")


def _frames(pieces: Pieces, layout: Layout) -> Iterator[pl.DataFrame]:
    laid_out = wide if layout == "wide" else long
    return (laid_out(people, masks) for people, masks in pieces.masks())


def _write_parquet(pieces: Pieces, path: Path) -> None:
    people = Pieces(standard(pieces.people), pieces.rows)
    threads = processors()
    with path.open("wb", buffering=0) as file:
        writer = ParquetWriter(file, wide(*people.nobody), people.names)
        writer.write(people.groups(), threads, threads + 1)


def _source(pieces: Pieces, layout: Layout, form: _Form) -> pl.LazyFrame:
    """Return the frames as a lazy frame that makes one after the other."""

    def frames(
        names: list[str] | None, condition: pl.Expr | None, rows: int | None, size: int | None
    ) -> Iterator[pl.DataFrame]:
        del names, condition, rows, size  # all is written, and sizes are but wishes
        return (form(frame) for frame in _frames(pieces, layout))

    head = form((wide if layout == "wide" else long)(*pieces.nobody))
    return register_io_source(frames, schema=head.schema)


def _write_csv(pieces: Pieces, layout: Layout, path: Path, separator: str) -> None:
    def write(frame: pl.DataFrame, file: BinaryIO) -> None:
        flat(frame).write_csv(file, separator=separator, include_header=not file.tell())

    _append(_frames(pieces, layout), path, write)


def _append(
    frames: Iterator[pl.DataFrame], path: Path, write: Callable[[pl.DataFrame, BinaryIO], object]
) -> None:
    with path.open("wb") as file:
        for frame in frames:
            write(frame, file)
            file.flush()
