"""Catalogs: what the customers' data hold, declared or inferred."""

from segdsl.catalog.load import find_catalog, load_catalog, parse_catalog
from segdsl.catalog.models import Catalog, Customers, Events, Field, Lookup, Table
from segdsl.catalog.schema import catalog_schema

__all__ = [
    "Catalog",
    "Customers",
    "Events",
    "Field",
    "Lookup",
    "Table",
    "catalog_schema",
    "find_catalog",
    "load_catalog",
    "parse_catalog",
]
