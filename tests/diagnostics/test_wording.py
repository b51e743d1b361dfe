"""The wording of complaints about names and types and of findings, and what they advise."""

from __future__ import annotations

import inspect
import re
from types import ModuleType

import pytest

from segdsl.diagnostics import (
    Diagnostic,
    event_errors,
    findings,
    misplaced_events,
    name_errors,
    render_text,
    type_errors,
)
from segdsl.diagnostics.event_data import LeftOut, no_event_fits
from segdsl.diagnostics.event_errors import Elsewhere
from segdsl.diagnostics.fixes import apply_fixes
from segdsl.diagnostics.near import near_names
from segdsl.source import Source, Span

SOURCE = Source.of('segment vip:\n    age = "25"\n    or between 9 and 3\n', "vip.seg")


def at(text: str, source: Source = SOURCE) -> Span:
    start = source.text.index(text)
    return source.span(start, start + len(text))


SPAN, OTHER = at("age"), at("vip")
KNOWN = ["age", "city", "country"]
SAMPLES = (
    name_errors.unknown_field(SPAN, "contry", KNOWN),
    name_errors.unknown_field(SPAN, "Şehir adı", KNOWN, undeclared_column=True),
    event_errors.unknown_property(SPAN, "purchase", "amout", ["amount", "time"]),
    name_errors.unknown_name(SPAN, "metros", "list", ["metro", "vips"]),
    name_errors.duplicate_name(SPAN, "vip", OTHER),
    name_errors.unquoted_text(SPAN, "female", "gender"),
    name_errors.unknown_function(SPAN, "UPPER", []),
    name_errors.name_is_field(SPAN, "city", "segment"),
    name_errors.name_is_field(SPAN, "purchase", "trait", is_a="event"),
    name_errors.cycle(SPAN, ["a", "b", "a"], [SPAN, OTHER]),
    name_errors.unknown_param("min_spent", ["min_spend"]),
    name_errors.unknown_param("min_spent", []),
    name_errors.unknown_function(SPAN, "yaer", ["year", "day"]),
    name_errors.missing_file(SPAN, "vip.csv", "list file", "there is no such file", ["vips.csv"]),
    name_errors.argument_count(SPAN, "lapsed", 1, 2),
    name_errors.unknown_member(SPAN, "loyalty", "golden", ["gold", "silver"]),
    name_errors.wrong_kind(SPAN, "metros", "list", "condition", OTHER),
    type_errors.type_mismatch(SPAN, "age", "number", '"25"', "text", SPAN, at('"25"')),
    type_errors.not_a_condition(SPAN, "text"),
    type_errors.not_a_condition(SPAN, "list of text"),
    type_errors.not_a_value(SPAN),
    type_errors.wrong_operand(SPAN, "`year`", "date", "text"),
    type_errors.bad_pattern(SPAN, "a group is not closed", "close it with `)`"),
    type_errors.bad_network(SPAN, "10.0.0.1/8", "10.0.0.0/8"),
    type_errors.bad_network(at('"25"'), "10.0.0.1/8", "10.0.0.0/8"),
    type_errors.bad_network(SPAN, "office"),
    type_errors.bad_shares(SPAN, "105%"),
    type_errors.bad_share(SPAN, "0%"),
    type_errors.empty_text(SPAN, "contains"),
    type_errors.not_whole(SPAN, "a duration", "1.5"),
    type_errors.clock_on_date(SPAN, "hour"),
    type_errors.bad_place(SPAN, "a latitude lies between -90 and 90"),
    type_errors.bad_param("min_spend", "a number is wanted"),
    type_errors.needs_constant(SPAN, "a seed"),
    type_errors.bad_amount(SPAN, "`top`", "a whole number of at least 1"),
    type_errors.bad_period(SPAN, "it is empty", "at least 1 day"),
    findings.never_true(SPAN, "no number is both"),
    findings.always_true(SPAN, "every number is one of these"),
    findings.reversed_bounds(at("between 9 and 3"), "9", "3", at("9"), at("3")),
    findings.negatives_with_or(SPAN, "city"),
    findings.duplicate_segment(SPAN, "vip", "gold", OTHER),
    findings.unused_definition(SPAN, "lapsed", "definition"),
    findings.literal_never_occurs(SPAN, "istanbul", "city", "İstanbul", [("İstanbul", 1204)]),
    findings.literal_never_occurs(SPAN, "Izmir", "city", "İzmir", folding="ignoring accents"),
    findings.literal_never_occurs(SPAN, "Izmir", "city", padded=[(" Izmir", 2), ("Izmir ", 1)]),
    findings.text_never_found(SPAN, "zmİ", "city", "contains", "izmir", "ignoring case"),
    findings.literal_differs_in_case(SPAN, "a", "city", 1, 9, [("ignoring case", 9)], [("a ", 1)]),
    findings.not_admits_missing(SPAN, "city", 1),
    findings.not_admits_missing(SPAN, "city", 1, 20),
    findings.not_admits_missing(SPAN, "city", 1, 20, is_explicit_same=False),
    findings.not_admits_missing(SPAN, "city", 1, is_explicit_same=False),
    findings.same_seed(SPAN, "spring", "autumn", OTHER),
    findings.periods_confused(SPAN, "last 1 month", "last month"),
    findings.and_before_or(SPAN, "city", 'city = "A" or city = "B"', "age > 30"),
    findings.sql_wildcard(SPAN, "%burg"),
    findings.window_in_future(SPAN, "in next month"),
    event_errors.unknown_event(SPAN, "purchse", ["purchase"]),
    event_errors.unknown_event(SPAN, "amount", ["purchase"], ["purchase"]),
    event_errors.unmeasured_event(SPAN, "amount", ["purchase"], ["purchase", "visit"]),
    event_errors.unmeasured_event(SPAN, "amount", ["purchase"], perhaps=["purchase"]),
    event_errors.unknown_event(SPAN, "purchase", []),
    event_errors.property_for_event(SPAN, "purchase", "online"),
    event_errors.unknown_property(SPAN, "a", "b", (), Elsewhere(is_undeclared=True)),
    event_errors.unknown_property(SPAN, "a", "b", (), Elsewhere(True, is_field=True)),
    event_errors.unknown_property(SPAN, "a", "b", (), Elsewhere(True, lookups=["l.b"])),
    event_errors.unknown_property(SPAN, "a", "b", ("c",), Elsewhere(True, events=["d", "e"])),
    event_errors.without_event(SPAN, "purchase", "amount"),
    event_errors.customer_prefix(SPAN, "age", ["age"]),
    event_errors.customer_prefix(SPAN, "aeg", ["age"]),
    event_errors.ambiguous_name(SPAN, "amount", "purchase", "param", OTHER),
    misplaced_events.property_alone(SPAN, "purchase", "amount"),
    misplaced_events.bare_event(SPAN, "purchase"),
    misplaced_events.bare_event(SPAN, "purchase", "did purchase"),
    misplaced_events.property_alone(SPAN, "purchase", "time", "time", "last 30 days"),
    misplaced_events.property_alone(SPAN, "purchase", "city", "text"),
    misplaced_events.event_for_moment(SPAN, "purchase", True),
    misplaced_events.event_for_moment(SPAN, "badge", False),
    misplaced_events.duration_for_moment(SPAN, "`since`"),
    misplaced_events.cannot_gather(SPAN, "sum of", "number", "text", "purchase.city"),
    misplaced_events.cannot_gather(SPAN, "sum of", "number", "list of text", ""),
    findings.no_event_fits(SPAN, "purchase", "amount"),
    name_errors.unknown_weekday(SPAN, "saturday"),
    name_errors.unknown_weekday(SPAN, "noday"),
    type_errors.lone_duration(SPAN),
    event_errors.several_events(SPAN, "purchase", "visit"),
    event_errors.needs_property(SPAN, "sum of", "purchase", ["amount"]),
    event_errors.needs_property(SPAN, "sum of", "purchase", ["amount", "tax"]),
    event_errors.needs_property(SPAN, "sum of", "purchase", []),
    event_errors.no_event(SPAN, "sum of"),
    event_errors.one_name(SPAN, "sum of", "amount"),
    event_errors.one_name(SPAN, "sum of", "amount", ["visit"]),
    event_errors.no_time(SPAN, "badge", "a window"),
    event_errors.no_time_property(SPAN, "badge"),
    event_errors.not_for_one_event(SPAN, "the trait `ltv`", "trait", "ltv"),
    event_errors.not_for_one_event(SPAN, "a ranking"),
    misplaced_events.only_days(SPAN, "week"),
    misplaced_events.in_for_over(SPAN, "count of purchase", OTHER, "last 30 days"),
    event_errors.unequal_same(SPAN, "item", ("view", "number"), ("purchase", "text")),
)


