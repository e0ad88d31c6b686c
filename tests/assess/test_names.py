"""Names across transliteration, scored on a sanctions list's own aliases."""

import itertools

import pytest

from forehear.assess.names import match_names, skeleton, words
from forehear.assess.sanctions import read_listed

LISTED = read_listed()
SPELLINGS = [(listed.number, name) for listed in LISTED for name in listed.names]


def test_aliases_match_and_strangers_do_not() -> None:
    for one, other in itertools.combinations(SPELLINGS, 2):
        match = match_names(one[1], other[1])
        assert match.same == (one[0] == other[0]), (one, other, match)
        assert match.because


@pytest.mark.parametrize(
    ("a", "b"),
    [
        # The two officers, as the two newspapers spelled them.
        ("Abdollah Mehrabi", "Abdullah Mehrabi"),
        ("Ghassem Damavandian", "Ghasem Damavandian"),
        ("Brig. Gen. Abdollah Mehrabi", "Абдолла Мехраби"),
        ("Qasem Damavandian", "Ghassem Damavandian"),
        ("V. Zelenskyy", "Volodymyr Zelensky"),
        ("Skibitskyi", "Вадим Скібіцький"),
        ("Yu. Ihnat", "Yurii Ignat"),
        ("Oleshchuk", "Oleschuk"),
        ("Ali Reza Tangsiri", "TANGSIRI, Alireza"),
        # Nothing but common words, and all of them.
        ("MOHAMMADI, Mohammad Reza", "Mohammad Reza Mohammadi"),
        ("Muhammad Riza Muhammadi", "MOHAMMADI, Mohammad Reza"),
        ("Mohammad Ali", "Mohammad Ali"),
    ],
)
def test_spellings_of_one_bearer(a: str, b: str) -> None:
    assert match_names(a, b).same
    assert match_names(b, a).score == pytest.approx(match_names(a, b).score)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Kovalenko", "Klymenko"),
        ("Abdollah Mehrabi", "Abdollah Mohammadi"),
        ("Mohammad Reza Hosseini", "Mohammad Reza Karimi"),
        ("Hassan Rouhani", "Hossein Rouhani"),
        ("Hossein", "Mohammad Hossein Salami"),
        # Given names that many have, and a family name that is not there.
        ("Mohammad Reza", "MOHAMMADI, Mohammad Reza"),
        ("Mohammad Reza", "Reza Mohammad"),
        ("", "Ali"),
        ("...", "Mehrabi"),
    ],
)
def test_different_bearers(a: str, b: str) -> None:
    assert not match_names(a, b).same
    assert 0.0 <= match_names(a, b).score <= 1.0


def test_skeletons_hear_one_sound_for_many_spellings() -> None:
    assert skeleton("ghassem") == skeleton("qasem")
    assert words("SALEH-NEJAD, Abul Fazl") == ("salehnejad", "abulfazl")
