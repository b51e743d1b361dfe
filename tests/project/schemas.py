"""The JSON Schemas that are published beside the modules they are made from.

python tests/project/schemas.py    # writes them anew
"""

from __future__ import annotations

import json
from pathlib import Path

from segdsl.catalog import catalog_schema
from segdsl.document import document_schema

PACKAGE = Path(__file__).resolve().parents[2] / "segdsl"


def published() -> dict[Path, str]:
    """Return the text of each published schema by its path."""
    made = {
        PACKAGE / "catalog" / "catalog.schema.json": catalog_schema(),
        PACKAGE / "document.schema.json": document_schema(),
    }
    return {
        path: json.dumps(schema, ensure_ascii=False, indent=2) + "\n"
        for path, schema in made.items()
    }


if __name__ == "__main__":
    for path, text in published().items():
        path.write_text(text, encoding="utf-8")
