"""The catalog that data suggest: the types of all columns and the key, each with its reason."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from segdsl.catalog import Catalog, Field, find_catalog
from segdsl.catalog.tables import is_id
from segdsl.catalog.write import catalog_toml
from segdsl.diagnostics.catalog_errors import (
    catalog_beside_data,
    inferred_key,
    left_out,
    no_key,
)
from segdsl.engine.conversion import Manner
from segdsl.engine.guess import guess
from segdsl.engine.latest import ordered_as_text
from segdsl.engine.readers.opening import open_data
from segdsl.errors import DataError

if TYPE_CHECKING:
    from segdsl.catalog.types import Type
    from segdsl.diagnostics import Diagnostic
    from segdsl.engine.readers.table import Table


@dataclass(frozen=True, slots=True)
class Inference:
    """A complete catalog, why its fields have their types, and the table with what was read.

    `lines` are declarations that fields may need instead; `error` says that there is no key.
    """

    catalog: Catalog
    reasons: Mapping[str, str]
    notices: tuple[Diagnostic, ...]
    table: Table = field(repr=False)
    lines: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    error: Diagnostic | None = None


def infer_catalog(
    data: object | None = None,
    *,
    base: Catalog | None = None,
    fields: Collection[str] | None = None,
) -> Inference:
    """Return `base` with what it leaves open filled in from the data.

    Fields are inferred only where none are declared, and with `fields` only those; the key is the
    declared one, else the first column named like an id. Raises DataError when there is none, or
    when the data cannot be read.
    """
    found = propose_catalog(data, base=base, fields=fields)
    if found.error is not None:
        raise DataError((found.error,))
    return found


def propose_catalog(
    data: object | None = None,
    *,
    base: Catalog | None = None,
    fields: Collection[str] | None = None,
) -> Inference:
    """Return what `infer_catalog` does; where no column can be the key, say so as its error."""
    known = base if base is not None else Catalog()
    table = open_data(known, data)
    declared = known.customers.fields
    beside = _catalog_beside(known, table) if fields is not None else None
    key = known.customers.key or next(filter(is_id, table.columns), None)
    keys = (key,) if key is not None and key not in declared else ()
    wanted = _open_columns(table, fields) if not declared else ()
    names = tuple(dict.fromkeys((*wanted, *keys)))
    table.demand(keys, "the key")
    if table.is_text:
        table = table.load(names, "a field")
    manner = Manner.of(known, None, is_blank_missing=table.is_blank_missing)
    guesses = {name: guess(table, name, manner) for name in sorted(names, key=table.columns.index)}
    found = {name: field_of(one.type) for name, one in guesses.items() if one.type is not None}
    error = None
    if key is None or (key in guesses and key not in found):
        error = no_key(table.columns, table.name, sheets=table.sheets, catalog=beside)
    notices = [] if known.customers.key or key is None else [inferred_key(key, table.name)]
    notices += [catalog_beside_data(beside)] if beside else []
    notices += [one.notice for one in guesses.values() if one.notice]
    if known.customers.latest_by in guesses:
        notices += ordered_as_text(table, known.customers.latest_by, known)
    if fields is None and not declared:
        notices += [_repeated(name, table) for name in sorted(table.repeated) if name]
    return Inference(
        known.with_customers(key=key, fields={**found, **declared}),
        {name: guesses[name].reason for name in found},
        tuple(notices),
        table,
        {name: guesses[name].lines for name in found if guesses[name].lines},
        error,
    )


def infer_toml(
    inference: Inference,
    source: str | None = None,
    catalog: Catalog | None = None,
    reasons: Mapping[str, str] = MappingProxyType({}),
    lines: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
) -> str:
    """Return the inferred catalog as TOML with the reasons as comments.

    It loads back as `inference.catalog`, its source replaced by `source` if that is given.
    `catalog` is the same with more in it, for which `reasons` and `lines` go by path.
    """
    catalog = (catalog or inference.catalog).with_customers(source=source)
    comments = {f"customers.fields.{name}": why for name, why in inference.reasons.items()}
    ready = {f"customers.fields.{name}": lines for name, lines in inference.lines.items()}
    if any(notice.code.id == "SG307" for notice in inference.notices):
        comments["customers.key"] = "the first column named like an id"
    if inference.error is not None:
        ready["customers"] = ('key = "…"  # the column that identifies a customer',)
    comments.update(reasons)
    ready.update(lines)
    comments[""] = f"Inferred from {source or inference.table.name}"
    return catalog_toml(catalog, comments, ready)


def _catalog_beside(known: Catalog, table: Table) -> str | None:
    """Return the path of a catalog beside a data file for which no catalog is in use."""
    is_in_use = known.folder is not None or bool(known.customers.fields)
    if is_in_use or len(table.parts) > 1 or not Path(table.name).is_file():
        return None
    found = find_catalog(table.name)
    return str(found) if found is not None else None


def _open_columns(table: Table, fields: Collection[str] | None) -> tuple[str, ...]:
    if fields is None:
        return tuple(name for name in table.columns if name not in table.repeated)
    return tuple(name for name in table.columns if name in fields)


def _repeated(name: str, table: Table) -> Diagnostic:
    return left_out(name, "several columns have this name", table.name)


def field_of(type: Type) -> Field:
    of = {"of": type.of.value} if type.of else {}
    return Field.model_validate({"type": type.kind.value, **of})
