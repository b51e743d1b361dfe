"""The catalog as pydantic models: what tables hold and how their cells are read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal, Self

import pydantic
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, PrivateAttr
from pydantic_core import PydanticCustomError

from segdsl.catalog.entries import (
    AsWritten,
    Encoding,
    Form,
    Mark,
    Spellings,
    Text,
    Words,
    as_day,
    in_time_zones,
    of_duplicates,
    once_each,
    within_years,
)
from segdsl.catalog.types import Folding, Kind, Type

TypeWord = Literal["text", "number", "yes/no", "date", "instant", "place", "list"]
ElementWord = Literal["text", "number", "yes/no", "date", "instant"]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Field(_Model):
    """A column that rules can read."""

    type: TypeWord
    """What the values are."""
    of: ElementWord | None = None
    """What the elements of a list are; text if not said."""
    label: Text | None = None
    """A name for people."""
    compare: Folding = Folding.EXACT
    """Which differences text predicates pass over unless a rule says otherwise."""
    column: Words | None = None
    """The column's name in the data where it differs from the field's."""
    format: Form | None = None
    """How dates or instants are written in text files: `%d.%m.%Y`; years of two digits lie in
    1970 to 2069, and what is left out is the first day, or midnight."""
    decimal: Literal[".", ","] | None = None
    """The decimal sign of numbers in text files; named, the other sign groups thousands."""
    separator: Words | None = None
    """What stands between the elements of a list in text files; `;` if not said."""
    yes: Spellings = ()
    """Further words that mean yes, in any letter case."""
    no: Spellings = ()
    """Further words that mean no, in any letter case."""
    latitude: Words | None = None
    """The column with a place's latitude, in degrees."""
    longitude: Words | None = None
    """The column with a place's longitude, in degrees."""
    missing: Spellings = ()
    """Further spellings of a missing cell."""

    @property
    def value_type(self) -> Type:
        """The type that the field has in rules."""
        kind = Kind(self.type)
        return Type(kind, self.element_kind) if kind is Kind.LIST else Type(kind)

    @property
    def element_kind(self) -> Kind:
        """The kind of a list's elements, or of the values themselves."""
        return Kind(self.of or "text") if self.type == "list" else Kind(self.type)

    @pydantic.model_validator(mode="after")
    def _settings_fit(self) -> Self:
        kind = self.element_kind
        is_place = kind is Kind.PLACE
        fits = {
            "of": self.type == "list",
            "separator": self.type == "list",
            "compare": kind is Kind.TEXT,
            "format": kind in (Kind.DATE, Kind.INSTANT),
            "decimal": kind is Kind.NUMBER or is_place,
            "yes": kind is Kind.YESNO,
            "no": kind is Kind.YESNO,
            "latitude": is_place,
            "longitude": is_place,
            "column": not is_place,
        }
        for name in fits:
            if name in self.model_fields_set and getattr(self, name) is not None and not fits[name]:
                raise PydanticCustomError(
                    "setting",
                    "`{name}` does not go with the type {type}",
                    {"name": name, "type": self.type},
                )
        if is_place and not (self.latitude and self.longitude):
            raise PydanticCustomError(
                "place", "a place needs `latitude` and `longitude`, the names of two columns"
            )
        for word in self.yes:
            if word.strip().lower() in {other.strip().lower() for other in self.no}:
                raise PydanticCustomError(
                    "words", "`{word}` cannot mean both yes and no", {"word": word}
                )
        return self


def _short_form(value: object) -> object:
    return {"type": value} if isinstance(value, str) else value


FieldEntry = Annotated[Field, BeforeValidator(_short_form, json_schema_input_type=TypeWord | Field)]
Fields = Annotated[
    Mapping[Words, FieldEntry], BeforeValidator(once_each), pydantic.Field(default_factory=dict)
]


class Table(_Model):
    """Where rows come from and how they are read; what every table has."""

    source: AsWritten | None = None
    """A file, a folder or a pattern of files; relative to the catalog's folder."""
    encoding: Encoding | None = None
    """The encoding of text files; UTF-8 if not said."""
    delimiter: Mark | None = None
    """What stands between the cells of a CSV file; found in the header if not said."""
    sheet: AsWritten | None = None
    """The sheet of an Excel file; the first if not said."""
    decimal: Literal[".", ","] | None = None
    """The decimal sign of all number fields that do not name their own."""
    missing: Spellings = ()
    """Further spellings of a missing cell in this table."""
    fields: Fields
    """The columns that rules can read."""


class Customers(Table):
    """The customers' table, one row each."""

    key: Words | None = None
    """The field or column that identifies a customer."""
    duplicates: Annotated[Text, AfterValidator(of_duplicates)] = "error"
    """What becomes of a key that occurs twice: `error`, or `latest by <field>`."""

    @property
    def latest_by(self) -> str | None:
        """The field or column whose greatest value decides between rows with one key."""
        return self.duplicates.removeprefix("latest by ").strip() if self.is_lenient else None

    @property
    def is_lenient(self) -> bool:
        """Whether a key may occur twice."""
        return self.duplicates != "error"


