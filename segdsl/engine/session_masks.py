"""The masks that a session keeps: those used last, as many as its memory holds."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock

from segdsl.backends.masks.words import Words


class MaskStore:
    """Masks by the digests of their conditions; those that were not used for longest go first.

    A mask that is out of the store lives on where it is in use: none is ever written to again.
    """

    def __init__(self, memory: int) -> None:
        self.memory = memory
        self._masks: OrderedDict[bytes, Words] = OrderedDict()
        self._size = 0
        self._lock = Lock()

    def get(self, digest: bytes) -> Words | None:
        """Return a mask that is kept, None if it is not."""
        with self._lock:
            found = self._masks.get(digest)
            if found is not None:
                self._masks.move_to_end(digest)
            return found

    def put(self, found: Mapping[bytes, Words]) -> None:
        """Keep masks."""
        with self._lock:
            for digest, words in found.items():
                if digest not in self._masks and words.nbytes <= self.memory:
                    self._masks[digest] = words
                    self._size += words.nbytes
            while self._size > self.memory:
                _, oldest = self._masks.popitem(last=False)
                self._size -= oldest.nbytes

    @property
    def size(self) -> int:
        """The bytes of the masks."""
        return self._size

    def __len__(self) -> int:
        return len(self._masks)
