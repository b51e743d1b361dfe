"""What the catalog, or the data, can say about cells that do not fit, judged by their looks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import product
from typing import TYPE_CHECKING

from segdsl.diagnostics.toml import declared, toml_texts

if TYPE_CHECKING:
    from segdsl.diagnostics.data_errors import LostCells

Settings = Mapping[str, str | Sequence[str]]
"""What a field declares besides its type."""
Judged = tuple[list[str], list[str]]
"""Notes, and the cells that none of them speaks of."""

_SHOWN = 40
_PERCENT = re.compile(r"%\s*[+-]?[\d.,]+|[+-]?[\d.,]+\s*%")
_UNIT = re.compile(
    r"(?P<before>[^\d\s.,+-]{0,4})\s*[+-]?\d[\d.,'’\s]*?\s*(?P<after>[^\d\s.,]{0,4})"
)
_GROUPS = r"[+-]?\d{{1,3}}(?:[{other} '’\u00a0\u202f]\d{{3}})+(?:{sign}\d+)?"
_DECIMALS = tuple(
    (sign, re.compile(rf"{_GROUPS.format(other=other, sign=sign)}|[+-]?\d*{sign}\d+"))
    for sign, other in ((",", "."), (r"\.", ","))
)
_MISSING = frozenset(
    (
        "-", "--", ".", "?", "n/a", "na", "n.a.", "nan", "none", "null", "nil", "unknown",
        "missing", "unbekannt", "bilinmiyor",
    )
)  # fmt: skip
_YES = frozenset(
    (
        "yes", "y", "true", "t", "evet", "e", "var", "ja", "j", "oui", "o", "sí", "si", "s",
        "sim", "da", "tak", "да", "так", "ναι", "ano", "igen",
    )
)  # fmt: skip
_NO = frozenset(
    (
        "no", "n", "false", "f", "hayır", "hayir", "h", "yok", "nein", "non", "nao", "não", "nie",
        "нет", "ні", "όχι", "ne", "nem", "nee", "nej", "nei",
    )
)  # fmt: skip
_DAYS = (
    "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d",
    "%d.%m.%y", "%d/%m/%y", "%m/%d/%y", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y",
)  # fmt: skip
_FIRST_YEAR = 1970
_CLOCKS = ("", " %H:%M", " %H:%M:%S")
_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_ISO_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*")


def remedies_for(lost: LostCells) -> tuple[str, ...]:
    """Return notes on how cells come to be read; `missing` for those that look like nothing."""
    match lost.wanted:
        case "number" | "list of number":
            notes, rest = _of_numbers(lost)
        case "yes/no":
            notes, rest = _of_words(lost)
        case "date" | "instant":
            notes, rest = _of_dates(lost)
        case _:
            notes, rest = [], list(lost.spellings)
    if lost.wanted != "text" and lost.count * 2 > lost.total:
        # most cells are so: no spelling of what is missing, unless they look like it
        rest = [cell for cell in rest if not any(map(str.isdigit, cell))]
    if rest:
        words = toml_texts([cell[:_SHOWN] for cell in rest])
        notes.append(
            f"spellings of a missing cell can be declared in the catalog: `missing = {words}`"
        )
    return tuple(notes)


def yes_and_no(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return those of the words that mean yes, and those that mean no, in some language."""
    lower = {word: word.strip().replace("İ", "i").lower() for word in words}
    yes = [word for word, plain in lower.items() if plain in _YES]
    no = [word for word, plain in lower.items() if plain in _NO]
    return yes, no


def _line(lost: LostCells, **settings: str | Sequence[str]) -> str:
    kind = "list" if lost.wanted.startswith("list") else lost.wanted
    return f"`{declared(lost.field, kind, **{**lost.settings, **settings})}`"


