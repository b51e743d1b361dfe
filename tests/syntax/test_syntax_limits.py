"""Long, deep and hostile texts: bounded, linear and without a crash."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from parsing import complaint, complaints, condition, module, where

from segdsl.diagnostics import Diagnostic
from segdsl.source import Source
from segdsl.syntax import keywords, parse, parse_literal
from segdsl.syntax.depth import DEEPEST, LONGEST

NESTINGS: dict[str, Callable[[int], str]] = {
    "brackets": lambda n: "(" * n + "x" + ")" * n,
    "groups": lambda n: "any of {" * n + "x" + "}" * n,
    "calls": lambda n: "f(" * n + "x" + ")" * n + " > 1",
    "not": lambda n: "not " * n + "x",
    "not and brackets": lambda n: "not (" * (n // 2) + "x" + ")" * (n // 2),
    "minus": lambda n: "1 = " + "-" * n + "x",
    "of": lambda n: "size of " * n + "x > 1",
    "since": lambda n: "days since " * n + "x > 1",
}


@pytest.mark.parametrize("nesting", NESTINGS.values(), ids=NESTINGS)
def test_nesting_is_bounded(nesting: Callable[[int], str]) -> None:
    assert condition(nesting(DEEPEST))
    found = complaint(nesting(DEEPEST + 2))
    assert found.code.id == "SG008"
    assert "200" in found.message
    assert complaint(nesting(5_000)).code.id == "SG008"


def test_a_hundred_thousand_brackets_are_one_complaint() -> None:
    assert complaint(NESTINGS["brackets"](100_000)).code.id == "SG008"
    assert complaint("(" * 100_000).code.id == "SG008"


def test_nesting_that_ends_does_not_add_up() -> None:
    assert len(condition(" and ".join(["not (a or b in (1, 2))"] * 500)).items) == 500
    assert len(condition(" or ".join(["x not in (-1)"] * 500)).items) == 500
    assert len(condition(" or ".join(["size of x > 1"] * 500)).items) == 500


@pytest.mark.parametrize("sign", [" + ", " - ", "*", " / ", " or else "])
def test_chains_are_bounded(sign: str) -> None:
    assert condition(f"x > {sign.join(['y'] * LONGEST)}")
    found = complaint(f"x > {sign.join(['y'] * (LONGEST + 1))}")
    assert (found.code.id, where(found)) == ("SG008", sign.strip())
    assert complaint(f"x > {sign.join(['y'] * 5_000)}").code.id == "SG008"


def test_nested_chains_share_one_bound() -> None:
    text = "x > " + "(1 + 2 + 3 + 4 + 5 + 6 + " * 180 + "7" + ")" * 180
    assert complaint(text).code.id == "SG008"


def test_a_wide_condition_is_one_node() -> None:
    assert len(condition(" or ".join(["x"] * 100_000)).items) == 100_000


def test_a_broken_declaration_too_deep_does_not_hide_the_next() -> None:
    text = f"segment a: {'(' * 300}x{')' * 300}\nsegment b: y"
    assert [one.code.id for one in complaints(text)] == ["SG008"]
    assert len(module(text).declarations) == 1


@pytest.mark.parametrize(
    "text",
    [
        "x = '" + "a" * 10_000_000 + "'",
        "x = '" + "\\\\" * 5_000_000,
        "# " + "x" * 10_000_000,
        " " * 10_000_000,
        "$" * 10_000_000,
        "9" * 10_000_000,
        "x" * 10_000_000,
        "😀a" * 2_000_000,
        "null " * 100_000,
        "`" * 1_000_000,
        "or" + " " * 1_000_000 + "elsewhere",
        "x " + "\\" * 1_000_000,
    ],
    ids=lambda text: repr(text[:8]),
)
def test_a_hostile_line_is_read_quickly(text: str) -> None:
    before = perf_counter()
    parse(Source("line", text))
    assert perf_counter() - before < 5  # a quadratic reading would take hours


def test_a_text_that_is_no_rule_file_gets_a_bounded_number_of_complaints() -> None:
    assert 100 < len(complaints("$a" * 100_000)) <= 1000


_WORDS = """x yaş null 3 2.5 10% 2026-01-31 2026-1-1 'a' "b “c” '\\u{41}' 1_0 10and f( . , ; : ( ) {
    } [ ] = == != < >= + - * / && ! $ # 😀 \u200d"""
_BEGINNINGS = ("\n", "`a b`", "\nsegment s: ", "\nparam p = ", "did p ", "x in last 3 ", "or else")
PIECES = st.sampled_from([*sorted(keywords()), *_WORDS.split(), *_BEGINNINGS])
RULES = (
    'segment a "T" [o = 1]: x between 1 and 2 and not (y in ("a", "b") or z is missing)\n',
    "define f(n): did p where (a = 1) at least n times in last 3 full weeks\n",
    'split s of a seed "x": b 10%, c 90%\ncheck a, b disjoint\n',
    "test 't' as of 2026-01-01: given x = 1, p (time = today) expect a, not b\n",
    "top 10% by sum of p.x over this year per z within a and d on or after 3 days ago",
)


def is_sound(text: str) -> None:
    source = Source.of(text)
    tree, diagnostics = parse(source)
    for one in diagnostics:
        assert isinstance(one, Diagnostic)
        assert one.primary is not None
        assert 0 <= one.primary.span.start <= one.primary.span.end <= len(source.text)
        assert str(one)
    if not tree.declarations and tree.condition is None:
        assert diagnostics
    parse_literal(text, "literal")


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60))
def test_no_text_crashes_the_parser(text: str) -> None:
    is_sound(text)


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=25))
def test_no_pieces_of_rules_crash_the_parser(pieces: list[str]) -> None:
    is_sound(" ".join(pieces))


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(RULES), st.data())
def test_no_mutation_of_a_rule_crashes_the_parser(rule: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(rule)))
    end = data.draw(st.integers(start, min(len(rule), start + 12)))
    is_sound(rule[:start] + data.draw(PIECES | st.just("") | st.text(max_size=3)) + rule[end:])
