"""Polars' memory as NumPy sees it, and the other way round, by Arrow's C data interface.

Nothing is copied here: what sees memory keeps alive what it belongs to.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

Bytes = npt.NDArray[np.uint8]
Words = npt.NDArray[np.uint64]
_SCHEMA, _ARRAY, _STREAM = b"arrow_schema", b"arrow_array", b"arrow_array_stream"
_BOOLEAN, _VIEWS, _FLOAT, _WHOLE = b"b", b"vu", b"g", b"l"  # how Arrow names the types

_NO_BYTES = np.empty(0, np.uint8)

_RELEASE = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
_GET = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)


class _Schema(ctypes.Structure):
    """ArrowSchema."""

    _fields_ = (
        ("format", ctypes.c_char_p),
        ("name", ctypes.c_char_p),
        ("metadata", ctypes.c_char_p),
        ("flags", ctypes.c_int64),
        ("n_children", ctypes.c_int64),
        ("children", ctypes.c_void_p),
        ("dictionary", ctypes.c_void_p),
        ("release", _RELEASE),
        ("private_data", ctypes.c_void_p),
    )


class _Array(ctypes.Structure):
    """ArrowArray."""

    _fields_ = (
        ("length", ctypes.c_int64),
        ("null_count", ctypes.c_int64),
        ("offset", ctypes.c_int64),
        ("n_buffers", ctypes.c_int64),
        ("n_children", ctypes.c_int64),
        ("buffers", ctypes.POINTER(ctypes.c_void_p)),
        ("children", ctypes.c_void_p),
        ("dictionary", ctypes.c_void_p),
        ("release", _RELEASE),
        ("private_data", ctypes.c_void_p),
    )


class _Stream(ctypes.Structure):
    """ArrowArrayStream."""

    _fields_ = (
        ("get_schema", _GET),
        ("get_next", _GET),
        ("get_last_error", ctypes.c_void_p),
        ("release", _RELEASE),
        ("private_data", ctypes.c_void_p),
    )


_pointer_of = ctypes.pythonapi.PyCapsule_GetPointer
_pointer_of.restype = ctypes.c_void_p
_pointer_of.argtypes = [ctypes.py_object, ctypes.c_char_p]
_capsule = ctypes.pythonapi.PyCapsule_New
_capsule.restype = ctypes.py_object
_capsule.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
_keep = ctypes.pythonapi.Py_IncRef
_keep.argtypes = [ctypes.py_object]
_drop = ctypes.pythonapi.Py_DecRef
_drop.argtypes = [ctypes.c_void_p]


# ---- what Polars holds


class _Held:
    """An array that Polars has handed over; it is given back when nothing reads it any more."""

    def __init__(self) -> None:
        self.array = _Array()

    def __del__(self) -> None:
        if self.array.release:
            self.array.release(ctypes.addressof(self.array))


@dataclass(frozen=True, slots=True)
class _Memory:
    """Bytes at an address, and who owns them."""

    address: int
    size: int
    owner: object

    @property
    def __array_interface__(self) -> dict[str, Any]:
        """What NumPy asks for."""
        data = (self.address, True)
        return {"shape": (self.size,), "typestr": "|u1", "data": data, "version": 3}


def _held(series: pl.Series, form: bytes) -> _Held | None:
    """Return a column's one array, None if it has no rows."""
    capsule = series.rechunk().alias("").__arrow_c_stream__()  # names there have no zero byte
    address = _pointer_of(capsule, _STREAM)
    stream = _Stream.from_address(address)
    schema, held = _Schema(), _Held()
    if stream.get_schema(address, ctypes.addressof(schema)):
        raise MemoryError("Polars did not say of what type a column is")
    found = schema.format
    schema.release(ctypes.addressof(schema))
    if found != form:
        raise TypeError(f"a column is of Arrow's type {found!r}, not {form!r}")
    if stream.get_next(address, ctypes.addressof(held.array)):
        raise MemoryError("Polars did not hand over a column")
    return held if held.array.release and held.array.length else None


