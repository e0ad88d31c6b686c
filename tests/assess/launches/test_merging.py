"""Bulletins of several files: each raid once, disagreements and overlaps named, gaps unknown."""

from datetime import date, timedelta

import pytest
from tests.assess.launches.bulletin_rows import row

from forehear.assess.launches.bulletins import Bulletin, bulletins_from_rows
from forehear.assess.launches.merging import merge, warn_of_unknown
from forehear.assess.tables import TableFaults

TODAY = date(2026, 11, 25)


def file(name: str, *rows: dict[str, str]) -> tuple[Bulletin, ...]:
    return bulletins_from_rows(rows, name, TODAY)[0]


def test_a_row_in_two_files_is_one_and_new_ones_are_added_in_order_of_time() -> None:
    a, b = row("2026-05-02"), row("2026-05-03")
    merged = merge([file("a.csv", b), file("b.csv", a, b)])
    assert [x.day.day for x in merged.bulletins] == [2, 3]
    assert (merged.added, merged.known, merged.replaced, merged.aside) == (1, 1, 0, ())


def test_a_cell_that_only_the_newer_file_has_fills_the_older_row() -> None:
    merged = merge([file("a.csv", row("2026-05-02")), file("b.csv", row("2026-05-02", hit_locations="3"))])
    (bulletin,) = merged.bulletins
    assert bulletin.counts["hit_locations"] == 3
    assert bulletin.cells["hit_locations"] == "3"
    assert merged.known == 1


@pytest.mark.parametrize(("newer", "stands"), [(False, 10), (True, 12)])
def test_files_that_disagree_about_a_night_are_named_and_one_stands(newer: bool, stands: int) -> None:
    merged = merge([file("a.csv", row("2026-05-02")), file("b.csv", row("2026-05-02", "12"))], newer)
    (bulletin,) = merged.bulletins
    assert bulletin.counts["launched"] == stands
    (words,) = merged.aside
    assert "b.csv row 1" in words
    assert "a.csv row 1" in words
    assert "launched=12 (there 10)" in words
    assert merged.replaced == newer


@pytest.mark.parametrize(("newer", "stands"), [(False, 300), (True, 400)])
def test_a_whole_days_sum_of_another_file_is_not_counted_beside_its_night(newer: bool, stands: int) -> None:
    night = row("2026-05-02", "300", time_start="2026-05-01 18:00")
    whole = row("2026-05-02", "400", time_start="2026-05-01 17:00", time_end="2026-05-02 17:00")
    merged = merge([file("a.csv", night), file("b.csv", whole)], newer)
    assert [b.counts["launched"] for b in merged.bulletins] == [stands]
    assert not merged.bulletins[0].doubt
    assert "most of this window is counted in" in merged.aside[0]


def test_windows_of_one_file_that_count_the_same_hours_twice_are_doubted() -> None:
    a, b = row("2026-05-02"), row("2026-05-02", time_end="2026-05-02 09:00")
    merged = merge([file("a.csv", a, b)])
    assert [bool(x.doubt) for x in merged.bulletins] == [False, True]
    assert merged.aside[0].startswith("a.csv row 2: time_start='2026-05-02 00:00', time_end='2026-05-02 09:00'")


@pytest.mark.parametrize(
    "cells",
    [
        {"time_start": "2026-05-02 07:00", "time_end": "2026-05-02 20:00"},
        {"time_start": "2026-05-02", "time_end": "2026-05-02"},
        {"time_start": "2026-05-02 09:00", "time_end": "2026-05-02 20:00"},
    ],
)
def test_windows_that_touch_or_say_no_hours_stand(cells: dict[str, str]) -> None:
    merged = merge([file("a.csv", row("2026-05-02"), row("2026-05-02") | cells)])
    assert not any(b.doubt for b in merged.bulletins)
    assert len(merged.bulletins) == 2


def test_two_places_at_one_time_are_two_raids() -> None:
    a, b = row("2026-05-02", target="Sumy oblast"), row("2026-05-02", target="Odesa oblast")
    assert not any(x.doubt for x in merge([file("a.csv", a, b)]).bulletins)


def test_a_sound_row_takes_the_place_of_a_doubted_one_and_never_the_reverse() -> None:
    good, bad = row("2026-05-02"), row("2026-05-02", "-4")
    for files in ([file("a.csv", bad), file("b.csv", good)], [file("b.csv", good), file("a.csv", bad)]):
        (bulletin,) = merge(files).bulletins
        assert bulletin.counts["launched"] == 10
        assert not bulletin.doubt


def test_a_leap_is_measured_against_all_files() -> None:
    large, next_night = row("2026-05-02", "900"), row("2026-05-03", "3500")
    assert merge([file("a.csv", next_night)]).bulletins[0].doubt.startswith("launched=3500: over 4 times")
    assert not merge([file("a.csv", large), file("b.csv", next_night)]).bulletins[1].doubt


def nightly(first: date, count: int) -> list[date]:
    return [first + timedelta(k) for k in range(count)]


def test_long_silence_among_nightly_raids_is_unknown_and_a_quiet_night_is_not() -> None:
    faults = TableFaults("x")
    before = nightly(date(2026, 1, 1), 80)
    quiet = [*before, *nightly(before[-1] + timedelta(2), 40)]
    assert warn_of_unknown(quiet, faults, 1e-5) == frozenset()
    gap = [*before, *nightly(before[-1] + timedelta(4), 40)]
    assert warn_of_unknown(gap, faults, 1e-5) == frozenset(nightly(before[-1] + timedelta(1), 3))
    assert len(faults.warnings) == 1
    assert "these days are unknown, not zero" in faults.warnings[0]


def test_silence_among_rare_raids_is_quiet() -> None:
    rare = [date(2022, 10, 1) + timedelta(9 * k) for k in range(12)]
    assert warn_of_unknown(rare, TableFaults("x"), 1e-5) == frozenset()
