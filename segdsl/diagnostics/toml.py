"""Names and texts as TOML writes them."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def toml_key(name: str) -> str:
    """Return a name as a key of TOML, in quotes where it needs them.

    >>> toml_key("birth_date"), toml_key("Yaş")
    ('birth_date', '"Yaş"')
    """
    return name if _BARE.fullmatch(name) else toml_text(name)


def toml_text(text: str) -> str:
    """Return a text of TOML."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def toml_texts(texts: Sequence[str]) -> str:
    """Return an array of texts."""
    return f"[{', '.join(map(toml_text, texts))}]"


def declared(field: str, kind: str, **settings: str | Sequence[str]) -> str:
    """Return the line of a catalog that declares a field."""
    key = toml_key(field)
    if not settings:
        return f"{key} = {toml_text(kind)}"
    values = {
        name: toml_text(value) if isinstance(value, str) else toml_texts(value)
        for name, value in settings.items()
    }
    inner = "".join(f", {name} = {value}" for name, value in values.items())
    return f"{key} = {{ type = {toml_text(kind)}{inner} }}"
