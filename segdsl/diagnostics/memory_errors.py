"""Diagnostics about a budget of memory (SG531, SG532)."""

from __future__ import annotations

from collections.abc import Sequence

from segdsl.diagnostics import codes
from segdsl.diagnostics.diagnostic import Diagnostic
from segdsl.diagnostics.toml import toml_text


def over_budget(memory: str, needed: str, columns: Sequence[str], place: str) -> Diagnostic:
    """SG531: what is in memory at once takes more than was allowed; `columns` are read whole."""
    why = f": {_named(columns)} cannot be read in batches" if columns else ""
    return Diagnostic(
        codes.OVER_BUDGET,
        f"{memory} of memory are not enough for these rules and data, which take about"
        f" {needed}{why}",
        help=(
            f"`--memory {needed}` (or `memory={toml_text(needed)}`) allows it",
            "columns of Parquet and Arrow files are read in batches unless ranks, events, traits,"
            " samples or `--columns` need them whole; the row groups of a file are to be small",
        ),
        place=place,
    )


def read_whole(columns: Sequence[str], is_events: bool, needed: str, place: str) -> Diagnostic:
    """SG532: `columns`, or events, are in memory as a whole, although memory is bounded."""
    what = [_named(columns)] if columns else []
    what += ["events"] if is_events else []
    is_one = len(columns) == 1 and not is_events
    return Diagnostic(
        codes.READ_WHOLE,
        f"{' and '.join(what)} {'is' if is_one else 'are'} read whole, which takes about {needed}"
        " of the memory",
        help=(
            "columns of Parquet and Arrow files are read in batches unless ranks, events, traits,"
            " samples or `--columns` need them whole",
        ),
        place=place,
    )


def _named(columns: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in columns[:5]) + (" …" if len(columns) > 5 else "")
