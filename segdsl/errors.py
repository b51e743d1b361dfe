"""The exceptions that segdsl raises."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from segdsl.diagnostics import Diagnostic


class SegdslError(Exception):
    """What every exception of segdsl derives from; `diagnostics` say what is wrong and where."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__(self.diagnostics)

    def __str__(self) -> str:
        return "\n".join(str(diagnostic) for diagnostic in self.diagnostics)


class CompileError(SegdslError):
    """The rules or the catalog are wrong."""


class DataError(SegdslError):
    """The customers' data cannot be read or do not fit the catalog."""


class UnsupportedError(SegdslError):
    """A backend cannot keep the meaning of a rule and refuses it."""


class InternalError(SegdslError):
    """A bug in segdsl itself."""
