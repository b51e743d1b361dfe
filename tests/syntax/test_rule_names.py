"""Which words are names, and where."""

from __future__ import annotations

import pytest
from parsing import complaint, condition, declaration, mended, where

from segdsl.syntax import keywords, reserved_words
from segdsl.syntax.tree import Comparison, Reference

_RESERVED = """and or not is in between true false missing known empty did where then
    today now yesterday tomorrow"""
RESERVED = frozenset(_RESERVED.split())
FREE = sorted(keywords() - reserved_words())


def test_the_reserved_words_are_those_of_the_reference() -> None:
    assert reserved_words() == RESERVED


def test_keywords_come_from_the_grammar() -> None:
    assert {"segment", "days", "km", "least", "else", "accents", "distinct"} <= keywords()
    assert keywords() >= RESERVED


PLACES = ("{} > 3", "x and {} is known", "x = {}", "{}.deep in (1, 2)", "not {}", "({}) and x")
HEADERS = ("segment {}: x", "define {}: x", "param {} = 1", "segment {} [a = 1]: x")


@pytest.mark.parametrize("place", PLACES)
def test_a_keyword_is_a_field_without_backticks(place: str) -> None:
    for word in FREE:
        found = condition(place.format(word))
        assert word in {part.text for part in names_in(found)}


def names_in(node: object) -> list[Reference]:
    match node:
        case Reference():
            return list(node.parts)  # type: ignore[arg-type]  # names, which have a text too
        case tuple():
            return [name for item in node for name in names_in(item)]
        case _:
            fields = getattr(node, "__dataclass_fields__", ())
            inner = (getattr(node, field) for field in fields if field not in ("span", "source"))
            return [name for item in inner for name in names_in(item)]


def test_a_keyword_begins_a_line_as_a_field() -> None:
    for word in FREE:
        assert condition(f"x = 1 and\n{word} = 2").items[1].left.parts[0].text == word
        assert isinstance(condition(f'{word} in ("a", "b") and\n{word}.b > 2').items[1], Comparison)


@pytest.mark.parametrize("word", sorted(RESERVED))
def test_a_reserved_word_is_a_field_in_backticks(word: str) -> None:
    assert condition(f"`{word}` = 1").left.parts[0].text == word
    assert condition(f"x.`{word}` = 1").left.parts[1].is_quoted


@pytest.mark.parametrize("word", sorted(RESERVED - {"true", "false"}))
def test_a_reserved_word_after_a_point_is_refused(word: str) -> None:
    found = complaint(f"x.{word} = 1")
    assert (found.code.id, where(found)) == ("SG009", word)
    assert mended(f"x.{word} = 1") == f"x.`{word}` = 1"


@pytest.mark.parametrize("word", ["where", "then", "is", "not", "did", "in", "between", "empty"])
def test_a_reserved_word_before_a_sign_is_refused(word: str) -> None:
    found = complaint(f"{word} = 1")
    assert (found.code.id, where(found)) == ("SG009", word)


@pytest.mark.parametrize("header", [*HEADERS, 'segment {} "T": x'])
def test_a_keyword_is_not_declared(header: str) -> None:
    for word in sorted(keywords()):
        found = complaint(f"segment a: x\n{header.format(word)}\nsegment b: x")
        assert (found.code.id, where(found)) == ("SG012", word)


@pytest.mark.parametrize(
    "rule",
    [
        "define f(n, {}): x",
        "tiers t: a otherwise {}",
        'split s seed "x": {} 100%',
        "list {} = (1, 2)",
        'list {} from "x.csv"',
        "trait {}: x",
        "tiers {}: a, b",
    ],
)
@pytest.mark.parametrize("word", ["top", "first", "Days"])
def test_no_declared_name_is_a_keyword(rule: str, word: str) -> None:
    found = complaint(rule.format(word))
    assert (found.code.id, where(found)) == ("SG012", word)
    assert declaration(rule.format(f"`{word}`"))


@pytest.mark.parametrize(
    "name",
    [
        "yaş",
        "سن",
        "umur",
        "उम्र",
        "नमस्ते",
        "می\u200cخواهم",
        "क्\u200dष",
        "年齢",
        "_x1",
        "Ünvan",
        "o̱ne",
    ],
)
def test_names_in_any_script(name: str) -> None:
    assert condition(f"{name} > 3").left.text == name
    assert declaration(f"segment {name}: x").name.text == name


def test_names_in_backticks() -> None:
    found = condition("`Job Title` = 'x' and `a`.`b c`.d > 1")
    assert found.items[0].left.text == "Job Title"
    assert found.items[1].left.text == "a.b c.d"
    assert found.items[1].left.span.text == "`a`.`b c`.d"


def test_names_are_case_sensitive_and_keywords_are_not() -> None:
    found = condition("Age > 3 AND age BETWEEN 1 And 2 Or ELSE_ Is MISSING")
    assert found.items[0].items[0].left.text == "Age"
    assert found.items[1].subject.text == "ELSE_"


@pytest.mark.parametrize(
    "word", ["İN", "ıN", "in\u0301", "in\u200d", "in\u200c", "ｉｎ", "in_", "in1"]
)
def test_keywords_are_plain_ascii_up_to_a_word_boundary(word: str) -> None:
    assert complaint(f"x {word} metros").code.id == "SG001"


@pytest.mark.parametrize("text", ["segmentvip: x", "segmentvip x: y", "x > 10and y", "xand y"])
def test_words_run_together_are_errors(text: str) -> None:
    assert complaint(text).is_error


@pytest.mark.parametrize("text", ["tags contains only and x", "x = 1 or else and y"])
def test_a_keyword_that_may_be_meant_as_a_field_is_offered_in_backticks(text: str) -> None:
    found = complaint(text)
    assert found.code.id == "SG001"
    assert any("`` `" in note for note in found.help)


def test_positions_that_backticks_open() -> None:
    assert condition("tags contains `only`").operands[0].text == "only"
    assert condition("a or `else` = 1").items[1].left.text == "else"
    assert condition("count of `distinct` > 1")
