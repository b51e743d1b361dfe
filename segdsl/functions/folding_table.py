"""Writes the frozen tables of characters: `python -m segdsl.functions.folding_table`.

`folding.tsv` holds what `ignoring case` and `ignoring accents` do to a character, `words.tsv` the
characters of `\\w`. Both are made once from Unicode data and shipped, so that neither the Python
nor the engine of the day has a say in which customers a rule selects. The first line of each names
the Unicode version it was made from.
"""

from __future__ import annotations

import sys
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SCRIPTS = ("LATIN", "GREEK", "CYRILLIC", "HEBREW", "ARABIC")

# Marks without a script of their own that stand on letters; those for symbols (U+20D0 on) stay.
_SHARED_MARKS = (
    range(0x0300, 0x0370),
    range(0x1AB0, 0x1B00),
    range(0x1DC0, 0x1E00),
    range(0xFE20, 0xFE30),
)
_SCRIPT_MARKS = ("COMBINING CYRILLIC ", "HEBREW ", "ARABIC ")

_YEH, _KAF, _ALEF, _WAW, _U = "\u064a", "\u0643", "\u0627", "\u0648", "\u06c7"

_SPECIAL = {
    "ı": "i",
    "ȷ": "j",
    "æ": "ae",
    "Æ": "AE",
    "œ": "oe",
    "Œ": "OE",
    "ð": "d",
    "Ð": "D",
    "þ": "th",
    "Þ": "TH",
    "ǅ": "ǲ",  # whose name says D WITH SMALL LETTER Z WITH CARON
    "\u0649": _YEH,  # alef maksura
    "\u06cc": _YEH,  # Persian yeh
    "\u06a9": _KAF,  # Persian kaf
    "\u0671": _ALEF,  # hamza forms that do not decompose
    "\u0672": _ALEF,
    "\u0673": _ALEF,
    "\u0675": _ALEF,
    "\u0676": _WAW,
    "\u0677": _U,
    "\u0678": _YEH,
    "\u0640": "",  # tatweel
    "\u200c": "",  # zero-width non-joiner
    "\u200d": "",  # zero-width joiner
}

_TURKISH = {"I": "i", "\u0130": "i", "\u0131": "i"}


def _characters() -> Iterator[str]:
    """Yield every character that occurs in NFC; the tables are applied to nothing else."""
    for code in range(sys.maxunicode + 1):
        character = chr(code)
        if unicodedata.category(character) not in ("Cs", "Cn", "Co") and (
            unicodedata.is_normalized("NFC", character)
        ):
            yield character


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _settle(text: str, rows: Mapping[str, str]) -> str:
    """Return `text` with the rows applied until none applies, in NFC."""
    before = None
    while before != text:
        before, text = text, _nfc("".join(rows.get(character, character) for character in text))
    return text


def _is_dropped_mark(character: str) -> bool:
    return unicodedata.category(character) == "Mn" and (
        any(ord(character) in block for block in _SHARED_MARKS)
        or unicodedata.name(character, "").startswith(_SCRIPT_MARKS)
    )


def _letter_without(character: str) -> str | None:
    """Return the letter whose Unicode name is that of `character` less its `WITH …`."""
    name, with_, _ = unicodedata.name(character, "").partition(" WITH ")
    if not with_ or not name.startswith(("LATIN ", "GREEK ", "CYRILLIC ")):
        return None
    if unicodedata.category(character) == "Lt":
        return None  # ǈ is no L
    try:
        return unicodedata.lookup(name)
    except KeyError:
        return None


def _plain(character: str) -> str | None:
    """Return what is left of a character without its accents, one step deep; None: all of it."""
    category = unicodedata.category(character)
    if character in _SPECIAL:
        return _SPECIAL[character]
    if category == "Nd":
        return str(unicodedata.digit(character))
    if _is_dropped_mark(character):
        return ""
    parts = unicodedata.normalize("NFD", character)
    if not category.startswith("L") or not unicodedata.name(parts[0], "").startswith(_SCRIPTS):
        return None
    if parts != character:
        return "".join(part for part in parts if not _is_dropped_mark(part))
    return _letter_without(character)


def _case_rows(characters: list[str]) -> dict[str, str]:
    steps = {c: _TURKISH.get(c, _nfc(c.casefold())) for c in characters}
    rows = {c: _settle(step, steps) for c, step in steps.items()}
    return {c: row for c, row in rows.items() if row != c}


def _accent_rows(characters: list[str], case: Mapping[str, str]) -> dict[str, str]:
    steps = {c: plain for c in characters if (plain := _plain(c)) not in (None, c)}
    for upper, lower in case.items():
        # Ɖ is named after Africa and ɖ after its tail; the two must stay one letter.
        if upper in _TURKISH or not upper.isalpha() or len(lower) > 1:
            continue
        if lower in steps and upper not in steps:
            steps[upper] = steps[lower].upper()
        elif upper in steps and lower not in steps:
            steps[lower] = _settle(steps[upper], case)
    rows = {c: _settle(step, steps) for c, step in steps.items()}
    return {c: row for c, row in rows.items() if row != c}


def _runs(codes: Iterator[int]) -> Iterator[tuple[int, int]]:
    """Yield the runs of neighbours in ascending code points, both ends included."""
    first = last = next(codes)
    for code in codes:
        if code != last + 1:
            yield first, last
            first = code
        last = code
    yield first, last


def folding_table() -> str:
    """Return the text of `folding.tsv` under this Python's Unicode version."""
    characters = list(_characters())
    case = _case_rows(characters)
    accents = _accent_rows(characters, case)
    lines = [
        f"# Unicode {unicodedata.unidata_version}: character, folding, replacement (hexadecimal)"
    ]
    for kind, rows in (("accents", accents), ("case", case)):
        for character in sorted(rows):
            replacement = " ".join(f"{ord(c):04X}" for c in rows[character])
            lines.append(f"{ord(character):04X}\t{kind}\t{replacement}")
    return "\n".join(lines) + "\n"


def words_table() -> str:
    """Return the text of `words.tsv`: the runs of letters, marks and numbers, and `_`."""
    codes = (
        code
        for code in range(sys.maxunicode + 1)
        if chr(code) == "_" or unicodedata.category(chr(code))[0] in "LMN"
    )
    lines = [f"# Unicode {unicodedata.unidata_version}: first, last (hexadecimal)"]
    lines += [f"{first:04X}\t{last:04X}" for first, last in _runs(codes)]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write both tables beside this file."""
    folder = Path(__file__).parent
    for name, text in (("folding.tsv", folding_table()), ("words.tsv", words_table())):
        (folder / name).write_text(text, encoding="ascii", newline="\n")


if __name__ == "__main__":
    main()
