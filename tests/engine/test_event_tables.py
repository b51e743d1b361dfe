"""Events and lookups from every kind of data: whose they are, their time, their properties."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import segdsl
from segdsl.catalog import Catalog, Field
from segdsl.diagnostics import Diagnostic
from segdsl.engine.infer_events import EventInference, infer_events
from segdsl.engine.readers import open_data
from segdsl.engine.readers.events import EventsRead, read_events
from segdsl.engine.readers.sources import Opened
from segdsl.engine.readers.wanted import ROW
from segdsl.errors import DataError

KEYS = pl.Series("customer_id", [5, 3, 9])
EVENTS = pl.DataFrame(
    {
        "purchase_id": [1, 2, 3, 4],
        "customer_id": [3, 9, 3, 5],
        "sold_at": [datetime(2026, 1, day, 10, 30) for day in (1, 2, 3, 4)],
        "amount": [1.5, 2.0, None, 7.25],
        "product_id": ["06", "7", "07", None],
    }
)
PRODUCTS = pl.DataFrame(
    {"product_id": ["06", "07", "08"], "department": ["DAIRY", None, "X"], "brand_id": [1, 2, None]}
)
BRANDS = pl.DataFrame({"brand_id": [2, 1], "name": ["Beta", "A\u0301lpha"]})
PURCHASE = {"source": "purchases.parquet", "key": "customer_id", "time": "sold_at"}
WANTED = {"purchase": ("time", "amount", "product_id")}


def known(**tables: object) -> Catalog:
    return Catalog.model_validate({"customers": {"key": "customer_id"}, **tables})


def read(
    catalog: Catalog,
    wanted: Mapping[str, Sequence[str]],
    keys: pl.Series = KEYS,
    **events: object,
) -> EventsRead:
    """Read as an evaluation does: what the catalog leaves open is inferred first."""
    names = {event: tuple(found) for event, found in wanted.items()}
    found = infer_events(catalog, events, names)
    opened = Opened(open_data(catalog, keys.to_frame()), found.events, found.lookups)
    return read_events(found.catalog, opened, names, keys)


def inferred(catalog: Catalog | None = None, **events: object) -> EventInference:
    return infer_events(catalog or known(), events)


def complaints(call: Callable[[], object]) -> tuple[Diagnostic, ...]:
    with pytest.raises(DataError) as raised:
        call()
    return raised.value.diagnostics


def codes(diagnostics: Sequence[Diagnostic]) -> list[str]:
    return [one.code.id for one in diagnostics]


# ---- formats


def csv(path: Path) -> Path:
    EVENTS.write_csv(path / "e.csv", datetime_format="%Y-%m-%d %H:%M:%S")
    return path / "e.csv"


def parquet(path: Path) -> Path:
    EVENTS.write_parquet(path / "e.parquet")
    return path / "e.parquet"


def arrow(path: Path) -> Path:
    EVENTS.write_ipc(path / "e.arrow")
    return path / "e.arrow"


def json_lines(path: Path) -> Path:
    texts = EVENTS.with_columns(pl.col("sold_at").dt.to_string("iso:strict"))
    texts.write_ndjson(path / "e.jsonl")
    return path / "e.jsonl"


def excel(path: Path) -> Path:
    EVENTS.write_excel(path / "e.xlsx")
    return path / "e.xlsx"


def folder(path: Path) -> Path:
    (path / "many").mkdir()
    EVENTS.head(1).write_parquet(path / "many" / "a.parquet")
    EVENTS.tail(3).write_parquet(path / "many" / "b.parquet")
    return path / "many"


def pattern(path: Path) -> str:
    folder(path)
    return str(path / "many" / "*.parquet")


@pytest.mark.parametrize(
    "make", [csv, parquet, arrow, json_lines, excel, folder, pattern], ids=lambda f: f.__name__
)
def test_every_format_gives_the_same_events(make: Callable[[Path], Any], tmp_path: Path) -> None:
    found = read(known(), WANTED, purchase=make(tmp_path))
    demand_all(found)


@pytest.mark.parametrize(
    "data",
    [
        EVENTS,
        EVENTS.lazy(),
        EVENTS.to_dict(as_series=False),
        pd.DataFrame(EVENTS.to_dicts()),
        pa.Table.from_pylist(EVENTS.to_dicts()),
    ],
    ids=["frame", "lazy", "mapping", "pandas", "pyarrow"],
)
def test_every_kind_of_frame_gives_the_same_events(data: object) -> None:
    demand_all(read(known(), WANTED, purchase=data))


def demand_all(found: EventsRead) -> None:
    frame = found.frames["purchase"]
    assert found.notices == ()
    assert frame.schema[ROW] == pl.UInt32()
    assert frame.schema["time"] == pl.Datetime("us", "UTC")
    assert frame[ROW].to_list() == [1, 2, 1, 0]
    assert frame["time"][0] == datetime(2026, 1, 1, 10, 30, tzinfo=UTC)
    assert frame["amount"].to_list() == [1.5, 2.0, None, 7.25]
    assert frame["product_id"].to_list() == ["06", "7", "07", None]


def test_only_what_is_wanted_is_read(tmp_path: Path) -> None:
    found = infer_events(known(), {"purchase": parquet(tmp_path)}, {"purchase": ("time",)})
    assert set(found.catalog.events["purchase"].fields) == {"sold_at"}
    assert found.events["purchase"].cells.width == 0
    assert found.columns["purchase"] == set(EVENTS.columns)


# ---- the key and the time


@pytest.mark.parametrize(
    ("columns", "key"),
    [
        (("order_id", "customer_id"), "customer_id"),
        (("order_id", "CUSTOMER_ID"), "CUSTOMER_ID"),
        (("CustomerID", "customer_id"), "customer_id"),
        (("id", "customerId"), "customerId"),
        (("id", "Customer ID"), "Customer ID"),
        (("customer", "user_id"), "customer"),
    ],
)
def test_the_key_goes_by_its_name(columns: tuple[str, ...], key: str) -> None:
    found = inferred(purchase={name: [1] for name in columns})
    assert found.catalog.events["purchase"].key == key


@pytest.mark.parametrize(
    ("customers", "columns", "key"),
    [
        ("id", ("id", "shop_id"), "id"),
        ("id", ("id", "customer_id"), "customer_id"),
        ("id", ("order_id", "customerId"), "customerId"),
        ("email", ("EMail", "id"), "EMail"),
        ("user_id", ("id", "userId", "customer_id"), "userId"),
    ],
)
def test_the_key_has_the_name_of_the_customers_key(
    customers: str, columns: tuple[str, ...], key: str
) -> None:
    catalog = Catalog.model_validate({"customers": {"key": customers}})
    found = inferred(catalog, purchase={name: [1] for name in columns})
    assert found.catalog.events["purchase"].key == key


@pytest.mark.parametrize(
    ("customers", "columns", "candidates"),
    [
        ("id", ("order_id", "cust"), "`cust` may be meant"),
        ("id", ("purchase_id", "id_customer"), "`id_customer` may be meant"),
        ("id", ("order_id", "shop_id"), "`order_id`, `shop_id` may be meant"),
        ("customer_id", ("id", "buyer"), "`buyer` may be meant"),
        ("customer_id", ("a", "b"), '`key = "…"`'),
        ("user_id", ("id", "customer_id"), "`customer_id` may be meant"),
    ],
)
def test_an_id_of_the_event_itself_is_never_the_customers(
    customers: str, columns: tuple[str, ...], candidates: str
) -> None:
    catalog = Catalog.model_validate({"customers": {"key": customers}})
    (error,) = complaints(lambda: inferred(catalog, purchase={name: [1] for name in columns}))
    assert error.code.id == "SG313"
    assert f"none has the name of the customers' key, `{customers}`" in error.message
    assert candidates in error.help[0]
    assert "`[events.purchase]`" in error.help[0]


@pytest.mark.parametrize(
    ("customers", "columns"),
    [("id", ("id", "user_id")), ("customer_id", ("CustomerId", "CUSTOMER_ID"))],
)
def test_a_key_of_which_there_may_be_two_is_asked_for(
    customers: str, columns: tuple[str, str]
) -> None:
    catalog = Catalog.model_validate({"customers": {"key": customers}})
    (error,) = complaints(lambda: inferred(catalog, purchase={name: [1] for name in columns}))
    assert error.code.id == "SG313"
    both = f"`{columns[0]}` and `{columns[1]}` may each hold the customers' keys"
    assert error.message.endswith(both)


@pytest.mark.parametrize(
    ("columns", "time"),
    [
        (("at", "sold_at", "time"), "time"),
        (("created_at", "date"), "created_at"),
        (("orderDate",), "orderDate"),
        (("purchase_date", "amount_date"), "purchase_date"),
        (("Timestamp",), "Timestamp"),
        (("moment",), "moment"),  # the only column of dates
        (("moment", "other"), None),
    ],
)
def test_the_time_goes_by_its_name_and_type(columns: tuple[str, ...], time: str | None) -> None:
    data = {"customer_id": [1], **{name: [date(2026, 1, 1)] for name in columns}}
    found = inferred(purchase=data)
    assert found.catalog.events["purchase"].time == time
    (notice,) = found.notices
    assert notice.code.id == "SG312"
    assert ("no column is taken for their time" in notice.message) == (time is None)


@pytest.mark.parametrize(
    "name", ["time", "timestamp", "date", "at", "t", "when", "created", "soldAt", "moment"]
)
@pytest.mark.parametrize("is_file", [True, False], ids=["file", "frame"])
def test_the_time_is_found_in_texts_as_among_types(
    name: str, is_file: bool, tmp_path: Path
) -> None:
    path = tmp_path / "e.csv"
    path.write_text(f"customer_id,name,{name}\n1,x,2026-01-01T10:00\n1,y,2026-01-02T10:00\n")
    data = path if is_file else {"customer_id": [1], "name": ["x"], name: [date(2026, 1, 1)]}
    assert inferred(visit=data).catalog.events["visit"].time == name


def test_columns_that_may_be_the_time_are_named(tmp_path: Path) -> None:
    (tmp_path / "e.csv").write_text("customer_id,from,until\n1,2026-01-01,2026-01-02\n")
    found = inferred(visit=tmp_path / "e.csv")
    assert found.catalog.events["visit"].time is None
    assert found.notices[0].help[1] == (
        '`from`, `until` may each be their time: `time = "from"` in `[events.visit]` names it'
    )
    none = inferred(visit={"customer_id": [1], "time": [3]}).notices[0]
    assert none.help[1] == "no column holds dates or instants, which a time needs"


def test_dates_beside_instants_are_said_to_be_read_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "e.csv"
    path.write_text("customer_id,sold_at\n3,2026-01-02T10:00\n3,2026-01-03\n")
    event = {**PURCHASE, "source": str(path)}
    (error,) = complaints(lambda: read(known(events={"purchase": event}), WANTED))
    assert error.code.id == "SG314"
    first = "a date alone as the first moment of its day"
    assert error.help == (f'`sold_at = "instant"` in a catalog reads {first}',)
    event["fields"] = {"sold_at": "instant"}
    times = read(known(events={"purchase": event}), {"purchase": ("time",)}).frames["purchase"]
    assert times["time"].to_list()[1] == datetime(2026, 1, 3, tzinfo=UTC)


@pytest.mark.parametrize("cell", [timedelta(1), time(9), b"x"], ids=["duration", "time", "bytes"])
def test_what_rules_cannot_read_is_said_so(cell: object) -> None:
    data = {"customer_id": [3], "at": [date(2026, 1, 1)], "v": [cell]}
    (error,) = complaints(lambda: read(known(), {"visit": ("time", "v")}, visit=data))
    assert error.code.id == "SG512"
    assert error.message.startswith("`visit.v` holds ")
    assert error.message.endswith(", which rules cannot read")
    assert read(known(), {"visit": ("time",)}, visit=data).frames["visit"].height == 1
    event = {**PURCHASE, "time": "v"}
    catalog = known(events={"visit": event})
    (error,) = complaints(lambda: read(catalog, {"visit": ("time",)}, visit=data))
    assert error.code.id == "SG314"
    assert "`v` is made of" in error.message


def test_events_that_are_none_are_said_to_be() -> None:
    (error,) = complaints(lambda: infer_events(known(), {"visit": None}, {"visit": ()}))
    assert error.code.id == "SG311"
    assert error.message == "the data given for the event `visit` are None"
    assert not any("known events" in note for note in error.help)
    with pytest.raises(TypeError, match=r"^the events visit are a path, a frame, .*, not int$"):
        inferred(visit=42)


def test_a_name_alone_makes_no_time(tmp_path: Path) -> None:
    assert inferred(visit={"customer_id": [1], "time": [3]}).catalog.events["visit"].time is None
    (tmp_path / "e.csv").write_text("customer_id,sold_at,date\n1,03.04.2026,2026-01-01\n")
    assert inferred(visit=tmp_path / "e.csv").catalog.events["visit"].time == "date"
    (tmp_path / "e.csv").write_text("customer_id,sold_at\n1,03.04.2026\n")
    found = inferred(visit=tmp_path / "e.csv")
    assert codes(found.notices)[:2] == ["SG312", "SG308"]


def test_times_are_read_as_they_are_declared(tmp_path: Path) -> None:
    (tmp_path / "e.csv").write_text("customer_id,when\n3,03.04.2026\n5,\n9,31.12.2025\n")
    field = {"type": "date", "format": "%d.%m.%Y", "column": "when"}
    event = {**PURCHASE, "source": str(tmp_path / "e.csv"), "fields": {"sold_at": field}}
    found = read(known(events={"purchase": event}), {"purchase": ("time", "sold_at")})
    frame = found.frames["purchase"]
    assert frame["time"].to_list() == [date(2026, 4, 3), date(2025, 12, 31)]
    assert frame["sold_at"].to_list() == frame["time"].to_list()
    assert "1 without a time `sold_at`" in found.notices[0].message


@pytest.mark.parametrize("cells", ["03/04/2026", "yesterday", "7"])
def test_a_time_that_is_none_is_an_error(cells: str, tmp_path: Path) -> None:
    (tmp_path / "e.csv").write_text(f"customer_id,sold_at\n3,{cells}\n")
    event = {**PURCHASE, "source": str(tmp_path / "e.csv")}
    (error,) = complaints(lambda: read(known(events={"purchase": event}), WANTED))
    assert error.code.id == "SG314"
    assert error.help


def test_a_time_that_is_not_there_is_an_error() -> None:
    catalog = known(events={"purchase": {**PURCHASE, "time": "soldat"}})
    (error,) = complaints(lambda: read(catalog, WANTED, purchase=EVENTS))
    assert error.code.id == "SG304"
    assert "`sold_at`" in error.help[0]


def test_an_event_without_time_has_none() -> None:
    event = {**PURCHASE, "time": None}
    found = read(known(events={"purchase": event}), {"purchase": ("amount",)}, purchase=EVENTS)
    assert found.frames["purchase"].columns == [ROW, "amount"]


def test_a_column_named_time_does_not_hide_the_time() -> None:
    data = {"customer_id": [3], "sold_at": [date(2026, 1, 1)], "time": ["noon"]}
    catalog = known(events={"purchase": PURCHASE})
    found = read(catalog, {"purchase": ("time",)}, purchase=data)
    assert found.frames["purchase"]["time"].to_list() == [date(2026, 1, 1)]


# ---- keys


def test_events_of_nobody_are_counted() -> None:
    data = {"customer_id": [3, None, 4, 4, 9], "sold_at": [date(2026, 1, 1)] * 4 + [None]}
    found = read(known(), {"purchase": ("time",)}, purchase=data)
    assert found.frames["purchase"][ROW].to_list() == [1]
    (notice,) = found.notices
    assert notice.code.id == "SG522"
    assert notice.message == (
        "4 of 5 events `purchase` are left out: 1 without a key `customer_id`, 2 of customers who"
        " are not in the data (`4` …), 1 without a time `sold_at`"
    )


def test_that_no_event_counts_is_a_warning() -> None:
    data = {"customer_id": [30], "sold_at": [date(2026, 1, 1)]}
    found = read(known(), {"purchase": ("time",)}, purchase=data)
    assert found.frames["purchase"].height == 0
    assert codes(found.notices) == ["SG523"]


def test_an_empty_table_is_fine() -> None:
    found = read(known(), WANTED, purchase=EVENTS.head(0))
    assert found.frames["purchase"].height == 0
    assert found.notices == ()


@pytest.mark.parametrize("dtype", [pl.Int8, pl.UInt64, pl.Int128, pl.Float64, pl.Decimal(10, 2)])
def test_numbers_of_all_widths_are_one_key(dtype: pl.DataType) -> None:
    data = EVENTS.with_columns(pl.col("customer_id").cast(dtype))
    assert read(known(), WANTED, purchase=data).frames["purchase"][ROW].to_list() == [1, 2, 1, 0]
    keys = KEYS.cast(dtype if dtype.is_integer() else pl.Int32)
    found = read(known(), WANTED, keys, purchase=EVENTS)
    assert found.frames["purchase"][ROW].to_list() == [1, 2, 1, 0]


def test_far_numbers_and_texts_are_found_too() -> None:
    for keys in ([2**62, -5, 0], ["ğ", "", "a"]):
        series = pl.Series("customer_id", keys)
        data = {"customer_id": [keys[2], keys[0], None, keys[1]], "at": [date(2026, 1, 1)] * 4}
        found = read(known(), {"visit": ("time",)}, series, visit=data)
        assert found.frames["visit"][ROW].to_list() == [2, 0, 1]


def test_texts_of_files_are_read_as_the_customers_key_is(tmp_path: Path) -> None:
    (tmp_path / "e.csv").write_text(
        "customer_id,at\n3,2026-01-01\n07,2026-01-01\nguest,2026-01-01\n"
    )
    wanted = {"visit": ("time",)}
    numbers = read(known(), wanted, pl.Series("customer_id", [7, 3]), visit=tmp_path / "e.csv")
    assert numbers.frames["visit"][ROW].to_list() == [1]
    assert "2 of customers who are not in the data (`07`, `guest`)" in numbers.notices[0].message
    texts = pl.Series("customer_id", ["07", "3"])
    found = read(known(), wanted, texts, visit=tmp_path / "e.csv")
    assert found.frames["visit"][ROW].to_list() == [1, 0]


@pytest.mark.parametrize(
    ("events", "customers", "line"),
    [([1], ["1"], 'customer_id = "text"'), (["1"], [1], 'customer_id = "number"')],
)
def test_numbers_and_texts_are_never_equal(
    events: list[object], customers: list[object], line: str
) -> None:
    data = {"customer_id": events, "at": [date(2026, 1, 1)]}
    keys = pl.Series("customer_id", customers)
    (error,) = complaints(lambda: read(known(), {"visit": ("time",)}, keys, visit=data))
    assert error.code.id == "SG521"
    assert f"`{line}` in `[events.visit.fields]`" in error.help[0]
    name, kind = line.replace('"', "").split(" = ")
    event = {
        "source": "x",
        "key": "customer_id",
        "time": "at",
        "fields": {name: kind, "at": "date"},
    }
    found = read(known(events={"visit": event}), {"visit": ("time",)}, keys, visit=data)
    assert found.frames["visit"][ROW].to_list() == [0]


# ---- lookups


def lookups(path: Path, **more: object) -> Catalog:
    PRODUCTS.write_parquet(path / "products.parquet")
    BRANDS.write_csv(path / "brands.csv")
    tables = {
        "product": {"source": "products.parquet", "key": "product_id"},
        "brand": {"source": "brands.csv", "key": "brand_id"},
    }
    events = {"purchase": {**PURCHASE, **more}}
    return known(events=events, lookups=tables).in_folder(path)


def test_lookups_attach_by_the_name_of_their_key_and_chain(tmp_path: Path) -> None:
    wanted = {"purchase": ("product.department", "product.brand.name", "product_id")}
    found = read(lookups(tmp_path), wanted, purchase=EVENTS)
    frame = found.frames["purchase"]
    assert frame["product.department"].to_list() == ["DAIRY", None, None, None]
    assert frame["product.brand.name"].to_list() == ["Álpha", None, "Beta", None]
    (notice,) = found.notices
    assert notice.code.id == "SG524"
    assert "1 of 4 rows have a `product_id`" in notice.message
    assert "such as `7`" in notice.message


@pytest.mark.parametrize("fields", [{}, {"sold_at": "instant", "amount": "number"}])
@pytest.mark.parametrize("own", [{}, {"department": "text"}])
def test_lookups_attach_by_columns_that_are_not_declared(
    fields: dict[str, str], own: dict[str, str], tmp_path: Path
) -> None:
    catalog = lookups(tmp_path, fields=fields)
    product = catalog.lookups["product"].model_copy(
        update={"fields": {name: Field.model_validate({"type": of}) for name, of in own.items()}}
    )
    catalog = catalog.model_copy(update={"lookups": {**catalog.lookups, "product": product}})
    rules = """segment dairy: did purchase where (product.department = "DAIRY")