class Events(Table):
    """A table with one row for each thing that happened."""

    source: AsWritten
    """A file, a folder or a pattern of files; relative to the catalog's folder."""
    key: Words
    """The column that holds the customer's key."""
    time: Words | None = None
    """The column that says when it happened."""
    lookups: Mapping[Words, Words] = pydantic.Field(default_factory=dict)
    """For a lookup table the column that holds its key."""


class Lookup(Table):
    """A table that adds columns to events."""

    source: AsWritten
    """A file, a folder or a pattern of files; relative to the catalog's folder."""
    key: Words
    """The column that identifies a row."""
    lookups: Mapping[Words, Words] = pydantic.Field(default_factory=dict)
    """For a further lookup table the column that holds its key."""


class Catalog(_Model):
    """What the tables hold, and the calendar by which rules reckon."""

    timezone: Annotated[str, AfterValidator(in_time_zones)] = "UTC"
    """The time zone of local dates and of instants without an offset."""
    week_start: Literal[
        "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"
    ] = "monday"
    """The first day of a week."""
    leap_day: Literal["feb28", "mar1"] = "feb28"
    """When an anniversary of 29 February falls in other years."""
    as_of: Annotated[
        datetime | date | None, BeforeValidator(as_day), AfterValidator(within_years)
    ] = None
    """The instant as of which rules are read; a date means the end of that local day."""
    missing: Spellings = ()
    """Further spellings of a missing cell in every table."""
    customers: Customers = pydantic.Field(default_factory=lambda: Customers.model_validate({}))
    """The customers' table."""
    events: Annotated[Mapping[Words, Events], BeforeValidator(once_each)] = pydantic.Field(
        default_factory=dict
    )
    """The tables of events, by name."""
    lookups: Annotated[Mapping[Words, Lookup], BeforeValidator(once_each)] = pydantic.Field(
        default_factory=dict
    )
    """The tables that add columns to events, by name."""

    _folder: Path | None = PrivateAttr(default=None)
    _file: Path | None = PrivateAttr(default=None)

    @pydantic.model_validator(mode="after")
    def _lookups_exist(self) -> Self:
        tables: dict[str, Events | Lookup] = {
            **{f"events.{name}": one for name, one in self.events.items()},
            **{f"lookups.{name}": one for name, one in self.lookups.items()},
        }
        for name, table in tables.items():
            for lookup in table.lookups:
                if lookup not in self.lookups:
                    raise PydanticCustomError(
                        "lookup",
                        "`{name}` names the lookup `{lookup}`, which is not declared",
                        {"name": name, "lookup": lookup},
                    )
        return self

    @pydantic.model_validator(mode="after")
    def _lookups_end(self) -> Self:
        """Let no lookup lead back to itself."""
        left = {name: set(one.lookups) for name, one in self.lookups.items()}
        while ends := {name for name, named in left.items() if not named & left.keys()}:
            left = {name: named for name, named in left.items() if name not in ends}
        if left:
            path = [next(iter(left))]
            while path[-1] not in path[:-1]:
                path.append(next(name for name in left if name in left[path[-1]]))
            circle = " → ".join(path[path.index(path[-1]) :])
            raise PydanticCustomError(
                "lookup", "lookups lead back to themselves: {circle}", {"circle": circle}
            )
        return self

    @property
    def folder(self) -> Path | None:
        """The folder that relative sources start from; None means the working directory."""
        return self._folder

    @property
    def file(self) -> Path | None:
        """The file that the catalog was read from, if it was."""
        return self._file

    def in_folder(self, folder: Path, file: Path | None = None) -> Catalog:
        """Return the same catalog with relative sources starting from `folder`.

        `file` is what it was read from.
        """
        copy = self.model_copy()
        copy._folder, copy._file = folder, file
        return copy

    def with_customers(self, **changes: object) -> Catalog:
        """Return the catalog with settings of the customers' table replaced (None: left alone).

        Raises `pydantic.ValidationError` for a setting that cannot be.
        """
        given = {name: value for name, value in changes.items() if value is not None}
        merged = {name: getattr(self.customers, name) for name in self.customers.model_fields_set}
        customers = Customers.model_validate({**merged, **given})
        return self.model_copy(update={"customers": customers})

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left to infer: the key, its type and the fields are declared."""
        key, fields = self.customers.key, self.customers.fields
        return key is not None and key in fields

    def to_json(self) -> str:
        """Return the catalog as JSON that `from_json` reads back."""
        return self.model_dump_json(exclude_defaults=True)

    @staticmethod
    def from_json(text: str) -> Catalog:
        """Return the catalog that `to_json` wrote; raises `pydantic.ValidationError`."""
        return Catalog.model_validate_json(text)
