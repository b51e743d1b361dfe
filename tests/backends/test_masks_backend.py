"""The masks backend, part by part: words, rows, circuits, boards and coders of both machines."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import product

import numpy as np
import polars as pl
import pytest

from segdsl.backends.masks.answers import Answers, Codes
from segdsl.backends.masks.circuit import EVERYONE, NO_ONE, Circuit, Signal
from segdsl.backends.masks.coders import MOST, Coder, CutCoder, NarrowCoder, TextCoder, whole
from segdsl.backends.masks.cuts import Bins, Places
from segdsl.backends.masks.fast import Fast
from segdsl.backends.masks.machine import Compared, Machine, Painted, Values
from segdsl.backends.masks.plain import BLOCK as PLAIN_BLOCK
from segdsl.backends.masks.plain import Plain
from segdsl.backends.masks.rows import BLOCK, Row, abreast, laid, tables
from segdsl.backends.masks.words import constant, counts, ones, packed, width, yes_no
from segdsl.backends.polars.column import INSTANT

BOTH = pytest.mark.parametrize("machine", [Plain(), Fast()], ids=["plain", "fast"])
HEIGHTS = (0, 1, 7, 63, 64, 65, 1000, 4095, 4096, 4097, 12_345)
LEAST, GREATEST = -(2**63), 2**63 - 1


def drawn(rows: int, seed: int = 1) -> pl.Series:
    """Return random answers."""
    return pl.Series(np.random.default_rng(seed).random(rows) < 0.5, dtype=pl.Boolean)


# ---- words and rows


@pytest.mark.parametrize("rows", HEIGHTS)
@pytest.mark.parametrize("skipped", [0, 1, 3, 8, 70])
def test_words_hold_the_bits_of_a_column(rows: int, skipped: int) -> None:
    mask = drawn(rows).slice(skipped)
    words = packed(mask)
    assert yes_no(words, len(mask)).to_list() == mask.to_list()
    assert ones(words) == sum(mask)
    assert counts(words[None]).tolist() == [sum(mask)]
    assert ones(constant(True, rows)) == rows
    assert not constant(False, rows).any()


def test_a_mask_is_never_missing() -> None:
    with pytest.raises(ValueError, match="never missing"):
        packed(pl.Series([True, None]))


def test_a_column_keeps_the_words_alive() -> None:
    column = yes_no(packed(drawn(100_000)), 100_000)
    for _ in range(50):
        np.full(100_000 // 8, 255, np.uint8)
    assert column.equals(drawn(100_000))


@pytest.mark.parametrize("rows", [1, 64, 4096, 4097, 12_345])
def test_a_row_is_its_words_in_one_piece(rows: int) -> None:
    words = packed(drawn(rows))
    assert (Row.of(words, rows).words == words).all()
    assert not laid(words).reshape(-1)[len(words) :].any()


@pytest.mark.parametrize("sizes", [(1,), (64 * BLOCK, 5), (2 * 64 * BLOCK, 64 * BLOCK, 4095)])
def test_rows_of_several_tables_follow_each_other(sizes: tuple[int, ...]) -> None:
    rows = sum(sizes)
    masks = [drawn(rows, seed) for seed in range(3)]
    found = [tables(3, size) for size in sizes]
    first = 0
    for table, size in zip(found, sizes, strict=True):
        for i, mask in enumerate(masks):
            table[:, i : i + 1] = laid(packed(mask.slice(first, size)))
        first += size
    kept = [Row(found, i, rows) for i in range(3)]
    assert [one.words.tolist() for one in kept] == [packed(mask).tolist() for mask in masks]
    for chosen in ([0, 1, 2], [2, 0], [1, 1], []):
        together = list(abreast([kept[i] for i in chosen]))
        assert all(table.flags.c_contiguous for table in together)  # machine code is fast on such
        pieces = [
            np.concatenate([table[:, place].reshape(-1) for table in together])
            for place in range(len(chosen))
        ]
        expected = [packed(masks[i]) for i in chosen]
        assert all(
            (piece[: width(rows)] == words).all() and not piece[width(rows) :].any()
            for piece, words in zip(pieces, expected, strict=True)
        )


def test_masks_of_several_evaluations_are_abreast() -> None:
    one, other = packed(drawn(10_000, 1)), packed(drawn(10_000, 2))
    blocks = np.concatenate(list(abreast([Row.of(one, 10_000), Row.of(other, 10_000)])))
    assert (blocks[:, 0].reshape(-1)[: len(one)] == one).all()
    assert (blocks[:, 1].reshape(-1)[: len(one)] == other).all()


# ---- circuits and boards


def ran(
    machine: Machine,
    rows: int,
    inputs: int,
    connect: Callable[[Circuit, Sequence[Signal]], Sequence[Signal]],
    given: dict[int, pl.Series],
    painted: Sequence[Painted] = (),
    codes: Codes | None = None,
    stored: int | None = None,
    compared: Sequence[Compared] = (),
) -> tuple[list[pl.Series], list[int]]:
    """Return the results of a board, and how many customers are in each."""
    board = machine.board(inputs, connect)
    size = len(connect(circuit := Circuit(), [circuit.leaf() for _ in range(inputs)]))
    found = tables(size if stored is None else stored, rows)
    found.fill(np.uint64(2**64 - 1))  # as memory may be that was used before
    words = {number: packed(mask) for number, mask in given.items()}
    own = np.zeros((0, rows), np.uint16) if codes is None else codes
    sizes = board.run(rows, own, painted, compared, words, found).tolist()
    masks = [Row([found], i, rows) for i in range(found.shape[1])]
    assert all(not one.words[-1] >> np.uint64(rows % 64) for one in masks if rows % 64)
    return [yes_no(one.words, rows) for one in masks], sizes


@BOTH
@pytest.mark.parametrize("number", [0, 1, 2, 3, 5])
def test_how_many_counts_every_combination(machine: Machine, number: int) -> None:
    table = list(product([False, True], repeat=number))
    masks = [pl.Series([row[i] for row in table], dtype=pl.Boolean) for i in range(number)]
    bounds = list(product(range(-1, 7), repeat=2))
    found, sizes = ran(
        machine,
        len(table),
        number,
        lambda circuit, items: [circuit.how_many(items, low, high) for low, high in bounds],
        dict(enumerate(masks)),
    )
    for (low, high), mask, size in zip(bounds, found, sizes, strict=True):
        expected = [low <= sum(row) <= high for row in table]
        assert mask.to_list() == expected
        assert size == sum(expected)


def test_equal_gates_are_one_and_complements_cancel() -> None:
    circuit = Circuit()
    a, b = circuit.leaf(), circuit.leaf()
    assert circuit.all((a, b)) == circuit.all((b, a, a))
    assert circuit.any((a ^ 1, b ^ 1)) == circuit.all((a, b)) ^ 1
    assert circuit.all((a, a ^ 1)) == NO_ONE
    assert circuit.any((a, a ^ 1)) == EVERYONE
    assert circuit.all(()) == EVERYONE
    assert circuit.any((a, EVERYONE)) == EVERYONE


@BOTH
@pytest.mark.parametrize("rows", HEIGHTS)
def test_results_of_every_kind_in_every_block(machine: Machine, rows: int) -> None:
    a, b, c = (drawn(rows, seed) for seed in (1, 2, 3))

    def connect(circuit: Circuit, items: Sequence[Signal]) -> list[Signal]:
        x, y, z = items
        both = circuit.all((x, y))
        several = circuit.any((both, z ^ 1))
        return [both, x, x, x ^ 1, EVERYONE, several, several ^ 1, NO_ONE, circuit.all((x, y, z))]

    found, sizes = ran(machine, rows, 3, connect, {0: a, 1: b, 2: c})
    all_of, no_one = (
        pl.Series([True]).new_from_index(0, rows),
        pl.Series([False] * rows, dtype=pl.Boolean),
    )
    expected = [a & b, a, a, ~a, all_of, (a & b) | ~c, ~((a & b) | ~c), no_one, a & b & c]
    assert all(one.equals(other) for one, other in zip(found, expected, strict=True))
    assert sizes == [sum(one) for one in expected]
    for stored in (0, 1, 5):  # the others are only counted
        some, same = ran(machine, rows, 3, connect, {0: a, 1: b, 2: c}, stored=stored)
        assert same == sizes
        assert all(one.equals(other) for one, other in zip(some, expected, strict=False))
        assert len(some) == stored


@BOTH
@pytest.mark.parametrize("size", [2, 3, 40, 300, 5000])
@pytest.mark.parametrize("is_ordered", [False, True])
def test_conditions_on_codes_are_what_they_say(
    machine: Machine, size: int, is_ordered: bool
) -> None:
    rows, random = PLAIN_BLOCK + 77, np.random.default_rng(size)
    codes = random.integers(0, size, (2, rows)).astype(np.uint16)
    sets = [random.random(size) < part for part in (0, 0.02, 0.1, 0.5, 0.9, 1) for _ in range(9)]
    sets += [np.arange(size) >= random.integers(size) for _ in range(20)]
    answers = Answers(np.stack(sets, axis=1), is_ordered)
    other = Answers(np.arange(size)[:, None] % 2 == 1, is_ordered)
    seen = drawn(rows)
    painted = [Painted(1, answers, range(len(sets))), Painted(0, other, [len(sets)])]

    def connect(circuit: Circuit, items: Sequence[Signal]) -> list[Signal]:
        flipped = [signal ^ flip for signal in items[: len(sets)] for flip in (0, 1)]
        return [*flipped, circuit.all(items[-2:])]

    given = {len(sets) + 1: seen}
    found, sizes = ran(machine, rows, len(sets) + 2, connect, given, painted, codes)
    for i, chosen in enumerate(sets):
        expected = pl.Series(chosen[codes[1]])
        assert found[2 * i].equals(expected)
        assert found[2 * i + 1].equals(~expected)
        assert sizes[2 * i] + sizes[2 * i + 1] == rows
    assert found[-1].equals(pl.Series(codes[0] % 2 == 1) & seen)


@BOTH
def test_a_board_follows_what_coders_learn(machine: Machine) -> None:
    board = machine.board(1, lambda _, items: [items[0], items[0] ^ 1])
    codes = np.array([[0, 1, 2, 1, 0]], np.uint16)
    for table in ([0, 1, 0], [0, 1, 1], [1, 1, 1], [0, 1, 0]):
        answers = Answers(np.array(table, np.bool_)[:, None], is_ordered=False)
        found = tables(2, 5)
        sizes = board.run(5, codes, [Painted(0, answers, [0])], [], {}, found)
        expected = np.array(table, np.bool_)[codes[0]]
        assert yes_no(Row([found], 0, 5).words, 5).to_list() == expected.tolist()
        assert sizes.tolist() == [expected.sum(), 5 - expected.sum()]


@pytest.mark.parametrize("rows", HEIGHTS)
@pytest.mark.parametrize("has_gaps", [False, True])
def test_conditions_on_values_are_what_they_say_of_codes(rows: int, has_gaps: bool) -> None:
    """Whether columns are compared as they stand or coded first, the masks are the same."""
    fast, random = Fast(), np.random.default_rng(rows)
    odd = [math.inf, math.nan, -math.inf, 4.0, -0.0]
    floats = pl.Series([*odd, *(random.integers(-9, 9, rows) / 2)], dtype=pl.Float64).head(rows)
    wholes = pl.Series(random.integers(-9, 9, rows) + 2**53, dtype=pl.Int64)
    columns = [floats, wholes, wholes.cast(INSTANT)]
    if has_gaps:
        there = pl.Series(random.random(rows) < 0.8, dtype=pl.Boolean)
        columns = [one.set(~there, None) for one in columns]
    columns = [one.clear(3).append(one).slice(3) for one in columns]  # from no word's beginning on
    codes = np.zeros((3, rows), np.uint16)
    painted, compared = list[Painted](), list[Compared]()
    for row, (column, constants) in enumerate(zip(columns, CONSTANTS, strict=True)):
        attempt = compared_with(*pl.Series(constants).cast(column.dtype))
        coder = CutCoder.of(column.dtype, constants, attempt, fast)
        assert coder is not None
        answers = coder.code(column, codes[row])
        assert answers is not None
        first = painted[-1].inputs[-1] + 1 if painted else 0
        inputs = range(first, first + answers.table.shape[1])
        painted.append(Painted(row, answers, inputs))
        values = coder.compared(column, inputs)
        assert values is not None
        compared.append(values)
        known = column.is_finite().fill_null(False) if row == 0 else column.is_not_null()
        assert (codes[row] == 0).tolist() == (~known).to_list()
    inputs = range(painted[-1].inputs[-1] + 1)
    for chosen in (inputs, inputs[::2]):  # a board has no slots for inputs that nothing reads
        both = partial(
            ran, fast, rows, len(inputs), lambda _, items, own=chosen: [items[i] for i in own], {}
        )
        masks, sizes = both(painted, codes)
        others, same = both(compared=compared)
        assert same == sizes
        assert all(one.equals(other) for one, other in zip(masks, others, strict=True))


CONSTANTS = ([-1.5, 0.0, 2.0], [2**53 - 3, 2**53 + 1], [2**53])


def test_the_plain_machine_codes_what_it_compares() -> None:
    assert not Plain().compares(1)
    values = Compared(Values(np.zeros(1), None), np.zeros(1), YES, [0])
    with pytest.raises(ValueError, match="coded"):
        Plain().board(1, lambda _, items: items).run(1, NONE, [], [values], {}, tables(1, 1))


@pytest.mark.parametrize("numbers", [np.zeros(64), np.zeros(130)[::2], np.zeros(65, np.float32)])
def test_numbers_that_do_not_stand_in_one_piece_are_not_read(numbers: np.ndarray) -> None:
    compared = Compared(Values(numbers, None), np.zeros(1), YES, [0])
    with pytest.raises(ValueError, match="one piece"):
        Fast().board(1, lambda _, items: items).run(
            65, np.zeros((0, 65), np.uint16), [], [compared], {}, tables(1, 65)
        )


def test_without_machine_code_where_numba_is_to_leave_python_as_it_is() -> None:
    call = "from segdsl.backends.masks.machine import machine_for; print(machine_for(2**23, 9))"
    done = subprocess.run(
        [sys.executable, "-c", call],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("Plain(")


YES = Answers(np.ones((3, 1), np.bool_), is_ordered=True)
NONE = np.zeros((0, 1), np.uint16)


# ---- bounds


BOUNDS = [
    np.array([0.5]),
    np.array([-0.0]),
    np.array([5e-324, 1e-323, 1e-310]),
    np.array([-1e308, 0.0, 1e308]),
    np.array([-1.7976931348623157e308, 1.7976931348623157e308]),
    np.sort(np.random.default_rng(3).random(300)),
    np.sort(np.exp(np.random.default_rng(3).normal(0, 9, 50))),
    np.concatenate([np.arange(40) * 1e-9, [1e300]]),
    np.array([-(2**62), 0, 1, 2**62]),
    np.array([LEAST + 1, GREATEST - 1, GREATEST]),
    np.array([2**53, 2**53 + 1, 2**53 + 2]),
    np.arange(100) ** 3,
    np.arange(10_000) * 7,
]


def around(bounds: np.ndarray) -> np.ndarray:
    """Return numbers on, before and after bounds, and far from them."""
    if bounds.dtype == np.float64:
        with np.errstate(over="ignore"):
            near = [bounds, np.nextafter(bounds, -np.inf), np.nextafter(bounds, np.inf)]
        far = np.array([0.0, -0.0, 5e-324, -5e-324, 1e308, -1e308])
        numbers = np.concatenate([*near, np.random.default_rng(4).permutation(bounds), far])
        return numbers[np.isfinite(numbers)]
    near = [bounds, bounds[bounds > LEAST] - 1, bounds[bounds < GREATEST] + 1]
    return np.concatenate([*near, np.array([LEAST, LEAST + 1, -1, 0, 1, GREATEST - 1, GREATEST])])


@BOTH
@pytest.mark.parametrize("bounds", BOUNDS, ids=range(len(BOUNDS)))
def test_bounds_that_numbers_reach_are_those_of_a_binary_search(
    machine: Machine, bounds: np.ndarray
) -> None:
    everywhere = around(bounds)
    for numbers in (everywhere, everywhere[everywhere != GREATEST], everywhere[:0]):
        found = np.empty(len(numbers), np.uint16)
        machine.reached(numbers, bounds, found)
        assert (found == np.searchsorted(bounds, numbers, side="right") + 1).all()


@pytest.mark.parametrize("bounds", BOUNDS, ids=range(len(BOUNDS)))
def test_bins_keep_the_order_of_numbers(bounds: np.ndarray) -> None:
    places = Bins.of(bounds).places(np.sort(around(bounds)))
    assert (np.diff(places) >= 0).all()
    assert Places.of(bounds).bins.earlier[-1] == len(bounds)


# ---- coders


def asked(coder: Coder, column: pl.Series) -> list[list[bool]] | None:
    """Return for each row of a column what the conditions of its coder say; None if refused."""
    codes = np.full(len(column), 65_535, np.uint16)
    answers = coder.code(column, codes)
    return None if answers is None else answers.table[codes].tolist()


def expected_of(attempt: Callable[[pl.Series], Sequence[pl.Series]], column: pl.Series) -> object:
    """Return for each row of a column what conditions say of its value."""
    return [list(row) for row in zip(*(one.to_list() for one in attempt(column)), strict=True)]


def of_texts(values: pl.Series) -> list[pl.Series]:
    """Try three conditions on texts, of which one asks for missing ones."""
    tests = (pl.col("x") == "a", pl.col("x").str.contains("[07]$"), pl.col("x").is_null())
    return [values.to_frame("x").select(one.fill_null(False)).to_series() for one in tests]


TEXTS: list[list[str | None]] = [
    [],
    [None, None],
    ["", None, "", "a"],
    ["a"],
    ["a text that is longer than twelve bytes", "a text that is longer than ten", None] * 5,
    [f"text number {i % 200}" for i in range(30_000)],
    [f"a rather long text with number {i % 3000}" for i in range(30_000)],
]


@BOTH
@pytest.mark.parametrize("texts", TEXTS, ids=range(len(TEXTS)))
@pytest.mark.parametrize("skipped", [0, 1])
def test_texts_get_the_answers_of_their_own(
    machine: Machine, texts: list[str | None], skipped: int
) -> None:
    column = pl.Series(texts, dtype=pl.String).slice(skipped)
    coder = TextCoder(of_texts, pl.Series.rechunk, machine)
    assert asked(coder, column) == expected_of(of_texts, column)


@BOTH
def test_texts_of_several_batches_and_chunks(machine: Machine) -> None:
    coder = TextCoder(of_texts, pl.Series.rechunk, machine)
    for first in (0, 5, 90, 3):
        parts = [pl.Series([f"{i}" for i in range(first, first + 50)]), pl.Series([None, "a"])]
        column = pl.concat([*parts, parts[0]], rechunk=False)
        assert asked(coder, column) == expected_of(of_texts, column)


@BOTH
def test_a_batch_of_too_many_texts_is_refused_and_the_next_is_not(machine: Machine) -> None:
    coder = TextCoder(of_texts, pl.Series.rechunk, machine)
    few = pl.Series(["a", "7", None] * 100)
    assert asked(coder, few) == expected_of(of_texts, few)
    assert asked(coder, pl.Series([f"{i}" for i in range(66_000)])) is None
    for first in range(0, MOST + 20_000, 20_000):  # together they are too many
        some = pl.Series([f"{i}" for i in range(first, first + 20_000)]).sample(
            200_000, with_replacement=True, seed=1
        )
        found = asked(coder, some)
        assert found == (expected_of(of_texts, some) if first < MOST - 20_000 else None)
    assert asked(coder, few) == expected_of(of_texts, few)


@BOTH
def test_spellings_of_one_text_have_one_code(machine: Machine) -> None:
    def canonical(cells: pl.Series) -> pl.Series:
        return cells.str.normalize("NFC").replace("n/a", None)

    coder = TextCoder(of_texts, canonical, machine)
    column = pl.Series(["e\u0301", "é", "n/a", None, "a"])
    codes = np.zeros(5, np.uint16)
    assert coder.code(column, codes) is not None
    assert codes[0] == codes[1]
    assert codes[2] == codes[3]
    assert asked(coder, column) == expected_of(of_texts, canonical(column))


@BOTH
def test_threads_teach_a_coder_at_once(machine: Machine) -> None:
    random = np.random.default_rng(5)
    texts = TextCoder(of_texts, pl.Series.rechunk, machine)
    narrow = NarrowCoder(of_numbers, pl.Int64())
    batches = [
        pl.Series(random.integers(-40 * i, 40 * i + 2, 20_000), dtype=pl.Int64)
        for i in random.permutation(24)
    ]

    def both(batch: pl.Series) -> bool:
        spelt = batch.cast(pl.String)
        return asked(texts, spelt) == expected_of(of_texts, spelt) and asked(
            narrow, batch
        ) == expected_of(of_numbers, batch)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(both, batches))


def of_numbers(values: pl.Series) -> list[pl.Series]:
    """Try conditions on whole numbers."""
    tests = (pl.col("x") > 1, pl.col("x") % 7 == 3, pl.col("x").is_null())
    return [values.to_frame("x").select(one.fill_null(False)).to_series() for one in tests]


def test_numbers_that_lie_close_together() -> None:
    coder = NarrowCoder(of_numbers, pl.Int64())
    none, some = pl.Series([None, None], dtype=pl.Int64), pl.Series([5, None, 9])
    batches = [none, some, pl.Series([-20, 40]), some, pl.Series([30_000, None]), none]
    for column in batches:
        assert asked(coder, column) == expected_of(of_numbers, column)
    assert asked(coder, pl.Series([60_000, 65_514])) is not None
    assert asked(coder, pl.Series([65_515])) is None  # there is no code left for it
    assert asked(coder, some) == expected_of(of_numbers, some)
    assert asked(coder, pl.Series([1.0])) is None


@pytest.mark.parametrize("number", [LEAST, LEAST + 1, LEAST + 2, GREATEST - 1, GREATEST])
def test_the_ends_of_whole_numbers(number: int) -> None:
    coder = NarrowCoder(of_numbers, pl.Int64())
    column = pl.Series([number, None])
    assert asked(coder, column) in (None, expected_of(of_numbers, column))
    small = pl.Series([3, 10])
    assert asked(coder, small) in (None, expected_of(of_numbers, small))


@pytest.mark.parametrize(
    ("dtype", "values"),
    [
        (pl.Date(), [date(1, 1, 1), date(1, 3, 1), None]),
        (pl.Date(), [date(9999, 12, 31), date(9999, 1, 1), None]),
        (INSTANT, [datetime(9999, 12, 31, 23, 59, 59, 999_999, UTC), None]),
        (INSTANT, [datetime(1, 1, 1, tzinfo=UTC), datetime(1, 1, 1, 0, 0, 0, 9, UTC)]),
    ],
)
def test_moments_at_the_ends_of_the_calendar(dtype: pl.DataType, values: list[object]) -> None:
    def attempt(moments: pl.Series) -> list[pl.Series]:
        tests = (pl.col("x").dt.year() == 1, pl.col("x") > values[0], pl.col("x").is_null())
        return [moments.to_frame("x").select(one.fill_null(False)).to_series() for one in tests]

    column = pl.Series(values, dtype=dtype)
    assert asked(NarrowCoder(attempt, dtype), column) == expected_of(attempt, column)


def compared_with(*constants: float) -> Callable[[pl.Series], list[pl.Series]]:
    """Return what tries comparisons with constants."""

    def attempt(values: pl.Series) -> list[pl.Series]:
        x = pl.col("x")
        tests = [test for one in constants for test in (x < one, x == one, x >= one)]
        frame = values.to_frame("x")
        return [frame.select(one.fill_null(False)).to_series() for one in (*tests, x.is_null())]

    return attempt


FLOATS = [(0.0,), (-0.0, 5e-324), (1.5, 2.5, 1e308, -1e308), (0.1, 0.1 + 2**-56), (2.0**53,)]
WHOLES = [(0,), (-3, 7, 7), (LEAST, GREATEST), (LEAST + 1, GREATEST - 1), (2**53, 2**53 + 1)]


@BOTH
@pytest.mark.parametrize("constants", [*FLOATS, *WHOLES], ids=str)
def test_intervals_tell_values_apart(machine: Machine, constants: tuple[float, ...]) -> None:
    attempt = compared_with(*constants)
    dtype = pl.Float64() if isinstance(constants[0], float) else pl.Int64()
    coder = CutCoder.of(dtype, constants, attempt, machine)
    assert coder is not None
    numbers = around(np.array(sorted(constants)))
    column = pl.Series([None, *numbers.tolist(), None], dtype=dtype)
    assert asked(coder, column) == expected_of(attempt, column)
    missing = column.head(1).new_from_index(0, 9)
    assert asked(coder, missing) == expected_of(attempt, missing)


@BOTH
def test_instants_are_cut_at_their_microseconds(machine: Machine) -> None:
    ends = [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)]
    middle, step = datetime(2026, 3, 29, 1, tzinfo=UTC), timedelta(microseconds=1)

    def attempt(values: pl.Series) -> list[pl.Series]:
        tests = [pl.col("x") >= one for one in (*ends, middle)]
        return [values.to_frame("x").select(one.fill_null(False)).to_series() for one in tests]

    moments = pl.Series([*ends, middle], dtype=INSTANT)
    coder = CutCoder.of(INSTANT, whole(moments).to_list(), attempt, machine)
    assert coder is not None
    near = [*ends, ends[0] + step, ends[1] - step, middle, middle - step, middle + step, None]
    column = pl.Series(near, dtype=INSTANT)
    assert asked(coder, column) == expected_of(attempt, column)


@BOTH
def test_intervals_where_conditions_tell_no_value_from_another(machine: Machine) -> None:
    def attempt(values: pl.Series) -> list[pl.Series]:
        return [values.is_not_null(), values.is_null()]

    coder = CutCoder.of(pl.Int64(), [5, 2**62], attempt, machine)
    assert coder is not None
    column = pl.Series([None, 5, -(2**62)])
    assert asked(coder, column) == [[False, True], [True, False], [True, False]]


@BOTH
def test_what_intervals_cannot_order_is_refused(machine: Machine) -> None:
    attempt = compared_with(1.0)
    assert CutCoder.of(pl.Float64(), [], attempt, machine) is None
    coder = CutCoder.of(pl.Float64(), [1.0], attempt, machine)
    assert coder is not None
    assert asked(coder, pl.Series([1])) is None
    assert coder.compared(pl.Series([1]), [0]) is None


def test_columns_that_are_no_narrow_range() -> None:
    assert not NarrowCoder.is_possible(pl.Series([0, 2**62]))
    assert not NarrowCoder.is_preferred(pl.Series([None], dtype=pl.Int64))
    assert NarrowCoder.is_preferred(pl.Series([date(2026, 1, 1), date(2026, 2, 1)]))
