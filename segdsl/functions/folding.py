"""Folds texts by the frozen table, so that those alike but for case or accents become equal.

The result is that of: NFC; accents, if asked; case, if asked, where a dot above (U+0307) after an
`i` goes; NFC. The table maps one character of an NFC text at a time, wherever it stands, so any
engine can be given it. A mark that belongs to Latin, Greek, Cyrillic, Hebrew or Arabic script is
dropped with the accents also where no composed character exists; a symbol such as `≠` stays.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING, assert_never

from segdsl.catalog.types import Folding

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_DOT_AFTER_I = re.compile("i\u0307+")


def fold(text: str, folding: Folding) -> str:
    """Return `text` without the differences that `folding` passes over; folding again is no change.

    >>> fold("İSTANBUL", Folding.CASE), fold("Łódź ۲۵", Folding.BOTH)
    ('istanbul', 'lodz 25')
    """
    if text.isascii():
        return text.lower() if ignores_case(folding) else text
    composed = unicodedata.normalize("NFC", text)
    match folding:
        case Folding.EXACT:
            return composed
        case Folding.ACCENTS:
            return unicodedata.normalize("NFC", composed.translate(_by_code(folding)))
        case Folding.CASE | Folding.BOTH:
            folded = composed.translate(_by_code(folding))
            if "\u0307" in folded:
                folded = _DOT_AFTER_I.sub("i", folded)
            return unicodedata.normalize("NFC", folded)
    assert_never(folding)


def fold_many(texts: Iterable[str], folding: Folding) -> list[str]:
    """Return each text folded, in order."""
    if ignores_case(folding):
        return [text.lower() if text.isascii() else fold(text, folding) for text in texts]
    return [text if text.isascii() else fold(text, folding) for text in texts]


def ignores_case(folding: Folding) -> bool:
    """Return whether upper and lower case are one."""
    return folding in (Folding.CASE, Folding.BOTH)


def ignores_accents(folding: Folding) -> bool:
    """Return whether letters with and without accents are one."""
    return folding in (Folding.ACCENTS, Folding.BOTH)


@cache
def folding_rows(folding: Folding) -> Mapping[str, str]:
    """Return the characters that `folding` changes, each with its replacement (may be empty)."""
    match folding:
        case Folding.EXACT:
            return MappingProxyType({})
        case Folding.CASE | Folding.ACCENTS:
            return MappingProxyType(_read_rows("case" if folding is Folding.CASE else "accents"))
        case Folding.BOTH:
            accents, case = folding_rows(Folding.ACCENTS), folding_rows(Folding.CASE)
            chained = {
                character: "".join(case.get(c, c) for c in plain)
                for character, plain in accents.items()
            }
            return MappingProxyType({**case, **chained})
    assert_never(folding)


@cache
def folding_version() -> str:
    """Return the Unicode version that the frozen table was made from, such as `14.0.0`."""
    return _lines()[0].removeprefix("# Unicode ").partition(":")[0]


def _lines() -> list[str]:
    path = resources.files("segdsl.functions") / "folding.tsv"
    return path.read_text(encoding="ascii").splitlines()


def _read_rows(kind: str) -> dict[str, str]:
    rows = (line.split("\t") for line in _lines()[1:])
    return {
        chr(int(character, 16)): "".join(chr(int(code, 16)) for code in replacement.split())
        for character, row_kind, replacement in rows
        if row_kind == kind
    }


@cache
def _by_code(folding: Folding) -> dict[int, str | int]:
    """Return the rows as `str.translate` wants them.

    A plain dict, with the most usual characters mapped to themselves: a key that is not found
    costs `str.translate` an exception.
    """
    rows = {ord(character): replacement for character, replacement in folding_rows(folding).items()}
    return {code: code for code in range(0x600)} | rows
