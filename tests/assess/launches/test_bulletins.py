"""Bulletins add up to days; what cannot be read leaves its day unknown."""

from forehear.assess.launches.bulletins import REPORT_COLUMNS, daily_from_reports, read_bulletins
from forehear.assess.launches.launches import (
    read_launches,
)
from forehear.assess.tables import parse_table

LAUNCHES = read_launches()


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
