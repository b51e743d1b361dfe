"""How audiences overlap, as a table: numbers of customers, or what is reckoned from them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import numpy.typing as npt
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence

Measure = Literal["customers", "share", "jaccard", "lift"]
_Table = npt.NDArray[np.int64]


def demand_measure(measure: str) -> None:
    """Raise ValueError unless it is a measure."""
    if measure not in get_args(Measure):
        known = ", ".join(map(repr, get_args(Measure)))
        raise ValueError(f"the measure is one of {known}, not {measure!r}")


def overlap_of(
    both: int, one: int, other: int, customers: int, measure: Measure
) -> int | float | None:
    """Return the measure of two audiences of so many customers, `both` of them in common."""
    sizes = np.array([[one, both], [both, other]], np.int64)
    value: int | float | None = overlap_table(("one", "other"), sizes, customers, measure)["other"][
        0
    ]
    return value


def overlap_table(
    names: Sequence[str], both: _Table, customers: int, measure: Measure
) -> pl.DataFrame:
    """Return a row and a column an audience; `both` are the customers that two have in common.

    `share`: which part of the row's audience is in the column's; `jaccard`: which part of those in
    one of the two is in both; `lift`: how often as many are in both as would be by chance. Missing
    where that is divided by nobody.
    """
    columns = [pl.Series(name, both[:, i]) for i, name in enumerate(names)]
    if measure != "customers":
        sizes = both.diagonal().astype(np.float64)
        under = _under(measure, both, sizes)
        over = both * float(customers) if measure == "lift" else both.astype(np.float64)
        with np.errstate(divide="ignore", invalid="ignore"):
            found = over / under
        columns = [pl.Series(name, found[:, i], nan_to_null=True) for i, name in enumerate(names)]
    return pl.DataFrame([pl.Series("segment", names, dtype=pl.String), *columns])


def _under(
    measure: Measure, both: _Table, sizes: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return what the customers in both are divided by."""
    rows, columns = sizes[:, None], sizes[None, :]
    match measure:
        case "share":
            return np.broadcast_to(rows, both.shape)
        case "jaccard":
            return rows + columns - both
        case _:
            return rows * columns
