"""Which format a file is in, by its first bytes and its name."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

from segdsl.diagnostics.catalog_errors import unsupported
from segdsl.diagnostics.data_errors import empty_data, unknown_format, unreadable_data
from segdsl.engine.readers.encodings import BOM, MARKS, explain_wide
from segdsl.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path


class Format(StrEnum):
    """A format that data can be in."""

    CSV = "CSV"
    PARQUET = "Parquet"
    IPC = "Arrow IPC"
    IPC_STREAM = "Arrow IPC stream"
    JSON_LINES = "JSON Lines"
    EXCEL = "Excel"


_EXTENSIONS = (
    ("csv", Format.CSV), ("tsv", Format.CSV), ("tab", Format.CSV), ("psv", Format.CSV),
    ("txt", Format.CSV), ("parquet", Format.PARQUET), ("pq", Format.PARQUET),
    ("arrow", Format.IPC), ("feather", Format.IPC), ("ipc", Format.IPC), ("arrows", Format.IPC),
    ("jsonl", Format.JSON_LINES), ("ndjson", Format.JSON_LINES), ("xlsx", Format.EXCEL),
    ("xlsm", Format.EXCEL), ("xls", Format.EXCEL), ("xlsb", Format.EXCEL), ("ods", Format.EXCEL),
)  # fmt: skip
_DATABASES = ("duckdb", "ddb", "db", "sqlite", "sqlite3")
_URL = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]+://")
_HEAD = 65_536
_WIDE = ("utf-16", "utf-32")  # encodings whose texts have zero bytes


def by_extension(path: Path) -> Format | None:
    """Return the format that a file's name says it is in."""
    return dict(_EXTENSIONS).get(path.suffix.lower().removeprefix("."))


def is_url(source: str) -> bool:
    """Return whether a source is the address of something other than a file."""
    return _URL.match(source) is not None


def refuse_database(source: str) -> DataError:
    """Return the error that says that databases cannot be read yet."""
    return DataError(
        (
            unsupported(
                "databases and addresses cannot be read as data in this version",
                help=("a Parquet or CSV export of the table can be read",),
                place=source,
            ),
        )
    )


def recognise(path: Path, encoding: str | None = None) -> Format:
    """Return the format of a file, in `encoding` if it is text.

    Raises DataError when it is empty or in none that is known.
    """
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError as error:
        reason = f"the file cannot be read: {error.strerror or error}"
        raise DataError((unreadable_data(reason, str(path)),)) from None
    if not head and by_extension(path) is Format.JSON_LINES:
        return Format.JSON_LINES  # without a header, no line is needed
    if not head:
        raise DataError((empty_data(str(path)),))
    return _by_magic(path, head) or _by_name_and_text(path, head, encoding)


def _by_magic(path: Path, head: bytes) -> Format | None:
    if head.startswith(b"PAR1"):
        return Format.PARQUET
    if head.startswith(b"ARROW1"):
        return Format.IPC
    if head.startswith(b"\xff\xff\xff\xff") and by_extension(path) in (Format.IPC, None):
        return Format.IPC_STREAM
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return Format.EXCEL
    if head[8:12] == b"DUCK" or head.startswith(b"SQLite format 3"):
        raise refuse_database(str(path))
    return None


def _by_name_and_text(path: Path, head: bytes, encoding: str | None) -> Format:
    named = by_extension(path)
    if named in (Format.PARQUET, Format.IPC, Format.EXCEL):
        raise DataError((unreadable_data(f"the file is not in the format {named}", str(path)),))
    if path.suffix.lower().removeprefix(".") in _DATABASES:
        raise refuse_database(str(path))
    is_wide = (encoding or "").startswith(_WIDE) or head.startswith(MARKS)
    if b"\x00" in head and not is_wide:
        unknown = unknown_format("it holds bytes that are no text", str(path))
        raise explain_wide(head, str(path)) or DataError((unknown,))
    if named is not None:
        return named
    start = head.decode(encoding or "utf-8", errors="replace").removeprefix(BOM).lstrip()
    if start.startswith("["):
        reason = "it is one JSON array; JSON Lines has one object on each line"
        raise DataError((unknown_format(reason, str(path)),))
    return Format.JSON_LINES if start.startswith("{") else Format.CSV
