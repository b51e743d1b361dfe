"""Text encodings: decoding what is not UTF-8, and proposing what it may be instead."""

from __future__ import annotations

import codecs
import itertools
import re
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from segdsl.diagnostics.data_errors import wrong_encoding
from segdsl.errors import DataError

if TYPE_CHECKING:
    from segdsl.diagnostics import Diagnostic

Content: TypeAlias = Path | bytes
"""A text file in UTF-8: where it is, or what it holds."""
BOM = "\ufeff"
MARKS = (b"\xff\xfe", b"\xfe\xff")
"""What UTF-16 texts begin with."""
_UTF_32_MARKS = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_HEAD = 4096
_UTF8 = ("utf-8", "utf-8-sig", "ascii")

# the order decides between encodings in which a text reads equally well
_CANDIDATES = (
    "cp1254", "cp1250", "cp1252", "iso8859-9", "iso8859-2", "cp1251", "cp1256", "cp1253",
    "cp1255", "gb18030", "shift_jis",
)  # fmt: skip
_MOST = 3
_SAMPLE_LINES = 200
_WORD = re.compile(r"[^\W\d_]+")


def text_content(path: Path, encoding: str | None) -> Content:
    """Return a file that is UTF-8 as its whole path, one in another encoding as UTF-8 bytes.

    Of a relative path Polars would take a tilde for a folder. Raises DataError for bytes that are
    no text of the encoding.
    """
    if encoding is None or encoding in _UTF8:
        return path.absolute()
    content = path.read_bytes()
    try:
        return content.decode(encoding).removeprefix(BOM).encode("utf-8")
    except UnicodeError as error:
        at = error.start if isinstance(error, UnicodeDecodeError) else 0
        raise DataError((explain(content, encoding, str(path), at),)) from None


def whole(content: Content) -> bytes:
    """Return the bytes of a content."""
    return content if isinstance(content, bytes) else content.read_bytes()


def explain_utf8(text: Content, place: str) -> DataError | None:
    """Return the error for content that is not UTF-8, None when it is."""
    content = whole(text)
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        return DataError((explain(content, "utf-8", place, error.start),))
    return None


def explain_wide(head: bytes, place: str) -> DataError | None:
    """Return the error for the begin of a text in UTF-16 or UTF-32, None for another."""
    encoding = _marked(head) or _wide(head)
    if encoding is None:
        return None
    return DataError((wrong_encoding("utf-8", 1, _first_line(head, encoding), place),))


def _marked(content: bytes) -> str | None:
    """Return the encoding that the mark at the begin of a text tells, if there is one."""
    if content.startswith(_UTF_32_MARKS):  # one of which begins like that of UTF-16
        return "utf-32"
    return "utf-16" if content.startswith(MARKS) else None


def _wide(head: bytes) -> str | None:
    """Return the form of UTF-16 in which bytes without its mark read as Latin text, else None."""
    for encoding in ("utf-16-le", "utf-16-be"):
        text = head[: len(head) // 2 * 2].decode(encoding, errors="replace")
        latin = sum(c.isascii() and (c.isprintable() or c.isspace()) for c in text)
        if latin * 2 > len(text):
            return encoding
    return None


def _first_line(head: bytes, encoding: str) -> tuple[tuple[str, str]]:
    lines = head.decode(encoding, errors="replace").splitlines()
    return ((encoding, lines[0] if lines else ""),)


def explain(content: bytes, encoding: str, place: str, at: int) -> Diagnostic:
    """Return the complaint about the byte at `at`, with encodings in which the text reads well."""
    number = content.count(b"\n", 0, at) + 1
    start = content.rfind(b"\n", 0, at) + 1
    end = content.find(b"\n", at)
    line = content[start : len(content) if end < 0 else end]
    marked = _marked(content)
    if marked is not None:
        return wrong_encoding(encoding, 1, _first_line(content[:_HEAD], marked), place)
    if b"\x00" in content:  # which no encoding that is proposed has
        return wrong_encoding(encoding, number, (), place)
    readings = tuple((name, line.decode(name).strip()) for name in propose(content, line))
    return wrong_encoding(encoding, number, readings, place)


def likely(content: bytes) -> tuple[str, ...]:
    """Return the encodings in which a text that is not UTF-8 reads well, the likeliest first."""
    marked = _marked(content)
    if marked is not None:
        return (marked,)
    if b"\x00" in content:
        return tuple(filter(None, (_wide(content[:_HEAD]),)))
    return propose(content, content)


def propose(content: bytes, line: bytes) -> tuple[str, ...]:
    """Return the encodings in which the bytes read well, the likeliest first."""
    odd = [part for part in content.splitlines() if not part.isascii()][:_SAMPLE_LINES]
    sample = b"\n".join(odd) or line
    scores = {name: _score(sample, name) for name in _CANDIDATES}
    scored = [(score, name) for name, score in scores.items() if score is not None]
    likely = sorted(scored, key=lambda entry: -entry[0])  # stable: the order of candidates decides
    names = [name for score, name in likely if score >= likely[0][0] - 0.3]
    readings: dict[str, str] = {}
    for name in names:
        readings.setdefault(sample.decode(name), name)
    return tuple(readings.values())[:_MOST]


def _score(sample: bytes, encoding: str) -> float | None:
    """Return how much a text looks like words in an encoding, 1 the most; None if it is none."""
    try:
        text = sample.decode(encoding)
    except UnicodeDecodeError:
        return None
    foreign = [c for c in text if ord(c) > 0x7F]
    if not foreign:
        return None
    penalty = float(sum(not c.isalpha() for c in foreign))
    penalty += 3 * sum(0x80 <= ord(c) < 0xA0 for c in foreign)
    for word in _WORD.findall(text):
        penalty += _implausible(word)
    return 1 - penalty / len(foreign)


def _implausible(word: str) -> float:
    """Return how odd a word is: scripts mixed, capitals inside, or accents without end."""
    scripts = {_script(c) for c in word}
    odd = float(len(word)) if len(scripts) > 1 else 0.0
    odd += sum(a.islower() and b.isupper() for a, b in itertools.pairwise(word))
    accents = max((len(run) for run in re.findall(r"[\u00c0-\u024f]+", word)), default=0)
    return odd + (accents if accents > 2 else 0)


def _script(letter: str) -> int:
    """Return a number for the script of a letter: the block's start is near enough."""
    code = ord(letter)
    limits = (0x370, 0x400, 0x530, 0x590, 0x600, 0x700, 0x3040, 0xFB00)
    return sum(code >= limit for limit in limits)
