"""Reads the small regular expressions of `matches`."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from segdsl.functions.pattern_problems import (
    PatternProblem,
    WrongPatternError,
    escape_problem,
    group_problem,
    repeat_problem,
)
from segdsl.functions.pattern_size import is_too_large
from segdsl.functions.pattern_tree import (
    Choice,
    End,
    OneOf,
    Part,
    Pattern,
    Repeat,
    Sequence,
    Shorthand,
    Start,
    literal,
    union,
)

MOST_REPEATS = 100
_MOST_NESTING = 50


def parse_pattern(text: str) -> Pattern | PatternProblem:
    """Return the pattern that `text` (in NFC) spells, or the first thing that is wrong with it."""
    try:
        return Pattern(_Parser(text).parse())
    except WrongPatternError as wrong:
        return wrong.problem


@dataclass(slots=True)
class _Parser:
    """Recursive descent; `at` is the next character, '' stands for the end."""

    text: str
    at: int = 0
    nesting: int = 0

    def parse(self) -> Part:
        if not self.text:
            raise self.wrong("the pattern is empty", "write what the text is to contain")
        part = self.choice()
        if self.at < len(self.text):
            raise self.wrong("`)` closes no group", r"write `\)` for the character itself")
        if is_too_large(part):
            self.at = len(self.text)
            raise self.wrong(
                "the pattern is too large once its repeats are written out",
                "lower the counts in `{…}`, or leave out repeats inside repeats",
                0,
            )
        return part

    def peek(self, length: int = 1) -> str:
        return self.text[self.at : self.at + length]

    def wrong(
        self, message: str, help_: str, start: int | None = None, length: int | None = None
    ) -> WrongPatternError:
        """Return the problem at `start` (else here), of that length (else up to here)."""
        offset = self.at if start is None else start
        wanted = max(1, self.at - offset) if length is None else length
        at_most = len(self.text) - offset
        return WrongPatternError(PatternProblem(offset, min(wanted, at_most), message, help_))

    # ---- structure

    def choice(self) -> Part:
        items = [self.sequence()]
        while self.peek() == "|":
            self.at += 1
            items.append(self.sequence())
        return items[0] if len(items) == 1 else Choice(tuple(items))

    def sequence(self) -> Part:
        items: list[Part] = []
        while self.peek() not in ("", "|", ")"):
            items.append(self.quantified())
        is_stray = self.peek() == ")" and self.nesting == 0  # which `parse` complains of
        if not items and not is_stray:
            raise self.wrong(
                "an alternative is empty", "write `(…)?` where the group may be left out"
            )
        return items[0] if len(items) == 1 else Sequence(tuple(items))

    def quantified(self) -> Part:
        start = self.at
        item = self.item()
        sign = self.peek()
        if not _is_quantifier(sign):
            return item
        if self.text[start] in "^$":
            raise self.wrong(
                f"`{sign}` has nothing to repeat: `{self.text[start]}` is a place, no character",
                rf"write `\{sign}` for the character itself",
            )
        low, high = self.quantifier()
        if _is_quantifier(self.peek()):
            raise self.wrong(*repeat_problem(self.text[start : self.at], self.peek()))
        return Repeat(item, low, high)

    def quantifier(self) -> tuple[int, int | None]:
        sign = self.peek()
        start = self.at
        self.at += 1
        match sign:
            case "*":
                return 0, None
            case "+":
                return 1, None
            case "?":
                return 0, 1
            case _:
                return self.counts(start)

    def counts(self, start: int) -> tuple[int, int | None]:
        """Read what follows the `{` at `start`."""
        low = high = self.count()
        if self.peek() == ",":
            self.at += 1
            high = self.count()
        if low is None or self.peek() != "}":
            raise self.wrong(
                "`{` begins no repeat",
                r"write `{3}`, `{2,5}` or `{2,}`; `\{` for the character itself",
                start,
            )
        self.at += 1
        if max(low, high or 0) > MOST_REPEATS:
            raise self.wrong(
                f"a repeat counts up to {MOST_REPEATS}",
                "write `+` or `{n,}` for any number",
                start,
            )
        if high is not None and high < low:
            raise self.wrong(
                f"the repeat ends before it begins: {low} is more than {high}",
                f"write `{{{high},{low}}}`",
                start,
            )
        return low, high

    def count(self) -> int | None:
        start = self.at
        while self.peek().isascii() and self.peek().isdigit():
            self.at += 1
        digits = self.text[start : self.at].lstrip("0")
        # Four digits are too many already, and `int` refuses some thousands.
        return int(digits[:4] or 0) if self.at > start else None

    # ---- items

    def item(self) -> Part:
        sign = self.peek()
        match sign:
            case "(":
                return self.group()
            case "[":
                return self.characters()
            case "\\":
                return self.escape()
            case "*" | "+" | "?" | "{":
                raise self.wrong(
                    f"`{sign}` has nothing to repeat", rf"write `\{sign}` for the character itself"
                )
            case "]" | "}":
                raise self.wrong(
                    f"`{sign}` closes nothing", rf"write `\{sign}` for the character itself"
                )
            case _:
                self.at += 1
                return _plain_item(sign)

    def group(self) -> Part:
        start = self.at
        if self.peek(2) == "(?":
            length, message, help_ = group_problem(self.text[start:])
            raise self.wrong(message, help_, length=length)
        if self.peek(2) == "()":
            raise self.wrong(
                "the group is empty", r"write `\(\)` for the characters themselves", length=2
            )
        if self.nesting == _MOST_NESTING:
            raise self.wrong(
                f"groups stand in groups more than {_MOST_NESTING} deep", "leave some groups out"
            )
        self.at += 1
        self.nesting += 1
        part = self.choice() if self.peek() else None
        if part is None or self.peek() != ")":
            raise self.wrong(
                "`(` is not closed", r"add `)`, or write `\(` for the character itself", start, 1
            )
        self.at += 1
        self.nesting -= 1
        return part

    def escape(self) -> OneOf:
        sign = self.peek(2)[1:]
        if sign and sign in "dDwWsS":
            self.at += 2
            return OneOf((), (Shorthand("\\" + sign),))
        if sign and unicodedata.category(sign)[0] in "PS":
            self.at += 2
            return literal(sign)
        message, help_ = escape_problem(sign)
        raise self.wrong(message, help_, length=2)

    # ---- sets of characters

    def characters(self) -> OneOf:
        start = self.at
        is_negated = self.peek(2) == "[^"
        self.at += 2 if is_negated else 1
        first = self.at
        found: list[OneOf] = []
        while self.peek() not in ("", "]"):
            found.append(self.set_member(first))
        if self.peek() == "":
            raise self.wrong(
                "`[` is not closed", r"add `]`, or write `\[` for the character itself", start, 1
            )
        self.at += 1
        if not found:
            raise self.wrong(
                "the set of characters is empty",
                r"write the characters between `[` and `]`; `\]` for the bracket itself",
                start,
            )
        shorthands = {shorthand for member in found for shorthand in member.shorthands}
        spelled = union(pair for member in found for pair in member.spelled)
        return OneOf(spelled, tuple(sorted(shorthands)), is_negated)

    def set_member(self, first: int) -> OneOf:
        """Read one character, range or shorthand of a set whose members begin at `first`."""
        start = self.at
        low = self.set_character(is_edge=start == first)
        if self.text[start] == "-" or self.peek() != "-" or self.peek(2) in ("-", "-]"):
            return low
        self.at += 1
        high = self.set_character(is_edge=True)
        written = self.text[start : self.at]
        if low.shorthands or high.shorthands:
            raise self.wrong(
                f"`{written}` is no range of characters",
                r"write `\-` for the character itself",
                start,
            )
        (code, _), (last, _) = low.spelled[0], high.spelled[0]
        if code > last:
            raise self.wrong(
                f"the range ends before it begins: `{written}`",
                f"write `{chr(last)}-{chr(code)}`, or `\\-` for the character itself",
                start,
            )
        return OneOf(((code, last),))

    def set_character(self, *, is_edge: bool) -> OneOf:
        """Read one character of a set; `-` stands for itself at an edge of the set or range."""
        sign = self.peek()
        if sign == "[":
            if self.peek(2) in ("[:", "[=", "[."):
                raise self.wrong(
                    "a class with a name does not exist",
                    r"write `\w`, `\d`, `\s` or the characters themselves; `\[` for the bracket",
                    length=2,
                )
            raise self.wrong("a set stands in a set", r"write `\[` for the character itself")
        if sign == "-" and not is_edge and self.peek(2) not in ("-", "-]"):
            raise self.wrong(
                "`-` joins no two characters here", r"write `\-` for the character itself"
            )
        if sign == "\\":
            return self.escape()
        self.at += 1
        return literal(sign)


def _is_quantifier(sign: str) -> bool:
    return sign != "" and sign in "*+?{"


def _plain_item(sign: str) -> Part:
    match sign:
        case "^":
            return Start()
        case "$":
            return End()
        case ".":
            return OneOf((), (Shorthand.ANY,))
        case _:
            return literal(sign)
