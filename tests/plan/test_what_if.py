"""What changes: nothing for nothing, less for a loss, and a crowd by hand."""

import numpy as np
import pytest
from tests.plan.land import CALM, grid, stations

from forehear.air.hearing import JET, PISTON
from forehear.plan import what_if
from forehear.plan.odds import Weather, odds_of

GRID, PLACES = stations(grid(15e3, 5e3), 40.0), grid(18e3, 3e3)


def test_every_loss_costs_and_no_change_is_none() -> None:
    asked = [
        what_if.lose_share(0.0), what_if.lose_share(0.2), what_if.lose_share(1.0), what_if.louder(6.0),
        what_if.wind(Weather(8.0, 90.0), "storm"), what_if.many_at_once(5000.0, 1_300.0, PISTON),
        what_if.lose_where("the east", lambda s: s.place_m[:, 0] > 0.0),
    ]  # fmt: skip
    today, nothing, fifth, all_gone, loud, storm, many, east = what_if.answers(asked, PISTON, PLACES, GRID, CALM)
    assert nothing.odds == pytest.approx(today.odds)
    assert all_gone.mean == 0.0
    for one in (fifth, loud, storm, many, east):
        assert one.mean < today.mean - 0.02
        assert one.change == pytest.approx(one.mean - today.mean)
    assert today.mean == pytest.approx(odds_of(PISTON, PLACES, GRID, CALM)[:, 0].mean())
    away = PLACES[:, 0] > 10e3
    assert np.all(east.odds[away] < today.odds[away] + 1e-12)
    assert "20%" in fifth.words


def test_a_crowd_is_rate_times_the_time_in_the_air() -> None:
    # 5,000 in eight hours; 70 km of a land of 100 by 100 km at 51 m/s take 1,373 s: 238 at once.
    assert what_if.crowd(5_000.0, 10_000.0, PISTON) * 10_000.0 == pytest.approx(238.3, abs=0.1)
    assert what_if.crowd(5_000.0, 10_000.0, JET) < what_if.crowd(5_000.0, 10_000.0, PISTON)


def test_questions_are_told_of_as_they_are_asked() -> None:
    heard: list[str] = []
    what_if.answers([what_if.louder(3.0)], PISTON, PLACES, GRID, CALM, lambda _, words: heard.append(words))
    assert heard == ["noise +3 dB everywhere"]
