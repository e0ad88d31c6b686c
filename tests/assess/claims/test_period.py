"""Periods, from their words."""

from datetime import date

import pytest

from forehear.assess.claims.period import Period, parse_period, same_period


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("2025", Period(date(2025, 1, 1), date(2025, 12, 31))),
        ("to Sept 2025; met ~Sept 2024", Period(None, date(2025, 9, 30))),
        ("2024-01..2024-09", Period(date(2024, 1, 1), date(2024, 9, 30))),
        ("mid-May 2025", Period(date(2025, 5, 1), date(2025, 5, 31))),
        ("end 2025", Period(None, date(2025, 12, 31))),
        ("coming years", None),
        ("2025-13", None),
    ],
)
def test_periods_are_read_from_their_words(text: str, period: Period | None) -> None:
    assert parse_period(text) == period


def test_nine_months_are_not_the_year_and_a_month_is_itself() -> None:
    assert not same_period(parse_period("2024"), parse_period("2024-01..2024-09"))
    assert same_period(parse_period("Sept 2025"), parse_period("2025-09"))
    assert not same_period(None, None)
