"""Launches as they are read: regimes apart, the share that falls with size, another counter beside."""

import pytest

from forehear.assess.launches import view as launches_view
from forehear.assess.launches.launches import (
    REGIMES,
    read_launches,
)

LAUNCHES = read_launches()


def test_regimes_are_summed_apart_and_the_share_through_falls_with_size() -> None:
    record = launches_view.as_record(LAUNCHES)
    assert [r["regime"] for r in launches_view.regimes(LAUNCHES)] == list(REGIMES)
    by_size = launches_view.unaccounted_by_size(LAUNCHES.days)
    # Published for August to December 2025: 29 % under 75 a day, 8 % at 400 and more.
    assert by_size[0]["unaccounted_share"] == pytest.approx(0.29, abs=0.01)
    assert by_size[-1]["unaccounted_share"] == pytest.approx(0.08, abs=0.01)
    assert record["largest_day"] == {"day": "2025-09-07", "launched": 810, "row": 1076}


def test_another_counter_differs_by_two_percent_at_most() -> None:
    checked = launches_view.crosscheck(LAUNCHES.months)
    assert len(checked) == 12
    assert max(abs(float(str(c["difference_share"]))) for c in checked) < 0.025
    assert launches_view.corrected(100, 2022) == [137, 137]
    assert launches_view.corrected(None, 2022) is None
