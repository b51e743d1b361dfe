"""Complaints about single profiles, and what is kept to match them (SG5)."""

from __future__ import annotations

from collections.abc import Sequence

from segdsl.diagnostics import codes
from segdsl.diagnostics.diagnostic import Diagnostic


def unreadable_profile(reason: str, place: str, *, help: Sequence[str] = ()) -> Diagnostic:
    """SG518: a profile, or an event of it, is no JSON object whose values fit their fields."""
    return Diagnostic(codes.UNREADABLE_PROFILE, reason, help=tuple(help), place=place)


def unreadable_thresholds(reason: str, place: str) -> Diagnostic:
    """SG519: a file of thresholds is not there, damaged, or of another version."""
    return Diagnostic(
        codes.UNREADABLE_THRESHOLDS,
        f"the thresholds cannot be read: {reason}",
        help=("`segdsl run` writes them with `--thresholds FILE`",),
        place=place,
    )
