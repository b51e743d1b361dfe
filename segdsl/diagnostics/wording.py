"""How names, numbers and lists of names are put into words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segdsl.diagnostics.near import near_names

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

_LONGEST = 60
_FEW = 8


def quoted(text: str) -> str:
    """Return `text` in back-quotes, shortened to about 60 characters."""
    return f"`{text}`" if len(text) <= _LONGEST else f"`{text[: _LONGEST - 1]}…`"


def text_literal(value: str) -> str:
    """Return `value` as the text literal that a rule writes for it."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("\n", "\\n").replace("\t", "\\t") + '"'


def listed(names: Sequence[str], word: str = "or") -> str:
    """Return the names in back-quotes: `a`, `b` or `c`."""
    marked = [quoted(name) for name in names]
    return f" {word} ".join((", ".join(marked[:-1]), marked[-1])) if marked[1:] else "".join(marked)


def with_article(noun: str) -> str:
    """Return the noun with `a` or `an`, unless it has an article already."""
    if noun.startswith(("a ", "an ", "the ", "ignoring ", "exactly")):
        return noun
    if noun == "yes/no":
        return "a yes/no value"
    return f"an {noun}" if noun[:1] in "aeiou" else f"a {noun}"


def counted(count: int, noun: str) -> str:
    """Return the count with its noun, in the plural where that is due: 1,204 customers."""
    return f"{count:,} {noun if count == 1 else plural(noun)}"


def plural(noun: str) -> str:
    """Return the plural of one of the nouns that messages use."""
    if noun == "tiers":
        return noun
    return f"{noun[:-1]}ies" if noun.endswith("y") and noun[-2] not in "aeiou" else f"{noun}s"


def near_help(
    word: str, known: Collection[str], what: str, others: Collection[str] = ()
) -> tuple[str, ...]:
    """Return a note that offers the names near `word`, or all that are `known` when they are few.

    `others` may be meant too, and are no things of the kind `what`.
    """
    near = near_names(word, (*known, *others))
    if len(near) == 1:
        return (f"{with_article(what)} with a similar name exists: {quoted(near[0])}",)
    if near:
        return (f"{plural(what)} with similar names exist: {listed(near, 'and')}",)
    if 0 < len(known) <= _FEW:
        return (f"known {plural(what)}: {listed(sorted(known), 'and')}",)
    return ()
