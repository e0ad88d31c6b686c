"""Bulletins added up to days: parts that nobody told stay unknown, gaps inside are days without a raid."""

from datetime import date

import pytest

from forehear.assess.launches.bulletins import REPORT_COLUMNS, daily_from_reports, read_bulletins
from forehear.assess.launches.launches import read_launches
from forehear.assess.launches.records import Day
from forehear.assess.tables import TableFaults, parse_table
from forehear.errors import ConfigurationError

LAUNCHES = read_launches()


def added(*rows: dict[str, str]) -> tuple[tuple[Day, ...], TableFaults]:
    return daily_from_reports([dict.fromkeys(REPORT_COLUMNS, "") | row for row in rows], "r")


def bulletin(day: int, launched: str, **cells: str) -> dict[str, str]:
    return {"report_date": f"2025-01-{day:02d}", "launched": launched} | cells


def test_two_windows_of_a_day_are_one_day() -> None:
    days, faults = added(
        bulletin(1, "7", destroyed="5", lost_location="1"), bulletin(1, "20", destroyed="11", lost_location="8")
    )
    assert days == (Day(date(2025, 1, 1), 27, 16, 9, row=1),)
    assert not faults.aside


def test_a_part_that_no_bulletin_of_the_day_has_stays_unknown() -> None:
    (day,), _ = added(bulletin(1, "7", destroyed="5"), bulletin(1, "20", destroyed="0"))
    assert (day.destroyed, day.lost_location, day.still_attacking, day.hit_locations) == (5, None, None, None)


def test_days_between_without_a_bulletin_had_no_raid_and_days_outside_are_not_there() -> None:
    days, _ = added(bulletin(4, "3"), bulletin(1, "7"))
    assert [(d.day.day, d.launched, d.row) for d in days] == [(1, 7, 2), (2, 0, 0), (3, 0, 0), (4, 3, 1)]


@pytest.mark.parametrize("cells", [{"launched": ""}, {"launched": "x"}, {"destroyed": "many"}])
def test_one_bulletin_that_cannot_be_read_leaves_its_whole_day_unknown(cells: dict[str, str]) -> None:
    for rows in ([bulletin(1, "7"), bulletin(1, "5") | cells], [bulletin(1, "5") | cells, bulletin(1, "7")]):
        (day,), faults = added(*rows)
        assert day.launched is None
        assert day.destroyed is None
        assert len(faults.aside) == 1


def test_a_bulletin_without_a_day_makes_the_table_unusable() -> None:
    with pytest.raises(ConfigurationError, match="row 2: report_date='2025-01-32'"):
        added(bulletin(1, "7"), bulletin(32, "7"))


def test_no_bulletin_is_no_day() -> None:
    assert added() == ((), TableFaults("r"))


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