@pytest.mark.parametrize(
    ("keyless", "unknown", "timeless", "said"),
    [
        (0, 3, 0, ("`id` holds the customers' keys",)),
        (1, 0, 0, ("`id` holds the customers' keys",)),
        (0, 0, 3, ("`day` holds dates or instants",)),
        (0, 1, 2, ("`id` holds the customers' keys", "`day` holds dates or instants")),
    ],
)
def test_events_that_do_not_fit_say_what_to_look_at(
    keyless: int, unknown: int, timeless: int, said: tuple[str, ...]
) -> None:
    left = LeftOut("visit", 3, keyless, unknown, ("x",), timeless, "id", "day")
    help_ = no_event_fits(left, "v.csv").help
    assert len(help_) == len(said)
    assert all(words in note for words, note in zip(said, help_, strict=True))


IDS = [f"{number}-{sample.code.slug}" for number, sample in enumerate(SAMPLES)]


@pytest.mark.parametrize("sample", SAMPLES, ids=IDS)
def test_style(sample: Diagnostic) -> None:
    """A message states a fact: no full stop at its end, no `you`, back-quotes in pairs."""
    labels = [sample.primary.message] if sample.primary else []
    labels += [label.message for label in sample.secondary]
    for text in (sample.message, *labels, *sample.help, *(fix.message for fix in sample.fixes)):
        assert not text.endswith((".", "!"))
        assert not re.search(r"\b(you|your|please|sorry|invalid)\b", text, re.IGNORECASE)
        assert text.count("`") % 2 == 0
        assert "propertys" not in text
    assert sample.message
    assert sample.primary or sample.place
    assert sample.code.id in render_text(sample)


