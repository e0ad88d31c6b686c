"""Attributions: a chain from who knew to who printed."""

from forehear.assess.claims.attribution import parse_chain, roots


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
