"""Random rules as an author writes them: every form of condition and value, as text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from hypothesis import strategies as st
from random_customers import DIVIDENDS, DIVISORS, FINES, TAGS, TEXTS, WHOLES, day, drawn

FOLDINGS = ("", "", " ignoring case", " ignoring accents", " ignoring case and accents", " exactly")
DAY_UNITS = ("days", "weeks", "months", "quarters", "years")
PATTERNS = (r"^[a-zİ]+$", r"\\d", r"(ali|vip)+", r"a.?b", r"\\w{2,}@", r"[^a]i", r"\\s$")
LIKES = ("*a*", "İ?tan*", "~*?", "*", "a?", "*@*.com")


def quoted(text: str) -> str:
    """Return a text literal."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t") + '"'


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes random expressions; `names` are segments and `params` divisors that may be named."""

    random: Random
    names: tuple[str, ...] = ()
    params: tuple[str, ...] = ()

    def one(self, *items: str) -> str:
        return self.random.choice(items)

    # ---- values

    def number(self, depth: int) -> str:
        if depth and self.random.random() < 0.3:
            a, b = self.number(depth - 1), self.number(depth - 1)
            unit = self.one(*DAY_UNITS)
            return self.one(
                f"({a} {self.one('+', '-', '*', '/')} {b})",
                f"({a} / {self.divisor()})",
                f"({self.divisor()} / {a})",
                f"round({a} / {self.divisor()}, {self.random.randint(0, 3)})",
                f"round({a}, {self.random.randint(0, 3)})",
                f"abs({a})",
                f"-({a})",
                f"length of {self.text_field()}",
                f"size of {self.one('tags', 'scores')}",
                f"{unit} since {self.one('born', 'signup', 'seen')}",
                f"{unit} from {self.moment()} to {self.moment()}",
                f"{self.one('hours', 'minutes', 'seconds')} since {self.one('seen', 'bought')}",
                f"{self.one('year', 'month', 'day')}({self.moment()})",
                f"hour({self.one('seen', 'bought')})",
                f"{self.one('quartile', 'quintile', 'decile')} of {self.measure()}",
            )
        return self.one("whole", "money", "fine", "ratio", "share", self.number_literal())

    def number_literal(self) -> str:
        written = [f"{n:f}" if isinstance(n, Decimal) else str(n) for n in (*WHOLES, *FINES)]
        plain = [text for text in written if max(map(len, text.split("."))) <= 18]
        return self.one(*plain, "25%", "1_000", "0.5")

    def divisor(self) -> str:
        return self.one(*map(str, DIVISORS), "7%", "(1 / 3)", *self.params)

    def measure(self) -> str:
        return self.one("whole", "share", "born", "share * 2", "seen")

    def text_field(self) -> str:
        return self.one("city", "name", "(city or else name)", "domain(name)")

    def text(self) -> str:
        return quoted(self.random.choice([text for text in TEXTS if text]))

    def moment(self) -> str:
        return self.one(
            "born",
            "signup",
            str(day(self.random)),
            "today",
            "yesterday",
            f"{self.random.randint(0, 400)} {self.one(*DAY_UNITS)} ago",
            f"(signup + {self.random.randint(0, 50)} {self.one(*DAY_UNITS)})",
            "seen",
        )

    def period(self, units: tuple[str, ...]) -> str:
        count = self.random.randint(1, 40)
        unit = self.one(*units)
        side = self.one("last", "next")
        if unit in ("hours", "minutes"):
            return f"{side} {count} {unit}"
        return self.one(
            f"{side} {count} {unit}",
            f"{side} {count} full {unit}",
            f"{side} {unit[:-1]}",
            f"this {unit[:-1]}",
        )

    def listed(self, item: Callable[[], str]) -> str:
        return ", ".join(item() for _ in range(self.random.randint(1, 4)))

    # ---- conditions

    def predicate(self, depth: int) -> str:
        no = self.one("", "", "not ")
        forms = (
            self.comparison,
            self.quotient,
            self.of_text,
            self.of_list,
            self.of_dates,
            self.of_population,
        )
        return self.random.choice(forms)(depth, no)

    def comparison(self, depth: int, no: str) -> str:
        a, b, c = self.number(depth), self.number(depth), self.number(depth)
        field = self.one("city", "money", "seen", "born", "optin", "tags", "home")
        return self.one(
            f"{a} {self.one('=', '!=', '<', '<=', '>', '>=', 'is', 'is not')} {b}",
            f"{a} {no}between {b} and {c}",
            f"{a} {no}in ({self.listed(self.number_literal)})",
            f"{field} is {no}{self.one('empty', 'known') if not no else 'empty'}",
            f"{field} is missing",
            "optin",
            f"optin {self.one('=', '!=')} {self.one('true', 'false')}",
        )

    def quotient(self, _: int, no: str) -> str:
        """Return a comparison that the last bit of a quotient decides."""
        cell, found = self.one("whole", "money", "share"), self.one(*map(str, DIVIDENDS))
        by = self.one(f"/ {self.divisor()}", f"/ {self.divisor()} / {self.divisor()}")
        return f"{cell} {by} {'!' if no else ''}= {found} {by}"

    def of_text(self, _: int, no: str) -> str:
        field, folding = self.text_field(), self.one(*FOLDINGS)
        operator = self.one("contains", "starts with", "ends with")
        networks = ('"10.0.0.0/8"', '("203.0.113.0/24", "2001:db8::/32")', '"::/0"')
        return self.one(
            f"{field} {self.one('=', '!=', '<', '>=')} {self.text()}{folding}",
            f"{field} = {self.text_field()}{folding}",
            f"{field} {no}in ({self.listed(self.text)}){folding}",
            f"{field} {no}{operator} {self.text()}{folding.replace(' ignoring accents', '')}",
            f"{field} {no}{operator} {self.one('any', 'all')} of ({self.listed(self.text)})",
            f"{field} {no}like {quoted(self.one(*LIKES))}{folding}",
            f'{field} {no}matches "{self.one(*PATTERNS)}"{self.one("", " ignoring case")}',
            f"address {no}in network {self.one(*networks)}",
            f"home {no}within {self.random.randint(1, 9000)} {self.one('km', 'miles')}"
            " of (41.01, 28.97)",
        ).replace('" "', '"a"')

    def of_list(self, _: int, no: str) -> str:
        tags = self.listed(lambda: quoted(self.random.choice([t for t in TAGS if t])))
        folding = self.one("", " ignoring case", " ignoring accents")
        return self.one(
            f"tags {no}contains any of ({tags}){folding}",
            f"tags {no}contains all of ({tags}){folding}",
            f"tags {no}contains only ({tags}){folding}",
            f"scores {no}contains {self.random.choice(WHOLES[:8])}",
            f'"vip" {no}in tags{folding}',
        )

    def of_dates(self, _: int, no: str) -> str:
        field = self.one("born", "signup", "seen", "bought")
        on = self.one("before", "after", "on", "on or before", "on or after")
        days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
        return self.one(
            f"{field} {no}{on} {self.moment()}",
            f"{field} {no}in {self.period(DAY_UNITS)}",
            f"{self.one('seen', 'bought')} {no}in {self.period(('hours', 'minutes', 'days'))}",
            f"anniversary of {field} {no}in {self.period(DAY_UNITS)}",
            f"anniversary of {field} {no}on {self.one('today', str(day(self.random)))}",
            f"weekday({field}) {no}in ({self.listed(lambda: self.one(*days))})",
            f"{field} {no}between {self.moment()} and {self.moment()}",
        )

    def of_population(self, _: int, no: str) -> str:
        per = self.one("", "", " per city", " per optin")
        within = f" within {self.one(*self.names)}" if self.names else ""
        scope = per + self.one("", within)
        count = self.random.randint(1, 5)
        return self.one(
            f"{self.one('top', 'bottom')} {self.one('10%', '50%', '1', '3')}"
            f" by {self.measure()}{scope}",
            f"{self.one('city', 'whole', 'born')} {no}among {count} most common{scope}",
            f'sample {self.one("10%", "20% to 70%", "100%")} seed "{self.one("a", "é")}"',
            *self.names,
        )

    def condition(self, depth: int) -> str:
        if depth == 0 or self.random.random() < 0.3:
            return self.predicate(2)
        items = [self.condition(depth - 1) for _ in range(self.random.randint(2, 4))]
        bound = self.one("at least", "at most", "exactly")
        group = "{ " + "; ".join(items) + " }"
        return self.one(
            "(" + " and ".join(items) + ")",
            "(" + " or ".join(items) + ")",
            f"not ({items[0]})",
            f"{self.one('any', 'all', 'none')} of {group}",
            f"{bound} {self.random.randint(0, 4)} of {group}",
        )


def rule_file(random: Random) -> str:
    """Return a rule file of some segments, later ones naming earlier ones."""
    names: list[str] = []
    lines = [f"param size_of_unit = {random.choice(DIVISORS)}"]
    for i in range(random.randint(1, 3)):
        writer = Writer(random, tuple(names), ("size_of_unit",))
        lines.append(f"segment audience_{i}: {writer.condition(2)}")
        names.append(f"audience_{i}")
    return "\n".join(lines)


def rules() -> st.SearchStrategy[str]:
    """Return a strategy for rule files that compile."""
    return drawn(rule_file)
