"""Launches: three regimes, unknown as unknown, bad copies refused by row and column."""

from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from forehear.assess.claims.checks import launched_between, passed_on
from forehear.assess.launches import view as launches_view
from forehear.assess.launches.bulletins import REPORT_COLUMNS, daily_from_reports, read_bulletins
from forehear.assess.launches.launches import (
    REGIMES,
    daily_from_rows,
    month_after,
    monthly_from_rows,
    read_launches,
    regime_on,
    undercount,
)
from forehear.assess.tables import parse_table
from forehear.errors import ConfigurationError, InputError

DATA = files("forehear.assess").joinpath("data")
LAUNCHES = read_launches()


def daily(*rows: str) -> str:
    return "report_date,rows,launched,destroyed,lost_location\n" + "\n".join(rows) + "\n"


def days_of(*rows: str):  # type: ignore[no-untyped-def]
    return daily_from_rows(parse_table(daily(*rows), "t", ("report_date",)), "t")


def test_the_years_sum_as_published() -> None:
    years = {y: sum(d.launched or 0 for d in LAUNCHES.days if d.day.year == y) for y in (2022, 2023, 2024, 2025)}
    assert years == {2022: 409, 2023: 3123, 2024: 10970, 2025: 54702}
    assert passed_on(LAUNCHES.days, 6000) == date(2024, 7, 21)
    assert passed_on(LAUNCHES.days, 10**9) is None


def test_bulletins_add_up_to_the_daily_table() -> None:
    days, faults = read_bulletins()
    assert not faults.aside
    by_day = {d.day: d for d in LAUNCHES.days}
    for d in days:
        assert d.launched == by_day[d.day].launched
        if d.launched and by_day[d.day].destroyed is not None:
            assert d.destroyed == by_day[d.day].destroyed


def test_a_bulletin_that_cannot_be_read_leaves_its_day_unknown() -> None:
    head = ",".join(REPORT_COLUMNS) + "\n"
    rows = head + "2025-01-01,7,5,,,,,\n2025-01-01,-3,2,,,,,\n2025-01-03,4,4,,,,,\n"
    days, faults = daily_from_reports(parse_table(rows, "r", ()), "r")
    assert [d.launched for d in days] == [None, 0, 4]
    assert faults.aside[2].startswith("row 2: launched='-3'")


def test_months_agree_with_their_table_and_know_their_regime() -> None:
    text = DATA.joinpath("shahed_monthly.csv").read_text(encoding="utf-8")
    table, _ = monthly_from_rows(parse_table(text, "m", ("month",)), "m")
    assert {m.month: m.launched for m in LAUNCHES.months} == {k: v[0] for k, v in table.items()}
    assert all(
        m.regime == table[m.month][1] == regime_on(date.fromisoformat(m.month + "-01")) for m in LAUNCHES.months
    )
    assert all(m.complete for m in LAUNCHES.months)


def test_what_a_regime_does_not_publish_is_unknown_not_zero() -> None:
    first = next(m for m in LAUNCHES.months if m.month == "2023-05")
    assert first.lost_location is None
    assert next(d for d in LAUNCHES.days if d.day == date(2023, 5, 28)).hit_locations is None


def test_regimes_are_summed_apart_and_the_share_through_falls_with_size() -> None:
    record = launches_view.as_record(LAUNCHES)
    assert [r["regime"] for r in launches_view.regimes(LAUNCHES)] == list(REGIMES)
    by_size = launches_view.unaccounted_by_size(LAUNCHES.days)
    # Published for August to December 2025: 29 % under 75 a day, 8 % at 400 and more.
    assert by_size[0]["unaccounted_share"] == pytest.approx(0.29, abs=0.01)
    assert by_size[-1]["unaccounted_share"] == pytest.approx(0.08, abs=0.01)
    assert record["largest_day"] == {"day": "2025-09-07", "launched": 810, "row": 1076}


def test_the_reporting_error_shrinks_over_the_years() -> None:
    assert undercount(2022) == (0.27, 0.27)
    assert [undercount(y)[1] for y in (2022, 2023, 2024, 2025, 2026)] == [0.27, 0.17, 0.06, 0.02, 0.02]


