"""Random well-typed plans over the fields of random customers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from random_customers import (
    CONSTANTS,
    DIVIDENDS,
    DIVISORS,
    FIELDS,
    NUMBERS,
    PRICES,
    TAGS,
    day,
    drawn,
    instant,
    place,
    text,
)

from segdsl.catalog.types import DATE, INSTANT, NUMBER, TEXT, YESNO, Folding, Type
from segdsl.functions.units import Direction, Unit
from segdsl.plan import nodes as n

LONGER = [unit for unit in Unit if not unit.is_clock]
FOLDINGS = tuple(Folding)
constants = st.sampled_from(CONSTANTS)
texts, dates, instants, places = drawn(text), drawn(day), drawn(instant), drawn(place)


class Grower:
    """Draws nodes of a wanted type; `depth` bounds what stands beneath them."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.intern = n.Interner()

    def one(self, *choices: Any) -> Any:
        return self.draw(st.sampled_from(choices))

    def field(self, name: str) -> n.Field:
        return self.intern(n.Field(name, FIELDS[name]))

    def literal(self, value: Any, type_: Type) -> n.Literal:
        return self.intern(n.Literal(value, type_))

    def constant(self, cells: st.SearchStrategy[Any], type_: Type) -> n.Literal:
        return self.literal(
            self.draw(st.none() | cells if self.one(False, False, False, True) else cells), type_
        )

    def apply(self, function: str, type_: Type, *arguments: Any) -> n.Apply:
        return self.intern(n.Apply(function, arguments, type_))

    def or_else(self, make: Any, depth: int, type_: Type) -> n.Value:
        return self.apply("or else", type_, make(depth - 1), make(depth - 1))

    def shift(self, base: n.Value, units: list[Unit]) -> n.Value:
        count = self.one(-1, 1, 3, -14, 400, -100_000, 10**15)
        return self.intern(n.Shift(base, count, self.one(*units)))

    # ---- values

    def number(self, depth: int) -> n.Value:
        kind = self.one(*range(14 if depth > 0 else 2))
        match kind:
            case 0:
                return self.field(self.one(*NUMBERS))
            case 1:
                return self.constant(constants, NUMBER)
            case 2:
                return self.or_else(self.number, depth, NUMBER)
            case 3:
                return self.apply(
                    self.one("negate", "abs", "round"), NUMBER, self.number(depth - 1)
                )
            case 4:
                digits = self.one(
                    self.literal(2, NUMBER), self.literal(400, NUMBER), self.number(0)
                )
                return self.apply("round", NUMBER, self.number(depth - 1), digits)
            case 5:
                return self.apply("length", NUMBER, self.text(depth - 1))
            case 6:
                items = self.field(self.one("tags", "scores", "visits"))
                return self.apply("size", NUMBER, items)
            case 7:
                return self.day_number(depth)
            case 8:
                return self.units_between(depth)
            case 9:
                return self.intern(n.Bucket(self.one("spring", "fall")))
            case 10:
                return self.intern(n.Ntile(self.one(4, 5, 10), self.plain_number(depth - 1)))
            case 11:
                spot = self.draw(places)
                here = [self.literal(side, NUMBER) for side in spot]
                return self.apply("distance", NUMBER, self.field("home"), *here)
            case 12:
                divisor = self.literal(self.one(*DIVISORS), NUMBER)
                return self.apply("divide", NUMBER, self.number(depth - 1), divisor)
            case _:
                name = self.one("add", "subtract", "multiply", "divide")
                return self.apply(name, NUMBER, self.number(depth - 1), self.number(depth - 1))

    def plain_number(self, depth: int) -> n.Value:
        """Draw a number of one storage type, as ranks need."""
        if depth > 0 and self.draw(st.booleans()):
            return self.apply("abs", NUMBER, self.number(depth - 1))
        number = self.field(self.one(*NUMBERS))
        if number.name not in ("ratio", "share", "money") or self.draw(st.booleans()):
            return number
        return self.apply("or else", NUMBER, number, self.literal(self.one(0, 2**60, 3), NUMBER))

    def day_number(self, depth: int) -> n.Value:
        name = self.one("year", "month", "day", "weekday", "hour")
        if name == "hour" or self.draw(st.booleans()):
            return self.apply(name, NUMBER, self.instant(depth - 1))
        return self.apply(name, NUMBER, self.date(depth - 1))

    def units_between(self, depth: int) -> n.Value:
        unit = self.one(*Unit)
        make = self.instant if unit.is_clock else self.date
        return self.apply(f"{unit}s between", NUMBER, make(depth - 1), make(depth - 1))

    def text(self, depth: int) -> n.Value:
        match self.one(*range(6 if depth > 0 else 3)):
            case 0 | 1:
                return self.field(self.one("city", "name", "address"))
            case 2:
                return self.constant(texts, TEXT)
            case 3:
                return self.intern(n.Folded(self.text(depth - 1), self.one(*FOLDINGS)))
            case 4:
                return self.apply("domain", TEXT, self.text(depth - 1))
            case _:
                return self.or_else(self.text, depth, TEXT)

    def date(self, depth: int) -> n.Value:
        match self.one(*range(7 if depth > 0 else 4)):
            case 0 | 1:
                return self.field(self.one("born", "signup"))
            case 2:
                return self.constant(dates, DATE)
            case 3:
                return self.intern(n.Today())
            case 4:
                return self.shift(self.date(depth - 1), LONGER)
            case 5:
                return self.apply("local date", DATE, self.instant(depth - 1))
            case _:
                return self.or_else(self.date, depth, DATE)

    def instant(self, depth: int) -> n.Value:
        match self.one(*range(6 if depth > 0 else 4)):
            case 0 | 1:
                return self.field(self.one("seen", "bought"))
            case 2:
                return self.constant(instants, INSTANT)
            case 3:
                return self.intern(n.Now())
            case 4:
                return self.shift(self.instant(depth - 1), list(Unit))
            case _:
                return self.or_else(self.instant, depth, INSTANT)

    def yesno(self, _: int) -> n.Value:
        return self.one(self.field("optin"), self.literal(self.one(True, False), YESNO))

    def items(self) -> tuple[n.Value, st.SearchStrategy[Any], Any]:
        """Draw a list, strategies for constants of its elements, and what draws other members."""
        match self.one("tags", "folded", "scores", "prices", "visits"):
            case "folded":
                folded = self.intern(n.Folded(self.field("tags"), self.one(*FOLDINGS)))
                return folded, st.sampled_from(TAGS), self.text
            case "tags":
                return self.field("tags"), st.sampled_from(TAGS), self.text
            case "visits":
                return self.field("visits"), dates, self.date
            case name:
                return self.field(name), st.sampled_from(PRICES) | constants, self.number

    def value(self, depth: int) -> n.Value:
        make = self.one(self.number, self.text, self.date, self.instant, self.yesno)
        return make(depth)

    # ---- predicates

    def predicate(self, depth: int) -> n.Predicate:
        match self.one(*range(11 if depth > 0 else 1)):
            case 1:
                return self.intern(n.Not(self.predicate(depth - 1)))
            case 2:
                return self.intern(n.All(self.predicates(depth - 1)))
            case 3:
                return self.intern(n.Any(self.predicates(depth - 1)))
            case 4:
                low = self.draw(st.integers(0, 2))
                high = low + self.draw(st.integers(0, 2))
                return self.intern(n.HowMany(low, high, self.predicates(depth - 1)))
            case 5:
                return self.intern(n.Constant(self.one(True, False)))
            case _:
                return self.atom(min(depth, 2))

    def predicates(self, depth: int) -> tuple[n.Predicate, ...]:
        return tuple(self.predicate(depth) for _ in range(self.draw(st.integers(0, 3))))

    def atom(self, depth: int) -> n.Predicate:
        make = self.one(
            self.compare, self.compare, self.quotient, self.one_of, self.known, self.match,
            self.match, self.has, self.has_only, self.in_network, self.in_period,
            self.anniversary, self.ranked, self.common,
        )  # fmt: skip
        return self.intern(make(depth))

    def compare(self, depth: int) -> n.Node:
        make = self.one(self.number, self.number, self.text, self.date, self.instant, self.yesno)
        return n.Compare(self.one(*n.Relation), make(depth), make(depth))

    def quotient(self, _: int) -> n.Node:
        """Draw an equality that the last bit of a quotient decides."""
        divisor, dividend = self.one(*DIVISORS), self.one(*DIVIDENDS)
        field = self.field(self.one("whole", "whole", "money", "share"))
        quotient = self.apply("divide", NUMBER, field, self.literal(divisor, NUMBER))
        exact = self.literal(float(dividend) / float(divisor), NUMBER)
        return n.Compare(n.Relation.EQ, quotient, exact)

    def one_of(self, depth: int) -> n.Node:
        make, cells = self.one(
            (self.number, constants),
            (self.text, texts),
            (self.date, dates),
            (self.instant, instants),
            (self.yesno, st.booleans()),
        )
        return n.OneOf(make(depth), tuple(self.draw(st.lists(cells, max_size=5))))

    def known(self, depth: int) -> n.Node:
        kind = self.one(n.Known, n.Blank)
        return kind(self.one(self.value(depth), self.field("tags"), self.field("home")))

    def match(self, depth: int) -> n.Node:
        how, folding = self.one(*n.How), self.one(*FOLDINGS)
        if how is n.How.MATCHES:
            folding = self.one(Folding.EXACT, Folding.CASE)
            pattern = self.one(
                "^a", "b+$", "[a-c]", r"\d", r"\w+\s", "(ab|ba)*i", "I.", r"\W", "^$"
            )
        elif how is n.How.LIKE:
            pattern = self.one("*", "i*", "*N", "?", "İ*", "a?b*", "~*", "ıst*", "*é", "ss*")
        else:
            pattern = None
        subject = self.intern(n.Folded(self.text(depth), folding))
        if pattern is not None:
            return n.Match(how, subject, self.literal(pattern, TEXT), folding)
        needle = self.draw(texts.map(lambda found: found[:2]).filter(bool))
        part = self.one(self.literal(needle, TEXT), self.field("name"))
        return n.Match(how, subject, self.intern(n.Folded(part, folding)))

    def has(self, depth: int) -> n.Node:
        items, cells, make = self.items()
        type_ = items.type.element if isinstance(items, n.Field) else TEXT
        return n.Has(items, self.one(self.constant(cells, type_), make(depth)))

    def has_only(self, _: int) -> n.Node:
        items, cells, _make = self.items()
        return n.HasOnly(items, tuple(self.draw(st.lists(cells, max_size=4))))

    def in_network(self, _: int) -> n.Node:
        networks = ("203.0.113.0/24", "2001:db8::/32", "10.0.0.1/32", "::/0")
        chosen = self.draw(st.lists(st.sampled_from(networks), min_size=1, unique=True))
        return n.InNetwork(self.field(self.one("address", "name")), tuple(chosen))

    def in_period(self, depth: int) -> n.Node:
        is_instant = self.draw(st.booleans())
        subject = self.instant(depth) if is_instant else self.date(depth)
        unit = self.one(*(Unit if is_instant else LONGER))
        return n.InPeriod(subject, *self.period(unit))

    def period(self, unit: Unit) -> tuple[Direction, int, Unit, bool]:
        direction = self.one(Direction.LAST, Direction.NEXT, Direction.THIS)
        if unit.is_clock and direction is Direction.THIS:
            direction = Direction.LAST
        is_full = not unit.is_clock and direction is not Direction.THIS and self.one(True, False)
        count = 1 if direction is Direction.THIS else self.one(1, 2, 7, 30, 12_000)
        return direction, count, unit, is_full

    def anniversary(self, depth: int) -> n.Node:
        if self.draw(st.booleans()):
            return n.AnniversaryOn(self.date(depth), self.date(depth))
        return n.AnniversaryIn(self.date(depth), *self.period(self.one(*LONGER)))

    def ranked(self, depth: int) -> n.Node:
        amount = self.one(0, 1, 3, Decimal("0.1"), Decimal("0.5"), Decimal(1))
        by = self.one(self.plain_number(depth), self.text(depth), self.date(depth))
        within = self.predicate(depth - 1) if self.one(0, 0, 1) else None
        return n.Ranked(self.one(True, False), amount, by, self.group(depth), within)

    def group(self, depth: int) -> n.Value | None:
        return self.one(None, self.text(depth), self.plain_number(0), self.field("optin"))

    def common(self, depth: int) -> n.Node:
        subject = self.one(self.text(depth), self.plain_number(depth), self.date(depth))
        within = self.predicate(depth - 1) if self.one(0, 0, 1) else None
        return n.Common(subject, self.one(1, 2, 3), self.group(depth), within)


@st.composite
def plans(draw: st.DrawFn) -> dict[str, n.Predicate]:
    """Return the roots of some segments that share nodes."""
    grower = Grower(draw)
    count = draw(st.integers(1, 6))
    return {f"segment {i}": grower.predicate(4) for i in range(count)}
