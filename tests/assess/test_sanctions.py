"""The list of 3 February 2023, and who on it a name is."""

from forehear.assess.sanctions import look_up, read_listed

LISTED = read_listed()


def test_the_list_has_eleven_records_and_eighteen_aliases() -> None:
    assert len(LISTED) == 11
    assert sum(len(listed.names) - 1 for listed in LISTED) == 18


def test_the_list_is_searched_in_any_alphabet() -> None:
    assert look_up("Hosein Shamsabadi")[0]["b"] == "SHAMSABADI, Hosein"
    assert look_up("Хоссейн Шамсабади")
    assert look_up("Nobody Whoever") == []
