"""What can be wrong with a pattern of `matches`, and the remedies."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PatternProblem:
    """Why a text is no pattern: where (in its characters), the fact, and the remedy."""

    offset: int
    length: int
    message: str
    help: str


class WrongPatternError(Exception):
    """Carries a problem out of the parser, which turns it into its result."""

    def __init__(self, problem: PatternProblem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def escape_problem(sign: str) -> tuple[str, str]:
    """Return what is wrong with a backslash before `sign` ('' at the end), and the remedy."""
    if not sign:
        return r"`\` stands before nothing", r"write `\\` for the character itself"
    if sign in "bB":
        return (
            rf"a word boundary, `\{sign}`, does not exist",
            r"write `(^|\W)` before and `(\W|$)` after the word",
        )
    if sign in "123456789":
        return rf"a reference to a group, `\{sign}`, does not exist", "write the alternatives out"
    if sign in "pP":
        return (
            rf"a class with a name, `\{sign}{{…}}`, does not exist",
            r"write `\w`, `\d`, `\s` or the characters themselves",
        )
    if sign in "AzZ":
        return rf"`\{sign}` does not exist", "write `^` for the start and `$` for the end"
    if sign in "ntrfvux0":
        return (
            rf"`\{sign}` does not exist in a pattern",
            r"spell the character in the text of the rule: `\n`, `\t` or `\u{…}`",
        )
    return rf"`\{sign}` has no meaning", f"write `{sign}` for the character itself"


def group_problem(start: str) -> tuple[int, str, str]:
    """Return how much of `start`, which begins with `(?`, is wrong, why, and the remedy."""
    for sign, message, help_ in (
        ("(?:", "`(?:` does not exist", "write `(`: no group captures"),
        ("(?=", "looking ahead does not exist", "use a second predicate with `and`"),
        ("(?!", "looking ahead does not exist", "use a second predicate with `and not`"),
        ("(?<=", "looking behind does not exist", "use a second predicate with `and`"),
        ("(?<!", "looking behind does not exist", "use a second predicate with `and not`"),
        ("(?i)", "`(?i)` does not exist", "write `ignoring case` after the pattern"),
        ("(?P=", "a reference to a group does not exist", "write the alternatives out"),
        ("(?P<", "a group has no name", "write `(`"),
        ("(?<", "a group has no name", "write `(`"),
    ):
        if start.startswith(sign):
            return len(sign), message, help_
    return 2, "`(?` does not exist", r"write `(\?` for the character itself"


def repeat_problem(repeated: str, sign: str) -> tuple[str, str]:
    """Return what is wrong with the repeat `sign` after `repeated`, and the remedy."""
    if sign == "?":
        return (
            f"a lazy repeat, `{repeated}?`, does not exist",
            "leave out the `?`: a text is found or not, whichever part of it is found first",
        )
    if sign == "+":
        return f"a possessive repeat, `{repeated}+`, does not exist", "leave out the `+`"
    again = "{…}" if sign == "{" else sign
    return f"`{sign}` repeats what is repeated already", f"group it: `({repeated}){again}`"
