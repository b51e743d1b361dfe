"""Write people.parquet: 5,000 invented people, with their hair, rides and sports."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import polars as pl

TODAY = date(2026, 11, 1)
COUNTRIES = {"US": 44, "AU": 20, "DE": 20, "TR": 16}
TONGUES = {"US": "English", "AU": "English", "DE": "German", "TR": "Turkish"}
CITIES = {  # weight, city, latitude, longitude
    "US": (
        (10, "San Francisco", 37.7749, -122.4194),
        (4, "Oakland", 37.8044, -122.2712),
        (4, "San Jose", 37.3382, -121.8863),
        (18, "New York", 40.7128, -74.0060),
        (8, "Chicago", 41.8781, -87.6298),
        (6, "Seattle", 47.6062, -122.3321),
        (6, "Atlanta", 33.7490, -84.3880),
        (5, "Boston", 42.3601, -71.0589),
    ),
    "AU": (
        (12, "Sydney", -33.8688, 151.2093),
        (11, "Melbourne", -37.8136, 144.9631),
        (6, "Brisbane", -27.4698, 153.0251),
        (4, "Perth", -31.9523, 115.8613),
    ),
    "DE": (
        (12, "Berlin", 52.5200, 13.4050),
        (7, "Hamburg", 53.5511, 9.9937),
        (8, "München", 48.1372, 11.5756),
        (5, "Köln", 50.9375, 6.9603),
    ),
    "TR": (
        (15, "İstanbul", 41.0082, 28.9784),
        (6, "Ankara", 39.9334, 32.8597),
        (5, "İzmir", 38.4237, 27.1428),
        (3, "Antalya", 36.8969, 30.7133),
    ),
}
OPEN = ("San Francisco", "New York", "Sydney", "İstanbul")
HAIR = {  # straight, wavy, curly, natural, relaxed, transitioning
    "US": (38, 22, 12, 14, 10, 4),
    "AU": (52, 28, 14, 3, 2, 1),
    "DE": (55, 28, 11, 3, 2, 1),
    "TR": (48, 32, 17, 1, 1, 1),
}
KINDS_OF_HAIR = ("straight", "wavy", "curly", "natural", "relaxed", "transitioning")
CONCERNS = ("dryness", "breakage", "frizz", "shine", "volume", "scalp")
SPORTS = (
    "bmx", "motocross", "cliff diving", "snowboarding", "skateboarding", "surfing", "wingsuit",
    "parkour", "climbing",
)  # fmt: skip
PASTIMES = ("football", "cooking", "travel", "music", "gaming", "fashion", "yoga", "reading")
SERIES = (
    "Red Line Rampage", "Cliff Diving Series", "Dirt Sessions", "Snow Sessions", "Big Wave Diary",
)  # fmt: skip
OTHERS = ("Morning Show", "Kitchen Stories", "Sunday Match", "City Walks", "Late Music")
SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "person_id": pl.Int64, "first_name": pl.String, "gender": pl.String, "birth_date": pl.Date,
    "country": pl.String, "city": pl.String, "lat": pl.Float64, "lon": pl.Float64,
    "joined": pl.Date, "opted_in": pl.Boolean, "hair": pl.String,
    "hair_concerns": pl.List(pl.String), "last_relaxer": pl.Date, "salon_visits": pl.Int32,
    "app_opened": pl.Int32, "rides": pl.Int32, "last_opened": pl.Datetime("us", "UTC"),
    "colas": pl.Int32, "energy_drinks": pl.Int32, "interests": pl.List(pl.String),
    "follows": pl.List(pl.String),
}  # fmt: skip
OPTIONAL = ("first_name", "gender", "birth_date", "city", "colas", "energy_drinks", "interests")


def first_names(path: Path) -> dict[str, list[str]]:
    """Return the names of the file by their heading, such as `German, women`."""
    names: dict[str, list[str]] = {}
    heading = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            heading = line.strip("[]")
            names[heading] = []
        elif line and not line.startswith("#"):
            names[heading] += line.split()
    return names


def days_ago(most: int, rng: Random) -> date:
    """Return a day within so many days up to today."""
    return TODAY - timedelta(days=int(most * rng.random()))


def name(country: str, gender: str, names: dict[str, list[str]], rng: Random) -> str:
    """Return a first name: the further down its list, the rarer, as names are."""
    pool = names[f"{TONGUES[country]}, {'men' if gender == 'man' else 'women'}"]
    if country == "AU":  # the same names as in the US, in another order
        pool = pool[40:80] + pool[:40] + pool[80:]
    return rng.choices(pool, [1 / (place + 6) for place in range(len(pool))])[0]


def hair(country: str, gender: str, rng: Random) -> dict[str, object]:
    """Return the hair and its care; most men have not been asked."""
    if gender == "man" and rng.random() < 0.8:
        return {}
    kind = rng.choices(KINDS_OF_HAIR, HAIR[country])[0]
    concerns = rng.sample(CONCERNS, rng.choices((0, 1, 2, 3), (25, 40, 25, 10))[0])
    care: dict[str, object] = {"hair": kind, "salon_visits": min(30, int(rng.expovariate(0.22)))}
    care["hair_concerns"] = concerns if rng.random() < 0.9 else None
    if kind == "relaxed" or (kind == "transitioning" and rng.random() < 0.7):
        care["last_relaxer"] = days_ago(250 if kind == "relaxed" else 700, rng)
    return care


def rides(city: str, age: int, rng: Random) -> dict[str, object]:
    """Return how the person uses the ride app; there are cars in the open cities only."""
    if rng.random() < (0.35 if age < 45 else 0.65):
        return {"app_opened": 0, "rides": 0}
    opened = 1 + int(rng.expovariate(0.12 if city in OPEN else 0.3))
    taken = sum(rng.random() < 0.6 for _ in range(opened)) if city in OPEN else 0
    days = 0 if rng.random() < 0.1 else int(min(300, rng.expovariate(1 / 50)))
    minutes = days * 1440 + rng.randint(0, 1380)
    last = datetime(2026, 11, 1, 23, 30, tzinfo=UTC) - timedelta(minutes=minutes)
    return {"app_opened": opened, "rides": taken, "last_opened": last}


def leisure(age: int, rng: Random) -> dict[str, object]:
    """Return what the person loves, follows and drinks; the young lead a wilder life."""
    is_wild = rng.random() < (0.45 if age < 30 else 0.12)
    loved = rng.sample(SPORTS, rng.randint(1, 3)) if is_wild else []
    loved += rng.sample(PASTIMES, rng.randint(0, 3))
    series = rng.sample(SERIES, rng.randint(0, 3)) if is_wild or rng.random() < 0.06 else []
    return {
        "interests": loved,
        "follows": series + rng.sample(OTHERS, rng.randint(0, 2)),
        "colas": int(rng.expovariate(1 / (7 if age < 35 else 3.5))),
        "energy_drinks": int(rng.expovariate(1 / (5 if is_wild else 1.2))),
    }


def person(number: int, names: dict[str, list[str]], rng: Random) -> dict[str, object]:
    """Return one person's values by column; a column left out is missing."""
    country = rng.choices(tuple(COUNTRIES), tuple(COUNTRIES.values()))[0]
    gender = rng.choices(("woman", "man", "other"), (55, 43, 2))[0]
    age = min(80, max(16, round(rng.gauss(34, 13))))
    born = TODAY - timedelta(days=int(365.25 * age) + rng.randint(1, 364))
    _, city, lat, lon = rng.choices(CITIES[country], [c[0] for c in CITIES[country]])[0]
    row: dict[str, object] = {
        "person_id": number,
        "first_name": name(country, gender, names, rng),
        "gender": gender,
        "birth_date": born,
        "country": country,
        "city": city,
        "lat": round(rng.gauss(lat, 0.06), 5),
        "lon": round(rng.gauss(lon, 0.07), 5),
        "joined": days_ago(1500, rng),
        "opted_in": rng.random() < 0.6,
    }
    row |= hair(country, gender, rng) | rides(city, age, rng) | leisure(age, rng)
    for column in OPTIONAL:
        if rng.random() < 0.03:
            row[column] = None
    if row["city"] is None:
        row["lat"] = row["lon"] = None
    return row


def write(folder: Path) -> None:
    """Write people.parquet into the folder."""
    rng = Random(2011)
    names = first_names(Path(__file__).parent / "first_names.txt")
    people = [person(number, names, rng) for number in range(500_001, 505_001)]
    columns = {column: [row.get(column) for row in people] for column in SCHEMA}
    pl.DataFrame(columns, schema=SCHEMA).write_parquet(folder / "people.parquet")


if __name__ == "__main__":
    write(Path(__file__).parent)
