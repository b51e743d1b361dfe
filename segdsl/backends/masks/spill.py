"""Masks in a temporary file without a name: they take room on the disk instead of in memory."""

from __future__ import annotations

import errno
import mmap
import os
import tempfile
from collections.abc import Callable, Sequence
from typing import IO, Any, overload

import numpy as np

from segdsl.backends.masks.rows import Tables


def write_whole(file: IO[bytes], data: bytes | memoryview) -> None:
    """Write all bytes to a file without a buffer, which may take some at a time. Raises OSError."""
    left = memoryview(data)
    while left:
        written = file.write(left)
        if not written:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        left = left[written:]


class Spill(Sequence[Tables]):
    """Tables in a file, each of which is in memory as long as something reads it.

    The file is gone when nothing has it any more, also if the process is killed.
    """

    def __init__(self) -> None:
        """Make the file. Raises OSError."""
        self._file: IO[bytes] = tempfile.TemporaryFile(  # noqa: SIM115 - it lives as long as this
            prefix="segdsl-", buffering=0
        )
        self._places: list[tuple[int, tuple[int, ...]]] = []
        self._end = 0

    def append(self, table: Tables) -> None:
        """Write a table behind the others. Raises OSError, for a full disk too."""
        data = np.ascontiguousarray(table).reshape(-1).view(np.uint8).data
        write_whole(self._file, data)
        self._places.append((self._end, table.shape))
        end = self._end + len(data)
        self._end = -(-end // mmap.ALLOCATIONGRANULARITY) * mmap.ALLOCATIONGRANULARITY
        self._file.seek(self._end)

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, index: int) -> Tables: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Tables]: ...

    def __getitem__(self, index: int | slice) -> Tables | Sequence[Tables]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        begin, shape = self._places[index]
        size = 8 * int(np.prod(shape))
        if not size:
            return np.empty(shape, np.uint64)
        seen = mmap.mmap(self._file.fileno(), size, offset=begin, access=mmap.ACCESS_READ)
        return np.frombuffer(seen, np.uint64).reshape(shape)

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        """Return what is pickled: the tables themselves."""
        return list, ([np.array(table) for table in self],)
