"""Hidden columns beside those that rules read: what the cells of a column are, not how spelt."""

from __future__ import annotations

import polars as pl

NUMBERS = "\x00numbers"
"""Ends the name of a hidden column: the numbers among the cells of a mixed one."""
MOMENTS = "\x00moments"
"""Ends the name of a hidden column: the dates and times among the cells of a mixed one."""
FAILURES = "\x00failures"
"""Ends the name of a hidden column: what stands in cells whose formulas failed, as `#N/A`."""
HIDDEN: tuple[tuple[str, pl.DataType], ...] = (
    (NUMBERS, pl.Float64()),
    (MOMENTS, pl.Datetime("ms")),
    (FAILURES, pl.String()),
)


def is_hidden(column: str) -> bool:
    """Return whether a column only says what the cells of another one are."""
    return any(column.endswith(ending) for ending, _ in HIDDEN)
