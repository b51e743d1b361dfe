"""Write the customers of the four language examples, 1,000 each, all of them invented."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random

TODAY = date(2026, 11, 1)
COUNT = 1000
Row = list[object]

# ---- Türkçe

TR_HEADER = (
    "Müşteri No", "Ad", "Yaş", "Cinsiyet", "Şehir", "İlçe", "Kayıt Tarihi", "Son Alışveriş",
    "Harcama", "Bülten", "İlgi Alanları",
)  # fmt: skip
TR_NAMES = {
    "Kadın": ("Işıl", "Ayşe", "Zeynep", "Elif", "Gülşen", "Çiğdem", "Şule", "İpek", "Öykü", "Ebru"),
    "Erkek": (
        "Işık",
        "Mehmet",
        "Çağrı",
        "Oğuz",
        "İbrahim",
        "Ömer",
        "Ümit",
        "Barış",
        "Can",
        "Şahin",
    ),
}
TR_TYPED = {"Işıl": ("Isil", "IŞIL", "ışıl"), "Ayşe": ("Ayse",), "İpek": ("Ipek", "ipek")}
TR_CITIES = {
    "İstanbul": 34, "Ankara": 14, "İzmir": 11, "Bursa": 8, "Antalya": 7, "Eskişehir": 4,
    "Diyarbakır": 4, "Şanlıurfa": 4, "Muğla": 4, "Trabzon": 3, "Çorum": 2, "Iğdır": 1,
}  # fmt: skip
TR_SPELT = {
    "İstanbul": ("İSTANBUL", "ISTANBUL", "istanbul"), "İzmir": ("IZMIR", "izmir"),
    "Diyarbakır": ("DİYARBAKIR",), "Iğdır": ("IĞDIR", "ığdır"),
}  # fmt: skip
TR_DISTRICTS = ("Kadıköy", "Beşiktaş", "Şişli", "Üsküdar", "Bakırköy", "Ümraniye", "Eyüpsultan")
TR_INTERESTS = ("deniz", "kayak", "futbol", "kitap", "sinema", "yemek", "bahçe", "müzik", "oyun")

# ---- Polski

PL_HEADER = (
    "Nr klienta", "Imię", "Wiek", "Płeć", "Miasto", "Województwo", "Kod pocztowy",
    "Data rejestracji", "Ostatni zakup", "Zamówienia", "Wydatki",
)  # fmt: skip
PL_NAMES = {
    "kobieta": (
        "Łucja",
        "Anna",
        "Małgorzata",
        "Żaneta",
        "Agnieszka",
        "Wiesława",
        "Zofia",
        "Bożena",
    ),
    "mężczyzna": ("Łukasz", "Paweł", "Michał", "Stanisław", "Grzegorz", "Wojciech", "Józef", "Jan"),
}
PL_CITIES = (  # weight, miasto, województwo, first two digits of the postcode
    (24, "Warszawa", "mazowieckie", "01"),
    (4, "Radom", "mazowieckie", "26"),
    (13, "Łódź", "łódzkie", "91"),
    (11, "Kraków", "małopolskie", "31"),
    (9, "Wrocław", "dolnośląskie", "53"),
    (8, "Poznań", "wielkopolskie", "61"),
    (8, "Gdańsk", "pomorskie", "80"),
    (5, "Gdynia", "pomorskie", "81"),
    (2, "Sopot", "pomorskie", "81"),
    (5, "Białystok", "podlaskie", "15"),
    (4, "Częstochowa", "śląskie", "42"),
    (4, "Rzeszów", "podkarpackie", "35"),
    (3, "Świnoujście", "zachodniopomorskie", "72"),
)
PL_SPELT = {
    "Łódź": ("łódź", "Lodz", "LODZ", "ŁÓDŹ"), "Gdańsk": ("Gdansk", "GDAŃSK"),
    "Kraków": ("Krakow", "krakow"), "Wrocław": ("Wroclaw",), "Poznań": ("poznan",),
    "Łucja": ("Lucja", "ŁUCJA"),
}  # fmt: skip

# ---- فارسی

FA_HEADER = (
    "شماره",
    "نام",
    "سن",
    "جنسیت",
    "شهر",
    "کدپستی",
    "تاریخ عضویت",
    "آخرین خرید",
    "خرید",
    "علاقه",
)
FA_NAMES = {
    "زن": ("زهرا", "فاطمه", "مریم", "نازنین", "لیلا", "سارا", "شیرین", "پروین", "گل‌نار", "مه‌سا"),
    "مرد": ("علی‌رضا", "محمد", "حسین", "امیر", "رضا", "مهدی", "کیوان", "یوسف", "کاوه", "محمد‌علی"),
}
FA_CITIES = {  # weight, first two digits of the postcode
    "تهران": (32, "11 13 14 15 16 17 18 19"),
    "مشهد": (14, "91 93"),
    "اصفهان": (11, "81 83"),
    "شیراز": (10, "71 73"),
    "تبریز": (9, "51 53"),
    "کرج": (9, "31 33"),
    "اهواز": (6, "61"),
    "کرمان": (4, "76"),
    "یزد": (3, "89"),
    "رشت": (2, "41"),
}
FA_INTERESTS = ("کتاب", "شعر", "فوتبال", "سینما", "آشپزی", "موسیقی", "سفر", "فرش", "عکاسی")
ARABIC_LETTERS = str.maketrans("یک", "يك")
PERSIAN_DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
JOINER = "\u200c"

# ---- Bahasa Melayu

MS_HEADER = (
    "no_pelanggan", "nama", "umur", "jantina", "bandar", "negeri", "bahasa", "pekerjaan",
    "tarikh_daftar", "beli_akhir", "belanja",
)  # fmt: skip
MS_MEN = ("Ahmad", "Faizal", "Hafiz", "Ismail", "Kamal", "Rahman", "Syafiq", "Zulkifli", "Azlan")
MS_WOMEN = ("Aisyah", "Farah", "Halimah", "Noraini", "Rosnah", "Siti", "Suraya", "Zainab", "Nurul")
MS_OTHERS = (
    "Tan Mei Ling", "Lim Wei Jie", "Wong Kah Yan", "Lee Chong Beng", "Priya a/p Raj",
    "Kumar a/l Muthu", "Jelani anak Jugah", "Stephanie Mojuntin",
)  # fmt: skip
MS_CITIES = {  # weight, negeri
    "Kuala Lumpur": (22, "Wilayah Persekutuan"),
    "Petaling Jaya": (10, "Selangor"),
    "Shah Alam": (8, "Selangor"),
    "Klang": (7, "Selangor"),
    "Subang Jaya": (6, "Selangor"),
    "Johor Bahru": (11, "Johor"),
    "George Town": (8, "Pulau Pinang"),
    "Ipoh": (6, "Perak"),
    "Kota Bharu": (5, "Kelantan"),
    "Kuching": (7, "Sarawak"),
    "Miri": (3, "Sarawak"),
    "Kota Kinabalu": (7, "Sabah"),
}
MS_JOBS = (
    "Guru", "Jururawat", "Jurutera", "Peniaga", "Pemandu", "Kerani", "Petani", "Suri rumah",
    "Pegawai bank", "Pesara", "Tukang masak",
)  # fmt: skip


def maybe(share: float, value: object, rng: Random, missing: object = "") -> object:
    """Return the value, or for such a share of customers the missing cell."""
    return missing if rng.random() < share else value


def spelt(word: str, ways: dict[str, tuple[str, ...]], rng: Random) -> str:
    """Return the word, now and then in another spelling of it."""
    return rng.choice(ways[word]) if word in ways and rng.random() < 0.25 else word


def age(rng: Random) -> int:
    """Return an age."""
    return min(84, max(16, round(rng.gauss(36, 13))))


def purchases(rng: Random) -> tuple[date, date | None, float]:
    """Return the day of joining, the last purchase if any, and what was spent."""
    joined = TODAY - timedelta(days=int(1800 * rng.random()))
    if rng.random() < 0.1:
        return joined, None, 0.0
    silence = min((TODAY - joined).days, int(rng.expovariate(1 / 140)))
    return joined, TODAY - timedelta(days=silence), round(rng.lognormvariate(7.0, 1.0), 2)


def with_comma(amount: float) -> str:
    """Return the amount as `1.234,56`."""
    return f"{amount:,.2f}".translate(str.maketrans(",.", ".,"))


def day(value: date | None, pattern: str) -> str:
    """Return the day as text; a missing one is an empty cell."""
    return value.strftime(pattern) if value else ""


def turkish(number: int, rng: Random) -> Row:
    """Return one row of musteriler.csv."""
    gender = rng.choice(("Kadın", "Erkek"))
    city = rng.choices(tuple(TR_CITIES), tuple(TR_CITIES.values()))[0]
    district = rng.choice(TR_DISTRICTS) if city == "İstanbul" else ""
    district = district.upper() if rng.random() < 0.1 else district
    joined, last, spent = purchases(rng)
    return [
        number,
        spelt(rng.choice(TR_NAMES[gender]), TR_TYPED, rng),
        maybe(0.04, age(rng), rng, "-"),
        maybe(0.06, gender, rng),
        maybe(0.04, spelt(city, TR_SPELT, rng), rng, "bilinmiyor"),
        district,
        day(joined, "%d.%m.%Y"),
        day(last, "%d.%m.%Y"),
        with_comma(spent * 3),
        rng.choices(("Evet", "Hayır", "evet", ""), (50, 35, 8, 7))[0],
        ", ".join(rng.sample(TR_INTERESTS, rng.randint(0, 3))),
    ]


def polish(number: int, rng: Random) -> Row:
    """Return one row of klienci.csv."""
    gender = rng.choice(("kobieta", "mężczyzna"))
    _, city, region, code = rng.choices(PL_CITIES, [c[0] for c in PL_CITIES])[0]
    joined, last, spent = purchases(rng)
    return [
        f"PL-{number:05d}",
        spelt(rng.choice(PL_NAMES[gender]), PL_SPELT, rng),
        maybe(0.04, age(rng), rng, "brak"),
        maybe(0.05, gender, rng),
        maybe(0.05, spelt(city, PL_SPELT, rng), rng),
        maybe(0.05, region, rng, "brak"),
        maybe(0.08, f"{code}-{rng.randint(1, 999):03d}", rng),
        day(joined, "%d.%m.%Y"),
        day(last, "%d.%m.%Y"),
        1 + int(rng.expovariate(0.12)) if last else 0,
        with_comma(spent),
    ]


def persian(number: int, rng: Random) -> Row:
    """Return one row of moshtarian.csv, typed on one of three kinds of keyboard."""
    gender = rng.choice(("زن", "مرد"))
    city = rng.choices(tuple(FA_CITIES), [weight for weight, _ in FA_CITIES.values()])[0]
    code = rng.choice(FA_CITIES[city][1].split())
    joined, last, spent = purchases(rng)
    row = [
        rng.choice(FA_NAMES[gender]),
        maybe(0.04, str(age(rng)), rng, "نامشخص"),
        maybe(0.05, gender, rng),
        maybe(0.05, city, rng),
        maybe(0.08, f"{code}{rng.randint(0, 99_999_999):08d}", rng),
        day(joined, "%Y-%m-%d"),
        day(last, "%Y-%m-%d"),
        str(round(spent * 3)),
        "،".join(rng.sample(FA_INTERESTS, rng.randint(0, 3))),
    ]
    keyboard = rng.choices(("new", "old", "phone"), (60, 15, 25))[0]
    return [number, *(typed(str(cell), keyboard) for cell in row)]


def typed(cell: str, keyboard: str) -> str:
    """Return the cell as the keyboard gives it: Arabic letters, or Persian digits."""
    match keyboard:
        case "old":
            return cell.translate(ARABIC_LETTERS).replace(JOINER, "")
        case "phone":
            return cell.translate(PERSIAN_DIGITS)
        case _:
            return cell


def malay(number: int, rng: Random) -> Row:
    """Return one row of pelanggan.tsv."""
    joined, last, spent = purchases(rng)
    years = age(rng)
    is_malay = rng.random() < 0.55
    gender = rng.choice(("lelaki", "perempuan"))
    given = rng.choice(MS_MEN if gender == "lelaki" else MS_WOMEN)
    link = "bin" if gender == "lelaki" else "binti"
    name = f"{given} {link} {rng.choice(MS_MEN)}" if is_malay else rng.choice(MS_OTHERS)
    spoken = ["Melayu"] if is_malay else [rng.choice(("Mandarin", "Tamil", "Iban", "Kadazan"))]
    spoken += [word for word in ("Inggeris", "Melayu") if word not in spoken and rng.random() < 0.4]
    student = rng.choice(("Pelajar", "pelajar universiti", "Mahasiswa", "PELAJAR"))
    city = rng.choices(tuple(MS_CITIES), [weight for weight, _ in MS_CITIES.values()])[0]
    return [
        f"MY{number:06d}",
        name.upper() if rng.random() < 0.1 else name,
        maybe(0.04, years, rng, "tiada"),
        maybe(0.04, gender if is_malay else rng.choice(("lelaki", "perempuan")), rng),
        maybe(0.05, rng.choices((city, city.upper(), city.lower()), (88, 6, 6))[0], rng),
        maybe(0.04, MS_CITIES[city][1], rng, "tiada"),
        "/".join(spoken),
        maybe(0.06, student if years < 24 and rng.random() < 0.7 else rng.choice(MS_JOBS), rng),
        day(joined, "%d/%m/%Y"),
        day(last, "%d/%m/%Y"),
        f"{spent * 0.6:.2f}",
    ]


def write_rows(
    path: Path, header: Sequence[str], rows: Iterable[Row], delimiter: str, encoding: str
) -> None:
    """Write a file of delimited cells."""
    with path.open("w", encoding=encoding, newline="") as file:
        cells = csv.writer(file, delimiter=delimiter, lineterminator="\n")
        cells.writerow(header)
        cells.writerows(rows)


def write(folder: Path) -> None:
    """Write the four files into the folder's four folders."""
    files = (
        ("turkce/musteriler.csv", TR_HEADER, turkish, ";", "cp1254"),
        ("polski/klienci.csv", PL_HEADER, polish, ";", "cp1250"),
        ("farsi/moshtarian.csv", FA_HEADER, persian, ",", "utf-8"),
        ("melayu/pelanggan.tsv", MS_HEADER, malay, "\t", "utf-8"),
    )
    for seed, (name, header, row, delimiter, encoding) in enumerate(files):
        rng = Random(seed)
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        write_rows(path, header, (row(n, rng) for n in range(1, COUNT + 1)), delimiter, encoding)


if __name__ == "__main__":
    write(Path(__file__).parent)
