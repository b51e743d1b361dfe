"""Numbers in Polars, exactly: which type holds what, comparisons, conversion to floats."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType

import polars as pl

from segdsl.plan.nodes import Relation, Scalar

DIGITS = 38  # of Polars' decimals
LARGEST_UNITS = 10**DIGITS - 1
_INT64 = (-(2**63), 2**63 - 1)
_BITS: Mapping[pl.DataType, int] = MappingProxyType(
    {
        pl.Int8(): 8,
        pl.Int16(): 16,
        pl.Int32(): 32,
        pl.Int128(): 128,
        pl.UInt8(): 8,
        pl.UInt16(): 16,
        pl.UInt32(): 32,
        pl.UInt128(): 128,
    }
)

RELATIONS: Mapping[Relation, Callable[[pl.Expr, pl.Expr], pl.Expr]] = {
    Relation.EQ: lambda a, b: a == b,
    Relation.NE: lambda a, b: a != b,
    Relation.LT: lambda a, b: a < b,
    Relation.LE: lambda a, b: a <= b,
    Relation.GT: lambda a, b: a > b,
    Relation.GE: lambda a, b: a >= b,
}
_HOLDS_FOR_SMALLER = (Relation.NE, Relation.LT, Relation.LE)
_HOLDS_FOR_LARGER = (Relation.NE, Relation.GT, Relation.GE)


def is_number(dtype: pl.DataType) -> bool:
    """Return whether the type is one of numbers."""
    return dtype.is_numeric()


def fixed_dtype(value: Scalar) -> pl.DataType | None:
    """Return the narrowest type that holds a constant number; None for other constants."""
    match value:
        case bool():
            return None
        case int():
            return pl.Int64() if _INT64[0] <= value <= _INT64[1] else pl.Int128()
        case float():
            return pl.Float64()
        case Decimal():
            return pl.Decimal(DIGITS, max(0, -_exponent(value)))
        case _:
            return None


def _exponent(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int)  # constants are finite
    return exponent


def _range_of(dtype: pl.DataType) -> tuple[int, int]:
    """Return the range of an exact type, in units of its last digit."""
    if isinstance(dtype, pl.Decimal):
        limit = 10 ** (dtype.precision or DIGITS)
        return 1 - limit, limit - 1
    size = 2 ** _BITS.get(dtype, 64)
    return (0, size - 1) if dtype.is_unsigned_integer() else (-size // 2, size // 2 - 1)


def _scale(dtype: pl.DataType) -> int:
    return dtype.scale if isinstance(dtype, pl.Decimal) else 0


def _in_units(units: int, dtype: pl.DataType) -> int | Decimal:
    """Return the value of an exact type that is a number of units of its last digit."""
    if not isinstance(dtype, pl.Decimal):
        return units
    digits = tuple(map(int, str(abs(units))))
    return Decimal((int(units < 0), digits, -dtype.scale))


def widest(dtype: pl.DataType) -> pl.DataType:
    """Return the type with the most digits that has the type's scale, for a decimal type."""
    return pl.Decimal(DIGITS, dtype.scale) if isinstance(dtype, pl.Decimal) else dtype


def _exact_literal(units: int, dtype: pl.DataType) -> pl.Expr:
    return pl.lit(_in_units(units, dtype), dtype=widest(dtype))


def _units(value: Scalar, dtype: pl.DataType) -> tuple[int, bool]:
    """Return the constant in units of the type's last digit, rounded down, and if it is exact."""
    assert isinstance(value, int | Decimal)
    numerator, denominator = value.as_integer_ratio()
    units, rest = divmod(numerator * 10 ** _scale(dtype), denominator)
    return units, not rest


def fitted(value: Scalar, dtype: pl.DataType) -> Scalar | None:
    """Return a constant number as a value of the type, or None if the type does not hold it.

    A float type holds floats only, an exact type none: they compare differently.
    """
    if dtype.is_float() or isinstance(value, float):
        return value if dtype.is_float() and isinstance(value, float) else None
    units, is_exact = _units(value, dtype)
    low, high = _range_of(dtype)
    return _in_units(units, dtype) if is_exact and low <= units <= high else None


def as_float_value(value: Scalar) -> float:
    """Return a constant number as the nearest float."""
    assert isinstance(value, int | float | Decimal)  # the checker has seen to numbers
    return float(value)


def common_number(dtypes: Sequence[pl.DataType]) -> pl.DataType | None:
    """Return a type that holds all values of the exact types, or None if there may be none."""
    if not all(is_number(dtype) and not dtype.is_float() for dtype in dtypes):
        return None
    scale = max(map(_scale, dtypes))
    if not any(isinstance(dtype, pl.Decimal) for dtype in dtypes):
        return pl.Int128() if pl.Int128() in dtypes else pl.Int64()
    digits = max(map(_whole_digits, dtypes))
    return pl.Decimal(DIGITS, scale) if digits + scale <= DIGITS else None


def joined(columns: Sequence[pl.Series]) -> pl.Series | None:
    """Return the first known of exact numbers, None if no type holds all of these.

    Unlike `common_number` it goes by the values: most columns have far fewer digits than they may.
    """
    parts = [_shortened(column) for column in columns]
    scale = max(digits for _, digits in parts)
    if any(size_of(units) * 10 ** (scale - digits) > LARGEST_UNITS for units, digits in parts):
        return None
    decimals = [decimals_of(units, digits, scale).alias("value") for units, digits in parts]
    found = decimals[0]
    for other in decimals[1:]:
        found = found.zip_with(found.is_not_null(), other)
    return found


