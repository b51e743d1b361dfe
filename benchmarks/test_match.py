"""One profile against ten thousand segments and against one, beside other engines of rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import compress

import pytest
from profiles import FIELDS, Profile, Said, conditions, joined, parted, profiles
from pytest_benchmark.fixture import BenchmarkFixture

import segdsl

cel = pytest.importorskip("cel", reason='needs pip install -e ".[bench]"')
rule_engine = pytest.importorskip("rule_engine")
zen = pytest.importorskip("zen")
CATALOG = segdsl.Catalog.model_validate({"customers": {"key": "customer_id", "fields": FIELDS}})
SEGMENTS, ATOMS = 10_000, 4_000
ONE = Said(
    'age >= 25 and age <= 44 and (city = "Şehir 07" or spend > 1200) and not (orders < 3)',
    'age >= 25 and age <= 44 and (city == "Şehir 07" or spend > 1200) and not (orders < 3)',
    'age >= 25 and age <= 44 and (city == "Şehir 07" or spend > 1200) and not (orders < 3)',
    'age >= 25 && age <= 44 && (city == "Şehir 07" || spend > 1200) && !(orders < 3)',
    'age >= 25 and age <= 44 and (city == "Şehir 07" or spend > 1200) and not (orders < 3)',
)
NAMES = [*(name for name in FIELDS if name != "signup_date"), "signup_day"]
Match = Callable[[Profile], tuple[str, ...]]


def by_segdsl(rules: list[Said]) -> Match:
    """Return the matcher."""
    text = "\n".join(f"segment s{i}: {said.segdsl}" for i, said in enumerate(rules))
    return segdsl.compile(text, catalog=CATALOG).matcher().match


def by_python(rules: list[Said]) -> Match:
    """Return every rule as a Python function of the attributes, one after the other."""
    each = [
        (f"s{i}", eval(f"lambda {', '.join(NAMES)}: {said.python}")) for i, said in enumerate(rules)
    ]

    def match(profile: Profile) -> tuple[str, ...]:
        values = [profile[name] for name in NAMES]
        return tuple([name for name, holds in each if holds(*values)])

    return match


def by_one_function(rules: list[Said]) -> Match:
    """Return all rules as one Python function."""
    names = [f"s{i}" for i in range(len(rules))]
    listed = "".join(f"{said.python}, " for said in rules)
    all_of_them = eval(f"lambda {', '.join(NAMES)}: ({listed})")

    def match(profile: Profile) -> tuple[str, ...]:
        return tuple(compress(names, all_of_them(*[profile[name] for name in NAMES])))

    return match


def by_shared_conditions(segments: list[list[Said]]) -> Match:
    """Return all rules as one Python function that works out each distinct condition once."""
    distinct = dict.fromkeys(part.python for parts in segments for part in parts)
    local = {code: f"c{i}" for i, code in enumerate(distinct)}
    named = [[replace(part, python=local[part.python]) for part in parts] for parts in segments]
    lines = [f"    {name} = {code}" for code, name in local.items()]
    listed = "".join(f"{joined(parts).python}, " for parts in named)
    defined: dict[str, Callable[..., tuple[bool, ...]]] = {}
    head = f"def all_of_them({', '.join(NAMES)}):"
    exec("\n".join((head, *lines, f"    return ({listed})")), defined)
    all_of_them, names = defined["all_of_them"], [f"s{i}" for i in range(len(segments))]
    return lambda profile: tuple(compress(names, all_of_them(*[profile[name] for name in NAMES])))


def by_rule_engine(rules: list[Said]) -> Match:
    """Return every rule as rule-engine parses it."""
    each = [(f"s{i}", rule_engine.Rule(said.rule_engine)) for i, said in enumerate(rules)]
    return lambda profile: tuple([name for name, rule in each if rule.matches(profile)])


def by_cel(rules: list[Said]) -> Match:
    """Return every rule as a program of common-expression-language; one context for all."""
    each = [(f"s{i}", cel.compile(said.cel)) for i, said in enumerate(rules)]

    def match(profile: Profile) -> tuple[str, ...]:
        context = cel.Context({name: profile[name] for name in NAMES})
        return tuple([name for name, program in each if program.execute(context)])

    return match


def by_zen(rules: list[Said]) -> Match:
    """Return every rule as a compiled expression of zen."""
    each = [(f"s{i}", zen.compile_expression(said.zen)) for i, said in enumerate(rules)]

    def match(profile: Profile) -> tuple[str, ...]:
        known = {name: profile[name] for name in NAMES}
        return tuple([name for name, rule in each if rule.evaluate(known)])

    return match


SHARED = "python, shared conditions"
WAYS: dict[str, Callable[[list[Said]], Match]] = {
    "segdsl": by_segdsl,
    "python": by_python,
    "python, one function": by_one_function,
    "rule-engine": by_rule_engine,
    "common-expression-language": by_cel,
    "zen-engine": by_zen,
}


@pytest.fixture(scope="module")
def many() -> dict[str, Match]:
    """Return the ways over all segments, which give equal answers."""
    assert len(conditions(ATOMS)) == ATOMS
    parts = parted(SEGMENTS, ATOMS)
    rules = [joined(own) for own in parts]
    made = {name: way(rules) for name, way in WAYS.items() if name != "zen-engine"}
    made[SHARED] = by_shared_conditions(parts)
    _assert_equal(made, profiles(3, seed=7))
    _assert_equal(
        {name: made[name] for name in ("segdsl", "python", "python, one function", SHARED)},
        profiles(300, seed=7),
    )
    return made


@pytest.fixture(scope="module")
def one() -> dict[str, Match]:
    """Return the ways over one rule, which give equal answers."""
    made = {name: way([ONE]) for name, way in WAYS.items()}
    _assert_equal(made, profiles(2_000, seed=8))
    return made


def _assert_equal(ways: dict[str, Match], asked: list[Profile]) -> None:
    found = {name: [match(profile) for profile in asked] for name, match in ways.items()}
    assert all(answers == found["python"] for answers in found.values())
    assert any(found["python"])


@pytest.mark.parametrize("way", [name for name in WAYS if name != "zen-engine"] + [SHARED])
def test_many(benchmark: BenchmarkFixture, many: dict[str, Match], way: str) -> None:
    """Time one profile against all segments; each call has a profile of its own."""
    benchmark.group = f"1 profile, {SEGMENTS:,} segments, {ATOMS:,} conditions"
    rounds = 2_000 if way == "segdsl" else 100 if way.startswith("python") else 12
    asked = iter(profiles(rounds + 5, seed=9))
    benchmark.pedantic(many[way], setup=lambda: ((next(asked),), {}), rounds=rounds)


@pytest.mark.parametrize("way", WAYS)
def test_one(benchmark: BenchmarkFixture, one: dict[str, Match], way: str) -> None:
    """Time profiles against one rule."""
    benchmark.group = "1,000 profiles, 1 rule"
    asked, match = profiles(1_000, seed=10), one[way]

    def all_of_them() -> None:
        for profile in asked:
            match(profile)

    benchmark.pedantic(all_of_them, rounds=15, warmup_rounds=2)
