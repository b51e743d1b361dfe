"""Random rules on events as an author writes them: every form of window, count and aggregate."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from hypothesis import strategies as st
from random_customers import drawn
from random_events import COUNTS

_LONG = ("days", "days", "days", "weeks", "months", "quarters", "years")
_CLOCK = ("hours", "hours", "minutes")
_KINDS = ("purchase", "purchase", "visit", "mail", "survey")
_TIMED = ("purchase", "visit", "mail")
_MIXED = (
    "(purchase.price or else purchase.pieces)",
    "(purchase.pieces or else purchase.price)",
    "(purchase.pieces or else purchase.cost)",
    "(purchase.cost or else customer.share or else purchase.pieces)",
    "(purchase.pieces or else purchase.price * 2)",
)
_RELATIONS = ("=", "!=", "<", "<=", ">", ">=")


@dataclass(frozen=True, slots=True)
class EventWriter:
    """Writes random expressions; `names` are segments that may be named."""

    random: Random
    names: tuple[str, ...] = ()

    def one(self, *items: str) -> str:
        return self.random.choice(items)

    def maybe(self, text: str, share: float = 0.5) -> str:
        return text if self.random.random() < share else ""

    def count(self) -> int:
        return 9_999 if self.random.random() < 0.02 else self.random.choice(COUNTS)

    # ---- one event

    def number(self, event: str) -> str:
        """Return a number of one event, its properties bare."""
        plain = self.one("price", "cost", "pieces") if event == "purchase" else "pieces"
        return self.one(plain, plain, f"{plain} * 2", f"({plain} or else 1)", f"abs({plain})")

    def where(self, event: str, share: float = 0.5) -> str:
        return self.maybe(f" where ({self.of_event(event)})", share)

    def of_event(self, event: str) -> str:
        number, text = self.number(event), self.one('"a"', '"b"', "city_asked", "customer.city")
        forms = [
            f"{number} {self.one(*_RELATIONS)} {self.literal()}",
            f"{number} {self.one(*_RELATIONS)} customer.{self.one('whole', 'share')}",
            f"{number} {self.one(*_RELATIONS)} (customer.share or else customer.whole)",
            f"{number} {self.maybe('not ')}between 0 and {self.literal()}",
            f"product {self.one('=', '!=')} {text}{self.maybe(' ignoring case')}",
            f'product {self.maybe("not ")}in ("a", "é")',
            f"product is {self.one('missing', 'known', 'empty')}",
            f"customer.optin and {event}.pieces > 0",
            f"not ({number} > {self.literal()})",
            'product contains "a"',
        ]
        if event == "purchase":
            forms += [
                "online",
                "not online",
                'tags contains "a"',
                f"due {self.one('before', 'on or after')} {self.one('customer.signup', 'today')}",
                f"sent {self.one('<', '>=')} {self.one('time', 'customer.seen', 'now')}",
                f"days from due to sent <= {self.count()}",
            ]
        if event != "survey":
            forms += [
                f"time in last {self.count()} days",
                f"weekday(time) {self.maybe('not ')}in (sat, sun)",
                f"time {self.one('before', 'on or after')} customer.signup",
            ]
        if self.random.random() < 0.25:
            joined = self.one("and", "or")
            return f"({self.one(*forms)} {joined} {self.one(*forms)})"
        return self.one(*forms)

    def literal(self) -> str:
        return self.one("0", "1", "2", "3", "0.1", "0.3", "-0.1", "0.125", "9_007_199_254_740_993")

    # ---- windows

    def period(self, event: str) -> str:
        unit = self.one(*_LONG)
        clock = self.one(*_CLOCK)
        side = self.one("last", "last", "last", "next")
        forms = [
            f"{side} {self.count()} {unit}",
            f"{side} {self.count()} full {unit}",
            f"{side} {unit[:-1]}",
            f"this {unit[:-1]}",
        ]
        if event != "mail":
            forms.append(f"{side} {self.count()} {clock}")
        return self.one(*forms)

    def bound(self) -> str:
        unit = self.one(*_LONG)
        return self.one(
            "signup",
            "seen",
            "today",
            "now",
            f"{self.count()} {unit} ago",
            f"(signup - {self.count()} {unit})",
            f"(seen + {self.count()} {unit})",
            f"(signup or else {self.count()} days ago)",
            f"({self.one('first', 'last')} of {self.one(*_TIMED)}.time)",
            "(max of purchase.due)",
        )

    def near(self, event: str) -> str:
        side, unit = self.one("before", "after"), self.one(*_LONG)
        if event != "mail" and self.random.random() < 0.3:
            instant = self.one("seen", "now", "(first of visit.time)")
            return f"within {self.count()} {self.one(*_CLOCK)} {side} {instant}"
        return f"within {self.count()} {unit} {side} {self.bound()}"

    def window(self, event: str) -> str:
        """Return a window of `did`."""
        return self.one(
            f" in {self.period(event)}",
            f" in {self.period(event)}",
            f" {self.one('since', 'before', 'after')} {self.bound()}",
            f" {self.near(event)}",
            self.between(),
        )

    def between(self) -> str:
        """Return a window between two bounds of one type."""
        low = self.one("signup", f"{self.count()} months ago", "(min of purchase.due)")
        return f" between {low} and {self.one('today', 'signup', '(max of purchase.due)')}"

    def over(self, event: str) -> str:
        if event == "survey":
            return self.maybe(" over all time")
        since = self.one("signup", "seen", f"{self.count()} days ago", "(first of visit.time)")
        return self.one("", f" over {self.period(event)}", f" over since {since}", " over all time")

    # ---- conditions

    def did(self) -> str:
        event = self.one(*_KINDS)
        window = self.maybe(self.window(event), 0.7) if event != "survey" else ""
        often = self.maybe(self.often(event), 0.6)
        habit = self.one(window + often, often + window)
        return f"did {self.maybe('not ', 0.3)}{event}{self.where(event)}{habit}"

    def often(self, event: str) -> str:
        bound = self.one("at least", "at most", "exactly")
        times = f" {bound} {self.random.randint(0, 3)}"
        if event != "survey" and self.random.random() < 0.4:
            return f" on{times} days"
        return self.one(f"{times} times", f" between 1 and {self.random.randint(1, 3)} times")

    def in_order(self) -> str:
        first, *later = (self.one(*_TIMED) for _ in range(self.random.choice((2, 2, 3, 4))))
        units = _LONG if "mail" in (first, *later) else (*_LONG, *_CLOCK)
        begin = f"{first}{self.where(first, 0.3)}{self.step(later[0])}"
        steps = "".join(f"{self.step(event)}{self.within(units)}" for event in later[1:])
        window = self.maybe(
            self.one(f" in {self.period(first)}", f" since {self.bound()}", self.between())
        )
        negation = self.maybe("not ", 0.2)
        one = f"did {negation}{begin}{self.within(units)}{steps}{window}"
        if self.random.random() < 0.7:
            return one
        return f"({one} {self.one('or', 'and')} did {begin}{self.within(units)}{window})"

    def step(self, event: str) -> str:
        same = self.maybe(f" with same {self.one('product', 'pieces')}", 0.4)
        no = self.maybe("not ", 0.3)
        return f" then {no}{event}{self.where(event, 0.2)}{same}"

    def within(self, units: tuple[str, ...]) -> str:
        return f" within {self.count()} {self.one(*units)}"

    # ---- aggregates

    def numeric(self) -> str:
        """Return an aggregate that is a number."""
        event = self.one(*_KINDS)
        where, over = self.where(event), self.over(event)
        plain = self.one("price", "cost", "pieces") if event == "purchase" else "pieces"
        measure = self.one(f"{event}.{plain}", f"{event}.{plain}", self.measure(event))
        gather = self.one("sum", "average", "min", "max", "most common")
        if event == "purchase" and self.random.random() < 0.2:
            of_any = self.one(*_MIXED)
            gather = self.one("min", "max", "first", "last", "most common", "count of distinct")
            return f"{gather} of {of_any}{where}{over}".replace("distinct of", "distinct")
        if event != "survey" and self.random.random() < 0.3:
            gather = self.one("first", "last")
        counted = self.one(f"distinct {event}.product", event, measure, f"{event}.product")
        return self.one(
            f"count of {counted}{where}{over}",
            f"{gather} of {measure}{where}{over}",
            f"{gather} of {measure}{where}{over}",
        )

    def value(self) -> str:
        """Return an aggregate of any type."""
        event = self.one(*_TIMED)
        name, gather = self.one("product", "time"), self.one("first", "last", "most common")
        bought = f"purchase.{self.one('online', 'due', 'sent')}{self.where('purchase')}"
        rest = f"{event}.{name}{self.where(event)}{self.over(event)}"
        return self.one(
            self.numeric(),
            self.numeric(),
            f"{gather} of {rest}",
            f"{self.one('min', 'max')} of {rest}",
            f"{gather} of {bought}{self.over('purchase')}",
        )

    def measure(self, event: str) -> str:
        """Return a number reckoned from one event, no float of which is too large to be summed."""
        forms = [
            f"({event}.pieces or else 1)",
            f"(length of {event}.product)",
            f"(length of {event}.product * 0.1)",
            f"({event}.pieces / 1_000_000_000)",
        ]
        if event == "purchase":
            forms += [
                "(purchase.price or else 1)",
                "(purchase.cost or else 2)",
                "(purchase.cost * 2)",
                "(purchase.cost + purchase.price / 2)",
                "(purchase.price or else purchase.cost)",
                "(purchase.cost or else purchase.price * 1)",
            ]
        return self.one(*forms)

    def of_aggregates(self) -> str:
        a, b = self.numeric(), self.numeric()
        text_gather = self.one("first", "last", "min", "max", "most common")
        event = self.one(*_TIMED)
        where, over = self.where(event), self.over(event)
        return self.one(
            f"({a}) {self.one(*_RELATIONS)} {self.literal()}",
            f"({a}) {self.one(*_RELATIONS)} ({b})",
            f"(({a}) or else 0) {self.one(*_RELATIONS)} {self.literal()}",
            f"({a}) {self.one('+', '-', '/', '*')} ({b}) > {self.literal()}",
            f"({a}) is {self.one('missing', 'known')}",
            f"(({a}) or else ({b})) {self.one(*_RELATIONS)} {self.literal()}",
            f"({a}) {self.maybe('not ')}in (0, 1, 0.3)",
            f'({text_gather} of {event}.product{where}{over}) {self.one("=", "<", "!=")} "a"',
            f"({text_gather} of {event}.time{where}{over}) in {self.period('mail')}",
            f"({text_gather} of purchase.online{self.where('purchase')}) = true",
            f"days since ({text_gather} of purchase.due) <= {self.count()}",
            f"total {self.one(*_RELATIONS)} {self.literal()}",
            f"of_product({self.one('city', 'city_asked')}) >= 1",
        ).replace("(min of purchase.online", "(first of purchase.online").replace(
            "(max of purchase.online", "(last of purchase.online"
        )  # fmt: skip

    def of_population(self) -> str:
        per = self.maybe(" per city")
        return self.one(
            f"{self.one('top', 'bottom')} {self.one('1', '50%')} by ({self.numeric()}){per}",
            f"quartile of total = {self.random.randint(1, 4)}",
            f"top 2 by (({self.numeric()}) or else ({self.numeric()}))",
            "(most common of visit.product) among 1 most common",
            *self.names,
        )

    def condition(self, depth: int) -> str:
        if depth and self.random.random() < 0.3:
            joined = self.one(" and ", " or ")
            return f"({self.condition(depth - 1)}{joined}{self.condition(depth - 1)})"
        forms = (self.did, self.did, self.in_order, self.in_order, self.of_aggregates)
        if self.random.random() < 0.1:
            return self.of_population()
        return self.maybe("not ", 0.15) + self.random.choice(forms)()


def rule_file(random: Random) -> str:
    """Return a rule file of some segments and traits."""
    lines = [
        'param city_asked = "a"',
        f"trait total: sum of purchase.{random.choice(('price', 'cost', 'pieces'))}",
        "trait of_product(p): count of purchase where (product = p)",
        "segment odd: city = city_asked or total is missing or of_product(city) = 9",
    ]
    writer = EventWriter(random)
    lines += [f"trait value_{i}: {writer.value()}" for i in range(random.randint(0, 3))]
    lines += [f"trait joined: {writer.numeric()} or else ({writer.numeric()})"]
    names = ["odd"]
    for i in range(random.randint(1, 3)):
        lines.append(f"segment audience_{i}: {EventWriter(random, tuple(names)).condition(1)}")
        names.append(f"audience_{i}")
    return "\n".join(lines)


def rules() -> st.SearchStrategy[str]:
    """Return a strategy for rule files that compile."""
    return drawn(rule_file)
