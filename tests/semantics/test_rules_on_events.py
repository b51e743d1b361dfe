"""Rules on events become typed nodes; what cannot be typed is complained of once."""

from __future__ import annotations

import pytest

import segdsl
from segdsl.catalog import Catalog
from segdsl.diagnostics.fixes import apply_fixes
from segdsl.plan import nodes as n
from segdsl.plan.dump import dump_program
from segdsl.plan.words import describe

CATALOG = Catalog.model_validate(
    {
        "customers": {
            "key": "id",
            "fields": {
                "id": "number",
                "age": "number",
                "city": "text",
                "signup": "date",
                "seen": "instant",
                "vip": "yes/no",
            },
        },
        "events": {
            "purchase": {
                "source": "p.csv",
                "key": "id",
                "time": "sold_at",
                "lookups": {"product": "item"},
                "fields": {
                    "sold_at": "instant",
                    "amount": "number",
                    "quantity": "number",
                    "item": "text",
                    "channel": {"type": "text", "compare": "ignoring case"},
                    "online": "yes/no",
                    "tags": {"type": "list", "of": "text"},
                    "due": "date",
                },
            },
            "visit": {
                "source": "v.csv",
                "key": "id",
                "time": "day",
                "lookups": {},
                "fields": {"day": "date", "page": "text", "item": "text", "amount": "text"},
            },
            "badge": {"source": "b.csv", "key": "id", "fields": {"kind": "text"}},
        },
        "lookups": {"product": {"source": "i.csv", "key": "pid", "fields": {"department": "text"}}},
    }
)


def compiled(text: str) -> segdsl.Ruleset:
    return segdsl.compile(text, catalog=CATALOG)


def root(text: str) -> n.Predicate:
    (audience,) = compiled(text).plan.audiences
    return audience.root


def complaints(text: str) -> tuple[segdsl.Diagnostic, ...]:
    with pytest.raises(segdsl.CompileError) as caught:
        compiled(text)
    return caught.value.diagnostics


SAID = [
    # (rule, the node in words)
    ("did purchase", "count of purchase >= 1"),
    ("did not purchase in last 90 days", "not (count of purchase over last 90 days >= 1)"),
    ("did purchase exactly 1 time", "count of purchase = 1"),
    ("did badge at most 2 times", "count of badge <= 2"),
    (
        "did purchase between 2 and 5 times",
        "all of { count of purchase >= 2; count of purchase <= 5 }",
    ),
    (
        "did purchase on at least 5 days since signup",
        "count of days with purchase over since signup >= 5",
    ),
    ("did visit on at most 5 days", "count of days with visit <= 5"),
    (
        "did visit within 30 days after signup",
        "count of visit over between signup and signup + 30 days >= 1",
    ),
    (
        "did purchase within 2 hours before seen",
        "count of purchase over between seen - 2 hours and seen >= 1",
    ),
    (
        "did visit before seen",
        "count of visit over before the date of seen >= 1",
    ),
    (
        'did purchase where (product.department = "X" and (online or purchase.amount > age_1))',
        'count of purchase where (product.department = "X" and '
        "any of { online = true; amount > 7 }) >= 1",
    ),
    (
        'did purchase where (channel = "WEB" and channel matches "^w")',
        'count of purchase where (channel ignoring case = "web" and '
        'channel ignoring case matches "^w" ignoring case) >= 1',
    ),
    (
        "did visit then purchase with same item within 7 days in last 60 days",
        "did visit then purchase with same item within 7 days in last 60 days",
    ),
    (
        "did visit then purchase with same visit.item within 7 days",
        "did visit then purchase with same item within 7 days",
    ),
    (
        "did not visit then not purchase where (amount > customer.age) within 1 day",
        "not (did visit then not purchase where (amount > customer.age) within 1 day)",
    ),
    (
        "sum of (purchase.amount * customer.age) over this month > 3",
        "sum of (purchase.amount * customer.age) over this month > 3",
    ),
    (
        'most common of purchase.channel = "WEB"',
        'most common of purchase.channel ignoring case = "web"',
    ),
    ("last of purchase.time in last 30 days", "last of purchase.time in last 30 days"),
    ("weekday(first of purchase.time) = sat", "weekday(first of purchase.time) = 6"),
    ("first of purchase.online", "first of purchase.online = true"),
    ("top 10% by sum of purchase.amount per city", "top 10.00% by sum of purchase.amount per city"),
]


