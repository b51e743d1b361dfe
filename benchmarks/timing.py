"""How a way is timed: what the fixture `timed` is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol


class Timed(Protocol):
    """Times work for so many rounds."""

    def __call__(
        self, group: str, work: Callable[..., Any], *given: object, rounds: int, warm: int = 0
    ) -> Any:
        """Return the result of the work; the first `warm` rounds do not count."""
