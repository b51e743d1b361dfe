"""The JSON Schema of catalogs, for editors that check TOML while it is written."""

from __future__ import annotations

from segdsl.catalog.models import Catalog


def catalog_schema() -> dict[str, object]:
    """Return the JSON Schema (draft 2020-12) of `catalog.toml`.

    A copy is published as `catalog.schema.json` beside this module.
    """
    schema: dict[str, object] = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    schema.update(Catalog.model_json_schema(mode="validation"))
    schema["title"] = "segdsl catalog"
    return schema
