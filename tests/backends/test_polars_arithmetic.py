"""Arithmetic with constants over many rows, to the last bit as Python computes it."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal

import polars as pl
import pytest

import segdsl
from segdsl.catalog import Catalog

CATALOG = Catalog.model_validate({"customers": {"key": "id", "fields": {"n": "number"}}})
COLUMNS = {
    "whole": pl.Series("n", range(1, 201)),
    "narrow": pl.Series("n", range(1, 201), dtype=pl.UInt8),
    "float": pl.Series("n", [float(n) for n in range(1, 201)]),
    "decimal": pl.Series("n", [Decimal(n) for n in range(1, 201)], dtype=pl.Decimal(12, 2)),
}
DIVISORS = {"3": 3.0, "7": 7.0, "10": 10.0, "1000": 1000.0, "0.1": 0.1, "7%": 0.07, "49": 49.0}
HEIGHTS = (1, 2, 7, 63, 64, 65, 200)

Compute = Callable[[float], float]


def rounded(x: float, digits: int) -> float:
    power = 10.0**digits
    return math.floor(x * power + 0.5) / power


FORMS: dict[str, Compute] = {
    "(n / 3) / 7": lambda n: n / 3 / 7,
    "n / (7 / 3)": lambda n: n / (7 / 3),
    "1 / 3 / n": lambda n: 1 / 3 / n,
    "1 / n": lambda n: 1 / n,
    "7% / n": lambda n: 0.07 / n,
    "n * 0.1 + 0.2": lambda n: n * 0.1 + 0.2,
    "n - 0.1": lambda n: n - 0.1,
    "-n / 10": lambda n: -n / 10,
    "abs(-n / 3)": lambda n: abs(-n / 3),
    "round(n / 3, 2)": lambda n: rounded(n / 3, 2),
    "round(n / 7, 4)": lambda n: rounded(n / 7, 4),
    "round(n * 1.005, 2)": lambda n: rounded(n * 1.005, 2),
    "round(n / 10) / 10": lambda n: math.floor(n / 10 + 0.5) / 10,
    "(n or else 1) / 10": lambda n: n / 10,
}


def frame(column: pl.Series) -> pl.DataFrame:
    return pl.DataFrame([pl.Series("id", range(1, column.len() + 1)), column])


def values(text: str, table: pl.DataFrame, **params: object) -> list[float]:
    """Return what the engine computes, one value a customer."""
    rules = segdsl.compile(text, catalog=CATALOG, params=params)
    return rules.evaluate(table).frame(traits=True).sort("id")["x"].to_list()


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize(("written", "divisor"), DIVISORS.items())
def test_the_engine_divides_by_constants(column: str, written: str, divisor: float) -> None:
    table = frame(COLUMNS[column])
    exact = [n / divisor for n in range(1, 201)]
    assert values(f"trait x: n / {written}\nsegment whole_table: n > 0", table) == exact


@pytest.mark.parametrize("height", HEIGHTS)
def test_the_height_of_the_frame_changes_nothing(height: int) -> None:
    table = frame(COLUMNS["whole"].head(height))
    text = "trait x: n / 10\nsegment whole_table: n > 0"
    assert values(text, table) == [n / 10 for n in range(1, height + 1)]


@pytest.mark.parametrize(("written", "compute"), FORMS.items())
def test_forms_with_constants(written: str, compute: Compute) -> None:
    found = values(f"trait x: {written}\nsegment whole_table: n > 0", frame(COLUMNS["whole"]))
    assert found == [compute(float(n)) for n in range(1, 201)]


@pytest.mark.parametrize("divisor", [3, 10, 1000, 0.1, Decimal("0.07")])
def test_params_divide_as_constants_do(divisor: float) -> None:
    text = "param d = 49\ntrait x: n / d\nsegment whole_table: n > 0"
    found = values(text, frame(COLUMNS["whole"]), d=divisor)
    assert found == [n / float(divisor) for n in range(1, 201)]


def _rule(written: str, divisor: float) -> tuple[str, list[int]]:
    """Return a rule that Python's quotients of some numbers meet, and those numbers."""
    quotients = {f"{n / divisor!r}" for n in range(1, 201) if n % 2}
    short = sorted(q for q in quotients if "e" not in q and len(q.partition(".")[2]) <= 18)
    chosen = {float(q) for q in short}
    rule = f"segment s: any of {{ {'; '.join(f'n / {written} = {q}' for q in short)} }}"
    return rule, [n for n in range(1, 201) if n / divisor in chosen]


@pytest.mark.parametrize(("written", "divisor"), DIVISORS.items())
def test_equality_with_quotients_selects_what_python_divides(written: str, divisor: float) -> None:
    text, expected = _rule(written, divisor)
    rules = segdsl.compile(text, catalog=CATALOG)
    assert len(expected) >= 90
    for column in COLUMNS.values():
        assert sorted(rules.evaluate(frame(column)).keys("s")) == expected


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("height", HEIGHTS)
def test_expressions_divide_exactly(column: str, height: int) -> None:
    """Frames have the column's own type whether the schema says so or not."""
    table = frame(COLUMNS[column].head(height))
    for rule, compute in (
        ("n / 10 = 0.3", lambda n: n / 10 == 0.3),
        ("n / 10 = 0.7", lambda n: n / 10 == 0.7),
        ("n / 3 / 7 = 43 / 3 / 7", lambda n: n / 3 / 7 == 43 / 3 / 7),
        ("round(n / 3, 2) = 2.33", lambda n: rounded(n / 3, 2) == 2.33),
        ("1 / n = 1 / 49", lambda n: 1 / n == 1 / 49),
        ("n / 7% = 49 / 7%", lambda n: n / 0.07 == 49 / 0.07),
    ):
        expected = [n for n in range(1, height + 1) if compute(n)]
        segment = segdsl.compile(f"segment s: {rule}", catalog=CATALOG)["s"]
        for expr in (segment.polars(), segment.polars(schema=table.schema)):
            assert table.filter(expr)["id"].to_list() == expected
            streamed = table.lazy().filter(expr).collect(engine="streaming")
            assert sorted(streamed["id"]) == expected
            assert table.select(expr.sum()).item() == len(expected)


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("n in (1, 3)", [1, 3]),
        ("n in (0.5, 3)", [3]),
        ("n * n * n = 27", [3]),
        ("n + n > 398", [200]),
        ("-n >= -2", [1, 2]),
        ("abs(n) = 199", [199]),
        ("n - 3 in (0, 1)", [3, 4]),
        ("(n or else 0.5) < 2", [1]),
        ("n between 1.5 and 3", [2, 3]),
    ],
)
def test_expressions_read_numbers_of_any_type_without_a_schema(
    column: str, rule: str, expected: list[int]
) -> None:
    expr = segdsl.compile(f"segment s: {rule}", catalog=CATALOG)["s"].polars()
    assert frame(COLUMNS[column]).filter(expr)["id"].to_list() == expected


def test_expressions_read_lists_of_whole_numbers_without_a_schema() -> None:
    fields = {"xs": {"type": "list", "of": "number"}}
    catalog = Catalog.model_validate({"customers": {"key": "id", "fields": fields}})
    table = pl.DataFrame({"id": [1, 2, 3], "xs": [[1, 2], [2, 3], None]})
    for rule, expected in (("xs contains only (2, 3)", [2]), ("xs contains 2", [1, 2])):
        segment = segdsl.compile(f"segment s: {rule}", catalog=catalog)["s"]
        assert table.filter(segment.polars())["id"].to_list() == expected
