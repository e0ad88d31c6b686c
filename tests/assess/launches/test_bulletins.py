"""A bulletin alone: what is read of two headings, what is set aside by row and column, what refuses the file."""

from datetime import date, datetime

import pytest
from tests.assess.launches.bulletin_rows import public, row, written

from forehear.assess.launches.bulletins import COLUMNS, Bulletin, bulletins_from_rows, read_bulletins, time_in
from forehear.assess.tables import TableFaults
from forehear.errors import ConfigurationError, InputError

TODAY = date(2026, 11, 25)


def read(*rows: dict[str, str]) -> tuple[tuple[Bulletin, ...], TableFaults]:
    return bulletins_from_rows(rows, "b.csv", TODAY)


def test_the_public_tables_heading_says_the_same_as_ours() -> None:
    cells = row(
        "2026-05-02", "100", destroyed="80", lost_location="3", shahed_among_launched="60", hit_locations="9"
    )
    (ours,), _ = read(cells)
    (theirs,), faults = read(public(cells))
    assert theirs == ours
    assert theirs.day == date(2026, 5, 2)
    assert theirs.counts == {
        "launched": 100, "destroyed": 80, "lost_location": 3, "still_attacking": None, "shahed_among_launched": 60,
        "hit_locations": 9, "fragment_locations": None, "turbojet": None,
    }  # fmt: skip
    assert list(theirs.cells) == list(COLUMNS)
    assert not faults.aside


@pytest.mark.parametrize(
    ("text", "last", "time"),
    [
        ("2026-05-02", False, datetime(2026, 5, 2)),
        ("2026-05-02", True, datetime(2026, 5, 2, 23, 59)),
        ("2023-05-16 3:30", True, datetime(2023, 5, 16, 3, 30)),
        ("2026-05-02T18:00:30", False, datetime(2026, 5, 2, 18, 0, 30)),
        ("2026-02-30", False, None),
        ("2026-05-02 25:00", False, None),
        ("yesterday", True, None),
        ("", True, None),
    ],
)
def test_times_are_days_with_or_without_hours(text: str, last: bool, time: datetime | None) -> None:
    assert time_in(text, last) == time


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"launched": "-3"}, "launched='-3': must be a whole number from 0 to 10,000"),
        ({"launched": "99000"}, "launched='99000'"),
        ({"launched": "ninety"}, "launched='ninety'"),
        ({"launched": ""}, "launched='': a bulletin needs its number launched"),
        ({"launched": "14", "destroyed": "170"}, "launched='14': far below its own fates"),
        ({"launched": "60", "destroyed": "50", "lost_location": "60"}, "far below its own fates"),
        ({"destroyed": "4.5"}, "destroyed='4.5'"),
        ({"shahed_among_launched": "11"}, "shahed_among_launched='11': must be at most launched=10"),
        ({"turbojet": "12"}, "turbojet='12'"),
        ({"hit_locations": "400"}, "hit_locations='400': far above launched=10"),
        ({"time_start": "soon"}, "time_start='soon': must be YYYY-MM-DD"),
        (
            {"time_end": "2026-05-01 20:00", "report_date": "2026-05-01"},
            "time_end='2026-05-01 20:00': must be after",
        ),
        ({"time_start": "2026-04-28 08:00"}, "by at most 48 hours"),
        ({"report_date": "2026-05-03"}, "report_date='2026-05-03': must be the day of time_end="),
    ],
)
def test_a_bad_cell_doubts_its_row_and_is_named(cells: dict[str, str], words: str) -> None:
    bulletins, faults = read(row("2026-05-02"), row("2026-05-02", target="Sumy oblast") | cells)
    assert list(faults.aside) == [2]
    assert faults.aside[2].startswith("row 2: ")
    assert words in faults.aside[2]
    assert [bool(b.doubt) for b in bulletins] == [False, True]


def test_a_day_after_today_is_doubted() -> None:
    (bulletin,), faults = read(row("2027-01-01"))
    assert "lies after today" in bulletin.doubt
    assert faults.aside == {1: bulletin.doubt}


def test_other_models_are_left_out_and_counted() -> None:
    bulletins, faults = read(row("2026-05-02"), row("2026-05-02", model="X-101/X-555"), row("2026-05-03"))
    assert [b.row for b in bulletins] == [1, 3]
    assert faults.warnings == ["1 of 3 rows are of other models than shahed: left out"]


@pytest.mark.parametrize("end", ["2025-01-32", "", "1999-01-01 08:00"])
def test_a_bulletin_whose_day_nobody_can_know_makes_the_file_unusable(end: str) -> None:
    with pytest.raises(ConfigurationError, match=f"row 2: time_end='{end}'"):
        read(row("2026-05-02"), row("2026-05-03", report_date="", time_end=end))


def test_a_file_of_other_things_is_refused(tmp_path) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ConfigurationError, match="no row is of a shahed"):
        read(row("2026-05-02", model="X-101"))
    without = {key: value for key, value in row("2026-05-02").items() if key != "launched"}
    path = written(tmp_path / "b.csv", without)
    with pytest.raises(ConfigurationError, match="column 'launched' is missing"):
        read_bulletins(path, TODAY)
    with pytest.raises(InputError, match="there is no such file"):
        read_bulletins(tmp_path / "nothing.csv", TODAY)
