"""The types that values have in rules."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a value is; the words are those of the catalog and of diagnostics."""

    TEXT = "text"
    NUMBER = "number"
    YESNO = "yes/no"
    DATE = "date"
    INSTANT = "instant"
    PLACE = "place"
    LIST = "list"
    WEEKDAY = "weekday"
    ERROR = "error"  # the type of what has been complained of already; fits everywhere


@dataclass(frozen=True, slots=True)
class Type:
    """A kind, and for a list the kind of its elements."""

    kind: Kind
    of: Kind | None = None

    def __str__(self) -> str:
        return f"list of {self.of}" if self.of else str(self.kind)

    @property
    def is_error(self) -> bool:
        """Whether a complaint has been made already, so that no further one is due."""
        return self.kind is Kind.ERROR

    @property
    def element(self) -> Type:
        """The type of a list's elements."""
        return Type(self.of) if self.of else ERROR


TEXT = Type(Kind.TEXT)
NUMBER = Type(Kind.NUMBER)
YESNO = Type(Kind.YESNO)
DATE = Type(Kind.DATE)
INSTANT = Type(Kind.INSTANT)
PLACE = Type(Kind.PLACE)
WEEKDAY = Type(Kind.WEEKDAY)
LIST_ANY = Type(Kind.LIST)
ERROR = Type(Kind.ERROR)


def list_of(kind: Kind) -> Type:
    """Return the type of lists of `kind`."""
    return Type(Kind.LIST, kind)


class Folding(StrEnum):
    """Which differences between texts a comparison passes over."""

    EXACT = "exactly"
    CASE = "ignoring case"
    ACCENTS = "ignoring accents"
    BOTH = "ignoring case and accents"
