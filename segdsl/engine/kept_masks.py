"""Where the masks of an evaluation are kept that are more than its memory."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from segdsl.backends.masks.rows import Tables
from segdsl.backends.masks.spill import Spill
from segdsl.diagnostics.data_errors import cannot_write
from segdsl.errors import DataError


def kept_on_disk() -> list[Tables] | Spill:
    """Return what keeps tables in a temporary file. Raises DataError."""
    with _as_data_errors():
        return Spill()


def keep(tables: list[Tables] | Spill, table: Tables) -> None:
    """Keep one more table. Raises DataError where it does not fit onto the disk."""
    with _as_data_errors():
        tables.append(table)


@contextmanager
def _as_data_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        help = (
            "it is for masks that are more than the memory of the run; the environment variable"
            " `TMPDIR` names a folder with more room, and `segdsl count` keeps no masks",
        )
        complaint = cannot_write(f"{tempfile.gettempdir()}/…", reason, help=help)
        raise DataError((complaint,)) from None
