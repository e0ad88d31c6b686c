"""Names of media and organisations: every spelling leads to one name, and none to two."""

import pytest

from forehear.assess.claims.gazetteer import NOT_NAMES, ORGANISATIONS, ORIGINATORS, RELAYS, SPOKEN_FOR, find, fold

TABLES = {"originators": ORIGINATORS, "relays": RELAYS, "organisations": ORGANISATIONS}


@pytest.mark.parametrize("which", TABLES)
def test_every_spelling_is_found_as_its_own_name_alone(which: str) -> None:
    for name, aliases in TABLES[which].items():
        for alias in aliases:
            assert find(which, f"Officials, as {alias}'s staff wrote") == (name,), alias


@pytest.mark.parametrize("which", TABLES)
def test_no_spelling_is_of_two_names(which: str) -> None:
    folded = [fold(alias) for aliases in TABLES[which].values() for alias in set(map(fold, aliases))]
    assert len(folded) == len(set(folded))


def test_names_are_found_in_their_order_and_once() -> None:
    text = "CNN, citing the WSJ, which cites CNN and “The Wall Street Journal”"
    assert find("originators", text) == ("CNN", "Wall Street Journal")


def test_a_name_inside_a_word_is_none() -> None:
    assert find("originators", "apples left over, a giftwrapped copy") == ()
    assert find("originators", "an AP report for the FT") == ("Associated Press", "Financial Times")


def test_folding_takes_case_possessives_quotes_and_points() -> None:
    assert fold("The  U.S.’s “Big_Paper” (daily), [sic]; 'so':") == "the us big paper daily sic so"
    assert fold(fold("The U.S.’s “Paper”")) == fold("The U.S.’s “Paper”")


def test_who_speaks_for_another_has_a_surname_and_a_known_organisation() -> None:
    for surname, organisation in SPOKEN_FOR.items():
        assert surname == fold(surname)
        assert surname not in NOT_NAMES
        assert organisation in ORGANISATIONS, organisation