@pytest.mark.parametrize(("rule", "said"), SAID)
def test_nodes_in_words(rule: str, said: str) -> None:
    text = f"param age_1 = 7\nsegment s: {rule}" if "age_1" in rule else rule
    assert describe(root(text)) == said


def test_events_after_as_of_never_count() -> None:
    for rule, now in (("did purchase", n.Now), ("did visit in this month", n.Today)):
        (count,) = (node for node in n.ordered(root(rule)) if isinstance(node, n.Aggregate))
        found = [
            item
            for item in n.ordered(count.condition, below=n.parts)
            if isinstance(item, n.Compare) and isinstance(item.right, now)
        ]
        assert [(item.relation, describe(item.left)) for item in found] == [
            (n.Relation.LE, f"{count.event}.time")
        ]
    (count,) = (node for node in n.ordered(root("did badge")) if isinstance(node, n.Aggregate))
    assert count.condition is not None
    assert describe(count.condition) == "everyone"


@pytest.mark.parametrize(
    ("rule", "reads"),
    [
        ("did purchase where (amount > 3 and time in last 3 days)", []),
        ("did visit within 30 days after signup", ["signup", "signup + 30 days"]),
        (
            "did purchase where (amount > customer.age + 1 and amount < customer.age + 1)",
            ["(age + 1)"],
        ),
        ("did purchase where (amount * customer.age > quantity and customer.vip)", ["age", "vip"]),
        ("did purchase after (first of visit.time)", ["first of visit.time"]),
        ("did purchase where (channel = customer.city)", ["city ignoring case"]),
        ("sum of (purchase.amount * customer.age) > 3", ["age"]),
        (
            "did visit then purchase where (amount > customer.age) within 1 day since signup",
            ["signup", "age"],
        ),
    ],
)
def test_what_an_event_is_held_against(rule: str, reads: list[str]) -> None:
    found = next(node for node in n.ordered(root(rule))[::-1] if isinstance(node, n.OverEvents))
    assert [describe(node) for node in found.reads] == reads


def test_clauses_look_at_aggregates() -> None:
    rules = compiled(
        "segment a: did purchase at least 3 times in last 90 days\n"
        "segment b: did visit then purchase within 1 day\n"
        "segment c: sum of purchase.amount > 3"
    )
    assert [[describe(one) for one in a.clause.subjects] for a in rules.plan.audiences] == [
        ["count of purchase over last 90 days"],
        ["count of visit"],
        ["sum of purchase.amount"],
    ]


def test_definitions_and_traits_with_arguments() -> None:
    rules = compiled(
        "segment a: lapsed(180) and ltv_over(limit) > 3\n"
        "define lapsed(d): not did purchase in last d days\n"
        "trait ltv_over(x): sum of purchase.amount where (amount > x and channel in web)\n"
        "trait ltv: sum of purchase.amount\n"
        "segment b: top 10% by ltv per city or ltv / ltv_over(age) > 2\n"
        "param limit = 20\n"
        'list web = ("a", "b")'
    )
    assert not rules.findings
    described = [describe(audience.root) for audience in rules.plan.audiences]
    assert "over last 180 days" in described[0]
    assert 'amount > 20 and channel ignoring case in ("a", "b")' in described[0]
    assert "amount > customer.age" in described[1]
    assert [describe(trait.node) for trait in rules.plan.traits] == ["sum of purchase.amount"]


def test_properties_are_no_uses_of_declarations() -> None:
    rules = compiled(
        "segment kind: did badge where (kind = 'x')\n"
        "trait amount: sum of purchase.amount\n"
        "segment item: did visit then purchase with same item within 1 day and amount > 3"
    )
    assert rules.segments == ("kind", "item")


