"""Who said it to whom: chains in both directions, speakers, media, leaks; and what is none of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forehear.assess.claims.attribution import media_named, parse_chain, roots
from forehear.assess.claims.gazetteer import find, fold


def spoken(attributed_to: str, outlet: str = "Blue Page", url: str = "", media: frozenset[str] = frozenset()):  # type: ignore[no-untyped-def]
    return roots(attributed_to, outlet, url, media)


@pytest.mark.parametrize("word", ["via", "through", "as reported by", "quoted by", "reviewed by"])
def test_forward_words_keep_the_order_of_telling(word: str) -> None:
    assert parse_chain(f"an envoy, {word} Lake Star", "Blue Page") == ("an envoy", "Lake Star", "Blue Page")


@pytest.mark.parametrize("word", ["citing", "quoting", "with reference to", "according to", "relaying"])
def test_backward_words_turn_it_round(word: str) -> None:
    assert parse_chain(f"Lake Star {word} an envoy", "Blue Page") == ("an envoy", "Lake Star", "Blue Page")


def test_a_long_chain_ends_where_the_reader_found_it() -> None:
    chain = parse_chain("Lake Star citing Harbor Gazette, citing an envoy", "Blue Page")
    assert chain == ("an envoy", "Harbor Gazette", "Lake Star", "Blue Page")


def test_who_stands_twice_in_a_chain_is_one_hop() -> None:
    assert parse_chain("an envoy via Blue Page", "Blue Page") == ("an envoy", "Blue Page")
    assert parse_chain("", "Blue Page") == ("Blue Page",)
    assert parse_chain("", "") == ()


def test_to_a_medium_is_a_hop_and_to_build_is_not() -> None:
    assert parse_chain("V. Skibitskyi to Suspilne", "") == ("V. Skibitskyi", "Suspilne")
    assert parse_chain("plans to build", "") == ("plans to build",)


@given(st.text(max_size=40), st.text(max_size=20))
def test_a_chain_of_any_words_has_no_empty_and_no_double_hop(attributed_to: str, outlet: str) -> None:
    chain = parse_chain(attributed_to, outlet)
    assert all(hop.strip() for hop in chain)
    assert len(set(chain)) == len(chain)


@pytest.mark.parametrize(
    ("spelling", "name"),
    [("WSJ", "Wall Street Journal"), ("the Wall Street Journal", "Wall Street Journal"),
     ("WaPo", "Washington Post"), ("The Post", "Washington Post"), ("CNN", "CNN")],
)  # fmt: skip
def test_spellings_of_one_first_medium_are_one_name(spelling: str, name: str) -> None:
    assert spoken(f"officials via {spelling}").printed_first == (name,)


def test_a_relay_is_no_first_medium() -> None:
    assert spoken("officials via RBC-Ukraine").printed_first == ()
    assert "RBC-Ukraine" in spoken("officials", "RBC-Ukraine").printed_by


def test_short_names_are_not_found_inside_other_words() -> None:
    # "ft" is the Financial Times, and stands in "after", "aircraft" and "draft".
    assert "Financial Times" not in find("originators", "draft of an aircraft, after the summer")
    assert "AFP" not in find("originators", "a craft with a cap")


def test_of_several_media_the_one_nearest_to_who_knew_was_first() -> None:
    assert spoken("CNN citing WSJ").printed_first[0] == "Wall Street Journal"


def test_an_address_names_a_medium_only_by_words_that_mean_nothing_else() -> None:
    assert spoken("", "Lake Star", "https://lake.example/wsj-says-700-drones").printed_first == (
        "Wall Street Journal",
    )
    assert spoken("", "Lake Star", "https://lake.example/20-times-more-drones").printed_first == ()
    # The host is the outlet's own, and says nothing of a source.
    assert spoken("", "Lake Star", "https://wsj.example/700-drones").printed_first == ()


def test_a_speaker_stands_for_his_organisation() -> None:
    found = spoken("V. Skibitskyi")
    assert "HUR" in found.organisations
    assert "skibitskyi" in found.persons


def test_a_medium_is_no_person_and_an_official_without_a_name_is_none() -> None:
    assert spoken("officials of a US-aligned country, via Wall Street Journal").persons == frozenset()
    assert spoken("unnamed officials").persons == frozenset()


def test_a_person_whom_no_table_knows_is_found_by_the_spelling_of_a_name() -> None:
    assert spoken("A. Brown").persons == {"brown"}
    assert spoken("Adam Brown").persons == {"brown"}


def test_one_person_spelled_twice_is_one() -> None:
    assert len(spoken("Skibitskyi, V. Skibitsky (HUR)").persons) == 1


@pytest.mark.parametrize("words", ["leaked papers", "hacked mail of the works", "documents reviewed by CSIS"])
def test_papers_are_a_leak(words: str) -> None:
    assert spoken(words).leak


@pytest.mark.parametrize("words", ["A. Brown", "officials via WSJ", ""])
def test_people_are_no_leak(words: str) -> None:
    assert not spoken(words).leak


def test_a_ledger_teaches_the_media_that_no_table_knows() -> None:
    taught = media_named([("an envoy via Harbor Gazette", "Lake Star"), ("an envoy", "RBC-Ukraine")])
    assert {"harbor gazette", "lake star"} <= taught
    # What a table knows as a relay needs no teaching.
    assert not any("rbc" in name for name in taught)
    assert spoken("an envoy via Harbor Gazette", "Blue Page", "", taught).printed_first == ("harbor gazette",)


def test_of_two_taught_names_the_longer_counts() -> None:
    taught = frozenset({"harbor gazette", "gazette"})
    assert spoken("an envoy via Harbor Gazette", "Blue Page", "", taught).printed_first == ("harbor gazette",)


@given(st.text(max_size=30))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_a_chain_runs_from_who_knew_to_who_printed() -> None:
    assert parse_chain("officials of X, via WSJ", "Blue Page") == ("officials of X", "WSJ", "Blue Page")
    assert parse_chain("The Star citing Harbor Gazette", "Blue Page") == (
        "Harbor Gazette",
        "The Star",
        "Blue Page",
    )
    assert parse_chain("V. Skibitskyi (HUR) to Suspilne", "Y") == ("V. Skibitskyi (HUR)", "Suspilne", "Y")
    assert roots("WSJ via RBC-Ukraine", "Censor.NET", "").printed_first == ("Wall Street Journal",)
    assert "HUR" in roots("Kyrylo Budanov", "X", "").organisations
    assert roots("leaked papers reviewed by CSIS for Washington Post", "X", "").leak
