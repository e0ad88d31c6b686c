"""The sentences: numbers as people write them, each with a link to what it rests on, and nothing of later days."""

import re
from datetime import date

import numpy as np
import pytest
from tests.assess.report.stories import story

from forehear.assess.report import words


def test_days_and_months_are_as_people_write_them() -> None:
    assert words.on(date(2024, 7, 21)) == words.on("2024-07-21") == "21 July 2024"
    assert words.name_of("2024-08") == "August 2024"


def test_links_lead_to_claims_months_and_days_and_are_escaped() -> None:
    assert words.claim(7) == '<sup><a class="c" href="#c7">7</a></sup>'
    assert words.claim(7, "a < b") == '<a class="c" href="#c7">a &lt; b</a>'
    assert 'href="#m2024-08"' in words.month("2024-08", "x")
    assert 'href="#d2024-07-21"' in words.day_link(date(2024, 7, 21), "x")


def test_an_interval_and_whether_it_held() -> None:
    samples = np.arange(10_001.0)
    assert words.band(samples) == "1,000 to 9,000"
    assert words.band(samples, 0.5) == "2,500 to 7,500"
    assert words.inside(samples, 1000)
    assert not words.inside(samples, 999)
    assert not words.inside(samples, None)


@pytest.mark.parametrize("key", words.CITED)
def test_every_cited_claim_is_in_the_packaged_ledger(key: str) -> None:
    row = words.row_of(story(), key)
    assert row is not None
    assert words.refs(story(), key) == words.claim(row)


def test_the_four_answers_carry_the_storys_numbers() -> None:
    questions, numbers, bases = zip(*words.answers(story()), strict=True)
    assert len(questions) == 4
    assert questions[0] == f"How many in {words.name_of(story().ahead.months[0].month)}?"
    assert f"{np.median(story().ahead.months[0].launched):,.0f}" in numbers[0]
    assert "20 min, or 6" in numbers[3]
    assert "reaches out 60 km" in bases[3]


def test_what_became_of_the_claims_links_to_rows_that_are_there() -> None:
    pairs = words.what_became(story())
    assert len(pairs) == 6
    text = " ".join(known for _, known in pairs)
    rows = {c.row for c in story().ledger.claims}
    assert {int(n) for n in re.findall(r'href="#c(\d+)"', text)} <= rows
    assert "21 July 2024" in pairs[0][1]


def test_early_in_2024_nothing_is_said_of_what_came_later() -> None:
    early = story(date(2024, 3, 31))
    text = " ".join(known for _, known in words.what_became(early))
    assert "Passed." not in text
    assert "21 July 2024" not in text
    assert "9 GW" not in text
    assert "up to half of it" in text
    assert words.row_of(early, "two-thousand") is None
    assert words.refs(early, "two-thousand") == ""
