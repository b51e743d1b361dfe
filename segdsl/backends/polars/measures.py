"""What is measured of each event, as whole numbers that can be added or put in order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from segdsl.backends.polars.numbers import LARGEST_UNITS, decimals_of, size_of, without_zeros
from segdsl.diagnostics.data_errors import sum_too_large
from segdsl.errors import DataError

Whole: TypeAlias = npt.NDArray[np.int64]
Floats: TypeAlias = npt.NDArray[np.float64]
Decode: TypeAlias = Callable[[pl.Series], pl.Series]
Totals: TypeAlias = "pl.Series | list[int]"
"""Whole numbers, one for each customer: a list where Int128 may not hold them."""

MILLION = 1_000_000
_LARGEST = 1e12  # of a float that is summed
_INT64 = 2**63 - 1
_INT128 = 2**127 - 1
_FLOAT = 2**53  # whole numbers up to it are floats themselves
_SIGN = np.int64(_INT64)


@dataclass(frozen=True, slots=True)
class Units:
    """Numbers as whole multiples of a unit, Int64 or Int128: the part `1 / per_one` of one."""

    values: pl.Series
    per_one: int
    dtype: pl.DataType  # of the numbers
    beyond: pl.Series | None = None  # where a float is too large to be summed

    @staticmethod
    def of(values: pl.Series) -> Units:
        """Return numbers in units of their last digit, floats in millionths."""
        dtype = values.dtype
        if dtype.is_float():
            return _millionths(values)
        if isinstance(dtype, pl.Decimal):
            units, zeros = _narrow(values.to_physical(), dtype.scale)
            return Units(units, 10 ** (dtype.scale - zeros), dtype)
        return Units(_narrow(values)[0] if dtype == pl.Int128() else values, 1, dtype)

    def chosen(self, mask: pl.Series | None) -> pl.Series:
        """Return the units of the chosen events. Raises DataError for what cannot be summed."""
        if self.beyond is not None and _any(self.beyond, mask):
            raise DataError((sum_too_large(),))
        return self.values if mask is None else self.values.filter(mask)

    def number(self, totals: Totals) -> pl.Series:
        """Return sums of units as numbers. Raises DataError for more digits than there are."""
        if self.dtype.is_float():
            return pl.Series(quotients(totals, np.ones(len(totals), dtype=np.int64), MILLION))
        if isinstance(self.dtype, pl.Decimal):
            return _decimals(totals, len(str(self.per_one)) - 1, self.dtype.scale)
        if isinstance(totals, list):
            if max(map(abs, totals), default=0) > _INT128:
                raise DataError((sum_too_large(is_exact=True),))
            return pl.Series(totals, dtype=pl.Int128())
        return totals


def _any(beyond: pl.Series, mask: pl.Series | None) -> bool:
    return bool((beyond if mask is None else beyond & mask).any())


def _millionths(values: pl.Series) -> Units:
    value = pl.col("value")
    fits = value.abs() <= _LARGEST
    frame = pl.DataFrame({"value": values})
    units = frame.select((value * float(MILLION) + 0.5).floor().cast(pl.Int64, strict=False))
    largest = values.abs().max()
    is_fine = largest is None or float(str(largest)) <= _LARGEST
    beyond = None if is_fine else frame.select((~fits).fill_null(False)).to_series()
    return Units(units.to_series(), MILLION, values.dtype, beyond)


def _narrow(values: pl.Series, digits: int = 0) -> tuple[pl.Series, int]:
    """Return Int128 as Int64 if all values fit, and how many zeros at their ends were left out.

    At most so many digits are left out, and none unless that is what makes them fit.
    """
    largest = size_of(values)
    if largest < _INT64:
        return values.cast(pl.Int64), 0
    zeros = next((i for i in range(1, digits + 1) if largest // 10**i < _INT64), None)
    if zeros is None:
        return values, 0
    shorter = without_zeros(values, zeros)
    return (values, 0) if shorter is None else (shorter.cast(pl.Int64), zeros)


def _decimals(totals: Totals, digits: int, scale: int) -> pl.Series:
    """Return units of a decimal with so many digits after the point, at this scale if they fit."""
    if isinstance(totals, list):
        largest = max(map(abs, totals), default=0)
    else:
        largest = size_of(totals)
    if largest > LARGEST_UNITS:
        known = list(totals)
        while digits and largest > LARGEST_UNITS and not any((total or 0) % 10 for total in known):
            known = [None if total is None else total // 10 for total in known]
            digits, largest = digits - 1, largest // 10
        if largest > LARGEST_UNITS:
            raise DataError((sum_too_large(is_exact=True),))
        totals = known
    units = pl.Series(totals, dtype=pl.Int128()) if isinstance(totals, list) else totals
    fits = largest * 10 ** (scale - digits) <= LARGEST_UNITS
    return decimals_of(units, digits, scale if fits else digits)


def quotients(totals: Totals, counts: Whole, per_one: int) -> Floats:
    """Return total / (count × per_one) as the nearest floats, 0 where the count is 0.

    What are floats themselves are divided as such; Python divides larger whole numbers exactly.
    """
    found = np.zeros(len(counts), dtype=np.float64)
    if isinstance(totals, list) or int(counts.max(initial=0)) * per_one > _FLOAT:
        is_large = counts > 0
    else:
        is_small = totals.is_between(-_FLOAT, _FLOAT).to_numpy()
        shares = counts.astype(np.float64) * float(per_one)
        np.divide(totals.cast(pl.Float64).to_numpy(), shares, out=found, where=counts > 0)
        is_large = ~is_small & (counts > 0)
    large = np.flatnonzero(is_large)
    if len(large):
        some = [totals[i] for i in large] if isinstance(totals, list) else totals.gather(large)
        found[large] = _divided(list(some), counts[large].tolist(), per_one)
    return found


def _divided(totals: Sequence[int], counts: Sequence[int], per_one: int) -> list[float]:
    return [total / (count * per_one) for total, count in zip(totals, counts, strict=True)]


@dataclass(frozen=True, slots=True)
class Codes:
    """Values as whole numbers in the same order, all below the largest there is."""

    values: pl.Series  # the values themselves, or their codes already
    encode: Callable[[pl.Series], Whole]  # for known values
    decode: Decode  # of Int64, null for missing

    def chosen(self, mask: pl.Series | None, some: Whole | None = None) -> Whole:
        """Return the codes of the chosen events, or of some of them; their values are known."""
        values = self.values if mask is None else self.values.filter(mask)
        return self.encode(values if some is None else values.gather(some))


def codes_of(values: pl.Series) -> Codes:
    """Return the codes of a column's values."""
    dtype = values.dtype
    if dtype.is_float():
        return Codes(values, _ordered_bits, _floats_of_bits)
    if dtype == pl.Date():
        return Codes(values, whole, lambda codes: codes.cast(pl.Int32).cast(dtype))
    if dtype.is_temporal() or dtype == pl.Boolean():
        return Codes(values, whole, lambda codes: codes.cast(dtype))
    if dtype == pl.Int64() and values.max() != _INT64:
        return Codes(values, whole, lambda codes: codes)
    if isinstance(dtype, pl.Decimal):
        units = Units.of(values)
        if units.values.dtype == pl.Int64():
            return Codes(units.values, whole, units.number)
    if dtype == pl.String():
        texts = values.drop_nulls().unique()
        codes = values.replace_strict(texts, pl.int_range(len(texts), eager=True), default=None)
        return codes_of_texts(codes, texts)
    ranked = values.drop_nulls().unique().sort()
    return Codes(values.rank("dense") - 1, whole, ranked.gather)


def codes_of_texts(codes: pl.Series, texts: pl.Series) -> Codes:
    """Return the codes of texts of which each event has one's position in `texts`."""
    order = pl.DataFrame({"text": texts}).with_row_index("code").drop_nulls().sort("text")
    ranks = pl.repeat(None, len(texts), dtype=pl.Int64, eager=True)
    ranks = ranks.scatter(order["code"], pl.int_range(order.height, eager=True))
    sorted_texts = order["text"]
    return Codes(codes, lambda own: whole(ranks.gather(own)), sorted_texts.gather)


def whole(values: pl.Series) -> Whole:
    """Return dates, instants, yes/no or whole numbers, all known, as an array of numbers."""
    return values.to_physical().cast(pl.Int64).to_numpy()


def _ordered_bits(values: pl.Series) -> Whole:
    """Return floats as whole numbers in the same order; minus zero is zero."""
    bits = (values.to_numpy() + 0.0).view(np.int64)
    return bits ^ ((bits >> 63) & _SIGN)


def _floats_of_bits(codes: pl.Series) -> pl.Series:
    bits = codes.fill_null(0).to_numpy()
    found = pl.Series((bits ^ ((bits >> 63) & _SIGN)).view(np.float64))
    return found.set(codes.is_null(), None)
