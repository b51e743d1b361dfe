"""Text encodings: decoding what is not UTF-8, and proposing what it may be instead."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

from segdsl.diagnostics.data_errors import wrong_encoding
from segdsl.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

    from segdsl.diagnostics import Diagnostic

# the order decides between encodings in which a text reads equally well
_CANDIDATES = (
    "cp1254", "cp1250", "cp1252", "iso8859-9", "iso8859-2", "cp1251", "cp1256", "cp1253",
    "cp1255", "gb18030", "shift_jis",
)  # fmt: skip
_MOST = 3
_SAMPLE_LINES = 200
_WORD = re.compile(r"[^\W\d_]+")


def decoded(content: bytes, encoding: str, place: str) -> str:
    """Return the text of bytes; raises DataError when they are no text of the encoding."""
    try:
        return content.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise DataError((explain(content, encoding, place, error.start),)) from None


def explain_utf8(path_or_bytes: Path | bytes, place: str) -> DataError | None:
    """Return the error for content that is not UTF-8, None when it is."""
    content = path_or_bytes if isinstance(path_or_bytes, bytes) else path_or_bytes.read_bytes()
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        return DataError((explain(content, "utf-8", place, error.start),))
    return None


def explain(content: bytes, encoding: str, place: str, at: int) -> Diagnostic:
    """Return the complaint about the byte at `at`, with encodings in which the text reads well."""
    number = content.count(b"\n", 0, at) + 1
    start = content.rfind(b"\n", 0, at) + 1
    end = content.find(b"\n", at)
    line = content[start : len(content) if end < 0 else end]
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = content[:4096].decode("utf-16", errors="replace").splitlines()
        return wrong_encoding(encoding, 1, (("utf-16", head[0] if head else ""),), place)
    proposals = tuple((name, line.decode(name).strip()) for name in propose(content, line))
    return wrong_encoding(encoding, number, proposals, place)


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
