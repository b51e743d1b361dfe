"""Random customers and random well-typed plans over their fields."""

from __future__ import annotations

import unicodedata
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from segdsl.catalog.types import DATE, INSTANT, NUMBER, PLACE, TEXT, YESNO, Folding, Kind, list_of
from segdsl.catalog.types import Type
from segdsl.functions.clock import Calendar, LeapDay
from segdsl.functions.units import Direction, Unit
from segdsl.plan import nodes as n
from segdsl.plan.meaning import Customer

ZONES = ("UTC", "Europe/Istanbul", "America/Havana", "Australia/Lord_Howe", "Pacific/Apia")
CLOCK = [unit for unit in Unit if unit.is_clock]
LONGER = [unit for unit in Unit if not unit.is_clock]
FOLDINGS = tuple(Folding)
NUMBERS = ("whole", "huge", "money", "fine", "ratio", "share")
FIELDS = {
    **dict.fromkeys(("city", "name", "address"), TEXT),
    **dict.fromkeys(NUMBERS, NUMBER),
    **dict.fromkeys(("born", "signup"), DATE),
    **dict.fromkeys(("seen", "bought"), INSTANT),
    "optin": YESNO,
    "home": PLACE,
    "tags": list_of(Kind.TEXT),
    "scores": list_of(Kind.NUMBER),
    "prices": list_of(Kind.NUMBER),
    "visits": list_of(Kind.DATE),
}

letters = "aAbBnN iIıİsSßẞςσΣeéÉøØłŁ3٣۳ \u00a0\u200d\u0301\u0307\u0130kK@.~*?😀"
texts = st.one_of(
    st.sampled_from(["", " ", "\u2003\t", "İstanbul", "ISTANBUL", "ıstanbul", "Ali", "a@B.com", "a@@b"]),
    st.text(letters, max_size=5),
).map(lambda text: unicodedata.normalize("NFC", text))
needles = texts.filter(bool)
addresses = st.sampled_from(
    ["203.0.113.7", "::ffff:203.0.113.9", "2001:db8::1", "10.0.0.1", "nonsense", "010.0.0.1", ""]
)
wholes = st.one_of(
    st.integers(-5, 40),
    st.sampled_from([2**53, 2**53 + 1, -(2**53) - 1, 2**63 - 1, -(2**63)]),
)
huges = st.one_of(wholes, st.sampled_from([2**63, 10**37, -(2**127), 2**127 - 1, 2**100 + 1]))
floats = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([0.0, -0.0, 0.5, 1.0, 2.5, 1e308, float(2**53), 0.1, -3.0, 5e-324]),
)
monies = st.integers(-500, 500).map(lambda units: Decimal(units).scaleb(-2))
fines = st.one_of(
    monies,
    st.sampled_from(
        [
            Decimal("0.1"),
            Decimal("999999999999999999.999999999999999999"),
            Decimal("-0.000000000000000001"),
            Decimal("9007199254740993.000000000000000001"),
        ]
    ),
)
constants = st.one_of(wholes, huges, monies, fines, floats)
dates = st.one_of(
    st.dates(date(2019, 1, 1), date(2029, 12, 31)),
    st.dates(),
    st.sampled_from([date.min, date.max, date(2024, 2, 29), date(2023, 2, 28), date(2024, 12, 31)]),
)
_TURNS = [  # instants about changes of the clock in the zones above
    datetime(2024, 11, 3, 4, 30, tzinfo=UTC),
    datetime(2024, 11, 3, 5, 30, tzinfo=UTC),
    datetime(2024, 4, 6, 15, tzinfo=UTC),
    datetime(2011, 12, 30, 9, 59, 59, tzinfo=UTC),
    datetime(2016, 3, 27, 1, tzinfo=UTC),
]
instants = st.one_of(
    st.datetimes(datetime(2023, 6, 1), datetime(2026, 6, 1)).map(lambda t: t.replace(tzinfo=UTC)),
    st.builds(
        lambda turn, minutes: turn + timedelta(minutes=minutes),
        st.sampled_from(_TURNS),
        st.integers(-1500, 1500),
    ),
    st.sampled_from([datetime(3, 1, 1, tzinfo=UTC), datetime(9990, 1, 1, tzinfo=UTC)]),
)
places = st.tuples(
    st.floats(-90, 90).map(lambda x: round(x, 3)), st.floats(-180, 180).map(lambda x: round(x, 3))
)
calendars = st.builds(
    Calendar,
    st.one_of(instants.filter(lambda t: 100 < t.year < 9900)),
    st.sampled_from(ZONES),
    st.integers(1, 7),
    st.sampled_from(LeapDay),
)


