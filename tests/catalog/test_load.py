"""Catalog files: what loads, and what is said of what does not."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

import segdsl.catalog
from segdsl.catalog import Catalog, catalog_schema, find_catalog, load_catalog, parse_catalog
from segdsl.catalog.types import NUMBER, YESNO, Folding, Kind, list_of
from segdsl.source import Source

WHOLE = """
timezone = "Europe/Istanbul"
week_start = "monday"
leap_day = "mar1"
as_of = 2026-01-31
missing = ["NA"]

[customers]
source = "customers.csv"
key = "customer_id"
duplicates = "latest by updated_at"

[customers.fields]
age = "number"
vip = "yes/no"
city = { type = "text", label = "City", compare = "ignoring case", column = "Şehir" }
birth_date = { type = "date", format = "%d.%m.%Y" }
spend = { type = "number", decimal = "," }
tags = { type = "list", of = "text", separator = ";" }
place = { type = "place", latitude = "lat", longitude = "lon" }

[events.purchase]
source = "transactions.parquet"
key = "customer_id"
time = "sold_at"
lookups = { product = "item_id" }

[lookups.product]
source = "products.parquet"
key = "product_id"
lookups = { brand = "brand_id" }

[lookups.brand]
source = "brands.parquet"
key = "id"
"""


def complaints(text: str) -> list[tuple[str, str, str | None]]:
    catalog, found = parse_catalog(Source.of(text, "catalog.toml"))
    assert catalog is None
    return [(d.code.id, d.message, d.primary.span.text if d.primary else None) for d in found]


def test_a_whole_catalog_loads_with_its_types(tmp_path: Path) -> None:
    (tmp_path / "catalog.toml").write_text(WHOLE, encoding="utf-8")
    catalog, found = load_catalog(tmp_path / "catalog.toml")
    assert found == ()
    assert catalog is not None
    fields = catalog.customers.fields
    assert fields["age"].value_type == NUMBER
    assert fields["vip"].type == "yes/no"
    assert fields["vip"].value_type == YESNO
    assert fields["city"].compare is Folding.CASE
    assert fields["city"].column == "Şehir"
    assert fields["tags"].value_type == list_of(Kind.TEXT)
    assert catalog.customers.latest_by == "updated_at"
    assert catalog.as_of == date(2026, 1, 31)
    assert catalog.folder == tmp_path
    assert catalog.events["purchase"].lookups == {"product": "item_id"}


def test_a_format_that_cannot_be_names_the_codes() -> None:
    text = '[customers.fields]\nd = { type = "date", format = "%d.%m.%Q" }'
    _, (found,) = parse_catalog(Source.of(text))
    assert "the codes are `%d` day, `%m` month" in found.help[0]


def test_names_and_spellings_from_python_are_in_normal_form_c() -> None:
    e, path = "e\u0301", "donn\u0065\u0301es.csv"
    entries = {
        "missing": e,
        "customers": {
            "source": path,
            "key": e,
            "duplicates": f"latest by {e}",
            "fields": {e: {"type": "yes/no", "column": e * 2, "missing": [e], "yes": e}},
        },
        "events": {e: {"source": "x", "key": e, "time": e, "lookups": {e: e}}},
        "lookups": {e: {"source": "x", "key": e}},
    }
    found = Catalog.model_validate(entries)
    assert found.missing == ("é",)
    customers, field = found.customers, found.customers.fields["é"]
    assert (customers.key, customers.latest_by, customers.source) == ("é", "é", path)
    assert (field.column, field.missing, field.yes) == ("éé", ("é",), ("é",))
    event = found.events["é"]
    assert (event.key, event.time, event.lookups, found.lookups["é"].key) == (
        "é",
        "é",
        {"é": "é"},
        "é",
    )


def test_two_names_that_are_one_in_normal_form_c_are_an_error() -> None:
    fields = {"é": "text", "e\u0301": "number"}
    with pytest.raises(ValidationError, match="`é` occurs twice"):
        Catalog.model_validate({"customers": {"fields": fields}})


def test_json_round_trips() -> None:
    catalog, _ = parse_catalog(Source.of(WHOLE))
    assert catalog is not None
    assert Catalog.from_json(catalog.to_json()) == catalog
    moment = Catalog(as_of=datetime(2026, 1, 31, tzinfo=UTC))
    assert Catalog.from_json(moment.to_json()) == moment


def test_it_is_found_beside_the_rules(tmp_path: Path) -> None:
    assert find_catalog(tmp_path / "rules.seg") is None
    (tmp_path / "catalog.toml").write_text("")
    assert find_catalog(tmp_path / "rules.seg") == tmp_path / "catalog.toml"


@pytest.mark.parametrize(
    ("text", "message", "span"),
    [
        ('timezone = "Istanbul"', "`Istanbul` is not the name of a time zone", "timezone"),
        ('wek_start = "monday"', "unknown entry `wek_start`", "wek_start"),
        ('timezone = "localtime"', "`localtime` is not the name of a time zone", "timezone"),
        ('timezone = "Factory"', "`Factory` is not the name of a time zone", "timezone"),
        ("as_of = 9999-12-31", "`as_of`: it lies in the years 1900 to 2999", "as_of"),
        ('[customers]\ndelimiter = "§"', "one ASCII character", "delimiter"),
        ('[customers]\ndelimiter = ";;"', "`customers.delimiter`", "delimiter"),
        ("[customers]\nkey = 3", "`customers.key`: input should be a valid string", "key"),
        ('[customers.fields]\nage = "nubmer"', "`nubmer` is not a type", "age"),
        ('[customers.fields]\na = {type="text", colum="x"}', "unknown entry `colum`", "colum"),
        ('[customers.fields]\np = {type="place", latitude="x"}', "needs `latitude` and", "p"),
        ('[customers.fields]\nn = {type="number", format="%Y"}', "does not go with", "n"),
        ('[customers.fields.d]\ntype = "date"\nformat = "%d %Q"', "`%Q`", "format"),
        *(
            (f'[customers.fields.d]\ntype = "instant"\nformat = "{form}"', reason, "format")
            for form, reason in (
                ("%d.%m.%Y %H", "`customers.fields.d.format`: the minute is lacking"),
                ("%d.%m.%Y %M", "the hour is lacking"),
                ("%d.%m.%Y %z", "the hour is lacking"),
                ("%d.%m.%Y %I:%M", "`%I` and `%p`, AM or PM, go together"),
                ("%d.%m.%Y %H:%M %p", "`%I` and `%p`, AM or PM, go together"),
                ("%d.%m.%Y %H:%M%.f", "the second is lacking beside its fraction"),
                ("%d.%m.%Y %H:%M %I %p", "one of them is enough"),
                ("%d.%m", "the year is lacking"),
                ("%d.%Y", "the month is lacking"),
                ("%d.%m.%Y %-R", "`%-R` is no code"),
                ("%d.%m.%Y %f", "`%f` is no code"),
                ("%s", "`%s` is no code"),
                ("%d.%m.%Y %", "`%` is no code"),
                ("d.m.Y", "a format has codes"),
                ("%y-%Y-%m-%d", "`%Y` and `%y` are both the year"),
                ("%d %m %b %Y", "`%m`, `%b` and `%B` are all the month"),
                ("%d.%d.%m.%Y", "`%d` occurs more than once"),
            )
        ),
        ('[customers]\nencoding = "cp99"', "`cp99` is not the name of a text", "encoding"),
        ('[customers.fields]\nn = {type="number", yes=["a"]}', "does not go with", "n"),
        ('[customers.fields]\nn = {type="yes/no", yes="A", no="a "}', "both yes and no", "n"),
        ('[customers]\nduplicates = "x"', "`error` or `latest by <field>`", "duplicates"),
        ('[events.buy]\nkey = "id"', "`source` is required", "events.buy"),
        (
            '[lookups.a]\nsource="a"\nkey="x"\nlookups={b="y"}\n'
            '[lookups.b]\nsource="b"\nkey="y"\nlookups={a="x"}',
            "lookups lead back to themselves: a → b → a",
            None,
        ),
        (
            '[lookups.a]\nsource="a"\nkey="x"\nlookups={a="y"}',
            "lookups lead back to themselves: a → a",
            None,
        ),
        (
            '[lookups.a]\nsource="a"\nkey="x"\nlookups={p="y"}',
            "`lookups.a` names the lookup `p`, which is not declared",
            None,
        ),
        (
            '[events.buy]\nsource="a.csv"\nkey="id"\nlookups={p="x"}',
            "names the lookup `p`, which is not declared",
            None,
        ),
    ],
)
def test_mistakes_name_the_entry(text: str, message: str, span: str | None) -> None:
    code, said, place = complaints(text)[0]
    assert code == "SG302"
    assert message in said
    assert place == span


def test_mistakes_are_all_told_and_offer_what_was_meant() -> None:
    text = 'timezone = "Istanbul"\n[customers.fields]\na = "string"\nb = "nubmer"\n'
    _, found = parse_catalog(Source.of(text, "catalog.toml"))
    helps = [" ".join(d.help) for d in found]
    assert len(found) == 3
    assert "`Europe/Istanbul`" in helps[0]
    assert "`text`" in helps[1]
    assert "`number`" in helps[2]


def test_bad_toml_has_its_line() -> None:
    catalog, found = parse_catalog(Source.of("a = 1\nb = = 2\n", "catalog.toml"))
    assert catalog is None
    assert found[0].code.id == "SG301"
    assert found[0].primary is not None
    span = found[0].primary.span
    assert span.source.position(span.start).line == 2


@pytest.mark.parametrize(
    ("line", "mended"),
    [
        ('Yaş = "number"', '`"Yaş" = …`'),
        ('Şehir = "text"', '`"Şehir" = …`'),
        ('Birth Date = "date"', '`"Birth Date" = …`'),
        ("[customers.fields.Doğum Yılı]", '`[customers.fields."Doğum Yılı"]`'),
    ],
)
def test_a_name_that_needs_quotes_is_shown_with_them(line: str, mended: str) -> None:
    _, found = parse_catalog(Source.of(f"[customers.fields]\n{line}\n", "catalog.toml"))
    assert found[0].code.id == "SG301"
    assert mended in found[0].help[0]


def test_other_broken_toml_has_no_word_about_quotes() -> None:
    _, found = parse_catalog(Source.of("[customers]\nkey = = 2\n", "catalog.toml"))
    assert found[0].help == ()


TYPES = [
    ("int", "number"), ("Integer", "number"), ("float", "number"), ("string", "text"),
    ("bool", "yes/no"), ("boolean", "yes/no"), ("datetime", "instant"), ("timestamp", "instant"),
]  # fmt: skip


@pytest.mark.parametrize(("word", "meant"), TYPES)
@pytest.mark.parametrize("entry", ['"{}"', '{{ type = "{}" }}', '{{ type = "list", of = "{}" }}'])
def test_a_type_of_other_languages_is_translated(word: str, meant: str, entry: str) -> None:
    text = f"[customers.fields]\na = {entry.format(word)}\n"
    _, found = parse_catalog(Source.of(text, "catalog.toml"))
    assert [one.code.id for one in found] == ["SG302"]
    assert f"`{word}` is not a type" in found[0].message
    assert found[0].help == (f"the type is called `{meant}` here",)


def test_unreadable_files_are_complaints(tmp_path: Path) -> None:
    assert load_catalog(tmp_path / "none.toml")[1][0].code.id == "SG301"
    (tmp_path / "latin.toml").write_bytes('a = "ş"'.encode("cp1254"))
    assert "UTF-8" in load_catalog(tmp_path / "latin.toml")[1][0].message


def test_the_published_schema_is_current() -> None:
    path = Path(segdsl.catalog.__file__).parent / "catalog.schema.json"
    assert json.loads(path.read_text("utf-8")) == catalog_schema()


def test_the_schema_accepts_what_loads() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    import tomllib

    text = WHOLE.replace("2026-01-31", '"2026-01-31"')
    entries = tomllib.loads(text)
    jsonschema.Draft202012Validator(catalog_schema()).validate(entries)
    entries["customers"]["fields"]["age"] = "nubmer"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(entries, catalog_schema())


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("2026-03-31", date(2026, 3, 31)),
        ("20260331", date(2026, 3, 31)),
        ("2026-03-31T00:00", datetime(2026, 3, 31)),
        (date(2026, 3, 31), date(2026, 3, 31)),
        (datetime(2026, 3, 31, tzinfo=UTC), datetime(2026, 3, 31, tzinfo=UTC)),
    ],
)
def test_as_of_that_is_a_bare_date_is_the_end_of_its_day(
    given: object, found: date | datetime
) -> None:
    catalog = Catalog.model_validate({"as_of": given})
    assert (type(catalog.as_of), catalog.as_of) == (type(found), found)
    assert Catalog.from_json(catalog.to_json()).as_of == found
    if isinstance(given, str):
        loaded, complaints = parse_catalog(Source.of(f'as_of = "{given}"'))
        assert complaints == ()
        assert loaded == catalog


def test_as_of_that_is_no_moment_is_an_error() -> None:
    with pytest.raises(ValidationError):
        Catalog.model_validate({"as_of": "tomorrow"})
