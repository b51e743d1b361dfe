"""The files that an evaluation is made from, and those of others: no output replaces them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from segdsl.diagnostics.data_errors import cannot_write
from segdsl.engine.readers.paths import find_files
from segdsl.errors import DataError

if TYPE_CHECKING:
    from segdsl.catalog import Catalog
    from segdsl.semantics import Project

MANIFEST = "segdsl-run.json"


def originals(
    project: Project, catalog: Catalog, data: object, events: Iterable[object] = ()
) -> frozenset[Path]:
    """Return the files that rules, their lists, the catalog and the data are read from.

    Data that are no path have none. Those of events and lookups are the ones given and all that
    the catalog names.
    """
    own = (source.path for source in project.sources if source.path is not None)
    lists = (Path(path) for path, _ in project.lists)
    catalogs = (catalog.file,) if catalog.file is not None else ()
    given = (file for one in events if isinstance(one, (str, Path)) for file in _files(one, None))
    found = (*own, *lists, *catalogs, *given, *_data_files(catalog, data))
    return frozenset(path.absolute() for path in found)


def _data_files(catalog: Catalog, data: object) -> Iterator[Path]:
    if isinstance(data, (str, Path)):
        yield from _files(data, None)
    named = [table.source for table in (*catalog.events.values(), *catalog.lookups.values())]
    for source in (*named, catalog.customers.source if data is None else None):
        if source is not None:
            yield from _files(source, catalog.folder)


def _files(source: str | Path, folder: Path | None) -> tuple[Path, ...]:
    with suppress(DataError):  # a table that no rule reads need not be there
        return find_files(source, folder)
    return ()


def demand_other(targets: Iterable[Path], kept: Iterable[Path]) -> None:
    """Raise DataError if a file to be replaced is one of those that are kept."""
    found = _first_of(targets, kept)
    if found is not None:
        help = ("another name or folder keeps both",)
        raise DataError((cannot_write(str(found), "this run reads that file", help=help),))


def demand_kept(folder: Path, stale: Iterable[str], kept: Iterable[Path]) -> None:
    """Raise DataError if a file to be removed from a folder is one of those that are kept."""
    found = _first_of((folder / name for name in stale), kept)
    if found is not None:
        reason = f"`{found.name}` of an earlier run would be removed, and this run reads that file"
        raise DataError((cannot_write(str(folder), reason, help=("name another folder",)),))


def _first_of(paths: Iterable[Path], kept: Iterable[Path]) -> Path | None:
    """Return the first path that leads to a kept file: by a link, or in other letters, too."""
    files = {_identity(path) for path in kept} - {None}
    return next((path for path in paths if _identity(path) in files), None)


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return found.st_dev, found.st_ino


def demand_own(folder: Path, names: Sequence[str]) -> None:
    """Raise DataError if a folder has files of these names that no earlier run wrote there."""
    record = listed_before(folder)
    own = set(record or ()) | ({MANIFEST} if record is not None else set())
    foreign = [name for name in names if name not in own and os.path.lexists(folder / name)]
    if foreign:
        others = f" (and {len(foreign) - 1:,} more)" if len(foreign) > 1 else ""
        reason = f"a file of that name is there already, and no earlier run wrote it{others}"
        help = ("name another folder, or move what is there",)
        raise DataError((cannot_write(str(folder / foreign[0]), reason, help=help),))


def listed_before(folder: Path) -> tuple[str, ...] | None:
    """Return the files that an earlier run wrote into a folder, by its manifest.

    None where there is no manifest, or another program's file of this name.
    """
    try:
        record = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if record["format"] != "segdsl-run":
            return None
        return tuple(str(file["name"]) for file in record["files"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
