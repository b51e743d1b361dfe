"""Numbers and yes/no from text cells."""

from __future__ import annotations

import sys
import unicodedata
from functools import cache

import polars as pl

_MOST_DIGITS = 18
_PLAIN = r"^[+-]?(?:[0-9]{1,18}(?:\.[0-9]{1,18})?|\.[0-9]{1,18})$"
_INFERRED = r"^-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,18})?$"
_NUMERIC = r"^[+-]?[0-9]+(?:\.[0-9]+)?$"
_SPACES = ("[ ]", "\u00a0", "\u202f", "'", "’")


@cache
def _digits() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the decimal digits of all scripts but ASCII, and what they are in ASCII."""
    found = [
        (chr(c), str(unicodedata.decimal(chr(c))))
        for c in range(0x80, sys.maxunicode + 1)
        if unicodedata.category(chr(c)) == "Nd"
    ]
    return tuple(c for c, _ in found), tuple(d for _, d in found)


def is_ascii(texts: pl.Series) -> bool:
    """Return whether no text has a character beyond ASCII."""
    return bool(texts.str.len_bytes().sum() == texts.str.len_chars().sum())


def with_ascii_digits(texts: pl.Series) -> pl.Series:
    """Return the texts with the digits of every script as ASCII digits and a plain minus."""
    if is_ascii(texts):
        return texts
    foreign, ascii_digits = _digits()
    return texts.str.replace_many([*foreign, "−"], [*ascii_digits, "-"])


def numbers(texts: pl.Series, decimal: str | None = None) -> pl.Series:
    """Return the numbers that texts spell; what spells none is null.

    Int64 when no readable text has a decimal sign, else Float64. With `decimal` named, the other
    of point and comma (or a space or apostrophe) may group thousands.
    """
    whole = texts.cast(pl.Int64, strict=False)
    longest = texts.str.len_bytes().max()
    is_short = not isinstance(longest, int) or longest <= _MOST_DIGITS
    if is_short and whole.null_count() == texts.null_count():
        return whole
    plain = _plain(texts, decimal)
    if not plain.str.contains(".", literal=True).any():
        return plain.cast(pl.Int64, strict=False)
    return plain.cast(pl.Float64, strict=False)


def _plain(texts: pl.Series, decimal: str | None) -> pl.Series:
    """Return the texts as numbers with a point, null where they are none."""
    plain = with_ascii_digits(texts.str.strip_chars())
    if not is_ascii(plain):
        point, comma = (decimal or "."), ("." if decimal == "," else ",")
        plain = plain.str.replace_many(["٫", "٬"], [point, comma])
    if decimal is not None:
        plain = _ungrouped(plain, decimal)
    return _only(plain, _PLAIN)


def _ungrouped(texts: pl.Series, decimal: str) -> pl.Series:
    """Return the texts without thousands signs and with a point for `decimal`."""
    other = r"\." if decimal == "," else ","
    groups = "|".join(f"(?:{mark}[0-9]{{3}})+" for mark in (other, *_SPACES))
    sign = r"\." if decimal == "." else ","
    shape = rf"^[+-]?(?:[0-9]*|[0-9]{{1,3}}(?:{groups}))(?:{sign}[0-9]+)?$"
    kept = _only(texts, shape)
    bare = kept.str.replace_all(f"[{other} \u00a0\u202f'’]", "")
    return bare.str.replace(",", ".", literal=True) if decimal == "," else bare


def _only(texts: pl.Series, shape: str) -> pl.Series:
    """Return the texts of a shape, null for the others."""
    frame = texts.to_frame("t")
    return frame.select(pl.when(pl.col("t").str.contains(shape)).then("t")).to_series()


def plain_numbers(texts: pl.Series, decimal: str | None = None) -> pl.Series:
    """Return a mask of the texts that inference takes for numbers: no plus, no leading zero."""
    plain = with_ascii_digits(texts)
    if decimal is not None:
        plain = _ungrouped(plain, decimal)
    return plain.str.contains(_INFERRED).fill_null(False)


def numeric(texts: pl.Series) -> pl.Series:
    """Return a mask of the texts made of digits, a sign and a point, however many."""
    return with_ascii_digits(texts).str.contains(_NUMERIC).fill_null(False)


def yes_or_no(
    texts: pl.Series, *, is_declared: bool, yes: tuple[str, ...] = (), no: tuple[str, ...] = ()
) -> pl.Series:
    """Return the Boolean that `true`, `false`, `yes`, `no` spell; 1 and 0 too when declared.

    The words that a field adds come first, so that one may turn the meaning of 1 and 0.
    """
    lower = pl.col("t").str.to_lowercase()
    ours = (["true", "yes"], ["false", "no"])
    if is_declared:
        lower, ours = lower.str.strip_chars(), (["true", "yes", "1"], ["false", "no", "0"])
    found = (
        pl.when(lower.is_in(_lowered(yes)))
        .then(True)
        .when(lower.is_in(_lowered(no)))
        .then(False)
        .when(lower.is_in(ours[0]))
        .then(True)
        .when(lower.is_in(ours[1]))
        .then(False)
    )
    return texts.to_frame("t").select(found).to_series()


def _lowered(words: tuple[str, ...]) -> pl.Series:
    """Return the words as the engine folds the case of cells, without outer white space."""
    plain = [unicodedata.normalize("NFC", word.strip()) for word in words]
    return pl.Series(plain, dtype=pl.String).str.to_lowercase().implode()
