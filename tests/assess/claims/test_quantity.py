"""Quantities: intervals from words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forehear.assess.claims.quantity import Quantity, compatible, parse_quantity, significant_digits


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
