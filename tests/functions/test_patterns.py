"""Patterns: what parses, what each means, and that Polars is told the same."""

from __future__ import annotations

import time

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from segdsl.catalog.types import Folding
from segdsl.functions.folding import fold
from segdsl.functions.patterns import (
    Pattern,
    PatternProblem,
    fold_pattern,
    like_pattern,
    matches_pattern,
    parse_like,
    parse_pattern,
    rust_regex,
    search,
)


def parsed(text: str) -> Pattern:
    pattern = parse_pattern(text)
    assert isinstance(pattern, Pattern), pattern
    return pattern


def in_polars(pattern: Pattern, texts: list[str]) -> list[bool]:
    series = pl.Series(texts, dtype=pl.String)
    return series.str.contains(rust_regex(pattern), literal=False, strict=True).to_list()


def found(pattern: Pattern, text: str) -> bool:
    """Search, and see that Polars finds the same."""
    result = search(pattern, text)
    assert in_polars(pattern, [text]) == [result]
    return result


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("b", ["b", "abc"], ["", "B"]),
        ("^b", ["bc"], ["ab", "a\nb"]),
        ("b$", ["ab"], ["ba", "b\n"]),
        ("^$", [""], ["a", "\n"]),
        ("a.c", ["abc", "a\nc", "a😀c"], ["ac"]),
        ("[a-cx]", ["b", "x"], ["d"]),
        ("[^a-c]", ["d", "\n", "ad"], ["abc", ""]),
        ("[-a]", ["-", "a"], ["b"]),
        ("[a-]", ["-", "a"], ["b"]),
        ("[^-]", ["a"], ["-"]),
        ("[+--]", ["+", ",", "-"], ["."]),
        (r"[\]\\^.]", ["]", "\\", "^", "."], ["a"]),
        (r"[\w.-]+@", ["a.b-c_9@"], ["@"]),
        (r"^[^\W\d]+$", ["naïve_"], ["a1", "a-"]),
        (r"^\d+$", ["0123456789"], ["٣", "½", ""]),
        (r"^\D$", ["٣", "a"], ["3"]),
        (r"^\w+$", ["aé9_ك٣क़िı\u0307½", "\u0301"], ["-", " ", "a b", "😀"]),
        (r"^\W$", ["-", "\u200c"], ["_"]),
        (r"^\s+$", [" \t\n\u00a0\u3000\u2028\x85"], ["\u200b", "\x1c", "a"]),
        (r"^\S$", ["\u200b", "\x1c"], ["\u3000"]),
        ("^(ab|c)d$", ["abd", "cd"], ["ad", "abcd"]),
        ("^a|b$", ["ax", "xb"], ["xax"]),
        ("^ab*$", ["a", "abb"], ["abab"]),
        ("^ab+$", ["ab", "abb"], ["a"]),
        ("^ab?$", ["a", "ab"], ["abb"]),
        ("^a{2}$", ["aa"], ["a", "aaa"]),
        ("^a{2,}$", ["aa", "aaaa"], ["a"]),
        ("^a{1,3}$", ["a", "aaa"], ["", "aaaa"]),
        ("^a{0}$", [""], ["a"]),
        ("^(a*)*$", ["", "aaa"], ["b"]),
        ("^(a|b*)+c$", ["c", "abbac"], ["ab"]),
        ("(^)*a", ["ba"], ["b"]),
        (r"\.\*\+\?\(\)\[\]\{\}\|\^\$\\\-\/", [r".*+?()[]{}|^$\-/"], ["."]),
        ("İ", ["İ"], ["i"]),
        ("😀-", ["😀-"], ["😀"]),
        ("a,b", ["a,b"], ["ab"]),
        (r"[^\w\W]", [], ["a", "", "-"]),
        (r"[\w\W]", ["a", "-"], [""]),
        ("[^\ue000-\uffff]", ["a", "😀"], ["\ue000"]),
        ("[^\x00-\ud7ff\ue000-\U0010ffff]", [], ["a"]),
        ("-#&~", ["-#&~"], ["-"]),
    ],
)
def test_meaning(pattern: str, yes: list[str], no: list[str]) -> None:
    assert [text for text in yes if not found(parsed(pattern), text)] == []
    assert [text for text in no if found(parsed(pattern), text)] == []


