"""Write customers/*.csv and two lists: 5,000 invented customers of a department store in Spain."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random
from unicodedata import combining, normalize

TODAY = date(2026, 11, 1)
HEADER = (
    "customer_id", "signup_date", "gender", "age", "job_title", "email", "town", "region",
    "postcode", "ip", "lat", "lon", "sites", "brands", "diet", "aids", "hand", "height",
    "shoe_size", "orders", "returns", "spend", "first_order", "last_order", "satisfaction",
    "complaints",
)  # fmt: skip
TOWNS = (  # weight, town, region, province (postcode), latitude, longitude
    (16, "Madrid", "Comunidad de Madrid", "28", 40.4168, -3.7038),
    (3, "Alcalá de Henares", "Comunidad de Madrid", "28", 40.4820, -3.3635),
    (12, "Barcelona", "Catalunya", "08", 41.3874, 2.1686),
    (3, "Girona", "Catalunya", "17", 41.9794, 2.8214),
    (3, "Tarragona", "Catalunya", "43", 41.1189, 1.2445),
    (10, "València", "Comunitat Valenciana", "46", 39.4699, -0.3763),
    (3, "Torrent", "Comunitat Valenciana", "46", 39.4371, -0.4655),
    (3, "Sagunt", "Comunitat Valenciana", "46", 39.6797, -0.2784),
    (2, "Gandia", "Comunitat Valenciana", "46", 38.9680, -0.1845),
    (5, "Alacant", "Comunitat Valenciana", "03", 38.3452, -0.4810),
    (3, "Castelló de la Plana", "Comunitat Valenciana", "12", 39.9864, -0.0513),
    (7, "Sevilla", "Andalucía", "41", 37.3891, -5.9845),
    (5, "Málaga", "Andalucía", "29", 36.7213, -4.4214),
    (3, "Córdoba", "Andalucía", "14", 37.8882, -4.7794),
    (2, "Cádiz", "Andalucía", "11", 36.5271, -6.2886),
    (4, "Bilbao", "Euskadi", "48", 43.2630, -2.9350),
    (2, "Donostia", "Euskadi", "20", 43.3183, -1.9812),
    (3, "A Coruña", "Galicia", "15", 43.3623, -8.4115),
    (2, "Santiago de Compostela", "Galicia", "15", 42.8782, -8.5448),
    (4, "Zaragoza", "Aragón", "50", 41.6488, -0.8891),
    (2, "León", "Castilla y León", "24", 42.5987, -5.5671),
    (2, "Salamanca", "Castilla y León", "37", 40.9701, -5.6635),
)
PILOT_TOWNS = ("València", "Málaga", "Donostia", "Cádiz", "León")
JOBS = (  # weight, title, youngest, oldest, what it earns
    (7, "Student", 18, 26, 0.5),
    (6, "Nurse", 22, 65, 1.0),
    (2, "Doctor", 27, 67, 1.7),
    (1, "Midwife", 23, 64, 1.0),
    (1, "Paramedic", 21, 60, 0.9),
    (5, "Primary school teacher", 23, 65, 1.0),
    (4, "Maths teacher", 24, 66, 1.1),
    (5, "Software engineer", 22, 60, 1.5),
    (3, "Civil engineer", 24, 64, 1.4),
    (2, "Mechanical engineer", 23, 64, 1.3),
    (3, "Junior accountant", 21, 29, 0.8),
    (3, "Trainee chef", 18, 27, 0.6),
    (3, "Assistant editor", 21, 34, 0.8),
    (6, "Shop assistant", 18, 62, 0.7),
    (5, "Office clerk", 20, 65, 0.8),
    (4, "Electrician", 20, 64, 1.0),
    (4, "Bus driver", 24, 65, 0.9),
    (4, "Waiter", 18, 60, 0.7),
    (3, "Self-employed", 25, 70, 1.1),
    (3, "Freelance designer", 22, 60, 1.0),
    (4, "Sales manager", 30, 64, 1.5),
    (2, "Product manager", 28, 60, 1.6),
    (2, "Head of logistics", 35, 64, 1.8),
    (2, "Director of studies", 38, 66, 1.6),
    (1, "Chief financial officer", 40, 66, 2.4),
    (9, "Retired", 63, 88, 0.9),
)
SITES = (
    "recetas.example", "futbol.example", "mercado.example", "bolsa-hoy.example", "moda.example",
    "viajes.example", "bricolaje.example", "mascotas.example", "noticias.example", "cine.example",
)  # fmt: skip
BRANDS = {
    "Andesa": 20, "Montblau": 16, "Ruta 7": 14, "Casa Propia": 12, "Lluna": 5, "Ortiga": 5,
    "Viento Sur": 5, "Taller Norte": 4, "Albahaca": 3, "Noche Clara": 3,
}  # fmt: skip
DIETS = {
    "vegetarian": 6, "lactose-free": 6, "gluten-free": 4, "diabetic": 4, "vegan": 3, "halal": 3,
}  # fmt: skip
AIDS = {"large print": 5, "step-free": 3, "screen reader": 1}
DOMAINS = ("example.com", "example.org", "example.net")


def one_of(weighted: dict[str, int], rng: Random) -> str:
    """Return one of the words, by weight."""
    return rng.choices(tuple(weighted), tuple(weighted.values()))[0]


def some_of(words: Iterable[str], most: int, rng: Random) -> str:
    """Return up to `most` of the words, joined by semicolons; perhaps none."""
    pool = tuple(words)
    return ";".join(rng.sample(pool, rng.randint(0, most)))


def unaccented(text: str) -> str:
    """Return the text without the marks on its letters."""
    return "".join(c for c in normalize("NFD", text) if not combining(c))


def as_typed(town: str, rng: Random) -> str:
    """Return the town as its customer spells it: most properly, some in a hurry."""
    at = rng.random()
    if at < 0.88:
        return town
    if at < 0.93:
        return unaccented(town)
    return unaccented(town).lower() if at < 0.97 else town.upper()


def address(town: str, number: int, rng: Random) -> str:
    """Return a network address: the campus in València, an office network, or a home."""
    at = rng.random()
    if town == "València" and at < 0.12:
        return f"203.0.113.{rng.randint(1, 254)}"
    if town == "València" and at < 0.16:
        return f"2001:db8:46::{rng.randint(1, 0xFFFF):x}"
    if at < 0.20:
        return f"2001:db8:{number % 40:x}::{rng.randint(1, 0xFFFF):x}"
    if at < 0.26:
        return f"198.51.100.{rng.randint(1, 254)}"
    return f"100.{64 + rng.randint(0, 63)}.{rng.randint(0, 255)}.{rng.randint(1, 254)}"


def who(number: int, rng: Random) -> tuple[dict[str, object], float]:
    """Return who the customer is, and what the job earns beside an average one."""
    _, job, youngest, oldest, earns = rng.choices(JOBS, [j[0] for j in JOBS])[0]
    age = rng.randint(youngest, oldest)
    title = job.lower() if rng.random() < 0.06 else job
    provider = "alumni.uni.example" if job == "Student" else rng.choice(DOMAINS)
    person: dict[str, object] = {
        "gender": rng.choices(("female", "male", "other"), (52, 46, 2))[0],
        "age": "" if rng.random() < 0.04 else age,
        "job_title": rng.choice(("", "n/a")) if rng.random() < 0.07 else title,
        "email": "" if rng.random() < 0.08 else f"c{number}@{provider}",
    }
    return person, earns * (0.8 if age < 26 else 1)


def where(number: int, rng: Random) -> dict[str, object]:
    """Return where the customer lives; one in twenty does not say."""
    _, town, region, province, lat, lon = rng.choices(TOWNS, [t[0] for t in TOWNS])[0]
    ip = "" if rng.random() < 0.08 else address(town, number, rng)
    if rng.random() < 0.05:
        return {"ip": ip}
    return {
        "town": as_typed(town, rng),
        "region": region,
        "postcode": f"{province}{rng.randint(1, 60):03d}",
        "ip": ip,
        "lat": f"{rng.gauss(lat, 0.05):.4f}",
        "lon": f"{rng.gauss(lon, 0.06):.4f}",
    }


def needs(gender: str, age: object, rng: Random) -> dict[str, object]:
    """Return tastes and needs; most customers have stated only some of them."""
    tall = {"female": (163, 6.5), "male": (176, 7.0)}.get(gender, (169, 8.0))
    height = round(rng.gauss(*tall))
    shoe = round(
        (height - tall[0]) / 5 + {"female": 38, "male": 42}.get(gender, 40) + rng.gauss(0, 1)
    )
    old = isinstance(age, int) and age > 65
    diets = {one_of(DIETS, rng) for _ in range(rng.choices((0, 1, 2), (72, 22, 6))[0])}
    brands = dict.fromkeys(one_of(BRANDS, rng) for _ in range(rng.randint(0, 4)))
    return {
        "sites": some_of(SITES, 4, rng),
        "brands": ";".join(brands),
        "diet": ";".join(sorted(diets)),
        "aids": one_of(AIDS, rng) if rng.random() < (0.2 if old else 0.03) else "",
        "hand": rng.choices(("right", "left", ""), (60, 8, 32))[0],
        "height": "" if rng.random() < 0.45 else height,
        "shoe_size": "" if rng.random() < 0.35 else shoe,
    }


def spends(signup: date, earns: float, rng: Random) -> dict[str, object]:
    """Return what the customer buys, and how happy that was."""
    tenure = (TODAY - signup).days
    mood = min(10, max(1, round(rng.gauss(7.2, 1.9))))
    pace = 0.4 + mood / 10
    orders = min(90, int(rng.expovariate(1 / (0.6 + pace * tenure / 130))))
    complaints = rng.choices((0, 1, 2, 3), (9 * mood, 14, 3 if mood > 4 else 12, 1))[0]
    bought: dict[str, object] = {"orders": orders, "returns": 0, "spend": "0.00"}
    if orders:
        first = signup + timedelta(days=int(tenure * 0.4 * rng.random() ** 2))
        silence = int(rng.expovariate(1 / (60 + 900 / (orders + mood))))
        last = max(first, TODAY - timedelta(days=silence)) if orders > 1 else first
        share = 0.05 if mood > 4 else 0.2
        bought = {
            "orders": orders,
            "returns": sum(rng.random() < share for _ in range(orders)),
            "spend": f"{orders * earns * rng.lognormvariate(3.9, 0.5):.2f}",
            "first_order": first,
            "last_order": last,
        }
    asked = orders and rng.random() < 0.6
    return bought | {
        "satisfaction": mood if asked else rng.choice(("", "", "-")),
        "complaints": complaints if orders else 0,
    }


def customer(number: int, rng: Random) -> dict[str, object]:
    """Return one customer's cells by column; a column left out is a missing cell."""
    signup = TODAY - timedelta(days=int(1760 * rng.random()))
    person, earns = who(number, rng)
    row = {"customer_id": number, "signup_date": signup, **person, **where(number, rng)}
    row |= needs(str(person["gender"]), person["age"], rng) | spends(signup, earns, rng)
    if rng.random() < 0.05:
        row["gender"] = ""
    return row


def write_list(path: Path, column: str, values: Sequence[object]) -> None:
    """Write a file of one column."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([[column], *([value] for value in values)])


def write(folder: Path) -> None:
    """Write the customers by year of joining, and the two lists, into the folder."""
    rng = Random(2027)
    customers = [customer(number, rng) for number in range(100_001, 105_001)]
    (folder / "customers").mkdir(exist_ok=True)
    for year in range(2022, 2027):
        path = folder / "customers" / f"{year}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            rows = csv.DictWriter(file, HEADER, lineterminator="\n")
            rows.writeheader()
            rows.writerows(c for c in customers if str(c["signup_date"]).startswith(str(year)))
    members = [int(str(c["customer_id"])) for c in customers if int(str(c["orders"])) > 5]
    write_list(folder / "club.csv", "customer_id", sorted(rng.sample(members, 400)))
    write_list(folder / "pilot_towns.csv", "town", PILOT_TOWNS)


if __name__ == "__main__":
    write(Path(__file__).parent)
