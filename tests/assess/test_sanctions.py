"""The list of February 2023: who is on it, found in any spelling, and nobody by a given name alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forehear.assess.sanctions import look_up, read_listed

LISTED = read_listed()


def test_eight_persons_and_three_that_are_none() -> None:
    individuals = [p for p in LISTED if p.kind == "individual"]
    assert len(individuals) == 8
    assert len({p.number for p in LISTED}) == len(LISTED) == 11


@pytest.mark.parametrize("listed", LISTED, ids=lambda p: p.number)
def test_each_is_found_by_each_of_its_names_first(listed) -> None:  # type: ignore[no-untyped-def]
    for name in listed.names:
        found = look_up(name)
        assert f"OFAC {listed.number};" in str(found[0]["because"])
        assert found[0]["same"] is True


@pytest.mark.parametrize("name", ["", "Mohammad", "Ali", "General", "Company", "....", "(none)"])
def test_nobody_is_found_by_what_many_are_called(name: str) -> None:
    assert look_up(name) == []


@given(st.text(max_size=30))
def test_any_words_find_somebody_with_a_reason_or_nobody(name: str) -> None:
    found = look_up(name)
    scores = [float(str(r["score"])) for r in found]
    assert scores == sorted(scores, reverse=True)
    assert all(str(r["because"]).startswith("OFAC ") and r["a"] == name for r in found)


def test_the_list_has_eleven_records_and_eighteen_aliases() -> None:
    assert len(LISTED) == 11
    assert sum(len(listed.names) - 1 for listed in LISTED) == 18


def test_the_list_is_searched_in_any_alphabet() -> None:
    assert look_up("Hosein Shamsabadi")[0]["b"] == "SHAMSABADI, Hosein"
    assert look_up("Хоссейн Шамсабади")
    assert look_up("Nobody Whoever") == []
