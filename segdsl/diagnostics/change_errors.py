"""Complaints about an earlier evaluation, and about what has changed since (SG54)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segdsl.diagnostics import codes
from segdsl.diagnostics.diagnostic import Diagnostic
from segdsl.diagnostics.wording import listed, near_help

if TYPE_CHECKING:
    from collections.abc import Sequence

_WRITTEN = "an earlier run is what `segdsl run --out` wrote: a file, or a folder with its record"
_FEW = 5


def bad_previous(reason: str, place: str, *, help: Sequence[str] = ()) -> Diagnostic:
    """SG541: what is given as an earlier run cannot be read as one."""
    return Diagnostic(codes.BAD_PREVIOUS, reason, help=tuple(help) or (_WRITTEN,), place=place)


def no_audience_known(
    segments: Sequence[str], place: str, columns: Sequence[str] = ()
) -> Diagnostic:
    """SG541: what is given as an earlier run knows none of the audiences."""
    near = near_help(segments[0], columns, "column")
    form = "a wide file has a yes/no column for each audience, a long one a column `segment`"
    reason = f"it holds nothing of the audiences of these rules ({_few(segments)})"
    return bad_previous(reason, place, help=(*near, form, _WRITTEN))


def not_known_before(segments: Sequence[str], place: str) -> Diagnostic:
    """SG542: audiences of which an earlier run holds nothing."""
    its = "its customers" if len(segments) == 1 else "their customers"
    return Diagnostic(
        codes.NOT_KNOWN_BEFORE,
        f"the earlier run holds nothing of {_few(segments)}: all {its} count as entered",
        place=place,
    )


def bad_change(reason: str, place: str, *, help: Sequence[str] = ()) -> Diagnostic:
    """SG543: rows that are said to have changed do not go with those that were evaluated."""
    return Diagnostic(codes.BAD_CHANGE, reason, help=tuple(help), place=place)


def other_key_type(key: str, found: str, known: str) -> Diagnostic:
    """SG543: the keys of changed customers are of another type than those that were evaluated."""
    return bad_change(
        f"the key `{key}` is {found} there, and {known} in the customers that were evaluated",
        "the changed customers",
        help=("the key of changed customers has the type that it has in the data",),
    )


def changed_and_gone(key: str, example: object) -> Diagnostic:
    """SG543: a customer is said to have changed and to be gone."""
    return bad_change(
        f"the customer whose `{key}` is `{example}` has changed and is gone",
        "the changed customers",
        help=("each customer is either among those that changed or among those that are gone",),
    )


def gone_unknown(key: str, count: int, example: object) -> Diagnostic:
    """SG546: keys of customers who are said to be gone, but are not there."""
    who = "1 customer who is" if count == 1 else f"{count:,} customers who are"
    were = "was" if count == 1 else "were"
    return Diagnostic(
        codes.GONE_UNKNOWN,
        f"{who} said to be gone {were} not there, such as the one whose `{key}` is `{example}`",
        place="the keys gone",
    )


def data_changed(place: str) -> Diagnostic:
    """SG544: data that have to be read again are not those that were evaluated."""
    return Diagnostic(
        codes.DATA_CHANGED,
        "the data are no longer those that were evaluated, and have to be read again",
        help=("`evaluate` goes by the data as they are now",),
        place=place,
    )


def all_evaluated(reason: str) -> Diagnostic:
    """SG545: all customers are evaluated again, for a reason."""
    return Diagnostic(
        codes.ALL_EVALUATED,
        f"all customers are evaluated again: {reason}",
        help=("for that the data of the first evaluation are read again",),
    )


def _few(names: Sequence[str]) -> str:
    more = len(names) - _FEW
    if more <= 0:
        return listed(names, "and")
    return f"{', '.join(map(_quoted, names[:_FEW]))} and {more:,} more"


def _quoted(name: str) -> str:
    return f"`{name}`"