def _seen(held: _Held, buffer: int, size: int) -> Bytes:
    return np.asarray(_Memory(held.array.buffers[buffer] or 0, size, held))


def bits(series: pl.Series) -> tuple[Bytes, int]:
    """Return the bits of a yes/no column without nulls, the first in the lowest place.

    The number is how many bits stand before the column's first.
    """
    if series.null_count():
        raise ValueError("a mask is never missing")
    held = _held(series, _BOOLEAN)
    if held is None:
        return np.empty(0, np.uint8), 0
    skipped, offset = divmod(held.array.offset, 8)
    whole = _seen(held, 1, (held.array.offset + held.array.length + 7) // 8)
    return whole[skipped:], offset


@dataclass(frozen=True, slots=True)
class Views:
    """Two words for each text of a column: equal words are equal texts.

    The same text has the same words where it is up to 12 bytes long, or stands once in memory.
    What stands in the place of a missing text means nothing: bits of `valid`, from `offset` on,
    tell which are there; none if all are.
    """

    words: Words
    valid: Bytes
    offset: int = 0

    @staticmethod
    def of(series: pl.Series) -> Views:
        """Return the views of a text column."""
        held = _held(series, _VIEWS)
        if held is None:
            return Views(np.empty((0, 2), np.uint64), _NO_BYTES)
        start, stop = held.array.offset, held.array.offset + held.array.length
        words = _seen(held, 1, 16 * stop).view(np.uint64).reshape(-1, 2)[start:]
        if not (series.null_count() and held.array.buffers[0]):
            return Views(words, _NO_BYTES)
        return Views(words, _seen(held, 0, (stop + 7) // 8), start)


def numbers_of(series: pl.Series) -> npt.NDArray[np.int64] | npt.NDArray[np.float64]:
    """Return the values of a column of 64-bit floats or whole numbers.

    What stands in the place of a missing one means nothing.
    """
    is_float = series.dtype == pl.Float64
    held = _held(series, _FLOAT if is_float else _WHOLE)
    if held is None:
        return np.empty(0, np.int64)
    start, length = held.array.offset, held.array.length
    whole = _seen(held, 1, 8 * (start + length))
    return whole.view(np.float64)[start:] if is_float else whole.view(np.int64)[start:]


# ---- what Polars is to hold


def _forget_schema(address: int) -> None:
    _Schema.from_address(address).release = _RELEASE()


def _forget_array(address: int) -> None:
    array = _Array.from_address(address)
    array.release = _RELEASE()
    _drop(array.private_data)


_release_schema, _release_array = _RELEASE(_forget_schema), _RELEASE(_forget_array)


class _Given:
    """The bits of words, handed over to Polars."""

    def __init__(self, words: Words, rows: int) -> None:
        buffers = (ctypes.c_void_p * 2)(None, words.ctypes.data)
        kept = (words, buffers)  # until Polars releases the array
        self._schema = _Schema(format=_BOOLEAN, name=b"", release=_release_schema)
        self._array = _Array(
            length=rows,
            n_buffers=2,
            buffers=ctypes.cast(buffers, ctypes.POINTER(ctypes.c_void_p)),
            release=_release_array,
            private_data=id(kept),
        )
        _keep(kept)

    def __arrow_c_array__(self, requested_schema: object = None) -> tuple[object, object]:
        """Return the capsules of the type and of the bits."""
        schema, array = ctypes.addressof(self._schema), ctypes.addressof(self._array)
        return _capsule(schema, _SCHEMA, None), _capsule(array, _ARRAY, None)


def yes_no(words: Words, rows: int) -> pl.Series:
    """Return so many bits of words as a yes/no column, which sees the same memory."""
    if not rows:
        return pl.Series(dtype=pl.Boolean)
    return pl.Series(_Given(np.ascontiguousarray(words), rows))
