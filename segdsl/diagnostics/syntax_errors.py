"""The wording of every complaint about how rules are written (SG0)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segdsl.diagnostics import codes
from segdsl.diagnostics.diagnostic import Diagnostic, Edit, Fix, Label
from segdsl.diagnostics.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segdsl.source import Span

_MOST_EXPECTED = 6


def unexpected_token(
    span: Span,
    found: str,
    expected: Sequence[str],
    *,
    near: Sequence[str] = (),
    keyword: str = "",
    form: str = "",
    is_text: bool = False,
    words: str = "",
    notes: Sequence[str] = (),
    fixes: Sequence[Fix] = (),
    opened: Span | None = None,
) -> Diagnostic:
    """Say what was found where something else has to stand; both in words.

    `near` are words that could stand there and look like the one found; `keyword` stands before it
    and may be meant as a name; `form` is how the declaration that may be meant is written;
    `is_text` tells that what was found may be meant as a text; `words` are several words that may
    be meant as one name; `opened` is a bracket that is still open.
    """
    told = [f"a word with a similar spelling can stand here: {quoted(word)}" for word in near[:1]]
    if keyword:
        told.append(f"`{keyword}` is a keyword here; a field of that name: `` `{keyword}` ``")
    if form:
        told.append(f"as a declaration it is written `{form}`")
    if is_text:
        told.append(f'a text stands in quotes: `"{span.text}"`')
    if words:
        joined = words.replace(" ", "_")
        told.append(
            f"a name has no spaces, as in {quoted(joined)}, or stands in backticks: `` `{words}` ``"
        )
    could = _choice(expected[:_MOST_EXPECTED])
    label = f"expected {could}" if could else "nothing more can stand here"
    return Diagnostic(
        codes.UNEXPECTED,
        f"unexpected {found}",
        Label(span, label),
        secondary=(Label(opened, f"this {quoted(opened.text)} is not closed"),) if opened else (),
        help=(*told, *notes),
        fixes=(*(_fix(f"write {quoted(word)}", span, word) for word in near[:1]), *fixes),
    )


def unreadable_source(name: str, reason: str, hint: str) -> Diagnostic:
    """Say that a rule file cannot be read as text, and why."""
    return Diagnostic(
        codes.UNREADABLE_SOURCE,
        f"{quoted(name)} cannot be read: {reason}",
        help=(hint,),
        place=name,
    )


def empty_source(span: Span) -> Diagnostic:
    """Say that there is no rule in the text."""
    return Diagnostic(
        codes.EMPTY_SOURCE,
        "no rule in this text",
        Label(span, "only white space and comments"),
        help=(
            "a rule is a condition, as in `age >= 18`, "
            "or a declaration, as in `segment adults: age >= 18`",
        ),
    )


def unclosed_text(span: Span, closing: str) -> Diagnostic:
    """Say that a text has no closing quote on its line."""
    hint = f"a text ends on its line, with `{closing}`"
    if closing == "'":
        hint = "an apostrophe begins a text; a text with one inside stands in double quotes"
    return Diagnostic(
        codes.UNCLOSED_TEXT, "a text is not closed", Label(span, "opened here"), help=(hint,)
    )


def unclosed_name(span: Span) -> Diagnostic:
    """Say that a name in backticks has no closing backtick on its line."""
    return Diagnostic(
        codes.UNCLOSED_TEXT,
        "a name in backticks is not closed",
        Label(span, "opened here"),
        help=("a name in backticks ends on its line and holds at least one character",),
    )


def bad_character(span: Span) -> Diagnostic:
    """Say that these characters have no meaning in a rule."""
    text = span.text
    if not text.isprintable():
        points = " ".join(f"U+{ord(character):04X}" for character in text[:4])
        return Diagnostic(
            codes.BAD_CHARACTER,
            f"invisible character {points}",
            Label(span, "no part of a rule"),
            help=("text copied from elsewhere can carry such characters: delete them",),
            fixes=(_fix("delete it", span, ""),),
        )
    return Diagnostic(
        codes.BAD_CHARACTER,
        f"unexpected character {quoted(text)}",
        Label(span, "no part of a rule"),
        help=("a name with such a character stands in backticks, a text in double quotes",),
    )


def bad_number(span: Span, reason: str, *, hint: str = "", right: str = "") -> Diagnostic:
    """Say that this is no number that a rule can hold; `right` replaces it."""
    return Diagnostic(
        codes.BAD_NUMBER,
        f"{quoted(span.text)} is not a number",
        Label(span, reason),
        help=(hint,) if hint else (),
        fixes=(_fix(f"write {quoted(right)}", span, right),) if right else (),
    )


def bad_date(span: Span, reason: str, *, right: Sequence[str] = ()) -> Diagnostic:
    """Say that this is no date or instant; `right` are the spellings it may stand for.

    Of several spellings none is a fix, since only the author knows which day is meant.
    """
    notes = ["dates are written `2026-01-31`, instants `2026-01-31T18:30`"]
    if right[1:]:
        notes.append(f"it may stand for {_choice([quoted(spelling) for spelling in right])}")
    return Diagnostic(
        codes.BAD_DATE,
        f"{quoted(span.text)} is not a date",
        Label(span, reason),
        help=tuple(notes),
        fixes=() if right[1:] else tuple(_fix(f"write {quoted(s)}", span, s) for s in right),
    )


def too_deep(span: Span, limit: int, what: str) -> Diagnostic:
    """Say that the rule nests deeper, or chains more terms, than the limit."""
    return Diagnostic(
        codes.TOO_DEEP,
        f"more than {limit:,} {what}",
        Label(span, "one too many"),
        help=("give parts of it a name with `define` or `trait`, and use the names",),
    )


def reserved_name(span: Span, word: str) -> Diagnostic:
    """Say that a reserved word stands where a name is meant."""
    return Diagnostic(
        codes.RESERVED_NAME,
        f"{quoted(word)} is a reserved word",
        Label(span, "used as a name"),
        help=(f"a field of that name stands in backticks: `` `{word}` ``",),
        fixes=(_fix("put it in backticks", span, f"`{word}`"),),
    )


def wrong_spelling(
    span: Span,
    found: str,
    right: Sequence[str],
    fixes: Sequence[Fix] | None = None,
    *,
    notes: Sequence[str] = (),
) -> Diagnostic:
    """Say how what was found is spelt here; if `fixes` is None, the first spelling replaces it."""
    spellings = _choice([quoted(spelling) for spelling in right])
    if fixes is None:
        fixes = (_fix(f"write {quoted(right[0])}", span, right[0]),)
    return Diagnostic(
        codes.WRONG_SPELLING,
        f"{quoted(found)} is spelt differently here",
        Label(span, "not a spelling that rules know"),
        help=(f"write {spellings} instead", *notes),
        fixes=tuple(fixes),
    )


def stray_null(span: Span, right: str, edited: Span | None) -> Diagnostic:
    """Say how a missing value is asked for; `right` replaces the characters of `edited`."""
    fixes = (_fix(f"write {quoted(right)}", edited, right),) if edited else ()
    return Diagnostic(
        codes.WRONG_SPELLING,
        f"{quoted(span.text)} is spelt differently here",
        Label(span, "a value that is absent is `missing`"),
        help=(
            "a missing value is asked for with `is missing`, a known one with `is known`",
            f"a field of that name stands in backticks: `` `{span.text}` ``",
        ),
        fixes=fixes,
    )


def bad_escape(span: Span) -> Diagnostic:
    """Say that a backslash does not begin an escape that texts know."""
    return Diagnostic(
        codes.BAD_ESCAPE,
        f"unknown escape {quoted(span.text)}",
        Label(span, "not an escape"),
        help=(r"escapes are `\"`, `\\`, `\n`, `\t` and `\u{130}`; a backslash itself is `\\`",),
        fixes=(_fix("keep the backslash as it is", span, "\\" + span.text),),
    )


def keyword_as_name(span: Span, word: str) -> Diagnostic:
    """Say that a declaration introduces a name that is a keyword."""
    return Diagnostic(
        codes.KEYWORD_AS_NAME,
        f"{quoted(word)} is a keyword and cannot be declared as a name",
        Label(span, "a keyword"),
        help=(f"choose another name, such as `{word}_1`, or put it in backticks: `` `{word}` ``",),
        fixes=(_fix("put it in backticks", span, f"`{word}`"),),
    )


def mixed_file(condition: Span, declaration: Span) -> Diagnostic:
    """Say that a file holds both a bare condition and declarations."""
    return Diagnostic(
        codes.MIXED_FILE,
        "a bare condition and declarations in one file",
        Label(condition, "a condition without a declaration"),
        secondary=(Label(declaration, "a declaration"),),
        help=("give the condition a name, as in `segment adults: age >= 18`",),
    )


def _choice(words: Sequence[str]) -> str:
    return " or ".join((", ".join(words[:-1]), words[-1])) if words[1:] else "".join(words)


def _fix(message: str, span: Span, replacement: str) -> Fix:
    return Fix(message, (Edit(span, replacement),))