def test_what_rules_read_of_events() -> None:
    rules = compiled("did visit then purchase where (amount > 3) with same item within 1 day")
    assert [(one.event, one.name, str(one.type)) for one in rules.plan.properties] == [
        ("purchase", "amount", "number"),
        ("purchase", "item", "text"),
        ("purchase", "time", "instant"),
        ("visit", "item", "text"),
        ("visit", "time", "date"),
    ]
    assert rules.plan.events == ("purchase", "visit")
    assert not rules.plan.is_open


def test_without_a_catalog_every_name_may_be_a_property() -> None:
    rules = segdsl.compile(
        "param k = 3\n"
        "segment x: did a where (q > k and x) then not b with same z within 1 day and did c"
    )
    names = [f"{one.event}.{one.name}" for one in rules.plan.properties]
    assert names == ["a.q", "a.time", "a.x", "a.z", "b.time", "b.z", "c.time"]
    assert rules.plan.events == ("a", "b", "c")
    assert rules.plan.is_open
    assert not rules.findings


def test_the_program_shows_what_is_made_of_events() -> None:
    text = dump_program(compiled("did purchase in last 90 days and age > 3").program)
    assert "  events (1)\n" in text
    assert "count of purchase over last 90 days" in text


FIXED = [
    ("did purchase where (department = 'x')", "did purchase where (product.department = 'x')"),
    ("did purchase where (age > 3)", "did purchase where (customer.age > 3)"),
    ("customer.age > 3", "age > 3"),
    ("purchase in last 30 days", "did purchase in last 30 days"),
    ("purchase not in last 30 days", "did not purchase in last 30 days"),
    ("purchase after 2026-01-01", "did purchase after 2026-01-01"),
    ("age > 3 and not purchase", "age > 3 and not did purchase"),
    ("purchase >= 3", "count of purchase >= 3"),
    ("count of purchase in last 30 days", "count of purchase over last 30 days"),
    ("sum of quantity > 3", "sum of purchase.quantity > 3"),
    ("count of distinct channel > 3", "count of distinct purchase.channel > 3"),
    ("sum of (purchase.amount * quantity) > 3", "sum of (purchase.amount * purchase.quantity) > 3"),
    ("first of purchase.department = 'x'", "first of purchase.product.department = 'x'"),
    ("did purchase on at least 3 weeks", "did purchase on at least 3 days"),
    ("days since purchase > 3", "days since (last of purchase.time) > 3"),
    ("days since purchase.time > 3", "days since (last of purchase.time) > 3"),
    ("purchase.time in last 3 days", "(last of purchase.time) in last 3 days"),
    ("did purchase since 30 days", "did purchase since 30 days ago"),
    (
        "count of purchase over since 30 days > 3",
        "count of purchase over since 30 days ago > 3",
    ),
    ("did purchase where (weekday(time) = Saturday)", "did purchase where (weekday(time) = sat)"),
    ("did purchase where (channel = WEB)", 'did purchase where (channel = "WEB")'),
]


@pytest.mark.parametrize(("wrong", "right"), FIXED)
def test_fixes(wrong: str, right: str) -> None:
    (found,) = complaints(wrong)
    assert apply_fixes(wrong, found.fixes) == right
    if right != "count of purchase over last 30 days":  # to be compared with something
        compiled(right)