def test_another_counter_differs_by_two_percent_at_most() -> None:
    checked = launches_view.crosscheck(LAUNCHES.months)
    assert len(checked) == 12
    assert max(abs(float(str(c["difference_share"]))) for c in checked) < 0.025
    assert launches_view.corrected(100, 2022) == [137, 137]
    assert launches_view.corrected(None, 2022) is None


def test_as_of_sees_nothing_later() -> None:
    known = read_launches(None, date(2025, 7, 20))
    assert known.days[-1].day == date(2025, 7, 20)
    assert not known.months[-1].complete
    assert known.months[-2].complete


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


def copy_to(folder: Path) -> None:
    for name in ("shahed_daily.csv", "shahed_monthly.csv", "production_claims.csv"):
        (folder / name).write_bytes(DATA.joinpath(name).read_bytes())


def test_a_missing_column_row_or_file_is_named(tmp_path: Path) -> None:
    copy_to(tmp_path)
    assert read_launches(tmp_path).days == LAUNCHES.days
    (tmp_path / "shahed_daily.csv").write_text("report_date,rows,destroyed\n2025-01-01,1,5\n")
    with pytest.raises(ConfigurationError, match="column 'launched' is missing"):
        read_launches(tmp_path)
    (tmp_path / "shahed_daily.csv").write_text("report_date,rows,launched,destroyed\n")
    with pytest.raises(ConfigurationError, match="no rows"):
        read_launches(tmp_path)
    (tmp_path / "shahed_daily.csv").unlink()
    with pytest.raises(InputError, match="no such file"):
        read_launches(tmp_path)


def test_an_unknown_day_leaves_its_month_to_the_monthly_table(tmp_path: Path) -> None:
    copy_to(tmp_path)
    text = (tmp_path / "shahed_daily.csv").read_text().replace("2025-12-31,1,127,", "2025-12-31,1,-127,")
    (tmp_path / "shahed_daily.csv").write_text(text)
    known = read_launches(tmp_path)
    assert known.months[-1].launched == 5131
    assert any("2025-12: a day is unknown" in w for f in known.faults for w in f.warnings)
    assert "launched='-127'" in next(iter(known.faults[0].aside.values()))


def test_a_day_that_is_not_there_is_unknown_and_its_month_is_over_all_the_same(tmp_path: Path) -> None:
    copy_to(tmp_path)
    lines = (tmp_path / "shahed_daily.csv").read_text().splitlines()
    kept = [line for line in lines if not line.startswith(("2025-12-10", "2025-06-03"))]
    (tmp_path / "shahed_daily.csv").write_text("\n".join(kept) + "\n")
    known = read_launches(tmp_path)
    assert known.months[-1].complete
    assert {m.month: m.launched for m in known.months} == {m.month: m.launched for m in LAUNCHES.months}
    monthly = (tmp_path / "shahed_monthly.csv").read_text().splitlines()
    (tmp_path / "shahed_monthly.csv").write_text("\n".join(monthly[:-1]) + "\n")
    estimated = read_launches(tmp_path)
    assert estimated.months[-1].launched == round((5131 - 80) * 31 / 30)
    assert any("estimated" in w for f in estimated.faults for w in f.warnings)


def test_a_month_that_only_the_monthly_table_has_is_taken_from_it(tmp_path: Path) -> None:
    copy_to(tmp_path)
    lines = (tmp_path / "shahed_daily.csv").read_text().splitlines()
    (tmp_path / "shahed_daily.csv").write_text(
        "\n".join(line for line in lines if line[:7] < "2025-12" or line[0] == "r")
    )
    known = read_launches(tmp_path, date(2025, 12, 31))
    assert (known.months[-1].month, known.months[-1].launched) == ("2025-12", 5131)
    assert any("no day is known" in w for f in known.faults for w in f.warnings)


def test_months_follow_one_another() -> None:
    assert month_after("2025-12") == "2026-01"
    assert month_after("2025-01", 12) == "2026-01"
    assert month_after("2025-01", -1) == "2024-12"
