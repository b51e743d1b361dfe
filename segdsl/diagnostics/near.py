"""Names that a misspelt word may have meant."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_MOST = 3
_CUTOFF = 70.0
_LONGEST = 80


def near_names(word: str, candidates: Iterable[str]) -> list[str]:
    """Return at most three of the candidates that look like `word`, the best first.

    Case, accents, spaces and punctuation count for little.
    """
    from rapidfuzz import fuzz, process

    if len(word) > _LONGEST or not _folded(word):
        return []
    names = sorted(set(candidates) - {word})
    found = process.extract(
        word, names, scorer=fuzz.ratio, processor=_folded, limit=_MOST, score_cutoff=_CUTOFF
    )
    return [name for name, _, _ in found]


def unknown(what: str, name: object, known: Iterable[str]) -> str:
    """Return words for `what` nobody knows, which offer the names that are near."""
    near = near_names(name, known) if isinstance(name, str) else []
    offer = f"; did you mean {' or '.join(f'`{one}`' for one in near)}?" if near else ""
    return f"unknown {what}{offer}"


def _folded(text: str) -> str:
    if text.isascii() and text.isalnum():
        return text.lower()
    bare = unicodedata.normalize("NFKD", text.casefold().replace("ı", "i"))
    return "".join(c for c in bare if c.isalnum())
