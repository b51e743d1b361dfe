"""Cuts a rule text into tokens, in one pass of one regular expression."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, TypeAlias
from unicodedata import normalize

from segdsl.diagnostics import Edit, Fix, Sink, syntax_errors
from segdsl.source import Span
from segdsl.syntax import literals, tree
from segdsl.syntax.words import (
    APOSTROPHE,
    DATE,
    DECLARATIONS,
    END,
    FIRST,
    INNER,
    NAME,
    NUMBER,
    PERCENT,
    QUOTES,
    TEXT,
    any_of,
    is_name,
    vocabulary,
)

if TYPE_CHECKING:
    from segdsl.source import Source

BAD = "BAD"
"""The kind of a token that has been complained of; no rule of the grammar takes it."""

_MOST_COMPLAINTS = 1000

_WRONG_SIGNS = MappingProxyType(
    {"==": "=", "===": "=", "<>": "!=", "!==": "!=", "=>": ">=", "=<": "<=", "＝": "="}
    | {"≥": ">=", "≤": "<=", "≠": "!=", "＜": "<", "＞": ">", "−": "-", "–": "-", "—": "-"}
    | {
        "×": "*",
        "÷": "/",
        "，": ",",
        "،": ",",
        "；": ";",
        "؛": ";",
        "：": ":",
        "（": "(",
        "）": ")",
    }
)
_WRONG_WORDS = MappingProxyType({"&&": "and", "&": "and", "||": "or", "|": "or", "!": "not"})


class Token(NamedTuple):
    """A word, sign or literal: its kind, its place, and what the tree builders are given of it."""

    kind: str
    start: int
    end: int
    value: object


@dataclass(slots=True)
class _Tokens:
    """What has been read of a source so far."""

    source: Source
    tokens: list[Token] = field(default_factory=list)
    sink: Sink = field(default_factory=Sink)

    def add(self, kind: str, span: Span, value: object = None) -> None:
        self.tokens.append(Token(kind, span.start, span.end, value))

    @property
    def before(self) -> tuple[str, str]:
        """The kinds of the last two tokens."""
        first, second = ["", "", *(token.kind for token in self.tokens[-2:])][-2:]
        return first, second


_Reader: TypeAlias = Callable[[_Tokens, Span], None]


def tokenize(source: Source) -> tuple[list[Token], Sink]:
    """Return the tokens of a source, and what is wrong with single ones.

    A number, date or text that is wrong stands among the tokens as some other of its kind, so that
    the rest can still be read; what cannot be any token has the kind `BAD`. After a thousand
    complaints there are no tokens at all: this is some other kind of file.
    """
    read = _Tokens(source)
    known = vocabulary()
    words, signs, add = known.words, known.signs, read.tokens.append
    complaints = read.sink.diagnostics
    for found in _pattern().finditer(source.text):
        group = found.lastindex
        if group is None:  # the end of the text
            break
        start, end = found.span(group)
        written = found[group]
        if group == _WORD and written in words:
            add(Token(words[written], start, end, written))
        elif group == _SIGN:
            add(Token(signs[written], start, end, written))
        else:
            _READERS[group](read, Span(start, end, source))
            if len(complaints) >= _MOST_COMPLAINTS:
                return [], read.sink
    return read.tokens, read.sink


def at_end(tokens: Sequence[Token]) -> Token:
    """Return the token that stands for the end of these."""
    end = tokens[-1].end if tokens else 0
    return Token(END, end, end, None)


# ---- what is read by other means than a look-up


def _word(read: _Tokens, span: Span) -> None:
    """Read a word that is no keyword, or one not in lower case."""
    word = span.text
    lower = word.lower() if word.isascii() else word
    if kind := vocabulary().words.get(lower):
        read.add(kind, span, lower)
    elif lower == "null":
        _null(read, span)
    elif is_name(word):
        read.add(NAME, span, tree.Name(normalize("NFC", word), span))
    elif word[0].isdecimal():
        _bad_number(read, span)
    else:
        wrong = next((n for n, letter in enumerate(word) if not is_name("a" + letter)), 0)
        _bad_character(read, read.source.span(span.start + wrong, span.start + wrong + 1))


def _null(read: _Tokens, span: Span) -> None:
    first, second = read.before
    if second == "IS" or (first, second) == ("IS", "NOT"):
        read.sink.report(syntax_errors.stray_null(span, "missing", span))
        read.add("STATE", span, "missing")
        return
    edited, right = None, "is missing"
    if second in ("EQUAL", "RELATION"):
        relation = read.tokens[-1]
        if relation.value in ("=", "!="):
            edited = read.source.span(relation.start, span.end)
            right = "is missing" if relation.value == "=" else "is not missing"
    read.sink.report(syntax_errors.stray_null(span, right, edited))
    read.add(BAD, span)


def _phrase(read: _Tokens, span: Span) -> None:
    words = " ".join(span.text.lower().split())
    read.add(vocabulary().phrases[words], span, words)


def _wrong_phrase(read: _Tokens, span: Span) -> None:
    """Read `ignoring accents and case`, unless more follows: `case` may be a field there."""
    words, right = " ".join(span.text.split()), "ignoring case and accents"
    notes = ["a field of the name `case` stands in backticks here: `` `case` ``"]
    read.sink.report(syntax_errors.wrong_spelling(span, words, [right], notes=notes))
    read.add(vocabulary().phrases[right], span, right)


def _text(read: _Tokens, span: Span) -> None:
    read.add(TEXT, span, literals.text(span, read.sink))


def _date(read: _Tokens, span: Span) -> None:
    kind, node = literals.date_or_instant(span, read.sink)
    read.add(kind, span, node)


def _odd_date(read: _Tokens, span: Span) -> None:
    """Read `31.12.2025`, `12/31/2025` or `2025/12/31`."""
    read.add(DATE, span, literals.odd_date(span, read.sink))


def _number(read: _Tokens, span: Span) -> None:
    is_percent = span.text.endswith("%")
    node = literals.number(span, read.sink, is_percent=is_percent)
    read.add(PERCENT if is_percent else NUMBER, span, node)


def _bad_number(read: _Tokens, span: Span) -> None:
    literals.not_a_number(span, read.sink)
    read.add(BAD, span)


def _quoted_name(read: _Tokens, span: Span) -> None:
    read.add(NAME, span, tree.Name(normalize("NFC", span.text[1:-1]), span, is_quoted=True))


def _unclosed(read: _Tokens, span: Span) -> None:
    opening = span.text[0]
    opened = read.source.span(span.start, span.start + 1)
    if opening == "`":
        read.sink.report(syntax_errors.unclosed_name(opened))
    else:
        read.sink.report(syntax_errors.unclosed_text(opened, QUOTES[opening][0]))
    read.add(BAD, span)


def _wrong_sign(read: _Tokens, span: Span) -> None:
    right = _WRONG_SIGNS[span.text]
    read.sink.report(syntax_errors.wrong_spelling(span, span.text, [right]))
    read.add(vocabulary().signs[right], span, right)


def _wrong_word(read: _Tokens, span: Span) -> None:
    """Read a sign that stands for a word; the word needs white space around it."""
    right, text = _WRONG_WORDS[span.text], read.source.text
    before = "" if span.start == 0 or text[span.start - 1] in " \t\n([{" else " "
    after = "" if text[span.end : span.end + 1].isspace() else " "
    fix = Fix(f"write `{right}`", (Edit(span, before + right + after),))
    read.sink.report(syntax_errors.wrong_spelling(span, span.text, [right], [fix]))
    read.add(vocabulary().words[right], span, right)


def _comment(read: _Tokens, span: Span) -> None:
    """Pass over a comment as other languages write it."""
    slashes = read.source.span(span.start, span.start + 2)
    read.sink.report(syntax_errors.wrong_spelling(slashes, "//", ["#"]))


def _wrong_percent(read: _Tokens, span: Span) -> None:
    """Read `10 %` or `%10`."""
    right = span.text.replace("％", "%").replace("٪", "%").replace("%", "").strip() + "%"
    read.sink.report(syntax_errors.wrong_spelling(span, span.text, [right]))
    digits = next(m for m in re.finditer(r"[0-9][0-9_.]*", span.text))
    inner = read.source.span(span.start + digits.start(), span.start + digits.end())
    read.add(PERCENT, span, literals.number(inner, Sink(), is_percent=True))


def _bad_character(read: _Tokens, span: Span) -> None:
    """Complain of characters that have no meaning; neighbours are one complaint."""
    last = read.tokens[-1] if read.tokens else None
    if last is None or last.kind != BAD or last.end != span.start:
        read.sink.report(syntax_errors.bad_character(span))
    read.add(BAD, span)


# ---- the pattern: white space and comments, then one group for each way to go on

_BAD_PHRASE, _PHRASE, _WORD, _TEXT, _DATE, _ODD_DATE, _PERCENT = range(1, 8)
_NUMBER, _ODD_NUMBER, _QUOTED, _UNCLOSED = range(8, 12)
_COMMENT, _BAD_SIGN, _BAD_WORD, _SIGN, _OTHER = range(12, 17)

_READERS: Mapping[int, _Reader] = MappingProxyType(
    {
        _BAD_PHRASE: _wrong_phrase,
        _PHRASE: _phrase,
        _WORD: _word,
        _TEXT: _text,
        _DATE: _date,
        _ODD_DATE: _odd_date,
        _PERCENT: _wrong_percent,
        _NUMBER: _number,
        _ODD_NUMBER: _bad_number,
        _QUOTED: _quoted_name,
        _UNCLOSED: _unclosed,
        _COMMENT: _comment,
        _BAD_SIGN: _wrong_sign,
        _BAD_WORD: _wrong_word,
        _OTHER: _bad_character,
    }
)


@cache
def _pattern() -> re.Pattern[str]:
    known = vocabulary()
    phrases = "|".join(
        r"\s++".join(f"(?ai:{word})" for word in phrase.split())
        for phrase in sorted(known.phrases, key=lambda phrase: (-len(phrase), phrase))
    )
    decimal = r"[0-9]++(?:_[0-9]++)*+(?:\.[0-9]++)?+"
    groups = (
        _wrong_phrases(),
        rf"(?:{phrases})(?!{INNER})",
        rf"{FIRST}{INNER}*+",
        "|".join(_texts(opening, closing) for opening, closing in QUOTES.items()),
        r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?![0-9])"
        r"(?:[Tt][0-9]++(?:[:.][0-9]++)*+(?:[Zz]|[+-][0-9]++(?::[0-9]++)?+)?+"
        rf"|[ ][0-9]{{1,2}}:[0-9]{{2}}(?::[0-9]{{2}})?+)?+{INNER}*+",
        rf"(?<![-+*/.])(?:{_odd_dates()})(?:[Tt ][0-9]{{1,2}}:[0-9]{{2}})?+(?!{INNER}|[-/.][0-9])",
        rf"{decimal}[ ]?+[％٪]|{decimal}[ ]%|[%％٪][ ]?+{decimal}(?!{INNER}|%)",
        rf"{decimal}%?+(?!{INNER}|\.)",
        rf"[0-9](?:{INNER}|\.)*+%?+",
        r"`[^`\n]++`",
        rf"[`{''.join(QUOTES)}][^\n]*+",
        r"(?<!:)//[^\n]*+",
        any_of(_WRONG_SIGNS),
        any_of({sign: word for sign, word in _WRONG_WORDS.items() if sign != "!"}) + "|!(?!=)",
        any_of(known.signs),
        rf"[^\w\s#`{''.join(QUOTES)}{re.escape(''.join({**known.signs, **_WRONG_SIGNS}))}]++|.",
    )
    alternatives = "|".join(f"({group})" for group in groups)
    return re.compile(rf"(?:\s++|\#[^\n]*+)*+(?:{alternatives}|\Z)", re.DOTALL)


def _wrong_phrases() -> str:
    words = r"\s++".join(f"(?ai:{word})" for word in ("ignoring", "accents", "and", "case"))
    next_words = "|".join(["and", "or", *(kind.lower() for kind in sorted(DECLARATIONS))])
    return rf"{words}(?!{INNER})(?=\s*+(?:\Z|[)}};,#]|(?ai:{next_words})(?!{INNER})))"


def _texts(opening: str, closing: str) -> str:
    inner, more = rf"[^{closing}\\\n]*+", r"\\[^\n]"
    if APOSTROPHE in closing:
        inner, more = rf"[^‘{closing}\\\n]*+", rf"\\[^\n]|{APOSTROPHE}(?={FIRST})"
    return rf"{opening}{inner}(?:(?:{more}){inner})*+[{closing}]"


def _odd_dates() -> str:
    """Return a pattern for dates with another order or other marks; the rest is arithmetic."""
    day, year = "(?:0?+[1-9]|[12][0-9]|3[01])", "(?:[12][0-9]{3})"
    marks = ("/", "-", r"\.")
    orders = [f"{day}{mark}{day}{mark}{year}" for mark in marks]
    orders += [f"{year}{mark}{day}{mark}{day}" for mark in ("/", r"\.")]
    return "|".join([*orders, r"[0-3][0-9]\.[0-3][0-9]\.[0-9]{2}"])
