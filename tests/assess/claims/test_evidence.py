"""One origin or two: what each item of evidence is worth, and what rules an origin out."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.assess.claims.made import claim, claims, row

from forehear.assess.claims import evidence as e
from forehear.assess.claims.evidence import OriginEvidence, day_number, recalled_month, subject_of, weigh
from forehear.assess.claims.ledger import claims_from_rows, read_claims
from forehear.assess.claims.tracing import trace

DAYS = st.dates(date(2014, 1, 1), date(2049, 12, 31))
ROWS = st.fixed_dictionaries(
    {
        "attributed_to": st.sampled_from(
            ["", "officials via WSJ", "WSJ", "HUR", "A. Brown", "leaked papers, CNN"]
        ),
        "outlet": st.sampled_from(["", "Lake Star", "WSJ", "RBC-Ukraine"]),
        "date_of_claim": st.sampled_from(["2031-05-10", "2031-05-12", "2031-06-01", "2032-01-01"]),
        "quantity": st.sampled_from(["", "700", ">=6000", "2738"]),
        "unit": st.sampled_from(["", "drones", "USD", "drones/month"]),
        "kind": st.sampled_from(["", "plan", "actual"]),
    }
)
CLAIMS = read_claims()[0]


def items(one: dict[str, str], other: dict[str, str]) -> dict[str, float]:
    """Weigh two rows: words of each item to its nats."""
    return {words: nats for nats, words in weigh(*claims(one, other)).items}


@given(DAYS, DAYS)
def test_days_are_counted_as_the_calendar_counts_them(a: date, b: date) -> None:
    assert day_number(a.isoformat()) - day_number(b.isoformat()) == a.toordinal() - b.toordinal()


@pytest.mark.parametrize(
    ("unit", "subject"),
    [
        ("USD/unit", "money"), ("bn rubles RUB", "money"), ("km/h", "speed"), ("% decoys", "share"),
        ("m altitude", "height or range"), ("kg", "mass"), ("month late", "delay"), ("drones/day", "drones"),
        ("launches", "drones"), ("decoys", "drones"), ("", ""), ("smiles", "smiles"),
    ],
)  # fmt: skip
def test_a_unit_names_what_is_counted(unit: str, subject: str) -> None:
    assert subject_of(claim(unit=unit)) == subject


@pytest.mark.parametrize(
    ("attributed_to", "month"),
    [("WSJ, February 2023", "2023-02"), ("WSJ, Feb. 2023", "2023-02"), ("WSJ 2023-02-05", "2023-02"),
     ("officials", None), ("officials may say", None)],
)  # fmt: skip
def test_a_retelling_may_name_the_month_of_its_source(attributed_to: str, month: str | None) -> None:
    assert recalled_month(claim(attributed_to=attributed_to)) == month


def test_evidence_begins_at_the_prior_and_adds_up() -> None:
    evidence = OriginEvidence()
    evidence.add(2.0, "a")
    evidence.add(-0.5, "b")
    assert evidence.nats == pytest.approx(e.PRIOR + 1.5)
    evidence.veto("c")
    assert evidence.vetoed
    assert evidence.nats < -40.0


def test_the_strongest_items_speak_for_and_come_in_order() -> None:
    evidence = OriginEvidence()
    for nats, words in ((1.0, "weak"), (-5.0, "against"), (3.0, "strong"), (2.0, "middling")):
        evidence.add(nats, words)
    assert evidence.strongest(2) == "strong; middling"


def test_one_first_medium_named_by_both_is_worth_more_than_one_that_printed() -> None:
    both = items(row(attributed_to="officials via WSJ"), row(attributed_to="WSJ", outlet="Lake Star"))
    assert both["both name Wall Street Journal as first to publish"] == e.SAME_MEDIUM
    printed = items(row(attributed_to="officials", outlet="WSJ"), row(attributed_to="WSJ", outlet="Lake Star"))
    assert printed["Wall Street Journal printed one and is named by the other"] == e.POSSIBLE_MEDIUM
    assert e.POSSIBLE_MEDIUM < e.SAME_MEDIUM


@pytest.mark.parametrize(
    ("days", "nats"), [(0, 2.0), (2, 2.0), (3, 1.5), (7, 0.5), (14, -1.5), (31, -2.5), (92, -4.0), (400, -5.0)]
)
def test_each_gap_of_days_has_its_price(days: int, nats: float) -> None:
    later = date.fromordinal(date(2031, 5, 10).toordinal() + days).isoformat()
    found = items(row(), row(date_of_claim=later))
    words = "published the same day" if days == 0 else f"published {days} days apart"
    assert found[words] == nats


@given(st.integers(0, 200), st.integers(0, 200))
def test_the_farther_apart_the_less_likely(a: int, b: int) -> None:
    near, far = sorted((a, b))
    sums = []
    for days in (near, far):
        later = date.fromordinal(date(2031, 5, 10).toordinal() + days).isoformat()
        sums.append(weigh(*claims(row(kind="plan"), row(kind="plan", date_of_claim=later))).nats)
    assert sums[0] >= sums[1]


def test_a_day_that_is_approximate_may_be_off_by_four() -> None:
    sure = items(row(), row(date_of_claim="2031-05-16"))
    loose = items(row(), row(date_of_claim="2031-05-16", note="date approximate"))
    assert sure["published 6 days apart"] == 0.5
    assert loose["published 6 days apart"] == 2.0


def test_a_rare_number_in_common_weighs_more_than_a_round_one() -> None:
    def worth(number: str) -> float:
        said = {"claim": f"{number} craft", "quantity": number, "unit": "drones"}
        return next(n for w, n in items(row(**said), row(**said)).items() if w.startswith("the same number"))

    assert worth("6000") < worth("1700") < worth("2750") < worth("2738")


def test_a_year_in_the_words_is_no_number_in_common() -> None:
    found = items(
        row(claim="by 2031 works to make 700", quantity="700"),
        row(claim="by 2031 works to make 350", quantity="350"),
    )
    assert not any(words.startswith("the same number") for words in found)


def test_the_same_number_of_another_subject_counts_half_and_against() -> None:
    drones, money = row(unit="drones", quantity="170"), row(unit="USD", quantity="170")
    found = items(drones, money)
    assert found["drones and money"] == e.OTHER_SUBJECT
    assert found["the same number 170"] == 0.5 * e.BY_DIGITS[2]


def test_one_article_that_holds_both_ties_them_however_its_address_is_copied() -> None:
    addresses = (
        "https://www.lake.example/a/700/",
        "http://m.lake.example/a/700?utm_source=x",
        "lake.example/a/700",
    )
    for address in addresses:
        found = items(row(url=addresses[0]), row(url=address))
        assert found["one article holds both"] == e.SAME_ADDRESS
    # The page's number is part of the address, a campaign's mark is not.
    other = items(row(url="https://lake.example/?p=1"), row(url="https://lake.example/?p=2"))
    assert "one article holds both" not in other


def test_speakers_of_two_organisations_rule_each_other_out() -> None:
    assert weigh(*claims(row(attributed_to="HUR"), row(attributed_to="Air Force"))).vetoed
    # Unless one medium carried both.
    both = weigh(*claims(row(attributed_to="HUR via WSJ"), row(attributed_to="Air Force via WSJ")))
    assert not both.vetoed


def test_two_speakers_of_one_organisation_have_each_a_day_of_his_own() -> None:
    found = items(row(attributed_to="K. Budanov (HUR)"), row(attributed_to="V. Skibitskyi (HUR)"))
    assert found["two speakers of one organisation"] == e.TWO_SPEAKERS
    assert found["both rest on HUR"] == e.SAME_ORGANISATION


def test_two_strangers_may_be_quoted_by_one_article() -> None:
    apart = items(row(attributed_to="A. Brown"), row(attributed_to="C. Green"))
    assert apart["said by Brown and by Green"] == e.OTHER_PERSON
    url = "https://lake.example/a"
    together = items(row(attributed_to="A. Brown", url=url), row(attributed_to="C. Green", url=url))
    assert "said by Brown and by Green" not in together


def test_leaked_papers_tie_what_organisations_would_part() -> None:
    leaks = [row(attributed_to="leaked papers reviewed by CSIS"), row(attributed_to="documents, reviewed by RUSI")]
    evidence = weigh(*claims(*leaks))
    assert not evidence.vetoed
    assert any(words == "both rest on leaked documents" for _, words in evidence.items)


@given(ROWS, ROWS)
def test_who_is_asked_first_does_not_matter(one: dict[str, str], other: dict[str, str]) -> None:
    a, b = claims(row(**one), row(**other))
    assert weigh(a, b).nats == pytest.approx(weigh(b, a).nats)
    assert weigh(a, b).vetoed == weigh(b, a).vetoed


def traced(rows: list[dict[str, str]]) -> tuple[str, ...]:
    claims, faults = claims_from_rows(rows, "test")
    assert not faults.aside
    return trace(claims).origin


def test_two_first_media_are_never_one_origin_even_on_one_day() -> None:
    rows = [row(attributed_to="officials via WSJ"), row(attributed_to="officials via CNN")]
    assert len(set(traced(rows))) == 2
    claims, _ = claims_from_rows(rows, "t")
    assert weigh(*claims).vetoed


def test_evidence_is_symmetric() -> None:
    for i, j in [(0, 3), (0, 15), (10, 11), (27, 41), (46, 47)]:
        assert weigh(CLAIMS[i], CLAIMS[j]).nats == pytest.approx(weigh(CLAIMS[j], CLAIMS[i]).nats)
