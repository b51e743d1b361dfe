"""Where audiences are written to: formats, layouts, and names that every file system takes."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Literal

Layout = Literal["wide", "long", "files"]
LAYOUTS: tuple[Layout, ...] = ("wide", "long", "files")
WIDE, LONG = "customers", "memberships"  # what the one file of a folder is named


class Output(StrEnum):
    """A format that audiences can be written in; the value is its extension."""

    CSV = "csv"
    TSV = "tsv"
    PARQUET = "parquet"
    JSON_LINES = "jsonl"
    EXCEL = "xlsx"
    ARROW = "arrow"


_EXTENSIONS = MappingProxyType(
    {
        **{output.value: output for output in Output},
        "pq": Output.PARQUET,
        "ndjson": Output.JSON_LINES,
        "feather": Output.ARROW,
        "ipc": Output.ARROW,
    }
)


@dataclass(frozen=True, slots=True)
class Destination:
    """One file, or a folder of files, and what is written there."""

    path: Path
    is_folder: bool
    layout: Layout
    output: Output


def destination(
    target: str | Path, layout: Layout | None = None, output: Output | None = None
) -> Destination:
    """Return where a target name leads: to a folder if there is one or it has no extension.

    A folder holds one CSV file per audience unless something else is said; a file is wide and of
    the format of its extension. Raises ValueError for wishes that contradict each other.
    """
    if layout is not None and layout not in LAYOUTS:
        raise ValueError(f"the layout is one of {', '.join(map(repr, LAYOUTS))}, not {layout!r}")
    path = Path(target)
    extension = path.suffix.lower().removeprefix(".")
    named = _EXTENSIONS.get(extension)
    is_there = os.path.isdir(path)  # noqa: PTH112 - Path.is_dir raises for names too long
    is_folder = is_there or str(target).endswith(("/", "\\")) or not extension
    if layout == "files" and not is_folder:
        if named is not None:
            raise ValueError(f"`{path.name}` is one file; one file per audience needs a folder")
        is_folder = True
    if is_folder:
        return Destination(path, True, layout or "files", output or Output.CSV)
    if named is None and output is None:
        known = ", ".join(f".{name}" for name in _EXTENSIONS)
        raise ValueError(f"`.{extension}` is not the extension of a known format ({known})")
    if named is not None and output is not None and named is not output:
        raise ValueError(f"`{path.name}` is named like {named}, and {output} is asked for")
    chosen = output or named
    assert chosen is not None  # one of the two is known here
    return Destination(path, False, layout or "wide", chosen)


def folder_names(where: Destination, segments: Iterable[str]) -> tuple[str, ...]:
    """Return the names of the files that the audiences are written to in a folder."""
    one = {"wide": (WIDE,), "long": (LONG,)}
    return tuple(file_names(one.get(where.layout, segments), where.output.value).values())


_UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f"%*/:<>?\\|\u2028\u2029\ud800-\udfff]')
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE | re.ASCII)
_LONGEST = 180  # bytes; file systems stop at 255, and an extension and a mark are to fit


def file_names(names: Iterable[str], extension: str) -> dict[str, str]:
    """Return a file name for each name, kept in its script and safe on every file system.

    What a file system refuses is percent-encoded; names that differ in case only get a number.

    >>> file_names(["gold", "Gold", "a/b"], "csv")
    {'gold': 'gold.csv', 'Gold': 'Gold~2.csv', 'a/b': 'a%2Fb.csv'}
    """
    found: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        stem, number = _safe(name), 1
        candidate = stem
        while _folded(candidate) in taken:
            number += 1
            candidate = f"{stem}~{number}"
        taken.add(_folded(candidate))
        found[name] = f"{candidate}.{extension}"
    return found


def _safe(name: str) -> str:
    text = _UNSAFE.sub(lambda match: _encoded(match[0]), name)
    if text.startswith((".", " ", "-")) or _DEVICE.match(text) or not text:
        text = _encoded(text[:1] or "_") + text[1:]
    if text.endswith((".", " ")):
        text = text[:-1] + _encoded(text[-1])
    data = text.encode("utf-8")
    if len(data) <= _LONGEST:
        return text
    digest = sha256(data).hexdigest()[:12]
    return f"{data[:_LONGEST].decode('utf-8', 'ignore')}~{digest}"


def _encoded(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "surrogatepass"))


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()
