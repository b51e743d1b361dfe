"""Write panel.xlsx: 2,000 invented people in Great Britain, as they describe themselves."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

import xlsxwriter

TODAY = date(2026, 11, 1)
HEADER = (
    "Panel ID", "Age", "Gender", "Household", "Children", "Home", "Area", "Income", "Joined",
    "Last visit", "Visits", "Orders", "Basket", "Discounted", "Evenings", "Device", "Interests",
    "Curiosity", "Planning", "Thrift", "Conscience", "Sociability",
)  # fmt: skip
DATES = ("Joined", "Last visit")
SURE = ("Panel ID", "Household", "Joined", "Last visit", "Visits", "Orders")
INTERESTS: dict[str, Callable[[int], float]] = {  # how likely at an age
    "cooking": lambda _: 0.35,
    "baking": lambda age: 0.12 + age / 500,
    "gardening": lambda age: age / 160,
    "interior": lambda _: 0.18,
    "hiking": lambda age: 0.12 + age / 500,
    "cycling": lambda age: 0.25 - age / 500,
    "camping": lambda age: 0.22 - age / 600,
    "football": lambda _: 0.30,
    "technology": lambda age: 0.40 - age / 250,
    "gaming": lambda age: 0.45 - age / 130,
    "photography": lambda _: 0.12,
    "fashion": lambda age: 0.35 - age / 250,
    "travel": lambda _: 0.30,
    "reading": lambda age: 0.15 + age / 300,
    "vegan cooking": lambda age: 0.16 - age / 700,
}


def score(middle: float, rng: Random) -> int:
    """Return a score from 0 to 100 around the middle."""
    return min(100, max(0, round(rng.gauss(middle, 17))))


def part(middle: float, rng: Random) -> float:
    """Return a part from 0 to 1 around the middle."""
    return min(1.0, max(0.0, round(rng.gauss(middle, 0.2), 2)))


def home(age: int, rng: Random) -> dict[str, object]:
    """Return how the person lives; families in the middle of life, shared flats before."""
    by_age = (25, 20, 10, 45) if age < 30 else (15, 22, 60, 3) if age < 55 else (28, 58, 13, 1)
    household = rng.choices(("single", "couple", "family", "shared"), by_age)[0]
    owns = rng.random() < min(0.85, (age - 18) / 50 + (0.15 if household == "family" else 0))
    earners = 1 if household in ("single", "shared") else 1.6
    return {
        "Household": household,
        "Children": rng.choices((1, 2, 3, 4), (40, 42, 14, 4))[0] if household == "family" else 0,
        "Home": "owner" if owns else "tenant",
        "Area": rng.choices(("city", "town", "country"), (45, 35, 20))[0],
        "Income": round(earners * rng.lognormvariate(3.35 if age > 29 else 3.1, 0.4)),
    }


def personality(age: int, income: int, rng: Random) -> dict[str, int]:
    """Return five scores; the young are more curious, the well-off compare less."""
    return {
        "Curiosity": score(72 - age / 2.5, rng),
        "Planning": score(40 + age / 4, rng),
        "Thrift": score(68 - income / 5, rng),
        "Conscience": score(52, rng),
        "Sociability": score(70 - age / 3, rng),
    }


def behaviour(person: dict[str, object], rng: Random) -> dict[str, object]:
    """Return what the person does in the shop, as far as the rest explains it."""
    joined = TODAY - timedelta(days=rng.randint(20, 2500))
    visits = min(40, int(rng.expovariate(1 / 4)))
    silence = min((TODAY - joined).days, int(rng.expovariate(1 / (15 if visits else 150))))
    young = int(str(person["Age"])) < 40
    devices = (65, 10, 25) if young else (35, 20, 45)
    late = 0.5 if person["Household"] == "family" else 0.3
    return {
        "Joined": joined,
        "Last visit": TODAY - timedelta(days=silence),
        "Visits": visits,
        "Orders": min(40, int(rng.expovariate(1 / (1 + visits * 0.9)))),
        "Basket": round(float(str(person["Income"])) * rng.lognormvariate(-0.1, 0.45), 2),
        "Discounted": part(float(str(person["Thrift"])) / 140, rng),
        "Evenings": part(late, rng),
        "Device": rng.choices(("phone", "tablet", "computer"), devices)[0],
    }


def person(number: int, rng: Random) -> dict[str, object]:
    """Return one person's cells by column; None is a cell left empty."""
    age = min(86, max(18, round(rng.gauss(45, 16))))
    row: dict[str, object] = {"Panel ID": number, "Age": age}
    row["Gender"] = rng.choices(("woman", "man", "other"), (51, 47, 2))[0]
    row |= home(age, rng)
    row |= personality(age, int(str(row["Income"])), rng)
    row |= behaviour(row, rng)
    loved = [topic for topic, chance in INTERESTS.items() if rng.random() < chance(age)]
    row["Interests"] = ", ".join(loved) or None
    return {
        column: None if column not in SURE and rng.random() < 0.03 else row[column]
        for column in HEADER
    }


def write(folder: Path) -> None:
    """Write panel.xlsx into the folder."""
    rng = Random(1978)
    with xlsxwriter.Workbook(folder / "panel.xlsx") as book:
        book.set_properties({"title": "Panel", "created": datetime(2026, 11, 1)})
        sheet = book.add_worksheet("Panel")
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, HEADER, book.add_format({"bold": True}))
        sheet.freeze_panes(1, 1)
        for line in range(1, 2001):
            for at, (column, value) in enumerate(person(7000 + line, rng).items()):
                if column in DATES:
                    sheet.write_datetime(line, at, value, day)
                elif value is not None:
                    sheet.write(line, at, value)


if __name__ == "__main__":
    write(Path(__file__).parent)
