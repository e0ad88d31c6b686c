"""The tables of launches: bad copies refused by row and column, absurd counts unknown and never zero."""

from datetime import date

import pytest

from forehear.assess.claims.checks import launched_between
from forehear.assess.launches.launches import (
    REGIMES,
    daily_from_rows,
    monthly_from_rows,
)
from forehear.assess.tables import parse_table
from forehear.errors import ConfigurationError


def daily(*rows: str) -> str:
    return "report_date,rows,launched,destroyed,lost_location\n" + "\n".join(rows) + "\n"


def days_of(*rows: str):  # type: ignore[no-untyped-def]
    return daily_from_rows(parse_table(daily(*rows), "t", ("report_date",)), "t")


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ("2025-01-02,1,7,5,", "is already in row 2: dates overlap"),
        ("2025-02-30,1,7,5,", "row 3: report_date='2025-02-30': must be a day"),
        ("yesterday,1,7,5,", "report_date='yesterday'"),
        (",1,7,5,", "report_date=''"),
        ("1999-01-01,1,7,5,", "report_date='1999-01-01'"),
    ],
)
def test_a_table_with_a_bad_date_is_refused(bad: str, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words.replace("(", r"\(")):
        days_of("2025-01-01,1,7,5,", "2025-01-02,1,9,5,", bad)


@pytest.mark.parametrize(
    ("count", "column"),
    [("-5", "launched"), ("999999", "launched"), ("12.5", "launched"), ("many", "launched"), ("nan", "launched")],
)
def test_an_absurd_count_is_set_aside_and_unknown_never_zero(count: str, column: str) -> None:
    days, faults = days_of("2025-01-01,1,7,5,", f"2025-01-02,1,{count},1,")
    assert days[1].launched is None
    assert faults.aside[2].startswith(f"row 2: {column}={count!r}")
    assert launched_between(days, None, date(2025, 1, 2)) is None


def test_an_empty_count_is_unknown_and_no_fault() -> None:
    days, faults = days_of("2025-01-01,1,,5,")
    assert days[0].launched is None
    assert not faults.aside


def test_fates_above_the_number_launched_are_unknown_and_told() -> None:
    days, faults = days_of("2025-01-01,1,16,15,11")
    assert days[0].launched == 16
    assert days[0].destroyed is None
    assert "row 1: destroyed='15'" in faults.warnings[0]


def test_fourteen_hits_read_as_launched_are_no_number_launched() -> None:
    days, faults = days_of("2025-01-01,1,14,150,17")
    assert days[0].launched is None
    assert "row 1: launched='14': far below its own fates" in faults.aside[1]


def test_a_leap_that_nothing_before_comes_near_is_set_aside() -> None:
    days, faults = days_of(
        "2025-01-01,1,98,5,", "2025-01-02,1,9800,5,", "2025-01-03,1,1100,5,", "2025-01-04,1,4000,,"
    )
    assert [d.launched for d in days] == [98, None, 1100, 4000]
    assert "over 4 times the largest day before (300)" in faults.aside[2]


def test_an_unknown_regime_and_a_double_month_are_refused() -> None:
    head = "month,launched,reporting_regime\n"
    with pytest.raises(ConfigurationError, match="row 1: reporting_regime='guess'"):
        monthly_from_rows(parse_table(head + "2025-01,5,guess\n", "m", ()), "m")
    twice = head + f"2025-01,5,{REGIMES[1]}\n2025-01,6,{REGIMES[1]}\n"
    with pytest.raises(ConfigurationError, match="row 2: month='2025-01': is already in row 1"):
        monthly_from_rows(parse_table(twice, "m", ()), "m")
