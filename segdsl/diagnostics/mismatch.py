"""What to advise when two values of different types meet."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from segdsl.diagnostics.diagnostic import Edit, Fix
from segdsl.diagnostics.wording import quoted, text_literal

if TYPE_CHECKING:
    from segdsl.source import Span

_NUMBER = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?%?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2})?)?")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOURS, _YEARS, _DIGITS = 24, range(1900, 2200), 5
_QUOTES = "\"'“”„«»‘’‚"
Remedy = tuple[tuple[str, ...], tuple[Fix, ...]]


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two values: as written, its type in words, its place."""

    text: str
    type: str
    span: Span

    @property
    def content(self) -> str | None:
        """What stands between the quotes, if this is a text literal."""
        is_literal = len(self.text) >= 2 and self.text[0] in _QUOTES and self.text[-1] in _QUOTES
        return self.text[1:-1] if is_literal else None


def remedy(left: Side, right: Side) -> Remedy:
    """Return help notes and fixes for a comparison of `left` with `right`."""
    for value, literal in ((left, right), (right, left)):
        help_, fixes = _advice(value, literal)
        if help_ or fixes:
            return help_, fixes
    return (), ()


def _advice(value: Side, literal: Side) -> Remedy:
    content = literal.content
    match (value.type, literal.type):
        case ("number", "text") if content is not None:
            if _NUMBER.fullmatch(content.strip()):
                return _rewrite("write the number without quotes", literal, content.strip())
            return ("a number is written without quotes, as in `25`",), ()
        case ("date" | "instant", "text") if content is not None:
            if _DATE.fullmatch(content.strip()):
                return _rewrite("write the date without quotes", literal, content.strip())
            return ("a date is written without quotes, as in `2026-01-31`",), ()
        case ("weekday", "text") if content is not None:
            if content.strip().lower()[:3] in _WEEKDAYS:
                day = content.strip().lower()[:3]
                return _rewrite("write the day without quotes", literal, day)
            return (f"the days are {', '.join(map(quoted, _WEEKDAYS))}",), ()
        case ("text", "number") if _NUMBER.fullmatch(literal.text) and value.content is None:
            as_text = f"{value.text} = {text_literal(literal.text)}"
            return (
                f"`{value.text}` is read as text; if it holds numbers, declare it in the catalog: "
                f'`type = "number"`',
                f"if it holds codes such as `06100`, compare it with a text: `{as_text}`",
            ), ()
        case ("text", "date" | "instant" | "number" | "yes/no" as wanted) if value.content is None:
            return (f'declare `{value.text}` in the catalog: `type = "{wanted}"`',), ()
        case ("yes/no", _):
            note = f"a yes/no field stands by itself: `{value.text}` or `not {value.text}`"
            return (note,), ()
        case ("date" | "instant", "number"):
            return _of_time(value, literal), ()
        case ("weekday", "number"):
            return (f"the days are {', '.join(map(quoted, _WEEKDAYS))}",), ()
        case _ if value.type.startswith("list"):
            return (f"ask what a list holds with `{value.text} contains …`",), ()
        case _:
            return (), ()


def _of_time(value: Side, literal: Side) -> tuple[str, ...]:
    """Return which numbers there are of a date or an instant."""
    days = f"count the days first, as in `days since {value.text} > 30`"
    number = int(literal.text) if literal.text.isdecimal() and len(literal.text) < _DIGITS else None
    if number is None or value.text.startswith("("):
        return (days,)
    if value.type == "instant" and number <= _HOURS:
        return (f"the hour of the day is a number, as in `hour({value.text}) >= {number}`", days)
    if number in _YEARS:
        return (f"the year is a number, as in `year({value.text}) = {number}`", days)
    return (days,)


def _rewrite(message: str, side: Side, replacement: str) -> Remedy:
    return (), (Fix(message, (Edit(side.span, replacement),)),)