@pytest.mark.parametrize(
    ("text", "offset", "length", "message", "help_"),
    [
        ("", 0, 0, "is empty", "contain"),
        ("a**", 2, 1, "`*` repeats what is repeated already", "`(a*)*`"),
        ("a{2}{3}", 4, 1, "`{` repeats", "`(a{2}){…}`"),
        ("a*?", 2, 1, "lazy repeat, `a*?`", "leave out the `?`"),
        ("a++", 2, 1, "possessive repeat, `a++`", "leave out the `+`"),
        ("*a", 0, 1, "`*` has nothing to repeat", r"`\*`"),
        ("a|+", 2, 1, "`+` has nothing to repeat", r"`\+`"),
        ("(?a)", 0, 2, "`(?` does not exist", r"`(\?`"),
        ("{2}", 0, 1, "`{` has nothing to repeat", r"`\{`"),
        ("^*", 1, 1, "`^` is a place", r"`\*`"),
        ("a{3,2}", 1, 5, "3 is more than 2", "`{2,3}`"),
        ("a{101}", 1, 5, "up to 100", "`{n,}`"),
        ("a{99999999999999999999}", 1, 22, "up to 100", "`{n,}`"),
        ("a{,3}", 1, 3, "`{` begins no repeat", r"`\{`"),
        ("a{", 1, 1, "`{` begins no repeat", r"`\{`"),
        ("a{x}", 1, 1, "`{` begins no repeat", r"`\{`"),
        ("a{1,2", 1, 4, "`{` begins no repeat", r"`\{`"),
        ("a{٣}", 1, 1, "`{` begins no repeat", r"`\{`"),
        ("x(a", 1, 1, "`(` is not closed", "add `)`"),
        ("(", 0, 1, "`(` is not closed", "add `)`"),
        ("a)", 1, 1, "`)` closes no group", r"`\)`"),
        (")", 0, 1, "`)` closes no group", r"`\)`"),
        ("()", 0, 2, "the group is empty", r"`\(\)`"),
        ("a||b", 2, 1, "alternative is empty", "`(…)?`"),
        ("a|", 2, 0, "alternative is empty", "`(…)?`"),
        ("(a|)", 3, 1, "alternative is empty", "`(…)?`"),
        ("(?:a)", 0, 3, "`(?:` does not exist", "`(`"),
        ("(?=a)", 0, 3, "looking ahead", "`and`"),
        ("(?!a)", 0, 3, "looking ahead", "`and not`"),
        ("x(?<=a)", 1, 4, "looking behind", "`and`"),
        ("x(?<!a)", 1, 4, "looking behind", "`and not`"),
        ("(?P<x>a)", 0, 4, "has no name", "`(`"),
        ("(?<x>a)", 0, 3, "has no name", "`(`"),
        ("(?P=x)", 0, 4, "reference to a group", "alternatives"),
        ("(?i)a", 0, 4, "`(?i)` does not exist", "`ignoring case`"),
        (r"(a)\1", 3, 2, "reference to a group", "alternatives"),
        (r"\bvip", 0, 2, "word boundary", r"`(^|\W)`"),
        (r"\p{L}", 0, 2, "class with a name", r"`\w`"),
        (r"\Aa", 0, 2, r"`\A` does not exist", "`^`"),
        (r"a\n", 1, 2, "does not exist in a pattern", r"`\n`"),
        (r"\q", 0, 2, "has no meaning", "`q`"),
        (r"\ü", 0, 2, "has no meaning", "`ü`"),
        ("a\\", 1, 1, r"stands before nothing", r"`\\`"),
        ("[a", 0, 1, "`[` is not closed", "add `]`"),
        ("[", 0, 1, "`[` is not closed", "add `]`"),
        ("[a-", 0, 1, "`[` is not closed", "add `]`"),
        ("x[]", 1, 2, "set of characters is empty", r"`\]`"),
        ("[^]", 0, 3, "set of characters is empty", r"`\]`"),
        ("[]a]", 0, 2, "set of characters is empty", r"`\]`"),
        ("[z-a]", 1, 3, "ends before it begins: `z-a`", "`a-z`"),
        (r"[a-\d]", 1, 4, r"`a-\d` is no range", r"`\-`"),
        (r"[\w-.]", 1, 4, r"`\w-.` is no range", r"`\-`"),
        ("[a-c-e]", 4, 1, "`-` joins no two", r"`\-`"),
        ("[[:alpha:]]", 1, 2, "class with a name", r"`\w`"),
        ("[a[b]]", 2, 1, "a set stands in a set", r"`\[`"),
        ("a]", 1, 1, "`]` closes nothing", r"`\]`"),
        ("a}", 1, 1, "`}` closes nothing", r"`\}`"),
        ("((a{100}){100}){100}", 0, 20, "too large", "lower the counts"),
        (r"(\w{100}){10}", 0, 13, "too large", "lower the counts"),
        ("(" * 51 + "a" + ")" * 51, 50, 1, "more than 50 deep", "leave some groups out"),
        ("(" * 9999, 50, 1, "more than 50 deep", "leave some groups out"),
    ],
)
def test_problems(text: str, offset: int, length: int, message: str, help_: str) -> None:
    problem = parse_pattern(text)
    assert isinstance(problem, PatternProblem), problem
    assert (problem.offset, problem.length) == (offset, length)
    assert message in problem.message
    assert help_ in problem.help


