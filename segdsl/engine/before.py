"""The evaluation before: what changes are told from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from segdsl.diagnostics.change_errors import bad_previous, not_known_before
from segdsl.engine.cells.spoken import spoken
from segdsl.engine.earlier import Earlier
from segdsl.engine.membership import Membership
from segdsl.engine.rolls import Changes, Roll
from segdsl.errors import DataError

_NAME = "the previous membership"


@dataclass(frozen=True, slots=True)
class Before:
    """An earlier membership, or what a run wrote."""

    source: Membership | Earlier

    @staticmethod
    def of(previous: Membership | str | Path) -> Before:
        """Return what stands for an earlier evaluation, opened. Raises DataError and TypeError."""
        match previous:
            case Membership() if previous.masks.kept or not previous.segments:
                return Before(previous)
            case str() | Path():
                return Before(Earlier.at(previous))
            case _:
                kind = type(previous).__name__
                raise TypeError(f"previous is a membership or a path of one, not {kind}")

    def compared(self, membership: Membership) -> Membership:
        """Return a membership with its changes since. Raises DataError for keys of another type."""
        now = Roll(membership.customers[membership.key], membership.masks)
        source = self.source
        if isinstance(source, Membership):
            place, files = _NAME, frozenset[Path]()
            roll = _roll(source, now, membership.key)
        else:
            place, files = source.place, frozenset(source.files)
            roll = source.roll(membership.key, now.keys, membership.segments)
        found = Changes(membership.key, roll, now, membership.originals | files)
        notices = (not_known_before(found.unknown, place),) if found.unknown else ()
        return replace(membership, since=found, notices=(*membership.notices, *notices))


def _roll(before: Membership, now: Roll, key: str) -> Roll:
    keys = before.customers[before.key]
    is_other = keys.dtype.is_integer() != now.keys.dtype.is_integer()
    if is_other and len(keys) and len(now.keys):
        held = f"{spoken(keys.dtype)} there, and now {spoken(now.keys.dtype)}"
        help = ("the customers of both evaluations need keys of one type: numbers, or texts",)
        raise DataError((bad_previous(f"the key `{key}` is {held}", _NAME, help=help),))
    return Roll(keys, before.masks)
