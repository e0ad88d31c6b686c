"""Statements of one speaker told apart by occasion, day and content; parts and copies of one kept together."""

import pytest
from tests.assess.claims.made import claims
from tests.assess.claims.rows import row

from forehear.assess.claims.statements import occasion_of, statement_items
from forehear.assess.claims.tracing import trace


def statements(**words: str) -> list[dict[str, str]]:
    """An interview and its retelling; a review of the year two days later and its retelling."""
    who = "V. Skibitskyi (HUR)"
    day = {"unit": "drones/day", "kind": "actual"}
    return [
        row(date_of_claim="2031-12-27", claim="404 craft are made a day", quantity="404", period="Dec 2031",
            attributed_to=who + words.get("first", ""), outlet="Lake Star", **day),
        row(date_of_claim="2031-12-29", claim="over 400 a day were made, the plan of the year met by 106 %",
            quantity=">400", period="2031", attributed_to=who + words.get("second", ""),
            outlet="Low Courier", **day),
        row(date_of_claim="2031-12-28", claim="the works turn out 404 craft daily", quantity="404",
            period="Dec 2031", attributed_to="Skibitsky (HUR) via Lake Star", outlet="North Quay", **day),
        row(date_of_claim="2031-12-30", claim="the plan of 2031 was fulfilled by 106 %", quantity="106",
            unit="% of plan", period="2031", attributed_to="HUR, Skibitskyi", outlet="Tin Drum", kind="actual"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "words", [{"first": ", interview", "second": ", review of the year"}, {"first": ", interview"}, {}]
)
def test_two_statements_of_one_speaker_two_days_apart_are_two_origins(words: dict[str, str]) -> None:
    origin = trace(claims(*statements(**words))).origin
    assert origin[0] == origin[2]
    assert origin[1] == origin[3]
    assert origin[0] != origin[1]


def test_one_statement_in_parts_and_copies_stays_one() -> None:
    who = "V. Skibitskyi (HUR) to Suspilne"
    parts = [
        row(claim="plan of 7,900 craft", quantity="7900", attributed_to=who, outlet="Lake Star"),
        row(claim="of which 4,000 of the larger kind", quantity="4000", attributed_to=who, outlet="Lake Star",
            date_of_claim="2031-05-11"),
        row(claim="7,900 craft planned, 4,000 of them large", quantity="7900", outlet="Tin Drum",
            attributed_to="Skibitsky via Lake Star", date_of_claim="2031-05-12"),
    ]  # fmt: skip
    assert len(set(trace(claims(*parts)).origin)) == 1


@pytest.mark.parametrize(
    ("cells", "occasion"),
    [
        ({"attributed_to": "K. Budanov, interview with Lake Star"}, "an interview"),
        ({"attributed_to": "K. Budanov", "claim": "in a review of the year: 700 craft"}, "a review of the year"),
        ({"attributed_to": "HUR, summing up 2031"}, "a review of the year"),
        ({"attributed_to": "Y. Ihnat at a press conference"}, "a briefing"),
        ({"attributed_to": "Y. Ihnat on the telethon"}, "a telethon"),
        ({"attributed_to": "HUR", "url": "https://lake.example/hur-interview-700"}, "an interview"),
        ({"attributed_to": "Скібіцький, підсумки року"}, "a review of the year"),
        ({"attributed_to": "HUR"}, None),
    ],
)
def test_occasions_are_known_by_their_words(cells: dict[str, str], occasion: str | None) -> None:
    assert occasion_of(claims(row(**cells))[0]) == occasion


def test_days_count_against_one_statement_only_without_a_common_number() -> None:
    a, b = claims(row(attributed_to="HUR", outlet="Lake Star"), row(attributed_to="HUR", outlet="Tin Drum"))
    assert statement_items(a, b, 2, True, False) == []
    assert statement_items(a, b, 0, False, False) == []
    (one,), (two,) = (statement_items(a, b, days, False, False) for days in (1, 2))
    assert two[0] < one[0] < 0.0
    assert statement_items(a, b, 2, False, True) == []