@pytest.mark.parametrize("module", [name_errors, type_errors, event_errors, findings])
def test_every_constructor_has_a_sample(module: ModuleType) -> None:
    source = inspect.getsource(module)
    used = set(re.findall(r"codes\.([A-Z_]+)", source))
    from segdsl.diagnostics import codes

    assert {getattr(codes, name) for name in used} <= {sample.code for sample in SAMPLES}


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("contry", ["country"]),
        ("Sehir", ["şehir"]),
        ("YAS", ["yaş"]),
        ("sıgnup", ["signup"]),
        ("bigspender", ["big_spender"]),
        ("émail", ["email"]),
        ("cty", ["city"]),
        ("zzz", []),
        ("", []),
        ("€", []),
        ("x" * 10_000, []),
    ],
)
def test_near_names(word: str, near: list[str]) -> None:
    known = ["country", "şehir", "yaş", "signup", "big_spender", "email", "city", "x"]
    assert near_names(word, known)[:1] == near


def test_near_names_are_few_and_the_best_comes_first() -> None:
    assert near_names("city", ["city_a", "cityx", "xcity", "citi", "town"]) != []
    assert len(near_names("field", [f"field{n}" for n in range(100)])) == 3
    assert near_names("spend", ["spent", "spend_total", "spends"])[0] == "spends"


def test_the_near_name_is_offered() -> None:
    assert SAMPLES[0].help == ("a field with a similar name exists: `country`",)
    assert SAMPLES[2].help[0] == "a property with a similar name exists: `amount`"


def test_an_undeclared_column_is_quoted_for_toml() -> None:
    assert '`"Şehir adı" = "text"`' in SAMPLES[1].help[0]


def test_a_circle_is_printed_once_round() -> None:
    closed = name_errors.cycle(SPAN, ["a", "b", "a"])
    assert closed == name_errors.cycle(SPAN, ["a", "b"])
    assert "`a` → `b` → `a`" in closed.help[0]
    assert "`a` → `a`" in name_errors.cycle(SPAN, ["a"]).help[0]


MISMATCHES = [
    ("number", '"25"', "text", "25"),
    ("number", "'10%'", "text", "10%"),
    ("number", '"many"', "text", None),
    ("date", '"2026-01-31"', "text", "2026-01-31"),
    ("instant", '"2026-01-31T18:30"', "text", "2026-01-31T18:30"),
    ("date", '"yesterday"', "text", None),
    ("weekday", '"Monday"', "text", "mon"),
    ("text", "06100", "number", None),
    ("text", "2026-01-31", "date", None),
    ("yes/no", "true", "text", None),
    ("date", "30", "number", None),
    ("list of text", '"vip"', "text", None),
]


@pytest.mark.parametrize(("field_type", "literal", "type_", "replacement"), MISMATCHES)
@pytest.mark.parametrize("is_reversed", [False, True])
def test_what_is_advised_when_types_do_not_meet(
    field_type: str, literal: str, type_: str, replacement: str | None, is_reversed: bool
) -> None:
    text = f"{literal} = x" if is_reversed else f"x = {literal}"
    source = Source.of(text)
    sides = [("x", field_type, at("x", source)), (literal, type_, at(literal, source))]
    (left, left_type, left_span), (right, right_type, right_span) = (
        reversed(sides) if is_reversed else sides
    )
    found = type_errors.type_mismatch(
        at(text, source), left, left_type, right, right_type, left_span, right_span
    )
    if replacement is None:
        assert found.help
        assert not found.fixes
    else:
        assert apply_fixes(source.text, found.fixes) == text.replace(literal, replacement)


def test_values_that_occur_are_counted() -> None:
    found = findings.literal_never_occurs(SPAN, "istanbul", "city", "İstanbul", [("İzmit", 1204)])
    assert '`"İzmit"` (1,204 customers)' in found.help[0]
    assert "`ignoring case`" in found.help[1]


def test_swapping_reversed_bounds() -> None:
    (sample,) = [sample for sample in SAMPLES if sample.code.slug == "reversed-bounds"]
    assert "between 3 and 9" in apply_fixes(SOURCE.text, sample.fixes)


def test_a_not_over_missing_values_offers_both_spellings() -> None:
    source = Source.of("not (age > 3)")
    found = findings.not_admits_missing(at("not (age > 3)", source), "age", 1)
    assert "1 customer only" in found.message
    assert [apply_fixes(source.text, [fix]) for fix in found.fixes] == [
        "age is known and not (age > 3)",
        "(age is missing or not (age > 3))",
    ]
