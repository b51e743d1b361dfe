"""Writes audiences to files of every format, wide, long or one file an audience."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

import polars as pl

from segdsl.diagnostics.data_errors import cannot_write
from segdsl.engine.cell_forms import FormatError, flat, standard, with_floats
from segdsl.engine.excel_cells import on_the_clock, write_excel
from segdsl.engine.layouts import PIECE
from segdsl.engine.originals import (
    MANIFEST,
    demand_kept,
    demand_other,
    demand_own,
    listed_before,
)
from segdsl.engine.outputs import LONG, WIDE, Destination, Output, file_names
from segdsl.engine.publish import Make, publish_file, publish_folder
from segdsl.engine.streamed_files import write_pieces
from segdsl.engine.versions import versions
from segdsl.errors import DataError

if TYPE_CHECKING:
    from segdsl.engine.membership import Membership
    from segdsl.engine.rolls import Changes

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


def write_changes(changes: Changes, where: Destination) -> Path:
    """Return the file that who entered and who left is written to, whole or not at all.

    Raises DataError for what cannot be written, a file that was read among it; ValueError for a
    folder.
    """
    if where.is_folder:
        raise ValueError(f"`{where.path}` is a folder; changes are one file, such as changes.csv")
    demand_other((where.path,), changes.originals)
    make = partial(_write, changes.frame(), output=where.output)
    publish_file(where.path, _counting(make, where.path, 0, 1, None))
    return where.path


def _frames(
    membership: Membership, where: Destination, columns: Sequence[str] | None, traits: bool
) -> Iterator[tuple[str, Make]]:
    """Yield each file's name and how it is made; a frame is made when its file is."""
    clocks = tuple(membership.traits) if traits and where.output is Output.EXCEL else ()
    match where.layout:
        case "wide" | "long":
            name = WIDE if where.layout == "wide" else LONG
            in_pieces = membership.segments and membership.base > PIECE  # masks say how many
            if in_pieces and where.output is not Output.EXCEL:
                pieces = membership.pieces(where.layout, columns=columns, traits=traits)
                yield name, partial(write_pieces, pieces, where.layout, output=where.output)
                return
            frame = membership.frame(where.layout, columns=columns, traits=traits)
            yield name, partial(_write, on_the_clock(frame, clocks), output=where.output)
        case "files":
            people = on_the_clock(membership.people(columns, traits=traits), clocks)
            for name in membership.segments:
                yield name, partial(_write_part, membership, name, people, output=where.output)
        case _:
            assert_never(where.layout)


def _write_part(
    membership: Membership, name: str, people: pl.DataFrame, path: Path, *, output: Output
) -> None:
    _write(people.filter(membership.ordered_mask(name)), path, output=output)


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
        except FormatError as error:
            raise DataError((cannot_write(str(path), str(error)),)) from None
        if on_step:
            on_step(done + 1, total)

    return counted


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
            flat(frame).write_csv(path)
        case Output.TSV:
            flat(frame).write_csv(path, separator="\t")
        case Output.PARQUET:
            standard(frame).write_parquet(path)
        case Output.ARROW:
            standard(frame).write_ipc(path)
        case Output.JSON_LINES:
            with_floats(frame).write_ndjson(path)
        case Output.EXCEL:
            write_excel(frame, path)
        case _:
            assert_never(output)