@given(st.text(st.sampled_from("ab(){}[]|*+?\\^$.-,12dwbé:"), max_size=15) | st.text())
def test_any_text_parses_or_has_a_problem_within_it(text: str) -> None:
    match parse_pattern(text):
        case PatternProblem(offset, length, message, help_):
            assert 0 <= offset <= offset + length <= len(text)
            assert message
            assert help_
        case Pattern() as pattern:
            assert in_polars(pattern, [text]) == [search(pattern, text)]


# ---- random patterns against Polars

_LETTERS = st.sampled_from("abiIİıßẞS") | st.sampled_from("ﬁσςΣéÉ\u0307٣7_- \nI")
_SHORTHANDS = st.sampled_from([".", r"\d", r"\D", r"\w", r"\W", r"\s", r"\S"])


def _escaped(character: str) -> str:
    return f"\\{character}" if character in "-^]\\" else character


_RANGES = st.tuples(_LETTERS, _LETTERS).map(
    lambda pair: f"{_escaped(min(pair))}-{_escaped(max(pair))}"
)
_MEMBERS = st.lists(
    _LETTERS.map(_escaped) | _RANGES | _SHORTHANDS.filter(lambda sign: sign != "."),
    min_size=1,
    max_size=3,
).map("".join)
_SETS = st.tuples(st.sampled_from(["[", "[^"]), _MEMBERS).map(lambda pair: f"{''.join(pair)}]")
_REPEATS = st.sampled_from(["*", "+", "?", "{2}", "{0,2}", "{1,}"])


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return (
        st.lists(inner, min_size=1, max_size=3).map("".join)
        | st.lists(inner, min_size=2, max_size=3).map(lambda items: f"({'|'.join(items)})")
        | st.tuples(inner, _REPEATS).map(lambda pair: f"({pair[0]}){pair[1]}")
    )


_PATTERNS = st.recursive(
    _LETTERS.map(_escaped) | _SHORTHANDS | _SETS | st.sampled_from(["^", "$"]),
    _larger,
    max_leaves=6,
)
_TEXTS = st.lists(st.text(_LETTERS, max_size=6), min_size=1, max_size=5)


@settings(max_examples=300, deadline=None)
@given(_PATTERNS, _TEXTS)
@example("(a+)+$", ["aab", "aa"])
def test_polars_agrees(text: str, texts: list[str]) -> None:
    pattern = parsed(text)
    assert in_polars(pattern, texts) == [search(pattern, subject) for subject in texts]


@settings(max_examples=200, deadline=None)
@given(_PATTERNS, _TEXTS)
@example("[ß-ﬁ]", ["ss", "ﬁ", "s"])
def test_polars_agrees_when_folded(text: str, texts: list[str]) -> None:
    pattern = fold_pattern(parsed(text), Folding.CASE)
    subjects = [fold(subject, Folding.CASE) for subject in texts]
    assert in_polars(pattern, subjects) == [search(pattern, subject) for subject in subjects]


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from("abİß*?~é\n.["), max_size=8), _TEXTS, st.sampled_from(Folding))
def test_polars_agrees_on_like(text: str, texts: list[str], folding: Folding) -> None:
    pattern = like_pattern(text, folding)
    subjects = [fold(subject, folding) for subject in texts]
    assert in_polars(pattern, subjects) == [search(pattern, subject) for subject in subjects]


# ---- folding


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("^İSTANBUL$", ["istanbul", "ıstanbul", "İSTANBUL", "I\u0307stanbul"], ["stanbul"]),
        ("^i\u0307x$", ["İX"], ["x"]),
        ("^straße$", ["STRASSE", "Straße"], ["strase"]),
        ("^stra[ßx]e$", ["STRASSE", "straxe"], ["strase", "strassxe"]),
        ("^[ß]$", ["ß", "SS"], ["s"]),
        ("^[ßẞ]+$", ["ßẞ", "SSss"], ["s"]),
        ("^[A-Z]+$", ["abc", "ABC", "ı"], ["é", "1"]),
        ("^[A-Z]+$", ["I"], [""]),
        ("^[^A-Z]+$", ["é1"], ["a", "A"]),
        ("^[^ßa]+$", ["xss"], ["a", "A"]),
        ("^ΣΑΣ$", ["σας", "ΣΑΣ"], ["σα"]),
        (r"^\w\W$", ["A-", "ı!"], ["--"]),
        ("^(AB|Ç)+$", ["abÇç"], ["a"]),
        ("^A{2}$", ["aA"], ["a"]),
    ],
)
def test_ignoring_case(pattern: str, yes: list[str], no: list[str]) -> None:
    folded = fold_pattern(parsed(pattern), Folding.CASE)
    assert [text for text in yes if not found(folded, fold(text, Folding.CASE))] == []
    assert [text for text in no if found(folded, fold(text, Folding.CASE))] == []


