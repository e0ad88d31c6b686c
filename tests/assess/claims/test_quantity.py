"""Quantities: what a number in a claim may mean, and what it may not be read as."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forehear.assess.claims.quantity import (
    ABOUT_SHARE,
    UNKNOWN,
    Quantity,
    bound_in_words,
    compatible,
    in_words,
    numbers_in,
    parse_quantity,
    short,
    significant_digits,
)

WHOLE = st.integers(1, 10**9)


@pytest.mark.parametrize("empty", ["", "  ", "unknown", "N/A", "?", "-"])
def test_an_empty_column_is_unknown_and_not_zero(empty: str) -> None:
    # The words may hold numbers: whoever keyed the table decided that none of them is the claim's.
    assert parse_quantity(empty, "more than 500 drones") == UNKNOWN
    assert UNKNOWN.anchor is None


@given(WHOLE)
def test_a_bare_number_is_itself(value: int) -> None:
    assert parse_quantity(str(value)) == Quantity(value, value, "exactly")
    assert parse_quantity(f"{value:,}").anchor == value


@given(WHOLE)
def test_each_sign_opens_the_side_that_it_means(value: int) -> None:
    for sign in (">", ">=", "at least ", "more than "):
        assert parse_quantity(f"{sign}{value}") == Quantity(value, None, "at least")
    for sign in ("<", "<=", "up to ", "under "):
        assert parse_quantity(f"{sign}{value}") == Quantity(None, value, "up to")
    assert parse_quantity(f"{value}+") == Quantity(value, None, "at least")


@given(WHOLE)
def test_about_is_a_tenth_either_way_and_its_anchor_is_what_was_said(value: int) -> None:
    about = parse_quantity(f"~{value}")
    assert about.low == pytest.approx(value * (1 - ABOUT_SHARE))
    assert about.high == pytest.approx(value * (1 + ABOUT_SHARE))
    assert about.anchor == pytest.approx(value)


@given(WHOLE, WHOLE)
def test_a_range_runs_upwards_or_is_refused(a: int, b: int) -> None:
    low, high = sorted((a, b))
    assert parse_quantity(f"{low}-{high}") == Quantity(low, high, "between")
    if low < high:
        with pytest.raises(ValueError, match="upside down"):
            parse_quantity(f"{high}-{low}")


@pytest.mark.parametrize(
    ("column", "value"),
    [("151 bn", 151e9), ("1.7 billion", 1.7e9), ("20k", 20e3), ("3 million", 3e6), ("2.5mln", 2.5e6)],
)
def test_scales_multiply(column: str, value: float) -> None:
    assert parse_quantity(column).anchor == pytest.approx(value)


def test_a_scale_behind_a_range_is_of_both_ends() -> None:
    assert parse_quantity("20-50k") == Quantity(20e3, 50e3, "between")
    assert parse_quantity("1.5 to 1.7 bn") == Quantity(1.5e9, 1.7e9, "between")


@pytest.mark.parametrize(
    ("text", "value", "bound"),
    [
        ("more than 6,000 drones", 6000, "at least"),
        ("no fewer than 6,000", 6000, "at least"),
        ("as many as 500 a night", 500, "up to"),
        ("fewer than 500 a night", 500, "up to"),
        ("roughly 540 drones", 540, "about"),
        ("costs up to $50,000", 50_000, "up to"),
        # Of two numbers each has its own word.
        ("at least 300 of 700", 300, "at least"),
        ("at least 300 of 700", 700, "exactly"),
        # "Nearly" is near, not below.
        ("nearly 1,000 drones", 1000, "about"),
        ("at least 300 drones", 299, "exactly"),
    ],
)
def test_the_word_before_the_number_is_its_bound(text: str, value: float, bound: str) -> None:
    assert bound_in_words(text, value) == bound


def test_the_column_stands_against_the_words() -> None:
    # Whoever keyed ">=" had read the page.
    assert parse_quantity(">=6000", "could make up to 6,000") == Quantity(6000, None, "at least")


def test_numbers_are_found_with_their_places_and_scales() -> None:
    text = "151 bn rubles for 6,000 drones; Geran-3, v2"
    found = numbers_in(text)
    assert [value for value, _ in found][:2] == [151e9, 6000]
    assert text[found[1][1] :].startswith("6,000")
    # A digit inside a name of letters is no number.
    assert 2 not in [value for value, _ in found]


@given(WHOLE, WHOLE, WHOLE, WHOLE)
def test_compatible_is_overlap_of_intervals(a: int, b: int, c: int, d: int) -> None:
    one, other = sorted((a, b)), sorted((c, d))
    overlap = one[0] <= other[1] and other[0] <= one[1]
    x, y = Quantity(*one, "between"), Quantity(*other, "between")
    assert compatible(x, y) == compatible(y, x) == overlap


@given(WHOLE, WHOLE)
def test_a_floor_and_a_ceiling_agree_only_where_they_meet(a: int, b: int) -> None:
    assert compatible(Quantity(a, None, "at least"), Quantity(None, b, "up to")) == (a <= b)
    # Two floors never exclude each other, nor do two ceilings.
    assert compatible(Quantity(a, None, "at least"), Quantity(b, None, "at least"))
    assert compatible(Quantity(None, a, "up to"), Quantity(None, b, "up to"))


@given(st.integers(1, 9), st.integers(0, 8))
def test_zeros_behind_are_not_significant(digit: int, zeros: int) -> None:
    assert significant_digits(digit * 10**zeros) == 1
    assert significant_digits((digit * 10 + 7) * 10**zeros) == 2


@pytest.mark.parametrize("strange", [math.inf, -math.inf, math.nan])
def test_what_is_no_number_has_no_digits(strange: float) -> None:
    assert significant_digits(strange) == 0


@pytest.mark.parametrize(
    ("quantity", "words"),
    [
        (UNKNOWN, "no number"),
        (Quantity(6000, None, "at least"), "at least 6,000"),
        (Quantity(None, 6000, "up to"), "up to 6,000"),
        (Quantity(486, 594, "about"), "about 540"),
        (Quantity(300, 350, "between"), "300–350"),
        (Quantity(151e9, 151e9, "exactly"), "151 bn"),
    ],
)
def test_an_interval_is_written_as_it_was_said(quantity: Quantity, words: str) -> None:
    assert in_words(quantity) == words


@pytest.mark.parametrize(
    ("value", "words"), [(6000, "6,000"), (1.7e9, "1.7 bn"), (12_500_000, "12.5 m"), (9_999_999, "9,999,999")]
)
def test_large_numbers_are_written_short(value: float, words: str) -> None:
    assert short(value) == words


@given(st.text(max_size=24))
def test_any_column_is_read_or_refused_and_nothing_else(text: str) -> None:
    try:
        quantity = parse_quantity(text, text)
    except ValueError:
        return
    sides = [side for side in (quantity.low, quantity.high) if side is not None]
    assert sides == sorted(sides)
    assert all(side >= 0.0 for side in sides)


@pytest.mark.parametrize(
    ("column", "words", "low", "high", "bound"),
    [
        (">=6000", "at least 6,000", 6000, None, "at least"),
        ("<=6000", "", None, 6000, "up to"),
        ("6000", "could produce up to 6,000 drones", None, 6000, "up to"),
        ("6000", "intend to make 6,000 drones a year", 6000, 6000, "exactly"),
        ("540", "about 540 drones launched", 486, 594, "about"),
        ("8000-10000", "", 8000, 10000, "between"),
        ("300–350", "", 300, 350, "between"),
        ("151e9", "project value 151 bn rubles", 151e9, 151e9, "exactly"),
        ("1.7 bn", "", 1.7e9, 1.7e9, "exactly"),
        ("6,000", "no fewer than 6,000", 6000, None, "at least"),
        ("~170", "", 153, 187, "about"),
        ("500+", "", 500, None, "at least"),
        ("", "many drones", None, None, "unknown"),
    ],
)
def test_words_are_part_of_the_number(column: str, words: str, low: float, high: float, bound: str) -> None:
    assert parse_quantity(column, words) == Quantity(low, high, bound)


@given(st.floats(1.0, 1e9), st.floats(1.0, 1e9))
def test_overlap_is_symmetric_and_with_oneself_certain(a: float, b: float) -> None:
    one, other = Quantity(min(a, b), max(a, b), "between"), Quantity(a, None, "at least")
    assert compatible(one, other) == compatible(other, one)
    assert compatible(one, one)
    assert compatible(one, Quantity(None, None, "unknown"))


def test_round_numbers_are_common_and_odd_ones_rare() -> None:
    assert [significant_digits(v) for v in (6000, 170, 2738, 0.0)] == [1, 2, 4, 0]