def _shortened(column: pl.Series) -> tuple[pl.Series, int]:
    """Return exact numbers as units and how many digits these have after the point."""
    digits = _scale(column.dtype)
    units = column.to_physical().cast(pl.Int128)
    while digits and (shorter := without_zeros(units, 1)) is not None:
        units, digits = shorter, digits - 1
    return units, digits


def without_zeros(units: pl.Series, count: int) -> pl.Series | None:
    """Return Int128 numbers without so many zeros at their ends, None if one has fewer."""
    value, power = pl.col("value"), pl.lit(10**count, dtype=pl.Int128())
    frame = pl.DataFrame({"value": units})
    if frame.select((value % power != 0).any()).item():
        return None
    return frame.select(value // power).to_series()


def size_of(values: pl.Series) -> int:
    """Return the size of the largest of whole numbers, 0 without any."""
    low, high = values.min(), values.max()
    if low is None or high is None:
        return 0
    assert isinstance(low, int)
    assert isinstance(high, int)
    return max(-low, high)


def decimals_of(units: pl.Series, digits: int, scale: int) -> pl.Series:
    """Return units with so many digits after the point as decimals of a scale that holds them."""
    unit = pl.Series([f"1e-{digits}"]).str.to_decimal(scale=digits)
    numbers = units.cast(pl.Decimal(DIGITS, 0)) * unit
    return numbers if scale == digits else numbers.cast(pl.Decimal(DIGITS, scale))


def _whole_digits(dtype: pl.DataType) -> int:
    """Return how many digits an exact type has before the point."""
    return len(str(_range_of(dtype)[1])) - _scale(dtype)


def as_float(expr: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """Return numbers as the nearest floats."""
    if dtype.is_float():
        return expr
    if isinstance(dtype, pl.Decimal):
        return expr.map_batches(_floats, return_dtype=pl.Float64(), is_elementwise=True)
    return expr.cast(pl.Float64)


def _floats(decimals: pl.Series) -> pl.Series:
    """Return decimals as the nearest floats.

    Polars divides the units by a power of ten, which is exact to the last bit while both are
    floats themselves (below 2^53 and 10^22); larger ones go by their digits.
    """
    scale = _scale(decimals.dtype)
    limit = Decimal(2**53).scaleb(-scale)
    largest = decimals.abs().max()
    if scale <= 22 and (largest is None or Decimal(str(largest)) <= limit):
        return decimals.cast(pl.Float64)
    return decimals.cast(pl.String).cast(pl.Float64)


def compare_with_constant(
    relation: Relation, expr: pl.Expr, dtype: pl.DataType, value: Scalar
) -> pl.Expr:
    """Return the comparison of a number with a constant; null where the number is missing."""
    if dtype.is_float() or isinstance(value, float):
        return RELATIONS[relation](as_float(expr, dtype), pl.lit(as_float_value(value)))
    units, is_exact = _units(value, dtype)
    if not is_exact:
        # Between two values of the column: only the side matters.
        if relation in (Relation.EQ, Relation.NE):
            return _for_known(expr, relation is Relation.NE)
        relation = Relation.LE if relation in _HOLDS_FOR_SMALLER else Relation.GT
    low, high = _range_of(dtype)
    if units > high:
        return _for_known(expr, relation in _HOLDS_FOR_SMALLER)
    if units < low:
        return _for_known(expr, relation in _HOLDS_FOR_LARGER)
    return RELATIONS[relation](expr, _exact_literal(units, dtype))


def _for_known(expr: pl.Expr, answer: bool) -> pl.Expr:
    return expr.is_not_null() & pl.lit(answer)


def compare_columns(
    relation: Relation,
    left: pl.Expr,
    left_type: pl.DataType,
    right: pl.Expr,
    right_type: pl.DataType,
) -> pl.Expr:
    """Return the comparison of two columns of numbers; null where one is missing."""
    holds = RELATIONS[relation]
    if left_type == right_type:
        return holds(left, right)
    if left_type.is_float() or right_type.is_float():
        return holds(as_float(left, left_type), as_float(right, right_type))
    if not isinstance(left_type, pl.Decimal) and not isinstance(right_type, pl.Decimal):
        return holds(left.cast(pl.Int128), right.cast(pl.Int128))
    dtype = pl.Decimal(DIGITS, max(_scale(left_type), _scale(right_type)))
    finer_left, finer_right = left.cast(dtype, strict=False), right.cast(dtype, strict=False)
    # A number too large for the finer scale is beyond all of that scale: its sign decides.
    return (
        pl.when(left.is_null() | right.is_null())
        .then(None)
        .when(finer_left.is_null())
        .then(holds(_sign(left), pl.lit(0)))
        .when(finer_right.is_null())
        .then(holds(pl.lit(0), _sign(right)))
        .otherwise(holds(finer_left, finer_right))
    )


def _sign(expr: pl.Expr) -> pl.Expr:
    return pl.when(expr > 0).then(1).otherwise(-1)


def finite(floats: pl.Series) -> pl.Series:
    """Return floats, of which those that are not finite are missing."""
    # a sum is finite only if all of it is, and takes a fraction of the time
    if math.isfinite(floats.sum()) or floats.is_finite().all():
        return floats
    return floats.set(~floats.is_finite().fill_null(True), None)