def test_exactly_changes_nothing() -> None:
    assert fold_pattern(parsed("[A-Z]ß"), Folding.EXACT) == parsed("[A-Z]ß")


@pytest.mark.parametrize("folding", [Folding.ACCENTS, Folding.BOTH])
def test_accents_do_not_go_with_matches(folding: Folding) -> None:
    with pytest.raises(ValueError, match="ignoring"):
        fold_pattern(parsed("a"), folding)


# ---- like


@pytest.mark.parametrize(
    ("pattern", "folding", "yes", "no"),
    [
        ("Ist*", Folding.EXACT, ["Ist", "Istanbul", "Ist\nx"], ["ist", "xIst"]),
        ("*bul", Folding.EXACT, ["bul", "a bul"], ["bulx"]),
        ("a*b*c", Folding.EXACT, ["abc", "a1b2c"], ["acb", "abcd"]),
        ("a?c", Folding.EXACT, ["abc", "a\nc", "a😀c"], ["ac", "abbc"]),
        ("??", Folding.EXACT, ["ab"], ["a", "abc"]),
        ("*", Folding.EXACT, ["", "a\nb"], []),
        ("***", Folding.EXACT, ["", "a"], []),
        ("*?*", Folding.EXACT, ["a", "abc"], [""]),
        ("a**b", Folding.EXACT, ["ab", "axb"], ["a"]),
        ("", Folding.EXACT, [""], ["a"]),
        ("100~*", Folding.EXACT, ["100*"], ["1000", "100~*"]),
        ("why~?", Folding.EXACT, ["why?"], ["whyx"]),
        ("a~~b", Folding.EXACT, ["a~b"], ["a~~b"]),
        ("a~~*", Folding.EXACT, ["a~", "a~bc"], ["a*"]),
        ("~", Folding.EXACT, ["~"], [""]),
        ("a~b", Folding.EXACT, ["a~b"], ["ab"]),
        ("~*", Folding.EXACT, ["*"], ["", "a"]),
        ("*~*", Folding.EXACT, ["*", "a*"], ["a"]),
        (r"a.c|[x]\d", Folding.EXACT, [r"a.c|[x]\d"], ["abc"]),
        ("İst*", Folding.CASE, ["istanbul", "ISTANBUL"], ["stanbul"]),
        ("stra?e", Folding.CASE, ["stratE"], ["STRAßE"]),
        ("stra??e", Folding.CASE, ["STRAßE"], ["strate"]),
        ("łód?", Folding.BOTH, ["Lodz", "ŁÓDŹ"], ["lod"]),
        ("*é*", Folding.ACCENTS, ["cafe"], ["CAFE"]),
    ],
)
def test_like(pattern: str, folding: Folding, yes: list[str], no: list[str]) -> None:
    made = like_pattern(pattern, folding)
    assert [text for text in yes if not found(made, fold(text, folding))] == []
    assert [text for text in no if found(made, fold(text, folding))] == []


def test_like_of_endless_text_is_a_problem() -> None:
    assert parse_like("Ist*") == like_pattern("Ist*", Folding.EXACT)
    problem = parse_like("a" * 50_000)
    assert isinstance(problem, PatternProblem)
    assert "too long" in problem.message


def test_matches_pattern_is_the_parsed_one_folded() -> None:
    assert matches_pattern("[A-Z]ß", Folding.EXACT) == parsed("[A-Z]ß")
    assert matches_pattern("[A-Z]ß", Folding.CASE) == parsed("[a-z]ss")
    with pytest.raises(ValueError, match="is not closed"):
        matches_pattern("(a", Folding.EXACT)


# ---- time and size


def test_no_pattern_takes_for_ever() -> None:
    started = time.perf_counter()
    for text in ("(a+)+$", "^(a|a)*$", "(a*)*b", "(a?){50}a{50}$"):
        assert not search(parsed(text), "a" * 40 + "b" * (text != "(a*)*b"))
    assert time.perf_counter() - started < 2


@pytest.mark.parametrize(
    "text",
    [
        r"\w{1,100}@\w{1,50}",
        r"^\W{0,100}$",
        "(a{100}){100}",
        "(.{0,50}){100}",
        r"([^\s]{40}){30}",
        "[^a]{100}" * 40,
        r"(\S{100}){9}",
        "([à-ÿ😀-😜一-龥]{100}){30}",
        "|".join(f"word{number}" for number in range(1000)),
        "(" * 50 + "a" + ")" * 50,
    ],
)
def test_what_parses_is_not_too_large_for_polars(text: str) -> None:
    assert in_polars(parsed(text), [""]) == [search(parsed(text), "")]