@pytest.mark.parametrize(
    ("rule", "slug", "help_"),
    [
        ("did purchse", "unknown-name", "a similar name exists: `purchase`"),
        ("did visit where (pge = 'x')", "unknown-field", "a similar name exists: `page`"),
        ("did visit where (quantity > 3)", "unknown-field", "`purchase` has it"),
        ("did quantity", "unknown-name", "`did purchase where (quantity …)`"),
        ("customer.citty = 'x'", "unknown-field", "with a similar name exists: `city`"),
        ("amount > 3", "property-alone", "`did purchase where (amount …)`"),
        ("purchase.channel = 'x'", "property-alone", "`most common of purchase.channel`"),
        ("purchase.time in last 3 days", "property-alone", "`did purchase in last 3 days`"),
        ("days since badge > 3", "wrong-kind", "`badge` has no time"),
        ("sum of purchase.item > 3", "wrong-operand", "`most common of purchase.item`"),
        ("average of purchase.time > 3", "wrong-operand", "`max of purchase.time`"),
        ("signup after 30 days", "wrong-operand", "`30 days ago`"),
        ("did purchase where (time between 11 and 13)", "type-mismatch", "`hour(time) >= 11`"),
        ("did purchase where (time = 2026)", "type-mismatch", "`year(time) = 2026`"),
        ("weekday(signup) = noday", "unknown-name", "the weekdays are `mon`, `tue`"),
        ("sum of purchase > 3", "needs-property", "`purchase.amount` or `purchase.quantity`"),
        ("did visit then badge within 1 day", "event-without-time", "under `[events.badge]`"),
        ("last of purchase.time > 30", "type-mismatch", "`days since last of purchase.time > 30`"),
        ("sum(purchase.amount) > 3", "unknown-function", "`sum of purchase.amount`"),
    ],
)
def test_remedies(rule: str, slug: str, help_: str) -> None:
    (found,) = complaints(rule)
    assert found.code.slug == slug
    assert any(help_ in one for one in found.help)


@pytest.mark.parametrize(
    "window",
    [
        "in next month",
        "in next 2 full weeks",
        "since tomorrow",
        "since now + 1 hour",
        "after today",
        "after now",
        "between today + 1 day and today + 1 week",
        "within 2 days after tomorrow",
    ],
)
def test_windows_in_the_future_are_pointed_out(window: str) -> None:
    (found,) = compiled(f"did purchase {window}").findings
    assert found.code.slug == "window-in-future"


@pytest.mark.parametrize(
    "window",
    [
        "in last 7 days",
        "in this year",
        "in next 7 days",
        "in next 24 hours",
        "in next 1 month",
        "since today",
        "before tomorrow",
        "since 2999-01-01",
        "after yesterday",
        "between yesterday and tomorrow",
        "within 2 days after today",
        "within 2 days before tomorrow",
        "since signup + 2 years",
    ],
)
def test_other_windows_are_not(window: str) -> None:
    assert not compiled(f"did purchase {window}").findings


@pytest.mark.parametrize(
    ("rule", "slug"),
    [
        ("count of purchase < 0", "never-true"),
        ("count of purchase = -1", "never-true"),
        ("count of distinct purchase.item < 0", "never-true"),
        ("count of purchase >= 0", "always-true"),
        ("count of purchase > -1", "always-true"),
        ("count of purchase != -1", "always-true"),
        ("did purchase at least 0 times", "always-true"),
        ("did purchase between 5 and 2 times", "reversed-bounds"),
        ("did purchase where (amount > 20 and amount < 10)", "never-true"),
        ("did purchase where (channel = 'a' and (online and channel = 'b'))", "never-true"),
        ("not did purchase where (amount > 20 and amount < 10)", "never-true"),
        ("did visit then visit where (page = 'a' and page = 'b') within 1 day", "never-true"),
        ("did visit between 2026-06-10 and 2026-06-01", "reversed-bounds"),
    ],
)
def test_what_holds_for_nobody_or_everybody_is_pointed_out_once(rule: str, slug: str) -> None:
    (found,) = compiled(rule).findings
    assert found.code.slug == slug


@pytest.mark.parametrize(
    "rule",
    [
        "count of purchase < 1",
        "count of purchase >= 1",
        "count of purchase <= 0",
        "count of purchase != 0",
        "sum of purchase.amount < 0",
        "sum of purchase.amount >= 0",
        "did purchase at most 0 times",
        "did purchase where (amount > 20 or amount < 10)",
        "did purchase where (amount > 10 and amount < 20)",
        "did purchase where (amount > 20) and not did purchase where (amount < 10)",
    ],
)
def test_what_events_may_decide_is_not(rule: str) -> None:
    assert not compiled(rule).findings


def test_not_of_events_is_noted_by_the_fields_it_reads() -> None:
    plan = compiled("not (did purchase since signup) and not (did visit)").plan
    assert [[field.name for field in use.fields] for use in plan.negations] == [["signup"]]
    plan = compiled("did purchase where (not (amount > customer.age))").plan
    assert plan.negations == ()
