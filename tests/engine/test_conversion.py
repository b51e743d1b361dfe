"""What cells mean under a type: one table of cases for each."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from segdsl.catalog.types import DATE, INSTANT, NUMBER, TEXT, YESNO, Kind, Type, list_of
from segdsl.engine.conversion import Manner, convert
from segdsl.functions.scalars import from_text
from segdsl.syntax import parse_literal

CSV = Manner(timezone="Europe/Berlin", missing=("NA",), is_blank_missing=True)
COMMA = Manner(decimal=",", is_blank_missing=True)
POINT = Manner(decimal=".", is_blank_missing=True)
TURKISH = Manner(format="%d.%m.%Y")
ZONED = Manner(format="%Y-%m-%d %H:%M%:z")
WRONG_OFFSETS = ("+24:00", "+99:99", "+03:75", "-2360")


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]  # parts of a date


TEXTS = [
    (NUMBER, CSV, "5", 5), (NUMBER, CSV, "+5", 5), (NUMBER, CSV, "007", 7), (NUMBER, CSV, " 6 ", 6),
    (NUMBER, CSV, "-0.5", -0.5), (NUMBER, CSV, "۱۲٫۵", 12.5), (NUMBER, CSV, "٢٥", 25),
    (NUMBER, CSV, "1e5", None), (NUMBER, CSV, "nan", None), (NUMBER, CSV, "1,5", None),
    (NUMBER, CSV, "1,234", None), (NUMBER, CSV, "9" * 18, 10**18 - 1),
    (NUMBER, CSV, "9" * 19, None), (NUMBER, CSV, "1.", None), (NUMBER, CSV, "NA", None),
    (NUMBER, COMMA, "1.234,56", 1234.56), (NUMBER, COMMA, "1.234", 1234),
    (NUMBER, COMMA, "12.5", None), (NUMBER, COMMA, "1 234,5", 1234.5),
    (NUMBER, COMMA, "1\u202f234,5", 1234.5), (NUMBER, COMMA, "1.234.5", None),
    (NUMBER, COMMA, "0,5", 0.5), (NUMBER, COMMA, "7", 7),
    (NUMBER, POINT, "1,234.56", 1234.56), (NUMBER, POINT, "12,5", None),
    (YESNO, CSV, "TRUE", True), (YESNO, CSV, "no", False), (YESNO, CSV, "1", True),
    (YESNO, CSV, "0", False), (YESNO, CSV, "2", None), (YESNO, CSV, "ye\u017f", None),
    (DATE, CSV, "2024-02-29", date(2024, 2, 29)), (DATE, CSV, "2023-02-29", None),
    (DATE, CSV, "0000-01-01", None), (DATE, CSV, "12024-01-01", None), (DATE, CSV, "x", None),
    (DATE, CSV, "2024-01-02 00:00:00", date(2024, 1, 2)), (DATE, CSV, "2024-01-02 10:00", None),
    (DATE, TURKISH, "03.04.2024", date(2024, 4, 3)), (DATE, TURKISH, "31.02.2024", None),
    (INSTANT, CSV, "2026-01-31T18:30", utc(2026, 1, 31, 17, 30)),
    (INSTANT, CSV, "2026-01-31 18:30:05.123456", utc(2026, 1, 31, 17, 30, 5, 123456)),
    (INSTANT, CSV, "2026-01-31T18:30Z", utc(2026, 1, 31, 18, 30)),
    (INSTANT, CSV, "2026-01-31T18:30:00+05:30", utc(2026, 1, 31, 13)),
    (INSTANT, CSV, "2026-01-31T18:30:00-0330", utc(2026, 1, 31, 22)),
    (INSTANT, CSV, "2026-10-25T02:30", utc(2026, 10, 25, 0, 30)),  # occurs twice: the first
    (INSTANT, CSV, "2026-03-29T02:30", utc(2026, 3, 29, 1, 30)),  # a gap: 03:30
    (INSTANT, CSV, "2026-01-31T24:00", None), (INSTANT, CSV, "2026-01-31T18:60", None),
    (INSTANT, CSV, "2026-01-31", utc(2026, 1, 30, 23)),
    (TEXT, CSV, "e\u0301", "é"), (TEXT, CSV, "", None), (TEXT, CSV, " ", " "),
    (TEXT, CSV, "NA", None),
    (list_of(Kind.TEXT), CSV, "a; b;;", ["a", "b"]), (list_of(Kind.TEXT), CSV, "", None),
    (list_of(Kind.NUMBER), CSV, "1;2", [1, 2]), (list_of(Kind.NUMBER), CSV, "1;x", None),
    (list_of(Kind.NUMBER), CSV, "x", None), (list_of(Kind.DATE), CSV, "2024-01-02;x", None),
    *((INSTANT, CSV, f"2026-01-31T18:30{offset}", None) for offset in WRONG_OFFSETS),
    *((INSTANT, CSV, f"2026-01-31T18:30:00{offset}", None) for offset in WRONG_OFFSETS),
    *((INSTANT, ZONED, f"2026-01-31 18:30{offset}", None) for offset in WRONG_OFFSETS),
    (INSTANT, CSV, "2026-01-31T18:30+23:59", utc(2026, 1, 30, 18, 31)),
    (INSTANT, ZONED, "2026-01-31 18:30-23:59", utc(2026, 2, 1, 18, 29)),
    *(
        (INSTANT, Manner(format=form), cell, utc(2024, 2, 5, 7, 5))
        for form, cell in (
            ("%d.%m.%Y %H:%M", "05.02.2024 07:05"), ("%d.%m.%Y %-H:%M", "5.2.2024 7:05"),
            ("%d.%m.%Y %_H:%M", "05.02.2024  7:05"), ("%d.%m.%Y %0H:%0M", "05.02.2024 07:05"),
            ("%e.%-m.%y %k:%M", " 5.2.24  7:05"), ("%d.%m.%Y %I:%M %p", "05.02.2024 07:05 AM"),
            ("%d.%m.%Y %-I:%M %P", "05.02.2024 7:05 am"), ("%D %l:%M %p", "02/05/24  7:05 AM"),
            ("%F %r", "2024-02-05 07:05:00 AM"), ("%F %R", "2024-02-05 07:05"),
            ("%Y%m%d%H%M%S", "20240205070500"), ("%FT%T%.f", "2024-02-05T07:05:00.0"),
            ("%c", "Mon Feb  5 07:05:00 2024"), ("%Y-%j %X", "2024-036 07:05:00"),
            ("%F %R%z", "2024-02-05 10:05+0300"), ("%F %R%#z", "2024-02-05 10:05+03"),
            ("%A, %d %B %Y, %H:%M", "Monday, 05 February 2024, 07:05"),
        )
    ),
    (INSTANT, TURKISH, "05.02.2024", utc(2024, 2, 5)),
    (DATE, Manner(format="%F %R"), "2024-02-05 07:05", date(2024, 2, 5)),
    (DATE, Manner(format="%d.%m.%y"), "01.02.69", date(2069, 2, 1)),
    (DATE, Manner(format="%d.%m.%y"), "01.02.70", date(1970, 2, 1)),
    *(
        (DATE, Manner(format=form), cell, None)
        for form, cell in (
            ("%y%m%d", "9X0802"), ("%y%m%d", "1a0608"), ("%y%m%d", "0+0805"), ("%y%m%d", "24085"),
            ("%d.%m.%Y", "05.03.24"), ("%d.%m.%Y", "05.03.024"), ("%d.%m.%Y", "05.03.+2024"),
            ("%d.%m.%y", "05.03.4"), ("%d.%m.%y", "05.03.2024"), ("%Y%m%d", "2024035"),
            ("%Y%m%d", "2024 3 5"), ("%Y-%j", "2024-366x"), ("%d.%m.%Y %H:%M", "5.2.202407:05"),
            ("%Y%m%d", "202 0305"), ("%d.%m.%Y", "005.03.2024"), ("%a %d.%m.%Y", "Mo 5.2.2024"),
        )
    ),
    *(
        (DATE, Manner(format=form), cell, value)
        for form, cell, value in (
            ("%y%m%d", "240805", date(2024, 8, 5)), ("%d.%m.%Y", "1.2.2024", date(2024, 2, 1)),
            ("%d.%m.%Y", " 1. 2.2024", date(2024, 2, 1)), ("%Y%m%e", "202403 5", date(2024, 3, 5)),
            ("%m.%Y", "2.2024", date(2024, 2, 1)), ("%b %Y", "Feb 2024", date(2024, 2, 1)),
            ("%Y", "2024", date(2024, 1, 1)), ("%Y%j", "2024036", date(2024, 2, 5)),
            ("%b %d, %Y", "Feb 5,2024", date(2024, 2, 5)), ("%d%% %m#%Y", "5% 2#2024",
             date(2024, 2, 5)),
        )
    ),
    (INSTANT, Manner(format="%m.%Y %H:%M"), "2.2024 7:05", utc(2024, 2, 1, 7, 5)),
]  # fmt: skip


@pytest.mark.parametrize(("wanted", "manner", "cell", "value"), TEXTS)
def test_a_text_cell(wanted: Type, manner: Manner, cell: str, value: object) -> None:
    found = convert(pl.Series([cell]), wanted, manner)
    assert found is not None
    assert found.values.to_list() == [value]
    assert found.lost_count == int(value is None and cell not in ("", "NA"))


@pytest.mark.parametrize("offset", WRONG_OFFSETS)
def test_offsets_are_limited_alike_in_cells_rules_and_values(offset: str) -> None:
    assert from_text(f"2026-01-31T18:30{offset}", Kind.INSTANT, ZoneInfo("UTC")) is None
    _, problems = parse_literal(f"2026-01-31T18:30{offset}", "<rules>")
    assert [problem.code.slug for problem in problems] == ["bad-date"]
    assert parse_literal("2026-01-31T18:30-23:59", "<rules>")[1] == ()


@pytest.mark.parametrize("manner", [CSV, COMMA, POINT])
def test_a_cell_reads_alike_in_any_company(manner: Manner) -> None:
    """Fast ways for columns of one shape must not change what a cell means."""
    for kind in (NUMBER, DATE, INSTANT, YESNO):
        cases = [(c, v) for wanted, how, c, v in TEXTS if wanted == kind and how is manner]
        cases = [case for case in cases if len(case[0]) < 18]  # a float holds no 18 digits
        if not cases:
            continue
        found = convert(pl.Series([cell for cell, _ in cases]), kind, manner)
        assert found is not None
        assert found.values.to_list() == [value for _, value in cases]


def test_whole_numbers_stay_whole_unless_one_has_a_point() -> None:
    whole = convert(pl.Series(["1", None, "x"]), NUMBER, CSV)
    mixed = convert(pl.Series(["1", "2.5"]), NUMBER, CSV)
    assert whole is not None
    assert mixed is not None
    assert whole.values.dtype == pl.Int64
    assert mixed.values.dtype == pl.Float64


TYPED = [
    (pl.Series([1, 2], dtype=pl.UInt8), NUMBER, [1, 2], pl.Int64()),
    (pl.Series([2**64 - 1], dtype=pl.UInt64), NUMBER, [2**64 - 1], pl.Int128()),
    (pl.Series([1.5, float("nan"), float("inf")]), NUMBER, [1.5, None, None], pl.Float64()),
    (pl.Series([Decimal("1.20")]), NUMBER, [Decimal("1.20")], pl.Decimal(38, 2)),
    (pl.Series([1, 0, 2]), YESNO, [True, False, None], pl.Boolean()),
    (pl.Series([6100, None]), TEXT, ["6100", None], pl.String()),
    (pl.Series([6100.0, None]), TEXT, ["6100", None], pl.String()),
    (pl.Series(["a"], dtype=pl.Categorical), TEXT, ["a"], pl.String()),
    (pl.Series(["5", "x"], dtype=pl.Enum(["5", "x"])), NUMBER, [5, None], pl.Int64()),
    (pl.Series([None, None]), DATE, [None, None], pl.Date()),
    (pl.Series([None]), list_of(Kind.NUMBER), [None], pl.List(pl.Int64)),
    (pl.Series([datetime(2024, 1, 1, 23)]), DATE, [date(2024, 1, 1)], pl.Date()),
    (pl.Series([utc(2024, 1, 1, 23)]), DATE, [date(2024, 1, 2)], pl.Date()),
    (pl.Series([[1], [], None]), list_of(Kind.NUMBER), [[1], [], None], pl.List(pl.Int64)),
    (pl.Series([["e\u0301"], [None]]), list_of(Kind.TEXT), [["é"], [None]], pl.List(pl.String)),
]


@pytest.mark.parametrize(("cells", "wanted", "values", "dtype"), TYPED)
def test_a_typed_column(
    cells: pl.Series, wanted: Type, values: list[object], dtype: pl.DataType
) -> None:
    found = convert(cells, wanted, CSV)
    assert found is not None
    assert found.values.to_list() == values
    assert found.values.dtype == dtype


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
def test_instants_have_microseconds_in_utc(unit: str) -> None:
    cells = pl.Series([datetime(2024, 1, 1, 12)]).cast(pl.Datetime(unit))  # type: ignore[arg-type]
    found = convert(cells, INSTANT, CSV)
    assert found is not None
    assert found.values.dtype == pl.Datetime("us", "UTC")
    assert found.values.to_list() == [utc(2024, 1, 1, 11)]


@pytest.mark.parametrize(
    ("cells", "wanted"),
    [
        (pl.Series([date(2024, 1, 1)]), NUMBER),
        (pl.Series([True]), NUMBER),
        (pl.Series([1]), DATE),
        (pl.Series([b"x"]), TEXT),
        (pl.Series([[1]]), NUMBER),
        (pl.Series([1]), list_of(Kind.NUMBER)),
    ],
)
def test_a_typed_column_that_cannot_be_it(cells: pl.Series, wanted: Type) -> None:
    assert convert(cells, wanted, CSV) is None
