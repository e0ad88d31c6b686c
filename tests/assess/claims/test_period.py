"""The time of a claim: what its words cover, by hand, and that no words make time run backwards."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forehear.assess.claims.period import SAME_DEADLINE_DAYS, Period, parse_period, same_period

DAYS = st.dates(date(2014, 1, 1), date(2049, 12, 31))


def whole(first: str, last: str) -> Period:
    return Period(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("words", "period"),
    [
        ("2025-07-31", whole("2025-07-31", "2025-07-31")),
        ("Feb 2024", whole("2024-02-01", "2024-02-29")),
        ("Feb. 2023 document", whole("2023-02-01", "2023-02-28")),
        # Winter is that of its January.
        ("winter 2024", whole("2023-12-01", "2024-02-29")),
        ("autumn 2024", whole("2024-09-01", "2024-11-30")),
        ("first half of 2025", whole("2025-01-01", "2025-06-30")),
        ("second half of 2025", whole("2025-07-01", "2025-12-31")),
        ("H2 2025", whole("2025-07-01", "2025-12-31")),
        ("Q3 2025", whole("2025-07-01", "2025-09-30")),
        ("4th quarter 2024", whole("2024-10-01", "2024-12-31")),
        ("2022-2023", whole("2022-01-01", "2023-12-31")),
        ("2022–2023", whole("2022-01-01", "2023-12-31")),
        ("Jan 2024 to Sept 2024", whole("2024-01-01", "2024-09-30")),
        ("2024-01-15..2024-02-01", whole("2024-01-15", "2024-02-01")),
    ],
)
def test_words_cover_what_a_reader_takes_them_to(words: str, period: Period) -> None:
    assert parse_period(words) == period


@pytest.mark.parametrize(
    ("words", "end"),
    [("by Nov 2025", "2025-11-30"), ("until 2026", "2026-12-31"), ("before June 2025", "2025-06-30"),
     ("to end 2024", "2024-12-31"), ("by the end of H1 2025", "2025-06-30")],
)  # fmt: skip
def test_a_deadline_has_no_beginning(words: str, end: str) -> None:
    assert parse_period(words) == Period(None, date.fromisoformat(end))
    assert parse_period(words).days == 0  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "words", ["", "coming years", "contract", "2025-13", "2025-02-30", "Q3", "Q5 2025x", "H3"]
)
def test_what_names_no_time_is_none(words: str) -> None:
    assert parse_period(words) is None


def test_a_half_that_no_year_has_is_not_the_whole_year_by_another_name() -> None:
    # "H3 2025" is a slip; what is sure of it is the year.
    assert parse_period("H3 2025") == whole("2025-01-01", "2025-12-31")


def test_years_upside_down_are_no_period() -> None:
    assert parse_period("2025-2024") is None


def test_only_what_stands_before_a_semicolon_counts() -> None:
    assert parse_period("to Sept 2025; met ~Sept 2024") == Period(None, date(2025, 9, 30))


@given(DAYS, DAYS)
def test_two_days_make_a_period_whose_days_can_be_counted(a: date, b: date) -> None:
    first, last = sorted((a, b))
    if first.year < 2000:
        return
    period = parse_period(f"{first}..{last}")
    assert period == Period(first, last)
    assert period.days == (last - first).days + 1


@given(st.text(alphabet="20245678 -–.;tobyeHQ of halfJanSep", max_size=24))
def test_no_words_make_time_run_backwards(words: str) -> None:
    period = parse_period(words)
    assert period is None or period.start is None or period.start <= period.end


@given(DAYS, st.integers(0, 800), DAYS, st.integers(0, 800))
def test_same_is_symmetric_and_of_oneself(a: date, m: int, b: date, n: int) -> None:
    one = Period(a, date.fromordinal(a.toordinal() + m))
    other = Period(b, date.fromordinal(b.toordinal() + n))
    assert same_period(one, other) == same_period(other, one)
    assert same_period(one, one)
    assert not same_period(one, Period(None, other.end))


def test_four_fifths_of_the_days_make_one_time_and_less_does_not() -> None:
    year = whole("2025-01-01", "2025-12-31")
    assert same_period(year, whole("2025-01-01", "2025-10-20"))  # 293 of 365 days: 0.803
    assert not same_period(year, whole("2025-01-01", "2025-10-18"))  # 291: 0.797
    # Beside each other, and overlapping by nothing.
    assert not same_period(year, whole("2026-01-01", "2026-12-31"))


def test_two_deadlines_are_one_within_two_months() -> None:
    day = date(2025, 8, 31)
    near, far = date.fromordinal(day.toordinal() + SAME_DEADLINE_DAYS), date(2025, 12, 31)
    assert same_period(Period(None, day), Period(None, near))
    assert not same_period(Period(None, day), Period(None, far))


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