segment beta: did purchase where (product.brand.name = "Beta")"""
    found = segdsl.compile(rules, catalog=catalog).evaluate(
        KEYS.to_frame(), events={"purchase": EVENTS}
    )
    assert found.counts() == {"dairy": 1, "beta": 1}


def test_lookups_attach_by_a_column_that_is_named(tmp_path: Path) -> None:
    catalog = lookups(tmp_path, lookups={"product": "item"})
    data = EVENTS.rename({"product_id": "item"})
    found = read(catalog, {"purchase": ("product.department",)}, purchase=data)
    assert found.frames["purchase"]["product.department"].to_list() == ["DAIRY", None, None, None]


def test_a_lookup_without_its_key_is_an_error(tmp_path: Path) -> None:
    data = EVENTS.rename({"product_id": "item"})
    wanted = {"purchase": ("product.department",)}
    (error,) = complaints(lambda: read(lookups(tmp_path), wanted, purchase=data))
    assert error.code.id == "SG315"
    assert "`events.purchase` has no column `product_id`" in error.message


def test_lookup_keys_that_repeat_are_an_error(tmp_path: Path) -> None:
    catalog = lookups(tmp_path)
    pl.concat([PRODUCTS, PRODUCTS.head(1)]).write_parquet(tmp_path / "products.parquet")
    wanted = {"purchase": ("product.department",)}
    (error,) = complaints(lambda: read(catalog, wanted, purchase=EVENTS))
    assert error.code.id == "SG525"
    assert "`06` in row 1 and row 4" in error.message


def test_lookup_rows_without_a_key_do_no_harm(tmp_path: Path) -> None:
    catalog = lookups(tmp_path)
    extra = PRODUCTS.head(2).with_columns(product_id=pl.lit(None, pl.String))
    pl.concat([extra, PRODUCTS]).write_parquet(tmp_path / "products.parquet")
    found = read(catalog, {"purchase": ("product.department",)}, purchase=EVENTS)
    assert found.frames["purchase"]["product.department"].to_list() == ["DAIRY", None, None, None]


def test_a_lookup_key_of_another_type_is_an_error(tmp_path: Path) -> None:
    data = EVENTS.with_columns(product_id=pl.lit(6))
    wanted = {"purchase": ("product.department",)}
    (error,) = complaints(lambda: read(lookups(tmp_path), wanted, purchase=data))
    assert error.code.id == "SG521"
    assert "lookups.product.product_id" in error.message


def test_a_dotted_column_comes_before_a_lookup(tmp_path: Path) -> None:
    data = EVENTS.with_columns(pl.lit("own").alias("product.department"))
    found = read(lookups(tmp_path), {"purchase": ("product.department",)}, purchase=data)
    assert found.frames["purchase"]["product.department"].unique().to_list() == ["own"]


def test_a_lookup_column_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    wanted = {"purchase": ("product.departmnt",)}
    (error,) = complaints(lambda: read(lookups(tmp_path), wanted, purchase=EVENTS))
    assert error.code.id == "SG304"
    assert "`department`" in error.help[0]


# ---- what else is said


def test_cells_that_do_not_fit_are_counted(tmp_path: Path) -> None:
    (tmp_path / "e.csv").write_text("customer_id,sold_at,amount\n3,2026-01-01,x\n5,2026-01-01,2\n")
    fields = {"amount": "number", "sold_at": "date"}
    event = {**PURCHASE, "source": str(tmp_path / "e.csv"), "fields": fields}
    found = read(known(events={"purchase": event}), {"purchase": ("time", "amount")})
    assert found.frames["purchase"]["amount"].to_list() == [None, 2]
    assert codes(found.notices) == ["SG506"]


def test_data_that_are_not_named_are_asked_for() -> None:
    (error,) = complaints(lambda: read(known(), {"purchas": ("time",)}, purchase=EVENTS))
    assert error.code.id == "SG311"
    assert error.help[0] == "an event with a similar name exists: `purchase`"
    (error,) = complaints(lambda: read(known(events={"purchase": PURCHASE}), WANTED))
    assert error.code.id == "SG501"
    with pytest.raises(TypeError, match="events purchase"):
        read(known(), WANTED, purchase=3)


@pytest.mark.parametrize("is_declared", [True, False])
def test_texts_that_spell_times_are_times_in_typed_data_too(is_declared: bool) -> None:
    data = {"customer_id": [3, 5], "sold_at": ["2026-01-01T10:00", "2026-01-02T00:00+02:00"]}
    catalog = known(events={"purchase": PURCHASE}) if is_declared else known()
    found = read(catalog, {"purchase": ("time",)}, purchase=data)
    assert found.frames["purchase"]["time"].to_list() == [
        datetime(2026, 1, 1, 10, tzinfo=UTC),
        datetime(2026, 1, 1, 22, tzinfo=UTC),
    ]
    data["sold_at"][0] = "soon"
    if is_declared:
        (error,) = complaints(lambda: read(catalog, {"purchase": ("time",)}, purchase=data))
        assert error.code.id == "SG314"
    else:
        assert inferred(purchase=data).catalog.events["purchase"].time is None


def test_keys_are_in_one_form() -> None:
    data = {"customer_id": ["s\u0327"], "at": [date(2026, 1, 1)]}
    found = read(known(), {"visit": ("time",)}, pl.Series("customer_id", ["\u015f"]), visit=data)
    assert found.frames["visit"][ROW].to_list() == [0]
    data["customer_id"] = pl.Series(["b"], dtype=pl.Categorical)
    found = read(known(), {"visit": ("time",)}, pl.Series("customer_id", ["b"]), visit=data)
    assert found.frames["visit"][ROW].to_list() == [0]