def _of_numbers(lost: LostCells) -> Judged:
    rest = list(lost.spellings)
    notes: list[str] = []
    percent, rest = _parted(rest, lambda cell: _PERCENT.fullmatch(cell.strip()) is not None)
    if percent:
        bare = percent[0].replace("%", "").strip()
        notes.append(f"`%` is not read: the data need the number alone, `{bare}`")
    for sign, shape in _DECIMALS:
        mark = sign.removeprefix("\\")
        fits = [cell for cell in rest if shape.fullmatch(cell.strip())]
        if fits and mark != lost.decimal:
            notes.append(f"{_line(lost, decimal=mark)} in the catalog reads `{fits[0]}`")
            if not lost.is_all:
                notes.append(f"a number with another decimal sign than `{mark}` is then none")
    shapes = [shape for _, shape in _DECIMALS]
    _, rest = _parted(rest, lambda cell: any(shape.fullmatch(cell.strip()) for shape in shapes))
    units, rest = _parted(rest, _has_unit)
    if units:
        notes.append(f"signs and units are not read: `{units[0]}` needs to be the number alone")
    return notes, rest


def _has_unit(cell: str) -> bool:
    found = _UNIT.fullmatch(cell.strip())
    return found is not None and any(
        unicodedata.category(c) in ("Sc", "Lu", "Ll", "Lo")
        for c in found["before"] + found["after"]
    )


def _of_words(lost: LostCells) -> Judged:
    words, rest = _parted(list(lost.spellings), lambda cell: any(map(str.isalpha, cell)))
    unknown, words = _parted(words, lambda cell: cell.strip().lower() in _MISSING)
    if not words:
        return [], [*rest, *unknown]
    yes, no = yes_and_no(words)
    if not yes and not no:
        line = _line(lost, yes=["…"], no=["…"])
        shown = " and ".join(f"`{word[:_SHOWN]}`" for word in words[:2])
        return [
            f"{line} in the catalog names the words for yes and no, here {shown}"
        ], rest + unknown
    more = {name: found for name, found in (("yes", yes), ("no", no)) if found}
    merged = {name: [*lost.settings.get(name, ()), *found] for name, found in more.items()}
    others = [word for word in words if word not in (*yes, *no)]
    note = f"{_line(lost, **merged)} in the catalog reads `{(yes or no)[0]}`"
    return [note], [*others, *rest, *unknown]


def _of_dates(lost: LostCells) -> Judged:
    cells, rest = _parted(list(lost.spellings), lambda cell: any(map(str.isdigit, cell)))
    if not cells:
        return [], rest
    for sign, shape in _DECIMALS:
        if lost.is_all and all(shape.fullmatch(cell.strip()) for cell in cells):
            given = {"decimal": ","} if sign == "," else {}
            line = declared(lost.field, "number", **given)
            return [f"`{line}` in the catalog reads numbers, such as `{cells[0]}`"], rest
    example = cells[0].strip()
    is_iso = _ISO_DAY.fullmatch(example) is not None or _ISO_MOMENT.fullmatch(example) is not None
    if is_iso and "format" in lost.settings:
        return [f"without `format` ISO dates are read, such as `{example}`"], rest
    if _ISO_MOMENT.fullmatch(example) and lost.wanted == "date":
        line = declared(lost.field, "instant", **lost.settings)
        return [f"`{line}` in the catalog reads dates with a time, such as `{example}`"], rest
    notes = [
        f"{_line(lost, format=form)} in the catalog reads `{example}` as {shown}"
        for form, shown in _readings(example)
    ]
    if not notes:
        return [], [*cells, *rest]
    if not lost.is_all:
        notes.append("one form goes for all dates of a column: the others may need to be changed")
    return notes, rest


def _readings(cell: str) -> Iterator[tuple[str, str]]:
    """Yield the formats that a cell fits and how it reads in them."""
    for day, clock in product(_DAYS, _CLOCKS):
        found = read_day(cell, day + clock)
        if found is None:
            continue
        yield day + clock, f"{found.day} {found:%B} {found.year}"
        if "%Y" in day and "%b" in day:  # May is both short and long
            return


def read_day(cell: str, form: str) -> date | None:
    """Return the date that a cell is in a format, None where it is none.

    As cells are read, a year of two digits lies in 1970 to 2069; for `strptime` 69 is 1969.
    """
    try:
        found = datetime.strptime(cell, form).date()
    except ValueError:
        return None
    is_late = "%y" in form and found.year == _FIRST_YEAR - 1
    return found.replace(year=found.year + 100) if is_late else found


def _parted(cells: list[str], is_such: Callable[[str], bool]) -> tuple[list[str], list[str]]:
    """Return the cells of which something is so, and the others."""
    return [cell for cell in cells if is_such(cell)], [cell for cell in cells if not is_such(cell)]
