"""Odds over places: in order, calibrated beside chance drawn by hand, and the same as the live coverage's law."""

import numpy as np
import pytest
from tests.plan.land import CALM, NOBODY, PLANE, grid, stations

from forehear.air.hearing import JET, PISTON, excess_db, heard_by
from forehear.plan.ground import Raster
from forehear.plan.odds import Situation, Weather, blowing, odds_of

GRID = stations(grid(20e3, 5e3))
MIDDLE = np.array([[1_300.0, 2_100.0]])


def test_one_sensor_below_is_the_law_itself() -> None:
    one = stations(np.array([[3_000.0, 0.0]]))
    ranges = np.array([[np.hypot(3_000.0, PISTON.height_m - 4.0)]])
    law = heard_by(excess_db(PISTON, ranges, np.zeros((1, 1)), np.full((1, 1), 36.0)), 1, CALM.known())
    # The live law has the target's height over the sensor for its height over the ground: here it does not matter.
    assert odds_of(PISTON, np.zeros((1, 2)), one, CALM, (1,))[0] == pytest.approx(law, abs=1e-6)


def test_more_hearers_more_noise_more_distance_are_less_likely() -> None:
    by = odds_of(PISTON, MIDDLE, GRID, CALM, (1, 2, 3, 4))[0]
    assert np.all(np.diff(by) < 0.0)
    louder = odds_of(PISTON, MIDDLE, GRID._replace(noise_db=GRID.noise_db + 8.0), CALM)[0, 0]
    assert louder < by[2] - 0.1
    away = odds_of(PISTON, np.array([[0.0, 20e3], [0.0, 26e3], [0.0, 60e3]]), GRID, CALM)[:, 0]
    assert away[0] > away[1] > away[2] == 0.0
    assert odds_of(JET, MIDDLE, NOBODY, CALM)[0, 0] == 0.0


def test_wind_takes_upwind_and_an_inversion_gives_nothing_away() -> None:
    still = odds_of(PISTON, MIDDLE, GRID, CALM)[0, 0]
    storm = CALM._replace(weathers=blowing(Weather(10.0, 200.0)))
    assert odds_of(PISTON, MIDDLE, GRID, storm)[0, 0] < still - 0.02
    night = CALM._replace(weathers=(Weather(0.0, 0.0, -20.0),))
    assert odds_of(PISTON, MIDDLE, GRID, night)[0, 0] == pytest.approx(still)
    half = CALM._replace(weathers=(Weather(), Weather(10.0, 200.0)))
    alone = CALM._replace(weathers=(Weather(10.0, 200.0),))
    mean = 0.5 * (still + odds_of(PISTON, MIDDLE, GRID, alone)[0, 0])
    assert odds_of(PISTON, MIDDLE, GRID, half)[0, 0] == pytest.approx(mean)


def test_a_wind_blows_from_either_side_too() -> None:
    parts = blowing(Weather(5.0, 90.0, 3.0, 2.0))
    assert sum(part.share for part in parts) == pytest.approx(2.0)
    assert sorted(part.wind_from_deg for part in parts) == [60.0, 90.0, 120.0]
    assert blowing(Weather()) == (Weather(),)


def test_what_turns_or_moves_with_the_whole_world_stays_the_same() -> None:
    windy = CALM._replace(weathers=(Weather(6.0, 30.0),))
    before = odds_of(PISTON, MIDDLE, GRID, windy)
    turn = np.radians(50.0)
    clockwise = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    turned = stations(GRID.place_m @ clockwise + 7_000.0)
    wind = CALM._replace(weathers=(Weather(6.0, 80.0),))
    assert odds_of(PISTON, MIDDLE @ clockwise + 7_000.0, turned, wind) == pytest.approx(before, abs=1e-9)


def test_a_crowd_hides_and_a_ridge_screens() -> None:
    still = odds_of(PISTON, MIDDLE, GRID, CALM)[0, 0]
    assert odds_of(PISTON, MIDDLE, GRID, CALM._replace(crowd_per_km2=0.1))[0, 0] < still - 0.05
    rows = np.zeros((200, 200))
    rows[::2] = 700.0
    hills = Raster(46.5, 30.5, 0.005, 0.005, rows)
    low = PISTON._replace(height_m=60.0)
    hidden = odds_of(low, MIDDLE, GRID, Situation(PLANE, ground=hills))[0, 0]
    assert hidden < odds_of(low, MIDDLE, GRID, CALM)[0, 0]
