"""Puts finished files under their names: written aside first, then renamed, so none is half."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeAlias

from segdsl.diagnostics.data_errors import cannot_write
from segdsl.errors import DataError

Make: TypeAlias = Callable[[Path], None]
"""Writes one file under the path that it is given."""

_ASIDE = ".segdsl-"
_DAY = 86_400  # seconds


def publish_text(path: Path, text: str) -> None:
    """Write a text file, wholly or not at all. Raises DataError."""
    publish_file(path, lambda aside: _write_text(aside, text))


def publish_file(path: Path, make: Make) -> None:
    """Write one file, wholly or not at all; the folders above it are made. Raises DataError."""
    with _as_data_errors(path):
        _publish_file(path.resolve(), make)


def _publish_file(target: Path, make: Make) -> None:
    with _aside(target.parent) as aside:
        made = aside / "file"
        _make(made, make)
        if target.exists():
            shutil.copymode(target, made)
        made.replace(target)
        _sync(target.parent)


def publish_folder(
    folder: Path,
    makes: Mapping[str, Make],
    *,
    manifest: tuple[str, str],
    stale: Iterable[str] = (),
) -> None:
    """Write the files of a folder; what else is in it stays, but for the `stale` files.

    All are complete before the first gets its name; a folder that is new appears as a whole. The
    manifest, a name and a text, is the last. Raises DataError.
    """
    with _as_data_errors(folder):
        target = folder.resolve()
        if target.exists() and not target.is_dir():
            raise DataError((cannot_write(str(folder), "it is a file, not a folder"),))
        _publish_folder(target, makes, manifest, stale)


def _publish_folder(
    target: Path, makes: Mapping[str, Make], manifest: tuple[str, str], stale: Iterable[str]
) -> None:
    is_new = not target.exists()
    name, text = manifest
    with _aside(target.parent if is_new else target) as aside:
        inner = aside / "files"
        inner.mkdir()
        for file, make in makes.items():
            _make(inner / file, make)
        _make(inner / name, lambda path: _write_text(path, text))
        _sync(inner)
        if is_new:
            inner.replace(target)
        else:
            _move_into(target, inner, makes, stale)
            (inner / name).replace(target / name)
        _sync(target)


def _move_into(target: Path, inner: Path, names: Iterable[str], stale: Iterable[str]) -> None:
    for name in names:
        (inner / name).replace(target / name)
    for name in stale:
        if Path(name).name == name:
            (target / name).unlink(missing_ok=True)


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _make(path: Path, make: Make) -> None:
    make(path)
    with path.open("r+b") as file:
        os.fsync(file.fileno())


@contextmanager
def _aside(folder: Path) -> Iterator[Path]:
    """Give a hidden folder on the same file system, removed at the end with what is left in it."""
    folder.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=_ASIDE, dir=folder))
    try:
        _sweep(folder, aside)
        yield aside
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _sweep(folder: Path, own: Path) -> None:
    """Remove what runs that were killed left behind; a day later none of them is still at work."""
    now = own.stat().st_mtime
    for left in folder.glob(f"{_ASIDE}*"):
        with suppress(OSError):
            if now - left.stat().st_mtime > _DAY:
                shutil.rmtree(left)


@contextmanager
def _as_data_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise DataError((cannot_write(str(path), reason),)) from None


def _sync(folder: Path) -> None:
    """Make renames last; not every system lets a folder be opened for that."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
