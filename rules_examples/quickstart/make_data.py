"""Write customers.csv: two thousand invented customers of a shop in Türkiye."""

import csv
from datetime import date, timedelta
from pathlib import Path
from random import Random

TODAY = date(2026, 11, 1)
HEADER = (
    "customer_id", "age", "city", "gender", "email", "newsletter", "signup_date", "orders",
    "last_order", "spend",
)  # fmt: skip
CITIES = {
    "İstanbul": 30, "Ankara": 12, "İzmir": 9, "Bursa": 6, "Antalya": 6, "Konya": 4, "Adana": 4,
    "Şanlıurfa": 3, "Gaziantep": 4, "Kocaeli": 4, "Mersin": 3, "Diyarbakır": 3, "Eskişehir": 3,
    "Kayseri": 3, "Samsun": 3, "Denizli": 2, "Trabzon": 2, "Muğla": 2, "Çanakkale": 1,
}  # fmt: skip
TYPED = {
    "İstanbul": ("ISTANBUL", "istanbul", "İSTANBUL"),
    "İzmir": ("IZMIR", "izmir", "İZMİR"),
    "Ankara": ("ANKARA", "ankara"),
}
WOMEN = (
    "zeynep", "elif", "ayse", "fatma", "merve", "busra", "esra", "derya", "selin", "ceren",
    "gamze", "hande", "ipek", "melis", "nazli", "ozge", "pinar", "sevgi", "tugba", "yasemin",
)  # fmt: skip
MEN = (
    "mehmet", "mustafa", "ahmet", "ali", "emre", "burak", "can", "deniz", "eren", "furkan",
    "hakan", "ibrahim", "kerem", "murat", "onur", "ozan", "serkan", "tolga", "umut", "yusuf",
)  # fmt: skip
SURNAMES = (
    "yilmaz", "kaya", "demir", "celik", "sahin", "yildiz", "aydin", "ozturk", "arslan", "dogan",
    "kilic", "aslan", "cetin", "kara", "koc", "kurt", "ozkan", "simsek", "polat", "korkmaz",
)  # fmt: skip
DOMAINS = ("example.com", "example.org", "example.net")


def customer(number: int, rng: Random) -> list[object]:
    """Return the cells of one customer; an empty text is a missing cell."""
    gender = rng.choice(("female", "male"))
    age = min(84, max(18, round(rng.gauss(38, 13))))
    city = rng.choices(tuple(CITIES), tuple(CITIES.values()))[0]
    name = rng.choice(WOMEN if gender == "female" else MEN)
    email = f"{name}.{rng.choice(SURNAMES)}{number % 1000}@{rng.choice(DOMAINS)}"
    signup = TODAY - timedelta(days=int(2400 * rng.random() ** 1.4))
    tenure = (TODAY - signup).days
    orders = min(60, int(rng.expovariate(1 / (1 + tenure / 250))))
    basket = rng.lognormvariate(6.0 + (0.25 if 28 <= age <= 55 else 0), 0.6)
    spend = round(orders * basket, 2)
    silence = min(tenure, int(rng.expovariate(1 / 150)))
    last_order = TODAY - timedelta(days=silence) if orders else ""
    newsletter = "yes" if rng.random() < (0.7 if age < 50 else 0.45) else "no"
    return [
        number,
        "" if rng.random() < 0.04 else age,
        "" if rng.random() < 0.05 else as_typed(city, rng),
        "" if rng.random() < 0.08 else gender,
        "" if rng.random() < 0.06 else email,
        newsletter,
        signup,
        orders,
        last_order,
        f"{spend:.2f}",
    ]


def as_typed(city: str, rng: Random) -> str:
    """Return the city as its customer spells it; a few do not mind the letter case."""
    return rng.choice(TYPED[city]) if city in TYPED and rng.random() < 0.04 else city


def write(folder: Path) -> None:
    """Write customers.csv into the folder."""
    rng = Random(2026)
    with (folder / "customers.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(HEADER)
        rows.writerows(customer(number, rng) for number in range(1, 2001))


if __name__ == "__main__":
    write(Path(__file__).parent)
