"""The builders of the tree by the names that rules have in the grammar."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from segdsl.syntax.build_behaviour import BEHAVIOUR
from segdsl.syntax.build_conditions import CONDITIONS
from segdsl.syntax.build_declarations import DECLARATIONS
from segdsl.syntax.build_values import VALUES


def _reserved(_: object) -> None:
    """Build nothing: the rule is a list for the lexer and never read from."""


BUILDERS: Mapping[str, Callable[..., object]] = MappingProxyType(
    {**DECLARATIONS, **CONDITIONS, **VALUES, **BEHAVIOUR, "reserved": _reserved}
)
