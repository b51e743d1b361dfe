"""The kinds of value that settings of a catalog have, and what is wrong with others."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated
from zoneinfo import available_timezones

import pydantic
from pydantic import AfterValidator, BeforeValidator
from pydantic_core import PydanticCustomError

from segdsl.catalog.date_formats import problem_of

AS_OF_YEARS = range(1900, 3000)
"""The years that rules may be read as of: from any of them dates can be reckoned with."""
_NO_ZONES = frozenset(("localtime", "Factory"))  # names of the machine's own setting and of none


def time_zones() -> set[str]:
    """Return the names of all time zones that can be declared."""
    return available_timezones() - _NO_ZONES


def in_time_zones(value: str) -> str:
    """Return the name of a time zone; an error for any other."""
    if value not in time_zones():
        raise PydanticCustomError(
            "timezone", "`{value}` is not the name of a time zone", {"value": value}
        )
    return value


def _encoding(value: str) -> str:
    try:
        "".encode(value)
    except (LookupError, ValueError):
        raise PydanticCustomError(
            "encoding", "`{value}` is not the name of a text encoding", {"value": value}
        ) from None
    return codecs.lookup(value).name


def _mark(value: str) -> str:
    if not is_delimiter(value):
        raise PydanticCustomError(
            "delimiter", "a delimiter is one ASCII character, and no quote or line end"
        )
    return value


def is_delimiter(value: str) -> bool:
    """Return whether a text can stand between the cells of a CSV file."""
    return len(value) == 1 and value.isascii() and value not in '"\r\n\0'


def as_day(value: object) -> object:
    """Return a text that is a date as one, which a moment would be at the day's beginning."""
    if not isinstance(value, str) or len(value) > len("2026-01-31"):
        return value
    try:
        return date.fromisoformat(value)
    except ValueError:
        return value


def within_years(value: datetime | date | None) -> datetime | date | None:
    """Return as-of; an error for a year that cannot be reckoned with."""
    if value is not None and value.year not in AS_OF_YEARS:
        first, last = AS_OF_YEARS[0], AS_OF_YEARS[-1]
        raise PydanticCustomError(
            "as_of", "it lies in the years {first} to {last}", {"first": first, "last": last}
        )
    return value


def _format(value: str) -> str:
    """Return a format in which all readers can read dates, or instants."""
    problem = problem_of(value)
    if problem is not None:
        raise PydanticCustomError("format", "{problem}", {"problem": problem})
    return value


def of_duplicates(value: str) -> str:
    """Return what becomes of duplicates; an error for what it cannot be."""
    if not re.fullmatch(r"error|latest by .*\S.*", value):
        raise PydanticCustomError("duplicates", "it is `error` or `latest by <field>`")
    return value


def _spellings(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _nfc(value: str) -> str:
    return unicodedata.normalize("NFC", value)


def once_each(value: object) -> object:
    """Return entries by name as they are, unless two of the names are one in normal form C."""
    if isinstance(value, Mapping):
        seen: set[str] = set()
        for name in (_nfc(name) for name in value if isinstance(name, str)):
            if name in seen:
                raise PydanticCustomError("names", "`{name}` occurs twice", {"name": name})
            seen.add(name)
    return value


Text = Annotated[str, AfterValidator(_nfc)]
Spellings = Annotated[
    tuple[Text, ...], BeforeValidator(_spellings, json_schema_input_type=str | tuple[str, ...])
]
Encoding = Annotated[str, AfterValidator(_encoding)]
Form = Annotated[Text, AfterValidator(_format)]
Mark = Annotated[str, pydantic.Field(min_length=1, max_length=1), AfterValidator(_mark)]
AsWritten = Annotated[str, pydantic.Field(min_length=1)]
"""A name of the world outside, such as a path, which is met as it is."""
Words = Annotated[AsWritten, AfterValidator(_nfc)]
"""A name that texts and columns are compared with, in normal form C as they are."""
