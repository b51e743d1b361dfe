"""Every declaration becomes its node."""

from __future__ import annotations

from decimal import Decimal

import pytest
from parsing import condition, declaration, declarations, ref

from segdsl.source import Source
from segdsl.syntax import tree

SPAN = Source.of("").span(0, 0)
X = ref("x")


def name(text: str, *, quoted: bool = False) -> tree.Name:
    return tree.Name(text, SPAN, quoted)


def text(value: str) -> tree.Text:
    return tree.Text(value, SPAN)


def percent(value: str) -> tree.Number:
    return tree.Number(Decimal(value), SPAN, is_percent=True)


OWNER = tree.Annotation(name("owner"), text("crm"), SPAN)
LAST = tree.Annotation(name("last"), tree.Number(-1, SPAN), SPAN)

CASES: dict[str, tree.Declaration] = {
    'use "common.seg"': tree.Use(text("common.seg"), SPAN),
    "param p = -5": tree.Param(name("p"), tree.Number(-5, SPAN), SPAN),
    "param p = 10%": tree.Param(name("p"), percent("0.10"), SPAN),
    'list l = ("a", 2,)': tree.InlineList(name("l"), (text("a"), tree.Number(2, SPAN)), SPAN),
    'list l from "a.csv"': tree.FileList(name("l"), text("a.csv"), None, SPAN),
    'list l from "a.csv" column "id"': tree.FileList(name("l"), text("a.csv"), text("id"), SPAN),
    "define d: x": tree.Define(name("d"), (), None, X, SPAN),
    'define d(n, k) "T": x': tree.Define(name("d"), (name("n"), name("k")), text("T"), X, SPAN),
    'trait t "T": x': tree.Trait(name("t"), (), text("T"), X, SPAN),
    "trait t(n): x": tree.Trait(name("t"), (name("n"),), None, X, SPAN),
    "segment s: x": tree.Segment(name("s"), None, (), X, SPAN),
    'SEGMENT s "T" [owner = "crm", last = -1]: x': tree.Segment(
        name("s"), text("T"), (OWNER, LAST), X, SPAN
    ),
    "segment `top`: x": tree.Segment(name("top", quoted=True), None, (), X, SPAN),
    "tiers t: a, b": tree.Tiers(name("t"), None, (), (ref("a"), ref("b")), None, SPAN),
    'tiers t "T" [owner = "crm"]: a otherwise c': tree.Tiers(
        name("t"), text("T"), (OWNER,), (ref("a"),), name("c"), SPAN
    ),
    'split s of x seed "q": a 40%, b 60%': tree.Split(
        name("s"),
        None,
        (),
        X,
        text("q"),
        (
            tree.Share(name("a"), percent("0.40"), SPAN),
            tree.Share(name("b"), percent("0.60"), SPAN),
        ),
        SPAN,
    ),
    'split s "T" [owner = "crm"] seed "q": a 100%': tree.Split(
        name("s"),
        text("T"),
        (OWNER,),
        None,
        text("q"),
        (tree.Share(name("a"), percent("1.00"), SPAN),),
        SPAN,
    ),
}


@pytest.mark.parametrize("written", CASES, ids=str)
def test_a_declaration_becomes_its_node(written: str) -> None:
    found = declaration(f"\n  # before\n{written}  # after\n")
    assert found == CASES[written]
    assert found.span.text == written


RULE_TESTS = [
    'test "t": expect x',
    'test "t" as of 2026-11-01:\n given age = 28, big\n given not small\n expect x, not lapsed(30)',
    'test "t" as of 2026-11-01T10:00:\n given p (time = 2026-10-01, n = 2), p (a.b = missing)\n'
    " given tags = (), more = ('a',), most = (1, 2)\n expect x\n expect y",
    "check gold, silver disjoint",
    "check young within reachable",
    "check gold, silver cover customers",
    "check gold cover reachable",
    "check size of young between 0.5% and 5%",
    "check size of young >= 100",
    "check size of young = 100",
]


@pytest.mark.parametrize("words", RULE_TESTS)
def test_tests_and_checks_keep_their_words(words: str) -> None:
    assert declarations(f"{words}\nsegment x: y")[0] == tree.RuleTest(words, SPAN)


def test_a_file_holds_declarations_in_the_order_written() -> None:
    found = declarations("segment b: x\n\nparam a = 1\nsegment a: y\n    and z\ndefine c: b")
    assert [type(one).__name__ for one in found] == ["Segment", "Param", "Segment", "Define"]
    assert found[2].body == condition("y and z")