def _lists(items: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(st.none() | items, max_size=4).map(tuple)


CELLS: dict[str, st.SearchStrategy[Any]] = {
    "city": st.sampled_from(["İstanbul", "istanbul", "Łódź", "lodz", "", " ", "Izmir"]) | texts,
    "name": texts,
    "address": addresses,
    "whole": wholes,
    "huge": huges,
    "money": monies,
    "fine": fines,
    "ratio": floats,
    "share": st.floats(0, 10).map(lambda x: round(x, 1)),
    "born": dates,
    "signup": dates,
    "seen": instants,
    "bought": instants,
    "optin": st.booleans(),
    "home": places,
    "tags": _lists(st.sampled_from(["vip", "VIP", "vıp", "new", "", "é"])),
    "scores": _lists(wholes),
    "prices": _lists(st.sampled_from([0.5, 1.0, 2.0, 3.5])),
    "visits": _lists(dates),
}


@st.composite
def populations(draw: st.DrawFn) -> list[Customer]:
    """Return customers with distinct keys in any order."""
    keys = draw(
        st.one_of(
            st.lists(st.integers(-3, 40), unique=True, min_size=0, max_size=14),
            st.lists(st.text("abİé9", max_size=3), unique=True, min_size=0, max_size=14),
        )
    )
    return [
        Customer(key, {name: draw(st.none() | cells) for name, cells in CELLS.items()})
        for key in keys
    ]


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
        return self.literal(self.draw(st.none() | cells if self.one(0, 0, 0, 1) else cells), type_)

    def apply(self, function: str, type_: Type, *arguments: Any) -> n.Apply:
        return self.intern(n.Apply(function, arguments, type_))

    def or_else(self, make: Any, depth: int, type_: Type) -> n.Value:
        return self.apply("or else", type_, make(depth - 1), make(depth - 1))

    def shift(self, base: n.Value, units: list[Unit]) -> n.Value:
        count = self.one(-1, 1, 3, -14, 400, -100_000, 10**15)
        return self.intern(n.Shift(base, count, self.one(*units)))

    # ---- values

    def number(self, depth: int) -> n.Value:
        kind = self.draw(st.integers(0, 12 if depth > 0 else 1))
        match kind:
            case 0:
                return self.field(self.one(*NUMBERS))
            case 1:
                return self.constant(constants, NUMBER)
            case 2:
                return self.or_else(self.number, depth, NUMBER)
            case 3:
                return self.apply(self.one("negate", "abs", "round"), NUMBER, self.number(depth - 1))
            case 4:
                digits = self.one(self.literal(2, NUMBER), self.literal(400, NUMBER), self.number(0))
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
                spot = [self.constant(places.map(lambda p: p[i]), NUMBER) for i in (0, 1)]
                return self.apply("distance", NUMBER, self.field("home"), *spot)
            case _:
                name = self.one("add", "subtract", "multiply", "divide")
                return self.apply(name, NUMBER, self.number(depth - 1), self.number(depth - 1))

    def plain_number(self, depth: int) -> n.Value:
        """Draw a number of one storage type, as ranks need."""
        if depth > 0 and self.draw(st.booleans()):
            return self.apply("abs", NUMBER, self.number(depth - 1))
        return self.field(self.one(*NUMBERS))

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
        match self.draw(st.integers(0, 5 if depth > 0 else 2)):
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
        match self.draw(st.integers(0, 6 if depth > 0 else 3)):
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
        match self.draw(st.integers(0, 5 if depth > 0 else 3)):
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
                return folded, st.sampled_from(["vip", "new"]), self.text
            case "tags":
                return self.field("tags"), st.sampled_from(["vip", "VIP", "é"]), self.text
            case "visits":
                return self.field("visits"), dates, self.date
            case name:
                return self.field(name), constants | st.integers(0, 3), self.number

    def value(self, depth: int) -> n.Value:
        make = self.one(self.number, self.text, self.date, self.instant, self.yesno)
        return make(depth)

    # ---- predicates

    def predicate(self, depth: int) -> n.Predicate:
        match self.draw(st.integers(0, 9 if depth > 0 else 0)):
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
            self.compare, self.compare, self.one_of, self.known, self.match, self.match, self.has,
            self.has_only, self.in_network, self.in_period, self.anniversary, self.ranked,
            self.common,
        )  # fmt: skip
        return self.intern(make(depth))

    def compare(self, depth: int) -> n.Node:
        make = self.one(self.number, self.number, self.text, self.date, self.instant, self.yesno)
        return n.Compare(self.one(*n.Relation), make(depth), make(depth))

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
            pattern = self.one("^a", "b+$", "[a-c]", r"\d", r"\w+\s", "(ab|ba)*i", "I.", r"\W", "^$")
        elif how is n.How.LIKE:
            pattern = self.one("*", "i*", "*N", "?", "İ*", "a?b*", "~*", "ıst*", "*é", "ss*")
        else:
            pattern = None
        subject = self.intern(n.Folded(self.text(depth), folding))
        if pattern is not None:
            return n.Match(how, subject, self.literal(pattern, TEXT), folding)
        part = self.one(self.literal(self.draw(needles), TEXT), self.field("name"))
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
        return n.Common(subject, self.one(1, 2, 3), self.group(depth))


@st.composite
def plans(draw: st.DrawFn) -> dict[str, n.Predicate]:
    """Return the roots of some segments that share nodes."""
    grower = Grower(draw)
    count = draw(st.integers(1, 4))
    return {f"segment {i}": grower.predicate(4) for i in range(count)}


def all_fields() -> list[n.Field]:
    """Return every field that customers may have."""
    return [n.Field(name, type_) for name, type_ in FIELDS.items()]
