"""The files that a source names: one file, a folder, or a pattern."""

from __future__ import annotations

from collections.abc import Iterable
from glob import glob, has_magic
from pathlib import Path

from segdsl.diagnostics.data_errors import unreadable_data
from segdsl.diagnostics.wording import near_help
from segdsl.engine.readers.formats import by_extension, is_url, refuse_database
from segdsl.errors import DataError

_ABSENT = "there is no such file"


def find_files(source: str | Path, folder: Path | None = None) -> tuple[Path, ...]:
    """Return the files that a source names, in the order of their names.

    Raises DataError when there is none, or when the source is a database.
    """
    if isinstance(source, str) and is_url(source):
        raise refuse_database(source)
    start = folder or Path()
    path = start / source
    if why_missing(path) is not None and str(source).startswith("~/"):
        path = start / _at_home(Path(source))
    reason = why_missing(path)
    if reason is None and path.is_dir():
        return _in_folder(path)
    if reason is None and path.is_file():
        return (path,)
    if has_magic(str(source)):
        return _fitting(str(source), start, str(path))
    raise _missing(path, reason or "it is neither a file nor a folder")


def demand_files(data: Iterable[object]) -> None:
    """Raise DataError for data that are not there: a path or a pattern without a file.

    Nothing is read, of data of any other kind neither.
    """
    for one in data:
        if isinstance(one, str | Path):
            find_files(one)


def why_missing(path: Path) -> str | None:
    """Return why nothing can be found at a path, None if something is there."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return _ABSENT
    except (OSError, ValueError) as error:  # a name that is too long, a closed folder
        return (getattr(error, "strerror", None) or str(error)).lower()
    return None


def _at_home(path: Path) -> Path:
    try:
        return path.expanduser()
    except RuntimeError:  # nobody's home: a tilde like any letter
        return path


def _fitting(pattern: str, start: Path, place: str) -> tuple[Path, ...]:
    """Return the files that fit a pattern; the folder from which it starts is none."""
    # not Path.glob: absolute patterns too
    found = sorted(start / name for name in glob(pattern, root_dir=start, recursive=True))  # noqa: PTH207
    files = tuple(file for file in found if file.is_file())
    if files:
        return files
    raise DataError((unreadable_data("no file fits the pattern", place),))


def _in_folder(folder: Path) -> tuple[Path, ...]:
    """Return the data files of a folder; hidden files and marks like `_SUCCESS` are none."""
    files = sorted(
        file for file in folder.iterdir() if file.is_file() and not file.name.startswith((".", "_"))
    )
    known = tuple(file for file in files if by_extension(file) is not None)
    if not known and not files:
        raise DataError((unreadable_data("the folder has no data files", str(folder)),))
    formats = sorted({str(by_extension(file)) for file in known})
    if len(formats) > 1:
        reason = f"the folder has files of several formats: {', '.join(formats)}"
        help = (f"a pattern names those of one format: `{folder / '*.csv'}`",)
        raise DataError((unreadable_data(reason, str(folder), help=help),))
    return known or tuple(files)


def _missing(path: Path, reason: str) -> DataError:
    if reason != _ABSENT:
        return DataError((unreadable_data(f"the data cannot be read: {reason}", str(path)),))
    try:
        names = [file.name for file in path.parent.iterdir()]
    except OSError:
        names = []
    near = near_help(path.name, names, "file") if names else ()
    return DataError((unreadable_data(reason, str(path), help=near),))
