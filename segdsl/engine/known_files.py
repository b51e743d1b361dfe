"""What files were found to be, remembered while they are the same."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from stat import S_ISREG
from threading import Lock
from typing import TypeAlias

_MOST_FILES = 256
_MOST_FACTS = 1 << 12  # about the files of one data set
_FRESH = 2 * 10**9  # nanoseconds that the clock of a file system may take for one moment


@dataclass(frozen=True, slots=True)
class FileState:
    """By which a file is told from a later one at its path."""

    path: Path
    device: int
    inode: int
    size: int
    written: int
    changed: int

    @staticmethod
    def of(path: Path) -> FileState | None:
        """Return the state of a file; None where a later one might look the same.

        So it is for what is no file, and for one that was written less than two seconds ago: its
        clock may not tell a second time of writing from the first.
        """
        try:
            found = path.stat()
        except (OSError, ValueError):
            return None
        if not S_ISREG(found.st_mode) or found.st_mtime_ns > time.time_ns() - _FRESH:
            return None
        moments = found.st_mtime_ns, found.st_ctime_ns
        return FileState(path.absolute(), found.st_dev, found.st_ino, found.st_size, *moments)


Files: TypeAlias = tuple[FileState, ...]
"""The files of one table, in their order."""


@dataclass(frozen=True, slots=True)
class Known:
    """How many rows files have together, and the facts that were found to hold for them."""

    height: int
    facts: frozenset[Hashable] = frozenset()


class KnownFiles:
    """What was found of the files that were read last; several threads may use it."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._known: OrderedDict[Files, Known] = OrderedDict()
        self._lock = Lock()

    def of(self, files: Files) -> Known | None:
        """Return what is known of files in this state."""
        with self._lock:
            if files in self._known:
                self._known.move_to_end(files)
            return self._known.get(files)

    def learn(self, files: Files, height: int, facts: Iterable[Hashable]) -> None:
        """Remember how many rows files have, and facts about them beside those known before."""
        if not files or len(files) > _MOST_FILES:
            return
        new = frozenset(facts)
        with self._lock:
            old = self._known.pop(files, None)
            if old is not None and old.height == height:
                both = new | old.facts
                new = both if len(both) <= _MOST_FACTS else new
            self._known[files] = Known(height, new)
            while sum(map(len, self._known)) > _MOST_FILES:
                self._known.popitem(last=False)

    def forget(self) -> None:
        """Know nothing any more."""
        with self._lock:
            self._known.clear()


@lru_cache(maxsize=1)
def known_files() -> KnownFiles:
    """Return what this process remembers, whichever rules it evaluates."""
    return KnownFiles()
