"""Reads the pages of diagnostics: their blocks before and after the heading `Instead`."""

from __future__ import annotations

import re
from dataclasses import dataclass

_BLOCK = re.compile(r"(?ms)^```(\S+)(?: (\S+))?(?: (\S+))?\n(.*?)^```$")
_NONE = re.compile(r"(?m)^example: none \((.+)\)$")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: language, name of a file (else empty), encoding of the file, text."""

    language: str
    file: str
    encoding: str
    text: str


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its title, its prose, the blocks of the example and those of the remedy."""

    title: str
    prose: str
    example: tuple[Block, ...]
    instead: tuple[Block, ...]
    why_no_example: str | None

    @property
    def is_about_files(self) -> bool:
        """Whether the example is a command on files, not rules by themselves."""
        return any(block.language == "console" for block in self.example)


def read_page(text: str) -> Page:
    """Return the parts of a page."""
    before, _, after = text.partition("\n## Instead\n")
    none = _NONE.search(text)
    return Page(
        title=text.partition("\n")[0],
        prose=_BLOCK.sub("", before.partition("\n## Example\n")[0]),
        example=_blocks(before),
        instead=_blocks(after),
        why_no_example=none[1] if none else None,
    )


def _blocks(text: str) -> tuple[Block, ...]:
    return tuple(
        Block(language, file, encoding or "utf-8", body)
        for language, file, encoding, body in _BLOCK.findall(text)
    )


def only(blocks: tuple[Block, ...], language: str) -> str:
    """Return the text of the one block in a language; raises ValueError if there are others."""
    (text,) = [block.text for block in blocks if block.language == language]
    return text
